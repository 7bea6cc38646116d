"""A new value by a rule of training that keeps numbers of its own, from the gradients as they were printed.

Such a rule makes much of a rounding: where a gradient was printed as 0 and carried on, what is kept of it
stays 0, and the first step that is none goes the whole way.
"""

from __future__ import annotations

import mpmath

from derivgen.checking.drafts import Entry, Ledger
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import Printed
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import NoValue, Value
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t


def remembered_step(here: Standing, subject: t.Node) -> tuple[Value | None, list[Entry]]:
    """The new value of a parameter from its gradients as printed, in this step and in all before it, and the prints
    of these; no value where one of them is not shown, or where the rule keeps nothing."""
    model = here.actual.model
    if not isinstance(subject, t.Name) or subject.mark not in UPDATE_MARKS:
        return None, []
    if model.step is None or not model.is_parameter(subject.key):
        return None, []
    ledgers, worlds = here.ledger.history, here.actual.history
    if len(ledgers) != len(worlds):
        return None, []  # it came to this step without showing those before
    world, used = worlds[0], list[Entry]()
    try:
        for ledger in ledgers:
            tokens = gradients(model, ledger, subject)
            slope = last_printed(ledger, tokens[0]) if tokens else None
            old = last_printed(ledger, t.Name(subject.key))
            if slope is None:
                return None, []
            if old is not None:
                world = world.with_data({subject.key: old[0]})
            world = world.stepped({subject.key: slope[0]})
            used += [entry for _, entry in filter(None, (old, slope))]
        return world.value(subject.key), used
    except NoValue:
        return None, []


def gradients(model: Model, ledger: Ledger, parameter: t.Name) -> list[t.Derivative]:
    """The derivative tokens of the loss by a parameter whose values were printed, the last first."""
    loss = model.own_losses.get(parameter.key, model.loss)
    own = None if loss is None else ledger.plain(t.Name(loss))
    return [
        token
        for token in ledger.derivatives_by(parameter.key)
        if isinstance(token.of, t.Name) and ledger.plain(token.of) == own
    ]


def last_printed(ledger: Ledger, subject: t.Node) -> tuple[Value, Entry] | None:
    """What was printed last as the value of something: a number, or a matrix."""
    entries = ledger.of(subject)
    if entries:
        return v.constant(entries[-1].printed.value), entries[-1]
    matrix = ledger.matrices.get(ledger.plain(subject))
    if matrix is None:
        return None
    value, claim, _ = matrix
    return value, Entry(subject, Printed(mpmath.mpf(0), 0, ""), claim, None)
