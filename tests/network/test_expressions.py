"""The equation language: what it reads, how it groups, and where its errors point."""

from __future__ import annotations

import math
import time
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from derivgen.elementary import scalar_expression
from derivgen.error_codes import CODES
from derivgen.errors import DerivgenError, Place
from derivgen.expressions import parse_equation, parse_expression, split_block
from derivgen.syntax import (
    Binary,
    Call,
    Comparison,
    Element,
    IndexSum,
    Name,
    Negated,
    Number,
    Sum,
    Transposed,
    nodes,
)

A, B, C = Name("a"), Name("b"), Name("c")
TWO = Number(Fraction(2), "2")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("0.40", Number(Fraction(2, 5), "0.40")),
        ("1e-3", Number(Fraction(1, 1000), "1e-3")),
        (".5", Number(Fraction(1, 2), ".5")),
        ("a", A),
        ("w_12", Name("w_12")),
        ("δ_h", Name("δ_h")),
        ("a - b + c", Sum(((False, A), (True, B), (False, C)))),
        ("a + b*c", Sum(((False, A), (False, Binary("*", B, C))))),
        ("a / b / c", Binary("/", Binary("/", A, B), C)),
        ("a @ b / 2", Binary("/", Binary("@", A, B), TWO)),
        ("-a**2", Negated(Binary("**", A, TWO))),
        ("-a * b", Binary("*", Negated(A), B)),
        ("a ^ b ** c", Binary("**", A, Binary("**", B, C))),
        ("a ** -b", Binary("**", A, Negated(B))),
        ("+a", A),
        ("(a + b) * c", Binary("*", Sum(((False, A), (False, B))), C)),
        ("a.T @ b", Binary("@", Transposed(A), B)),
        ("(a @ b).T", Transposed(Binary("@", A, B))),
        ("a[i, 0]", Element("a", (IndexSum(0, (("i", 1),)), IndexSum(0, ())))),
        ("a[2*i + u - 1]", Element("a", (IndexSum(-1, (("i", 2), ("u", 1))),))),
        ("a[-(i - 3)*2]", Element("a", (IndexSum(6, (("i", -2),)),))),
        ("a[i - i]", Element("a", (IndexSum(0, ()),))),
        ("f(a, b)", Call("f", (A, B))),
        ("f()", Call("f", ())),
        ("where(a >= b, a, b)", Call("where", (Comparison(">=", A, B), A, B))),
    ],
)
def test_grammar(text: str, tree: object) -> None:
    assert parse_expression(text) == tree


@pytest.mark.parametrize(
    ("text", "code", "column", "says"),
    [
        ("a $ b", "E301", 3, "'$'"),
        ("a · b", "E301", 3, "write '*'"),
        ("a\x00", "E301", 2, "U+0000"),
        ("_a", "E301", 1, "starts with a letter"),
        ("a +* b", "E302", 4, "found '*'"),
        ("a +", "E302", 4, "the end"),
        ("2a", "E302", 2, "2 * ..."),
        ("2(a)", "E302", 2, "2 * ..."),
        ("a b", "E302", 3, "write '*'"),
        ("(a))", "E302", 4, "found ')'"),
        ("(a b)", "E302", 4, "')'"),
        ("a[]", "E302", 3, "found ']'"),
        ("(a + b)[i]", "E302", 8, "only names take indices"),
        ("a = b = c", "E302", 3, "one '='"),
        ("1e999", "E303", 1, "too large"),
        ("1" * 41, "E303", 1, "digits"),
        ("a" * 10_001, "E304", 1, "characters"),
        ("(" * 61 + "a" + ")" * 61, "E304", 61, "nested"),
        ("*".join("a" * 80), "E304", 1, "nested"),
        ("f(" + ",".join("a" * 31) + ")", "E304", 63, "arguments"),
        ("a[i*j]", "E308", 3, "whole"),
        ("a[i/2]", "E308", 3, "whole"),
        ("a[0.5]", "E308", 3, "whole"),
        ("a[f(i)]", "E308", 3, "whole"),
        ("a > b", "E309", 3, "where"),
        ("f(a, (b", "E311", 6, "never closed"),
        ("a[i", "E311", 2, "add ']'"),
    ],
)
def test_error_and_its_column(text: str, code: str, column: int, says: str) -> None:
    with pytest.raises(DerivgenError) as caught:
        parse_expression(text, Place("net.yaml", 7, 1))
    found = caught.value.diagnostic
    assert (found.code, found.place) == (code, Place("net.yaml", 7, column))
    assert says in str(found)


