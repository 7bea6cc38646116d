"""Numbers that carry a slope, and arrays of them: what a formula is evaluated in.

A *dual* is a value and its derivative by one chosen quantity (forward-mode differentiation), so one
evaluation gives a formula and its derivative.  Values are mpmath's, at the precision that the
caller has set with ``mpmath.workdps``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

import mpmath
import sympy

from derivgen.network.functions import FUNCTIONS, A, Z, derivative_of

#: results of more than this many bits, and exponents beyond it, are refused
LARGEST_BITS = 4096
#: derivatives of a function of higher order are not taken
HIGHEST = 3
#: an mpmath.mpf; mpmath has no types
Real = Any
ZERO: Real = mpmath.mpf(0)
#: relative difference of cells that are the same number
_SAME: Real = mpmath.mpf("1e-9")


class NoValue(Exception):
    """A formula has no value at this point; the text says why."""


class Below(NoValue):
    """What a quantity is computed by makes no sense: whoever reads it can say nothing."""


class Shapes(NoValue):
    """Two arrays do not fit each other; the text names both shapes, and ``shapes`` has those that are no numbers'."""

    def __init__(self, text: str, shapes: Sequence[tuple[int, int]] = ()) -> None:
        super().__init__(text)
        self.shapes = tuple(shapes)


@dataclass(frozen=True, slots=True)
class Dual:
    """A number and its slope."""

    value: Real
    slope: Real = ZERO


#: how a vector lies: as it was written, as it is needed (a list ``[0.5, 1]`` says nothing of that), as the
#: transpose of such a one, as a row where it stands beside another vector (a list that a capital is called)
Lying = Literal["written", "free", "turned", "row"]


@dataclass(frozen=True, slots=True)
class Array:
    """Rows of duals; a vector is one column or one row, as it was written, and a list is one row."""

    rows: tuple[tuple[Dual, ...], ...]
    lies: Lying = field(default="written", compare=False)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0])

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.rows) * len(self.rows[0])

    def cells(self) -> tuple[Dual, ...]:
        """All cells in reading order."""
        return tuple(cell for row in self.rows for cell in row)

    @property
    def is_vector(self) -> bool:
        return 1 in self.shape


Value = Dual | Array


def constant(number: object) -> Dual:
    """A number without a slope."""
    return Dual(mpmath.mpf(number))


def shown_shape(value: Value) -> str:
    return "a number" if isinstance(value, Dual) else f"{value.shape[0]} × {value.shape[1]}"


def misfit(left: Value, between: str, right: Value, behind: str = "") -> Shapes:
    """What to raise where two values do not fit, in words."""
    shapes = [value.shape for value in (left, right) if isinstance(value, Array)]
    return Shapes(f"{shown_shape(left)}{between}{shown_shape(right)}{behind}", shapes)


def mapped(function: Callable[[Dual], Dual], value: Value) -> Value:
    """A function of one number, element by element."""
    if isinstance(value, Dual):
        return function(value)
    return Array(tuple(tuple(map(function, row)) for row in value.rows), value.lies)


def combined(function: Callable[[Dual, Dual], Dual], left: Value, right: Value) -> Value:
    """A function of two numbers, element by element; a number meets every element.

    A row or a column that fits one side of a matrix meets each of its rows or columns, as a bias
    meets each sample.  Raises Shapes."""
    if isinstance(left, Dual) and isinstance(right, Dual):
        return function(left, right)
    if isinstance(left, Dual):
        return mapped(lambda cell: function(left, cell), right)
    if isinstance(right, Dual):
        return mapped(lambda cell: function(cell, right), left)
    return _cell_by_cell(function, beside(left, right), beside(right, left))


def _cell_by_cell(function: Callable[[Dual, Dual], Dual], left: Array, right: Array) -> Array:
    rows, columns = (max(a, b) for a, b in zip(left.shape, right.shape, strict=True))
    for shape in (left.shape, right.shape):
        if shape[0] not in (1, rows) or shape[1] not in (1, columns):
            raise misfit(left, " meets ", right)
    if left.is_vector and right.is_vector and 1 not in (rows, columns):
        raise misfit(left, " meets ", right)
    return Array(
        tuple(
            tuple(function(_cell(left, i, j), _cell(right, i, j)) for j in range(columns))
            for i in range(rows)
        ),
        left.lies if left.lies == right.lies else "written",
    )


def beside(array: Array, other: Array) -> Array:
    """An array as it lies beside another one, cell by cell: a list as that one lies."""
    if array.lies == "written" or other.shape == array.shape:
        return array
    column = Array(tuple(zip(*array.rows, strict=True)))
    if other.lies != "written":
        return array
    fits = other.shape[0] == array.size and other.shape[1] != array.size
    return column if fits else array


def _cell(array: Array, row: int, column: int) -> Dual:
    rows, columns = array.shape
    return array.rows[row if rows > 1 else 0][column if columns > 1 else 0]


# --- arithmetic ------------------------------------------------------------------------------


