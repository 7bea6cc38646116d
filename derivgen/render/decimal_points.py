"""Numbers of a column with their points below each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from derivgen.document.blocks import Inlines, Math
from derivgen.formula.tree import Number, Sum

#: rows of a table that are looked at to align its numbers at the decimal point
ALIGNED_ROWS: Final = 1000
_PLAIN_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


def decimal_places(rows: Sequence[tuple[Inlines, ...]], columns: int) -> list[int]:
    """How many digits the numbers of each column have behind the point, at the most."""
    places = [0] * columns
    if len(rows) > ALIGNED_ROWS:
        return places
    for row in rows:
        places = [
            max(p, len(_decimals(cell) or "") - 1) for p, cell in zip(places, row, strict=True)
        ]
    return places


def _decimals(cell: Inlines) -> str | None:
    """What stands behind the units of a plain number, from the point on; None for other cells."""
    match cell:
        case (Math(formula=Number(text) | Sum(((_, Number(text)),))),) if _PLAIN_NUMBER.fullmatch(
            text
        ):
            return text[text.find(".") :] if "." in text else ""
        case _:
            return None


def missing_digits(cell: Inlines, places: int) -> str:
    """The digits that a number would have to have for its point to stand below the others."""
    own = _decimals(cell)
    if own is None or not places:
        return ""
    digits = "0" * (places - max(len(own) - 1, 0))
    return digits if own else f".{digits}"
