"""Deltas of which only numbers are given: by custom they are the derivatives of the loss by what goes into a unit.

That is taken so where most of them are what these derivatives are, to the digits that were printed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import mpmath

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.equality import DIGITS, Equality
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Printed, printed_matrix, printed_number
from derivgen.checking.evaluating.values import Dual, NoValue, Real, simplest
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

#: how many deltas, and how many quantities for each, are looked at
MOST = 60
#: units of the last place that a delta may be off by roundings that were carried on
NEAR = 3
#: how many have to agree
FEWEST = 2


def with_deltas(
    model: DocumentModel,
    calculated: Mapping[str, t.Node],
    budget: Budget,
    statements: Sequence[Statement] = (),
) -> DocumentModel:
    """The model with deltas as derivatives; ``calculated`` are definitions that are calculations with names put
    in for their numbers, which say less than that.

    A formula that says something else is a slip where the gradients that ``statements`` compute with the delta
    need the derivative."""
    if model.loss is None:
        return model
    deltas = [key for key in model.values if _is_delta(key)][:MOST]
    loss = t.Name(model.loss, written=model.loss)
    # without the calculations in between, which would make a delta depend on another one
    found: dict[tuple[str, bool], dict[str, tuple[t.Node, bool]]] = defaultdict(dict)
    world = World(model, budget=budget)
    #: each delta from the others as they are printed: then one wrong formula contradicts one delta
    apart = World(replace(model, definitions=_without(model, deltas)), budget=budget)
    is_open = {key: _is_open(key, model, calculated, apart) for key in deltas}
    for key in deltas:
        number = _printed(model, key)
        if number is None:
            continue
        for other in _same_place(key, model):
            token = t.Derivative(loss, t.Name(other, written=other))
            value = _value(world, token)
            if value is None or len(value) != len(number):
                continue
            base = ix.family(other)
            ways: tuple[tuple[bool, t.Node], ...] = ((False, token), (True, t.Negated(token)))
            for negative, node in ways:
                ours = [-cell for cell in value] if negative else value
                found[base, negative][key] = node, _near(number, ours)
    best = max(found.values(), key=lambda row: sum(right for _, right in row.values()), default={})
    right = [key for key, (_, agrees) in best.items() if agrees]
    numbers = sum(len(_printed(model, key) or ()) for key in right)
    if numbers < FEWEST or 2 * len(right) < len(deltas):
        return model
    # a formula that its numbers contradict is a claim only where all others say what deltas are
    silent = {key for key in deltas if model.definitions.get(key) in (None, calculated.get(key))}
    anchors = [
        best[key][1] and not _is_contradicted(key, model, apart)
        for key in deltas
        if not is_open[key] and key in best
    ]
    certain = bool(anchors) and all(anchors)
    made = {
        key: node
        for key, (node, agrees) in best.items()
        if key in silent or (is_open[key] and certain and agrees)
    }
    model = replace(model, definitions={**model.definitions, **made})
    for key, (node, agrees) in best.items():
        if key in made or agrees:
            continue
        meant = replace(model, definitions={**model.definitions, key: node})
        rows = [row for row in _gradients(loss, statements) if key in set(t.names_in(row[1]))]
        if _how_many(meant, rows[:MOST], budget) > _how_many(model, rows[:MOST], budget):
            model = meant
    return model


def _gradients(loss: t.Name, statements: Sequence[Statement]) -> Iterator[tuple[t.Node, t.Node]]:
    """The derivatives of the loss with the formulas that a document has for them, deltas in them."""
    for statement in statements:
        left, bodies = statement.left, [segment.body for segment in statement.chain.segments]
        if isinstance(left, t.Derivative) and left.of == loss and not statement.chain.continued:
            yield from (
                (left, body) for body in bodies[1:] if any(map(_is_delta, t.names_in(body)))
            )


def deltas_as_derivatives(
    model: DocumentModel, statements: Sequence[Statement], budget: Budget
) -> DocumentModel:
    """The same for deltas of which only formulas are given, with arrays in them: what makes most of the formulas
    of deltas, and of gradients with deltas in them, right is what they mean."""
    if model.loss is None or not model.extents:
        return model
    loss = t.Name(model.loss, written=model.loss)
    ways: dict[tuple[str, bool], dict[str, t.Node]] = defaultdict(dict)
    formulas: list[tuple[t.Node, t.Node]] = []
    for key, node in model.definitions.items():
        if not _is_delta(key) or t.has_derivative(node):
            continue
        formulas.append((t.Name(key), node))
        for other in _same_place(key, model):
            base = ix.family(other)
            token = t.Derivative(loss, t.Name(other, written=other))
            ways[base, False][key], ways[base, True][key] = token, t.Negated(token)
    formulas += _gradients(loss, statements)
    best, most = model, 0
    for way in ways.values():
        meant = replace(model, definitions={**model.definitions, **way})
        right = _how_many(meant, formulas[:MOST], budget)
        best, most = (meant, right) if right > most else (best, most)
    return best


def _is_delta(key: str) -> bool:
    return ix.family(key) in ("delta", "Delta")


def _how_many(
    model: DocumentModel, formulas: Sequence[tuple[t.Node, t.Node]], budget: Budget
) -> int:
    """How many of some equations hold; those that say 0 say nothing."""
    equality = Equality(model, budget)
    right = 0
    with mpmath.workdps(DIGITS):
        for left, body in formulas:
            budget.begin()
            with suppress(OutOfWork):
                right += bool(equality.plainly(left, body))
    return right


def _is_open(
    key: str, model: DocumentModel, calculated: Mapping[str, t.Node], world: World
) -> bool:
    """True for a delta that has no formula, or one that is not what is printed: then that may be wrong."""
    definition = model.definitions.get(key)
    if definition is None or definition == calculated.get(key):
        return True
    return not t.has_derivative(definition) and _is_contradicted(key, model, world)


def _is_contradicted(key: str, model: DocumentModel, world: World) -> bool:
    """True for what is printed with another value than its definition has."""
    number = _printed(model, key)
    definition = model.definitions.get(key)
    value = None if definition is None else _value(world, definition)
    return number is not None and value is not None and not _near(number, value)


def _without(model: DocumentModel, deltas: Sequence[str]) -> dict[str, t.Node]:
    """The definitions without those of deltas that are printed."""
    printed = {key for key in deltas if _printed(model, key) is not None}
    return {key: node for key, node in model.definitions.items() if key not in printed}


def _printed(model: DocumentModel, key: str) -> tuple[Printed, ...] | None:
    """What a delta is printed as: its number, or those of its cells."""
    node = model.values.get(key) or t.Words("")
    number, cells = printed_number(node), printed_matrix(node)
    if number is not None:
        return (number,)
    return None if cells is None else tuple(cell for row in cells for cell in row)


def _same_place(key: str, model: DocumentModel) -> list[str]:
    """Computed quantities with the same indices: z^2_1 for delta^2_1."""
    place = key[len("delta") :]
    return [other for other in model.definitions if other != key and other.endswith(place)][:MOST]


def _value(world: World, token: t.Node) -> Sequence[Real] | None:
    """The number that a formula comes to, or those of its cells."""
    world.budget.begin()
    try:
        found = simplest(world.evaluate(token))
    except (NoValue, OutOfWork):
        return None
    return [found.value] if isinstance(found, Dual) else [cell.value for cell in found.cells()]


def _near(numbers: Sequence[Printed], values: Sequence[Real]) -> bool:
    """Whether numbers are printed as some values have them."""
    pairs = zip(numbers, values, strict=False)
    near = all(abs(number.value - value) <= NEAR * number.unit for number, value in pairs)
    return len(numbers) == len(values) and near
