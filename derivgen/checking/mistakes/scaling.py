"""The right value times something: signs, factors of two, sums for means."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import printed_number
from derivgen.checking.evaluating.values import Real, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.mistakes.case import Candidate, Case
from derivgen.checking.mistakes.paths import between
from derivgen.checking.mistakes.updates import update

#: how many constants are taken two by two
MOST_CONSTANTS = 5
#: how many samples a batch is believed to have
MOST_SAMPLES = 1000


def _scaled(case: Case, factor: Real) -> Candidate:
    return lambda world: v.combined(
        v.multiply, v.constant(factor), world.evaluate(case.right, case.reading)
    )


def sign(case: Case) -> Iterator[Candidate]:
    key = case.updated
    if key is not None:
        yield from update(case, lambda w, g, eta: w + eta * g)
    yield _scaled(case, mpmath.mpf(-1))


def factor_two(case: Case) -> Iterator[Candidate]:
    if case.updated is not None:
        yield from update(case, lambda w, g, eta: w - 2 * eta * g)
        yield from update(case, lambda w, g, eta: w - eta * g / 2)
    # a number that was put in for a formula was worked out
    if not case.is_copied or not isinstance(case.right, t.Name):
        yield _scaled(case, mpmath.mpf(2))
        yield _scaled(case, mpmath.mpf("0.5"))


def lost_constant(case: Case) -> Iterator[Candidate]:
    """The right value without a constant that stands in an equation on the way: the scale of an attention."""
    if case.is_copied or case.updated is not None:
        return
    nodes = map(case.model.definition, between(case))
    found = list(dict.fromkeys(c for node in nodes if node for c in _constants(case, node)))
    # sqrt(2) x / 2 is x / sqrt(2)
    pairs = (t.Product(pair) for pair in combinations(found[:MOST_CONSTANTS], 2))
    for constant in (*found, *pairs):

        def candidate(world: World, constant: t.Node = constant) -> Value:
            right = world.evaluate(case.right, case.reading)
            return v.combined(v.divide, right, world.evaluate(constant))

        yield candidate


def _constants(case: Case, node: t.Node) -> Iterator[t.Node]:
    """The factors of a formula, and of its terms, that rest on numbers alone, and on what is given and not trained."""
    for part in t.walk(node):
        if isinstance(part, t.Quotient) and _is_constant(case, part.bottom):
            yield t.Quotient(t.Number("1", Fraction(1)), part.bottom)
        elif isinstance(part, t.Product):
            yield from (f for f in part.factors if _is_constant(case, f))


def _is_constant(case: Case, node: t.Node) -> bool:
    model = case.model
    if isinstance(node, t.Matrix):
        return False
    return all(
        model.element(name.key) is None
        and not model.is_parameter(name.key)
        and printed_number(model.definition(name.key) or model.given(name.key) or name) is not None
        for name in t.names_of(node)
    ) and not t.has_derivative(node)


def mean_for_sum(case: Case) -> Iterator[Candidate]:
    if case.is_copied:
        return
    for samples in _sample_counts(case.model):
        for factor in (mpmath.mpf(1) / samples, mpmath.mpf(samples)):
            if case.updated is None:
                yield _scaled(case, factor)
            yield from _scaled_step(case, factor)


def _scaled_step(case: Case, factor: Real) -> Iterator[Candidate]:
    return update(case, lambda w, g, eta: w - factor * eta * g)


def _sample_counts(model: Model) -> list[int]:
    """How many samples the loss may be a sum or a mean of: its terms, its divisors, also by a name, the rows
    of data."""
    node = None if model.loss is None else model.definition(model.loss)
    found = set()
    for part in () if node is None else t.walk(node):
        if isinstance(part, t.Sum):
            found.add(len(part.terms))
        if isinstance(part, t.Number) and not part.decimals:
            found.add(int(part.value))
            found.add(int(1 / part.value) if part.value else 0)
            found.add(int(part.value.denominator))
        if isinstance(part, t.Name):
            number = printed_number(model.given(part.key) or part)
            found |= set() if number is None or number.decimals else {int(number.value)}
    for name in model.names():
        given = model.given(name)
        if isinstance(given, t.Matrix) and not model.is_parameter(name):
            found |= {len(given.rows), len(given.rows[0])}
    return sorted(n for n in found if 2 < n <= MOST_SAMPLES)
