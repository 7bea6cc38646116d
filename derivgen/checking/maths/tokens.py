"""The tokens of a formula, the same for LaTeX and for what people type with plain characters.

Typed signs are given the tokens of the LaTeX commands that they stand for (``∂`` and ``\\partial``, ``²`` and
``^{2}``, ``ŷ`` and ``\\hat{y}``), so that one parser reads both.  Work is linear in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple

from derivgen.checking.manuscript import Notation
from derivgen.checking.maths.signs import (
    ACCENTS,
    COMBINING,
    COMMANDS,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    FACES,
    FRACTIONS,
    GREEK_CHARACTERS,
    GREEK_COMMANDS,
    RELATION_WORDS,
    SIGNS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    TEXTS,
    TRANSPARENT,
    UPRIGHT,
)
from derivgen.checking.maths.spelling import GLUED_LABELS
from derivgen.checking.maths.tree import Span

#: Texts longer than this are not read.
MAX_LENGTH: Final = 40_000


class Token(NamedTuple):
    """One token.  ``kind`` is one of

    number, letters (a run, to be split by what is known), word (one word for certain), greek, accent,
    text (words in the text font), relation, operator (``+ - * / o @``), script (``_ ^``), joint (``\\_``),
    prime, open, close and bar (delimiters), separator (``, ; : quad``), implies, row, ampersand,
    begin and end (environments), tag, dots, point, percent, command, unknown.

    ``glued`` is True where no space stands before it."""

    kind: str
    text: str
    span: Span
    glued: bool


@dataclass(frozen=True, slots=True)
class TooLong(Exception):
    """The text is longer than what is read."""

    length: int


_TOKEN: Final = re.compile(
    r"""
      (?P<space>(?:\s|~(?!=)|[\u2061-\u2064\u200b\ufeff])+)
    | (?P<command>\\[A-Za-z]+\*?)
    | (?P<escape>\\(?:.|\n)|\\$)
    | (?P<letters>[A-Za-z]+)
    | (?P<number>
          [0-9]+(?:\{,\}[0-9]+)+(?:\.[0-9]+)?
        | [0-9]{1,3}(?:(?:\\,|\\\ |[\u2009\u202f])[0-9]{3})+(?![0-9])(?:\.[0-9]+)?
        | (?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+\-\u2212]?[0-9]+(?![A-Za-z0-9_]))?
      )
    | (?P<sign>:=|<-(?![0-9.])|->|=>|==>|<=>|<=|>=|!=|==|~=|=~|\+=|-=|\*\*|\.\.\.|\|\||[^\W\d_]|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_DIGITS: Final = re.compile(r"[0-9]+")
_COMMA_NUMBER: Final = re.compile(r"[0-9]+,[0-9]+(?![0-9])")
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9,])(?:\.[0-9]+)?")
_SIMPLE_FACE: Final = re.compile(r"\s*\{\s*(?:\\([A-Za-z]+)|([A-Za-z]+))\s*\}")
_WORD_FACE: Final = re.compile(r"\s*\{\s*([A-Za-z][A-Za-z0-9]*(?:(?:\\_|-|\s)[A-Za-z0-9]+)*)\s*\}")
_ENVIRONMENT: Final = re.compile(r"\s*\{\s*([A-Za-z]+\*?)\s*\}")
_COLUMNS: Final = re.compile(r"\s*\{[^{}]*\}")
_OPTION: Final = re.compile(r"\s*\[[a-z]?\]")
_LENGTH: Final = re.compile(r"\*?\s*\[\s*-?[0-9.]+\s*[a-z]{2,4}\s*\]")
_BOLD: Final = re.compile(r"\*\*(?=[A-Za-z][A-Za-z0-9_]*\*\*)")

_SHAPES: Final[dict[str, str]] = {
    **dict.fromkeys(("lbrack", "rbrack", "]"), "["),
    **dict.fromkeys(("lbrace", "rbrace", "{", "}"), "set"),
    **dict.fromkeys(("vert", "lvert", "rvert"), "|"),
    **dict.fromkeys(("Vert", "lVert", "rVert"), "||"),
    **dict.fromkeys(("langle", "rangle", ">"), "<"),
    ")": "(",
}
_STAR_INDEX: Final = re.compile(
    r"[0-9]+|(?:" + "|".join(sorted(GLUED_LABELS)) + r")|[a-z](?![A-Za-z])"
)

