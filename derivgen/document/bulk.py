"""Very many derivatives of one array as families: one block with holes, and columns of digits.

What is symbolic is made once for each way in which elements are read; what differs from element to
element is digits, and these are made by array operations, a few thousand copies at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import partial, reduce
from math import prod
from typing import Final

import numpy as np
import sympy

from derivgen.derivation.dust import sum_without_dust
from derivgen.derivation.long_sums import before_dots
from derivgen.derivation.partials import PEER, SAME, WINNER
from derivgen.derivation.rounding import Rounder, are_same
from derivgen.document.blocks import Display, Family
from derivgen.document.bulk_digits import Numbers
from derivgen.document.bulk_edges import Edges, Latest, Reading, reading_of
from derivgen.document.bulk_places import Extra, NumberHoles, Where
from derivgen.document.columns import (
    Column,
    Columns,
    Copies,
    Digits,
    Labels,
    Signs,
    enough_digits,
    widths_of,
)
from derivgen.document.situation import Situation
from derivgen.document.updates import setting_digits, step_name, step_sign, symbol_names
from derivgen.document.worked import as_float
from derivgen.formula.build import Operator, add, map_children, multiply, number
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.tree import Chain, Dots, Hole, Node, Partial, RelationSign, SignHole
from derivgen.network.model import Affine, Ref
from derivgen.network.optimisers import OPTIMISERS, G, W

#: an array with more elements to work out than this is written as families
MOST_ITEMS = 64

#: copies made at a time: what bounds the memory
CHUNK = 2048
#: copies of which the longest text tells how wide a hole is
_LOOKED_AT = 64
#: copies whose numbers are looked at together, where none of their texts is made
MANY = 16384

_Part = tuple[Digits, Where]
#: the extra digits of some elements, and whether their printed operands give the printed results
_Worked = Callable[[Copies], tuple[np.ndarray, np.ndarray]]
_RESULT_SIGNS: Final = ("approx", "=")


def families(situation: Situation, array: str, wanted: np.ndarray) -> Iterator[Family]:
    """One block for each of the ``wanted`` elements (flat positions, ascending) of an array.

    The array has to have general names, and the pass numbers.
    """
    readings = [
        reading_of(situation, stage, link, number)
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
    numbers = Numbers(situation, array)
    for run in np.split(wanted, borders):
        writer = _Writer(situation, array, readings, numbers, run)
        for start in range(0, run.size, CHUNK):
            yield writer.family(run[start : start + CHUNK])


class _Writer:
    """The families of elements of an array that are read in the same way: a run of them.

    The chains are made once, with holes for what differs within the run."""

    def __init__(
        self,
        situation: Situation,
        array: str,
        readings: list[Reading],
        numbers: Numbers,
        run: Copies,
    ) -> None:
        self._situation = situation
        self._formulas = situation.formulas
        self._array = array
        self._readings = readings
        self._digits = numbers
        self._run = run
        self._columns = Columns()
        self._holes = NumberHoles(self._columns)
        self._network = situation.derivation.network
        self._rounder = situation.formulas.rounder
        #: whether numbers put in may need more digits to give their results
        self._checked = not (situation.passed.carried or situation.derivation.task.numbers.exact)
        self._exact_numbers = situation.derivation.task.numbers.exact
        made = (self._gradient_chain(), *self._update_chains())
        chains = tuple(map(self._holes.placed, made))
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
        shown = self._shown()
        gradient = self._digits.gradient(self._array)
        parts = [self._parts(edges) for edges in shown]
        elided = len(shown) < self._readers()

        def worked(copies: Copies) -> tuple[np.ndarray, np.ndarray]:
            found = [[(digits, at(copies)) for digits, at in factors] for factors in parts]

            def value(which: np.ndarray, extra: int) -> np.ndarray:
                terms = [
                    reduce(np.multiply, [d.numbers(at[which], extra) for d, at in factors])
                    for factors in found
                ]
                return sum_without_dust(*terms)

            return self._worked(value, gradient, self._rounder, copies)

        extra, sign = self._for_all("gradient", worked, parts and not elided)
        for edges in shown:
            symbols.append(self._symbols(edges, name))
            details.append(self._detail(edges, name))
            numbers.append(self._factors(edges, extra))
        links = [self._sum(symbols), self._sum(details), self._sum(numbers)]
        result = self._columns.hole("gradient", gradient.texts)
        if not parts:  # a derivative that nothing leads to is 0 at once
            return Chain(token, (("=", number("0")),))
        unique = list(dict.fromkeys(links))
        return Chain(token, (*(("=", link) for link in unique), (sign, result)))

    def _count(self, reading: Reading) -> int:
        """How often a reading reads each element of the run."""
        return int(reading.counts[self._run[0]])

    def _readers(self) -> int:
        """How often each element of the run is read."""
        return sum(map(self._count, self._readings))

    def _shown(self) -> list[Edges]:
        """The readers of an element that are printed: all of them, or the first ones and the last."""
        every = [Edges(r, nth) for r in self._readings for nth in range(self._count(r))]
        limit = self._situation.derivation.task.options.long_sum
        return every if len(every) <= limit else [*every[: before_dots(limit)], every[-1]]

    def _sum(self, terms: list[Node]) -> Node:
        if not terms:
            return number("0")
        if self._readers() > len(terms):
            return add(*terms[:-1], Dots("center"), terms[-1])
        return add(*terms)

    def _symbols(self, edges: Edges, name: Node) -> Node:
        """``dL/dz_1 * dz_1/dw``."""
        target = self._target(edges)
        factors: list[Node] = [Partial(target, name)]
        if edges.target != self._network.loss:
            factors.insert(0, Partial(self._formulas.loss_name(), target))
        return self._product(factors, self._situation.derivation.task.options.product)

    def _detail(self, edges: Edges, name: Node) -> Node:
        """``dL/dz_1 * x_3``: the local partial worked out, in names."""
        link = edges.reading.link
        if link.partial.free_symbols & {SAME, WINNER, PEER}:
            return self._symbols(edges, name)
        names = {s: self._reading_name(ref, edges) for s, ref in link.refs.items()}
        factors: list[Node] = [from_sympy(link.partial, names, self._formulas.functions, "none")]
        if edges.target != self._network.loss:
            factors.insert(0, Partial(self._formulas.loss_name(), self._target(edges)))
        return self._product(factors, self._situation.derivation.task.options.product)

    def _parts(self, edges: Edges) -> list[_Part]:
        """The digits of an edge's factors, and where those of some elements are."""
        own = (self._digits.partial(edges.reading), edges.numbers)
        if edges.target == self._network.loss:
            return [own]
        return [(self._digits.gradient(edges.target), edges.targets), own]

    def _factors(self, edges: Edges, extra: Extra) -> Node:
        """``0.13 * 0.29``: the same with their numbers."""
        factors: list[Node] = [
            self._holes.hole((id(digits), edges.key), digits, at, extra)
            for digits, at in self._parts(edges)
        ]
        options = self._situation.derivation.task.options
        return self._product(factors, "dot" if options.product == "none" else options.product)

    def _product(self, factors: list[Node], operator: Operator) -> Node:
        order = self._situation.derivation.task.options.factor_order
        parts = factors if order == "loss-first" else factors[::-1]
        return multiply(parts, operator)

    # --- names ------------------------------------------------------------------------------

    def _own_name(self) -> Node:
        return self._name(self._array, "own", lambda copies: copies)

    def _target(self, edges: Edges) -> Node:
        return self._name(edges.target, ("target", edges.key), edges.targets)

    def _name(self, array: str, key: Hashable, flat: Callable[[Copies], np.ndarray]) -> Node:
        """The name of the elements that stand at flat positions of an array."""
        shape = self._network.quantities[array].shape
        unravelled = Latest(lambda copies: np.unravel_index(flat(copies), shape))

        def index(axis: int, copies: Copies) -> np.ndarray:
            return unravelled(copies)[axis]

        return self._general(array, key, [partial(index, axis) for axis in range(len(shape))])

    def _reading_name(self, ref: Ref, edges: Edges) -> Node:
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
        settings = setting_digits(self._formulas, change)
        texts: dict[sympy.Symbol, Node] = {s: number(digits) for s, digits in settings.items()}
        values = {
            W: self._digits.before(),
            G: self._digits.updated(G, change.gradients[self._array]),
        }
        states = change.states_before.get(self._array, {})
        for variable in optimiser.states:
            zero = np.zeros(change.before[self._array].shape)
            before = states.get(variable.symbol.name, zero)
            values[variable.symbol] = self._digits.kept(("before", variable.symbol), before)
        for step, (symbol, expression) in enumerate(optimiser.steps):
            used = sorted(expression.free_symbols & set(values), key=lambda s: s.name)
            made = self._digits.updated if symbol == W else self._digits.kept
            result = made(("after", step), change.intermediates[self._array][symbol.name])
            operands = {s: values[s] for s in used}
            rounder = self._rounder if symbol == W else self._rounder.fine
            extra, sign = self._step_for(step, expression, settings, operands, result, rounder)
            for one, digits in operands.items():
                # a symbol that a step has computed means its new value in the steps after it
                texts[one] = self._holes.hole(("update", step, one), digits, _own, extra)
            order = {s: texts[s] for s in names if s in expression.free_symbols}
            yield Chain(
                step_name(symbol, names),
                (
                    (step_sign(symbol, expression), from_sympy(expression, names)),
                    ("=", from_sympy(expression, order, {}, "dot")),
                    (sign, self._columns.hole(("after", step), result.texts)),
                ),
            )
            if symbol != W:
                values[symbol] = result

    def _step_for(
        self,
        step: int,
        expression: sympy.Expr,
        settings: Mapping[sympy.Symbol, str],
        operands: Mapping[sympy.Symbol, Digits],
        result: Digits,
        rounder: Rounder,
    ) -> tuple[Extra, RelationSign | SignHole]:
        """How many digits more the operands of a step of the update need, and the sign before its result."""
        evaluate = self._situation.passed.float_arithmetic.evaluate
        known = {s: np.asarray(as_float(digits)) for s, digits in settings.items()}

        def worked(copies: Copies) -> tuple[np.ndarray, np.ndarray]:
            def value(which: np.ndarray, extra: int) -> np.ndarray:
                numbers = {s: d.numbers(copies[which], extra) for s, d in operands.items()}
                return np.broadcast_to(evaluate(expression, {**known, **numbers}), which.shape)

            return self._worked(value, result, rounder, copies)

        return self._for_all(("after", step), worked, True)

    def _worked(
        self,
        value: Callable[[np.ndarray, int], np.ndarray],
        result: Digits,
        rounder: Rounder,
        copies: Copies,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The extra digits of some elements, and whether their printed operands give the printed result."""
        if self._checked:
            return enough_digits(value, result.values(copies), rounder.compare)
        exact = are_same(value(np.arange(copies.size), 0), result.numbers(copies, 0))
        return np.zeros(copies.size, dtype=np.int8), exact

    def _for_all(
        self, key: Hashable, worked: _Worked, counted: object
    ) -> tuple[Extra, RelationSign | SignHole]:
        """The extra digits of all elements of the run, worked out many at a time, and the sign before
        their results; of sums that are not ``counted``, which nobody can add up, just the sign."""
        if self._exact_numbers:
            return _no_extra, "="
        if not counted:
            return _no_extra, "approx"
        size = prod(self._network.quantities[self._array].shape)
        extra, exact = np.zeros(size, dtype=np.int8), np.zeros(size, dtype=bool)
        for start in range(0, self._run.size, MANY):
            copies = self._run[start : start + MANY]
            extra[copies], exact[copies] = worked(copies)
        return Latest(extra.take), self._sign(key, exact)

    def _sign(self, key: Hashable, exact: np.ndarray) -> RelationSign | SignHole:
        """One sign for the whole run, or a hole where some results are exact and others are not."""
        own = exact[self._run]
        if own.all():
            return "="
        if not own.any():
            return "approx"
        which = exact.astype(np.intp)
        made = self._columns.hole(
            ("sign", key), lambda copies: Signs(_RESULT_SIGNS, which.take(copies))
        )
        return SignHole(made.column)


def _own(copies: Copies) -> np.ndarray:
    return copies


def _no_extra(_: Copies) -> None:
    return None


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