def add(left: Dual, right: Dual) -> Dual:
    return Dual(left.value + right.value, left.slope + right.slope)


def subtract(left: Dual, right: Dual) -> Dual:
    return Dual(left.value - right.value, left.slope - right.slope)


def multiply(left: Dual, right: Dual) -> Dual:
    if not left.slope and not right.slope:
        return Dual(left.value * right.value)
    return Dual(left.value * right.value, left.value * right.slope + left.slope * right.value)


def divide(left: Dual, right: Dual) -> Dual:
    if not right.value:
        raise NoValue("division by zero")
    quotient = left.value / right.value
    return Dual(quotient, (left.slope - quotient * right.slope) / right.value)


def negate(number: Dual) -> Dual:
    return Dual(-number.value, -number.slope)


def power(base: Dual, exponent: Dual) -> Dual:
    """``base ** exponent``; raises NoValue where it is no real number of ordinary size."""
    if abs(exponent.value) > LARGEST_BITS or _bits(base.value) * abs(exponent.value) > LARGEST_BITS:
        raise NoValue("the power is too large")
    if not base.value and exponent.value <= 0:
        raise NoValue("a power of zero")
    whole = exponent.value == int(exponent.value)
    if base.value < 0 and not whole:
        raise NoValue("a root of a negative number")
    value = base.value ** (int(exponent.value) if whole else exponent.value)
    slope = ZERO
    if base.slope and exponent.value:
        lower = int(exponent.value) - 1 if whole else exponent.value - 1
        slope += exponent.value * base.value**lower * base.slope
    if exponent.slope:
        if base.value <= 0:
            raise NoValue("the logarithm of a number that is not positive")
        slope += value * mpmath.log(base.value) * exponent.slope
    return Dual(value, slope)


def _bits(number: Real) -> int:
    return 1 if not number else abs(int(mpmath.mag(number))) + 1


# --- functions -------------------------------------------------------------------------------


@cache
def _compiled(name: str, order: int) -> Callable[[Real], Real]:
    """The ``order``-th derivative of a function of the network's table, or of sympy's.

    At a kink the first derivative is what the table says."""
    entry = FUNCTIONS.get(name)
    expression = entry.expression if entry is not None else _SYMPY[name](Z)
    if entry is not None and order:
        expression, order = derivative_of(entry).subs(A, expression), order - 1
    for _ in range(order):
        expression = sympy.diff(expression, Z)
    compiled: Callable[[Real], Real] = sympy.lambdify(Z, expression, "mpmath")
    return compiled


_SYMPY: dict[str, Callable[[sympy.Expr], sympy.Expr]] = {
    "exp": sympy.exp,
    "log": sympy.log,
    "log10": lambda x: sympy.log(x) / sympy.log(10),
    "log2": lambda x: sympy.log(x) / sympy.log(2),
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "erf": sympy.erf,
}


def is_function(name: str) -> bool:
    """True for a function of one number that :func:`apply` knows."""
    return name in FUNCTIONS or name in _SYMPY or name in ("abs", "sign")


def apply(name: str, argument: Dual, order: int = 0) -> Dual:
    """A function (or its ``order``-th derivative) of one number.  Raises NoValue outside its domain."""
    at = argument.value
    if order > HIGHEST:
        raise NoValue(f"a derivative of {name} of order {order}")
    if name == "sign":
        return Dual(mpmath.sign(at))
    if name == "abs" and not order:
        return Dual(abs(at), mpmath.sign(at) * argument.slope)
    if name in ("log", "log2", "log10", "sqrt") and at <= 0:
        if name == "sqrt" and not at and not order and not argument.slope:
            return Dual(ZERO)
        raise NoValue(f"{name} of a number that is not positive")
    if abs(at) > LARGEST_BITS:
        raise NoValue(f"{name} of a number that is too large")
    value = _compiled(name, order)(at)
    slope = _compiled(name, order + 1)(at) * argument.slope if argument.slope else ZERO
    if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
        raise NoValue(f"{name} has no real value here")
    return Dual(mpmath.mpf(value), mpmath.mpf(slope))


def largest(numbers: Sequence[Dual], sign: int = 1) -> Dual:
    """The largest (``sign`` 1) or smallest (-1) of some numbers, the first of equal ones."""
    best = numbers[0]
    for number in numbers[1:]:
        if sign * (number.value - best.value) > 0:
            best = number
    return best


def total(numbers: Sequence[Dual]) -> Dual:
    found = constant(0)
    for number in numbers:
        found = add(found, number)
    return found


def product(numbers: Sequence[Dual]) -> Dual:
    found = constant(1)
    for number in numbers:
        found = multiply(found, number)
    return found


def softmax(value: Value, log: bool = False) -> Value:
    """Softmax over a vector, or over each row of a matrix."""
    if isinstance(value, Dual):
        raise Shapes("softmax of a single number")
    groups = (value.cells(),) if value.is_vector else value.rows
    made = []
    for group in groups:
        exps = [apply("exp", cell) for cell in group]
        whole = total(exps)
        shares = [divide(e, whole) for e in exps]
        made.append(tuple(apply("log", s) for s in shares) if log else tuple(shares))
    if value.is_vector and value.shape[1] == 1:
        return Array(tuple((cell,) for cell in made[0]))
    return Array(tuple(made), value.lies)


