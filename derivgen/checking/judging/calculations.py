"""Numbers put into a formula: is each the value of what it was put in for, and the whole what it should be?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

import mpmath

from derivgen.checking.drafts import Draft, note_open
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.equality import DIGITS, close
from derivgen.checking.evaluating.printed import (
    Fit,
    Printed,
    decimal,
    printed_matrix,
    printed_number,
)
from derivgen.checking.evaluating.values import Dual, NoValue, Real, Shapes, Value, scalar
from derivgen.checking.judging.carried import MOST_CARRIED, as_printed, carried_on, was_carried
from derivgen.checking.judging.matrices import (
    cell_at,
    lying_as,
    matrix_fits,
    name_of,
    wrong_cells,
)
from derivgen.checking.judging.meant import along_a_path, as_meant
from derivgen.checking.judging.noise import Noise, slack_of_print
from derivgen.checking.judging.spread import distance, spread, spread_with_names
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt, replaced
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.align import Pair, aligned, grouped

#: relative difference of two values that are printed alike and called the same
ALIKE = mpmath.mpf("1e-3")
#: relative difference of two calculations of one value
SAME = mpmath.mpf("1e-9")


def judge_calculation(
    here: Standing, draft: Draft, subject: t.Node | None, formula: t.Node | None
) -> None:
    """Judge a calculation: is every number in it the value of what it was put in for?

    ``formula`` is the formula that it was put into, where there is one."""
    draft.subject, draft.calculation = subject, draft.segment.body
    body = draft.segment.body
    draft.uses = here.ledger.claims_behind(body)
    pairs = (
        None if formula is None else aligned(formula, body, here.known_value, here.actual.budget)
    )
    if pairs is not None:
        bad = [pair for pair in pairs if not _is_value_of(here, pair)]
        if bad and formula is not None:
            # 2 z as 1.70, which is twice the 0.85 that was printed for z
            others = aligned(formula, body, partial(_value_as_printed, here), here.actual.budget)
            if others is not None and all(_is_value_of(here, pair) for pair in others):
                _check_whole(here, draft, subject, formula, others)
                if draft.verdict is Verdict.CORRECT:
                    return
        if not bad:
            _check_whole(here, draft, subject, formula, pairs)
        else:
            _wrong_operand(here, draft, bad[0])
        return
    _check_whole(here, draft, subject, formula, None)
    if draft.verdict is Verdict.WRONG and formula is not None:
        # it is wrong as a whole: perhaps one of its numbers alone is
        groups = grouped(formula, body, here.known_value, here.actual.budget) or []
        bad = [pair for pair in groups if not _is_value_of(here, pair)]
        if len(bad) == 1:
            _wrong_operand(here, draft, bad[0])


def _value_as_printed(here: Standing, part: t.Node) -> Real | None:
    """The value of a part with the numbers that were printed for its names."""
    return scalar(as_printed(here, part))


def note_on_the_way(here: Standing, draft: Draft) -> None:
    """Remember the numbers of a calculation that another one was worked out to: parts of it, rounded."""
    for part in t.walk(draft.segment.body):
        number = printed_number(part) if isinstance(part, t.Number) and part.decimals > 1 else None
        if number is None:
            continue
        turned = replace(number, value=-number.value)
        if not here.ledger.like(number) and not here.ledger.like(turned):
            here.ledger.write(None, number, draft.id, None)


def judge_mixed(here: Standing, draft: Draft, subject: t.Node) -> None:
    """A calculation that still has names in it: its value against the model's."""
    body = draft.segment.body
    local = scalar(as_printed(here, body))
    if local is None:
        draft.verdict, draft.code = Verdict.UNDECIDED, "C405"
        return
    try:
        exact = scalar(here.actual.evaluate(subject))
    except NoValue as error:
        draft.verdict = Verdict.UNDECIDED
        note_open(draft, error)
        return
    if (
        exact is None
        or abs(local - exact) <= 4 * spread_with_names(here, body) + abs(exact) / 10**6
    ):
        draft.accept()


def _is_value_of(here: Standing, pair: Pair) -> bool:
    """A number fits the value of its name, or is what was printed as that before."""
    number = printed_number(pair.number)
    if number is None:
        return matrix_fits(here, pair)
    value = here.known_value(pair.part)
    if value is None or here.fit(number, value) is not Fit.OFF:
        return True
    own = here.known_value(pair.part, "own")
    if own is not None and here.fit(number, own) is not Fit.OFF:
        return True
    if any(entry.printed.value == number.value for entry in here.printed_for(pair.part)):
        return True
    cell = here.printed_cell(pair.part)
    if cell is not None and cell.value == number.value:
        return True
    if here.actual.is_rounded(pair.part) and here.is_longer(cell, number, value):
        return True
    if here.carries:
        carried = scalar(carried_on(here, pair.part)[0])
        if carried is not None and here.follows(number, carried):
            return True
        if was_carried(here, number, value):
            return True
    if _is_longer(here, number, value, pair.part) or _is_near_enough(
        here, number, value, pair.part
    ):
        return True
    forms = [pair.part]
    if isinstance(pair.part, t.Name):
        own_formula = here.actual.model.definition(pair.part.key)
        forms += [] if own_formula is None else [own_formula]
    locals_ = [scalar(as_printed(here, form)) for form in forms]
    return any(at is not None and here.fit(number, at) is not Fit.OFF for at in locals_)


