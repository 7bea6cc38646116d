"""Gradients by short names: ``dW`` for the derivative of the loss by W, ``dz`` for that by z.

What the author says that dW is may be wrong itself.  It is taken for the derivative where most of the numbers
that are printed for such names are what the derivatives are, and for names with one letter, some of them: the
dZ of a batch is often its samples' gradient, without the mean.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Printed, printed_matrix, printed_number
from derivgen.checking.evaluating.values import NoValue, Real, number_in
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.deltas import FEWEST, NEAR

#: how many such names are looked at
MOST = 60
#: how many cells of one are compared
MOST_CELLS = 400


def with_gradient_names(model: DocumentModel, budget: Budget) -> DocumentModel:
    """The model with such names as derivatives of its loss."""
    if model.loss is None:
        return model
    loss = t.Name(model.loss, written=model.loss)
    tokens = {
        key: t.Derivative(loss, t.Name(key[1:], written=key[1:]))
        for key in dict.fromkeys((*model.definitions, *model.values))
        if key.startswith("d") and model.known(key[1:]) and model.values.get(key) is not None
    }
    if not FEWEST <= len(tokens) <= MOST:
        return model
    world = World(model, budget=budget)
    right = {key for key, token in tokens.items() if _agrees(world, model.values[key], token)}
    letters: dict[str, set[str]] = defaultdict(set)
    for key in tokens:
        letters[ix.family(key)].add(key)
    if len(right) < FEWEST or 2 * len(right) <= len(tokens):
        return model
    made = {
        key: tokens[key]
        for keys in letters.values()
        for key in keys
        if keys & right or not _is_of_samples(world, model.values[key], tokens[key])
    }
    return replace(model, definitions={**model.definitions, **made})


def _agrees(world: World, printed: t.Node | None, token: t.Node) -> bool:
    """Whether a printed number or array is the derivative, and not nothing."""
    pairs = _pairs(world, printed, token)
    near = all(abs(exact - cell.value) <= NEAR * cell.unit for cell, exact in pairs)
    return near and any(cell.value for cell, _ in pairs)


def _is_of_samples(world: World, printed: t.Node | None, token: t.Node) -> bool:
    """Whether a printed array can be something else than the derivative: some times it in every cell, as where a mean
    comes later, or what cannot be laid beside it."""
    pairs = _pairs(world, printed, token)
    if len(pairs) < FEWEST:
        return True
    times = [(cell.value / exact, cell.unit / abs(exact)) for cell, exact in pairs if exact]
    if len(times) < FEWEST:
        return True
    (first, room), *others = times
    return all(abs(first - other) <= NEAR * (room + more) for other, more in others)


def _pairs(world: World, printed: t.Node | None, token: t.Node) -> list[tuple[Printed, Real]]:
    """The cells of what is printed, each with that of the derivative; none where these are not to be told."""
    if printed is None:
        return []
    number = printed_number(printed)
    cells = ((number,),) if number is not None else printed_matrix(printed)
    if not cells or len(cells) * len(cells[0]) > MOST_CELLS:
        return []
    world.budget.begin()
    try:
        value = world.evaluate(token)
    except (NoValue, OutOfWork):
        return []
    found: list[tuple[Printed, Real]] = []
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            exact = number_in(value, (i, j))
            if exact is None:
                return []
            found.append((cell, exact))
    return found
