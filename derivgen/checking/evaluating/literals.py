"""The values of numbers and matrices as printed."""

from __future__ import annotations

from fractions import Fraction

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.values import Array, Dual, NoValue, Shapes, Value
from derivgen.checking.maths import tree as t


def literal(node: t.Node) -> Value:
    """The value of a number or a matrix of numbers as printed."""
    match node:
        case t.Number(_, value):
            return Dual(mpmath.mpf(value.numerator) / value.denominator)
        case t.Negated(body):
            return v.mapped(v.negate, literal(body))
        case t.Quotient(top, bottom):
            return v.combined(v.divide, literal(top), literal(bottom))
        case t.Matrix(rows):
            cells = tuple(tuple(literal(cell) for cell in row) for row in rows)
            if len({len(row) for row in cells}) != 1:
                raise Shapes("the rows of a matrix have different lengths")
            if any(isinstance(cell, Array) for row in cells for cell in row):
                raise Shapes("a matrix within a matrix")
            lies: v.Lying = "free" if node.is_list else "written"
            return v.simplest(Array(cells, lies))  # type: ignore[arg-type]  # no arrays among the cells
        case t.Transposed(body):
            return v.transposed(v.as_written(literal(body)))
        case t.Sum(((negative, body),)):
            return v.mapped(v.negate, literal(body)) if negative else literal(body)
    raise NoValue("a calculation where a number is needed")


def exact(node: t.Node) -> Fraction | None:
    """The value of a number or a fraction of numbers as printed, without rounding; None for anything else."""
    match node:
        case t.Number(_, value):
            return value
        case t.Negated(body) | t.Sum(((True, body),)):
            found = exact(body)
            return None if found is None else -found
        case t.Sum(((False, body),)):
            return exact(body)
        case t.Quotient(top, bottom):
            over, under = exact(top), exact(bottom)
            return None if over is None or not under else over / under
    return None


def exact_matrix(node: t.Node) -> tuple[tuple[Fraction, ...], ...] | None:
    """The values of a matrix all of whose cells are such numbers; None for anything else, and for rows of
    different lengths."""
    if isinstance(node, t.Transposed):
        body = exact_matrix(node.body)
        return None if body is None else tuple(zip(*body, strict=True))
    if not isinstance(node, t.Matrix):
        return None
    rows = [[exact(cell) for cell in row] for row in node.rows]
    found = tuple(tuple(cell for cell in row if cell is not None) for row in rows)
    full = [len(row) for row in found] == [len(row) for row in rows]
    return found if full and len(set(map(len, found))) == 1 else None
