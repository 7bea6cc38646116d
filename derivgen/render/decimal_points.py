"""Numbers of a column with their points below each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from derivgen.document.blocks import Inlines, Math
from derivgen.formula.alignment import power_of_ten, reach, space_behind
from derivgen.formula.tree import Chain, Node, Number, Sum

#: rows of a table that are looked at to align its numbers at the decimal point
ALIGNED_ROWS: Final = 1000
_PLAIN_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Column:
    """What the numbers of a column have behind the point, at the most.

    ``places`` counts their digits; where some are printed with a power of ten, ``reach`` is how far the numbers
    go to the right of their units, in em.
    """

    places: int = 0
    reach: float = 0.0


def decimal_columns(rows: Sequence[tuple[Inlines, ...]], columns: int) -> list[Column]:
    """The columns of a table; they are not aligned where it is very long."""
    if not rows or len(rows) > ALIGNED_ROWS:
        return [Column()] * columns
    return [_column(cells) for cells in zip(*rows, strict=True)]


def _column(cells: Sequence[Inlines]) -> Column:
    nodes = [node for cell in cells if (node := _alone(cell)) is not None]
    if any(power_of_ten(node) is not None for node in nodes):
        return Column(reach=reach(nodes))
    return Column(places=max((len(_decimals(node) or "") - 1 for node in nodes), default=0))


def _alone(cell: Inlines) -> Node | None:
    """The formula that is all of a cell."""
    match cell:
        case (Math(formula=formula),) if not isinstance(formula, Chain):
            return formula
        case _:
            return None


def _decimals(node: Node) -> str | None:
    """What stands behind the units of a plain number, from the point on; None for other formulas."""
    match node:
        case Number(text) | Sum(((_, Number(text)),)) if _PLAIN_NUMBER.fullmatch(text):
            return text[text.find(".") :] if "." in text else ""
        case _:
            return None


def missing_digits(cell: Inlines, column: Column) -> str:
    """The digits that a number would have to have for its point to stand below the others."""
    node = _alone(cell)
    own = None if node is None else _decimals(node)
    if own is None or column.places < 1:
        return ""
    digits = "0" * (column.places - max(len(own) - 1, 0))
    return digits if own else f".{digits}"


def missing_space(cell: Inlines, column: Column) -> float:
    """The room, in em, behind a number in a column with powers of ten."""
    node = _alone(cell)
    return round(space_behind(node, column.reach), 2) if node is not None and column.reach else 0.0
