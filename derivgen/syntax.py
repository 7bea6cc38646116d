"""The tree of the equation language, with the places of its nodes.

Nodes are compared by content; ``at`` is the offset in the text where a node begins.  Sums are flat
and every other node counts towards a capped depth, so whoever walks a tree may recurse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from derivgen.errors import Place

#: the most arguments of a call
MAX_ARGUMENTS = 30

ProductSign = Literal["*", "/", "@", "**"]
ComparisonSign = Literal["<", "<=", ">", ">=", "==", "!="]


@dataclass(frozen=True)
class Source:
    """A text and the place of its first character.

    Lines after the first are taken to begin in the same column, as in an indented block."""

    text: str
    place: Place | None = None

    def at(self, offset: int) -> Place:
        """The place of the character at ``offset``."""
        before = self.text[:offset]
        start = self.place or Place("<expression>")
        line = (start.line or 1) + before.count("\n")
        column = (start.column or 1) + offset - (before.rfind("\n") + 1)
        return Place(start.file, line, column, start.key)


@dataclass(frozen=True)
class Number:
    """A decimal number, exactly; ``text`` is how it was written."""

    value: Fraction
    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Name:
    """A name by itself: a scalar, a whole array, a constant, or an index as an argument."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class IndexSum:
    """``constant + sum(factor * name)`` as it stands between brackets; factors are not 0."""

    constant: int
    factors: tuple[tuple[str, int], ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Element:
    """One element of an array: ``x[2*i + u, j]``."""

    name: str
    indices: tuple[IndexSum, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Negated:
    """A term with a minus before it."""

    body: Expression
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Sum:
    """Two terms or more; ``(True, x)`` subtracts x."""

    terms: tuple[tuple[bool, Expression], ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Binary:
    """A product, quotient, matrix product or power."""

    operator: ProductSign
    left: Expression
    right: Expression
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Transposed:
    """A matrix with its rows and columns exchanged."""

    body: Expression
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Comparison:
    """A condition; stands only as the first argument of ``where``."""

    sign: ComparisonSign
    left: Expression
    right: Expression
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Call:
    """A function of its arguments."""

    function: str
    arguments: tuple[Expression | Comparison, ...]
    at: int = field(default=0, compare=False)


Expression = Number | Name | Element | Negated | Sum | Binary | Transposed | Call


@dataclass(frozen=True)
class ParsedEquation:
    """``target = expression``; ``source`` turns offsets into places."""

    target: Name | Element
    expression: Expression
    source: Source


def parts(tree: Expression | Comparison) -> tuple[Expression | Comparison, ...]:
    """The parts directly under a node, from left to right."""
    match tree:
        case Negated(body) | Transposed(body):
            return (body,)
        case Sum(terms):
            return tuple(term for _, term in terms)
        case Binary(_, left, right) | Comparison(_, left, right):
            return left, right
        case Call(_, arguments):
            return arguments
    return ()


def nodes(tree: Expression | Comparison) -> Iterator[Expression | Comparison]:
    """A node and all beneath it, from left to right."""
    yield tree
    for part in parts(tree):
        yield from nodes(part)
