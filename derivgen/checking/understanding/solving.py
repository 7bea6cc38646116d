"""Given values that a document leaves out, and its own results tell: in ``z = w x + b = 1.02`` the one
name without a value follows from the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Printed, printed_number
from derivgen.checking.evaluating.values import NoValue, Real
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t

#: how many values are looked for
MOST = 200
#: decimals that a given value may have
DECIMALS = range(7)


def solved(
    model: DocumentModel, printed: Mapping[str, tuple[t.Node, ...]], budget: Budget
) -> DocumentModel:
    """The model with the values that its results tell, as far as that may cost."""
    missing = {
        key: {
            name.key
            for name in t.walk(node)
            if isinstance(name, t.Name) and model.values.get(name.key, node) is None
        }
        for key, node in model.definitions.items()
    }
    results = {key: _results(printed, key) for key, names in missing.items() if names}
    budget.begin()
    for _ in range(MOST):
        trials = {
            key: (next(iter(names)), results[key][0])
            for key, names in missing.items()
            if len(names) == 1 and results.get(key)
        }
        try:
            found = _one(model, trials, budget)
        except OutOfWork:
            break
        if found is None:
            break
        name, value = found
        model = replace(model, values={**model.values, name: value})
        for names in missing.values():
            names.discard(name)
    return model


def _results(printed: Mapping[str, tuple[t.Node, ...]], key: str) -> list[Printed]:
    return [r for r in map(printed_number, printed.get(key, ())) if r is not None]


def _one(
    model: DocumentModel, trials: Mapping[str, tuple[str, Printed]], budget: Budget
) -> tuple[str, t.Node] | None:
    """The first given quantity without a value that one equation tells, and its value; ``trials`` are
    the name that an equation lacks and its printed result, by what it defines."""
    for key, (name, result) in trials.items():
        value = _fitting(model, model.definitions[key], name, result, budget)
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
        return v.scalar(world.evaluate(node))
    except NoValue:
        return None
