"""Names, calls, brackets, fractions, big operators, matrices: what has no operator at its top."""

from __future__ import annotations

import re
from abc import abstractmethod
from fractions import Fraction
from typing import Final, Literal

from derivgen.checking.maths import functions
from derivgen.checking.maths.brackets import COMMAS, Brackets
from derivgen.checking.maths.cursor import CannotRead
from derivgen.checking.maths.names import Read, index_of, read_name
from derivgen.checking.maths.signs import GREEK_WORDS
from derivgen.checking.maths.spelling import MARKS, joined
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.tree import (
    BigSum,
    Call,
    Cases,
    Dots,
    Name,
    Negated,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Transposed,
    Words,
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


class Atoms(Brackets):
    """Reads what an operator stands between."""

    @abstractmethod
    def product(self) -> Node:
        """Factors with signs between them."""

    @abstractmethod
    def raised(self, base: Node, exponent: Node, start: int) -> Node:
        """A power."""

    def atom(self) -> Node:
        """The node at the cursor that no operator takes apart."""
        token = self.peek()
        if token is None:
            raise self.fail("something is missing at the end")
        match token.kind:
            case "number":
                return self.number(token)
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

    # --- names and calls --------------------------------------------------------------------------

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
        self._skip_module(token)
        read = read_name(self)
        if read is None:
            raise self.fail(
                "words in the middle of a formula" if token.kind == "text" else self.unexpected()
            )
        node = self._called(read)
        if node is None:
            node = self._decorated(read, read.name(self), start)
        if not read.before:
            return node
        return Product((*read.before, node), "", self.span_from(start))

    def _typed_sum(self, token: Token) -> Node | None:
        """``Σ`` typed for a sum sign."""
        if token.kind != "greek" or token.text != "Sigma" or self.vocabulary.knows("Sigma"):
            return None
        following = self.peek(1)
        scripted = following is not None and following.kind == "script"
        operand = following is not None and following.kind in ("open", "letters", "number", "greek")
        return self._big_sum("sum") if self.typed and (scripted or operand) else None

    def _skip_module(self, token: Token) -> None:
        if token.text in functions.MODULES and self.is_kind("point", None, 1):
            after = self.peek(2)
            if after is not None and after.kind == "letters" and after.glued:
                self.at += 2

    def bracketed_name(self, start: int) -> Node | None:
        """The name that braces are, with what is called by it: ``{y}'``."""
        read = read_name(self)
        if read is None:
            return None
        return self._called(read) or self._decorated(read, read.name(self), start)

    def _decorated(self, read: Read, node: Node, start: int) -> Node:
        """The name with the transpose and the power that its superscript was."""
        if read.transposed:
            node = Transposed(node, self.span_from(start))
        if read.exponent is not None:
            node = self.raised(node, self.exponent(*read.exponent), start)
        return node

    def _called(self, read: Read) -> Node | None:
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
            return self._call_with_brackets(read, whole) if self.is_kind("open", "(") else None
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
                return self._call_with_brackets(read, known)
        if known in functions.BARE and self.starts_operand() and not self.vocabulary.knows(word):
            return self._bare_call(read, known)
        return None

    def _call_with_brackets(self, read: Read, known: str | None) -> Node | None:
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
        function = self._function_word(read, known)
        if known in ("sum", "mean") and len(arguments) == 1:
            sign: Literal["sum", "mean"] = "sum" if known == "sum" else "mean"
            return BigSum(arguments[0], None, None, None, sign, self.span_from(start))
        if known == "transpose" and len(arguments) == 1:
            return Transposed(arguments[0], self.span_from(start))
        if known == "dot" and len(arguments) == 2:
            return Product(arguments, "@", self.span_from(start))
        return self._with_power(read, function, arguments)

    def _with_power(self, read: Read, function: str, arguments: tuple[Node, ...]) -> Node:
        """The call, raised where the function itself has an exponent: ``\\tanh^2(z)``."""
        span = self.span_from(read.start)
        if read.exponent is None:
            return Call(function, arguments, read.primes, span)
        exponent = self.exponent(*read.exponent)
        minus_one = isinstance(exponent, Negated) and exponent.body == Number("1", Fraction(1))
        if minus_one and not read.primes:
            return Call(functions.INVERSES.get(function, f"{function}^-1"), arguments, 0, span)
        return Power(Call(function, arguments, read.primes, span), exponent, span)

    def _function_word(self, read: Read, known: str | None) -> str:
        if known is None:
            return read.spelling.key
        index = "".join(piece for piece in read.spelling.index if piece != ",")
        if index and functions.canonical(read.spelling.key) == known:
            return known  # "log_sigmoid(z)", typed
        if known == "log" and index:
            if index not in ("2", "10", "e"):
                raise self.fail("a logarithm to another base")
            return {"2": "log2", "10": "log10", "e": "log"}[index]
        return f"{known}_{index}" if index and read.kind != "word" else known

    def _bare_call(self, read: Read, known: str) -> Node:
        """``\\log x``, ``\\cos 2x``."""
        function = self._function_word(read, known)
        begin = self.at
        argument = self.power()
        if isinstance(argument, Number) and self.starts_operand() and self.is_kind("letters"):
            argument = Product((argument, self.power()), "", self.span_from(begin))
        return self._with_power(read, function, (argument,))

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

    # --- exponents --------------------------------------------------------------------------------

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

    # --- commands ---------------------------------------------------------------------------------

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
                return self._with_power(read, self._function_word(read, known), (argument,))
            node = self._call_with_brackets(read, known)
            if node is not None:
                return node
        if self.starts_operand():
            return self._bare_call(read, known)
        raise CannotRead("a function without an argument", token.span)

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
                    return self.with_place(found, start)
        top = self._group_or_digit()
        bottom = self._group_or_digit()
        return Quotient(top, bottom, self.span_from(start))

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

    def _indicator(self, start: int) -> Node:
        """``\\mathbb{1}(z > 0)``: 1 where the condition holds, 0 elsewhere."""
        if self.is_kind("script", "_"):
            self.at += 1
        if not self.is_kind("open"):
            raise self.fail("an indicator without its condition")
        close = self.closing(self.at)
        condition = self.chain(self.at + 1, close)
        self.at = close + 1
        span = self.span_from(start)
        one = Number("1", Fraction(1), 0, span)
        return Cases(((one, condition), (Number("0", Fraction(0), 0, span), None)), span)

    def _big_sum(self, sign: Literal["sum", "prod", "max"]) -> Node:
        start = self.at
        self.at += 1
        index: str | None = None
        lower: Node | None = None
        upper: Node | None = None
        while self.is_kind("script"):
            below = self.tokens[self.at].text == "_"
            self.at += 1
            if self.is_kind("open", "{"):
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
            else:
                upper = self.inside(first, last)
        body = self.product()
        return BigSum(body, index, lower, upper, sign, self.span_from(start))

    def _index(self, first: int, last: int) -> tuple[str, Node | None]:
        marks = [at for at in self.top_level(first, last) if self.tokens[at].kind == "relation"]
        plain = "".join(token.text for token in self.tokens[first : marks[0] if marks else last])
        if len(marks) == 1 and self.tokens[marks[0]].text == "=":
            return plain, self.inside(marks[0] + 1, last)
        if marks:
            plain = self.text[self.tokens[first].span[0] : self.tokens[last - 1].span[1]]
        return plain, None
