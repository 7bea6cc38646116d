"""Arrays and their cells: equations in index letters, elements, columns of names."""

from __future__ import annotations

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.arrays import family, numbered, spelled_out
from derivgen.checking.understanding.decided import Decided


def spell_out(decided: Decided) -> None:
    """Equations in index letters become one for each cell."""
    sides = decided.notes.sides
    for key in [key for key in sides if ix.letters_of(key)]:
        for side in tuple(sides[key]):
            instances = spelled_out(key, side, decided.arrays, decided.notes.used)
            for cell, body in instances.items():
                sides[cell].append(body)
            if instances:
                sides[key] = [other for other in sides[key] if other is not side]
        if not sides[key]:
            del sides[key]
    for array in decided.arrays.values():
        names = [[array.cell(i, j) for j in range(array.shape[1])] for i in range(array.shape[0])]
        if array.key not in sides and all(cell in sides for row in names for cell in row):
            cells = tuple(tuple(t.Name(cell, written=cell) for cell in row) for row in names)
            sides[array.key].append(t.Matrix(cells))


def find_elements(decided: Decided) -> None:
    """``h_0`` is a cell of the vector ``h`` where the document computes or gives h as a whole."""
    for array in decided.arrays.values():
        definition = decided.definitions.get(array.key)
        if array.key not in decided.values and definition is None:
            continue
        for name, element in array.cells():
            if name not in decided.definitions:
                decided.values.pop(name, None)
                decided.elements[name] = element


def find_families(decided: Decided) -> None:
    """A name that stands for all of ``z_1, z_2, z_3`` in matrix formulas is their column."""
    known = {*decided.definitions, *decided.values, *decided.elements}
    places = numbered(known)
    for key in decided.notes.used:
        if key not in known and not ix.letters_of(key):
            cells = family(key, places)
            if cells:
                decided.definitions[key] = t.Matrix(
                    tuple(tuple(t.Name(cell, written=cell) for cell in row) for row in cells)
                )
