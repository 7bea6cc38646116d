"""Formulas from sympy mean what sympy means, in the order in which their author wrote them."""

from __future__ import annotations

import math

import plain
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derivgen.formula.from_sympy import from_sympy, share
from derivgen.formula.latex import LATEX
from derivgen.formula.names import parse_name
from derivgen.formula.tree import Number, Script, Symbol

X, A, Y, Z = sympy.symbols("x a y z", real=True)
NAMES = {Y: Symbol("y"), A: Script(Symbol("a"), Number("1")), Z: Symbol("z"), X: Symbol("x")}
F = sympy.Function("f", real=True)


def latex(expression: sympy.Basic, operator: str = "none") -> str:
    return LATEX.write(
        from_sympy(expression, NAMES, {"f": Symbol("f")}, operator)  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (1 - A, "1 - a_{1}"),
        (A * (1 - A), "a_{1} (1 - a_{1})"),
        ((Y - A) ** 2 / 2, r"\frac{1}{2}\, (y - a_{1})^{2}"),
        (sympy.diff((Y - A) ** 2 / 2, A), "a_{1} - y"),
        (1 / (1 + sympy.exp(-Z)), r"\frac{1}{1 + e^{-z}}"),
        (-Y / A - (1 - Y) / (1 - A), r"-\frac{y}{a_{1}} - \frac{1 - y}{1 - a_{1}}"),
        (sympy.log(1 - A), r"\ln(1 - a_{1})"),
        (sympy.Max(0, Z), r"\max(0, z)"),
        (Z / sympy.sqrt(2), r"\frac{z}{\sqrt{2}}"),
        (Z / sympy.sqrt(2 * sympy.pi), r"\frac{z}{\sqrt{2 \pi}}"),
        (sympy.sqrt(2) * sympy.sqrt(sympy.pi) * Z, r"\sqrt{2 \pi}\, z"),
        (F(Z) * (1 - F(Z)), r"f(z)\, (1 - f(z))"),
        (X * Z, "z x"),
        (Z + 1, "z + 1"),
        (-3 * A * Z, "-3 a_{1} z"),
        (A**-2, r"\frac{1}{a_{1}^{2}}"),
        (sympy.Float("0.044715") * Z**3, "0.044715 z^{3}"),
        (sympy.Rational(-1, 3), r"-\frac{1}{3}"),
        (2 * sympy.pi, r"2 \pi"),
        (sympy.oo, r"\infty"),
        (sympy.tanh(Z) ** 2, r"\tanh^{2}(z)"),
        (sympy.Heaviside(Z), r"\mathrm{H}(z)".replace(r"\mathrm{H}", "H")),
        (
            sympy.Piecewise((1, sympy.And(Z > -1, Z < 1)), (0, True)),
            r"\begin{cases} 1 & \text{if } -1 \lt z \lt 1 \\ "
            r"0 & \text{otherwise} \end{cases}",
        ),
        (
            sympy.Piecewise((Z, Z > 0), (0, True)),
            r"\begin{cases} z & \text{if } z \gt 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_forms(expression: sympy.Basic, expected: str) -> None:
    assert latex(expression) == expected


def test_the_order_of_names_is_the_order_of_print() -> None:
    p, q = sympy.symbols("p q")
    names = {q: Symbol("q"), p: Symbol("p")}
    assert LATEX.write(from_sympy(p * q + p, names, operator="dot")) == r"q \cdot p + p"
    reverse = {p: Symbol("p"), q: Symbol("q")}
    assert LATEX.write(from_sympy(p * q + q, reverse, operator="dot")) == r"p \cdot q + q"


def test_kronecker() -> None:
    i, j = sympy.symbols("i j", integer=True)
    names = {i: Symbol("i"), j: Symbol("j")}
    assert LATEX.write(from_sympy(sympy.KroneckerDelta(j, i), names)) == r"\delta_{ij}"
    names = {i: Symbol("i"), j: parse_name("j_1")}
    assert LATEX.write(from_sympy(sympy.KroneckerDelta(i, j), names)) == r"\delta_{i,j_{1}}"


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        (sympy.Integral(X, X), TypeError),
        (sympy.gamma(X), TypeError),
        (sympy.I * X, TypeError),
        (sympy.Symbol("unnamed"), KeyError),
        (sympy.Function("unnamed")(X), KeyError),
    ],
)
def test_what_is_unknown_is_refused(expression: sympy.Basic, error: type[Exception]) -> None:
    with pytest.raises(error):
        latex(expression)