# --- arrays ----------------------------------------------------------------------------------


def transposed(value: Value) -> Value:
    """The transpose; that of a list is a list, of which it is known that it lies the other way."""
    if isinstance(value, Dual):
        return value
    if value.lies in ("free", "turned"):
        return replace(value, lies="turned" if value.lies == "free" else "free")
    return Array(tuple(zip(*value.rows, strict=True)))


def lying_otherwise(value: Array) -> Array:
    """Rows as columns, also of a list."""
    return Array(tuple(zip(*value.rows, strict=True)), value.lies)


def as_written(value: Value) -> Value:
    """An array as it stands, also where it is a list."""
    return value if isinstance(value, Dual) else replace(value, lies="written")


def in_product(left: Array, right: Array, standing: bool) -> tuple[Array, Array]:
    """The two factors of a product as they have to lie; ``standing`` says that lists are columns where
    nothing else tells."""
    if left.lies == right.lies == "written":
        return left, right
    if not right.is_vector:
        return _turned_to(left, lambda a: a.shape[1] == right.shape[0]), right
    if not left.is_vector:
        return left, _turned_to(right, lambda a: left.shape[1] == a.shape[0])
    ways = {left.lies, right.lies}
    if "turned" in ways and ways <= {"turned", "free"}:
        # of two lists of one length a product may be a number or a matrix
        is_outer = (right.lies == "turned") is standing or left.size != right.size
        return (_column(left), _row(right)) if is_outer else (_row(left), _column(right))
    if right.lies == "written" and right.shape[0] == 1 and left.lies != "row":
        return _column(left), right  # a column times a row
    if left.shape[0] == 1 and left.lies in ("written", "row") and left.size == right.size:
        return left, _column(right)  # a row times a column
    return left, right


def _turned_to(array: Array, fits: Callable[[Array], bool]) -> Array:
    """A list as a row or a column, whichever fits."""
    if array.lies == "written":
        return array
    row = _row(array)
    return row if fits(row) or not fits(_column(array)) else _column(array)


def _row(array: Array) -> Array:
    return Array(array.rows)


def _column(array: Array) -> Array:
    return Array(tuple(zip(*array.rows, strict=True))) if array.lies != "written" else array


def matrix_product(left: Array, right: Array) -> Value:
    """The product of two matrices; one that is a single number is that number.  Raises Shapes."""
    if left.shape[1] != right.shape[0]:
        raise misfit(left, " times ", right)
    columns = tuple(zip(*right.rows, strict=True))
    return simplest(
        Array(
            tuple(
                tuple(
                    total([multiply(a, b) for a, b in zip(row, column, strict=True)])
                    for column in columns
                )
                for row in left.rows
            )
        )
    )


def simplest(value: Value) -> Value:
    """An array of a single cell as that number."""
    if isinstance(value, Array) and value.shape == (1, 1):
        return value.rows[0][0]
    return value


def slopes(value: Value) -> Value:
    """The slopes as values."""
    return mapped(lambda cell: Dual(cell.slope), value)


def without_slopes(value: Value) -> Value:
    return mapped(lambda cell: Dual(cell.value), value)


def scalar(value: Value | None) -> Real | None:
    """The number that a value comes to, if it is one."""
    if value is None:
        return None
    found = simplest(value)
    return found.value if isinstance(found, Dual) else None


def every_cell(value: Value | None) -> Real | None:
    """The number that a value comes to, or that all cells of an array are: ``W := 0.1 - 0.02 = 0.08`` (all four)."""
    if not isinstance(value, Array):
        return scalar(value)
    cells = [cell.value for row in value.rows for cell in row]
    first = cells[0]
    alike = all(abs(cell - first) <= abs(first) * _SAME for cell in cells)
    return first if alike else None


def place_in(shape: tuple[int, int], row: int, column: int) -> tuple[int, int] | None:
    """Where a cell stands in an array of a shape, from 0: a vector may lie the other way.  None outside."""
    rows, columns = shape
    for i, j in ((row, column), *(((column, row),) if 1 in shape else ())):
        if i < rows and j < columns:
            return i, j
    return None


def number_in(value: Value, cell: tuple[int, int] | None) -> Real | None:
    """The number that a value comes to; of an array, the one in a cell (a vector may lie either way)."""
    found = simplest(value)
    if isinstance(found, Dual):
        return found.value
    place = None if cell is None else place_in(found.shape, *cell)
    return None if place is None else found.rows[place[0]][place[1]].value


def is_nothing(value: Value) -> bool:
    """True where a value is 0, in every cell."""
    found = simplest(value)
    cells = (found,) if isinstance(found, Dual) else found.cells()
    return not any(cell.value for cell in cells)
