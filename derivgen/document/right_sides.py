"""The right side of one element's equation, its sums written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import sympy

from derivgen.derivation.instances import Instance, TermInstance
from derivgen.formula.build import add, call, exponential, fraction, multiply, negate, subtract
from derivgen.formula.from_sympy import share
from derivgen.formula.tree import Delimited, Dots, Node, Symbol
from derivgen.network.model import Largest, Softmax, Terms
from derivgen.notation import Entry

#: how an expression over elements is shown
Shown = Callable[[sympy.Expr, Mapping[sympy.Symbol, Entry]], Node]


def right_side(own: Instance, shown: Shown, sign: Literal["none", "dot"]) -> Node:
    """The right side of an element's equation, sums written out and elided where long; ``sign`` stands
    between the factors of a product."""

    def part(one: TermInstance) -> Node:
        return shown(one.expression, one.entries)

    parts = [part(p) for p in own.summands]
    match own.equation.body:
        case Terms():
            return add(*_grouped(own, part, sign))
        case Largest():
            return call(Symbol("max"), *_with_dots(parts, own.summands, "low"))
        case Softmax(log=log):
            assert own.own is not None
            mine = part(own.own)
            exponentials = _with_dots([exponential(p) for p in parts], own.summands, "center")
            total = add(*exponentials)
            if log:
                return subtract(mine, call(Symbol("ln"), total))
            return fraction(exponential(mine), total)


def _grouped(
    own: Instance, part: Callable[[TermInstance], Node], sign: Literal["none", "dot"]
) -> list[Node]:
    """The summands; those of one sum sign with a coefficient in brackets behind it."""
    groups: dict[int, list[TermInstance]] = {}
    for one in own.summands:
        groups.setdefault(one.group, []).append(one)
    terms: list[Node] = []
    for members in groups.values():
        coefficient = members[0].coefficient
        parts = [part(p) for p in members]
        if coefficient == 1:
            terms.extend(_with_dots(parts, members, "center"))
            continue
        if len(members) > 1:
            inner = Delimited(add(*_with_dots(parts, members, "center")), "bracket")
            factor = share(abs(coefficient))
            scaled = multiply([factor, inner], "none") if abs(coefficient) != 1 else inner
            terms.append(negate(scaled) if coefficient < 0 else scaled)
            continue
        parts = [_scaled(coefficient, body, sign) for body in parts]
        terms.extend(_with_dots(parts, members, "center"))
    return terms


def _scaled(coefficient: sympy.Rational, body: Node, sign: Literal["none", "dot"]) -> Node:
    """One term with its coefficient: 1/2 (y - a)^2."""
    size = abs(coefficient)
    scaled = multiply([share(size), body], sign) if size != 1 else body
    return negate(scaled) if coefficient < 0 else scaled


def _with_dots(
    parts: Sequence[Node], members: Sequence[TermInstance], kind: Literal["center", "low"]
) -> list[Node]:
    """The parts, with dots where some are left out."""
    found: list[Node] = []
    for part, one in zip(parts, members, strict=True):
        found += [Dots(kind), part] if one.behind_gap else [part]
    return found
