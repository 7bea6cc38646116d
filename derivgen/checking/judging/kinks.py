"""Functions exactly at a kink: the slope on its left, that on its right and each one between are conventions.

What a document prints tells which one it takes; that one holds for all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.budget import OutOfWork
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.printed import Printed, printed_number
from derivgen.checking.evaluating.values import NoValue, Real, number_in
from derivgen.checking.judging.judge import Judge
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict

#: so many wrong numbers are looked at
MOST = 12
_SIDES = {0: "the slope on its left", 1: "the slope on its right"}


@dataclass(frozen=True, slots=True)
class AtKinks:
    """The document judged with its own slope at kinks, and a sentence."""

    judge: Judge
    message: str


def at_kinks(judge: Judge) -> AtKinks | None:
    """See :class:`AtKinks`; None where the usual slope makes as many lines right."""
    wrong = _wrong(judge)
    if not wrong:
        return None
    best: tuple[int, Real, Judge] | None = None
    with mpmath.workdps(DIGITS):
        for share in dict.fromkeys(_shares(judge)):
            trial = judge.anew(replace(judge.basis, share=share))
            count = len(_wrong(trial))
            if count < (len(wrong) if best is None else best[0]):
                best = count, share, trial
            if count == 0:
                break
    if best is None:
        return None
    _, share, trial = best
    side = _SIDES.get(int(share)) if share in (0, 1) else "a slope between those of its sides"
    return AtKinks(
        trial, f"at its kink, a function has {side}; each one from left to right would do"
    )


def _wrong(judge: Judge) -> list[Draft]:
    return [draft for draft in judge.drafts if draft.verdict is Verdict.WRONG]


def _shares(judge: Judge) -> Iterator[Real]:
    """Which slopes make wrong numbers right: nothing where none depends on that."""
    for draft in _wrong(judge)[:MOST]:
        said = _said(draft)
        if said is None or draft.world is None:
            continue
        of, number, cell = said
        judge.basis.budget.begin()
        try:
            left, right = (
                number_in(replace(draft.world, share=mpmath.mpf(share)).evaluate(of), cell)
                for share in (0, 1)
            )
        except (NoValue, OutOfWork):
            continue
        if left is None or right is None or left == right:
            continue
        share = (number.value - left) / (right - left)
        slack = number.unit / 2 / abs(right - left)
        for side in (mpmath.mpf(0), mpmath.mpf(1), mpmath.mpf("0.5")):
            if abs(share - side) <= slack:
                yield side
                break
        else:
            if 0 < share < 1:
                yield share


def _said(draft: Draft) -> tuple[t.Node, Printed, tuple[int, int] | None] | None:
    """What a wrong number stands for, and the number."""
    if draft.operand is not None:
        number = printed_number(draft.operand[1])
        return None if number is None else (draft.operand[0], number, None)
    if draft.number is None or draft.subject is None:
        return None
    return draft.subject, draft.number, draft.cell
