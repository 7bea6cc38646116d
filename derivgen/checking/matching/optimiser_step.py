"""The step of an optimiser of the table, for one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import mpmath
import sympy

from derivgen.checking.evaluating.values import Real
from derivgen.network.optimisers import ETA, G, Optimiser, T, W, optimiser_options
from derivgen.network.options import OptionValue


@dataclass(frozen=True)
class OptimiserStep:
    """One step of an optimiser for one parameter, at the working precision."""

    optimiser: Optimiser
    #: its settings, where they are not the usual ones
    options: Mapping[str, OptionValue]

    @cached_property
    def _rules(self) -> tuple[tuple[str, tuple[str, ...], Callable[..., Any]], ...]:
        rules = []
        for symbol, expression in self.optimiser.steps:
            needed = tuple(sorted(expression.free_symbols, key=lambda s: s.name))
            function = sympy.lambdify(needed, expression, "mpmath")
            rules.append((symbol.name, tuple(s.name for s in needed), function))
        return tuple(rules)

    @cached_property
    def _settings(self) -> dict[str, Fraction]:
        return optimiser_options(self.optimiser, self.options)

    def __call__(
        self, weight: Real, slope: Real, rate: Real, states: tuple[Real, ...], count: int
    ) -> tuple[Real, tuple[Real, ...]]:
        kept = [variable.symbol.name for variable in self.optimiser.states]
        values: dict[str, Any] = {
            name: mpmath.mpf(value.numerator) / value.denominator
            for name, value in self._settings.items()
        }
        values |= {W.name: weight, G.name: slope, ETA.name: rate, T.name: count}
        values |= dict(zip(kept, states or [mpmath.mpf(0)] * len(kept), strict=True))
        for name, needed, compute in self._rules:
            values[name] = compute(*(values[symbol] for symbol in needed))
        return values[W.name], tuple(values[name] for name in kept)
