"""Numbers in the columns of a matrix: decimal points below each other, in every format alike.

Formats agree on columns that are aligned to the right, and on spaces of a stated width.  A digit is half an
em wide in the fonts of mathematics that they use.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivgen.formula.tree import Dots, Matrix, Node, Number

_PLAIN = re.compile(r"(-?)(\d+)(?:\.(\d+))?")

#: widths in em
_DIGIT, _POINT, _MINUS = 0.5, 0.28, 0.78
_DOTS = {"vertical": 0.28, "center": 1.18, "low": 1.18, "diagonal": 1.28}

#: the space behind each cell, by rows
Spaces = tuple[tuple[float, ...], ...]


def spaces_behind(matrix: Matrix) -> Spaces | None:
    """The space to leave behind each cell of columns that are aligned to the right, in em.

    None for a matrix of anything but plain numbers and dots, and where all numbers of a column are
    equally long: they stand below each other anyway.
    """
    if len(set(map(len, matrix.rows))) != 1:
        return None
    columns = [list(column) for column in zip(*matrix.rows, strict=True)]
    if not all(_is_plain(cell) for column in columns for cell in column):
        return None
    if all(
        len({_shape(cell) for cell in column if isinstance(cell, Number)}) < 2 for column in columns
    ):
        return None
    return tuple(zip(*map(_spaces, columns), strict=True))


def _is_plain(cell: Node) -> bool:
    if isinstance(cell, Number):
        return _PLAIN.fullmatch(cell.text) is not None
    return isinstance(cell, Dots)


def _shape(cell: Number) -> tuple[float, float]:
    """How far a number reaches to the left of its decimal point, and to the right of its units."""
    found = _PLAIN.fullmatch(cell.text)
    assert found is not None
    sign, whole, decimals = found.groups()
    left = _DIGIT * len(whole) + (_MINUS if sign else 0.0)
    return left, _POINT + _DIGIT * len(decimals) if decimals else 0.0


def _spaces(column: Sequence[Node]) -> tuple[float, ...]:
    shapes = [_shape(cell) for cell in column if isinstance(cell, Number)]
    right = max((right for _, right in shapes), default=0.0)
    width = right + max((left for left, _ in shapes), default=0.0)
    if not shapes:
        width = max(_DOTS[cell.kind] for cell in column if isinstance(cell, Dots))
    return tuple(
        right - _shape(cell)[1]
        if isinstance(cell, Number)
        else max(0.0, (width - _DOTS[cell.kind]) / 2)
        for cell in column
        if isinstance(cell, Number | Dots)
    )
