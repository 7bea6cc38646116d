"""The command line: finds the command, runs it, and turns how it ends into an exit code.

This file and :mod:`derivgen.commands` are the only ones that print.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence

from derivgen.commands.arguments import OK, diagnosed
from derivgen.commands.table import COMMANDS, parsers
from derivgen.commands.terminal import report

#: As a shell has it for a process that a signal ended: 128 + SIGINT, 128 + SIGPIPE.
INTERRUPTED, BROKEN_PIPE = 130, 141


#: Objects made before Python looks for cycles: a short life makes few, and each look costs.
_COLLECT_AFTER = 300_000


def process() -> int:
    """The command line as a process of its own: as :func:`main`, soon over and quick to end."""
    codes: list[int] = []
    # what is registered first is called last: whoever has something to do at the end has done it then
    atexit.register(_leave, codes)
    gc.set_threshold(_COLLECT_AFTER, 20, 20)
    # numpy's library of linear algebra would start threads for matrices far larger than any here
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # pydantic would look through every installed package for plugins, and run their code
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    codes.append(main())
    return codes[0]


def _leave(codes: Sequence[int]) -> None:
    """End the process with the code of its command, without taking apart what goes with it anyway.

    Where there is no code, or somebody watches who wants the last word, Python ends it in its own way.
    """
    if codes and sys.gettrace() is None:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            stream.flush()
        os._exit(codes[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (default: that of the process) and return its exit code.

    The codes are those that ``derivgen --help`` documents.  An error of the user's prints one line
    on stderr and never a traceback.
    """
    try:
        try:
            code = _run(sys.argv[1:] if arguments is None else arguments)
        except SystemExit as stop:  # argparse, after --help and --version
            code = stop.code if isinstance(stop.code, int) else OK
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # point stdout at nothing, so that closing it at the end raises no second error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as error:
        return report(error)
    return code


def _run(arguments: Sequence[str]) -> int:
    parser, commands = parsers()
    if arguments and not arguments[0].startswith("-"):
        name, *rest = arguments
        if name not in commands:
            from derivgen.errors import did_you_mean

            hint = did_you_mean(name, commands) or "see 'derivgen --help'"
            raise diagnosed("E701", f"unknown command {name!r}", hint)
        commands[name].refuse_unknown_options(rest)
    else:
        parser.refuse_unknown_options(arguments)
    args = parser.parse_args(arguments)
    return COMMANDS[args.command].run(args)
