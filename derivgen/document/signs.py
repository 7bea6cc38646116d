"""Signs of matrix notation that a reader may not know: found in displays, for the sentences of a style."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from derivgen.document.blocks import Display
from derivgen.document.matrix_form import ONES
from derivgen.formula.build import COMMA, slashed, transpose, walk
from derivgen.formula.tree import (
    Call,
    Delimited,
    Node,
    Partial,
    Product,
    Row,
    Script,
    Styled,
    Symbol,
    Text,
    Underbrace,
)

SignKind = Literal["shapes", "transpose", "hadamard", "ones", "each", "delta", "truth"]

_SHAPE = re.compile(r"\d+(×\d+)+")


@dataclass(frozen=True)
class Sign:
    """A sign as it is printed; ``letters`` are the two indices of a Kronecker delta, or what is transposed."""

    kind: SignKind
    token: Node
    letters: tuple[Node, ...] = ()


def signs_of(displays: Iterable[Display]) -> tuple[Sign, ...]:
    """The filter ``displays | signs``: each kind of sign once, in order of appearance."""
    found: dict[SignKind, Sign] = {}
    for display in displays:
        for chain in display.chains:
            for side in (chain.left, *(right for _, right in chain.links)):
                for node in () if side is None else _parts(side):
                    for sign in _signs(node):
                        found.setdefault(sign.kind, sign)
    return tuple(found.values())


def _parts(formula: Node) -> Iterator[Node]:
    """A formula and what is in it, without the 1 before a condition: that is no vector."""
    left_out: set[int] = set()
    for node in walk(formula):
        match node:
            case Row((one, Delimited(_, "bracket"))) if one == ONES:
                left_out.add(id(one))
        if id(node) not in left_out:
            yield node


def _signs(node: Node) -> Iterator[Sign]:
    match node:
        case Row((one, Delimited(_, "bracket"))) if one == ONES:
            yield Sign("truth", one)
        case Underbrace(_, Text(text)) if _SHAPE.fullmatch(text):
            yield Sign("shapes", node)
        case Script(Delimited(body) | body, _, Symbol("top")) if body != ONES:
            plain = transpose(slashed(body)) if isinstance(body, Partial) else node
            yield Sign("transpose", plain, (body,))
        case Product(operator="hadamard"):
            yield Sign("hadamard", node)
        case Call(function, arguments) if any(_is_array(part) for part in arguments):
            yield Sign("each", function)
        case Script(Symbol("delta"), Row(items)) if len(letters := _without_commas(items)) == 2:
            yield Sign("delta", node, letters)
        case _ if node == ONES:
            yield Sign("ones", node)


def _is_array(node: Node) -> bool:
    """Whether a formula stands for a whole array: something in it is printed bold."""
    return any(isinstance(part, Styled) and part.style == "bold" for part in walk(node))


def _without_commas(items: Iterable[Node]) -> tuple[Node, ...]:
    return tuple(item for item in items if item != COMMA)
