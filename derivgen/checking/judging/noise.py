"""How far a result can be off, in a document that goes on with rounded numbers and does not show them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.printed import Printed
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import Dual, NoValue, Real, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t

#: points at which what is computed on the way is moved
_POINTS = 3
#: gradients are rounded as well as the values that are moved here, and a step after the other
_MARGIN = 4
#: networks of more quantities are left alone
_MOST_QUANTITIES = 400


def noise(here: Standing, subject: t.Node, number: Printed) -> Real:
    """How far a result may be off by roundings on the way: as far as it moves when everything that is computed
    is moved by a unit of its last place; for a rule of training that keeps numbers of its own, half the step."""
    exact = here.known_value(subject)
    if exact is None:
        return mpmath.mpf(0)
    # sums may cancel wherever their terms are moved to, and are rounded nevertheless
    least = _MARGIN * mpmath.mpf(10) ** -here.decimals
    found = max(least, _part_of_step(here, subject, exact, number.value))
    keys = [key for key in here.actual.model.names() if here.actual.model.definition(key)]
    if len(keys) <= _MOST_QUANTITIES:
        digits = max(len(number.text.lstrip("-0.").replace(".", "")), 1)

        def a_unit(_: str, cell: Dual) -> Real:
            least = mpmath.mpf(10) ** -here.decimals
            return max(least, abs(cell.value) * mpmath.mpf(10) ** (1 - digits))

        at, there = _point_of(here, subject)
        for world in _moved(at, keys, a_unit):
            value = _number_at(world, there, None)
            if value is not None:
                found = max(found, _MARGIN * abs(value - exact))
    return found


def slack_of_print(here: Standing, subject: t.Node, cell: tuple[int, int] | None) -> Real:
    """How far a value may be off that rests on rounded numbers which the document prints, where it does not say
    how they are computed; of an array, in a cell."""
    exact = _number_at(here.actual, subject, cell)
    found = mpmath.mpf(0)
    if exact is None or not here.actual.is_rounded(subject):
        return found
    model = here.actual.model

    def half_a_unit(key: str, _: Dual) -> Real:
        given = model.given(key)
        numbers = () if given is None else t.walk(given)
        decimals = [n.decimals for n in numbers if isinstance(n, t.Number)]
        return mpmath.mpf(10) ** -max(decimals, default=0) / 2

    keys = [key for key in here.actual.read_off if model.given(key) is not None]
    for world in _moved(here.actual, keys, half_a_unit):
        value = _number_at(world, subject, cell)
        if value is not None:
            found = max(found, 2 * abs(value - exact))
    return found


def _number_at(world: World, subject: t.Node, cell: tuple[int, int] | None) -> Real | None:
    try:
        return v.number_in(world.evaluate(subject), cell)
    except NoValue:
        return None


def _point_of(here: Standing, subject: t.Node) -> tuple[World, t.Node]:
    """Where something is computed: ``L^+`` is L at the point after the step."""
    if not isinstance(subject, t.Name) or here.actual.model.is_parameter(subject.key):
        return here.actual, subject
    if subject.mark in UPDATE_MARKS:
        with suppress(NoValue):
            return here.actual.after, replace(subject, mark="")
    return here.actual, subject


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


def _part_of_step(here: Standing, subject: t.Node, new: Real, printed: Real) -> Real:
    """Half of how far a parameter moves, where the rule of training keeps numbers of its own; all of it where
    it would not move: such a rule makes a whole step of what rounding has left of 0."""
    nothing = mpmath.mpf(0)
    if not isinstance(subject, t.Name) or subject.mark not in UPDATE_MARKS:
        return nothing
    if here.actual.model.step is None or not here.actual.model.is_parameter(subject.key):
        return nothing
    old = here.known_value(replace(subject, mark=""))
    if old is None:
        return nothing
    return abs(new - old) / 2 if new != old else abs(printed - old)
