"""The first pass: what the names of a document are, from all its passages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from derivgen.checking.manuscript import Notation, Passage
from derivgen.checking.maths import functions
from derivgen.checking.maths.cursor import CannotRead, Cursor, partners
from derivgen.checking.maths.language import is_name_text
from derivgen.checking.maths.name_parts import Read
from derivgen.checking.maths.names import read_name
from derivgen.checking.maths.statement import Statement
from derivgen.checking.maths.statements import statements
from derivgen.checking.maths.tokenising import TooLong, tokenise
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.vocabulary import Vocabulary

_POINT: Final = re.compile(r"[0-9]\.[0-9]")
_COMMA: Final = re.compile(r"(?<![0-9.,\[({])0(?:,|\{,\})[0-9]+(?![0-9,\])}])")
_STAR: Final = re.compile(r"[A-Za-z]\u2217[A-Za-z0-9,]*[ \t]*[=≈]")

#: letters right behind a Greek one that can be its index: ``δout``
_LONGEST_INDEX: Final = 3

#: letters that are functions where a slope of them is taken
_FUNCTIONS: Final = functions.LETTERS | {"h"}


class _Open(Vocabulary):
    """A vocabulary of the first pass: every run of letters is one name."""

    def split(self, run: str, typed: bool) -> list[str]:  # noqa: ARG002 (the base's signature)
        return [run]

    def is_label(self, run: str) -> bool:  # noqa: ARG002 (the base's signature)
        return True


@dataclass(slots=True)
class _Found:
    words: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    letters: set[str] = field(default_factory=set)
    labels: set[tuple[str, str]] = field(default_factory=set)
    numbered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    #: bases with a number above that stands before the index, where no power can be: ``\partial w^3_{11}``
    layered: set[str] = field(default_factory=set)
    #: numbers above left sides, by the bases, and the bases of left sides without one
    defined: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    plain: set[str] = field(default_factory=set)
    scripts: set[str] = field(default_factory=set)
    runs: set[str] = field(default_factory=set)
    #: typed left sides of a Greek letter and letters right behind it: ``δo = ...``
    glued: set[tuple[str, str]] = field(default_factory=set)


def learn(passages: Iterable[Passage], names: Iterable[str] = ()) -> Vocabulary:
    """What the names of a document are: from left-hand sides, arguments of derivatives, letters that stand
    alone, words in the text font, and the ``names`` of a network (in LaTeX or typed)."""
    found = _Found()
    points = commas = stars = 0
    passages = list(passages)
    for passage in passages:
        points += len(_POINT.findall(passage.text))
        commas += len(_COMMA.findall(passage.text))
        stars += len(_STAR.findall(passage.text))
    decimal_comma, star_marks = commas > 0 and points == 0, stars > 0
    for passage in passages:
        _learn(passage.text, passage.notation, found, decimal_comma, star_marks)
    for name in names:
        _learn(
            f"{name} = 1", "latex" if "\\" in name or "{" in name else "typed", found, False, False
        )
    for base, digits in found.numbered.items():
        if "1" in digits or _is_layered(base, found):  # nobody writes a first power
            found.labels |= {(base, each) for each in digits}
    for greek, run in found.glued:
        if greek not in found.keys or run not in found.words:  # else it is their product
            found.keys.add(f"{greek}_{run}")
    vocabulary = Vocabulary(
        frozenset(found.words | found.letters),
        frozenset(found.keys),
        frozenset(found.functions),
        frozenset(found.labels),
        frozenset(found.scripts),
        decimal_comma,
        star_marks,
    )
    more = {run for run in found.runs if vocabulary.split(run, False) == [run]}
    if not more:
        return vocabulary
    return Vocabulary(
        vocabulary.words | more,
        vocabulary.keys,
        vocabulary.functions,
        vocabulary.labels,
        vocabulary.scripts,
        decimal_comma,
        star_marks,
    )


def _is_layered(base: str, found: _Found) -> bool:
    """Whether numbers above a base are those of layers: where one stands before an index or by another's ``w^l``, and
    where several stand above left sides, ``z^2 = ...`` and ``z^3 = ...``."""
    lettered = not found.labels.isdisjoint({(base, "l"), (base, "L")})
    several = len(found.defined[base]) > 1 and base not in found.plain
    return base in found.layered or lettered or several


def _learn(text: str, notation: Notation, found: _Found, comma: bool, stars: bool) -> None:
    open_vocabulary = _Open()
    try:
        tokens = tokenise(text, notation, decimal_comma=comma, star_marks=stars)
    except TooLong:
        return
    typed = notation == "typed"
    _letters(tokens, found)
    _slopes(tokens, open_vocabulary, text, typed, found)
    for statement in statements(tokens, open_vocabulary, typed=typed):
        if not statement.words:
            try:
                _left_side(statement, open_vocabulary, text, typed, found)
            except CannotRead:
                continue


def _left_side(
    statement: Statement, vocabulary: Vocabulary, text: str, typed: bool, found: _Found
) -> None:
    tokens = list(statement.tokens)
    partner = partners(tokens)
    cursor = Cursor(tokens, partner, vocabulary, typed, text, 0, len(tokens))
    marks = [at for at in cursor.top_level(0, len(tokens)) if tokens[at].kind == "relation"]
    if not marks:
        _bare(cursor, found)
        return
    cursor.end = marks[0]
    if tokens[marks[0]].text in ("to", "in", "<", ">", "<=", ">="):
        _bare(cursor, found)
        return
    if typed and cursor.end == 2 and _is_glued_index(*tokens[:2]):
        found.glued.add((tokens[0].text, tokens[1].text))
        return
    read = read_name(cursor)
    if read is None or (read.accented and cursor.at < cursor.end):
        return
    if cursor.at == cursor.end:
        _defined(cursor, read, found)
    elif (
        cursor.is_kind("open", "(")
        and partner[cursor.at] == cursor.end - 1
        and not read.primes
        and _bare_arguments(cursor)
    ):
        found.functions.add(read.spelling.key)


def _is_glued_index(letter: Token, index: Token) -> bool:
    """Whether letters stand right behind a Greek one, as its index can: ``δo``."""
    greek = letter.kind == "greek" and letter.text != "Delta"
    return greek and index.kind == "letters" and index.glued and len(index.text) <= _LONGEST_INDEX


def _bare(cursor: Cursor, found: _Found) -> None:
    """A name that stands alone, or at an arrow."""
    read = read_name(cursor)
    if read is None or read.exponent is not None:
        return
    if cursor.at == cursor.end or (not cursor.typed and cursor.is_kind("relation")):
        if len(read.word) == 1 or read.spelling.index:
            found.keys.add(read.spelling.key)
        if len(read.word) > 2 and read.kind == "letters":
            found.runs.add(read.word)


def _defined(cursor: Cursor, read: Read, found: _Found) -> None:
    spelling = read.spelling
    found.words.add(read.word)
    found.keys.add(spelling.key)
    found.scripts |= {piece for piece in spelling.index if piece.isalpha() and len(piece) > 1}
    if read.exponent is None:
        found.plain.add(spelling.base)
        return
    first, last = read.exponent
    inside = cursor.tokens[first:last]
    plain = "".join(token.text for token in inside)
    if len(inside) == 1 and inside[0].kind in ("letters", "word", "text", "greek"):
        found.labels.add((spelling.base, plain))
    elif len(inside) == 1 and plain.isdigit():
        found.numbered[spelling.base].add(plain)
        found.defined[spelling.base].add(plain)
        if _is_index_next(cursor.tokens, last):
            found.layered.add(spelling.base)
    elif spelling.base != "e" and all(
        token.kind in ("letters", "number", "operator") for token in inside
    ):
        found.labels.add((spelling.base, plain))


def _is_index_next(tokens: list[Token], at: int) -> bool:
    """Whether an index begins here, behind the brace of a superscript where it has one."""
    if at < len(tokens) and tokens[at].kind == "close":
        at += 1
    return at < len(tokens) and tokens[at][:2] == ("script", "_")


def _bare_arguments(cursor: Cursor) -> bool:
    """Whether nothing but different names stands in the brackets at the cursor."""
    close = cursor.partner[cursor.at]
    parts = cursor.split(cursor.at + 1, close, "separator", frozenset({",", ";"}))
    outer, seen = cursor.end, set()
    for first, last in parts:
        cursor.at, cursor.end = first, last
        read = read_name(cursor)
        complete = read is not None and cursor.at == last
        if read is None or not complete:
            cursor.end = outer
            return False
        seen.add(read.spelling.key)
    cursor.end = outer
    return len(seen) == len(parts) and not seen <= {"t", "t+1", "t-1"}


def _letters(tokens: list[Token], found: _Found) -> None:
    """Letters that stand alone, arguments of derivatives, and words in the text font."""
    partner = partners(tokens)
    at = 0
    base = ""
    derived = False
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "script":  # what stands in a script is an index
            inside = [each.text for each in tokens[at + 1 : at + 4]]
            digit = inside[1:2] if inside[:1] == ["{"] and inside[2:] == ["{"] else inside[:1]
            if base and token.text == "^" and digit and digit[0].isdigit():
                found.numbered[base].add(digit[0])
            above = digit[0] if base and token.text == "^" and digit else ""
            if derived and _is_index_next(tokens, at + (3 if inside[:1] == ["{"] else 2)):
                if above.isdigit():
                    found.layered.add(base)
                elif above in ("l", "L"):
                    found.labels.add((base, above))
            if base and token.text == "^" and _is_lone_minus(tokens, at + 1):
                found.labels |= {(base, "-"), (base, "+")}
            at += 1
            if at < len(tokens) and partner[at] > at:
                at = partner[at]
        elif token.kind in ("letters", "greek"):
            _letter(tokens, at, found)
            base = token.text
            derived = at > 0 and tokens[at - 1].kind == "partial"
        elif token.kind == "text" and is_name_text(token.text):
            after = tokens[at + 1] if at + 1 < len(tokens) else None
            if after is not None and after.kind == "script":
                found.words.add(token.text.strip())
        elif token.kind not in ("number", "prime", "joint"):
            base = ""
        at += 1


def _is_lone_minus(tokens: list[Token], at: int) -> bool:
    """Whether a minus is all of a superscript: the ``x^-`` that stands beside ``x^+``."""
    braced = tokens[at : at + 1] != [] and tokens[at].text == "{"
    sign, *behind = [*tokens[at + braced : at + braced + 2], None, None][:2]
    if sign is None or (sign.kind, sign.text) != ("operator", "-"):
        return False
    after = behind[0]
    return after is None or after.kind in ("close", "relation", "separator", "operator", "script")


def _slopes(
    tokens: list[Token], vocabulary: Vocabulary, text: str, typed: bool, found: _Found
) -> None:
    """Letters whose slopes are taken at a name are functions: ``g_o'(a_1)``."""
    partner = partners(tokens)
    for at, token in enumerate(tokens):
        if token.kind in ("letters", "greek") and token.text in _FUNCTIONS:
            cursor = Cursor(tokens, partner, vocabulary, typed, text, at, len(tokens))
            try:
                read = read_name(cursor)
                called = read is not None and read.primes and cursor.is_kind("open", "(")
                if read is not None and called and _bare_arguments(cursor):
                    found.functions.add(read.spelling.key)
            except CannotRead:
                continue


