"""One equation of the independent check, with some free indices held."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from derivgen.derivation.oracle_numbers import AT_KINK, Arithmetic, Formula, Side, shares
from derivgen.derivation.oracle_readings import Gather, gather_of, positions
from derivgen.network.model import Equation, Index, Largest, Network, Softmax, Term, Terms

Values = dict[str, Any]
_EXP_LOG = (sympy.exp, sympy.log)


@dataclass(frozen=True)
class Rise:
    """How a sum of products changes along a shift.

    It is linear in each of its readings.  Where a single one differs from the point, and that one by
    the shift itself (``moved``), the sum is computed once for the point and once for the shift."""

    scale: Any
    moved: frozenset[str]
    differ: frozenset[str]
    #: all arrays at the point, and the shift of one of them, entry by entry
    base: Values
    dense: Callable[[str], Any]
    #: what a shift of 1 adds to the sums of products that are linear in it, by stage and term
    known: dict[tuple[int, int], Any]

    def linear(self, names: Sequence[str]) -> str | None:
        """The array in which the sum of products is linear here."""
        others = [name for name in names if name in self.differ]
        return others[0] if len(others) == 1 and others[0] in self.moved else None


class Stage:
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
                symbol: (ref.array, gather_of(quantities[ref.array], ref, axes, pinned, arithmetic))
                for symbol, ref in equation.refs.items()
                if symbol in symbols
            }

        self.write = positions(equation.target.indices, self.free, pinned)
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
        self, arrays: Values, added: Values, formula: Formula, rise: Rise | None = None
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
        self, place: int, term: Term, arrays: Values, formula: Formula, rise: Rise | None
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
            whole = np.asarray(formula(term.expression, values))
            if whole.shape != shape:
                whole = np.broadcast_to(whole, shape)
            if term.bound:
                whole = whole.sum(axis=tuple(range(len(self.shape), len(shape))))
        if term.coefficient != 1:
            whole = whole * self.arithmetic.number(str(term.coefficient.p))
            whole = whole / self.arithmetic.number(str(term.coefficient.q))
        return whole

    def product(self, place: int, arrays: Values, rise: Rise | None) -> Any:
        """A sum of products."""
        if rise is None:
            return self.at_point[place]
        linear = rise.linear([self.reads[place][f][0] for f in self.products[place]])
        if linear is None:
            return self.contracted(place, arrays)
        key = (id(self), place)
        if key not in rise.known:
            replaced = {**rise.base, linear: rise.dense(linear)}
            rise.known[key] = self.contracted(place, replaced)
        return self.at_point[place] + rise.scale * rise.known[key]

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