# --- meaning --------------------------------------------------------------------------------

_numbers = st.sampled_from(
    [sympy.Integer(n) for n in (-3, -2, -1, 1, 2, 3)]
    + [sympy.Rational(1, 2), sympy.Rational(-2, 3), sympy.sqrt(2), sympy.pi, sympy.Float("0.25")]
)


def _grow(e: st.SearchStrategy[sympy.Expr]) -> st.SearchStrategy[sympy.Expr]:
    return st.one_of(
        st.lists(e, min_size=2, max_size=4).map(lambda args: sympy.Add(*args)),
        st.lists(e, min_size=2, max_size=4).map(lambda args: sympy.Mul(*args)),
        st.tuples(e, st.sampled_from([-2, -1, 2, 3])).map(lambda be: be[0] ** be[1]),
        e.map(lambda x: -x),
        e.map(lambda x: sympy.exp(x / 4)),
        e.map(sympy.tanh),
        e.map(sympy.Abs),
        e.map(F),
        e.map(lambda x: sympy.sqrt(x**2 + 1)),
    )


# as leaves: sympy takes seconds to order the arguments of nested ones
_SPECIAL = [sympy.Max(0, Z), sympy.Min(X, Y), sympy.Piecewise((X - 1, Z > 1), (A, True))]
_LEAVES = st.sampled_from([X, A, Y, Z, *_SPECIAL]) | _numbers
EXPRESSIONS = st.recursive(_LEAVES, _grow, max_leaves=6)


@settings(max_examples=40, deadline=None)
@given(EXPRESSIONS, st.sampled_from(["none", "dot"]))
def test_the_printed_formula_has_the_value_of_the_expression(
    expression: sympy.Expr, operator: str
) -> None:
    assume(not expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo))
    assume(not expression.has(sympy.re))  # sympy's own, for the size of an exponential of cases
    at = {X: 0.7, A: -1.3, Y: 2.1, Z: 1.9}
    try:
        exact = expression.replace(F, lambda x: x**3 + 1).subs(at).evalf(20)
        expected = float(exact)
    except (TypeError, OverflowError, ZeroDivisionError):
        assume(False)
    assume(math.isfinite(expected) and 1e-6 < abs(expected) < 1e9)
    tree = from_sympy(expression, NAMES, {"f": Symbol("f")}, operator)  # type: ignore[arg-type]
    read = plain.value(tree, {"x": 0.7, "a_1": -1.3, "y": 2.1, "z": 1.9})
    assert read == pytest.approx(expected, rel=1e-6), plain.flat(tree)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("(x > -1) & (x < 1)", r"-1 \lt x \lt 1"),
        ("(x >= -1) & (x < 2)", r"-1 \le x \lt 2"),
        ("(x < 1) & (y > 0)", r"x \lt 1\text{ and }y \gt 0"),
        ("(x > -1) & (x > 1/2)", r"x \gt -1\text{ and }x \gt \frac{1}{2}"),
    ],
)
def test_two_bounds_of_one_quantity_are_an_interval(text: str, written: str) -> None:
    names = {sympy.Symbol(n, real=True): Symbol(n) for n in "xy"}
    condition = sympy.sympify(text, {n.name: n for n in names})
    assert LATEX.write(from_sympy(condition, names)) == written


@pytest.mark.parametrize(
    ("text", "inside", "before"),
    [
        ("1/10", "0.1", r"\frac{1}{10}"),
        ("1/20", "0.05", "0.05"),
        ("1/4", r"\frac{1}{4}", r"\frac{1}{4}"),
        ("3", "3", "3"),
    ],
)
def test_a_tenth_is_a_decimal_but_before_a_sum(text: str, inside: str, before: str) -> None:
    """The slope of a leaky unit, which its author wrote as 0.1, and the mean over ten samples."""
    size = sympy.Rational(text)
    assert LATEX.write(from_sympy(size, {})) == inside
    assert LATEX.write(share(size)) == before
