"""The text while it is cut into tokens."""

from __future__ import annotations

from collections.abc import Callable

from derivgen.checking.manuscript import Notation
from derivgen.checking.maths.tokens import Token


class Tape:
    """A text as it is cut: the place in it, and the tokens so far."""

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

    def put(self, kind: str, text: str, start: int, end: int) -> None:
        """Puts a token down and goes on behind it."""
        if kind == "open":
            self.depth += 1
        elif kind == "close":
            self.depth -= 1
        self.tokens.append(Token(kind, text, (start, end), self.glued))
        self.glued = True
        self.at = max(self.at, end)

    def last(self) -> Token | None:
        """The token before the place."""
        return self.tokens[-1] if self.tokens else None
