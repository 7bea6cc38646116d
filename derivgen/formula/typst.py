"""Formula trees as Typst mathematics, for the version of Typst that the project pins.

Signs are written as the characters themselves, since Typst's names for them change between versions.
Everything is separated by spaces: in Typst, letters that touch are one name and ``f(x)`` may be a call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from derivgen.formula.alignment import spaces_behind
from derivgen.formula.symbols import (
    BIG,
    DOTS,
    OPERATOR_WORDS,
    OPERATORS,
    SIGNS,
)
from derivgen.formula.tree import (
    Accent,
    BigSum,
    Call,
    Cases,
    Chain,
    Delimited,
    Dots,
    Fence,
    Fraction,
    Hole,
    Line,
    Matrix,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Relation,
    RelationSign,
    Root,
    Row,
    Script,
    SignHole,
    Styled,
    Sum,
    Symbol,
    Text,
    Underbrace,
)
from derivgen.formula.writer import (
    dispatch,
    has_underbrace,
    hole,
    is_tall,
    is_wide,
    printable,
    sign_of,
    split_digits,
    term_sign,
)


class TypstWriter:
    """Writes Typst mathematics; see :class:`derivgen.formula.writer.Writer`."""

    def write(self, node: Node) -> str:
        return _write(node)

    def write_chain(self, chain: Chain) -> str:
        left = [_write(chain.left)] if chain.left is not None else []
        links = (_relation(sign, right) for sign, right in chain.links)
        return _spaced([*left, *links])

    def write_lines(self, lines: Sequence[Line]) -> str:
        mark = "&" if len(lines) > 1 else ""
        return " \\\n".join(_line(line, mark) for line in lines)

    def hole(self, column: int) -> str:
        return hole(column)

    def sign(self, name: str) -> str:
        return sign_of(name).char

    def digits(self, text: str) -> str:
        split_digits(text)
        return text


TYPST: Final = TypstWriter()


def _write(node: Node) -> str:
    return dispatch(_WRITERS, node)


def _spaced(parts: Iterable[str]) -> str:
    """The parts with spaces between them, but none beside words, where Typst would print it."""
    joined = ""
    for part in parts:
        touch = not joined or joined.endswith('"') or part.startswith('"')
        joined += part if touch else f" {part}"
    return joined


def _relation(sign: RelationSign | SignHole, right: Node) -> str:
    return _spaced((sign_of(sign).char, _write(right)))


def _line(line: Line, mark: str) -> str:
    left = _write(line.left) if line.left is not None else ""
    sign = sign_of(line.sign).char if line.sign is not None else ""
    indent = "#h(1em)" if line.continues else ""
    # the empty text before an operator makes Typst set it as a binary one
    leading = f'"" {sign_of(line.leading).char}' if line.leading not in ("", "none") else ""
    more = (f"&& {sign_of(sign).char} {_write(right)}" for sign, right in line.more)
    parts = (left, mark, sign, indent, leading, _write(line.right), *more)
    return " ".join(part for part in parts if part)


# --- leaves ---------------------------------------------------------------------------------


def _text(text: str) -> str:
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _symbol(node: Symbol) -> str:
    name = node.name
    if name == "comma":
        return "\\,"  # a bare comma would end an argument of frac(..)
    if name == "quad":
        return "quad"
    if name == "slash":
        return "\\/"  # a bare one would make a fraction
    if name == "nabla":
        return 'class("normal", ∇)'  # to Typst it is an operator without a left side
    if name in SIGNS:
        return SIGNS[name].char
    if len(name) == 1 and name.isascii() and name.isalpha():
        return name
    return name if name in OPERATOR_WORDS else _text(name)


_ACCENTS: Final = {
    "hat": "hat",
    "bar": "macron",
    "tilde": "tilde",
    "vec": "arrow",
    "dot": "dot",
}
_STYLES: Final = {"bold": "bold", "roman": "upright", "cal": "cal"}
_LOOSE_BASES: Final = (Row, Sum, Product, Relation, Call, BigSum, Power, Script)


def _attach(base: Node, sub: Node | None, sup: Node | None) -> str:
    """A base with scripts; a base of several parts is held together by a call of ``attach``."""
    if isinstance(base, _LOOSE_BASES) or (isinstance(base, Number) and base.text.startswith("-")):
        lower = f", br: {_write(sub)}" if sub is not None else ""
        upper = f", tr: {_write(sup)}" if sup is not None else ""
        return f"attach({_write(base)}{lower}{upper})"
    lower = f"_({_write(sub)})" if sub is not None else ""
    upper = f"^({_write(sup)})" if sup is not None else ""
    return f"{_write(base)}{lower}{upper}"


def _power(node: Power) -> str:
    if isinstance(node.base, Script) and node.base.sup is None:  # w_1^2, not (w_1)^2
        return _attach(node.base.base, node.base.sub, node.exponent)
    return _attach(node.base, None, node.exponent)


# --- operators ------------------------------------------------------------------------------


def _sum(node: Sum) -> str:
    parts: list[str] = []
    for at, (negative, term) in enumerate(node.terms):
        if at or negative:
            minus = negative is True
            parts.append("-" if minus else term_sign(negative).char)
        parts.append(_write(term))
    return _spaced(parts)


def _product(node: Product) -> str:
    if node.operator != "none":
        operator = f" {OPERATORS[node.operator].char} "
        return operator.join(map(_write, node.factors))
    parts: list[str] = []
    for at, factor in enumerate(node.factors):
        if at and (is_wide(node.factors[at - 1]) or is_wide(factor)):
            parts.append("thin")
        parts.append(_write(factor))
    return _spaced(parts)


_DELIMITERS: Final = {
    "paren": ("(", ")"),
    "bracket": ("[", "]"),
    "brace": ("{", "}"),
    "abs": ("|", "|"),
    "norm": ("‖", "‖"),
}


def _delimited(body: str, kind: str, node: Node) -> str:
    left, right = _DELIMITERS[kind]
    if has_underbrace(node):
        # escaped delimiters stand by themselves; they must not grow to embrace what hangs below
        size = "#200%" if is_tall(node) else "#100%"
        return f"lr(\\{left}, size: {size}) {body} lr(\\{right}, size: {size})"
    if kind in ("abs", "norm"):
        return f"{kind}({body})"
    return f"{left}{body}{right}"


def _fence(node: Fence) -> str:
    sign = _DELIMITERS[node.kind][node.side == "close"]
    shape = "opening" if node.side == "open" else "closing"
    return f'class("{shape}", lr(\\{sign}, size: #{"230%" if node.tall else "100%"}))'


def _call(node: Call) -> str:
    inside = " \\, ".join(map(_write, node.arguments))
    delimited = _delimited(inside, "paren", Row(node.arguments))
    return _spaced((_write(node.function), delimited))


def _round_d(node: Node) -> str:
    return _spaced(("∂", _write(node)))


def _big_sum(node: BigSum) -> str:
    lower = f"_({_write(node.lower)})" if node.lower is not None else ""
    upper = f"^({_write(node.upper)})" if node.upper is not None else ""
    sign = "max" if node.sign == "max" else BIG[node.sign].char
    return _spaced((f"{sign}{lower}{upper}", _write(node.body)))


# --- blocks ---------------------------------------------------------------------------------


def _matrix(node: Matrix) -> str:
    tall = len(node.rows) > 1 and any(is_tall(cell) for cells in node.rows for cell in cells)
    gap = ", row-gap: #0.6em" if tall else ""
    spaces = spaces_behind(node)
    if spaces is not None:
        gap += ", align: #right"
        pairs = (zip(*pair, strict=True) for pair in zip(node.rows, spaces, strict=True))
        rows = "; ".join(", ".join(_with_space(*cell) for cell in cells) for cells in pairs)
    else:
        rows = "; ".join(", ".join(map(_write, cells)) for cells in node.rows)
    return f'mat(delim: "[", column-gap: #1em{gap}, {rows})'


def _with_space(cell: Node, space: float) -> str:
    """A cell with room behind it; the space at its end keeps a semicolon from ending the code."""
    return _write(cell) + (f" #h({round(space, 2):g}em) " if space else "")


def _cases(node: Cases) -> str:
    tall = any(is_tall(value) for value, _ in node.lines)
    gap = "gap: #0.7em, " if tall else ""
    lines = (f"{_write(value)} quad & {_condition(condition)}" for value, condition in node.lines)
    return f"cases({gap}{', '.join(lines)})"


def _condition(condition: Node | None) -> str:
    if condition is None:
        return '"otherwise"'
    return (
        _write(condition) if isinstance(condition, Text) else _spaced(('"if "', _write(condition)))
    )


_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?")


def _number(node: Number) -> str:
    # "1." and ".5" would not be one number to Typst
    return node.text if _DECIMAL.fullmatch(node.text) else _text(node.text.replace("-", "−"))


_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    Number: _number,
    Symbol: _symbol,
    Text: lambda node: _text(node.text),
    Hole: lambda node: hole(node.column),
    Script: lambda node: _attach(node.base, node.sub, node.sup),
    Accent: lambda node: f"{_ACCENTS[node.kind]}({_write(node.body)})",
    Styled: lambda node: f"{_STYLES[node.style]}({_write(node.body)})",
    Row: lambda node: _spaced(map(_write, node.items)),
    Fraction: lambda node: f"frac({_write(node.numerator)}, {_write(node.denominator)})",
    Partial: lambda node: f"frac({_round_d(node.of)}, {_round_d(node.by)})",
    Sum: _sum,
    Product: _product,
    Power: _power,
    Root: lambda node: f"sqrt({_write(node.body)})",
    Call: _call,
    BigSum: _big_sum,
    Delimited: lambda node: _delimited(_write(node.body), node.kind, node.body),
    Fence: _fence,
    Matrix: _matrix,
    Cases: _cases,
    Underbrace: lambda node: f"underbrace({_write(node.body)}, {_write(node.note)})",
    Dots: lambda node: DOTS[node.kind].char,
    Relation: lambda node: _spaced((_write(node.left), _relation(node.sign, node.right))),
}
