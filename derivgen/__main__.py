"""``python -m derivgen`` is the ``derivgen`` command."""

import sys

from derivgen.cli import main

sys.exit(main())
