"""Whole arrays in print: their values, and the turns in which they are computed."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Final

from derivgen.document.blocks import Display
from derivgen.document.equations import index_bases
from derivgen.document.formulas import Formulas
from derivgen.document.grids import grid_node
from derivgen.formula.build import number, row
from derivgen.formula.measure import chain_width
from derivgen.formula.tree import Chain, Node, Relation, Row, Symbol
from derivgen.network.model import Stage

#: the width that a row of equations may have, and what stands between two of them, in digits
ROW: Final = 66.0
GAP: Final = 4.0
SEPARATOR: Final = Row((Symbol("comma"), Symbol("quad")))


def whole_value(formulas: Formulas, array: str) -> Display | None:
    """``z = [0.38, 0.39]``; None where there are no numbers, and for a single one."""
    shape = formulas.derivation.network.quantities[array].shape
    if formulas.passed.symbolic or prod(shape) == 1:
        return None
    sign = formulas.rounding_sign(formulas.passed.values[array])
    numbers = grid_node(shape, lambda index: formulas.number((array, index)))
    return Display((Chain(formulas.whole_name(array), ((sign, numbers),)),))


def side_by_side(equations: Sequence[Chain]) -> tuple[Display, ...]:
    """Short equations in rows, as many to a row as it has room for."""
    rows: list[list[Chain]] = []
    room = 0.0
    for equation in equations:
        size = chain_width(equation) + GAP
        if size > room:
            rows.append([])
            room = ROW
        rows[-1].append(equation)
        room -= size
    return tuple(Display((_in_a_row(equations),)) for equations in rows)


def _in_a_row(equations: Sequence[Chain]) -> Chain:
    """``x = 1,  y = 2`` as one chain."""
    first, *others = equations
    if not others:
        return first
    parts: list[Node] = []
    for at, equation in enumerate(equations):
        assert equation.left is not None
        parts += [SEPARATOR] if at else []
        whole = equation.left
        for sign, right in equation.links:
            whole = Relation(whole, sign, right)
        parts.append(whole)
    return Chain(row(*parts), ())


def turn_of(formulas: Formulas, stage: Stage) -> Node | None:
    """``t = 3``: which turn of a recurrence a stage is; None for a stage that is no turn."""
    network = formulas.derivation.network
    bases = index_bases(network, network.equations[stage.equation])
    parts = [
        Relation(Symbol(name), "=", number(str(at + bases.get(name, 0))))
        for name, at in stage.pinned
    ]
    return row(*parts) if parts else None
