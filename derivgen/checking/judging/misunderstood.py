"""A document of which so much would be wrong, for reasons of its own each time, that it is more likely not understood: an
author is right in most lines."""

from __future__ import annotations

from collections.abc import Sequence

from derivgen.checking.drafts import Draft
from derivgen.checking.report import Remark, Verdict

#: as many slips as these are too many where there are not twice as many right lines
FEWEST_SLIPS = 5


def misunderstood(drafts: Sequence[Draft]) -> list[Remark]:
    """Leave everything open that would be wrong in such a document, and say so."""
    wrong = [draft for draft in drafts if draft.verdict is Verdict.WRONG]
    slips = sum(draft.cause is None for draft in wrong)
    right = sum(draft.verdict is not Verdict.UNDECIDED for draft in drafts) - len(wrong)
    if slips < FEWEST_SLIPS or 2 * slips <= right:
        return []
    for draft in wrong:
        draft.verdict, draft.code, draft.cause = Verdict.UNDECIDED, "C410", None
    message = (
        f"{slips} lines contradict what was understood of the others, too many to call them wrong"
    )
    return [Remark("style", message, code="C410")]
