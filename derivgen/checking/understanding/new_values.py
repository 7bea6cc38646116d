"""New values that nothing announces: ``w_1 = 0.5`` and later ``w_1 = 0.4833``, which is what a step by the gradient gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import groupby

from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Printed, printed_number
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

#: units of the last place that a new value may be off, and how many values are looked at
NEAR, MOST = 2, 60


def new_values(statements: Iterable[Statement], model: DocumentModel, budget: Budget) -> set[int]:
    """The statements that give parameters other values than before, by their ids, where most of those that stand
    together are what one step of gradient descent gives."""
    if model.loss is None or model.rate is None:
        return set()
    world = World(model, budget=budget)
    found: set[int] = set()
    statements = list(statements)
    slopes = _printed_slopes(statements, model.loss)
    for gives, run in groupby(statements, lambda s: _new(s, model) is not None):
        together = list(run)[:MOST] if gives else []
        near = {id(s) for s in together if _is_near(_new(s, model), world, s.left, slopes)}
        if near and 2 * len(near) >= len(together):
            # one of them may be wrong
            found |= near | {id(s) for s in together if _is_parameter(s.left, model)}
    return found


def _new(statement: Statement, model: DocumentModel) -> Printed | None:
    """The other value that a plain statement gives a parameter."""
    name, segments = statement.left, statement.chain.segments
    if not isinstance(name, t.Name) or name.mark or statement.chain.continued or len(segments) != 2:
        return None
    if name.key in model.definitions or name.key == model.rate:
        return None
    old, new = (
        printed_number(node) for node in (model.given(name.key) or t.Words(""), segments[1].body)
    )
    return new if old is not None and new is not None and old.value != new.value else None


def _printed_slopes(statements: Iterable[Statement], loss: str) -> dict[str, t.Node]:
    """What was printed for the derivatives of the loss, right or wrong."""
    found: dict[str, t.Node] = {}
    for statement in statements:
        left, last = statement.left, statement.chain.segments[-1].body
        if not isinstance(left, t.Derivative) or not isinstance(left.by, t.Name):
            continue
        if isinstance(left.of, t.Name) and left.of.key == loss and printed_number(last) is not None:
            found.setdefault(left.by.key, last)
    return found


def _is_parameter(name: t.Node | None, model: DocumentModel) -> bool:
    return isinstance(name, t.Name) and model.is_parameter(name.key)


def _is_near(
    new: Printed | None, world: World, name: t.Node | None, slopes: Mapping[str, t.Node]
) -> bool:
    """Whether a number is a parameter after one step, by its derivative or by what was printed for that."""
    if new is None or not isinstance(name, t.Name):
        return False
    loss, rate = (t.Name(k or "", written=k or "") for k in (world.model.loss, world.model.rate))
    token = t.Derivative(loss, name)
    for slope in (slopes.get(name.key, token), token):
        world.budget.begin()
        with suppress(NoValue, OutOfWork):
            change = t.Product((rate, slope))
            old, moved = scalar(world.evaluate(name)), scalar(world.evaluate(change))
            if old is None or moved is None:
                continue
            off = abs(old - moved - new.value)
            # a print without digits for it says nothing of a small change
            told = new.unit <= 2 * abs(moved)
            if told and off <= NEAR * new.unit and 2 * off < abs(moved):
                return True
    return False
