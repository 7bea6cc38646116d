"""Quantities that are written as functions of what they depend on: ``J(\\theta)``, ``h_\\theta(x)``, ``L(w, b)``.

What stands between the brackets says on what they depend and is no argument, where it is the same all through and
the formula has other names in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Sequence

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.resolving import CONSTANTS
from derivgen.checking.maths import functions
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import names_in
from derivgen.checking.understanding.statements import Statement

#: what iterations and times are counted by
_COUNTERS = frozenset({"n", "t", "k"})
#: what stands below the letter of a network that has these weights
_WEIGHTS = frozenset({"W", "w", "b", "theta", "Theta", "phi"})


def with_quantities(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with names for such calls."""
    meant = _meant(statements)
    if not meant:
        return tuple(statements)

    def named(node: t.Node) -> t.Node:
        if isinstance(node, t.Call) and node.function in meant:
            return t.Name(node.function, written=node.function, span=node.span)
        return rebuilt(node, named)

    return tuple(statement.mapped(named) for statement in statements)


def _meant(statements: Sequence[Statement]) -> frozenset[str]:
    arguments: dict[str, set[tuple[t.Node, ...]]] = defaultdict(set)
    others: set[str] = set()
    for statement in statements:
        for call in _calls(statement):
            named = all(isinstance(argument, t.Name) for argument in call.arguments)
            if call.primes or not call.arguments or not named or is_usual(call.function):
                others.add(call.function)
            else:
                arguments[call.function].add(call.arguments)
    once = {name for name, ways in arguments.items() if len(ways) == 1} - others
    said: dict[str, list[tuple[t.Call, t.Node]]] = defaultdict(list)
    for statement in statements:
        left, bodies = statement.left, [segment.body for segment in statement.chain.segments]
        if statement.chain.continued or not isinstance(left, t.Call) or left.function not in once:
            continue
        formulas = [body for body in bodies[1:] if not is_numeric(body)]
        if formulas:
            said[left.function].append((left, formulas[0]))
    # h_{W,b}(x), which no formula says, is what the network with these weights computes
    found = {name for name in once - said.keys() if not _WEIGHTS.isdisjoint(ix.split(name)[1])}
    while more := {
        name
        for name, ways in said.items()
        if name not in found and all(_is_quantity(call, body, found) for call, body in ways)
    }:
        found |= more
    shared = Counter(ways for name in found & arguments.keys() for ways in arguments[name])
    counted = {ways for ways, count in shared.items() if count > 1 and _is_counter(ways)}
    return frozenset(found | {name for name in once - said.keys() if arguments[name] <= counted})


def _is_counter(arguments: tuple[t.Node, ...]) -> bool:
    """Whether ``(n)`` behind several quantities counts iterations: then it does so behind given ones as well."""
    (first, *others) = arguments
    return not others and isinstance(first, t.Name) and first.key in _COUNTERS


def _calls(statement: Statement) -> Iterator[t.Call]:
    for segment in statement.chain.segments:
        for part in t.walk(segment.body):
            if isinstance(part, t.Call):
                yield part


def is_usual(function: str) -> bool:
    """True for a function that everybody knows by this name."""
    return v.is_function(function) or functions.canonical(function) is not None


def _is_quantity(call: t.Call, formula: t.Node, quantities: Container[str]) -> bool:
    """True for a formula with other names in it than the arguments, or with other such quantities."""
    own = {argument.key for argument in call.arguments if isinstance(argument, t.Name)}
    calls = (part.function for part in t.walk(formula) if isinstance(part, t.Call))
    return not set(names_in(formula)) <= {*own, *CONSTANTS} or any(f in quantities for f in calls)
