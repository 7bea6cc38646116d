"""What a token is."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from typing import Final, NamedTuple

from derivgen.checking.maths.tree import Span


class Token(NamedTuple):
    """One token.  ``kind`` is one of

    number, ones (a vector of them, ``\\mathbf{1}``), letters (a run, to be split by what is known), word
    (one word for certain), greek, accent, text (words in the text font), relation, operator (``+ - * / o @``), script (``_ ^``), joint (``\\_``),
    prime, open, close and bar (delimiters), separator (``, ; : quad``), implies, row, ampersand,
    begin and end (environments), tag, dots, point, percent, command, unknown.

    ``glued`` is True where no space stands before it."""

    kind: str
    text: str
    span: Span
    glued: bool


#: beyond what a double can hold
_HIGHEST_POWER: Final = 400
#: exact fractions of a few steps of training have thousands; Python itself reads no more than 4300
_MOST_DIGITS: Final = 4000


def value_of(text: str) -> tuple[Fraction, int]:
    """The value of a number token, and its digits after the point less its exponent; exponents beyond
    what a double can hold raise ValueError."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    power = int(exponent) if exponent else 0
    if abs(power) > _HIGHEST_POWER or len(mantissa) > _MOST_DIGITS:
        raise ValueError(text)
    return Fraction(mantissa) * Fraction(10) ** power, decimals - power


def kinds(tokens: Collection[Token]) -> list[str]:
    """The kinds of tokens, for tests and messages."""
    return [token.kind for token in tokens]