def test_equation() -> None:
    found = parse_equation("  z[t, 0] = a")
    assert found.target == Element("z", (IndexSum(0, (("t", 1),)), IndexSum(0, ())))
    assert found.expression == A


@pytest.mark.parametrize(
    ("text", "column"),
    [("a + b", 3), ("2 = a", 1), ("a", 2), ("", 1), ("f(a) = b", 1), ("a == b", 3)],
)
def test_no_equation(text: str, column: int) -> None:
    with pytest.raises(DerivgenError) as caught:
        parse_equation(text, Place("f", 3, 1))
    assert caught.value.diagnostic.code == "E312"
    assert caught.value.diagnostic.place == Place("f", 3, column)


def test_block_has_the_place_of_every_equation() -> None:
    text = "# the forward pass\nz = a  # comment\n\n  y = f(\n    b,\n    c)\nx = (\n"
    lines = split_block(text, Place("f", 10, 5))
    assert [line.text for line in lines] == ["z = a", "  y = f(\n    b,\n    c)", "x = (\n"]
    assert [line.place for line in lines] == [
        Place("f", 11, 5),
        Place("f", 13, 5),
        Place("f", 16, 5),
    ]
    second = parse_equation(lines[1].text, lines[1].place)
    names = {
        n.name: second.source.at(n.at) for n in nodes(second.expression) if isinstance(n, Name)
    }
    assert names == {"b": Place("f", 14, 9), "c": Place("f", 15, 9)}


def test_long_block_is_refused_at_once() -> None:
    with pytest.raises(DerivgenError, match="E304"):
        split_block("a = b\n" * 100_000)
    assert len(split_block("a=b\n" * 50_000)) == 50_000


# --- scalar formulas -------------------------------------------------------------------------

Z = sympy.Symbol("z", real=True)
#: an independent meaning of each function, by Python's own mathematics
PYTHON = {
    "exp": math.exp,
    "log": math.log,
    "ln": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "abs": abs,
    "sign": lambda x: math.copysign(1, x),
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "erf": math.erf,
}


@pytest.mark.parametrize("name", PYTHON)
def test_elementary_function(name: str) -> None:
    found = scalar_expression(f"{name}(z)", {"z": Z}).subs(Z, sympy.Rational(3, 8))
    assert float(found) == pytest.approx(PYTHON[name](0.375), rel=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("max(z, 1/4, 0)", 0.375),
        ("min(z, 0.25)", 0.25),
        ("where(z > 1, 5, z*2)", 0.75),
        ("where(z != 1, 5, z*2)", 5),
        ("2*pi", 2 * math.pi),
        ("e**2", math.e**2),
        ("double(z)", 0.75),
    ],
)
def test_scalar_value(text: str, value: float) -> None:
    functions = {"double": 2 * sympy.Symbol("Z", real=True)}
    found = scalar_expression(text, {"z": Z}, functions=functions)
    assert float(found.subs(Z, sympy.Rational(3, 8))) == pytest.approx(value, rel=1e-12)


def test_a_variable_goes_before_the_constant() -> None:
    e = sympy.Symbol("e", real=True)
    assert scalar_expression("e", {"e": e}) == e


