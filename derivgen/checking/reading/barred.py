"""Tables in plain text whose cells stand between bars, with a line of dashes below the head."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derivgen.checking.reading.tabbed import Rows
from derivgen.checking.reading.traced import Traced

_BAR = re.compile(r"[|│┃]")
_LINES = r"[\s|:+─━═│┃┌┐└┘├┤┬┴┼╞╪╡=-]"
#: ``---+---``, ``|---|---|``, ``├───┼───┤``
_RULE = re.compile(rf"(?!\s*$){_LINES}*(?:-{{2}}|={{2}}|[─━═]{{2}}){_LINES}*")


def barred_table(body: Traced) -> Iterator[Traced | Rows]:
    """A paragraph as text and tables, in order: a line with bars, a rule, and lines with as many bars."""
    lines = list(_lines(body))
    at = begin = 0
    while at < len(lines):
        end = _end(lines, at)
        if end is None:
            at += 1
            continue
        if begin < at:
            yield _joined(body, lines[begin:at])
        rows = (line for line, _ in lines[at:end] if not _RULE.fullmatch(line.text))
        yield [_cells(row) for row in rows]
        at = begin = end
    if begin < len(lines):
        yield _joined(body, lines[begin:])


_Line = tuple[Traced, int]


def _lines(body: Traced) -> Iterator[_Line]:
    """The lines with where they begin."""
    at = 0
    for text in body.text.split("\n"):
        yield body.cut(at, at + len(text)), at
        at += len(text) + 1


def _joined(body: Traced, lines: Sequence[_Line]) -> Traced:
    last, start = lines[-1]
    return body.cut(lines[0][1], start + len(last.text))


def _end(lines: Sequence[_Line], at: int) -> int | None:
    """Behind the last line of a table that begins at a line; None where none does."""
    head = at
    while head < len(lines) and _RULE.fullmatch(lines[head][0].text):
        head += 1
    bars = _bars(lines[head][0]) if head < len(lines) else 0
    below = head + 1
    if not bars or below >= len(lines) or not _RULE.fullmatch(lines[below][0].text):
        return None
    end = below + 1
    while end < len(lines) and (
        _RULE.fullmatch(lines[end][0].text) or _bars(lines[end][0]) == bars
    ):
        end += 1
    return end if end > below + 1 else None


def _bars(line: Traced) -> int:
    return len(_BAR.findall(line.text))


def _cells(row: Traced) -> list[Traced]:
    inner = row.strip()
    starts, ends = _BAR.match(inner.text), _BAR.search(inner.text[-1:])
    inner = inner.cut(1 if starts else 0, len(inner.text) - (1 if ends else 0))
    cells, at = [], 0
    for bar in _BAR.finditer(inner.text):
        cells.append(inner.cut(at, bar.start()).strip())
        at = bar.end()
    return [*cells, inner.cut(at, len(inner.text)).strip()]
