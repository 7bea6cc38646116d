"""Formulas evaluated at a point: every quantity of a model has a value there, or a reason for none.

A derivative is taken on the graph cut at the quantity in its denominator: that quantity is moved
by itself, whatever computes it, and everything that depends on it follows.  So d E / d out means what
an author means by it, for intermediates as for weights.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import mpmath

from derivgen.checking import values as v
from derivgen.checking.maths import tree as t
from derivgen.checking.model import DocumentModel, Element, Model
from derivgen.checking.values import Array, Dual, NoValue, Shapes, Value

#: how deep definitions may lead into one another
DEEPEST = 400
#: how many terms a sum with an index may have
LONGEST_SUM = 10_000

UPDATE_MARKS = frozenset({"'", "*", "+", "new", "t+1", "(t+1)"})
PLAIN_MARKS = frozenset({"", "old", "t", "(t)"})


class Unknown(NoValue):
    """A name that means nothing to the model."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is defined nowhere")
        self.name = name


class NotGiven(NoValue):
    """A quantity whose value nobody stated."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the value of {name} is not given")
        self.name = name


class LeftOut(NoValue):
    """A formula with dots: a part of it was left out."""


#: how the given quantities get their values at a point
Point = Literal["actual", "any", "positive", "small"]


@dataclass(frozen=True)
class World:
    """One point.

    ``point`` is ``actual`` for the stated values, or says from where random ones are drawn (the same
    ones for the same ``seed`` and key); ``stated`` overrides single values.  ``near`` draws them close to
    the stated ones instead, where there are any.
    """

    model: Model
    point: Point = "actual"
    seed: int = 0
    near: bool = False
    stated: Mapping[str, Value] = field(default_factory=dict)
    _memo: dict[str, Value] = field(default_factory=dict, init=False, repr=False)
    _seeded: dict[tuple[object, ...], dict[str, Value]] = field(
        default_factory=dict, init=False, repr=False
    )
    _after: list[World] = field(default_factory=list, init=False, repr=False)

    def evaluate(self, node: t.Node) -> Value:
        """The value of a formula, without slopes.  Raises NoValue."""
        return v.without_slopes(_Frame(self).evaluate(node))

    def value(self, key: str) -> Value:
        """The value of a quantity.  Raises NoValue."""
        return _Frame(self).quantity(key)

    def derivative(self, of: t.Node, by: t.Node, local: bool = False) -> Value:
        """d of / d by; ``local`` takes the first equation alone and holds all other names fixed."""
        return _derivative(_Frame(self), of, by, local)

    @property
    def after(self) -> World:
        """The point after one step of gradient descent.  Raises NoValue where that has none."""
        if not self._after:
            self._after.append(_after_step(self))
        return self._after[0]

    def drawn(self, key: str) -> Value:
        """The value of a given quantity at this point."""
        if key in self.stated:
            return self.stated[key]
        node = self.model.given(key)
        if self.point == "actual":
            if node is None:
                raise NotGiven(key)
            return literal(node)
        generator = random.Random(f"{self.seed}:{key}")
        if node is None:
            return _drawn(generator, self.point)
        stated = literal(node)
        if self.near:
            shift = lambda cell: v.constant(cell.value + generator.uniform(-0.01, 0.01))  # noqa: E731
            return v.mapped(shift, stated)
        return v.mapped(lambda _: _drawn(generator, self.point), stated)


def _drawn(generator: random.Random, point: Point) -> Dual:
    size = generator.uniform(0.1, 0.9) if point != "any" else generator.uniform(0.3, 1.5)
    if point == "any" and generator.random() < 0.5:
        size = -size
    if point == "small":
        size /= 8
    return v.constant(size)


def literal(node: t.Node) -> Value:
    """The value of a number or a matrix of numbers as printed."""
    match node:
        case t.Number(_, value):
            return v.constant(mpmath.mpf(value.numerator) / value.denominator)
        case t.Negated(body):
            return v.mapped(v.negate, literal(body))
        case t.Matrix(rows):
            cells = tuple(tuple(literal(cell) for cell in row) for row in rows)
            if len({len(row) for row in cells}) != 1:
                raise Shapes("the rows of a matrix have different lengths")
            if any(isinstance(cell, Array) for row in cells for cell in row):
                raise Shapes("a matrix within a matrix")
            return v.simplest(Array(cells))  # type: ignore[arg-type]  # no arrays among the cells
    return World(_NOTHING).evaluate(node)


def _after_step(world: World) -> World:
    """Gradient descent by the model's learning rate, on all of its parameters."""
    model = world.model
    if model.loss is None:
        raise NoValue("there is no loss to descend")
    if model.rate is None:
        raise NotGiven("the learning rate")
    rate = world.value(model.rate)
    if not isinstance(rate, Dual):
        raise Shapes("the learning rate is a matrix")
    return World(
        model, world.point, world.seed, world.near, _Updated(world, rate, t.Name(model.loss))
    )


