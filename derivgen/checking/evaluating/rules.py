"""How each kind of node is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from derivgen.checking.evaluating import at_kinks, own_functions
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.big_sums import big_sum
from derivgen.checking.evaluating.diagonals import cells_of_diagonal, diagonal
from derivgen.checking.evaluating.literals import literal
from derivgen.checking.evaluating.resolving import (
    LeftOut,
    Unknown,
    moved_name,
    resolved,
)
from derivgen.checking.evaluating.values import Array, Dual, NoValue, Shapes, Value
from derivgen.checking.maths import tree as t

if TYPE_CHECKING:
    from derivgen.checking.evaluating.evaluation import Frame


def _sum(frame: Frame, node: t.Sum) -> Value:
    found: Value | None = None
    for negative, body in node.terms:
        term = frame.evaluate(body)
        if found is None:
            found = v.mapped(v.negate, term) if negative else term
        else:
            found = v.combined(v.subtract if negative else v.add, found, term)
    assert found is not None
    return found


def _product(frame: Frame, node: t.Product) -> Value:
    if any(map(_ones, node.factors)):
        return _product_with_ones(frame, node)
    found = frame.evaluate(node.factors[0])
    for factor in node.factors[1:]:
        right = frame.evaluate(factor)
        if isinstance(found, Array) and isinstance(right, Array):
            frame.world.budget.spend(found.size * right.shape[1])
        if node.sign == "o" and frame.has_rows:
            right = _lying_as(found, right)
        found = multiplied(found, right, node.sign, frame.world.model.lists_stand)
    return found


def _refuse_tie(frame: Frame, arguments: Sequence[Value], sign: int) -> None:
    """At a random point, the largest of equal numbers has no slope that a formula could state: which of them is
    taken is a convention for the stated point."""
    if frame.moved is None or frame.world.point == "actual":
        return
    if len({cell.slope for cell in at_kinks.winners(arguments, sign)}) > 1:
        raise NoValue("the slope of a maximum of equal numbers")


def _ones(node: t.Node) -> bool:
    """True for a column of ones, and for its transpose."""
    return (node.body if isinstance(node, t.Transposed) else node) == t.ONES


def _product_with_ones(frame: Frame, node: t.Product) -> Value:
    """``A 1`` adds up rows, ``1^T A`` columns; a column times ``1^T`` meets every column, as it stands."""
    found: Value | None = None
    adds_columns = False
    for factor in node.factors:
        if _ones(factor):
            turned = isinstance(factor, t.Transposed)
            if isinstance(found, Array) and not turned and node.sign != "o":
                found = Array(tuple((v.total(row),) for row in found.rows))
            adds_columns = adds_columns or (found is None and turned)
            continue
        right = frame.evaluate(factor)
        if adds_columns and found is None and isinstance(right, Array):
            right = Array((tuple(map(v.total, zip(*right.rows, strict=True))),))
        found = right if found is None else multiplied(found, right, node.sign)
    if found is None:
        raise NoValue("how many ones there are is not said")
    return v.simplest(found)


def _lying_as(left: Value, right: Value) -> Value:
    """A column as the row that it meets cell by cell: who has gradients as rows leaves the transpose out."""
    if not isinstance(left, Array) or not isinstance(right, Array):
        return right
    fits = left.is_vector and left.shape == right.shape[::-1]
    return v.lying_otherwise(right) if fits else right


def multiplied(left: Value, right: Value, sign: str, standing: bool = False) -> Value:
    """A product of two values: of matrices where they fit as matrices, else cell by cell."""
    if isinstance(left, Dual) or isinstance(right, Dual) or sign == "o":
        return v.combined(v.multiply, left, right)
    if sign == "@" and left.lies == right.lies == "free" and left.size == right.size:
        return v.total([v.multiply(a, b) for a, b in zip(left.cells(), right.cells(), strict=True)])
    left, right = v.in_product(left, right, standing)
    if left.shape[1] == right.shape[0]:
        return v.matrix_product(left, right)
    if sign != "@" and left.shape == right.shape:
        return v.combined(v.multiply, left, right)
    return v.matrix_product(left, right)


def _quotient(frame: Frame, node: t.Quotient) -> Value:
    return v.combined(v.divide, frame.evaluate(node.top), frame.evaluate(node.bottom))


def _power(frame: Frame, node: t.Power) -> Value:
    base, exponent = frame.evaluate(node.base), frame.number(node.exponent)
    if t.is_length_squared(node) and isinstance(base, Array) and 1 in base.shape:
        return v.total([v.power(cell, exponent) for cell in base.cells()])
    cells = cells_of_diagonal(base)
    if cells is not None and (exponent.value < 0 or exponent.value % 1):
        # the root of a diagonal matrix, or its inverse: what is 0 beside the diagonal stays 0
        return diagonal(Array((tuple(v.power(cell, exponent) for cell in cells),)))
    return v.mapped(lambda cell: v.power(cell, exponent), base)


def _call(frame: Frame, node: t.Call) -> Value:
    if node.function == "at":
        return _at(frame, node)
    if _ones(node):
        return v.constant(1)  # by itself it meets every element
    if (gradient := own_functions.gradient(frame, node)) is not None:
        return gradient
    arguments = [frame.evaluate(argument) for argument in node.arguments]
    name = node.function
    if name in ("max", "min"):
        sign = 1 if name == "max" else -1
        if not any(isinstance(argument, t.Number) for argument in node.arguments):
            _refuse_tie(frame, arguments, sign)
        if len(arguments) == 1 and isinstance(arguments[0], Array):
            return v.largest(arguments[0].cells(), sign)
        share = frame.world.share
        if share is not None and isinstance(node.arguments[0], t.Number):
            share = 1 - share  # max(0, z) and max(z, 0) are one
        numbers = [argument for argument in arguments if isinstance(argument, Dual)]
        if len(numbers) == len(arguments):
            equal = at_kinks.shared(numbers, sign, share)
            if equal is not None:
                return equal
        found = arguments[0]
        for other in arguments[1:]:
            found = v.combined(lambda a, b: at_kinks.larger(a, b, sign, share), found, other)
        return found
    own = frame.world.model.function(name)
    if own is not None and node.primes == 1 and len(arguments) == 1:
        return own_functions.slope(frame, own, arguments[0])
    if own is not None and not node.primes:
        if len(own.parameters) != len(arguments):
            raise NoValue(f"{name} takes {len(own.parameters)} arguments")
        return own_functions.called(frame, own, arguments)
    if name == "#correlation":  # nobody can write this name
        return _correlation(*arguments)
    if name == "diag" and len(arguments) > 1:
        numbers = [argument for argument in arguments if isinstance(argument, Dual)]
        arguments = [Array((tuple(numbers),))] if len(numbers) == len(arguments) else arguments
    if len(arguments) != 1:
        raise NoValue(f"{name} of {len(arguments)} arguments")
    (argument,) = arguments
    if own is None and frame.world.model.definition(name) is not None:
        return _at_moved_point(frame, node, argument)
    match name:
        case "#held":  # a value without its slope; nobody can write this name
            return v.without_slopes(argument)
        case "#total":  # all cells added up; nor this one
            return v.total(argument.cells() if isinstance(argument, Array) else (argument,))
        case "softmax" | "log_softmax" if not node.primes:
            return v.softmax(argument, log=name == "log_softmax")
        case "norm":
            cells = argument.cells() if isinstance(argument, Array) else (argument,)
            return v.apply("sqrt", v.total([v.multiply(c, c) for c in cells]))
        case "norm_1":
            cells = argument.cells() if isinstance(argument, Array) else (argument,)
            return v.total([v.apply("abs", cell) for cell in cells])
        case "diag":
            return diagonal(argument)
        case "trace":
            return _trace(argument)
    if not v.is_function(name):
        raise Unknown(name)
    taken = frame.world.share
    return v.mapped(lambda cell: at_kinks.applied(name, cell, node.primes, taken), argument)


def _at(frame: Frame, node: t.Call) -> Value:
    """``body|_{x=1}``: the body where a quantity has another value."""
    body, *where = node.arguments
    if len(where) != 2 or not isinstance(where[0], t.Name) or frame.moved is not None:
        raise NoValue("what a bar says of the point is not understood")
    key, state = resolved(frame.world.model, where[0])
    if state == "after":
        raise NoValue("the value of what comes after the update")
    world = frame.world.with_data({key: frame.evaluate(where[1])})
    return replace(frame, world=world).evaluate(body)


def _at_moved_point(frame: Frame, node: t.Call, value: Value) -> Value:
    """``L(w + eps)``: a quantity with another value for one that it is computed from; ``a'(z)`` is its slope."""
    if node.primes == 1 and isinstance(node.arguments[0], t.Name):
        return frame.evaluate(t.Derivative(t.Name(node.function), node.arguments[0]))
    name = moved_name(node.arguments[0])
    if name is None or node.primes or frame.moved is not None:
        raise NoValue(f"{node.function} of something")
    world = frame.world.with_data({resolved(frame.world.model, name)[0]: value})
    return world.value(node.function)


