"""A document of which so much would be wrong, for reasons of its own each time, that it is more likely not understood: an
author is right in most lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from derivgen.checking.drafts import Draft
from derivgen.checking.report import Remark, Verdict

#: as many slips as these are too many where there are not twice as many right lines
FEWEST_SLIPS = 5
#: diagnoses that a number gets which is just another one
_CHANCE = frozenset({None, "one_digit", "lost_digit", "stale_number", "another_name"})


def misunderstood(drafts: Sequence[Draft]) -> list[Remark]:
    """Leave everything open that would be wrong in such a document, and say so; one mistake that is made again and again
    is believed."""
    wrong = [draft for draft in drafts if draft.verdict is Verdict.WRONG]
    reasons = Counter(draft.diagnosis for draft in wrong if draft.cause is None)
    slips = reasons.total()
    right = sum(draft.verdict is not Verdict.UNDECIDED for draft in drafts) - len(wrong)
    if slips < FEWEST_SLIPS or 2 * slips <= right:
        return []
    if any(2 * count >= slips for reason, count in reasons.items() if reason not in _CHANCE):
        return []
    for draft in wrong:
        draft.verdict, draft.code, draft.cause = Verdict.UNDECIDED, "C410", None
        draft.diagnosis = None
    message = (
        f"{slips} lines contradict what was understood of the others, too many to call them wrong"
    )
    return [Remark("style", message, code="C410")]
