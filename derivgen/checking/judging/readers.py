"""A derivative from those by what is computed next, as they were printed: ``dL/da_1`` from ``dL/dh_1``."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import permutations

import mpmath

from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.values import NoValue, Real, Value
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt

#: by how many quantities a derivative is summed
MOST_READERS = 20
#: how many quantities may be a derivative by another name, and how near they are to it
MOST_NAMES, WHOLE = 100, mpmath.mpf("1e-15")
#: how many quantities in a row may have no printed derivative
DEEPEST = 2


def through_readers(here: Standing, token: t.Derivative, deepest: int = DEEPEST) -> list[t.Node]:
    """``dL/dh_1`` by what is computed from h_1 next: ``dL/da_2 da_2/dh_1``, a term for each such quantity, further on
    where no dL/da_2 was printed; nothing where one of them is computed from another."""
    terms: list[t.Node] = []
    for name in _readers(here, token):
        slope = here.known_value(t.Derivative(name, token.by))
        if slope is None:
            return []
        own = t.Derivative(token.of, name)
        above: list[t.Node] = []
        if not here.printed_for(own) and here.printed_cell(own) is None:
            above = _by_another_name(here, own)
            if deepest and not above:
                above = through_readers(here, own, deepest - 1)
        terms.append(t.Product((above[0] if above else own, _number(slope))))
    return [t.Sum(tuple((False, term) for term in terms))] if terms else []


def _by_another_name(here: Standing, token: t.Derivative) -> list[t.Node]:
    """A quantity that was printed and is the same number, as a delta is."""
    value = here.known_value(token)
    if not value:
        return []
    for node in list(here.ledger.by_subject)[:MOST_NAMES]:
        if not isinstance(node, t.Name) or node.mark:
            continue
        if here.actual.model.definition(node.key) is not None:
            other = here.known_value(node)
            if other is not None and abs(other - value) < WHOLE * abs(value):
                return [node]
    return []


def with_readers(here: Standing, node: t.Node) -> t.Node:
    """A formula in which derivatives that were not printed come from those that were: ``x dL/da`` where dL/dh is the
    last one that stands there."""
    if not isinstance(node, t.Derivative):
        return rebuilt(node, partial(with_readers, here))
    matrix = here.ledger.matrices.get(here.ledger.plain(node))
    if matrix is not None or here.printed_for(node) or here.printed_cell(node) is not None:
        return node
    found = through_readers(here, node)
    return found[0] if found else node


def through_printed_arrays(
    here: Standing, token: t.Derivative
) -> tuple[Value | None, list[int | None]]:
    """The same for arrays: its value by the derivatives that were printed, and their claims; no value where one
    of them was not printed."""
    terms: list[t.Node] = []
    claims: list[int | None] = []
    for name in _readers(here, token):
        matrix = here.ledger.matrices.get(here.ledger.plain(t.Derivative(token.of, name)))
        if matrix is None:
            return None, []
        terms.append(t.Call("#total", (t.Product((matrix[2], name), "o"),)))
        claims.append(matrix[1])
    if not terms:
        return None, []
    weighed = t.Sum(tuple((False, term) for term in terms))
    try:
        return here.actual.evaluate(t.Derivative(weighed, token.by)), claims
    except NoValue:
        return None, []


def _readers(here: Standing, token: t.Derivative) -> list[t.Name]:
    """What is computed from something directly, on the way to what is differentiated; nothing where one of them
    is computed from another."""
    top, by = token.of, token.by
    if not isinstance(top, t.Name) or not isinstance(by, t.Name) or top.mark or by.mark:
        return []
    ancestry = here.actual.ancestry
    if by.key in ancestry.reads(top.key):
        return []
    readers = [key for key in ancestry.between(top.key, by.key) if by.key in ancestry.reads(key)]
    apart = len(readers) <= MOST_READERS
    if not apart or any(ancestry.leads(one, other) for one, other in permutations(readers, 2)):
        return []
    return [t.Name(key, written=key) for key in readers]


def _number(value: Real) -> t.Node:
    number = t.Number("", Fraction(mpmath.nstr(abs(value), DIGITS)))
    return t.Negated(number) if value < 0 else number
