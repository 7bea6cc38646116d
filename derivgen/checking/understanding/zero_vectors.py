"""``h_0 = 0`` where h_1 and h_2 are vectors: a vector of zeros."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import printed_matrix, printed_number
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement


def with_zero_vectors(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with a vector of zeros in place of a 0 that is given for one of several vectors."""
    shapes: dict[str, list[t.Node]] = {}
    for statement in statements:
        left = statement.left
        if isinstance(left, t.Name) and not left.mark and (base := _base(left.key)):
            printed = (s.body for s in statement.chain.segments if printed_matrix(s.body))
            shapes.setdefault(base, []).extend(printed)
    return tuple(_with_zeros(statement, shapes) for statement in statements)


def _with_zeros(statement: Statement, shapes: dict[str, list[t.Node]]) -> Statement:
    left, segments = statement.left, statement.chain.segments
    if not isinstance(left, t.Name) or left.mark or statement.chain.continued or len(segments) != 2:
        return statement
    number = printed_number(segments[1].body)
    like = shapes.get(_base(left.key)) if number is not None and number.value == 0 else None
    if not like:
        return statement
    zeros = replace(segments[1], body=_zeros(like[0], segments[1].span))
    return replace(statement, chain=replace(statement.chain, segments=(segments[0], zeros)))


def _base(key: str) -> str:
    """What is numbered: ``h`` of h_0 and of h^(0); nothing where no number is all that stands at a letter."""
    if ix.above(key).isdigit():
        return ix.without_above(key) + "^"
    base, pieces = ix.split(key)
    return f"{base}_" if len(pieces) == 1 and pieces[0].isdigit() else ""


def _zeros(node: t.Node, span: t.Span) -> t.Node:
    """A printed matrix with 0 for each of its numbers."""
    if isinstance(node, t.Negated):
        return _zeros(node.body, span)
    if isinstance(node, t.Number):
        return replace(node, text="0", value=node.value * 0, decimals=0, span=span)
    return rebuilt(node, lambda part: _zeros(part, span))
