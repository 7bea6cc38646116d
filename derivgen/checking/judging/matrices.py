"""A printed matrix: each of its cells against the same cell of what it should be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.printed import Fit, Printed, printed_matrix
from derivgen.checking.evaluating.values import Array, Dual, NoValue, Real, Value
from derivgen.checking.judging.carried import (
    MOST_CARRIED,
    as_printed,
    printed_step,
    put_in,
    trials,
    was_carried,
)
from derivgen.checking.judging.noise import Noise
from derivgen.checking.judging.numbers import doubtful, judge_carried_unshown, judge_number
from derivgen.checking.judging.readers import through_printed_arrays
from derivgen.checking.judging.spread import spread
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.align import Pair


def followed_matrix(
    here: Standing,
    cells: tuple[tuple[Printed, ...], ...],
    subject: t.Node,
    before: Sequence[t.Node],
) -> Value | None:
    """What a printed matrix follows from, if it follows from what was printed before."""
    found = (_followed(here, cells, trial.value) for trial in trials(here, subject, before))
    return next((value for value in found if value is not None), None)


def _followed(
    here: Standing, cells: tuple[tuple[Printed, ...], ...], value: Value | None
) -> Array | None:
    """A value as the printed matrix lies, if each cell of that is printed as the value's by the document's policy."""
    shape = (len(cells), len(cells[0]))
    turned = lying_as(value, shape)
    if turned is None or turned.shape != shape:
        return None
    follows = all(
        here.follows(number, cell.value)
        for row, values in zip(cells, turned.rows, strict=True)
        for number, cell in zip(row, values, strict=True)
    )
    return turned if follows else None


def printed_before(
    here: Standing,
    cells: tuple[tuple[Printed, ...], ...],
    exact: Value | None,
    wrong: bool = False,
) -> tuple[Value, int | None] | None:
    """A matrix that was printed before with the same numbers, and its claim, where roundings on the way
    explain how far these are off: the gradient by a bias is the delta that was printed; ``wrong`` asks for one that may be far off."""
    shape = (len(cells), len(cells[0]))
    found = lying_as(exact, shape)
    if found is None or found.shape != shape:
        return None
    pairs = [
        (number, cell.value)
        for row, values in zip(cells, found.rows, strict=True)
        for number, cell in zip(row, values, strict=True)
    ]
    far = any(abs(number.value - value) > MOST_CARRIED * number.unit for number, value in pairs)
    if far and not wrong:
        return None
    same = value_of_cells(cells)
    for value, claim, _ in reversed(here.ledger.matrices.values()):
        if lying_as(value, shape) == same:
            return same, claim
    return None


def judge_implied_matrix(
    here: Standing,
    draft: Draft,
    cells: tuple[tuple[Printed, ...], ...],
    exact: Value | None,
    subject: t.Node | None,
    before: Sequence[t.Node],
) -> None:
    """A matrix without a calculation: does it follow from the matrices as they were printed?  That makes it a carried
    rounding, or what follows from an earlier slip."""
    shape = (len(cells), len(cells[0]))
    right = lying_as(exact, shape)
    for value, printed, formula in _implied(here, subject, before):
        found = lying_as(value, shape)
        if not printed or found is None or right is None or {found.shape, right.shape} != {shape}:
            continue
        cases = [
            (number, there.value, cell.value)
            for numbers, carried, rights in zip(cells, found.rows, right.rows, strict=True)
            for number, there, cell in zip(numbers, carried, rights, strict=True)
        ]
        near = all(abs(there - number.value) <= 2 * number.unit for number, there, _ in cases)
        if near and any(_follows(here, *case) for case in cases):
            draft.uses = tuple(claim for claim in printed if claim is not None)
            draft.local = Fit.ROUNDED
            slack = spread(here, put_in(here, formula)) if formula is not None else mpmath.mpf(0)
            if all(abs(cell - number.value) <= slack + number.unit for number, _, cell in cases):
                draft.verdict, draft.code = Verdict.ROUNDING, "C111"
                draft.message = f"{draft.printed} follows from rounded numbers; without them it is {draft.expected}"
            return


def _follows(here: Standing, number: Printed, carried: Real, right: Real) -> bool:
    """Whether a printed number is off, and is what was carried on from other prints rather than what is right: with
    few digits, both may be near."""
    if here.fit(number, right) is not Fit.OFF:
        return False
    off = abs(carried - number.value)
    nearer = off <= 2 * number.unit and 2 * off < abs(right - number.value)
    return nearer or here.fit(number, carried) is not Fit.OFF


def judge_own_slip(
    here: Standing,
    draft: Draft,
    cells: tuple[tuple[Printed, ...], ...],
    exact: Value | None,
    subject: t.Node | None,
    before: Sequence[t.Node],
) -> bool:
    """A matrix some of whose wrong cells follow from what was printed before, and others do not: these are slips of
    its own, and the first of them is blamed; whether it is such a one."""
    shape = (len(cells), len(cells[0]))
    right = lying_as(exact, shape)
    if right is None or right.shape != shape:
        return False
    for value, *_ in _implied(here, subject, before):
        found = lying_as(value, shape)
        if found is None or found.shape != shape:
            continue
        followed = 0
        rows = []
        for numbers, carried, rights in zip(cells, found.rows, right.rows, strict=True):
            row = []
            for number, there, cell in zip(numbers, carried, rights, strict=True):
                follows = _follows(here, number, there.value, cell.value)
                followed += follows
                row.append(v.constant(number.value) if follows else cell)
            rows.append(tuple(row))
        if followed:
            judge_matrix(here, draft, cells, Array(tuple(rows)), None, subject)
            return True
    return False


def _implied(
    here: Standing, subject: t.Node | None, before: Sequence[t.Node]
) -> Iterator[tuple[Value | None, list[int | None], t.Node | None]]:
    """What a matrix could be computed from, as it was printed, the claims of that, and the formula."""
    if isinstance(subject, t.Transposed):
        subject = subject.body  # a vector may lie either way
    step = None if subject is None else printed_step(here, subject)[1]
    said: Sequence[t.Node] = ()
    if subject is not None and not before:
        said = here.said.get(here.ledger.plain(subject), [])[-2:]
        said = said or list(here.said_of_all(subject))[-2:]
        if not said and isinstance(subject, t.Name) and not subject.mark:
            made = here.actual.model.definition(subject.key)
            said = [] if made is None else [made]
    whole = subject is not None and not isinstance(subject, t.Name | t.Derivative)
    formulas = [*before, *(() if step is None else (step,)), *said]
    for formula in (*formulas, *([subject] if whole and subject is not None else ())):
        printed: list[int | None] = []
        for part in t.walk(formula):
            if isinstance(part, t.Name | t.Derivative):
                matrix = here.ledger.matrices.get(here.ledger.plain(part))
                entries = here.printed_for(part)[-1:]
                printed += [matrix[1]] if matrix is not None else [e.draft for e in entries]
        yield as_printed(here, formula), printed, formula
    if isinstance(subject, t.Derivative) and not before:
        yield *through_printed_arrays(here, subject), None


def judge_matrix(
    here: Standing,
    draft: Draft,
    cells: tuple[tuple[Printed, ...], ...],
    exact: Value | None,
    local: Value | None,
    subject: t.Node | None = None,
) -> None:
    """Each cell by itself; the claim is as bad as its worst cell."""
    shape = (len(cells), len(cells[0]))
    exact, local = lying_as(exact, shape), lying_as(local, shape)
    for given in (exact, local):
        if given is not None and given.shape != shape:
            draft.verdict, draft.code = Verdict.WRONG, "C301"
            draft.printed, draft.expected = _size(shape), _size(given.shape)
            draft.message = f"it is {draft.expected}, and {draft.printed} is printed"
            return
    noise = None if subject is None else Noise(here, subject)
    worst: Draft | None = None
    for i, row in enumerate(cells):
        for j, number in enumerate(row):
            trial = Draft(
                draft.id,
                draft.statement,
                draft.segment,
                calculation=draft.calculation,
                modelled=draft.modelled,
            )
            judge_number(
                here,
                trial,
                number,
                None if exact is None else exact.rows[i][j].value,
                None if local is None else local.rows[i][j].value,
            )
            if local is None and doubtful(here, trial):
                judge_carried_unshown(here, trial, number, noise, (i, j))
            if worst is None or _GRAVITY[trial.verdict] > _GRAVITY[worst.verdict]:
                worst, draft.cell = trial, (i, j)
    assert worst is not None
    for name in (
        "verdict",
        "code",
        "message",
        "printed",
        "expected",
        "value",
        "local",
        "exact",
    ):
        setattr(draft, name, getattr(worst, name))
    draft.number = worst.number
    if draft.verdict is Verdict.WRONG and draft.cell is not None:
        cell = cell_at(draft.segment.body, *draft.cell)
        draft.part = draft.part if cell.span == t.NOWHERE else cell.span


def matrix_fits(here: Standing, pair: Pair) -> bool:
    cells = printed_matrix(pair.number)
    if cells is None:
        return True
    before = here.ledger.matrices.get(here.ledger.plain(pair.part))
    if before is not None and before[0] == value_of_cells(cells):
        return True  # as it was printed, right or wrong
    try:
        value = here.actual.evaluate(pair.part)
    except NoValue:
        return True
    turned = lying_as(value, (len(cells), len(cells[0])))
    if turned is None or turned.shape != (len(cells), len(cells[0])):
        return False
    if not _off(here, pair.part, cells, turned):
        return True
    # a part of a formula that was worked out from the matrices as they were printed
    return here.carries and _followed(here, cells, as_printed(here, pair.part)) is not None


def wrong_cells(here: Standing, pair: Pair) -> list[tuple[int, int, Real]]:
    """The cells of a matrix that was put in which are not what they should be, with that; none where the
    shapes say that it is another matrix."""
    cells = printed_matrix(pair.number)
    if cells is None:
        return []
    try:
        turned = lying_as(here.actual.evaluate(pair.part), (len(cells), len(cells[0])))
    except NoValue:
        return []
    if turned is None or turned.shape != (len(cells), len(cells[0])):
        return []
    return _off(here, pair.part, cells, turned)


def _off(
    here: Standing, array: t.Node, cells: tuple[tuple[Printed, ...], ...], value: Array
) -> list[tuple[int, int, Real]]:
    printed = here.ledger.matrices.get(here.ledger.plain(array))
    known = printed is not None and here.actual.is_rounded(array)
    shorter = printed_matrix(printed[2]) if printed is not None and known else None
    return [
        (i, j, cell.value)
        for i, (row, numbers) in enumerate(zip(value.rows, cells, strict=True))
        for j, (cell, number) in enumerate(zip(row, numbers, strict=True))
        if here.fit(number, cell.value) is Fit.OFF
        and not (here.carries and was_carried(here, number, cell.value))
        and not _was_printed(here, name_of(here, array, i, j), number)
        and not here.is_longer(_cell_before(shorter, i, j), number, cell.value)
    ]


def _cell_before(
    cells: tuple[tuple[Printed, ...], ...] | None, row: int, column: int
) -> Printed | None:
    """A cell of a matrix that was printed before, where a vector may have lain the other way."""
    place = v.place_in((len(cells), len(cells[0])), row, column) if cells else None
    return cells[place[0]][place[1]] if cells and place is not None else None


def _was_printed(here: Standing, name: t.Name | None, number: Printed) -> bool:
    """True for a number that was printed before as the value of a name."""
    entries = [] if name is None else here.printed_for(name)
    return any(entry.printed.value == number.value for entry in entries)


def name_of(here: Standing, array: t.Node, row: int, column: int) -> t.Name | None:
    """What a document calls a cell of one of its arrays."""
    model = here.actual.model
    if not isinstance(array, t.Name) or array.mark:
        return None
    definition = model.definition(array.key)
    if not isinstance(definition, t.Matrix):
        return None
    place = v.place_in((len(definition.rows), len(definition.rows[0])), row, column)
    cell = None if place is None else definition.rows[place[0]][place[1]]
    return cell if isinstance(cell, t.Name) else None


def cell_at(matrix: t.Node, row: int, column: int) -> t.Node:
    """A cell of a printed matrix, where it stands."""
    if isinstance(matrix, t.Transposed):
        return cell_at(matrix.body, column, row)
    assert isinstance(matrix, t.Matrix)
    return matrix.rows[row][column]


def value_of_cells(cells: tuple[tuple[Printed, ...], ...], is_list: bool = False) -> Array:
    """The array that printed numbers make."""
    rows = tuple(tuple(v.constant(number.value) for number in row) for row in cells)
    return Array(rows, "free" if is_list else "written")


_GRAVITY = {
    Verdict.CORRECT: 0,
    Verdict.UNDECIDED: 1,
    Verdict.TRUNCATION: 2,
    Verdict.ROUNDING: 3,
    Verdict.WRONG: 4,
}


def lying_as(value: Value | None, shape: tuple[int, int]) -> Array | None:
    """An array in the shape that was printed, where a vector lies the other way."""
    if value is None or isinstance(value, Dual):
        return None if value is None or shape != (1, 1) else Array(((value,),))
    if value.shape != shape and value.is_vector and value.shape == shape[::-1]:
        return v.lying_otherwise(value)
    return value


def _size(shape: tuple[int, int]) -> str:
    return f"{shape[0]} × {shape[1]}"
