"""The lines of a text from a PDF: which are prose, which end in an equation number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from derivgen.checking.reading.traced import Traced

NUMBER_AT_END = re.compile(r"(?:^|(?<=\s))\((\d{1,4})\)\s*$")
#: greater numbers in brackets are years
MOST_EQUATIONS = 1_000
_TWO_WORDS = re.compile(r"(?<![\w∂])[A-Za-z’']{2,} +[A-Za-z’']{2,}(?![\w(])|[a-z]{3,}[.:?!]\s*$")
_ONE_WORD = re.compile(r"\s*(?:\d+(?:\.\d+)*\.? +)?[A-Z][A-Za-z’'-]{2,}[.:]?\s*$")
_SIGN = re.compile(r"[=≈<>+·×∑∂−]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not empty; ``gap`` says that an empty line stands before it."""

    body: Traced
    gap: bool

    @property
    def text(self) -> str:
        return self.body.text


@dataclass(frozen=True, slots=True)
class Region:
    """Prose, and behind it the lines of one equation with its number (0: there is none)."""

    prose: tuple[Line, ...]
    equation: tuple[Line, ...]
    number: int


def lines_of(text: str) -> Iterator[Line]:
    """The lines that are not empty, without the spaces and page breaks around them."""
    gap = True
    at = 0
    for raw in text.split("\n"):
        body = Traced(raw, Traced.of("", at).pieces).strip(" \t\f\u00a0")
        at += len(raw) + 1
        if body.text:
            yield Line(body, gap or "\f" in raw)
        gap = not body.text


def is_prose(text: str) -> bool:
    """Whether a line is words rather than a part of a displayed formula."""
    found = _TWO_WORDS.search(text)
    if found is not None:
        return True
    if _ONE_WORD.match(text) is not None:
        return True
    # the end of a sentence: a formula inside the text, that was set over several lines
    return text.endswith((").", "),")) and "=" not in text


def regions(text: str) -> list[Region]:
    """The text cut at its equation numbers, which ascend by one."""
    made: list[Region] = []
    waiting: list[Line] = []
    lines = list(lines_of(text))
    expected = _first_number(lines)
    for line in lines:
        waiting.append(line)
        found = _number_at_end(line)
        if found is None or int(found[1]) != expected:
            continue
        number = expected
        expected += 1
        bare = Line(line.body.cut(0, found.start()).strip(), line.gap)
        equation = [*waiting[:-1], bare] if bare.text else waiting[:-1]
        start = len(equation)
        while start and not is_prose(equation[start - 1].text):
            start -= 1
        made.append(Region(tuple(equation[:start]), tuple(equation[start:]), number))
        waiting = []
    made.append(Region(tuple(waiting), (), 0))
    return made


def _number_at_end(line: Line) -> re.Match[str] | None:
    """The number of an equation at the end of its last line."""
    found = NUMBER_AT_END.search(line.text)
    return None if found is None or (found.start() and is_prose(line.text)) else found


def _first_number(lines: Sequence[Line]) -> int:
    """The number of the first equation: 1, or in some pages of a longer text one that the next number follows."""
    numbers = [int(found[1]) for line in lines if (found := _number_at_end(line)) is not None]
    follows = (one for one, other in pairwise(numbers) if other == one + 1 and one < MOST_EQUATIONS)
    return 1 if 1 in numbers else next(follows, 1)


def has_sign(text: str) -> bool:
    """Whether a line has a sign of mathematics."""
    return _SIGN.search(text) is not None
