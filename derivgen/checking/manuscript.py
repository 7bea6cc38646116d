"""What a reader makes of a file: the mathematics in it, each piece with its exact place.

A *passage* is one run of mathematics, in LaTeX or as it was typed, without its delimiters.  Its
text need not stand in the file in one piece (a display inside a quotation has ``>`` before every
line, a macro is expanded): *pieces* say which part of it comes from where.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from derivgen.errors import Place

#: How mathematics is written: LaTeX, or typed with plain characters (``dL/dw5 ≈ 0.41 * x1``).
Notation = Literal["latex", "typed"]
#: Where it stands: in a line of text, displayed, in code, loose in prose, in a cell of a table.
Kind = Literal["inline", "display", "code", "prose", "cell"]

#: What a document is written in; ``pdf-text`` is text that was extracted from a PDF.
Language = Literal["markdown", "latex", "text", "notebook", "pdf-text"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of a passage from ``start`` on come from ``source`` on in the file.

    ``copied`` is False where they were put in by an expansion: all of them then belong to the one
    place ``source``."""

    start: int
    source: int
    copied: bool = True


@dataclass(frozen=True)
class Passage:
    """One run of mathematics; ``pieces`` are in ascending order and the first starts at 0.

    ``before`` is the text of the same paragraph (or cell, or list item) that stands before it,
    without markup, at most its last 200 characters: it tells what a bare number is of.
    """

    text: str
    pieces: tuple[Piece, ...]
    notation: Notation
    kind: Kind
    before: str = ""

    def source_of(self, offset: int) -> int:
        """Where in the file the character at ``offset`` of the text comes from."""
        at = max(bisect_right([piece.start for piece in self.pieces], offset) - 1, 0)
        piece = self.pieces[at]
        return piece.source + (offset - piece.start if piece.copied else 0)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the passages of its cells, row by row; the first row is its header.

    A cell is the whole content of the cell, whether it is mathematics or words; its notation is
    ``latex`` where it is delimited mathematics and ``typed`` elsewhere."""

    rows: tuple[tuple[Passage, ...], ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A piece of a document that could not be read as mathematics, and why."""

    text: str
    source: int
    reason: str


@dataclass(frozen=True)
class Manuscript:
    """A document as the checker sees it.

    ``file`` is the name that messages print, ``text`` the whole text that offsets (``source``) count
    in; passages stand in reading order, cells of tables not among them.  ``words`` is the prose
    without mathematics and code, paragraphs apart by empty lines.
    """

    file: str
    text: str
    passages: tuple[Passage, ...]
    tables: tuple[Table, ...] = ()
    unread: tuple[Unread, ...] = ()
    words: str = ""
    #: for notebooks: the cell that each part of ``text`` is of, as (offset, label) in order
    parts: tuple[tuple[int, str], ...] = field(default=())
    language: Language = "markdown"
    #: programs that stand in it, which are no formulas
    programs: tuple[str, ...] = ()
    #: how lines end in the file; in ``text`` they end in a line feed
    newline: str = "\n"

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        for at, char in enumerate(self.text):
            if char == "\n":
                starts.append(at + 1)
        return starts

    def place(self, source: int) -> Place:
        """File, line and column (both from 1) of the character at an offset of the text."""
        line = bisect_right(self._line_starts, source) - 1
        return Place(self.file, line + 1, source - self._line_starts[line] + 1)

    def offset(self, place: Place) -> int:
        """The offset of a place of this document, the inverse of :meth:`place`."""
        line = min(max(place.line or 1, 1), len(self._line_starts))
        return min(self._line_starts[line - 1] + (place.column or 1) - 1, len(self.text))

    def rows(self, start: int, end: int) -> list[tuple[int, int]]:
        """The lines that hold a part of the text, each from its offset to that of its line break."""
        first = max(bisect_right(self._line_starts, start) - 1, 0)
        last = max(bisect_right(self._line_starts, max(end - 1, start)) - 1, first)
        return [self._row(row) for row in range(first, last + 1)]

    def _row(self, row: int) -> tuple[int, int]:
        start = self._line_starts[row]
        if row + 1 == len(self._line_starts):
            return start, len(self.text)
        end = self._line_starts[row + 1] - 1
        return start, end - (end > start and self.text[end - 1] == "\r")
