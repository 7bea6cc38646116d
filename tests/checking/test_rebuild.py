"""A node made anew: its children are visited in the order in which they are listed."""

from __future__ import annotations

import pytest

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt

A, B, C = (t.Name(key) for key in "abc")
NODES: tuple[t.Node, ...] = (
    t.Sum(((False, A), (True, B), (False, C))),
    t.Product((A, B, C)),
    t.Quotient(A, B),
    t.Power(A, B),
    t.Negated(A),
    t.Transposed(A),
    t.Call("f", (A, B)),
    t.Derivative(A, B),
    t.Derivative(None, B),
    t.Matrix(((A, B), (C, A))),
    t.BigSum(A, "n", B, C),
    t.BigSum(A, "n", None, C),
    t.Cases(((A, None), (B, None))),
)


@pytest.mark.parametrize("node", NODES, ids=lambda node: type(node).__name__)
def test_children_are_visited_in_their_order(node: t.Node) -> None:
    seen: list[t.Node] = []

    def note(child: t.Node) -> t.Node:
        seen.append(child)
        return child

    assert rebuilt(node, note) == node
    assert tuple(seen) == t.children(node)
