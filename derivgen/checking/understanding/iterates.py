"""``w^{(1)} = w^{(0)} - \\eta \\frac{\\partial E}{\\partial w}``: a number above that counts the steps of training, where the
quantity itself has none, makes a new value of it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement, keys_in


def with_iterates(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements in which the iterates of parameters are the parameters, and their new values."""
    trained = set(_trained(statements))
    if not trained:
        return tuple(statements)
    plain = keys_in(statements)
    # b^(1) beside them, where b is there as well
    trained |= {
        ix.without_above(s.left.key)
        for s in statements
        if isinstance(s.left, t.Name)
        and _number(s.left.key)
        and ix.without_above(s.left.key) in plain
    }
    return tuple(_without_number(statement, trained) for statement in statements)


def _trained(statements: Sequence[Statement]) -> Iterator[str]:
    """What has a new value by its last one and a derivative by itself."""
    for statement in statements:
        left = statement.left
        if not isinstance(left, t.Name) or left.mark or not _number(left.key):
            continue
        key = ix.without_above(left.key)
        before = ix.with_above(left.key, str(_number(left.key) - 1))
        for member in statement.members[1:]:
            parts = list(t.walk(member))
            slopes = (p.by for p in parts if isinstance(p, t.Derivative))
            if t.Name(key) in slopes and t.Name(before) in parts:
                yield key


def _number(key: str) -> int:
    """The number above a key; 0 where there is none."""
    above = ix.above(key)
    return int(above) if above.isdigit() else 0


def _without_number(statement: Statement, trained: Container[str]) -> Statement:
    made = statement.mapped(partial(_plain, trained))
    left = statement.left
    if not isinstance(left, t.Name) or left.mark or not _number(left.key):
        return made
    if ix.without_above(left.key) not in trained:
        return made
    new = replace(left, key=ix.without_above(left.key), mark="new")
    if statement.chain.continued:
        return replace(made, left=new)
    first, *rest = made.chain.segments
    segments = (replace(first, body=new), *rest)
    return replace(made, left=new, chain=replace(made.chain, segments=segments))


def _plain(trained: Container[str], node: t.Node) -> t.Node:
    if isinstance(node, t.Name) and ix.above(node.key).isdigit():
        key = ix.without_above(node.key)
        return replace(node, key=key) if key in trained else node
    return rebuilt(node, partial(_plain, trained))
