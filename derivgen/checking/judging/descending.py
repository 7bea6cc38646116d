"""A rule of training that is wrong itself: ``w^+ = w + eta dL/dw`` over numbers that go down all the same, and with a
minus over numbers that climb what is to be made large."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.judging.judge import Judge
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.training import says_uphill
from derivgen.checking.understanding.update_rules import unknown_step, uphill

#: verdicts of a number that is what it should be, but for its last digit
_RIGHT = (Verdict.CORRECT, Verdict.ROUNDING, Verdict.TRUNCATION)


def descending(model: DocumentModel, judge: Judge) -> Judge | None:
    """The document judged by plain gradient descent, where its own rule is another one, made of nothing but the
    rate and what the loss is computed from (``w + eta (y - a) x``), and its new values are those of descent."""
    if model.step is not unknown_step or model.loss is None or model.rate is None:
        return None
    rules = [rule for statement in judge.statements if (rule := _rule(statement, model))]
    # without one, what the tables have is no descent
    ancestry = Ancestry(model)
    before = {model.loss, model.rate, *ancestry.upstream(model.loss)}
    # deltas are computed from these as well
    before |= {
        key
        for rule in rules
        for side in rule
        for key in names_in(side)
        if model.definition(key) is not None and _rests_on(ancestry, key, before)
    }
    if not rules or not all(_is_plain(rule, model, before) for rule in rules):
        return None
    trial = judge.anew(judge.basis.by(_plain(model)))
    new = [draft for draft in trial.drafts if is_new_value(draft)]
    formulas = [draft for draft in new if draft.number is None]
    if formulas and all(draft.verdict is Verdict.CORRECT for draft in formulas):
        return trial
    # the rule itself may be what is wrong: the numbers say more
    numbers = [draft for draft in new if draft.number is not None]
    if not numbers and all(_is_of_the_rate(side, model) for rule in rules for side in rule):
        return trial
    return trial if mostly_right(numbers) else None


def climbing(model: DocumentModel, judge: Judge, words: str) -> Judge | None:
    """The document judged by gradient ascent, where it says that it climbs, all its new values do, and only its
    rule has a minus: that is one mistake, however often the rule is repeated."""
    if model.step is not None or model.loss is None or model.rate is None:
        return None
    numbers = [d for d in judge.drafts if is_new_value(d) and d.number is not None]
    wrong = [draft for draft in numbers if draft.verdict is Verdict.WRONG]
    if len(wrong) < 2 or len(wrong) < len(numbers) or not says_uphill(words, model.loss):
        return None
    trial = judge.anew(judge.basis.by(replace(model, step=uphill)))
    new = [draft for draft in trial.drafts if is_new_value(draft)]
    if not mostly_right([draft for draft in new if draft.number is not None]):
        return None
    rules = [d for d in new if d.number is None and d.verdict is Verdict.WRONG]
    for draft in rules[1:]:
        draft.cause = rules[0].id
    return trial


def _is_of_the_rate(side: t.Node, model: DocumentModel) -> bool:
    """True for ``w - dL/dw``, ``w - eta``, ``w - eta^2 dL/dw``: a step of nothing but the rate and the gradient is
    that of descent with a slip."""
    if not isinstance(side, t.Sum) or len(side.terms) != 2:
        return False
    (lost, kept), (_, step) = side.terms
    if lost or not isinstance(kept, t.Name) or is_numeric(step):
        return False
    tokens = [part for part in t.walk(step) if isinstance(part, t.Derivative)]
    if any(token.by != kept or token.of != t.Name(model.loss or "") for token in tokens):
        return False
    own = {model.rate, model.loss, kept.key} if tokens else {model.rate}
    return set(names_in(step)) <= own


def mostly_right(drafts: Collection[Draft]) -> bool:
    right = sum(draft.verdict in _RIGHT for draft in drafts)
    return right > 2 * sum(draft.verdict is Verdict.WRONG for draft in drafts)


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


def _rests_on(ancestry: Ancestry, key: str, before: Collection[str]) -> bool:
    """True for what is computed, over some steps, from nothing but some quantities."""
    model = ancestry.model
    return all(
        above in before or model.is_parameter(above) or model.definition(above) is not None
        for above in ancestry.upstream(key)
    )


def _is_plain(rule: Iterable[t.Node], model: DocumentModel, before: Collection[str]) -> bool:
    """False for a rule with more in it than the rate and what the loss is computed from: a velocity."""
    return all(
        name in before or model.is_parameter(name) for side in rule for name in names_in(side)
    )


def is_new_value(draft: Draft) -> bool:
    subject = draft.subject
    new = isinstance(subject, t.Name) and subject.mark in UPDATE_MARKS
    return new and draft.operand is None
