"""Read columns of units off the equations of a network, where it has them.

A group of units is a computed array whose equation is a weighted sum: terms that are a parameter
times a reading of an earlier group, summed over that group, and terms that are a parameter alone
(biases).  What follows element by element (an activation, softmax) belongs to the same units.
Nothing here knows layers; equations of a user's own are read in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import sympy
from sympy.core.function import AppliedUndef

from derivgen.network.model import (
    Affine,
    Equation,
    Network,
    Ref,
    Role,
    Softmax,
    Term,
    Terms,
)


@dataclass(frozen=True)
class Weighted:
    """One sum of weights times the units of ``source``.  ``parameter`` is read at the indices
    ``free`` of the unit and ``bound`` of the source (the names of its axes, in order)."""

    parameter: Ref
    source: str
    free: tuple[str, ...]
    bound: tuple[str, ...]

    def weight(self, unit: tuple[int, ...], source: tuple[int, ...]) -> tuple[int, ...]:
        """The index of the parameter on the edge from an element of the source to a unit."""
        return _index_at(self.parameter, self.free + self.bound, unit + source)


@dataclass(frozen=True)
class Bias:
    """A parameter added to the sum; ``shared`` when every unit of the group reads the same one."""

    parameter: Ref
    free: tuple[str, ...]
    shared: bool

    def index(self, unit: tuple[int, ...]) -> tuple[int, ...]:
        """The index of the parameter that is added at a unit."""
        return _index_at(self.parameter, self.free, unit)


@dataclass(frozen=True)
class Group:
    """The units of one array.  ``head`` is the array that leaves the units (the activation);
    ``shape`` counts them, without the axis of samples, which is axis ``sample`` of the head."""

    head: str
    shape: tuple[int, ...]
    sample: int | None
    weighted: tuple[Weighted, ...] = ()
    bias: Bias | None = None

    @property
    def size(self) -> int:
        """The number of units."""
        total = 1
        for count in self.shape:
            total *= count
        return total

    def index(self, position: int) -> tuple[int, ...]:
        """The index of a unit by its position in reading order."""
        found: list[int] = []
        for count in reversed(self.shape):
            position, place = divmod(position, count)
            found.append(place)
        return tuple(reversed(found))


def _inside(expression: sympy.Expr) -> tuple[Term, ...]:
    """The terms of a sum, also of one that a function is applied to: ``sigmoid(w*x + b)``."""
    if isinstance(expression, AppliedUndef) and len(expression.args) == 1:
        (expression,) = expression.args
    return tuple(Term(part) for part in sympy.Add.make_args(expression))


Columns = tuple[tuple[Group, ...], ...]


def _index_at(ref: Ref, names: tuple[str, ...], values: tuple[int, ...]) -> tuple[int, ...]:
    at = dict(zip(names, values, strict=True))
    return tuple(int(part.value(at)) for part in ref.indices)


def _plain(indices: tuple[Affine, ...]) -> tuple[str, ...] | None:
    """The names of indices that are all plain and different from each other."""
    names = tuple(part.plain for part in indices)
    if any(name is None for name in names) or len(set(names)) < len(names):
        return None
    return tuple(name for name in names if name is not None)


class _Reader:
    """Collects the groups of one network, equation by equation."""

    def __init__(self, network: Network) -> None:
        self.network = network
        #: array that leaves the units -> its group and column
        self.groups: dict[str, tuple[Group, int]] = {}
        self.drawn: set[str] = set()

    def role(self, array: str) -> Role:
        return self.network.quantities[array].role

    def axes(self, ref: Ref) -> tuple[tuple[str, ...], int | None] | None:
        """The names of the indices without that of the sample, and its axis."""
        names = _plain(ref.indices)
        if names is None:
            return None
        sample = self.network.sample_index
        axis = names.index(sample) if sample is not None and sample in names else None
        return tuple(name for name in names if name != sample), axis

    def source(self, ref: Ref, bound: Mapping[str, int]) -> tuple[Group, int] | None:
        """The group that a term reads, when it reads each of its units once."""
        found = self.axes(ref)
        if found is None:
            return None
        names, axis = found
        shape = self.network.quantities[ref.array].shape
        counts = tuple(size for position, size in enumerate(shape) if position != axis)
        if set(names) != set(bound) or tuple(bound[name] for name in names) != counts:
            return None
        if ref.array in self.groups:
            return self.groups[ref.array]
        if self.role(ref.array) in (Role.INPUT, Role.CONSTANT):
            return Group(ref.array, counts, axis), 0
        return None

    def weighted(
        self, equation: Equation, term: Term, free: tuple[str, ...]
    ) -> tuple[Weighted, Group, int] | None:
        """A term as weights times units, with the group and column that it reads."""
        symbols = term.expression.args
        if not isinstance(term.expression, sympy.Mul) or len(symbols) != 2:
            return None
        if any(symbol not in equation.refs for symbol in symbols):
            return None
        refs = sorted(
            (equation.refs[symbol] for symbol in symbols),
            key=lambda ref: self.role(ref.array) is not Role.PARAMETER,
        )
        if [self.role(ref.array) is Role.PARAMETER for ref in refs] != [True, False]:
            return None
        bound = {index.name: index.size for index in term.bound if index.start == 0}
        found = self.source(refs[1], bound)
        if found is None or len(bound) != len(term.bound):
            return None
        names = self.axes(refs[1])
        if names is None or not self.reads(refs[0], free + names[0]):
            return None
        return Weighted(refs[0], refs[1].array, free, names[0]), *found

    def is_read(self, array: str) -> bool:
        return any(
            edge.source == array for group, _ in self.groups.values() for edge in group.weighted
        )

    def reads(self, parameter: Ref, allowed: tuple[str, ...]) -> bool:
        names = _plain(parameter.indices)
        return names is not None and set(names) <= set(allowed)

    def bias(self, equation: Equation, term: Term, free: tuple[str, ...]) -> Bias | None:
        ref = equation.refs.get(term.expression)
        if ref is None or term.bound or self.role(ref.array) is not Role.PARAMETER:
            return None
        if not self.reads(ref, free):
            return None
        return Bias(ref, free, shared=not ref.indices)

    def target(self, equation: Equation) -> tuple[tuple[str, ...], Group] | None:
        """The indices and the group of units that an equation computes all of."""
        found = self.axes(equation.target)
        if found is None or self.role(equation.target.array) is not Role.COMPUTED:
            return None
        names, axis = found
        shape = self.network.quantities[equation.target.array].shape
        ranges = {index.name: index for index in equation.free}
        for part, size in zip(_plain(equation.target.indices) or (), shape, strict=True):
            if part not in ranges or ranges[part].start != 0 or ranges[part].stop != size:
                return None
        counts = tuple(size for position, size in enumerate(shape) if position != axis)
        return names, Group(equation.target.array, counts, axis)

    def read_sum(self, equation: Equation) -> bool:
        """Take an equation that is a weighted sum as a group of units of its own."""
        target = self.target(equation)
        if target is None or not isinstance(equation.body, Terms):
            return False
        free, group = target
        terms = equation.body.terms
        if len(terms) == 1 and not terms[0].bound and terms[0].coefficient == 1:
            terms = _inside(terms[0].expression)
        weighted: list[Weighted] = []
        biases: list[Bias] = []
        sources: dict[str, tuple[Group, int]] = {}
        for term in terms:
            if term.coefficient != 1:
                return False
            edge = self.weighted(equation, term, free)
            if edge is not None:
                weighted.append(edge[0])
                sources[edge[1].head] = edge[1:]
                continue
            bias = self.bias(equation, term, free)
            if bias is None or biases:
                return False
            biases.append(bias)
        columns = {column for _, column in sources.values()}
        if len(columns) != 1:
            return False
        self.groups |= sources
        made = replace(group, weighted=tuple(weighted), bias=biases[0] if biases else None)
        self.groups[group.head] = made, columns.pop() + 1
        self.drawn.update(edge.parameter.array for edge in weighted)
        self.drawn.update(bias.parameter.array for bias in biases)
        return True

    def read_elementwise(self, equation: Equation) -> bool:
        """Let what an equation computes from units one by one leave those units instead."""
        target = self.target(equation)
        if target is None or len(equation.refs) != 1:
            return False
        (ref,) = equation.refs.values()
        found = self.groups.get(ref.array)
        if found is None or found[1] == 0 or self.is_read(ref.array):
            return False
        expected = equation.target.indices
        if isinstance(equation.body, Softmax):
            along, over = Affine.of(equation.body.along), Affine.of(equation.body.over.name)
            expected = tuple(over if part == along else part for part in expected)
        elif not isinstance(equation.body, Terms) or any(t.bound for t in equation.body.terms):
            return False
        if ref.indices != expected:
            return False
        group, column = found
        del self.groups[ref.array]
        self.groups[equation.target.array] = replace(group, head=equation.target.array), column
        return True


def _used(network: Network) -> Iterator[str]:
    for equation in network.equations:
        for ref in equation.refs.values():
            if network.quantities[ref.array].role is Role.PARAMETER:
                yield ref.array


def columns_of(network: Network) -> Columns | None:
    """The columns of units of a network, inputs first; None where it has another shape.

    Every parameter that an equation reads has to appear as a weight or a bias."""
    reader = _Reader(network)
    for stage in network.schedule:
        if stage.pinned:
            return None
        equation = network.equations[stage.equation]
        if not reader.read_sum(equation):
            reader.read_elementwise(equation)
    if not reader.drawn or not set(_used(network)) <= reader.drawn:
        return None
    columns: list[list[Group]] = []
    for group, column in reader.groups.values():
        columns.extend([] for _ in range(column + 1 - len(columns)))
        columns[column].append(group)
    order = {name: place for place, name in enumerate(network.quantities)}
    return tuple(tuple(sorted(part, key=lambda group: order[group.head])) for part in columns)
