"""Arrays of a document: their shapes, and the names of their cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.model import Element
from derivgen.checking.evaluating.printed import printed_matrix, printed_number
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.keys import unbold

#: an index letter and one more
_NEXT = re.compile(r"[a-z]\+1")
_BEFORE = re.compile(r"[a-z]-1")
#: arrays of more cells have no names for them
MOST_CELLS = 2_500


@dataclass(frozen=True, slots=True)
class Shaped:
    """An array whose shape the document shows.

    ``base`` is what its cells are called by (``x`` for X where the document writes x_ij), ``start`` the numbers
    of its first row and its first column.  ``layer`` is the number that stands before those of a cell where
    the document writes w_1ij for a cell of W_1.  In one that is ``turned`` the number of the column comes first.
    The cells of one with a ``mark`` have it behind their numbers: ``y_11'`` of y'."""

    key: str
    shape: tuple[int, int]
    base: str
    start: tuple[int, int]
    layer: str = ""
    turned: bool = False
    mark: str = ""

    def cells(self) -> Iterator[tuple[str, Element]]:
        """The names of all cells: with two indices, and for a vector with one as well; those of ``z_h``
        are ``z_h1, z_h2``, and ``z_h11, z_h12`` where it is a matrix."""
        rows, columns = self.shape
        for i, j in product(range(rows), range(columns)):
            element = Element(self.key, i, j)
            yield self.cell(i, j), element
            if _ends_in_a_letter(self.base):
                yield self.base + "".join(self._numbers(i, j)) + self.mark, element
            if 1 in self.shape:
                axis = 0 if columns == 1 else 1
                number = str((i, j)[axis] + self.start[axis])
                yield self._named(number), element
                if _ends_in_a_letter(self.base):
                    yield f"{self.base}{number}{self.mark}", element

    def names(self) -> Iterator[list[list[str]]]:
        """The names of all cells as they lie: with two indices, and for a vector with one."""
        rows, columns = self.shape
        yield [[self.cell(i, j) for j in range(columns)] for i in range(rows)]
        if columns == 1:
            yield [[self._named(str(i + self.start[0]))] for i in range(rows)]
        elif rows == 1:
            yield [[self._named(str(j + self.start[1])) for j in range(columns)]]

    def cell(self, row: int, column: int) -> str:
        return self._named(*self._numbers(row, column))

    def sizes(self) -> tuple[int, int]:
        """How many numbers there are for each of the two indices of a cell."""
        return (self.shape[1], self.shape[0]) if self.turned else self.shape

    def _numbers(self, row: int, column: int) -> tuple[str, str]:
        first, second = (column, row) if self.turned else (row, column)
        return str(first + self.start[0]), str(second + self.start[1])

    def _named(self, *numbers: str) -> str:
        return ix.joined(self.base, (self.layer, *numbers) if self.layer else numbers) + self.mark


def shaped(
    printed: Mapping[str, Sequence[t.Node]],
    sides: Mapping[str, Sequence[t.Node]],
    used: Iterable[str],
    from_zero: bool = False,
    derivatives: Iterable[tuple[str, str]] = (),
) -> dict[str, Shaped]:
    """The arrays that are printed or spelled out as a matrix; ``used`` are all keys of the document,
    ``from_zero`` says that its sums begin at 0; ``derivatives`` are what is differentiated, and by what."""
    found: dict[str, Shaped] = {}
    keys = set(used)
    bases = {ix.split(key)[0] for key in keys}
    cells = keys if from_zero else keys - set(_beside(printed, keys))
    numbers, places = _numbers(cells), numbered(keys)
    # h_t,n+1 with an n that begins at 0
    axes = [
        (base, axis, piece)
        for base, pieces in map(ix.split, keys)
        if len(pieces) == 2
        for axis, piece in enumerate(pieces)
    ]
    later = {(base, axis) for base, axis, piece in axes if _NEXT.fullmatch(piece)}
    # h_t-1 as well: times before and behind
    later -= {(base, axis) for base, axis, piece in axes if _BEFORE.fullmatch(piece)}
    starts = [0 if 0 in seen else 1 for (_, _, _), seen in numbers.items()]
    zeros = starts.count(0)
    pairs = list(derivatives)
    usual = 0 if from_zero or zeros > len(starts) / 2 else 1
    for key in {**printed, **sides}:
        nodes = (*printed.get(key, ()), *sides.get(key, ()))
        shape = next((s for s in map(_shape, nodes) if s is not None), None)
        if shape is None or shape == (1, 1) or shape[0] * shape[1] > MOST_CELLS:
            continue
        # y'_1 where a prime was found to be part of the name
        plain = key if key in bases else key.rstrip("'")
        base = _base(plain, keys)
        start = tuple(
            1
            if from_zero and (base, axis) in later and 0 not in numbers.get((base, 2, axis), ())
            else _start(numbers, base, shape, axis, usual, from_zero)
            for axis in (0, 1)
        )
        made = _in_layer(key, shape, places) or Shaped(key, shape, base, (start[0], start[1]))
        made = _as_differentiated(replace(made, mark=key[len(plain) :]), sides, pairs)
        found[key] = _as_given(made, printed)
    return found


def _beside(printed: Mapping[str, Sequence[t.Node]], keys: set[str]) -> Iterator[str]:
    """``w_0`` where another number is given for it than for the first cell of w: a bias beside the weights, or a zero
    that pads a signal; unless all other cells are there that are counted from 0, and are not given from 1 on."""
    for key, nodes in printed.items():
        cells = printed_matrix(nodes[0])
        if cells is None or min(len(cells), len(cells[0])) > 1:
            continue
        base = _base(key, keys)
        first = ix.joined(base, ("0",))
        number = printed_number(printed.get(first, (t.Words(""),))[0])
        values = [cell.value for row in cells for cell in row]
        counted = all(ix.joined(base, (str(at),)) in keys for at in range(1, len(values)))
        given = (printed.get(ix.joined(base, (str(at + 1),))) for at in range(len(values)))
        alone = [None if nodes is None else printed_number(nodes[0]) for nodes in given]
        from_one = [None if one is None else one.value for one in alone] == values
        if number is not None and number.value != values[0] and (from_one or not counted):
            yield first


def _as_given(array: Shaped, printed: Mapping[str, Sequence[t.Node]]) -> Shaped:
    """The array with the indices of its cells the other way round where the values that are given for these lie
    so: in ``W^T x`` a column is a unit's, whose number may come first."""
    cells = printed_matrix(printed.get(array.key, (t.Words(""),))[0])
    if cells is None:
        return array

    def agreeing(array: Shaped) -> int:
        given = (
            (printed_number(printed.get(array.cell(i, j), (t.Words(""),))[0]), number)
            for i, row in enumerate(cells)
            for j, number in enumerate(row)
        )
        return sum(one is not None and one.value == number.value for one, number in given)

    other = replace(array, turned=not array.turned)
    return other if agreeing(other) > agreeing(array) + 1 else array


