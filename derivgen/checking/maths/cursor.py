"""Tokens with their brackets matched, and a place among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.tree import Span
from derivgen.checking.maths.vocabulary import Vocabulary

#: Brackets, scripts and the like nested deeper than this are not read.
MAX_DEPTH: Final = 40

_OPERANDS: Final = frozenset(
    {
        *("number", "letters", "word", "greek", "accent", "text", "command", "partial", "nabla"),
        *("begin", "dots", "open", "ones"),
    }
)
#: What an operand can end with.
ENDS: Final = frozenset(
    {
        *("number", "letters", "word", "greek", "text", "close", "prime", "top", "end", "percent"),
        *("dots", "ones"),
    }
)


class CannotRead(Exception):
    """Why a stretch of text could not be read."""

    def __init__(self, reason: str, span: Span) -> None:
        super().__init__(reason)
        self.reason = reason
        self.span = span


class OnlyNamed(CannotRead):
    """A function that is named and not applied: ``the derivative of \\tanh``."""


def partners(tokens: Sequence[Token]) -> list[int]:
    """For every bracket, bar and environment the index of its partner; -1 for those without one and
    for every other token."""
    found = [-1] * len(tokens)
    stack: list[int] = []
    open_bars = 0
    for at, token in enumerate(tokens):
        if token.kind in ("open", "begin"):
            stack.append(at)
        elif token.kind in ("close", "end"):
            other = _opening(tokens, stack, token)
            if other >= 0:
                found[at], found[other] = other, at
        elif token.kind == "bar":
            complete = at > 0 and tokens[at - 1].kind in ENDS
            top = stack[-1] if stack else -1
            if (
                top >= 0
                and tokens[top].kind == "bar"
                and tokens[top].text == token.text
                and complete
            ):
                stack.pop()
                found[at], found[top] = top, at
            elif not _evaluates(tokens, at, complete) and open_bars < MAX_DEPTH * 4:
                stack.append(at)
                open_bars += 1
    return found


def _evaluates(tokens: Sequence[Token], at: int, complete: bool) -> bool:
    """Whether a bar is the one of ``f|_{x=1}``."""
    return complete and at + 1 < len(tokens) and tokens[at + 1].kind == "script"


def _opening(tokens: Sequence[Token], stack: list[int], close: Token) -> int:
    """Takes the opening partner of ``close`` off the stack; -1 when it closes nothing.  Brackets that
    were opened after it stay without a partner; a bracket never closes beyond a brace."""
    for back in range(len(stack) - 1, -1, -1):
        other = tokens[stack[back]]
        if _match(other, close):
            found = stack[back]
            del stack[back:]
            return found
        strict = other.kind == "begin" or other.text == "{" or other.text.startswith(".")
        if strict and not (close.kind == "end" or close.text == "{" or close.text.startswith(".")):
            return -1
        if len(stack) - back > MAX_DEPTH:
            return -1
    return -1


def _match(first: Token, second: Token) -> bool:
    if first.kind == "begin" or second.kind == "end":
        return first.kind == "begin" and second.kind == "end" and first.text == second.text
    if first.kind != "open":
        return False
    if first.text.startswith(".") or second.text.startswith("."):
        return first.text.startswith(".") and second.text.startswith(".")
    return first.text == second.text


@dataclass(slots=True)
class Cursor:
    """A place in the tokens from ``at`` to ``end``, and how deep it is nested."""

    tokens: list[Token]
    partner: list[int]
    vocabulary: Vocabulary
    typed: bool
    text: str
    at: int = 0
    end: int = 0
    depth: int = 0

    def peek(self, offset: int = 0) -> Token | None:
        """The token here, or some further on; None beyond the end."""
        here = self.at + offset
        return self.tokens[here] if here < self.end else None

    def is_kind(self, kind: str, text: str | None = None, offset: int = 0) -> bool:
        """Whether the token here is of a kind (and has a text)."""
        here = self.at + offset
        if here >= self.end:
            return False
        token = self.tokens[here]
        return token.kind == kind and (text is None or token.text == text)

    def starts_operand(self) -> bool:
        """Whether a number, a name, a bracket or the like stands here."""
        token = self.peek()
        if token is None:
            return False
        if token.kind == "bar":
            return self.partner[self.at] > self.at
        return token.kind in _OPERANDS

    def here(self) -> Span:
        """The place of the token here, or of the end."""
        if self.at < len(self.tokens) and self.at < self.end:
            return self.tokens[self.at].span
        if self.end > 0:
            last = self.tokens[self.end - 1].span[1]
            return last, last
        return 0, 0

    def span_from(self, start: int) -> Span:
        """From a token to the one before this place."""
        if self.at <= start:
            return self.here()
        return self.tokens[start].span[0], max(
            self.tokens[self.at - 1].span[1], self.tokens[start].span[1]
        )

    def fail(self, reason: str) -> CannotRead:
        """The exception to raise for what stands here."""
        return CannotRead(reason, self.here())

    def closing(self, at: int) -> int:
        """The index of the bracket that closes the one at ``at``."""
        other = self.partner[at]
        if other <= at or other >= self.end:
            raise CannotRead("a bracket is never closed", self.tokens[at].span)
        return other

    def top_level(self, start: int, end: int) -> Iterator[int]:
        """The indices of the tokens between two places that stand in no bracket; brackets are stepped
        over as a whole, their opening index is given."""
        at = start
        while at < end:
            yield at
            other = self.partner[at]
            at = other + 1 if at < other < end else at + 1

    def split(
        self, start: int, end: int, kind: str, texts: frozenset[str]
    ) -> list[tuple[int, int]]:
        """The ranges between separators at the top level."""
        parts, begin = [], start
        for at in self.top_level(start, end):
            token = self.tokens[at]
            if token.kind == kind and token.text in texts:
                parts.append((begin, at))
                begin = at + 1
        parts.append((begin, end))
        return parts
