"""The smallest change that makes most lines right: one given value that its own uses contradict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from derivgen.checking.drafts import Draft
from derivgen.checking.judge import Judge
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.writing import shown
from derivgen.checking.model import DocumentModel
from derivgen.checking.report import Verdict

#: how many values are tried
MOST_TRIALS = 3


@dataclass(frozen=True, slots=True)
class Repair:
    """What is thought of the document with another given value, and a sentence."""

    judge: Judge
    message: str


def repaired(model: DocumentModel, judge: Judge) -> Repair | None:
    """The best repair of one given value, if any makes fewer claims wrong."""
    best: Repair | None = None
    drafts = judge.drafts
    fewest = _wrong(drafts)
    for (key, number), _ in _candidates(model, drafts).most_common(MOST_TRIALS):
        changed = replace(model, values={**model.values, key: number})
        trial = Judge(changed, judge.statements, own=True, budget=judge.budget)
        if _wrong(trial.run()) < fewest and _limited(trial.drafts) <= _limited(drafts):
            fewest = _wrong(trial.drafts)
            right = _wrong(drafts) - fewest
            lines = "line agrees" if right == 1 else "lines agree"
            given = model.values[key]
            instead = "" if given is None else f" instead of {shown(given)}"
            message = f"with {key} = {shown(number)}{instead}, {right} more {lines}"
            best = Repair(trial, message)
    return best


def _wrong(drafts: Sequence[Draft]) -> int:
    return sum(draft.verdict is Verdict.WRONG for draft in drafts)


def _limited(drafts: Sequence[Draft]) -> int:
    return sum(draft.limited for draft in drafts)


def _candidates(model: DocumentModel, drafts: Sequence[Draft]) -> Counter[tuple[str, t.Node]]:
    """Given quantities and the numbers that were put in for them instead."""
    votes: Counter[tuple[str, t.Node]] = Counter()
    for draft in drafts:
        if draft.operand is not None:
            part, number = draft.operand
            if isinstance(part, t.Name) and not part.mark and part.key in model.values:
                votes[(part.key, number)] += 1
    return votes
