"""Steps of training without a heading: ``w = 0.5 - 0.1 * 2 = 0.3``, and later ``w = 0.3 - 0.1 * 1.2 = 0.18``.

The second one begins with what the first one has left, so what stands between them is said of the point in between.
Where other data are given there, it is the next sample's turn, and that is told by what goes on with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from derivgen.checking.evaluating.printed import exact_value, first_values, is_numeric, is_printed
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.steps import MOST_STEPS, Steps


def with_unsaid_steps(steps: Steps, statements: Sequence[Statement]) -> Steps:
    """The steps that a document names; where it names none, those that its new values tell of, unless it has a rule of
    its own for what is remembered from step to step."""
    ruled = {s.left.key for s in statements if isinstance(s.left, t.Name) and _remembers(s)}
    if steps.starts or any(_gives_one_of(ruled, s) for s in statements):
        return steps
    starts = list(_starts(statements))[:MOST_STEPS]
    return Steps((0, *starts), tuple(range(len(starts) + 1))) if starts else steps


def _starts(statements: Sequence[Statement]) -> Iterator[int]:
    """Where what follows the updates of a step begins."""
    sloped = set(_sloped(statements))
    given: dict[str, Fraction] = {}
    #: the new values in the step at hand
    now: dict[str, Fraction] = {}
    behind: int | None = None
    for statement in statements:
        left, members = statement.left, statement.members
        place = statement.source(statement.chain.span[0])
        if not isinstance(left, t.Name) or statement.chain.continued or len(members) < 2:
            behind = place if now and behind is None else behind
            continue
        begin, end = _begin(members[1]), exact_value(members[-1])
        updates = (left.mark in UPDATE_MARKS or left.key in sloped) and end is not None
        if updates and begin is not None and now.get(left.key) == begin != given.get(left.key):
            if behind is not None:
                yield behind
            given, now, behind = {**given, **now}, {}, None
        if updates and begin is not None and end is not None and given.get(left.key) == begin:
            now[left.key], behind = end, None
        elif now and behind is None:
            behind = place
        if end is not None and len(members) == 2 and not left.mark:
            if now and left.key not in now and given.get(left.key, end) != end:
                return
            given.setdefault(left.key, end)


def _remembers(statement: Statement) -> bool:
    """True for ``v <- mu v - eta dL/dw``, and not for a weight that begins with itself."""
    left, members = statement.left, statement.members
    if not isinstance(left, t.Name) or len(members) < 2 or not t.has_derivative(members[1]):
        return False
    return left.key in {n.key for n in t.names_of(members[1])} - set(_sloped([statement]))


def _gives_one_of(keys: set[str], statement: Statement) -> bool:
    left = statement.left
    return isinstance(left, t.Name) and left.key in keys and is_printed(statement.members[-1])


def _sloped(statements: Sequence[Statement]) -> Iterator[str]:
    """The keys of what is differentiated by."""
    for statement in statements:
        for member in statement.members:
            for part in t.walk(member):
                if isinstance(part, t.Derivative) and isinstance(part.by, t.Name):
                    yield part.by.key


def _begin(body: t.Node) -> Fraction | None:
    """The 0.5 of ``0.5 - 0.1 * 2``."""
    first = first_values(body) if is_numeric(body) else ()
    return first[0] if len(first) == 1 else None
