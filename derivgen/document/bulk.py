"""Very many derivatives of one array as families: one block with holes, and columns of digits.

What is symbolic is made once for each way in which elements are read; what differs from element to
element is digits, and these are made by array operations, a few thousand copies at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import sympy

from derivgen.derivation.grid import Grid, stage_grid
from derivgen.derivation.partials import PEER, SAME, WINNER, Link
from derivgen.derivation.sweep import link_values, unchanged
from derivgen.document.blocks import Display, Family
from derivgen.document.situation import Situation
from derivgen.document.updates import symbol_names
from derivgen.formula.build import Operator, add, multiply, number
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.tree import Chain, Dots, Hole, Node, Partial
from derivgen.network.model import Affine, Ref, Stage
from derivgen.network.optimisers import ETA, OPTIMISERS, G, T, W, optimiser_options
from derivgen.notation import updated

#: an array with more elements to work out than this is written as families
MOST_ITEMS = 64

#: copies made at a time: what bounds the memory
CHUNK = 2048


@dataclass(frozen=True, slots=True)
class _Reading:
    """All edges of one link in one stage, sorted by source: where each element's readers are."""

    link: Link
    stage: Stage
    grid: Grid
    order: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    targets: np.ndarray
    partials: np.ndarray


@dataclass
class _Columns:
    """Columns of a family under construction, each made once."""

    texts: list[Sequence[str]] = field(default_factory=list)
    _known: dict[object, Hole] = field(default_factory=dict)

    def hole(self, key: object, texts: Sequence[str]) -> Hole:
        """The hole of a column; ``key`` says what it is, so that equal ones are shared."""
        if key not in self._known:
            width = max((len(t) for t in texts[:64]), default=1)
            self._known[key] = Hole(len(self.texts), width)
            self.texts.append(texts)
        return self._known[key]


def families(situation: Situation, array: str, wanted: np.ndarray) -> Iterator[Family]:
    """One block for each of the ``wanted`` elements (flat positions, ascending) of an array.

    The array has to have general names, and the pass numbers.
    """
    readings = [
        _reading(situation, stage, link)
        for stage in situation.derivation.network.schedule
        for link in situation.passed.links[stage.equation]
        if link.source.array == array
    ]
    signatures = np.stack([r.counts[wanted] for r in readings], axis=1)
    # runs of elements that are read in the same way keep the reading order of the array
    borders = np.flatnonzero((signatures[1:] != signatures[:-1]).any(axis=1)) + 1
    for run in np.split(wanted, borders):
        for start in range(0, run.size, CHUNK):
            yield _Writer(situation, array, readings, run[start : start + CHUNK]).family()


def _reading(situation: Situation, stage: Stage, link: Link) -> _Reading:
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
        link,
        stage,
        grid,
        everywhere[order],
        starts,
        counts,
        found.targets[order],
        found.partials[order],
    )


