"""Functions that a document defines: what they make of values, their slopes, and their gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.model import Function
from derivgen.checking.evaluating.values import Array, Dual, NoValue, Value
from derivgen.checking.maths import tree as t

if TYPE_CHECKING:
    from derivgen.checking.evaluating.evaluation import Frame


def called(frame: Frame, own: Function, arguments: Sequence[Value]) -> Value:
    """What a function makes of values; one of a single number works cell by cell."""
    if len(arguments) == 1 and not _takes_arrays(own):
        (parameter,) = own.parameters

        def cell(number: Dual) -> Dual:
            return _body(frame, own, {parameter: number})

        return v.mapped(cell, arguments[0])
    bound = dict(zip(own.parameters, arguments, strict=True))
    return replace(frame, bound=bound).evaluate(own.body)


def slope(frame: Frame, own: Function, argument: Value) -> Value:
    """The derivative of a function of a single number, cell by cell; by each cell where it takes arrays."""
    if isinstance(argument, Array) and _takes_arrays(own):
        return _by_cells(frame, own, argument)

    def of_cell(cell: Dual) -> Dual:
        if cell.slope:
            raise NoValue("the second derivative of a function of the document")
        return _body(frame, own, {own.parameters[0]: Dual(cell.value, v.constant(1).value)})

    return v.slopes(v.mapped(of_cell, argument))


def gradient(frame: Frame, node: t.Call) -> Value | None:
    """``\\nabla f(2, -1)``: the derivatives of a function of several numbers, as a list; None for another call."""
    if node.function != "grad" or len(node.arguments) != 1:
        return None
    (of,) = node.arguments
    own = frame.world.model.function(of.function) if isinstance(of, t.Call) else None
    if own is None or not isinstance(of, t.Call) or of.primes:
        return None
    if len(of.arguments) == len(own.parameters) == 1 and _takes_arrays(own):
        at = frame.evaluate(of.arguments[0])
        if isinstance(at, Array):
            return _by_cells(frame, own, at)
    arguments = [frame.number(argument) for argument in of.arguments]
    if len(arguments) != len(own.parameters):
        raise NoValue(f"{of.function} takes {len(own.parameters)} arguments")
    if any(argument.slope for argument in arguments):
        raise NoValue("a derivative of a derivative")
    still = dict(zip(own.parameters, arguments, strict=True))
    held = replace(frame, moved=None)
    slopes = (
        _body(held, own, {**still, name: Dual(at.value, mpmath.mpf(1))}).slope
        for name, at in still.items()
    )
    return v.simplest(Array((tuple(map(Dual, slopes)),), "free"))


def _takes_arrays(own: Function) -> bool:
    """True where the argument is a vector for itself: it is transposed, or its length is taken."""
    return any(
        isinstance(part, t.Transposed) or (isinstance(part, t.Call) and part.function == "norm")
        for part in t.walk(own.body)
    )


def _by_cells(frame: Frame, own: Function, argument: Array) -> Value:
    """The derivatives of a function of one array by the cells of it, lying as these do."""
    if any(cell.slope for cell in argument.cells()):
        raise NoValue("a derivative of a derivative")
    (parameter,) = own.parameters
    held = replace(frame, moved=None)

    def by(row: int, column: int) -> Dual:
        rows = tuple(
            tuple(
                Dual(cell.value, mpmath.mpf((i, j) == (row, column)))
                for j, cell in enumerate(cells)
            )
            for i, cells in enumerate(argument.rows)
        )
        moved = replace(held, bound={parameter: replace(argument, rows=rows)})
        return Dual(moved.number(own.body).slope)

    rows, columns = argument.shape
    return replace(
        argument,
        rows=tuple(tuple(by(i, j) for j in range(columns)) for i in range(rows)),
    )


def _body(frame: Frame, own: Function, bound: dict[str, Dual]) -> Dual:
    """What a function makes of numbers."""
    budget = frame.world.budget
    try:
        budget.enter(5)
        return replace(frame, bound=bound).number(own.body)
    finally:
        budget.leave(5)
