"""What a derivative token comes to: which cells are moved, and what of the numerator follows them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.model import Element, Model
from derivgen.checking.evaluating.resolving import resolved
from derivgen.checking.evaluating.unsaid import refuse_opaque, refuse_unsaid
from derivgen.checking.evaluating.values import Array, Dual, NoValue, Shapes, Value
from derivgen.checking.maths import tree as t

if TYPE_CHECKING:
    from derivgen.checking.evaluating.evaluation import Frame


def cell_of(value: Value, element: Element) -> Dual:
    """One cell of an array; a vector's cells count along it, whichever way it lies."""
    if isinstance(value, Dual):
        if element.row or element.column:
            raise Shapes(f"{element.array} is a single number")
        return value
    place = v.place_in(value.shape, element.row, element.column)
    if place is None:
        raise Shapes(f"{element.array} is {v.shown_shape(value)}")
    return value.rows[place[0]][place[1]]


def derivative(frame: Frame, of: t.Node, by: t.Node, local: bool) -> Value:
    """The derivative of a formula by a quantity: by a number one for each cell of the formula, by an array one for
    each of its cells, by a vector of a vector the Jacobian with a row for each output.

    ``local`` follows the formula's own equation alone.  Raises NoValue."""
    if isinstance(by, t.Transposed):
        return v.transposed(derivative(frame, of, by.body, local))
    if isinstance(by, t.Power) and isinstance(by.base, t.Name):
        return _by_power(frame, of, by, by.base, local)
    if not isinstance(by, t.Name):
        raise NoValue("a derivative by something that is no name")
    world = frame.world
    if by.key in frame.bound:
        raise NoValue("a derivative by a bound name")
    key, state = resolved(world.model, by, frame.indices)
    if state == "after":
        of_after = _unmarked(of)
        return derivative(replace(frame, world=world.after), of_after, replace(by, mark=""), local)
    refuse_unsaid(world, of, key, frame.indices)
    if local and isinstance(of, t.Name):
        own = resolved(world.model, of, frame.indices)[0]
        cell = world.model.element(own)
        if cell is not None and (whole := own_equation(world.model, cell.array)) is not None:
            slopes = derivative(frame, whole, by, local)
            if isinstance(world.value(key), Dual) or not isinstance(slopes, Array):
                return cell_of(slopes, cell)
            return Array((slopes.rows[max(cell.row, cell.column)],))
        of = own_equation(world.model, own) or of
    target, element = key, world.model.element(key)
    if element is not None:
        target = element.array
        here = (element.row, element.column)
        refuse_opaque(world.model, target, of)
        value = world.value(target)
        if isinstance(value, Array) and value.is_vector and value.shape[0] <= here[0]:
            here = here[::-1]
        return _slope(frame, of, (target, *here), local)
    at = world.value(key)
    if isinstance(at, Array):
        refuse_opaque(world.model, key, of)
    if isinstance(at, Dual):
        return _slope(frame, of, cell_key(world.model, key, 0, 0), local)
    rows, columns = at.shape
    cells = [
        [
            _slope(frame, of, cell_key(world.model, key, i, j, at.shape), local)
            for j in range(columns)
        ]
        for i in range(rows)
    ]
    flat = [v.simplest(cell) for row in cells for cell in row]
    if all(isinstance(cell, Dual) for cell in flat):
        made = tuple(tuple(v.simplest(cell) for cell in row) for row in cells)
        return Array(made, at.lies)  # type: ignore[arg-type]  # all are duals
    if not at.is_vector:
        raise NoValue("the derivative of an array by a matrix")
    # a vector by a vector: one row an output, one column an input
    columns_of = [cell.cells() for cell in flat if isinstance(cell, Array) and cell.is_vector]
    if len(columns_of) < len(flat):
        raise NoValue("the derivative of a matrix by a vector")
    return Array(tuple(zip(*columns_of, strict=True)))


def _by_power(frame: Frame, of: t.Node, by: t.Power, base: t.Name, local: bool) -> Value:
    """By a variance that is called ``sigma^2``: what is computed from it reads sigma."""
    found, root = derivative(frame, of, base, local), frame.evaluate(base)
    if isinstance(root, Array) and v.shown_shape(found) != v.shown_shape(root):
        raise NoValue("the derivative of an array by a power")
    exponent = frame.number(by.exponent)
    own = v.mapped(
        lambda cell: Dual(v.power(Dual(cell.value, mpmath.mpf(1)), exponent).slope), root
    )
    return v.combined(v.divide, found, own)


def array_of(model: Model, key: str) -> str:
    """The array that a quantity is a cell of; itself where it is none."""
    element = model.element(key)
    return key if element is None else element.array


def cell_key(
    model: Model, key: str, row: int, column: int, shape: tuple[int, int] = (1, 1)
) -> tuple[str, int, int]:
    """What to move for one cell of an array: the quantity that stands there, or the cell itself."""
    definition = model.definition(key)
    if (
        isinstance(definition, t.Matrix)
        and (len(definition.rows), len(definition.rows[0])) == shape
    ):
        cell = definition.rows[row][column]
        if isinstance(cell, t.Name) and model.known(cell.key):
            return cell.key, 0, 0
    return key, row, column


def own_equation(model: Model, key: str) -> t.Node | None:
    """What computes a quantity in one step; of a matrix of names, what computes each of them."""
    definition = model.definition(key)
    if not isinstance(definition, t.Matrix):
        return definition
    return t.Matrix(
        tuple(
            tuple((model.definition(c.key) if isinstance(c, t.Name) else None) or c for c in row)
            for row in definition.rows
        )
    )


def _slope(frame: Frame, of: t.Node, moved: tuple[str, int, int], local: bool) -> Value:
    inner = replace(frame, moved=moved, local=local, prepared=False)
    budget = frame.world.budget
    try:
        budget.enter(3)
        return v.slopes(inner.evaluate(of))
    finally:
        budget.leave(3)


def _unmarked(node: t.Node) -> t.Node:
    return replace(node, mark="") if isinstance(node, t.Name) else node
