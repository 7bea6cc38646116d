"""Every entry of the table of scalar functions, against sympy, differences and mpmath."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
import pytest
import sympy

from derivgen.errors import DerivgenError
from derivgen.formula.names import parse_name
from derivgen.network.functions import (
    FAMILIES,
    FUNCTIONS,
    A,
    ScalarFunction,
    Z,
    derivative_of,
    function_named,
    kinks_of,
    user_function,
    with_kink,
    with_parameters,
)
from derivgen.network.kinks import KINK_RULES
from derivgen.network.special import erf, erfc, numpy_function

SETTINGS = {"leaky_relu": {"slope": "-1/3"}, "elu": {"alpha": 2}, "huber": {"delta": 0.25}}
ALL = [*FUNCTIONS.values(), *(with_parameters(name, **SETTINGS[name]) for name in FAMILIES)]
names = [f.name for f in ALL]


def points(function: ScalarFunction, count: int = 8) -> list[sympy.Rational]:
    """Random points of the domain that keep away from the kinks."""
    draw = random.Random(function.name)
    found: list[sympy.Rational] = []
    while len(found) < count:
        z = sympy.Rational(draw.randint(-5000, 5000), 617)
        inside = function.domain[0] < z < function.domain[1]
        if inside and all(abs(z - kink) > 0.01 for kink in function.kinks):
            found.append(z)
    return found


@pytest.fixture(autouse=True)
def digits() -> Iterator[None]:
    with mpmath.workdps(60):
        yield


@cache
def evaluator(expression: sympy.Expr) -> Callable[[mpmath.mpf], mpmath.mpf]:
    return sympy.lambdify(Z, expression, "mpmath")


def at_digits(expression: sympy.Expr, z: sympy.Rational | int, digits: int = 50) -> mpmath.mpf:
    with mpmath.workdps(digits):
        exact = sympy.Rational(z)
        return mpmath.mpf(evaluator(expression)(mpmath.mpf(exact.p) / exact.q))


def value(function: ScalarFunction, z: sympy.Rational | int) -> mpmath.mpf:
    return at_digits(function.expression, z)


def slope(function: ScalarFunction, z: sympy.Rational | int) -> mpmath.mpf:
    return at_digits(derivative_of(function).subs(A, function.expression), z)


def difference(function: ScalarFunction, z: sympy.Rational) -> mpmath.mpf:
    step = sympy.Rational(1, 10**20)
    with mpmath.workdps(60):
        rise = at_digits(function.expression, z + step, 60) - at_digits(
            function.expression, z - step, 60
        )
        return rise / (2 * mpmath.mpf(10) ** -20)


def held(x: np.floating) -> sympy.Rational:
    """The number that the machine holds, exactly: the sum of two doubles."""
    high = float(x)
    return sympy.Rational(high) + sympy.Rational(float(x - type(x)(high)))


def test_every_family_has_settings_here() -> None:
    assert set(SETTINGS) == set(FAMILIES)


@pytest.mark.parametrize("function", ALL, ids=names)
def test_derivative_is_that_of_sympy(function: ScalarFunction) -> None:
    own = sympy.diff(function.expression, Z)
    for z in points(function):
        assert abs(slope(function, z) - at_digits(own, z)) < 1e-45


@pytest.mark.parametrize("function", ALL, ids=names)
def test_derivative_is_the_central_difference(function: ScalarFunction) -> None:
    for z in points(function, 4):
        assert abs(slope(function, z) - difference(function, z)) < 1e-30


@pytest.mark.parametrize("function", ALL, ids=names)
def test_there_is_no_kink_beside_those_stated(function: ScalarFunction) -> None:
    """Slopes a hair to the left and right of simple numbers differ at the stated kinks only."""
    hair = sympy.Rational(1, 10**12)
    for z in (sympy.Rational(n, 4) for n in range(-26, 27)):
        jump = abs(slope(function, z + hair) - slope(function, z - hair))
        assert (jump > 1e-6) == any(abs(float(z) - kink) < 1e-9 for kink in function.kinks)


@pytest.mark.parametrize("function", [f for f in ALL if f.kinks], ids=lambda f: f.name)
@pytest.mark.parametrize("rule", KINK_RULES)
def test_rule_at_kinks(function: ScalarFunction, rule: str) -> None:
    settled = with_kink(function, rule)
    hair = sympy.Rational(1, 10**40)
    for kink in function.kinks:
        at = sympy.nsimplify(kink)
        left, right = slope(function, at - hair), slope(function, at + hair)
        low, high = min(left, right), max(left, right)
        expected = {
            "left": left,
            "right": right,
            "middle": (left + right) / 2,
            "smallest": 0 if low <= 0 <= high else min(left, right, key=abs),
        }[rule]
        assert abs(slope(settled, at) - expected) < 1e-30
    for z in points(function):
        assert abs(slope(settled, z) - slope(function, z)) < 1e-40
    assert [float(kink.at) for kink in kinks_of(settled)] == list(function.kinks)
    for kink in kinks_of(settled):
        assert abs(slope(settled, sympy.nsimplify(kink.at)) - at_digits(kink.taken, 0)) < 1e-30
        assert abs(slope(function, kink.at - hair) - at_digits(kink.left, 0)) < 1e-30
        assert abs(slope(function, kink.at + hair) - at_digits(kink.right, 0)) < 1e-30


@pytest.mark.parametrize("function", [f for f in ALL if f.kinks], ids=lambda f: f.name)
def test_default_rule_is_what_the_entry_says(function: ScalarFunction) -> None:
    again = with_kink(with_kink(function, "middle"), function.kink_rule)
    for kink in function.kinks:
        at = sympy.nsimplify(kink)
        assert slope(again, at) == slope(function, at)


def test_relu_at_zero() -> None:
    relu = FUNCTIONS["relu"]
    assert slope(relu, sympy.S.Zero) == 0
    assert slope(with_kink(relu, "right"), sympy.S.Zero) == 1
    assert slope(with_kink(relu, "middle"), sympy.S.Zero) == 0.5
    with pytest.raises(DerivgenError, match=r"E455.*'left'"):
        with_kink(relu, "lefts")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [np.float64, np.longdouble])
@pytest.mark.parametrize("function", [f for f in ALL if f.stable], ids=lambda f: f.name)
def test_stable_is_the_expression(function: ScalarFunction, kind: type) -> None:
    assert function.stable is not None
    exact = points(function, 12)
    at = np.array([kind(z.p) / kind(z.q) for z in exact]).reshape(3, 4)
    got = function.stable(at)
    assert got.shape == at.shape
    assert got.dtype == kind
    bound = 64 * float(np.finfo(kind).eps)
    for z, found in zip(at.ravel(), got.ravel(), strict=True):
        true = value(function, held(z))
        assert abs(at_digits(held(found), 0) - true) <= bound * max(abs(true), mpmath.mpf("1e-3"))


@pytest.mark.parametrize("kind", [np.float64, np.longdouble])
@pytest.mark.parametrize("function", [f for f in ALL if f.stable], ids=lambda f: f.name)
def test_stable_at_large_arguments(function: ScalarFunction, kind: type) -> None:
    """No overflow (warnings are errors here), and the value of 50 digits."""
    assert function.stable is not None
    big = [-1000, -40, 0, 40, 1000]
    with mpmath.workdps(900):
        plain = sympy.lambdify(Z, function.expression, "mpmath")
        expected = [float(plain(mpmath.mpf(z))) for z in big]
    got = function.stable(np.array(big, dtype=kind))
    assert np.allclose(got.astype(float), expected, rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "silu", "elu", "log_sigmoid", "mish"])
def test_functions_that_overflow_have_a_stable_form(name: str) -> None:
    assert FUNCTIONS[name].stable is not None


@pytest.mark.parametrize("function", ALL, ids=names)
def test_entry_is_complete(function: ScalarFunction) -> None:
    assert function.expression.free_symbols <= {Z}
    assert derivative_of(function).free_symbols <= {Z, A}
    assert function.summary
    assert function.summary[-1] != "."
    assert function.remark.endswith(".")
    assert function.name.isidentifier()


def test_table_keys_are_names() -> None:
    assert all(key == entry.name for key, entry in FUNCTIONS.items())
    assert FUNCTIONS["swish"].expression == FUNCTIONS["silu"].expression


def test_latex_names_parse() -> None:
    for function in FUNCTIONS.values():
        assert parse_name(function.latex) is not None


def test_parameters() -> None:
    leaky = with_parameters("leaky_relu", slope=0.1)
    assert leaky.name == "leaky_relu_slope_0_1"
    assert leaky.expression.subs(Z, -3) == sympy.Rational(-3, 10)
    assert leaky.parameters == (("slope", Fraction(1, 10)),)
    assert with_parameters("elu").name == "elu"
    assert with_parameters("elu", alpha="1/3").name == "elu_alpha_1_over_3"
    assert with_parameters("elu", alpha=1).kinks == ()
    assert with_parameters("elu", alpha=2).kinks == (0.0,)
    assert with_parameters("tanh") is FUNCTIONS["tanh"]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("elu", {"slope": 1}, "E452"),
        ("tanh", {"alpha": 1}, "E452.*has none"),
        ("elu", {"alpha": 0}, "E453.*above 0"),
        ("elu", {"alpha": float("nan")}, "E453"),
        ("elu", {"alpha": "one"}, "E453"),
        ("elu", {"alpha": True}, "E453"),
        ("leaky_relu", {"slop": 1}, "E452.*did you mean 'slope'"),
        ("sigmiod", {}, "E454.*'sigmoid'"),
    ],
)
def test_bad_parameters(name: str, values: dict[str, object], expected: str) -> None:
    with pytest.raises(DerivgenError, match=expected):
        with_parameters(name, **values)  # type: ignore[arg-type]


def test_unknown_function() -> None:
    with pytest.raises(DerivgenError, match="did you mean 'relu'"):
        function_named("rleu")


def test_user_function_finds_its_kinks() -> None:
    f = user_function("f", sympy.Max(0, Z) + sympy.Abs(Z**2 - 2), latex="f")
    root = float(sympy.sqrt(2))
    assert f.kinks == pytest.approx((-root, 0.0, root))
    assert slope(f, sympy.S.Zero) == 0  # the slopes there are 0 and 1
    assert slope(user_function("f", sympy.Abs(Z), rule="left"), sympy.S.Zero) == -1
    smooth = user_function("g", sympy.Piecewise((Z**2, Z > 0), (0, True)))
    assert smooth.kinks == ()
    assert slope(smooth, sympy.Integer(3)) == 6
    assert user_function("h", sympy.sin(Z)).derivative is None


def test_kinks_at_roots_are_found_again_in_the_derivative() -> None:
    f = user_function("f", sympy.Max(Z, -Z / 2, Z**2 - 2))
    assert f.kinks == pytest.approx(((-1 - np.sqrt(33)) / 4, 0.0, 2.0))
    assert [float(kink.at) for kink in kinks_of(f)] == pytest.approx(f.kinks)
    assert slope(f, sympy.Integer(-1)) == sympy.Rational(-1, 2)
    assert slope(f, sympy.Integer(3)) == 6


def test_a_value_at_one_point_says_nothing_about_the_slope() -> None:
    f = user_function("f", sympy.Piecewise((0, sympy.Eq(Z, 0)), (sympy.sin(Z), True)))
    assert slope(f, sympy.S.Zero) == 1
    assert f.kinks == ()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (Z * sympy.Symbol("q"), "holds q"),
        (sympy.Piecewise((1, Z > 0), (0, True)), "jumps at 0"),
        (sympy.Piecewise((1, sympy.Eq(Z, 0)), (Z, True)), "jumps at 0"),
        (sympy.Abs(sympy.sin(Z)), r"cannot be found: the condition .*sin\(z\)"),
        (sympy.sqrt(sympy.Abs(Z)), "the slope of the function f at 0"),
        (sympy.Piecewise((1 / Z, Z > 0), (0, True)), "the value of the function f at 0"),
    ],
)
def test_bad_user_function(expression: sympy.Expr, expected: str) -> None:
    with pytest.raises(DerivgenError, match=f"E456.*{expected}"):
        user_function("f", expression)


@pytest.mark.parametrize("kind", [np.float64, np.longdouble])
def test_error_function(kind: type) -> None:
    at = np.array([[-3, -0.5], [0, 2.25]], dtype=kind)
    bound = 4 * float(np.finfo(kind).eps)
    for ours, theirs in ((erf, mpmath.erf), (erfc, mpmath.erfc)):
        with mpmath.workdps(40):
            for z, got in zip(at.ravel(), ours(at).ravel(), strict=True):
                head = float(got)
                found = mpmath.mpf(head) + float(got - kind(head))
                true = theirs(mpmath.mpf(float(z)))
                assert abs(found - true) <= bound * abs(true)


def test_lambdify_knows_erf() -> None:
    gelu = numpy_function((Z,), FUNCTIONS["gelu"].expression)
    assert gelu(np.array([1.0]))[0] == pytest.approx(0.8413447460685429, rel=1e-15)
