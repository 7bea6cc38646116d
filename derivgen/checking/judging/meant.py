"""Which derivative an author means: along every way, or of one equation alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from derivgen.checking.evaluating.equality import close
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.values import NoValue, Value, is_nothing
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
