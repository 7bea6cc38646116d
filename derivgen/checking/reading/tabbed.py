"""Tables that were pasted as lines with tabs between their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivgen.checking.reading.traced import Traced

_OPEN = re.compile(r"[=≈←] *\t")

Rows = list[list[Traced]]


def tabbed_table(body: Traced) -> Iterator[Traced | Rows]:
    """A paragraph as text and tables, in order: two lines or more with as many tabs are a table."""
    if "\t" not in body.text:
        yield body
        return
    lines: list[tuple[int, int, int]] = []
    at = 0
    for line in body.text.split("\n"):
        stripped = line.strip()
        # a formula with its signs set apart by tabs is no row
        tabs = 0 if _OPEN.search(stripped) else stripped.count("\t")
        lines.append((at, at + len(line), tabs))
        at += len(line) + 1
    index = 0
    while index < len(lines):
        after = index + 1
        while after < len(lines) and lines[after][2] == lines[index][2]:
            after += 1
        if lines[index][2] and after - index >= 2:
            yield [
                _cells(body.cut(start, end).strip(" \n\r")) for start, end, _ in lines[index:after]
            ]
        else:
            while after < len(lines) and not _begins(lines, after):
                after += 1
            yield body.cut(lines[index][0], lines[after - 1][1])
        index = after


def _begins(lines: list[tuple[int, int, int]], at: int) -> bool:
    return lines[at][2] > 0 and at + 1 < len(lines) and lines[at + 1][2] == lines[at][2]


def _cells(line: Traced) -> list[Traced]:
    cells: list[Traced] = []
    at = 0
    for cell in line.text.split("\t"):
        cells.append(line.cut(at, at + len(cell)).strip())
        at += len(cell) + 1
    return cells
