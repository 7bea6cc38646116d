"""``y = 1 if z > 0, and y = 0 otherwise``: an inequality behind "if" is a condition and no claim, and what stands on both
sides of it is a case distinction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

_IF = re.compile(
    r"(?:\b(?:if|iff|for|when|whenever|where|while|unless|until|as long as|provided that|in case|falls|wenn|für|sofern|sobald"
    r"|solange|si|pour|para|per|quand|lorsque|tant que|cuando|mientras|se|quando|если|когда|пока|при)|如果|若|当|當|もし)"
    r"[\s$\\(*_`]{0,8}$",
    re.IGNORECASE,
)
_ELSE = re.compile(
    r"\b(?:otherwise|else|if not|in all other cases|sonst|ansonsten|andernfalls|sinon|autrement|si no|en otro caso"
    r"|de lo contrario|caso contr[aá]rio|altrimenti|senão|иначе|в противном случае)\b|否则|否則|其他|それ以外",
    re.IGNORECASE,
)
#: so few characters stand between the parts of a case distinction
_NEAR = 60
_COMPARED = frozenset({"<", ">", "<=", ">="})
_ENDS = re.compile(r"[.;。]\s|\n\s*\n")


def with_conditions(statements: Sequence[Statement], text: str) -> tuple[Statement, ...]:
    """The statements without the conditions among them; those that a condition parts are one then."""
    found: list[Statement] = []
    taken = -1
    for at, statement in enumerate(statements):
        if at <= taken:
            continue
        if not _is_condition(statement, text):
            found.append(_without_condition(statement, text))
            continue
        behind, last = (*statements[at + 1 : at + 3], None, None)[:2]
        closing = last if last is not None and _is_condition(last, text) else None
        made = _distinction(found[-1] if found else None, statement, behind, closing, text)
        if made is not None:
            found[-1] = made
            taken = at + 1 if closing is None else at + 2
        elif found and _is_half(found[-1], statement, text):
            found.pop()
    return tuple(found)


def _is_half(before: Statement, condition: Statement, text: str) -> bool:
    """True for ``h = u`` of ``h = u for u > 0, exp(u) - 1 otherwise``: it holds under a condition alone."""
    between = text[_end(before) : condition.source(condition.chain.span[0])]
    if len(before.members) != 2 or len(between) > _NEAR or _ENDS.search(between):
        return False
    return _ELSE.search(_rest(condition, text)) is not None


def _rest(statement: Statement, text: str) -> str:
    """What stands behind a statement in its sentence."""
    rest = text[_end(statement) : _end(statement) + _NEAR]
    border = _ENDS.search(rest)
    return rest if border is None else rest[: border.start()]


def _is_condition(statement: Statement, text: str) -> bool:
    relations = [segment.relation for segment in statement.chain.segments[1:]]
    return (
        bool(relations) and _COMPARED.issuperset(relations) and _stands_behind_if(statement, text)
    )


def _stands_behind_if(statement: Statement, text: str) -> bool:
    begin = statement.source(statement.chain.span[0])
    return _IF.search(text[max(0, begin - 30) : begin]) is not None


def _without_condition(statement: Statement, text: str) -> Statement:
    """``s = w x + b`` of "if s = w x + b > 0"."""
    segments = statement.chain.segments
    compared = [n for n, s in enumerate(segments) if s.relation in _COMPARED]
    if not compared or compared[0] < 2 or not _stands_behind_if(statement, text):
        return statement
    return replace(statement, chain=replace(statement.chain, segments=segments[: compared[0]]))


def _distinction(
    before: Statement | None,
    condition: Statement,
    behind: Statement | None,
    closing: Statement | None,
    text: str,
) -> Statement | None:
    """``y = 1`` and ``y = 0`` as one statement: y is 1 under a condition, and 0 otherwise, or under another one."""
    if before is None or behind is None or before.chain.continued or behind.chain.continued:
        return None
    name = before.left
    if not isinstance(name, t.Name | t.Call) or name != behind.left:
        return None
    if any(len(s.members) != 2 for s in (before, behind)):
        return None
    parts = [before, condition, behind, *(() if closing is None else (closing,))]
    between = [
        text[_end(one) : other.source(other.chain.span[0])] for one, other in pairwise(parts)
    ]
    if any(len(words) > _NEAR or _ENDS.search(words) for words in between):
        return None
    said = _ELSE.search(between[1]) or _ELSE.search(_rest(behind, text))
    if closing is None and not said:
        return None
    lines = (
        (before.members[1], condition.chain),
        (behind.members[1], None if closing is None else closing.chain),
    )
    head, value = before.chain.segments
    segments = (head, replace(value, body=t.Cases(lines)))
    return replace(before, chain=replace(before.chain, segments=segments))


def _end(statement: Statement) -> int:
    return statement.source(statement.chain.span[1] - 1) + 1
