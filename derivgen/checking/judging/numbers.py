"""One printed number against what its operands give, and what the model gives.

Two references decide (measured: together they find every slip and raise no alarm).  *local*: the operands
as printed.  *exact*: the model.  Both round to the printed number: correct.  One does: a rounding slip.
Cut instead of rounded: truncation.  Else wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import mpmath

from derivgen.checking.drafts import Draft, note_untold
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.printed import Fit, Printed, is_numeric, printed_number
from derivgen.checking.evaluating.values import Real, scalar
from derivgen.checking.judging.carried import MOST_CARRIED, Trial, trials
from derivgen.checking.judging.noise import Noise
from derivgen.checking.judging.sound_prints import follows_from_sound_prints, is_sound
from derivgen.checking.judging.spread import is_spoilt, lost, spread
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict

#: significant digits from which on a number is a long one
LONG = 5

#: why a number is left open that was rounded on the way
NOT_SHOWN = "the rounded numbers that it follows from are not shown"


def judge_implied(
    here: Standing, draft: Draft, number: Printed, subject: t.Node, before: Sequence[t.Node]
) -> None:
    """A result without a calculation: does it follow from what was printed before?

    That makes it a carried rounding, or what follows from an earlier slip."""
    for trial in trials(here, subject, before):
        at, entries = scalar(trial.value), trial.entries
        slack = sum(map(lost, entries), number.unit)
        if at is None or not (
            here.follows(number, at)
            or (any(map(is_spoilt, entries)) and abs(at - number.value) <= slack)
        ):
            continue
        if here.carries and here.follows(number, at):
            _as_carried(here, draft, number, at)
            return
        near = draft.value is not None and abs(draft.value - number.value) <= slack
        if here.carries and not near and all(entry.sound for entry in entries):
            continue  # what it follows from was rounded on the way, and is not wrong
        draft.uses = tuple(e.draft for e in entries if e.draft is not None)
        draft.local = Fit.ROUNDED
        if near and here.actual.is_rounded(subject):
            draft.accept()  # nor is anything known but rounded numbers
        elif near or (here.follows(number, at) and _is_sound(here, draft, trial)):
            draft.verdict, draft.code = Verdict.ROUNDING, "C111"
            draft.message = (
                f"{number.text} follows from rounded numbers; without them it is {draft.expected}"
            )
        return


def _is_sound(here: Standing, draft: Draft, trial: Trial) -> bool:
    return draft.value is not None and is_sound(here, trial, v.constant(draft.value))


def _as_carried(here: Standing, draft: Draft, number: Printed, local: Real) -> None:
    """A result of printed numbers in a document that says that it goes on with those."""
    draft.local = here.fit(number, local)
    if draft.local is Fit.CUT:
        draft.verdict, draft.code = Verdict.TRUNCATION, "C120"
        draft.message = f"{number.text} is cut, not rounded: {here.as_printed(number, local)}"
    else:
        draft.accept()


def _is_carried(here: Standing, draft: Draft) -> bool:
    """True where every number of a calculation is given, was printed before, or stands in the formula that it was
    put into."""
    if draft.calculation is None:
        return True
    subject = draft.subject
    formulas = [] if subject is None else here.said.get(subject, [])[-1:]
    own = here.actual.model.definition(subject.key) if isinstance(subject, t.Name) else None
    formulas += [] if own is None else [own]
    constants = {n.value for f in formulas for n in t.walk(f) if isinstance(n, t.Number)}
    numbers = (n for n in t.walk(draft.calculation) if isinstance(n, t.Number) and n.decimals > 1)
    return all(
        here.ledger.like(replace(printed, value=value))
        or here.ledger.like(replace(printed, value=-value))
        for n in numbers
        if n.value not in constants and (printed := printed_number(n)) is not None
        for value in (printed.value,)
    )


def doubtful(here: Standing, draft: Draft) -> bool:
    """True for what is wrong, or cut in a document that goes on with rounded numbers and cuts nothing."""
    if draft.verdict is Verdict.TRUNCATION:
        return here.carries and not here.cuts
    return draft.verdict is Verdict.WRONG


def judge_carried_unshown(
    here: Standing,
    draft: Draft,
    number: Printed,
    noise: Noise | None = None,
    cell: tuple[int, int] | None = None,
) -> bool:
    """True for a number that is left open: what was rounded on the way may explain that it is off."""
    if not here.carries or draft.value is None:
        return False
    off = abs(draft.value - number.value)
    # a rule that divides by what it keeps makes much of roundings: its results are there to go on with
    printed = None if noise is None else noise.after_prints(cell)
    off = off if printed is None else min(off, abs(printed - number.value))
    if off > MOST_CARRIED * number.unit and (noise is None or off > noise.of(number, cell)):
        return False
    draft.verdict, draft.code, draft.expected = Verdict.UNDECIDED, "C403", ""
    draft.message = NOT_SHOWN
    return True


def judge_unshown(here: Standing, draft: Draft, number: Printed, subject: t.Node | None) -> None:
    """A result without its calculation, a little off: numbers rounded on the way explain that, and
    the document does not show them."""
    before = [] if subject is None else here.ledger.of(subject)
    off = None if draft.value is None else abs(draft.value - number.value)
    again = [entry for entry in before if entry.printed.value == number.value]
    if here.carries and again:
        _as_carried(here, draft, number, number.value)
        return
    if off is not None and off <= MOST_CARRIED * number.unit and any(e.sound for e in again):
        draft.accept()  # it was right where it was worked out
        return
    noise = None if subject is None else Noise(here, subject)
    if judge_carried_unshown(here, draft, number, noise) or draft.verdict is not Verdict.WRONG:
        return
    digits = len(number.text.lstrip("-0.").replace(".", ""))
    if digits >= LONG and off is not None and off <= mpmath.mpf("1.5") * number.unit:
        draft.verdict, draft.code = Verdict.ROUNDING, "C111"
        draft.message = f"the last digit of {number.text} is off: {draft.expected}"


def judge_number(
    here: Standing, draft: Draft, number: Printed, exact: Real | None, local: Real | None
) -> None:
    draft.number, draft.printed = number, number.text
    draft.value = exact if exact is not None else local
    draft.exact = None if exact is None else here.fit(number, exact)
    draft.local = None if local is None else here.fit(number, local)
    if draft.exact is None and draft.local is None:
        note_untold(draft)
        return
    fits = {fit for fit in (draft.local, draft.exact) if fit is not None}
    follows = here.carries and local is not None and here.follows(number, local)
    if follows and fits != {Fit.ROUNDED} and _is_carried(here, draft):
        assert local is not None
        _as_carried(here, draft, number, local)
        return
    target = local if draft.local is Fit.OFF and local is not None else draft.value
    assert target is not None
    draft.expected = here.as_printed(number, target)
    if fits == {Fit.ROUNDED}:
        draft.accept()
    elif _is_cut(here, draft, number, exact):
        draft.verdict, draft.code = Verdict.TRUNCATION, "C120"
        if local is not None and draft.exact is not Fit.CUT:
            draft.expected = here.as_printed(number, local)
        draft.message = f"{number.text} is cut, not rounded: {draft.expected}"
    elif draft.exact is Fit.ROUNDED and _is_lost(here, draft, number, local):
        # the operands as printed have too few digits to give it, and it is right
        draft.accept()
    elif Fit.ROUNDED in fits:
        _half_right(here, draft, number, exact, local)
    elif not draft.modelled and _is_lost(here, draft, number, local):
        draft.code = "C408"
        draft.message = "the numbers as printed have too few digits to tell"
    elif not draft.modelled and _is_last_digit(here, draft, number, local):
        draft.verdict, draft.code = Verdict.ROUNDING, "C110"
        draft.message = (
            f"the numbers as printed give {draft.expected}, which is within their rounding"
        )
    else:
        draft.verdict = Verdict.WRONG
        if draft.local is Fit.OFF and _goes_on(here, draft, number, local):
            draft.local = Fit.ROUNDED
        draft.code = "C101" if draft.local is Fit.OFF else "C102"
        draft.message = f"{number.text} should be {draft.expected}"


def _goes_on(here: Standing, draft: Draft, number: Printed, local: Real | None) -> bool:
    """True for a calculation with a wrong number in it, right but for the rounding of that number."""
    numbers = t.walk(draft.calculation) if draft.calculation is not None else ()
    last = (next(here.ledger.sources(n), None) for n in numbers if isinstance(n, t.Number))
    wrong = any(entry is not None and not entry.sound for entry in last)
    return wrong and _is_last_digit(here, draft, number, local)


def _is_cut(here: Standing, draft: Draft, number: Printed, exact: Real | None) -> bool:
    """True for a value that was cut, also where cut operands explain how far it is off."""
    local, model = draft.local, draft.exact
    if local is Fit.ROUNDED or Fit.CUT not in (local, model):
        return False
    if Fit.OFF not in (local, model) or local is Fit.OFF:
        return True
    if exact is None or draft.calculation is None:
        return True
    return bool(abs(exact - number.value) <= number.unit + 2 * spread(here, draft.calculation))


def _is_lost(here: Standing, draft: Draft, number: Printed, local: Real | None) -> bool:
    """True where the digits that were not printed matter more than those of the result: a
    difference of nearly equal numbers."""
    if draft.calculation is None or local is None:
        return False
    slack = spread(here, draft.calculation)
    return bool(slack > 20 * number.unit and abs(local - number.value) <= slack)


def _is_last_digit(here: Standing, draft: Draft, number: Printed, local: Real | None) -> bool:
    """True where nothing but the numbers as printed tells, and their rounding explains how far off it is."""
    if draft.calculation is None or local is None:
        return False
    off, slack = abs(local - number.value), spread(here, draft.calculation)
    # the result is rounded as well as what it is calculated from
    explained = slack > 0 and off <= slack + number.unit / 2
    return bool(off <= number.unit + number.unit / 2 and explained)


def _half_right(
    here: Standing, draft: Draft, number: Printed, exact: Real | None, local: Real | None
) -> None:
    """One reference gives the printed number and the other does not."""
    assert exact is not None
    assert local is not None
    if draft.local is not Fit.ROUNDED:
        draft.verdict, draft.code = Verdict.ROUNDING, "C110"
        draft.expected = here.as_printed(number, local)
        draft.message = (
            f"the numbers as printed give {draft.expected}; {number.text} is right before rounding"
        )
        return
    draft.expected = here.as_printed(number, exact)
    if _is_explained(here, draft, number, exact):
        draft.verdict, draft.code = Verdict.ROUNDING, "C111"
        draft.message = (
            f"{number.text} follows from rounded numbers; without them it is {draft.expected}"
        )
    else:
        draft.verdict, draft.code = Verdict.WRONG, "C102"
        draft.message = f"{number.text} should be {draft.expected}"


def _is_explained(here: Standing, draft: Draft, number: Printed, exact: Real) -> bool:
    """True where the rounding of the operands explains how far the result is off; behind ``0.61 * 0.48 + 0.2 * 0.35 =
    0.2928 + 0.0700`` that of the first ones; or the rounding of what these were calculated from."""
    if draft.calculation is None:
        return False
    calculations = [*draft.statement.members[:-1], draft.calculation]
    slack = max(spread(here, one) for one in calculations if is_numeric(one))
    if abs(exact - number.value) <= number.unit + slack:
        return True

    def fits(value: Real) -> bool:
        return here.follows(number, value) or bool(abs(value - number.value) <= slack)

    subject = draft.subject
    return subject is not None and follows_from_sound_prints(here, subject, v.constant(exact), fits)
