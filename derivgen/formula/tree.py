"""The formula tree: what stands in a formula, independent of any output format.

A tree is built by the derivation, laid out by :mod:`derivgen.formula.linebreak` and written
by one of the writers.  Nodes are frozen and carry no layout.  Parentheses are decided when a
tree is built (:mod:`derivgen.formula.build`), so that the writers only ever write what they see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Number:
    """A number with its printed digits: ``0.40`` stays ``0.40``; a sign is part of the text."""

    text: str


@dataclass(frozen=True)
class Symbol:
    """One name: a letter (``w``), a Greek letter by its name (``alpha``, ``Delta``), one of the
    special names in :data:`SPECIAL`, or a word of several letters, which is set upright (``net``)."""

    name: str


#: Names of Symbol with a sign of their own: writers must know each of them.
SPECIAL = (
    "infinity",
    "ell",
    "partial",
    "nabla",
    "top",
    "prime",
    "dagger",
    "star",
    "plus",
    "minus",
    "comma",
    "slash",
    "quad",
)


@dataclass(frozen=True)
class Text:
    """Words inside a formula, set in the text font; may hold any characters of a user."""

    text: str


@dataclass(frozen=True)
class Hole:
    """A place that is filled with plain digits (see :class:`derivgen.document.blocks.Family`).

    ``column`` numbers the column of texts that fills it.  ``width`` is the number of characters
    to expect there, for breaking lines.
    """

    column: int
    width: int = 4


@dataclass(frozen=True)
class SignHole:
    """A sign that differs from copy to copy as the digits of a :class:`Hole` do: a relation of a chain, or
    the plus or minus before a term that is not first in its sum."""

    column: int


@dataclass(frozen=True)
class Script:
    """A base with a subscript, a superscript (a label such as ``(1)`` or a prime), or both."""

    base: Node
    sub: Node | None = None
    sup: Node | None = None


@dataclass(frozen=True)
class Accent:
    """A mark over a body: hat, bar, tilde, vec, dot."""

    kind: Literal["hat", "bar", "tilde", "vec", "dot"]
    body: Node


@dataclass(frozen=True)
class Styled:
    """A body in another face: bold (vectors, matrices), roman, calligraphic."""

    style: Literal["bold", "roman", "cal"]
    body: Node


@dataclass(frozen=True)
class Row:
    """Things side by side with no operator between them: ``12,3`` in a subscript."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Fraction:
    """A stacked fraction."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True)
class Partial:
    """A derivative token, d ``of`` / d ``by``: written with round d, stacked."""

    of: Node
    by: Node


@dataclass(frozen=True)
class Sum:
    """A sum of signed terms: ``(False, x)`` adds, ``(True, x)`` subtracts.  Terms that need
    parentheses after a minus sign have them already."""

    terms: tuple[tuple[bool | SignHole, Node], ...]


@dataclass(frozen=True)
class Product:
    """Factors in the order in which they are printed.  ``operator`` says what stands between
    them: a dot, a cross, an element-wise circle, or nothing (a thin juxtaposition)."""

    factors: tuple[Node, ...]
    operator: Literal["dot", "cross", "hadamard", "none"] = "dot"


@dataclass(frozen=True)
class Power:
    """A base raised to an exponent; the base carries its own parentheses."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Root:
    """A square root."""

    body: Node


@dataclass(frozen=True)
class Call:
    """A function applied to arguments: ``Call(Symbol("sigma"), (x,))`` is sigma(x)."""

    function: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class BigSum:
    """A sum sign (or ``max``) with what stands below and above it, before a body."""

    body: Node
    lower: Node | None = None
    upper: Node | None = None
    sign: Literal["sum", "max", "prod"] = "sum"


@dataclass(frozen=True)
class Delimited:
    """A body between delimiters; they grow with a body that is tall."""

    body: Node
    kind: Literal["paren", "bracket", "brace", "abs", "norm"] = "paren"


@dataclass(frozen=True)
class Fence:
    """One of the two delimiters around what is broken over several lines, where none can grow by itself."""

    kind: Literal["paren", "bracket", "brace", "abs", "norm"]
    side: Literal["open", "close"]
    tall: bool = False


@dataclass(frozen=True)
class Matrix:
    """Rows of cells in square brackets; a vector is a matrix with one column."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Cases:
    """A brace with (value, condition) lines; a condition of ``None`` reads "otherwise"."""

    lines: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True)
class Underbrace:
    """A body with a brace and a note (words, a shape, a formula) beneath it."""

    body: Node
    note: Node


@dataclass(frozen=True)
class Dots:
    """An ellipsis: centred between operators, on the line between commas, vertical, diagonal."""

    kind: Literal["center", "low", "vertical", "diagonal"] = "center"


@dataclass(frozen=True)
class Relation:
    """Two sides and what stands between: inside a line (``i = 1`` below a sum, ``z > 0``)."""

    left: Node
    sign: RelationSign | SignHole
    right: Node


RelationSign = Literal["=", "approx", "assign", "<", ">", "<=", ">=", "!=", "in", "to", "define"]

Node = (
    Number
    | Symbol
    | Text
    | Hole
    | Script
    | Accent
    | Styled
    | Row
    | Fraction
    | Partial
    | Sum
    | Product
    | Power
    | Root
    | Call
    | BigSum
    | Delimited
    | Fence
    | Matrix
    | Cases
    | Underbrace
    | Dots
    | Relation
)


@dataclass(frozen=True)
class Chain:
    """``left = a = b \\approx c``: what is displayed.  ``links`` are (sign, right side) pairs, each on
    a line of its own when ``broken`` and more than fits stands there; ``left`` may be ``None`` for a
    chain that goes on."""

    left: Node | None
    links: tuple[tuple[RelationSign | SignHole, Node], ...]


@dataclass(frozen=True)
class Line:
    """One laid-out line of a display: aligned at its relation."""

    left: Node | None
    sign: RelationSign | SignHole | None
    right: Node
    #: True when this line goes on with a long sum or product of the line before (so it is indented past the
    #: relation)
    continues: bool = False
    #: the operator that such a line begins with: "+", "-", "dot", ...
    leading: str | SignHole = ""
    #: further relations, each aligned with those of the other lines
    more: tuple[tuple[RelationSign | SignHole, Node], ...] = ()
