"""What can be seen from a token of prose: a left side, a value behind a colon, a remark.

Nothing here decides where a statement ends; :mod:`derivgen.checking.reading.prose` does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from derivgen.checking.reading.prose_tokens import FUNCTIONS, Token
from derivgen.checking.reading.wordlist import words_of

STOPWORDS = words_of(
    "a an and are as assume at be because but by can for from gives give get gets has have hence here "
    "i if in into is it its let lets let's no not note now of on or our say set since so such take "
    "than that the their then there therefore these they this thus to use uses using we when where "
    "which while with yields you your obtain becomes become equals equal initially again also "
    "respectively similarly finally suppose given both each only just i.e e.g means was were will"
)
CALLED = FUNCTIONS | words_of("sigmoid relu ReLU softplus sum mean abs sqrt sgn sign logistic f g")
#: functions that have factors before them
SUMMING = words_of("sum mean")
#: functions that are put before what they are of without brackets: ``ln p``
BARE = words_of("ln log lg exp tanh sin cos")
#: words that are names where they stand between signs
ARTICLES = frozenset(("a", "A"))
#: words that no article stands before
_NO_NOUNS = words_of(
    "and or with where for is are so then if when which und mit wo et avec où y con"
)
#: words that are given a value behind a colon
GIVEN_WORDS = frozenset(("learning rate", "step size"))


@dataclass(frozen=True, slots=True)
class Found:
    """A statement in a paragraph: from ``start`` to ``end``; ``joins`` are the stretches that are
    replaced, with what stands there instead: the gaps between words that are one name, a colon; ``doubt`` says why it cannot be read with certainty, if so."""

    start: int
    end: int
    joins: tuple[tuple[int, int, str], ...] = ()
    doubt: str = ""


def ratio(text: str) -> tuple[str, str] | None:
    """What is differentiated in ``\\frac{\\partial a}{\\partial z}`` or ``∂a/∂z``, and by what."""
    found = _RATIO.fullmatch(text)
    if found is None:
        return None
    of, by = (found["of"], found["by"]) if found["of"] else (found["typed_of"], found["typed_by"])
    return of.strip(), by.strip()


_RATIO = re.compile(
    r"\\[dtc]?frac\s*\{\s*(?:\\partial|\\mathrm\{d\}|d)\s*(?P<of>[^\s].*?)\}\s*"
    r"\{\s*(?:\\partial|\\mathrm\{d\}|d)\s*(?P<by>[^\s].*?)\}"
    r"|[∂d](?P<typed_of>[^/∂]+)/[∂d](?P<typed_by>[^/∂]+)"
)


class Sight:
    """The tokens of one paragraph, and what stands around each of them."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens

    def given(self, at: int) -> tuple[int, Found] | None:
        """``w1: 0.15`` gives a value as ``w1 = 0.15`` does, if nothing else follows it."""
        first, colon = self.tokens[at], self.token(at + 1)
        words: tuple[tuple[int, int, str], ...] = ()
        if first.kind == "word" and colon is not None and colon.kind == "word":
            if f"{first.text} {colon.text}".lower() not in GIVEN_WORDS:
                return None
            words = ((first.end, colon.start, "_"),)
            at += 1
            colon = self.token(at + 1)
        elif first.kind == "math":
            if first.relations or not first.text.strip() or first.text.strip()[0].isdigit():
                return None
        elif first.kind != "atom" or len(first.text) == 1:
            return None
        value = self.token(at + 2)
        last = at + 2
        if value is not None and value.text in ("-", "−"):
            last = at + 3
            value = self.token(last)
        if colon is None or colon.text != ":" or colon.gap or value is None:
            return None
        if value.kind != "num" or value.gap == "\n":
            return None
        after = self.token(last + 1)
        ends = after is None or after.gap == "\n" or after.kind == "comma" or after.text in ".;"
        if not ends and not (after is not None and after.text == "(" and after.gap == " "):
            return None
        return last + 1, Found(first.start, value.end, (*words, (colon.start, colon.end, " =")))

    def token(self, at: int) -> Token | None:
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def is_line_number(self, at: int) -> bool:
        """Whether a line begins with its number here: ``(3) dL/dw = ...``."""
        opening, inside = self.tokens[at], self.token(at + 1)
        closing, following = self.token(at + 2), self.token(at + 3)
        if opening.text != "(" or (at and opening.gap != "\n") or following is None:
            return False
        if inside is None or inside.kind != "num" or not inside.text.isdigit():
            return False
        return closing is not None and closing.text == ")" and following.gap == " "

    def power(self, at: int) -> bool:
        """Whether ``**`` is a power rather than the sign of bold text."""
        following = self.token(at + 1)
        return (
            following is not None
            and following.gap == ""
            and (
                following.kind in ("num", "open")
                or (following.kind == "atom" and len(following.text) == 1)
            )
        )

    def is_bullet(self, at: int) -> bool:
        """Whether a sign at the beginning of a line opens an item of a list: ``- w1 = 0.15``."""
        token, following = self.tokens[at], self.token(at + 1)
        if token.text not in ("-", "*", "+", "–") or following is None or following.gap == "":
            return False
        return self.left_side(at + 1) is not None or following.kind == "word"

    def left_side(self, at: int) -> int | None:
        """The relation sign behind a left side that begins at a token, if one does."""
        end = at
        first = self.token(at)
        if first is None:
            return None
        if first.kind == "prefix" or "partial" in first.text or "mathrm{d}" in first.text:
            end += 1
            following = self.token(end)
            if following is None:
                return None
            if following.kind == "rel":
                return end
            if first.kind != "prefix" and (ratio(first.text) or following.kind != "atom"):
                return None  # an operator is put before a name, a derivative is not
        token = self.token(end)
        if token is None or token.kind not in ("atom", "word"):
            return None
        end += 1
        token = self.token(end)
        if token is not None and token.text == "/" and token.gap == "":
            end += 1
            token = self.token(end)
            if token is not None and token.kind == "prefix":
                end += 1
                token = self.token(end)
            if token is None or token.kind not in ("atom", "word"):
                return None
            end += 1
            token = self.token(end)
        if token is not None and token.text == "(" and token.gap == "":
            depth = 0
            opening = end
            while end < min(opening + 20, len(self.tokens)):
                depth += (self.tokens[end].kind == "open") - (self.tokens[end].kind == "close")
                end += 1
                if depth == 0:
                    break
            token = self.token(end)
        return end if token is not None and token.kind == "rel" else None

    def spelled(self, start: int, end: int) -> str:
        return "".join(token.text for token in self.tokens[start:end])

    def first_left(self, start: int) -> str:
        for end in range(start, min(start + 12, len(self.tokens))):
            if self.tokens[end].kind == "rel":
                return self.spelled(start, end)
        return ""

    def is_remark(self, at: int, before: Token) -> bool:
        """Whether a bracket behind a space is a remark or an equation number rather than a factor."""
        if self.tokens[at].text != "(":
            return False
        inner, close = self.token(at + 1), self.token(at + 2)
        if inner is None or (inner.kind == "word" and not self.is_call(at + 1)):
            operator = close is not None and close.kind == "op"
            return not (inner is not None and operator)
        if close is None or close.kind != "close":
            return False
        return inner.kind == "num" or before.kind == "num"

    def is_call(self, at: int) -> bool:
        following = self.token(at + 1)
        return self.tokens[at].text in CALLED and following is not None and following.kind == "open"

    def is_bare_call(self, at: int) -> bool:
        """Whether a function stands before an operand in the same line: ``ln p``."""
        following = self.token(at + 1)
        if self.tokens[at].text not in BARE or following is None or following.gap == "\n":
            return False
        if following.kind == "word":
            after = self.token(at + 2)
            named = following.text.lower() not in STOPWORDS or following.text in ARTICLES
            return named and (after is None or after.kind in ("op", "rel", "close", "comma"))
        return following.kind in ("atom", "num", "open")

    def is_article_a_name(self, at: int) -> bool:
        """Whether ``a`` behind a sign is an operand: before no word, ``1 / (1 - a)``, ``a (1 - a)``, or before one that
        no article is before; or the next line begins another statement."""
        following = self.token(at + 1)
        if following is None or following.kind not in ("word", "num", "math", "prefix"):
            return True
        if following.kind == "word" and following.text.lower() in _NO_NOUNS:
            return True
        return following.gap == "\n" and self.left_side(at + 1) is not None

    def is_multiplied(self, at: int) -> bool:
        """Whether a word is a factor behind an operand, since another one follows: ``2 out * x``; or since it is
        a name elsewhere in the paragraph: ``(out - t) out (1 - out)``."""
        token, following = self.tokens[at], self.token(at + 1)
        if token.text in ARTICLES and token.gap == " " and following is not None:
            # "2 a + 1", "(a - 1) a (1 - a)": the article is a name before a sign, and before a bracket with
            # a calculation in it
            sign = self.token(at + 3)
            if following.kind == "op" and following.gap == " ":
                return self.tokens[at - 1].kind != "word"
            return following.kind == "open" and sign is not None and sign.kind == "op"
        if token.gap == "\n" or token.text.lower() in STOPWORDS:
            return False
        if following is not None and following.kind == "op" and following.text in "*·×⋅∙":
            return self.tokens[at - 1].kind == "num" or token.text in self._names
        if token.text not in self._names or self.left_side(at) is not None:
            return False
        if following is None or following.kind in ("op", "rel", "close", "comma", "break"):
            return True
        return following.kind == "open" and not self.is_remark(at + 1, token)

    @cached_property
    def _names(self) -> frozenset[str]:
        """The words of the paragraph that are operands: they stand before a relation, or in brackets beside a
        sign."""
        found = set()
        for at, token in enumerate(self.tokens):
            before, after = self.token(at - 1) if at else None, self.token(at + 1)
            if token.kind != "word" or token.text.lower() in STOPWORDS or after is None:
                continue
            begins = before is not None and before.kind == "open" and after.kind == "op"
            ends = before is not None and before.kind == "op" and after.kind == "close"
            hyphen = "-" in ((before and before.text), after.text) and "" in (token.gap, after.gap)
            if after.kind == "rel" or ((begins or ends) and not hyphen):
                found.add(token.text)
        return frozenset(found)

    def is_name_word(self, at: int, following: int) -> bool:
        token = self.token(at)
        return (
            token is not None
            and token.kind == "word"
            and token.text.lower() not in STOPWORDS
            and self.tokens[following].gap == " "
        )

    def several_at_once(self, start: int, end: int) -> str:
        """``x1, x2 = 0.05, 0.10, 0.3`` says nothing of x2 alone."""
        before, name = self.token(start - 1), self.token(start - 2)
        after, value, then = self.token(end), self.token(end + 1), self.token(end + 2)
        if before is None or name is None or after is None or value is None:
            return ""
        if before.kind != "comma" or name.kind not in ("atom", "math") or after.kind != "comma":
            return ""
        if value.kind in ("num", "op") and (then is None or then.kind != "rel"):
            return "several values are given at once"
        return ""

    def names_and_values(self, start: int, end: int) -> tuple[int, int] | None:
        """From where to where ``x1, x2 = 0.05, 0.10`` goes around its ``x2 = 0.05``: as many names as values,
        and nothing else; None where that is not so."""
        if end - start not in (3, 4) or self.tokens[start].kind != "atom":
            return None
        count, last = 1, end
        while (value := self._number_behind(last)) is not None:
            count, last = count + 1, value
        first = start
        for _ in range(count - 1):
            comma, name = self.token(first - 1), self.token(first - 2)
            if comma is None or name is None or comma.text != "," or name.kind != "atom":
                return None
            first -= 2
        beyond, after = self.token(first - 1), self.token(last)
        ends = after is None or after.gap == "\n" or after.text in ".;"
        if count == 1 or not ends or (beyond is not None and beyond.text == ","):
            return None
        return first, last

    def _number_behind(self, at: int) -> int | None:
        """The place behind ``, -0.10``."""
        comma, value = self.token(at), self.token(at + 1)
        if comma is None or comma.text != "," or value is None:
            return None
        at += 1
        if value.text in ("-", "−"):
            at += 1
            value = self.token(at)
        return at + 1 if value is not None and value.kind == "num" else None
