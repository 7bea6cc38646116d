"""Given values that no line puts in: what they must be for the printed results to be right.

Where a table says w = 0.45 and everything was computed with 0.54, each result that depends on w is wrong, and
each one tells by itself what w was.  The decimal that they all tell is the value that was meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.budget import OutOfWork
from derivgen.checking.evaluating.literals import literal
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, decimal, is_printed, printed_number
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import NoValue, Real, number_in
from derivgen.checking.evaluating.world import World
from derivgen.checking.judging import causes
from derivgen.checking.judging.judge import Judge
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import replaced
from derivgen.checking.mistakes.digits import are_misprints
from derivgen.checking.report import Verdict

#: how many roots there are, and how many results, before a value is looked for
ROOTS, RESULTS = 2, 2
#: as many results have to tell a value that does not look like what is printed
MANY = 4
#: so many numbers are tried, results looked at, and values proposed
MOST_NUMBERS, MOST_RESULTS, MOST_PROPOSED = 60, 12, 2
#: so many results are looked at for the one that tells the value best
FIRST = 5
#: larger numbers are not looked for
FARTHEST = 10**6
#: so many decimals between which a result cannot tell are tried
MOST_DECIMALS = 40


@dataclass(frozen=True, slots=True)
class _Place:
    """A printed number of the model: the value of a key, or a cell of it."""

    key: str
    number: t.Number
    negative: bool

    def put(self, text: str, model: DocumentModel) -> t.Node:
        """The value of the key with another number in this place."""
        whole = model.values[self.key]
        assert whole is not None
        minus = text.startswith("-") != self.negative
        plain = text.lstrip("-")
        other: t.Node = replace(self.number, text=plain, value=Fraction(plain))
        return replaced(whole, self.number, t.Negated(other) if minus else other)


def solved_values(model: DocumentModel, judge: Judge, end: int) -> list[tuple[str, t.Node]]:
    """Keys with other values that make right what is wrong, the likeliest first; no more than up to ``end`` steps
    are spent."""
    if roots(judge.drafts) < ROOTS:
        return []
    solver = _Solver.of(model, judge)
    if len(solver.results) < RESULTS:
        return []
    found: list[tuple[int, bool, str, t.Node]] = []
    put_in = {number for draft in judge.drafts for number in _numbers_in(draft)}
    places = [place for place in _places(model) if place.number.value not in put_in]
    for place in places[:MOST_NUMBERS]:
        if judge.basis.budget.spent >= end:
            break
        judge.basis.budget.begin()
        try:
            found += solver.tells(place)
        except OutOfWork:
            break
    found.sort(key=lambda one: (-one[0], not one[1]))
    return [(key, node) for _, _, key, node in found[:MOST_PROPOSED]]


def _numbers_in(draft: Draft) -> Iterator[Fraction]:
    """The numbers of a calculation: what stands there is what the author went on with."""
    body = draft.segment.body
    if not is_printed(body):
        yield from (part.value for part in t.walk(body) if isinstance(part, t.Number))


def _is_factor(printed: str, meant: str) -> bool:
    """True where all steps are some times too long, or turned: that is no other rate, but another loss or sign."""
    one, two = Fraction(printed), Fraction(meant)
    ratio = max(one, two) / min(one, two) if one > 0 and two > 0 else Fraction(1)
    return ratio.denominator == 1 and ratio < 10


def roots(drafts: Sequence[Draft]) -> int:
    """How many wrong claims follow from no other one."""
    copies = [replace(draft) for draft in drafts]
    causes.group(copies)
    return sum(d.verdict is Verdict.WRONG and d.cause is None for d in copies)


def _places(model: DocumentModel) -> list[_Place]:
    """The decimals that are given; each cell of a matrix is one."""
    found = []
    for key, node in model.values.items():
        if node is None or key in model.definitions:
            continue
        negated = {id(n.body) for n in t.walk(node) if isinstance(n, t.Negated)}
        negated |= {
            id(body)
            for n in t.walk(node)
            if isinstance(n, t.Sum)
            for minus, body in n.terms
            if minus
        }
        numbers = [
            part for part in t.walk(node) if isinstance(part, t.Number) and part.decimals > 0
        ]
        found += [_Place(key, number, id(number) in negated) for number in numbers]
    return found


@dataclass(frozen=True)
class _Solver:
    """The wrong results of a document, as far as they are those of its first step."""

    model: DocumentModel
    judge: Judge
    results: Sequence[Draft]
    ancestry: Ancestry

    @classmethod
    def of(cls, model: DocumentModel, judge: Judge) -> _Solver:
        first = judge.worlds[0]
        wrong = [
            draft
            for draft in judge.drafts
            if draft.verdict is Verdict.WRONG
            and draft.number is not None
            and draft.subject is not None
            and draft.exact is Fit.OFF
            and draft.operand is None
            and draft.world is first
        ]
        return cls(model, judge, wrong[:MOST_RESULTS], first.ancestry)

    def tells(self, place: _Place) -> Iterator[tuple[int, bool, str, t.Node]]:
        """Other numbers for a place: how many results tell it, whether it looks like the printed one, and the value
        with it."""
        mine = [draft for draft in self.results if self._depends(draft, place.key)]
        enough = max(RESULTS, len(self.results) - len(self.results) // 4)
        if len(mine) < enough:
            return
        printed = f"{'-' if place.negative else ''}{place.number.text}"
        best = self._most_telling(place, mine[:FIRST], mpmath.mpf(printed))
        if best is None:
            return
        for text in self._decimals(place, best, printed):
            alike = are_misprints(printed, text)
            if place.key == self.model.rate and _is_factor(printed, text):
                continue
            world = self._world(place, text)
            told = sum(self._is_told(draft, world) for draft in mine)
            if told >= (enough if alike and place.key != self.model.rate else max(enough, MANY)):
                yield told, alike, place.key, place.put(text, self.model)

    def _depends(self, draft: Draft, key: str) -> bool:
        assert draft.subject is not None
        names = list(t.names_of(draft.subject))
        keys = {name.key for name in names}
        moved = any(name.mark in UPDATE_MARKS for name in names)
        if moved and self.model.loss is not None:
            keys.add(self.model.loss)
            if key == self.model.rate:
                return True
        return key in keys or any(key in self.ancestry.upstream(one) for one in keys)

    def _world(self, place: _Place, text: str) -> World:
        stated = {place.key: literal(place.put(text, self.model))}
        return World(
            self.model, stated=stated, relations=self.ancestry, budget=self.judge.basis.budget
        )

    def _value(self, draft: Draft, place: _Place, number: Real) -> Real | None:
        """What a result is with another number in a place."""
        world = self._world(place, decimal(number, 12))
        assert draft.subject is not None
        try:
            return number_in(world.evaluate(draft.subject), draft.cell)
        except NoValue:
            return None

    def _is_told(self, draft: Draft, world: World) -> bool:
        assert draft.subject is not None
        assert draft.number is not None
        try:
            value = number_in(world.evaluate(draft.subject), draft.cell)
        except NoValue:
            return False
        return value is not None and draft.number.fit(value) is not Fit.OFF

    def _most_telling(
        self, place: _Place, drafts: Sequence[Draft], at: Real
    ) -> tuple[Draft, Real] | None:
        """The result whose last digit stands for the smallest change of a number, with its slope."""
        step = place_unit(place)
        found: list[tuple[Real, Draft, Real]] = []
        for draft in drafts:
            here, there = self._value(draft, place, at), self._value(draft, place, at + step)
            if here is not None and there is not None and here != there and draft.number:
                slope = (there - here) / step
                found.append((abs(slope) / draft.number.unit, draft, slope))
        if not found:
            return None
        _, draft, slope = max(found, key=lambda one: one[0])
        return draft, slope

    def _decimals(self, place: _Place, best: tuple[Draft, Real], printed: str) -> Iterator[str]:
        """The decimals, with as many digits as are printed, that give a result as it was printed."""
        draft, slope = best
        assert draft.number is not None
        wanted, unit = draft.number.value, draft.number.unit
        x0 = mpmath.mpf(printed)
        f0 = self._value(draft, place, x0)
        if f0 is None:
            return
        for _ in range(8):
            x1 = x0 + (wanted - f0) / slope if slope else mpmath.inf
            f1 = self._value(draft, place, x1) if abs(x1) < FARTHEST else None
            if f1 is None:
                return
            if x1 != x0 and f1 != f0:
                slope = (f1 - f0) / (x1 - x0)
            x0, f0 = x1, f1
            if abs(f0 - wanted) <= unit / 100:
                break
        else:
            return
        digit = place_unit(place)
        around = abs(unit / 2 / slope) if slope else mpmath.inf
        if not around < FARTHEST:
            return
        low = int(mpmath.ceil((x0 - around) / digit - mpmath.mpf("1e-6")))
        high = int(mpmath.floor((x0 + around) / digit + mpmath.mpf("1e-6")))
        if high - low >= MOST_DECIMALS:
            return
        texts = [decimal(n * digit, place.number.decimals) for n in range(low, high + 1)]
        texts = [text for text in texts if text != printed]
        yield from sorted(texts, key=lambda text: not are_misprints(printed, text))


def place_unit(place: _Place) -> Real:
    """One unit of the last digit of a number."""
    found = printed_number(place.number)
    assert found is not None
    return found.unit
