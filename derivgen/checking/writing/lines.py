"""Lines put between the lines of a text that is otherwise left alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

#: As CommonMark has it; other characters that end a line for Python are part of one here.
_BREAK: Final = re.compile("\r\n?|\n")


class Insertions:
    """A text by rows (from 0) and the lines to be put behind some of them.

    A line break of the text's own kind follows each of them; where the text does not end in a line
    break, one is added before what comes behind its last row.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        breaks = list(_BREAK.finditer(text))
        self._starts = [0, *(found.end() for found in breaks)]
        self._ends = [*(found.start() for found in breaks), len(text)]
        if len(self._starts) > 1 and self._starts[-1] == len(text):
            del self._starts[-1], self._ends[-1]
        self.newline = breaks[0][0] if breaks else "\n"
        self._after: dict[int, list[tuple[list[str], bool, bool]]] = {}

    @property
    def count(self) -> int:
        """How many rows the text has; an empty text has one."""
        return len(self._starts)

    def row(self, offset: int) -> int:
        """The row in which a character stands."""
        return max(bisect_right(self._starts, offset) - 1, 0)

    def line(self, row: int) -> str:
        """A row without its line break."""
        return self.text[self._starts[row] : self._ends[row]]

    def blank(self, row: int) -> bool:
        """Whether a row is empty, or outside of the text."""
        return not 0 <= row < self.count or not self.line(row).strip(" \t")

    def part(self, first: int, behind: int) -> list[str]:
        """The rows from one up to another without their line breaks."""
        return [self.line(row) for row in range(first, behind)]

    def after(
        self, row: int, lines: Iterable[str], above: bool = False, below: bool = False
    ) -> None:
        """Puts lines behind a row (-1: before the text), with an empty line above or below them."""
        self._after.setdefault(row, []).append((list(lines), above, below))

    def applied(self) -> str:
        """The text with what was put into it."""
        pieces: list[str] = []
        for row in range(-1, self.count):
            if row >= 0:
                behind = self._starts[row + 1] if row + 1 < self.count else len(self.text)
                pieces.append(self.text[self._starts[row] : behind])
            added = self._lines_after(row)
            if not added:
                continue
            if row >= 0 and self.text and behind == self._ends[row]:  # no line break at the end
                pieces.append(self.newline)
            pieces.extend(f"{line}{self.newline}" for line in added)
        return "".join(pieces)

    def _lines_after(self, row: int) -> list[str]:
        """What is put behind a row; an empty line where one was asked for and there is none."""
        found: list[str] = []
        blank = row < 0 or self.blank(row)
        owed = False
        for lines, above, below in self._after.get(row, ()):
            if (above or owed) and not blank:
                found.append("")
            found += lines
            blank, owed = False, below
        if owed and not self.blank(row + 1):
            found.append("")
        return found
