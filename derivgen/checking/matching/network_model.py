"""A network as what claims are judged against.

Keys are ids of the network: ``W1[0,1]`` for an element (indices from 0), ``L`` for a scalar, ``W1`` for a
whole array and ``W1^T`` for its transposed, ``h[2,:]`` for a slice; ``rate`` is the learning rate.  Nothing is
built before somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
import sympy

from derivgen.checking.evaluating.model import Element, Function, StepRule
from derivgen.checking.matching import from_expression as made
from derivgen.checking.matching.optimiser_step import OptimiserStep
from derivgen.checking.maths import tree as t
from derivgen.derivation.instances import Instance, instance
from derivgen.formula.names import name_text, parse_name
from derivgen.network.functions import FUNCTIONS
from derivgen.network.model import Equation, Largest, Network, Quantity, Role, Softmax
from derivgen.network.optimisers import OPTIMISERS
from derivgen.network.scalar import ScalarFunction
from derivgen.network.task import Task
from derivgen.notation import Entry

#: the function whose value has no slope: no author can write it
HELD = "#held"

_KEY = re.compile(
    r"(?P<array>[^\[\]^]+)(?:\[(?P<index>(?:\d+|:)(?:,(?:\d+|:))*)\])?(?P<transposed>\^T)?"
)
_COMPUTED = (Role.COMPUTED, Role.LOSS)


def key_of(entry: Entry) -> str:
    """``W1[0,1]``, or ``L`` for a scalar."""
    array, index = entry
    return f"{array}[{','.join(map(str, index))}]" if index else array


@dataclass(frozen=True)
class NetworkModel:
    """The network of a task, as a :class:`~derivgen.checking.evaluating.model.Model`.

    A vector is a column; arrays of more than two axes have elements only.  Functions of the network
    that are not in the table as they stand there (a user's own, another slope, another convention at
    a kink) are defined by :meth:`function`.
    """

    task: Task
    _definitions: dict[str, t.Node | None] = field(default_factory=dict, init=False, repr=False)
    _functions: dict[str, Function | None] = field(default_factory=dict, init=False, repr=False)

    @property
    def network(self) -> Network:
        return self.task.network

    @property
    def loss(self) -> str | None:
        return self.network.loss

    @cached_property
    def rate(self) -> str | None:
        """The key of the learning rate; no quantity of the network has it."""
        name = "rate"
        while name in self.network.quantities:
            name += "_"
        return name

    @property
    def opaque(self) -> frozenset[str]:
        """Nothing: a network says how everything is computed."""
        return frozenset()

    @property
    def own_losses(self) -> Mapping[str, str]:
        """Nothing: a network has one loss."""
        return {}

    @property
    def kin(self) -> Mapping[str, tuple[str, ...]]:
        """Nothing: a network says how everything is computed."""
        return {}

    @property
    def renewed(self) -> Mapping[str, str]:
        """Nothing: training follows the network's optimiser."""
        return {}

    @property
    def worked_out(self) -> Mapping[str, frozenset[Fraction]]:
        """Nothing: a network says how everything is computed."""
        return {}

    @property
    def put_in(self) -> frozenset[str]:
        """Nothing: a network gives its values or computes them."""
        return frozenset()

    @property
    def in_letters(self) -> bool:
        """False: every cell of a network has its numbers."""
        return False

    @property
    def extents(self) -> Mapping[str, tuple[int, int]]:
        """Nothing: a network has its shapes in its values."""
        return {}

    @property
    def lists_stand(self) -> bool:
        """False: samples are rows, unless the document says otherwise."""
        return False

    @property
    def is_complete(self) -> bool:
        """True: a network says all."""
        return True

    def known(self, key: str) -> bool:
        return key == self.rate or self._found(key) is not None or self._slice(key) is not None

    def plain(self, key: str) -> str:
        return key

    def other_names(self) -> Iterable[str]:
        return ()

    def names(self) -> Iterator[str]:
        """All keys: scalars, elements, whole arrays of one or two axes, the learning rate."""
        for name, quantity in self.network.quantities.items():
            if quantity.shape:
                yield from (key_of((name, index)) for index in np.ndindex(*quantity.shape))
            if len(quantity.shape) <= 2:
                yield name
        assert self.rate is not None
        yield self.rate

    def entry(self, key: str) -> Entry | None:
        """The element (or scalar) that a key stands for; None for a whole array and what is unknown."""
        found = self._found(key)
        if found is None or (found[0].shape and not found[1]):
            return None
        return found[0].name, found[1]

    def array(self, key: str) -> Quantity | None:
        """The array that a key stands for as a whole (``W1``, ``W1^T``)."""
        found = self._found(key)
        return found[0] if found is not None and found[0].shape and not found[1] else None

    def _found(self, key: str) -> tuple[Quantity, tuple[int, ...]] | None:
        match = _KEY.fullmatch(key)
        quantity = self.network.quantities.get(match["array"]) if match else None
        if match is None or quantity is None:
            return None
        if match["index"] is None:
            axes = len(quantity.shape)
            return (quantity, ()) if axes <= 2 and (axes or not match["transposed"]) else None
        if ":" in match["index"]:
            return None
        index = tuple(int(i) for i in match["index"].split(","))
        inside = len(index) == len(quantity.shape) and all(
            i < n for i, n in zip(index, quantity.shape, strict=True)
        )
        return (quantity, index) if inside and not match["transposed"] else None

    def _slice(self, key: str) -> tuple[Quantity, tuple[tuple[tuple[int, ...], ...], ...]] | None:
        """The array that a key is a slice of (``h[2,:]``, ``x[:,0]^T``), and the rows of its elements' indices."""
        match = _KEY.fullmatch(key)
        quantity = self.network.quantities.get(match["array"]) if match else None
        if match is None or quantity is None or ":" not in (match["index"] or ""):
            return None
        at = match["index"].split(",")
        free = [axis for axis, part in enumerate(at) if part == ":"]
        fixed = [int(part) if part != ":" else 0 for part in at]
        inside = len(at) == len(quantity.shape) and all(
            i < n for i, n in zip(fixed, quantity.shape, strict=True)
        )
        if not inside or not 1 <= len(free) <= 2 or len(free) == len(at):
            return None

        def index(*numbers: int) -> tuple[int, ...]:
            put = dict(zip(free, numbers, strict=False))
            return tuple(put.get(axis, i) for axis, i in enumerate(fixed))

        sizes = [quantity.shape[axis] for axis in free]
        columns = range(sizes[1]) if len(sizes) == 2 else range(1)
        rows = tuple(tuple(index(i, j) for j in columns) for i in range(sizes[0]))
        return quantity, tuple(zip(*rows, strict=True)) if match["transposed"] else rows

    # --- definitions ------------------------------------------------------------------------

    def definition(self, key: str) -> t.Node | None:
        """What computes a quantity; a whole array is the matrix of its elements, given or not."""
        if key not in self._definitions:
            found, part = self._found(key), self._slice(key)
            if part is not None:
                quantity, rows = part
                cells = (tuple(_name((quantity.name, at)) for at in row) for row in rows)
                self._definitions[key] = t.Matrix(tuple(cells))
            else:
                self._definitions[key] = None if found is None else self._defined(key, *found)
        return self._definitions[key]

    def _defined(self, key: str, quantity: Quantity, index: tuple[int, ...]) -> t.Node | None:
        if quantity.shape and not index:
            rows = self._rows(quantity, lambda at: _name((quantity.name, at)))
            return t.Matrix(tuple(zip(*rows, strict=True)) if key.endswith("^T") else rows)
        if quantity.role not in _COMPUTED:
            return None
        own = instance(self.network, (quantity.name, index))
        return None if own is None else _body(own)

    def _rows(
        self, quantity: Quantity, cell: Callable[[tuple[int, ...]], t.Node]
    ) -> tuple[tuple[t.Node, ...], ...]:
        shape = quantity.shape
        if len(shape) == 1:
            return tuple((cell((i,)),) for i in range(shape[0]))
        return tuple(tuple(cell((i, j)) for j in range(shape[1])) for i in range(shape[0]))

    def given(self, key: str) -> t.Node | None:
        """The value of an input, a target, a constant, a parameter or the learning rate, as written."""
        if key == self.rate:
            rate = self.task.training.learning_rate
            return None if rate is None else made.number(getattr(rate, "text", None) or str(rate))
        part = self._slice(key)
        if part is not None and part[0].values is not None and part[0].role not in _COMPUTED:
            return t.Matrix(tuple(tuple(_given(part[0], at) for at in row) for row in part[1]))
        found = self._found(key)
        if found is None or found[0].values is None or found[0].role in _COMPUTED:
            return None
        quantity, index = found
        if quantity.shape and not index:
            rows = self._rows(quantity, lambda at: _given(quantity, at))
            return t.Matrix(tuple(zip(*rows, strict=True)) if key.endswith("^T") else rows)
        return _given(quantity, index)

    def element(self, key: str) -> Element | None:  # noqa: ARG002 (the model's signature)
        """Always None: an array is made of its elements here, not the other way round."""
        return None

    def is_parameter(self, key: str) -> bool:
        found = self._found(key) or self._slice(key)
        return found is not None and found[0].role is Role.PARAMETER and found[0].trained

    # --- functions --------------------------------------------------------------------------

    def function(self, key: str) -> Function | None:
        """A function of the network that the table does not have as it is here.

        ``key`` is its id, or another spelling of its printed name where one function that the network
        uses has it: ``gelu`` where the network takes the form with tanh, ``leaky_relu`` for a slope."""
        if key not in self._functions:
            own = self._function(key)
            table = own is None or own == FUNCTIONS.get(key)
            self._functions[key] = None if own is None or table else made.function_of(own)
        return self._functions[key]

    def _function(self, key: str) -> ScalarFunction | None:
        if key in self._used:
            return self._used[key]
        plain = _plain(key)
        alike = [
            own
            for own in self._used.values()
            if plain in (_plain(own.name), _plain(own.latex))
            or (own.parameters and own.name.startswith(f"{key}_"))
        ]
        return alike[0] if len(alike) == 1 else self.network.functions.get(key)

    @cached_property
    def _used(self) -> dict[str, ScalarFunction]:
        """The functions that the network's equations call, by their ids."""
        used: dict[str, ScalarFunction] = {}
        for equation in self.network.equations:
            for called in _calls(equation):
                used[called] = self.network.functions[called]
        return used

    # --- training ---------------------------------------------------------------------------

    @cached_property
    def step(self) -> StepRule | None:
        """How training changes a parameter, where that is not plain gradient descent."""
        optimiser = OPTIMISERS[self.task.training.optimiser]
        if optimiser.name == "gradient_descent":
            return None
        return OptimiserStep(optimiser, self.task.training.options)


