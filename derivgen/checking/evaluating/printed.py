"""Printed numbers: what a decimal says, and whether a value could have been printed as it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

import mpmath

from derivgen.checking.evaluating.values import Real
from derivgen.checking.maths import tree as t

#: how far, in units of the last place, a value may lie beyond a tie and still count as one
TIE = mpmath.mpf("1e-6")
#: how near to a whole unit a number that was cut may be: Adam's first step is a whole one but for its epsilon
_WHOLE = mpmath.mpf("1e-9")


class Fit(Enum):
    """How a printed number stands to a value."""

    ROUNDED = "rounded"
    CUT = "cut"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as printed: its value and the size of one unit of its last place."""

    value: Real
    decimals: int
    text: str

    @property
    def unit(self) -> Real:
        return mpmath.mpf(10) ** -self.decimals

    def fit(self, value: Real) -> Fit:
        """Whether ``value``, rounded (ties either way) or cut to these digits, is this number."""
        away = abs(value - self.value) / self.unit
        if away <= mpmath.mpf("0.5") + TIE:
            return Fit.ROUNDED
        if away < 1 - _WHOLE and abs(value) > abs(self.value) and (value * self.value >= 0):
            return Fit.CUT
        return Fit.OFF

    def as_printed(self, value: Real) -> str:
        """Another value with the same number of decimals, and with a power of ten where this one has one."""
        return (scientific if "e" in self.text else decimal)(value, self.decimals)


def decimal(value: Real, decimals: int) -> str:
    """A value rounded to so many decimals, never ``-0.00``; to tens or hundreds where these are negative."""
    number = float(value)
    if decimals < 0 and math.isfinite(number):
        number = round(number, decimals)
    text = f"{number:.{max(decimals, 0)}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def scientific(value: Real, decimals: int) -> str:
    """A value rounded to so many decimals, as ``1.23e-6``; as a plain number where that leaves nothing of it."""
    digits = decimals + (math.floor(mpmath.log10(abs(value))) if value else -decimals - 1)
    if digits < 0:
        return decimal(value, decimals)
    mantissa, exponent = f"{float(value):.{digits}e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def printed_number(node: t.Node) -> Printed | None:
    """The number that a node is, with its sign; None for anything else."""
    match node:
        case t.Number(text, value, decimals):
            return Printed(mpmath.mpf(value.numerator) / value.denominator, decimals, text)
        case t.Negated(t.Number(text, value, decimals)):
            number = mpmath.mpf(value.numerator) / value.denominator
            return Printed(-number, decimals, f"-{text}")
        case t.Sum(((negative, body),)):
            found = printed_number(body)
            if found is None or not negative:
                return found
            return Printed(-found.value, found.decimals, f"-{found.text}")
    return None


def printed_matrix(node: t.Node) -> tuple[tuple[Printed, ...], ...] | None:
    """The numbers of a matrix all of whose cells are numbers; None for anything else, and for rows of
    different lengths."""
    if isinstance(node, t.Transposed):
        body = printed_matrix(node.body)
        return None if body is None else tuple(zip(*body, strict=False))
    if not isinstance(node, t.Matrix):
        return None
    rows: list[tuple[Printed, ...]] = []
    for row in node.rows:
        cells = tuple(cell for cell in map(printed_number, row) if cell is not None)
        if len(cells) < len(row):
            return None
        rows.append(cells)
    return tuple(rows) if len(set(map(len, rows))) == 1 else None


def exact_cells(node: t.Node) -> tuple[tuple[Fraction, int], ...]:
    """The numbers of a printed number, vector or matrix, row by row, each with its decimals; empty for anything else.

    A vector is the same lying or standing."""
    match node:
        case t.Number(_, value, decimals):
            return ((value, decimals),)
        case t.Negated(body) | t.Sum(((True, body),)):
            return tuple((-value, decimals) for value, decimals in exact_cells(body))
        case t.Transposed(t.Matrix() as body) if len(body.rows) == 1 or len(body.rows[0]) == 1:
            return exact_cells(body)
        case t.Matrix(rows):
            cells = [exact_cells(cell) for row in rows for cell in row]
            return tuple(cell for (cell,) in cells) if all(len(c) == 1 for c in cells) else ()
    return ()


def exact_value(node: t.Node) -> Fraction | None:
    """The value of a printed number with its sign; None for anything else."""
    if isinstance(node, t.Negated):
        inner = exact_value(node.body)
        return None if inner is None else -inner
    return node.value if isinstance(node, t.Number) else None


def exact_values(node: t.Node) -> tuple[Fraction, ...]:
    """As :func:`exact_cells`, without the decimals."""
    return tuple(value for value, _ in exact_cells(node))


def first_values(node: t.Node) -> tuple[Fraction, ...]:
    """The number that a sum begins with, or the numbers of the array: 0.4 of ``0.4 - 0.1 * 0.05``; empty for anything
    else."""
    if not isinstance(node, t.Sum) or len(node.terms) < 2:
        return ()
    negative, first = node.terms[0]
    return exact_values(t.Negated(first) if negative else first)


def is_fraction(node: t.Node) -> bool:
    """True for a fraction of whole numbers, and for a matrix with such cells among its numbers: a value that is
    given exactly rather than a calculation."""
    match node:
        case t.Negated(body) | t.Sum(((_, body),)):
            return is_fraction(body)
        case t.Quotient(t.Number() as top, t.Number() as bottom):
            return top.decimals <= 0 and bottom.decimals <= 0
        case t.Matrix(rows):
            cells = [cell for row in rows for cell in row]
            numbers = all(is_fraction(cell) or printed_number(cell) is not None for cell in cells)
            return numbers and any(map(is_fraction, cells))
    return False


def is_printed(node: t.Node) -> bool:
    """True for a number or a matrix of numbers: a result rather than a calculation."""
    return printed_number(node) is not None or printed_matrix(node) is not None


def is_numeric(node: t.Node) -> bool:
    """True for a formula without names, derivatives, words and dots: it has a value by itself."""
    return not any(
        # the conditions of cases have names
        isinstance(part, t.Name | t.Derivative | t.Words | t.Dots | t.Cases)
        for part in t.walk(node)
    )


def is_shortened(node: t.Node) -> bool:
    """True for a calculation of which a part is left out, with dots: ``0.1 * 0.5 + ... + 0.4 * 0.3``."""
    parts = list(t.walk(node))
    others = (isinstance(p, t.Name | t.Derivative | t.Words | t.Cases | t.Matrix) for p in parts)
    return any(isinstance(p, t.Dots) for p in parts) and not any(others)


def is_calculation(node: t.Node) -> bool:
    """True for a formula of numbers alone, also for one of which a part is left out."""
    return is_numeric(node) or is_shortened(node)


def has_decimals(node: t.Node) -> bool:
    """True where a formula holds a number that looks like a value put in, not like a constant."""
    return any(isinstance(part, t.Number) and part.decimals > 1 for part in t.walk(node))
