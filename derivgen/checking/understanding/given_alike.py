"""``w_1 = w_2 = b = 0.1``: several quantities that are given the same value, and not one under several names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement


def with_values_apart(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements, with one for each name of a row that ends in a number, where formulas are of each of them."""
    rows = {id(s): names for s in statements if (names := _row(s))}
    if not rows:
        return tuple(statements)
    computed = {
        member.key
        for s in statements
        if id(s) not in rows
        for member in s.members[:-1]
        if isinstance(member, t.Name) and not is_printed(s.members[-1])
    }
    read = {
        name
        for s in statements
        if not (
            isinstance(s.left, t.Name) and s.left.mark
        )  # a step says nothing of what is computed
        for member in s.members
        if not isinstance(member, t.Name)
        for name in _read(member)
    }
    left = {s.left.key for s in statements if id(s) not in rows and isinstance(s.left, t.Name)}
    return tuple(
        made
        for s in statements
        for made in (
            _each(s)
            if id(s) in rows and _are_apart(rows[id(s)], s.members[-1], read, computed, left)
            else (s,)
        )
    )


def _row(statement: Statement) -> tuple[str, ...]:
    """The keys in ``a = b = 0.1``; none for another statement."""
    *names, last = [segment.body for segment in statement.chain.segments]
    if statement.chain.continued or len(names) < 2 or not is_printed(last):
        return ()
    if any(segment.relation != "=" for segment in statement.chain.segments[1:]):
        return ()
    keys = [name.key for name in names if isinstance(name, t.Name) and not name.mark]
    return tuple(keys) if len({*keys}) == len(names) else ()


def _read(node: t.Node) -> Iterator[str]:
    """The keys in a formula, but for what is differentiated and by what."""
    if isinstance(node, t.Name):
        yield node.key
    elif not isinstance(node, t.Derivative):
        for child in t.children(node):
            yield from _read(child)


def _are_apart(
    keys: Sequence[str], value: t.Node, read: Collection[str], computed: set[str], left: set[str]
) -> bool:
    bases = [ix.split(key)[0] for key in keys]
    if len(set(bases)) == len(bases) == 2:
        return False  # h_0 = r = 0: what the one is, is the other
    at_rest = isinstance(value, t.Number) and not value.value
    if len(set(bases)) == 1 and at_rest and not left.isdisjoint(keys) and computed.isdisjoint(keys):
        return True  # velocities v_w = v_b = 0, of which numbers alone are told later
    return computed.isdisjoint(keys) and all(
        key in read or any(ix.is_instance(key, rule) for rule in read) for key in keys
    )


def _each(statement: Statement) -> Iterator[Statement]:
    *names, last = statement.chain.segments
    for name in names:
        segments = (replace(name, relation=None), last)
        yield replace(statement, chain=replace(statement.chain, segments=segments), left=name.body)
