"""``python -m derivgen`` is the ``derivgen`` command."""

import sys

from derivgen.cli import process

sys.exit(process())
