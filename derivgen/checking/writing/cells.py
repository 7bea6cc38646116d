"""The author's text on a terminal: what each character shows as, and how many cells it takes.

A document is somebody else's: nothing in it may move the cursor, change colours, or turn the
direction of the line, and a caret has to stand under the character that it means.
"""

from __future__ import annotations

import unicodedata
from typing import Final

TAB: Final = 4
#: shown as nothing: joiners, invisible operators of mathematics, the byte order mark
_NOTHING: Final = frozenset("\u200b\u2060\u2061\u2062\u2063\u2064\ufeff")
#: take no cell, but change what stands beside them
_JOINERS: Final = frozenset("\u200c\u200d")
_UNKNOWN: Final = "\N{REPLACEMENT CHARACTER}"


def shown(text: str) -> list[tuple[str, int]]:
    """What each character of a line shows as, with its cells; a tab reaches to the next stop."""
    found: list[tuple[str, int]] = []
    at = 0
    for char in text:
        piece = _tab(at) if char == "\t" else _character(char)
        found.append(piece)
        at += piece[1]
    return found


def safe(text: str) -> str:
    """A text on one line that can do nothing to the terminal; runs of white space are one space."""
    return "".join(piece for piece, _ in shown(" ".join(text.split())))


def shortened(text: str, cells: int) -> str:
    """The text, made safe, in at most so many cells, with an ellipsis where it was cut."""
    pieces = shown(" ".join(text[: 8 * cells].split()))
    if len(text) <= 8 * cells and sum(size for _, size in pieces) <= cells:
        return "".join(piece for piece, _ in pieces)
    kept: list[str] = []
    room = cells - 1
    for piece, size in pieces:
        room -= size
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept) + "…"


def _tab(at: int) -> tuple[str, int]:
    size = TAB - at % TAB
    return " " * size, size


def _character(char: str) -> tuple[str, int]:
    if " " <= char <= "~":
        return char, 1
    if char in _NOTHING:
        return "", 0
    if char in _JOINERS:
        return char, 0
    category = unicodedata.category(char)
    if category == "Zs":
        size = 2 if unicodedata.east_asian_width(char) == "F" else 1
        return " " * size, size
    if not char.isprintable():
        return _UNKNOWN, 1
    # the vowels and finals of Hangul join the consonant before them
    if category in ("Mn", "Me") or "\u1160" <= char <= "\u11ff":
        return char, 0
    return char, 2 if unicodedata.east_asian_width(char) in "WF" else 1
