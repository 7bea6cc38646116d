"""Formulas evaluated at a point: every quantity of a model has a value there, or a reason for none.

A derivative is taken on the graph cut at the quantity in its denominator: that quantity is moved
by itself, whatever computes it, and everything that depends on it follows.  So d E / d out means what
an author means by it, for intermediates as for weights.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.big_sums import written_out
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.evaluation import Frame, Tokens, holds
from derivgen.checking.evaluating.literals import literal
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.resolving import UPDATE_MARKS, NotGiven, Open
from derivgen.checking.evaluating.slopes import cell_of, derivative
from derivgen.checking.evaluating.values import Array, Dual, NoValue, Real, Shapes, Value
from derivgen.checking.maths import tree as t

#: how the given quantities get their values at a point
Point = Literal["actual", "any", "positive", "small"]


#: how far from a stated value what is near it may be
NEAR = 0.01


@dataclass(frozen=True)
class World:
    """One point.

    ``point`` is ``actual`` for the stated values, or says from where random ones are drawn (the same
    ones for the same ``seed`` and key); ``stated`` overrides single values.  ``near`` keeps the stated
    data and draws parameters close to their stated values instead, where there are any.
    """

    model: Model
    point: Point = "actual"
    seed: int = 0
    near: bool = False
    #: how far from their stated values parameters are drawn then
    reach: float = NEAR
    stated: Mapping[str, Value] = field(default_factory=dict)
    #: training went on to here by a step that nobody can follow
    gone_on: bool = False
    #: parameters that training has changed by a rule that nobody can follow, and that are what was printed
    as_printed: frozenset[str] = frozenset()
    #: values that computed quantities are rounded to, as they were printed
    rounded: Mapping[str, Value] = field(default_factory=dict)
    #: what becomes of a computed quantity, by its key, before others are computed from it
    disturbed: Callable[[str, Value], Value] | None = None
    #: how much of the slope on its right a function has at a kink; None for what the table of functions says
    share: Real | None = None
    #: who reads whom, shared by the points of one model
    relations: Ancestry | None = None
    #: what evaluations are counted in
    budget: Budget = field(default_factory=Budget, repr=False)
    #: values by key, or the reason for none
    _memo: dict[str, Value | NoValue] = field(default_factory=dict, init=False, repr=False)
    _seeded: dict[tuple[object, ...], dict[str, Value | NoValue]] = field(
        default_factory=dict, init=False, repr=False
    )
    #: values of derivative tokens
    _derivatives: dict[tuple[t.Node, t.Node, bool], Value | NoValue] = field(
        default_factory=dict, init=False, repr=False
    )
    #: quantities that could not be computed, and have the values that were printed for them
    read_off: set[str] = field(default_factory=set, init=False, repr=False)
    _after: list[World] = field(default_factory=list, init=False, repr=False)

    @cached_property
    def ancestry(self) -> Ancestry:
        """Which quantity is computed from which."""
        return self.relations or Ancestry(self.model)

    @property
    def later(self) -> bool:
        """True for a point after an update: what was printed before it does not hold there."""
        return self.gone_on or self.step > 0

    def evaluate(self, node: t.Node, tokens: Tokens = "total") -> Value:
        """The value of a formula, without slopes; ``tokens`` says how its derivatives are meant.

        Raises NoValue."""
        return v.without_slopes(Frame(self, tokens=tokens).evaluate(node))

    def value(self, key: str) -> Value:
        """The value of a quantity.  Raises NoValue."""
        return Frame(self).quantity(key)

    def derivative(
        self, of: t.Node, by: t.Node, local: bool = False, held: frozenset[str] = frozenset()
    ) -> Value:
        """d of / d by; ``local`` takes the first equation alone and holds all other names fixed;
        ``held`` are quantities that nothing passes through."""
        return derivative(Frame(self, held=held), of, by, local)

    def written_out(self, node: t.Node) -> t.Node:
        """A formula with the terms of each sum over an index whose range is known here."""
        return written_out(Frame(self), node)

    def is_rounded(self, node: t.Node) -> bool:
        """Whether a formula's value rests on numbers of which only rounded ones are known."""
        known = self.read_off | self.model.put_in | self.model.opaque
        keys = set(t.names_in(node))
        if self.model.loss is not None and any(
            name.mark in UPDATE_MARKS for name in t.names_of(node)
        ):
            keys.add(self.model.loss)  # a step follows its slopes
        return self.is_renewed_by_prints(node) or any(
            key in known or not known.isdisjoint(self.ancestry.upstream(key)) for key in keys
        )

    def is_renewed_by_prints(self, node: t.Node) -> bool:
        """Whether a formula's value rests on parameters that came out of numbers which were read off what is printed,
        in a step before this point."""
        if not self.as_printed and not any(world.read_off for world in self.history[:-1]):
            return False
        keys = set(t.names_in(node))
        return any(map(self.model.is_parameter, keys.union(*map(self.ancestry.upstream, keys))))

    def compares(self, left: t.Node, right: t.Segment) -> bool:
        """Whether an inequality holds here.  Raises NoValue."""
        return holds(Frame(self), t.Chain((t.Segment(None, left), right)))

    @property
    def after(self) -> World:
        """The point after one step of training.  Raises NoValue where that has none."""
        if not self._after:
            self._after.append(self.stepped({}))
        return self._after[0]

    def stepped(self, slopes: Mapping[str, Value]) -> World:
        """The point after one step, with gradients by some parameters as they are given.  Raises NoValue where
        there is no step."""
        return _after_step(self, slopes)

    @property
    def history(self) -> list[World]:
        """The point before each step of training up to this one, and this one."""
        update = _last_update(self.stated)
        return [*(() if update is None else update.world.history), self]

    @property
    def onward(self) -> World:
        """The point after one step of training; one without parameters where nobody can follow it."""
        try:
            return self.after
        except (NoValue, OutOfWork):
            return World(
                self.model,
                stated=_Unstated(self.model),
                gone_on=True,
                share=self.share,
                relations=self.ancestry,
                budget=self.budget,
            )

    def with_data(self, data: Mapping[str, Value]) -> World:
        """The same point with other data."""
        return replace(self, stated=_Restated(self.stated, data), relations=self.ancestry)

    @property
    def step(self) -> int:
        """How many updates lie before this point."""
        update = _last_update(self.stated)
        return 0 if update is None else update._count

    def as_carried(self, key: str, value: Value) -> Value:
        """What a quantity that has come to a value is carried on as."""
        if self.disturbed is None:
            return value
        made = self.model.definition(key)
        if isinstance(made, t.Matrix):
            return value  # its cells are what they are
        renewed = key in self.stated and self.model.is_parameter(key)
        return self.disturbed(key, value) if renewed or made is not None else value

    def drawn(self, key: str) -> Value:
        """The value of a given quantity at this point."""
        if key in self.stated:
            return self.stated[key]
        node = self.model.given(key)
        if self.later and key in self.model.opaque:
            raise NotGiven(key)
        if self.point == "actual":
            if node is None:
                raise NotGiven(key)
            return literal(node)
        generator = random.Random(f"{self.seed}:{key}")
        if node is None:
            rows, columns = self.model.extents.get(key, (1, 1))
            if rows == columns == 1:
                return _drawn(generator, self.point)
            return Array(
                tuple(
                    tuple(_drawn(generator, self.point) for _ in range(columns))
                    for _ in range(rows)
                )
            )
        stated = literal(node)
        if self.near:
            # what a step changes is no data; but a network's own optimiser begins where its author's states do
            changed = key in self.model.renewed and not self.model.is_complete
            if not changed and not self.model.is_parameter(key):
                return stated
            return v.mapped(
                lambda c: v.constant(c.value + generator.uniform(-self.reach, self.reach)), stated
            )
        return v.mapped(lambda _: _drawn(generator, self.point), stated)


