"""The tree of a formula that somebody else wrote: what it says, with the place of every part.

It keeps what a computer algebra system would lose: printed digits, the order of factors, derivative
tokens, chains of relations.  ``span`` is (start, end) in the text of the passage; nodes are compared
by content, not by place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, Literal

Span = tuple[int, int]
NOWHERE: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as printed: ``0.40`` keeps its zero.  ``text`` has no sign, no thin spaces, and a
    point as its decimal mark; ``decimals`` counts the digits after it (0 for ``2``), less the exponent
    of a number such as ``1.5e-3`` or ``1.5 \\times 10^{-3}`` (4)."""

    text: str
    value: Fraction
    decimals: int = 0
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity's name.

    ``key`` is its canonical spelling: ``w5``, ``w_5``, ``w_{5}`` are all ``w_5``; ``y_{\\text{hat}}``,
    ``\\hat y``, ``\\hat{y}``, ``y_hat`` are all ``y_hat``; ``w^{(1)}_{12}``, ``w_{12}^{[1]}`` are
    ``w^(1)_12``; fonts, spaces, braces, ``\\mathbf`` and ``\\text`` do not count.  ``mark`` is what sets it
    apart as another state of the same quantity, in one spelling: ``'`` (a prime), ``*``, ``+``, ``new``
    (``w_5^{new}``, ``new_w_5``, ``w5_new``), ``old``, ``t``, ``t+1``, ``(t+1)``; it is no part of the key.
    ``written`` is the text as it stands.
    """

    key: str
    mark: str = ""
    written: str = field(default="", compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms in their order; ``(True, x)`` subtracts x."""

    terms: tuple[tuple[bool, Node], ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Product:
    """Two factors or more, in their order.  ``sign`` is what stands between all of them:

    ``""`` nothing, ``*`` any sign of an ordinary product (dot, cross, asterisk), ``o`` the element-wise
    circle, ``@`` a matrix product."""

    factors: tuple[Node, ...]
    sign: Literal["", "*", "o", "@"] = "*"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Quotient:
    """``top / bottom``, stacked or in a line."""

    top: Node
    bottom: Node
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Power:
    base: Node
    exponent: Node
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Negated:
    body: Node
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to arguments: ``\\sigma(z)``, ``sigmoid'(z)`` (``primes`` 1), ``max(0, x)``,
    ``\\log x``, ``\\sqrt{x}``, ``|x|`` (``abs``), ``\\lVert x \\rVert`` (``norm``), ``e^{x}`` (``exp``),
    ``|_{x}``.

    ``function`` is a canonical word (``sigmoid``, ``relu``, ``tanh``, ``exp``, ``log``, ``log10``, ``sqrt``,
    ``max``, ...) or, for a function of the document's own, its name's key.  ``ones`` without arguments is a
    column of ones, as long as its neighbours need it."""

    function: str
    arguments: tuple[Node, ...]
    primes: int = 0
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Derivative:
    """A derivative token: d ``of`` / d ``by``, stacked or in a line, with d, ``\\partial``, ∂ or
    ``\\mathrm{d}``; ``of`` may be any expression, ``by`` is a name (or a vector's or matrix's).
    ``\\nabla_W L`` is one as well.  ``of`` is None for an operator (``\\frac{d}{dx}``) with nothing to
    apply to."""

    of: Node | None
    by: Node
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of cells; a vector is a matrix of one column or one row, as it was printed.

    ``is_list`` is True for ``[0.5, 1]`` and ``(0.5, 1)``: nothing tells how such a vector lies."""

    rows: tuple[tuple[Node, ...], ...]
    span: Span = field(default=NOWHERE, compare=False)
    is_list: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Transposed:
    body: Node
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BigSum:
    """``\\sum_{i=1}^{n} body``; ``index`` and bounds are None where they are not said.  ``sign`` is
    ``sum``, ``prod`` or ``max``."""

    body: Node
    index: str | None = None
    lower: Node | None = None
    upper: Node | None = None
    sign: Literal["sum", "prod", "max", "mean"] = "sum"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Cases:
    """Lines of (value, condition); a condition is None for "otherwise"."""

    lines: tuple[tuple[Node, Chain | None], ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Dots:
    """An ellipsis: something was left out, so the whole is not decided by what stands there."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Words:
    """Words inside a formula (``\\text{for constant } c``): no mathematics."""

    text: str
    span: Span = field(default=NOWHERE, compare=False)


#: "and" and "or" stand between the conditions of a case distinction
RelationSign = Literal[
    "=", "approx", "assign", "define", "<", ">", "<=", ">=", "!=", "to", "in", "propto", "and", "or"
]


@dataclass(frozen=True, slots=True)
class Segment:
    """One member of a chain, and the relation that stands before it (None for the first)."""

    relation: RelationSign | None
    body: Node
    span: Span = field(default=NOWHERE, compare=False)
    #: where the relation sign stands
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Chain:
    """``a = b \\approx c``: one statement.

    ``continued`` is True for a chain that begins with a relation: its first segment then has one, and
    the left side is that of the chain before.  ``tag`` is an equation number (``\\tag{12}``, ``(12)``)."""

    segments: tuple[Segment, ...]
    continued: bool = False
    tag: str = ""
    span: Span = field(default=NOWHERE, compare=False)


Node = (
    Number
    | Name
    | Sum
    | Product
    | Quotient
    | Power
    | Negated
    | Call
    | Derivative
    | Matrix
    | Transposed
    | BigSum
    | Cases
    | Dots
    | Words
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A stretch of a passage that is no mathematics that the parser knows, and why."""

    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What the parser made of one passage: its statements in order, and what it could not read.

    One bad row of a display costs that row, not the others."""

    chains: tuple[Chain, ...]
    failures: tuple[Failure, ...] = ()


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly under a node, from left to right."""
    match node:
        case Sum(terms):
            return tuple(body for _, body in terms)
        case Product(factors):
            return factors
        case Quotient(top, bottom):
            return top, bottom
        case Power(base, exponent):
            return base, exponent
        case Negated(body) | Transposed(body):
            return (body,)
        case Call(_, arguments):
            return arguments
        case Derivative(of, by):
            return (by,) if of is None else (of, by)
        case Matrix(rows):
            return tuple(cell for row in rows for cell in row)
        case BigSum(body, _, lower, upper):
            return tuple(part for part in (lower, upper, body) if part is not None)
        case Cases(lines):
            return tuple(value for value, _ in lines)
    return ()


def is_deeper(chain: Chain, most: int) -> bool:
    """True where some node of a chain lies more than ``most`` levels down."""
    waiting = [(segment.body, 1) for segment in chain.segments]
    while waiting:
        node, level = waiting.pop()
        if level > most:
            return True
        waiting.extend((child, level + 1) for child in children(node))
        if isinstance(node, Cases):
            tests = (test for _, test in node.lines if test is not None)
            waiting.extend((segment.body, level + 1) for test in tests for segment in test.segments)
    return False


def names_of(node: Node) -> Iterator[Name]:
    """The names in a formula, from left to right."""
    return (part for part in walk(node) if isinstance(part, Name))


def full_key(name: Name) -> str:
    """The key of a name with its mark."""
    return name.key + name.mark


def names_in(node: Node) -> Iterator[str]:
    """The keys of the names in a formula, with their marks where they have any."""
    return map(full_key, names_of(node))


def has_arrays(node: Node) -> bool:
    """Whether something in a formula is transposed, or multiplied cell by cell."""
    return any(
        isinstance(part, Transposed) or (isinstance(part, Product) and part.sign == "o")
        for part in walk(node)
    )


def has_derivative(node: Node) -> bool:
    """True where a derivative stands in a formula."""
    return any(isinstance(part, Derivative) for part in walk(node))


#: a column of ones, as long as it has to be
ONES: Final = Call("ones", ())


def is_length_squared(node: Node) -> bool:
    """True for ``|v|^2``, which is the square of its length where v is a vector."""
    if not isinstance(node, Power) or not isinstance(node.base, Call):
        return False
    two = isinstance(node.exponent, Number) and node.exponent.value == 2
    return two and node.base.function == "abs"


def words_only(text: str, span: Span) -> Chain:
    """A chain that is nothing but words."""
    return Chain((Segment(None, Words(text, span), span),), False, "", span)


def walk(node: Node) -> Iterator[Node]:
    """A node and all beneath it, from left to right."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(children(here)))
