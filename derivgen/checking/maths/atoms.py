"""Names, brackets, fractions, big operators, matrices: what has no operator at its top."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from derivgen.checking.maths import functions
from derivgen.checking.maths.calls import Calls
from derivgen.checking.maths.cursor import OnlyNamed
from derivgen.checking.maths.names import read_name
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.tree import (
    BigSum,
    Call,
    Cases,
    Chain,
    Derivative,
    Dots,
    Name,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Transposed,
    Words,
)

#: what stands before a condition and is 1 where that holds
#: letters that may stand together below a sum sign, and how many of them do
RUNNING, MOST_LETTERS = frozenset("ijklmnpqrst"), 3
_INDICATORS = frozenset({("number", "1"), ("letters", "I"), ("word", "I")})


class Atoms(Calls):
    """Reads what an operator stands between."""

    @abstractmethod
    def product(self) -> Node:
        """Factors with signs between them."""

    def atom(self) -> Node:
        """The node at the cursor that no operator takes apart."""
        token = self.peek()
        if token is None:
            raise self.fail("something is missing at the end")
        if self._is_typed_indicator(token):
            start = self.at
            self.at += 1
            return self._indicator(start)
        match token.kind:
            case "number":
                return self.number(token)
            case "ones":
                self.at += 1
                return Call("ones", (), 0, token.span)
            case "letters" | "word" | "greek" | "accent" | "text":
                return self._named(token)
            case "open":
                return self.bracketed(token)
            case "bar":
                return self.bars()
            case "command":
                return self._command(token)
            case "partial":
                return self.slashed_derivative()
            case "nabla":
                return self.nabla()
            case "begin":
                return self.environment(token)
            case "dots":
                self.at += 1
                return Dots(token.span)
            case "operator":
                raise self.fail("two signs in a row, or nothing before a sign")
        raise self.fail(self.unexpected())

    def skip_rows(self) -> None:
        """Steps over line ends within brackets."""
        while self.is_kind("row", "\n"):
            self.at += 1

    def skip_rows_before_operator(self) -> None:
        at = self.at
        self.skip_rows()
        if not self.is_kind("operator"):
            self.at = at

    def is_run(self, product: Product) -> bool:
        """Whether a product was one run of letters (``xw``), so that it dissolves among its neighbours."""
        return all(
            isinstance(factor, (Name, Power, Transposed, Call)) for factor in product.factors
        )

    def _named(self, token: Token) -> Node:
        start = self.at
        if (sum_ := self._typed_sum(token)) is not None:
            return sum_
        if token.kind == "letters" and (found := self.letter_derivative()) is not None:
            return found
        if token.kind == "word" and token.text == "d":
            differential = self.letter_derivative()
            if differential is not None:
                return differential
            if (gradient := self._short_gradient()) is not None:
                return gradient
        self.skip_module(token)
        read = read_name(self)
        if read is None:
            raise self.fail(
                "words in the middle of a formula" if token.kind == "text" else self.unexpected()
            )
        node = self.called(read)
        if node is None:
            node = self.decorated(read, read.name(self), start)
        if not read.before:
            return node
        return Product((*read.before, node), "", self.span_from(start))

    def _short_gradient(self) -> Node | None:
        """``\\mathrm{d}z``, a programmer's short name for dL/dz, written upright."""
        start, following = self.at, self.peek(1)
        if following is None or not following.glued:
            return None
        if following.kind not in ("letters", "greek", "accent", "word"):
            return None
        self.at += 1
        read = read_name(self)
        if read is None or read.before or read.transposed or read.exponent is not None:
            self.at = start
            return None
        name = read.name(self)
        made = replace(name, key="d" + name.key, span=self.span_from(start))
        return replace(made, written=f"d{name.written}") if name.written else made

    def _typed_sum(self, token: Token) -> Node | None:
        """``Σ`` typed for a sum sign, or ``sum_j`` before a term."""
        if token.kind in ("letters", "word") and token.text == "sum" and self.typed:
            return self._big_sum("sum") if self._is_sum_word() else None
        if token.kind != "greek" or token.text != "Sigma" or self.vocabulary.knows("Sigma"):
            return None
        following = self.peek(1)
        scripted = following is not None and following.kind == "script"
        operand = following is not None and following.kind in ("open", "letters", "number", "greek")
        return self._big_sum("sum") if self.typed and (scripted or operand) else None

    def _is_sum_word(self) -> bool:
        """True for ``sum_j`` and ``sum_{j=1}^3`` with a term behind, where no quantity is called a sum."""
        if self.vocabulary.knows("sum") or not self.is_kind("script", "_", 1):
            return False
        at = self.at + 1
        while at + 1 < self.end and self.tokens[at].kind == "script":
            opened = self.tokens[at + 1].kind == "open"
            at = self.closing(at + 1) + 1 if opened else at + 2
        index = self.tokens[self.at + 2]
        named = index.kind == "open" or (index.kind == "letters" and index.text in RUNNING)
        if not named or at >= self.end:
            return False
        return self.tokens[at].kind in ("open", "letters", "word", "greek", "number", "partial")

    def _command(self, token: Token) -> Node:
        start = self.at
        match token.text:
            case "frac":
                self.at += 1
                return self._fraction(start)
            case "sqrt":
                self.at += 1
                return self._root(start)
            case "root":
                self.at += 1
                body = self.power()
                return Call("sqrt", (body,), 0, self.span_from(start))
            case "sum" | "prod":
                return self._big_sum("sum" if token.text == "sum" else "prod")
            case "max" if self.is_kind("script", "_", 1):
                return self._big_sum("max")
            case "underbrace" | "overbrace":
                self.at += 1
                return self._braced()
            case "indicator":
                self.at += 1
                return self._indicator(start)
        known = functions.canonical(token.text)
        if known is None:
            raise self.fail(f"the command \\{token.text} is not known")
        return self._known_function(token, known)

    def _known_function(self, token: Token, known: str) -> Node:
        """``\\tanh(z)``, ``\\log x``, ``\\max(0, x)``: a function that is a command of LaTeX."""
        at = self.at
        saved = self.tokens[at]
        self.tokens[at] = saved._replace(kind="word")  # its scripts are those of a name
        read = read_name(self)
        self.tokens[at] = saved
        if read is None:
            raise self.fail("a function without an argument")
        opened = self.peek()
        if opened is not None and opened.kind == "open":
            if opened.text == "{":
                close = self.closing(self.at)
                argument = self.inside(self.at + 1, close)
                self.at = close + 1
                return self.with_power(read, self.function_word(read, known), (argument,))
            node = self.call_with_brackets(read, known)
            if node is not None:
                return node
        if self.starts_operand():
            return self.bare_call(read, known)
        raise OnlyNamed("a function without an argument", token.span)

    def _group_or_digit(self) -> Node:
        """An argument of a command: in braces, or one token (a single digit of a number)."""
        token = self.peek()
        if token is None:
            raise self.fail("a command without its argument")
        if token.kind == "open" and token.text == "{":
            close = self.closing(self.at)
            node = self.inside(self.at + 1, close)
            self.at = close + 1
            return node
        if token.kind == "number" and len(token.text) > 1:
            begin, end = token.span
            if not token.text.isdigit() or end - begin != len(token.text):
                raise self.fail("a fraction without braces")
            self.tokens[self.at] = token._replace(text=token.text[1:], span=(begin + 1, end))
            return Number(token.text[0], Fraction(int(token.text[0])), 0, (begin, begin + 1))
        if token.kind == "number":
            self.at += 1
            return Number(token.text, Fraction(int(token.text)), 0, token.span)
        return self.atom()

    def _fraction(self, start: int) -> Node:
        if self.is_kind("open", "{"):
            first = self.at
            close = self.closing(first)
            if close + 1 < self.end and self.tokens[close + 1][:2] == ("open", "{"):
                second = close + 1
                last = self.closing(second)
                found = self.stacked_derivative((first + 1, close), (second + 1, last))
                if found is not None:
                    self.at = last + 1
                    return self._slope_at(found, start) or self.with_place(found, start)
        top = self._group_or_digit()
        bottom = self._group_or_digit()
        return Quotient(top, bottom, self.span_from(start))

    def _slope_at(self, found: Node, start: int) -> Node | None:
        """``\\frac{df}{dz}(z)`` is ``f'(z)``; None where no function is derived, or at no place."""
        of = found.of if isinstance(found, Derivative) else None
        if not isinstance(of, Name) or of.mark or not self.is_kind("open", "("):
            return None
        known = functions.canonical(of.key) if of.key != "sigma" else "sigmoid"
        if known is None and not self._is_function_letter(of.key):
            return None
        close = self.closing(self.at)
        argument = self.inside(self.at + 1, close)
        self.at = close + 1
        return Call(known or of.key, (argument,), 1, self.span_from(start))

    def _is_function_letter(self, key: str) -> bool:
        usual = key in functions.LETTERS and key not in self.vocabulary.keys
        return usual or key in self.vocabulary.functions

    def _root(self, start: int) -> Node:
        degree: Node | None = None
        if self.is_kind("open", "["):
            close = self.closing(self.at)
            degree = self.inside(self.at + 1, close)
            self.at = close + 1
        body = self._group_or_digit() if not self.is_kind("open", "(") else self.atom()
        span = self.span_from(start)
        if degree is None or degree == Number("2", Fraction(2)):
            return Call("sqrt", (body,), 0, span)
        return Power(body, Quotient(Number("1", Fraction(1)), degree, span), span)

    def _braced(self) -> Node:
        """``\\underbrace{x}_{words}``: x; what stands at the brace is no part of it, unless it says that
        x is a part of something (``sample 2``)."""
        node = self._group_or_digit()
        start = self.at
        while self.is_kind("script") and self.at + 1 < self.end:
            self.at += 1
            self.at = self.closing(self.at) + 1 if self.is_kind("open", "{") else self.at + 1
        note = " ".join(token.text for token in self.tokens[start : self.at])
        part = re.search(r"\b(sample|example|path|term)\b\s*(\d+)", note)
        return node if part is None else Call("part", (node, Words(part.group())))

    def _is_typed_indicator(self, token: Token) -> bool:
        """Whether a 1 or an I in whatever face stands before a condition: ``\\mathbf{1}[z > 0]``, ``1_{z > 0}``."""
        if token.kind != "ones" and (token.kind, token.text) not in _INDICATORS:
            return False
        script = self.is_kind("script", "_", 1)
        at = self.at + 1 + script
        if at >= self.end or self.tokens[at].kind != "open" or self.partner[at] <= at:
            return False
        glued = token.kind == "ones" or self.tokens[at].glued
        return glued and self.is_condition(at + 1, self.partner[at])

    def _indicator(self, start: int) -> Node:
        """``\\mathbb{1}(z > 0)``: 1 where the condition holds, 0 elsewhere."""
        if self.is_kind("script", "_"):
            self.at += 1
        if not self.is_kind("open"):
            raise self.fail("an indicator without its condition")
        close = self.closing(self.at)
        first, last = self.at + 1, close
        while self.tokens[first].kind == "open" and self.partner[first] == last - 1:
            first, last = first + 1, last - 1
        node = self.truth(first, last, self.span_from(start))
        self.at = close + 1
        return node

    def _big_sum(self, sign: Literal["sum", "prod", "max"]) -> Node:
        start = self.at
        self.at += 1
        index: str | None = None
        lower: Node | None = None
        upper: Node | None = None
        without: Chain | None = None
        while self.is_kind("script"):
            below = self.tokens[self.at].text == "_"
            self.at += 1
            if self.is_kind("open", "{") or (self.typed and self.is_kind("open", "(")):
                close = self.closing(self.at)
                first, last = self.at + 1, close
                self.at = close + 1
            else:
                first, last = self.at, self.at + 1
                self.at += 1
            if first >= last or last > self.end:
                raise self.fail("an index that is no index")
            if below:
                index, lower = self._index(first, last)
                without = self._left_out(first, last)
            else:
                upper = self.inside(first, last)
        body = self.product()
        if without is not None:
            assert isinstance(without.segments[0].body, Name)
            index, span = without.segments[0].body.key, self.span_from(start)
            body = Cases(((body, without), (Number("0", Fraction(0), 0, span), None)), span)
        return BigSum(body, index, lower, upper, sign, self.span_from(start))

    def _left_out(self, first: int, last: int) -> Chain | None:
        """The condition of a sum over ``j \\neq i``; None for other sums."""
        marks = [at for at in self.top_level(first, last) if self.tokens[at].kind == "relation"]
        if len(marks) != 1 or self.tokens[marks[0]].text != "!=" or marks[0] != first + 1:
            return None
        chain = self.chain(first, last)
        name, other = (segment.body for segment in chain.segments)
        one = isinstance(name, Name) and len(name.key) == 1 and not name.mark
        return chain if one and isinstance(other, Name | Number) else None

    def _index(self, first: int, last: int) -> tuple[str, Node | None]:
        marks = [at for at in self.top_level(first, last) if self.tokens[at].kind == "relation"]
        plain = "".join(token.text for token in self.tokens[first : marks[0] if marks else last])
        if len(marks) == 1 and self.tokens[marks[0]].text == "=":
            return plain, self.inside(marks[0] + 1, last)
        if marks:
            plain = self.text[self.tokens[first].span[0] : self.tokens[last - 1].span[1]]
        elif 1 < len(plain) <= MOST_LETTERS and set(plain) <= RUNNING and len(set(plain)) > 1:
            plain = ",".join(plain)  # a sum over ij is one over i and over j
        return plain, None
