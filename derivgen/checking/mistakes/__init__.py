"""Typical mistakes: what each makes of a right step, and what to tell the author."""

from derivgen.checking.mistakes.case import Case as Case
from derivgen.checking.mistakes.case import Mistake as Mistake
from derivgen.checking.mistakes.case import Outcome as Outcome
from derivgen.checking.mistakes.definitions import mended_definitions as mended_definitions
from derivgen.checking.mistakes.definitions import other_functions as other_functions
from derivgen.checking.mistakes.diagnosis import diagnose as diagnose
from derivgen.checking.mistakes.kinds import Kinds as Kinds
from derivgen.checking.mistakes.relatives import Relatives as Relatives
from derivgen.checking.mistakes.table import MISTAKES as MISTAKES
