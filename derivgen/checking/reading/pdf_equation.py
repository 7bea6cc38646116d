"""One numbered equation of a PDF's text, put together from its lines.

What comes out is typed in one line: ``(∂E)/(∂w100) = (∂E)/(∂o) · (∂o)/(∂opre)``, matrices as
``[[0.2, 0.9], [0.5, 0.3]]``, an updated weight as ``w100^*``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivgen.checking.reading.lost_powers import raised
from derivgen.checking.reading.pdf_lines import Line
from derivgen.checking.reading.traced import Traced, join

#: stands in a member of a chain that was lost
LOST = "\ue000"

_NAME = r"[^\W\d_][\w]*(?:, ?\d+)?"
_DENOMINATOR = re.compile(rf"∂\s*({_NAME})(?=$|\s*[=≈·×+−-])")
_NUMERATOR = re.compile(r"∂[^=≈]*$")
_WAITS = re.compile(r"(?:^|[=≈·×⋅+*/(,−-])\s*$")
_STARTS_WITH_SIGN = re.compile(r"[=≈·×⋅+*/),\]−-]")
_NUMBER = re.compile(r"[−-]?\d+(?:\.\d+)?")
_SIMPLE = re.compile(r"[−-]?(?:\d+(?:\.\d+)?|[^\W\d_]\w{0,12})")
_CELL = re.compile(r"[−-]?(?:\d+(?:\.\d+)?|[^\W\d_][\w∗*]*)")
_ROW_SPLIT = re.compile(r"[ \t]+")

#: what the extraction lost inside a line; each has a name, and is mended by ``_mended``
_LOST_SIGNS = re.compile(
    r"""
      (?P<power>(?<=\))\d+(?:[−-]\d+)?(?![\w.]))
    | (?<![\w.])e(?P<exp>[−-](?:\d+(?:\.\d+)?|[^\W\d_]\w*))(?![\w.(/])
    | (?P<broken>(?<![\w.])e[−-]\S)
    | (?P<raised>(?<=[^\W_])[ ](?P<to>[23])(?=[ ]*(?:$|[)\]+·×⋅=≈,−-])))
    | (?P<base>[^\W\d_]+)(?P<star>[∗*])(?P<index>[^\W_]*)
    | (?P<lone>(?<=\s)∗(?=\s*$)|^∗(?=\s))
    | (?P<pair>[^\W\d_]+\d+)(?P<second>(?:[^\W\d_]+\d+)+)
    """,
    re.VERBOSE,
)


#: ``h1`` of ``h1 2``: behind a short name, not behind a number or a word
_BEFORE_POWER = re.compile(r"(?<![^\W_])[^\W\d_]{1,2}\d{0,2}$|\d[^\W\d_]{1,2}\d{0,2}$")


class NotCertain(Exception):
    """The lines of an equation leave more than one reading, or none."""


class Rebuilder:
    """``dots``: the document writes products with a dot or a cross, so a star is a mark."""

    def __init__(self, *, dots: bool) -> None:
        self.dots = dots

    def equation(self, lines: Sequence[Line]) -> Traced:
        """The equation in one line.  Raises NotCertain."""
        self.lines = [line for line in lines if line.text]
        self.parts: list[Traced] = []
        self.tail = ""
        at = 0
        while at < len(self.lines):
            at = self._step(at)
        return join(self.parts).strip(" .,;")

    def _add(self, body: Traced, space: str = " ") -> None:
        if self.parts and space:
            self.parts.append(Traced.put_in(space, body.source_of(0)))
        self.parts.append(body)
        self.tail = body.text[-20:] if body.text else self.tail

    def _waits(self) -> bool:
        """Whether an operand has to follow."""
        return _WAITS.search(self.tail) is not None

    def _step(self, at: int) -> int:
        """Takes in the line at an index, and those that belong to it; the index behind them."""
        line = self.lines[at]
        text = line.text
        if text == "[":
            return self._matrix(at)
        if text in ("]", ""):
            raise NotCertain("the brackets of a matrix do not match")
        if text == "∑":
            return self._sum(at)
        numerator = _NUMERATOR.search(text)
        if numerator is not None and "/" not in numerator[0]:
            return self._derivative(at, numerator.start())
        if self._waits() and _NUMBER.fullmatch(text) and (end := self._column_end(at)) is not None:
            return self._column(at, end)
        if _SIMPLE.fullmatch(text) and self._is_stacked(at) and self._may_follow(at):
            return self._fraction(at)
        return self._in_line(at)

    def _matrix(self, at: int) -> int:
        if not self._waits():
            raise NotCertain("a matrix follows an operand without a sign")
        rows: list[list[Traced]] = []
        opening = self.lines[at].body
        at += 1
        while at < len(self.lines) and self.lines[at].text != "]":
            rows.append(_cells(self.lines[at].body))
            at += 1
        if at == len(self.lines) or not rows or len({len(row) for row in rows}) != 1:
            raise NotCertain("the rows of a matrix were lost")
        self._add(_array(rows, opening))
        return at + 1

    def _column_end(self, at: int) -> int | None:
        """Behind the last line of a column of numbers whose brackets were lost, if this is one."""
        end = at + 1
        while (
            end < len(self.lines)
            and not self.lines[end].gap
            and _NUMBER.fullmatch(self.lines[end].text)
        ):
            end += 1
        decimals = any("." in line.text for line in self.lines[at:end])
        closed = end == len(self.lines) or _STARTS_WITH_SIGN.match(self.lines[end].text)
        return end if end - at >= 2 and decimals and closed else None

    def _column(self, at: int, end: int) -> int:
        self._add(_array([[line.body] for line in self.lines[at:end]], self.lines[at].body))
        return end

    def _sum(self, at: int) -> int:
        if at + 1 >= len(self.lines) or not re.fullmatch(r"[^\W\d_]", self.lines[at + 1].text):
            raise NotCertain("the bounds of a sum were lost")
        index = self.lines[at + 1].body
        place = index.source_of(0)
        self._add(
            join(
                [
                    self.lines[at].body,
                    Traced.put_in("_{", place),
                    index,
                    Traced.put_in("}", place),
                ]
            )
        )
        # an operand follows, so nothing of the tail may look complete
        self.tail = "("
        return at + 2

    def _derivative(self, at: int, start: int) -> int:
        """A derivative over another: its numerator ends this line, its denominator is the next."""
        body = self.lines[at].body
        before = body.cut(0, start).strip()
        if before.text:
            self._text(before)
        self._times(body)
        if at + 1 >= len(self.lines):
            raise NotCertain("a fraction has no denominator")
        below = self.lines[at + 1].body
        found = _DENOMINATOR.match(below.text)
        if found is None:
            raise NotCertain("a fraction has no denominator")
        over = self._differential(body.cut(start, len(body.text)).strip())
        under = self._differential(below.cut(0, found.end()))
        self._add(_over(over, under))
        rest = below.cut(found.end(), len(below.text)).strip()
        if rest.text:
            self._text(rest)
        return at + 2

    def _times(self, body: Traced) -> None:
        """A fraction right behind a name, a number or a bracket is a factor: ``µ ∂E/∂w``."""
        if self._waits() or not self.parts or self.tail == "(":
            return
        if re.search(r"(?:(?<![\w.])[\w.]+|\))$", self.tail) is None:
            raise NotCertain("a fraction follows an operand without a sign")
        self._add(Traced.put_in("·", body.source_of(0)))

    def _differential(self, body: Traced) -> Traced:
        """``∂hpre, 0`` with its index joined on; a sum in brackets."""
        inner = body.cut(1, len(body.text)).strip()
        index = re.fullmatch(r"(\w+), ?(\d+)", inner.text)
        if index is not None:
            inner = join(
                [
                    inner.cut(0, index.end(1)),
                    Traced.put_in("_", inner.source_of(index.end(1))),
                    inner.cut(index.start(2), len(inner.text)),
                ]
            )
        elif re.search(r"\s[+−-]\s", inner.text):
            place = inner.source_of(0)
            inner = join(
                [Traced.put_in("(", place), self._mended(inner), Traced.put_in(")", place)]
            )
        elif "," in inner.text or " " in inner.text:
            raise NotCertain("what is differentiated was lost")
        else:
            inner = self._mended(inner)
        return join([body.cut(0, 1), inner])

    def _is_stacked(self, at: int) -> bool:
        """Whether this line is over the next: each stands alone, with an empty line between, or they are whole
        numbers behind a sign: nothing else is ``=``, ``1`` and ``2`` in three lines."""
        if at + 1 >= len(self.lines):
            return False
        below = self.lines[at + 1].text
        whole = self.lines[at].text.isdigit() and below.isdigit() and self._waits()
        if not self.lines[at + 1].gap and not whole:
            return False
        if "=" in below or "≈" in below or _STARTS_WITH_SIGN.match(below) or below in ("[", "∑"):
            return False
        return below.count("(") == below.count(")")

    def _may_follow(self, at: int) -> bool:
        """Whether a fraction may begin here: an operand has to follow, or it is a factor of whole
        numbers behind one (``2`` and then ``1`` over ``2``)."""
        whole = self.lines[at].text.isdigit() and self.lines[at + 1].text.isdigit()
        return self._waits() or (whole and self.lines[at].gap and self.tail[-1:].isdigit())

    def _fraction(self, at: int) -> int:
        self._times(self.lines[at].body)
        below = self.lines[at + 1].body
        self._add(_over(self.lines[at].body, self._mended(below)))
        following = self.lines[at + 2].text if at + 2 < len(self.lines) else "="
        if not (_STARTS_WITH_SIGN.match(following) or following[0] in "(∑∂"):
            raise NotCertain("where a fraction ends was lost")
        if following[0] in "(∑∂":
            self.tail = "("  # a product without a sign
        return at + 2

    def _in_line(self, at: int) -> int:
        body = self.lines[at].body
        if self.parts and not self._waits():
            carried = re.match(r"\d+(?=\s*(?:[=≈]|$))", body.text)
            if (
                self.tail.endswith(")") and carried is not None
            ):  # an exponent that slipped down a line
                place = body.source_of(0)
                power = body.cut(0, carried.end())
                self._add(join([Traced.put_in("^", place), power]), "")
                body = body.cut(carried.end(), len(body.text)).strip()
            elif not _STARTS_WITH_SIGN.match(body.text) and not (
                body.text.startswith("(") and self._after_fraction()
            ):
                raise NotCertain("two operands stand in two lines with nothing between")
        star = re.fullmatch(r"([^\W\d_]+)[∗*]", body.text)
        if star is not None and at + 1 < len(self.lines):  # an index that slipped down a line
            index = re.match(r"\d+(?=\s)", self.lines[at + 1].text)
            if index is not None and not self.lines[at + 1].gap and self.dots:
                below = self.lines[at + 1].body
                name = [body.cut(0, star.end(1)), below.cut(0, index.end())]
                self._add(
                    join(
                        [
                            *name,
                            Traced.put_in("^", body.source_of(star.end(1))),
                            body.cut(star.end(1), len(body.text)),
                        ]
                    )
                )
                self.tail = "x"
                rest = below.cut(index.end(), len(below.text)).strip()
                if rest.text:
                    self._text(rest)
                return at + 2
        lost = re.search(r"(?<=\s)[∗*]$", body.text)
        self._text(body)
        if lost is not None and at + 1 < len(self.lines):
            # ``W ∗`` and, in the next line, the index that belongs under the star
            self._add(Traced.put_in(LOST, body.source_of(len(body.text) - 1)))
            self.tail = "("
            at += 1
            self._text(self.lines[at].body)
            following = self.lines[at + 1].body if at + 1 < len(self.lines) else None
            if following is not None and following.text[0] in "∗*":
                self._text(following.cut(1, len(following.text)).strip())
                at += 1
        return at + 1

    def _after_fraction(self) -> bool:
        return self.tail == "("

    def _text(self, body: Traced) -> None:
        if body.text:
            self._add(self._mended(body))

    def _mended(self, body: Traced) -> Traced:
        """A line with the exponents and marks that the extraction flattened."""
        parts: list[Traced] = []
        at = 0
        for found in _LOST_SIGNS.finditer(body.text):
            place = body.source_of(found.start())
            if found["power"] is not None:
                parts += [body.cut(at, found.start()), *raised(body, found.span("power"))]
            elif found["exp"] is not None:
                parts += [body.cut(at, found.start("exp")), *raised(body, found.span("exp"))]
            elif found["broken"] is not None:
                raise NotCertain("where an exponent ends was lost")
            elif found["raised"] is not None:
                if not _BEFORE_POWER.search(body.text[: found.start()]):
                    continue
                if not self.dots:
                    raise NotCertain("a number may be an exponent or a factor")
                parts += [body.cut(at, found.start()), *raised(body, found.span("to"))]
            elif found["star"] is not None:
                if not self.dots:
                    raise NotCertain("a star may be a product or a mark")
                parts += [
                    body.cut(at, found.end("base")),
                    body.cut(*found.span("index")),
                    Traced.put_in("^", place),
                    body.cut(*found.span("star")),
                ]
            elif found["lone"] is not None:
                continue
            else:
                parts.append(body.cut(at, found.end("pair")))
                start, end = found.span("second")
                for factor in re.finditer(r"[^\W\d_]+\d+", body.text[start:end]):
                    parts.append(Traced.put_in("·", body.source_of(start + factor.start())))
                    parts.append(body.cut(start + factor.start(), start + factor.end()))
            at = found.end()
        return join([*parts, body.cut(at, len(body.text))])


def _over(top: Traced, bottom: Traced) -> Traced:
    first, second = top.source_of(0), bottom.source_of(0)
    return join(
        [
            Traced.put_in("(", first),
            top,
            Traced.put_in(")/(", second),
            bottom,
            Traced.put_in(")", second),
        ]
    )


def _cells(row: Traced) -> list[Traced]:
    cells: list[Traced] = []
    at = 0
    for cell in _ROW_SPLIT.split(row.text):
        begin = row.text.index(cell, at)
        at = begin + len(cell)
        if not _CELL.fullmatch(cell):
            raise NotCertain("the cells of a matrix were lost")
        cells.append(row.cut(begin, at))
    return cells


def _array(rows: Sequence[Sequence[Traced]], opening: Traced) -> Traced:
    place = opening.source_of(0)
    parts = [Traced.put_in("[", place)]
    for number, row in enumerate(rows):
        parts.append(Traced.put_in("[" if number == 0 else ", [", row[0].source_of(0)))
        for column, cell in enumerate(row):
            if column:
                parts.append(Traced.put_in(", ", cell.source_of(0)))
            parts.append(cell)
        parts.append(Traced.put_in("]", row[-1].source_of(0)))
    return join([*parts, Traced.put_in("]", place)])
