"""Numbers that are printed with the calculation that they are rounded from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, printed_number
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t


def with_worked_numbers(
    model: DocumentModel, calculations: Mapping[str, Sequence[t.Node]], budget: Budget
) -> DocumentModel:
    """The model in which a number has the digits of its calculation: after ``v = 0.999 * 0.064 + 0.0518 = 0.1157``
    the author may go on with 0.115736."""
    world = World(DocumentModel(), budget=budget)
    found: dict[str, t.Node] = {}
    for key, nodes in calculations.items():
        number = printed_number(model.values.get(key) or t.Words(""))
        if number is None or key in model.definitions or key in model.parameters:
            continue
        budget.begin()
        try:
            exact = scalar(world.evaluate(nodes[0]))
        except (NoValue, OutOfWork):
            continue
        if exact is not None and exact != number.value and number.fit(exact) is Fit.ROUNDED:
            found[key] = nodes[0]
    return replace(model, definitions={**model.definitions, **found}) if found else model
