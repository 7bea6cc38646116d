"""What printed numbers come to, with nothing rounded: decimals and fractions are rational numbers."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction as Rational
from math import prod
from typing import Final

from derivgen.formula.tree import (
    Call,
    Delimited,
    Fraction,
    Node,
    Number,
    Power,
    Product,
    Sum,
    Symbol,
)

#: larger powers are not worked out, but those of ten are
_MOST_POWER: Final = 64
_MOST_POWER_OF_TEN: Final = 400


def exact_value(node: Node) -> Rational | None:
    """The value of a formula of numbers, where their sums, products, quotients, whole powers, sizes and
    maxima make it a rational number that is quickly found; None for any other formula."""
    match node:
        case Number(text):
            return Rational(text)
        case Sum(terms):
            values = _all(term for _, term in terms)
            if values is None or any(not isinstance(negative, bool) for negative, _ in terms):
                return None
            signs = (-1 if negative else 1 for negative, _ in terms)
            return sum((s * v for s, v in zip(signs, values, strict=True)), Rational(0))
        case Product(factors, "dot" | "cross" | "none"):
            values = _all(factors)
            return None if values is None else prod(values, start=Rational(1))
        case Fraction(above, below):
            values = _all((above, below))
            return values[0] / values[1] if values and values[1] else None
        case Power(base, exponent):
            return _power(exact_value(base), exact_value(exponent))
        case Delimited(body, "abs"):
            size = exact_value(body)
            return None if size is None else abs(size)
        case Delimited(body, "paren" | "bracket" | "brace"):
            return exact_value(body)
        case Call(Symbol("max"), arguments):
            values = _all(arguments)
            return max(values) if values else None
    return None


def _all(nodes: Iterable[Node]) -> list[Rational] | None:
    values = []
    for node in nodes:
        value = exact_value(node)
        if value is None:
            return None
        values.append(value)
    return values


def _power(base: Rational | None, exponent: Rational | None) -> Rational | None:
    if base is None or exponent is None or exponent.denominator != 1:
        return None
    most = _MOST_POWER_OF_TEN if base == 10 else _MOST_POWER
    if abs(exponent) > most or (base == 0 and exponent < 0):
        return None
    return base**exponent.numerator
