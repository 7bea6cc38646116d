"""The parser of one side of a relation: precedence climbing over tokens, with what is known of names.

From loose to tight: sums; products with a sign, and quotients in a line; products without a sign;
powers; names, calls, brackets.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final, Literal

from derivgen.checking.maths.atoms import Atoms
from derivgen.checking.maths.cursor import MAX_DEPTH, CannotRead
from derivgen.checking.maths.tokens import Token, value_of
from derivgen.checking.maths.tree import (
    BigSum,
    Call,
    Chain,
    Derivative,
    Name,
    Negated,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    RelationSign,
    Segment,
    Sum,
    Transposed,
    Words,
)

Sign = Literal["", "*", "o", "@"]
_SIGNS: Final[dict[str, Sign]] = {"": "", "*": "*", "o": "o", "@": "@"}
#: letters that count cells
_INDEX: Final = frozenset("ijklmnpqrst")
#: Products and quotients nested deeper than this in one term are not read.
_MAX_NESTED: Final = 40


class Expressions(Atoms):
    """Reads nodes from a range of tokens."""

    # --- ranges -----------------------------------------------------------------------------------

    def inside(self, start: int, end: int) -> Node:
        """The node that a range of tokens is, all of it."""
        if self.depth >= MAX_DEPTH:
            raise CannotRead("it is nested too deeply", self.tokens[start - 1].span)
        saved = self.at, self.end
        self.at, self.end, self.depth = start, end, self.depth + 1
        try:
            self.skip_rows()
            node = self.sum()
            self.skip_rows()
            if self.at != end:
                raise self.fail(self.unexpected())
        finally:
            (self.at, self.end), self.depth = saved, self.depth - 1
        return node

    def unexpected(self) -> str:
        token = self.peek()
        if token is None:
            return "something is missing"
        if token.kind == "relation":
            return "a relation stands where none can"
        if token.kind in ("open", "close", "bar"):
            return "a bracket without its partner"
        if token.kind == "text":
            return "words in the middle of a formula"
        return f"{self.text[token.span[0] : token.span[1]]!r} stands where it cannot"

    def chain(self, start: int, end: int) -> Chain:
        """The chain of relations that a range of tokens is."""
        marks = [at for at in self.top_level(start, end) if self.tokens[at].kind == "relation"]
        segments: list[Segment] = []
        begin, relation, place = start, None, (0, 0)
        first = self.tokens[start].span[0]
        for mark in [*marks, end]:
            if mark > begin:
                # what is read may be cut: the d of dE is none of the name
                here = self.tokens[begin].span[0]
                body = self.inside(begin, mark)
                span = (here, self.tokens[mark - 1].span[1])
                segments += _segments(relation, body, span, place, segments)
            elif relation is not None:
                raise CannotRead("nothing stands after a relation", place)
            if mark < end:
                relation, place = self.tokens[mark].text, self.tokens[mark].span
                begin = mark + 1
        if not segments:
            raise CannotRead("nothing stands here", self.here())
        whole = (first, self.tokens[end - 1].span[1])
        return Chain(tuple(segments), segments[0].relation is not None, "", whole)

    # --- operators --------------------------------------------------------------------------------

    def sum(self) -> Node:
        """Terms with their signs."""
        start = self.at
        terms: list[tuple[bool, Node]] = []
        negative = self._sign()
        while True:
            terms.append((negative, self.product()))
            self.skip_rows_before_operator()
            token = self.peek()
            if token is None or token.kind != "operator" or token.text not in "+-":
                break
            self.at += 1
            negative = token.text == "-"
        if len(terms) > 1:
            return Sum(tuple(terms), self.span_from(start))
        negative, body = terms[0]
        return Negated(body, self.span_from(start)) if negative else body

    def _sign(self) -> bool:
        """Steps over signs; whether they are minus together."""
        negative = False
        while self.is_kind("operator", "-") or self.is_kind("operator", "+"):
            negative ^= self.tokens[self.at].text == "-"
            self.at += 1
        return negative

    def product(self) -> Node:
        """Factors with signs between them, and quotients in a line."""
        start = self.at
        factors, sign = [self.implicit()], ""
        spans, nested = [self.span_from(start)], 0
        while (token := self.peek()) is not None:
            if token.kind != "operator":
                if nested == 0 or not self.starts_operand():
                    break
                begin = self.at  # "1/2 (y - o)^2" is a half of it
                factors = [self._joined(factors, sign, spans), self.implicit()]
                spans, sign, nested = [spans[0], self.span_from(begin)], "", nested + 1
            elif token.text == "/":
                self.at += 1
                bottom = self._denominator()
                top = self._joined(factors, sign, spans)
                factors, sign = [Quotient(top, bottom, self.span_from(start))], ""
                spans, nested = [self.span_from(start)], nested + 1
            elif token.text in _SIGNS:
                self.at += 1
                begin = self.at
                right = self._signed()
                if len(factors) > 1 and sign != token.text:
                    factors = [self._joined(factors, sign, spans)]
                    spans, nested = [(spans[0][0], spans[-1][1])], nested + 1
                sign = token.text
                factors.append(right)
                spans.append(self.span_from(begin))
            else:
                break
            if nested > _MAX_NESTED:
                raise self.fail("it is nested too deeply")
        return self._joined(factors, sign, spans)

    def _joined(self, factors: list[Node], sign: str, spans: list[tuple[int, int]]) -> Node:
        if len(factors) == 1:
            return factors[0]
        return Product(tuple(factors), _SIGNS[sign], (spans[0][0], spans[-1][1]))

    def _signed(self) -> Node:
        """A factor after an operator, which may have a sign of its own."""
        start = self.at
        negative = self._sign()
        body = self.implicit()
        return Negated(body, self.span_from(start)) if negative else body

    def _denominator(self) -> Node:
        """What stands under a slash: one factor, and what is written close to it (``1/2n``)."""
        start = self.at
        negative = self._sign()
        factors = [self.power()]
        while (
            self.starts_operand()
            and self.tokens[self.at].glued
            and self.tokens[self.at].kind in ("letters", "greek", "accent")
            and self.tokens[self.at - 1].kind in ("number", "letters", "greek")
        ):
            factors.append(self.power())
        span = self.span_from(start)
        body = factors[0] if len(factors) == 1 else Product(tuple(factors), "", span)
        return Negated(body, span) if negative else body

    def implicit(self) -> Node:
        """Factors with nothing between them."""
        start = self.at
        if self.is_kind("operator", "-") or self.is_kind("operator", "+"):
            return self._signed()
        factors: list[Node] = []
        while True:
            factor = self.power()
            if isinstance(factor, Product) and factor.sign == "" and self.is_run(factor):
                factors.extend(factor.factors)
            else:
                factors.append(factor)
            if not self.starts_operand():
                break
        if len(factors) == 1:
            return factors[0]
        return Product(tuple(factors), "", self.span_from(start))

    def power(self) -> Node:
        """An atom with its exponents, transposes and bars."""
        start = self.at
        node, raised = self.atom(), False
        while (token := self.peek()) is not None:
            if token.kind == "script" and token.text == "^":
                if raised:
                    raise self.fail("an exponent of an exponent without brackets")
                node = self._within_sum(self._raised(node, start), token)
                raised = not isinstance(node, Transposed)
            elif token.kind == "point" and self.is_kind("letters", "T", 1):
                self.at += 2
                node = Transposed(node, self.span_from(start))
            elif token[:2] == ("script", "_") and (label := self._label_of_part()):
                node = Call("part", (node, Words(label)), 0, self.span_from(start))
            elif token.kind == "script" and isinstance(node, Call):
                node = self.indexed_call(node, start)
            elif token.kind == "bar" and self.is_kind("script", "_", 1):
                node = self._evaluated(node, start)
            elif token.kind == "percent" and isinstance(node, Number):
                self.at += 1
                node = Number(
                    f"{node.text}%", node.value / 100, node.decimals + 2, self.span_from(start)
                )
            else:
                break
        if isinstance(node, Derivative) and node.of is None and self._applies():
            return self._applied(node, start)
        return node

    def _within_sum(self, node: Node, caret: Token) -> Node:
        """``sum (y - t)^2`` in prose is the sum of squares; in a program ``sum(y - t)**2`` is a square."""
        if not isinstance(node, Power) or not isinstance(node.base, BigSum):
            return node
        total = node.base
        if total.index is not None or self.text[caret.span[0] : caret.span[1]] != "^":
            return node
        return replace(total, body=replace(node, base=total.body), span=node.span)

    def _label_of_part(self) -> str:
        """The words at ``(dL/dv)_{deep}``, a part of what stands in the brackets, which are stepped over;
        nothing, and no step, where an index stands there."""
        before = self.tokens[self.at - 1]
        after = self.peek(1)
        if before.kind != "close" or before.text == "{" or after is None:
            return ""
        if after[:2] == ("open", "{"):
            first, last = self.at + 2, self.closing(self.at + 1)
        else:
            first, last = self.at + 1, self.at + 2
        inside = self.tokens[first:last]
        if any(token.kind not in ("text", "word", "letters") for token in inside):
            return ""
        label = " ".join(token.text.strip() for token in inside)
        if len(label) < 2 or label == "new" or set(label) <= _INDEX:
            return ""
        self.at = last + (1 if after.text == "{" else 0)
        return label

    def _raised(self, base: Node, start: int) -> Node:
        """``base`` with the exponent that stands here."""
        first, last = self.exponent_range()
        tokens = self.tokens[first:last]
        plain = [token for token in tokens if token.text not in ("{", "(")]
        if len(plain) == 1 and (plain[0].kind == "top" or plain[0].text == "T"):
            self.at = max(self.at, last)
            return Transposed(base, self.span_from(start))
        if plain and all(token.kind == "prime" for token in plain):
            raise self.fail("a prime at something that is no name")
        exponent = self.exponent(first, last)
        return self.raised(base, exponent, start)

    def raised(self, base: Node, exponent: Node, start: int) -> Node:
        """A power; e to the power of something is a call of exp."""
        span = self.span_from(start)
        if isinstance(base, Name) and base.key == "e" and not base.mark:
            number = isinstance(exponent, Number)
            if self.vocabulary.euler or not number:
                return Call("exp", (exponent,), 0, span)
        return Power(base, exponent, span)

    def _evaluated(self, body: Node, start: int) -> Node:
        """``body|_{x=1}``: a call of ``at`` with the body, the name, and its value where it is said."""
        self.at += 1
        return self.at_point(body, start)

    def at_point(self, body: Node, start: int) -> Node:
        """The point after an evaluation bar, which was stepped over."""
        self.at += 1
        if self.is_kind("open", "{"):
            close = self.closing(self.at)
            first, self.at = self.at + 1, close + 1
            chain = self.chain(first, close)
            where = tuple(segment.body for segment in chain.segments)
        else:
            where = (self.atom(),)
        return Call("at", (body, *where), 0, self.span_from(start))

    def _applies(self) -> bool:
        return self.starts_operand() and not self.is_kind("dots")

    def _applied(self, operator: Derivative, start: int) -> Node:
        """``\\frac{d}{dx}`` with what it is applied to: a bracket, or all up to the next sign."""
        bracket = self.is_kind("open")
        body = self.power() if bracket else self.implicit()
        if isinstance(operator.by, Derivative):
            raise self.fail("a derivative by a derivative")
        return Derivative(body, operator.by, self.span_from(start))

    # --- numbers ----------------------------------------------------------------------------------

    def number(self, token: Token) -> Node:
        """A number, together with its power of ten (``1.5 \\times 10^{-3}``)."""
        start = self.at
        try:
            value, decimals = value_of(token.text)
        except (ValueError, OverflowError):
            raise self.fail("a number that is too large or too long") from None
        self.at += 1
        text = token.text.lower()
        if "e" in text:
            text = text.replace("e+", "e")
        exponent = self._power_of_ten() if "e" not in text else None
        if exponent is not None:
            value, decimals = value * Fraction(10) ** exponent, decimals - exponent
            text = f"{text}e{exponent}"
        if text.startswith("."):
            text = f"0{text}"
        if self.is_kind("point") and not self.is_kind("letters", None, 1):
            self.at += 1  # "5." with nothing after it
        return Number(text, value, decimals, self.span_from(start))

    def _power_of_ten(self) -> int | None:
        """The exponent of ``\\times 10^{-3}``, stepped over; None where nothing of that kind stands."""
        ten = self.is_kind("operator", "*") and self.is_kind("number", "10", 1)
        if not ten or not self.is_kind("script", "^", 2):
            return None
        at, close = self.at + 3, -1
        if at < self.end and self.tokens[at].kind == "open" and self.tokens[at].text in ("{", "("):
            close = self.partner[at]
            at += 1
        negative = at < self.end and self.tokens[at][:2] == ("operator", "-")
        at += negative
        if at >= self.end or self.tokens[at].kind != "number" or not self.tokens[at].text.isdigit():
            return None
        digits = self.tokens[at].text
        at += 1
        if close >= 0:
            if at != close:
                return None
            at += 1
        if len(digits) > 2:
            return None
        self.at = at
        return -int(digits) if negative else int(digits)


def _segments(
    relation: str | None,
    body: Node,
    span: tuple[int, int],
    place: tuple[int, int],
    before: list[Segment],
) -> list[Segment]:
    """The segment of a body; ``w -= x`` is ``w`` assigned ``w - x``."""
    if relation in ("+=", "-="):
        if not before:
            raise CannotRead("nothing stands before an assignment", place)
        body = Sum(((False, before[-1].body), (relation == "-=", body)), span)
        return [Segment("assign", body, span, place)]
    sign: RelationSign | None = relation  # type: ignore[assignment]  # tokens give no others
    return [Segment(sign, body, span, place)]
