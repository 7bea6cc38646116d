"""A sign before a name that makes it the gradient by what it names: ``\\delta out_0`` beside ``out_0``.

Read by itself it is a product of delta and out_0.  It is a sign where delta stands nowhere but right before a name,
and begins several lines so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

_SIGN = "delta"
#: how many lines begin with such a name at least
FEWEST = 2


def with_signs_for_gradients(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with one name, ``dout_0``, for the sign and what it stands before."""
    heads = [s.left for s in statements if not s.chain.continued and len(s.members) > 1]
    begun = [left for left in heads if isinstance(left, t.Product) and _pairs(left) == 1]
    # an equation such as delta x = 0.3 says something of a product where delta is a quantity
    if len(begun) < FEWEST or any(_alone(member) for s in statements for member in s.members):
        return tuple(statements)
    return tuple(statement.mapped(_named) for statement in statements)


def _pairs(product: t.Product) -> int:
    """2 for a sign and a name with more behind them, 1 for just these, 0 for another product."""
    if product.sign or not _is_pair(product.factors, 0):
        return 0
    return min(len(product.factors) - 1, 2)


def _is_pair(factors: Sequence[t.Node], at: int) -> bool:
    pair = factors[at : at + 2]
    return len(pair) == 2 and _is_sign(pair[0]) and isinstance(pair[1], t.Name) and not pair[1].mark


def _is_sign(node: t.Node) -> bool:
    return isinstance(node, t.Name) and node.key == _SIGN and not node.mark


def _alone(node: t.Node) -> bool:
    """True where the sign stands by itself somewhere in a formula."""
    if _is_sign(node):
        return True
    if isinstance(node, t.Product) and not node.sign:
        factors = node.factors
        paired = {n for at in range(len(factors)) if _is_pair(factors, at) for n in (at, at + 1)}
        return any(_alone(factor) for at, factor in enumerate(factors) if at not in paired)
    return any(map(_alone, t.children(node)))


def _named(node: t.Node) -> t.Node:
    if isinstance(node, t.Product) and not node.sign:
        factors = tuple(map(_named, _joined(node.factors)))
        return factors[0] if len(factors) == 1 else replace(node, factors=factors)
    return rebuilt(node, _named)


def _joined(factors: Sequence[t.Node]) -> Iterator[t.Node]:
    at = 0
    while at < len(factors):
        sign, name = factors[at], factors[min(at + 1, len(factors) - 1)]
        if _is_pair(factors, at) and isinstance(sign, t.Name) and isinstance(name, t.Name):
            written, span = f"{sign.written} {name.written}", (sign.span[0], name.span[1])
            yield t.Name(f"d{name.key}", "", written, span)
            at += 2
        else:
            yield factors[at]
            at += 1
