"""Deltas in general terms of which no line says that they are derivatives: ``\\delta_i^l`` is that of the loss by
``z_i^l`` by custom, where ``f'(z_i^l)`` stands in its formula; and deltas of several layers that only their letters tell apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

_DELTA = "delta"


def deltas_by_custom(statements: Sequence[Statement]) -> list[Statement]:
    """A line for each such delta that says what it is; nothing where one stands already, or where there are
    several losses."""
    tokens = [part for s in statements for m in s.members for part in t.walk(m)]
    losses = {
        token.of.key
        for token in tokens
        if isinstance(token, t.Derivative) and isinstance(token.of, t.Name)
    }
    if len(losses) != 1:
        return []
    loss = t.Name(losses.pop())
    lines = [s for s in statements if _is_delta(s.left)]
    said = [s for s in lines if any(isinstance(m, t.Derivative) for m in s.members[1:])]
    if any(ix.above(s.left.key) != "L" for s in said if isinstance(s.left, t.Name)):
        return []
    # one formula of them may have lost its slope
    letters = {ix.family(at.key) for line in lines for at in _slopes_at(line)}
    if len(letters) != 1:
        return []
    (letter,) = letters
    found: dict[t.Name, Statement] = {}
    for line in lines:
        if isinstance(line.left, t.Name) and line not in said:
            by = t.Name(letter + line.left.key.removeprefix(_DELTA))
            chain = t.Chain((t.Segment(None, line.left), t.Segment("=", t.Derivative(loss, by))))
            made = replace(line, chain=chain, earlier=(), restrictions=())
            found.setdefault(line.left, made)
    return list(found.values())


def deltas_apart(statements: Sequence[Statement]) -> list[Statement]:
    """The statements with a name of its own for each delta that a letter tells from others: ``\\delta_k`` is that of
    ``y_k``, and ``\\delta_j`` that of ``a_j``."""
    of: dict[str, str] = {}
    for statement in statements:
        left = statement.left
        if not isinstance(left, t.Name) or ix.split(left.key)[0] != _DELTA or left.mark:
            continue
        for member in statement.members[1:]:
            by = member.by if isinstance(member, t.Derivative) else None
            pieces = ix.split(left.key)[1]
            if isinstance(by, t.Name) and len(pieces) == 1 and ix.split(by.key)[1] == pieces:
                of.setdefault(pieces[0], ix.split(by.key)[0])
    if len(set(of.values())) < 2 or not ix.LETTERS.issuperset(of):
        return list(statements)

    def named(node: t.Node) -> t.Node:
        if not isinstance(node, t.Name):
            return rebuilt(node, named)
        base, pieces = ix.split(node.key)
        if base != _DELTA or len(pieces) != 1 or pieces[0] not in of:
            return node
        return replace(node, key=ix.joined(f"{_DELTA}{of[pieces[0]]}", pieces))

    return [statement.mapped(named) for statement in statements]


def _is_delta(left: t.Node | None) -> bool:
    return isinstance(left, t.Name) and ix.family(left.key) == _DELTA


def _slopes_at(line: Statement) -> Iterator[t.Name]:
    """What slopes are taken at in the formulas of a delta, where it has the indices of the delta."""
    assert isinstance(line.left, t.Name)
    for part in (part for member in line.members[1:] for part in t.walk(member)):
        at = part.arguments[0] if isinstance(part, t.Call) and part.primes == 1 else None
        if isinstance(at, t.Name) and _indices(at) == _indices(line.left):
            yield at


def _indices(name: t.Name) -> tuple[str, list[str]]:
    return ix.above(name.key), ix.split(ix.without_above(name.key))[1]
