"""Each typical mistake tried on a wrong claim: the first that explains it is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.equality import Equality, close
from derivgen.checking.evaluating.evaluation import Tokens
from derivgen.checking.evaluating.values import NoValue, Real, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.mistakes.case import Candidate, Case, Mistake, Outcome
from derivgen.checking.mistakes.table import MISTAKES

#: how many candidates and mended forms are tried for one claim
MOST_CANDIDATES = 1200
#: how far off a value is that is exact, for its size; and by how much a rounded one may be over its slack
EXACT, ROUNDED = mpmath.mpf("1e-12"), 1 + mpmath.mpf("1e-6")
#: how many digits agree in a reproduction that may be off by one in the last place
LONG = 4
#: a reproduction is so many times nearer to what was printed than the right value is
NEARER = 4


def diagnose(case: Case, equality: Equality, worlds: Sequence[World]) -> Mistake | None:
    """The first mistake of the table that explains what the author wrote; None where none does.

    ``worlds`` are the stated values, and those with numbers rounded as they were printed on the way.

    One that gives all printed digits goes before one that is off by one in the last place, as what was
    worked out with rounded numbers may be."""
    points = equality.shared or equality.points
    if case.draft.code == "C301":
        # shapes that do not fit are tried first
        turned = [mistake for mistake in MISTAKES if mistake.key == "transposed"]
        for some in (points, equality.nearby):
            if (found := _explained(case, some, worlds, turned)) is not None:
                return found
    found = _explained(case, points, worlds)
    if found is None and case.outcome is None:
        # some formulas are right for the stated data alone: targets that add up to 1
        found = _explained(case, equality.nearby, worlds)
    return found


def _explained(
    case: Case,
    points: Sequence[World],
    worlds: Sequence[World],
    mistakes: Sequence[Mistake] = MISTAKES,
) -> Mistake | None:
    nearly: Mistake | None = None
    tried = 0
    targets = _Targets(case)
    cases = [replace(case, reading=reading) for reading in _readings_of(case)]
    for mistake in mistakes:
        for candidate in chain.from_iterable(map(mistake.candidates, cases)):
            tried += 1
            if tried > MOST_CANDIDATES:
                return nearly
            if case.outcome is None:
                if _is_formula_of(candidate, targets, points):
                    return mistake
                continue
            near = _nearness(
                candidate, case.outcome, mistake.digits, worlds, targets.right["total"]
            )
            if near == 2:
                return mistake
            if near:
                nearly = nearly or mistake
        for mended in mistake.mended(case):
            tried += 1
            if tried > MOST_CANDIDATES:
                return nearly
            if mended != case.body and _mends(mended, targets, points, worlds):
                return mistake
    return nearly


def _readings_of(case: Case) -> Sequence[Tokens]:
    """How the derivatives on the left may be meant: a product of them is one of partial ones, along a path."""
    if case.outcome is not None or isinstance(case.right, t.Name | t.Derivative):
        return ("total",)
    return _readings(case.right)


def _nearness(
    candidate: Candidate,
    outcome: Outcome,
    digits: int,
    worlds: Sequence[World],
    right: Candidate | None = None,
) -> int:
    """2 where a mistake gives what is printed, 1 where it is off by one in the last place, else 0; 0 too where it
    gives what is right."""
    best = 0
    for world in worlds:
        try:
            found = v.number_in(candidate(world), outcome.cell)
        except NoValue:
            continue
        if found is not None and not _is_value(right, found, world, outcome.cell):
            best = max(best, _nearness_of(found, outcome, digits))
    return best


def _is_value(
    right: Candidate | None, found: Real, world: World, cell: tuple[int, int] | None
) -> bool:
    if right is None:
        return False
    try:
        return bool(found == v.number_in(right(world), cell))
    except NoValue:
        return False


def _nearness_of(found: Real, outcome: Outcome, digits: int) -> int:
    off = abs(found - outcome.value)
    exact = off <= EXACT * max(1, abs(outcome.value))
    known = outcome.digits + exact
    if known < digits or _is_right(found, off, outcome):
        return 0
    slack = outcome.slack * ROUNDED
    if exact or off <= slack:
        return 2
    return int(off <= 3 * slack and known >= LONG)


def _is_right(value: Real, off: Real, outcome: Outcome) -> bool:
    """True for a candidate that lies no nearer to what was printed than the right value does."""
    if outcome.right is None:
        return False
    return bool(NEARER * off > abs(outcome.right - outcome.value) or value == outcome.right)


def _is_formula_of(candidate: Candidate, targets: _Targets, points: Sequence[World]) -> bool:
    return any(
        _agree(candidate, target, points)
        for tokens, target in targets.body.items()
        if tokens != "own"  # a derivative by what its equation does not read is nothing then
    )


def _read(node: t.Node, tokens: Tokens = "total") -> Candidate:
    return lambda world: world.evaluate(node, tokens)


class _Targets:
    """What every candidate of a case is compared with, in each reading of its derivative tokens."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.body = {tokens: _Kept(case.body, tokens) for tokens in _readings(case.body)}
        self.right = {tokens: _Kept(case.right, tokens) for tokens in _readings(case.right)}


@dataclass
class _Kept:
    """A formula's values, worked out once for each point."""

    node: t.Node
    tokens: Tokens
    values: dict[int, Value | NoValue] = field(default_factory=dict)

    def __call__(self, world: World) -> Value:
        if id(world) not in self.values:
            try:
                self.values[id(world)] = world.evaluate(self.node, self.tokens)
            except NoValue as error:
                self.values[id(world)] = error.with_traceback(None)
        found = self.values[id(world)]
        if isinstance(found, NoValue):
            raise found.with_traceback(None)
        return found


def _mends(
    mended: t.Node, targets: _Targets, points: Sequence[World], worlds: Sequence[World]
) -> bool:
    outcome = targets.case.outcome
    if outcome is not None:
        if outcome.right is None:
            return False
        digits = outcome.digits
        if targets.case.number is None and outcome.slack and outcome.right:
            digits = max(digits, int(mpmath.log10(abs(outcome.right) / outcome.slack)))
        target = Outcome(outcome.right, outcome.value, outcome.slack, digits)
        return _nearness(lambda world: world.evaluate(mended), target, 3, worlds) == 2
    right = targets.right
    if isinstance(targets.case.right, t.Name | t.Derivative):
        return any(
            _agree(_read(mended, tokens), right["total"], points) for tokens in _readings(mended)
        )
    return any(_agree(_read(mended, tokens), target, points) for tokens, target in right.items())


def _readings(node: t.Node) -> Sequence[Tokens]:
    """How the derivative tokens of a formula may be meant."""
    if t.has_derivative(node):
        return ("total", "direct", "own")
    return ("total",)


def _agree(one: Candidate, two: Candidate, points: Sequence[World]) -> bool:
    """Whether two are the same at two points, both of them with a value that says something."""
    agreed, telling = 0, False
    for world in points:
        try:
            left, right = one(world), two(world)
            if not close(left, right):
                return False
        except NoValue:
            continue
        agreed += 1
        telling = telling or not v.is_nothing(left)
        if agreed >= 2 and telling:
            return True
    return False
