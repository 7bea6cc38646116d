"""A rule of training that keeps something from step to step: the one that a document writes down for one parameter, or
one that it only names ("updated by Adam"), where that makes most of the new values that it prints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.model import DocumentModel, StepRule
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.judging.descending import is_new_value, mostly_right
from derivgen.checking.judging.judge import Judge
from derivgen.checking.matching.optimiser_step import OptimiserStep
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.writing import APART
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.shown_rules import ShownRule, shown_rule
from derivgen.checking.understanding.statements import Learned
from derivgen.checking.understanding.update_rules import unknown_step
from derivgen.formula.names import name_text, parse_name
from derivgen.network.optimisers import OPTIMISERS, Optimiser
from derivgen.network.options import OptionValue


@dataclass(frozen=True)
class Remembering:
    """A document judged by a rule with a memory, and which that is."""

    judge: Judge
    message: str

    @property
    def wrong(self) -> int:
        """How many new values it would not have."""
        return _wrong(list(filter(_is_new_number, self.judge.drafts)))


def with_memory(learned: Learned, judge: Judge, words: str) -> Remembering | None:
    """See :class:`Remembering`; None where the document descends plainly, or no rule makes its numbers."""
    model = judge.basis.model
    if not isinstance(model, DocumentModel) or model.step is not unknown_step:
        return None
    left_open = (d for d in judge.drafts if d.verdict is Verdict.UNDECIDED or not d.modelled)
    if model.loss is None or model.rate is None or not any(map(_is_new_number, left_open)):
        return None
    shown = shown_rule(learned.statements, model, judge.basis.budget)
    if shown is not None:
        found = _tried(judge, _for_others(model, shown), _more_right)
        if found is not None:
            _accept_rule(found.drafts, shown)
            return Remembering(found, "one rule with a memory updates all parameters")
        return None
    trials: list[Remembering] = []
    for optimiser in _named(words):
        given = _given(optimiser, model)
        step = OptimiserStep(optimiser, given)
        found = _tried(judge, replace(model, step=step), mostly_right if given else _nearly_all)
        if found is not None:
            trials.append(Remembering(found, f"the parameters are updated by {optimiser.word}"))
    # "momentum" goes by several rules
    return min(trials, key=lambda trial: trial.wrong, default=None)


def _named(words: str) -> Iterator[Optimiser]:
    """The optimisers that may be meant by the sentences of a document."""
    for name in OPTIMISERS:
        optimiser = OPTIMISERS[name]
        called = {optimiser.name, "momentum"} if "momentum" in optimiser.word else {optimiser.name}
        pattern = "|".join(map(re.escape, called))
        if optimiser.states and re.search(rf"\b(?:{pattern})\b", words, re.IGNORECASE):
            yield optimiser


def _given(optimiser: Optimiser, model: DocumentModel) -> dict[str, OptionValue]:
    """The constants of an optimiser that the document gives."""
    found: dict[str, OptionValue] = {}
    for option in optimiser.options:
        key = name_text(parse_name(option.latex))
        given = None if key == model.rate else model.given(key)
        if isinstance(given, t.Number):
            found[option.name] = given.value
    return found


def _for_others(model: DocumentModel, rule: StepRule) -> DocumentModel:
    """The model with a rule for parameters that have none of their own over states of their own."""
    new = {key + mark for key in model.parameters for mark in UPDATE_MARKS}
    left = {
        key: node
        for key, node in model.definitions.items()
        if key not in new or any(APART in name for name in t.names_in(node))
    }
    renewed = {key: new for key, new in model.renewed.items() if new in left}
    return replace(model, step=rule, definitions=left, renewed=renewed)


def _tried(
    judge: Judge, model: DocumentModel, enough: Callable[[list[Draft]], bool]
) -> Judge | None:
    """The document judged by a model with a rule, where enough of its new values are those of the rule, and nothing
    else is wrong that was not before: what is carried on from a step is no evidence against the step."""
    trial = judge.anew(judge.basis.by(model))
    # without a rule, a new value is judged by no more than the formula that stands before it
    more = _right(trial.drafts) > _right(_others(judge)) and _wrong(_others(trial)) <= _wrong(
        _others(judge)
    )
    return trial if more and enough(list(filter(_is_new_number, trial.drafts))) else None


def _others(judge: Judge) -> list[Draft]:
    """The claims that are about no new value."""
    return [draft for draft in judge.drafts if not is_new_value(draft)]


def _more_right(drafts: list[Draft]) -> bool:
    """Of its own rule a document is believed that it keeps it where it does so more often than not."""
    return sum(draft.verdict is not Verdict.UNDECIDED for draft in drafts) > 2 * _wrong(drafts)


def _nearly_all(drafts: list[Draft]) -> bool:
    """Where the constants are not said either, a few slips are slips, and more are another rule."""
    return sum(draft.verdict is Verdict.CORRECT for draft in drafts) > 4 * _wrong(drafts)


def _right(drafts: list[Draft]) -> int:
    return sum(draft.verdict is Verdict.CORRECT for draft in drafts)


def _is_new_number(draft: Draft) -> bool:
    return is_new_value(draft) and draft.number is not None


def _wrong(drafts: list[Draft]) -> int:
    return sum(draft.verdict is Verdict.WRONG for draft in drafts)


def _accept_rule(drafts: Iterable[Draft], rule: ShownRule) -> None:
    """The formulas of the rule, for whichever parameter they are written, are what the numbers follow from."""
    for draft in drafts:
        own = draft.subject.key if isinstance(draft.subject, t.Name) else rule.parameter
        if rule.says(draft.segment.body, own) or rule.says(draft.segment.body, rule.parameter):
            draft.accept()
