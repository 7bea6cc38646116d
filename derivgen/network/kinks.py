"""Where the derivative of an expression jumps, and which value it is given there.

A function such as ``max(0, z)`` has a derivative on either side of its kink and none at it.  A rule
picks the value that is taken there: that of the ``left``, that of the ``right``, the ``middle`` of both, or the
``smallest``: of all numbers between the two, the one nearest to 0 (so 0 for ReLU and for the
absolute value), which is the default.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import sympy

KinkRule = Literal["left", "right", "middle", "smallest"]
KINK_RULES: tuple[KinkRule, ...] = ("left", "right", "middle", "smallest")

#: pieces that are told apart by a polynomial of a higher degree are refused
_LARGEST_DEGREE = 2


class NoBoundaries(ValueError):
    """The points between the pieces of an expression cannot be found."""


@dataclass(frozen=True)
class Kink:
    """A point with the derivatives on both sides of it, and the one that is taken."""

    at: sympy.Expr
    left: sympy.Expr
    right: sympy.Expr
    taken: sympy.Expr


def in_pieces(expression: sympy.Expr) -> sympy.Expr:
    """The same function with Piecewise for Abs, Max, Min, sign and Heaviside."""
    for kind in (sympy.Max, sympy.Min, sympy.Abs, sympy.sign, sympy.Heaviside):
        if expression.has(kind):
            expression = expression.replace(
                lambda e, kind=kind: isinstance(e, kind), lambda e: e.rewrite(sympy.Piecewise)
            )
    return expression


def boundaries(expression: sympy.Expr, variable: sympy.Symbol) -> tuple[sympy.Expr, ...]:
    """The points between the pieces of an expression, in increasing order.

    Raises NoBoundaries where a condition is no polynomial of degree 1 or 2 in the variable.
    """
    found: set[sympy.Expr] = set()
    for condition in in_pieces(expression).atoms(sympy.core.relational.Relational):
        difference = condition.lhs - condition.rhs
        polynomial = difference.as_poly(variable)
        if polynomial is None or not 1 <= polynomial.degree() <= _LARGEST_DEGREE:
            shown = condition.xreplace({variable: sympy.Symbol(variable.name.lower())})
            raise NoBoundaries(f"the condition {shown} is no polynomial of degree 1 or 2")
        found.update(_roots(*polynomial.all_coeffs()))
    points: list[sympy.Expr] = []
    for point in sorted(found, key=lambda point: sympy.N(point, 30)):
        if not points or not _same(point, points[-1]):  # one number can be written in two ways
            points.append(point)
    return tuple(points)


def _roots(*coefficients: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """The real roots of a polynomial of degree 1 or 2, from its highest coefficient on.

    sympy's own ``real_roots`` takes rational coefficients only, and a boundary may be a root itself.
    """
    if len(coefficients) == 2:
        slope, constant = coefficients
        return (sympy.radsimp(-constant / slope),)
    a, b, c = coefficients
    discriminant = sympy.radsimp(b**2 - 4 * a * c)
    if sympy.N(discriminant, 30) < 0:
        return ()
    root = sympy.sqrt(discriminant)
    return tuple(sympy.radsimp((sign * root - b) / (2 * a)) for sign in (-1, 1))


def branch(expression: sympy.Expr, variable: sympy.Symbol, point: sympy.Expr) -> sympy.Expr:
    """The formula that holds around ``point``, which must not be a boundary."""

    def chosen(pieces: sympy.Piecewise) -> sympy.Expr:
        return next(
            value
            for value, condition in pieces.args
            if condition.subs(variable, point) is sympy.true
        )

    return in_pieces(expression).replace(lambda e: isinstance(e, sympy.Piecewise), chosen)


def between(points: tuple[sympy.Expr, ...]) -> tuple[sympy.Expr, ...]:
    """One point in each of the intervals that ``points`` make."""
    if not points:
        return (sympy.S.Zero,)
    middles = [(a + b) / 2 for a, b in pairwise(points)]
    return (points[0] - 1, *middles, points[-1] + 1)


def take(rule: KinkRule, left: sympy.Expr, right: sympy.Expr) -> sympy.Expr:
    """The value that ``rule`` takes between two one-sided derivatives."""
    if rule == "left":
        return left
    if rule == "right":
        return right
    if rule == "middle":
        return (left + right) / 2
    if sympy.N(left * right, 30) <= 0:
        return sympy.S.Zero
    return min(left, right, key=lambda side: abs(sympy.N(side, 30)))


def join(
    pieces: tuple[sympy.Expr, ...],
    points: tuple[sympy.Expr, ...],
    at_points: tuple[sympy.Expr | None, ...],
    variable: sympy.Symbol,
    values: sympy.Expr,
    symbol: sympy.Symbol,
) -> sympy.Expr:
    """Formulas put together again, from right to left, as one Piecewise.

    ``at_points`` holds the value at each point, or None where both sides agree there.  ``symbol``
    stands for the function's value ``values`` in the pieces.
    """
    lines: list[tuple[sympy.Expr, sympy.Basic]] = []

    def add(formula: sympy.Expr, condition: sympy.Basic) -> None:
        # what lies to the left of a line's part comes after it, so its condition holds there too
        if lines and lines[-1][0] == formula:
            lines.pop()
        lines.append((formula, condition))

    for i in reversed(range(len(points))):
        point, wanted, right = points[i], at_points[i], pieces[i + 1]
        if wanted is None or _same(_at(right, variable, point, values, symbol), wanted):
            add(right, variable >= point)
            continue
        add(right, variable > point)
        if not _same(_at(pieces[i], variable, point, values, symbol), wanted):
            add(wanted, sympy.Eq(variable, point))
    add(pieces[0], sympy.true)
    return sympy.Piecewise(*lines)


def sides(
    derivative: sympy.Expr,
    variable: sympy.Symbol,
    points: tuple[sympy.Expr, ...],
    values: sympy.Expr,
    symbol: sympy.Symbol,
) -> tuple[tuple[sympy.Expr, ...], tuple[tuple[sympy.Expr, sympy.Expr], ...]]:
    """The formulas between the points, and (left, right) derivatives at each point."""
    pieces = tuple(branch(derivative, variable, point) for point in between(points))
    pairs = tuple(
        (
            _at(pieces[i], variable, point, values, symbol),
            _at(pieces[i + 1], variable, point, values, symbol),
        )
        for i, point in enumerate(points)
    )
    return pieces, pairs


def _at(
    piece: sympy.Expr,
    variable: sympy.Symbol,
    point: sympy.Expr,
    values: sympy.Expr,
    symbol: sympy.Symbol,
) -> sympy.Expr:
    return piece.subs(symbol, values.subs(variable, point)).subs(variable, point)


def is_finite(value: sympy.Expr) -> bool:
    """Whether a constant is a finite real number."""
    number = sympy.N(value, 30)
    return bool(number.is_real and number.is_finite)


def _same(left: sympy.Expr, right: sympy.Expr) -> bool:
    return bool(abs(sympy.N(left - right, 30)) < sympy.Float("1e-20"))
