"""What derivgen says when something is wrong: a place, a stable code, a message, a likely fix.

Every error that a user can cause is one :class:`Diagnostic`, raised inside a
:class:`DerivgenError`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from derivgen.error_codes import CODES


@dataclass(frozen=True)
class Place:
    """Where in an input something stands; line and column count from 1, as editors do.

    ``key`` is the path of the value (``data.targets``) in a spec that was given from Python, which has
    no lines; line and column then count inside that value.
    """

    file: str
    line: int | None = None
    column: int | None = None
    key: str = ""

    def __str__(self) -> str:
        parts = [f"{self.file}: {self.key}" if self.key else self.file]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True)
class Diagnostic:
    """One thing that is wrong, in the form in which it is printed."""

    code: str
    message: str
    place: Place | None = None
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place is not None else ""
        fix = f"; {self.hint}" if self.hint else ""
        return f"{where}{self.code}: {self.message}{fix}"


class DerivgenError(Exception):
    """The only exception that derivgen raises for bad input."""

    def __init__(self, code: str, message: str, place: Place | None = None, hint: str = "") -> None:
        if code not in CODES:
            raise ValueError(f"{code} is not in the table of codes")
        self.diagnostic = Diagnostic(code, message, place, hint)
        super().__init__(str(self.diagnostic))

    def __reduce__(self) -> tuple[type[DerivgenError], tuple[str, str, Place | None, str]]:
        """What another process makes it again from."""
        found = self.diagnostic
        return DerivgenError, (found.code, found.message, found.place, found.hint)

    def at(self, place: Place | None) -> DerivgenError:
        """The same error with a place, where it has none yet."""
        if place is None or self.diagnostic.place is not None:
            return self
        found = replace(self.diagnostic, place=place)
        return DerivgenError(found.code, found.message, found.place, found.hint)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean 'sigmoid'?`` for the nearest known word, or nothing."""
    import difflib  # only where something is wrong

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""
