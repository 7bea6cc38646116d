"""``y = (0, 0, 1, 0, ..., 0)``: dots between two equal numbers of a vector stand for more of the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.keys import unbold
from derivgen.checking.understanding.statements import Statement, keys_in

#: cells that dots may stand for
MOST_CELLS = 1000


def with_elided_cells(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with the cells of each vector that dots stand for, where its cells are counted up to its last
    one by their names, and the whole numbers before and behind the dots are the same."""
    lengths = _lengths(keys_in(statements))
    return tuple(_with_cells(statement, lengths) for statement in statements)


def _with_cells(statement: Statement, lengths: dict[str, int]) -> Statement:
    left = statement.left
    length = lengths.get(unbold(left.key)) if isinstance(left, t.Name) else None
    if length is None or length > MOST_CELLS:
        return statement
    segments = tuple(replace(s, body=_filled(s.body, length)) for s in statement.chain.segments)
    return replace(statement, chain=replace(statement.chain, segments=segments))


def _filled(matrix: t.Node, length: int) -> t.Node:
    if isinstance(matrix, t.Transposed):
        return replace(matrix, body=_filled(matrix.body, length))
    if not isinstance(matrix, t.Matrix):
        return matrix
    column = len(matrix.rows) > 1 and all(len(row) == 1 for row in matrix.rows)
    cells = [row[0] for row in matrix.rows] if column else list(matrix.rows[0])
    gaps = [at for at, cell in enumerate(cells) if isinstance(cell, t.Dots)]
    missing = length - len(cells) + 1
    if (not column and len(matrix.rows) > 1) or len(gaps) != 1 or missing < 1:
        return matrix
    (at,) = gaps
    before, behind = (_whole(cells[n]) if 0 <= n < len(cells) else None for n in (at - 1, at + 1))
    if before is None or before != behind:
        return matrix
    cells[at : at + 1] = [cells[at - 1]] * missing
    rows = tuple((cell,) for cell in cells) if column else (tuple(cells),)
    return replace(matrix, rows=rows)


def _whole(cell: t.Node) -> Fraction | None:
    """A whole number; what is rounded may differ in the digits that are not shown."""
    return cell.value if isinstance(cell, t.Number) and not cell.decimals else None


def _lengths(keys: Iterable[str]) -> dict[str, int]:
    """How many cells there are of each name whose cells are counted without a gap."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for key in keys:
        base, _, index = key.rpartition("_")
        if base and index.isdigit():
            numbers[base].add(int(index))
    return {
        base: len(found)
        for base, found in numbers.items()
        if max(found) - min(found) == len(found) - 1 and min(found) <= 1
    }
