"""A printed result at the end of a chain: the calculation it comes from, and its value by the model."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import product

import mpmath

from derivgen.checking.drafts import Draft, note_open
from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.diagonals import of_each_cell
from derivgen.checking.evaluating.equality import DIGITS, close
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import (
    Fit,
    Printed,
    is_numeric,
    is_printed,
    printed_matrix,
    printed_number,
)
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import Array, NoValue, Real, Value, every_cell, scalar
from derivgen.checking.judging.by_prints import with_prints
from derivgen.checking.judging.carried import step_of_prints
from derivgen.checking.judging.matrices import (
    followed_matrix,
    judge_implied_matrix,
    judge_matrix,
    judge_own_slip,
    printed_before,
    value_of_cells,
)
from derivgen.checking.judging.meant import along_a_path, as_meant
from derivgen.checking.judging.noise import slack_of_print
from derivgen.checking.judging.numbers import (
    doubtful,
    judge_implied,
    judge_number,
    judge_unshown,
)
from derivgen.checking.judging.spread import spread
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import has_derivative
from derivgen.checking.report import Verdict

#: index letters, and numbers of each, that a value is looked at for
MOST_LETTERS, MOST_NUMBERS = 2, 8


def judge_result(
    here: Standing, draft: Draft, subject: t.Node | None, before: Sequence[t.Node]
) -> None:
    """Judge a printed number (or a matrix of them) at the end of a chain.

    ``subject`` is the left side, ``before`` are the members between it and the number.
    """
    draft.subject = None if subject is None else here.ledger.plain(subject)
    exact = as_meant(here, subject, before, _exact_value(here, subject, draft))
    known = exact is not None
    if exact is None and subject is not None:
        exact = _by_formula(here, subject, before)
        draft.by_formula = exact is not None
    # by a rule of training that stands before it, a new value follows from what the author says alone
    draft.modelled = exact is not None and (known or isinstance(subject, t.Derivative))
    local = _local_value(here, subject, before, draft)
    stepped = None
    if exact is None and local is None:
        stepped = _stepped(here, subject, draft) or _with_prints(here, subject, before, draft)
    local = local if stepped is None else stepped
    if exact is None and draft.calculation is not None:
        exact = _excuse(here, draft.calculation, local, draft.segment.body)
    body = draft.segment.body
    number = printed_number(body)
    if number is not None:
        number = here.read(number)
        value = every_cell(exact)
        if value is not None:
            value = along_a_path(here, subject, value, lambda v: number.fit(v) is not Fit.OFF)
        judge_number(here, draft, number, value, scalar(local))
        doubted = draft.verdict in (Verdict.WRONG, Verdict.TRUNCATION)
        if doubted and local is None and subject is not None:
            judge_implied(here, draft, number, subject, before)
        if local is None and draft.local is None and doubtful(here, draft):
            judge_unshown(here, draft, number, subject)
        if stepped is not None:
            _excuse_rounding(here, draft, number, scalar(stepped))
        elif local is None or draft.code == "C111" or _follows_prints(here, draft):
            _excuse_print(here, draft, subject)
        sound = draft.verdict is not Verdict.WRONG
        here.ledger.write(subject, number, draft.id, draft.value, sound)
        return
    cells = printed_matrix(body)
    if cells is None:
        return
    cells = tuple(tuple(map(here.read, row)) for row in cells)
    if subject is not None:
        exact = _in_their_layout(here, subject, before, exact)
    if isinstance(subject, t.Derivative) and exact is not None and 1 in (len(cells), len(cells[0])):
        exact = of_each_cell(exact)
    if here.carries and local is None and subject is not None:
        local = followed_matrix(here, cells, subject, before)
        if local is None and (same := printed_before(here, cells, exact)) is not None:
            local = same[0]
    judge_matrix(here, draft, cells, exact, local, subject)
    if draft.verdict is Verdict.WRONG and draft.code == "C102" and local is None:
        same = printed_before(here, cells, exact)
        if same is None:
            judge_implied_matrix(here, draft, cells, exact, subject, before)
            own = not draft.uses and judge_own_slip(here, draft, cells, exact, subject, before)
            copied = None if own else printed_before(here, cells, exact, wrong=True)
            if not draft.uses and copied is not None and copied[1] is not None:
                draft.uses, draft.local = (copied[1],), Fit.ROUNDED
        else:
            draft.verdict, draft.code = Verdict.ROUNDING, "C111"
            draft.uses = () if same[1] is None else (same[1],)
            draft.message = (
                f"{draft.printed} follows from rounded numbers; without them it is {draft.expected}"
            )
    if local is None or draft.code == "C111":
        _excuse_print(here, draft, subject)
    is_list = isinstance(body, t.Matrix) and body.is_list
    here.ledger.write_matrix(subject, value_of_cells(cells, is_list), body, cells, draft.id)


def _exact_value(here: Standing, subject: t.Node | None, draft: Draft) -> Value | None:
    """The value by the model; None for what it does not know."""
    try:
        if subject is not None and not is_numeric(subject):
            return here.actual.evaluate(subject)
    except NoValue as error:
        of_each = _of_each(here, subject)
        if of_each is not None:
            return of_each
        note_open(draft, error)
    return None


def _by_formula(here: Standing, subject: t.Node, before: Sequence[t.Node]) -> Value | None:
    """The value of ``dL/do * d_2`` in ``dL/dv_2 = dL/do * d_2 = 0.678`` where v_2 has no name but here: weights that
    stand as numbers in the formulas; or no value anywhere.  That of a new value by the rule before it, where it is no
    step of plain descent."""
    formula = before[-1] if before else None
    if formula is None or is_numeric(formula):
        return None
    model, by = here.actual.model, subject.by if isinstance(subject, t.Derivative) else None
    new = isinstance(subject, t.Name) and subject.mark in UPDATE_MARKS and model.step is not None
    unvalued = (
        isinstance(by, t.Name) and not ix.letters_of(by.key) and not _has_value(model, by.key)
    )
    if not new and not unvalued:
        return None
    with suppress(NoValue):
        return here.actual.evaluate(formula)
    return None


def _has_value(model: Model, key: str) -> bool:
    return (
        model.definition(key) is not None
        or model.given(key) is not None
        or bool(model.element(key))
    )


def _of_each(here: Standing, subject: t.Node | None) -> Value | None:
    """The value of ``dE/dr_i`` where it is one and the same for all i; None where it is not."""
    letters = sorted(ix.free_letters(subject)) if subject is not None else []
    if subject is None or not 0 < len(letters) <= MOST_LETTERS:
        return None
    found: list[Value] = []
    for numbers in product(range(MOST_NUMBERS), repeat=len(letters)):
        with suppress(NoValue):
            found.append(
                here.actual.evaluate(ix.at(subject, dict(zip(letters, numbers, strict=True))))
            )
    with suppress(NoValue):
        if len(found) > 1 and all(close(found[0], other) for other in found):
            return found[0]
    return None


def _stepped(here: Standing, subject: t.Node | None, draft: Draft) -> Value | None:
    """A new value from the old one and the gradient as they were printed, where nothing else tells."""
    step = step_of_prints(here, subject)
    if step is None:
        return None
    draft.calculation, draft.uses = step, here.ledger.claims_behind(step)
    try:
        return here.actual.evaluate(step)
    except NoValue:
        return None


def _with_prints(
    here: Standing, subject: t.Node | None, before: Sequence[t.Node], draft: Draft
) -> Value | None:
    """What the formula before gives with the numbers that were printed for its parts."""
    found = with_prints(here, subject, before)
    if found is None or scalar(found[1]) is None:
        return None
    draft.calculation, value = found
    draft.uses, draft.from_prints = here.ledger.claims_behind(draft.calculation), True
    return value


def _excuse_rounding(here: Standing, draft: Draft, number: Printed, local: Real | None) -> None:
    """A step that is not written out may have been computed before its numbers were rounded."""
    if local is None or draft.calculation is None or draft.verdict is Verdict.CORRECT:
        return
    if abs(local - number.value) <= number.unit + 2 * spread(here, draft.calculation):
        draft.accept()


def _follows_prints(here: Standing, draft: Draft) -> bool:
    return draft.local is Fit.ROUNDED or (here.cuts and draft.local is Fit.CUT)


def _excuse_print(here: Standing, draft: Draft, subject: t.Node | None) -> None:
    """A value that rests on printed numbers is no better known than these."""
    if draft.verdict not in (Verdict.WRONG, Verdict.TRUNCATION, Verdict.ROUNDING):
        return
    if subject is None or draft.number is None or draft.value is None:
        return
    slack = slack_of_print(here, subject, draft.cell)
    if slack and abs(draft.value - draft.number.value) <= draft.number.unit / 2 + slack:
        draft.accept()


def _in_their_layout(
    here: Standing, subject: t.Node, before: Sequence[t.Node], exact: Value | None
) -> Value | None:
    """The gradient by a matrix as the formula before it has it, or the last one that was written for it: with the
    shape of the transpose in numerator layout, where the formula makes sense in no other one."""
    if not isinstance(subject, t.Derivative) or not isinstance(exact, Array) or exact.is_vector:
        return exact
    said = here.said.get(here.ledger.plain(subject), ())
    for formula in before or said[-1:]:
        if not has_derivative(formula):
            continue
        with suppress(NoValue):
            plain = here.actual.evaluate(formula)
            if isinstance(plain, Array) and plain.shape in (exact.shape, exact.shape[::-1]):
                continue
        with suppress(NoValue):
            turned = here.actual.evaluate(subject, "turned")
            if close(here.actual.evaluate(formula, "turned"), turned):
                return turned
    return exact


def _excuse(here: Standing, calculation: t.Node, local: Value | None, body: t.Node) -> Value | None:
    """For a calculation by itself that does not give what is printed: its value with its numbers
    as they were before they were rounded, where the document printed them itself."""
    number, at = printed_number(body), scalar(local)
    if number is None or at is None or here.fit(number, at) is Fit.ROUNDED:
        return None
    try:
        return here.actual.evaluate(_unrounded(here, calculation))
    except NoValue:
        return None


def _unrounded(here: Standing, node: t.Node) -> t.Node:
    if isinstance(node, t.Negated) and isinstance(node.body, t.Number) and node.body.decimals:
        value = _as_computed(here, node)
        if value is not None:
            return replace(node, body=replace(node.body, value=-value))
    if isinstance(node, t.Number) and node.decimals:
        value = _as_computed(here, node)
        return node if value is None else replace(node, value=value)
    return rebuilt(node, partial(_unrounded, here))


def _as_computed(here: Standing, node: t.Node) -> Fraction | None:
    """What a printed number was before it was rounded, where the document printed it before."""
    number = printed_number(node)
    entries = [] if number is None else here.ledger.like(number)
    if not entries or entries[-1].unrounded is None:
        return None
    return Fraction(mpmath.nstr(entries[-1].unrounded, DIGITS))


def _local_value(
    here: Standing, subject: t.Node | None, before: Sequence[t.Node], draft: Draft
) -> Value | None:
    """The value of the calculation that stands before, its operands as printed."""
    members = [*([] if subject is None else [subject]), *before]
    for member in reversed(members):
        if is_numeric(member):
            if not is_printed(member):
                draft.calculation = member
                draft.uses = here.ledger.claims_behind(member)
            try:
                return here.actual.evaluate(member)
            except NoValue as error:
                note_open(draft, error)
                return None
    return None
