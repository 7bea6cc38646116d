"""Index letters as numbers: over which numbers they run, and equations at such numbers, their sums written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

#: units in a layer, and layers after the data; steps in time are like layers
UNITS, LAYERS = 2, 3


@dataclass(frozen=True)
class Instance:
    """A statement at some numbers of its index letters."""

    statement: Statement
    numbers: Mapping[str, int]


def free_letters_of(statement: Statement) -> frozenset[str]:
    """The index letters of a statement that no sum binds."""
    return frozenset[str]().union(*map(ix.free_letters, statement.members))


def sums_in(node: t.Node) -> list[t.BigSum]:
    """The sums in a formula, and products and means over letters."""
    return [part for part in t.walk(node) if isinstance(part, t.BigSum)]


@dataclass(frozen=True)
class Ranges:
    """Over which numbers the letters of a document run."""

    #: letters that are moved by numbers: layers, and steps in time
    layers: frozenset[str]
    labels: frozenset[str]
    #: names that say how many there are of something, by the letter that they begin with
    counts: frozenset[str]
    #: letters of the last layer
    last: frozenset[str]
    #: the number of the first unit
    first: int
    #: whether ``\\delta_{ij}`` is 1 where i is j, and 0 elsewhere
    unit_delta: bool

    @classmethod
    def of(cls, statements: Sequence[Statement], labels: frozenset[str]) -> Ranges:
        layers: set[str] = set()
        onward: set[str] = set()
        counts: set[str] = set()
        first = 1
        for member in (member for s in statements for member in s.members):
            for name in t.names_of(member):
                layers |= set(_moved_by_numbers(name.key))
                onward |= set(_moved_by_numbers(name.key, "+"))
            for big in sums_in(member):
                if big.upper is not None:
                    counts |= {ix.family(name.key) for name in t.names_of(big.upper)}
                from_zero = isinstance(big.lower, t.Number) and not big.lower.value
                if from_zero and isinstance(big.upper, t.Sum):
                    first = 0
        last = layers - onward if onward else set[str]()
        said = (s.left.key for s in statements if isinstance(s.left, t.Name))
        return cls(
            frozenset(layers),
            labels,
            frozenset(counts),
            frozenset(last | {"L"}),
            first,
            not any(ix.family(key) == "delta" and len(ix.split(key)[1]) == 2 for key in said),
        )

    @property
    def ends(self) -> dict[str, int]:
        """The numbers of the letters of the last layer."""
        return dict.fromkeys(self.last, LAYERS)

    def are_units_in(self, statement: Statement) -> bool:
        """True for a statement with letters of units, and no more than those of layers."""
        units = free_letters_of(statement) - self.labels - self.layers - self.last
        return bool(units) or any(map(sums_in, statement.members))

    def is_bound_and_free(self, statement: Statement) -> bool:
        """True where a sum runs over the letter of a layer that stands outside of it too: which is meant inside is not
        said."""
        sums = (big for member in statement.members for big in sums_in(member))
        bound = {letter for big in sums for letter in (big.index or "").split(",")}
        return not bound.isdisjoint(free_letters_of(statement) & self.layers)

    def instances(self, statement: Statement) -> Iterator[Instance]:
        """A statement at all numbers of its letters that lie in the network."""
        letters = sorted(free_letters_of(statement) - self.labels - self.last)
        for numbers in product(*map(self.values, letters)):
            here = dict(zip(letters, numbers, strict=True))
            if not all(restriction.allows(here) for restriction in statement.restrictions):
                continue
            made = self.at(statement, {**here, **self.ends})
            if made is not None and self._lies_inside(made):
                yield Instance(made, here)

    def values(self, letter: str) -> range:
        """The numbers of a letter."""
        if letter in self.layers:
            return range(1, LAYERS + 1)
        return range(self.first, self.first + UNITS)

    def at(self, statement: Statement, numbers: Mapping[str, int]) -> Statement | None:
        """A statement at some numbers; None where a sum in it has no end that is understood."""
        try:
            return statement.mapped(lambda node: self._written_out(node, numbers))
        except _NoRange:
            return None

    def _written_out(self, node: t.Node, numbers: Mapping[str, int]) -> t.Node:
        match node:
            case t.Name(key):
                if ix.family(key) in self.counts and not node.mark:
                    return _whole(UNITS, node.span)
                made = ix.put_in(key, numbers)
                if self.unit_delta and ix.family(key) == "delta" and not ix.above(key):
                    pieces = ix.split(made)[1]
                    if len(pieces) == 2:
                        return _whole(int(pieces[0] == pieces[1]), node.span)
                return t.Name(made, node.mark, node.written, node.span)
            case t.BigSum():
                return self._sum(node, numbers)
            case t.Cases():
                chosen = ix.chosen(node, numbers)
                if isinstance(chosen, t.Cases):
                    raise _NoRange
                return self._written_out(chosen, numbers)
        return rebuilt(node, lambda child: self._written_out(child, numbers))

    def _sum(self, node: t.BigSum, numbers: Mapping[str, int]) -> t.Node:
        letters = node.index.split(",") if node.index else []
        if not letters or node.sign == "max" or not ix.LETTERS.issuperset(letters):
            raise _NoRange
        values = self._bounds(node, letters[-1], numbers)
        terms = [
            self._written_out(node.body, {**numbers, **dict(zip(letters, each, strict=True))})
            for each in product(values, repeat=len(letters))
        ]
        if not terms:
            raise _NoRange
        if node.sign == "prod":
            return terms[0] if len(terms) == 1 else t.Product(tuple(terms), "*", node.span)
        total = t.Sum(tuple((False, term) for term in terms), node.span)
        return (
            t.Quotient(total, _whole(len(terms), node.span), node.span)
            if node.sign == "mean"
            else total
        )

    def _bounds(self, node: t.BigSum, letter: str, numbers: Mapping[str, int]) -> range:
        if node.lower is None:
            return self.values(letter)
        first = self._bound(node.lower, letter, numbers)
        last = (
            self.values(letter)[-1]
            if node.upper is None
            else self._bound(node.upper, letter, numbers)
        )
        return range(first, last + 1)

    def _bound(self, node: t.Node, letter: str, numbers: Mapping[str, int]) -> int:
        match node:
            case t.Number(_, value) if value.denominator == 1 and value <= UNITS + LAYERS:
                return int(value)
            case t.Name(key) if key in numbers and key != "L":
                return numbers[key]
            case t.Name():
                return LAYERS if letter in self.layers else UNITS
            case t.Sum(terms):
                parts = [
                    (-1 if minus else 1) * self._bound(b, letter, numbers) for minus, b in terms
                ]
                return sum(parts)
        raise _NoRange

    def _lies_inside(self, statement: Statement) -> bool:
        """False where a layer is read that the network has not."""
        names = (name.key for member in statement.members for name in t.names_of(member))
        return all(_is_inside(key) for key in names)


class _NoRange(Exception):
    """Over what a sum runs is not understood."""


def _moved_by_numbers(key: str, signs: str = "+-") -> Iterator[str]:
    """The l of ``a^l-1_k``, the t of ``h_t-1``."""
    for piece in (ix.above(key), *ix.split(ix.without_above(key))[1]):
        if len(piece) > 2 and piece[0].isalpha() and piece[1] in signs and piece[2:].isdigit():
            yield piece[0]


def _is_inside(key: str) -> bool:
    pieces = (ix.above(key), *ix.split(ix.without_above(key))[1])
    return all(not piece.lstrip("-").isdigit() or 0 <= int(piece) <= LAYERS for piece in pieces)


def _whole(number: int, span: t.Span) -> t.Number:
    return t.Number(str(number), Fraction(number), 0, span)
