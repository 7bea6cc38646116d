"""What printed numbers come to exactly."""

from __future__ import annotations

from fractions import Fraction as Rational

import pytest

from derivgen.formula.build import add, call, fraction, multiply, negate, number, parentheses, power
from derivgen.formula.exact import exact_value
from derivgen.formula.tree import Delimited, Matrix, Node, Root, Symbol

TINY = number("1.26e-13")


@pytest.mark.parametrize(
    ("node", "value"),
    [
        (number("-0.40"), "-2/5"),
        (number("-137/90"), "-137/90"),
        (number("1e-8"), "1/100000000"),
        (add(number("0.1"), number("0.2"), negate(number("0.3"))), "0"),
        (add(number("-12.0"), negate(multiply([number("0.5"), TINY]))), "-12000000000000063e-15"),
        (fraction(number("0.3"), parentheses(add(number("1"), number("-0.25")))), "2/5"),
        (power(parentheses(number("-0.5")), number("2")), "1/4"),
        (power(number("0.5"), number("-2")), "4"),
        (Delimited(number("-3"), "abs"), "3"),
        (call(Symbol("max"), number("0"), number("1.5"), number("-2")), "3/2"),
    ],
)
def test_rational_formulas(node: Node, value: str) -> None:
    assert exact_value(node) == Rational(value)


@pytest.mark.parametrize(
    "node",
    [
        Symbol("x"),
        call(Symbol("sigma"), number("0.5")),
        add(number("1"), Symbol("x")),
        fraction(number("1"), number("0.0")),
        power(number("0.0"), number("-1")),
        power(number("4"), number("1/2")),
        power(number("1.5"), number("100000000")),
        power(Symbol("e"), number("2")),
        Root(number("4")),
        Matrix(((number("1"),),)),
    ],
)
def test_what_is_no_rational_number_or_takes_long(node: Node) -> None:
    assert exact_value(node) is None
