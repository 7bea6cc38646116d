"""How far off a calculation can be, since the numbers in it were rounded."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction

import mpmath

from derivgen.checking.drafts import Entry
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.printed import printed_number
from derivgen.checking.evaluating.values import Dual, NoValue, Real, Value, scalar, simplest
from derivgen.checking.judging.carried import as_printed
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt

#: a number nearer than this to its value is its value
WHOLE = mpmath.mpf("1e-15")


def spread(here: Standing, node: t.Node) -> Real:
    """How far a calculation can be off when each rounded number in it is off by half a unit of
    its last place, or by a unit where digits are cut, or by what rounding has taken from it on the way; given numbers are exact.  Of an array,
    how far its cells can be."""
    numbers = [n for n in t.walk(node) if isinstance(n, t.Number) and not _is_exact(here, n)]
    try:
        at = here.actual.evaluate(node)
    except NoValue:
        return mpmath.mpf(0)
    total = mpmath.mpf(0)
    for number in numbers:
        with suppress(NoValue):  # an exponent of a negative number can't be moved
            moved = here.actual.evaluate(_shifted(node, number, _carried_off(here, number)))
            total += distance(moved, at) or 0
    return total


def distance(left: Value, right: Value) -> Real | None:
    """The largest difference between two cells in the same place; None where the shapes differ."""
    one, two = simplest(left), simplest(right)
    if isinstance(one, Dual) and isinstance(two, Dual):
        return abs(one.value - two.value)
    if isinstance(one, Dual) or isinstance(two, Dual) or one.shape != two.shape:
        return None
    return max(abs(a.value - b.value) for a, b in zip(one.cells(), two.cells(), strict=True))


def _carried_off(here: Standing, number: t.Number) -> Fraction:
    """How far a number that was printed before is from what it would be without any rounding."""
    read = printed_number(number)
    short = number.decimals < 2 and not (read is not None and here.is_full(read))
    half = Fraction(0)
    if read is not None and not short:
        # what was cut has lost up to a unit
        half = Fraction(1, 1 if here.cuts else 2) / Fraction(10) ** here.read(read).decimals
    entries = _entries(here, number)
    if not number.value:
        # of many that were rounded to 0, any one may be meant
        lost_to_0 = (abs(e.unrounded) for e in entries if e.sound and e.unrounded is not None)
        most = min(max(lost_to_0, default=mpmath.mpf(0)), mpmath.mpf(10) ** -here.decimals / 2)
        return max(half, Fraction(mpmath.nstr(most, DIGITS)))
    last = max(entries, key=lambda entry: entry.draft or 0, default=None)
    if last is None or last.unrounded is None or not last.sound:
        return half
    off = abs(last.unrounded - last.printed.value)
    if short and off > last.printed.unit:
        return half
    return max(half, Fraction(mpmath.nstr(off, DIGITS)))


def _entries(here: Standing, number: t.Number) -> list[Entry]:
    """What was printed with the same digits; a number in a formula has its sign before it."""
    printed = printed_number(number)
    if printed is None:
        return []
    turned = replace(printed, value=-printed.value)
    both = [printed] if printed.value == 0 else [printed, turned]
    return [entry for one in both for entry in here.ledger.like(one)]


def _is_exact(here: Standing, number: t.Number) -> bool:
    """True for whole numbers and short ones that are no rounded results, and what the document gives, as it
    gives it: 0.30000 is a rounded number where 0.3 is given."""
    entries = _entries(here, number)
    if number.decimals < 2:
        return not any(e.draft is not None for e in entries)
    given = [e for e in entries if e.draft is None]
    return bool(given) and all(
        e.printed.decimals >= number.decimals if e.draft is None else _is_whole(e) for e in entries
    )


def _is_whole(entry: Entry) -> bool:
    """True for a result that lost nothing by being printed: a given weight as the derivative that it is."""
    if entry.unrounded is None:
        return False
    return bool(abs(entry.unrounded - entry.printed.value) < WHOLE)


def agrees(here: Standing, numbers: t.Node, formula: t.Node) -> bool:
    """Whether a calculation is what a formula behind it comes to, ``(16.32 - 16) / 0.01 = (L(w + h) - L(w)) / h``, as far
    as its rounded numbers tell."""
    try:
        one, two = (here.actual.evaluate(node) for node in (numbers, formula))
    except NoValue:
        return False
    off = distance(one, two)
    return off is not None and off <= 2 * spread(here, numbers)


def spread_with_names(here: Standing, body: t.Node) -> Real:
    """As :func:`spread`, with the names at their values."""
    units = [
        mpmath.mpf(10) ** -n.decimals
        for n in t.walk(body)
        if isinstance(n, t.Number) and n.decimals > 1
    ]
    value = scalar(as_printed(here, body)) or mpmath.mpf(0)
    return sum(units, mpmath.mpf(0)) * max(1, abs(value)) / 2


def lost(entry: Entry) -> Real:
    """What rounding has taken from a printed number: no more than a unit of its last place, also where
    it is wrong; nothing from what is given."""
    if entry.draft is None or entry.unrounded is None:
        return mpmath.mpf(0)
    return min(entry.printed.unit, abs(entry.unrounded - entry.printed.value))


def is_spoilt(entry: Entry) -> bool:
    """True for a printed number that is far from what it should be."""
    if entry.draft is None or entry.unrounded is None:
        return False
    return bool(abs(entry.unrounded - entry.printed.value) > 2 * entry.printed.unit)


def _shifted(node: t.Node, number: t.Number, by: Fraction) -> t.Node:
    """A calculation with one of its numbers moved; others like it stay, as they were rounded by themselves."""
    if node is number:
        return replace(number, value=number.value + by)
    return rebuilt(node, lambda child: _shifted(child, number, by))
