"""How a computed quantity is written when nobody said: read off its name.

``W1`` is W with the superscript (1); ``h_pre`` is h with ``pre`` before its indices; ``y_hat`` wears
a hat; the digits of a scalar (``w_5``, ``b1``) are its subscript.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, cast

from derivgen.formula.tree import Accent, Delimited, Node, Number, Row, Symbol, Text
from derivgen.network.model import Naming

_PARTS = re.compile(r"([^\W\d_]+)(\d*)((?:_[^\W_]+)*)_*")
_ACCENTS = frozenset({"hat", "bar", "tilde", "vec", "dot"})


def naming_of(name: str, start: tuple[int, ...]) -> Naming:
    """The naming of an array whose axes are counted from ``start`` (() for a scalar)."""
    found = _PARTS.fullmatch(name)
    if found is None:
        return Naming(Text(name), start=start)
    letters, digits, rest = found.groups()
    base: Node = _symbol(letters)
    label: list[Node] = []
    for word in rest.split("_")[1:]:
        if word in _ACCENTS:
            base = Accent(cast(Literal["hat", "bar", "tilde", "vec", "dot"], word), base)
        elif word.isdigit() and start and not digits:
            digits = word
        else:
            label += _word(word)
    superscript: Node | None = None
    if digits and start:
        superscript = Delimited(Number(digits))
    elif digits:
        label.insert(0, Number(digits))
    prefix = None if not label else label[0] if len(label) == 1 else Row(tuple(label))
    return Naming(base, superscript, prefix, start=start)


def _word(word: str) -> list[Node]:
    """``o1`` as o and 1."""
    pieces = re.findall(r"\d+|\D+", word)
    return [Number(piece) if piece.isdigit() else _symbol(piece) for piece in pieces]


def _symbol(letters: str) -> Symbol:
    """Letters as a symbol; a Greek letter goes by its name."""
    if len(letters) == 1 and not letters.isascii():
        words = unicodedata.name(letters).split()
        name = words[-1].lower() if words[-1] != "SYMBOL" else words[-2].lower()
        name = "lambda" if name == "lamda" else name
        return Symbol(name.capitalize() if "CAPITAL" in words else name)
    return Symbol(letters)
