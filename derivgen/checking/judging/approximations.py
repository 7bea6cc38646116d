"""What a sign for "about the same" says of names and of whole numbers: ``y \\approx t`` near an optimum, ``E \\approx 0``."""

from __future__ import annotations

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.printed import Fit, has_decimals, is_numeric, printed_number
from derivgen.checking.report import Verdict


def excuse_approximation(draft: Draft) -> None:
    """Accept a whole number to which a value is rounded; leave a formula open, since nothing says how near it is."""
    body = draft.segment.body
    if draft.verdict is not Verdict.WRONG or draft.segment.relation != "approx":
        return
    number = printed_number(body)
    if number is not None:
        value = draft.value if number.decimals == 0 else None
        if value is not None and number.fit(value) is Fit.ROUNDED:
            draft.accept()
    elif not is_numeric(body) and not has_decimals(body):
        draft.verdict, draft.code, draft.expected = Verdict.UNDECIDED, "C404", ""
        draft.message = "it is said to be about the same, and nothing says how nearly"
