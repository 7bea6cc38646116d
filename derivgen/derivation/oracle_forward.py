"""The loss of a network in extended precision, computed from its equations, for the independent check.

It walks ``network.schedule`` and shares no code with the forward pass of the derivation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from derivgen.derivation.oracle_numbers import (
    AT_KINK,
    Arithmetic,
    Branches,
    Formula,
    Side,
    shares,
)
from derivgen.errors import DerivgenError
from derivgen.network.model import (
    Affine,
    Equation,
    Index,
    Largest,
    Network,
    Quantity,
    Ref,
    Role,
    Softmax,
    Term,
    Terms,
)

Gather = Callable[[Any], Any]
Values = dict[str, Any]

_EXP_LOG = (sympy.exp, sympy.log)


@dataclass(frozen=True, slots=True)
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
            _Stage(network, network.equations[stage.equation], dict(stage.pinned), arithmetic)
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
                rise = _Rise(self, scale, moved, frozenset(differ))
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


@dataclass(frozen=True, slots=True)
class _Rise:
    """How a sum of products changes along a shift.

    It is linear in each of its readings.  Where a single one differs from the point, and that one by
    the shift itself (``moved``), the sum is computed once for the point and once for the shift."""

    along: Along
    scale: Any
    moved: frozenset[str]
    differ: frozenset[str]

    def linear(self, names: Sequence[str]) -> str | None:
        """The array in which the sum of products is linear here."""
        others = [name for name in names if name in self.differ]
        return others[0] if len(others) == 1 and others[0] in self.moved else None


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


class _Stage:
    """One equation with some free indices held; everything about positions is settled once."""

    def __init__(
        self,
        network: Network,
        equation: Equation,
        pinned: Mapping[str, int],
        arithmetic: Arithmetic,
    ) -> None:
        self.target = equation.target.array
        self.body = equation.body
        self.arithmetic = arithmetic
        self.free = tuple(index for index in equation.free if index.name not in pinned)
        self.pinned = pinned
        self.shape = tuple(index.size for index in self.free)
        quantities = network.quantities

        def gathers(bound: tuple[Index, ...], symbols: set[Any]) -> dict[Any, tuple[str, Gather]]:
            axes = (*self.free, *bound)
            return {
                symbol: (ref.array, _gather(quantities[ref.array], ref, axes, pinned, arithmetic))
                for symbol, ref in equation.refs.items()
                if symbol in symbols
            }

        self.write = _positions(equation.target.indices, self.free, pinned)
        if isinstance(self.body, Terms):
            self.reads = [gathers(t.bound, t.expression.free_symbols) for t in self.body.terms]
        elif isinstance(self.body, Largest):
            self.reads = [gathers(self.body.bound, {self.body.ref})]
        else:
            self.reads = [gathers((self.body.over,), {self.body.ref})]
        self.sources = {array for reads in self.reads for array, _ in reads.values()}
        #: the factors of each term that is a sum of products of readings, and its value at the point
        self.products: dict[int, tuple[sympy.Basic, ...]] = {}
        self.at_point: dict[int, Any] = {}

    def run(
        self, arrays: Values, added: Values, formula: Formula, rise: _Rise | None = None
    ) -> None:
        """Compute the target's entries in ``arrays``, and shift them by those in ``added``.

        Without ``rise`` the arrays are those at the point."""
        if isinstance(self.body, Terms):
            total: Any = 0
            for place, term in enumerate(self.body.terms):
                total = total + self.term(place, term, arrays, formula, rise)
        elif isinstance(self.body, Largest):
            total = self.largest(self.body, arrays, formula)
        else:
            total = self.softmax(self.body, arrays)
        if self.target in added:
            total = total + added[self.target][self.write]
        arrays[self.target][self.write] = total

    def term(
        self, place: int, term: Term, arrays: Values, formula: Formula, rise: _Rise | None
    ) -> Any:
        reads = self.reads[place]
        if rise is None and self.contracts(term, reads, arrays):
            self.products[place] = sympy.Mul.make_args(term.expression)
            self.at_point[place] = self.contracted(place, arrays)
        if place in self.products:
            whole = self.product(place, arrays, rise)
        else:
            values = {symbol: gather(arrays[name]) for symbol, (name, gather) in reads.items()}
            shape = (*self.shape, *(index.size for index in term.bound))
            whole = np.broadcast_to(np.asarray(formula(term.expression, values)), shape)
            whole = (
                whole.sum(axis=tuple(range(len(self.shape), len(shape)))) if term.bound else whole
            )
        if term.coefficient != 1:
            whole = whole * self.arithmetic.number(str(term.coefficient.p))
            whole = whole / self.arithmetic.number(str(term.coefficient.q))
        return whole

    def product(self, place: int, arrays: Values, rise: _Rise | None) -> Any:
        """A sum of products."""
        if rise is None:
            return self.at_point[place]
        linear = rise.linear([self.reads[place][f][0] for f in self.products[place]])
        if linear is None:
            return self.contracted(place, arrays)
        key = (id(self), place)
        if key not in rise.along.rises:
            replaced = {**rise.along.forward.base, linear: rise.along.dense(linear)}
            rise.along.rises[key] = self.contracted(place, replaced)
        return self.at_point[place] + rise.scale * rise.along.rises[key]

    def contracted(self, place: int, arrays: Values) -> Any:
        reads = self.reads[place]
        values = [
            gather(arrays[name]) for name, gather in map(reads.__getitem__, self.products[place])
        ]
        axes = list(range(max(np.ndim(value) for value in values)))
        operands = [part for value in values for part in (value, axes)]
        return np.einsum(*operands, axes[: len(self.shape)])

    def contracts(
        self, term: Term, reads: Mapping[Any, tuple[str, Gather]], arrays: Values
    ) -> bool:
        """Whether a term is a sum of products of readings that together run along every axis."""
        factors = sympy.Mul.make_args(term.expression)
        if self.arithmetic.extended or not term.bound or any(f not in reads for f in factors):
            return False
        shapes = [
            np.shape(gather(arrays[name])) for name, gather in map(reads.__getitem__, factors)
        ]
        sizes = np.broadcast_shapes(*shapes)
        return sizes == (*self.shape, *(index.size for index in term.bound)) and all(
            len(shape) == len(sizes) for shape in shapes
        )

    def largest(self, body: Largest, arrays: Values, formula: Formula) -> Any:
        (name, gather) = self.reads[0][body.ref]
        size = int(np.prod([index.size for index in body.bound]))
        flat = np.broadcast_to(
            gather(arrays[name]), (*self.shape, *(index.size for index in body.bound))
        ).reshape((*self.shape, size))

        def winners() -> tuple[np.ndarray, Any]:
            best = np.asarray(flat.max(axis=-1))  # one number of mpmath comes without a shape
            tied = np.asarray(np.abs(flat - best[..., None]) <= AT_KINK, dtype=bool)
            if (tied.sum(axis=-1) > 1).any():
                formula.branches.met = True
            if formula.side == "convention" and body.ties == "all":
                return tied.astype(float), best
            by_side: Side = formula.side
            if by_side == "convention" and body.ties == "first":
                by_side = "left"
            return np.moveaxis(shares(np.moveaxis(tied, -1, 0), by_side), 0, -1), best

        weights, best = formula.branches.decide(winners)
        # Zero weights are left out by hand: padding may hold an infinity.
        scaled = self.arithmetic.array(weights) * np.where(weights > 0, flat - best[..., None], 0)
        return best + scaled.sum(axis=-1)

    def softmax(self, body: Softmax, arrays: Values) -> Any:
        (name, gather) = self.reads[0][body.ref]
        along = next((i for i, index in enumerate(self.free) if index.name == body.along), None)
        shape = [1 if i == along else index.size for i, index in enumerate(self.free)]
        z = np.broadcast_to(gather(arrays[name]), (*shape, body.over.size))
        z = z - z.max(axis=-1, keepdims=True)
        exponential, logarithm = (self.arithmetic.function(kind) for kind in _EXP_LOG)
        powers = exponential(z)
        total = powers.sum(axis=-1, keepdims=True)
        answer = z - logarithm(total) if body.log else powers / total
        if along is None:
            return answer[..., self.pinned[body.along] - body.over.start]
        answer = np.swapaxes(answer, along, -1)[..., 0]
        first = self.free[along].start - body.over.start
        return np.take(answer, np.arange(first, first + self.free[along].size), axis=along)


def _positions(
    indices: tuple[Affine, ...], axes: tuple[Index, ...], pinned: Mapping[str, int]
) -> tuple[Any, ...]:
    """Integer arrays, one for each index expression, that broadcast over ``axes``."""
    at: dict[str, Any] = dict(pinned)
    for number, index in enumerate(axes):
        shape = [1] * len(axes)
        shape[number] = index.size
        at[index.name] = np.arange(index.start, index.stop).reshape(shape)
    return tuple(index.value(at) for index in indices)


def _gather(
    quantity: Quantity,
    ref: Ref,
    axes: tuple[Index, ...],
    pinned: Mapping[str, int],
    arithmetic: Arithmetic,
) -> Gather:
    """A function from an array to its entries at a reading, broadcast over ``axes``."""
    view = _view(quantity, ref, axes, pinned)
    if view is not None:
        return view
    at = _positions(ref.indices, axes, pinned)
    inside: Any = True
    for position, size in zip(at, quantity.shape, strict=True):
        inside = inside & (np.asarray(position) >= 0) & (np.asarray(position) < size)
    if np.all(inside):
        return lambda array: array[at]
    if quantity.outside is None:
        raise IndexError(f"{quantity.name} is read outside its shape {quantity.shape}")
    clipped = tuple(
        np.clip(position, 0, size - 1) for position, size in zip(at, quantity.shape, strict=True)
    )
    padding = arithmetic.array(np.asarray(quantity.outside))[()]
    return lambda array: np.where(inside, array[clipped], padding)


def _view(
    quantity: Quantity, ref: Ref, axes: tuple[Index, ...], pinned: Mapping[str, int]
) -> Gather | None:
    """The same without a copy, for readings such as ``W[i, j]``; None for others."""
    numbers = {index.name: number for number, index in enumerate(axes)}
    cut: list[int | slice] = []
    order: list[int] = []
    for affine, size in zip(ref.indices, quantity.shape, strict=True):
        names = [name for name, _ in affine.factors if name not in pinned]
        if len(names) > 1 or any(f != 1 for n, f in affine.factors if n in names):
            return None
        at = {name: pinned.get(name, 0) for name, _ in affine.factors}
        constant = int(affine.value(at))
        start = constant + (axes[numbers[names[0]]].start if names else 0)
        stop = start + (axes[numbers[names[0]]].size if names else 1)
        if start < 0 or stop > size:
            return None
        if names:
            order.append(numbers[names[0]])
        cut.append(slice(start, stop) if names else start)
    if len(set(order)) != len(order):
        return None
    places = tuple(np.argsort(order).tolist()) if order else ()
    grow = tuple(slice(None) if number in order else None for number in range(len(axes)))
    key = tuple(cut)
    if not order:
        return lambda array: array[key] if key else array[()]
    return lambda array: array[key].transpose(places)[grow]
