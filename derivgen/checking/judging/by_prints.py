"""A slope of which the model cannot tell the value, worked out from what the document printed for the parts of its
formula: ``dL/dw = dL/dz x`` where a line says what dL/dz is, and none how L follows z.

What was printed has to be right as far as that is known: of a wrong number nobody can tell whether it is carried on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.literals import literal
from derivgen.checking.evaluating.printed import is_numeric, printed_number
from derivgen.checking.evaluating.values import NoValue, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.judging.carried import MOST_CARRIED, last_number, literal_of
from derivgen.checking.judging.habits import significant
from derivgen.checking.judging.numbers import NOT_SHOWN
from derivgen.checking.judging.spread import distance
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt, replaced
from derivgen.checking.report import Verdict

#: a number with so many digits is right by no accident
TELLING = 3
#: in a formula with more numbers that were worked out before, none is moved
MOST_NUMBERS = 40


def with_prints(
    here: Standing, subject: t.Node | None, before: Sequence[t.Node]
) -> tuple[t.Node, Value] | None:
    """The last formula before a result with numbers in it, and its value; None where one of its parts is unknown,
    or has had more than one value."""
    formula = next((member for member in reversed(before) if not is_numeric(member)), None)
    if not isinstance(subject, t.Derivative) or formula is None:
        return None
    put_in = _with_numbers(here, formula)
    if not is_numeric(put_in):
        return None
    try:
        return put_in, here.actual.evaluate(put_in)
    except NoValue:
        return None


def leave_open_what_prints_cannot_tell(draft: Draft, drafts: Sequence[Draft]) -> None:
    """A number that does not follow from what was printed is no mistake where that stands in a line that is wrong: it may
    go on with what the line should have had.  Nor is one that is off by no more than roundings on the way come to, of
    which nothing is shown."""
    if not (draft.from_prints or draft.by_formula) or draft.verdict is not Verdict.WRONG:
        return
    used = {id(other.statement) for other in drafts if other.id in draft.uses}
    if draft.by_formula:
        names = {name for member in draft.statement.members[1:] for name in t.names_of(member)}
        used |= {id(other.statement) for other in drafts if other.statement.left in names}
    wrong = (other for other in drafts if other.verdict is Verdict.WRONG or other.doubted)
    number, value = draft.number, draft.value
    if any(id(other.statement) in used for other in wrong):
        draft.code, draft.message = "C405", "what it follows from is wrong"
    elif (
        draft.from_prints
        and number
        and value is not None
        and abs(value - number.value) <= MOST_CARRIED * number.unit
    ):
        draft.code, draft.message = "C403", NOT_SHOWN
    else:
        return
    draft.verdict, draft.expected = Verdict.UNDECIDED, ""


def holds_by_prints(here: Standing, subject: t.Node, body: t.Node) -> bool:
    """True for ``dL/db = e`` where ``e = -0.4256`` was worked out before by no formula that stands there, and is the
    value of the slope: nothing that is differentiated is computed from e."""
    if not isinstance(subject, t.Derivative):
        return False
    worked = _worked_out(here, subject, body)
    numbers = [(key, part) for key, node in worked.items() for part in _decimals(node)]
    digits = [significant(read) for _, part in numbers if (read := printed_number(part))]
    if not digits or max(digits) < TELLING or len(numbers) > MOST_NUMBERS:
        return False
    try:
        meant, found = (here.actual.evaluate(node) for node in (subject, body))
        off, near = distance(meant, found), mpmath.mpf(0)
        for key, part in numbers:
            half = Fraction(1, 2) / Fraction(10) ** part.decimals
            moved = replaced(worked[key], part, replace(part, value=part.value + half))
            near += distance(_with_value(here, key, moved).evaluate(body), found) or 0
    except NoValue:
        return False
    return off is not None and off <= 2 * near


def _worked_out(here: Standing, subject: t.Node, body: t.Node) -> Mapping[str, t.Node]:
    """What a formula is computed from and its subject is not, where only a value is known of it."""
    model, ancestry = here.actual.model, here.actual.ancestry
    above = sorted(ancestry.upstream_of(body) - ancestry.upstream_of(subject))
    given = {key: model.given(key) for key in above if model.definition(key) is None}
    return {
        key: node
        for key, node in given.items()
        if node is not None and key != model.rate and not model.is_parameter(key)
    }


def _decimals(node: t.Node) -> Iterator[t.Number]:
    return (part for part in t.walk(node) if isinstance(part, t.Number) and part.decimals)


def _with_value(here: Standing, key: str, node: t.Node) -> World:
    world = here.actual
    return replace(world, stated={**world.stated, key: literal(node)})


def _with_numbers(here: Standing, node: t.Node) -> t.Node:
    if not isinstance(node, t.Derivative | t.Name):
        return rebuilt(node, partial(_with_numbers, here))
    value = here.known_value(node)
    numbers = {entry.printed.value: entry.printed for entry in here.printed_for(node)}
    if len(numbers) > 1:
        return node
    for number in numbers.values():
        far = value is not None and abs(value - number.value) > MOST_CARRIED * number.unit
        return node if far else last_number(here, node) or node
    return node if value is None else literal_of(value)
