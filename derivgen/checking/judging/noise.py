"""How far a result can be off, in a document that goes on with rounded numbers and does not show them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import Printed, is_numeric, printed_number
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import Dual, NoValue, Real, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.judging.carried import after_as_printed
from derivgen.checking.judging.remembered import gradients, last_printed, remembered_step
from derivgen.checking.judging.spread import spread
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t

#: points at which what is computed on the way is moved
_POINTS = 3
#: gradients are rounded as well as the values that are moved here, and a step after the other
_MARGIN = 4
#: so many printed numbers are moved one by one
_MOST_CELLS = 64
#: networks of more quantities are left alone
_MOST_QUANTITIES = 400


@dataclass(frozen=True)
class Noise:
    """How far the numbers of a result may be off by roundings on the way: as far as it moves when everything that
    is computed is moved by a unit of its last place, and what follows with it; for a rule of training that keeps
    numbers of its own, half the step."""

    here: Standing
    subject: t.Node
    #: what the result is at moved points, by the digits that are kept
    _known: dict[int, tuple[Value, ...]] = field(default_factory=dict, init=False, repr=False)

    def of(self, number: Printed, cell: tuple[int, int] | None = None) -> Real:
        """How far a printed number may be off; of an array, in a cell."""
        exact = _number_at(self.here.actual, self.subject, cell)
        if exact is None:
            return mpmath.mpf(0)
        # sums may cancel wherever their terms are moved to, and are rounded nevertheless
        least = _MARGIN * mpmath.mpf(10) ** -self.here.decimals
        found = max(least, _part_of_step(self.here, self.subject, exact, number.value, cell))
        digits = max(len(number.text.lstrip("-0.").replace(".", "")), 1)
        found = max(
            found, _of_paths(self.here, self.subject, cell) * mpmath.mpf(10) ** (1 - digits)
        )
        values = (v.number_in(value, cell) for value in self._values(digits))
        return max([found, *(_MARGIN * abs(at - exact) for at in values if at is not None)])

    def after_prints(self, cell: tuple[int, int] | None = None) -> Real | None:
        """What comes of the new parameters as they were printed, where it comes of these; of a parameter, what a rule
        with a memory makes of its printed gradients."""
        if not isinstance(self.subject, t.Name) or self.subject.mark not in UPDATE_MARKS:
            return None
        value = after_as_printed(self.here, self.subject)[0]
        if value is None:
            value = remembered_step(self.here, self.subject)[0]
        return None if value is None else v.number_in(value, cell)

    def _values(self, digits: int) -> tuple[Value, ...]:
        if digits not in self._known:
            self._known[digits] = tuple(self._at_moved(digits))
        return self._known[digits]

    def _at_moved(self, digits: int) -> Iterator[Value]:
        model = self.here.actual.model
        if sum(1 for key in model.names() if model.definition(key)) > _MOST_QUANTITIES:
            return
        for seed in range(_POINTS):
            with suppress(NoValue):
                yield _disturbed(self.here, digits, seed).evaluate(self.subject)


def slack_of_print(here: Standing, subject: t.Node, cell: tuple[int, int] | None) -> Real:
    """How far a value may be off that rests on rounded numbers which the document prints, where it does not say
    how they are computed; of an array, in a cell."""
    exact = _number_at(here.actual, subject, cell)
    found = mpmath.mpf(0)
    worked = {} if exact is None else {**_worked_out(here, subject), **_renewed(here, subject)}
    if exact is None or not (worked or here.actual.is_rounded(subject)):
        return found
    model = here.actual.model

    def half_a_unit(key: str, _: Dual) -> Real:
        if key in worked:
            return worked[key]
        given = model.given(key)
        numbers = () if given is None else t.walk(given)
        decimals = [n.decimals for n in numbers if isinstance(n, t.Number)]
        return mpmath.mpf(10) ** -max(decimals, default=0) / 2

    printed = sorted(here.actual.read_off | model.opaque)
    keys = [key for key in printed if model.given(key) is not None and key not in worked]
    keys += worked
    for world in _moved(here.actual, keys, half_a_unit):
        value = _number_at(world, subject, cell)
        if value is not None:
            found = max(found, 2 * abs(value - exact))
    # moved together, numbers may make up for one another
    return max(found, _one_by_one(here.actual, keys, half_a_unit, subject, cell, exact))


def _worked_out(here: Standing, subject: t.Node) -> dict[str, Real]:
    """What a value rests on that is known by a calculation with rounded numbers alone, and how far that is off."""
    world = here.actual
    keys = set(t.names_in(subject))
    keys = keys.union(*map(world.ancestry.upstream, keys))
    found: dict[str, Real] = {}
    for key in sorted(keys):
        node = world.model.definition(key)
        off = spread(here, node) if node is not None and is_numeric(node) else 0
        given = world.model.given(key) if node is None and key in world.model.worked_out else None
        number = None if given is None else printed_number(given)
        if number is not None and number.decimals > 2 and not world.model.is_parameter(key):
            off = number.unit / 2  # the result is all that is kept
        if off:
            found[key] = off
    return found


def _renewed(here: Standing, subject: t.Node) -> dict[str, Real]:
    """The parameters that a value rests on after a step of which only rounded numbers are known, and how far they may
    be off."""
    world = here.actual
    if not world.is_renewed_by_prints(subject):
        return {}
    keys = set(t.names_in(subject))
    keys = keys.union(*map(world.ancestry.upstream, keys))
    parameters = sorted(filter(world.model.is_parameter, keys))
    entries = ((key, here.ledger.of(t.Name(key))) for key in parameters)
    part = 1 if here.cuts else mpmath.mpf("0.5")
    return {key: part * printed[-1].printed.unit for key, printed in entries if printed}


def _each_moved(value: Value, by: Callable[[Dual], Real]) -> Iterator[Value]:
    """A value with each of its numbers moved by itself."""
    if isinstance(value, Dual):
        yield Dual(value.value + by(value))
        return
    for i, row in enumerate(value.rows):
        for j, cell in enumerate(row):
            new = (*row[:j], Dual(cell.value + by(cell)), *row[j + 1 :])
            yield replace(value, rows=(*value.rows[:i], new, *value.rows[i + 1 :]))


def _one_by_one(
    world: World,
    keys: Sequence[str],
    by: Callable[[str, Dual], Real],
    subject: t.Node,
    cell: tuple[int, int] | None,
    exact: Real,
) -> Real:
    """How far a value moves in all with each number of some quantities, where these are few."""
    moved: dict[str, list[Value]] = {}
    for key in keys:
        with suppress(NoValue):
            value = v.simplest(world.value(key))
            moved[key] = list(_each_moved(value, partial(by, key)))
    total = mpmath.mpf(0)
    if sum(map(len, moved.values())) > _MOST_CELLS:
        return total
    for key, values in moved.items():
        for value in values:
            reached = _number_at(replace(world, rounded={key: value}), subject, cell)
            total += 0 if reached is None else abs(reached - exact)
    return total


def _number_at(world: World, subject: t.Node, cell: tuple[int, int] | None) -> Real | None:
    try:
        return v.number_in(world.evaluate(subject), cell)
    except NoValue:
        return None


def _disturbed(here: Standing, digits: int, seed: int) -> World:
    """The point with everything that is computed moved by a unit of its last place."""

    def moved(key: str, value: Value) -> Value:
        generator = random.Random(f"noise {seed} {key}")

        def cell_moved(cell: Dual) -> Dual:
            unit = mpmath.mpf(10) ** -here.decimals
            unit = max(unit, abs(cell.value) * mpmath.mpf(10) ** (1 - digits))
            return Dual(cell.value + generator.choice((-1, 1)) * unit, cell.slope)

        return v.mapped(cell_moved, value)

    return replace(here.actual, disturbed=moved)


def _moved(world: World, keys: Sequence[str], by: Callable[[str, Dual], Real]) -> Iterator[World]:
    """The same point with each of some quantities moved up or down, at random; cell by cell."""
    for seed in range(_POINTS):
        generator = random.Random(f"noise {seed}")
        rounded: dict[str, Value] = {}
        for key in keys:
            try:
                value = v.simplest(world.value(key))
            except NoValue:
                continue
            rounded[key] = v.mapped(partial(_moved_cell, generator, partial(by, key)), value)
        yield replace(world, rounded=rounded)


def _moved_cell(generator: random.Random, by: Callable[[Dual], Real], cell: Dual) -> Dual:
    return Dual(cell.value + generator.choice((-1, 1)) * by(cell))


def _of_paths(here: Standing, subject: t.Node, cell: tuple[int, int] | None) -> Real:
    """How much comes to a derivative over its paths in all, where they make up for one another: each slope on the
    way is rounded by itself."""
    total = mpmath.mpf(0)
    if not isinstance(subject, t.Derivative) or not isinstance(subject.of, t.Name):
        return total
    by, world = subject.by, here.actual
    if not isinstance(by, t.Name) or cell is not None:
        return total
    for key in world.ancestry.between(subject.of.key, by.key):
        if by.key not in world.ancestry.reads(key):
            continue
        try:
            onward = v.scalar(world.derivative(subject.of, t.Name(key)))
            first = v.scalar(world.derivative(t.Name(key), by, local=True))
        except NoValue:
            continue
        if onward is not None and first is not None:
            total += abs(onward * first)
    return total


def _part_of_step(
    here: Standing, subject: t.Node, new: Real, printed: Real, cell: tuple[int, int] | None
) -> Real:
    """Half of how far a parameter moves, where the rule of training keeps numbers of its own; all of it where
    it would not move, or where it stays because its gradient is rounded to 0: such a rule makes a whole step of
    what rounding has left of 0."""
    nothing = mpmath.mpf(0)
    if not isinstance(subject, t.Name) or subject.mark not in UPDATE_MARKS:
        return nothing
    if here.actual.model.step is None or not _is_trained(here.actual.model, subject.key):
        return nothing
    old = _number_at(here.actual, replace(subject, mark=""), cell)
    if old is None:
        return nothing
    if new == old or (printed == old and _has_no_digit(here, replace(subject, mark=""), cell)):
        return abs(printed - new)
    return abs(new - old) / 2


def _is_trained(model: Model, key: str) -> bool:
    """True for a parameter, and for an array that is made of such."""
    made = model.definition(key)
    if not isinstance(made, t.Matrix):
        return model.is_parameter(key)
    names = [cell.key for row in made.rows for cell in row if isinstance(cell, t.Name)]
    return bool(names) and all(map(model.is_parameter, names))


def _has_no_digit(here: Standing, parameter: t.Name, cell: tuple[int, int] | None) -> bool:
    """Whether the gradient by a parameter is less than the last digit that is printed here, or was printed as 0."""
    model = here.actual.model
    for token in gradients(model, here.ledger, parameter)[:1]:
        printed = last_printed(here.ledger, token)
        if printed is not None and v.number_in(printed[0], cell) == 0:
            return True
    loss = model.own_losses.get(parameter.key, model.loss)
    if not loss:
        return False
    try:
        slope = v.number_in(here.actual.derivative(t.Name(loss), parameter), cell)
    except NoValue:
        return False
    return slope is not None and abs(slope) < mpmath.mpf(10) ** -here.decimals
