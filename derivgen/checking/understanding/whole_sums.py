"""``L = sum((O - Y)^2)`` of two matrices: a loss adds up all cells, and is their mean where it says mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.values import Array, Dual, NoValue, Value, simplest
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement


def with_whole_sums(
    statements: Sequence[Statement], model: DocumentModel, budget: Budget
) -> tuple[Statement, ...] | None:
    """The statements in which the loss is a number, where sums without an index over whole arrays make it one; None
    where nothing is to be done."""
    node = None if model.loss is None else model.definitions.get(model.loss)
    if node is None or not any(map(_is_open, t.walk(node))):
        return None
    world = World(model, budget=budget)

    def value(part: t.Node) -> Value | None:
        budget.begin()
        try:
            return simplest(world.evaluate(part))
        except (NoValue, OutOfWork):
            return None

    made = _summed(node, value)
    if isinstance(value(node), Dual) or not isinstance(value(made), Dual):
        return None
    return tuple(s.mapped(lambda body: made if body == node else body) for s in statements)


def _is_open(node: t.Node) -> bool:
    return isinstance(node, t.BigSum) and node.index is None and node.sign in ("sum", "mean")


def _summed(node: t.Node, value: Callable[[t.Node], Value | None]) -> t.Node:
    made = rebuilt(node, lambda part: _summed(part, value))
    if not isinstance(made, t.BigSum) or not _is_open(made):
        return made
    total = t.Call("#total", (made.body,))
    if made.sign == "sum":
        return total
    whole = value(made.body)
    count = whole.size if isinstance(whole, Array) else 1
    return t.Quotient(total, t.Number(str(count), Fraction(count)))