@dataclass(frozen=True)
class _Updated(Mapping[str, Value]):
    """The parameters after one step, each computed when it is asked for."""

    world: World
    rate: Dual
    loss: t.Name

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.world.model.is_parameter(key)

    def __getitem__(self, key: str) -> Value:
        old = self.world.value(key)
        slope = self.world.derivative(self.loss, t.Name(key))
        return v.combined(lambda a, b: v.subtract(a, v.multiply(self.rate, b)), old, slope)

    def __iter__(self):  # type: ignore[no-untyped-def]  # pragma: no cover
        return (key for key in self.world.model.names() if key in self)

    def __len__(self) -> int:  # pragma: no cover
        return sum(1 for _ in self)


# --- evaluation --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Frame:
    """Where a formula is evaluated: a world, the quantity that is moved, and what is bound."""

    world: World
    #: the quantity that is moved, and which of its cells
    moved: tuple[str, int, int] | None = None
    #: hold every other name at its value
    local: bool = False
    indices: Mapping[str, int] = field(default_factory=dict)
    bound: Mapping[str, Value] = field(default_factory=dict)
    depth: int = 0

    def quantity(self, key: str) -> Value:
        """The value of a quantity, with its slope by what is moved."""
        memo = self._memo()
        if key not in memo:
            if self.depth > DEEPEST:
                raise NoValue("definitions lead into one another without an end")
            memo[key] = self._moved(key, replace(self, depth=self.depth + 1)._computed(key))
        return memo[key]

    def _memo(self) -> dict[str, Value]:
        if self.moved is None or self.local:
            return self.world._memo
        return self.world._seeded.setdefault(self.moved, {})

    def _computed(self, key: str) -> Value:
        world = self.world
        if key in world.stated:
            return world.stated[key]
        definition = world.model.definition(key)
        if definition is not None:
            try:
                return replace(self, indices={}, bound={}).evaluate(definition)
            except (NotGiven, Unknown):
                if world.point != "actual" or world.model.given(key) is None:
                    raise
                return world.drawn(key)  # what was printed is taken as given
        element = world.model.element(key)
        if element is not None:
            return cell_of(self.quantity(element.array), element)
        if not world.model.known(key):
            raise Unknown(key)
        return world.drawn(key)

    def _moved(self, key: str, value: Value) -> Value:
        """The value with the slope 1 at the cell that is moved, if it is of this quantity."""
        if self.moved is None or self.moved[0] != key:
            return value
        _, row, column = self.moved
        if isinstance(value, Dual):
            return Dual(value.value, mpmath.mpf(1))
        return Array(
            tuple(
                tuple(
                    Dual(cell.value, mpmath.mpf(1)) if (i, j) == (row, column) else cell
                    for j, cell in enumerate(cells)
                )
                for i, cells in enumerate(value.rows)
            )
        )

    # --- nodes ------------------------------------------------------------------------------

    def evaluate(self, node: t.Node) -> Value:
        rule: Callable[[_Frame, t.Node], Value] = _RULES[type(node)]
        return rule(self, node)

    def number(self, node: t.Node) -> Dual:
        found = v.simplest(self.evaluate(node))
        if isinstance(found, Array):
            raise Shapes(f"{v.shown_shape(found)} where a number is needed")
        return found


def cell_of(value: Value, element: Element) -> Dual:
    """One cell of an array; a vector's cells count along it, whichever way it lies."""
    if isinstance(value, Dual):
        if element.row or element.column:
            raise Shapes(f"{element.array} is a single number")
        return value
    rows, columns = value.shape
    row, column = element.row, element.column
    if value.is_vector and not (row < rows and column < columns):
        row, column = column, row
    if not (row < rows and column < columns):
        raise Shapes(f"{element.array} is {rows} × {columns}")
    return value.rows[row][column]


