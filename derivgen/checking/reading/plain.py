"""Plain text: delimited formulas, bare environments, bare LaTeX and Unicode mathematics in prose."""

from __future__ import annotations

from collections.abc import Iterator

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.reading.barred import barred_table
from derivgen.checking.reading.collector import Collector, Segment
from derivgen.checking.reading.delimiters import Delimiters
from derivgen.checking.reading.lost_powers import with_squares
from derivgen.checking.reading.tabbed import Rows, tabbed_table
from derivgen.checking.reading.traced import Traced


def read(text: str, file: str) -> Manuscript:
    """The manuscript of a plain text."""
    found = Collector(emphasis=True)
    for start, end in paragraphs(text):
        body = with_squares(Traced(text[start:end], Traced.of("", start).pieces))
        for part in _parts(body):
            if isinstance(part, Traced):
                found.paragraph(segments(part))
            else:
                found.table([[segments(cell) for cell in row] for row in part])
    return found.manuscript(file, text, "text")


def _parts(body: Traced) -> Iterator[Traced | Rows]:
    """A paragraph as text and tables."""
    for part in barred_table(body):
        if isinstance(part, Traced):
            yield from tabbed_table(part)
        else:
            yield part


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Where the paragraphs begin and end: runs of lines that are not empty."""
    start: int | None = None
    at = end = 0
    for line in text.split("\n"):
        if line.strip():
            start = at if start is None else start
            end = at + len(line)
        elif start is not None:
            yield start, end
            start = None
        at += len(line) + 1
    if start is not None:
        yield start, end


def segments(body: Traced) -> list[Segment]:
    """A run of text, cut at its formulas."""
    made: list[Segment] = []
    delimiters = Delimiters(body.text)
    at = 0
    while (found := delimiters.find(at)) is not None:
        made.append(Segment("text", body.cut(at, found.start)))
        made.append(Segment(found.kind, body.cut(found.inner_start, found.inner_end)))
        at = found.end
    made.append(Segment("text", body.cut(at, len(body.text))))
    return made
