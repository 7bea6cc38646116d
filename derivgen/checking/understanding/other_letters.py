"""Arrays whose cells go by another letter: W is given as a matrix, and a table has its values as v_11, v_12, ..."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.literals import exact, exact_matrix
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.arrays import Shaped, numbered


def by_other_letters(
    arrays: Mapping[str, Shaped],
    printed: Mapping[str, Sequence[t.Node]],
    sides: Mapping[str, Sequence[t.Node]],
    used: Iterable[str],
) -> dict[str, Shaped]:
    """The arrays, those of which no cell is named with the cells that have their values."""
    keys = set(used)
    values = _given_places(keys, printed, sides)
    return {
        key: array
        if not keys.isdisjoint(name for name, _ in array.cells())
        else _by_values(array, values, printed) or array
        for key, array in arrays.items()
    }


#: the values that are given for the numbered names of a base, by their numbers
_Values = dict[str, dict[tuple[int, ...], Fraction]]


def _given_places(
    used: Iterable[str],
    printed: Mapping[str, Sequence[t.Node]],
    sides: Mapping[str, Sequence[t.Node]],
) -> _Values:
    """The values that are given for names that no formula computes, or computes anything from."""
    read = {name for nodes in sides.values() for node in nodes for name in t.names_in(node)}
    found: _Values = {}
    for base, names in numbered(used).items():
        for place, name in names.items():
            nodes = printed.get(name, ())
            value = exact(nodes[0]) if nodes and name not in read and name not in sides else None
            if value is not None:
                found.setdefault(base, {})[place] = value
    return found


def _by_values(
    array: Shaped, values: _Values, printed: Mapping[str, Sequence[t.Node]]
) -> Shaped | None:
    """An array whose cells go by another letter: all of them are given, and have its values; None where no
    letter's do, or those of several."""
    cells = exact_matrix(printed.get(array.key, (t.Words(""),))[0])
    if cells is None or len({number for row in cells for number in row}) < 2:
        return None
    pieces = ix.split(array.key)[1]
    layers = ["", *(piece for piece in pieces if piece.isdigit() and len(pieces) == 1)]
    ways = [
        replace(array, base=base, start=start, layer=layer, turned=turned)
        for base in values
        for layer in layers
        for start in ((0, 0), (1, 1))
        for turned in (False, True)
    ]
    fitting = [way for way in ways if _has_values(way, cells, values[way.base])]
    return fitting[0] if len({(way.base, way.layer) for way in fitting}) == 1 else None


def _has_values(
    array: Shaped,
    cells: Sequence[Sequence[Fraction]],
    given: Mapping[tuple[int, ...], Fraction],
) -> bool:
    ahead = (int(array.layer),) if array.layer else ()
    first, second = array.start
    return all(
        given.get((*ahead, *((j, i) if array.turned else (i, j)))) == number
        for i, row in enumerate(cells, start=first)
        for j, number in enumerate(row, start=second)
    )
