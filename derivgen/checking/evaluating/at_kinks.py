"""Slopes at a kink, where each one between those of its two sides is a convention.

``share`` says which one is taken: 0 for that of the left side, 1 for that of the right side, and all between.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.values import Array, Dual, Real, Value
from derivgen.network.functions import FUNCTIONS
from derivgen.network.scalar import kinks_of


@cache
def _kinks(name: str) -> tuple[tuple[Real, Real, Real], ...]:
    """The kinks of a function of the table, each with the slopes on its left and on its right."""
    if name == "abs":
        return ((mpmath.mpf(0), mpmath.mpf(-1), mpmath.mpf(1)),)
    entry = FUNCTIONS.get(name)
    if entry is None or not entry.kinks:
        return ()
    return tuple(
        (mpmath.mpf(str(kink.at)), mpmath.mpf(str(kink.left)), mpmath.mpf(str(kink.right)))
        for kink in kinks_of(entry)
        if kink.left.is_Number and kink.right.is_Number
    )


def applied(name: str, argument: Dual, order: int, share: Real | None) -> Dual:
    """A function of one number, or a derivative of it."""
    if share is not None and order <= 1:
        for at, left, right in _kinks(name):
            if argument.value == at:
                slope = left + share * (right - left)
                if order:
                    return Dual(slope)
                return Dual(v.apply(name, Dual(at)).value, slope * argument.slope)
    return v.apply(name, argument, order)


def shared(cells: Sequence[Dual], sign: int, share: Real | None) -> Dual | None:
    """The largest or smallest of several numbers where more than two of them are that, and they share the slope: in
    equal parts.  None for any other case."""
    if share is None or share in (0, 1):
        return None
    best = v.largest(cells, sign)
    tied = [cell for cell in cells if cell.value == best.value]
    if len(tied) < 3:
        return None
    return Dual(best.value, sum((cell.slope for cell in tied), mpmath.mpf(0)) / len(tied))


def larger(one: Dual, other: Dual, sign: int, share: Real | None) -> Dual:
    """The larger (``sign`` 1) or smaller (-1) of two numbers; where they are equal, ``share`` of the first slope and
    the rest of the second."""
    if share is None or one.value != other.value:
        return v.largest((one, other), sign)
    return Dual(one.value, share * one.slope + (1 - share) * other.slope)


def winners(arguments: Sequence[Value], sign: int) -> list[Dual]:
    """The numbers that are the largest (``sign`` 1) or the smallest (-1) of all: several where they are equal."""
    cells = [cell for a in arguments for cell in (a.cells() if isinstance(a, Array) else (a,))]
    best = v.largest(cells, sign)
    return [cell for cell in cells if cell.value == best.value]
