"""Names that are called: functions, their arguments, and exponents."""

from __future__ import annotations

from abc import abstractmethod
from fractions import Fraction
from typing import Final, Literal

from derivgen.checking.maths import functions
from derivgen.checking.maths.brackets import COMMAS, Brackets
from derivgen.checking.maths.name_parts import Read
from derivgen.checking.maths.names import read_name
from derivgen.checking.maths.scripts import index_of
from derivgen.checking.maths.signs import GREEK_WORDS
from derivgen.checking.maths.spelling import MARKS, joined
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.tree import (
    BigSum,
    Call,
    Name,
    Negated,
    Node,
    Number,
    Power,
    Product,
    Transposed,
)

_STEPS: Final = frozenset({"t", "t+1", "t-1"})
#: Functions whose words are also ordinary names.
_WEAK: Final = frozenset(
    {
        "sum",
        "mean",
        "identity",
        "positive_part",
        "norm",
        "dot",
        "step",
        "log",
        "sign",
        "trace",
        "diag",
    }
)


class Calls(Brackets):
    """Reads functions with their arguments and exponents."""

    @abstractmethod
    def atom(self) -> Node:
        """The node at the cursor that no operator takes apart."""

    @abstractmethod
    def raised(self, base: Node, exponent: Node, start: int) -> Node:
        """A power."""

    def skip_module(self, token: Token) -> None:
        """Steps over the ``np`` of ``np.exp``."""
        if token.text in functions.MODULES and self.is_kind("point", None, 1):
            after = self.peek(2)
            if after is not None and after.kind == "letters" and after.glued:
                self.at += 2

    def bracketed_name(self, start: int) -> Node | None:
        """The name that braces are, with what is called by it: ``{y}'``."""
        read = read_name(self)
        if read is None:
            return None
        return self.called(read) or self.decorated(read, read.name(self), start)

    def decorated(self, read: Read, node: Node, start: int) -> Node:
        """The name with the transpose and the power that its superscript was."""
        if read.transposed:
            node = Transposed(node, self.span_from(start))
        if read.exponent is not None:
            node = self.raised(node, self.exponent(*read.exponent), start)
        return node

    def called(self, read: Read) -> Node | None:
        """The call of a function that stands here, or None where the name is a quantity."""
        if read.accented or read.transposed:
            return None
        word = read.word
        known = functions.canonical(word) if read.kind != "greek" or word == "sigma" else None
        if known is None and word == "sigma":
            known = "sigmoid"
        if read.spelling.label and read.kind != "word":
            known = None
        if read.spelling.index and (whole := functions.canonical(read.spelling.key)) is not None:
            opens = self.is_kind("open") and self.tokens[self.at].text.lstrip(".") == "("
            return self.call_with_brackets(read, whole) if opens else None
        indexed = read.spelling.index and known not in ("log", "softmax", "max", "min")
        if indexed and (read.kind != "word" or functions.canonical(word) is None):
            known = None
        if known in _WEAK and self.vocabulary.knows(word) and known != "log":
            known = None
        if self.is_kind("open") and self.tokens[self.at].text != "{":
            opened = self.tokens[self.at].text.lstrip(".")
            if opened in ("(", "[", "set") and (
                opened == "(" or known in ("max", "min", "softmax")
            ):
                return self.call_with_brackets(read, known)
        if known in functions.BARE and self.starts_operand() and not self.vocabulary.knows(word):
            return self.bare_call(read, known)
        return None

    def call_with_brackets(self, read: Read, known: str | None) -> Node | None:
        """``f(u)``; None where the brackets are a factor."""
        start, opened = read.start, self.at
        close = self.closing(opened)
        if known is None and (step := self._step(opened, close)):
            name = read.name(self)
            self.at = close + 1
            mark = step + name.mark
            return Name(name.key, mark, self._source(start, close), self.span_from(start))
        if known is None and not self._is_own_function(read, opened, close):
            return None
        arguments = self._arguments(opened, close)
        self.at = close + 1
        function = self.function_word(read, known)
        if known in ("sum", "mean") and len(arguments) == 1:
            sign: Literal["sum", "mean"] = "sum" if known == "sum" else "mean"
            return BigSum(arguments[0], None, None, None, sign, self.span_from(start))
        if known == "transpose" and len(arguments) == 1:
            return Transposed(arguments[0], self.span_from(start))
        if known == "dot" and len(arguments) == 2:
            return Product(arguments, "@", self.span_from(start))
        return self.with_power(read, function, arguments)

    def with_power(self, read: Read, function: str, arguments: tuple[Node, ...]) -> Node:
        """The call, raised where the function itself has an exponent: ``\\tanh^2(z)``."""
        span = self.span_from(read.start)
        if read.exponent is None:
            return Call(function, arguments, read.primes, span)
        exponent = self.exponent(*read.exponent)
        minus_one = isinstance(exponent, Negated) and exponent.body == Number("1", Fraction(1))
        if minus_one and not read.primes:
            return Call(functions.INVERSES.get(function, f"{function}^-1"), arguments, 0, span)
        return Power(Call(function, arguments, read.primes, span), exponent, span)

    def function_word(self, read: Read, known: str | None) -> str:
        """The name of a function with the index that belongs to it."""
        if known is None:
            return read.spelling.key
        index = "".join(piece for piece in read.spelling.index if piece != ",")
        if index and functions.canonical(read.spelling.key) == known:
            return known  # "log_sigmoid(z)", typed
        if known == "log" and index:
            if index not in ("2", "10", "e"):
                raise self.fail("a logarithm to another base")
            return {"2": "log2", "10": "log10", "e": "log"}[index]
        # LReLU_{0.1} that is defined: the setting tells it from another one of the family
        own = read.kind != "word" or read.spelling.key in self.vocabulary.functions
        return f"{known}_{index}" if index and own else known

    def bare_call(self, read: Read, known: str) -> Node:
        """``\\log x``, ``\\cos 2x``."""
        function = self.function_word(read, known)
        begin = self.at
        argument = self.power()
        if isinstance(argument, Number) and self.starts_operand() and self.is_kind("letters"):
            argument = Product((argument, self.power()), "", self.span_from(begin))
        return self.with_power(read, function, (argument,))

    def _step(self, opened: int, close: int) -> str:
        """The step of ``w(t+1)``, or an empty text."""
        inside = "".join(token.text for token in self.tokens[opened + 1 : close])
        return inside if inside in _STEPS else MARKS.get(inside.lower(), "")

    def _source(self, start: int, end: int) -> str:
        return self.text[self.tokens[start].span[0] : self.tokens[end].span[1]]

    def _is_own_function(self, read: Read, opened: int, close: int) -> bool:
        """Whether a name before a bracket is called, not multiplied: ``f(u)``, but ``h(1-h)``."""
        spelling = read.spelling
        inside = self.tokens[opened + 1 : close]
        if not inside or any(token.text == read.word for token in inside):
            return False
        commas = self.split(opened + 1, close, "separator", COMMAS)
        if len(commas) > 1:
            return True
        glued = self.tokens[opened].glued
        if spelling.key in self.vocabulary.functions or spelling.index == [",", "theta"]:
            return True
        if len(inside) == 1 and inside[0].kind in ("letters", "greek") and glued:
            return len(inside[0].text) == 1 or inside[0].kind == "greek"  # nobody multiplies so
        if read.word in functions.LETTERS and spelling.key not in self.vocabulary.keys:
            return glued or not self.vocabulary.knows(read.word)
        names = all(token.kind in ("letters", "greek", "word") for token in inside)
        if read.word in functions.LOSSES and names and glued:
            return True
        if read.before or self.vocabulary.knows(read.word) or spelling.key in self.vocabulary.keys:
            return False
        if not glued:
            return False
        if len(read.word) > 1 and read.word not in GREEK_WORDS:
            return True
        return read.primes > 0 and len(inside) == 1

    def _arguments(self, opened: int, close: int) -> tuple[Node, ...]:
        parts = self.split(opened + 1, close, "separator", COMMAS)
        return tuple(self.inside(first, last) for first, last in parts)

    def indexed_call(self, call: Call, start: int) -> Node:
        """``softmax(z)_i``: one value of a function that has many."""
        if call.function != "softmax":
            raise self.fail("an index at something that is no name")
        self.at += 1
        if self.is_kind("open", "{"):
            close = self.closing(self.at)
            index = index_of(self, self.at + 1, close)
            self.at = close + 1
        else:
            index = index_of(self, self.at, self.at + 1)
            self.at += 1
        return Call(f"softmax_{joined(index)}", call.arguments, 0, self.span_from(start))

    def exponent_range(self) -> tuple[int, int]:
        """The tokens of the exponent at the cursor, which is moved behind it where it has brackets."""
        self.at += 1
        token = self.peek()
        if token is None:
            raise self.fail("nothing stands after '^'")
        if token.kind == "open" and (token.text == "{" or self.typed):
            close = self.closing(self.at)
            first = self.at + 1
            self.at = close + 1
            return first, close
        return self.at, self.at + 1

    def exponent(self, first: int, last: int) -> Node:
        """The node of an exponent: in brackets, or the next few tokens (``e^-x``, ``x^2``)."""
        if self.at >= last:
            return self.inside(first, last)
        self.at = first
        start = self.at
        self.depth += 1
        if self.depth > 40:
            raise self.fail("it is nested too deeply")
        negative = False
        while self.typed and (self.is_kind("operator", "-") or self.is_kind("operator", "+")):
            negative ^= self.tokens[self.at].text == "-"
            self.at += 1
        token = self.peek()
        body = (
            self.power() if self.typed or token is None or token.kind != "number" else self.atom()
        )
        self.depth -= 1
        return Negated(body, self.span_from(start)) if negative else body
