"""The loss of a network in extended precision, computed from its equations, for the independent check.

It walks ``network.schedule`` and shares no code with the forward pass of the derivation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from derivgen.derivation.oracle_numbers import Arithmetic, Branches, Formula, Side
from derivgen.derivation.oracle_stage import Rise, Stage, Values
from derivgen.errors import DerivgenError
from derivgen.network.model import Network, Role


@dataclass(frozen=True)
class Entries:
    """How far entries of one array are shifted: ``where`` is an index, or ``...`` for all of them."""

    where: Any
    size: Any


Shift = Mapping[str, Entries]


class Forward:
    """The loss as a function of shifts of the quantities, with every branch held as at the point.

    ``values`` are the inputs, targets, constants and parameters.  Raises E502 where the loss is not finite.
    """

    def __init__(
        self,
        network: Network,
        values: Mapping[str, np.ndarray],
        arithmetic: Arithmetic,
        side: Side = "convention",
    ) -> None:
        self.network = network
        self.arithmetic = arithmetic
        self.branches = Branches()
        self.formula = Formula(arithmetic, network.functions, side, self.branches)
        self.given = {name: arithmetic.array(array) for name, array in values.items()}
        self.stages = [
            Stage(network, network.equations[stage.equation], dict(stage.pinned), arithmetic)
            for stage in network.schedule
        ]
        self.buffers: Values = {}
        #: all arrays at the point, and at which decision each stage begins
        self.base: Values = {}
        self.begins: list[int] = []
        self.loss = self.at_the_point()

    @property
    def met_kink(self) -> bool:
        """Whether some function was evaluated at a kink, or some maximum had ties."""
        return self.branches.met

    def at_the_point(self) -> Any:
        """The loss without any shift; every decision is made, and recorded."""
        self.base = dict(self.given)
        for quantity in self.network.quantities.values():
            if quantity.name not in self.base:
                self.base[quantity.name] = self.arithmetic.array(np.zeros(quantity.shape))
        for stage in self.stages:
            self.begins.append(self.branches.position)
            stage.run(self.base, {}, self.formula)
        self.branches.hold()
        return self.finite(self.base[self.network.loss])

    def along(self, shift: Shift) -> Along:
        """The loss along a shift of the quantities, given or computed."""
        return Along(self, shift)

    def finite(self, array: Any) -> Any:
        """The loss as a number; raises E502 where it is none."""
        loss = np.asarray(array)[()]
        if isinstance(loss, complex) or not np.isfinite(_double(loss)):
            raise DerivgenError("E502", "the loss is not a finite number")
        return loss


class Along:
    """The loss with ``scale`` times a shift added to the quantities, for one scale after the other."""

    def __init__(self, forward: Forward, shift: Shift) -> None:
        self.forward = forward
        self.shift = shift
        #: what a shift of 1 adds to the sums of products that are linear in it, by stage and term
        self.rises: dict[tuple[int, int], Any] = {}

    def __call__(self, scale: Any) -> Any:
        """The loss; a stage that reads nothing that differs from the point is not computed again."""
        forward = self.forward
        moved = frozenset(name for name in self.shift if name in forward.given)
        arrays = _Moved(self, scale)
        arrays |= {name: array for name, array in forward.base.items() if name not in moved}
        added: Values = {}
        for name, entries in self.shift.items():
            if name not in moved:
                added[name] = forward.arithmetic.array(np.zeros(forward.base[name].shape))
                added[name][entries.where] = entries.size * scale
        differ = set(moved)
        for stage, begin in zip(forward.stages, forward.begins, strict=True):
            if stage.target in added or not differ.isdisjoint(stage.sources):
                rise = Rise(scale, moved, frozenset(differ), forward.base, self.dense, self.rises)
                if stage.target not in differ:
                    arrays[stage.target] = arrays[stage.target].copy()
                    differ.add(stage.target)
                forward.branches.position = begin
                stage.run(arrays, added, forward.formula, rise)
        return forward.finite(arrays[forward.network.loss])

    def dense(self, name: str) -> Any:
        """The shift of one array, entry by entry."""
        entries = self.shift[name]
        if entries.where == ...:
            return entries.size
        shape = self.forward.network.quantities[name].shape
        found = self.forward.arithmetic.array(np.zeros(shape))
        found[entries.where] = entries.size
        return found


class _Moved(Values):
    """The arrays at a shifted point; a given one that is shifted is made when somebody reads it,
    in a buffer that is used again and again: large new arrays would cost more than the sums."""

    def __init__(self, along: Along, scale: Any) -> None:
        super().__init__()
        self._along = along
        self._scale = scale

    def __missing__(self, name: str) -> Any:
        forward = self._along.forward
        base = forward.given[name]
        entries = self._along.shift[name]
        buffer = forward.buffers.setdefault(name, base.copy())
        if entries.where == ...:
            np.multiply(entries.size, self._scale, out=buffer)
            np.add(buffer, base, out=buffer)
        else:
            buffer[...] = base
            buffer[entries.where] = base[entries.where] + entries.size * self._scale
        self[name] = buffer
        return buffer


def _double(value: Any) -> float:
    """A number as a float; what is no real number (the logarithm of -1) is none."""
    try:
        return float(value)
    except TypeError:
        return float("nan")


def leaf_values(network: Network, values: Mapping[str, np.ndarray] | None) -> dict[str, np.ndarray]:
    """The values of what is not computed: as in ``values`` where given there, else the network's."""
    found = {}
    for quantity in network.quantities.values():
        if quantity.role in (Role.COMPUTED, Role.LOSS):
            continue
        array = (values or {}).get(quantity.name, quantity.values)
        if array is None:
            raise ValueError(f"{quantity.name} has no values, so nothing can be checked")
        found[quantity.name] = np.asarray(array, dtype=float)
    return found
