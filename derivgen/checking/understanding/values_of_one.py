"""``t_k = 1`` if ``k = 3``, else ``t_k = 0``: what one cell of a vector is, and what all others are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement, keys_in

_LETTERS = frozenset("ijklmn")
#: so few characters stand between a value and the index that has it: ``si``, ``for the class``
_NEAR = 20
_ENDS = (".", ";", "。", "\n\n")


def with_values_of_one(statements: Sequence[Statement], text: str) -> tuple[Statement, ...]:
    """The statements, with ``t_k = 1`` said of t_3 where ``k = 3`` stands behind it; with ``t_k = 0`` behind that,
    which is for all others, it is a case distinction."""
    found: list[Statement] = []
    at = 0
    while at < len(statements):
        here, index, others = (*statements[at : at + 3], None, None)[:3]
        one = _of_one(here, index, text) if here and index else None
        if not here or not index or one is None:
            found.extend([here] if here else [])
            at += 1
            continue
        name, value, test, number = one
        rest = _valued(others) if others and _are_near(index, others, text) else None
        if rest is not None and rest[0] == name:
            lines = ((value, test), (rest[1], None))
            found.append(_saying(here, name, t.Cases(lines)))
            at += 3
        else:
            letter = ix.letters_of(name.key)[0]
            found.append(_saying(here, ix.at(name, {letter: number}), value))
            at += 2
    return tuple(found)


def values_by_index(statements: Sequence[Statement]) -> dict[str, t.Node]:
    """The cells of vectors that only a case distinction of their index says, for the numbers that others with this
    index have: t_1, t_2 and t_3 beside ``p_k - t_k`` and p_1, p_2, p_3."""
    used = keys_in(statements)
    found: dict[str, t.Node] = {}
    for statement in statements:
        left, members = statement.left, statement.members
        cases = members[1] if len(members) == 2 else None
        letters = ix.letters_of(left.key) if isinstance(left, t.Name) else []
        if not isinstance(left, t.Name) or not isinstance(cases, t.Cases) or len(letters) != 1:
            continue
        (letter,) = letters
        alike = {ix.split(key)[0] for key in used if ix.split(key)[1] == [letter]}
        numbers = {
            int(piece)
            for base, (piece,) in (_numbered(key) for key in used)
            if base in alike and piece.isdigit()
        }
        for number in sorted(numbers):
            key, value = ix.put_in(left.key, {letter: number}), ix.chosen(cases, {letter: number})
            if key not in used and not isinstance(value, t.Cases):
                found[key] = value
    return found


def _numbered(key: str) -> tuple[str, tuple[str]]:
    """A key as its base and its only index; an empty one where it has another number of them."""
    base, pieces = ix.split(key)
    return (base, (pieces[0],)) if len(pieces) == 1 else (base, ("",))


def _of_one(
    valued: Statement, index: Statement, text: str
) -> tuple[t.Name, t.Node, t.Chain, int] | None:
    """The name and the value of ``t_k = 1``, and the ``k = 3`` that stands behind it."""
    value, number = _valued(valued), _valued(index)
    if value is None or number is None or not _are_near(valued, index, text):
        return None
    letter, whole = number
    if letter.key not in _LETTERS or ix.letters_of(value[0].key) != [letter.key]:
        return None
    if not isinstance(whole, t.Number) or whole.decimals > 0:
        return None
    return *value, index.chain, int(whole.value)


def _valued(statement: Statement) -> tuple[t.Name, t.Node] | None:
    """The two sides of ``t_k = 1``."""
    segments = statement.chain.segments
    if statement.chain.continued or len(segments) != 2 or segments[1].relation != "=":
        return None
    left, right = segments[0].body, segments[1].body
    if isinstance(left, t.Name) and not left.mark and is_printed(right):
        return left, right
    return None


def _are_near(one: Statement, other: Statement, text: str) -> bool:
    """Whether there are only a few words of one sentence between two formulas."""
    between = text[one.source(one.chain.span[1] - 1) + 1 : other.source(other.chain.span[0])]
    return len(between) <= _NEAR and not any(end in between for end in _ENDS)


def _saying(statement: Statement, name: t.Node, body: t.Node) -> Statement:
    first, second = statement.chain.segments
    segments = (replace(first, body=name), replace(second, body=body))
    return replace(statement, chain=replace(statement.chain, segments=segments), left=name)
