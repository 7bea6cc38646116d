"""A node made anew with its children changed, or with a part of it replaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from derivgen.checking.maths import tree as t


def rebuilt(node: t.Node, change: Callable[[t.Node], t.Node]) -> t.Node:
    """The same node with ``change`` applied to each of its children, in the order of :func:`t.children`."""
    match node:
        case t.Sum(terms):
            return replace(node, terms=tuple((sign, change(body)) for sign, body in terms))
        case t.Product(factors):
            return replace(node, factors=tuple(map(change, factors)))
        case t.Quotient(top, bottom):
            return replace(node, top=change(top), bottom=change(bottom))
        case t.Power(base, exponent):
            return replace(node, base=change(base), exponent=change(exponent))
        case t.Negated(body) | t.Transposed(body):
            return replace(node, body=change(body))
        case t.Call(_, arguments):
            return replace(node, arguments=tuple(map(change, arguments)))
        case t.Derivative(of, by):
            return replace(node, of=None if of is None else change(of), by=change(by))
        case t.Matrix(rows):
            return replace(node, rows=tuple(tuple(map(change, row)) for row in rows))
        case t.BigSum(body, _, lower, upper):
            return replace(
                node,
                lower=None if lower is None else change(lower),
                upper=None if upper is None else change(upper),
                body=change(body),
            )
        case t.Cases(lines):
            return replace(node, lines=tuple((change(value), test) for value, test in lines))
    return node


def replaced(node: t.Node, old: t.Node, new: t.Node) -> t.Node:
    """The same node with one part replaced wherever it stands."""
    return new if node == old else rebuilt(node, lambda child: replaced(child, old, new))
