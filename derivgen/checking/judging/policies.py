"""What a document does with its digits all through: cutting, carrying rounded numbers on."""

from __future__ import annotations

from collections.abc import Sequence

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.printed import Fit
from derivgen.checking.report import Remark, Verdict
from derivgen.checking.understanding.digits import policy_of

#: how many results have to show a policy before it is one
SHOWN_BY = 3


def settle(drafts: Sequence[Draft], words: str) -> tuple[dict[str, str], list[Remark]]:
    """Find the policies, change the verdicts that follow from one, and say so once."""
    conventions: dict[str, str] = {}
    remarks: list[Remark] = []
    cut = [d for d in drafts if d.verdict is Verdict.TRUNCATION]
    rounded_up = [d for d in drafts if d.verdict is Verdict.CORRECT and _rounded_up(d)]
    carries, cuts = policy_of(words)
    # right when cut, and from rounded numbers as well
    either = [d for d in drafts if d.code == "C111" and d.exact is Fit.CUT]
    shown = len(cut) >= SHOWN_BY and len(cut) > len(rounded_up)
    if shown or (cuts and (cut or either)):
        for draft in either:
            draft.verdict, draft.code = Verdict.TRUNCATION, "C120"
            cut.append(draft)
        conventions["digits"] = "cut, not rounded"
        remarks.append(
            Remark(
                "convention",
                f"the document cuts digits instead of rounding ({len(cut)} results)",
                code="C120",
            )
        )
    else:
        if len(rounded_up) >= SHOWN_BY and not cut:
            conventions["digits"] = "rounded"
        for draft in cut:
            if draft.exact is Fit.ROUNDED:  # a slip of the last digit, and no policy
                draft.verdict, draft.code = Verdict.ROUNDING, "C110"
                draft.message = (
                    f"the numbers as printed give {draft.expected}; {draft.printed} is right before "
                    "rounding"
                )
    carried = [d for d in drafts if d.code == "C111"]
    against = [d for d in drafts if d.code == "C110"]
    if carried and (carries or (len(carried) >= SHOWN_BY and not against)):
        conventions["carry"] = "rounded numbers are carried on"
        remarks.append(
            Remark(
                "convention", f"the document goes on with rounded numbers ({len(carried)} results)"
            )
        )
        for draft in carried:
            draft.verdict, draft.code, draft.message, draft.expected = Verdict.CORRECT, "", "", ""
    return conventions, remarks


def _rounded_up(draft: Draft) -> bool:
    """True for a result that cutting would have printed otherwise."""
    number, value = draft.number, draft.value
    if number is None or value is None or draft.exact is not Fit.ROUNDED:
        return False
    return bool(abs(number.value) > abs(value) + number.unit / 10**6)
