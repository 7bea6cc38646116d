"""The ``symbolic`` view: every parameter's full chain with no numbers in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derivgen.document.situation import Situation
from derivgen.document.views import paths


def sections(situation: Situation) -> Iterator[paths.Section]:
    """As the ``paths`` view, of a pass that has no values."""
    bare = Situation(situation.derivation, replace(situation.passed, given=None), None)
    return paths.sections(bare, "symbolic")
