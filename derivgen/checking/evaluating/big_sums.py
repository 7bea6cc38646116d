"""Sums, products, means and maxima over an index: their values, and the same with all terms written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import mpmath

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.resolving import Open, index_values
from derivgen.checking.evaluating.values import Array, Dual, NoValue, Shapes, Value
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt

if TYPE_CHECKING:
    from derivgen.checking.evaluating.evaluation import Frame

#: how many terms a sum with an index may have
LONGEST_SUM = 2_000


def big_sum(frame: Frame, node: t.BigSum) -> Value:
    """The value of a sum, product, mean or maximum over an index.  Raises NoValue."""
    terms = []
    left_out = isinstance(node.body, t.Cases)
    for here in _ranges(frame, node):
        indices = {**frame.indices, **here}
        body = ix.chosen(node.body, indices)
        left_out = left_out and isinstance(body, t.Number)
        terms.append(replace(frame, indices=indices).evaluate(body))
    if left_out:
        raise Open(f"the range of {node.index} is not known")
    if node.sign == "mean":
        whole = terms[0]
        if node.index is None and isinstance(whole, Array):
            if not whole.is_vector:
                raise Open("over which side of the matrix the mean runs is not said")
            return v.divide(v.total(whole.cells()), v.constant(whole.size))
        return v.combined(v.divide, _added(terms), v.constant(len(terms)))
    if node.sign == "sum":
        return _added(terms)
    numbers = [term for term in map(v.simplest, terms) if isinstance(term, Dual)]
    if len(numbers) < len(terms):
        raise Shapes("a product of matrices over an index")
    return v.product(numbers) if node.sign == "prod" else v.largest(numbers)


def _added(terms: list[Value]) -> Value:
    found = terms[0]
    for term in terms[1:]:
        found = v.combined(v.add, found, term)
    if len(terms) == 1 and isinstance(found, Array) and found.is_vector:
        return v.total(found.cells())  # a sum without an index runs over what it stands before
    return found


def _ranges(frame: Frame, node: t.BigSum) -> list[dict[str, int]]:
    """The values of the index, as stated or as the names under the sum have them."""
    if node.index is None:
        return [{}]
    if node.lower is not None and node.upper is not None:
        low, high = frame.number(node.lower).value, frame.number(node.upper).value
        if high - low > LONGEST_SUM:
            raise NoValue("a sum of too many terms")
        if low != mpmath.floor(low) or high != mpmath.floor(high):
            raise NoValue("the bounds of a sum are no whole numbers")
        if high < low:
            raise Open(f"the range of {node.index} is empty")
        letters = node.index.split(",")
        if (high - low + 1) ** len(letters) > LONGEST_SUM:
            raise NoValue("a sum of too many terms")
        run = product(range(int(low), int(high) + 1), repeat=len(letters))
        return [dict(zip(letters, numbers, strict=True)) for numbers in run]
    frame.world.budget.spend(10)
    found = index_values(frame.world.model, node, frame.indices)
    if not found:
        raise Open(f"the range of {node.index} is not known")
    return found


def written_out(frame: Frame, node: t.Node) -> t.Node:
    """A formula with the terms of each sum over an index whose range is known."""
    node = rebuilt(node, partial(written_out, frame))
    if not isinstance(node, t.BigSum) or node.index is None or node.sign == "max":
        return node
    try:
        ranges = _ranges(frame, node)
    except NoValue:
        return node
    frame.world.budget.spend(len(ranges))
    model = frame.world.model
    return _of_terms(node, [_by_own_keys(model, ix.at(node.body, here)) for here in ranges])


def _by_own_keys(model: Model, node: t.Node) -> t.Node:
    """A formula in which what an index letter has led to goes by the key that the model has for it."""
    if isinstance(node, t.Name):
        return replace(node, key=model.plain(node.key))
    return rebuilt(node, partial(_by_own_keys, model))


def _of_terms(node: t.BigSum, terms: Sequence[t.Node]) -> t.Node:
    if len(terms) == 1:
        return terms[0]
    if node.sign == "prod":
        return t.Product(tuple(terms), "*", node.span)
    total = t.Sum(tuple((False, term) for term in terms), node.span)
    if node.sign == "sum":
        return total
    count = t.Number(str(len(terms)), Fraction(len(terms)), 0, node.span)
    return t.Quotient(total, count, node.span)