def _name(entry: Entry) -> t.Name:
    key = key_of(entry)
    return t.Name(key, written=key)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _calls(equation: Equation) -> Iterable[str]:
    body = equation.body
    if isinstance(body, Largest | Softmax):
        return ()
    calls = set()
    for term in body.terms:
        calls |= {f.func.__name__ for f in term.expression.atoms(sympy.core.function.AppliedUndef)}
    return sorted(calls)


def _given(quantity: Quantity, index: tuple[int, ...]) -> t.Node:
    assert quantity.values is not None
    if quantity.exact is not None:
        text = quantity.exact[index]
        if text is not None and str(text):
            return made.number(str(text))
    return made.number(repr(float(quantity.values[index])))


# --- bodies ----------------------------------------------------------------------------------


def _body(own: Instance) -> t.Node:
    """The right side of an element's equation."""
    parts = [
        made.node_of(part.expression, {symbol: _name(e) for symbol, e in part.entries.items()})
        for part in own.summands
    ]
    match own.equation.body:
        case Largest(ties=ties):
            return _largest(parts, ties)
        case Softmax(log=log):
            assert own.own is not None
            mine = made.node_of(
                own.own.expression, {s: _name(e) for s, e in own.own.entries.items()}
            )
            whole = made.sum_of((False, t.Call("exp", (part,))) for part in parts)
            if log:
                return t.Sum(((False, mine), (True, t.Call("log", (whole,)))))
            return t.Quotient(t.Call("exp", (mine,)), whole)
    groups: dict[int, list[t.Node]] = {}
    for part, node in zip(own.summands, parts, strict=True):
        groups.setdefault(part.group, []).append(node)
    factors = {part.group: part.coefficient for part in own.summands}
    return made.sum_of(
        term for group, nodes in groups.items() for term in _scaled(nodes, factors[group])
    )


