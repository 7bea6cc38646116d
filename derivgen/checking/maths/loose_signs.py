"""What authors write without the brackets that the rules of arithmetic ask for: ``-0.46^2`` for the square of -0.46,
``d/dw x^2 w^2 - 2 w`` for the derivative of the whole sum; and a star for the product cell by cell, as programs have it.
What a line says with it tells which is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt


def with_squared_signs(node: t.Node) -> t.Node:
    """The same formula with the sign of every negative number that is raised to an even power inside that power."""
    if isinstance(node, t.Negated) and _is_even_power(node.body):
        return _with_sign_inside(node.body, node.span)
    if isinstance(node, t.Sum) and node.terms[0][0] and _is_even_power(node.terms[0][1]):
        (_, first), *others = node.terms
        first = _with_sign_inside(first, first.span)
        rest = ((minus, with_squared_signs(body)) for minus, body in others)
        return replace(node, terms=((False, first), *rest))
    return rebuilt(node, with_squared_signs)


def with_whole_sums(node: t.Node) -> t.Node:
    """The same formula with each operator ``d/dw`` that stands before a sum before the whole of it."""
    if not isinstance(node, t.Sum):
        return rebuilt(node, with_whole_sums)
    (negative, first), *rest = node.terms
    if negative or not isinstance(first, t.Derivative) or isinstance(first.of, t.Name | None):
        return rebuilt(node, with_whole_sums)
    return replace(first, of=t.Sum(((False, first.of), *rest), node.span), span=node.span)


def with_stars_by_cell(node: t.Node) -> t.Node:
    """The same formula with each product that has a sign cell by cell: ``dL/dH * (1 - H^2)`` for square matrices."""
    made = rebuilt(node, with_stars_by_cell)
    return replace(made, sign="o") if isinstance(made, t.Product) and made.sign == "*" else made


def with_outer_products(node: t.Node) -> t.Node:
    """The same formula with each product cell by cell as that of a column and a row: ``delta (x) x``, where the sign
    in a circle is a cross."""
    made = rebuilt(node, with_outer_products)
    if not isinstance(made, t.Product) or made.sign != "o" or len(made.factors) != 2:
        return made
    column, row = made.factors
    return replace(made, factors=(column, t.Transposed(row)), sign="")


def _is_even_power(node: t.Node) -> bool:
    if not isinstance(node, t.Power) or not isinstance(node.base, t.Number):
        return False
    exponent = node.exponent
    return isinstance(exponent, t.Number) and exponent.value > 0 and exponent.value % 2 == 0


def _with_sign_inside(power: t.Node, span: t.Span) -> t.Node:
    assert isinstance(power, t.Power)
    return replace(power, base=t.Negated(power.base, span), span=span)


#: the ways to read a formula otherwise, in the order in which they are tried
LOOSE: Sequence[Callable[[t.Node], t.Node]] = (with_squared_signs, with_whole_sums)


def loose_readings(text: str, *, numeric: bool) -> Sequence[Callable[[t.Node], t.Node]]:
    """The ways in which a formula with this text may be read otherwise; ``numeric`` says that numbers alone stand in
    it, which are no arrays."""
    stars = () if numeric else (with_stars_by_cell,)
    crosses = (with_outer_products,) if "otimes" in text or "⊗" in text else ()
    return (*LOOSE, *stars, *crosses)
