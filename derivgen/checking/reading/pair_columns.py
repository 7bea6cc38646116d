"""Columns of a table whose head is a list of names, ``(x_1, x_2)``, over cells that are lists of as many numbers,
``(0, 1)``: they are as many columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.manuscript import Passage
from derivgen.checking.reading.traced import Traced

#: lists in round or square brackets, as a whole cell
_LIST = re.compile(
    r"(?:\\left)?[(\[](?P<inside>[^()\[\]]{1,200}?)(?:\\right)?[)\]](?:\^\{?\\?(?:T|top)\}?)?"
)
_NAME = re.compile(r"\\?[A-Za-z]+(?:_(?:\w|\{[\w,]+\}))?\Z|[A-Za-zα-ω][₀-₉]?\Z")
_NUMBER = re.compile(r"[-−+]?\d+(?:\.\d+)?\Z")
#: what stands between two names or numbers
_COMMA = re.compile(r"(?:,|;|\\[,;])(?:\\[,; ]|\s)*")

Row = tuple[Passage, ...]


def with_pairs_apart(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows of a table with such columns cut into several."""
    if len(rows) < 2:
        return tuple(rows)
    made = list(rows)
    for column in reversed(range(len(rows[0]))):
        cells = [_apart(row[column]) if column < len(row) else () for row in made]
        head, *body = cells
        if len(head) < 2 or not all(_NAME.match(name.text) for name in head):
            continue
        numbers = all(_NUMBER.match(number.text) for cell in body for number in cell)
        if numbers and all(len(cell) == len(head) for cell in body):
            made = [
                (*row[:column], *cell, *row[column + 1 :])
                for row, cell in zip(made, cells, strict=True)
            ]
    return tuple(made)


def _apart(cell: Passage) -> Sequence[Passage]:
    """What stands between the commas of a list; nothing where a cell is none."""
    found = _LIST.fullmatch(cell.text)
    if found is None:
        return ()
    body = Traced(cell.text, cell.pieces)
    parts, at = [], found.start("inside")
    for comma in _COMMA.finditer(cell.text, at, found.end("inside")):
        parts.append(body.cut(at, comma.start()))
        at = comma.end()
    parts.append(body.cut(at, found.end("inside")))
    stripped = (part.strip() for part in parts)
    return [replace(cell, text=part.text, pieces=part.pieces) for part in stripped]