def _correlation(image: Value, kernel: Value) -> Value:
    """A kernel slid over an image, without its edges and without flipping it."""
    if not isinstance(image, Array) or not isinstance(kernel, Array):
        raise Shapes("a convolution of numbers")
    (height, width), (rows, columns) = image.shape, kernel.shape
    if rows > height or columns > width:
        raise Shapes("a kernel that is larger than its image")
    return Array(
        tuple(
            tuple(
                v.total(
                    [
                        v.multiply(image.rows[i + m][j + n], kernel.rows[m][n])
                        for m in range(rows)
                        for n in range(columns)
                    ]
                )
                for j in range(width - columns + 1)
            )
            for i in range(height - rows + 1)
        )
    )


def _trace(value: Value) -> Value:
    if isinstance(value, Dual):
        return value
    if value.shape[0] != value.shape[1]:
        raise Shapes("the trace of a matrix that is not square")
    return v.total([row[at] for at, row in enumerate(value.rows)])


def _matrix(frame: Frame, node: t.Matrix) -> Value:
    values = [[v.simplest(frame.evaluate(cell)) for cell in row] for row in node.rows]
    if any(isinstance(value, Array) for row in values for value in row):
        return _of_blocks(values, node.is_list)
    rows = [[value for value in row if isinstance(value, Dual)] for row in values]
    if len({len(row) for row in rows}) != 1:
        raise Shapes("the rows of a matrix have different lengths")
    return v.simplest(Array(tuple(map(tuple, rows)), "free" if node.is_list else "written"))


