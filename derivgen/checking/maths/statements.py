"""A passage taken apart into statements: rows of a display, lines, and what commas and words separate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, NamedTuple

from derivgen.checking.maths import functions
from derivgen.checking.maths.cleaning import NAMES, cleaned, rows_of
from derivgen.checking.maths.cursor import ENDS, partners
from derivgen.checking.maths.names import STOP_WORDS, is_name_text
from derivgen.checking.maths.spelling import LABELS, MARKS
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.vocabulary import Vocabulary

#: Remarks in brackets within remarks in brackets are read so far.
_ASIDES: Final = 3
_CONDITIONS: Final = frozenset({"if", "when", "for", "falls", "wenn", "provided", "unless"})
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


@dataclass(frozen=True, slots=True)
class Statement:
    """The tokens of one statement.

    ``word`` is the word that stands before it in its row (``if``, ``where``) in small letters; ``comma`` is True
    where a comma separates it from the one before; ``row`` counts the rows; ``words`` is True for one that
    is nothing but words."""

    tokens: tuple[Token, ...]
    row: int
    word: str = ""
    comma: bool = False
    words: bool = False
    tag: str = ""
    implied: bool = False


def statements(
    tokens: Sequence[Token], vocabulary: Vocabulary, *, typed: bool, loose: bool = False
) -> Iterator[Statement]:
    """The statements of a passage in order."""
    kept = cleaned(list(tokens))
    for number, row in enumerate(rows_of(kept)):
        found = list(_row_statements(row, number, vocabulary, typed))
        for statement in found:
            for part in _restarted(statement, loose):
                yield from _arrows(part)


# --- statements of a row --------------------------------------------------------------------------


def _row_statements(
    row: list[Token], number: int, vocabulary: Vocabulary, typed: bool, depth: int = 0
) -> Iterator[Statement]:
    tags = [token.text for token in row if token.kind == "tag"]
    row = _with_alignment([token for token in row if token.kind != "tag"])
    row = _with_values(row)
    if typed:
        row = _with_crosses(row, vocabulary)
        row, tags = _typed_tag(row, tags)
        row = _joined_words(row, vocabulary)
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


def _with_alignment(row: list[Token]) -> list[Token]:
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


def _with_values(row: list[Token]) -> list[Token]:
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


def _with_crosses(row: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """The letter x typed for a cross: ``0.5 x 0.3``, ``dE/do x do/dz``."""
    found = list(row)
    for at in range(1, len(row) - 1):
        token, before, after = row[at], row[at - 1], row[at + 1]
        if token[:2] != ("letters", "x") or token.glued or after.glued or before.kind not in ENDS:
            continue
        numbers = before.kind == "number" and after.kind == "number"
        bracket = "x" not in vocabulary.keys and after.kind == "open" and before.kind == "number"
        quotient = any(each[:2] == ("operator", "/") for each in row[max(at - 5, 0) : at])
        d = after.kind == "partial" or (after.kind == "letters" and after.text[0] == "d")
        if numbers or bracket or (quotient and d and before.kind != "close"):
            found[at] = token._replace(kind="operator", text="*")
    return found


def _typed_tag(row: list[Token], tags: list[str]) -> tuple[list[Token], list[str]]:
    """Takes an equation number off the end of a typed line: ``E = 0.138   (11)``."""
    if len(row) < 5 or row[-1][:2] != ("close", "(") or row[-3][:2] != ("open", "("):
        return row, tags
    number, before = row[-2], row[-4]
    plain = number.kind == "number" and number.text.isdigit() and before.kind in ENDS
    relation = any(token.kind == "relation" for token in row)
    if not plain or row[-3].glued or not relation or not number.glued:
        return row, tags
    return row[:-3], [*tags, number.text]


def _joined_words(row: list[Token], vocabulary: Vocabulary) -> list[Token]:
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


# --- statements glued together --------------------------------------------------------------------


def _restarted(statement: Statement, loose: bool) -> Iterator[Statement]:
    """A statement as several, where a new one begins without any separator.

    That is certain where the left side stands again before a relation, and where a name with a relation follows
    a lone number.  ``loose``: it is also so for any name (or derivative) after a complete operand."""
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
            if _belongs(tokens, partner, begin, at, end):
                at = partner[at] + 1 if partner[at] > at else at + 1
                continue
            candidate = at
            number = tokens[at - 1].kind == "number" and at - begin <= 2
        at = partner[at] + 1 if partner[at] > at else at + 1
    if number and [token[:2] for token in tokens[end + 1 : end + 2]] == [tokens[begin][:2]]:
        number = False  # "= 2 q = 2 * 3.7": the number is a factor
    return candidate if loose or number else None


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


def _arrows(statement: Statement) -> Iterator[Statement]:
    """``a = 1 \\to b = 2`` as two statements; a row of arrows alone (``w \\to z \\to L``) stays one."""
    tokens = statement.tokens
    partner = partners(tokens)
    marks = [at for at in _top(partner, len(tokens)) if tokens[at].kind == "relation"]
    arrows = [at for at in marks if tokens[at].text == "to"]
    if not arrows or (len(arrows) == len(marks) and arrows[0] > 0):
        yield statement
        return
    begin = 0
    for arrow in [*arrows, len(tokens)]:
        if arrow > begin:
            part = replace(statement, tokens=tokens[begin:arrow])
            yield part if begin == 0 else replace(part, word="", comma=False, implied=True)
        begin = arrow + 1