def _as_differentiated(
    array: Shaped, sides: Mapping[str, Sequence[t.Node]], pairs: Sequence[tuple[str, str]]
) -> Shaped:
    """A square array of weights with the number of the unit where derivatives have it: in ``W^T x`` a column is
    a unit's, and ``do_1/dw_10`` is by a weight of unit 1."""
    if array.shape[0] != array.shape[1] or any(ix.split(of)[0] == array.base for of, _ in pairs):
        return array  # what is differentiated itself is no weight
    columns = {
        isinstance(part.factors[at], t.Transposed) == (at == 0)
        for nodes in sides.values()
        for part in chain.from_iterable(map(t.walk, nodes))
        if isinstance(part, t.Product) and len(part.factors) == 2
        for at in (0, 1)
        if _is_array(part.factors[at], array.key)
    }
    first, second = _numbers_of_units(array, pairs)
    if len(columns) != 1 or bool(first) == bool(second):
        return array
    (column,) = columns
    return replace(array, turned=column == bool(first))


def _is_array(node: t.Node, key: str) -> bool:
    name = node.body if isinstance(node, t.Transposed) else node
    return isinstance(name, t.Name) and name.key == key and not name.mark


def _numbers_of_units(array: Shaped, pairs: Iterable[tuple[str, str]]) -> tuple[int, int]:
    """In how many derivatives by a cell the number of what is differentiated is that cell's first, and its
    second one."""
    first = second = 0
    for of, by in pairs:
        base, pieces = ix.split(by)
        if array.layer and pieces[:1] == [array.layer]:
            pieces = pieces[1:]
        unit = ix.split(of)[1][-1:]
        if base == array.base and len(pieces) == 2 and pieces[0] != pieces[1]:
            first += unit == pieces[:1]
            second += unit == pieces[1:]
    return first, second


def _in_layer(key: str, shape: tuple[int, int], places: Places) -> Shaped | None:
    """``W_1`` whose cells the document calls w_100, w_101 and so on: with the layer's number first.

    None unless all names of that kind lie in the array."""
    head, pieces = ix.split(key)
    if len(pieces) != 1 or not pieces[0].isdigit() or key in places:
        return None
    for base in dict.fromkeys((head[:1].lower() + head[1:], head)):
        inside = [place[1:] for place in places.get(base, {}) if place[0] == int(pieces[0])]
        cells: list[tuple[int, ...]] = [place for place in inside if len(place) == 2]
        sizes = list(shape)
        if not cells and 1 in shape:
            cells, sizes = [place for place in inside if len(place) == 1], [max(shape)]
        if not cells:
            continue
        first = [0 if 0 in numbers else 1 for numbers in zip(*cells, strict=True)]
        for turned in (False, True):
            inside_of = sizes[::-1] if turned else sizes
            if all(
                a <= i < a + n
                for cell in cells
                for i, a, n in zip(cell, first, inside_of, strict=True)
            ):
                return Shaped(key, shape, base, (first[0], first[-1]), pieces[0], turned)
    return None


