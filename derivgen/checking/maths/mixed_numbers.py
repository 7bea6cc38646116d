"""``2\\tfrac13`` read as a mixed number: two and a third, where the parser reads a product.

Both are written so (the 2 of a square and the half of a loss stand side by side as well); what a line says
with them tells which is meant."""

from __future__ import annotations

from dataclasses import replace

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt


def with_mixed_numbers(node: t.Node) -> t.Node:
    """The same formula with every whole number that stands right before a proper fraction added to it."""
    if isinstance(node, t.Product) and _is_mixed(node):
        whole, part, *rest = node.factors
        mixed = t.Sum(((False, whole), (False, part)), (whole.span[0], part.span[1]))
        return replace(node, factors=(mixed, *rest)) if rest else mixed
    return rebuilt(node, with_mixed_numbers)


def is_mixed_number(node: t.Node) -> bool:
    """True for what :func:`with_mixed_numbers` makes of a mixed number that stands alone, with its sign."""
    body = node.body if isinstance(node, t.Negated) else node
    if not isinstance(body, t.Sum) or len(body.terms) != 2:
        return False
    (minus, whole), (negative, part) = body.terms
    return not minus and not negative and _is_mixed(t.Product((whole, part), ""))


def _is_mixed(node: t.Product) -> bool:
    whole, part, *_ = node.factors
    if node.sign or not _is_whole(whole) or not isinstance(part, t.Quotient):
        return False
    top, bottom = part.top, part.bottom
    if not (isinstance(top, t.Number) and isinstance(bottom, t.Number)):
        return False
    return _is_whole(top) and _is_whole(bottom) and 0 < top.value < bottom.value


def _is_whole(node: t.Node) -> bool:
    return isinstance(node, t.Number) and node.text.isdigit()
