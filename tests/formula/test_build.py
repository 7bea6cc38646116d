"""The smart constructors put parentheses exactly where a reader needs them."""

from __future__ import annotations

import plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivgen.formula.build import (
    add,
    big_sum,
    call,
    equals,
    follow,
    fraction,
    indices,
    map_children,
    matrix,
    multiply,
    negate,
    number,
    power,
    row,
    substitute_holes,
    subtract,
    transpose,
    under,
    vector,
)
from derivgen.formula.latex import LATEX
from derivgen.formula.names import parse_name
from derivgen.formula.tree import Chain, Hole, Node, Number, Partial, Relation, Symbol, Text

A, B, C = Symbol("a"), Symbol("b"), Symbol("c")
HALF, MINUS = Number("0.5"), Number("-0.5")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (number("0.40"), "0.40"),
        (number("+3"), "3"),
        (number("1/3"), r"\frac{1}{3}"),
        (number("-1/3"), r"-\frac{1}{3}"),
        (number("1.2e-05"), r"1.2 \times 10^{-5}"),
        (number("-inf"), r"-\infty"),
        (add(), "0"),
        (add(MINUS), "-0.5"),
        (add(A, MINUS), "a - 0.5"),
        (add(MINUS, A), "-0.5 + a"),
        (add(A, add(B, negate(C))), "a + b - c"),
        (add(A, multiply([Number("-2"), B])), r"a - 2 \cdot b"),
        (add(A, negate(add(B, C))), "a - (b + c)"),
        (subtract(A, MINUS), "a + 0.5"),
        (subtract(A, negate(B)), "a + b"),
        (negate(negate(A)), "a"),
        (negate(HALF), "-0.5"),
        (negate(MINUS), "0.5"),
        (negate(multiply([MINUS, A])), r"0.5 \cdot a"),
        (multiply([]), "1"),
        (multiply([A]), "a"),
        (multiply([MINUS, MINUS]), r"-0.5 \cdot (-0.5)"),
        (multiply([A, negate(B)]), r"a \cdot (-b)"),
        (multiply([add(A, B), C]), r"(a + b) \cdot c"),
        (multiply([A, add(B, C)], "none"), "a (b + c)"),
        (multiply([A, multiply([MINUS, B])]), r"a \cdot (-0.5) \cdot b"),
        (multiply([A, multiply([B, C])]), r"a \cdot b \cdot c"),
        (multiply([A, multiply([B, C])], "hadamard"), r"a \odot (b \cdot c)"),
        (multiply([A, multiply([B, C], "none")], "hadamard"), r"a \odot b c"),
        (multiply([Relation(A, "=", B), C]), r"(a = b) \cdot c"),
        (multiply([Number("2"), HALF], "none"), r"2 \cdot 0.5"),
        (multiply([A, Number("2")], "none"), r"a \cdot 2"),
        (
            multiply([big_sum(A), B]),
            r"(\sum a) \cdot b".replace("(", r"\left( ").replace(")", r" \right)"),
        ),
        (multiply([B, big_sum(A)]), r"b \cdot \sum a"),
        (power(A, Number("2")), "a^{2}"),
        (power(MINUS, Number("2")), "(-0.5)^{2}"),
        (power(add(A, B), Number("2")), "(a + b)^{2}"),
        (power(multiply([A, B]), Number("2")), r"(a \cdot b)^{2}"),
        (power(power(A, B), C), "(a^{b})^{c}"),
        (power(call(A, B), C), "(a(b))^{c}"),
        (power(parse_name("w^{(1)}"), C), "(w^{(1)})^{c}"),
        (power(fraction(A, B), C), r"\left( \frac{a}{b} \right)^{c}"),
        (power(Partial(A, B), C), r"\left( \frac{\partial a}{\partial b} \right)^{c}"),
        (big_sum(add(A, B), Symbol("i")), r"\sum_{i} (a + b)"),
        (big_sum(A, Symbol("i"), None, "max"), r"\max_{i} a"),
        (transpose(A), r"a^{\top}"),
        (transpose(parse_name("W^{(1)}")), r"(W^{(1)})^{\top}"),
        (vector([A, B]), r"\begin{bmatrix} a \\ b \end{bmatrix}"),
        (indices(["1", "2"], ""), "12"),
        (indices(["1", "12"]), "1,12"),
        (indices(["i", "j"], ""), "ij"),
        (row(A), "a"),
        (under(A, "2 × 1"), r"\underbrace{a}_{\text{2 }\mathord{\times}\text{ 1}}"),
    ],
)
def test_constructors(node: Node, expected: str) -> None:
    assert LATEX.write(node) == expected


