"""Arrays of a document: the names of their cells, and equations in index letters spelled out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from derivgen.checking import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.model import Element
from derivgen.checking.printed import printed_matrix

#: arrays of more cells have no names for them
MOST_CELLS = 2_500


@dataclass(frozen=True, slots=True)
class Shaped:
    """An array whose shape the document shows.

    ``base`` is what its cells are called by (``x`` for X where the document writes x_ij), ``start`` the number
    of its first row and column."""

    key: str
    shape: tuple[int, int]
    base: str
    start: int

    def cells(self) -> Iterator[tuple[str, Element]]:
        """The names of all cells: with two indices, and for a vector with one as well."""
        rows, columns = self.shape
        for i, j in product(range(rows), range(columns)):
            element = Element(self.key, i, j)
            yield self.cell(i, j), element
            if 1 in self.shape:
                yield ix.joined(self.base, (str(max(i, j) + self.start),)), element

    def cell(self, row: int, column: int) -> str:
        return ix.joined(self.base, (str(row + self.start), str(column + self.start)))


def shaped(
    printed: Mapping[str, Sequence[t.Node]],
    sides: Mapping[str, Sequence[t.Node]],
    used: Iterable[str],
    from_zero: bool = False,
) -> dict[str, Shaped]:
    """The arrays that are printed or spelled out as a matrix; ``used`` are all keys of the document,
    ``from_zero`` says that its sums begin at 0."""
    found: dict[str, Shaped] = {}
    keys = set(used)
    starts = _starts(keys)
    usual = 0 if from_zero or 0 in starts.values() else 1
    for key in {**printed, **sides}:
        nodes = (*printed.get(key, ()), *sides.get(key, ()))
        shape = next((s for s in map(_shape, nodes) if s is not None), None)
        if shape is None or shape == (1, 1) or shape[0] * shape[1] > MOST_CELLS:
            continue
        base = _base(key, keys)
        count = 1 if 1 in shape and (base, 1) in starts else 2
        found[key] = Shaped(key, shape, base, starts.get((base, count), usual))
    return found


def _shape(node: t.Node) -> tuple[int, int] | None:
    cells = printed_matrix(node)
    if cells is not None and cells and cells[0]:
        return len(cells), len(cells[0])
    if isinstance(node, t.Matrix):
        return len(node.rows), len(node.rows[0])
    return None


def _base(key: str, keys: set[str]) -> str:
    """What the cells of an array are called by: its own name, or that with a small letter."""
    bases = {ix.split(other)[0] for other in keys if ix.split(other)[1]}
    small = key[:1].lower() + key[1:]
    return key if key in bases or small not in bases else small


def _starts(keys: Iterable[str]) -> dict[tuple[str, int], int]:
    """The first number of the indices of each base, apart for names with one and with two."""
    found: dict[tuple[str, int], int] = {}
    for key in keys:
        base, pieces = ix.split(key)
        numbers = [int(piece) for piece in pieces if piece.isdigit()]
        if numbers and len(numbers) == len(pieces):
            first = (base, len(pieces))
            found[first] = 0 if 0 in numbers else found.get(first, 1)
    return found


def spelled_out(
    key: str, side: t.Node, arrays: Mapping[str, Shaped], used: Iterable[str]
) -> dict[str, t.Node]:
    """The instances of an equation in index letters: ``z_i = ...`` for every cell that there is."""
    base, pieces = ix.split(key)
    letters = [piece for piece in pieces if piece in ix.LETTERS]
    if not letters or not set(ix.free_letters(side)) <= set(letters):
        return {}
    found: dict[str, t.Node] = {}
    for indices in _ranges(base, pieces, arrays, used):
        here = dict(zip(letters, indices, strict=True))
        found[ix.put_in(key, here)] = ix.at(side, here)
    return found


def _ranges(
    base: str, pieces: Sequence[str], arrays: Mapping[str, Shaped], used: Iterable[str]
) -> Iterator[tuple[int, ...]]:
    """The values of the letters: those of an array of that base, or of names that stand there."""
    count = sum(piece in ix.LETTERS for piece in pieces)
    for array in arrays.values():
        if array.base == base and count == len(pieces):
            rows, columns = array.shape
            sizes = (rows, columns) if count == 2 else (max(rows, columns),)
            if count in (1, 2):
                yield from product(*(range(array.start, array.start + n) for n in sizes))
                return
    seen = set()
    for other in used:
        head, parts = ix.split(other)
        if head == base and len(parts) == len(pieces):
            fits = all(
                a == b or (a in ix.LETTERS and b.isdigit())
                for a, b in zip(pieces, parts, strict=True)
            )
            if fits:
                seen.add(
                    tuple(
                        int(b)
                        for a, b in zip(pieces, parts, strict=True)
                        if a in ix.LETTERS and b.isdigit()
                    )
                )
    yield from sorted(row for row in seen if len(row) == count)
