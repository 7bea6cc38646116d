"""Numbers in a column: decimal points below each other, in every format alike.

Formats agree on columns that are aligned to the right, and on spaces of a stated width.  A digit is half an
em wide in the fonts of mathematics that they use; the widths of powers of ten are those of LaTeX and of
Typst, which differ by less than a twentieth of an em.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from derivgen.formula.tree import Dots, Matrix, Node, Number, Power, Product, Sum

_PLAIN: Final = re.compile(r"(-?)(\d+)(?:\.(\d+))?")

#: widths in em
_DIGIT, _POINT, _MINUS = 0.5, 0.28, 0.78
_TIMES, _SCRIPT_DIGIT, _SCRIPT_MINUS, _AFTER_SCRIPT = 1.22, 0.39, 0.58, 0.05
_DOTS = {"vertical": 0.28, "center": 1.18, "low": 1.18, "diagonal": 1.28}

#: the space behind each cell, by rows
Spaces = tuple[tuple[float, ...], ...]


def spaces_behind(matrix: Matrix) -> Spaces | None:
    """The space to leave behind each cell of columns that are aligned to the right, in em.

    None for a matrix of anything but numbers and dots, and where all numbers of a column are
    equally long: they stand below each other anyway.
    """
    if len(set(map(len, matrix.rows))) != 1:
        return None
    columns = [list(column) for column in zip(*matrix.rows, strict=True)]
    shapes = [list(map(_shape, column)) for column in columns]
    if any(
        shape is None and not isinstance(cell, Dots)
        for column, known in zip(columns, shapes, strict=True)
        for cell, shape in zip(column, known, strict=True)
    ):
        return None
    if all(len(set(known) - {None}) < 2 for known in shapes):
        return None
    return tuple(zip(*map(_spaces, columns), strict=True))


def reach(cells: Iterable[Node]) -> float:
    """How far the numbers among some cells reach to the right of their units, in em; 0 where none is."""
    return max((shape[1] for cell in cells if (shape := _shape(cell)) is not None), default=0.0)


def space_behind(cell: Node, far: float) -> float:
    """The space behind a number in a column that reaches so far; none behind what is no number."""
    shape = _shape(cell)
    return 0.0 if shape is None else max(0.0, far - shape[1])


def power_of_ten(cell: Node) -> str | None:
    """The exponent of a number that is printed with a power of ten."""
    match cell:
        case Power(Number("10"), Number(exponent)) | Product(
            (Number(), Power(Number("10"), Number(exponent))), "cross"
        ) if _PLAIN.fullmatch(exponent):
            return exponent
        case _:
            return None


def _shape(cell: Node) -> tuple[float, float] | None:
    """How far a number reaches to the left of its decimal point, and to the right of its units."""
    exponent = power_of_ten(cell)
    match cell:
        case Number(text) | Sum(((_, Number(text)),)) if found := _PLAIN.fullmatch(text):
            sign, whole, decimals = found.groups()
            left = _DIGIT * len(whole) + (_MINUS if sign else 0.0)
            return left, _POINT + _DIGIT * len(decimals) if decimals else 0.0
        case Product((factor, _)) if exponent is not None:
            mantissa = _shape(factor)
            if mantissa is not None:
                return mantissa[0], mantissa[1] + _TIMES + _power(exponent)
        case Power() if exponent is not None:
            # the ten stands below those of other powers
            return 0.0, _TIMES + _power(exponent)
    return None


def _power(exponent: str) -> float:
    """The width of a power of ten."""
    script = sum(_SCRIPT_MINUS if sign == "-" else _SCRIPT_DIGIT for sign in exponent)
    return 2 * _DIGIT + script + _AFTER_SCRIPT


def _spaces(column: Sequence[Node]) -> tuple[float, ...]:
    shapes = [shape for cell in column if (shape := _shape(cell)) is not None]
    right = max((right for _, right in shapes), default=0.0)
    width = right + max((left for left, _ in shapes), default=0.0)
    if not shapes:
        width = max(_DOTS[cell.kind] for cell in column if isinstance(cell, Dots))
    return tuple(
        max(0.0, (width - _DOTS[cell.kind]) / 2)
        if isinstance(cell, Dots)
        else space_behind(cell, right)
        for cell in column
    )