def _name(frame: _Frame, node: t.Name) -> Value:
    if node.key in frame.bound:
        return frame.bound[node.key]
    key, state = resolved(frame.world.model, node, frame.indices)
    if state == "after":
        if frame.moved is not None:
            raise NoValue("a derivative of what comes after the update")
        return frame.world.after.value(key)
    if frame.local and (frame.moved is None or frame.moved[0] != key):
        return _Frame(frame.world).quantity(key)
    if frame.local:
        return frame._moved(key, _Frame(frame.world).quantity(key))
    return frame.quantity(key)


def resolved(
    model: Model, name: t.Name, indices: Mapping[str, int] | None = None
) -> tuple[str, Literal["now", "after"]]:
    """The quantity that a name means, and whether before or after the update.

    Raises Unknown where it means none."""
    if name.mark and model.known(name.key + name.mark):
        return name.key + name.mark, "now"
    key = name.key if model.known(name.key) else indexed(model, name.key, indices or {})
    if key is None:
        raise Unknown(name.written or name.key + name.mark)
    return key, "after" if name.mark in UPDATE_MARKS else "now"


def indexed(model: Model, key: str, indices: Mapping[str, int]) -> str | None:
    """A key with its index letters replaced by their values: ``w_ij`` at i = 1, j = 2 is ``w_12``."""
    base, underscore, subscript = key.rpartition("_")
    if not underscore or not subscript or not all(c in indices or c == "," for c in subscript):
        return None
    numbers = [str(indices[c]) for c in subscript if c != ","]
    for joined in ("".join(numbers), ",".join(numbers)):
        if model.known(f"{base}_{joined}"):
            return f"{base}_{joined}"
    # a single unit is written without its index
    return base if model.known(base) and set(numbers) <= {"0", "1"} else None


def _sum(frame: _Frame, node: t.Sum) -> Value:
    found: Value | None = None
    for negative, body in node.terms:
        term = frame.evaluate(body)
        if found is None:
            found = v.mapped(v.negate, term) if negative else term
        else:
            found = v.combined(v.subtract if negative else v.add, found, term)
    assert found is not None
    return found


def _product(frame: _Frame, node: t.Product) -> Value:
    found = frame.evaluate(node.factors[0])
    for factor in node.factors[1:]:
        found = multiplied(found, frame.evaluate(factor), node.sign)
    return found


def multiplied(left: Value, right: Value, sign: str) -> Value:
    """A product of two values: of matrices where they fit as matrices, else cell by cell."""
    if isinstance(left, Dual) or isinstance(right, Dual) or sign == "o":
        return v.combined(v.multiply, left, right)
    if left.shape[1] == right.shape[0]:
        return v.matrix_product(left, right)
    if sign != "@" and left.shape == right.shape:
        return v.combined(v.multiply, left, right)
    return v.matrix_product(left, right)


def _quotient(frame: _Frame, node: t.Quotient) -> Value:
    return v.combined(v.divide, frame.evaluate(node.top), frame.evaluate(node.bottom))


def _power(frame: _Frame, node: t.Power) -> Value:
    base, exponent = frame.evaluate(node.base), frame.number(node.exponent)
    return v.mapped(lambda cell: v.power(cell, exponent), base)


def _call(frame: _Frame, node: t.Call) -> Value:
    arguments = [frame.evaluate(argument) for argument in node.arguments]
    name = node.function
    if name in ("max", "min"):
        sign = 1 if name == "max" else -1
        if len(arguments) == 1 and isinstance(arguments[0], Array):
            return v.largest(arguments[0].cells(), sign)
        found = arguments[0]
        for other in arguments[1:]:
            found = v.combined(lambda a, b: v.largest((a, b), sign), found, other)
        return found
    own = frame.world.model.function(name)
    if own is not None and not node.primes:
        if len(own.parameters) != len(arguments):
            raise NoValue(f"{name} takes {len(own.parameters)} arguments")
        bound = dict(zip(own.parameters, arguments, strict=True))
        return replace(frame, bound=bound, depth=frame.depth + 1).evaluate(own.body)
    if len(arguments) != 1:
        raise NoValue(f"{name} of {len(arguments)} arguments")
    (argument,) = arguments
    match name:
        case "softmax" | "log_softmax" if not node.primes:
            return v.softmax(argument, log=name == "log_softmax")
        case "norm":
            cells = argument.cells() if isinstance(argument, Array) else (argument,)
            return v.apply("sqrt", v.total([v.multiply(c, c) for c in cells]))
        case "diag":
            return _diagonal(argument)
    if not v.is_function(name):
        raise Unknown(name)
    return v.mapped(lambda cell: v.apply(name, cell, node.primes), argument)