def _is_below(tokens: list[Token], at: int) -> bool:
    """Whether a sign of a derivative stands below the line of a fraction."""
    before = [token[:2] for token in tokens[max(at - 2, 0) : at]]
    return before[-1:] == [("operator", "/")] or before == [("close", "{"), ("open", "{")]


def _letter(tokens: list[Token], at: int, found: _Found) -> None:
    token = tokens[at]
    before = tokens[at - 1] if at else None
    behind = at + 1
    while behind < len(tokens) and tokens[behind].kind == "prime":
        behind += 1
    opened = tokens[behind] if behind < len(tokens) else None
    primed = behind > at + 1 and token.text not in ("f", "g")
    called = opened is not None and opened.kind == "open" and opened.text.lstrip(".") == "("
    called = called and not primed
    derived = before is not None and before.kind == "partial"
    if token.kind == "greek":
        if derived:
            found.words.add(token.text)
        return
    run = token.text
    if derived:
        # nothing is differentiated by a product
        named = len(run) != 2 or _is_below(tokens, at - 1)
        (found.words if named else found.runs).add(run)
        return
    if run[0] == "d" and len(run) > 1 and functions.canonical(run) is None:
        below = before is not None and before[:2] == ("operator", "/")
        in_fraction = before is not None and before[:2] == ("open", "{")
        if (below or in_fraction) and (len(run) == 2 or len(run) > 3):
            found.letters.add(run[1:])
    if len(run) == 1 and not called and run not in ("e", "d"):
        found.letters.add(run)