_ENVIRONMENTS_WITH_COLUMNS: Final = frozenset({"array", "alignat", "alignedat", "subarray"})


def tokenise(
    text: str,
    notation: Notation,
    *,
    whole: Callable[[str], bool] = bool,
    decimal_comma: bool = False,
    star_marks: bool = False,
) -> list[Token]:
    """The tokens of a text.

    ``whole`` says of a run of letters right after ``_`` or ``^`` whether it is one label (``z_out``);
    otherwise LaTeX takes its first letter only (``w_ix_i``).  ``decimal_comma``: ``0,5`` is a number.
    ``star_marks``: the character ∗ close to a letter is a mark of its name (``w∗5``), not a product.

    :raises TooLong: when the text has more than MAX_LENGTH characters
    """
    if len(text) > MAX_LENGTH:
        raise TooLong(len(text))
    return _Tokeniser(text, notation, whole, decimal_comma, star_marks).run()


class _Tokeniser:
    def __init__(
        self,
        text: str,
        notation: Notation,
        whole: Callable[[str], bool],
        decimal_comma: bool,
        star_marks: bool,
    ) -> None:
        self.text = text
        self.typed = notation == "typed"
        self.whole = whole
        self.decimal_comma = decimal_comma
        self.star_marks = star_marks
        self.tokens: list[Token] = []
        self.at = 0
        self.glued = False
        self.depth = 0
        self.side = ""  # "open" after \left, "close" after \right
        self.bold = False

    def run(self) -> list[Token]:
        text, end = self.text, len(self.text)
        handlers = {
            "command": self._command,
            "escape": self._escape,
            "letters": self._letters,
            "number": self._number,
            "sign": self._sign,
        }
        while self.at < end:
            match = _TOKEN.match(text, self.at)
            if match is None:  # cannot be: the last alternative takes any character
                break
            kind, found = match.lastgroup or "", match.group()
            if kind == "space":
                self.at = match.end()
                if self.typed and "\n" in found:
                    self._put("row", "\n", match.start(), match.end())
                self.glued = False
                continue
            handlers[kind](found, match.start())
        return self.tokens

    # --- putting tokens down ----------------------------------------------------------------------

    def _put(self, kind: str, text: str, start: int, end: int) -> None:
        if kind == "open":
            self.depth += 1
        elif kind == "close":
            self.depth -= 1
        self.tokens.append(Token(kind, text, (start, end), self.glued))
        self.glued = True
        self.at = max(self.at, end)

    def _last(self) -> Token | None:
        return self.tokens[-1] if self.tokens else None

    # --- letters and numbers ----------------------------------------------------------------------

    def _letters(self, found: str, start: int) -> None:
        last = self._last()
        if last is not None and len(found) > 1 and not self.typed:
            accent = last.kind == "accent"
            if accent or (last.kind == "script" and not self.whole(found)):
                self._put("letters", found[0], start, start + 1)
                return
        self._put("letters", found, start, start + len(found))

    def _number(self, found: str, start: int) -> None:
        last = self._last()
        close = self.glued and last is not None and last.kind in ("letters", "word", "greek")
        if last is not None and (close or last.kind == "script"):
            digits = _DIGITS.match(self.text, start)
            if digits is not None:  # an index: "w_1.5" is no number 1.5
                self._put("number", digits.group(), start, digits.end())
                return
        if found.isdigit():
            comma = (
                _COMMA_NUMBER.match(self.text, start)
                if self.decimal_comma and not self._in_script()
                else _THOUSANDS.match(self.text, start)
                if self.depth == 0
                else None
            )
            if comma is not None:
                plain = comma.group().replace(",", "." if self.decimal_comma else "")
                self._put("number", plain, start, comma.end())
                return
        self._put("number", self._plain(found), start, start + len(found))

    def _in_script(self) -> bool:
        """Whether the place is right in the braces of a script (``w_{1,2}``)."""
        for at in range(len(self.tokens) - 1, max(len(self.tokens) - 12, -1), -1):
            token = self.tokens[at]
            if token.kind == "open" and token.text == "{":
                return at > 0 and self.tokens[at - 1].kind == "script"
            if token.kind == "close":
                return False
        return False

    def _plain(self, found: str) -> str:
        plain = re.sub(r"\\,|\\ |[\u2009\u202f]", "", found).replace("\u2212", "-")
        if "{,}" not in plain:
            return plain
        first, *others = plain.split("{,}")
        thousands = (
            not self.decimal_comma
            and first.lstrip("0")
            and all(len(other.split(".")[0]) == 3 for other in others)
        )
        if thousands or len(others) > 1:
            return plain.replace("{,}", "")
        return plain.replace("{,}", ".")

    # --- commands ---------------------------------------------------------------------------------

    def _command(self, found: str, start: int) -> None:
        name, end = found[1:].rstrip("*"), start + len(found)
        if found.endswith("*") and name not in ("tag", "operatorname", "hspace", "text"):
            end -= 1  # "\alpha*x": the star is a sign of its own
        if name in GREEK_COMMANDS:
            self._put("greek", GREEK_COMMANDS[name], start, end)
        elif name in RELATION_WORDS:
            self._put("relation", RELATION_WORDS[name], start, end)
        elif name in COMMANDS:
            self._put(*COMMANDS[name], start, end)
        elif name in ACCENTS:
            self._put("accent", ACCENTS[name], start, end)
        elif name in TEXTS:
            self._text(start, end)
        elif name in UPRIGHT or name in FACES:
            self._face(name, start, end)
        elif name in TRANSPARENT:
            self.at = end
        elif name in ("left", "bigl", "Bigl", "biggl", "Biggl", "lvert", "lVert"):
            self._delimiter("open", name, start, end)
        elif name in ("right", "bigr", "Bigr", "biggr", "Biggr", "rvert", "rVert"):
            self._delimiter("close", name, start, end)
        elif name in DROPPED:
            self.at = end
            self.glued = False
        elif name in DROPPED_WITH_ARGUMENT:
            self.at = self._after_group(end)
            self.glued = False
        elif name in ("begin", "end"):
            self._environment(name, start, end)
        elif name == "tag":
            after = self._after_group(end)
            self._put("tag", self.text[end:after].strip("* {}()"), start, after)
        elif name in ("stackrel", "overset", "underset"):
            self._stacked(start, end)
        else:
            self._put("command", name, start, end)

    def _after_group(self, at: int) -> int:
        """The place after the braces that open at ``at`` (spaces skipped); ``at`` when there are none."""
        text, end = self.text, len(self.text)
        here = at
        while here < end and text[here].isspace():
            here += 1
        if here >= end or text[here] != "{":
            return at
        depth = 0
        while here < end:
            char = text[here]
            if char == "\\":
                here += 1
            elif char == "{":
                depth += 1
            elif char == "}":
                depth -= 1
                if depth == 0:
                    return here + 1
            here += 1
        return end

    def _text(self, start: int, end: int) -> None:
        after = self._after_group(end)
        inside = self.text[end:after].strip()
        if after == end:
            self._put("command", "text", start, end)
            return
        self._put("text", inside[1:-1].replace(r"\_", "_").replace("$", ""), start, after)

    def _face(self, name: str, start: int, end: int) -> None:
        if name in ("mathbb", "mathbbm", "mathds") and re.compile(r"\s*\{?\s*1").match(
            self.text, end
        ):
            after = self._after_group(end)
            self._put("command", "indicator", start, after if after > end else end + 1)
            return
        word = _WORD_FACE.match(self.text, end) if name in UPRIGHT else None
        if word is not None:
            plain = re.sub(r"\\_|-|\s+", "_", word.group(1))
            greek = GREEK_COMMANDS.get(plain)
            self._put("greek" if greek else "word", greek or plain, start, word.end())
            return
        simple = _SIMPLE_FACE.match(self.text, end)
        if simple is not None and simple.group(2):
            self._put("letters", simple.group(2), start, simple.end())
        elif simple is not None and simple.group(1) in GREEK_COMMANDS:
            self._put("greek", GREEK_COMMANDS[simple.group(1)], start, simple.end())
        else:
            self.at = end  # the group that follows stands for itself
            self.glued = False

    def _delimiter(self, side: str, name: str, start: int, end: int) -> None:
        if name.endswith("vert"):
            self._put(side, "|", start, end)
            return
        if name.endswith("Vert"):
            self._put(side, "||", start, end)
            return
        self.at = end
        found = re.compile(
            r"\s*(\\(?:[lr](?:brack|brace|vert|Vert|angle)|vert|Vert|[{}|])|[][().|/<>])"
        ).match(self.text, end)
        if found is None:
            return
        shape = found.group(1).lstrip("\\")
        shape = "||" if found.group(1) == r"\|" else _SHAPES.get(shape, shape)
        self._put(side, "." + shape, start, found.end())

    def _environment(self, name: str, start: int, end: int) -> None:
        found = _ENVIRONMENT.match(self.text, end)
        if found is None:
            self._put("unknown", name, start, end)
            return
        environment, after = found.group(1).rstrip("*"), found.end()
        if name == "begin":
            option = _OPTION.match(self.text, after)
            after = option.end() if option and environment != "bmatrix" else after
            if environment in _ENVIRONMENTS_WITH_COLUMNS:
                columns = _COLUMNS.match(self.text, after)
                after = columns.end() if columns else after
        self._put(name, environment, start, after)
        self.glued = False

    def _stacked(self, start: int, end: int) -> None:
        """``\\stackrel{def}{=}``: the lower part counts, where it is a relation."""
        first = self._after_group(end)
        second = self._after_group(first)
        inside = self.text[first:second].strip().strip("{}").strip()
        above = self.text[end:first].lower()
        relation = RELATION_WORDS.get(inside.lstrip("\\")) or SIGNS.get(inside, ("", ""))[1]
        if inside and (inside in SIGNS or inside.lstrip("\\") in RELATION_WORDS):
            defines = "def" in above or "triangle" in above
            self._put("relation", "define" if defines else relation, start, second)
        else:
            self.at = first if first > end else end

    def _escape(self, found: str, start: int) -> None:
        end = start + len(found)
        char = found[1:]
        if char == "\\":
            length = _LENGTH.match(self.text, end)
            self._put("row", "\\\\", start, length.end() if length else end)
        elif char == "_":
            self._put("joint", "_", start, end)
        elif char in "{}":
            self._put("open" if char == "{" else "close", "set", start, end)
        elif char == "|":
            self._put("bar", "||", start, end)
        elif char == "%":
            self._put("percent", "%", start, end)
        elif char in "*+-=.()[]#<>/^'" and self.typed:
            self.at = start + 1  # an escape of Markdown
            self._sign(char, start + 1)
        elif char in ",;:!> \n/-" or not char:
            self.at = end
            self.glued = False
        elif char in "()[]":
            self.at = end  # delimiters of the whole formula
        else:
            self._put("unknown", found, start, end)

    # --- signs ------------------------------------------------------------------------------------

    def _sign(self, found: str, start: int) -> None:
        end = start + len(found)
        if (found == "%" and not self.typed) or (found == "#" and self.typed):
            line = self.text.find("\n", start)  # a comment
            self.at = len(self.text) if line < 0 else line
            return
        if found == "**" and self.typed and (self.bold or _BOLD.match(self.text, start)):
            last = self._last()
            operand = last is not None and last.kind in ("letters", "number", "close", "greek")
            if self.bold or not operand:
                self.bold = not self.bold
                self.at = end
                return
        if found == "\u2217" and self.star_marks and self._is_star_mark(end):
            for kind, text in (("script", "^"), ("open", "{"), ("operator", "*"), ("close", "{")):
                self._put(kind, text, start, end)
            self._star_index(end)
            return
        if found in SIGNS:
            self._put(*SIGNS[found], start, end)
            return
        if found in GREEK_CHARACTERS:
            self._put("greek", GREEK_CHARACTERS[found], start, end)
            return
        for script, table in (("_", SUBSCRIPTS), ("^", SUPERSCRIPTS)):
            if found in table:
                self._small(script, table, start)
                return
        if found in FRACTIONS:
            top, bottom = FRACTIONS[found]
            parts = (("open", "{"), ("number", top), ("operator", "/"), ("number", bottom))
            for kind, text in (*parts, ("close", "{")):
                self._put(kind, text, start, end)
            return
        self._character(found, start)

    def _is_star_mark(self, end: int) -> bool:
        last = self._last()
        if last is None or last.kind not in ("letters", "greek", "word", "number"):
            return False
        after = self.text[end : end + 1]
        if not self.glued:  # "W ∗hid": a product would have a space at both sides
            return last.kind == "letters" and bool(after) and after.isalnum()
        if last.kind == "number" and not (len(self.tokens) > 1 and last.glued):
            return False
        return after.isalnum() or self.text[end:].lstrip()[:1] in ("", *"=),≈+−-.")

    def _star_index(self, end: int) -> None:
        """The index that stands right behind a star: ``w∗100``, ``h∗pre``, ``o∗i``."""
        found = _STAR_INDEX.match(self.text, end)
        if found is None:
            return
        self._put("script", "_", end, end)
        self._put("open", "{", end, end)
        kind = "number" if found.group().isdigit() else "letters"
        self._put(kind, found.group(), end, found.end())
        self._put("close", "{", found.end(), found.end())

    def _small(self, script: str, table: dict[str, tuple[str, str]], start: int) -> None:
        """A run of small characters (``₁₂``, ``⁻¹``): one script in braces."""
        text, at = self.text, start
        self._put("script", script, start, start)
        self._put("open", "{", start, start)
        while at < len(text) and text[at] in table:
            kind, char = table[text[at]]
            end = at + 1
            while kind == "number" and end < len(text) and table.get(text[end], ("",))[0] == kind:
                char += table[text[end]][1]
                end += 1
            self._put(kind, char, at, end)
            at = end
        self._put("close", "{", at, at)
        self.glued = True

    def _character(self, found: str, start: int) -> None:
        """A letter with an accent (ŷ, or y and a combining mark), another alphabet's letter, or nothing
        that is known."""
        if found in COMBINING:  # a mark over the letter before
            last = self._last()
            if last is not None and last.kind == "letters" and self.glued:
                self.tokens.pop()
                begin, end = last.span
                if len(last.text) > 1:
                    self.tokens.append(last._replace(text=last.text[:-1], span=(begin, end - 1)))
                    begin = end - 1
                self.glued = last.glued if len(last.text) == 1 else True
                self._put("accent", COMBINING[found], begin, begin)
                self._put("letters", last.text[-1], begin, start + 1)
                return
        for form in ("NFD", "NFKC"):
            plain = unicodedata.normalize(form, found)
            if form == "NFD" and len(plain) == 2 and plain[0].isascii() and plain[1] in COMBINING:
                self._put("accent", COMBINING[plain[1]], start, start)
                self._put("letters", plain[0], start, start + 1)
                return
            if plain in GREEK_CHARACTERS:
                self._put("greek", GREEK_CHARACTERS[plain], start, start + 1)
                return
            if plain.isascii() and plain.isalpha():
                last = self._last()
                if last is not None and last.kind == "letters" and self.glued:
                    joined = last._replace(text=last.text + plain, span=(last.span[0], start + 1))
                    self.tokens[-1] = joined
                    self.at = start + 1
                else:
                    self._put("letters", plain, start, start + 1)
                return
            if plain.isascii() and plain.isdigit():
                self._put("number", plain, start, start + 1)
                return
        self._put("unknown", found, start, start + len(found))


def value_of(text: str) -> tuple[Fraction, int]:
    """The value of a number token, and its digits after the point less its exponent; exponents beyond
    what a double can hold raise ValueError."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    power = int(exponent) if exponent else 0
    if abs(power) > 400 or len(mantissa) > 400:
        raise ValueError(text)
    return Fraction(mantissa) * Fraction(10) ** power, decimals - power


def kinds(tokens: Collection[Token]) -> list[str]:
    """The kinds of tokens, for tests and messages."""
    return [token.kind for token in tokens]
