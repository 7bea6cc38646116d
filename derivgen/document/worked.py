"""Numbers put in, their result, and the digits that are printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import sympy

from derivgen.derivation.rounding import Rounder
from derivgen.formula.tree import Chain, Node, RelationSign
from derivgen.network.options import exact

#: a formula, and its value, with so many extra digits in its operands
SubstitutedForm = Callable[[int], Node]
SubstitutedValue = Callable[[int], float]
#: how many digits more than the policy's a factor is printed with, at the most, so that the printed
#: factors give the printed result
MOST_EXTRA_DIGITS = 8
#: dust is so much less than a unit of the last place
_DUST_IN_A_UNIT = 100


@dataclass(frozen=True)
class Worked:
    """A right side with its numbers put in, and its result.

    ``substituted`` is None where it would only repeat the result.  ``sign`` stands between the two:
    ``=`` where the printed numbers give the printed result exactly, ``approx`` where they round to
    it.
    """

    substituted: Node | None
    sign: RelationSign
    result: Node


def extended(chain: Chain, worked: Worked) -> Chain:
    """A chain with numbers put in and their result."""
    links = chain.links
    if worked.substituted is not None and worked.substituted != worked.result:
        links = (*links, ("=", worked.substituted))
    return Chain(chain.left, (*links, (worked.sign, worked.result)))


def as_float(text: str) -> float:
    """The value of printed digits, decimals or a fraction."""
    return float(sympy.Rational(text)) if "/" in text else float(text)


def is_same(left: float, right: float) -> bool:
    """Equal up to the dust of double precision."""
    return abs(left - right) <= 1e-12 * max(1e-3, abs(left), abs(right))


def gives(value: float, result: str) -> bool:
    """Whether a value is a printed result, up to dust that is far less than a unit of its last place."""
    printed = as_float(result)
    if "/" in result:
        return is_same(value, printed)
    unit = float(Decimal(1).scaleb(int(Decimal(result).as_tuple().exponent)))
    return is_same(value, printed) and abs(value - printed) <= unit / _DUST_IN_A_UNIT


def setting_text(rounder: Rounder, value: Fraction) -> str:
    """A setting as it is printed: its decimals where they come to an end, else the fraction."""
    decimal = float(value)
    return short_digits(rounder.given(decimal)) if exact(decimal) == value else str(value)


def short_digits(digits: str) -> str:
    """A setting's digits; those of a very small one as a power of ten: ``1E-8``."""
    value = Decimal(digits)
    return digits if value == 0 or abs(value) >= Decimal("1e-4") else f"{value:E}"
