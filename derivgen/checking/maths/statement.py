"""The tokens of one statement."""

from __future__ import annotations

from dataclasses import dataclass

from derivgen.checking.maths.tokens import Token


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
