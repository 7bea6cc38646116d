"""``\\partial p_i / \\partial z_j = -p_i p_j`` for ``i \\neq j``: which cells an equation in index letters is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Restriction, Statement

_LETTERS = frozenset("ijklmn")


def with_restrictions(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements, each with the restrictions that stand beside it; these are no statements then."""
    found = list(statements)
    gone: set[int] = set()
    for at, statement in enumerate(statements):
        restriction = _restriction(statement)
        if restriction is None:
            continue
        target = _target(statements, at, restriction)
        if target is not None:
            gone.add(at)
            meant = (*found[target].restrictions, restriction)
            found[target] = replace(found[target], restrictions=meant)
    return tuple(statement for at, statement in enumerate(found) if at not in gone)


def _restriction(statement: Statement) -> Restriction | None:
    """``i \\neq j`` and ``i = j``, where nothing else is said."""
    segments = statement.chain.segments
    if statement.chain.continued or len(segments) != 2:
        return None
    left, right, relation = segments[0].body, segments[1].body, segments[1].relation
    if relation not in ("=", "!=") or not (isinstance(left, t.Name) and isinstance(right, t.Name)):
        return None
    if left.key == right.key or not {left.key, right.key} <= _LETTERS or left.mark or right.mark:
        return None
    return Restriction(left.key, right.key, relation == "=")


def _target(statements: Sequence[Statement], at: int, restriction: Restriction) -> int | None:
    """The statement that a restriction is for: the one before it in its formula, else the one behind it."""
    before, after = at - 1, at + 1
    here = statements[at].passage
    if before >= 0 and statements[before].passage is here and _has(statements[before], restriction):
        return before
    if after < len(statements) and _has(statements[after], restriction):
        return after
    return before if before >= 0 and _has(statements[before], restriction) else None


def _has(statement: Statement, restriction: Restriction) -> bool:
    letters = frozenset[str]().union(*map(ix.free_letters, statement.members))
    return {restriction.one, restriction.two} <= letters
