"""Slips of the pen: the digits of a number, with the right ones at hand."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath

from derivgen.checking import values as v
from derivgen.checking.mistakes.case import Candidate, Case


def _digits(case: Case) -> Iterator[tuple[str, str]]:
    """The digits that are printed and those that should be."""
    number = case.number
    if number is not None and case.draft.value is not None:
        wanted = number.as_printed(case.draft.value)
        yield number.text.lstrip("-"), wanted.lstrip("-")


def swapped(case: Case) -> Iterator[Candidate]:
    for printed, wanted in _digits(case):
        for at in range(len(wanted) - 1):
            turned = wanted[:at] + wanted[at + 1] + wanted[at] + wanted[at + 2 :]
            if turned == printed and turned != wanted:
                yield _printed(case)
        # across the decimal point, digits alone
        left, right = printed.replace(".", ""), wanted.replace(".", "")
        off = [i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b]
        if len(left) == len(right) and len(off) == 2:
            one, two = off
            if (left[one], left[two]) == (right[two], right[one]):
                yield _printed(case)


def moved_point(case: Case) -> Iterator[Candidate]:
    number = case.number
    if number is not None and case.draft.value:
        for power in (-3, -2, -1, 1, 2, 3):
            moved = case.draft.value * mpmath.mpf(10) ** power
            if abs(moved - number.value) <= number.unit * mpmath.mpf("0.51"):
                yield _printed(case)


def one_digit(case: Case) -> Iterator[Candidate]:
    for printed, wanted in _digits(case):
        off = [i for i, (a, b) in enumerate(zip(printed, wanted, strict=False)) if a != b]
        if len(printed) == len(wanted) and len(off) == 1:
            yield _printed(case)


def _printed(case: Case) -> Candidate:
    number = case.number
    assert number is not None
    return lambda _: v.constant(number.value)


def stale(case: Case) -> Iterator[Candidate]:
    """The number was printed before, as the value of something else."""
    if case.number is not None and case.number.decimals > 1:
        before = [
            e
            for e in case.ledger.like(case.number)
            if e.subject is not None and e.subject != case.right and (e.draft or 0) < case.draft.id
        ]
        if before:
            yield _printed(case)