def _drawn(generator: random.Random, point: Point) -> Dual:
    size = generator.uniform(0.1, 0.9) if point != "any" else generator.uniform(0.3, 1.5)
    if point == "any" and generator.random() < 0.5:
        size = -size
    if point == "small":
        size /= 8
    return v.constant(size)


def _after_step(world: World, slopes: Mapping[str, Value]) -> World:
    """The model's own step (gradient descent, unless it says otherwise) on all of its parameters."""
    model = world.model
    if not model.renewed:
        # what has a rule of its own can be followed without these
        if model.loss is None:
            raise NoValue("there is no loss to descend")
        if model.rate is None:
            raise NotGiven("the learning rate")
    rate = None if model.rate is None else world.value(model.rate)
    if rate is not None and not isinstance(rate, Dual):
        raise Shapes("the learning rate is a matrix")
    loss = None if model.loss is None else t.Name(model.loss)
    updated = _Updated(world, rate, loss, slopes)
    stated: Mapping[str, Value] = updated
    if isinstance(world.stated, _Restated):
        data = {key: value for key, value in world.stated.data.items() if key not in updated}
        stated = _Restated(updated, data)
    return replace(world, stated=stated, rounded={}, relations=world.ancestry)


@dataclass(frozen=True)
class _Updated(Mapping[str, Value]):
    """The parameters after one step, each computed when it is asked for."""

    world: World
    rate: Dual | None
    loss: t.Name | None
    #: gradients by parameters that are not worked out here
    slopes: Mapping[str, Value]
    #: what the step keeps for the next one, cell by cell
    _states: dict[str, list[tuple[v.Real, ...]]] = field(
        default_factory=dict, init=False, repr=False
    )

    def __contains__(self, key: object) -> bool:
        model = self.world.model
        return isinstance(key, str) and (key in model.renewed or model.is_parameter(key))

    def __getitem__(self, key: str) -> Value:
        renewed = self.world.model.renewed.get(key)
        if renewed is not None:
            return self.world.value(renewed)
        if self.loss is None:
            raise Open(f"what a step makes of {key} is not said")
        rate = self.rate
        if rate is None:
            raise NotGiven("the learning rate")
        old, slope = self.world.value(key), self._slope(key)
        step = self.world.model.step
        if step is None:
            return v.combined(lambda a, b: v.subtract(a, v.multiply(rate, b)), old, slope)
        before = _last_update(self.world.stated)
        memory = before._kept(key) if before is not None else []
        kept = self._states[key] = []

        def moved(weight: Dual, gradient: Dual) -> Dual:
            states = memory[len(kept)] if memory else ()
            new, left = step(weight.value, gradient.value, rate.value, states, self._count)
            kept.append(left)
            return Dual(new)

        return v.combined(moved, old, slope)

    def _slope(self, key: str) -> Value:
        """The gradient by a parameter."""
        own = self.world.model.own_losses.get(key)
        if own == "":
            raise Open("which loss the step descends is not said")
        if key in self.slopes:
            return self.slopes[key]
        loss = self.loss if own is None else t.Name(own)
        assert loss is not None
        return self.world.derivative(loss, t.Name(key))

    def _kept(self, key: str) -> list[tuple[v.Real, ...]]:
        if key not in self._states:
            self[key]
        return self._states[key]

    @property
    def _count(self) -> int:
        """The number of this step, from 1."""
        before = _last_update(self.world.stated)
        return 1 if before is None else before._count + 1

    def __iter__(self) -> Iterator[str]:  # pragma: no cover
        return (key for key in self.world.model.names() if key in self)

    def __len__(self) -> int:  # pragma: no cover
        return sum(1 for _ in self)


