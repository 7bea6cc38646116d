"""The tokens of the equation language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

from derivgen.errors import DerivgenError
from derivgen.syntax import Source

_LETTER = "A-Za-z\u0391-\u03a9\u03b1-\u03c9\u03d1\u03d5\u03f5"
NAME = re.compile(rf"[{_LETTER}][{_LETTER}0-9_]*")
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>{NAME.pattern})
    | (?P<sign>\.T(?![{_LETTER}0-9_])|\*\*|<=|>=|==|!=|[-+*/^@()\[\],=<>])""",
    re.VERBOSE,
)
_INSTEAD = {"−": "-", "–": "-", "·": "*", "×": "*", "÷": "/", "⋅": "*", "'": ".T", "{": "("}


@dataclass(frozen=True)
class Token:
    """A piece of an equation, and where it begins."""

    kind: Literal["number", "name", "sign", "end"]
    text: str
    at: int

    def __str__(self) -> str:
        return "the end of the text" if self.kind == "end" else f"'{self.text}'"


def tokens_of(source: Source) -> Iterator[Token]:
    text, at = source.text, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            char = text[at]
            hint = f"write '{_INSTEAD[char]}'" if char in _INSTEAD else ""
            if char == "_":
                hint = "a name starts with a letter"
            shown = char if char.isprintable() else f"U+{ord(char):04X}"
            raise DerivgenError(
                "E301", f"'{shown}' is no part of the equation language", source.at(at), hint
            )
        if found.lastgroup != "space":
            kind = cast(Literal["number", "name", "sign"], found.lastgroup)
            yield Token(kind, found.group(), at)
        at = found.end()
    yield Token("end", "", at)
