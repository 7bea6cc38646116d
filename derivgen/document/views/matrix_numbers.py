"""Numbers put into a gradient in matrix form, where its matrices are small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import sympy

from derivgen.derivation.grid import Grid, stage_grid
from derivgen.derivation.partials import PEER, SAME, WINNER, Link
from derivgen.derivation.sweep import read
from derivgen.document.grids import grid_node
from derivgen.document.matrix_form import ONES, Operand, operands, product
from derivgen.document.situation import Situation
from derivgen.document.whole import MOST_SIDE
from derivgen.document.worked import MOST_EXTRA_DIGITS
from derivgen.formula.build import add, multiply, negate, number, transpose, vector, walk
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.measure import width
from derivgen.formula.tree import Node, RelationSign
from derivgen.network.model import Ref

#: a wider product of matrices is left out, in digits: it would not stand on one line
MOST_WIDTH = 62.0


@dataclass(frozen=True, slots=True)
class PutIn:
    """A gradient's matrices with their numbers, each with the sign before it, and the sign before the result."""

    members: tuple[tuple[RelationSign, Node], ...]
    sign: RelationSign


def put_in(situation: Situation, array: str, links: Sequence[Link]) -> PutIn | None:
    """The numbers of a gradient that is a sum of matrix products, one for each link; with as many
    digits as it takes for them to give the printed result.

    Where rounded numbers are carried on, a local partial is rounded before it is multiplied: it stands as one
    matrix then, where its factors would not give the printed result.  None for large matrices, for exact
    fractions, and where a link has no matrix form.
    """
    passed = situation.passed
    if passed.symbolic or situation.derivation.task.numbers.exact:
        return None
    terms = [_Term.of(situation, link) for link in links]
    if not terms or any(term is None or not term.is_small for term in terms):
        return None
    found = [term for term in terms if term is not None]
    rounder = situation.formulas.rounder
    result = passed.gradients[array].ravel()

    def gives(terms: Sequence[_Term], extra: int) -> bool:
        return bool(rounder.agree(_total(terms, result.shape, extra), result).all())

    extra = 0
    members: list[Node] = []
    if not passed.carried:
        counts = range(MOST_EXTRA_DIGITS)
        extra = next((n for n in counts if gives(found, n)), MOST_EXTRA_DIGITS)
    elif not gives(found, extra):
        merged = [term.merged() for term in found]
        rounded = [term for term in merged if term is not None]
        if len(rounded) < len(merged) or not gives(rounded, extra):
            return None
        written = _written(found, extra)
        members = [] if written is None else [written]
        found = rounded
    last = _written(found, extra)
    if last is None:
        return None
    printed = rounder.array(result)
    total = _total(found, result.shape, extra)
    same = np.abs(total - printed) <= 1e-12 * np.maximum(1e-3, np.abs(printed))
    signs: tuple[RelationSign, ...] = ("=", "approx")
    return PutIn(tuple(zip(signs, (*members, last), strict=False)), "=" if same.all() else "approx")


def _total(terms: Sequence[_Term], shape: tuple[int, ...], extra: int) -> np.ndarray:
    """What the printed numbers of terms give, with so many digits more."""
    sums = np.zeros(shape)
    for term in terms:
        term.add_to(sums, extra)
    return sums


def _written(terms: Sequence[_Term], extra: int) -> Node | None:
    """The sum of terms with their numbers; None where one has no matrix form, or it is too wide."""
    nodes = [term.node(extra) for term in terms]
    if any(node is None for node in nodes):
        return None
    formula = add(*(node for node in nodes if node is not None))
    return None if width(formula) > MOST_WIDTH else formula


@dataclass(frozen=True, slots=True)
class _Factor:
    """A factor of a local partial: a reading, or what functions make of readings at one place."""

    symbol: sympy.Symbol
    ref: Ref
    values: np.ndarray
    #: the values over the link's grid
    on_grid: np.ndarray
    #: printed as it was given, with all of its digits
    given: str