def _last_update(stated: Mapping[str, Value]) -> _Updated | None:
    while isinstance(stated, _Restated):
        stated = stated.below
    return stated if isinstance(stated, _Updated) else None


@dataclass(frozen=True)
class _Restated(Mapping[str, Value]):
    """Stated values with some data given anew."""

    below: Mapping[str, Value]
    data: Mapping[str, Value]

    def __contains__(self, key: object) -> bool:
        return key in self.data or key in self.below

    def __getitem__(self, key: str) -> Value:
        return self.data[key] if key in self.data else self.below[key]

    def __iter__(self) -> Iterator[str]:  # pragma: no cover
        return iter({*self.data, *self.below})

    def __len__(self) -> int:  # pragma: no cover
        return len({*self.data, *self.below})


@dataclass(frozen=True)
class _Unstated(Mapping[str, Value]):
    """Parameters that have no value, since nobody says how they are changed."""

    model: Model

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.model.is_parameter(key)

    def __getitem__(self, key: str) -> Value:
        raise NotGiven(key)

    def __iter__(self) -> Iterator[str]:
        return (key for key in self.model.names() if key in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Around(Mapping[str, Value]):
    """Values close to others, which have been reached by training."""

    model: Model
    reached: Mapping[str, Value]
    seed: int
    reach: float = NEAR

    def __contains__(self, key: object) -> bool:
        # an array that is made of named cells is where these are
        made = isinstance(key, str) and isinstance(self.model.definition(key), t.Matrix)
        return key in self.reached and not made

    def __getitem__(self, key: str) -> Value:
        element = self.model.element(key)
        if element is not None and element.array in self:
            return cell_of(self[element.array], element)
        generator = random.Random(f"{self.seed}:{key}")
        return v.mapped(
            lambda c: v.constant(c.value + generator.uniform(-self.reach, self.reach)),
            self.reached[key],
        )

    def __iter__(self) -> Iterator[str]:  # pragma: no cover
        return (key for key in self.reached if key in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
