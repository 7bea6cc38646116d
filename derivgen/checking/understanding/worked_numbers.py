"""Numbers that are printed with the calculation that they are rounded from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, printed_number
from derivgen.checking.evaluating.values import NoValue, Real, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.noting import Notes


def with_worked_numbers(
    model: DocumentModel, notes: Notes, printed: Mapping[str, Sequence[t.Node]], budget: Budget
) -> DocumentModel:
    """The model in which a number has the digits of its calculation: after ``v = 0.999 * 0.064 + 0.0518 = 0.1157``
    the author may go on with 0.115736.  So has one that is not what is calculated, where it is in another line."""
    world = World(DocumentModel(), budget=budget)
    found: dict[str, t.Node] = {}
    for key, nodes in notes.calculations.items():
        value = model.values.get(key) or t.Words("")
        number = printed_number(value)
        if number is None or key in model.definitions or key in model.parameters:
            continue
        budget.begin()
        try:
            exact = scalar(world.evaluate(nodes[0]))
        except (NoValue, OutOfWork):
            continue
        if exact is None or exact == number.value:
            continue
        if value not in notes.worked_out.get(key, ()):
            continue  # w = 0.3, and later w = 0.3 - 0.1 * 0.28
        others = printed.get(key, ())
        if number.fit(exact) is Fit.ROUNDED or any(_is_rounded(exact, node) for node in others):
            found[key] = nodes[0]
    return replace(model, definitions={**model.definitions, **found}) if found else model


def _is_rounded(value: Real, node: t.Node) -> bool:
    number = printed_number(node)
    return number is not None and number.decimals > 0 and number.fit(value) is Fit.ROUNDED
