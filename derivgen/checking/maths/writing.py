"""A tree as plain text, in the author's manner, for messages: ``w_5 - 0.5*0.0822``, ``∂L/∂w_5``."""

from __future__ import annotations

import re
from typing import Final

from derivgen.checking.maths.keys import legible
from derivgen.checking.maths.tree import (
    BigSum,
    Call,
    Cases,
    Chain,
    Derivative,
    Dots,
    Matrix,
    Name,
    Negated,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transposed,
    Words,
)

_RELATIONS: Final[dict[str, str]] = {
    "=": "=",
    "approx": "≈",
    "assign": "←",
    "define": ":=",
    "<": "<",
    ">": ">",
    "<=": "≤",
    ">=": "≥",
    "!=": "≠",
    "to": "→",
    "in": "∈",
    "propto": "∝",
    "and": "and",
    "or": "or",
}
_SIGNS: Final = {"": " ", "*": "*", "o": " ⊙ ", "@": " @ "}
#: the end of the key of a second thing that has the name of a first one, or of a third; nobody sees it
_COUNTED = re.compile(r"~\d+$")
#: before the end of the key of a state, which has one for each parameter; nobody sees it either
APART = "~s"

#: How tightly a node holds together: what stands in a looser place needs no brackets.
_SUM, _PRODUCT, _POWER, _ATOM = range(4)


def again(key: str, count: int) -> str:
    """The key of a thing that has the name of ``count`` others before it."""
    return f"{key}~{count + 1}" if count else key


def shown(node: Node) -> str:
    """A node on one line."""
    text, _ = _written(node)
    return text


def shown_chain(chain: Chain) -> str:
    """A chain on one line."""
    parts = []
    for segment in chain.segments:
        if segment.relation is not None:
            parts.append(_RELATIONS[segment.relation])
        parts.append(shown(segment.body))
    return " ".join(parts)


def _in(node: Node, least: int) -> str:
    text, strength = _written(node)
    return text if strength >= least else f"({text})"


def _written(node: Node) -> tuple[str, int]:
    match node:
        case Number(text):
            return text, _ATOM
        case Name(key, mark):
            return legible(_COUNTED.sub("", key).partition(APART)[0]) + (
                mark if mark in ("'", "''", "*", "+", "") else f"^{mark}"
            ), _ATOM
        case Sum(terms):
            return _sum(terms), _SUM
        case Product(factors, sign):
            first, *others = factors
            texts = [_in(first, _PRODUCT), *(_in(factor, _POWER) for factor in others)]
            return _SIGNS[sign].join(texts), _PRODUCT
        case Quotient(top, bottom):
            return f"{_in(top, _PRODUCT)}/{_in(bottom, _POWER)}", _PRODUCT
        case Power(base, exponent):
            return f"{_in(base, _ATOM)}^{_in(exponent, _ATOM)}", _POWER
        case Negated(body):
            return f"-{_in(body, _PRODUCT)}", _SUM
        case Call(function, arguments, primes):
            return _call(_COUNTED.sub("", function), arguments, primes), _ATOM
        case Derivative(of, by):
            above = "∂" if of is None else f"∂{_in(of, _ATOM)}"
            return f"{above}/∂{_in(by, _ATOM)}", _POWER
        case Matrix(rows):
            return "[" + "; ".join(", ".join(map(shown, row)) for row in rows) + "]", _ATOM
        case Transposed(body):
            return f"{_in(body, _ATOM)}^T", _POWER
        case BigSum():
            return _big_sum(node), _PRODUCT
        case Cases(lines):
            return "{" + "; ".join(_case(*line) for line in lines) + "}", _ATOM
        case Dots():
            return "...", _ATOM
        case Words(text):
            return text, _ATOM


def _sum(terms: tuple[tuple[bool, Node], ...]) -> str:
    text = ""
    for at, (negative, body) in enumerate(terms):
        sign = ("-" if negative else "") if at == 0 else (" - " if negative else " + ")
        text += sign + _in(body, _PRODUCT)
    return text


def _call(function: str, arguments: tuple[Node, ...], primes: int) -> str:
    if not arguments:
        return function
    if function == "abs" and len(arguments) == 1:
        return f"|{shown(arguments[0])}|"
    if function == "norm" and len(arguments) == 1:
        return f"‖{shown(arguments[0])}‖"
    if function == "at":
        body, *where = arguments
        return f"{_in(body, _ATOM)}|_({' = '.join(map(shown, where))})"
    return f"{function}{chr(39) * primes}({', '.join(map(shown, arguments))})"


def _big_sum(node: BigSum) -> str:
    lower = f"={shown(node.lower)}" if node.lower is not None else ""
    upper = f"..{shown(node.upper)}" if node.upper is not None else ""
    index = f"_({node.index}{lower}{upper})" if node.index else ""
    return f"{node.sign}{index} {_in(node.body, _PRODUCT)}"


def _case(value: Node, condition: Chain | None) -> str:
    return f"{shown(value)} {'otherwise' if condition is None else 'if ' + shown_chain(condition)}"