class _Writer:
    """One family: elements of an array that are read in the same way."""

    def __init__(
        self, situation: Situation, array: str, readings: list[_Reading], elements: np.ndarray
    ) -> None:
        self._situation = situation
        self._formulas = situation.formulas
        self._array = array
        self._readings = readings
        self._elements = elements
        self._columns = _Columns()
        self._network = situation.derivation.network

    def family(self) -> Family:
        chains = [self._gradient_chain(), *self._update_chains()]
        blocks = (Display(tuple(chains)),)
        return Family(blocks, tuple(self._columns.texts), int(self._elements.size))

    # --- the gradient -----------------------------------------------------------------------

    def _gradient_chain(self) -> Chain:
        name = self._name(self._array, self._elements)
        token = Partial(self._formulas.loss_name(), name)
        symbols: list[Node] = []
        details: list[Node] = []
        numbers: list[Node] = []
        for reading, nth in self._shown():
            symbols.append(self._symbols(reading, nth, name))
            details.append(self._detail(reading, nth))
            numbers.append(self._numbers(reading, nth))
        links = [self._sum(symbols), self._sum(details), self._sum(numbers)]
        result = self._column("gradient", self._gradients())
        unique = list(dict.fromkeys(links))
        return Chain(token, (*(("=", link) for link in unique), ("approx", result)))

    def _shown(self) -> list[tuple[_Reading, int]]:
        """The readers of an element that are printed: all of them, or the first ones and the last."""
        every = [
            (reading, nth)
            for reading in self._readings
            for nth in range(int(reading.counts[self._elements[0]]))
        ]
        limit = self._situation.derivation.task.options.long_sum
        return every if len(every) <= limit else [*every[: limit - 2], every[-1]]

    def _sum(self, terms: list[Node]) -> Node:
        total = sum(int(r.counts[self._elements[0]]) for r in self._readings)
        if not terms:
            return number("0")
        if total > len(terms):
            return add(*terms[:-1], Dots("center"), terms[-1])
        return add(*terms)

    def _edges(self, reading: _Reading, nth: int) -> np.ndarray:
        """For each element, the number of its nth edge in the reading."""
        found: np.ndarray = reading.starts[self._elements] + nth
        return found

    def _symbols(self, reading: _Reading, nth: int, name: Node) -> Node:
        """``dL/dz_1 * dz_1/dw``."""
        target = self._target(reading, nth)
        factors: list[Node] = [Partial(target, name)]
        if reading.link.target.array != self._network.loss:
            factors.insert(0, Partial(self._formulas.loss_name(), target))
        return self._product(factors, self._situation.derivation.task.options.product)

    def _detail(self, reading: _Reading, nth: int) -> Node:
        """``dL/dz_1 * x_3``: the local partial worked out, in names."""
        link = reading.link
        if link.partial.free_symbols & {SAME, WINNER, PEER}:
            return self._symbols(reading, nth, self._name(self._array, self._elements))
        at = self._indices(reading, nth)
        names = {s: self._reading_name(ref, at, (id(reading), nth)) for s, ref in link.refs.items()}
        partial = from_sympy(link.partial, names, self._formulas.functions, "none")
        factors: list[Node] = [partial]
        if link.target.array != self._network.loss:
            arriving = Partial(self._formulas.loss_name(), self._target(reading, nth))
            factors.insert(0, arriving)
        return self._product(factors, self._situation.derivation.task.options.product)

    def _numbers(self, reading: _Reading, nth: int) -> Node:
        edges = self._edges(reading, nth)
        factors: list[Node] = []
        target = reading.link.target.array
        if target != self._network.loss:
            arriving = self._situation.passed.gradients[target].reshape(-1)
            key = ("arriving", id(reading), nth)
            factors.append(self._column(key, arriving[reading.targets[edges]], factor=False))
        key = ("partial", id(reading), nth)
        partial = reading.link.partial
        given = bool(partial.is_Symbol and self._is_given(reading.link.refs.get(partial)))
        factors.append(
            self._column(key, reading.partials[edges], factor=bool(factors), given=given)
        )
        options = self._situation.derivation.task.options
        return self._product(factors, "dot" if options.product == "none" else options.product)

    def _product(self, factors: list[Node], operator: Operator) -> Node:
        order = self._situation.derivation.task.options.factor_order
        parts = factors if order == "loss-first" else factors[::-1]
        return multiply(parts, operator)

    # --- names ------------------------------------------------------------------------------

    def _indices(self, reading: _Reading, nth: int) -> Mapping[str, np.ndarray]:
        """The values of the link's index variables at each element's nth edge."""
        where = reading.order[self._edges(reading, nth)]
        offsets = np.unravel_index(where, reading.grid.shape) if reading.grid.shape else ()
        found: dict[str, np.ndarray] = {}
        for name, offset in zip(reading.grid.axes, offsets, strict=True):
            values = np.asarray(reading.grid.at[name]).ravel()
            found[name] = values[offset]
        return found

    def _target(self, reading: _Reading, nth: int) -> Node:
        edges = self._edges(reading, nth)
        return self._name(reading.link.target.array, reading.targets[edges])

    def _reading_name(self, ref: Ref, at: Mapping[str, np.ndarray], key: object) -> Node:
        indices = [
            np.broadcast_to(np.asarray(_value(index, at)), self._elements.shape)
            for index in ref.indices
        ]
        return self._general(ref.array, indices, (ref, key))

    def _name(self, array: str, flat: np.ndarray) -> Node:
        shape = self._network.quantities[array].shape
        indices = list(np.unravel_index(flat, shape)) if shape else []
        return self._general(array, indices, ("at", array, flat.tobytes()))

    def _general(self, array: str, indices: list[np.ndarray], key: object) -> Node:
        start = self._network.quantities[array].naming.start or (0,) * len(indices)
        labels: list[Node] = []
        for axis, (index, first) in enumerate(zip(indices, start, strict=True)):
            if (index == index[0]).all():
                labels.append(number(str(int(index[0]) + first)))
            else:
                counts = (index + first).tolist()
                labels.append(self._columns.hole((key, axis), list(map(str, counts))))
        if not labels:
            return self._formulas.name((array, ()))
        return self._formulas.general_name(array, tuple(labels))

    # --- numbers ----------------------------------------------------------------------------

    def _gradients(self) -> np.ndarray:
        found: np.ndarray = self._situation.passed.gradients[self._array].reshape(-1)[
            self._elements
        ]
        return found

    def _is_given(self, ref: Ref | None) -> bool:
        """True for a reading of what is printed as it was given."""
        return ref is not None and self._formulas.as_given(ref.array)

    def _column(
        self, key: object, values: np.ndarray, factor: bool = False, given: bool = False
    ) -> Hole:
        rounder = self._formulas.rounder
        if given:
            known = {value: rounder.given(value) for value in set(values.tolist())}
            texts = [known[value] for value in values.tolist()]
        else:
            texts = rounder.texts(values)
        if factor:
            texts = [f"({t})" if t[0] == "-" else t for t in texts]
        return self._columns.hole(key, texts)

    # --- the update -------------------------------------------------------------------------

    def _update_chains(self) -> Iterator[Chain]:
        """The optimiser's steps, with the numbers of every element."""
        change = self._situation.change
        if change is None or self._array not in change.after:
            return
        training = self._situation.derivation.task.training
        optimiser = OPTIMISERS[training.optimiser]
        assert training.learning_rate is not None
        names = symbol_names(self._formulas, self._name(self._array, self._elements))
        digits = self._formulas.rounder.given
        options = optimiser_options(optimiser, training.options)
        texts: dict[sympy.Symbol, Node] = {ETA: number(digits(training.learning_rate))}
        texts[T] = number(str(change.step))
        for name, value in options.items():
            texts[optimiser.option_symbol(name)] = number(digits(float(value)))
        values = {W: change.before[self._array], G: change.gradients[self._array]}
        states = change.states_before.get(self._array, {})
        for variable in optimiser.states:
            zero = np.zeros_like(values[W], dtype=float)
            values[variable.symbol] = states.get(variable.symbol.name, zero)
        for symbol, expression in optimiser.steps:
            for used in sorted(expression.free_symbols & set(values), key=lambda s: s.name):
                flat = values[used].reshape(-1)[self._elements]
                given = used == W and self._formulas.as_given(self._array)
                texts[used] = self._column(("update", used), flat, used != W, given)
            order = {s: texts[s] for s in names if s in expression.free_symbols}
            result = change.intermediates[self._array][symbol.name]
            left = updated(names[symbol]) if symbol == W else names[symbol]
            yield Chain(
                left,
                (
                    ("=", from_sympy(expression, names)),
                    ("=", from_sympy(expression, order, {}, "dot")),
                    ("approx", self._column(("new", symbol), result.reshape(-1)[self._elements])),
                ),
            )
            if symbol != W:
                values[symbol] = result


def _value(index: Affine, at: Mapping[str, np.ndarray]) -> np.ndarray | int:
    return index.value(dict(at))
