"""Formula trees as LaTeX that survives in LaTeX, KaTeX, MathJax and every Markdown dialect.

The commands are those that all of them know (with amsmath in LaTeX): ``\\lvert`` for bars,
``\\lbrace`` for braces, ``\\lt`` for the less-than sign, ``\\mathrm`` for words.  Two opening braces never stand
together, since Liquid and Hugo would take them for a template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

from derivgen.formula.alignment import spaces_behind
from derivgen.formula.symbols import (
    BIG,
    DELIMITERS,
    DOTS,
    OPERATOR_WORDS,
    OPERATORS,
    RELATIONS,
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
    Root,
    Row,
    Script,
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

#: What a LaTeX document needs besides amsmath: signs that only browsers' engines define.
PREAMBLE: Final = (r"\providecommand{\lt}{<}", r"\providecommand{\gt}{>}")

#: bmatrix stops at this many columns unless a document raises MaxMatrixCols
_MATRIX_COLUMNS: Final = 10


class LatexWriter:
    """Writes LaTeX; see :class:`derivgen.formula.writer.Writer`."""

    def write(self, node: Node) -> str:
        return _write(node)

    def write_chain(self, chain: Chain) -> str:
        left = [_write(chain.left)] if chain.left is not None else []
        links = (f"{sign_of(sign).latex} {_write(right)}" for sign, right in chain.links)
        return _guard(" ".join([*left, *links]))

    def write_lines(self, lines: Sequence[Line]) -> str:
        if len(lines) == 1:
            [line] = lines
            parts = (_left(line), _sign(line), _write(line.right))
            return _guard(" ".join(part for part in parts if part))
        rows = " \\\\\n".join(_line(line) for line in lines)
        columns = 1 + max(len(line.more) for line in lines)
        if columns > 1:
            return f"\\begin{{alignedat}}{{{columns}}}\n{rows}\n\\end{{alignedat}}"
        return f"\\begin{{aligned}}\n{rows}\n\\end{{aligned}}"

    def hole(self, column: int) -> str:
        return hole(column)

    def sign(self, name: str) -> str:
        return sign_of(name).latex

    def digits(self, text: str) -> str:
        split_digits(text)
        return text


LATEX: Final = LatexWriter()


def _write(node: Node) -> str:
    return dispatch(_WRITERS, node)


# --- lines ----------------------------------------------------------------------------------


_LIST_ITEM = re.compile(r"\d+[.)](?=\s|$)")


def _guard(source: str) -> str:
    """``source`` so that it does not start with what Markdown takes for a list or a heading."""
    if source[:1] in ("-", "+"):
        return f"{{{source[0]}}}{source[1:]}"
    if source[:1] in ("=", ":") or _LIST_ITEM.match(source):
        return f"{{}}{source}"
    return source


def _left(line: Line) -> str:
    return _write(line.left) if line.left is not None else ""


def _sign(line: Line) -> str:
    return sign_of(line.sign).latex if line.sign is not None else ""


def _leading(line: Line) -> str:
    # the empty group before the operator makes TeX set it as a binary one
    return f"{{}} {sign_of(line.leading).latex}" if line.leading not in ("", "none") else ""


def _line(line: Line) -> str:
    left = _left(line)
    indent = r"\quad" if line.continues else ""
    more = (f"&&{sign_of(sign).latex} {_write(right)}" for sign, right in line.more)
    parts = (_guard(left), f"&{_sign(line)}{indent}", _leading(line), _write(line.right), *more)
    return "  " + " ".join(part for part in parts if part)


# --- leaves ---------------------------------------------------------------------------------


_TEXT_COMMANDS: Final[dict[str, str]] = {
    # signs such as the cross in "2 × 3", which no text font of TeX has
    **{
        sign.char: f"\\mathord{{{sign.latex}}}"
        for sign in (*SIGNS.values(), *RELATIONS.values(), *OPERATORS.values())
        if sign.char and not sign.char.isascii()
    },
    "\\": r"\backslash ",
    "{": r"\mathord{\lbrace}",
    "}": r"\mathord{\rbrace}",
    "<": r"\mathord{\lt}",
    ">": r"\mathord{\gt}",
    "|": r"\mathord{\vert}",
    "#": r"\# ",
    "$": r"\$ ",
    "%": r"\% ",
    "&": r"\& ",
    "_": r"\_ ",
    "^": r"\text{\textasciicircum}",
    "~": r"\text{\textasciitilde}",
    "`": r"\text{\textquoteleft}",
}
_SPECIAL_CHARACTERS = re.compile(f"([{re.escape(''.join(_TEXT_COMMANDS))}])")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def _text(text: str) -> str:
    """Words that can only ever be printed; special characters stand outside of ``\\text``, where
    every engine knows a command for them."""
    parts = _SPECIAL_CHARACTERS.split(printable(text))
    return "".join(_TEXT_COMMANDS.get(part) or f"\\text{{{part}}}" for part in parts if part)


def _symbol(node: Symbol) -> str:
    name = node.name
    if name in SIGNS:
        return SIGNS[name].latex
    if len(name) == 1 and name.isascii() and name.isalpha():
        return name
    if name in OPERATOR_WORDS:
        return f"\\{name}"
    return f"\\mathrm{{{name}}}" if _WORD.fullmatch(name) else _text(name)


_STYLES: Final = {"bold": r"\boldsymbol", "roman": r"\mathrm", "cal": r"\mathcal"}

_SINGLE_BASES: Final = (Symbol, Number, Hole, Text, Accent, Styled, Delimited, Matrix)


def _base(node: Node) -> str:
    """What carries a script; a group, so that the script belongs to all of it."""
    if isinstance(node, _SINGLE_BASES):
        return _write(node)
    return f"\\mathord{{{_write(node)}}}"


def _scripts(sub: Node | None, sup: Node | None) -> str:
    lower = f"_{{{_write(sub)}}}" if sub is not None else ""
    upper = f"^{{{_write(sup)}}}" if sup is not None else ""
    return lower + upper


def _power(node: Power) -> str:
    if isinstance(node.base, Script) and node.base.sup is None:  # w_1^2, not {w_1}^2
        return _base(node.base.base) + _scripts(node.base.sub, node.exponent)
    return _base(node.base) + _scripts(None, node.exponent)


_OPEN_COMMAND = re.compile(r"\\[A-Za-z]+$")


def _side_by_side(parts: Iterable[str]) -> str:
    """``ij``, ``\\Delta w``: a space only where a command would run into a letter."""
    joined = ""
    for part in parts:
        gap = " " if part[:1].isalpha() and _OPEN_COMMAND.search(joined) else ""
        joined += gap + part
    return joined


# --- operators ------------------------------------------------------------------------------


def _sum(node: Sum) -> str:
    parts: list[str] = []
    for at, (negative, term) in enumerate(node.terms):
        if at or negative:
            parts.append(term_sign(negative).latex)
        parts.append(_write(term))
    first = "-" if node.terms and node.terms[0][0] else ""
    return first + " ".join(parts[1:]) if first else " ".join(parts)


def _product(node: Product) -> str:
    if node.operator != "none":
        return f" {OPERATORS[node.operator].latex} ".join(map(_write, node.factors))
    parts = [_write(node.factors[0])] if node.factors else []
    for left, right in pairwise(node.factors):
        parts.append(r"\, " if is_wide(left) or is_wide(right) else " ")
        parts.append(_write(right))
    return "".join(parts)


def _delimited(body: str, kind: str, node: Node) -> str:
    left, right = (sign.latex for sign in DELIMITERS[kind])
    space = "" if len(left) == 1 else " "
    if has_underbrace(node):
        large = is_tall(node)
        return f"\\{'Bigl' if large else 'bigl'}{left}{space}{body}\\{'Bigr' if large else 'bigr'}{right}"
    if is_tall(node):
        return f"\\left{left} {body} \\right{right}"
    return f"{left}{space}{body}{right}"


def _fence(node: Fence) -> str:
    opens = node.side == "open"
    sign = DELIMITERS[node.kind][0 if opens else 1].latex
    size = ("\\biggl" if opens else "\\biggr") if node.tall else ""
    return f"{size}{sign}"


def _call(node: Call) -> str:
    arguments = Row(node.arguments)
    inside = ", ".join(map(_write, node.arguments))
    gap = r"\!" if is_tall(arguments) else ""  # \left adds a space that a call has not
    return f"{_write(node.function)}{gap}{_delimited(inside, 'paren', arguments)}"


def _big_sum(node: BigSum) -> str:
    sign = r"\max" if node.sign == "max" else BIG[node.sign].latex
    return f"{sign}{_scripts(node.lower, node.upper)} {_write(node.body)}"


def _partial(node: Partial) -> str:
    return f"\\frac{{\\partial {_write(node.of)}}}{{\\partial {_write(node.by)}}}"


# --- blocks ---------------------------------------------------------------------------------


def _rows(rows: Sequence[Sequence[str]], tall: bool) -> str:
    # rows of fractions would touch; no cell starts with "[", which \\ would take for a length
    return (r" \\[4pt] " if tall else r" \\ ").join(" & ".join(cells) for cells in rows)


def _matrix(node: Matrix) -> str:
    tall = len(node.rows) > 1 and any(is_tall(cell) for cells in node.rows for cell in cells)
    columns = max(map(len, node.rows), default=0)
    spaces = spaces_behind(node)
    if spaces is not None:
        cells = [list(map(_spaced, *pair)) for pair in zip(node.rows, spaces, strict=True)]
        return _array(_rows(cells, tall), "r" * columns)
    inside = _rows([[_write(cell) for cell in cells] for cells in node.rows], tall)
    if columns <= _MATRIX_COLUMNS:
        return f"\\begin{{bmatrix}} {inside} \\end{{bmatrix}}"
    return _array(inside, "c" * columns)


def _spaced(cell: Node, space: float) -> str:
    """A cell with room behind it."""
    return _write(cell) + (f"\\hspace{{{round(space, 2):g}em}}" if space else "")


def _array(inside: str, columns: str) -> str:
    """A matrix whose columns are aligned as asked; an array has room beside it that a matrix has not."""
    room = r"\hspace{-0.5em}"
    array = f"\\begin{{array}}{{{columns}}} {inside} \\end{{array}}"
    return f"\\left\\lbrack{room} {array} {room}\\right\\rbrack"


def _cases(node: Cases) -> str:
    tall = any(is_tall(value) for value, _ in node.lines)
    lines = [[_write(value), _condition(condition)] for value, condition in node.lines]
    return f"\\begin{{cases}} {_rows(lines, tall)} \\end{{cases}}"


def _condition(condition: Node | None) -> str:
    if condition is None:
        return r"\text{otherwise}"
    return (
        _write(condition) if isinstance(condition, Text) else rf"\text{{if }} {_write(condition)}"
    )


_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    Number: lambda node: str(node.text),
    Symbol: _symbol,
    Text: lambda node: _text(node.text),
    Hole: lambda node: hole(node.column),
    Script: lambda node: _base(node.base) + _scripts(node.sub, node.sup),
    Accent: lambda node: f"\\{node.kind}{{{_write(node.body)}}}",
    Styled: lambda node: f"{_STYLES[node.style]}{{{_write(node.body)}}}",
    Row: lambda node: _side_by_side(map(_write, node.items)),
    Fraction: lambda node: f"\\frac{{{_write(node.numerator)}}}{{{_write(node.denominator)}}}",
    Partial: _partial,
    Sum: _sum,
    Product: _product,
    Power: _power,
    Root: lambda node: f"\\sqrt{{{_write(node.body)}}}",
    Call: _call,
    BigSum: _big_sum,
    Delimited: lambda node: _delimited(_write(node.body), node.kind, node.body),
    Fence: _fence,
    Matrix: _matrix,
    Cases: _cases,
    Underbrace: lambda node: f"\\underbrace{{{_write(node.body)}}}_{{{_write(node.note)}}}",
    Dots: lambda node: DOTS[node.kind].latex,
    Relation: lambda node: f"{_write(node.left)} {sign_of(node.sign).latex} {_write(node.right)}",
}
