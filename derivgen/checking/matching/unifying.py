"""Two systems of equations laid over each other: which name of one is which of the other.

Every pair of names has a score: what speaks for it by itself (values, spelling), and how well the
defining equations of the two fit, up to the order of terms and factors, with an alias or a step more or
less, with a bias or a factor left out.  From the surest pair on, the pairs that its equations imply are
taken; where two ways fit equally well, others go first, which may decide it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.matching.assignment import assignment
from derivgen.checking.understanding.shapes import Shape

#: how deep equations are followed for one pair
DEEPEST = 40
#: how many right sides of one name are tried
MOST_SIDES = 6

_CALL, _WRONG_CALL, _NUMBER, _WRONG_NUMBER = 1.5, -1.5, 0.5, -0.8
_WRONG_SIGN, _LEFT_OVER, _MISFIT, _LONGER = -0.6, -0.7, -3.0, -0.3
_BOUND, _TAKEN, _BROKEN = 6.0, -3.0, -2.0

#: scores that differ by less are equal
_EQUAL = 0.01

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Fitting:
    """How well two shapes fit, the pairs of names that it takes, and how much worse the next way is."""

    score: float
    pairs: Pairs = ()
    margin: float = 99.0


@dataclass
class Unifier:
    """``sides`` are the author's right sides by key, ``definition`` the other system's equations;
    ``prior`` scores a pair of names by itself."""

    sides: Mapping[str, tuple[Shape, ...]]
    definition: Callable[[str], Shape | None]
    prior: Callable[[str, str], float]
    budget: Budget
    #: names that stand for many at once; they keep nothing to themselves
    general: frozenset[str] = frozenset()
    #: what a pair takes beside it: the only cell of an array that a number stands for
    beside: Callable[[str, str], str | None] = lambda *_: None
    bound: dict[str, str] = field(default_factory=dict)
    #: names of the other system that fit a name that has one already: (name, other)
    conflicts: dict[tuple[str, str], None] = field(default_factory=dict)
    #: pairs that were taken though another way fits as well
    guessed: dict[str, str] = field(default_factory=dict)
    _similar: dict[tuple[str, str], float] = field(default_factory=dict)
    _open: set[tuple[str, str]] = field(default_factory=set)
    _taken: dict[str, list[str]] = field(default_factory=dict)

    @property
    def exhausted(self) -> bool:
        """True when the work allowed is done."""
        return self.budget.over

    # --- scores -----------------------------------------------------------------------------

    def similar(self, name: str, other: str) -> float:
        """The score of a pair, its equations included."""
        pair = (name, other)
        if pair in self._similar:
            return self._similar[pair]
        score = self.prior(name, other)
        if pair in self._open or len(self._open) > DEEPEST or self.exhausted:
            return score
        self._open.add(pair)
        try:
            score += self._equations(name, other)
        finally:
            self._open.discard(pair)
        self._similar[pair] = score
        return score

    def _equations(self, name: str, other: str) -> float:
        mine, theirs = self.sides.get(name, ()), self.definition(other)
        if not mine or theirs is None:
            return 0.0
        return max(self.fit(side, theirs, self.similar).score for side in mine[:MOST_SIDES])

    def _decided(self, name: str, other: str) -> float:
        """The score of a pair in the light of those that are taken."""
        if name in self.bound:
            return _BOUND if self.bound[name] == other else _BROKEN
        score = self.similar(name, other)
        takers = self._taken.get(other, ())
        if takers and not any(self._aliases(name, taker) for taker in takers):
            score += _TAKEN
        return score

    def _aliases(self, one: str, two: str) -> bool:
        """True where one name only stands for the other."""
        return any(
            side.kind == "name" and side.label == b
            for a, b in ((one, two), (two, one))
            for side in self.sides.get(a, ())
        )

    def fit(self, mine: Shape, theirs: Shape, pair: Callable[[str, str], float]) -> Fitting:
        """How well the author's shape fits the other one."""
        self.budget.count()
        if self.exhausted:
            return Fitting(0.0)
        if mine.kind == "name" and theirs.kind == "name":
            found = str(mine.label), str(theirs.label)
            score = pair(*found)
            through = self._through(mine, theirs, pair)
            if through is not None and through.score > score:
                return through
            return Fitting(score, (found,))
        if mine.kind == "name" or theirs.kind == "name":
            return self._through(mine, theirs, pair) or Fitting(_MISFIT)
        kinds = {mine.kind, theirs.kind}
        if kinds == {"number"}:
            return Fitting(_NUMBER if mine.label == theirs.label else _WRONG_NUMBER)
        if "sum" in kinds:
            return self._sums(mine, theirs, pair)
        if "product" in kinds:
            return self._products(mine, theirs, pair)
        if kinds == {"power"}:
            base = self.fit(mine.parts[0], theirs.parts[0], pair)
            exponent = self.fit(mine.parts[1], theirs.parts[1], pair)
            return _joined([base, exponent])
        if kinds == {"call"} and len(mine.parts) == len(theirs.parts):
            score = _CALL if _same_function(str(mine.label), str(theirs.label)) else _WRONG_CALL
            if len(mine.parts) > 1:
                return self._paired(mine, theirs, pair, score)
            return _joined([self.fit(mine.parts[0], theirs.parts[0], pair)], score)
        return Fitting(_MISFIT)

    def _through(
        self, mine: Shape, theirs: Shape, pair: Callable[[str, str], float]
    ) -> Fitting | None:
        """A name in place of what it stands for, on the side that has one step more."""
        ways: list[Fitting] = []
        if len(self._open) > DEEPEST:
            return None
        if mine.kind == "name":
            sides = self.sides.get(str(mine.label), ())
            aliases = theirs.kind == "name"
            for side in sides[:MOST_SIDES]:
                key = (str(mine.label), f"={id(theirs)}")
                if key not in self._open and (side.kind == "name" or not aliases):
                    self._open.add(key)
                    found = self.fit(side, theirs, pair)
                    self._open.discard(key)
                    ways.append(_joined([found], _LONGER))
        if theirs.kind == "name" and mine.kind != "name":
            definition = self.definition(str(theirs.label))
            key = ("=", str(theirs.label))
            if definition is not None and key not in self._open:
                self._open.add(key)
                ways.append(_joined([self.fit(mine, definition, pair)], _LONGER))
                self._open.discard(key)
        return max(ways, key=lambda way: way.score, default=None)

    def _sums(self, mine: Shape, theirs: Shape, pair: Callable[[str, str], float]) -> Fitting:
        left, right = _terms(mine), _terms(theirs)
        self.budget.count(len(left) * len(right))
        if self.exhausted:
            return Fitting(0.0)
        best: Fitting | None = None
        for turned in (False, True):
            parts = [
                [
                    (
                        self.fit(a, b, pair),
                        0.0 if (x != turned) == y else _WRONG_SIGN,
                    )
                    for y, b in right
                ]
                for x, a in left
            ]
            found = _assigned(parts)
            if best is None or found.score > best.score + 0.1:
                best = found
            if not any(x for x, _ in left) and not any(y for y, _ in right):
                break
        assert best is not None
        return best

    def _products(self, mine: Shape, theirs: Shape, pair: Callable[[str, str], float]) -> Fitting:
        left, right = _factors(mine), _factors(theirs)
        numbers = [[p for p in side if p.kind == "number"] for side in (left, right)]
        score = _NUMBER if numbers[0] == numbers[1] and numbers[0] else 0.0
        score += _WRONG_NUMBER if numbers[0] != numbers[1] else 0.0
        left = [p for p in left if p.kind != "number"]
        right = [p for p in right if p.kind != "number"]
        if not left or not right:
            return Fitting(_MISFIT + score)
        self.budget.count(len(left) * len(right))
        if self.exhausted:
            return Fitting(0.0)
        found = _assigned(
            [[(self.fit(a, b, pair), 0.0) for b in right] for a in left], 2 * _LEFT_OVER
        )
        return Fitting(found.score + score, found.pairs, found.margin)

    def _paired(
        self, mine: Shape, theirs: Shape, pair: Callable[[str, str], float], score: float
    ) -> Fitting:
        found = _assigned([[(self.fit(a, b, pair), 0.0) for b in theirs.parts] for a in mine.parts])
        return Fitting(found.score + score, found.pairs, found.margin)

    # --- decisions --------------------------------------------------------------------------

    def bind(self, name: str, other: str) -> None:
        """Take a pair, and the pairs that its equations imply, the surest first."""
        waiting = [(name, other)]
        ambiguous: list[tuple[str, str]] = []
        self.take(name, other)
        while (waiting or ambiguous) and not self.exhausted:
            forced = not waiting
            here = (ambiguous if forced else waiting).pop(0)
            found = self._implied(*here)
            if found is None:
                continue
            if found.margin < _EQUAL and not forced:
                ambiguous.append(here)
                continue
            before = len(self.bound)
            for a, b in found.pairs:
                if a in self.bound:
                    if self.bound[a] != b:
                        self.conflicts[(a, b)] = None
                    continue
                if found.margin < _EQUAL:
                    self.guessed[a] = b
                self.take(a, b)
                waiting.append((a, b))
            if forced and len(self.bound) > before:
                waiting, ambiguous = [*waiting, *ambiguous], []

    def take(self, name: str, other: str) -> None:
        """Take a pair by itself."""
        if name not in self.bound:
            self.bound[name] = other
            if name not in self.general:
                for one in filter(None, (other, self.beside(name, other))):
                    self._taken.setdefault(one, []).append(name)

    def release(self, name: str) -> None:
        """Take a pair back."""
        other = self.bound.pop(name)
        for one in filter(None, (other, self.beside(name, other))):
            if name in self._taken.get(one, ()):
                self._taken[one].remove(name)
                if not self._taken[one]:
                    del self._taken[one]

    @property
    def taken(self) -> set[str]:
        """What some name stands for already."""
        return set(self._taken)

    def _implied(self, name: str, other: str) -> Fitting | None:
        mine, theirs = self.sides.get(name, ()), self.definition(other)
        if theirs is None:
            return None
        ways = [self.fit(side, theirs, self._decided) for side in mine[:MOST_SIDES]]
        ways += [
            Fitting(self._decided(str(side.label), other), ((str(side.label), other),))
            for side in mine[:MOST_SIDES]
            if side.kind == "name" and (name in self.general or side.label not in self.general)
        ]
        good = [way for way in ways if way.score > _MISFIT]
        return max(good, key=lambda way: way.score, default=None)

    def bind_all(self, names: Iterable[str], others: Iterable[str], least: float) -> None:
        """Take pairs among names that have equations on both sides, the best first."""
        others = [o for o in others if self.definition(o) is not None]
        waiting = [n for n in names if n not in self.bound and self.sides.get(n)]
        for unsure in (False, True):
            rows = [(self._best(name, others), name) for name in waiting]
            ranked = sorted(
                ((score, margin, name) for (score, margin, _), name in rows if score >= least),
                key=lambda row: (-min(row[1], 0.5), -row[0]),
            )
            for _, _, name in ranked:
                if name in self.bound or self.exhausted:
                    continue
                # what was taken since may have decided it, or have taken its place
                score, margin, other = self._best(name, others)
                if score < least or (margin < _EQUAL and not unsure):
                    continue
                if margin < _EQUAL:
                    self.guessed[name] = other
                self.bind(name, other)
            waiting = [name for name in waiting if name not in self.bound]

    def _best(self, name: str, others: Iterable[str]) -> tuple[float, float, str]:
        """The best score, by how much it is the best, and whose it is."""
        first, second, chosen = float("-inf"), float("-inf"), ""
        for other in others:
            if other in self._taken:
                continue  # what has a name already has it from its equations
            score = self._decided(name, other)
            if score > first:
                first, second, chosen = score, first, other
            elif score > second:
                second = score
        return first, first - second, chosen


