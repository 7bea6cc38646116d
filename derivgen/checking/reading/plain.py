"""Plain text: delimited formulas, bare environments, bare LaTeX and Unicode mathematics in prose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.reading.barred import barred_table
from derivgen.checking.reading.collector import Collector, Segment
from derivgen.checking.reading.delimiters import Delimiters
from derivgen.checking.reading.lost_powers import with_squares
from derivgen.checking.reading.maths_digits import in_plain_digits
from derivgen.checking.reading.tabbed import Rows, tabbed_table
from derivgen.checking.reading.traced import Traced

#: a display of reStructuredText: what is indented below it
_DIRECTIVE = re.compile(
    r"^(?P<indent>[ \t]*)\.\. math::[ \t]*(?P<inline>[^\n]*)(?:\n|\Z)"
    r"(?P<body>(?:(?P=indent)[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)*)",
    re.MULTILINE,
)
#: a heading between dashes: ``--- step 2 ---``
_RULED = re.compile(r"\s*([-=~*_#])\1+[ \t]+[^\n=|+]*?[^\W\d_][^\n=|+]*?[ \t]+\1{2,}\s*")
_OPTIONS = re.compile(r"(?:[ \t]*:[a-z-]+:[^\n]*(?:\n|\Z))+")


def read(text: str, file: str) -> Manuscript:
    """The manuscript of a plain text."""
    found = Collector(emphasis=True)
    at = 0
    for directive in (*_DIRECTIVE.finditer(text), None):
        _paragraphs(found, text, at, len(text) if directive is None else directive.start())
        if directive is not None:
            at = directive.end()
            for start, end in (directive.span("inline"), *_displays(directive)):
                body = Traced(text[start:end], Traced.of("", start).pieces).strip()
                if body.text:
                    found.display(body)
    return found.manuscript(file, text, "text")


def _paragraphs(found: Collector, text: str, begin: int, limit: int) -> None:
    for start, end in paragraphs(text[begin:limit]):
        whole = Traced(text[begin + start : begin + end], Traced.of("", begin + start).pieces)
        for part in _parts(with_squares(in_plain_digits(whole))):
            if isinstance(part, Traced):
                found.paragraph(segments(part))
            else:
                found.table([[segments(cell) for cell in row] for row in part])


def _displays(directive: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The formulas below ``.. math::``: blocks with an empty line between them, without options such as ``:label:``."""
    shift = directive.start("body")
    for start, end in paragraphs(directive["body"]):
        option = _OPTIONS.match(directive["body"], start, end)
        yield shift + (start if option is None else option.end()), shift + end


def _parts(body: Traced) -> Iterator[Traced | Rows]:
    """A paragraph as text and tables."""
    for part in barred_table(body):
        if isinstance(part, Traced):
            yield from tabbed_table(part)
        else:
            yield part


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Where the paragraphs begin and end: runs of lines that are neither empty nor headings between dashes."""
    start: int | None = None
    at = end = 0
    for line in text.split("\n"):
        if line.strip() and not _RULED.fullmatch(line):
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
