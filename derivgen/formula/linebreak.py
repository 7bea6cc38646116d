"""Laying chains out on lines: decided once, on the tree, for every format.

A chain that fits stands on one line.  Otherwise each link starts a line of its own at its relation,
except that a plain value at the end joins the line before it where there is room.  What follows an odd number of
cases stands below them, since beside them it would be read as part of the one in their middle.  A link that is too
wide is broken between the terms of its sum or the factors of its product, with the operator at the beginning
of the next line, as is the custom in displays; so is a sum in parentheses or brackets, or of which a function is taken, that would fill more than a line
by itself; behind much else, such a one begins on a line of its own.  Nothing is broken below that: fractions and matrices stay whole.  A left side that fills much of a line has what is
equal to it below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from derivgen.formula.build import Operator
from derivgen.formula.measure import THIN, chain_width, operator_width, relation_width, width
from derivgen.formula.tree import (
    Call,
    Cases,
    Chain,
    Delimited,
    Fence,
    Fraction,
    Hole,
    Line,
    Node,
    Number,
    Power,
    Product,
    Relation,
    RelationSign,
    Row,
    SignHole,
    Sum,
)
from derivgen.formula.writer import is_tall

#: by how much a line that goes on is indented, as all writers do it
INDENT: Final = 2.0

#: a left side that takes more of a line leaves too little room beside it for what needs several lines
WIDE_LEFT: Final = 0.4

#: the widest gap before a relation that is aligned with those of other lines
MOST_GAP: Final = 2.0

_OPERATORS: Final[dict[str, Operator]] = {
    "dot": "dot",
    "cross": "cross",
    "hadamard": "hadamard",
    "none": "none",
}

#: behind so much of a line, what is taken apart begins on the next one
MUCH: Final = 0.3

#: (operator before it, what cannot be broken): the parts of a sum or product
_Atom = tuple[str | SignHole, Node]


def layout(chains: Sequence[Chain], limit: float) -> tuple[Line, ...]:
    """The lines of one display, all aligned at the first relation of each chain; at every one, where the
    chains have equally many, are alike, and stand on one line each.

    ``limit`` is the width to fill, in the unit of :func:`derivgen.formula.measure.width`.  A line is
    wider only where it holds a single part that cannot be broken.  Linear in the number of terms.
    """
    lefts = (chain.left for chain in chains if chain.links)
    column = max((width(left) for left in lefts if left is not None), default=0.0)
    if _are_parallel(chains, limit - column):
        return tuple(Line(c.left, *c.links[0], more=c.links[1:]) for c in chains)
    if len(chains) == 1 and column > limit * WIDE_LEFT and chain_width(chains[0]) > limit:
        return tuple(_below(chains[0], limit))
    return tuple(line for chain in chains for line in _chain_lines(chain, limit - column))


def _below(chain: Chain, limit: float) -> Iterator[Line]:
    """The lines of a chain with its left side above all that is equal to it."""
    assert chain.left is not None
    yield from _lines(None, None, _break(chain.left, limit, limit - INDENT))
    yield from _chain_lines(Chain(None, chain.links), limit)


def _are_parallel(chains: Sequence[Chain], room: float) -> bool:
    """Whether every relation of some chains has room in a column of its own, and leaves no wide gap."""
    if len(chains) < 2 or len(chains[0].links) < 2:
        return False
    if any(chain.left is None or len(chain.links) != len(chains[0].links) for chain in chains):
        return False
    columns = [
        [relation_width(sign) + width(node) for sign, node in column]
        for column in zip(*(chain.links for chain in chains), strict=True)
    ]
    alike = all(max(column) - min(column) <= MOST_GAP for column in columns[:-1])
    return alike and sum(map(max, columns)) <= room


def _chain_lines(chain: Chain, room: float) -> Iterator[Line]:
    """The lines of one chain; ``room`` is the width to the right of the left sides."""
    if not chain.links:
        if chain.left is not None:
            yield from _lines(None, None, _break(chain.left, room, room - INDENT))
        return
    if chain_width(Chain(None, chain.links)) <= room and not _seems_to_go_on(chain):
        (sign, right), *more = chain.links
        for next_sign, next_right in more:
            right = Relation(right, next_sign, next_right)
        yield Line(chain.left, sign, right)
        return
    *links, (last_sign, last) = chain.links
    if links and _is_value(last) and not _has_a_middle_case(links[-1][1]):
        tail = relation_width(last_sign) + width(last)
    else:
        links, tail = list(chain.links), 0.0
    left = chain.left
    for at, (sign, right) in enumerate(links):
        pieces = _break(right, room - relation_width(sign), room - INDENT)
        closing = bool(tail) and at == len(links) - 1
        if closing:
            body, leading, size = pieces[-1]
            before = relation_width(sign) if len(pieces) == 1 else INDENT
            if before + size + tail <= room:
                pieces[-1] = (Relation(body, last_sign, last), leading, size + tail)
                closing = False
        yield from _lines(left, sign, pieces)
        left = None
        if closing:
            yield Line(None, last_sign, last)


def _seems_to_go_on(chain: Chain) -> bool:
    """Whether what follows a case distinction would be read as part of the case in its middle."""
    return any(_has_a_middle_case(right) for _, right in chain.links[:-1])


def _has_a_middle_case(node: Node) -> bool:
    """Whether these are cases with one in their middle, at whose height what follows would stand."""
    return isinstance(node, Cases) and len(node.lines) % 2 == 1


def _is_value(node: Node) -> bool:
    """Whether this is a plain number, as results are."""
    match node:
        case Number() | Hole() | Fraction(Number(), Number()):
            return True
        case Sum(((_, term),)):
            return _is_value(term)
        case Power(Number(), Number()) | Product((Number(), Power(Number(), Number())), "cross"):
            return True
    return False


#: what stands on one line, the operator before it where it goes on the line before, the width of both
_Piece = tuple[Node, str | SignHole, float]


def _lines(
    left: Node | None, sign: RelationSign | SignHole | None, pieces: Sequence[_Piece]
) -> Iterator[Line]:
    for at, (body, leading, _) in enumerate(pieces):
        if at == 0:
            yield Line(left, sign, body)
        else:
            yield Line(None, None, body, continues=True, leading=leading)


def _break(node: Node, first_room: float, later_room: float) -> list[_Piece]:
    """``node`` in pieces that fit, each as full as can be."""
    size = width(node)
    if size <= first_room:
        return [(node, "", size)]
    atoms = list(_atoms(node, later_room))
    sizes = [width(part) for _, part in atoms]
    pieces: list[_Piece] = []
    leading: str | SignHole = ""
    start, size, room = 0, _gap(atoms[0][0]) + sizes[0], first_room
    for at in range(1, len(atoms)):
        grown = size + _gap(atoms[at][0]) + sizes[at]
        if grown <= room and not (size > room * MUCH and _opens(atoms[at][1])):
            size = grown
            continue
        pieces.append((_join(atoms[start:at], first=start == 0), leading, size))
        leading = _at_start(atoms[at][0])
        start, size, room = at, _gap(leading) + sizes[at], later_room
    pieces.append((_join(atoms[start:], first=start == 0), leading, size))
    return pieces


def _opens(part: Node) -> bool:
    """Whether this is the beginning of parentheses that are taken apart."""
    if not isinstance(part, Row):
        return False
    depth = [item.side for item in part.items if isinstance(item, Fence)]
    return depth.count("open") > depth.count("close")


def _at_start(operator: str | SignHole) -> str | SignHole:
    """The operator as it opens a line: two factors side by side need a sign where a line parts them."""
    return "dot" if operator == "none" else operator


def _gap(operator: str | SignHole) -> float:
    """The width of an operator, where none is printed that of the space that may stand there."""
    return THIN if operator == "none" else operator_width(operator)


def _atoms(node: Node, room: float) -> Iterator[_Atom]:
    """The parts between which ``node`` may be broken; a product inside a sum is taken apart only
    where it would not fit on a line of its own."""
    match node:
        case Sum(terms):
            for at, (negative, term) in enumerate(terms):
                plain = "-" if negative else "+" if at else ""
                operator = negative if isinstance(negative, SignHole) else plain
                # room for the operator before the term, and for a minus that opens the sum
                signs = operator_width("+") * (2 if negative and not at else 1)
                if isinstance(term, Product | Delimited | Call) and width(term) + signs > room:
                    yield from _factors(operator, term, room)
                else:
                    yield operator, term
        case Product() | Delimited() | Call():
            yield from _factors("", node, room)
        case _:
            yield "", node


def _factors(
    before: str | SignHole, node: Product | Delimited | Call, room: float
) -> Iterator[_Atom]:
    factors, operator = (
        (node.factors, node.operator) if isinstance(node, Product) else ((node,), "none")
    )
    for at, factor in enumerate(factors):
        yield from _factor(operator if at else before, factor, room)


def _factor(before: str | SignHole, factor: Node, room: float) -> Iterator[_Atom]:
    """A factor, taken apart where it is a sum in delimiters, or of which a function is taken, that has no
    room on a line of its own."""
    match factor:
        case Delimited(Sum() as body, "paren" | "bracket" as kind):
            head: tuple[Node, ...] = ()
        case Call(function, (Sum() as body,)):
            kind, head = "paren", (function,)
        case _:
            yield before, factor
            return
    if len(body.terms) < 2 or width(factor) + operator_width("+") <= room:
        yield before, factor
        return
    tall = is_tall(body)
    opening, closing = Fence(kind, "open", tall), Fence(kind, "close", tall)
    inner = list(_atoms(body, room - sum(map(width, (*head, opening, closing)))))
    sign, first = inner[0]
    if sign:  # a minus that opens the sum
        first = Sum(((sign if isinstance(sign, SignHole) else True, first),))
    inner[0] = (before, Row((*head, opening, first)))
    inner[-1] = (inner[-1][0], Row((inner[-1][1], closing)))
    yield from inner


def _join(atoms: Sequence[_Atom], *, first: bool) -> Node:
    """A run of parts as a tree again.  The operator before the run opens its line and is no part of it,
    unless the run is the ``first``."""
    terms: list[tuple[bool | SignHole, list[Node]]] = []
    operators: list[str] = []
    for at, (operator, part) in enumerate(atoms):
        if isinstance(operator, SignHole):
            terms.append((operator if first or at > 0 else False, [part]))
            operators.append("dot")
        elif at == 0 or operator in ("+", "-"):
            terms.append((operator == "-" and (first or at > 0), [part]))
            operators.append("dot")
        else:
            terms[-1][1].append(part)
            operators[-1] = operator
    signed = tuple(
        (negative, _product(parts, operator))
        for (negative, parts), operator in zip(terms, operators, strict=True)
    )
    return signed[0][1] if len(signed) == 1 and not signed[0][0] else Sum(signed)


def _product(parts: Sequence[Node], operator: str) -> Node:
    if len(parts) == 1:
        return parts[0]
    return Product(tuple(parts), _OPERATORS[operator])
