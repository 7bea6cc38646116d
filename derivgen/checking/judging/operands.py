"""Single numbers in a calculation: is each the value of what it was put in for, and if not, what is?"""

from __future__ import annotations

from fractions import Fraction

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.printed import Fit, Printed, printed_matrix, printed_number
from derivgen.checking.evaluating.values import Real, scalar
from derivgen.checking.judging.carried import as_printed, carried_on, was_carried
from derivgen.checking.judging.matrices import cell_at, matrix_fits, name_of, wrong_cells
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import replaced
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.align import Pair


def is_value_of(here: Standing, pair: Pair) -> bool:
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
    if entries:
        *before, last = entries
        # a number that was judged right is as good as the value, which may come from roundings that grew
        at = last.printed.value if last.sound else value
        return here.is_longer(last.printed, number, at) or any(
            here.is_longer(entry.printed, number, value) for entry in before
        )
    node = here.actual.model.given(part.key) if isinstance(part, t.Name) else None
    return node is not None and here.is_longer(printed_number(node), number, value)


def _is_near_enough(here: Standing, number: Printed, value: Real, part: t.Node) -> bool:
    """A number that is no farther from its value than the roundings of the names in its part reach, where
    rounded numbers are all that the document says of them."""
    room = number.unit / 2
    for name in dict.fromkeys(t.names_of(part)):
        stated = stated_number(here, name)
        if stated is not None and _is_result(here, name):
            # what was cut has lost up to a unit
            lost = stated.unit if here.cuts else stated.unit / 2
            away = lost if stated.value >= 0 else -lost
            upper = Fraction(mpmath.nstr(stated.value + away, DIGITS))
            moved = here.known_value(replaced(part, name, t.Number("", upper, stated.decimals + 1)))
            room += 0 if moved is None else abs(moved - value)
    return bool(abs(number.value - value) <= room)


def wrong_operand(here: Standing, draft: Draft, pair: Pair) -> None:
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
        draft.expected = entries[-1].printed.text if entries else here.as_printed(number, value)
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
    draft.printed, draft.expected = number.text, here.as_printed(number, value)
    draft.number, draft.value = number, value
    draft.message = (
        f"{draft.printed} is put in where {here.spelled(pair.part)} has {draft.expected}"
    )


def stated_number(here: Standing, subject: t.Node | None) -> Printed | None:
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
