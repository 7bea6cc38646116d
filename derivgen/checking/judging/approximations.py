"""What a sign for "about the same" says of names, of whole numbers and of slopes: ``y \\approx t`` near an optimum,
``E \\approx 0``, ``dL/dw \\approx (L(w + h) - L(w)) / h``."""

from __future__ import annotations

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.printed import Fit, has_decimals, is_numeric, printed_number
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict

#: a difference quotient is off by less than this part of a derivative
NEARLY = 100


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


def is_difference_quotient(here: Standing, draft: Draft, subject: t.Node) -> bool:
    """True for ``dL/dw \\approx (L(w + h) - L(w - h)) / 2h``, which is nearly so at the stated values."""
    body = draft.segment.body
    if draft.segment.relation != "approx" or not isinstance(subject, t.Derivative):
        return False
    loss = subject.of.key if isinstance(subject.of, t.Name) else ""
    calls = [p for p in t.walk(body) if isinstance(p, t.Call) and p.function == loss]
    if len(calls) < 2:
        return False
    try:
        left, right = (scalar(here.actual.evaluate(node)) for node in (subject, body))
    except NoValue:
        return False
    return left is not None and right is not None and abs(left - right) <= abs(left) / NEARLY
