"""Deltas of which only numbers are given: by custom they are the derivatives of the loss by what goes into a unit.

That is taken so where most of them are what these derivatives are, to the digits that were printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Printed, printed_number
from derivgen.checking.evaluating.values import NoValue, Real, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t

#: how many deltas, and how many quantities for each, are looked at
MOST = 60
#: units of the last place that a delta may be off by roundings that were carried on
NEAR = 3
#: how many have to agree
FEWEST = 2


def with_deltas(
    model: DocumentModel, calculated: Mapping[str, t.Node], budget: Budget
) -> DocumentModel:
    """The model with deltas as derivatives; ``calculated`` are definitions that are calculations with names put
    in for their numbers, which say less than that."""
    if model.loss is None:
        return model
    deltas = [
        key for key in model.values if ix.split(ix.without_above(key))[0] in ("delta", "Delta")
    ][:MOST]
    is_open = {key: model.definitions.get(key) in (None, calculated.get(key)) for key in deltas}
    if not any(is_open.values()):
        return model
    loss = t.Name(model.loss, written=model.loss)
    # without the calculations in between, which would make a delta depend on another one
    found: dict[tuple[str, bool], dict[str, tuple[t.Node, bool]]] = defaultdict(dict)
    world = World(model, budget=budget)
    for key in deltas:
        number = printed_number(model.values.get(key) or t.Words(""))
        if number is None:
            continue
        for other in _same_place(key, model):
            token = t.Derivative(loss, t.Name(other, written=other))
            value = _value(world, token)
            if value is None:
                continue
            base = ix.split(ix.without_above(other))[0]
            for negative, node in ((False, token), (True, t.Negated(token))):
                found[base, negative][key] = node, _near(number, -value if negative else value)
    best = max(found.values(), key=lambda row: sum(right for _, right in row.values()), default={})
    right = sum(agrees for _, agrees in best.values())
    if right < FEWEST or 2 * right < len(deltas):
        return model
    made = {key: node for key, (node, _) in best.items() if is_open[key]}
    return replace(model, definitions={**model.definitions, **made})


def _same_place(key: str, model: DocumentModel) -> list[str]:
    """Computed quantities with the same indices: z^2_1 for delta^2_1."""
    place = key[len("delta") :]
    return [other for other in model.definitions if other != key and other.endswith(place)][:MOST]


def _value(world: World, token: t.Node) -> Real | None:
    world.budget.begin()
    try:
        return scalar(world.evaluate(token))
    except (NoValue, OutOfWork):
        return None


def _near(number: Printed, value: Real) -> bool:
    return bool(abs(number.value - value) <= NEAR * number.unit)
