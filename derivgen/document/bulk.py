"""Very many derivatives of one array as families: one block with holes, and columns of digits.

What is symbolic is made once for each way in which elements are read; what differs from element to
element is digits, and these are made by array operations, a few thousand copies at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import numpy as np
import sympy

from derivgen.derivation.grid import Grid, stage_grid
from derivgen.derivation.partials import PEER, SAME, WINNER, Link
from derivgen.derivation.sweep import link_values, unchanged
from derivgen.document.blocks import Display, Family
from derivgen.document.columns import Column, Columns, Copies, Digits, Labels, widths_of
from derivgen.document.situation import Situation
from derivgen.document.updates import setting_digits, step_name, step_sign, symbol_names
from derivgen.formula.build import Operator, add, map_children, multiply, number
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.tree import Chain, Dots, Hole, Node, Partial
from derivgen.network.model import Affine, Ref, Stage
from derivgen.network.optimisers import OPTIMISERS, G, W

Made = TypeVar("Made")

#: an array with more elements to work out than this is written as families
MOST_ITEMS = 64

#: copies made at a time: what bounds the memory
CHUNK = 2048
#: copies of which the longest text tells how wide a hole is
_LOOKED_AT = 64


@dataclass(frozen=True, slots=True)
class _Reading:
    """All edges of one link in one stage, sorted by source: where each element's readers are.

    ``where`` are the edges' positions in the grid, ``targets`` and ``partials`` what is at them.
    """

    number: int
    link: Link
    grid: Grid
    where: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    targets: np.ndarray
    partials: np.ndarray


def families(situation: Situation, array: str, wanted: np.ndarray) -> Iterator[Family]:
    """One block for each of the ``wanted`` elements (flat positions, ascending) of an array.

    The array has to have general names, and the pass numbers.
    """
    readings = [
        _reading(situation, stage, link, number)
        for number, (stage, link) in enumerate(
            (stage, link)
            for stage in situation.derivation.network.schedule
            for link in situation.passed.links[stage.equation]
            if link.source.array == array
        )
    ]
    signatures = np.stack([r.counts[wanted] for r in readings], axis=1)
    # runs of elements that are read in the same way keep the reading order of the array
    borders = np.flatnonzero((signatures[1:] != signatures[:-1]).any(axis=1)) + 1
    numbers = _Numbers(situation, array, readings)
    for run in np.split(wanted, borders):
        writer = _Writer(situation, array, readings, numbers, run)
        for start in range(0, run.size, CHUNK):
            yield writer.family(run[start : start + CHUNK])


def _reading(situation: Situation, stage: Stage, link: Link, number: int) -> _Reading:
    passed = situation.passed
    network = situation.derivation.network
    grid = stage_grid(network, stage, link.bound)
    settle = passed.rounder.array if passed.carried else unchanged
    found = link_values(network, stage, link, passed.values, passed.arithmetic, settle)
    size = int(np.prod(network.quantities[link.source.array].shape, dtype=int))
    # positions in the grid of the pairs that lie inside the source
    _, inside = grid.positions(link.source, network.quantities[link.source.array].shape)
    everywhere = np.arange(int(np.prod(grid.shape, dtype=int)))
    if inside is not None:
        everywhere = everywhere[np.broadcast_to(inside, grid.shape).ravel()]
    order = np.argsort(found.sources, kind="stable")
    counts = np.bincount(found.sources, minlength=size)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return _Reading(
        number,
        link,
        grid,
        everywhere[order],
        starts,
        counts,
        found.targets[order],
        found.partials[order],
    )


class _Numbers:
    """The digits of everything that stands in the families of one array."""

    def __init__(self, situation: Situation, array: str, readings: list[_Reading]) -> None:
        self._situation = situation
        self._rounder = situation.formulas.rounder
        self._array = array
        self._known: dict[Hashable, Digits] = {}
        self._labels: dict[tuple[str, int], Labels] = {}
        self._readings = readings

    def gradient(self, array: str) -> Digits:
        return self._digits(("gradient", array), self._situation.passed.gradients[array], False)

    def partial(self, reading: _Reading) -> Digits:
        link = reading.link
        ref = link.refs.get(link.partial) if link.partial.is_Symbol else None
        return self._digits(("partial", reading.number), reading.partials, self.is_given(ref))

    def updated(self, key: Hashable, values: np.ndarray, given: bool = False) -> Digits:
        """Of a quantity of the update; that of the gradient itself is the one above."""
        if not given and values is self._situation.passed.gradients[self._array]:
            return self.gradient(self._array)
        return self._digits(("update", key), values, given)

    def labels(self, array: str, axis: int) -> Labels:
        """The printed indices along an axis of an array."""
        key = (array, axis)
        if key not in self._labels:
            quantity = self._situation.derivation.network.quantities[array]
            start = quantity.naming.start or (0,) * len(quantity.shape)
            self._labels[key] = Labels(quantity.shape[axis], start[axis])
        return self._labels[key]

    def is_given(self, ref: Ref | None) -> bool:
        """True for a reading of what is printed as it was given."""
        return ref is not None and self._situation.formulas.as_given(ref.array)

    def _digits(self, key: Hashable, values: np.ndarray, given: bool) -> Digits:
        if key not in self._known:
            self._known[key] = Digits(values, self._given if given else self._rounder.texts)
        return self._known[key]

    def _given(self, values: np.ndarray) -> list[str]:
        known = {value: self._rounder.given(value) for value in set(values.tolist())}
        return [known[value] for value in values.tolist()]


class _Writer:
    """The families of elements of an array that are read in the same way: a run of them.

    The chains are made once, with holes for what differs within the run."""

    def __init__(
        self,
        situation: Situation,
        array: str,
        readings: list[_Reading],
        numbers: _Numbers,
        run: Copies,
    ) -> None:
        self._situation = situation
        self._formulas = situation.formulas
        self._array = array
        self._readings = readings
        self._digits = numbers
        self._run = run
        self._columns = Columns()
        self._network = situation.derivation.network
        chains = (self._gradient_chain(), *self._update_chains())
        # one layout for the whole run: what its copies need that stand here and there in it
        places = np.linspace(0, run.size - 1, min(run.size, _LOOKED_AT)).astype(np.intp)
        widths = widths_of(self._columns.texts(run[places]))
        self._blocks = (Display(tuple(_with_widths(chain, widths) for chain in chains)),)

    def family(self, copies: Copies) -> Family:
        """The blocks of some elements of the run."""
        return Family(self._blocks, self._columns.texts(copies), int(copies.size))

    # --- the gradient -----------------------------------------------------------------------

    def _gradient_chain(self) -> Chain:
        name = self._own_name()
        token = Partial(self._formulas.loss_name(), name)
        symbols: list[Node] = []
        details: list[Node] = []
        numbers: list[Node] = []
        for edges in self._shown():
            symbols.append(self._symbols(edges, name))
            details.append(self._detail(edges, name))
            numbers.append(self._factors(edges))
        links = [self._sum(symbols), self._sum(details), self._sum(numbers)]
        result = self._columns.hole("gradient", self._digits.gradient(self._array).texts)
        unique = list(dict.fromkeys(links))
        return Chain(token, (*(("=", link) for link in unique), ("approx", result)))

    def _count(self, reading: _Reading) -> int:
        """How often a reading reads each element of the run."""
        return int(reading.counts[self._run[0]])

    def _shown(self) -> list[_Edges]:
        """The readers of an element that are printed: all of them, or the first ones and the last."""
        every = [_Edges(r, nth) for r in self._readings for nth in range(self._count(r))]
        limit = self._situation.derivation.task.options.long_sum
        return every if len(every) <= limit else [*every[: limit - 2], every[-1]]

    def _sum(self, terms: list[Node]) -> Node:
        total = sum(map(self._count, self._readings))
        if not terms:
            return number("0")
        if total > len(terms):
            return add(*terms[:-1], Dots("center"), terms[-1])
        return add(*terms)

    def _symbols(self, edges: _Edges, name: Node) -> Node:
        """``dL/dz_1 * dz_1/dw``."""
        target = self._target(edges)
        factors: list[Node] = [Partial(target, name)]
        if edges.target != self._network.loss:
            factors.insert(0, Partial(self._formulas.loss_name(), target))
        return self._product(factors, self._situation.derivation.task.options.product)

    def _detail(self, edges: _Edges, name: Node) -> Node:
        """``dL/dz_1 * x_3``: the local partial worked out, in names."""
        link = edges.reading.link
        if link.partial.free_symbols & {SAME, WINNER, PEER}:
            return self._symbols(edges, name)
        names = {s: self._reading_name(ref, edges) for s, ref in link.refs.items()}
        factors: list[Node] = [from_sympy(link.partial, names, self._formulas.functions, "none")]
        if edges.target != self._network.loss:
            factors.insert(0, Partial(self._formulas.loss_name(), self._target(edges)))
        return self._product(factors, self._situation.derivation.task.options.product)

    def _factors(self, edges: _Edges) -> Node:
        """``0.13 * 0.29``: the same with their numbers."""
        factors: list[Node] = []
        if edges.target != self._network.loss:
            arriving = self._digits.gradient(edges.target)
            column = partial(_digits_at, arriving, edges.targets)
            factors.append(self._columns.hole(("arriving", edges.key), column))
        own = self._digits.partial(edges.reading)
        column = partial(_factors_at if factors else _digits_at, own, edges.numbers)
        factors.append(self._columns.hole(("partial", edges.key), column))
        options = self._situation.derivation.task.options
        return self._product(factors, "dot" if options.product == "none" else options.product)

    def _product(self, factors: list[Node], operator: Operator) -> Node:
        order = self._situation.derivation.task.options.factor_order
        parts = factors if order == "loss-first" else factors[::-1]
        return multiply(parts, operator)

    # --- names ------------------------------------------------------------------------------

    def _own_name(self) -> Node:
        return self._name(self._array, "own", lambda copies: copies)

    def _target(self, edges: _Edges) -> Node:
        return self._name(edges.target, ("target", edges.key), edges.targets)

    def _name(self, array: str, key: Hashable, flat: Callable[[Copies], np.ndarray]) -> Node:
        """The name of the elements that stand at flat positions of an array."""
        shape = self._network.quantities[array].shape
        unravelled = _Latest(lambda copies: np.unravel_index(flat(copies), shape))

        def index(axis: int, copies: Copies) -> np.ndarray:
            return unravelled(copies)[axis]

        return self._general(array, key, [partial(index, axis) for axis in range(len(shape))])

    def _reading_name(self, ref: Ref, edges: _Edges) -> Node:
        def value(index: Affine, copies: Copies) -> np.ndarray:
            found = np.asarray(index.value(dict(edges.indices(copies))))
            return np.broadcast_to(found, copies.shape)

        return self._general(ref.array, (ref, edges.key), [partial(value, i) for i in ref.indices])

    def _general(
        self, array: str, key: Hashable, indices: list[Callable[[Copies], np.ndarray]]
    ) -> Node:
        labels = tuple(
            self._columns.hole((key, axis), _labels_at(self._digits.labels(array, axis), index))
            for axis, index in enumerate(indices)
        )
        if not labels:
            return self._formulas.name((array, ()))
        return self._formulas.general_name(array, labels)

    # --- the update -------------------------------------------------------------------------

    def _update_chains(self) -> Iterator[Chain]:
        """The optimiser's steps, with the numbers of every element."""
        change = self._situation.change
        if change is None or self._array not in change.after:
            return
        optimiser = OPTIMISERS[self._situation.derivation.task.training.optimiser]
        names = symbol_names(self._formulas, self._own_name())
        texts: dict[sympy.Symbol, Node] = {
            symbol: number(digits)
            for symbol, digits in setting_digits(self._formulas, change).items()
        }
        given = self._formulas.as_given(self._array)
        values = {
            W: self._digits.updated(W, change.before[self._array], given),
            G: self._digits.updated(G, change.gradients[self._array]),
        }
        states = change.states_before.get(self._array, {})
        for variable in optimiser.states:
            zero = np.zeros(change.before[self._array].shape)
            before = states.get(variable.symbol.name, zero)
            values[variable.symbol] = self._digits.updated(("before", variable.symbol), before)
        for step, (symbol, expression) in enumerate(optimiser.steps):
            for used in sorted(expression.free_symbols & set(values), key=lambda s: s.name):
                digits = values[used]
                column = digits.texts if used == W else digits.factors
                # a symbol that a step has computed means its new value in the steps after it
                texts[used] = self._columns.hole(("update", used, id(digits)), column)
            order = {s: texts[s] for s in names if s in expression.free_symbols}
            result = self._digits.updated(
                ("after", step), change.intermediates[self._array][symbol.name]
            )
            yield Chain(
                step_name(symbol, names),
                (
                    (step_sign(symbol, expression), from_sympy(expression, names)),
                    ("=", from_sympy(expression, order, {}, "dot")),
                    ("approx", self._columns.hole(("after", step), result.texts)),
                ),
            )
            if symbol != W:
                values[symbol] = result


