"""Slips of the pen: the digits of a number, with the right ones at hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.printed import Fit, decimal
from derivgen.checking.evaluating.values import Real
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import replaced
from derivgen.checking.mistakes.case import Candidate, Case

PLAIN = re.compile(r"-?[0-9]*\.?[0-9]+")
#: how many digits a number has before one that is lost or too many is recognised
LONG = 3


def _are_swapped(printed: str, wanted: str) -> bool:
    left, right = printed.replace(".", ""), wanted.replace(".", "")
    off = [i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b]
    if len(left) != len(right) or len(off) != 2 or printed.find(".") != wanted.find("."):
        return False
    one, two = off
    return (left[one], left[two]) == (right[two], right[one])


def _is_moved(printed: str, wanted: str) -> bool:
    same = bool(_bare(printed)) and _bare(printed) == _bare(wanted)
    return same and float(printed) != float(wanted)


def _differ_in_one(printed: str, wanted: str) -> bool:
    off = [i for i, (a, b) in enumerate(zip(printed, wanted, strict=False)) if a != b]
    return len(printed) == len(wanted) and len(off) == 1


def are_misprints(printed: str, meant: str) -> bool:
    """True for a number with two digits swapped, one digit or the sign changed, or its point moved."""
    one, two = printed.lstrip("-"), meant.lstrip("-")
    if one == two:
        return printed != meant
    alike = _are_swapped(one, two) or _differ_in_one(one, two) or _is_moved(one, two)
    return alike and printed.startswith("-") == meant.startswith("-")


def inside(alike: Callable[[str, str], bool]) -> Callable[[Case], Iterator[t.Node]]:
    """A calculation with one of its numbers as the one, printed before, that it looks like."""

    def mended(case: Case) -> Iterator[t.Node]:
        if case.number is not None or case.is_formula:
            return
        printed = {
            e.printed.text.lstrip("-") for all_ in case.ledger.by_value.values() for e in all_
        }
        for number in {part for part in t.walk(case.body) if isinstance(part, t.Number)}:
            for text in sorted(printed):
                if (
                    PLAIN.fullmatch(text)
                    and PLAIN.fullmatch(number.text)
                    and alike(number.text, text)
                ):
                    put = replace(number, text=text, value=Fraction(text))
                    yield replaced(case.body, number, put)

    return mended


def _exchanges(case: Case) -> Iterator[tuple[t.Number, str]]:
    """The numbers of a calculation, each with every other one that was printed before."""
    numbers = dict.fromkeys(part for part in t.walk(case.body) if isinstance(part, t.Number))
    entries = [entry for found in case.ledger.by_value.values() for entry in found]
    for number in numbers:
        texts = [entry.printed.text.lstrip("-") for entry in entries]
        # the same with more digits than it was printed with
        texts += [
            decimal(abs(entry.unrounded), number.decimals)
            for entry in entries
            if entry.unrounded is not None and number.decimals > entry.printed.decimals
        ]
        for text in dict.fromkeys(texts):
            plain = PLAIN.fullmatch(text) and PLAIN.fullmatch(number.text)
            if plain and text != number.text:
                yield number, text


def stale_inside(case: Case) -> Iterator[t.Node]:
    """A calculation with one of its numbers, long ones that were printed before, as another of those."""
    if case.number is not None or case.is_formula:
        return
    for number, text in _exchanges(case):
        known = case.ledger.by_value.get(mpmath.mpf(number.text))
        if known and len(_bare(number.text)) >= LONG - 1 and len(_bare(text)) >= LONG:
            yield replaced(case.body, number, replace(number, text=text, value=Fraction(text)))


swapped_inside = inside(_are_swapped)
moved_inside = inside(_is_moved)
digit_inside = inside(_differ_in_one)


def _digits(case: Case) -> Iterator[tuple[str, str]]:
    """The digits that are printed and those that should be: of a copied number as they stood there, of a
    result with as many decimals as are printed."""
    number, draft = case.number, case.draft
    if number is None or draft.value is None:
        return
    if number.decimals <= 0 and "." in draft.expected:
        return  # a whole number for a value that is none is no slip of a digit
    wanted = [number.as_printed(draft.value)]
    if case.is_copied and PLAIN.fullmatch(draft.expected):
        wanted.insert(0, draft.expected)
    for text in dict.fromkeys(wanted):
        if case.is_copied or number.text.startswith("-") == text.startswith("-"):
            yield number.text.lstrip("-"), text.lstrip("-")


def swapped(case: Case) -> Iterator[Candidate]:
    if any(_are_swapped(printed, wanted) for printed, wanted in _digits(case)):
        yield _printed(case)


def moved_point(case: Case) -> Iterator[Candidate]:
    """The same digits with the point elsewhere, as they stand or as the value has them."""
    number = case.number
    if any(_is_moved(printed, wanted) for printed, wanted in _digits(case)):
        yield _printed(case)
    digits = 0 if number is None else len(_bare(number.text))
    if number is not None and case.draft.value and digits == LONG - 1:
        # as many digits of the value as are printed
        value = decimal(abs(case.draft.value), _places(case.draft.value, digits))
        if _is_moved(number.text.lstrip("-"), value):
            yield _printed(case)
    if number is not None and case.draft.value and digits >= LONG:
        for power in (-3, -2, -1, 1, 2, 3):
            moved = case.draft.value * mpmath.mpf(10) ** power
            if abs(moved - number.value) <= number.unit * mpmath.mpf("0.51"):
                yield _printed(case)


def _places(value: Real, digits: int) -> int:
    """The decimals with which a value shows so many digits."""
    return max(0, digits - 1 - int(mpmath.floor(mpmath.log10(abs(value)))))


def _bare(text: str) -> str:
    return text.replace(".", "").strip("0")


def one_digit(case: Case) -> Iterator[Candidate]:
    if any(_differ_in_one(printed, wanted) for printed, wanted in _digits(case)):
        yield _printed(case)


def _is_shown(case: Case) -> bool:
    """True for a result whose calculation stands before it: the numbers in that are the right ones."""
    draft = case.draft
    return draft.local is Fit.OFF and draft.calculation is not None and not case.is_copied


def slip_of_result(case: Case) -> Iterator[Candidate]:
    """One digit of a result whose calculation stands before it."""
    if _is_shown(case):
        yield from one_digit(case)


def stale_result(case: Case) -> Iterator[Candidate]:
    """A number of an earlier line in place of the result of the calculation before it."""
    if _is_shown(case):
        yield from stale(case)


def sign_inside(case: Case) -> Iterator[t.Node]:
    """A calculation with the sign of one of its numbers turned."""
    if case.number is not None or case.is_formula:
        return
    for number in {part for part in t.walk(case.body) if isinstance(part, t.Number)}:
        if number.decimals:
            yield replaced(case.body, number, t.Negated(number))


def lost_digit(case: Case) -> Iterator[Candidate]:
    """A digit is missing, or one is too many."""
    number, value = case.number, case.draft.value
    if number is None or value is None:
        return
    printed = number.text.lstrip("-")
    longer = decimal(abs(value), number.decimals + 1)
    shorter = decimal(abs(value), number.decimals - 1)
    for short, long in ((printed, longer), (shorter, printed)):
        places = range(long.find(".") + 1, len(long) - 1)
        cut = {long[:at] + long[at + 1 :] for at in places}
        if len(_bare(short)) >= LONG and short in cut:
            yield _printed(case)


def _printed(case: Case) -> Candidate:
    number = case.number
    assert number is not None
    return lambda _: v.constant(number.value)


def stale(case: Case) -> Iterator[Candidate]:
    """The digits were printed before, as the value of something else."""
    number = case.number
    if number is None or number.decimals < 2:
        return
    for sign in (1, -1) if len(_bare(number.text)) >= LONG else (1,):
        before = [
            entry
            for entry in case.ledger.by_value.get(sign * number.value, ())
            if entry.subject is not None
            and entry.subject != case.right
            and (entry.draft or 0) < case.draft.id
        ]
        if before:
            yield _printed(case)
