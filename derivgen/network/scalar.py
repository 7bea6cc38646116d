"""One scalar function: its expression, its derivative, its kinks; and functions of a user's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import sympy

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network import kinks
from derivgen.network.kinks import Kink, KinkRule

#: the argument of every function, and its value (for derivatives such as ``A*(1 - A)``)
Z = sympy.Symbol("Z", real=True)
A = sympy.Symbol("A", real=True)


@dataclass(frozen=True)
class ScalarFunction:
    """A function of one real variable.

    ``expression`` is over :data:`Z`; ``derivative`` over Z and :data:`A` (the value), or None to take
    sympy's.  ``kinks`` are the points where the derivative jumps.  ``domain`` is the open interval
    on which the function is defined.  ``latex`` is the name in formulas, read by the name parser of
    :mod:`derivgen.formula.names` (``\\sigma``, ``\\tanh``, ``ReLU``).  ``stable`` evaluates it on arrays
    where the plain expression overflows.  ``written`` is how a call is printed where that is not
    the name before an argument in parentheses (``Abs(Z)``).  ``parameters`` are the numbers inside
    it.  ``kink_rule`` says which value ``derivative`` takes at the kinks.  ``remark`` is one sentence
    of a teacher about the derivative.  ``inner`` are entries of the table that its formulas are written
    with: a reader knows the sigmoid by its name.  ``short`` is the derivative in a sign for its cases, for a
    function that has no name to put a prime to.
    """

    name: str
    expression: sympy.Expr
    summary: str
    latex: str
    derivative: sympy.Expr | None = None
    kinks: tuple[float, ...] = ()
    domain: tuple[float, float] = (-np.inf, np.inf)
    stable: Callable[[np.ndarray], np.ndarray] | None = None
    activation: bool = True
    written: sympy.Expr | None = None
    parameters: tuple[tuple[str, Fraction], ...] = ()
    kink_rule: KinkRule = "smallest"
    remark: str = ""
    #: what a sentence calls it, where that is not its name
    word: str = ""
    inner: tuple[str, ...] = ()
    short: sympy.Expr | None = None


def derivative_of(function: ScalarFunction) -> sympy.Expr:
    """The derivative over :data:`Z` and :data:`A`, in the friendly form where there is one."""
    if function.derivative is not None:
        return function.derivative
    return sympy.diff(function.expression, Z)


def kinks_of(function: ScalarFunction) -> tuple[Kink, ...]:
    """Each kink with the derivatives on its two sides and the one that is taken."""
    found = []
    for point, (left, right) in _sides(function):
        if _is_kink(function, point):
            taken = kinks.take(function.kink_rule, left, right)
            found.append(Kink(point, left, right, taken))
    return tuple(found)


def with_kink(function: ScalarFunction, rule: KinkRule) -> ScalarFunction:
    """The same function with the derivative that ``rule`` takes at its kinks.

    ``rule`` is "left", "right", "middle", or "smallest" (the default of every entry: 0 for ReLU).  A
    function without kinks keeps its derivative.  Raises E455 for an unknown rule.
    """
    if rule not in kinks.KINK_RULES:
        raise DerivgenError(
            "E455",
            f"there is no rule {rule!r} for kinks; there are {', '.join(kinks.KINK_RULES)}",
            hint=did_you_mean(str(rule), kinks.KINK_RULES),
        )
    if not function.kinks or rule == function.kink_rule:
        return replace(function, kink_rule=rule)
    derivative = derivative_of(function)
    points = kinks.boundaries(derivative, Z)
    pieces, pairs = kinks.sides(derivative, Z, points, function.expression, A)
    taken = tuple(
        kinks.take(rule, left, right) if _is_kink(function, point) else None
        for point, (left, right) in zip(points, pairs, strict=True)
    )
    joined = kinks.join(pieces, points, taken, Z, function.expression, A)
    return replace(function, derivative=joined, kink_rule=rule, short=None)


def _is_kink(function: ScalarFunction, point: sympy.Expr) -> bool:
    return any(abs(float(point) - kink) < 1e-12 for kink in function.kinks)


def user_function(
    name: str,
    expression: sympy.Expr,
    latex: str | None = None,
    rule: KinkRule = "smallest",
    place: Place | None = None,
) -> ScalarFunction:
    """A function that a user defined, over :data:`Z`, with its kinks found.

    Raises E456 where the expression holds another symbol, where the points between its pieces
    cannot be found, and where it jumps: there its derivative says nothing about it.
    """
    others = sorted(str(symbol) for symbol in expression.free_symbols - {Z})
    if others:
        raise DerivgenError(
            "E456", f"the function {name} holds {', '.join(others)} beside its argument", place
        )
    pieces = kinks.in_pieces(expression)
    try:
        points = kinks.boundaries(pieces, Z)
    except kinks.NoBoundaries as error:
        raise DerivgenError(
            "E456", f"the kinks of the function {name} cannot be found: {error}", place
        ) from error
    formulas = [kinks.branch(pieces, Z, point) for point in kinks.between(points)]
    for point, (before, after) in zip(points, pairwise(formulas), strict=True):
        here = pieces.subs(Z, point)
        sides = [side.subs(Z, point) for side in (before, after)]
        if not all(kinks.is_finite(value) for value in (here, *sides)):
            raise _without_limit(name, "value", point, place)
        if any(abs(sympy.N(here - side, 30)) > 1e-15 for side in sides):
            raise DerivgenError(
                "E456",
                f"the function {name} jumps at {point}, so it has no derivative there",
                place,
            )
    derivative = sympy.diff(pieces, Z)
    slopes, pairs = kinks.sides(derivative, Z, points, pieces, A)
    for point, pair in zip(points, pairs, strict=True):
        if not all(kinks.is_finite(slope) for slope in pair):
            raise _without_limit(name, "slope", point, place)
    jumps = tuple(
        float(point)
        for point, (left, right) in zip(points, pairs, strict=True)
        if abs(sympy.N(left - right, 30)) > 1e-15
    )
    if pieces.has(sympy.Eq, sympy.Ne):
        # a value given to one point alone says nothing about the slope there
        derivative = kinks.join(slopes, points, (None,) * len(points), Z, pieces, A)
    found = ScalarFunction(
        name,
        expression,
        summary="defined by the user",
        latex=latex if latex is not None else name,
        derivative=derivative if points else None,
        kinks=jumps,
        kink_rule="right" if rule == "left" else "left",
    )
    if not jumps:
        return replace(found, derivative=None if not points else derivative, kink_rule="smallest")
    return with_kink(found, rule)


def _without_limit(name: str, what: str, point: sympy.Expr, place: Place | None) -> DerivgenError:
    return DerivgenError(
        "E456",
        f"the {what} of the function {name} at {point} cannot be computed from the formulas beside it",
        place,
        f"where the formulas change, at {point}, each of them needs a finite value and slope",
    )


def _sides(
    function: ScalarFunction,
) -> tuple[tuple[sympy.Expr, tuple[sympy.Expr, sympy.Expr]], ...]:
    if not function.kinks:
        return ()
    derivative = derivative_of(function)
    points = kinks.boundaries(derivative, Z)
    pairs = kinks.sides(derivative, Z, points, function.expression, A)[1]
    return tuple(zip(points, pairs, strict=True))
