"""Arguments that were worked out: in ``sigmoid(0.63 * 0.6) = sigmoid(0.39)`` the functions may be near each other where
their arguments are not."""

from __future__ import annotations

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.printed import Fit, is_numeric, printed_number
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.judging.spread import spread
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict


def judge_argument(here: Standing, draft: Draft, before: t.Node) -> None:
    """Blame the argument of a function that is no result of the calculation that stood in its place in the member
    before it, as far as the rounded numbers there tell."""
    made, shown = _argument(before), _argument(draft.segment.body)
    if made is None or shown is None or made[0] != shown[0]:
        return
    number = printed_number(shown[1])
    calculated = is_numeric(made[1]) and printed_number(made[1]) is None
    if number is None or number.decimals < 2 or not calculated:
        return
    try:
        value = scalar(here.actual.evaluate(made[1]))
    except NoValue:
        return
    if value is None or here.fit(number, value) is not Fit.OFF:
        return
    if abs(number.value - value) <= spread(here, made[1]) + number.unit:
        return
    draft.verdict, draft.code = Verdict.WRONG, "C103"
    draft.part, draft.operand = shown[1].span, (made[1], shown[1])
    draft.printed, draft.expected = number.text, here.as_printed(number, value)
    draft.value, draft.number = value, number
    draft.message = (
        f"{draft.printed} is put in for {here.spelled(made[1])}, which is {draft.expected}"
    )


def _argument(node: t.Node) -> tuple[str, t.Node] | None:
    """A function of one thing, and that."""
    if not isinstance(node, t.Call) or node.primes or len(node.arguments) != 1:
        return None
    return node.function, node.arguments[0]
