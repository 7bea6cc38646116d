"""Results that are right, though one of the numbers before them is not: its author has miscopied it, and computed with
the right one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.printed import Fit
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.report import Verdict


def right_in_spite(here: Standing, drafts: Sequence[Draft]) -> None:
    """Accept the last result where the calculation before it gives that with what should have been put in."""
    if len(drafts) < 2:
        return
    before, result = drafts[-2:]
    if before.statement is not result.statement or before.operand is None or result.number is None:
        return
    if result.verdict is not Verdict.WRONG or before.verdict is not Verdict.WRONG:
        return
    part, number = before.operand
    value = here.known_value(part)
    if value is None or not isinstance(number, t.Number):
        return
    right = t.Number("", Fraction(mpmath.nstr(value, DIGITS)), number.decimals, number.span)

    def mended(node: t.Node) -> t.Node:
        return right if node == number and node.span == number.span else rebuilt(node, mended)

    try:
        at = scalar(here.actual.evaluate(mended(before.segment.body)))
    except NoValue:
        return
    if at is not None and result.number.fit(at) is not Fit.OFF:
        result.accept()