def _scaled(nodes: list[t.Node], coefficient: sympy.Rational) -> list[tuple[bool, t.Node]]:
    """The terms of one sum sign, with what stands before it."""
    factor = Fraction(int(coefficient.p), int(coefficient.q))
    if abs(factor) == 1:
        return [(factor < 0, node) for node in nodes]
    whole = made.sum_of((False, node) for node in nodes)
    above = [] if abs(factor.numerator) == 1 else [made.whole_number(abs(factor.numerator))]
    scaled = made.product_of([*above, whole])
    if factor.denominator != 1:
        scaled = t.Quotient(scaled, made.whole_number(factor.denominator))
    return [(factor < 0, scaled)]


def _largest(parts: list[t.Node], ties: str) -> t.Node:
    """The largest of some; its slope is that of the first of equal ones, their mean, or their sum."""
    largest = t.Call("max", tuple(parts))
    if ties == "first" or len(parts) == 1:
        return largest
    level = t.Call(HELD, (largest,))

    def where_largest(part: t.Node, then: t.Node) -> t.Node:
        test = t.Chain((t.Segment(None, part), t.Segment("=", level)))
        return t.Cases(((then, test), (made.whole_number(0), None)))

    moves = made.sum_of(
        (False, where_largest(p, t.Sum(((False, p), (True, t.Call(HELD, (p,))))))) for p in parts
    )
    if ties == "split":
        many = made.sum_of((False, where_largest(p, made.whole_number(1))) for p in parts)
        moves = t.Quotient(moves, many)
    return t.Sum(((False, level), (False, moves)))


def rate_name(task: Task) -> str:
    """The printed name of the learning rate in plain letters: ``eta``."""
    return name_text(parse_name(task.training.learning_rate_name))
