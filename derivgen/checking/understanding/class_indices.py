"""``s_y`` where y is the number of a class: with ``y = 1`` it is ``s_1``, and ``\\sum_{j \\neq y}`` leaves out the first.

Only a y that stands in no formula but below a letter with an index, and in conditions, is such a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement, keys_in

#: what the number of a class is called
_LABELS = frozenset({"y", "t", "c"})


def with_numbers_of_classes(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with the numbers in the place of these letters."""
    keys = keys_in(statements)
    used = {base for base, pieces in map(ix.split, keys) if len(pieces) == 1}
    below = {key for key in keys for base, pieces in (ix.split(key),) if base in used and pieces}
    told = {
        label: number
        for label, number in _numbers(statements).items()
        if any(_is_below(label, key, keys) for key in below)
    }
    quantities = {key for s in statements for key in _read(s)}
    told = {label: number for label, number in told.items() if label not in quantities}
    if not told:
        return tuple(statements)
    return tuple(
        s if isinstance(s.left, t.Name) and s.left.key in told else s.mapped(partial(_put, told))
        for s in statements
    )


def _numbers(statements: Sequence[Statement]) -> dict[str, int]:
    """The whole numbers that are given to labels, where each has one all through the document."""
    found: dict[str, set[t.Node]] = {}
    for statement in statements:
        left, members = statement.left, statement.members
        if isinstance(left, t.Name) and not left.mark and left.key in _LABELS:
            found.setdefault(left.key, set()).update(members[1:])
    return {
        label: int(number.value)
        for label, (number, *others) in ((k, tuple(v)) for k, v in found.items() if v)
        if not others and isinstance(number, t.Number) and number.value.denominator == 1
    }


def _is_below(label: str, key: str, keys: set[str]) -> bool:
    """True for ``s_y`` beside ``s_j`` or ``s_1``, and not beside ``s_x``."""
    base, pieces = ix.split(key)
    others = [p for b, p in map(ix.split, keys) if b == base and len(p) == 1 and p != [label]]
    counted = [p for p in others if p[0].isdigit() or p[0] in ix.LETTERS]
    return pieces == [label] and bool(counted) and ["x"] not in others


def _read(statement: Statement) -> Iterator[str]:
    """What is read in formulas, but not in conditions alone."""
    members = statement.members
    given = len(members) == 2 and is_printed(members[1])
    for member in members[1:] if given else members:
        yield from t.names_in(member)


def _put(told: Mapping[str, int], node: t.Node) -> t.Node:
    if isinstance(node, t.Name):
        base, pieces = ix.split(node.key)
        if len(pieces) == 1 and pieces[0] in told:
            key = ix.joined(base, [str(told[pieces[0]])])
            return replace(node, key=key, written=key)
        number = told.get(node.key)
        return node if number is None else t.Number(str(number), Fraction(number), 0, node.span)
    if isinstance(node, t.Cases):
        lines = tuple(
            (_put(told, value), None if test is None else _in_test(told, test))
            for value, test in node.lines
        )
        return replace(node, lines=lines)
    return rebuilt(node, partial(_put, told))


def _in_test(told: Mapping[str, int], test: t.Chain) -> t.Chain:
    segments = tuple(replace(s, body=_put(told, s.body)) for s in test.segments)
    return replace(test, segments=segments)
