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
from derivgen.checking.evaluating.printed import printed_matrix, printed_number
from derivgen.checking.evaluating.values import NoValue, number_in
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
        for key in model.definitions
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
    made = {key: tokens[key] for keys in letters.values() if keys & right for key in keys}
    return replace(model, definitions={**model.definitions, **made})


def _agrees(world: World, printed: t.Node | None, token: t.Node) -> bool:
    """Whether a printed number or array is the derivative, and not nothing."""
    if printed is None:
        return False
    number = printed_number(printed)
    cells = ((number,),) if number is not None else printed_matrix(printed)
    if not cells or len(cells) * len(cells[0]) > MOST_CELLS:
        return False
    world.budget.begin()
    try:
        value = world.evaluate(token)
    except (NoValue, OutOfWork):
        return False
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            exact = number_in(value, (i, j))
            if exact is None or abs(exact - cell.value) > NEAR * cell.unit:
                return False
    return any(cell.value for row in cells for cell in row)
