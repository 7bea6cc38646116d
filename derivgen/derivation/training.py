"""Training: what an optimiser makes of the gradients, step after step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

import numpy as np

from derivgen.derivation.dust import without_dust
from derivgen.derivation.passes import Pass, Route
from derivgen.derivation.rounding import Rounder
from derivgen.derivation.sweep import Arrays
from derivgen.network.model import Role
from derivgen.network.optimisers import OPTIMISERS, W, apply, initial_states
from derivgen.settings import Training

States = Mapping[str, Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class Update:
    """One training step on every trained array.

    ``before`` and ``after`` are the arrays, ``gradients`` what moved them, ``states`` the optimiser's
    memory after the step and ``intermediates`` what its rule computed on the way, by array.
    """

    step: int
    before: Arrays
    after: Arrays
    gradients: Arrays
    states: States = field(default_factory=dict)
    states_before: States = field(default_factory=dict)
    intermediates: States = field(default_factory=dict)


def update(
    passed: Pass, training: Training, step: int, states: States, route: Route, rounder: Rounder
) -> Update:
    """The update after one pass; ``step`` counts from 1.

    Raises ValueError when the training has no learning rate.
    """
    if training.learning_rate is None:
        raise ValueError("an update needs a learning rate")
    optimiser = OPTIMISERS[training.optimiser]

    def settled(old: np.ndarray, symbol: str, values: np.ndarray) -> np.ndarray:
        if symbol == W.name and old.dtype != object:
            values = without_dust(values, np.abs(old) + np.abs(old - values), 2)
        if not passed.carried:
            return values
        return (rounder if symbol == W.name else rounder.fine).array(values)

    before: Arrays = {}
    after: Arrays = {}
    gradients: Arrays = {}
    new_states: dict[str, Mapping[str, np.ndarray]] = {}
    intermediates: dict[str, Mapping[str, np.ndarray]] = {}
    for quantity in passed.network.quantities.values():
        if quantity.role is not Role.PARAMETER or not quantity.trained:
            continue
        name = quantity.name
        before[name] = passed.values[name]
        gradients[name] = passed.gradient_array(name, route)
        new, memory, done = apply(
            optimiser,
            before[name],
            gradients[name],
            states[name] if name in states else initial_states(optimiser, before[name]),
            eta=Fraction(str(training.learning_rate)),
            t=step,
            options=training.options,
            settle=partial(settled, before[name]),
        )
        # the rule of a scalar gives bare numbers, not arrays
        after[name] = np.asarray(new, dtype=before[name].dtype)
        new_states[name] = {k: np.asarray(v) for k, v in memory.items()}
        intermediates[name] = {k: np.asarray(v) for k, v in done.items()}
    return Update(step, before, after, gradients, new_states, states, intermediates)
