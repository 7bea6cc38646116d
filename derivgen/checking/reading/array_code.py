"""Python expressions and assignments, NumPy's and PyTorch's arrays among them, in the notation of typed formulas.

``z = np.dot(W, x) + b`` is ``z = (W) @ (x) + b``.  The program is parsed, never run; what has no formula
(indices, slices, shapes, other functions) is refused as a whole, for a guess would accuse its author.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from derivgen.checking.reading.traced import Traced, join

MODULES: Final = frozenset({"np", "numpy", "torch", "math", "jnp", "F"})
#: functions of these modules that have the same name in formulas
_SAME: Final = frozenset(
    {"exp", "log", "tanh", "sqrt", "sum", "mean", "sigmoid", "relu", "softplus", "sin", "cos"}
)
_ARRAYS: Final = frozenset({"array", "asarray", "tensor", "float64", "float32"})
_PRODUCTS: Final = frozenset({"dot", "matmul", "outer", "mm", "mv"})
_ROUNDED: Final = frozenset({"round", "item", "numpy", "detach", "tolist"})
_OPERATORS: Final = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.MatMult)
#: digits that a float may be printed with, and those that are kept of a longer one
_CERTAIN: Final = 14
_KEPT: Final = 12
_NOISE: Final = Decimal("1e-14")
#: expressions that are nested deeper are not read
_DEEPEST: Final = 40


class NoFormula(Exception):
    """A piece of a program that has no formula."""


@dataclass
class Code:
    """A program's text with the places of its nodes."""

    body: Traced
    known: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._starts = [0]
        for line in self.body.text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def _offset(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        text = self.body.text[start : self._starts[line] - 1]
        return start + len(text.encode()[:column].decode(errors="ignore"))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node stands in the text."""
        if node.end_lineno is None or node.end_col_offset is None:
            raise NoFormula
        start = self._offset(node.lineno, node.col_offset)
        return start, self._offset(node.end_lineno, node.end_col_offset)

    def formula(self, node: ast.expr, depth: int = 0) -> Traced:
        """An expression as a typed formula.

        :raises NoFormula: where it has none
        """
        if depth > _DEEPEST:
            raise NoFormula
        match node:
            case ast.Constant(value=bool()):
                raise NoFormula
            case ast.Constant(value=int() | float()):
                return plain_number(self.body.cut(*self.span(node)))
            case ast.Name(id=name) if name in self.known:
                return self.body.cut(*self.span(node))
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                return self._with({operand: self._grouped(operand, depth)}, node)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                sides = [self._grouped(left, depth), self._grouped(right, depth)]
                return self._cell_by_cell(node, left, right, sides)
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _OPERATORS):
                parts = {left: self._grouped(left, depth), right: self._grouped(right, depth)}
                return self._with(parts, node)
            case ast.Attribute(value=value, attr="T"):
                return self._behind(self._closed(value, depth), "^T", node)
            case ast.List(elts=cells) | ast.Tuple(elts=cells) if cells:
                made = [self.formula(cell, depth + 1) for cell in cells]
                return self._list(made, node)
            case ast.Call(func=function, args=arguments, keywords=named):
                return self._call(node, function, arguments, named, depth)
        raise NoFormula

    def assigned(self, name: ast.Name, sign: str, value: Traced) -> Traced:
        """``name = value``."""
        left = self.body.cut(*self.span(name))
        return join([left, self._put(sign, name), value])

    def _put(self, text: str, node: ast.expr) -> Traced:
        return Traced.put_in(text, self.body.source_of(self.span(node)[0]))

    def _with(self, parts: dict[ast.expr, Traced], node: ast.expr) -> Traced:
        """A node's own signs with other texts for its operands; brackets of the program stay."""
        at, end = self.span(node)
        made: list[Traced] = []
        for part, text in parts.items():
            start, after = self.span(part)
            made += [self._between(at, start, node), text]
            at = after
        return join([*made, self._between(at, end, node)])

    def _cell_by_cell(
        self, node: ast.expr, left: ast.expr, right: ast.expr, sides: list[Traced]
    ) -> Traced:
        """``*``, which is never a product of matrices in a program."""
        start, (begin, end) = self.span(left)[1], (self.span(right)[0], self.span(node)[1])
        between = self.body.text[start:begin]
        scalar = any(isinstance(side, ast.Constant | ast.UnaryOp) for side in (left, right))
        if scalar or between.count("*") != 1 or set(between) - set("* )("):
            return self._with(dict(zip((left, right), sides, strict=True)), node)
        at = start + between.index("*")
        sign = [self.body.cut(start, at), self._put("⊙", node), self.body.cut(at + 1, begin)]
        first = self.body.cut(self.span(node)[0], self.span(left)[0])
        return join([first, sides[0], *sign, sides[1], self.body.cut(self.span(right)[1], end)])

    def _between(self, start: int, end: int, node: ast.expr) -> Traced:
        text = self.body.text[start:end]
        if "\n" in text or "#" in text or "\\" in text:  # a sign at the end of a line
            plain = " ".join(line.split("#")[0].strip(" \\") for line in text.split("\n"))
            return self._put(plain, node)
        return self.body.cut(start, end)

    def _grouped(self, node: ast.expr, depth: int) -> Traced:
        """An operand; its own brackets are outside of it."""
        return self.formula(node, depth + 1)

    def _closed(self, node: ast.expr, depth: int) -> Traced:
        """A formula that can stand beside any sign."""
        made = self.formula(node, depth + 1)
        if isinstance(node, ast.Name | ast.Constant | ast.Call | ast.List):
            return made
        return join([self._put("(", node), made, self._put(")", node)])

    def _behind(self, made: Traced, text: str, node: ast.expr) -> Traced:
        return join([made, self._put(text, node)])

    def _list(self, cells: list[Traced], node: ast.expr) -> Traced:
        parts = [self._put("[", node)]
        for number, cell in enumerate(cells):
            parts += [self._put(", ", node)] * (number > 0) + [cell]
        return join([*parts, self._put("]", node)])

    def _call(
        self,
        node: ast.Call,
        function: ast.expr,
        arguments: list[ast.expr],
        named: list[ast.keyword],
        depth: int,
    ) -> Traced:
        match function:
            case ast.Attribute(value=ast.Name(id=module), attr=word) if module in MODULES:
                pass
            case ast.Name(id=word) if word in self.functions or word in ("sum", "float"):
                pass
            case ast.Attribute(value=value, attr=word):
                if word in _ROUNDED:
                    return self.formula(value, depth + 1)
                if word not in _SAME and word not in ("dot", "matmul", "mm", "mv"):
                    raise NoFormula
                arguments = [value, *arguments]
            case _:
                raise NoFormula
        if word in _ARRAYS and len(arguments) == 1:
            return self.formula(arguments[0], depth + 1)
        if word in ("round", "around", "float") and arguments:
            return self.formula(arguments[0], depth + 1)
        if named:  # axis=, keepdims=
            raise NoFormula
        if word in _PRODUCTS and len(arguments) == 2:
            first, second = (self._closed(argument, depth) for argument in arguments)
            product = [first, self._put(" @ ", node), second]
            if word == "outer":
                product.append(self._put("^T", node))
            return join([self._put("(", node), *product, self._put(")", node)])
        if word == "square" and len(arguments) == 1:
            square = self.formula(arguments[0], depth + 1)
            return join([self._put("(", node), square, self._put(")**2", node)])
        own = word in self.functions
        if not own and (word not in _SAME or len(arguments) != 1):
            raise NoFormula
        parts = [self.formula(argument, depth + 1) for argument in arguments]
        inside: list[Traced] = []
        for part in parts:
            inside += [self._put(", ", node)] * bool(inside) + [part]
        return join([self._put(f"{word}(", node), *inside, self._put(")", node)])


def plain_number(number: Traced) -> Traced:
    """A number without the bare point of ``1.`` and ``1.e-05``.

    :raises NoFormula: for ``0x1f``, ``1_000`` and their like
    """
    text = number.text
    if set(text.lower()) - set("0123456789.+-e"):
        raise NoFormula
    if sum(sign.isdigit() for sign in text.lower().split("e")[0].lstrip("-+0.")) > _CERTAIN:
        # the last digits of a float are noise
        shown = "0.0000" if abs(Decimal(text)) < _NOISE else f"{Decimal(text):.{_KEPT}g}"
        return Traced.put_in(shown, number.source_of(0))
    at = text.find(".")
    if at < 0 or text[at + 1 : at + 2].isdigit():
        return number
    return join([number.cut(0, at), number.cut(at + 1, len(text))])


def parsed(text: str) -> ast.Module | None:
    """The syntax tree of a program, or None where it is no Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
