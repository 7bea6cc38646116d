"""Derivative tokens in every form: stacked, in a line, with d or ∂, as operators, with nabla."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from fractions import Fraction
from typing import Final

from derivgen.checking.maths.cursor import CannotRead, Cursor
from derivgen.checking.maths.functions import canonical
from derivgen.checking.maths.names import read_name
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.tree import (
    Call,
    Derivative,
    Matrix,
    Name,
    Node,
    Number,
    Power,
    Product,
    Sum,
    Transposed,
    names_of,
)

Range = tuple[int, int]
_LETTERS: Final = frozenset({"letters", "word"})


class Derivatives(Cursor):
    """Reads derivative tokens; the rest of the grammar is above it."""

    @abstractmethod
    def inside(self, start: int, end: int) -> Node:
        """The node of a range."""

    @abstractmethod
    def power(self) -> Node:
        """An atom with its exponents."""

    @abstractmethod
    def implicit(self) -> Node:
        """Factors with nothing between them."""

    @abstractmethod
    def unexpected(self) -> str:
        """Why what stands here cannot stand here."""

    @abstractmethod
    def number(self, token: Token) -> Node:
        """A number."""

    def with_place(self, node: Node, start: int) -> Node:
        """The node with the place from a token to here."""
        if isinstance(node, (Derivative, Product)):
            return replace(node, span=self.span_from(start))
        return node

    # --- stacked ----------------------------------------------------------------------------------

    def stacked_derivative(self, top: Range, bottom: Range) -> Node | None:
        """``\\frac{\\partial L}{\\partial w}`` from its two parts; None where it is an ordinary fraction."""
        round_d = self._is_partial(bottom)
        if round_d != self._is_partial(top):
            raise CannotRead("one half of a derivative", self.tokens[top[0]].span)
        if not round_d and not (self._is_letter_d(top, True) and self._is_letter_d(bottom, False)):
            return None
        above = self._differentials(top, round_d)
        below = self._differentials(bottom, round_d)
        order = sum(count for _, count in above)
        if len(above) > 1:
            if len(above) != len(below) or order != len(above):
                raise CannotRead("a derivative of several things", self.tokens[top[0]].span)
            pairs = zip(above, below, strict=True)
            factors = [
                self._derivative(self._of(of), self._by(by), top) for (of, _), (by, _) in pairs
            ]
            return Product(tuple(factors), "")
        jacobian = self._jacobian(above[0][0], below[0][0], top) if len(below) == 1 else None
        if jacobian is not None:
            return jacobian
        names = [name for by, _ in below for name in self._bys(by)]
        if order > 1 and len(names) == 1:
            names = [self._lowered(names[0], order)] * order
        if len(names) != order:
            raise CannotRead("a derivative of a strange order", self.tokens[top[0]].span)
        node = self._of(above[0][0])
        for name in reversed(names):
            node = self._derivative(node, name, top)
        return node

    def _jacobian(self, of: Range, by: Range, place: Range) -> Node | None:
        """``\\frac{\\partial (q_1, q_2)}{\\partial (p_1, p_2)}``: a row of derivatives for each of the first ones."""
        if not (of[0] < of[1] and by[0] < by[1] and self.tokens[by[0]].kind == "open"):
            return None
        below = self.inside(*by)
        if not isinstance(below, Matrix) or len(below.rows) != 1:
            return None
        node = self.inside(*of)
        above = node.rows[0] if isinstance(node, Matrix) and len(node.rows) == 1 else (node,)
        if not all(isinstance(cell, Name) for cell in (*above, *below.rows[0])):
            return None
        rows = (tuple(self._derivative(q, p, place) for p in below.rows[0]) for q in above)
        return Matrix(tuple(rows), is_list=len(above) == 1)

    def _derivative(self, of: Node | None, by: Node, place: Range) -> Derivative:
        span = (self.tokens[place[0]].span[0], self.tokens[max(place[1] - 1, place[0])].span[1])
        return Derivative(of, by, span)

    def _lowered(self, by: Node, order: int) -> Node:
        """``w`` of ``\\partial w^2``."""
        if isinstance(by, Power) and by.exponent == Number(str(order), Fraction(order)):
            return by.base
        raise CannotRead("a derivative of a strange order", by.span)

    def _is_partial(self, part: Range) -> bool:
        start, end = self._without_brackets(part)
        return start < end and self.tokens[start].kind == "partial"

    def _without_brackets(self, part: Range) -> Range:
        start, end = part
        while start < end and self.tokens[start].kind == "open" and self.partner[start] == end - 1:
            start, end = start + 1, end - 1
        return start, end

    def _is_letter_d(self, part: Range, top: bool) -> bool:
        """Whether a part begins with the letter d of a differential: ``d``, ``dL``, ``d y``."""
        start, end = self._without_brackets(part)
        if start >= end or self.tokens[start].kind not in _LETTERS:
            return False
        text = self.tokens[start].text
        if text[0] != "d" or (len(text) > 1 and self._is_known_word(text)):
            return False
        if len(text) > 1:
            signs = [at for at in self.top_level(start, end) if self.tokens[at].kind == "operator"]
            return not signs
        if start + 1 >= end:
            return top
        after = self.tokens[start + 1]
        if after.kind == "script" and after.text == "^" and start + 2 < end:
            return self.tokens[start + 2].kind in ("number", "open")
        return after.kind in ("letters", "word", "greek", "accent", "text", "open") or (
            self._is_function(after)
        )

    def _is_function(self, token: Token) -> bool:
        """True for ``\\tanh`` and the ``tanh`` of ``d tanh(x)/dx``."""
        named = token.kind in ("command", "letters", "word") and len(token.text) > 1
        return named and canonical(token.text) is not None

    def _is_known_word(self, text: str) -> bool:
        """Words such as ``delta`` that only begin with d; ``dw`` counts as one where it is a quantity, but
        not in a quotient of two differentials."""
        return text in ("delta", "dim", "deg", "det", "dist", "data", "depth", "desired", "decay")

    def _differentials(self, part: Range, round_d: bool) -> list[tuple[Range, int]]:
        """What stands behind each ∂ (or the one d) of a part, and the power of the ∂."""
        start, end = self._without_brackets(part)
        if not round_d:
            token = self.tokens[start]
            if len(token.text) > 1:
                begin, finish = token.span
                self.tokens[start] = token._replace(text=token.text[1:], span=(begin + 1, finish))
                return [((start, end), 1)]
            count, at = self._order(start + 1, end)
            return [((at, end), count)]
        marks = [at for at in self.top_level(start, end) if self.tokens[at].kind == "partial"]
        found = []
        for at, after in zip(marks, [*marks[1:], end], strict=True):
            count, begin = self._order(at + 1, after)
            found.append(((begin, after), count))
        return found

    def _order(self, at: int, end: int) -> tuple[int, int]:
        """The order of ``\\partial^2`` and the place behind it."""
        if at + 1 >= end or self.tokens[at][:2] != ("script", "^"):
            return 1, at
        close = at + 2
        token = self.tokens[at + 1]
        if token.kind == "open" and token.text == "{" and at + 2 < end:
            token, close = self.tokens[at + 2], self.partner[at + 1] + 1
        if token.kind != "number" or token.text not in ("1", "2", "3", "4"):
            raise CannotRead("a derivative of a strange order", token.span)
        return int(token.text), close

    def _of(self, part: Range) -> Node | None:
        return self.inside(*part) if part[0] < part[1] else None

    def _by(self, part: Range) -> Node:
        [name] = self._bys(part)
        return name

    def _bys(self, part: Range) -> list[Node]:
        """The names under a ∂."""
        if part[0] >= part[1]:
            raise CannotRead("a derivative by nothing", self.tokens[part[0] - 1].span)
        node = self.inside(*part)
        if isinstance(node, (Name, Transposed, Power, Call)):
            return [node]
        raise CannotRead("a derivative by something that is no name", node.span)

    # --- in a line --------------------------------------------------------------------------------

    def slashed_derivative(self) -> Node:
        """``∂L/∂w``, ``∂/∂w``: from the first ∂ on."""
        start = self.at
        if self.is_kind("script", "_", 1):
            return self.nabla()  # "∂_w L"
        order, self.at = self._order(start + 1, self.end)
        of: Node | None = None
        if not self.is_kind("operator", "/"):
            of = self.implicit() if self._spelled_out() else self._differentiated()
        if not self.is_kind("operator", "/"):
            raise CannotRead("a ∂ without a quotient", self.tokens[start].span)
        self.at += 1
        by = self._below(start)
        if order > 1:
            by = self._lowered(by, order)
        node: Node | None = of
        for _ in range(order):
            node = Derivative(node, by, self.span_from(start))
        assert node is not None
        return node

    def _spelled_out(self) -> bool:
        """Whether a product stands behind the ∂: nothing but names up to the slash."""
        for at in self.top_level(self.at, self.end):
            token = self.tokens[at]
            if token.kind == "operator":
                return token.text == "/"
            if token.kind in ("relation", "separator", "partial"):
                return False
        return False

    def _differentiated(self) -> Node:
        return self.power()

    def _below(self, start: int) -> Node:
        """The name behind the second ∂."""
        if self.is_kind("open"):
            close = self.closing(self.at)
            if not self._is_partial((self.at, close + 1)):
                raise CannotRead("one half of a derivative", self.tokens[start].span)
            inner = self._without_brackets((self.at, close + 1))
            by = self._by((inner[0] + 1, inner[1]))
            self.at = close + 1
            return by
        if not self.is_kind("partial"):
            raise CannotRead("one half of a derivative", self.tokens[start].span)
        self.at += 1
        return self._name_below()

    def _name_below(self) -> Node:
        begin = self.at
        if self.is_kind("open", "("):
            node: Node = self.power()
        else:
            read = read_name(self)
            if read is None:
                raise self.fail("a derivative by something that is no name")
            node = read.name(self)
            if read.before:
                raise CannotRead("a derivative by something that is no name", node.span)
            if read.transposed:
                node = Transposed(node, self.span_from(begin))
            if read.exponent is not None:
                saved = self.at
                node = Power(node, self.inside(*read.exponent), self.span_from(begin))
                self.at = saved
            elif self.is_kind("script", "^") and self.is_kind("number", None, 1):
                self.at += 1
                exponent = self.number(self.tokens[self.at])
                node = Power(node, exponent, self.span_from(begin))
        return node

    def bracketed_derivative(self, start: int, close: int) -> Node | None:
        """``(∂E)/(∂w)``: both halves in brackets; None where none stands here."""
        if not self._is_partial((start, close + 1)):
            return None
        if self.tokens[close + 1 : close + 2] and close + 1 < self.end:
            slash = self.tokens[close + 1][:2] == ("operator", "/")
            inner = self._without_brackets((start, close + 1))
            whole = any(self.tokens[at][:2] == ("operator", "/") for at in self.top_level(*inner))
            if slash and not whole:
                self.at = close + 2
                by = self._below(start)
                order, first = self._order(inner[0] + 1, inner[1])
                if order > 1:
                    raise CannotRead("a derivative of a strange order", self.tokens[start].span)
                of = self._of((first, inner[1]))
                return Derivative(of, by, self.span_from(start))
        return None

    def letter_derivative(self) -> Node | None:
        """``dL/dw``, ``d/dx``, ``\\mathrm{d}L/\\mathrm{d}w``; None (and nothing read) where d is a name or begins
        a word."""
        start = self.at
        first = self.tokens[start]
        if first.text[0] != "d" or self._is_known_word(first.text):
            return None
        saved, end, depth = self.tokens[start], self.end, self.depth
        try:
            found = self._letters_over_letters(start)
        except CannotRead:
            found = None
        if found is None:
            self.tokens[start] = saved
            self.at, self.end, self.depth = start, end, depth
        return found

    def _letters_over_letters(self, start: int) -> Node | None:
        of: Node | None = None
        if not self._step_over_d():
            return None
        if not self.is_kind("operator", "/"):
            of = self._operand_of_d()
            if of is None:
                return None
        if not self.is_kind("operator", "/"):
            return None
        self.at += 1
        slash = self.at
        below = self.peek()
        if below is None or below.kind not in _LETTERS or below.text[0] != "d":
            return None
        if self._is_known_word(below.text):
            return None
        if below.text == "d" and not self.is_kind("letters", None, 1):
            after = self.peek(1)
            if after is None or after.kind not in ("greek", "word", "accent", "text", "open"):
                return None
        saved = self.tokens[slash]
        self._step_over_d()
        try:
            by = self._name_below()
        except CannotRead:
            self.tokens[slash] = saved
            raise
        return Derivative(of, by, self.span_from(start))

    def nabla(self) -> Node:
        """``\\nabla_W L``: a derivative by W; ``\\nabla L`` alone is a call of ``grad``."""
        start = self.at
        self.at += 1
        by: Node | None = None
        if self.is_kind("script", "_"):
            self.at += 1
            if self.is_kind("open", "{"):
                close = self.closing(self.at)
                by = self._by((self.at + 1, close))
                self.at = close + 1
            else:
                read = read_name(self)
                if read is None:
                    raise self.fail("a derivative by something that is no name")
                by = read.name(self)
        of = self._operand_of_nabla(by) if self.starts_operand() else None
        if by is not None:
            return Derivative(of, by, self.span_from(start))
        if of is None:
            raise self.fail("a gradient of nothing")
        return Call("grad", (of,), 0, self.span_from(start))

    def _operand_of_nabla(self, by: Node | None) -> Node:
        """The loss behind a nabla; brackets behind it are its arguments, or the next factor."""
        start = self.at
        node = self.power()
        if isinstance(node, Name) and self.is_kind("open", "("):
            opened, glued = self.at, self.tokens[self.at].glued
            close = self.closing(opened)
            parts = self.split(opened + 1, close, "separator", frozenset({",", ";"}))
            arguments = tuple(self.inside(first, last) for first, last in parts)
            if by is not None and len(arguments) == 1 and _is_factor(arguments[0], by, glued):
                self.at = opened
                return node
            self.at = close + 1
            return Call(node.key, arguments, 0, self.span_from(start))
        return node

    def _step_over_d(self) -> bool:
        """Takes the letter d away from the run of letters here."""
        token = self.tokens[self.at]
        if len(token.text) == 1:
            self.at += 1
            return True
        begin, end = token.span
        rest = token.text[1:].lstrip("_")
        self.tokens[self.at] = token._replace(text=rest, span=(begin + 1, end))
        return bool(rest)

    def _operand_of_d(self) -> Node | None:
        begin = self.at
        token = self.peek()
        if self.is_kind("open", "(") or (token is not None and self._is_function(token)):
            return self.power()
        read = read_name(self)
        if read is None or read.exponent is not None:
            return None
        name = read.name(self)
        return Product((*read.before, name), "", self.span_from(begin)) if read.before else name


def _is_factor(inside: Node, by: Node, glued: bool) -> bool:
    """True for the brackets of ``\\partial_z L (1 - a^2)``: a loss is taken at no sum that begins with a number, nor,
    behind a space, at one in which nothing is that the derivative is by."""
    if not isinstance(inside, Sum):
        return False
    (_, first), *_ = inside.terms
    names = {name.key for name in names_of(inside)}
    return isinstance(first, Number) or not (glued or names & {name.key for name in names_of(by)})
