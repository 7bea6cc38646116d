"""What stands beside an operand of prose: the next factor, a step from an old value, a line of its own."""

from __future__ import annotations

from itertools import takewhile

from derivgen.checking.reading.prose_sight import ARTICLES, Sight, ratio

#: tokens between two brackets, at most, where the second one is looked for
MAX_BRACKET = 60
#: spaces that part two columns, and no factors
COLUMN_GAP = 3
#: what numbers are written with; vectors have commas in their brackets as well
_IN_VALUES = frozenset({"num", "op", "open", "close", "rel"})


class Sides(Sight):
    """The tokens of one paragraph, and how operands beside each other belong together."""

    def goes_on(self, opening: int) -> bool:
        """Whether a statement goes on behind a bracket in its line: ``m = y (...) = 0.1``."""
        depth = 0
        for at in range(opening, min(opening + MAX_BRACKET, len(self.tokens))):
            token = self.tokens[at]
            if token.gap == "\n":
                return False
            depth += (token.kind == "open") - (token.kind == "close")
            if not depth:
                following = self.token(at + 1)
                return following is not None and following.kind in ("rel", "op")
        return False

    def is_joined_on(self, at: int) -> bool:
        """Whether a sign joins something to what ends before it: ``0.4 * x`` and then ``+ bias term``."""
        token, following = self.token(at), self.token(at + 1)
        sign = token is not None and token.kind == "op" and token.text in "+*·×⋅∙/"
        return sign and token is not None and token.gap != "\n" and following is not None

    def is_next_factor(self, at: int, start: int) -> bool:
        """Whether an operand ends a row of products alike: the ``h_1`` of ``d_3 h_2 + d_2 h_1 = 0.35``."""
        terms: list[list[str]] = [[self.tokens[at].text]]
        for token in reversed(self.tokens[start:at]):
            if token.kind == "rel":
                break
            if token.kind == "op" and token.text in ("+", "-", "−", "–"):
                terms.append([])
            elif token.kind in ("atom", "num"):
                terms[-1].append(token.text)
            else:
                return False
        letters = [["".join(c for c in text if c.isalpha())[:1] for text in term] for term in terms]
        return len(terms) > 1 and len(terms[0]) > 1 and all(row == letters[0] for row in letters)

    def is_coefficient(self, at: int, start: int) -> bool:
        """Whether a number is a factor of what follows: the 2 of ``u = p + 2 q = 0.3``, where names are added."""
        number, sign = self.tokens[at], self.token(at - 1) if at > start else None
        if number.kind != "num" or not number.text.isdigit() or sign is None:
            return False
        if sign.kind != "op" or sign.text not in ("+", "-", "−", "–"):
            return False
        side = list(takewhile(lambda token: token.kind != "rel", reversed(self.tokens[start:at])))
        return len(side) > 1 and side[1].kind == "atom"

    def is_step(self, at: int, end: int, start: int) -> bool:
        """Whether a derivative belongs to an update: ``w_1 - eta dE/dw_1`` changes what it is by."""
        rel = next((n for n in range(at - 1, start, -1) if self.tokens[n].kind == "rel"), start)
        old, sign = self.token(rel + 1), self.token(rel + 2)
        if old is None or sign is None or old.kind not in ("atom", "word"):
            return False
        if sign.text not in ("-", "−", "–", "+"):
            return False
        derivative = ratio(self.spelled(at, end))
        return derivative is not None and (derivative[1] == old.text or at == rel + 4)

    def is_chained(self, at: int, end: int) -> bool:
        """Whether a derivative is the next factor of a chain: ``∂a/∂z`` behind ``∂E/∂a``."""
        derivative = ratio(self.spelled(at, end))
        if derivative is None:
            return False
        before = ratio(self.tokens[at - 1].text)
        if before is not None:
            return before[1] == derivative[0]
        return self.spelled(max(at - 4, 0), at).endswith(f"/∂{derivative[0]}")

    def stands_before(self, at: int, end: int, start: int) -> bool:
        """Whether an operand stands in the same side before: the last ``o`` of ``d = e (1 - o) o = 0.2``."""
        spelled = self.spelled(at, end)
        for token in reversed(self.tokens[start:at]):
            if token.kind == "rel":
                return False
            if token.text == spelled:
                return True
        return False

    def _begins_anew(self, at: int) -> bool:
        token = self.tokens[at]
        return token.gap == "\n" or token.blanks >= COLUMN_GAP

    def is_last_factor(self, at: int, start: int) -> bool:
        """Whether an article is a name, behind a factor and before the value of their product: ``y = v a = 0.1``."""
        token, following = self.tokens[at], self.token(at + 1)
        last = following is not None and following.kind == "rel" and token.blanks == 1
        return token.text in ARTICLES and last and self.is_line_of_its_own(start, at + 1)

    def is_line_of_its_own(self, start: int, end: int) -> bool:
        """Whether a line, or a column of it, is one statement with a product and its value: ``g = d x = 0.2``."""
        if start and not self._begins_anew(start):
            return False
        last = next(
            (n - 1 for n in range(end + 1, len(self.tokens)) if self._begins_anew(n)),
            len(self.tokens) - 1,
        )
        depth = 0
        for token in self.tokens[end + 1 : last + 1]:
            depth += (token.kind == "open") - (token.kind == "close")
            if token.kind not in _IN_VALUES and not (token.kind == "comma" and depth):
                return False
        return any(token.kind == "num" for token in self.tokens[end + 1 : last + 1])
