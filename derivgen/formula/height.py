"""How tall a formula will be, about: enough to decide which displays may run over a page.

The unit is the distance of two lines of text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

from derivgen.formula.tree import (
    BigSum,
    Cases,
    Fraction,
    Line,
    Matrix,
    Node,
    Partial,
    Symbol,
    Text,
    Underbrace,
)

#: what a brace with its note adds below, and the limits of a sum sign together
_BRACE: Final = 0.8
_LIMITS: Final = 1.1
#: lines that a fraction stacks stand closer to each other than those of text
_STACKED: Final = 0.95
#: between the lines of a display
_BETWEEN: Final = 0.25


def height(node: Node) -> float:
    """The height of ``node`` in lines of text."""
    match node:
        case Symbol() | Text():
            return 1.0
        case Matrix(rows):
            return sum(max(map(height, cells), default=1.0) for cells in rows)
        case Cases(lines):
            return sum(height(value) for value, _ in lines)
        case Fraction(above, below) | Partial(above, below):
            return _STACKED * (height(above) + height(below))
        case Underbrace(body, _):
            return height(body) + _BRACE
        case BigSum(body, _, _, "sum" | "prod"):
            return max(height(body), 1.0 + _LIMITS)
    return max((_value(getattr(node, field.name)) for field in fields(node)), default=1.0)


def lines_height(lines: Sequence[Line]) -> float:
    """The height of a display."""
    return sum(
        _BETWEEN + max(height(line.right), _value(line.left), _value(line.more)) for line in lines
    )


def _value(value: Any) -> float:
    """The height of the formulas in a field of a formula."""
    if isinstance(value, tuple):
        return max(map(_value, value), default=1.0)
    return height(value) if isinstance(value, Node) else 1.0