class _Latest(Generic[Made]):
    """What was made of the latest copies: several columns ask for the same."""

    def __init__(self, make: Callable[[Copies], Made]) -> None:
        self._make = make
        self._latest: tuple[Copies, Made] | None = None

    def __call__(self, copies: Copies) -> Made:
        if self._latest is None or copies is not self._latest[0]:
            self._latest = copies, self._make(copies)
        return self._latest[1]


class _Edges:
    """The nth edge of every element in a reading."""

    def __init__(self, reading: _Reading, nth: int) -> None:
        self.reading = reading
        self.key = (reading.number, nth)
        self.target = reading.link.target.array
        #: for some elements, the numbers of their edges in the reading
        self.numbers = _Latest(lambda copies: reading.starts[copies] + nth)
        #: ... the flat positions of those that read them
        self.targets = _Latest(lambda copies: reading.targets[self.numbers(copies)])
        #: ... the values of the link's index variables
        self.indices = _Latest(self._indices)

    def _indices(self, copies: Copies) -> Mapping[str, np.ndarray]:
        grid = self.reading.grid
        where = self.reading.where[self.numbers(copies)]
        offsets = np.unravel_index(where, grid.shape) if grid.shape else ()
        return {
            name: np.asarray(grid.at[name]).ravel()[offset]
            for name, offset in zip(grid.axes, offsets, strict=True)
        }


def _digits_at(digits: Digits, at: Callable[[Copies], np.ndarray], copies: Copies) -> list[str]:
    return digits.texts(at(copies))


def _factors_at(digits: Digits, at: Callable[[Copies], np.ndarray], copies: Copies) -> list[str]:
    return digits.factors(at(copies))


def _labels_at(labels: Labels, index: Callable[[Copies], np.ndarray]) -> Column:
    return lambda copies: labels.texts(index(copies))


def _with_widths(chain: Chain, widths: tuple[int, ...]) -> Chain:
    """A chain whose holes say how wide their columns are."""

    def sized(node: Node) -> Node:
        if isinstance(node, Hole):
            return Hole(node.column, widths[node.column])
        return map_children(node, sized)

    left = None if chain.left is None else sized(chain.left)
    return Chain(left, tuple((sign, sized(right)) for sign, right in chain.links))
