"""Statements that stand behind each other without anything between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile
from typing import Final, NamedTuple

from derivgen.checking.maths import functions
from derivgen.checking.maths.cursor import ENDS, partners
from derivgen.checking.maths.statement import Statement
from derivgen.checking.maths.tokens import Token


def restarted(statement: Statement, loose: bool) -> Iterator[Statement]:
    """A statement as several, where a new one begins without any separator.

    That is certain where the left side stands again before a relation, and where a name with a relation follows
    a lone number with a space of its own (``a = 1 \\; b = 2``).  ``loose``: it is also so for any name (or
    derivative) after a complete operand."""
    tokens = statement.tokens
    partner = partners(tokens)
    marks = [at for at in _top(partner, len(tokens)) if tokens[at].kind == "relation"]
    if len(marks) < 2 or statement.words:
        yield statement
        return
    first = [token[:2] for token in tokens[: marks[0]]]
    begin = 0
    for left, right in pairwise(marks):
        cut = _restart(tokens, partner, left + 1, right, first, loose)
        if cut is not None:
            yield replace(statement, tokens=tokens[begin:cut], tag="")
            statement = replace(statement, word="", comma=False, implied=True)
            begin = cut
            if loose:
                first = [token[:2] for token in tokens[cut:right]]
    yield replace(statement, tokens=tokens[begin:])


def _top(partner: Sequence[int], end: int) -> Iterator[int]:
    at = 0
    while at < end:
        yield at
        at = partner[at] + 1 if partner[at] > at else at + 1


_BARE: Final = frozenset({"log", "exp", "tanh", "sin", "cos"})
#: signs that a new left side does not begin with: a number before them is a factor
_OVER_TERMS: Final = frozenset({"sum", "prod"})
_NUMERIC: Final = frozenset({"number", "operator", "open", "close"})
_STARTS: Final = frozenset({"letters", "word", "greek", "accent", "text", "command", "partial"})


def _restart(
    tokens: Sequence[Token],
    partner: Sequence[int],
    begin: int,
    end: int,
    first: Sequence[tuple[str, ...]],
    loose: bool,
) -> int | None:
    same = end - len(first)
    again = first and same > begin and [token[:2] for token in tokens[same:end]] == list(first)
    # the left side in "w = w + \Delta w = 0.5" is no new beginning
    times = tokens[same - 1].kind == "greek" if same > begin else False
    if again and tokens[same - 1].kind in ENDS and not tokens[same].glued and not times:
        return same
    candidate: int | None = None
    at, number = begin, False
    while at < end:
        token = tokens[at]
        if token.kind == "operator" and not (at == begin and token.text == "-"):
            candidate, number = None, False
        elif (
            at > begin
            and token.kind in _STARTS
            and token.kind != "text"
            and not token.glued
            and tokens[at - 1].kind in ENDS
        ):
            function = _is_function(tokens[at - 1]) or (
                _is_function(token) and tokens[at - 1].kind != "number"
            )
            if (
                function
                or _belongs(tokens, partner, begin, at, end)
                or _is_alike(tokens, begin, end)
            ):
                at = partner[at] + 1 if partner[at] > at else at + 1
                continue
            candidate = at
            number = _is_lone_number(tokens[begin:at]) and token.text not in _OVER_TERMS
        at = partner[at] + 1 if partner[at] > at else at + 1
    if number and [token[:2] for token in tokens[end + 1 : end + 2]] == [tokens[begin][:2]]:
        number = False  # "= 2 q = 2 * 3.7": the number is a factor
    if number and first[:1] and first[0][0] == "command" and "." not in tokens[begin].text:
        number = False  # "\frac{df}{dz} = 2 z = 3.7": a derivative is a whole number seldom alone
    if candidate is None:
        return None
    if number:
        # typeset, "h = 1.2 z = 0.6" has no gap before its z: who means two statements puts a space there
        return candidate if loose or _gap(tokens, candidate) > 1 else None
    return candidate if loose and not _is_result(tokens, candidate, end) else None


def _is_lone_number(tokens: Sequence[Token]) -> bool:
    """``0.5`` or ``-0.5``; in ``\\frac12`` the number is the end of a fraction."""
    *before, last = tokens
    signed = [token.text for token in before] == ["-"]
    return last.kind == "number" and (not before or signed)


def _is_result(tokens: Sequence[Token], candidate: int, end: int) -> bool:
    """Whether numbers are the result of a product, ``= (y - t) h_3 = 0.07``, and not the value of its last
    factor: nothing but one space stands before that."""
    value = list(takewhile(lambda token: token.kind != "relation", tokens[end + 1 :]))
    if value and value[0].text == "-":
        value = value[1:]
    if _gap(tokens, candidate) != 1 or not value:
        return False
    numbers = all(token.kind in _NUMERIC or token.text == "," for token in value)
    return value[0].kind == "number" or (value[0].kind == "open" and numbers)


def _gap(tokens: Sequence[Token], at: int) -> int:
    """How many characters stand between a token and the one before it."""
    return tokens[at].span[0] - tokens[at - 1].span[1]


def _is_function(token: Token) -> bool:
    """True for a function that is put before what it is of without brackets: ``y \\ln p``."""
    return token.kind in _STARTS and functions.canonical(token.text) in _BARE


def _belongs(
    tokens: Sequence[Token], partner: Sequence[int], begin: int, at: int, end: int
) -> bool:
    """Whether a derivative between two relations is a factor of what stands before it: it carries a chain on
    (``dE/da da/dz``), or it is by what it changes (``w - eta dE/dw``)."""
    here = _ratio(tokens, partner, at)
    if here is None:
        return False
    size = len(here.by)
    changed = [token[:2] for token in tokens[begin : begin + size]] == here.by
    if changed and here.end == end and tokens[begin + size].text in ("+", "-"):
        return True
    before = [_ratio(tokens, partner, start) for start in range(begin, at)]
    return any(b is not None and b.end == at and b.by == here.of for b in before)


def _is_alike(tokens: Sequence[Token], begin: int, end: int) -> bool:
    """Whether a side is a sum of products of the same letters: ``d_3 h_2 + d_2 h_1``."""
    terms: list[list[str]] = [[]]
    for before, token in zip((None, *tokens[begin:]), tokens[begin:end], strict=False):
        lowered = before is not None and before.text in ("_", "^")
        if token.kind == "operator" and token.text in ("+", "-") and not lowered:
            terms.append([])
        elif token.kind in _STARTS and not lowered:
            terms[-1].append(token.text)
    return len(terms) > 1 and len(terms[0]) > 1 and all(term == terms[0] for term in terms)


class _Ratio(NamedTuple):
    """What a fraction of differentials is of and by, and where it ends."""

    of: list[tuple[str, str]]
    by: list[tuple[str, str]]
    end: int


def _ratio(tokens: Sequence[Token], partner: Sequence[int], at: int) -> _Ratio | None:
    if not (tokens[at].kind == "command" and tokens[at].text.endswith("frac")):
        return None
    if at + 1 >= len(tokens) or partner[at + 1] <= at + 1 or partner[at + 1] + 1 >= len(tokens):
        return None
    below = partner[at + 1] + 1
    if partner[below] <= below:
        return None
    above = [token[:2] for token in tokens[at + 2 : below - 1]]
    under = [token[:2] for token in tokens[below + 1 : partner[below]]]
    if len(above) < 2 or len(under) < 2 or above[0] != under[0]:
        return None
    return _Ratio(above[1:], under[1:], partner[below] + 1)


def _is_update(
    tokens: Sequence[Token], partner: Sequence[int], marks: Sequence[int], arrow: int
) -> bool:
    """Whether an arrow is an assignment: ``w \\to 0.4 - 0.1 * 0.05``, ``w \\to w - \\eta \\delta``."""
    if arrow != marks[0] or arrow == 0 or arrow + 1 >= len(tokens):
        return False
    end = next((mark for mark in marks if mark > arrow), len(tokens))
    first = arrow + 1 + (tokens[arrow + 1][:2] == ("operator", "-"))
    begins = tokens[min(first, len(tokens) - 1)].kind == "number" or (
        [token[:2] for token in tokens[arrow + 1 : 2 * arrow + 1]]
        == [token[:2] for token in tokens[:arrow]]
    )
    inside = (at for at in _top(partner, len(tokens)) if first < at < end)
    return begins and any(
        tokens[at].kind == "operator" and tokens[at].text in ("+", "-") for at in inside
    )


def split_at_arrows(statement: Statement) -> Iterator[Statement]:
    """``a = 1 \\to b = 2`` as two statements; a row of arrows alone (``w \\to z \\to L``) stays one."""
    tokens = statement.tokens
    partner = partners(tokens)
    marks = [at for at in _top(partner, len(tokens)) if tokens[at].kind == "relation"]
    arrows = [at for at in marks if tokens[at].text == "to"]
    if arrows and _is_update(tokens, partner, marks, arrows[0]):
        assigned = tokens[arrows[0]]._replace(text="assign")
        tokens = (*tokens[: arrows[0]], assigned, *tokens[arrows[0] + 1 :])
        statement, arrows = replace(statement, tokens=tokens), arrows[1:]
    if not arrows or (len(arrows) == len(marks) and arrows[0] > 0):
        yield statement
        return
    begin = 0
    for arrow in [*arrows, len(tokens)]:
        if arrow > begin:
            part = replace(statement, tokens=tokens[begin:arrow])
            yield part if begin == 0 else replace(part, word="", comma=False, implied=True)
        begin = arrow + 1
