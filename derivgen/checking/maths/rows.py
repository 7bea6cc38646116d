"""A row made plain before it is cut: alignment, values after a colon, crosses, numbers of equations."""

from __future__ import annotations

from typing import Final

from derivgen.checking.maths.cleaning import NAMES
from derivgen.checking.maths.cursor import ENDS, partners
from derivgen.checking.maths.language import STOP_WORDS
from derivgen.checking.maths.spelling import MARKS
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.vocabulary import Vocabulary


def with_alignment(row: list[Token]) -> list[Token]:
    """The row without ampersands; those between equations become separators."""
    if not any(token.kind == "ampersand" for token in row):
        return row
    partner = partners(row)
    result: list[Token] = []
    seen = False
    at = 0
    while at < len(row):
        token = row[at]
        if partner[at] > at:
            result += row[at : partner[at] + 1]
            at = partner[at] + 1
            continue
        if token.kind == "ampersand":
            beside = (at > 0 and row[at - 1].kind in ("relation", "ampersand")) or (
                at + 1 < len(row) and row[at + 1].kind in ("relation", "implies")
            )
            if seen and not beside:
                result.append(token._replace(kind="separator", text="quad"))
                seen = False
        else:
            seen = seen or token.kind == "relation"
            result.append(token)
        at += 1
    return result


def with_values(row: list[Token]) -> list[Token]:
    """``w_1: 0.15`` as ``w_1 = 0.15``, where nothing else stands in the row."""
    colons = [at for at, token in enumerate(row) if token[:2] == ("separator", ":")]
    if len(colons) != 1 or any(token.kind == "relation" for token in row):
        return row
    at = colons[0]
    value = row[at + 1 :]
    if value and value[0][:2] == ("operator", "-"):
        value = value[1:]
    plain = value and (len(value) == 1 or value[0].text == "[")
    if not plain or value[0].kind not in ("number", "open") or not 0 < at <= 6:
        return row
    if any(token.kind not in _IN_NAMES for token in row[:at]):
        return row
    return [*row[:at], row[at]._replace(kind="relation", text="="), *row[at + 1 :]]


_IN_NAMES: Final = NAMES | {"script", "joint", "number", "open", "close", "prime"}


def with_crosses(row: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """The letter x typed for a cross: ``0.5 x 0.3``, ``dE/do x do/dz``."""
    found = list(row)
    for at in range(1, len(row) - 1):
        token, before, after = row[at], row[at - 1], row[at + 1]
        if token[:2] == ("letters", "x") and before.kind == "open" and at > 1:
            # "0.3 (x (1 - o) o)": a remark that there is one more factor, which no operand begins
            if row[at - 2].kind == "number" and not after.glued and "x" not in vocabulary.keys:
                found[at] = token._replace(kind="operator", text="*")
            continue
        if token[:2] != ("letters", "x") or token.glued or after.glued or before.kind not in ENDS:
            continue
        numbers = before.kind == "number" and after.kind == "number"
        bracket = "x" not in vocabulary.keys and after.kind == "open" and before.kind == "number"
        quotient = any(each[:2] == ("operator", "/") for each in row[max(at - 5, 0) : at])
        d = after.kind == "partial" or (after.kind == "letters" and after.text[0] == "d")
        if numbers or bracket or (quotient and d and before.kind != "close"):
            found[at] = token._replace(kind="operator", text="*")
    return found


def typed_tag(row: list[Token], tags: list[str]) -> tuple[list[Token], list[str]]:
    """Takes an equation number off the end of a typed line: ``E = 0.138   (11)``."""
    if len(row) < 5 or row[-1][:2] != ("close", "(") or row[-3][:2] != ("open", "("):
        return row, tags
    number, before = row[-2], row[-4]
    plain = number.kind == "number" and number.text.isdigit() and before.kind in ENDS
    relation = any(token.kind == "relation" for token in row)
    if not plain or row[-3].glued or not relation or not number.glued:
        return row, tags
    return row[:-3], [*tags, number.text]


def joined_words(row: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """Words at the beginning of a typed line, before its relation, as one name: ``learning rate = 0.5``."""
    marked = len(row) > 2 and row[0].kind == "letters" and row[0].text.lower() in MARKS
    if marked and row[1].kind == "letters" and not row[1].glued:  # "new w5 = 0.3"
        end = row[0].span[1]
        joint = Token("joint", "_", (end, end), True)
        return [row[0], joint, row[1]._replace(glued=True), *row[2:]]
    count = 0
    while count < len(row) and row[count].kind == "letters" and len(row[count].text) > 1:
        word = row[count].text
        if word.lower() in STOP_WORDS or vocabulary.knows(word):
            return row
        count += 1
    if count < 2 or count > 3 or count == len(row) or row[count].kind != "relation":
        return row
    if any(token.glued for token in row[1:count]):
        return row
    name = "_".join(token.text for token in row[:count])
    span = (row[0].span[0], row[count - 1].span[1])
    return [Token("word", name, span, row[0].glued), *row[count:]]
