"""One pass through a network: the values forward, the gradients backward, and single elements of both.

A pass is what a document talks about.  Its numbers follow the document's policy: with ``carry:
rounded`` every one of them is the printed one, and was computed from printed ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Literal

import numpy as np

from derivgen.derivation.arithmetic import Arithmetic, FloatArithmetic
from derivgen.derivation.graph import ElementGraph, LocalPartial, Path
from derivgen.derivation.partials import Link
from derivgen.derivation.rounding import Rounder
from derivgen.derivation.sweep import Arrays, backward, forward, unchanged
from derivgen.network.model import Network
from derivgen.notation import Entry

#: paths are multiplied out one by one up to this number; beyond it the sweep gives their sum
MOST_PATHS = 4096

Route = Literal["paths", "reuse"]


@dataclass(frozen=True)
class Pass:
    """Forward and backward through ``network`` from ``given`` values (None: all symbolic).

    ``links`` are those that the document follows, which may take a collapsed derivative for
    softmax with cross-entropy; ``full_links`` follow every equation.
    """

    network: Network
    links: tuple[tuple[Link, ...], ...]
    full_links: tuple[tuple[Link, ...], ...]
    given: Arrays | None
    arithmetic: Arithmetic
    rounder: Rounder

    @cached_property
    def float_arithmetic(self) -> FloatArithmetic:
        """Double precision whatever the document computes with: for checks of printed numbers."""
        return FloatArithmetic(self.network.functions)

    @property
    def symbolic(self) -> bool:
        return self.given is None

    @property
    def carried(self) -> bool:
        """True where printed numbers are carried on."""
        return self.rounder.numbers.carry == "rounded"

    @cached_property
    def values(self) -> Arrays:
        """Every quantity's values; empty for a symbolic pass."""
        if self.given is None:
            return {}
        settle = self.rounder.array if self.carried else unchanged
        return forward(self.network, self.given, self.arithmetic, settle)

    @cached_property
    def graph(self) -> ElementGraph:
        return ElementGraph(self.network, self.links, self.values if self.given else None)

    @cached_property
    def full_graph(self) -> ElementGraph:
        """The graph without collapsed derivatives, for showing that these are right."""
        return ElementGraph(self.network, self.full_links, self.values if self.given else None)

    @cached_property
    def gradients(self) -> Arrays:
        """d loss / d every quantity by the reverse sweep (the numbers of the ``reuse`` view)."""
        settle = self.rounder.array if self.carried else unchanged
        followed = backward(self.network, self.links, self.values, self.arithmetic, settle)
        if self.links is self.full_links:
            return followed
        full = backward(self.network, self.full_links, self.values, self.arithmetic, settle)
        skipped = {s.through for s in self.network.shortcuts}
        return {name: full[name] if name in skipped else followed[name] for name in followed}

    def value(self, entry: Entry) -> float:
        """One element's value."""
        array, index = entry
        found: float = self.values[array][index]
        return found

    def partial(self, target: Entry, source: Entry) -> LocalPartial:
        return self.graph.partial(target, source)

    def partial_value(self, partial: LocalPartial) -> float:
        """A local partial's number, rounded when numbers are carried rounded; a value itself stays
        as it is, since a given one is printed with all its digits."""
        if isinstance(self.arithmetic, FloatArithmetic):
            point = {s: float(self.value(e)) for s, e in partial.entries.items()}
            value = self.arithmetic.scalar(partial.expression, point)
        else:
            arguments = {s: np.asarray(self.value(e)) for s, e in partial.entries.items()}
            value = self.arithmetic.evaluate(partial.expression, arguments).item()
        return value if partial.expression.is_Symbol else self._settled(value)

    def factors(self, path: Path) -> tuple[LocalPartial, ...]:
        """The local partials along a path, from the loss down."""
        return tuple(self.partial(a, b) for a, b in pairwise(path))

    def path_value(self, path: Path) -> float:
        """The product of the local partials along a path."""
        return self._settled(prod(self.partial_value(f) for f in self.factors(path)))

    def gradient(self, entry: Entry, route: Route = "reuse") -> float:
        """d loss / d one element.  The routes differ only where printed numbers are carried on."""
        if route == "reuse" or not self.carried or self.graph.count(entry) > MOST_PATHS:
            found: float = self.gradients[entry[0]][entry[1]]
            return found
        return self._settled(sum(self.path_value(p) for p in self.graph.paths(entry, MOST_PATHS)))

    def gradient_array(self, array: str, route: Route) -> np.ndarray:
        """The gradient of a whole array by one of the routes."""
        if route == "reuse" or not self.carried:
            return self.gradients[array]
        result = np.array(self.gradients[array])
        for index in np.ndindex(*result.shape):
            result[index] = self.gradient((array, index), route)
        return result

    def _settled(self, value: float) -> float:
        """A number as it is carried on."""
        if not self.carried or self.rounder.numbers.exact:
            return value
        return float(self.rounder.decimal(value))


def collapsed_links(
    network: Network, links: tuple[tuple[Link, ...], ...]
) -> tuple[tuple[Link, ...], ...]:
    """The links with every shortcut taken: the loss reads the logits directly, and what it read of
    the probabilities is left out."""
    rows = [list(row) for row in links]
    for shortcut in network.shortcuts:
        for number, row in enumerate(rows):
            readers = [link for link in row if link.source.array == shortcut.through]
            if not readers:
                continue
            rows[number] = [link for link in row if link not in readers]
            rows[number].append(
                Link(
                    number,
                    shortcut.source,
                    network.equations[number].target,
                    shortcut.expression,
                    shortcut.free,
                    shortcut.refs,
                    "",
                )
            )
    return tuple(tuple(row) for row in rows)


def with_values(given: Mapping[str, np.ndarray], new: Mapping[str, np.ndarray]) -> Arrays:
    """Given values with some arrays replaced."""
    return {**given, **new}
