"""How wide a formula will be, about: enough to decide where lines break.

The unit is the width of a digit (half an em) in display style.  The widths of letters are those of
Computer Modern, in which LaTeX and, in effect, Typst and browsers set mathematics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase
from typing import Any, Final

from derivgen.formula.symbols import GREEK, SIGNS
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
    Matrix,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Relation,
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
from derivgen.formula.writer import has_underbrace, is_tall, is_wide

# Styles of TeX: display, text, script, script of a script.
_DISPLAY: Final = 0
_TEXT: Final = 1
_SCRIPT: Final = 2
_SIZES: Final = (1.0, 1.0, 0.72, 0.55)

# Letters of the italic in points at a type size of 10, with the italic correction.
_LOWER: Final = """5.3 4.3 4.3 5.2 4.7 6.0 5.1 5.8 3.4 4.7 5.5 3.2 8.8 6.0 4.8 5.0 4.8
    4.8 4.7 3.6 5.7 5.2 7.4 5.7 5.2 5.1"""
_UPPER: Final = """7.5 8.1 7.9 8.6 8.0 7.8 7.9 9.1 5.1 6.5 9.2 6.8 10.8 9.1 7.9 7.8 7.9
    7.7 6.7 7.2 7.9 8.1 10.8 9.1 8.0 7.5"""
_ITALIC: Final[dict[str, float]] = {
    letter: float(points) / 5
    for letter, points in zip(
        ascii_lowercase + ascii_uppercase, f"{_LOWER} {_UPPER}".split(), strict=True
    )
}
_ROMAN_CLASSES: Final = (("ijl.,;:'|!()[]`", 0.56), ("ftrsI -/", 0.78), ("mwMWQO@%", 1.6))
_SPECIAL: Final[dict[str, float]] = {
    "infinity": 2.0,
    "nabla": 1.66,
    "plus": 1.56,
    "minus": 1.56,
    "quad": 2.0,
}
_COMMA: Final = 0.56
_GREEK_WIDTH: Final = 1.2
_PARENTHESIS: Final = 0.78
_TALL_PARENTHESIS: Final = 1.35
_BAR: Final = 0.56
_SCRIPT_SPACE: Final = 0.1
_FRACTION_SPACE: Final = 0.48
_SUM_SIGN: Final = (2.9, 2.1)
_WIDE_SIGNS: Final[dict[str, float]] = {"assign": 2.0, "to": 2.0, "define": 2.1, "in": 1.33}

# Spaces around signs vanish in scripts, as TeX has it.
_BINARY: Final[dict[str, float]] = {
    "+": 1.56,
    "-": 1.56,
    "dot": 0.56,
    "cross": 1.56,
    "hadamard": 1.56,
}
_BINARY_SPACE: Final = 0.89
_RELATION_SIGN: Final = 1.56
_RELATION_SPACE: Final = 1.11
#: the space between factors where no operator stands
THIN: Final = 0.33


def width(node: Node) -> float:
    """The width of ``node`` in display style, in widths of a digit."""
    return _width(node, _DISPLAY)


def chain_width(chain: Chain) -> float:
    """The width of a chain on one line."""
    left = width(chain.left) if chain.left is not None else 0.0
    return left + sum(relation_width(sign) + width(right) for sign, right in chain.links)


def relation_width(sign: str | SignHole) -> float:
    """The width of a relation sign with the space around it."""
    return _wide(sign) + _RELATION_SPACE


def operator_width(operator: str | SignHole) -> float:
    """The width of an operator between terms or factors with the space around it."""
    return _operator(operator, _DISPLAY)


def _width(node: Node, style: int) -> float:
    return _MEASURES[type(node)](node, style)


def _operator(operator: str | SignHole, style: int) -> float:
    if operator in ("", "none"):
        return 0.0
    space = _BINARY_SPACE if style < _SCRIPT else 0.0
    own = _BINARY["+" if isinstance(operator, SignHole) else operator]
    return (own + space) * _SIZES[style]


def _relation(sign: str | SignHole, style: int) -> float:
    space = _RELATION_SPACE if style < _SCRIPT else 0.0
    return (_wide(sign) + space) * _SIZES[style]


def _wide(sign: str | SignHole) -> float:
    return _RELATION_SIGN if isinstance(sign, SignHole) else _WIDE_SIGNS.get(sign, _RELATION_SIGN)


def _smaller(style: int) -> int:
    """The style of scripts."""
    return _SCRIPT if style < _SCRIPT else _SCRIPT + 1


def _in_fraction(style: int) -> int:
    return min(style + 1, _SCRIPT + 1)


def _upright(text: str) -> float:
    return sum(map(_upright_character, text))


def _upright_character(char: str) -> float:
    for characters, size in _ROMAN_CLASSES:
        if char in characters:
            return size
    if ord(char) > 0x2E80:
        return 2.0
    return 1.45 if char.isupper() else 1.03


def _number(node: Number, style: int) -> float:
    return _SIZES[style] * sum(
        1.56 if char == "-" else 0.56 if char in ".," else 1.0 for char in node.text
    )


def _symbol(node: Symbol, style: int) -> float:
    name = node.name
    if name == "comma":
        return (_COMMA + (THIN if style < _SCRIPT else 0.0)) * _SIZES[style]
    if name in GREEK:
        return (1.4 if name[0].isupper() else _GREEK_WIDTH) * _SIZES[style]
    if name in SIGNS:
        return _SPECIAL.get(name, 1.0) * _SIZES[style]
    return (_ITALIC.get(name) or _upright(name)) * _SIZES[style]


def _scripts(sub: Node | None, sup: Node | None, style: int) -> float:
    wider = max((_width(part, _smaller(style)) for part in (sub, sup) if part), default=0.0)
    return wider + _SCRIPT_SPACE


def _script(node: Script, style: int) -> float:
    return _width(node.base, style) + _scripts(node.sub, node.sup, style)


def _power(node: Power, style: int) -> float:
    if isinstance(node.base, Script) and node.base.sup is None:
        return _width(node.base.base, style) + _scripts(node.base.sub, node.exponent, style)
    return _width(node.base, style) + _scripts(None, node.exponent, style)


def _styled(node: Styled, style: int) -> float:
    return _width(node.body, style) * (1.15 if node.style == "bold" else 1.0)


def _stacked(parts: Iterable[float], style: int) -> float:
    return max(parts) + _FRACTION_SPACE * _SIZES[style]


def _fraction(node: Fraction, style: int) -> float:
    inner = _in_fraction(style)
    return _stacked((_width(node.numerator, inner), _width(node.denominator, inner)), style)


def _partial(node: Partial, style: int) -> float:
    inner = _in_fraction(style)
    d = 1.15 * _SIZES[inner]
    return _stacked((d + _width(node.of, inner), d + _width(node.by, inner)), style)


def _sum(node: Sum, style: int) -> float:
    total = 0.0
    for at, (negative, term) in enumerate(node.terms):
        if at:
            total += _operator("+", style)
        elif negative:
            total += _BINARY["-"] * _SIZES[style]
        total += _width(term, style)
    return total


def _product(node: Product, style: int) -> float:
    total = sum(_width(factor, style) for factor in node.factors)
    if node.operator != "none":
        return total + _operator(node.operator, style) * (len(node.factors) - 1)
    wide = [is_wide(factor) for factor in node.factors]
    gaps = sum(a or b for a, b in pairwise(wide))
    return total + gaps * THIN * _SIZES[style]


def _delimiters(node: Node, kind: str, style: int) -> float:
    if kind in ("abs", "norm"):
        return 2 * _BAR * (2 if kind == "norm" else 1) * _SIZES[style]
    if style >= _SCRIPT or not is_tall(node):
        plain = 1.0 if kind == "brace" or has_underbrace(node) else _PARENTHESIS
        return 2 * plain * _SIZES[style]
    return 2 * (1.0 if kind == "bracket" else _TALL_PARENTHESIS) * _SIZES[style]


def _fence(node: Fence, style: int) -> float:
    if node.kind in ("abs", "norm"):
        return _BAR * (2 if node.kind == "norm" else 1) * _SIZES[style]
    plain = 1.0 if node.kind in ("brace", "bracket") and node.tall else _PARENTHESIS
    return (_TALL_PARENTHESIS if node.tall and node.kind == "paren" else plain) * _SIZES[style]


def _call(node: Call, style: int) -> float:
    inside = sum(_width(argument, style) for argument in node.arguments)
    commas = (_COMMA + THIN) * _SIZES[style] * max(0, len(node.arguments) - 1)
    delimiters = _delimiters(Row(node.arguments), "paren", style)
    return _width(node.function, style) + inside + commas + delimiters


def _big_sum(node: BigSum, style: int) -> float:
    limits = [_width(part, _smaller(style)) for part in (node.lower, node.upper) if part]
    if node.sign == "max":
        sign = _upright("max") * _SIZES[style]
    else:
        sign = _SUM_SIGN[style != _DISPLAY] * _SIZES[style]
    beside = style != _DISPLAY
    head = sign + max(limits, default=0.0) if beside else max(sign, *limits, 0.0)
    return head + THIN * _SIZES[style] + _width(node.body, style)


def _grid(rows: Iterable[Iterable[Node]]) -> list[float]:
    columns: list[float] = []
    for cells in rows:
        for at, cell in enumerate(cells):
            if at == len(columns):
                columns.append(0.0)
            columns[at] = max(columns[at], _width(cell, _TEXT))
    return columns


def _matrix(node: Matrix, style: int) -> float:
    columns = _grid(node.rows)
    return (sum(columns) + 2.0 * (len(columns) - 1) + 2.6) * _SIZES[style]


def _cases(node: Cases, style: int) -> float:
    values = max((_width(value, _TEXT) for value, _ in node.lines), default=0.0)
    conditions = max((_condition(condition) for _, condition in node.lines), default=0.0)
    return (values + conditions + 4.5) * _SIZES[style]


def _condition(condition: Node | None) -> float:
    if condition is None:
        return _upright("otherwise")
    before = 0.0 if isinstance(condition, Text) else _upright("if ")
    return before + _width(condition, _TEXT)


def _underbrace(node: Underbrace, style: int) -> float:
    # a brace is never shorter than its own curls
    return max(_width(node.body, style), _width(node.note, _smaller(style)), 2.2 * _SIZES[style])


def _root(node: Root, style: int) -> float:
    return _width(node.body, style) + 1.9 * _SIZES[style]


def _relation_node(node: Relation, style: int) -> float:
    return _width(node.left, style) + _relation(node.sign, style) + _width(node.right, style)


_MEASURES: Final[dict[type, Callable[[Any, int], float]]] = {
    Number: _number,
    Symbol: _symbol,
    Text: lambda node, style: _upright(node.text) * _SIZES[style],
    Hole: lambda node, style: node.width * _SIZES[style],
    Script: _script,
    Accent: lambda node, style: _width(node.body, style),
    Styled: _styled,
    Row: lambda node, style: sum(_width(item, style) for item in node.items),
    Fraction: _fraction,
    Partial: _partial,
    Sum: _sum,
    Product: _product,
    Power: _power,
    Root: _root,
    Call: _call,
    BigSum: _big_sum,
    Delimited: lambda node, style: (
        _width(node.body, style) + _delimiters(node.body, node.kind, style)
    ),
    Fence: _fence,
    Matrix: _matrix,
    Cases: _cases,
    Underbrace: _underbrace,
    Dots: lambda node, style: (0.6 if node.kind == "vertical" else 2.6) * _SIZES[style],
    Relation: _relation_node,
}
