"""Derivatives: paths, slopes of activations, dead units, the bias for its input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from derivgen.checking import values as v
from derivgen.checking.maths import tree as t
from derivgen.checking.mistakes.case import Candidate, Case
from derivgen.checking.model import Changed, Model
from derivgen.checking.resolving import Unknown, resolved
from derivgen.checking.values import Dual, NoValue, Real, Value
from derivgen.checking.world import World

#: how many quantities between the two ends of a derivative are looked at
MOST_BETWEEN = 40


@dataclass(frozen=True, slots=True)
class Activation:
    """``a = f(z)`` somewhere between the two ends of a derivative."""

    key: str
    #: the function's name, where it is called by one
    function: str
    argument: t.Name


def _between(case: Case) -> list[str]:
    """The computed quantities between the two ends of a derivative token."""
    token = case.derivative
    if token is None or not isinstance(token.of, t.Name) or not isinstance(token.by, t.Name):
        return []
    try:
        top, _ = resolved(case.model, token.of)
        bottom, _ = resolved(case.model, token.by)
    except Unknown:
        return []
    return case.ancestry.between(top, bottom)[:MOST_BETWEEN]


def _activations(case: Case) -> list[Activation]:
    token = case.derivative
    keys = _between(case)
    if token is not None and isinstance(token.of, t.Name):
        keys = [token.of.key, *keys]
    return [found for key in keys if (found := activation(case.model, key)) is not None]


def activation(model: Model, key: str) -> Activation | None:
    """How a quantity is computed from one other by a function: ``f(z)``, ``1/(1 + e^{-z})``."""
    node = model.definition(key)
    if node is None or isinstance(node, t.Name | t.Matrix):
        return None
    names = {part for part in t.walk(node) if isinstance(part, t.Name)}
    if len(names) != 1 or any(isinstance(part, t.Derivative) for part in t.walk(node)):
        return None
    function = node.function if isinstance(node, t.Call) else ""
    return Activation(key, function, names.pop())


def _slope_at(a: Activation, world: World, at: str) -> Real:
    if at == "value":
        put = {**world.stated, a.argument.key: world.value(a.key)}
        world = replace(world, stated=put)
    found = v.simplest(world.derivative(t.Name(a.key), a.argument, local=True))
    if not isinstance(found, Dual) or not found.value:
        raise NoValue("no single slope")
    return found.value


def _over_slopes(case: Case, change: Callable[[Real, Real], Real]) -> Iterator[Candidate]:
    """The right value with the slope of one activation, or of all, changed: from what to what."""
    found = _activations(case)
    groups = [[a] for a in found] + ([found] if len(found) > 1 else [])
    for group in groups:

        def candidate(world: World, group: list[Activation] = group) -> Value:
            value = world.evaluate(case.right)
            for a in group:
                slope = _slope_at(a, world, "argument")
                other = _slope_at(a, world, "value")
                value = v.combined(v.multiply, value, v.constant(change(slope, other)))
            return value

        yield candidate


def no_slope(case: Case) -> Iterator[Candidate]:
    yield from _over_slopes(case, lambda slope, _: 1 / slope)


def slope_twice(case: Case) -> Iterator[Candidate]:
    yield from _over_slopes(case, lambda slope, _: slope)


def slope_at_activation(case: Case) -> Iterator[Candidate]:
    yield from _over_slopes(case, lambda slope, other: other / slope)


def missing_path(case: Case) -> Iterator[Candidate]:
    """The paths through one quantity are missing, or all but those."""
    for of, by, key in _through(case):
        held = frozenset({key})

        def others(
            world: World, of: t.Node = of, by: t.Node = by, held: frozenset[str] = held
        ) -> Value:
            return world.derivative(of, by, held=held)

        def these(
            world: World, of: t.Node = of, by: t.Node = by, held: frozenset[str] = held
        ) -> Value:
            rest = world.derivative(of, by, held=held)
            if _is_nothing(rest):
                raise NoValue("all paths lead through it")
            return v.combined(v.subtract, world.derivative(of, by), rest)

        yield others
        yield these


def doubled_path(case: Case) -> Iterator[Candidate]:
    for of, by, key in _through(case):
        held = frozenset({key})

        def candidate(
            world: World, of: t.Node = of, by: t.Node = by, held: frozenset[str] = held
        ) -> Value:
            whole = world.derivative(of, by)
            rest = world.derivative(of, by, held=held)
            if _is_nothing(rest):
                raise NoValue("all paths lead through it: it is a factor 2")
            return v.combined(lambda a, b: v.subtract(v.add(a, a), b), whole, rest)

        yield candidate


def _through(case: Case) -> Iterator[tuple[t.Node, t.Node, str]]:
    """The two ends of a derivative, and each quantity between them."""
    token = case.derivative
    if token is not None and token.of is not None:
        for key in _between(case):
            yield token.of, token.by, key


def _is_nothing(value: Value) -> bool:
    found = v.simplest(value)
    return isinstance(found, Dual) and not found.value


def bias_for_one(case: Case) -> Iterator[Candidate]:
    """The bias in place of its constant input 1."""
    token = case.derivative
    if token is not None and isinstance(token.by, t.Name):
        by = token.by
        yield lambda world: v.combined(v.multiply, world.evaluate(case.right), world.evaluate(by))


def alive(case: Case) -> Iterator[Candidate]:
    """A dead unit treated as alive: every rectifier's slope taken as 1."""
    token = case.derivative
    if (
        token is None
        or token.of is None
        or not any(a.function in ("relu", "leaky_relu") for a in _activations(case))
    ):
        return
    of, by = token.of, token.by
    alive = _Alive(case.model)
    yield lambda world: replace(world, model=alive).derivative(of, by)


class _Alive(Changed):
    """A model whose rectifiers let everything through."""

    def definition(self, key: str) -> t.Node | None:
        node = self.model.definition(key)
        if isinstance(node, t.Call) and node.function in ("relu", "leaky_relu"):
            return node.arguments[0]
        return node
