"""Mistakes in numbers: an operator writes another number in the place of a result or of an operand.

What turns out to be no mistake (within the printed digits, worked out by :mod:`floats`) is left out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import floats
from mutated import Change, Site, decimals

from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt

Operator = Callable[[Site, random.Random], Iterator[Change]]


def result(site: Site) -> tuple[t.Span, str] | None:
    """The printed number that a member is: its place and its text with the sign."""
    if site.at == 0 or not site.claim:
        return None
    text = site.text(site.members[site.at].span)
    found = re.search(r"-?\d+\.\d+", text)
    if found is None or not re.fullmatch(r"\s*-?\d+\.\d+\s*[.,;]?\s*", text):
        return None
    start = site.members[site.at].span[0]
    return (start + found.start(), start + found.end()), found.group()


def is_same(site: Site, new: str) -> bool:
    """True where a result with this number would be no mistake: what stands before it gives it."""
    for member in site.members[: site.at]:
        at = floats.value_of(member.body)
        if at is not None and abs(at - float(new)) <= 0.5000001 * 10 ** -decimals(new):
            return True
    return False


def results(kind: str, others: Callable[[str, Site, random.Random], Iterator[str]]) -> Operator:
    def operator(site: Site, rng: random.Random) -> Iterator[Change]:
        found = result(site)
        if found is None:
            return
        span, old = found
        for new in others(old, site, rng):
            if float(new) != float(old) and not is_same(site, new):
                yield Change(kind, ((*span, new),))

    return operator


def random_digit(old: str, _: Site, rng: random.Random) -> Iterator[str]:
    places = [at for at, char in enumerate(old) if char.isdigit()]
    at = rng.choice(places)
    yield old[:at] + rng.choice([d for d in "0123456789" if d != old[at]]) + old[at + 1 :]


def digits_swapped(old: str, _: Site, rng: random.Random) -> Iterator[str]:
    pairs = [
        at for at in range(len(old) - 1) if old[at : at + 2].isdigit() and old[at] != old[at + 1]
    ]
    if pairs:
        at = rng.choice(pairs)
        yield old[:at] + old[at + 1] + old[at] + old[at + 2 :]


def point_moved(old: str, _: Site, rng: random.Random) -> Iterator[str]:
    sign, digits = ("-", old[1:]) if old.startswith("-") else ("", old)
    whole, _dot, rest = digits.partition(".")
    if len(rest) > 2 and rng.random() < 0.5:
        yield f"{sign}{whole.lstrip('0')}{rest[0]}.{rest[1:]}"
    else:
        yield f"{sign}{whole[:-1] or '0'}.{whole[-1]}{rest}"


def sign_flipped(old: str, _: Site, __: random.Random) -> Iterator[str]:
    yield old[1:] if old.startswith("-") else f"-{old}"


def doubled(old: str, site: Site, rng: random.Random) -> Iterator[str]:
    before = [floats.value_of(member.body) for member in site.members[: site.at]]
    known = [value for value in before if value is not None]
    value = known[-1] if known else float(old)
    yield floats.printed(value * rng.choice([2, 0.5]), decimals(old))


def stale(old: str, site: Site, rng: random.Random) -> Iterator[str]:
    others = [n for n in site.earlier if decimals(n) == decimals(old) and n != old]
    if others:
        yield rng.choice(others)


# --- operators: numbers put in -----------------------------------------------------------------------


def operands(kind: str, others: Callable[[str, Site, random.Random], Iterator[str]]) -> Operator:
    """Change one number of a calculation."""

    def operator(site: Site, rng: random.Random) -> Iterator[Change]:
        if site.at == 0 or not site.claim or not is_numeric(site.body):
            return
        numbers = [p for p in t.walk(site.body) if isinstance(p, t.Number) and p.decimals]
        if isinstance(site.body, t.Number | t.Negated | t.Matrix) or not numbers:
            return
        number = rng.choice(numbers)
        old = site.text(number.span)
        if not re.fullmatch(r"\d+\.\d+", old):
            return
        for new in others(old, site, rng):
            if float(new) == float(old):
                continue
            value = floats.value_of(put_in(site.body, number, new))
            later = site.members[site.at + 1 :]
            result = floats.value_of(later[-1].body) if later else None
            if value is None:
                continue
            digits = later and re.search(r"\.(\d+)", site.text(later[-1].span))
            if result is not None and digits:
                unit = 10.0 ** -len(digits.group(1))
                if abs(value - result) <= 0.5000001 * unit:
                    continue  # the result is still what stands before it gives
            start, end = number.span
            put = f"({new})" if new.startswith("-") else new
            yield Change(kind, ((start, end, put),))

    return operator


def put_in(node: t.Node, old: t.Number, new: str) -> t.Node:
    if node is old:
        return replace(old, value=type(old.value)(new))
    return rebuilt(node, lambda child: put_in(child, old, new))


def neighbours_value(old: str, site: Site, rng: random.Random) -> Iterator[str]:
    others = [n for n in site.earlier if n != old and float(n) > 0]
    if others:
        yield rng.choice(others)


# --- operators: formulas --------------------------------------------------------------------------------
