"""Smart constructors: the one place that decides parentheses and signs.

Writers print what they see; whoever composes a formula composes it with these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any, Final, Literal

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

Operator = Literal["dot", "cross", "hadamard", "none"]

#: A comma between the indices of a script.
COMMA: Final = Symbol("comma")

_DECIMAL = re.compile(r"(?P<mantissa>[+-]?(?:\d+\.?\d*|\.\d+))(?:[eE](?P<exponent>[+-]?\d+))?")
_RATIO = re.compile(r"(?P<sign>-?)(?P<above>\d+)/(?P<below>\d+)")


def number(text: str) -> Node:
    """A number from its printed digits: ``0.40``, ``-3``; ``1/3`` becomes a fraction, ``1.2e-05`` a
    product with a power of ten (``1e-8`` the power alone), ``inf`` the sign of infinity.

    Raises ValueError for anything else.
    """
    if match := _DECIMAL.fullmatch(text):
        mantissa = Number(match["mantissa"].removeprefix("+"))
        if match["exponent"] is None:
            return mantissa
        power_of_ten = Power(Number("10"), Number(str(int(match["exponent"]))))
        if mantissa.text == "1":
            return power_of_ten
        return Product((mantissa, power_of_ten), "cross")
    if match := _RATIO.fullmatch(text):
        ratio = Fraction(Number(match["above"]), Number(match["below"]))
        return negate(ratio) if match["sign"] else ratio
    if text in ("inf", "-inf"):
        return negate(Symbol("infinity")) if text[0] == "-" else Symbol("infinity")
    raise ValueError(f"{text!r} is not a number")


def parentheses(node: Node) -> Delimited:
    """``node`` in round parentheses."""
    return Delimited(node)


def is_negative(node: Node) -> bool:
    """Whether what is printed starts with a minus sign."""
    match node:
        case Number(text):
            return text.startswith("-")
        case Sum(terms):
            return bool(terms) and (terms[0][0] is True or is_negative(terms[0][1]))
        case Product(factors):
            return bool(factors) and is_negative(factors[0])
    return False


# --- sums -----------------------------------------------------------------------------------


def add(*terms: Node) -> Node:
    """The sum of ``terms``: sums among them are joined, minus signs become subtractions.

    No terms give 0, one term itself.
    """
    signed: list[tuple[bool, Node]] = []
    for term in terms:
        signed.extend(_signed_terms(term))
    if not signed:
        return Number("0")
    if len(signed) == 1:
        return terms[0] if len(terms) == 1 else _single(*signed[0])
    return Sum(tuple(_as_term(negative, term) for negative, term in signed))


def subtract(left: Node, right: Node) -> Node:
    """``left - right``."""
    return add(left, negate(right))


def negate(node: Node) -> Node:
    """``-node``; two minus signs cancel."""
    if isinstance(node, Sum) and len(node.terms) > 1:
        return Sum(((True, parentheses(node)),))
    [(negative, magnitude)] = _signed_terms(node)
    return _single(not negative, magnitude)


def _single(negative: bool, magnitude: Node) -> Node:
    if not negative:
        return magnitude
    if isinstance(magnitude, Number):
        return Number(f"-{magnitude.text}")
    return Sum((_as_term(True, magnitude),))


def _signed_terms(node: Node) -> list[tuple[bool, Node]]:
    """The terms of ``node`` with every leading minus sign moved into the flag."""
    match node:
        case Number(text) if text.startswith("-"):
            return [(True, Number(text[1:]))]
        case Sum(terms):
            return [
                (outer is not inner, term)
                for outer, nested in terms
                for inner, term in (_signed_terms(nested) if _opens(nested) else [(False, nested)])
            ]
        case Product((Number(text), *rest), operator) if text.startswith("-"):
            return [(True, Product((Number(text[1:]), *rest), operator))]
    return [(False, node)]


def _opens(node: Node) -> bool:
    """Whether a term of a sum still has a sign of its own to pull (a sum has parentheses there)."""
    return isinstance(node, Number | Product)


def _as_term(negative: bool, term: Node) -> tuple[bool, Node]:
    return negative, parentheses(term) if isinstance(term, Relation | Cases | Sum) else term


# --- products -------------------------------------------------------------------------------


def multiply(factors: Iterable[Node], operator: Operator = "dot") -> Node:
    """The product of ``factors`` in their order.

    Sums, relations and cases get parentheses, and so do negative numbers that are not first.
    Products with the same operator are joined.  With ``operator="none"`` a number that is not first
    would run into its neighbour, so dots are printed there.  No factors give 1, one itself.
    """
    flat: list[Node] = []
    for factor in factors:
        if isinstance(factor, Product) and factor.operator == operator:
            flat.extend(factor.factors)
        else:
            flat.append(factor)
    if not flat:
        return Number("1")
    if len(flat) == 1:
        return flat[0]
    if operator == "none" and any(_runs_into(left, right) for left, right in pairwise(flat)):
        operator = "dot"
    last = len(flat) - 1
    return Product(
        tuple(_as_factor(node, at == 0, at == last, operator) for at, node in enumerate(flat)),
        operator,
    )


def _as_factor(node: Node, first: bool, last: bool, operator: Operator) -> Node:
    match node:
        case Sum() | Relation() | Cases():
            return parentheses(node)
        case BigSum() if not last:
            return parentheses(node)
        case Product(_, inner) if (operator == "hadamard") is not (inner == "hadamard"):
            return node if inner == "none" else parentheses(node)
    return parentheses(node) if is_negative(node) and not first else node


def _runs_into(left: Node, right: Node) -> bool:
    """Whether ``right`` starts with digits that would be read as part of what stands before it."""
    match right:
        case Number() | Hole():
            return not is_negative(right)
        case Power(base, _):
            return _runs_into(left, base)
        case Product(factors):
            return _runs_into(left, factors[0])
        case Fraction(Number(), Number()):
            return isinstance(left, Number | Hole)
    return False


def fraction(numerator: Node, denominator: Node) -> Fraction:
    """A stacked fraction; the bar makes parentheses needless."""
    return Fraction(numerator, denominator)


#: functions whose powers are written at their names
FUNCTIONS: Final = frozenset(
    ("sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "ln", "erf", "sgn")
)

_BARE_BASES: Final = (Symbol, Hole, Text, Accent, Styled, Delimited, Matrix, Dots)


def power(base: Node, exponent: Node) -> Node:
    """``base`` to the ``exponent``; everything but plain names and plain numbers gets parentheses.

    A whole power of a function with a word for its name stands between the name and the argument,
    as in trigonometry: ``tanh^2(z)``.
    """
    match base, exponent:
        case Call(Symbol(name), arguments), Number(text) if name in FUNCTIONS and text.isdigit():
            return Call(Power(Symbol(name), exponent), arguments)
    return Power(base if _is_bare(base) else parentheses(base), exponent)


def _is_bare(node: Node) -> bool:
    """Whether a superscript after ``node`` can only mean a power of all of it."""
    if isinstance(node, Number):
        return not is_negative(node)
    if isinstance(node, Script):
        return node.sup is None
    return isinstance(node, _BARE_BASES)


def transpose(node: Node) -> Script:
    """``node`` with the sign of transposition."""
    return Script(node if _is_bare(node) else parentheses(node), sup=Symbol("top"))


def call(function: Node, *arguments: Node) -> Call:
    """A function applied to its arguments."""
    return Call(function, arguments)


def big_sum(
    body: Node,
    lower: Node | None = None,
    upper: Node | None = None,
    sign: Literal["sum", "max", "prod"] = "sum",
) -> BigSum:
    """A sum sign before ``body``, which gets parentheses when it is itself a sum."""
    loose = isinstance(body, Sum | Relation | Cases)
    return BigSum(parentheses(body) if loose else body, lower, upper, sign)


# --- chains, matrices, rows -----------------------------------------------------------------


def equals(left: Node | None, *rights: Node) -> Chain:
    """``left = right = right ...``."""
    return Chain(left, tuple(("=", right) for right in rights))


def follow(chain: Chain, sign: RelationSign, right: Node) -> Chain:
    """``chain`` with one more link."""
    return replace(chain, links=(*chain.links, (sign, right)))


def vector(nodes: Iterable[Node]) -> Matrix:
    """A column vector."""
    return Matrix(tuple((node,) for node in nodes))


def matrix(rows: Iterable[Iterable[Node]]) -> Matrix:
    """A matrix; raises ValueError when its rows differ in length or there are none."""
    cells = tuple(tuple(row) for row in rows)
    if not cells or not cells[0] or len({len(row) for row in cells}) != 1:
        raise ValueError("a matrix has rows of one length, at least one, with at least one cell")
    return Matrix(cells)


def row(*items: Node) -> Node:
    """Things side by side, as in a script; one item is itself."""
    return items[0] if len(items) == 1 else Row(items)


def indices(texts: Sequence[str], separator: str = ",") -> Node:
    """Indices as a script prints them: joined to one number, or with commas between."""
    if separator == "" and all(text.isdigit() for text in texts):
        return Number("".join(texts))
    parts: list[Node] = []
    for text in texts:
        if parts and separator:
            parts.append(COMMA)
        parts.append(Number(text) if text.isdigit() else Symbol(text))
    return row(*parts)


def indicator(left: Node, right: Node) -> Cases:
    """1 where two things are equal, else 0."""
    return Cases(((number("1"), Relation(left, "=", right)), (number("0"), None)))


def truth(condition: Node) -> Row:
    """``1[z > 0]``: 1 where the condition holds, else 0, as a factor."""
    return Row((Styled("bold", Number("1")), Delimited(condition, "bracket")))


def under(body: Node, note: Node | str) -> Underbrace:
    """``body`` with a brace and a note beneath; a text note is set as words."""
    return Underbrace(body, Text(note) if isinstance(note, str) else note)


# --- walking --------------------------------------------------------------------------------


def map_children(node: Node, change: Callable[[Node], Node]) -> Node:
    """``node`` with ``change`` applied to each of its direct children."""
    changed = {
        field.name: _map_value(value, change)
        for field in fields(node)
        if isinstance(value := getattr(node, field.name), (tuple, *_NODES))
    }
    return replace(node, **changed) if changed else node


def walk(node: Node) -> Iterator[Node]:
    """A formula and everything in it, outer ones first."""
    yield node
    for field in fields(node):
        yield from _walk_value(getattr(node, field.name))


def _walk_value(value: Any) -> Iterator[Node]:
    if isinstance(value, tuple):
        for item in value:
            yield from _walk_value(item)
    elif isinstance(value, _NODES):
        yield from walk(value)


def _map_value(value: Any, change: Callable[[Node], Node]) -> Any:
    if isinstance(value, tuple):
        return tuple(_map_value(item, change) for item in value)
    return change(value) if isinstance(value, _NODES) else value


_NODES: Final = (
    Number,
    Symbol,
    Text,
    Hole,
    Script,
    Accent,
    Styled,
    Row,
    Fraction,
    Partial,
    Sum,
    Product,
    Power,
    Root,
    Call,
    BigSum,
    Delimited,
    Fence,
    Matrix,
    Cases,
    Underbrace,
    Dots,
    Relation,
)


def substitute_holes(node: Node, texts: Sequence[str]) -> Node:
    """``node`` with the number ``texts[column]`` in place of each hole.

    A text in parentheses, ``(-0.5)``, brings its parentheses along; none are added.
    Raises IndexError for a hole whose column has no text.
    """
    if isinstance(node, Hole):
        text = texts[node.column]
        if text.startswith("(") and text.endswith(")"):
            return parentheses(number(text[1:-1]))
        return number(text)
    if isinstance(node, Sum):
        signs = (texts[s.column] == "-" if isinstance(s, SignHole) else s for s, _ in node.terms)
        terms = (substitute_holes(term, texts) for _, term in node.terms)
        return Sum(tuple(zip(signs, terms, strict=True)))
    return map_children(node, lambda child: substitute_holes(child, texts))


def slashed(partial: Partial) -> Node:
    """A derivative token on one line, for a sentence: ``∂z/∂w`` with a slash."""
    round_d = Symbol("partial")
    return Row((round_d, partial.of, Symbol("slash"), round_d, partial.by))


def exponential(exponent: Node) -> Node:
    """``e`` to a power."""
    return Power(Symbol("e"), exponent)
