"""How much room a short formula takes, by estimate: enough to keep labels of a picture apart.

The widths are those of the usual text fonts of TeX and Typst, in em and rounded up, so that an
estimate is rather too large than too small.
"""

from __future__ import annotations

from dataclasses import dataclass

from derivgen.formula.symbols import GREEK, SPECIAL_SIGNS
from derivgen.formula.tree import (
    Accent,
    BigSum,
    Call,
    Delimited,
    Dots,
    Fraction,
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
)

#: scripts are set at this part of the size of their base
SCRIPT = 0.7
#: height above and depth below the baseline, in em
ASCENT, DEPTH = 0.72, 0.22
#: what a superscript or a subscript adds to them
RAISED, LOWERED = 0.24, 0.12

_NARROW = frozenset("iljtr.,:;'|!()[]")
_WIDE = frozenset("mwMW@%")
_NAMED = {"infinity": 1.0, "ell": 0.45, "prime": 0.3, "comma": 0.48}
_OPERATOR = {"dot": 0.75, "cross": 1.25, "hadamard": 1.25, "none": 0.1}
_RELATION = 1.4


@dataclass(frozen=True)
class Rectangle:
    """An upright rectangle: left, top, right, bottom, in points; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> Rectangle:
        """The rectangle of that size with its centre at (x, y)."""
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    def overlap(self, other: Rectangle) -> float:
        """The area that both cover."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across * down if across > 0 and down > 0 else 0.0

    def grown(self, margin: float) -> Rectangle:
        """The rectangle with a margin on all sides."""
        return Rectangle(
            self.left - margin, self.top - margin, self.right + margin, self.bottom + margin
        )


def _letters(text: str) -> float:
    width = 0.0
    for letter in text:
        if letter in _NARROW:
            width += 0.36
        elif letter in _WIDE:
            width += 0.9
        elif letter == " ":
            width += 0.28
        elif letter == "-":
            width += 0.78
        elif letter.isupper():
            width += 0.75
        elif letter.isdigit():
            width += 0.5
        elif ord(letter) >= 0x2E80:  # ideographs and the like fill the square
            width += 1.0
        else:
            width += 0.55
    return width


def ems(node: Node) -> float:
    """The width of a formula on one line, in em of its size."""
    match node:
        case Number(text) | Text(text):
            return _letters(text)
        case Symbol(name):
            if name in GREEK:
                return 0.66
            if name in SPECIAL_SIGNS:
                return _NAMED.get(name, 0.78)
            return _letters(name)
        case Script(base, sub, sup):
            scripts = max((ems(part) for part in (sub, sup) if part is not None), default=0.0)
            return ems(base) + SCRIPT * scripts + 0.05
        case Power(base, exponent):
            return ems(base) + SCRIPT * ems(exponent) + 0.05
        case Accent(_, body):
            return 1.08 * ems(body)
        case Styled(_, body):
            return 1.2 * ems(body)
        case Row(items):
            return sum(map(ems, items))
        case Product(factors, operator):
            return sum(map(ems, factors)) + _OPERATOR[operator] * (len(factors) - 1)
        case Sum(terms):
            return sum(ems(term) for _, term in terms) + 1.25 * (len(terms) - 1) + 0.3
        case Relation(left, _, right):
            return ems(left) + _RELATION + ems(right)
        case Delimited(body, _):
            return ems(body) + 0.8
        case Call(function, arguments):
            return ems(function) + 0.8 + sum(map(ems, arguments)) + 0.45 * (len(arguments) - 1)
        case Fraction(numerator, denominator):
            return max(ems(numerator), ems(denominator)) + 0.25
        case Partial(of, by):
            return max(ems(of), ems(by)) + 0.8
        case Root(body):
            return ems(body) + 0.9
        case BigSum(body, _, _, _):
            return ems(body) + 1.4
        case Dots(kind):
            return 0.3 if kind == "vertical" else 1.2
        case _:
            raise TypeError(f"a label of a picture cannot hold {type(node).__name__}")


def _scripts(node: Node) -> tuple[bool, bool]:
    """Whether anything in the formula is lowered, and whether anything is raised."""
    match node:
        case Script(base, sub, sup):
            low, high = _scripts(base)
            return low or sub is not None, high or sup is not None
        case Power(base, _):
            return _scripts(base)[0], True
        case Accent(_, body):
            return _scripts(body)[0], True
        case Styled(_, body) | Delimited(body, _):
            return _scripts(body)
        case Row(items) | Product(items, _):
            parts = [_scripts(item) for item in items]
        case Relation(left, _, right):
            parts = [_scripts(left), _scripts(right)]
        case _:
            return False, False
    return any(low for low, _ in parts), any(high for _, high in parts)


def reach(node: Node) -> tuple[float, float]:
    """How far a formula reaches above and below its baseline, in em of its size."""
    low, high = _scripts(node)
    return ASCENT + RAISED * high, DEPTH + LOWERED * low


def extent(node: Node, size: float) -> tuple[float, float]:
    """The width and height of a formula at a type size, all in points.

    Raises TypeError for what does not belong in a label: matrices, cases, braces with notes."""
    return ems(node) * size, sum(reach(node)) * size
