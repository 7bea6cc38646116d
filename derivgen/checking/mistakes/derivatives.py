"""Slopes of activations: left out, doubled, taken elsewhere; dead units; the bias for its input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.model import Changed, Model
from derivgen.checking.evaluating.values import Dual, NoValue, Real, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.mistakes.case import Candidate, Case
from derivgen.checking.mistakes.paths import between, ends

#: functions that are put behind a sum of products
SQUASHING = frozenset({"sigmoid", "tanh", "relu", "softplus", "arctan", "softsign"})


@dataclass(frozen=True, slots=True)
class Activation:
    """``a = f(z)`` somewhere between the two ends of a derivative."""

    key: str
    argument: t.Name


@dataclass(frozen=True, slots=True)
class Composed:
    """``a = f(w x + b)``, with no name for what the function is of."""

    key: str
    call: t.Call


def _activations(case: Case) -> list[Activation | Composed]:
    found = ends(case)
    keys = _delta_at(case) if found is None else [found.top, *between(case)]
    ways = (activation(case.model, key) or _composed(case.model, key) for key in keys)
    return [way for way in ways if way is not None]


def _composed(model: Model, key: str) -> Composed | None:
    node = model.definition(key)
    if not isinstance(node, t.Call) or node.function not in SQUASHING or node.primes:
        return None
    return Composed(key, node) if len(node.arguments) == 1 else None


def _delta_tokens(case: Case) -> list[t.Derivative]:
    """The derivative in a delta that is one times a slope: ``delta = dL/dh (1 - h^2)``."""
    node = case.model.definition(case.right.key) if isinstance(case.right, t.Name) else None
    factors = node.factors if isinstance(node, t.Product) else ()
    return [factor for factor in factors if isinstance(factor, t.Derivative)]


def _delta_at(case: Case) -> list[str]:
    """The activation at which the slope of such a delta is taken."""
    return [token.by.key for token in _delta_tokens(case) if isinstance(token.by, t.Name)]


def activation(model: Model, key: str) -> Activation | None:
    """How a quantity is computed from one other by a function: ``f(z)``, ``1/(1 + e^{-z})``."""
    node = model.definition(key)
    if node is None or isinstance(node, t.Name | t.Matrix):
        return None
    names = set(t.names_of(node))
    if len(names) != 1 or t.has_derivative(node):
        return None
    return Activation(key, names.pop())


def _slope_at(a: Activation | Composed, world: World, at: str) -> Real:
    if isinstance(a, Composed):
        arguments = (t.Name(a.key),) if at == "value" else a.call.arguments
        value = v.simplest(world.evaluate(replace(a.call, arguments=arguments, primes=1)))
        if not isinstance(value, Dual) or not value.value:
            raise NoValue("no single slope")
        return value.value
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

        def candidate(world: World, group: list[Activation | Composed] = group) -> Value:
            # first what may have no value, and costs less
            slopes = [
                (_slope_at(a, world, "argument"), _slope_at(a, world, "value")) for a in group
            ]
            value = world.evaluate(case.right)
            for slope, other in slopes:
                value = v.combined(v.multiply, value, v.constant(change(slope, other)))
            return value

        yield candidate


def no_slope(case: Case) -> Iterator[Candidate]:
    yield from _over_slopes(case, lambda slope, _: 1 / slope)


def slope_twice(case: Case) -> Iterator[Candidate]:
    yield from _over_slopes(case, lambda slope, _: slope)


def slope_at_activation(case: Case) -> Iterator[Candidate]:
    yield from _over_slopes(case, lambda slope, other: other / slope)


def bias_for_one(case: Case) -> Iterator[Candidate]:
    """The bias in place of its constant input 1."""
    token = case.derivative
    found = ends(case)
    if found is None or token is None or not _is_bias(case, found.bottom):
        return
    by = token.by
    yield lambda world: v.combined(v.multiply, world.evaluate(case.right), world.evaluate(by))


def _is_bias(case: Case, key: str) -> bool:
    """True for a name that stands by itself as a term of what is computed from it."""
    for reader in case.model.names():
        node = case.model.definition(reader)
        if isinstance(node, t.Sum) and key in case.ancestry.reads(reader):
            return any(isinstance(body, t.Name) and body.key == key for _, body in node.terms)
    return False


def alive(case: Case) -> Iterator[Candidate]:
    """A dead unit treated as alive: every rectifier's slope taken as 1."""
    found = ends(case)
    if found is None:
        yield from _delta_alive(case)
        return
    keys = [found.top, *between(case)]
    if any(_rectified(case.model.definition(key)) is not None for key in keys):
        alive = _Alive(case.model)

        def candidate(world: World) -> Value:
            values = {key: world.value(key) for key in keys}
            held = {key: at for key, at in values.items() if isinstance(at, Dual)}
            return replace(world, model=alive, rounded=held).derivative(found.of, found.by)

        yield candidate


def _delta_alive(case: Case) -> Iterator[Candidate]:
    """The derivative that a delta is before its rectifier."""
    for token in _delta_tokens(case):
        if isinstance(token.by, t.Name):
            node = case.model.definition(token.by.key)
            cells = [c for row in node.rows for c in row] if isinstance(node, t.Matrix) else []
            nodes = [case.model.definition(c.key) for c in cells if isinstance(c, t.Name)] or [node]
            if all(_rectified(each) is not None for each in nodes):
                yield partial(World.evaluate, node=token)


def _rectified(node: t.Node | None) -> t.Node | None:
    """The z of ``relu(z)`` and ``max(0, z)``."""
    match node:
        case t.Call("relu" | "leaky_relu", (inner, *_)):
            return inner
        case t.Call("max", (t.Number(value=0), inner)) | t.Call("max", (inner, t.Number(value=0))):
            return inner
    return None


class _Alive(Changed):
    """A model whose rectifiers let everything through."""

    def definition(self, key: str) -> t.Node | None:
        node = self.model.definition(key)
        return _rectified(node) or node


def pre_activated(part: t.Node, model: Model) -> Iterator[t.Node]:
    """``1 - a^2`` with the z of ``a = tanh(z)`` for a, ``1 - tanh(c)^2`` with c for the tangent."""
    if not isinstance(part, t.Sum):
        return
    for name in dict.fromkeys(t.names_of(part)):
        made = activation(model, name.key) if not name.mark else None
        if made is not None:
            yield _put_in(part, name, made.argument)
    for call in dict.fromkeys(p for p in t.walk(part) if isinstance(p, t.Call)):
        if call.function in SQUASHING and not call.primes and len(call.arguments) == 1:
            yield _put_in(part, call, call.arguments[0])


def _put_in(node: t.Node, old: t.Node, new: t.Node) -> t.Node:
    """A formula with another part for one of its parts."""
    return new if node == old else rebuilt(node, lambda child: _put_in(child, old, new))
