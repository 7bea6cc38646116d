"""Vectors and matrices of cells, the middle of large ones elided."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from derivgen.formula.build import matrix, vector
from derivgen.formula.tree import Dots, Node

#: a larger vector or matrix is printed with dots in its middle
MOST_ROWS, MOST_COLUMNS = 8, 8


def grid_node(shape: tuple[int, ...], cell: Callable[[tuple[int, ...]], Node]) -> Node:
    """A vector or matrix of ``cell(index)``; large ones have dots in their middle.  A single cell stands
    without brackets: it is a number."""
    if prod(shape) == 1:
        return cell((0,) * len(shape))
    if len(shape) == 1:
        rows = shown_positions(shape[0], MOST_ROWS)
        return vector([Dots("vertical") if i is None else cell((i,)) for i in rows])
    rows = shown_positions(shape[0], MOST_ROWS)
    if len(shape) > 2:

        def inner(i: int) -> Node:
            return grid_node(shape[1:], lambda index: cell((i, *index)))

        return vector([inner(i) for i in rows if i is not None])
    columns = shown_positions(shape[1], MOST_COLUMNS)
    return matrix(
        [
            [
                Dots(
                    "diagonal" if i is None and j is None else "vertical" if i is None else "center"
                )
                if i is None or j is None
                else cell((i, j))
                for j in columns
            ]
            for i in rows
        ]
    )


def shown_positions(size: int, most: int) -> list[int | None]:
    """Positions to print, with None for the dots in the middle of a long row."""
    if size <= most:
        return list(range(size))
    return [*range(most - 3), None, size - 1]
