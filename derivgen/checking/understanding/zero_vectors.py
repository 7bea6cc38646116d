"""``h_0 = 0`` where h_1 and h_2 are vectors: a vector of zeros.  ``b_2 = 0`` behind ``b_1 = (0, 0)`` may be a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import printed_matrix, printed_number
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement


def with_zero_vectors(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with a vector of zeros in place of a 0 that is given for the first of several vectors."""
    shapes: dict[str, list[tuple[int, t.Node]]] = {}
    for statement in statements:
        left = statement.left
        if isinstance(left, t.Name) and not left.mark:
            base, number = _counted(left.key)
            printed = (s.body for s in statement.chain.segments if printed_matrix(s.body))
            if base:
                shapes.setdefault(base, []).extend((number, body) for body in printed)
    return tuple(_with_zeros(statement, shapes) for statement in statements)


def _with_zeros(statement: Statement, shapes: dict[str, list[tuple[int, t.Node]]]) -> Statement:
    left, segments = statement.left, statement.chain.segments
    if not isinstance(left, t.Name) or left.mark or statement.chain.continued or len(segments) != 2:
        return statement
    number = printed_number(segments[1].body)
    base, count = _counted(left.key)
    later = [body for at, body in shapes.get(base, ()) if at > count]
    if number is None or number.value != 0 or not later:
        return statement
    zeros = replace(segments[1], body=_zeros(later[0], segments[1].span))
    return replace(statement, chain=replace(statement.chain, segments=(segments[0], zeros)))


def _counted(key: str) -> tuple[str, int]:
    """What is numbered, and its number: ``h`` and 0 of h_0 and of h^(0); nothing where no number is all that stands at a
    letter."""
    if ix.above(key).isdigit():
        return ix.without_above(key) + "^", int(ix.above(key))
    base, pieces = ix.split(key)
    counted = len(pieces) == 1 and pieces[0].isdigit()
    return (f"{base}_", int(pieces[0])) if counted else ("", 0)


def _zeros(node: t.Node, span: t.Span) -> t.Node:
    """A printed matrix with 0 for each of its numbers."""
    if isinstance(node, t.Negated):
        return _zeros(node.body, span)
    if isinstance(node, t.Number):
        return replace(node, text="0", value=node.value * 0, decimals=0, span=span)
    return rebuilt(node, lambda part: _zeros(part, span))
