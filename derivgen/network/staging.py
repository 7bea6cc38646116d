"""The normal form of an equation: a sum of terms, one maximum, or one softmax.

A sum inside a non-linear expression becomes a quantity of its own, with a name made from the
target's: so does the argument of a maximum or a softmax that is more than one reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import sympy

from derivgen import elementary
from derivgen.errors import DerivgenError, Place
from derivgen.network.indexed import (
    Added,
    Applied,
    Chosen,
    Constant,
    IndexedEquation,
    Joined,
    Read,
    Reduced,
    Softmaxed,
    Tree,
    children,
    free_names,
    moved,
    written,
)
from derivgen.network.model import (
    Affine,
    Body,
    Equation,
    Index,
    Largest,
    Ref,
    Softmax,
    Term,
    Terms,
)

#: what a staged part is called: a letter for its kind, to go before the target's name
ARGUMENT, TOTAL, PEAK, SHARE = "z", "s", "m", "p"

#: the letters that do as well, each after those that are better, where an author has an array of that name
LETTERS: Mapping[str, str] = {ARGUMENT: "zuvq", TOTAL: "stqu", PEAK: "mnkq", SHARE: "pqru"}

Ties = Literal["first", "split", "all"]

#: (letter, free indices, tree, place) -> the reading of the quantity that holds the tree's value
Stager = Callable[[str, Sequence[Index], Tree, Place | None], Ref]


@dataclass
class Normaliser:
    """Brings equations into normal form; ``staged`` collects the equations of staged parts."""

    functions: frozenset[str]
    #: makes a name that nobody has, from a letter and the name of the target
    fresh: Callable[[str, str], str]
    ties: Ties
    staged: list[Equation] = field(default_factory=list)
    _shared: dict[tuple[Tree, tuple[Index, ...]], Ref] = field(default_factory=dict)

    def equation(self, indexed: IndexedEquation) -> Equation:
        """The equation in normal form; the parts that it needed are in ``staged`` by then."""
        name = indexed.target.array
        lowering = _Lowering(
            {index.name: index for index in indexed.free},
            self.functions,
            partial(self.stage, name),
        )
        body = lowering.body(indexed, self.ties)
        refs = {symbol: ref for symbol, ref in lowering.refs.items() if symbol in _symbols(body)}
        return Equation(indexed.target, indexed.free, body, refs, indexed.text, indexed.place)

    def stage(
        self, owner: str, letter: str, free: Sequence[Index], tree: Tree, place: Place | None
    ) -> Ref:
        """A quantity that holds ``tree`` for all values of the free indices; equal parts share one."""
        key = (tree, tuple(free))
        if key not in self._shared:
            name = self.fresh(letter, owner)
            # positions count from 0, wherever the index starts
            target = Ref(name, tuple(moved(Affine.of(i.name), -i.start) for i in free))
            self._shared[key] = target
            equation = IndexedEquation(target, tuple(free), tree, "", place)
            self.staged.append(self.equation(equation))
        return self._shared[key]


@dataclass(frozen=True)
class _Part:
    """One addend: coefficient * sum over bound of expression."""

    expression: sympy.Expr
    bound: tuple[Index, ...] = ()
    coefficient: sympy.Rational = sympy.S.One

    @property
    def number(self) -> bool:
        return self.expression == 1 and not self.bound

    def scaled(self, factor: sympy.Rational) -> _Part:
        return _Part(self.expression, self.bound, self.coefficient * factor)


_Parts = list[_Part]


def _symbols(body: Body) -> set[sympy.Symbol]:
    if isinstance(body, Terms):
        return set().union(*(term.expression.free_symbols for term in body.terms))
    return {body.ref}


@dataclass
class _Lowering:
    """The way of one equation from its tree to sympy; collects the readings."""

    indices: dict[str, Index]
    functions: frozenset[str]
    stager: Stager
    refs: dict[sympy.Symbol, Ref] = field(default_factory=dict)

    def body(self, equation: IndexedEquation, ties: Ties) -> Body:
        tree = equation.body
        match tree:
            case Reduced("max", inner, bound):
                self.enter(bound)
                return Largest(self.symbol(self.plain(inner)), bound, ties)
            case Softmaxed(inner, over, along, log) if along.plain is not None:
                if along not in equation.target.indices:
                    raise DerivgenError(
                        "E414",
                        f"softmax along index '{along.plain}', which does not begin at the array's "
                        "first element",
                        tree.place,
                        "give the part that softmax runs along an array of its own",
                    )
                self.enter((over,))
                return Softmax(self.symbol(self.plain(inner)), over, along.plain, log)
        parts = self.parts(tree)
        return Terms(tuple(Term(p.expression, p.bound, p.coefficient) for p in parts))

    # -- readings

    def symbol(self, ref: Ref) -> sympy.Symbol:
        symbol = sympy.Symbol(written(ref), real=True)
        self.refs.setdefault(symbol, ref)
        return symbol

    def enter(self, bound: Sequence[Index]) -> None:
        self.indices.update({index.name: index for index in bound})

    def plain(self, tree: Tree) -> Ref:
        """The tree as one reading; staged where it is more."""
        return tree.ref if isinstance(tree, Read) else self.stage(ARGUMENT, tree)

    def stage(self, letter: str, tree: Tree) -> Ref:
        """The reading of a quantity that holds the tree, with the indices that it depends on."""
        needed = free_names(tree)
        free = [index for name, index in self.indices.items() if name in needed]
        return self.stager(letter, free, tree, tree.place)

    def staged_symbol(self, letter: str, tree: Tree) -> sympy.Symbol:
        return self.symbol(self.stage(letter, tree))

    # -- addends

    def parts(self, tree: Tree) -> _Parts:
        """The tree as a sum of addends."""
        match tree:
            case Constant(value):
                if isinstance(value, sympy.Rational):
                    elementary.checked(value, tree.place)
                    return [_Part(sympy.S.One, (), value)]
                return [_Part(value)]
            case Read(ref):
                return [_Part(self.symbol(ref))]
            case Added(terms):
                return [
                    part.scaled(sympy.S.NegativeOne) if minus else part
                    for minus, term in terms
                    for part in self.parts(term)
                ]
            case Joined("*", left, right):
                return self.product(left, right)
            case Joined("/", left, right):
                return self.quotient(left, right)
            case Joined(_, left, right):
                base, exponent = self.value(left), self.value(right)
                return [_made(elementary.power(base, exponent, tree.place))]
            case Applied():
                return [_made(self.applied(tree))]
            case Chosen(sign):
                sides = [self.value(side) for side in children(tree)]
                return [_made(elementary.choose(sign, *sides))]
            case Reduced():
                return self.reduced(tree)
            case Softmaxed(_, _, along, log):
                if (
                    along.plain is None
                ):  # an axis of length 1, broadcast: all of the share is its own
                    return [_Part(sympy.S.One, (), sympy.S.Zero if log else sympy.S.One)]
                return [_Part(self.staged_symbol(SHARE, tree))]

    def value(self, tree: Tree, letter: str = TOTAL) -> sympy.Expr:
        """The tree as one expression without sums; staged where it has some."""
        parts = self.parts(tree)
        if _summed(parts):
            return self.staged_symbol(letter, tree)
        return _collapsed(parts)

    def applied(self, tree: Applied) -> sympy.Expr:
        arguments = [self.value(argument, ARGUMENT) for argument in tree.arguments]
        if tree.function in self.functions:
            return sympy.Function(tree.function)(*arguments)
        return elementary.apply(tree.function, arguments, tree.place)

    # -- products

    def product(self, left: Tree, right: Tree) -> _Parts:
        one, other = self.parts(left), self.parts(right)
        if _summed(one) and _summed(other):
            # distributing a product of sums would only blur it
            return [_made(self.staged_symbol(TOTAL, left) * self.staged_symbol(TOTAL, right))]
        if _summed(one):
            return self.times(left, one, _single(other))
        if _summed(other):
            return self.times(right, other, _single(one))
        return [_multiplied(_single(one), _single(other), left.place)]

    def quotient(self, left: Tree, right: Tree) -> _Parts:
        below = self.value(right)
        by = _made(elementary.quotient(sympy.S.One, below, right.place))
        above = self.parts(left)
        if _summed(above):
            return self.times(left, above, by)
        return [_multiplied(_single(above), by, left.place)]

    def times(self, tree: Tree, parts: _Parts, by: _Part) -> _Parts:
        """Addends with sums (those of ``tree``) times one factor without."""
        if by.number:
            return [part.scaled(by.coefficient) for part in parts]
        if len(parts) > 1:
            return [_made(self.staged_symbol(TOTAL, tree) * by.expression).scaled(by.coefficient)]
        (part,) = parts
        inside = by.expression * part.expression
        return [_Part(inside, part.bound, by.coefficient * part.coefficient)]

    # -- sums

    def reduced(self, tree: Reduced) -> _Parts:
        if tree.kind == "min":
            # the smallest is the negative of the largest negative
            negative = Added(((True, tree.body),), tree.place)
            largest = Reduced("max", negative, tree.bound, tree.place)
            return [_Part(self.staged_symbol(PEAK, largest), (), sympy.S.NegativeOne)]
        if tree.kind == "max":
            return [_Part(self.staged_symbol(PEAK, tree))]
        self.enter(tree.bound)
        parts = self.parts(tree.body)
        if not any(part.bound for part in parts):
            parts = [_single(parts)]
        size = 1
        for index in tree.bound:
            size *= index.size
        share = sympy.Rational(1, size) if tree.kind == "mean" else sympy.S.One
        return [self.summed(part, tree.bound).scaled(share) for part in parts]

    def summed(self, part: _Part, over: Sequence[Index]) -> _Part:
        """A part summed over further indices; what does not depend on one is multiplied instead."""
        names = {
            name
            for symbol in part.expression.free_symbols
            for index in self.refs[symbol].indices
            for name, _ in index.factors
        }
        bound = tuple(index for index in over if index.name in names)
        count = 1
        for index in over:
            count *= 1 if index.name in names else index.size
        return _Part(part.expression, bound + part.bound, part.coefficient * count)


def _made(value: sympy.Expr) -> _Part:
    """A value as an addend; a number is all coefficient."""
    return _Part(sympy.S.One, (), value) if isinstance(value, sympy.Rational) else _Part(value)


def _summed(parts: _Parts) -> bool:
    return any(part.bound for part in parts)


def _collapsed(parts: _Parts) -> sympy.Expr:
    """Addends without sums as one expression."""
    return sympy.Add(*(part.coefficient * part.expression for part in parts))


def _single(parts: _Parts) -> _Part:
    """Addends without sums as one addend; a lone one keeps its coefficient."""
    return parts[0] if len(parts) == 1 else _made(_collapsed(parts))


def _multiplied(one: _Part, other: _Part, place: Place | None) -> _Part:
    coefficient = one.coefficient * other.coefficient
    elementary.checked(coefficient, place)
    return _Part(one.expression * other.expression, (), coefficient)
