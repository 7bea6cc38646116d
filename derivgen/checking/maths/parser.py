"""From the text of a passage to statements: the two passes of the maths parser.

``learn`` goes over all passages first and finds out what is a name; ``read`` then reads one passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from derivgen.checking.manuscript import Notation
from derivgen.checking.maths.code_derivatives import with_quotients
from derivgen.checking.maths.cursor import CannotRead, OnlyNamed, partners
from derivgen.checking.maths.expressions import Expressions
from derivgen.checking.maths.learning import learn as learn
from derivgen.checking.maths.statement import Statement
from derivgen.checking.maths.statements import statements
from derivgen.checking.maths.tokenising import TooLong, tokenise
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.tree import (
    Cases,
    Chain,
    Failure,
    Matrix,
    Node,
    Reading,
    Segment,
    Words,
    is_deeper,
    words_only,
)
from derivgen.checking.maths.vocabulary import Vocabulary

#: trees of more levels are not read: whoever goes through one may do so by recursion
MAX_LEVELS = 100

_CONDITIONS = frozenset({"if", "when", "for", "falls", "wenn", "provided", "unless"})
_ELSE = frozenset({"else", "otherwise", "sonst"})


def read(
    text: str,
    notation: Notation,
    vocabulary: Vocabulary | None = None,
    *,
    loose: bool = False,
) -> Reading:
    """The statements of one passage, and what could not be read.

    ``vocabulary`` is what ``learn`` found in the document.  ``loose`` is for formulas that stand loose in
    prose: a new statement may begin without any separator (``z = 0.41 a = 0.6``).  Never raises; work is linear
    in the text.
    """
    vocabulary = vocabulary or Vocabulary()
    try:
        tokens = tokenise(
            text,
            notation,
            whole=vocabulary.is_label,
            decimal_comma=vocabulary.decimal_comma,
            star_marks=vocabulary.star_marks,
        )
    except TooLong as error:
        reason = f"it is too long to be read ({error.length} characters)"
        return Reading((), (Failure(reason, (0, len(text))),))
    tokens = with_quotients(tokens, vocabulary)
    typed = notation == "typed"
    collected = _Collected()
    parts = list(statements(tokens, vocabulary, typed=typed, loose=loose))
    for group in _listed(parts):
        span = (group[0].tokens[0].span[0], group[-1].tokens[-1].span[1])
        try:
            _add(collected, group, vocabulary, text, typed)
        except CannotRead as error:
            if isinstance(error, OnlyNamed) and _says_nothing(group):
                continue
            if all(token.kind == "operator" for part in group for token in part.tokens):
                continue  # a sign that is spoken of
            collected.failures.append(Failure(error.reason, span))
        except RecursionError:  # the caller's own stack may be deep already
            collected.failures.append(Failure("it is nested too deeply", span))
    chains = []
    for chain in collected.chains:
        if is_deeper(chain, MAX_LEVELS):
            collected.failures.append(Failure("it is nested too deeply", chain.span))
        else:
            chains.append(chain)
    return Reading(tuple(chains), tuple(collected.failures))


def _says_nothing(group: Sequence[Statement]) -> bool:
    """True for formulas that only name a function: ``\\tanh``, ``1 - \\tanh^2``, ``g = \\tanh``."""
    for statement in group:
        marks = [at for at, token in enumerate(statement.tokens) if token.kind == "relation"]
        if marks and marks[-1] != len(statement.tokens) - 2:
            return False
    return True


@dataclass(slots=True)
class _Collected:
    """What was read so far; ``rows`` tells the row of each chain, ``condition`` is one that stands before what
    holds under it (``if z > 0: a = z``)."""

    chains: list[Chain] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    condition: Chain | None = None
    condition_row: int = -1

    def add(self, chain: Chain, row: int) -> None:
        """One more chain."""
        self.chains.append(chain)
        self.rows.append(row)


# --- lists after a relation -----------------------------------------------------------------------


def _listed(parts: list[Statement]) -> list[list[Statement]]:
    """Statements one by one; a list after a relation (``i = 1, 2, \\dots, n``) and names before one
    (``a, b = 1, 2``) together."""
    groups: list[list[Statement]] = []
    for part in parts:
        before = groups[-1] if groups else []
        same_row = bool(before) and before[-1].row == part.row and part.comma and not part.words
        item = same_row and not before[-1].words and _relations(part) == 0 and _is_item(part)
        if item and _relations(before[0]) == 1:
            before.append(part)
            continue
        groups.append([part])
    return [piece for group in _paired(groups) for piece in _settled(group)]


def _paired(groups: list[list[Statement]]) -> list[list[Statement]]:
    """``a, b = 1, 2`` as ``a = 1`` and ``b = 2``."""
    found: list[list[Statement]] = []
    for group in groups:
        count = len(group) - 1
        names = found[len(found) - count :] if 0 < count <= len(found) else []
        marks = [at for at, token in enumerate(group[0].tokens) if token.kind == "relation"]
        plain = all(
            len(each) == 1 and not each[0].words and _relations(each[0]) == 0 for each in names
        )
        joined = group[0].comma and all(each[0].comma for each in names[1:])
        alone = len(found) <= count or found[-count - 1][0].row != group[0].row
        if not (names and plain and joined and marks and alone):
            found.append(group)
            continue
        mark = marks[0]
        first = group[0]
        sides = [*(each[0].tokens for each in names), first.tokens[:mark]]
        values = [first.tokens[mark + 1 :], *(part.tokens for part in group[1:])]
        del found[len(found) - count :]
        for side, value in zip(sides, values, strict=True):
            found.append([replace(first, tokens=(*side, first.tokens[mark], *value), comma=False)])
    return found


def _settled(group: list[Statement]) -> list[list[Statement]]:
    """A list stays together where it is one for certain: numbers or dots."""
    if len(group) == 1:
        return [group]
    plain = all(
        token.kind in ("number", "dots", "operator") for part in group[1:] for token in part.tokens
    )
    dots = any(token.kind == "dots" for part in group for token in part.tokens)
    return [group] if plain or dots else [[part] for part in group]


def _relations(part: Statement) -> int:
    return sum(token.kind == "relation" for token in part.tokens)


def _is_item(part: Statement) -> bool:
    return len(part.tokens) <= 4 and part.tokens[0].kind in (
        "number",
        "dots",
        "letters",
        "operator",
        "greek",
    )


# --- chains ---------------------------------------------------------------------------------------


def _add(
    found: _Collected, group: list[Statement], vocabulary: Vocabulary, text: str, typed: bool
) -> None:
    first = group[0]
    row = first.row
    if first.words:
        found.add(words_only(first.tokens[0].text, first.tokens[0].span), row)
        return
    if prose := _prose(first, vocabulary, typed):
        span = (first.tokens[0].span[0], first.tokens[-1].span[1])
        if prose == "words":
            found.add(words_only(text[span[0] : span[1]], span), row)
            return
        raise CannotRead("words in the middle of a formula", span)
    chain = _chain(first.tokens, vocabulary, text, typed)
    if len(group) > 1:
        items = [chain.segments[-1].body]
        items += [
            segment.body
            for part in group[1:]
            for segment in _chain(part.tokens, vocabulary, text, typed).segments
        ]
        chain = _with_last(chain, _list(items, group))
    if first.word in _CONDITIONS:
        if _make_conditional(found, chain, first.word, row):
            return
        if len(chain.segments) > 1:
            found.condition, found.condition_row = chain, row
            return
    if first.word in _ELSE and _make_otherwise(found, chain, row):
        return
    condition, found.condition = found.condition, None
    if condition is not None and found.condition_row == row and len(chain.segments) > 1:
        body = chain.segments[-1].body
        chain = _with_last(chain, Cases(((body, condition),), body.span))
    found.add(replace(chain, tag=first.tag), row)


def _list(items: list[Node], group: list[Statement]) -> Node:
    span = (items[0].span[0], group[-1].tokens[-1].span[1])
    return Matrix((tuple(items),), span, is_list=True)


def _with_last(chain: Chain, body: Node) -> Chain:
    last = chain.segments[-1]
    span = (last.span[0], body.span[1])
    segments = (*chain.segments[:-1], replace(last, body=body, span=span))
    return replace(chain, segments=segments, span=(chain.span[0], span[1]))


def _before_words(found: _Collected, row: int) -> int:
    """The last chain of a row that is no words; -1 where there is none."""
    at = len(found.chains) - 1
    if at >= 0 and isinstance(found.chains[at].segments[-1].body, Words):
        at -= 1
    return at if at >= 0 and found.rows[at] == row else -1


def _make_conditional(found: _Collected, condition: Chain, word: str, row: int) -> bool:
    """``a = z if z > 0`` holds under its condition only; ``... for w_5`` says no more than a name.

    False where no statement stands before the condition."""
    at = _before_words(found, row)
    if at < 0 or found.chains[at].segments[-1].relation is None:
        return False
    if len(condition.segments) < 2 and word not in ("if", "when", "unless", "provided"):
        return True
    del found.chains[at + 1 :], found.rows[at + 1 :]
    previous = found.chains[at]
    last = previous.segments[-1]
    if word == "unless":
        body: Node = Words("unless", condition.span)
        condition = Chain((Segment(None, body, condition.span),), False, "", condition.span)
    span = (last.body.span[0], condition.span[1])
    found.chains[at] = _with_last(previous, Cases(((last.body, condition),), span))
    return True


def _make_otherwise(found: _Collected, chain: Chain, row: int) -> bool:
    """The other line of ``1 if z > 0 else 0``; False where none is awaited."""
    at = _before_words(found, row)
    if at < 0 or len(chain.segments) > 1:
        return False
    body = found.chains[at].segments[-1].body
    if not isinstance(body, Cases):
        return False
    del found.chains[at + 1 :], found.rows[at + 1 :]
    span = (body.span[0], chain.span[1])
    lines = (*body.lines, (chain.segments[0].body, None))
    found.chains[at] = _with_last(found.chains[at], Cases(lines, span))
    return True


def _chain(tokens: tuple[Token, ...], vocabulary: Vocabulary, text: str, typed: bool) -> Chain:
    held = list(tokens)
    reader = Expressions(held, partners(held), vocabulary, typed, text, 0, len(held))
    return reader.chain(0, len(held))


def _prose(statement: Statement, vocabulary: Vocabulary, typed: bool) -> str:
    """``words`` for a typed statement that is nothing but unknown words, ``mixed`` for one with two unknown words
    side by side; otherwise an empty text."""
    if not typed:
        return ""
    tokens = statement.tokens
    unknown = [
        token.kind == "letters" and len(token.text) > 2 and not vocabulary.knows(token.text)
        for token in tokens
    ]
    pairs = any(
        left and right and not tokens[at + 1].glued
        for at, (left, right) in enumerate(pairwise(unknown))
    )
    if not pairs:
        return ""
    signs = any(token.kind in ("relation", "operator", "script") for token in tokens)
    return "mixed" if signs else "words"


__all__ = ["learn", "read"]
