"""Losses that are written by their names: ``J = CE(y, \\hat y)`` is the sum of ``-y \\log \\hat y``."""

from __future__ import annotations

from collections.abc import Sequence

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement


def with_named_losses(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with formulas for such losses."""
    computed = {s.left for s in statements if isinstance(s.left, t.Name) and len(s.members) > 1}

    def spelled_out(node: t.Node) -> t.Node:
        if not isinstance(node, t.Call) or node.function != "cross_entropy" or node.primes:
            return rebuilt(node, spelled_out)
        if len(node.arguments) != 2:
            return node
        target, output = node.arguments
        if target in computed and output not in computed:
            target, output = output, target
        terms = t.Product((target, t.Call("log", (output,), 0, node.span)), "o", node.span)
        return t.Negated(t.BigSum(terms, span=node.span), node.span)

    return tuple(statement.mapped(spelled_out) for statement in statements)
