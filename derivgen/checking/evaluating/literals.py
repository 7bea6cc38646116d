"""The values of numbers and matrices as printed."""

from __future__ import annotations

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
