"""Which wrong claims follow from which: a slip that is carried on correctly is one slip."""

from __future__ import annotations

from collections.abc import Sequence

from derivgen.checking.drafts import Draft
from derivgen.checking.maths import tree as t
from derivgen.checking.printed import Fit
from derivgen.checking.report import Verdict


def group(drafts: Sequence[Draft]) -> None:
    """Give every wrong claim that follows from an earlier one its ``cause``."""
    by_id = {draft.id: draft for draft in drafts}
    previous: Draft | None = None
    said: dict[tuple[object, object], Draft] = {}
    named: dict[str, Draft] = {}
    anyhow: dict[tuple[object, object], Draft] = {}
    for draft in drafts:
        same_chain = previous is not None and previous.statement is draft.statement
        if draft.verdict is Verdict.WRONG and draft.cause is None:
            sources = [by_id[used] for used in draft.uses]
            if same_chain and previous is not None:
                sources.append(previous)
            wrong = [s for s in sources if s.verdict is Verdict.WRONG and s is not draft]
            # numbers put into a formula that is wrong already are wrong with it
            put_in = same_chain and previous is not None and _is_formula(previous)
            if wrong and (_follows(draft) or put_in):
                draft.cause = _root(min(wrong, key=lambda s: s.id), by_id).id
        if draft.verdict is Verdict.WRONG and draft.number is not None and draft.operand is None:
            # the same wrong number of the same thing, printed once more
            before = said.setdefault((draft.subject, draft.number.value), draft)
            slip = anyhow.setdefault((draft.number.text, draft.expected), draft)
            if draft.subject is None:  # worked out by itself once more, with the same slip
                before = slip
            if before is not draft and draft.cause is None:
                draft.cause = _root(before, by_id).id
        if draft.verdict is Verdict.WRONG and draft.cause is None and draft.code == "C202":
            # right with what the name in it should be, whose own line is wrong
            names = (p.key for p in t.walk(draft.segment.body) if isinstance(p, t.Name))
            own = next((named[key] for key in names if key in named), None)
            draft.cause = None if own is None else _root(own, by_id).id
        if draft.verdict is Verdict.WRONG and isinstance(draft.subject, t.Name):
            named.setdefault(draft.subject.key, draft)
        previous = draft


def _is_formula(draft: Draft) -> bool:
    return draft.verdict is Verdict.WRONG and draft.code in ("C201", "C202", "C203")


def _follows(draft: Draft) -> bool:
    """True for a claim that is right once its numbers are taken as they stand."""
    if draft.code in ("C103", "C202", "C203"):
        return False
    return draft.local is None or draft.local is not Fit.OFF


def _root(draft: Draft, by_id: dict[int, Draft]) -> Draft:
    while draft.cause is not None and draft.cause != draft.id:
        draft = by_id[draft.cause]
    return draft
