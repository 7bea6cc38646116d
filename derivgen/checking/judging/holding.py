"""Equations that hold where a document stands, or with names in place of the numbers that were printed for them."""

from __future__ import annotations

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.equality import Equality, close
from derivgen.checking.evaluating.printed import is_numeric, is_printed
from derivgen.checking.evaluating.values import NoValue
from derivgen.checking.judging.basis import Basis
from derivgen.checking.judging.standing import Standing
from derivgen.checking.judging.symbols import SymbolJudge
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt

#: how many numbers, and names for each, are tried as what was put in among names
MOST_PUT_IN = 6


def holds_with_names(
    standing: Standing, symbols: SymbolJudge, subject: t.Node, body: t.Node
) -> bool:
    """True for ``dL/da = -2 b`` where -2 is what was printed for dL/de, and ``dL/de b`` is right."""
    if not isinstance(subject, t.Derivative) or is_numeric(body):
        return False
    by_value = standing.ledger.by_value
    parts = [p for p in t.walk(body) if isinstance(p, t.Number) and not p.decimals]
    for part in parts[:MOST_PUT_IN]:
        same = [entry.subject for entry in by_value.get(mpmath.mpf(int(part.value)), ())]
        other = [entry.subject for entry in by_value.get(-mpmath.mpf(int(part.value)), ())]
        named: list[t.Node] = [node for node in same if isinstance(node, t.Derivative)]
        named += [t.Negated(node) for node in other if isinstance(node, t.Derivative)]
        for name in list(dict.fromkeys(named))[:MOST_PUT_IN]:
            if symbols.sides.compare(subject, _put(body, part, name)):
                return True
    return False


def holds_here(basis: Basis, standing: Standing, subject: t.Node, body: t.Node) -> bool:
    """True for a formula of the case that holds after the steps of training so far, and for one that is exact for
    the stated values and means no others: with given numbers in place of some names, at a kink, or of two
    derivatives that are the same number."""
    world = standing.actual
    if (world.step or world.stated) and Equality(basis.model, basis.budget, world).compare(
        subject, body
    ):
        return True
    numbers = any(isinstance(part, t.Matrix) and is_printed(part) for part in t.walk(body))
    alike = isinstance(subject, t.Derivative) and isinstance(body, t.Derivative)
    if not (numbers or alike or basis.share is not None):
        return False
    try:
        left, right = map(world.evaluate, (subject, body))
        return (alike or not v.is_nothing(left)) and close(left, right)
    except NoValue:
        return False


def _put(node: t.Node, part: t.Node, other: t.Node) -> t.Node:
    """A formula with something else for one of its parts."""
    return other if node is part else rebuilt(node, lambda child: _put(child, part, other))
