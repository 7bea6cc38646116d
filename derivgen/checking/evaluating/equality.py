"""Are two formulas equal?  Decided by their values at points, at 30 digits, never by rewriting them.

A true equation holds at every point and a false one fails at almost all, so a few decide both ways,
and a false claim costs no more than a true one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

import mpmath

from derivgen.checking.evaluating import at_kinks
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.evaluation import CELLS, LAYOUTS, Tokens
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.resolving import LeftOut, NotGiven, Open, Unknown
from derivgen.checking.evaluating.shares import drawn_shares, share_groups
from derivgen.checking.evaluating.values import Array, Dual, NoValue, Shapes, Value
from derivgen.checking.evaluating.world import Around, Point, World
from derivgen.checking.maths import tree as t

DIGITS = 30
#: relative difference below which two values at 30 digits are one
CLOSE = mpmath.mpf("1e-18")
#: values under this count as if they were as large
SMALL = mpmath.mpf("1e-9")
#: points to agree at, and to try before giving up
ENOUGH, TRIES = 4, 9

#: how far from their stated values parameters are drawn, to see whether that matters
FAR = 2.0


class Outcome(Enum):
    EQUAL = "equal"
    DIFFERENT = "different"
    #: their shapes differ
    MISFIT = "misfit"
    #: a name means nothing, a part is left out, no point has a value
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Comparison:
    outcome: Outcome
    reason: NoValue | None = None

    def __bool__(self) -> bool:
        return self.outcome is Outcome.EQUAL


@dataclass(frozen=True)
class Equality:
    """Comparisons by one model; the points are made once."""

    model: Model
    budget: Budget = field(default_factory=Budget)
    #: where the document stands, if that is not at the stated values
    here: World | None = None

    @cached_property
    def ancestry(self) -> Ancestry:
        """Which quantity is computed from which."""
        return Ancestry(self.model)

    @cached_property
    def points(self) -> tuple[World, ...]:
        """Points all over the domain.

        Of both signs and positive in turn: where everything is positive, no rectifier is dead, and
        a formula cannot pass by being 0 all through."""
        kinds: Sequence[Point] = ("any", "positive", "any", "positive", "any", "positive")
        kinds = (*kinds, "small", "small", "small")
        return tuple(
            World(self.model, kind, seed, relations=self.ancestry, budget=self.budget)
            for seed, kind in enumerate(kinds[:TRIES])
        )

    @cached_property
    def stated(self) -> World:
        """The point where the document stands."""
        return self.here or World(self.model, "actual", relations=self.ancestry, budget=self.budget)

    @cached_property
    def nearby(self) -> tuple[World, ...]:
        """Points close to where the document stands: on the same side of every kink as it."""
        stated = {} if self.here is None else self.here.stated
        return tuple(
            World(
                self.model,
                "any",
                100 + seed,
                near=True,
                stated=Around(self.model, stated, seed) if stated else {},
                relations=self.ancestry,
                budget=self.budget,
            )
            for seed in range(ENOUGH)
        )

    @cached_property
    def around(self) -> tuple[World, ...]:
        """Points with the stated data and any parameters: dead units come alive at some of them."""
        return tuple(replace(world, seed=200 + world.seed, reach=FAR) for world in self.nearby)

    def _has_nothing(self, node: t.Node) -> bool:
        """True for a formula with a derivative that is 0 everywhere in it, ``dh/dnet_2`` where h is computed
        before net_2."""
        return any(
            self._leads_nowhere(part) for part in t.walk(node) if isinstance(part, t.Derivative)
        )

    def _leads_nowhere(self, token: t.Derivative) -> bool:
        """True where a number is computed, and not from the other one."""
        of, by, model = token.of, token.by, self.model
        if not isinstance(of, t.Name) or not isinstance(by, t.Name) or of.mark or by.mark:
            return False
        node = model.definition(of.key)
        if node is None or isinstance(node, t.Matrix) or not model.known(by.key):
            return False
        if model.element(by.key) is not None or isinstance(model.definition(by.key), t.Matrix):
            return False
        return of.key != by.key and not self.ancestry.leads(of.key, by.key)

    def _is_chance(self, left: t.Node, right: t.Node, tokens: tuple[Tokens, Tokens]) -> bool:
        """True where two formulas are equal near the stated values only because a slope is 0 there."""
        if not self._rests_on_nothing(right, tokens[1]):
            return False
        return _at(self.around, left, right, tokens).outcome is Outcome.DIFFERENT

    def _rests_on_nothing(self, node: t.Node, tokens: Tokens) -> bool:
        """True for a formula with a slope, or a computed quantity, that is 0 near the stated values and not
        everywhere: behind a dead unit, whatever stands there makes no difference."""
        inside = {
            id(part)
            for token in t.walk(node)
            if isinstance(token, t.Derivative)
            for part in t.walk(token)
            if part is not token
        }
        return any(
            _is_zero(self.nearby, part, tokens) and not _is_zero(self.points, part, "total")
            for part in t.walk(node)
            if id(part) not in inside
            and (isinstance(part, t.Derivative) or self._is_computed(part))
        )

    def _is_computed(self, node: t.Node) -> bool:
        return isinstance(node, t.Name) and self.model.definition(node.key) is not None

    @cached_property
    def shared(self) -> tuple[World, ...]:
        """The points where targets that are shares of one whole add up to 1; none where there are no such."""
        groups = share_groups(self.model, self.ancestry)
        return tuple(
            replace(point, stated=drawn_shares(self.model, groups, seed))
            for seed, point in enumerate(self.points if groups else ())
        )

    def compare(self, left: t.Node, right: t.Node) -> Comparison:
        """Whether two formulas are equal, wherever both have a value.

        A derivative token means the derivative along every way, or, where only that makes the
        equation true, the one of its own equation: authors use one sign for both."""
        readings: list[tuple[Tokens, Tokens]] = [("total", "total")]
        if t.has_derivative(right):
            readings += [("total", "direct"), ("total", "own")]
        if t.has_derivative(left):
            readings.append(("own", "own"))
        first: Comparison | None = None
        for points in (self.points, self.nearby):
            for tokens in readings:
                found = _at(points, left, right, tokens)
                special = tokens[0] == "own" or points is self.nearby
                if found and points is self.points and _has_kinks(left, right):
                    # where all units are alive, a slope of 1 is that of any of them
                    # (exactly at a kink, which it is may be a convention)
                    sets = (self.nearby, (self.stated,))
                    near = [_at(at, left, right, tokens) for at in sets]
                    differs = all(one.outcome is Outcome.DIFFERENT for one in near)
                    found = near[0] if differs else found
                if found and tokens[1] == "total" and self._has_nothing(right):
                    # with total derivatives alone it may hold as what it is not: a chain of them
                    part = _at(points, left, right, ("total", "direct"))
                    found = part if part.outcome is Outcome.DIFFERENT else found
                # by its own equation alone a loss has no slope by most things: that it is 0 says nothing
                if found and special and (tokens[0] == "own" or not _says_zero(right)):
                    nothing = _is_zero(points, left, tokens[0])
                    if nothing and not _cancels(points, right, tokens[1]):
                        continue
                    if points is self.nearby and self._is_chance(left, right, tokens):
                        continue
                if found:
                    return found
                if found.outcome is Outcome.MISFIT and tokens == ("total", "total"):
                    for layout in (*LAYOUTS, CELLS):
                        rows = _at(points, left, right, (layout, layout))
                        if rows and not _is_zero(points, left, layout):
                            return rows  # numerator layout, or the slope of each cell
                if found.outcome is Outcome.DIFFERENT and _is_step_with_rows(left, right):
                    turned = _at(points, left, right, ("total", "turned"))
                    if turned:
                        return turned
                if first is None:  # the plain reading is the one to report
                    first = found
        assert first is not None
        if first.outcome is Outcome.DIFFERENT and self.shared:
            # by its own equation alone a loss has no slope by most things: that would say nothing
            whole = (tokens for tokens in readings if tokens[0] != "own")
            same = (_at(self.shared, left, right, tokens) for tokens in whole)
            first = next(filter(None, same), first)
        if first.outcome is Outcome.DIFFERENT and (key := self._taken_on_one_side(left, right)):
            return Comparison(Outcome.OPEN, Open(f"what computes {key} is not said"))
        if first.outcome is Outcome.DIFFERENT and self._has_no_choice(left, right):
            return Comparison(Outcome.OPEN, Open("nothing comes through the maximum here"))
        return first

    def _has_no_choice(self, left: t.Node, right: t.Node) -> bool:
        """True behind a maximum of units that are all dead: which of them a slope is taken of tells nothing there, and
        elsewhere it may be another."""
        if not all(_is_zero(self.nearby, node, "total") for node in (left, right)):
            return False
        above = self.ancestry.upstream_of(left) | self.ancestry.upstream_of(right)
        made = (self.model.definition(key) for key in sorted(above))
        return any(self._is_tied(p) for node in made if node is not None for p in t.walk(node))

    def _is_tied(self, part: t.Node) -> bool:
        """Whether this is a maximum of which several are the largest where the document stands."""
        if not isinstance(part, t.Call) or part.function not in ("max", "min"):
            return False
        if any(isinstance(argument, t.Number) for argument in part.arguments):
            return False  # max(0, z) is a function with a kink
        try:
            numbers = [self.stated.evaluate(argument) for argument in part.arguments]
            return len(at_kinks.winners(numbers, 1 if part.function == "max" else -1)) > 1
        except NoValue:
            return False

    def _taken_on_one_side(self, left: t.Node, right: t.Node) -> str:
        """Something that could not be computed, so that any number was taken for it, and that only one of two
        formulas rests on, with no name for it: the other may be what computes it.  Empty where there is none."""
        taken = frozenset[str]().union(*(point.read_off for point in self.points))
        if not taken:
            return ""
        one, two = (taken & self.ancestry.upstream_of(node) for node in (left, right))
        return min((one ^ two).difference(t.names_in(left), t.names_in(right)), default="")

    def plainly(self, left: t.Node, right: t.Node) -> Comparison:
        """As :meth:`compare`, with every derivative token along every way: for many candidates, of which
        the first point rules most out."""
        found = _at(self.points, left, right, ("total", "total"))
        if found.outcome is Outcome.DIFFERENT and self.shared:
            return _at(self.shared, left, right, ("total", "total"))
        return found


def _at(
    points: Sequence[World], left: t.Node, right: t.Node, tokens: tuple[Tokens, Tokens]
) -> Comparison:
    agreed = 0
    last: NoValue | None = None
    for world in points:
        try:
            one, two = world.evaluate(left, tokens[0]), world.evaluate(right, tokens[1])
            same = close(_as_often(left, one, two), _as_often(right, two, one))
        except Shapes as error:
            return Comparison(Outcome.MISFIT, error)
        except (Unknown, NotGiven, LeftOut) as error:
            return Comparison(Outcome.OPEN, error)
        except NoValue as error:
            last = error
            continue
        if not same:
            return Comparison(Outcome.DIFFERENT)
        agreed += 1
        if agreed == ENOUGH:
            return Comparison(Outcome.EQUAL)
    return Comparison(Outcome.OPEN, last) if not agreed else Comparison(Outcome.EQUAL)


def _has_kinks(left: t.Node, right: t.Node) -> bool:
    """True for formulas with slopes of functions by name, or with cases."""
    parts = (part for node in (left, right) for part in t.walk(node))
    return any(isinstance(p, t.Cases) or (isinstance(p, t.Call) and p.primes) for p in parts)


def _as_often(node: t.Node, value: Value, other: Value) -> Value:
    """The row behind a column of ones, as often as the other side has it: how many ones there are is not said.

    Raises Shapes."""
    if not isinstance(value, Array) or not isinstance(other, Array) or other.is_vector:
        return value
    if not value.is_vector or not any(part == t.ONES for part in t.walk(node)):
        return value
    return v.combined(lambda _, cell: cell, other, value)


def _is_zero(points: Sequence[World], left: t.Node, tokens: Tokens) -> bool:
    """True for a side that is 0 wherever it has a value: then another 0 says nothing of it."""
    zero = v.constant(0)
    for world in points:
        try:
            value = v.simplest(world.evaluate(left, tokens))
        except NoValue:
            continue
        if not close(value, v.mapped(lambda _: zero, value)):
            return False
    return True


def _cancels(points: Sequence[World], node: t.Node, tokens: Tokens) -> bool:
    """True for a sum that is 0 because its terms cancel: ``-y_1 - y_3``.  That says something."""
    if not isinstance(node, t.Sum) or len(node.terms) < 2:
        return False
    return not any(_is_zero(points, body, tokens) for _, body in node.terms)


def _is_step_with_rows(left: t.Node, right: t.Node) -> bool:
    """True for ``W^+ = W - eta (dL/dW)^T``: who transposes a gradient there has it in numerator layout."""
    return (
        isinstance(left, t.Name)
        and bool(left.mark)
        and any(
            isinstance(part, t.Transposed)
            and isinstance(part.body, t.Derivative)
            and isinstance(part.body.by, t.Name)
            and part.body.by.key == left.key
            for part in t.walk(right)
        )
    )


def _says_zero(node: t.Node) -> bool:
    return any(isinstance(part, t.Number) and not part.value for part in t.walk(node))


def close(left: Value, right: Value, tolerance: v.Real = CLOSE) -> bool:
    """True where two values are one, cell by cell.

    A vector is the same lying or standing, and a matrix of derivatives may have its outputs in rows or
    in columns.  Raises Shapes where they cannot be compared."""
    left, right = v.simplest(left), v.simplest(right)
    if isinstance(left, Dual) and isinstance(right, Dual):
        scale = abs(left.value) + abs(right.value)
        return bool(abs(left.value - right.value) <= tolerance * max(scale, SMALL))
    if isinstance(left, Array) and isinstance(right, Array):
        if left.shape == right.shape:
            if _cells_close(left, right, tolerance):
                return True
            if left.shape[0] != left.shape[1]:
                return False
        turned = v.lying_otherwise(right)
        if turned.shape == left.shape and left.is_vector:
            return _cells_close(left, turned, tolerance)
        if left.shape == right.shape:
            return False
    raise v.misfit(left, " on one side, ", right, " on the other")


def _cells_close(left: Array, right: Array, tolerance: v.Real) -> bool:
    return all(close(a, b, tolerance) for a, b in zip(left.cells(), right.cells(), strict=True))
