"""The commands of the command line: what each takes, does and prints.

Nothing but argparse is imported before a command runs, so that ``derivgen --help`` is there at
once; each command imports what it needs.  (``dataclasses``, ``typing`` and ``pathlib`` each cost
as much as half of what ``--help`` may take.)
"""
