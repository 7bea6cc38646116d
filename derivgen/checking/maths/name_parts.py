"""The parts of a name, as far as it was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from derivgen.checking.maths.cursor import Cursor
from derivgen.checking.maths.spelling import Spelling
from derivgen.checking.maths.tree import Name

#: marks of what comes after an update, beside a prime that belongs to the name
UPDATES: Final = frozenset({"+", "*", "new", "t+1", "(t+1)"})


@dataclass(slots=True)
class Read:
    """A name that was read: the names before it in one run (``x`` in ``xw_1``), how it is spelled, and what
    follows from its superscripts."""

    before: list[Name]
    spelling: Spelling
    word: str
    kind: str
    start: int
    begin: int  # where the name itself begins in the text
    primes: int = 0
    transposed: bool = False
    exponent: tuple[int, int] | None = None
    accented: bool = False

    def name(self, cursor: Cursor) -> Name:
        """The name with its place."""
        end = max(cursor.tokens[cursor.at - 1].span[1], self.begin)
        span = (self.begin, end)
        written = cursor.text[span[0] : span[1]]
        key, mark, primes = self.spelling.key, self.spelling.whole_mark, "'" * self.primes
        if primes and mark in UPDATES:  # y'^+: what is called y', after the update
            return Name(key + primes, mark, written, span)
        return Name(key, mark + primes, written, span)
