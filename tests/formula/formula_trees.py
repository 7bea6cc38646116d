"""Random formula trees for hypothesis, and one sample of each kind of node."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from derivgen.formula.symbols import GREEK
from derivgen.formula.tree import (
    SPECIAL,
    Accent,
    BigSum,
    Call,
    Cases,
    Delimited,
    Dots,
    Fence,
    Fraction,
    Hole,
    Matrix,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Relation,
    RelationSign,
    Root,
    Row,
    Script,
    Styled,
    Sum,
    Symbol,
    Text,
    Underbrace,
)

#: characters that have a meaning in some format, and some that have none
WORDS = st.text("abzAZ019 \\{}[]()<>|#$%&_^~`'\"*-+=/.,:;!?@éöñ×δ≤", min_size=1, max_size=12)
NUMBERS = st.decimals(-100, 100, places=3, allow_nan=False).map(str)
NAMES = st.sampled_from([*"abwxyzLE", *GREEK, *SPECIAL, "net", "out", "max", "tanh", "fc1"])

LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(Number, NUMBERS),
    st.builds(Symbol, NAMES),
    st.builds(Text, WORDS),
    st.builds(Dots, st.sampled_from(["center", "low", "vertical", "diagonal"])),
)


def _many(nodes: st.SearchStrategy[Node], most: int = 4) -> st.SearchStrategy[tuple[Node, ...]]:
    return st.lists(nodes, min_size=1, max_size=most).map(tuple)


def _matrix(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def rows(columns: int) -> st.SearchStrategy[Node]:
        row = st.lists(nodes, min_size=columns, max_size=columns).map(tuple)
        return st.builds(Matrix, _many(row, 3))  # type: ignore[arg-type]

    return st.integers(1, 3).flatmap(rows)


def _branches(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    maybe = st.none() | nodes
    return st.one_of(
        st.builds(Script, nodes, maybe, maybe),
        st.builds(Accent, st.sampled_from(["hat", "bar", "tilde", "vec", "dot"]), nodes),
        st.builds(Styled, st.sampled_from(["bold", "roman", "cal"]), nodes),
        st.builds(Row, _many(nodes)),
        st.builds(Fraction, nodes, nodes),
        st.builds(Partial, nodes, nodes),
        st.builds(Sum, _many(st.tuples(st.booleans(), nodes))),  # type: ignore[arg-type]
        st.builds(Product, _many(nodes), st.sampled_from(["dot", "cross", "hadamard", "none"])),
        st.builds(Power, nodes, nodes),
        st.builds(Root, nodes),
        st.builds(Call, nodes, _many(nodes, 2)),
        st.builds(BigSum, nodes, maybe, maybe, st.sampled_from(["sum", "max", "prod"])),
        st.builds(Delimited, nodes, st.sampled_from(["paren", "bracket", "brace", "abs", "norm"])),
        _matrix(nodes),
        st.builds(Cases, _many(st.tuples(nodes, maybe), 3)),  # type: ignore[arg-type]
        st.builds(Underbrace, nodes, nodes),
        st.builds(Relation, nodes, st.sampled_from(get_args(RelationSign)), nodes),
    )


TREES: st.SearchStrategy[Node] = st.recursive(LEAVES, _branches, max_leaves=12)

_X, _Y, _ONE = Symbol("x"), Symbol("y"), Number("1")

#: one of each kind
SAMPLES: tuple[Node, ...] = (
    Number("-0.40"),
    Symbol("alpha"),
    Text("a word"),
    Hole(3),
    Script(_X, _ONE, Symbol("prime")),
    Accent("hat", _Y),
    Styled("bold", Symbol("W")),
    Row((_X, Symbol("comma"), _Y)),
    Fraction(_X, _Y),
    Partial(Symbol("L"), _X),
    Sum(((True, _X), (False, _Y), (True, _ONE))),
    Product((_X, _Y), "dot"),
    Power(_X, Number("2")),
    Root(_X),
    Call(Symbol("sigma"), (_X, _Y)),
    BigSum(_X, Relation(Symbol("i"), "=", _ONE), Symbol("n")),
    Delimited(Fraction(_X, _Y)),
    Fence("bracket", "open", True),
    Matrix(((_X, _Y), (_ONE, _ONE))),
    Cases(((_X, Relation(_X, ">", Number("0"))), (_ONE, None))),
    Underbrace(_X, Text("2 × 1")),
    Dots("center"),
    Relation(_X, "approx", _Y),
)
