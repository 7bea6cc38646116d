"""A sum over the wrong index: ``\\sum_k A_{kj}`` for ``\\sum_k A_{ik}``; a matrix with rows for columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.printed import Fit, printed_matrix
from derivgen.checking.evaluating.values import Array, NoValue, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.mistakes.case import Candidate, Case
from derivgen.checking.mistakes.formulas import everywhere

#: cells of one row and column that are tried
MOST_CELLS = 60


def summed_otherwise(case: Case) -> Iterator[t.Node]:
    """What the author wrote with every cell under one sum sign read at another place of its array: the sum over the
    other index, and with another number beside it."""
    if not case.is_formula:
        return
    names = (name for node in (case.right, case.body) for name in t.names_of(node))
    pieces = {piece for name in names for piece in ix.split(name.key)[1]}
    numbers = sorted(piece for piece in pieces if piece.isdigit())

    def changed(part: t.Node) -> Iterator[t.Node]:
        if isinstance(part, t.BigSum) and part.index:
            for turned in (True, False):
                for number in numbers:
                    yield replace(part, body=_read(part.body, part.index, number, turned))

    yield from everywhere(case.body, changed)


def turned_result(case: Case) -> Iterator[Candidate]:
    """Of a printed matrix: the right one with rows and columns exchanged, in all of its cells."""
    cells = printed_matrix(case.body) if case.outcome is not None else None
    if not cells or len(cells) != len(cells[0]) or len(cells) < 2:
        return

    def candidate(world: World) -> Value:
        right = world.evaluate(case.right, case.reading)
        if not isinstance(right, Array) or right.shape != (len(cells), len(cells)):
            raise NoValue("it has another shape")
        turned = replace(right, rows=tuple(zip(*right.rows, strict=True)))
        for row, printed in zip(turned.rows, cells, strict=True):
            for cell, number in zip(row, printed, strict=True):
                if number.fit(cell.value) is Fit.OFF:
                    raise NoValue("it is no transposed one")
        return turned

    yield candidate


def _read(node: t.Node, index: str, number: str, turned: bool) -> t.Node:
    """A formula with another number beside an index, and that on the other side of it where ``turned``."""
    if not isinstance(node, t.Name):
        return rebuilt(node, lambda part: _read(part, index, number, turned))
    base, pieces = ix.split(node.key)
    if len(pieces) != 2 or pieces.count(index) != 1:
        return node
    made = [piece if piece == index else number for piece in pieces]
    return replace(node, key=ix.joined(base, made[::-1] if turned else made))


def of_cells(case: Case) -> Iterator[Candidate]:
    """The value of another cell of the same row or column of a printed matrix."""
    cell = None if case.outcome is None else case.outcome.cell
    rows = printed_matrix(case.body) if cell is not None else None
    if cell is None or rows is None:
        return
    row, column = cell
    others = [(row, at) for at in range(len(rows[0]))] + [(at, column) for at in range(len(rows))]
    for place in others[:MOST_CELLS]:
        if place != cell:
            yield partial(_cell_of, case.right, place)


def _cell_of(node: t.Node, place: tuple[int, int], world: World) -> Value:
    found = v.number_in(world.evaluate(node), place)
    if found is None:
        raise NoValue("no such cell")
    return v.constant(found)
