"""Numbers put into a formula: is each right where it stands, and the whole what it should be?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial

import mpmath

from derivgen.checking.drafts import Draft, note_open, note_untold
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.diagonals import of_each_cell
from derivgen.checking.evaluating.equality import DIGITS, close
from derivgen.checking.evaluating.printed import (
    Fit,
    decimal,
    is_numeric,
    printed_matrix,
    printed_number,
)
from derivgen.checking.evaluating.values import (
    Array,
    Dual,
    NoValue,
    Real,
    Shapes,
    Value,
    every_cell,
    scalar,
)
from derivgen.checking.judging.carried import MOST_CARRIED, as_printed, carried_on, entries_in
from derivgen.checking.judging.matrices import (
    lying_as,
)
from derivgen.checking.judging.meant import along_a_path, as_meant
from derivgen.checking.judging.noise import Noise, slack_of_print
from derivgen.checking.judging.operands import is_value_of, stated_number, wrong_operand
from derivgen.checking.judging.sound_prints import SAME, are_sound
from derivgen.checking.judging.spread import distance, spread, spread_with_names
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.align import Pair, aligned, grouped

#: relative difference of two values that are printed alike and called the same
ALIKE = mpmath.mpf("1e-3")


def judge_calculation(
    here: Standing, draft: Draft, subject: t.Node | None, formula: t.Node | None
) -> None:
    """Judge a calculation: is every number in it the value of what it was put in for?

    ``formula`` is the formula that it was put into, where there is one."""
    formula = None if formula is None else here.actual.written_out(formula)
    _judge_put_in(here, draft, subject, formula)
    if here.carries and draft.verdict is Verdict.CORRECT and subject is not None:
        said = here.said.get(here.ledger.plain(subject), [])[-1:]
        if any(is_put_in(here, draft, known) for known in (formula, *said) if known is not None):
            note_on_the_way(here, draft)


def is_put_in(here: Standing, draft: Draft, formula: t.Node) -> bool:
    """Whether a calculation is a formula with numbers in it, each of them right."""
    pairs = aligned(formula, draft.segment.body, here.known_value, here.actual.budget)
    return pairs is not None and all(is_value_of(here, pair) for pair in pairs)


def _judge_put_in(
    here: Standing, draft: Draft, subject: t.Node | None, formula: t.Node | None
) -> None:
    draft.subject, draft.calculation = subject, draft.segment.body
    body = draft.segment.body
    draft.uses = here.ledger.claims_behind(body)
    pairs = (
        None if formula is None else aligned(formula, body, here.known_value, here.actual.budget)
    )
    if pairs is not None:
        bad = [pair for pair in pairs if not is_value_of(here, pair)]
        if bad and formula is not None:
            # 2 z as 1.70, which is twice the 0.85 that was printed for z
            others = aligned(formula, body, partial(_value_as_printed, here), here.actual.budget)
            if others is not None and all(is_value_of(here, pair) for pair in others):
                _check_whole(here, draft, subject, formula, others)
                if draft.verdict is Verdict.CORRECT:
                    return
        if not bad or _goes_on_with_one(here, draft):
            _check_whole(here, draft, subject, formula, pairs)
        else:
            wrong_operand(here, draft, bad[0])
        return
    _check_whole(here, draft, subject, formula, None)
    if draft.verdict is Verdict.WRONG and formula is not None:
        # it is wrong as a whole: perhaps one of its numbers alone is
        groups = grouped(formula, body, here.known_value, here.actual.budget) or []
        bad = [pair for pair in groups if not is_value_of(here, pair)]
        if len(bad) == 1:
            wrong_operand(here, draft, bad[0])


def _goes_on_with_one(here: Standing, draft: Draft) -> bool:
    """True for a calculation that works a part of one before it out: ``1 - 0.2663`` behind ``1 - 0.516^2``."""
    body = draft.segment.body
    for member in draft.statement.members:
        if member is body:
            break
        if not is_numeric(member):
            continue
        with suppress(NoValue):
            off = distance(here.actual.evaluate(member), here.actual.evaluate(body))
            if off is not None and off <= spread(here, body):
                return True
    return False


def _value_as_printed(here: Standing, part: t.Node) -> Real | None:
    """The value of a part with the numbers that were printed for its names."""
    return scalar(as_printed(here, part))


def note_on_the_way(here: Standing, draft: Draft) -> None:
    """Remember the numbers of a calculation that were not printed before: parts of it, rounded on the way."""
    for part in t.walk(draft.segment.body):
        number = printed_number(part) if isinstance(part, t.Number) and part.decimals > 1 else None
        if number is None:
            continue
        turned = replace(number, value=-number.value)
        if not here.ledger.like(number) and not here.ledger.like(turned):
            here.ledger.write(None, number, draft.id, None)


def judge_shortened(
    here: Standing, draft: Draft, subject: t.Node | None, formula: t.Node | None
) -> None:
    """Judge a calculation of which a part is left out: every number that stands there is the value of what it was
    put in for, or it is open."""
    body = draft.segment.body
    draft.subject, draft.uses = subject, here.ledger.claims_behind(body)
    pairs = None
    if formula is not None:
        formula = here.actual.written_out(formula)
        pairs = aligned(formula, body, here.known_value, here.actual.budget)
    if pairs is None:
        draft.code, draft.message = "C402", "a part of the calculation is left out"
        return
    bad = next((pair for pair in pairs if not is_value_of(here, pair)), None)
    if bad is None:
        draft.accept()
    else:
        wrong_operand(here, draft, bad)


def judge_mixed(here: Standing, draft: Draft, subject: t.Node) -> None:
    """A calculation that still has names in it: its value against the model's, with the names as they were printed, or
    as they are where what was printed is a slip of its own."""
    body = draft.segment.body
    whole = as_printed(here, body)
    local = scalar(whole)
    if local is None:
        if whole is None or not _is_near(here, whole, subject, body):
            note_untold(draft)
        else:
            draft.accept()
        return
    try:
        exact = scalar(here.actual.evaluate(subject))
        named = scalar(here.actual.evaluate(body))
    except NoValue as error:
        draft.verdict = Verdict.UNDECIDED
        note_open(draft, error)
        return
    if exact is None or named is None:
        draft.accept()
        return
    bound = 4 * spread_with_names(here, body) + abs(exact) / 10**6
    if min(abs(local - exact), abs(named - exact)) <= bound:
        draft.accept()


def _is_near(here: Standing, local: Value, subject: t.Node, body: t.Node) -> bool:
    """Whether an array is what it should be, as far as the numbers in its calculation tell."""
    try:
        off = distance(local, here.actual.evaluate(subject))
    except NoValue:
        return False
    return off is not None and off <= 2 * spread_with_names(here, body)


def _check_whole(
    here: Standing,
    draft: Draft,
    subject: t.Node | None,
    formula: t.Node | None,
    pairs: list[Pair] | None,
) -> None:
    """The calculation's value against the model's, as far as its rounded numbers allow."""
    body = draft.segment.body
    try:
        local = here.actual.evaluate(body)
        exact = None if subject is None else here.actual.evaluate(subject)
        exact = as_meant(here, subject, () if formula is None else (formula,), exact)
    except Shapes as error:
        draft.verdict, draft.code, draft.message = Verdict.WRONG, "C301", str(error)
        return
    except NoValue as error:
        note_open(draft, error)
        if pairs and any(here.known_value(pair.part) is not None for pair in pairs):
            draft.accept()
        return
    if exact is None:
        note_untold(draft)
        return
    one, two = scalar(local), scalar(exact)
    two = every_cell(exact) if one is not None else two
    if one is None or two is None:
        aligned = pairs is not None or _is_stated(here, subject, local)
        _check_cells(here, draft, formula, local, exact, aligned)
        return
    most = _most_off(here)
    two = along_a_path(here, subject, two, lambda v: abs(one - v) <= most * spread(here, body))
    draft.value = two
    slack = spread(here, body) + abs(two) * mpmath.mpf("1e-9") + mpmath.mpf("1e-12")
    if abs(one - two) <= slack or abs(one - two) <= most * spread(here, body):
        draft.accept()
        return
    if subject is not None and abs(one - two) <= slack + slack_of_print(here, subject, None):
        draft.accept()
        return
    if pairs and _is_right_unrounded(here, body, pairs, two):
        draft.accept()
        return
    if _is_right_as_printed(here, draft, formula, exact):
        draft.accept()
        return
    after = Noise(here, subject).after_prints() if here.carries and subject is not None else None
    if after is not None and abs(one - after) <= most * spread(here, body):
        draft.accept()  # from the new parameters as they were printed, and carried on
        return
    stated = stated_number(here, subject)
    if stated is not None and here.fit(stated, one) is not Fit.OFF:
        # x = 1/3 = 0.33: the calculation is what x is, the number is all that is known of it
        draft.accept()
        if here.fit(stated, one) is Fit.CUT:
            draft.verdict, draft.code = Verdict.TRUNCATION, "C120"
            draft.printed, draft.expected = stated.text, here.as_printed(stated, one)
            draft.message = f"{stated.text} is cut, not rounded: {draft.expected}"
        return
    draft.verdict, draft.code = Verdict.WRONG, "C102"
    draft.printed = here.spelled(body)
    digits = max(here.decimals, 1)
    draft.expected = decimal(two, digits)
    if decimal(one, digits) == draft.expected and abs(one - two) < abs(two) * ALIKE:
        draft.accept()
        return
    draft.message = f"{draft.printed} is {decimal(one, digits)}, and should be {draft.expected}"
    if subject is not None and not draft.uses:
        draft.uses = _prints_behind(here, subject, one, spread(here, body))


def _prints_behind(here: Standing, subject: t.Node, value: Real, slack: Real) -> tuple[int, ...]:
    """The claims whose printed numbers give a value that the model does not: what a slip was carried on to."""
    carried, entries = carried_on(here, subject)
    found = scalar(carried)
    if found is None or abs(found - value) > slack:
        return ()
    return tuple(entry.draft for entry in entries if entry.draft is not None)


def _most_off(here: Standing) -> int:
    """How many times its spread a calculation may be off: roundings that were carried on add up."""
    return MOST_CARRIED if here.carries else 4


def _is_right_unrounded(here: Standing, body: t.Node, pairs: Sequence[Pair], exact: Real) -> bool:
    """True where a calculation gives the value once each number has the digits that it was rounded from: 0.17 for
    1/6 looks like a weight that is given as 0.17."""
    known: dict[int, t.Number] = {}
    for pair in pairs:
        number, value = pair.number, here.known_value(pair.part)
        printed = printed_number(number)
        if value is None or printed is None or here.fit(printed, value) is Fit.OFF:
            continue
        while isinstance(number, t.Negated):
            number, value = number.body, -value
        if isinstance(number, t.Number):
            known[id(number)] = replace(number, value=Fraction(mpmath.nstr(value, DIGITS)))

    def unrounded(node: t.Node) -> t.Node:
        return known.get(id(node)) or rebuilt(node, unrounded)

    try:
        found = scalar(here.actual.evaluate(unrounded(body)))
    except NoValue:
        return False
    return found is not None and close(v.constant(found), v.constant(exact), SAME)


def _is_right_as_printed(
    here: Standing, draft: Draft, formula: t.Node | None, exact: Value
) -> bool:
    """True for a calculation that is the right formula of what was printed, where a document goes on with that, or
    that is right but for its rounding."""
    body, subject = draft.segment.body, draft.subject
    said = [] if subject is None else here.said.get(here.ledger.plain(subject), [])[-1:]
    for known in (formula, *said):
        if known is None or not (here.carries or are_sound(tuple(entries_in(here, known)))):
            continue
        try:
            if not close(here.actual.evaluate(known), exact, SAME):
                continue
            local = here.actual.evaluate(body)
        except NoValue:
            continue
        printed = as_printed(here, known)
        off = None if printed is None else distance(printed, local)
        if off is not None and off <= spread(here, body):
            return True
    return False


def _is_carried_on(here: Standing, draft: Draft, local: Value) -> bool:
    """True where a document goes on with what it prints, and a calculation gives what its subject is then."""
    value = carried_on(here, draft.subject)[0] if here.carries and draft.subject else None
    off = None if value is None else distance(value, local)
    return off is not None and bool(off <= spread(here, draft.segment.body))


def _is_stated(here: Standing, subject: t.Node | None, local: Value) -> bool:
    """True where all that is known of an array is what was printed for it, and a calculation gives that."""
    if not isinstance(subject, t.Name) or subject.mark or isinstance(local, Dual):
        return False
    model = here.actual.model
    given = model.given(subject.key)
    cells = None if given is None else printed_matrix(given)
    if not cells or model.definition(subject.key) is not None:
        return False
    found = lying_as(local, (len(cells), len(cells[0])))
    return (
        found is not None
        and found.shape == (len(cells), len(cells[0]))
        and all(
            here.fit(number, cell.value) is not Fit.OFF
            for numbers, row in zip(cells, found.rows, strict=True)
            for number, cell in zip(numbers, row, strict=True)
        )
    )


def _check_cells(
    here: Standing,
    draft: Draft,
    formula: t.Node | None,
    local: Value,
    exact: Value,
    aligned: bool,
) -> None:
    """A calculation of arrays, cell by cell; ``aligned`` says that each operand was looked at by itself."""
    body = draft.segment.body
    if isinstance(local, Array) and local.is_vector and isinstance(draft.subject, t.Derivative):
        exact = of_each_cell(exact)
    found = exact if isinstance(local, Dual) else lying_as(exact, local.shape)
    off = None if found is None else distance(local, found)
    slack = _most_off(here) * spread(here, body)
    if aligned or (off is not None and off <= slack + mpmath.mpf("1e-9")):
        draft.accept()
    elif off is None:
        draft.message = (
            f"it is {v.shown_shape(local)}, and the formula gives {v.shown_shape(exact)}"
        )
        note_untold(draft)
    elif (
        (found is not None and off <= slack + _slack_of_cells(here, draft, found))
        or _is_right_as_printed(here, draft, formula, exact)
        or _is_carried_on(here, draft, local)
    ):
        draft.accept()
    else:
        draft.verdict, draft.code = Verdict.WRONG, "C102"
        draft.printed = here.spelled(body)
        draft.message = f"{draft.printed} is not what the formula gives"


def _slack_of_cells(here: Standing, draft: Draft, array: Value) -> Real:
    """How far the cells of an array may be off that rests on printed numbers: the most of them."""
    subject = draft.subject
    if subject is None or isinstance(array, Dual):
        return mpmath.mpf(0)
    rows, columns = array.shape
    places = ((i, j) for i in range(rows) for j in range(columns))
    return max(slack_of_print(here, subject, place) for place in places)
