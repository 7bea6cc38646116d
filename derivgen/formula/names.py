"""Reading the names of quantities: the small part of LaTeX that people write in names.

``w5``, ``w_{11}``, ``w^{(1)}_{ij}``, ``\\hat{y}``, ``net_{h1}`` become formula trees here; nothing of
a user's text reaches a document as markup.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, NoReturn

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.formula.symbols import GREEK, OPERATOR_WORDS, SIGNS
from derivgen.formula.tree import (
    SPECIAL,
    Accent,
    Delimited,
    Node,
    Number,
    Partial,
    Row,
    Script,
    Styled,
    Symbol,
    Text,
)

MAXIMUM_LENGTH: Final = 200

_ACCENTS: Final[dict[str, Literal["hat", "bar", "tilde", "vec", "dot"]]] = {
    "hat": "hat",
    "widehat": "hat",
    "bar": "bar",
    "overline": "bar",
    "tilde": "tilde",
    "widetilde": "tilde",
    "vec": "vec",
    "dot": "dot",
}
_FACES: Final[dict[str, Literal["bold", "roman", "cal"]]] = {
    "mathbf": "bold",
    "boldsymbol": "bold",
    "bm": "bold",
    "mathrm": "roman",
    "operatorname": "roman",
    "mathcal": "cal",
}
_UPRIGHT: Final = frozenset({"mathrm", "operatorname"})
_TEXTS: Final = frozenset({"text", "textrm", "mbox"})
_SIGNS: Final[dict[str, str]] = {
    "infty": "infinity",
    "ell": "ell",
    "partial": "partial",
    "nabla": "nabla",
    "top": "top",
    "prime": "prime",
    "dagger": "dagger",
    "star": "star",
    "ast": "star",
}
_SYMBOLS: Final[dict[str, str]] = _SIGNS | {name: name for name in (*GREEK, *OPERATOR_WORDS)}
_COMMANDS: Final = (*_SYMBOLS, *_ACCENTS, *_FACES, *sorted(_TEXTS))
_CHARACTERS: Final[dict[str, str]] = {
    **{sign.char: name for name, sign in SIGNS.items() if name not in ("slash", "quad")},
    ",": "comma",
    "+": "plus",
    "-": "minus",
    "*": "star",
}
_INDEX_LETTERS: Final = frozenset("ijkl")

_WORD = re.compile(r"[A-Za-z]+")
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_WHOLE = re.compile(r"[0-9]+")
_BRACED_WORD = re.compile(r" *\{ *[A-Za-z]{2,} *\}")
_COMMAND = re.compile(r"\\([A-Za-z]+)")


def parse_name(text: str, place: Place | None = None) -> Node:
    """The formula tree of a name.

    Accepted: letters, digits, Greek letters (``\\alpha``, ``alpha`` or the letter itself), words of
    several letters (set upright), ``_`` and ``^`` with or without braces, primes, accents
    (``\\hat \\bar \\tilde \\vec \\dot``), faces (``\\mathrm \\mathbf \\boldsymbol \\mathcal``), ``\\text``,
    ``\\ell`` and a few other signs, commas, parentheses, ``+``, ``-`` and ``*``; brackets in scripts
    (``z^{[1]}``).

    A letter or word followed by digits has them as its subscript (``w5``).  In a subscript, one or
    two letters in braces are indices, each in italics (``w_{ij}``), and so are any number of the
    letters i, j, k, l; other runs of letters are a word (``b_hid``, ``W_in``, ``h_{pre}``).

    Raises :class:`DerivgenError` E211 to E216, which name the column within ``text``.
    """
    if not text.strip() or len(text) > MAXIMUM_LENGTH:
        what = "is empty" if not text.strip() else f"has {len(text)} characters"
        raise DerivgenError(
            "E211",
            f"the name {what}",
            place,
            f"names have 1 to {MAXIMUM_LENGTH} characters",
        )
    return _Reader(text, place).whole()


class _Reader:
    """A recursive-descent reader of one name; the length of a name bounds its depth."""

    def __init__(self, text: str, place: Place | None) -> None:
        self.text = text
        self.place = place
        self.at = 0

    # --- characters -------------------------------------------------------------------------

    def fail(self, code: str, what: str, at: int, hint: str = "") -> NoReturn:
        raise DerivgenError(
            code, f"{what} at column {at + 1} of the name {self.text!r}", self.place, hint
        )

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self, pattern: re.Pattern[str]) -> str:
        """The match of ``pattern`` here, stepped over; empty when there is none."""
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match.group()

    def skip_spaces(self) -> None:
        while self.peek().isspace():
            self.at += 1

    # --- grammar ----------------------------------------------------------------------------

    def whole(self) -> Node:
        node = self.items("", in_script=False)
        if self.at < len(self.text):
            self.fail("E214", f"'{self.peek()}' closes nothing", self.at)
        return node

    def items(self, closer: str, *, in_script: bool) -> Node:
        """Atoms with their scripts, up to ``closer`` or to a bracket that closes nothing here."""
        found: list[Node] = []
        self.skip_spaces()
        while self.peek() and self.peek() not in (closer, "}", ")", "]"):
            found.extend(self.scripted(in_script=in_script))
            self.skip_spaces()
        if not found:
            self.fail("E215", "something is missing", self.at)
        return found[0] if len(found) == 1 else Row(tuple(found))

    def group(self, closer: str, *, in_script: bool) -> Node:
        """What stands between an opening bracket (here) and ``closer``."""
        opened = self.at
        self.at += 1
        node = self.items(closer, in_script=in_script)
        if self.peek() != closer:
            self.fail("E214", f"'{self.text[opened]}' is never closed", opened, f"add '{closer}'")
        self.at += 1
        return node

    def scripted(self, *, in_script: bool) -> list[Node]:
        """One atom (or a run of index letters) with its subscript, superscript and primes."""
        *before, base = self.atoms(in_script=in_script)
        scripts: dict[str, Node] = {}
        self.skip_spaces()
        if not in_script and not isinstance(base, Number) and (digits := self.take(_WHOLE)):
            scripts["_"] = Number(digits)
        primes = 0
        while True:
            self.skip_spaces()
            start, mark = self.at, self.peek()
            if mark in ("'", "′", "’"):
                self.at += 1
                primes += 1
                continue
            if mark not in ("_", "^") or not mark:
                break
            if mark in scripts:
                kind = "subscript" if mark == "_" else "superscript"
                self.fail("E216", f"a second {kind} stands", start, f"join them: {mark}{{..}}")
            self.at += 1
            scripts[mark] = self.script(start, mark)
        if primes:
            if "^" in scripts:
                self.fail("E216", "a prime meets a superscript", self.at - 1)
            prime: Node = Symbol("prime")
            scripts["^"] = prime if primes == 1 else Row((prime,) * primes)
        if scripts:
            base = Script(base, scripts.get("_"), scripts.get("^"))
        return [*before, base]

    def script(self, start: int, mark: str) -> Node:
        """What follows ``_`` or ``^``."""
        self.skip_spaces()
        if self.peek() == "{":
            return self.group("}", in_script=True)
        if not self.peek() or self.peek() in "_^})'":
            self.fail("E215", f"nothing follows '{mark}'", start)
        if word := self.take(_WORD):
            parts = list(_letters(word, loose=False))
            if digits := self.take(_WHOLE):
                parts.append(Number(digits))
            return parts[0] if len(parts) == 1 else Row(tuple(parts))
        return self.atoms(in_script=True)[-1]

    def atoms(self, *, in_script: bool) -> list[Node]:
        """One atom without scripts; several only for a run of index letters."""
        start, char = self.at, self.peek()
        if word := self.take(_WORD):
            return list(_letters(word, loose=True)) if in_script else [_word(word)]
        if digits := self.take(_DIGITS):
            return [Number(digits)]
        if char == "\\":
            return [self.command()]
        if char == "{":
            return [self.group("}", in_script=in_script)]
        if char == "(":
            return [Delimited(self.group(")", in_script=in_script))]
        if char == "[" and (
            in_script or not start
        ):  # elsewhere brackets hold the indices of an array
            return [Delimited(self.group("]", in_script=True), "bracket")]
        if char in ("_", "^", "'", "′", "’"):
            self.fail("E215", f"nothing stands before '{char}'", start)
        if char in _CHARACTERS:
            self.at += 1
            return [Symbol(_CHARACTERS[char])]
        return self.fail("E213", f"names may not hold {char!r}, which stands", start)

    def command(self) -> Node:
        """A command of LaTeX with its argument."""
        start = self.at
        name = self.take(_COMMAND)[1:]
        if name in _SYMBOLS:
            return Symbol(_SYMBOLS[name])
        if name in _TEXTS:
            return Text(self.raw(start, name))
        if name in _ACCENTS:
            return Accent(_ACCENTS[name], self.argument(start, name))
        if name in _UPRIGHT and (word := self.take(_BRACED_WORD)):
            word = word.strip("{} ")
            return Text(word) if word in SIGNS else Symbol(word)
        if name == "mathord":  # as a group with a script is written
            return self.argument(start, name)
        if name in _FACES:
            face = _FACES[name]
            return Styled(face, self.argument(start, name))
        known = did_you_mean(name, _COMMANDS)
        return self.fail("E212", f"names may not use '\\{name}', which stands", start, known)

    def argument(self, start: int, name: str) -> Node:
        self.skip_spaces()
        if self.peek() == "{":
            return self.group("}", in_script=False)
        if self.peek() == "\\":
            return self.command()
        if not re.match(r"[^\W_]", self.peek()):
            self.fail("E215", f"nothing follows '\\{name}'", start)
        char = self.peek()
        if char.isascii():
            self.at += 1
            return Number(char) if char.isdigit() else Symbol(char)
        return self.atoms(in_script=False)[0]

    def raw(self, start: int, name: str) -> str:
        """The words of ``\\text{..}`` as they stand."""
        self.skip_spaces()
        if self.peek() != "{":
            self.fail("E215", f"'\\{name}' needs its words in braces", start)
        opened = self.at
        end = self.text.find("}", opened)
        if end < 0:
            self.fail("E214", "'{' is never closed", opened, "add '}'")
        for at in range(opened + 1, end):
            if self.text[at] in "\\{$" or not self.text[at].isprintable():
                self.fail("E213", f"names may not hold {self.text[at]!r}, which stands", at)
        self.at = end + 1
        return self.text[opened + 1 : end]


def _word(word: str) -> Node:
    # a word that is also the name of a sign ("top") has to stay a word
    return Text(word) if word in SPECIAL else Symbol(word)


def _letters(word: str, *, loose: bool) -> Iterable[Node]:
    """A run of letters in a script: indices, each by itself, or one word."""
    if word not in GREEK and (set(word) <= _INDEX_LETTERS or (loose and len(word) <= 2)):
        return [Symbol(letter) for letter in word]
    return [_word(word)]


# --- plain text -----------------------------------------------------------------------------


_PLAIN: Final[dict[str, str]] = {
    "prime": "'",
    "star": "*",
    "plus": "+",
    "minus": "-",
    "comma": ",",
    "top": "T",
}
_BRACKETS: Final[dict[str, str]] = {
    "paren": "()",
    "bracket": "[]",
    "brace": "{}",
    "abs": "||",
    "norm": "||",
}


def name_text(node: Node) -> str:
    """A name in plain ASCII, for terminals and file names: ``w_5``, ``w^(1)_12``, ``yhat``.

    Raises TypeError for nodes that no name consists of.
    """
    writer = _PLAIN_WRITERS.get(type(node))
    if writer is None:
        raise TypeError(f"{type(node).__name__} is not part of a name")
    return writer(node)


def _plain_script(node: Script) -> str:
    sup = name_text(node.sup) if node.sup is not None else ""
    if sup and not set(sup) <= {"'", "*", "+"}:
        sup = f"^{sup}"
    sub = f"_{name_text(node.sub)}" if node.sub is not None else ""
    return f"{name_text(node.base)}{sup}{sub}"


def _plain_words(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode() or "?"


def _plain_delimited(node: Delimited) -> str:
    brackets = _BRACKETS[node.kind]
    return f"{brackets[0]}{name_text(node.body)}{brackets[1]}"


_PLAIN_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    Number: lambda node: str(node.text),
    Symbol: lambda node: _PLAIN.get(node.name) or _plain_words(node.name),
    Text: lambda node: _plain_words(node.text),
    Script: _plain_script,
    Accent: lambda node: name_text(node.body) + node.kind,
    Styled: lambda node: name_text(node.body),
    Row: lambda node: "".join(map(name_text, node.items)),
    Delimited: _plain_delimited,
    Partial: lambda node: f"d{name_text(node.of)}/d{name_text(node.by)}",
}
