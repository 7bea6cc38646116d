"""New values that are listed once more: ``w <- 0.8 - 0.1 * (-0.5) = 0.85``, and at the end ``w = 0.85``.

Without a mark of its own, such a line would give a weight two values, and a document that says two things of a
weight says nothing of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby

from derivgen.checking.evaluating.printed import exact_cells
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.following import begins_with_value
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.states import is_assigned

#: numbers, each with its decimals
Cells = tuple[tuple[Fraction, int], ...]


def with_restated_values(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements, with the mark of a new value where what a step has given is said again."""
    return tuple(made for s in _runs(statements) for made in s)


def _runs(statements: Sequence[Statement]) -> Iterator[list[Statement]]:
    """The statements, those of a list of values together."""
    said = _Said()
    for lists, run in groupby(statements, lists_a_value):
        together = list(run)
        if not lists:
            for statement in together:
                said.note(statement)
            yield together
            continue
        again = [said.is_again(statement) for statement in together]
        # one of a list may be wrong
        yield [
            _as_new(statement) if at or (any(again) and said.is_near(statement)) else statement
            for statement, at in zip(together, again, strict=True)
        ]
        for statement in together:
            said.note(statement)


def lists_a_value(statement: Statement) -> bool:
    """True for a left side and what is printed for it."""
    members = statement.members
    return len(members) == 2 and not statement.chain.continued and bool(exact_cells(members[1]))


@dataclass
class _Said:
    """What was said so far: the values that were given, and those that steps have come to."""

    given: dict[str, t.Node] = field(default_factory=dict)
    #: by the quantity and the step of training at which a statement stands; empty where a step is left without result
    moved: dict[tuple[str, int], list[Cells]] = field(default_factory=lambda: defaultdict(list))

    def note(self, statement: Statement) -> None:
        left, members = statement.left, statement.members
        if not isinstance(left, t.Name) or len(members) < 2:
            return
        # a new value with a mark of its own is no name's that stands without one
        if is_assigned(statement) or begins_with_value(members[1], self.given.get(left.key)):
            self.moved[left.key, statement.step].append(exact_cells(members[-1]))
        elif not left.mark and lists_a_value(statement):
            self.given.setdefault(left.key, members[-1])

    def is_again(self, statement: Statement) -> bool:
        """Whether a plain value is what a step has come to, or what that is was not said."""
        cells, _, moved = self._other_value(statement)
        return any(not new or _are_alike(cells, new) for new in moved)

    def is_near(self, statement: Statement) -> bool:
        """Whether a plain value is nearer to what a step has come to than to what was given."""
        cells, old, moved = self._other_value(statement)
        return any(new and _distance(cells, new) < _distance(cells, old) for new in moved)

    def _other_value(self, statement: Statement) -> tuple[Cells, Cells, Sequence[Cells]]:
        """A value other than the given one, that one, and what steps have come to; nothing for another statement."""
        left = statement.left
        given = self.given.get(left.key) if isinstance(left, t.Name) and not left.mark else None
        if given is None or not isinstance(left, t.Name):
            return (), (), ()
        cells, old = exact_cells(statement.members[1]), exact_cells(given)
        return cells, old, () if cells == old else self.moved.get((left.key, statement.step), ())


def _are_alike(cells: Cells, others: Cells) -> bool:
    """Whether numbers are the same, as far as the shorter ones tell."""
    return len(cells) == len(others) and all(
        abs(one - two) <= Fraction(1, 2) / Fraction(10) ** min(places, more)
        for (one, places), (two, more) in zip(cells, others, strict=True)
    )


def _distance(cells: Cells, others: Cells) -> Fraction:
    return sum((abs(a - b) for (a, _), (b, _) in zip(cells, others, strict=False)), Fraction(0))


def _as_new(statement: Statement) -> Statement:
    left = statement.left
    assert isinstance(left, t.Name)
    marked = replace(left, mark="new")
    first, *rest = statement.chain.segments
    chain = replace(statement.chain, segments=(replace(first, body=marked), *rest))
    return replace(statement, chain=chain, left=marked)
