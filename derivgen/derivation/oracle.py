"""The independent check of every gradient, by differences of the loss in extended precision.

It reads the same network as the derivation and shares no code with it: the loss is computed from
the equations by an evaluator of its own (:mod:`derivgen.derivation.oracle_forward`), and no
derivative rule is used, except at a kink, where the derivative is a matter of convention.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import mpmath
import numpy as np

from derivgen.derivation.oracle_forward import Along, Entries, Forward, Shift, leaf_values
from derivgen.derivation.oracle_numbers import DIGITS, LongDouble, Multiprecision, Side
from derivgen.errors import DerivgenError
from derivgen.network.model import Network

Status = Literal["agrees", "kink", "differs"]

#: with at most this many entries, each is checked by itself
FEW_ENTRIES = 300
#: entries times numbers in the network up to which mpmath is fast enough
SMALL_WORK = 60_000
#: step of the central difference in mpmath
STEP = "1e-13"
#: directions over all entries at once, and entries by themselves, in a large network
DIRECTIONS = 8
SAMPLE = 16
SEED = 20_240_229

#: relative error allowed; the derivation computes in double precision
TOLERANCE = 1e-9
#: error allowed in any case, as a share of the loss (or of 1): where digits cancel, as in a
#: saturated sigmoid, double precision holds no more
FLOOR = 1e-13


@dataclass(frozen=True)
class Row:
    """One comparison.

    ``index`` is the entry (counted from 0), or None where ``name`` is a direction over all entries
    of one array or of all of them (``name`` is "" then).  ``error`` is relative to the larger value.  ``status`` is "kink" where the
    derivative has no single value at the point and the derivation's is one that a convention gives.
    """

    name: str
    index: tuple[int, ...] | None
    derived: float
    difference: float
    error: float
    allowed: float
    status: Status

    @property
    def entry(self) -> str:
        """What was compared, in words: ``W1[0, 2]``, ``a direction in W1``."""
        if self.index is None:
            return f"a direction in {self.name}" if self.name else "a direction in all entries"
        return f"{self.name}[{', '.join(map(str, self.index))}]" if self.index else self.name


@dataclass(frozen=True)
class Verification:
    """All comparisons, and in words how they were made."""

    rows: tuple[Row, ...]
    method: str

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return all(row.status != "differs" for row in self.rows)

    @cached_property
    def worst(self) -> Row | None:
        """The row that is nearest to being a mismatch, or the first that is one."""
        return max(
            self.rows,
            key=lambda r: (r.status == "differs", abs(r.derived - r.difference) / r.allowed),
            default=None,
        )

    @property
    def kinks(self) -> tuple[Row, ...]:
        """The rows where a convention decided."""
        return tuple(row for row in self.rows if row.status == "kink")


def check_or_raise(
    network: Network,
    gradients: Mapping[str, np.ndarray],
    values: Mapping[str, np.ndarray] | None = None,
) -> Verification:
    """:func:`verify`, and an error with code E501 that names the worst entry if some gradient is wrong."""
    found = verify(network, gradients, values)
    if not found.ok and (row := found.worst) is not None:
        raise DerivgenError(
            "E501",
            f"the gradient with respect to {row.entry} is {row.derived:.12g} by the derivation, "
            f"but {row.difference:.12g} by differences of the loss",
        )
    return found


def verify(
    network: Network,
    gradients: Mapping[str, np.ndarray],
    values: Mapping[str, np.ndarray] | None = None,
) -> Verification:
    """Compare ``gradients`` (dL/d of quantities by name, given or computed ones) with differences.

    ``values`` replace those of the network's inputs, targets, constants and parameters, by name.
    Arrays have the shapes of their quantities.  Raises ValueError for a quantity without values, for
    a gradient of an unknown quantity or in another shape, and E502 where the loss is not finite.
    """
    leaves = leaf_values(network, values)
    known: dict[str, np.ndarray] = {}
    for name, array in gradients.items():
        gradient = np.asarray(array, dtype=float)
        if name not in network.quantities or gradient.shape != network.quantities[name].shape:
            raise ValueError(f"no quantity {name} of shape {gradient.shape} is in the network")
        known[name] = gradient
    entries = sum(gradient.size for gradient in known.values())
    size = sum(int(np.prod(q.shape)) for q in network.quantities.values())
    if entries <= FEW_ENTRIES and entries * size <= SMALL_WORK:
        with mpmath.workdps(DIGITS):
            check = _Check(network, leaves, known, _Mpmath())
            return check.entries(_all_entries(known), check.source.method)
    check = _Check(network, leaves, known, _Extended())
    if entries <= FEW_ENTRIES:
        return check.entries(
            _all_entries(known), f"{check.source.method}, for each entry by itself"
        )
    return check.sampled()


class _Mpmath:
    """Central differences of second order with so many digits that the error does not count."""

    arithmetic = Multiprecision()
    method = f"central differences in arithmetic of {DIGITS} digits, for each entry by itself"

    def slope(self, forward: Forward, shift: Shift) -> tuple[float, float]:
        """The derivative of the loss along ``shift``, and a bound of its error."""
        step = mpmath.mpf(STEP)
        loss = forward.along(shift)
        return float((loss(step) - loss(-step)) / (2 * step)), 0.0


class _Extended:
    """Central differences of fourth order in longdouble, with two steps, which tell the error."""

    arithmetic = LongDouble()
    method = "central differences of fourth order in extended precision"
    #: steps are tried in this order until one is precise enough
    steps = (1e-3, 1e-4, 1e-2, 1e-5)

    def slope(self, forward: Forward, shift: Shift) -> tuple[float, float]:
        """The derivative of the loss along ``shift``, and an estimate of its error."""
        best = (np.nan, np.inf)
        loss = forward.along(shift)
        for step in self.steps:
            found = self._with_step(loss, step)
            if found[1] < best[1]:
                best = found
            if best[1] <= 0.1 * TOLERANCE * abs(best[0]):
                break
        return best

    def _with_step(self, loss: Along, step: float) -> tuple[float, float]:
        def rise(factor: int) -> Any:
            far = np.longdouble(step * factor)
            return loss(far) - loss(-far)

        one, two, four = rise(1), rise(2), rise(4)
        near = (8 * one - two) / (12 * np.longdouble(step))
        far = (8 * two - four) / (24 * np.longdouble(step))
        noise = 10 * np.finfo(np.longdouble).eps * np.abs(loss.forward.loss) / step
        return float(near), float(np.abs(near - far) / 8 + noise)


@dataclass
class _Check:
    """One network at one point, with its gradients and a source of differences."""

    network: Network
    leaves: Mapping[str, np.ndarray]
    gradients: Mapping[str, np.ndarray]
    source: _Mpmath | _Extended

    def __post_init__(self) -> None:
        with np.errstate(all="ignore"):
            self.forward = self.at_kinks("convention")
            sides: tuple[Side, ...] = ("left", "right") if self.forward.met_kink else ()
            self.others = tuple(self.at_kinks(side) for side in sides)
        self.floor = FLOOR * max(1.0, abs(float(self.forward.loss)))

    def at_kinks(self, side: Side) -> Forward:
        return Forward(self.network, self.leaves, self.source.arithmetic, side)

    def entries(self, which: Iterator[tuple[str, tuple[int, ...]]], method: str) -> Verification:
        """Entries by themselves."""
        return Verification(tuple(self.entry(*one) for one in which), method)

    def entry(self, name: str, index: tuple[int, ...]) -> Row:
        derived = float(self.gradients[name][index])
        return self.row(name, index, derived, abs(derived), {name: Entries(index, 1)})

    def sampled(self) -> Verification:
        """Directions over all entries, one in each array, and a sample of entries."""
        draw = np.random.default_rng(SEED)
        names = tuple(self.gradients)
        rows = [self.direction(draw, names, "") for _ in range(DIRECTIONS)]
        rows += [self.direction(draw, (name,), name) for name in names]
        for number in range(SAMPLE):
            name = names[number % len(names)]
            flat = int(draw.integers(self.gradients[name].size))
            index = np.unravel_index(flat, self.gradients[name].shape)
            rows.append(self.entry(name, tuple(int(i) for i in index)))
        unique = {(row.name, row.index): row for row in rows if row.index is not None}
        directions = [row for row in rows if row.index is None]
        method = (
            f"{self.source.method}, along {DIRECTIONS} random directions over all entries at once, "
            f"one in each array, and for a sample of {len(unique)} entries"
        )
        return Verification((*directions, *unique.values()), method)

    def direction(self, draw: np.random.Generator, names: tuple[str, ...], name: str) -> Row:
        # of no dimension too an array, which is divided in place
        shifts = {n: np.asarray(draw.standard_normal(self.gradients[n].shape)) for n in names}
        length = np.sqrt(sum(float((shift**2).sum()) for shift in shifts.values()))
        # in place, here and below: new arrays of this size cost more than the arithmetic
        for shift in shifts.values():
            shift /= length
        products = [np.asarray(self.gradients[n] * shift) for n, shift in shifts.items()]
        derived = float(sum(product.sum() for product in products))
        # What the sum is made of: where its terms cancel, their digits are what there is.
        squares = (np.square(product, out=product) for product in products)
        scale = float(np.sqrt(sum(float(square.sum()) for square in squares)))
        along = {
            n: Entries(..., self.source.arithmetic.array(shift)) for n, shift in shifts.items()
        }
        return self.row(name, None, derived, scale, along)

    def row(
        self,
        name: str,
        index: tuple[int, ...] | None,
        derived: float,
        scale: float,
        shift: Shift,
    ) -> Row:
        with np.errstate(all="ignore"):
            found, error = self.source.slope(self.forward, shift)
            sides = [self.source.slope(other, shift)[0] for other in self.others]
        larger = max(abs(derived), abs(found))
        allowed = TOLERANCE * max(scale, larger) + self.floor + 10 * error
        agrees = abs(derived - found) <= allowed
        disputed = any(abs(side - found) > allowed for side in sides)
        taken = agrees or any(abs(derived - side) <= allowed for side in sides)
        status: Status = "kink" if taken and disputed else "agrees" if agrees else "differs"
        relative = abs(derived - found) / larger if larger else 0.0
        return Row(name, index, derived, found, relative, allowed, status)


def _all_entries(gradients: Mapping[str, np.ndarray]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, gradient in gradients.items():
        for index in np.ndindex(gradient.shape):
            yield name, index
