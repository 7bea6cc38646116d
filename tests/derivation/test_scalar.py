"""Single numbers by walking the tree, against sympy's own evaluation."""

from __future__ import annotations

import math

import pytest
import sympy

from derivgen.derivation.arithmetic import FloatArithmetic
from derivgen.network.functions import FUNCTIONS, Z, derivative_of

X, Y = sympy.symbols("x y", real=True)


@pytest.mark.parametrize(
    "expression",
    [
        X + Y - 3,
        X * Y / 7,
        (X - Y) ** 2 / 2,
        1 / (1 + sympy.exp(-X)),
        sympy.sqrt(X**2 + 1),
        sympy.log(X**2 + 1),
        sympy.Max(X, Y, 0) + sympy.Min(X, Y),
        sympy.Abs(X - Y) * sympy.sign(Y),
        sympy.Piecewise((X, X > Y), (Y**2, sympy.And(Y > 0, X < 0)), (1, True)),
        sympy.pi * sympy.erf(X),
    ],
)
@pytest.mark.parametrize("point", [(0.3, -1.2), (-2.0, 0.5), (1.5, 1.25)])
def test_as_sympy(expression: sympy.Expr, point: tuple[float, float]) -> None:
    values = dict(zip((X, Y), point, strict=True))
    expected = float(expression.subs(values).evalf(30))
    assert math.isclose(FloatArithmetic({}).scalar(expression, values), expected, rel_tol=1e-13)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("at", [-2.3, 0.4, 1.7])
def test_every_function_of_the_table_and_its_derivative(name: str, at: float) -> None:
    function = FUNCTIONS[name]
    if not function.domain[0] < at < function.domain[1]:
        return
    arithmetic = FloatArithmetic(FUNCTIONS)
    call = sympy.Function(name)(X)
    value = arithmetic.scalar(call, {X: at})
    assert math.isclose(value, float(function.expression.subs(Z, at).evalf(30)), rel_tol=1e-12)
    step = 1e-6
    slope = (arithmetic.scalar(call, {X: at + step}) - arithmetic.scalar(call, {X: at - step})) / (
        2 * step
    )
    friendly = derivative_of(function).subs({Z: X, sympy.Symbol("A", real=True): call})
    assert math.isclose(arithmetic.scalar(friendly, {X: at}), slope, rel_tol=1e-6, abs_tol=1e-8)


def test_what_is_too_large_is_infinite_and_what_is_unknown_is_loud() -> None:
    arithmetic = FloatArithmetic({})
    assert arithmetic.scalar(sympy.exp(X), {X: 1000.0}) == math.inf
    with pytest.raises(TypeError, match="gamma"):
        arithmetic.scalar(sympy.gamma(X), {X: 2.0})
