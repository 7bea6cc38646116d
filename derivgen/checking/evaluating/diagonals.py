"""Diagonal matrices, and the vectors that stand for them: ``da/dz = a (1 - a)`` of a function cell by cell."""

from __future__ import annotations

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.values import Array, Dual, Shapes, Value


def diagonal(value: Value) -> Value:
    """The matrix with a vector on its diagonal.  Raises Shapes."""
    if isinstance(value, Dual):
        return value
    if not value.is_vector:
        raise Shapes("diag of a matrix")
    cells = value.cells()
    zero = v.constant(0)
    return Array(
        tuple(
            tuple(cell if i == j else zero for j in range(len(cells)))
            for i, cell in enumerate(cells)
        )
    )


def cells_of_diagonal(value: Value) -> list[Dual] | None:
    """The cells of a diagonal matrix; None for anything else."""
    if not isinstance(value, Array) or value.shape[0] != value.shape[1] or value.size < 4:
        return None
    rows = value.rows
    others = [cell for i, row in enumerate(rows) for j, cell in enumerate(row) if i != j]
    return None if any(cell.value for cell in others) else [row[i] for i, row in enumerate(rows)]


def of_each_cell(value: Value) -> Value:
    """A Jacobian that is diagonal as the slope of each cell by its own; any other value as it is."""
    cells = cells_of_diagonal(value)
    return value if cells is None else Array(tuple((cell,) for cell in cells))
