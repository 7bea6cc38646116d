"""Numbers that are only supposed: ``if x goes up by 0.1, then q = 3.1`` says nothing of the document's q."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derivgen.checking.evaluating.printed import is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

#: how a sentence begins that may change something in thought, what it then says, and what parts sentences
_BEGIN = re.compile(r"[\s>*-]*(?:if|suppose|imagine|assume|were|had|wenn|si)\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:goes? (?:up|down)|increas|decreas|chang|nudg|rais|lower|bump|perturb|wiggl|mov|instead\b|were\b|"
    r"would\b|wäre\b|würde\b|augment|grows?\b|shr[ia]nk)",
    re.IGNORECASE,
)
#: "Without momentum (beta = 0):", up to the bracket
_WITHOUT = re.compile(
    r"(?:^|\n)[\s>*#-]*(?:without|ohne|sans|sin|sem|senza)\b[^.\n(]{0,60}\(\s*[$`\\(]*$",
    re.IGNORECASE,
)
_BORDER = re.compile(r"[.!?]\s|\n[ \t]{0,40}\n")
#: characters of a sentence that are looked at, before a place and behind it
_LONGEST = 300


def apart_from_suppositions(
    statements: Sequence[Statement], text: str
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """The statements that are meant, and those that give another value to something that has one, in a sentence
    about a change that is not made."""
    known: set[str] = set()
    meant, supposed = [], []
    for statement in statements:
        key = _valued(statement)
        if key in known and _is_supposed(text, statement.source(statement.chain.span[0])):
            supposed.append(statement)
            continue
        if isinstance(statement.left, t.Name):
            known.add(statement.left.key)
        meant.append(statement)
    return tuple(meant), tuple(supposed)


def _valued(statement: Statement) -> str | None:
    """The key that a statement gives a bare number to."""
    members = statement.members
    if len(members) != 2 or not isinstance(members[0], t.Name) or members[0].mark:
        return None
    return members[0].key if is_printed(members[1]) else None


def _is_supposed(text: str, place: int) -> bool:
    """True where the sentence around a place changes something in thought, or leaves it out."""
    before = text[max(0, place - _LONGEST) : place]
    if _WITHOUT.search(before):
        return True
    borders = [found.end() for found in _BORDER.finditer(before)]
    begin = before[borders[-1] if borders else 0 :]
    if not _BEGIN.match(begin):
        return False
    behind = text[place : place + _LONGEST]
    end = _BORDER.search(behind)
    sentence = begin + (behind if end is None else behind[: end.start()])
    return _CHANGE.search(sentence) is not None
