"""Which derivative an author means: along every way, or of one equation alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import mpmath

from derivgen.checking.evaluating.equality import close
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.values import NoValue, Real, Value, is_nothing
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import has_derivative


def as_meant(
    here: Standing, subject: t.Node | None, before: Sequence[t.Node], exact: Value | None
) -> Value | None:
    """The derivative by its own equation alone where only that is what the formula behind it comes to: of one
    step of a recurrence, whose other steps use the same weights."""
    if not isinstance(subject, t.Derivative) or exact is None:
        return exact
    for formula in before:
        if is_numeric(formula) or has_derivative(formula):
            continue
        with suppress(NoValue):
            value = here.actual.evaluate(formula)
            if close(value, exact):
                return exact
            alone = here.actual.evaluate(subject, "own")
            if close(value, alone) and not is_nothing(alone):
                return alone
    return exact


def along_a_path(
    here: Standing, subject: t.Node | None, exact: Real, agrees: Callable[[Real], bool]
) -> Real:
    """The product of the derivatives of single equations, one after the other, where that is what agrees with the
    numbers of a product of derivatives: in a recurrence each of them has other paths beside it."""
    if not isinstance(subject, t.Product) or agrees(exact):
        return exact
    product = mpmath.mpf(1)
    for factor in subject.factors:
        if not isinstance(factor, t.Derivative):
            return exact
        value = here.known_value(factor, "total" if _is_of_loss(here, factor) else "own")
        if value is None:
            return exact
        product *= value
    return product if agrees(product) else exact


def _is_of_loss(here: Standing, token: t.Derivative) -> bool:
    of = None if token.of is None else here.ledger.plain(token.of)
    return isinstance(of, t.Name) and of.key == here.actual.model.loss
