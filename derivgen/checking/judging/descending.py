"""A rule of training that is wrong itself: ``w^+ = w + eta dL/dw`` over numbers that go down all the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.judging.judge import Judge
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.update_rules import unknown_step

#: verdicts of a number that is what it should be, but for its last digit
_RIGHT = (Verdict.CORRECT, Verdict.ROUNDING, Verdict.TRUNCATION)


def descending(model: DocumentModel, judge: Judge) -> Judge | None:
    """The document judged by plain gradient descent, where its own rule is another one, made of nothing but the
    old value, the rate and the gradient, and the new values that it prints are those of descent."""
    if model.step is not unknown_step or model.loss is None or model.rate is None:
        return None
    rules = [rule for statement in judge.statements if (rule := _rule(statement, model))]
    # without one, what the tables have is no descent
    if not rules or not all(_is_plain(rule, model) for rule in rules):
        return None
    with mpmath.workdps(DIGITS):
        trial = Judge(
            _plain(model),
            judge.statements,
            own=True,
            budget=judge.budget,
            policy=judge.policy,
        )
        trial.run()
    new = [draft for draft in trial.drafts if _is_new_value(draft)]
    right = sum(draft.verdict in _RIGHT for draft in new)
    wrong = sum(draft.verdict is Verdict.WRONG for draft in new)
    return trial if right > 2 * wrong else None


def _plain(model: DocumentModel) -> DocumentModel:
    """The model with plain gradient descent, also for parameters with a rule of their own."""
    own = {key: new for key, new in model.renewed.items() if model.is_parameter(key)}
    rules = set(own.values())
    return replace(
        model,
        step=None,
        renewed={key: new for key, new in model.renewed.items() if key not in own},
        definitions={key: node for key, node in model.definitions.items() if key not in rules},
    )


def _rule(statement: Statement, model: DocumentModel) -> list[t.Node]:
    """The formulas with names that a statement has for the new value of a parameter."""
    left = statement.left
    if not isinstance(left, t.Name) or left.mark not in UPDATE_MARKS:
        return []
    if not model.is_parameter(left.key):
        return []
    sides = (segment.body for segment in statement.chain.segments[1:])
    return [side for side in sides if not is_numeric(side)]


def _is_plain(rule: Iterable[t.Node], model: DocumentModel) -> bool:
    """False for a rule with more in it than the parameters, the rate and derivatives of the loss: a velocity."""
    return all(
        name == model.rate or name == model.loss or model.is_parameter(name)
        for side in rule
        for name in names_in(side)
    )


def _is_new_value(draft: Draft) -> bool:
    subject = draft.subject
    return (
        draft.number is not None
        and draft.operand is None
        and isinstance(subject, t.Name)
        and subject.mark in UPDATE_MARKS
    )
