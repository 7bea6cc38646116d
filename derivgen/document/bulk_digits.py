"""The digits of everything that stands in the families of one array."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from derivgen.derivation.rounding import Rounder
from derivgen.document.bulk_edges import Reading
from derivgen.document.columns import Computed, Digits, Labels, Printing, Written
from derivgen.document.situation import Situation


class Numbers:
    """The digits of everything that stands in the families of one array."""

    def __init__(self, situation: Situation, array: str) -> None:
        self._situation = situation
        self._rounder = situation.formulas.rounder
        self._array = array
        self._known: dict[Hashable, Digits] = {}
        self._labels: dict[tuple[str, int], Labels] = {}

    def gradient(self, array: str) -> Digits:
        return self._digits(("gradient", array), self._situation.passed.gradients[array])

    def partial(self, reading: Reading) -> Digits:
        link = reading.link
        ref = link.refs.get(link.partial) if link.partial.is_Symbol else None
        key = ("partial", reading.number)
        if key not in self._known and ref is not None and self._is_given(ref.array):
            shape = self._situation.derivation.network.quantities[ref.array].shape
            at, inside = reading.grid.positions(ref, shape)
            if inside is None:
                everywhere = np.broadcast_to(at, reading.grid.shape).ravel()
                self._known[key] = self._written(ref.array, everywhere[reading.where])
            else:  # what lies outside is as little rounded as what was given
                partials = reading.partials
                self._known[key] = Written(partials, self._shortest(partials))
        return self._digits(key, reading.partials)

    def before(self) -> Digits:
        """Of the array before an update."""
        if self._is_given(self._array):
            return self._written(self._array)
        assert self._situation.change is not None
        return self._digits("before", self._situation.change.before[self._array])

    def updated(self, key: Hashable, values: np.ndarray) -> Digits:
        """Of a quantity of the update; that of the gradient itself is the one above."""
        if values is self._situation.passed.gradients[self._array]:
            return self.gradient(self._array)
        return self._digits(("update", key), values)

    def kept(self, key: Hashable, values: np.ndarray) -> Digits:
        """Of what the optimiser computes on the way to the new value."""
        return self._digits(key, values, self._rounder.fine)

    def labels(self, array: str, axis: int) -> Labels:
        """The printed indices along an axis of an array."""
        key = (array, axis)
        if key not in self._labels:
            quantity = self._situation.derivation.network.quantities[array]
            start = quantity.naming.start or (0,) * len(quantity.shape)
            self._labels[key] = Labels(quantity.shape[axis], start[axis])
        return self._labels[key]

    def _digits(self, key: Hashable, values: np.ndarray, rounder: Rounder | None = None) -> Digits:
        if key not in self._known:
            rounder = rounder or self._rounder
            self._known[key] = Computed(values, Printing(rounder.texts, rounder.array))
        return self._known[key]

    def _is_given(self, array: str) -> bool:
        return self._situation.formulas.as_given(array)

    def _written(self, array: str, at: np.ndarray | None = None) -> Written:
        quantity = self._situation.derivation.network.quantities[array]
        assert quantity.values is not None
        texts = quantity.exact
        return Written(
            quantity.values, self._shortest(quantity.values) if texts is None else texts, at
        )

    def _shortest(self, values: np.ndarray) -> np.ndarray:
        """The shortest texts of numbers."""
        flat = values.ravel().tolist()
        known = {value: self._rounder.given(value) for value in set(flat)}
        return np.array([known[value] for value in flat], dtype=object)
