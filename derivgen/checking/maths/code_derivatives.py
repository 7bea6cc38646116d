"""Derivatives as programs name them: ``dE_dw5`` is dE/dw5 where the document has an E and a w5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.vocabulary import Vocabulary

_IN_NAMES: Final = frozenset({"letters", "word", "number", "joint"})


def with_quotients(tokens: Sequence[Token], vocabulary: Vocabulary) -> list[Token]:
    """The tokens, with a slash for the line between the halves of such a name."""
    known = vocabulary.plain_keys
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        end = _end_of_name(tokens, at)
        middle = _middle(tokens[at:end], known)
        if middle is None:
            found += tokens[at:end]
        else:
            line = tokens[at + middle]
            quotient = [*tokens[at : at + middle], line._replace(kind="operator", text="/")]
            quotient += tokens[at + middle + 1 : end]
            if tokens[end : end + 1] and tokens[end][:2] == ("script", "^"):  # dE_dw5**2
                begin, close = quotient[0], quotient[-1].span[1]
                quotient = [
                    Token("open", "(", (begin.span[0], begin.span[0]), begin.glued),
                    *quotient,
                    Token("close", "(", (close, close), True),
                ]
            found += quotient
        at = end
    return found


def _end_of_name(tokens: Sequence[Token], at: int) -> int:
    """The place behind the name of a program that begins at a token; behind the token where none does."""
    end = at + 1
    if tokens[at].kind not in ("letters", "word"):
        return end
    while end < len(tokens) and tokens[end].glued and _is_inside(tokens[end]):
        end += 1
    return end


def _is_inside(token: Token) -> bool:
    return token.kind in _IN_NAMES or token[:2] == ("script", "_")


def _middle(name: Sequence[Token], known: frozenset[str]) -> int | None:
    """Where the line between the two halves stands; None where the name is no derivative."""
    if name[0].text[:1] != "d" or len(name) < 3:
        return None
    for at in range(1, len(name) - 1):
        line, below = name[at], name[at + 1]
        if line.kind not in ("script", "joint") or below.text[:1] != "d":
            continue
        if all(_plain(half)[1:] in known for half in (name[:at], name[at + 1 :])):
            return at
    return None


def _plain(half: Sequence[Token]) -> str:
    """The half of a name without lines: the d and what is behind it."""
    return "".join(token.text for token in half if token.kind not in ("script", "joint"))
