"""A passage taken apart into statements: rows of a display, lines, and what commas and words separate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from derivgen.checking.maths import functions
from derivgen.checking.maths.cleaning import NAMES, cleaned, rows_of
from derivgen.checking.maths.cursor import ENDS, partners
from derivgen.checking.maths.language import STOP_WORDS, is_name_text
from derivgen.checking.maths.restarts import restarted, split_at_arrows
from derivgen.checking.maths.rows import (
    joined_words,
    typed_tag,
    with_alignment,
    with_crosses,
    with_values,
)
from derivgen.checking.maths.spelling import LABELS
from derivgen.checking.maths.statement import Statement
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.vocabulary import Vocabulary

#: Remarks in brackets within remarks in brackets are read so far.
_ASIDES: Final = 3


#: Words that separate even where they stand without a text font.
_LOOSE_WORDS: Final = STOP_WORDS - {
    "a",
    "i",
    "an",
    "in",
    "is",
    "at",
    "as",
    "be",
    "do",
    "on",
    "e.g.",
    "i.e.",
}


def statements(
    tokens: Sequence[Token], vocabulary: Vocabulary, *, typed: bool, loose: bool = False
) -> Iterator[Statement]:
    """The statements of a passage in order."""
    kept = cleaned(list(tokens))
    for number, row in enumerate(rows_of(kept)):
        found = list(_row_statements(row, number, vocabulary, typed))
        for statement in found:
            for part in restarted(statement, loose):
                yield from split_at_arrows(part)


def _row_statements(
    row: list[Token], number: int, vocabulary: Vocabulary, typed: bool, depth: int = 0
) -> Iterator[Statement]:
    tags = [token.text for token in row if token.kind == "tag"]
    row = with_alignment([token for token in row if token.kind != "tag"])
    row = with_values(row)
    if typed:
        row = with_crosses(row, vocabulary)
        row, tags = typed_tag(row, tags)
        row = joined_words(row, vocabulary)
    partner = partners(row)
    found: list[Statement] = []
    begin, at, word, comma, implied = 0, 0, "", False, False

    def close(end: int) -> None:
        tokens = _without_points(row[begin:end])
        number_in_brackets = len(tokens) == 3 and _is_item_number(tokens)
        if number_in_brackets and found and not found[-1].words and row[begin - 1].text == "quad":
            found[-1] = replace(found[-1], tag=tokens[1].text)  # "x = 5 \\quad (1)"
        elif tokens:
            found.append(Statement(tuple(tokens), number, word, comma, False, "", implied))

    while at < len(row):
        token = row[at]
        if partner[at] > at:
            after = partner[at] + 1
            if depth < _ASIDES and _is_aside(row, partner, at, begin):
                close(at)
                inner = _row_statements(
                    row[at + 1 : after - 1], number, vocabulary, typed, depth + 1
                )
                found += inner
                begin, word, comma, implied = after, "", False, True
            at = after
            continue
        words = _words_at(row, at, vocabulary, typed)
        cut = token.kind in ("implies",) or (
            token.kind == "separator" and not _is_index_comma(row, at, typed)
        )
        if words or cut or _ends_sentence(row, at):
            close(at)
            begin, comma = at + 1, token.kind == "separator" and token.text == ","
            implied = token.kind == "implies"
            if words:
                lower = token.text.strip().lower().lstrip("(,;:. ")
                word = lower.split(" ")[0].strip(",.:;") if lower else ""
                found.append(Statement((token,), number, words=True))
            elif not comma:
                word = ""
        at += 1
    close(len(row))
    if tags and found:
        last = max((at for at, each in enumerate(found) if not each.words), default=-1)
        if last >= 0:
            found[last] = replace(found[last], tag=tags[-1])
    yield from found


def _is_aside(row: Sequence[Token], partner: Sequence[int], at: int, begin: int) -> bool:
    """Whether a bracket is a remark with statements or words of its own: ``= 0.8 (with w = 1)``."""
    if row[at].kind != "open" or row[at].text.lstrip(".") != "(" or (row[at].glued and at > begin):
        return False
    if at > begin and row[at - 1].kind not in ENDS and row[at - 1].kind != "separator":
        return False
    inside = row[at + 1 : partner[at]]
    if inside and all(token.kind == "letters" and len(token.text) > 4 for token in inside):
        return at > begin  # "= 0.75 (rounded)"
    if inside and inside[0].kind == "text" and not is_name_text(inside[0].text):
        return True
    if len(inside) == 1 and inside[0].kind == "text" and " " in inside[0].text.strip():
        return at > begin  # "= 0.4 (see above)"
    here = at + 1
    while here < partner[at]:
        if row[here].kind == "relation":
            return True
        here = partner[here] + 1 if partner[here] > here else here + 1
    return False


def _is_index_comma(row: Sequence[Token], at: int, typed: bool) -> bool:
    """Whether a comma belongs to a typed index: ``hpre,0``."""
    if not typed or row[at].text != "," or not row[at].glued or not 0 < at < len(row) - 1:
        return False
    before, after = row[at - 1], row[at + 1]
    label = before.text[1:]
    number = after.kind == "number" and after.text.isdigit() and len(after.text) <= 2
    return (
        before.kind == "letters" and label in LABELS and number and (after.glued or label == "pre")
    )


def _words_at(row: Sequence[Token], at: int, vocabulary: Vocabulary, typed: bool) -> bool:
    """Whether a token is words, not a part of a formula."""
    token = row[at]
    if token.kind == "letters":
        lower = token.text.lower()
        if len(lower) < (2 if typed else 3) or lower not in _LOOSE_WORDS or (token.glued and at):
            return False
        after = row[at + 1] if at + 1 < len(row) else None
        close = after is not None and after.glued and after.kind in ("script", "number", "open")
        return not close and not vocabulary.knows(token.text)
    if token.kind != "text":
        return False
    if not is_name_text(token.text):
        return True
    plain = token.text.strip()
    if vocabulary.knows(plain) or functions.canonical(plain) is not None:
        return False
    before = row[at - 1] if at else None
    after = row[at + 1] if at + 1 < len(row) else None
    alone = before is None and after is None
    touches = (before is not None and before.kind in ENDS) or (
        after is not None
        and after.kind
        in ("number", "letters", "word", "greek", "accent", "text", "command", "begin")
    )
    between = (before is None or before.kind == "separator") and (
        after is None or after.kind == "separator"
    )
    return alone or touches or between


def _ends_sentence(row: Sequence[Token], at: int) -> bool:
    """Whether a point ends a sentence within the row."""
    token = row[at]
    if token.kind != "point" or at + 1 >= len(row):
        return token.kind == "point"
    return not row[at + 1].glued and at > 0 and not (at == 1 and row[0].kind == "number")


def _without_points(tokens: list[Token]) -> list[Token]:
    """A statement without punctuation at its end and the number of a list item before it."""
    while tokens and tokens[-1].kind in ("point", "separator"):
        tokens = tokens[:-1]
    while tokens and tokens[0].kind in ("point", "separator"):
        tokens = tokens[1:]
    if (
        len(tokens) > 3
        and tokens[0].kind == "number"
        and tokens[0].text.isdigit()
        and tokens[1].kind == "point"
    ):
        tokens = tokens[2:]
    item = len(tokens) > 5 and _is_item_number(tokens) and not tokens[3].glued
    if item and tokens[3].kind in NAMES and any(token.kind == "relation" for token in tokens):
        tokens = tokens[3:]
    return tokens


def _is_item_number(tokens: Sequence[Token]) -> bool:
    """Whether a statement begins with a whole number in brackets."""
    return (
        tokens[0][:2] == ("open", "(")
        and tokens[1].kind == "number"
        and tokens[1].text.isdigit()
        and tokens[2].kind == "close"
    )
