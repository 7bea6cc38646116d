"""Updates: other rules than the old value less the learning rate times the gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import Dual, Real, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.mistakes.case import Candidate, Case
from derivgen.checking.mistakes.paths import updated_weights

#: how many printed values of a gradient are tried, the last ones
MOST_PRINTED = 4


def value_of(node: t.Node) -> Candidate:
    """The value of a formula."""
    return lambda world: world.evaluate(node)


def update(case: Case, rule: Callable[[Real, Real, Real], Real]) -> Iterator[Candidate]:
    key, model = case.updated, case.model
    if key is None or model.loss is None or model.rate is None:
        return
    loss, rate = t.Name(model.loss), model.rate

    def at(world: World, slope: Value) -> Value:
        eta = world.value(rate)
        assert isinstance(eta, Dual)
        return v.combined(
            lambda w, g: Dual(rule(w.value, g.value, eta.value)), world.value(key), slope
        )

    yield lambda world: at(world, world.derivative(loss, t.Name(key)))
    for token in () if case.is_formula else case.ledger.derivatives_by(key):
        for entry in case.ledger.of(token)[-MOST_PRINTED:]:
            yield partial(at, slope=v.constant(entry.printed.value))  # as it was printed


def no_rate(case: Case) -> Iterator[Candidate]:
    yield from update(case, lambda w, g, _: w - g)
    gradient = _step_without_rate(case)
    if gradient is not None:
        yield value_of(gradient)


def _step_without_rate(case: Case) -> t.Node | None:
    """The gradient where its number stands in place of the learning rate times the gradient."""
    right = case.right
    if not isinstance(right, t.Product) or not t.has_derivative(right):
        return None
    rest = [f for f in right.factors if not isinstance(f, t.Name) or f.key != case.model.rate]
    if len(rest) != len(right.factors) - 1:
        return None
    return rest[0] if len(rest) == 1 else replace(right, factors=tuple(rest))


def rate_twice(case: Case) -> Iterator[Candidate]:
    yield from update(case, lambda w, g, eta: w - eta * eta * g)


def only_step(case: Case) -> Iterator[Candidate]:
    yield from update(case, lambda _, g, eta: eta * g)
    yield from update(case, lambda _, g, eta: -eta * g)


def not_updated(case: Case) -> Iterator[Candidate]:
    yield from update(case, lambda w, _, __: w)


def after_update(case: Case) -> Iterator[Candidate]:
    """The updated value of a weight where its old one belongs."""
    name = case.right
    if isinstance(name, t.Name) and not name.mark and case.model.is_parameter(name.key):
        yield value_of(replace(name, mark="+"))
    token = case.derivative
    if token is not None and isinstance(token.of, t.Name) and case.is_copied:
        node = case.model.definition(token.of.key)
        for part in () if node is None else t.walk(node):
            if isinstance(part, t.Name) and case.model.is_parameter(part.key):
                yield value_of(replace(part, mark="+"))
    for formula in case.formulas if case.updated is None else ():
        keys = {name.key for name in t.names_of(formula) if not name.mark}
        for key in sorted(filter(case.model.is_parameter, keys)):
            yield value_of(_after(formula, key))
    yield from updated_weights(case)


def _after(formula: t.Node, key: str) -> t.Node:
    """A formula with the new value of one parameter."""
    if isinstance(formula, t.Name):
        return replace(formula, mark="+") if formula.key == key and not formula.mark else formula
    if isinstance(formula, t.Derivative):
        return formula
    return rebuilt(formula, lambda child: _after(child, key))


def before_update(case: Case) -> Iterator[Candidate]:
    name = case.right
    if isinstance(name, t.Name) and name.mark in UPDATE_MARKS:
        old = replace(name, mark="")
        yield value_of(old)
