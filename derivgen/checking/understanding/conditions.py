"""``y = 1 if z > 0, and y = 0 otherwise``: an inequality behind "if" is a condition and no claim, and what stands on both
sides of it is a case distinction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.evaluating.printed import is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

_IF = re.compile(
    r"(?:\b(?:if|iff|when|whenever|where|while|unless|until|as long as|provided that|in case|falls|wenn|sofern|sobald"
    r"|solange|si|quand|lorsque|tant que|cuando|mientras|se|quando|если|когда|пока|при)|如果|若|当|當|もし)"
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
_ENDS = re.compile(r"[.;。]\s|\n\s*\n")


def with_conditions(statements: Sequence[Statement], text: str) -> tuple[Statement, ...]:
    """The statements without the conditions among them; those that a condition parts are one then."""
    found: list[Statement] = []
    taken = -1
    for at, statement in enumerate(statements):
        if at <= taken:
            continue
        if not _is_condition(statement, text):
            found.append(statement)
            continue
        behind = statements[at + 1] if at + 1 < len(statements) else None
        made = _distinction(found[-1] if found else None, statement, behind, text)
        if made is not None:
            found[-1], taken = made, at + 1
    return tuple(found)


def _is_condition(statement: Statement, text: str) -> bool:
    relations = [segment.relation for segment in statement.chain.segments[1:]]
    if not relations or not set(relations) <= {"<", ">", "<=", ">=", "!="}:
        return False
    begin = statement.source(statement.chain.span[0])
    return _IF.search(text[max(0, begin - 30) : begin]) is not None


def _distinction(
    before: Statement | None, condition: Statement, behind: Statement | None, text: str
) -> Statement | None:
    """``y = 1`` and ``y = 0`` as one statement: y is 1 under a condition, and 0 otherwise."""
    if before is None or behind is None:
        return None
    name, other = before.left, behind.left
    if not isinstance(name, t.Name) or name != other or before.chain.continued:
        return None
    if not all(len(s.members) == 2 and is_printed(s.members[1]) for s in (before, behind)):
        return None
    ends = [s.source(s.chain.span[1] - 1) + 1 for s in (before, condition, behind)]
    first = text[ends[0] : condition.source(condition.chain.span[0])]
    second = text[ends[1] : behind.source(behind.chain.span[0])]
    third = text[ends[2] : ends[2] + _NEAR]
    if any(len(part) > _NEAR or _ENDS.search(part) for part in (first, second)):
        return None
    border = _ENDS.search(third)
    third = third if border is None else third[: border.start()]
    if not (_ELSE.search(second) or _ELSE.search(third)):
        return None
    lines = ((before.members[1], condition.chain), (behind.members[1], None))
    head, value = before.chain.segments
    segments = (head, replace(value, body=t.Cases(lines)))
    return replace(before, chain=replace(before.chain, segments=segments))