def _is_longer(here: Standing, number: Printed, value: Real, part: t.Node) -> bool:
    """A number with more digits than the document has anywhere else for something, where nothing else is
    known of it."""
    if not here.actual.is_rounded(part):
        return False
    entries = here.printed_for(part)
    node = here.actual.model.given(part.key) if isinstance(part, t.Name) else None
    given = None if node is None else printed_number(node)
    return here.is_longer(entries[-1].printed if entries else given, number, value)


def _is_near_enough(here: Standing, number: Printed, value: Real, part: t.Node) -> bool:
    """A number that is no farther from its value than the roundings of the names in its part reach, where
    rounded numbers are all that the document says of them."""
    room = number.unit / 2
    for name in dict.fromkeys(t.names_of(part)):
        stated = _stated_number(here, name)
        if stated is not None and _is_result(here, name):
            # what was cut has lost up to a unit
            lost = stated.unit if here.cuts else stated.unit / 2
            away = lost if stated.value >= 0 else -lost
            upper = Fraction(mpmath.nstr(stated.value + away, DIGITS))
            moved = here.known_value(replaced(part, name, t.Number("", upper, stated.decimals + 1)))
            room += 0 if moved is None else abs(moved - value)
    return bool(abs(number.value - value) <= room)


def _wrong_operand(here: Standing, draft: Draft, pair: Pair) -> None:
    wrong = wrong_cells(here, pair)
    if len(wrong) == 1:
        row, column, value = wrong[0]
        cell = cell_at(pair.number, row, column)
        name = name_of(here, pair.part, row, column)
        if name is None:
            _wrong_cell(here, draft, pair, cell, value)
            draft.cell = row, column
            return
        pair = Pair(name, cell)
    draft.verdict, draft.code = Verdict.WRONG, "C103"
    draft.part = pair.number.span
    draft.operand = (pair.part, pair.number)
    draft.printed = here.spelled(pair.number)
    number = printed_number(pair.number)
    value = here.known_value(pair.part)
    if number is not None and value is not None:
        entries = here.printed_for(pair.part)
        draft.expected = entries[-1].printed.text if entries else number.as_printed(value)
        draft.value = value
        draft.number = number
    draft.message = f"{draft.printed} is put in for {here.spelled(pair.part)}" + (
        f", which is {draft.expected}" if draft.expected else ""
    )


def _wrong_cell(here: Standing, draft: Draft, pair: Pair, cell: t.Node, value: Real) -> None:
    """One number of a matrix that was put in is another one."""
    number = printed_number(cell)
    assert number is not None
    draft.verdict, draft.code = Verdict.WRONG, "C103"
    draft.operand = (pair.part, pair.number)
    draft.part = draft.part if cell.span == t.NOWHERE else cell.span
    draft.printed, draft.expected = number.text, number.as_printed(value)
    draft.number, draft.value = number, value
    draft.message = (
        f"{draft.printed} is put in where {here.spelled(pair.part)} has {draft.expected}"
    )


def _stated_number(here: Standing, subject: t.Node | None) -> Printed | None:
    """The number that a document states for a quantity without saying how it is computed."""
    if not isinstance(subject, t.Name) or subject.mark:
        return None
    model = here.actual.model
    element = model.element(subject.key)
    if element is not None and element.array in model.opaque:
        array = model.given(element.array)
        cells = None if array is None else printed_matrix(array)
        inside = cells and element.row < len(cells) and element.column < len(cells[0])
        return cells[element.row][element.column] if cells and inside else None
    given = model.given(subject.key)
    computed = model.definition(subject.key) is not None
    if given is None or (computed and subject.key not in here.actual.read_off):
        return None
    return printed_number(given)


def _is_result(here: Standing, name: t.Name) -> bool:
    """Whether a name's value is read off a result that the document prints."""
    model = here.actual.model
    element = model.element(name.key)
    keys = {name.key} if element is None else {name.key, element.array}
    return not keys.isdisjoint(here.actual.read_off | model.opaque)


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
        draft.verdict = Verdict.UNDECIDED
        return
    one, two = scalar(local), scalar(exact)
    if one is None or two is None:
        _check_cells(
            here, draft, local, exact, pairs is not None or _is_stated(here, subject, local)
        )
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
    after = Noise(here, subject).after_prints() if here.carries and subject is not None else None
    if after is not None and abs(one - after) <= most * spread(here, body):
        draft.accept()  # from the new parameters as they were printed, and carried on
        return
    stated = _stated_number(here, subject)
    if stated is not None and here.fit(stated, one) is not Fit.OFF:
        # x = 1/3 = 0.33: the calculation is what x is, the number is all that is known of it
        draft.accept()
        if here.fit(stated, one) is Fit.CUT:
            draft.verdict, draft.code = Verdict.TRUNCATION, "C120"
            draft.printed, draft.expected = stated.text, stated.as_printed(one)
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


def _check_cells(here: Standing, draft: Draft, local: Value, exact: Value, aligned: bool) -> None:
    """A calculation of arrays, cell by cell; ``aligned`` says that each operand was looked at by itself."""
    body = draft.segment.body
    found = exact if isinstance(local, Dual) else lying_as(exact, local.shape)
    off = None if found is None else distance(local, found)
    slack = _most_off(here) * spread(here, body)
    if aligned or (off is not None and off <= slack + mpmath.mpf("1e-9")):
        draft.accept()
    elif off is None:
        draft.verdict = Verdict.UNDECIDED
    elif found is not None and off <= slack + _slack_of_cells(here, draft, found):
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