def _same_function(mine: str, theirs: str) -> bool:
    return mine == theirs or theirs.startswith(f"{mine}_")


def _terms(shape: Shape) -> list[tuple[bool, Shape]]:
    if shape.kind == "sum":
        return list(zip(shape.signs, shape.parts, strict=True))
    if shape.kind == "product" and _negative(shape.parts[0]):
        number = Fraction(shape.parts[0].label)
        rest = shape.parts[1:]
        if number != -1:
            rest = (Shape("number", -number), *rest)
        return [(True, rest[0] if len(rest) == 1 else Shape("product", "", rest))]
    return [(False, shape)]


def _negative(shape: Shape) -> bool:
    return shape.kind == "number" and Fraction(shape.label) < 0


def _factors(shape: Shape) -> list[Shape]:
    return list(shape.parts) if shape.kind == "product" else [shape]


def _joined(parts: Iterable[Fitting], more: float = 0.0) -> Fitting:
    parts = list(parts)
    return Fitting(
        sum(part.score for part in parts) + more,
        tuple(pair for part in parts for pair in part.pairs),
        min((part.margin for part in parts), default=99.0),
    )


def _assigned(parts: list[list[tuple[Fitting, float]]], alone: float = _LEFT_OVER) -> Fitting:
    """The best pairing of terms or factors; of equal ones, the one in the order that stands there."""
    scores = [[fit.score + sign for fit, sign in row] for row in parts]
    ordered = [[s - 0.001 * abs(i - j) for j, s in enumerate(row)] for i, row in enumerate(scores)]
    chosen = assignment(ordered, 2 * alone - 1)
    rows, columns = len(scores), len(scores[0])
    lost = rows + columns - 2 * len(chosen)
    fits = [parts[i][j][0] for i, j in chosen]
    total = sum(scores[i][j] for i, j in chosen) + alone * lost
    margin = min((fit.margin for fit in fits), default=99.0)
    for at, (i, j) in enumerate(chosen):
        for k, m in chosen[at + 1 :]:
            changed = scores[i][m] + scores[k][j] - scores[i][j] - scores[k][m]
            margin = min(margin, -changed)
        free = set(range(columns)) - {c for _, c in chosen}
        margin = min([margin, *(scores[i][j] - scores[i][m] for m in free)])
    return Fitting(total, tuple(pair for fit in fits for pair in fit.pairs), max(margin, 0.0))
