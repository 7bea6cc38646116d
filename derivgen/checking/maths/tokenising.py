"""The tokens of a formula, the same for LaTeX and for what people type with plain characters.

Typed signs are given the tokens of the LaTeX commands that they stand for (``∂`` and ``\\partial``, ``²`` and
``^{2}``, ``ŷ`` and ``\\hat{y}``), so that one parser reads both.  Work is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from derivgen.checking.manuscript import Notation
from derivgen.checking.maths.latex_commands import put_command, put_escape
from derivgen.checking.maths.tape import Tape
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.typed_signs import put_sign

#: Texts longer than this are not read.
MAX_LENGTH: Final = 40_000


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
        | (?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+\-\u2212]?[0-9]+(?![A-Za-z0-9_])
            |\\math(?:rm|tt|sf)\{[eE]\}\{[+\-\u2212]?[0-9]+\})?
      )
    | (?P<sign>:=|<-(?![0-9.])|->|=>|==>|<=>|<=|>=|!=|==|~=|=~|(?<!\^)[+-]=|\*\*|\.\*(?!\*)|\./(?!/)|\.\^|\.\.\.|\|\||[^\W\d_]|.)
    """,
    re.VERBOSE | re.DOTALL,
)
#: the power of ten of ``5.0\\mathrm{e}{-3}``
_UPRIGHT_TEN: Final = re.compile(r"\\math[a-z]+\{[eE]\}\{(.*)\}")
#: what a layer above is made of: ``{(\\ell-1)}``
_LAYER_KINDS: Final = frozenset({"open", "close", "greek", "operator", "number"})
_DIGITS: Final = re.compile(r"[0-9]+")
_COMMA_NUMBER: Final = re.compile(r"[0-9]+,[0-9]+(?![0-9])")
_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9,])(?:\.[0-9]+)?")


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
    return _run(Tape(text, notation, whole, decimal_comma, star_marks))


def _run(tape: Tape) -> list[Token]:
    text, end = tape.text, len(tape.text)
    while tape.at < end:
        match = _TOKEN.match(text, tape.at)
        if match is None:  # cannot be: the last alternative takes any character
            break
        kind, found = match.lastgroup or "", match.group()
        if kind == "space":
            tape.at = match.end()
            if tape.typed and "\n" in found:
                tape.put("row", "\n", match.start(), match.end())
            tape.glued = False
            continue
        _HANDLERS[kind](tape, found, match.start())
    return _with_plain_ells(tape.tokens)


def _with_plain_ells(tokens: list[Token]) -> list[Token]:
    """``a^\\ell_j``, ``W^{(\\ell-1)}``: as an index the sign is the letter l; ``e^{\\ell_1}`` and, beside an
    ``\\ell`` that is no index, ``e^\\ell`` are powers."""
    ells = [at for at, token in enumerate(tokens) if token.text == "ell" and token.kind == "greek"]
    if not ells:
        return tokens
    found = list(tokens)
    scripts = [
        (at, _end_of_script(tokens, at)) for at, t in enumerate(tokens) if t.kind == "script"
    ]
    alone = any(not any(at < ell <= last for at, last in scripts) for ell in ells)
    for at, last in scripts:
        inside = tokens[at + 1 : last + 1]
        layer = {each.kind for each in inside} <= _LAYER_KINDS
        divided = any(each.text == "/" for each in inside)
        if at and tokens[at - 1][:2] == ("letters", "e") and (alone or divided):
            layer = False
        for n, each in enumerate(inside, at + 1):
            if each.text == "ell" and (tokens[at].text == "_" or layer):
                found[n] = each._replace(kind="letters", text="l")
    return found


def _end_of_script(tokens: list[Token], at: int) -> int:
    """The last token of the index or exponent that a sign begins."""
    last = min(at + 1, len(tokens) - 1)
    if tokens[last][:2] == ("open", "{"):
        while last + 1 < len(tokens) and tokens[last].kind != "close":
            last += 1
    return last


def _letters(tape: Tape, found: str, start: int) -> None:
    last = tape.last()
    if last is not None and len(found) > 1 and not tape.typed:
        accent = last.kind == "accent"
        if accent or (last.kind == "script" and not tape.whole(found)):
            tape.put("letters", found[0], start, start + 1)
            return
    tape.put("letters", found, start, start + len(found))


def _number(tape: Tape, found: str, start: int) -> None:
    last = tape.last()
    close = tape.glued and last is not None and last.kind in ("letters", "word", "greek")
    if last is not None and (close or last.kind == "script"):
        digits = _DIGITS.match(tape.text, start)
        if digits is not None:  # an index: "w_1.5" is no number 1.5
            tape.put("number", digits.group(), start, digits.end())
            return
    if found.isdigit():
        comma = (
            _COMMA_NUMBER.match(tape.text, start)
            if tape.decimal_comma and not _in_script(tape)
            else _THOUSANDS.match(tape.text, start)
            if tape.depth == 0
            else None
        )
        if comma is not None:
            plain = comma.group().replace(",", "." if tape.decimal_comma else "")
            tape.put("number", plain, start, comma.end())
            return
    tape.put("number", _plain(tape, found), start, start + len(found))


def _in_script(tape: Tape) -> bool:
    """Whether the place is right in the braces of a script (``w_{1,2}``)."""
    for at in range(len(tape.tokens) - 1, max(len(tape.tokens) - 12, -1), -1):
        token = tape.tokens[at]
        if token.kind == "open" and token.text == "{":
            return at > 0 and tape.tokens[at - 1].kind == "script"
        if token.kind == "close":
            return False
    return False


def _plain(tape: Tape, found: str) -> str:
    plain = re.sub(r"\\,|\\ |[\u2009\u202f]", "", found).replace("\u2212", "-")
    plain = _UPRIGHT_TEN.sub(r"e\1", plain)
    if "{,}" not in plain:
        return plain
    first, *others = plain.split("{,}")
    thousands = (
        not tape.decimal_comma
        and first.lstrip("0")
        and all(len(other.split(".")[0]) == 3 for other in others)
    )
    if thousands or len(others) > 1:
        return plain.replace("{,}", "")
    return plain.replace("{,}", ".")


_HANDLERS: Final[dict[str, Callable[[Tape, str, int], None]]] = {
    "command": put_command,
    "escape": put_escape,
    "letters": _letters,
    "number": _number,
    "sign": put_sign,
}
