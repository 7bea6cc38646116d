"""Formulas brought to a form in which an author's and a network's can be laid side by side.

Signs, quotients and scalings become numbers and powers, sums and products are flat, a sigmoid or a
rectifier that is written out is the function.  What stands between them is unimportant: transposition
marks and sum signs go, since names are compared and not shapes of arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from derivgen.checking.maths import tree as t

Kind = Literal["name", "number", "sum", "product", "power", "call", "other"]

#: formulas of more parts than this are not looked into
MOST_PARTS = 4000


@dataclass(frozen=True, slots=True)
class Shape:
    """A node: ``label`` is a name's key, a number's value or a function's word.

    The terms of a sum carry their signs in ``signs`` (True for minus)."""

    kind: Kind
    label: str | Fraction = ""
    parts: tuple[Shape, ...] = ()
    signs: tuple[bool, ...] = ()

    def names(self) -> Iterator[str]:
        """The keys of the names in it, from left to right."""
        waiting = [self]
        while waiting:
            here = waiting.pop()
            if here.kind == "name":
                yield str(here.label)
            waiting.extend(reversed(here.parts))


def renamed(shape: Shape, names: Mapping[str, str]) -> Shape:
    """A shape with some of its names changed."""
    if shape.kind == "name":
        return replace(shape, label=names.get(str(shape.label), shape.label))
    if not shape.parts:
        return shape
    return replace(shape, parts=tuple(renamed(part, names) for part in shape.parts))


OTHER = Shape("other")
ONE = Shape("number", Fraction(1))


def shape_of(node: t.Node, expand: Callable[[t.BigSum], t.Node | None] | None = None) -> Shape:
    """The shape of a formula; ``expand`` writes out a sum sign where it can."""
    size = 0
    for size, _ in enumerate(t.walk(node), start=1):
        if size > MOST_PARTS:
            return OTHER
    return _shape(node, expand or (lambda _: None))


def _shape(node: t.Node, expand: Callable[[t.BigSum], t.Node | None]) -> Shape:
    match node:
        case t.Number(_, value):
            return Shape("number", value)
        case t.Name(key, mark):
            return Shape("name", key + mark)
        case t.Negated(body):
            return summed([(True, _shape(body, expand))])
        case t.Transposed(body):
            return _shape(body, expand)
        case t.BigSum(body, sign=sign):
            written = expand(node)
            if written is not None and not isinstance(written, t.BigSum):
                return _shape(written, expand)
            return _shape(body, expand) if sign in ("sum", "mean") else OTHER
        case t.Sum(terms):
            return summed([(negative, _shape(body, expand)) for negative, body in terms])
        case t.Product(factors):
            return multiplied([_shape(factor, expand) for factor in factors])
        case t.Quotient(top, bottom):
            above, below = _shape(top, expand), _shape(bottom, expand)
            return _written_out(multiplied([above, inverse(below)]))
        case t.Power(base, exponent):
            return power(_shape(base, expand), _shape(exponent, expand))
        case t.Call("ones", ()):
            return ONE  # it spreads a number, or adds up as a sum does
        case t.Call(function, arguments, primes) if not primes:
            parts = tuple(_shape(argument, expand) for argument in arguments)
            if function in ("dot", "sum", "transpose", "mean"):
                return multiplied(list(parts)) if function == "dot" else parts[0]
            if function == "max" and len(parts) == 2 and _is_number(parts[0], 0):
                return Shape("call", "relu", parts[1:])
            if function == "max" and len(parts) == 2 and _is_number(parts[1], 0):
                return Shape("call", "relu", parts[:1])
            return Shape("call", "relu" if function == "positive_part" else function, parts)
    return OTHER


def summed(terms: list[tuple[bool, Shape]]) -> Shape:
    """A flat sum; one positive term is itself, a single negative one a product with -1."""
    flat: list[tuple[bool, Shape]] = []
    for negative, body in terms:
        if body.kind == "sum":
            flat += [
                (negative != sign, part) for sign, part in zip(body.signs, body.parts, strict=True)
            ]
            continue
        number = _number_of(body)
        if number is not None and number < 0:
            flat.append((not negative, multiplied([body, Shape("number", Fraction(-1))])))
        else:
            flat.append((negative, body))
    if len(flat) == 1:
        ((negative, body),) = flat
        return multiplied([Shape("number", Fraction(-1)), body]) if negative else body
    return Shape("sum", "", tuple(b for _, b in flat), tuple(n for n, _ in flat))


def _number_of(shape: Shape) -> Fraction | None:
    """The number that a shape is or begins with."""
    if shape.kind == "product":
        shape = shape.parts[0]
    return shape.label if shape.kind == "number" and isinstance(shape.label, Fraction) else None


def multiplied(factors: list[Shape]) -> Shape:
    """A flat product whose numbers are one, in front; 1 and a single factor are left out."""
    number = Fraction(1)
    rest: list[Shape] = []
    waiting = list(reversed(factors))
    while waiting:
        factor = waiting.pop()
        if factor.kind == "product":
            waiting.extend(reversed(factor.parts))
        elif factor.kind == "number" and isinstance(factor.label, Fraction):
            number *= factor.label
        else:
            rest.append(factor)
    if number != 1 or not rest:
        rest.insert(0, Shape("number", number))
    return rest[0] if len(rest) == 1 else Shape("product", "", tuple(rest))


def inverse(shape: Shape) -> Shape:
    """1 over a shape."""
    if shape.kind == "number" and shape.label:
        return Shape("number", 1 / Fraction(shape.label))
    if shape.kind == "product":
        return multiplied([inverse(part) for part in shape.parts])
    return power(shape, Shape("number", Fraction(-1)))


def power(base: Shape, exponent: Shape) -> Shape:
    """A power; one of a call of exp is taken as it stands."""
    if _is_number(exponent, 1):
        return base
    if base.kind == "name" and base.label == "e":
        return Shape("call", "exp", (exponent,))
    return Shape("power", "", (base, exponent))


def _is_number(shape: Shape, value: int) -> bool:
    return shape.kind == "number" and shape.label == value


def _written_out(shape: Shape) -> Shape:
    """``1/(1 + exp(-z))`` as the sigmoid of z."""
    if shape.kind != "power" or not _is_number(shape.parts[1], -1):
        return shape
    inner = shape.parts[0]
    if inner.kind != "sum" or len(inner.parts) != 2 or any(inner.signs):
        return shape
    for one, other in (inner.parts, inner.parts[::-1]):
        if _is_number(one, 1) and other.kind == "call" and other.label == "exp":
            return Shape("call", "sigmoid", (negative(other.parts[0]),))
    return shape


def negative(shape: Shape) -> Shape:
    """The negation of a shape."""
    if shape.kind == "sum":
        return Shape("sum", "", shape.parts, tuple(not sign for sign in shape.signs))
    return multiplied([Shape("number", Fraction(-1)), shape])
