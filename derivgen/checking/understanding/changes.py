"""Changes of parameters, ``\\Delta w_1 = \\eta \\delta x_1``: what is taken from, or added to, a parameter in a step.

What an author says that a change is may be wrong itself.  Where others are the learning rate times the gradient, or
that with a minus, all of them are meant to be."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import mpmath

from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.equality import DIGITS, Equality
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.update_rules import RATE_WORDS

_SIGN = "Delta_"
#: the mark of a new value
_NEW = "+"
#: more are not looked at
MOST = 60


def with_changes(model: DocumentModel, budget: Budget) -> DocumentModel:
    """The model with the rule for all changes that are one factor times another, and with its learning rate; where
    there is no loss to descend, with new values that the changes are added to."""
    changes = {
        key: node
        for key, node in model.definitions.items()
        if key.startswith(_SIGN) and _is_leaf(model, key.removeprefix(_SIGN))
    }
    if model.loss is None:
        return _added(model, changes)
    rates = {key for node in changes.values() for key in t.names_in(node)} & set(RATE_WORDS)
    if len(rates) != 1 or not 1 < len(changes) <= MOST:
        return model
    (rate,) = rates
    if model.definition(rate) is not None or model.rate not in (None, rate):
        return model
    ways = [_rule(model.loss, rate, changes, up) for up in (True, False)]
    best = max(ways, key=lambda way: len(_agreeing(model, way, changes, budget)))
    agreeing = _agreeing(model, best, changes, budget)
    others = changes.keys() - agreeing
    # one that is without the rate is a slip only beside several with it
    rated = all(rate in t.names_in(changes[key]) for key in others)
    few = len(others) <= len(agreeing) if rated else 2 * len(others) <= len(agreeing)
    if not agreeing or not few or not all(_is_product(changes[key]) for key in others):
        return model
    return replace(model, definitions={**model.definitions, **best}, rate=rate)


def changes_of(model: DocumentModel) -> frozenset[str]:
    """The changes that are the learning rate times the gradient."""
    return frozenset(
        key
        for key, node in model.definitions.items()
        if key.startswith(_SIGN) and t.has_derivative(node) and model.rate in (*t.names_in(node),)
    )


def _added(model: DocumentModel, changes: Mapping[str, t.Node]) -> DocumentModel:
    """The delta rule: ``\\Delta w = \\eta (t - y) x`` is what w grows by, where nothing else says what it becomes."""
    keys = [key.removeprefix(_SIGN) for key in changes]
    grown = {
        key: key + _NEW for key in keys if model.is_parameter(key) and key not in model.renewed
    }
    made = {
        new: t.Sum(((False, t.Name(key)), (False, t.Name(_SIGN + key))))
        for key, new in grown.items()
    }
    definitions = {**model.definitions, **made}
    return replace(model, definitions=definitions, renewed={**model.renewed, **grown})


def _is_leaf(model: DocumentModel, key: str) -> bool:
    return model.known(key) and model.definition(key) is None


def _rule(loss: str, rate: str, keys: Mapping[str, t.Node], up: bool) -> dict[str, t.Node]:
    made: dict[str, t.Node] = {}
    for key in keys:
        token = t.Derivative(t.Name(loss, written=loss), t.Name(key.removeprefix(_SIGN)))
        step = t.Product((t.Name(rate, written=rate), token))
        made[key] = step if up else t.Negated(step)
    return made


def _agreeing(
    model: DocumentModel, rule: Mapping[str, t.Node], said: Mapping[str, t.Node], budget: Budget
) -> set[str]:
    equality = Equality(model, budget)
    found: set[str] = set()
    with mpmath.workdps(DIGITS):
        for key, node in said.items():
            budget.begin()
            with suppress(OutOfWork):
                if equality.plainly(node, rule[key]):
                    found.add(key)
    return found


def _is_product(node: t.Node) -> bool:
    return isinstance(node.body if isinstance(node, t.Negated) else node, t.Product)
