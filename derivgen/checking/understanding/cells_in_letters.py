"""Cells that have numbers, of arrays that only have names: h_0 and h_1 beside ``h = softplus(z)``."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.model import DocumentModel, Element
from derivgen.checking.maths import tree as t


def computed_cells(model: DocumentModel, wholes: set[str]) -> dict[str, str]:
    """The cells in a model of what is computed as a whole, with that; ``wholes`` are the names without an index letter."""
    cells = {
        key: base
        for key in {**model.values, **model.definitions}
        for base in [ix.split(key)[0]]
        if is_number_of(key, base) and base in wholes
        # what is made of cells has none of its own
        if not isinstance(model.definition(base), t.Matrix | NoneType)
    }
    # what is computed from anything but such cells may be a layer
    return {
        key: base
        for key, base in cells.items()
        if (node := model.definition(key)) is None
        or all(name in cells for name in t.names_in(node))
    }


def is_number_of(key: str, base: str) -> bool:
    """Whether a name is another one with a number: h_0 of h."""
    own, pieces = ix.split(key)
    return own == base and len(pieces) == 1 and pieces[0].isdigit()


def places_of(
    cells: Mapping[str, str], shapes: Mapping[str, tuple[int, int]]
) -> dict[str, Element] | None:
    """Where cells lie in their vectors, counted from 0 where one has that number; None where one lies in none."""
    first = {base: 0 if f"{base}_0" in cells else 1 for base in shapes}
    found: dict[str, Element] = {}
    for key, base in cells.items():
        at, (rows, columns) = int(ix.split(key)[1][0]) - first[base], shapes[base]
        if 1 not in (rows, columns) or not 0 <= at < rows * columns:
            return None
        found[key] = Element(base, at, 0) if columns == 1 else Element(base, 0, at)
    return found
