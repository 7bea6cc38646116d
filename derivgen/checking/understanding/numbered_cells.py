"""Cells that are numbered through: W_1 is given as a matrix, and its cells are called w_1, w_2, ... row by row."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.literals import exact, exact_matrix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in
from derivgen.checking.understanding.decided import Decided

#: digits that the number of a cell has at most, and one more
_LONGEST = 5
#: so many different values that agree in a row are no chance
_TELLING = 4
_Cells = tuple[tuple[Fraction, ...], ...]


def name_cells(decided: Decided) -> None:
    """An array is made of the names that are numbered in a row and have its values in its order, by rows or by
    columns, where nothing else reads these, or where that many values agree that it is no chance (a penalty
    reads the weights too)."""
    read = {name for node in decided.definitions.values() for name in names_in(node)}
    for key, cells in _given_arrays(decided):
        if key in decided.definitions:
            continue
        numbers = _numbered(decided, key)
        for lying in (cells, tuple(zip(*cells, strict=True))):
            names = _run(lying, numbers)
            if names is None:
                continue
            told = len({number for row in cells for number in row}) >= _TELLING
            if not told and not read.isdisjoint(name for row in names for name in row):
                continue
            rows = names if lying is cells else [list(row) for row in zip(*names, strict=True)]
            made = (tuple(t.Name(name, written=name) for name in row) for row in rows)
            decided.definitions[key] = t.Matrix(tuple(made))
            break


def unnamed(decided: Decided, parameters: frozenset[str]) -> Iterator[str]:
    """Given arrays that a step changes, as nobody can follow: new values are given for names of their letter that
    nothing is computed from."""
    read = {name for node in decided.definitions.values() for name in names_in(node)}
    lost = {_letter(key) for key in parameters if key not in read and key not in decided.elements}
    lost -= {_letter(key) for key in parameters & decided.arrays.keys()}
    for key, _ in _given_arrays(decided):
        given = key not in decided.definitions and key not in parameters
        if given and key in read and _letter(key) in lost:
            yield key


def _letter(key: str) -> str:
    return ix.family(key).lower()


def _given_arrays(decided: Decided) -> Iterator[tuple[str, _Cells]]:
    for key in decided.arrays:
        given = decided.values.get(key)
        cells = None if given is None else exact_matrix(given)
        if cells is not None and len(cells) * len(cells[0]) > 1:
            yield key, cells


def _numbered(decided: Decided, array: str) -> dict[int, tuple[str, Fraction]]:
    """The names with the letter of an array, and what may stand above it, that have one number and a value."""
    found = {}
    letter, high = _letter(array), ix.above(array)
    for key, node in decided.values.items():
        base, _, index = ix.without_above(key).rpartition("_")
        number = None if node is None else exact(node)
        alone = index.isdigit() and len(index) < _LONGEST and key not in decided.elements
        if alone and number is not None and base.lower() == letter and ix.above(key) == high:
            found[int(index)] = (key, number)
    return found


def _run(cells: _Cells, numbers: dict[int, tuple[str, Fraction]]) -> list[list[str]] | None:
    """Names that are numbered in a row and have the values of the cells; None where there are none, or more."""
    flat = [number for row in cells for number in row]
    starts = [
        first
        for first in numbers
        if all(
            first + at in numbers and numbers[first + at][1] == value
            for at, value in enumerate(flat)
        )
    ]
    if len(starts) != 1:
        return None
    (first,) = starts
    width = len(cells[0])
    return [[numbers[first + i * width + j][0] for j in range(width)] for i in range(len(cells))]