def _of_blocks(values: list[list[Value]], is_list: bool) -> Value:
    """A matrix with arrays in its cells: ``[h; x]``, one below or beside the other."""
    if is_list and all(isinstance(value, Dual) or value.is_vector for value in values[0]):
        cells = (c for at in values[0] for c in (at.cells() if isinstance(at, Array) else (at,)))
        return Array((tuple(cells),), "free")
    rows: list[tuple[Dual, ...]] = []
    for blocks in values:
        arrays = [
            _standing(block) if isinstance(block, Array) and len(blocks) == 1 else block
            for block in (Array(((b,),)) if isinstance(b, Dual) else b for b in blocks)
        ]
        if len({block.shape[0] for block in arrays}) != 1:
            raise Shapes("the parts of a matrix do not fit beside each other")
        parts = zip(*(block.rows for block in arrays), strict=True)
        rows += [tuple(cell for part in row for cell in part) for row in parts]
    if len({len(row) for row in rows}) != 1:
        raise Shapes("the parts of a matrix do not fit below each other")
    return Array(tuple(rows))


def _standing(block: Array) -> Array:
    """A list as a column, where it stands above or below others."""
    return v.lying_otherwise(block) if block.lies != "written" and block.shape[0] == 1 else block


def _transposed(frame: Frame, node: t.Transposed) -> Value:
    body = frame.evaluate(node.body)
    if isinstance(node.body, t.Matrix):
        body = v.as_written(body)  # [0.5, 1]^T is a column
    return v.transposed(body)


def _cases(frame: Frame, node: t.Cases) -> Value:
    arrays: dict[str, Array] = {}
    for value, condition in node.lines:
        tested = () if condition is None else (segment.body for segment in condition.segments)
        for name in (part for body in (value, *tested) for part in t.walk(body)):
            if isinstance(name, t.Name):
                found = frame.name(name)
                if isinstance(found, Array):
                    arrays[name.key] = found
    if not arrays:
        return _case(frame, node)
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) > 1:
        raise Shapes("arrays of different shapes in the cases of one formula")
    (rows, columns) = shapes.pop()
    return Array(
        tuple(
            tuple(
                _case(replace(frame, bound={**frame.bound, **_cells(arrays, i, j)}), node)
                for j in range(columns)
            )
            for i in range(rows)
        )
    )


def _cells(arrays: Mapping[str, Array], row: int, column: int) -> dict[str, Value]:
    return {key: array.rows[row][column] for key, array in arrays.items()}


def _case(frame: Frame, node: t.Cases) -> Dual:
    for value, condition in node.lines:
        if condition is None or holds(frame, condition):
            return frame.number(value)
    raise NoValue("no case applies")


def holds(frame: Frame, condition: t.Chain) -> bool:
    """Whether a chain of comparisons holds: all of them, or all of those on one side of an "or"."""
    sides: list[bool] = [True]
    for left, right in zip(condition.segments, condition.segments[1:], strict=False):
        if right.relation == "or":
            sides.append(True)
        if right.relation in ("and", "or"):
            continue
        a, b = frame.number(left.body).value, frame.number(right.body).value
        test = _TESTS.get(right.relation or "")
        if test is None:
            raise NoValue("a condition that is no comparison")
        sides[-1] = sides[-1] and test(a, b)
    return any(sides)


_TESTS: Mapping[str, Callable[[v.Real, v.Real], bool]] = {
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
    "=": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
}


def _dots(_frame: Frame, _node: t.Node) -> Value:
    raise LeftOut("a part of the formula is left out")


def _words(_frame: Frame, node: t.Words) -> Value:
    raise Unknown(node.text)


RULES: Mapping[type, Callable[..., Value]] = {
    t.Number: lambda _, node: literal(node),
    t.Name: lambda frame, node: frame.name(node),
    t.Sum: _sum,
    t.Product: _product,
    t.Quotient: _quotient,
    t.Power: _power,
    t.Negated: lambda frame, node: v.mapped(v.negate, frame.evaluate(node.body)),
    t.Call: _call,
    t.Derivative: lambda frame, node: frame.derivative(node),
    t.Matrix: _matrix,
    t.Transposed: _transposed,
    t.BigSum: big_sum,
    t.Cases: _cases,
    t.Dots: _dots,
    t.Words: _words,
}