@pytest.mark.parametrize(
    ("text", "code", "column", "says"),
    [
        ("1/0", "E305", 3, "division by 0"),
        ("z/(1-1)", "E305", 4, "division by 0"),
        ("sqrt(-1)", "E305", 1, "real"),
        ("log(0)", "E305", 1, "infinite"),
        ("(-8)**(1/3)", "E305", 2, "real"),
        ("9**9**9**9", "E305", 4, "too large"),
        ("((9**100)**100)**100", "E305", 3, "too large"),
        ("((9*z)**1000)**1000", "E305", 3, "too large"),
        ("exp(exp(exp(1000)))", "E305", 9, "infinite"),
        ("sigmiod(z)", "E306", 1, "did you mean 'sigmoid'"),
        ("exp(z, z)", "E307", 1, "takes 1 argument, found 2"),
        ("max(z)", "E307", 1, "2 arguments or more"),
        ("sigmoid(z, z)", "E307", 1, "takes 1"),
        ("where(z, 1, 2)", "E307", 1, "comparison"),
        ("where(z > 1, 2)", "E307", 1, "comparison"),
        ("exp(z > 1)", "E309", 5, "where"),
        ("z*y", "E310", 3, "the variables are z"),
        ("z @ z", "E302", 1, "array"),
    ],
)
def test_scalar_error(text: str, code: str, column: int, says: str) -> None:
    with pytest.raises(DerivgenError) as caught:
        scalar_expression(text, {"z": Z}, Place("f", 1, 1), {"sigmoid": sympy.S.One})
    found = caught.value.diagnostic
    assert (found.code, found.place) == (code, Place("f", 1, column))
    assert says in str(found)


HOSTILE = [
    "9**9**9**9",
    "(" * 1_000_000,
    "(" * 9_000,
    "-" * 9_000 + "z",
    "f(" * 3_000,
    "z**" * 3_000 + "z",
    "a[" * 4_000,
    "9" * 9_000,
    "1e99999999",
    "abs(exp(exp(700)) - exp(exp(699)))",
    "((((z+1)**1000)**1000)**1000)**9999999",
    "__import__('os').system('true')",
    "z.__class__",
    "lambda: 0",
    "\u202ez",
    "\ud800",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_costs_one_error(text: str) -> None:
    start = time.process_time()
    with pytest.raises(DerivgenError):
        scalar_expression(text, {"z": Z})
    assert time.process_time() - start < 1


def test_every_code_of_the_language_is_explained() -> None:
    assert {f"E3{k:02}" for k in range(1, 13)} == {code for code in CODES if code[:2] == "E3"}


# --- random expressions mean what Python says -------------------------------------------------

_LEAVES = st.one_of(
    st.sampled_from(["x", "y", "pi"]),
    st.decimals(min_value=0, max_value=9, places=2, allow_nan=False).map(str),
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(" ".join),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) / (3 + abs({p[1]}))"),
        inner.map(lambda p: f"({p})"),
        inner.map(lambda p: f"-{p}"),
        inner.map(lambda p: f"({p})**2"),
        inner.map(lambda p: f"({p})^3"),
        st.tuples(st.sampled_from(["tanh", "sin", "erf"]), inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"max({p[0]}, {p[1]})"),
    ),
    max_leaves=12,
)
_SPACE = {**PYTHON, "max": max, "pi": math.pi, "x": 0.75, "y": -1.25, "__builtins__": {}}


@settings(max_examples=150, deadline=None)
@given(_TREES)
def test_random_expression_has_pythons_value(text: str) -> None:
    expected = eval(text.replace("^", "**"), dict(_SPACE))  # text made here, from the table above
    x, y = sympy.symbols("x y", real=True)
    if abs(expected) > 1e12:
        return
    found = scalar_expression(text, {"x": x, "y": y})
    value = float(found.subs({x: sympy.Rational(3, 4), y: sympy.Rational(-5, 4)}).evalf())
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab1.+-*/@^()[],=<> TeE_#\n", max_size=40))
def test_any_text_parses_or_costs_one_error(text: str) -> None:
    found = None
    try:
        parse_equation(text)
    except DerivgenError as error:
        found = error.diagnostic
    assert found is None or (found.code[:2] == "E3" and found.place is not None)
