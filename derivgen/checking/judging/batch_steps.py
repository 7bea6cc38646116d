"""A step by the gradients of several samples, whose losses a document does not add up itself: does it go by their
mean, or by their sum?  What makes its new values right is what was meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.judging.judge import Judge
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.writing import APART
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.samples import copies_of
from derivgen.checking.understanding.statements import Learned
from derivgen.checking.understanding.update_rules import unknown_step

#: the key of what a step of all samples descends
BATCH = f"batch{APART}loss"
#: how a document says by what its step goes
_GRADIENTS = r"(?:\s+(?:of|over|up|the|these|all|its|our|these|\w+|per-\w+)){0,4}?\s+(?:gradients?|gradienten|gradientes)\b"
_SAID = {
    "mean": re.compile(
        rf"\b(?:mean|averag(?:e|ed|ing)|mittelwert|durchschnitt|moyenne|promedio|media){_GRADIENTS}",
        re.IGNORECASE,
    ),
    "sum": re.compile(rf"\b(?:sum|add(?:ed|ing)?|summe|somme|suma){_GRADIENTS}", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class BatchStep:
    """The document judged with a step of all its samples, and a sentence that says by what that goes."""

    judge: Judge
    message: str


def by_batch(learned: Learned, judge: Judge, words: str) -> BatchStep | None:
    """See :class:`BatchStep`; None where it takes no such step, or nothing tells by what it goes."""
    model = learned.model
    open_keys = [key for key, loss in model.own_losses.items() if loss == ""]
    losses = _losses(learned, open_keys)
    if not losses or not any(map(_is_new_value, judge.drafts)):
        return None
    # a rule with a sum in it is that of descent where the new values are those
    other = model.step is unknown_step
    plain = replace(model, step=None) if other else model
    said = _said(words)
    found: list[tuple[int, str, Judge]] = []
    for how in _SAID:
        trial = judge.anew(judge.basis.by(_with_batch(plain, losses, open_keys, how)))
        new = [d for d in trial.drafts if _is_new_value(d) and d.operand is None]
        right = sum(
            d.verdict is not Verdict.WRONG and d.verdict is not Verdict.UNDECIDED for d in new
        )
        wrong = sum(draft.verdict is Verdict.WRONG for draft in new)
        if right > wrong or (how == said and right + wrong and not other):
            found.append((right - wrong, how, trial))
    if not found:
        return None
    _, how, trial = max(found, key=lambda one: (one[1] == said, one[0]))
    return BatchStep(trial, f"a step goes by the {how} of the gradients of {len(losses)} samples")


def _said(words: str) -> str:
    """By what a document says that its step goes; nothing where it says nothing, or both."""
    found = [how for how, pattern in _SAID.items() if pattern.search(words)]
    return found[0] if len(found) == 1 else ""


def _losses(learned: Learned, keys: Sequence[str]) -> list[str]:
    """The losses of the samples that all these parameters are differentiated in."""
    model = learned.model
    of_each: Mapping[str, set[str]] = {
        key: {
            loss
            for of, by in learned.derivatives
            if by == key
            for loss in (of, *copies_of(of, model.definitions))
            if ix.above(loss).isdigit() and model.definition(loss) is not None
        }
        for key in keys
    }
    shared = set.union(*of_each.values()) if of_each else set()
    if len(shared) < 2 or any(losses != shared for losses in of_each.values()):
        return []
    if len(set(map(ix.without_above, shared))) > 1:
        return []
    return sorted(shared, key=lambda key: int(ix.above(key)))


def _with_batch(
    model: DocumentModel, losses: Sequence[str], keys: Sequence[str], how: str
) -> DocumentModel:
    whole: t.Node = t.Sum(tuple((False, t.Name(key, written=key)) for key in losses))
    if how == "mean":
        whole = t.Quotient(whole, t.Number(str(len(losses)), Fraction(len(losses))))
    return replace(
        model,
        definitions={**model.definitions, BATCH: whole},
        own_losses={**model.own_losses, **dict.fromkeys(keys, BATCH)},
    )


def _is_new_value(draft: Draft) -> bool:
    subject = draft.subject
    return isinstance(subject, t.Name) and subject.mark in UPDATE_MARKS
