"""Formulas that derivgen's own writer writes come back with their meaning; no text makes the parser raise."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from maths_compact import compact_reading

from derivgen.checking.manuscript import Notation, Passage
from derivgen.checking.maths.parser import learn, read
from derivgen.checking.maths.tree import (
    BigSum,
    Call,
    Chain,
    Matrix,
    Name,
    Negated,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Reading,
    Sum,
    children,
    walk,
)
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.maths.writing import shown_chain
from derivgen.formula import build
from derivgen.formula import tree as ft
from derivgen.formula.latex import LATEX
from derivgen.formula.names import parse_name

# --- what is written comes back -------------------------------------------------------------------

#: names as a spec gives them, and the keys that they should be read with
NAMES = {
    "w_5": "w_5",
    "x": "x",
    "y_hat": "y_hat",
    r"\hat{y}_{2}": "y_hat_2",
    "net_{h1}": "net_h1",
    r"w^{(1)}_{12}": "w^(1)_12",
    "alpha": "alpha",
    r"\delta_{o1}": "delta_o1",
    r"y_{\text{true}}": "y_true",
    "Loss": "Loss",
    "b": "b",
}
FUNCTIONS = {r"\sigma": "sigmoid", "ReLU": "relu", r"\tanh": "tanh", r"\exp": "exp"}


#: values are counted modulo a prime, so that they stay exact and small
PRIME = 2**61 - 1


def residue(value: Fraction) -> int:
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME


@dataclass(frozen=True, repr=False)
class Written:
    """A formula for the writer, and its value: numbers for the names, sums and products as they are, and
    functions as an arbitrary map, so that a changed argument or function shows."""

    node: ft.Node
    value: int

    def __repr__(self) -> str:
        return LATEX.write(self.node)


def value_of_name(key: str) -> int:
    return random.Random(key).randrange(2, PRIME)


def value_of_call(function: str, argument: int) -> int:
    return (argument * argument * 7 + argument * len(function) + ord(function[0])) % PRIME


def value_of_token(of: str, by: str) -> int:
    return value_of_name(f"{of}/{by}")


def leaves() -> st.SearchStrategy[Written]:
    numbers = st.decimals(0, 9, places=3, allow_nan=False).map(
        lambda value: Written(build.number(str(value)), residue(Fraction(value)))
    )
    names = st.sampled_from(sorted(NAMES)).map(
        lambda name: Written(parse_name(name), value_of_name(NAMES[name]))
    )
    tokens = st.tuples(st.sampled_from(sorted(NAMES)), st.sampled_from(sorted(NAMES))).map(
        lambda pair: Written(
            ft.Partial(parse_name(pair[0]), parse_name(pair[1])),
            value_of_token(NAMES[pair[0]], NAMES[pair[1]]),
        )
    )
    return numbers | names | tokens


def product_of(parts: list[Written], operator: str) -> Written:
    value = 1
    for part in parts:
        value = value * part.value % PRIME
    return Written(build.multiply([part.node for part in parts], operator), value)  # type: ignore[arg-type]


def called(function: str, argument: Written) -> Written:
    node = build.call(parse_name(function), argument.node)
    return Written(node, value_of_call(FUNCTIONS[function], argument.value))


def branches(inner: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    several = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        several.map(
            lambda parts: Written(
                build.add(*(part.node for part in parts)),
                sum(part.value for part in parts) % PRIME,
            )
        ),
        st.tuples(inner, inner).map(
            lambda two: Written(
                build.subtract(two[0].node, two[1].node), (two[0].value - two[1].value) % PRIME
            )
        ),
        st.builds(product_of, several, st.sampled_from(["dot", "cross", "none"])),
        inner.map(lambda one: Written(build.negate(one.node), -one.value % PRIME)),
        st.tuples(inner, inner)
        .filter(lambda two: two[1].value != 0)
        .map(
            lambda two: Written(
                build.fraction(two[0].node, two[1].node),
                two[0].value * pow(two[1].value, -1, PRIME) % PRIME,
            )
        ),
        inner.map(
            lambda one: Written(build.power(one.node, build.number("2")), one.value**2 % PRIME)
        ),
        st.builds(called, st.sampled_from(sorted(FUNCTIONS)), inner),
    )


FORMULAS = st.recursive(leaves(), branches, max_leaves=10)
KNOWN = learn(
    Passage(text, (), "latex", "display")
    for text in ("w_5, x, b, \\alpha", "net_{h1} = 1", "\\mathrm{Loss} = 1", "w^{(1)}_{12} = 1")
)


def evaluated(node: Node) -> int:
    """The value of a tree that was read, in the same arithmetic."""
    values = [evaluated(child) for child in children(node)]
    match node:
        case Number():
            return residue(node.value)
        case Name():
            return value_of_name(node.key)
        case Sum(terms):
            signs = [minus for minus, _ in terms]
            pairs = zip(signs, values, strict=True)
            return sum(-value if minus else value for minus, value in pairs) % PRIME
        case Product():
            product = 1
            for value in values:
                product = product * value % PRIME
            return product
        case Quotient():
            return values[0] * pow(values[1], -1, PRIME) % PRIME
        case Power(_, Number(text)) if text == "2":
            return values[0] ** 2 % PRIME
        case Negated():
            return -values[0] % PRIME
        case Call(function, _, 0):
            return value_of_call(function, values[0])
    of, by = getattr(node, "of", None), getattr(node, "by", None)
    assert isinstance(of, Name), f"nothing of the kind was written: {node}"
    assert isinstance(by, Name), f"nothing of the kind was written: {node}"
    return value_of_token(of.key, by.key)


# the name that hypothesis makes for a nested strategy is long, and it warns of that
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=150, deadline=None)
@given(FORMULAS, FORMULAS)
def test_what_the_writer_writes_is_read_with_its_value(left: Written, right: Written) -> None:
    text = LATEX.write_chain(ft.Chain(left.node, (("approx", right.node),)))
    reading = read(text, "latex", KNOWN)
    assert not reading.failures, text
    [chain] = reading.chains
    first, second = chain.segments
    assert (first.relation, second.relation) == (None, "approx"), text
    assert evaluated(first.body) == left.value, text
    assert evaluated(second.body) == right.value, text


# --- any text -------------------------------------------------------------------------------------

_PIECES = r"""
\frac { } ( ) [ ] _ ^ a w x_1 = + - * / \\ & , ; | \left( \right) \left. \right| \partial d dx dL/dw \sum \sigma ' 1
0.5 10 e \text{if} \text{ \begin{cases} \end{cases} \begin{bmatrix} \end{bmatrix} \begin{aligned} \end{aligned} \hat
\sqrt \log ∂ ² ₁ ŷ → \quad \Rightarrow \underbrace \mathbf \mathrm \_ if and \tag{1} \max \nabla ... . % ∗ ½ \stackrel
T \top t \mathbb{1} < > Σ np. # ** new **w** \over \Delta \delta ∑ √ \approx \langle \rangle ‖ \color{red} || += 1,000
{,} \operatorname{ReLU} \tanh else softmax x : unless δ/δ \right] [0] (1) \exp
"""
PIECES = (*_PIECES.split(), " ", "\n", "\0", "\u0302", "\\")

NOTATIONS: tuple[Notation, Notation] = ("latex", "typed")


def assert_sound(text: str, reading: Reading) -> None:
    """Every place is in the text, every chain has segments, and relations stand between them."""
    places = [failure.span for failure in reading.failures]
    for chain in reading.chains:
        places.append(chain.span)
        assert chain.segments
        assert all(segment.relation for segment in chain.segments[1:])
        assert chain.continued == (chain.segments[0].relation is not None)
        places += [segment.span for segment in chain.segments]
        places += [node.span for segment in chain.segments for node in walk(segment.body)]
        shown_chain(chain)
    assert all(0 <= start <= end <= len(text) for start, end in places)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=40),
    st.sampled_from(NOTATIONS),
    st.booleans(),
)
def test_no_text_makes_the_parser_raise(text: str, notation: Notation, loose: bool) -> None:
    vocabulary = learn([Passage(text, (), notation, "display")])
    assert_sound(text, read(text, notation, vocabulary, loose=loose))
    assert_sound(text, read(text, notation, Vocabulary(), loose=loose))


HOSTILE = {
    "a megabyte": "a+" * 500_000,
    "braces": "{" * 10_000 + "x" + "}" * 10_000,
    "open braces": "{" * 10_000,
    "parentheses": "(" * 10_000 + "x" + ")" * 10_000,
    "open parentheses": "(" * 10_000 + "x = 1",
    "fractions": r"\frac" * 6_000,
    "accents": r"\hat" * 8_000 + " y",
    "exponents": "9^{" * 8_000 + "9" + "}" * 8_000,
    "exponents without braces": "9^" * 10_000 + "9",
    "quotients": "a/" * 15_000 + "a",
    "products of all kinds": "a*b@" * 8_000 + "a",
    "bars": "|x" * 15_000,
    "sums": r"\sum " * 6_000 + "x",
    "remarks": "x (y = 1 " * 4_000 + ")" * 4_000,
    "environments": r"\begin{matrix}" * 2_000,
    "derivatives": "dx/" * 10_000,
    "indices": "a" + "_{1" * 8_000,
    "stars": "w\u22171 = " * 5_000,
    "a long number": "1" * 30_000,
    "a large exponent": "1e999999999",
    "NUL": "\0" * 30_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_what_is_too_large_or_too_deep_is_not_read(text: str, notation: Notation) -> None:
    reading = read(text, notation, learn([Passage(text, (), notation, "display")]))
    assert_sound(text, reading)
    deepest = max((depth_of(chain) for chain in reading.chains), default=0)
    assert deepest < 200, "a tree that whoever walks it would fall into"


def depth_of(chain: Chain) -> int:
    waiting = [(segment.body, 1) for segment in chain.segments]
    deepest = 0
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in children(node)]
    return deepest


def test_a_tower_of_powers_is_read_and_not_computed() -> None:
    assert compact_reading(read("9^{9^{9^9}}", "latex")) == "(^ 9 (^ 9 (^ 9 9)))"


def test_a_bad_row_costs_that_row_only() -> None:
    text = "\\begin{aligned} a &= 1 \\\\ b &= \\frac{2 \\\\ c &= 3 + ( \\\\ d &= 4 \\end{aligned}"
    reading = read(text, "latex")
    assert [compact_reading(Reading((chain,))) for chain in reading.chains] == ["a = 1", "d = 4"]
    assert [text[slice(*failure.span)].split()[0] for failure in reading.failures] == ["b", "c"]


def test_places_are_exact() -> None:
    text = r"w_5^{+} = w_5 - \frac{\partial L}{\partial w_5} \cdot 0{,}50"
    [chain] = read(text, "latex").chains
    found = {text[slice(*node.span)] for segment in chain.segments for node in walk(segment.body)}
    assert {"w_5^{+}", "w_5", r"\frac{\partial L}{\partial w_5}", "L", "0{,}50"} <= found
    assert text[slice(*chain.segments[1].at)] == "="


@pytest.mark.parametrize("sign", ["sum", "mean", "max"])
def test_big_operators_and_matrices_are_walked(sign: str) -> None:
    inner = Matrix(((Number("1", Fraction(1)),),))
    assert Number("1", Fraction(1)) in list(walk(BigSum(inner, sign=sign)))  # type: ignore[arg-type]