def _diagonal(value: Value) -> Value:
    if isinstance(value, Dual):
        return value
    if not value.is_vector:
        raise Shapes("diag of a matrix")
    cells = value.cells()
    zero = v.constant(0)
    return Array(
        tuple(
            tuple(cell if i == j else zero for j in range(len(cells)))
            for i, cell in enumerate(cells)
        )
    )


def _matrix(frame: _Frame, node: t.Matrix) -> Value:
    rows = [[frame.number(cell) for cell in row] for row in node.rows]
    if len({len(row) for row in rows}) != 1:
        raise Shapes("the rows of a matrix have different lengths")
    return v.simplest(Array(tuple(tuple(row) for row in rows)))


def _big_sum(frame: _Frame, node: t.BigSum) -> Value:
    terms = [
        replace(frame, indices={**frame.indices, **here}).evaluate(node.body)
        for here in _ranges(frame, node)
    ]
    if node.sign == "mean" and terms:
        return v.combined(v.divide, _added(terms), v.constant(len(terms)))
    if node.sign == "sum":
        return _added(terms)
    numbers = [term for term in map(v.simplest, terms) if isinstance(term, Dual)]
    if len(numbers) < len(terms):
        raise Shapes("a product of matrices over an index")
    return v.product(numbers) if node.sign == "prod" else v.largest(numbers)


def _added(terms: list[Value]) -> Value:
    found = terms[0]
    for term in terms[1:]:
        found = v.combined(v.add, found, term)
    if len(terms) == 1 and isinstance(found, Array) and found.is_vector:
        return v.total(found.cells())  # a sum without an index runs over what it stands before
    return found


def _ranges(frame: _Frame, node: t.BigSum) -> list[dict[str, int]]:
    """The values of the index, as stated or as the names under the sum have them."""
    if node.index is None:
        return [{}]
    if node.lower is not None and node.upper is not None:
        low, high = frame.number(node.lower).value, frame.number(node.upper).value
        if high - low > LONGEST_SUM:
            raise NoValue("a sum of too many terms")
        return [{node.index: i} for i in range(int(low), int(high) + 1)]
    found = index_range(frame.world.model, node, frame.indices)
    if not found:
        raise NoValue(f"the range of {node.index} is not known")
    return [{node.index: i} for i in found]


def index_range(model: Model, node: t.BigSum, indices: Mapping[str, int]) -> list[int]:
    """The values of an index for which every name under the sum means a quantity."""
    names = [
        name for name in t.walk(node.body) if isinstance(name, t.Name) and _has(name, node.index)
    ]
    if not names:
        return []
    found = []
    for i in range(1000):
        here = {**indices, str(node.index): i}
        if all(_means(model, name, here) for name in names):
            found.append(i)
        elif i > 1:
            break
    if found[:2] == [0, 1] and not any(model.known(_at(n.key, node.index, 0)) for n in names):
        return [0]  # every name is a single unit's
    return found


def _has(name: t.Name, index: str | None) -> bool:
    return index is not None and index in name.key.rpartition("_")[2] and "_" in name.key


def _at(key: str, index: str | None, value: int) -> str:
    base, _, subscript = key.rpartition("_")
    return f"{base}_{subscript.replace(str(index), str(value))}"


def _means(model: Model, name: t.Name, indices: Mapping[str, int]) -> bool:
    try:
        resolved(model, name, indices)
    except Unknown:
        return False
    return True


def _cases(frame: _Frame, node: t.Cases) -> Value:
    for value, condition in node.lines:
        if condition is None or _holds(frame, condition):
            return frame.evaluate(value)
    raise NoValue("no case applies")


