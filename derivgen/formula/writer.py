"""What the writers of all formats share: their interface, holes, and what counts as tall."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, Protocol

from derivgen.formula.symbols import OPERATORS, RELATIONS, SIGNS, Sign
from derivgen.formula.tree import (
    BigSum,
    Call,
    Cases,
    Chain,
    Delimited,
    Fraction,
    Line,
    Matrix,
    Node,
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


class Writer(Protocol):
    """Turns formula trees into the text of one format; without state, so one object serves all."""

    def write(self, node: Node) -> str:
        """A formula, without delimiters around it."""

    def write_chain(self, chain: Chain) -> str:
        """A chain of relations on one line, without delimiters around it."""

    def write_lines(self, lines: Sequence[Line]) -> str:
        """The body of a display: lines aligned at their relations."""

    def hole(self, column: int) -> str:
        """What :meth:`write` leaves in place of a hole of that column."""

    def digits(self, text: str) -> str:
        """What is put in place of a hole: ``12``, ``-0.5``, ``(-0.5)`` in this format."""

    def sign(self, name: str) -> str:
        """What is put in place of a hole for signs, by the sign's name: ``=``, ``approx``, ``+``."""


# Holes are private-use characters of plane 15: no font, keyboard or parser has a use for them.
_FIRST_HOLE: Final = 0xF0000
_LAST_HOLE: Final = 0xFFFFD
_SIGNS: Final[Mapping[str, Sign]] = dict(chain(RELATIONS.items(), OPERATORS.items()))
_SPACES = re.compile(r"\s+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\U000f0000-\U000fffff\ufffe\uffff\ud800-\udfff]")


def hole(column: int) -> str:
    """The sentinel of a column, the same in every format; raises ValueError beyond 65,534."""
    if not 0 <= column <= _LAST_HOLE - _FIRST_HOLE:
        raise ValueError(f"there is no hole for column {column}")
    return chr(_FIRST_HOLE + column)


def sign_of(name: RelationSign | str | SignHole) -> Sign:
    """The sign of a name, of a relation or an operator; of a hole, what is left in its place."""
    if isinstance(name, SignHole):
        return Sign(hole(name.column), hole(name.column))
    return _SIGNS[name]


def term_sign(sign: bool | SignHole) -> Sign:
    """What stands before a term of a sum."""
    return sign_of(sign if isinstance(sign, SignHole) else "-" if sign else "+")


def printable(text: str) -> str:
    """Words of a user on one line, without control characters and without anything that could be
    taken for a hole."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _SPACES.sub(" ", text))


def dispatch(table: Mapping[type, Callable[[Any], str]], node: Node) -> str:
    """The entry of ``table`` for this kind of node, applied; raises TypeError when there is none."""
    writer = table.get(type(node))
    if writer is None:
        raise TypeError(f"{type(node).__name__} is not a node of a formula")
    return writer(node)


_HOLE_TEXT = re.compile(r"(?P<open>\(?)(?P<sign>-?)(?P<digits>\d+(?:\.\d*)?|\.\d+)(?P<close>\)?)")


def split_digits(text: str) -> tuple[bool, bool, str]:
    """(in parentheses, negative, digits) of the text of a hole; raises ValueError for others."""
    match = _HOLE_TEXT.fullmatch(text)
    if match is None or bool(match["open"]) is not bool(match["close"]):
        raise ValueError(f"{text!r} does not fit into a hole")
    return bool(match["open"]), bool(match["sign"]), match["digits"]


def is_tall(node: Node) -> bool:
    """Whether delimiters around ``node`` have to grow; what hangs below an underbrace is left out."""
    match node:
        case Fraction() | Partial() | Matrix() | Cases():
            return True
        case BigSum(_, _, _, sign):
            return sign != "max" or is_tall(node.body)
        case Sum(terms):
            return any(is_tall(term) for _, term in terms)
        case Product(factors):
            return any(map(is_tall, factors))
        case Row(items):
            return any(map(is_tall, items))
        case Call(_, arguments):
            return any(map(is_tall, arguments))
        case Relation(left, _, right):
            return is_tall(left) or is_tall(right)
        case Power(base, _) | Script(base, _, _):
            return is_tall(base)
        case Delimited(body) | Root(body) | Styled(_, body) | Underbrace(body, _):
            return is_tall(body)
    return False


def has_underbrace(node: Node) -> bool:
    """Whether something hangs below ``node``, which delimiters must not grow to embrace."""
    match node:
        case Underbrace():
            return True
        case Sum(terms):
            return any(has_underbrace(term) for _, term in terms)
        case Product(items) | Row(items):
            return any(map(has_underbrace, items))
        case Delimited(body) | Power(body, _) | Script(body, _, _):
            return has_underbrace(body)
    return False


def is_wide(node: Node) -> bool:
    """Whether a factor needs air around it where no operator stands."""
    match node:
        case Script(base, _, _):
            return is_wide(base)
        case Symbol(name):
            return len(name) > 1 and name not in SIGNS
    return isinstance(node, Text | Call | Fraction | Partial | Root | BigSum | Underbrace)
