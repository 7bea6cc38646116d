"""Given values that a document leaves out, and its own results tell: in ``z = w x + b = 1.02`` the one
name without a value follows from the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import mpmath

from derivgen.checking import values as v
from derivgen.checking.budget import Budget, OutOfWork
from derivgen.checking.maths import tree as t
from derivgen.checking.model import DocumentModel
from derivgen.checking.printed import Printed, printed_number
from derivgen.checking.values import Dual, NoValue, Real
from derivgen.checking.world import World

#: how many values are looked for
MOST = 200
#: decimals that a given value may have
DECIMALS = range(7)


def solved(
    model: DocumentModel, printed: Mapping[str, tuple[t.Node, ...]], budget: Budget
) -> DocumentModel:
    """The model with the values that its results tell."""
    for _ in range(MOST):
        found = _one(model, printed, budget)
        if found is None:
            break
        key, node = found
        model = replace(model, values={**model.values, key: node})
    return model


def _one(
    model: DocumentModel, printed: Mapping[str, tuple[t.Node, ...]], budget: Budget
) -> tuple[str, t.Node] | None:
    """The first given quantity without a value that one equation tells, and its value."""
    for key, node in model.definitions.items():
        missing = {
            name.key
            for name in t.walk(node)
            if isinstance(name, t.Name) and model.values.get(name.key, node) is None
        }
        results = [r for r in map(printed_number, printed.get(key, ())) if r is not None]
        if len(missing) == 1 and results:
            (name,) = missing
            budget.begin()
            try:
                value = _fitting(model, node, name, results[0], budget)
            except OutOfWork:
                continue
            if value is not None:
                return name, value
    return None


def _fitting(
    model: DocumentModel, node: t.Node, name: str, result: Printed, budget: Budget
) -> t.Node | None:
    """The shortest decimal with which a definition gives its printed result; None where the name
    does not stand in it linearly."""
    trials = (_value(model, node, name, mpmath.mpf(trial), budget) for trial in (0, 1, 2))
    at = [value for value in trials if value is not None]
    if len(at) < 3:
        return None
    slope = at[1] - at[0]
    if not slope or abs(at[2] - at[1] - slope) > abs(slope) / 10**9:
        return None
    exact = (result.value - at[0]) / slope
    for decimals in DECIMALS:
        text = f"{float(exact):.{decimals}f}"
        if abs(at[0] + slope * mpmath.mpf(text) - result.value) <= result.unit:
            number = t.Number(text.lstrip("-"), abs(Fraction(text)), decimals)
            return t.Negated(number) if text.startswith("-") else number
    return None


def _value(
    model: DocumentModel, node: t.Node, name: str, trial: Real, budget: Budget
) -> Real | None:
    world = World(model, stated={name: v.constant(trial)}, budget=budget)
    try:
        found = v.simplest(world.evaluate(node))
    except NoValue:
        return None
    return found.value if isinstance(found, Dual) else None
