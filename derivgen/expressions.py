"""The equation language: from text to a small tree, by a parser of our own.

Nothing here evaluates anything, and no text of a user reaches Python's or sympy's parser.  The
language, loosest first::

    equation   = target "=" sum
    target     = NAME [ "[" index { "," index } "]" ]
    sum        = product { ("+" | "-") product }
    product    = prefix { ("*" | "/" | "@") prefix }
    prefix     = ("-" | "+") prefix | power
    power      = postfix [ ("**" | "^") prefix ]
    postfix    = atom { ".T" }
    atom       = NUMBER | NAME | NAME "[" index { "," index } "]"
               | NAME "(" argument { "," argument } ")" | "(" sum ")"
    argument   = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]     (compared only in where)

An index is a sum of whole numbers and of index names with whole factors: ``2*i + u - 1``.
A hostile text costs one error: length, nesting and digits have caps, and since sums are flat and
every other node counts towards the nesting, whoever walks a tree may recurse.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NoReturn, cast

from derivgen.equation_tokens import Token, tokens_of
from derivgen.errors import DerivgenError, Place
from derivgen.syntax import (
    MAX_ARGUMENTS,
    Binary,
    Call,
    Comparison,
    ComparisonSign,
    Element,
    Expression,
    IndexSum,
    Name,
    Negated,
    Number,
    ParsedEquation,
    ProductSign,
    Source,
    Sum,
    Transposed,
)

#: caps, far above what a person writes
MAX_LENGTH = 10_000
MAX_BLOCK = 200_000
MAX_DEPTH = 60
MAX_DIGITS = 40
MAX_POWER_OF_TEN = 300
MAX_INDEX = 10**9
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
#: operator -> how tightly it binds; a power binds tighter than a sign before it
_BINDING = {"+": 10, "-": 10, "*": 20, "/": 20, "@": 20, "**": 40, "^": 40, ".T": 50}
_PREFIX = 30
#: a node and the height of the tree under it
_Tall = tuple[Expression, int]


class _Parser:
    """A Pratt parser over the tokens of one text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        if len(source.text) > MAX_LENGTH:
            raise DerivgenError(
                "E304",
                f"the expression has {len(source.text)} characters",
                source.at(0),
                f"at most {MAX_LENGTH} are read; split it into several equations",
            )
        self._next = tokens_of(source)
        self.token = next(self._next)
        self.depth = 0

    def advance(self) -> Token:
        token, self.token = self.token, next(self._next, self.token)
        return token

    def fail(self, expected: str, hint: str = "") -> NoReturn:
        raise DerivgenError(
            "E302", f"expected {expected}, found {self.token}", self.source.at(self.token.at), hint
        )

    def too_deep(self, at: int) -> NoReturn:
        raise DerivgenError(
            "E304",
            "the expression is nested too deeply",
            self.source.at(at),
            f"at most {MAX_DEPTH} levels are read; split it into several equations",
        )

    def is_sign(self, *signs: str) -> bool:
        return self.token.kind == "sign" and self.token.text in signs

    def node(self, node: Expression, height: int) -> _Tall:
        if height > MAX_DEPTH:
            self.too_deep(node.at)
        return node, height

    # -- expressions

    def expression(self, binding: int = 0) -> _Tall:
        """An expression whose operators all bind tighter than ``binding``."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.too_deep(self.token.at)
        left = self.prefix()
        while self.token.kind == "sign" and _BINDING.get(self.token.text, 0) > binding:
            left = self.operation(left)
        self.depth -= 1
        return left

    def prefix(self) -> _Tall:
        if not self.is_sign("-", "+"):
            return self.atom()
        sign = self.advance()
        body, height = self.expression(_PREFIX)
        if sign.text == "+":
            return body, height
        return self.node(Negated(body, sign.at), height + 1)

    def operation(self, left: _Tall) -> _Tall:
        body, height = left
        if self.is_sign("+", "-"):
            return self.sum(left)
        sign = self.advance()
        if sign.text == ".T":
            return self.node(Transposed(body, body.at), height + 1)
        power = sign.text in ("**", "^")
        # the right side of a power takes a sign and further powers: 2**-x**2
        right, other = self.expression(_PREFIX if power else _BINDING[sign.text])
        operator = cast(ProductSign, "**" if power else sign.text)
        return self.node(Binary(operator, body, right, body.at), max(height, other) + 1)

    def sum(self, first: _Tall) -> _Tall:
        terms, height = [(False, first[0])], first[1]
        while self.is_sign("+", "-"):
            minus = self.advance().text == "-"
            term, other = self.expression(_BINDING["+"])
            terms.append((minus, term))
            height = max(height, other)
        return self.node(Sum(tuple(terms), first[0].at), height + 1)

    def atom(self) -> _Tall:
        if self.token.kind == "number":
            return self.number(), 1
        if self.token.kind == "name":
            name = self.advance()
            if self.is_sign("("):
                return self.call(name)
            if self.is_sign("["):
                return Element(name.text, self.subscript(), name.at), 1
            return Name(name.text, name.at), 1
        if self.is_sign("("):
            opened = self.advance()
            inner = self.expression()
            self.close(opened, ")")
            if self.is_sign("["):
                self.fail(
                    "an operator", "only names take indices; give the part an equation of its own"
                )
            return inner
        return self.fail("a number, a name or '('")

    def number(self) -> Number:
        token = self.advance()
        digits, _, power = token.text.lower().partition("e")
        place = self.source.at(token.at)
        if len(digits) > MAX_DIGITS or len(power) > 5 or abs(int(power or 0)) > MAX_POWER_OF_TEN:
            raise DerivgenError(
                "E303",
                "the number is too long or too large",
                place,
                f"at most {MAX_DIGITS} digits and a power of ten up to {MAX_POWER_OF_TEN} are read",
            )
        if self.token.kind in ("name", "number") or self.is_sign("("):
            self.fail(f"an operator after {token}", f"write '{token.text} * ...' for a product")
        return Number(Fraction(token.text), token.text, token.at)

    def call(self, name: Token) -> _Tall:
        opened = self.advance()
        arguments: list[Expression | Comparison] = []
        height = 0
        while not self.is_sign(")"):
            argument, other = self.argument()
            arguments.append(argument)
            height = max(height, other)
            if len(arguments) > MAX_ARGUMENTS:
                raise DerivgenError(
                    "E304",
                    f"{name.text} has more than {MAX_ARGUMENTS} arguments",
                    self.source.at(argument.at),
                )
            if not self.is_sign(","):
                break
            self.advance()
        self.close(opened, ")")
        return self.node(Call(name.text, tuple(arguments), name.at), height + 1)

    def argument(self) -> tuple[Expression | Comparison, int]:
        left, height = self.expression()
        if not self.is_sign(*_COMPARISONS):
            return left, height
        sign = cast(ComparisonSign, self.advance().text)
        right, other = self.expression()
        return Comparison(sign, left, right, left.at), max(height, other) + 1

    def close(self, opened: Token, sign: str) -> None:
        if self.is_sign(sign):
            self.advance()
        elif self.token.kind == "end":
            raise DerivgenError(
                "E311",
                f"'{opened.text}' is never closed",
                self.source.at(opened.at),
                f"add '{sign}'",
            )
        else:
            self.fail(
                f"an operator, ',' or '{sign}'" if sign == "]" else f"an operator or '{sign}'"
            )

    # -- indices

    def subscript(self) -> tuple[IndexSum, ...]:
        opened = self.advance()
        indices = [self.index()]
        while self.is_sign(","):
            self.advance()
            indices.append(self.index())
        self.close(opened, "]")
        return tuple(indices)

    def index(self) -> IndexSum:
        at = self.token.at
        tree, _ = self.expression()
        linear = self.linear(tree)
        constant = linear.pop("", 0)
        return IndexSum(constant, tuple((name, f) for name, f in linear.items() if f), at)

    def linear(self, tree: Expression) -> dict[str, int]:
        """Factor of every index name; the constant under the empty name."""
        match tree:
            case Number(value) if value.denominator == 1 and value <= MAX_INDEX:
                return {"": int(value)}
            case Name(name):
                return {name: 1}
            case Negated(body):
                return {name: -factor for name, factor in self.linear(body).items()}
            case Sum(terms):
                total: dict[str, int] = {}
                for minus, term in terms:
                    for name, factor in self.linear(term).items():
                        total[name] = total.get(name, 0) + (-factor if minus else factor)
                return total
            case Binary("*", left, right):
                a, b = self.linear(left), self.linear(right)
                if a.keys() != {""}:
                    a, b = b, a
                if a.keys() == {""} and abs(a[""]) <= MAX_INDEX:
                    return {name: a[""] * factor for name, factor in b.items()}
        raise DerivgenError(
            "E308",
            "an index is a sum of whole numbers and of indices with whole factors",
            self.source.at(tree.at),
            "as in x[2*i + u - 1, j]",
        )


def parse_expression(text: str, place: Place | None = None) -> Expression:
    """The tree of an expression; ``place`` is where ``text`` begins.

    :raises DerivgenError: E301 to E304, E308, E311 with line and column."""
    parser = _Parser(Source(text, place))
    tree, _ = parser.expression()
    if parser.token.kind != "end":
        _refuse_rest(parser)
    return tree


def parse_equation(text: str, place: Place | None = None) -> ParsedEquation:
    """The target and the right side of ``target = expression``.

    :raises DerivgenError: as :func:`parse_expression`, and E312 for what is no equation."""
    source = Source(text, place)
    parser = _Parser(source)
    start = parser.token
    target: Expression | None = parser.atom()[0] if start.kind == "name" else None
    if not isinstance(target, Name | Element) or not parser.is_sign("="):
        raise DerivgenError(
            "E312",
            "an equation begins with a name and '='",
            source.at(parser.token.at if isinstance(target, Name | Element) else start.at),
            "as in z[i] = sum(W[i,j]*x[j], j) + b[i], or z = W @ x + b",
        )
    parser.advance()
    expression, _ = parser.expression()
    if parser.token.kind != "end":
        _refuse_rest(parser)
    return ParsedEquation(target, expression, source)


def _refuse_rest(parser: _Parser) -> NoReturn:
    if parser.is_sign("="):
        parser.fail("an operator or the end", "one '=' an equation, one equation a line")
    if parser.is_sign(*_COMPARISONS):
        raise DerivgenError(
            "E309",
            f"{parser.token} compares outside where(...)",
            parser.source.at(parser.token.at),
            "as in where(x > 0, x, 0)",
        )
    hint = "write '*' for a product" if parser.token.kind in ("name", "number") else ""
    parser.fail("an operator or the end", hint)


def split_block(text: str, place: Place | None = None) -> list[Source]:
    """The equations of a block, one a line, each with its place.

    ``#`` starts a comment; a line goes on while a bracket is open.

    :raises DerivgenError: E304 for a block that is too long."""
    block = Source(text, place)
    if len(text) > MAX_BLOCK:
        raise DerivgenError(
            "E304",
            f"the block has {len(text)} characters",
            block.at(0),
            f"at most {MAX_BLOCK} are read",
        )
    found: list[Source] = []
    lines: list[str] = []
    first = depth = 0
    for number, line in enumerate(text.split("\n")):
        code = line.split("#", 1)[0].rstrip()
        if not lines:
            first = number
            if not code:
                continue
        lines.append(code)
        depth += sum(code.count(c) for c in "([") - sum(code.count(c) for c in ")]")
        if depth <= 0:
            found.append(_trimmed(block, first, lines))
            lines, depth = [], 0
    if lines:
        found.append(_trimmed(block, first, lines))
    return found


def _trimmed(block: Source, number: int, lines: list[str]) -> Source:
    """The lines from line ``number`` of the block on as a source of its own; the indentation is cut
    off a single line, and kept where other lines must keep their columns."""
    text = "\n".join(lines)
    cut = len(text) - len(text.lstrip()) if len(lines) == 1 else 0
    start = block.at(0)
    place = Place(start.file, (start.line or 1) + number, (start.column or 1) + cut, start.key)
    return Source(text[cut:], place)
