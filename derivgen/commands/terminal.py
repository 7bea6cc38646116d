"""What goes to stderr: progress, and the one line of a diagnostic."""

from __future__ import annotations

import sys

from derivgen.commands.arguments import BAD_INPUT, INTERNAL, REFUSED

#: Codes that say that derivgen refused to print its own result, not that the input is bad.
REFUSALS = frozenset({"E501"})
FAULT = "E709"


def one_line(text: str) -> str:
    """The text with line breaks, escape sequences and other control characters made visible."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text
    )


def warn(message: str) -> None:
    """One line on stderr about something that is made, but not as well as it might be."""
    print(f"derivgen: warning: {one_line(message)}", file=sys.stderr)


def report(error: Exception) -> int:
    """Print one line for an error of the user's, a traceback for one of ours; the exit code."""
    from derivgen.errors import DerivgenError, Diagnostic

    if isinstance(error, DerivgenError):
        found = error.diagnostic
    elif isinstance(error, OSError):
        found = Diagnostic("E708", str(error), hint="check the path, its permissions and the disk")
    else:
        import traceback

        traceback.print_exception(error)
        found = Diagnostic(FAULT, "a fault in derivgen itself", hint="please report it")
    # editors jump to a line that begins with file:line:column, so nothing stands before that
    whose = "" if found.place is not None else "derivgen: "
    print(one_line(f"{whose}{found}"), file=sys.stderr)
    if found.code == FAULT:
        return INTERNAL
    return REFUSED if found.code in REFUSALS else BAD_INPUT


class Progress:
    """One changing line on a terminal's stderr for work of over a second, erased at the end."""

    PATIENCE = 1.0

    def __init__(self, quiet: bool) -> None:
        import time

        self._now = time.monotonic
        self._start = self._now()
        self._on = not quiet and sys.stderr.isatty()
        self._drawn = False

    def __call__(self, message: str) -> None:
        if self._on and self._now() - self._start > self.PATIENCE:
            print(f"\r\x1b[K{one_line(message)}", end="", file=sys.stderr, flush=True)
            self._drawn = True

    def clear(self) -> None:
        """Erase the line, so that what is printed next stands by itself."""
        if self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._drawn = False
