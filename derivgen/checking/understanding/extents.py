"""The shapes of arrays that only have names: ``z = W x + b`` makes z as long as W has rows, and x as its columns.

Sizes are chosen, a different one for each that may differ, so that a transpose that is missing does not go
unnoticed.  It is all or nothing: where anything is not understood, nothing is said of any shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.model import DocumentModel, Element, Model
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.cells_in_letters import (
    computed_cells,
    is_number_of,
    places_of,
)
from derivgen.checking.understanding.statements import Statement

#: rows and columns, as numbers that stand for sizes
Extent = tuple[int, int]
ONE = 0
NUMBER: Extent = (ONE, ONE)

#: the sizes that are given out, in their order; more are not needed by hand-written formulas
SIZES = (3, 2, 4, 5, 6, 7, 8, 9)
#: names of single numbers
_NUMBERS = frozenset(
    {"eta", "alpha", "lambda", "epsilon", "eps", "lr", "mu", "rho", "beta", "n", "m", "N", "T", "t"}
)
#: what layers and units are numbered by
_LAYERS = frozenset({"i", "j", "k", "l"})
#: definitions are followed as deep as this
DEEPEST = 60


class _NotUnderstood(Exception):
    """No shapes can be told."""


def with_extents(model: DocumentModel, statements: Sequence[Statement]) -> DocumentModel:
    """The model with the shapes of its arrays, where a document has arrays, and gives the values of none."""
    # "for the hidden layer (l = 2)" says of which layer a formula is, and gives no quantity a value
    valued = {key for key, node in model.values.items() if node is not None} - _LAYERS
    if not has_arrays(statements) or valued - _NUMBERS - {model.rate}:
        return model
    used = {name.key for s in statements for name in _names(s)}
    wholes = {key for key in used if not ix.letters_of(key)}
    numbered = computed_cells(model, wholes)
    found = _Extents(model, are_rows(model), wholes, numbered)
    try:
        if model.loss is not None:
            found.same(found.of_name(model.loss), NUMBER)
        for key in model.definitions:
            found.of_name(key)
        sizes = found.sizes()
        elements = {**model.elements, **_by_number(model, found, sizes, used)}
    except _NotUnderstood:
        return model
    known = {key: sizes_of(extent, sizes, found) for key, extent in found.known.items()}
    leaves = {k: shape for k, shape in known.items() if k in model.values or k in found.by_cells}
    for key, shape in known.items():
        elements |= {
            cell: element for cell, element in _cells(key, shape, used) if not model.known(cell)
        }
    counts = {key: sizes[found.root(size)] for key, size in found.counts.items()}
    numbers = {key: t.Number(str(count), Fraction(count)) for key, count in counts.items()}
    cells = {k for k in model.values if ix.letters_of(k) and ix.family(k) in found.by_cells}
    apart = {key: node for key, node in model.values.items() if key not in cells}
    values = {**dict.fromkeys(found.by_cells), **apart}
    definitions = {k: node for k, node in model.definitions.items() if k not in numbered}
    return replace(
        model,
        definitions={**definitions, **numbers},
        values={k: node for k, node in values.items() if k not in counts and k not in numbered},
        extents=leaves,
        elements=elements,
    )


def _by_number(
    model: DocumentModel, found: _Extents, sizes: Mapping[int, int], used: set[str]
) -> dict[str, Element]:
    """The cells that have numbers: of what is computed, and of arrays that are as long as one that is written out."""
    cells = dict(found.numbered)
    for key in filter(found.is_shown, found.known):
        if isinstance(model.definition(key), t.Matrix):
            continue  # its cells have names of their own
        cells |= {n: key for n in used if is_number_of(n, key) and not model.known(n)}
    shapes = {key: sizes_of(found.of_name(key), sizes, found) for key in cells.values()}
    places = places_of(cells, shapes)
    if places is None:
        raise _NotUnderstood
    return places


def sizes_of(extent: Extent, sizes: Mapping[int, int], found: _Extents) -> tuple[int, int]:
    """Rows and columns."""
    return sizes[found.root(extent[0])], sizes[found.root(extent[1])]


def has_arrays(statements: Sequence[Statement]) -> bool:
    """True where something is transposed, or multiplied cell by cell."""
    return any(t.has_arrays(segment.body) for s in statements for segment in s.chain.segments)


def are_rows(model: Model) -> bool:
    """True where vectors stand before matrices, ``a W + b``, more often than behind them, on the way to the loss."""
    before = 0
    above = None if model.loss is None else Ancestry(model).upstream(model.loss)
    forward = (model.definition(key) for key in model.names() if above is None or key in above)
    for node in (part for body in forward if body is not None for part in t.walk(body)):
        for left, right in pairwise(node.factors) if isinstance(node, t.Product) else ():
            before += _is_vector(left) and _is_matrix(right)
            before -= _is_matrix(left) and _is_vector(right)
    return before > 0


def _is_vector(node: t.Node) -> bool:
    base = ix.family(node.key) if isinstance(node, t.Name) and not node.mark else ""
    return base[:1].islower() and base not in _NUMBERS


def _is_matrix(node: t.Node) -> bool:
    body = node.body if isinstance(node, t.Transposed) else node
    return isinstance(body, t.Name) and body.key[:1].isupper()


def _names(statement: Statement) -> Iterator[t.Name]:
    for segment in statement.chain.segments:
        yield from t.names_of(segment.body)


def _cells(key: str, shape: tuple[int, int], used: set[str]) -> Iterator[tuple[str, Element]]:
    """The cells of an array that the document has names for, in letters: ``w_jk`` of W."""
    if shape == (1, 1) or ix.split(key)[1]:
        return
    plain = ix.without_above(key)
    for base in dict.fromkeys((key, key[:1].lower() + key[1:])):
        same = plain[:1].lower() + plain[1:] if base != key else plain
        lengths = {
            len(ix.split(other)[1])
            for other in used
            if ix.letters_of(other) and ix.family(other) == same
        }
        for i in range(shape[0]):
            for j in range(shape[1]):
                if 2 in lengths:
                    yield ix.joined(base, [str(i + 1), str(j + 1)]), Element(key, i, j)
                if 1 in lengths and 1 in shape:
                    yield ix.joined(base, [str(max(i, j) + 1)]), Element(key, i, j)


@dataclass
class _Extents:
    """Shapes as they are found out; sizes that have to be one are joined."""

    model: DocumentModel
    #: whether vectors are rows
    rows: bool = False
    #: the names that stand there without an index letter
    wholes: set[str] = field(default_factory=set)
    #: the cells of arrays that have numbers
    numbered: Mapping[str, str] = field(default_factory=dict)
    known: dict[str, Extent] = field(default_factory=dict)
    #: for each size the one that it is the same as
    parents: list[int] = field(default_factory=lambda: [ONE])
    open: set[str] = field(default_factory=set)
    #: given arrays of which only the cells stand in definitions: the T of ``T_nk``
    by_cells: set[str] = field(default_factory=set)
    #: the sizes that sums run to: the N of a sum from 1 to N
    counts: dict[str, int] = field(default_factory=dict)
    #: the sizes of arrays whose cells are written out, by their numbers
    shown: dict[int, int] = field(default_factory=dict)

    def new(self) -> int:
        self.parents.append(len(self.parents))
        return len(self.parents) - 1

    def root(self, size: int) -> int:
        while self.parents[size] != size:
            size = self.parents[size]
        return size

    def join(self, one: int, two: int) -> None:
        one, two = sorted((self.root(one), self.root(two)))
        self.parents[two] = one

    def same(self, left: Extent, right: Extent) -> Extent:
        self.join(left[0], right[0])
        self.join(left[1], right[1])
        return left

    def is_number(self, extent: Extent) -> bool:
        return self.root(extent[0]) == self.root(extent[1]) == ONE

    def sizes(self) -> dict[int, int]:
        """A number for each size."""
        shown = {ONE: 1}
        for count, size in self.shown.items():
            if shown.setdefault(self.root(size), count) != count:
                raise _NotUnderstood
        roots = dict.fromkeys(self.root(size) for extent in self.known.values() for size in extent)
        others = [root for root in roots if root not in shown]
        free = [size for size in SIZES if size not in self.shown]
        if len(others) > len(free):
            raise _NotUnderstood
        return {**shown, **dict(zip(others, free, strict=False))}

    def is_shown(self, key: str) -> bool:
        """Whether a vector is as long as an array whose cells are written out."""
        sizes = {self.root(size) for size in self.known[key]} - {ONE}
        return sizes <= {self.root(size) for size in self.shown.values()} and len(sizes) == 1

    def as_shown(self, count: int) -> int:
        """The size that has been counted in an array whose cells are written out."""
        if count == 1:
            return ONE
        if count not in self.shown:
            self.shown[count] = self.new()
        return self.shown[count]

    def of_name(self, key: str) -> Extent:
        """The shape of a quantity."""
        if key in self.known:
            return self.known[key]
        if key in self.numbered:
            return NUMBER
        definition = self.model.definition(key)
        element = self.model.element(key)
        if element is not None or key in self.open or len(self.open) > DEEPEST:
            raise _NotUnderstood
        if definition is None:
            found = self._leaf(key)
        else:
            self.open.add(key)
            shape = self.of(definition)
            self.open.discard(key)
            found = NUMBER if shape is None else shape
        self.known[key] = found
        return found

    def _leaf(self, key: str) -> Extent:
        base = ix.family(key)
        if ix.letters_of(key) or base in _NUMBERS or key in (self.model.loss, self.model.rate):
            return NUMBER
        big = base[:1].isupper()
        return self._vector() if not big else (self.new(), self.new())

    def _vector(self) -> Extent:
        return (ONE, self.new()) if self.rows else (self.new(), ONE)

    def of(self, node: t.Node) -> Extent | None:
        """The shape of a formula; None for a constant, which meets any shape."""
        match node:
            case t.Number():
                return None
            case t.Name(key, mark):
                if mark and not self.model.known(t.full_key(node)):
                    raise _NotUnderstood
                return self.of_name(t.full_key(node) if mark else key)
            case t.Sum(terms):
                return self._sum([body for _, body in terms])
            case t.Product(factors, sign):
                found = self.of(factors[0])
                for factor in factors[1:]:
                    found = self._product(found, self.of(factor), sign)
                return found
            case t.Quotient(top, bottom):
                above, below = self.of(top), self.of(bottom)
                if above is None or below is None or self.is_number(below):
                    return above if above is not None else below
                return self.same(above, below)
            case t.Power(base, _) | t.Negated(base):
                inner = self.of(base)
                return NUMBER if t.is_length_squared(node) else inner
            case t.Transposed(body):
                turned = self.of(body)
                return None if turned is None else turned[::-1]
            case t.BigSum(body, index):
                inner = self.of(body) if index is None else self._indexed(node)
                return NUMBER if index is None else inner
            case t.Matrix(rows, is_list=False) if self._are_given(rows):
                return self.as_shown(len(rows)), self.as_shown(len(rows[0]))
            case t.Call("max" | "min", (t.Number(), other)):
                return self.of(other)
            case t.Call(function, arguments) if len(arguments) == 1:
                inner = self.of(arguments[0])
                return NUMBER if function in ("norm", "sum", "trace") else inner
            case t.Derivative(of, by):
                if isinstance(of, t.Name) and self.is_number(self.of_name(of.key)):
                    return self.of(by)
        raise _NotUnderstood

    def _are_given(self, rows: Sequence[Sequence[t.Node]]) -> bool:
        """Whether the cells of an array are names that nothing computes."""
        cells = [cell for row in rows for cell in row]
        return all(isinstance(c, t.Name) and self.model.definition(c.key) is None for c in cells)

    def _indexed(self, node: t.Node) -> Extent:
        """A sum over cells is a number."""
        names = list(t.names_of(node))
        if not any(ix.letters_of(name.key) for name in names):
            raise _NotUnderstood
        sizes: dict[str, int] = {}
        for name in names:
            if ix.letters_of(name.key):
                for letter, size in zip(ix.split(name.key)[1], self._whole(name.key), strict=False):
                    self.join(sizes.setdefault(letter, size), size)
        for part in t.walk(node):
            if isinstance(part, t.BigSum) and isinstance(part.upper, t.Name):
                size = sizes.get(part.index or "", -1)
                if size >= 0 and self.model.definition(part.upper.key) is None:
                    self.join(self.counts.setdefault(part.upper.key, size), size)
        counted = {part.upper for part in t.walk(node) if isinstance(part, t.BigSum)}
        for name in names:
            if not ix.letters_of(name.key) and name not in counted:
                self.same(self.of_name(name.key), NUMBER)
        return NUMBER

    def _whole(self, cell: str) -> Extent | tuple[()]:
        """The shape of the array that a name in index letters is a cell of; nothing where it is a name of its own."""
        key = ix.family(cell)
        if key not in self.wholes or not key[:1].isupper() or ix.above(cell):
            return ()
        if self.model.definition(key) is None and key not in self.known:
            self.known[key] = self.new(), self.new()
            self.by_cells.add(key)
        return self.of_name(key) if len(ix.split(cell)[1]) == len(NUMBER) else ()

    def _sum(self, terms: Sequence[t.Node]) -> Extent | None:
        found: Extent | None = None
        biases = [body for body in terms if _is_bias(body)]
        for body in [*(b for b in terms if not _is_bias(b)), *biases]:
            shape = self.of(body)
            if shape is None:
                continue
            if found is None:
                found = shape
            elif body in biases:
                side = 1 if self.rows else 0
                self.join(found[side], shape[side])  # it meets every sample
            else:
                self.same(found, shape)
        return found

    def _product(self, left: Extent | None, right: Extent | None, sign: str) -> Extent | None:
        if left is None or right is None:
            return right if left is None else left
        if self.is_number(left) or self.is_number(right):
            return right if self.is_number(left) else left
        if sign == "o":
            return self.same(left, right)
        self.join(left[1], right[0])
        return left[0], right[1]


def _is_bias(node: t.Node) -> bool:
    return isinstance(node, t.Name) and node.key[:1] == "b"