@pytest.mark.parametrize("text", ["", "x", "1..2", "nan", "1/", "--1", "0x10", "1_0"])
def test_number_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        number(text)


def test_matrix_refuses_ragged_rows() -> None:
    for rows in ([], [[]], [[A], [A, B]]):
        with pytest.raises(ValueError, match="one length"):
            matrix(rows)


def test_chains() -> None:
    chain = follow(equals(A, B), "approx", C)
    assert chain == Chain(A, (("=", B), ("approx", C)))


def test_holes_are_filled_as_they_come() -> None:
    formula = multiply([Hole(0), Hole(1), matrix([[Hole(1)]])])
    assert LATEX.write(substitute_holes(formula, ["0.5", "(-0.25)"])) == (
        r"0.5 \cdot (-0.25) \cdot \begin{bmatrix} (-0.25) \end{bmatrix}"
    )
    with pytest.raises(IndexError):
        substitute_holes(Hole(2), ["1"])


def test_map_children_reaches_every_child() -> None:
    from formula_trees import SAMPLES

    for node in SAMPLES:
        seen: list[Node] = []

        def keep(child: Node, seen: list[Node] = seen) -> Node:
            seen.append(child)
            return child

        assert map_children(node, keep) == node
        leaf = type(node).__name__ in {"Number", "Symbol", "Text", "Hole", "Dots", "Fence"}
        assert bool(seen) is not leaf


_LEAVES = st.sampled_from([A, B, C, HALF, MINUS, Number("3")])


def _compose(nodes: st.SearchStrategy[tuple[Node, float]]) -> st.SearchStrategy[tuple[Node, float]]:
    def product(pairs: list[tuple[Node, float]]) -> float:
        total = 1.0
        for _, number_ in pairs:
            total *= number_
        return total

    many = st.lists(nodes, min_size=1, max_size=4)
    return st.one_of(
        many.map(lambda p: (add(*(n for n, _ in p)), sum(v for _, v in p))),
        st.tuples(many, st.sampled_from(["dot", "none", "cross"])).map(
            lambda po: (multiply([n for n, _ in po[0]], po[1]), product(po[0]))  # type: ignore[arg-type]
        ),
        nodes.map(lambda p: (negate(p[0]), -p[1])),
        nodes.map(lambda p: (power(p[0], Number("2")), p[1] ** 2)),
        st.tuples(nodes, nodes).map(lambda p: (subtract(p[0][0], p[1][0]), p[0][1] - p[1][1])),
        st.tuples(nodes, nodes).map(
            lambda p: (fraction(p[0][0], p[1][0]), p[0][1] / p[1][1] if p[1][1] else float("nan"))
        ),
    )


_VALUES = {"a": 1.7, "b": -0.6, "c": 2.3}
_PAIRS = st.recursive(_LEAVES.map(lambda n: (n, plain.value(n, _VALUES))), _compose, max_leaves=10)


@settings(deadline=None)
@given(_PAIRS)
def test_what_is_built_reads_as_what_was_meant(pair: tuple[Node, float]) -> None:
    node, expected = pair
    if expected == expected and abs(expected) < 1e9:
        assert plain.value(node, _VALUES) == pytest.approx(expected, rel=1e-6, abs=1e-6), (
            plain.flat(node)
        )


def test_text_is_kept() -> None:
    assert LATEX.write(add(A, Text("#"))) == r"a + \# "