def _holds(frame: _Frame, condition: t.Chain) -> bool:
    for left, right in zip(condition.segments, condition.segments[1:], strict=False):
        a, b = frame.number(left.body).value, frame.number(right.body).value
        test = _TESTS.get(right.relation or "")
        if test is None:
            raise NoValue("a condition that is no comparison")
        if not test(a, b):
            return False
    return True


_TESTS: Mapping[str, Callable[[v.Real, v.Real], bool]] = {
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
    "=": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
}


def _derivative_node(frame: _Frame, node: t.Derivative) -> Value:
    if frame.moved is not None:
        raise NoValue("a derivative of a derivative")
    if node.of is None:
        raise NoValue("a derivative of nothing")
    return _derivative(frame, node.of, node.by, local=False)


def _derivative(frame: _Frame, of: t.Node, by: t.Node, local: bool) -> Value:
    if isinstance(by, t.Transposed):
        return v.transposed(_derivative(frame, of, by.body, local))
    if not isinstance(by, t.Name):
        raise NoValue("a derivative by something that is no name")
    world = frame.world
    if by.key in frame.bound:
        raise NoValue("a derivative by a bound name")
    key, state = resolved(world.model, by, frame.indices)
    if state == "after":
        of_after = _unmarked(of)
        return _derivative(replace(frame, world=world.after), of_after, replace(by, mark=""), local)
    if local and isinstance(of, t.Name):
        of = world.model.definition(resolved(world.model, of, frame.indices)[0]) or of
    target, element = key, world.model.element(key)
    if element is not None:
        target = element.array
        here = (element.row, element.column)
        value = world.value(target)
        if isinstance(value, Array) and value.is_vector and value.shape[0] <= here[0]:
            here = here[::-1]
        return _slope(frame, of, (target, *here), local)
    at = world.value(key)
    if isinstance(at, Dual):
        return _slope(frame, of, (key, 0, 0), local)
    rows, columns = at.shape
    cells = [[_slope(frame, of, (key, i, j), local) for j in range(columns)] for i in range(rows)]
    flat = [v.simplest(cell) for row in cells for cell in row]
    if all(isinstance(cell, Dual) for cell in flat):
        made = tuple(tuple(v.simplest(cell) for cell in row) for row in cells)
        return Array(made)  # type: ignore[arg-type]  # all are duals
    if not at.is_vector:
        raise NoValue("the derivative of an array by a matrix")
    # a vector by a vector: one row an output, one column an input
    columns_of = [cell.cells() for cell in flat if isinstance(cell, Array) and cell.is_vector]
    if len(columns_of) < len(flat):
        raise NoValue("the derivative of a matrix by a vector")
    return Array(tuple(zip(*columns_of, strict=True)))


def cell_key(model: Model, key: str, row: int, column: int) -> tuple[str, int, int]:
    """What to move for one cell of an array: the quantity that stands there, or the cell itself."""
    definition = model.definition(key)
    if isinstance(definition, t.Matrix):
        cell = definition.rows[row][column]
        if isinstance(cell, t.Name) and model.known(cell.key):
            return cell.key, 0, 0
    return key, row, column


def _slope(frame: _Frame, of: t.Node, moved: tuple[str, int, int], local: bool) -> Value:
    inner = _Frame(frame.world, moved, local, frame.indices, frame.bound, frame.depth + 1)
    return v.slopes(inner.evaluate(of))


def _unmarked(node: t.Node) -> t.Node:
    return replace(node, mark="") if isinstance(node, t.Name) else node


def _dots(_frame: _Frame, _node: t.Node) -> Value:
    raise LeftOut("a part of the formula is left out")


def _words(_frame: _Frame, node: t.Words) -> Value:
    raise Unknown(node.text)


_RULES: Mapping[type, Callable[..., Value]] = {
    t.Number: lambda _, node: literal(node),
    t.Name: _name,
    t.Sum: _sum,
    t.Product: _product,
    t.Quotient: _quotient,
    t.Power: _power,
    t.Negated: lambda frame, node: v.mapped(v.negate, frame.evaluate(node.body)),
    t.Call: _call,
    t.Derivative: _derivative_node,
    t.Matrix: _matrix,
    t.Transposed: lambda frame, node: v.transposed(frame.evaluate(node.body)),
    t.BigSum: _big_sum,
    t.Cases: _cases,
    t.Dots: _dots,
    t.Words: _words,
}


_NOTHING = DocumentModel()