def _shape(node: t.Node) -> tuple[int, int] | None:
    cells = printed_matrix(node)
    if cells is not None and cells and cells[0]:
        return len(cells), len(cells[0])
    if isinstance(node, t.Matrix) and not has_dots(node):
        return len(node.rows), len(node.rows[0])
    return None


def has_dots(node: t.Node) -> bool:
    """True where a part is left out."""
    return any(isinstance(part, t.Dots) for part in t.walk(node))


def _base(key: str, keys: set[str]) -> str:
    """What the cells of an array are called by: its own name, or that with a small letter, in plain letters where the
    array is told apart by bold ones."""
    split = map(ix.split, keys)
    bases = {base for base, pieces in split if pieces and not _is_label(pieces[-1])}
    numbered = ((other, other.rstrip("0123456789")) for other in keys)
    bases |= {whole for other, whole in numbered if whole != other and _ends_in_a_letter(whole)}
    spellings = (one for name in (key, unbold(key)) for one in (name, name[:1].lower() + name[1:]))
    return next((one for one in spellings if one in bases), key)


def _is_label(piece: str) -> bool:
    """True for the ``hat`` of Y_hat, which is no cell of a Y."""
    return len(piece) > 1 and piece.isalpha()


#: the numbers that stand in the subscripts of a base: with how many pieces, at which place
_Numbers = dict[tuple[str, int, int], set[int]]


def _numbers(keys: Iterable[str]) -> _Numbers:
    found: _Numbers = {}
    for key in keys:
        base, pieces = ix.split(key)
        for at, piece in enumerate(pieces):
            if piece.isdigit():
                found.setdefault((base, len(pieces), at), set()).add(int(piece))
        whole = key.rstrip("0123456789")
        if whole != key and len(key) - len(whole) < 6 and _ends_in_a_letter(whole):
            digits = key[len(whole) :]
            found.setdefault((whole, 1, 0), set()).add(int(digits))
            for axis, digit in enumerate(digits) if len(digits) == 2 else ():
                found.setdefault((whole, 2, axis), set()).add(int(digit))
    return found


def _ends_in_a_letter(key: str) -> bool:
    """True for a name with a letter at the end of its subscript: ``z_h``."""
    return "_" in key and key[-1].isalpha()


def _start(
    numbers: _Numbers,
    base: str,
    shape: tuple[int, int],
    axis: int,
    usual: int,
    from_zero: bool,
) -> int:
    """The number of the first row (axis 0) or column (axis 1): where the sums begin at 0, that is 1 only
    where it has to be, however many cells are named."""
    seen = set(numbers.get((base, 2, axis), ()))
    if axis == 0 or shape[0] == 1:
        seen |= numbers.get((base, 1, 0), set())  # a vector's, or a whole row's
    if 0 in seen:
        return 0
    if seen and (max(seen) == shape[axis] or (len(seen) > 1 and not from_zero)):
        return 1
    return 1 if seen and usual else usual


#: the names of one base, by the numbers in their subscripts
Places = dict[str, dict[tuple[int, ...], str]]


def numbered(known: Iterable[str]) -> Places:
    """The names with nothing but numbers in their subscripts, by what stands before them."""
    found: Places = {}
    for name in known:
        base, pieces = ix.split(name)
        if pieces and all(piece.isdigit() for piece in pieces):
            found.setdefault(base, {})[tuple(map(int, pieces))] = name
    return found


def family(key: str, numbered: Places) -> list[list[str]]:
    """The cells that a name stands for as a whole: ``z_1, z_2, z_3`` as a column, ``w_11, w_12, ...`` as
    rows; nothing where there are none or some are missing."""
    small = key[:1].lower() + key[1:]
    for base in dict.fromkeys((key, small)):
        places = numbered.get(base, {})
        counts = {len(place) for place in places}
        if counts == {1} and len(places) > 1:
            return [[places[place]] for place in sorted(places)]
        if counts == {2}:
            rows = sorted({i for i, _ in places})
            columns = sorted({j for _, j in places})
            if len(places) == len(rows) * len(columns) > 1:
                return [[places[(i, j)] for j in columns] for i in rows]
    return []
