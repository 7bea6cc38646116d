"""Formula trees as MathML Core, which current browsers draw by themselves.

Each node becomes exactly one element, so that it can stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import dropwhile
from typing import Any, Final

from derivgen.formula.alignment import spaces_behind
from derivgen.formula.build import map_children
from derivgen.formula.symbols import BIG, DELIMITERS, DOTS, OPERATORS, SIGNS
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


class MathMLWriter:
    """Writes the inside of a ``math`` element; see :class:`derivgen.formula.writer.Writer`."""

    def write(self, node: Node) -> str:
        return _write(node)

    def write_chain(self, chain: Chain) -> str:
        parts = [_write(chain.left)] if chain.left is not None else []
        for sign, right in chain.links:
            parts += [_relation(sign), _write(right)]
        return _mrow(parts)

    def write_lines(self, lines: Sequence[Line]) -> str:
        if len(lines) == 1:
            [line] = lines
            left = [_write(line.left)] if line.left is not None else []
            return _mrow([*left, *_right_parts(line)])
        return f'<mtable displaystyle="true">{"".join(map(_line, lines))}</mtable>'

    def hole(self, column: int) -> str:
        return hole(column)

    def sign(self, name: str) -> str:
        return sign_of(name).char

    def digits(self, text: str) -> str:
        enclosed, negative, digits = split_digits(text)
        parts = [f"<mn>{digits}</mn>"]
        if negative:
            parts.insert(0, "<mo>−</mo>")
        if enclosed:
            parts = ["<mo>(</mo>", *parts, "<mo>)</mo>"]
        return _mrow(parts)


MATHML: Final = MathMLWriter()


def _write(node: Node) -> str:
    return dispatch(_WRITERS, node)


def _mrow(parts: Iterable[str]) -> str:
    """The parts as one element."""
    listed = list(parts)
    return listed[0] if len(listed) == 1 else f"<mrow>{''.join(listed)}</mrow>"


def _mo(char: str, attributes: str = "") -> str:
    return f"<mo{' ' if attributes else ''}{attributes}>{escape(char, quote=False)}</mo>"


def _relation(sign: RelationSign | SignHole) -> str:
    # without the form, a sign that opens a cell would be spaced as a prefix
    return _mo(sign_of(sign).char, 'form="infix"')


# --- lines ----------------------------------------------------------------------------------


def _right_parts(line: Line) -> list[str]:
    parts = [_relation(line.sign)] if line.sign is not None else []
    if line.continues:
        parts.append('<mspace width="1em"/>')
    if line.leading not in ("", "none"):
        parts.append(_mo(sign_of(line.leading).char, 'form="infix"'))
    parts.append(_write(line.right))
    return parts


def _line(line: Line) -> str:
    left = _write(line.left) if line.left is not None else ""
    more = [_mrow((_relation(sign), _write(right))) for sign, right in line.more]
    cells = (
        f'<mtd style="text-align:left;padding-left:0">{part}</mtd>'
        for part in (_mrow(_right_parts(line)), *more)
    )
    return f'<mtr><mtd style="text-align:right;justify-items:end;padding-right:0">{left}</mtd>{"".join(cells)}</mtr>'


# --- leaves ---------------------------------------------------------------------------------


def _text(text: str) -> str:
    words = printable(text)
    # spaces at the ends are dropped unless they are hard ones
    inner = words.strip(" ")
    before, after = len(words) - len(words.lstrip(" ")), len(words) - len(words.rstrip(" "))
    hard = "\N{NO-BREAK SPACE}"
    return (
        f"<mtext>{hard * before}{escape(inner, quote=False)}{hard * after if inner else ''}</mtext>"
    )


_UPRIGHT_SIGNS: Final = frozenset({"infinity", "nabla"})
_OPERATOR_SIGNS: Final = frozenset({"top", "prime", "dagger", "star"})
#: marks that browsers would take for operators between two things, and leave room beside
_MARKS: Final = frozenset({"plus", "minus", "slash"})


def _symbol(node: Symbol) -> str:
    name = node.name
    if name == "comma":
        return '<mo separator="true">,</mo>'
    if name == "quad":
        return '<mspace width="1em"/>'
    if name in _OPERATOR_SIGNS:
        return _mo(SIGNS[name].char)
    if name in _MARKS:
        return f'<mo lspace="0" rspace="0">{SIGNS[name].char}</mo>'
    if name in SIGNS:
        # capital Greek letters are upright, as TeX and Typst set them
        normal = name in _UPRIGHT_SIGNS or name[0].isupper()
        variant = ' mathvariant="normal"' if normal else ""
        return f"<mi{variant}>{SIGNS[name].char}</mi>"
    return f"<mi>{escape(printable(name), quote=False)}</mi>"


# Browsers know no mathvariant but "normal": bold and script letters are characters of their own.
_CAL_EXCEPTIONS: Final = dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True))
_ALPHABETS: Final[dict[str, tuple[tuple[str, str, int], ...]]] = {
    "bold": (
        ("A", "Z", 0x1D468),
        ("a", "z", 0x1D482),
        ("Α", "Ω", 0x1D6A8),
        ("α", "ω", 0x1D736),
        ("0", "9", 0x1D7CE),
    ),
    "cal": (("A", "Z", 0x1D49C), ("a", "z", 0x1D4B6)),
}


def _in_face(char: str, style: str) -> str:
    if style == "cal" and char in _CAL_EXCEPTIONS:
        return _CAL_EXCEPTIONS[char]
    for first, last, start in _ALPHABETS.get(style, ()):
        if first <= char <= last:
            return chr(start + ord(char) - ord(first))
    return char


def _styled(node: Styled) -> str:
    body = node.body
    if isinstance(body, Number):
        return f"<mn>{''.join(_in_face(char, node.style) for char in body.text)}</mn>"
    if isinstance(body, Styled):  # the inner face wins
        return _write(body)
    if not isinstance(body, Symbol):
        return _write(map_children(body, lambda child: Styled(node.style, child)))
    name = SIGNS[body.name].char if body.name in SIGNS else body.name
    if len(name) > 1:
        weight = ' style="font-weight:bold"' if node.style == "bold" else ""
        return f"<mi{weight}>{escape(printable(name), quote=False)}</mi>"
    variant = ' mathvariant="normal"' if node.style == "roman" else ""
    return f"<mi{variant}>{escape(_in_face(name, node.style), quote=False)}</mi>"


def _number(node: Number) -> str:
    if node.text.startswith("-"):
        return f"<mrow><mo>−</mo><mn>{escape(node.text[1:], quote=False)}</mn></mrow>"
    return f"<mn>{escape(node.text, quote=False)}</mn>"


_ACCENTS: Final = {"hat": "^", "bar": "¯", "tilde": "~", "vec": "→", "dot": "˙"}


def _accent(node: Accent) -> str:
    mark = _mo(_ACCENTS[node.kind], 'stretchy="false"')
    return f'<mover accent="true">{_write(node.body)}{mark}</mover>'


#: an operator whose spaces are left to the browser
_SPACED: Final = re.compile("<mo(?=[ >])(?! lspace)")


def _small(node: Node) -> str:
    """A script or limit, without the spaces around its operators: browsers leave them there as they are on
    the line, where TeX has none."""
    return _SPACED.sub('<mo lspace="0" rspace="0"', _write(node))


#: a prime is raised by itself, and would be raised twice and tiny as a script
_PRIME: Final = Symbol("prime")


def _scripts(base: str, sub: Node | None, sup: Node | None) -> str:
    if sup is not None:
        marks = sup.items if isinstance(sup, Row) else (sup,)
        rest = tuple(dropwhile(lambda mark: mark == _PRIME, marks))
        if primes := len(marks) - len(rest):
            base = _mrow((base, *(['<mo lspace="0" rspace="0">′</mo>'] * primes)))
            sup = Row(rest) if rest else None
    if sub is None and sup is None:
        return base
    name = f"m{'sub' if sub is not None else ''}{'sup' if sup is not None else ''}"
    parts = "".join(_small(part) for part in (sub, sup) if part is not None)
    return f"<{name}>{base}{parts}</{name}>"


def _power(node: Power) -> str:
    if isinstance(node.base, Script) and node.base.sup is None:
        return _scripts(_write(node.base.base), node.base.sub, node.exponent)
    return _scripts(_write(node.base), None, node.exponent)


# --- operators ------------------------------------------------------------------------------


def _sum(node: Sum) -> str:
    parts: list[str] = []
    for at, (negative, term) in enumerate(node.terms):
        if at or negative:
            parts.append(_mo(term_sign(negative).char))
        parts.append(_write(term))
    return _mrow(parts)


_INVISIBLE_TIMES: Final = _mo("\N{INVISIBLE TIMES}")
_APPLY: Final = _mo("\N{FUNCTION APPLICATION}")
_THIN: Final = '<mspace width="0.167em"/>'


def _product(node: Product) -> str:
    parts: list[str] = []
    for at, factor in enumerate(node.factors):
        if at and node.operator != "none":
            parts.append(_mo(OPERATORS[node.operator].char))
        elif at:
            parts.append(_INVISIBLE_TIMES)
            if is_wide(node.factors[at - 1]) or is_wide(factor):
                parts.append(_THIN)
        parts.append(_write(factor))
    return _mrow(parts)


def _delimited(body: str, kind: str, node: Node) -> str:
    left, right = (sign.char for sign in DELIMITERS[kind])
    stretchy = is_tall(node) and not has_underbrace(node)
    attributes = "" if stretchy else ' stretchy="false"'
    return _mrow(
        (
            _mo(left, f'form="prefix" fence="true"{attributes}'),
            body,
            _mo(right, f'form="postfix" fence="true"{attributes}'),
        )
    )


def _fence(node: Fence) -> str:
    opens = node.side == "open"
    sign = DELIMITERS[node.kind][0 if opens else 1].char
    size = 'minsize="2.4em" maxsize="2.4em"' if node.tall else 'stretchy="false"'
    return _mo(sign, f'form="{"prefix" if opens else "postfix"}" fence="true" {size}')


def _call(node: Call) -> str:
    inside = _mrow(
        part
        for at, argument in enumerate(node.arguments)
        for part in (['<mo separator="true">,</mo>'] if at else []) + [_write(argument)]
    )
    delimited = _delimited(inside, "paren", Row(node.arguments))
    return _mrow((_write(node.function), _APPLY, delimited))


def _big_sum(node: BigSum) -> str:
    sign = _mo("max", 'movablelimits="true"') if node.sign == "max" else _mo(BIG[node.sign].char)
    limits = [part for part in (node.lower, node.upper) if part is not None]
    if limits:
        name = f"m{'under' if node.lower is not None else ''}{'over' if node.upper is not None else ''}"
        sign = f"<{name}>{sign}{''.join(map(_small, limits))}</{name}>"
    return _mrow(
        (sign, _THIN, _write(node.body)) if node.sign == "max" else (sign, _write(node.body))
    )


def _partial(node: Partial) -> str:
    above, below = (f"<mrow><mi>∂</mi>{_write(part)}</mrow>" for part in (node.of, node.by))
    return f"<mfrac>{above}{below}</mfrac>"


# --- blocks ---------------------------------------------------------------------------------


def _matrix(node: Matrix) -> str:
    spaces = spaces_behind(node)
    if spaces is None:
        cells = [[f"<mtd>{_write(cell)}</mtd>" for cell in row] for row in node.rows]
    else:
        cells = [list(map(_at_right, *pair)) for pair in zip(node.rows, spaces, strict=True)]
    rows = "".join(f"<mtr>{''.join(row)}</mtr>" for row in cells)
    return f"<mrow><mo>[</mo><mtable>{rows}</mtable><mo>]</mo></mrow>"


def _at_right(cell: Node, space: float) -> str:
    """A cell that is aligned to the right, with room behind it."""
    room = f'<mspace width="{round(space, 2):g}em"></mspace>' if space else ""
    return f'<mtd style="text-align:right;justify-items:end">{_write(cell)}{room}</mtd>'


def _cases(node: Cases) -> str:
    left = '<mtd style="text-align:left">'
    rows = "".join(
        f"<mtr>{left}{_write(value)}</mtd>{left}{_condition(condition)}</mtd></mtr>"
        for value, condition in node.lines
    )
    return f'<mrow><mo form="prefix" stretchy="true">{{</mo><mtable>{rows}</mtable></mrow>'


def _condition(condition: Node | None) -> str:
    if condition is None:
        return _text("otherwise")
    if isinstance(condition, Text):
        return _write(condition)
    return _mrow((_text("if "), _write(condition)))


def _underbrace(node: Underbrace) -> str:
    brace = _mo("⏟", 'stretchy="true"')
    return f"<munder><munder>{_write(node.body)}{brace}</munder>{_small(node.note)}</munder>"


_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    Number: _number,
    Symbol: _symbol,
    Text: lambda node: _text(node.text),
    Hole: lambda node: hole(node.column),
    Script: lambda node: _scripts(_write(node.base), node.sub, node.sup),
    Accent: _accent,
    Styled: _styled,
    Row: lambda node: _mrow(map(_write, node.items)),
    Fraction: lambda node: f"<mfrac>{_write(node.numerator)}{_write(node.denominator)}</mfrac>",
    Partial: _partial,
    Sum: _sum,
    Product: _product,
    Power: _power,
    Root: lambda node: f"<msqrt>{_write(node.body)}</msqrt>",
    Call: _call,
    BigSum: _big_sum,
    Delimited: lambda node: _delimited(_write(node.body), node.kind, node.body),
    Fence: _fence,
    Matrix: _matrix,
    Cases: _cases,
    Underbrace: _underbrace,
    Dots: lambda node: _mo(DOTS[node.kind].char),
    Relation: lambda node: _mrow((_write(node.left), _relation(node.sign), _write(node.right))),
}
