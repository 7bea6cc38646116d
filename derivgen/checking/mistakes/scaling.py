"""The right value times something: signs, factors of two, sums for means."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath

from derivgen.checking import values as v
from derivgen.checking.mistakes.case import Candidate, Case
from derivgen.checking.mistakes.updates import update
from derivgen.checking.values import Real


def _scaled(case: Case, factor: Real) -> Candidate:
    return lambda world: v.combined(v.multiply, v.constant(factor), world.evaluate(case.right))


def sign(case: Case) -> Iterator[Candidate]:
    key = case.updated
    if key is not None:
        yield from update(case, lambda w, g, eta: w + eta * g)
    yield _scaled(case, mpmath.mpf(-1))


def factor_two(case: Case) -> Iterator[Candidate]:
    if case.updated is not None:
        yield from update(case, lambda w, g, eta: w - 2 * eta * g)
        yield from update(case, lambda w, g, eta: w - eta * g / 2)
        return
    if case.is_given:
        return
    yield _scaled(case, mpmath.mpf(2))
    yield _scaled(case, mpmath.mpf("0.5"))


def mean_for_sum(case: Case) -> Iterator[Candidate]:
    if case.is_given or case.updated is not None:
        return
    for samples in range(2, 11):
        yield _scaled(case, mpmath.mpf(1) / samples)
        yield _scaled(case, mpmath.mpf(samples))