@dataclass(frozen=True, slots=True)
class _Term:
    """One link's share of a gradient: what arrives, times a product of factors."""

    situation: Situation
    link: Link
    grid: Grid
    expression: sympy.Expr
    factors: tuple[_Factor, ...]

    @classmethod
    def of(cls, situation: Situation, link: Link) -> _Term | None:
        """None for a link whose partial is no product of readings with one index pattern each."""
        network, passed = situation.derivation.network, situation.passed
        if link.partial.free_symbols & {SAME, WINNER, PEER}:
            return None
        stages = [s for s in network.schedule if s.equation == link.equation]
        if len(stages) != 1:
            return None
        at = stage_grid(network, stages[0], link.bound)
        factors: dict[sympy.Symbol, _Factor] = {}
        parts: list[sympy.Expr] = []
        inner: dict[tuple[str, ...], list[sympy.Expr]] = {}
        for part in sympy.Mul.make_args(link.partial):
            if part.is_number:
                parts.append(part)
                continue
            if _is_linear(part):
                parts.append(part)
                for symbol in part.free_symbols:
                    ref = link.refs[symbol]
                    values = passed.values[ref.array]
                    given = ref.array if situation.formulas.as_given(ref.array) else ""
                    on_grid = read(network, passed.values, ref, at)
                    factors[symbol] = _Factor(symbol, ref, values, on_grid, given)
                continue
            patterns = {tuple(map(str, link.refs[s].indices)) for s in part.free_symbols}
            patterns = {pattern for pattern in patterns if pattern}
            if len(patterns) != 1:
                return None
            inner.setdefault(patterns.pop(), []).append(part)
        for number_of, made in enumerate(inner.values()):
            # what functions make of the values: one number each, as the others are
            body = sympy.Mul(*made)
            symbol = sympy.Dummy(f"factor{number_of}")
            refs = {s: link.refs[s] for s in body.free_symbols}
            first = next(ref for ref in refs.values() if ref.indices)
            whole = {s: passed.values[ref.array] for s, ref in refs.items()}
            there = {s: read(network, passed.values, ref, at) for s, ref in refs.items()}
            evaluate = passed.float_arithmetic.evaluate
            factors[symbol] = _Factor(
                symbol, first, evaluate(body, whole), evaluate(body, there), ""
            )
            parts.append(symbol)
        return cls(situation, link, at, sympy.Mul(*parts), tuple(factors.values()))

    def merged(self) -> _Term | None:
        """The term with its local partial as one rounded number in each place; None where its factors have
        different indices.  A reading by itself is printed as it is."""
        link, passed = self.link, self.situation.passed
        if link.partial.is_Symbol:
            return self
        refs = {s: link.refs[s] for s in link.partial.free_symbols}
        patterns = {tuple(map(str, ref.indices)) for ref in refs.values() if ref.indices}
        if len(patterns) != 1:
            return None
        network = self.situation.derivation.network
        first = next(ref for ref in refs.values() if ref.indices)
        rounded = self.situation.formulas.rounder.array
        evaluate = passed.float_arithmetic.evaluate
        whole = evaluate(link.partial, {s: passed.values[ref.array] for s, ref in refs.items()})
        there = {s: read(network, passed.values, ref, self.grid) for s, ref in refs.items()}
        symbol = sympy.Dummy("partial")
        on_grid = np.asarray(evaluate(link.partial, there))
        factor = _Factor(symbol, first, rounded(np.asarray(whole)), rounded(on_grid), "")
        return replace(self, expression=symbol, factors=(factor,))

    @property
    def is_small(self) -> bool:
        shapes = [f.values.shape for f in self.factors]
        if self.link.target.indices:
            shapes.append(self.situation.passed.gradients[self.link.target.array].shape)
        return all(len(shape) < 3 and max(shape, default=1) <= MOST_SIDE for shape in shapes)

    def add_to(self, sums: np.ndarray, extra: int) -> None:
        """Adds what the printed numbers give, with so many digits more."""
        network, passed = self.situation.derivation.network, self.situation.passed
        rounded = self.situation.formulas.rounder.array
        arguments = {
            f.symbol: f.on_grid if f.given else rounded(np.asarray(f.on_grid), extra)
            for f in self.factors
        }
        partials = passed.float_arithmetic.evaluate(self.expression, arguments)
        source, target = self.link.source, self.link.target
        at, _ = self.grid.positions(source, network.quantities[source.array].shape)
        readers, _ = self.grid.positions(target, network.quantities[target.array].shape)
        arriving = rounded(passed.gradients[target.array].ravel(), extra)[readers]
        shape = self.grid.shape
        np.add.at(sums, np.broadcast_to(at, shape), np.broadcast_to(arriving * partials, shape))

    def node(self, extra: int) -> Node | None:
        """The matrices with their numbers; None where there is no matrix form."""
        formulas, passed = self.situation.formulas, self.situation.passed
        network = self.situation.derivation.network
        readings = {}
        for factor in self.factors:
            shape = factor.values.shape
            node = grid_node(shape, _Cell(self.situation, factor.given, factor.values, extra))
            readings[factor.symbol] = (factor.ref, node, shape)
        found = operands(self.expression, readings, formulas.functions)
        if found is None:
            return None
        coefficient, parts = found
        target, source = self.link.target, self.link.source
        arriving: list[Operand] = []
        if target.array != network.loss:
            plain = [i.plain for i in target.indices]
            if any(name is None for name in plain):
                return None
            slopes = passed.gradients[target.array]
            node = grid_node(slopes.shape, _Cell(self.situation, "", slopes, extra))
            arriving = [Operand(node, tuple(n for n in plain if n), slopes.shape)]
        out = tuple(i.plain or "" for i in source.indices)
        shape = network.quantities[source.array].shape
        body = product([*arriving, *parts], out, shape, shapes=False, braced=_ones_written)
        if body is None or ONES in walk(body):
            return None
        size = abs(coefficient)
        scaled = body if size == 1 else multiply([from_sympy(size, {}), body], "none")
        return negate(scaled) if coefficient < 0 else scaled


@dataclass(frozen=True, slots=True)
class _Cell:
    """What is printed of an element: of a given array as it was given, else rounded."""

    situation: Situation
    given: str
    values: np.ndarray
    extra: int

    def __call__(self, index: tuple[int, ...]) -> Node:
        formulas = self.situation.formulas
        if self.given:
            return formulas.number((self.given, index))
        return number(formulas.rounder.text(self.values[index], self.extra))


def _is_linear(part: sympy.Expr) -> bool:
    """True for a reading, and for sums and differences of readings."""
    terms = sympy.Add.make_args(part)
    return all((-term if term.could_extract_minus_sign() else term).is_Symbol for term in terms)


def _ones_written(operand: Operand) -> Node:
    """An operand; ones as the vector that they are."""
    if operand.node == ONES:
        return vector([number("1")] * operand.sizes[0])
    if operand.node == transpose(ONES):
        return transpose(vector([number("1")] * operand.sizes[-1]))
    return operand.node
