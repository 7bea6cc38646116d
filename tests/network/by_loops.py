"""An evaluator of networks that shares nothing with the program: loops, and one lambdify an equation."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from derivgen.formula.tree import Symbol
from derivgen.network.equations import build_network, equations_of
from derivgen.network.functions import FUNCTIONS, Z
from derivgen.network.model import (
    Equation,
    Index,
    Largest,
    Naming,
    Network,
    Quantity,
    Ref,
    Role,
    Softmax,
)

Array = np.ndarray


def network(
    given: Mapping[str, Any],
    text: str,
    roles: Mapping[str, Role] | None = None,
    padded: Mapping[str, float] | None = None,
    **options: Any,
) -> Network:
    quantities = [
        Quantity(
            name,
            np.shape(value),
            (roles or {}).get(name, Role.PARAMETER),
            Naming(Symbol(name)),
            values=np.asarray(value, dtype=float),
            outside=(padded or {}).get(name),
        )
        for name, value in given.items()
    ]
    options.setdefault("loss", None)
    return build_network(quantities, equations_of(text), functions=FUNCTIONS, **options)


def runs(indices: tuple[Index, ...], at: Mapping[str, int]) -> Any:
    spans = [
        [at[index.name]] if index.name in at else range(index.start, index.stop)
        for index in indices
    ]
    for values in itertools.product(*spans):
        yield {**at, **{i.name: v for i, v in zip(indices, values, strict=True)}}


def element(net: Network, values: Mapping[str, Array], ref: Ref, at: Mapping[str, int]) -> float:
    position = tuple(
        index.constant + sum(factor * at[name] for name, factor in index.factors)
        for index in ref.indices
    )
    array = values[ref.array]
    if any(not 0 <= p < size for p, size in zip(position, array.shape, strict=True)):
        outside = net.quantities[ref.array].outside
        assert outside is not None
        return outside
    found = float(array[position])
    assert not np.isnan(found), f"{ref} is read before it is computed"
    return found


def plain_function(net: Network, expression: sympy.Expr, symbols: list[sympy.Symbol]) -> Any:
    for call in sorted(expression.atoms(sympy.core.function.AppliedUndef), key=str, reverse=True):
        function = net.functions[call.func.__name__].expression
        expression = expression.subs(call, function.subs(Z, call.args[0]))
    assert not expression.atoms(sympy.core.function.AppliedUndef)
    return sympy.lambdify(symbols, expression, "math")


def compute(net: Network) -> dict[str, Array]:
    values: dict[str, Array] = {}
    for name, quantity in net.quantities.items():
        given = quantity.values is not None
        values[name] = quantity.values if given else np.full(quantity.shape, np.nan)
    for stage in net.schedule:
        equation = net.equations[stage.equation]
        body = evaluator(net, equation, values)
        for at in runs(equation.free, dict(stage.pinned)):
            position = tuple(i.value(at) for i in equation.target.indices)
            assert np.isnan(values[equation.target.array][position]), "computed twice"
            values[equation.target.array][position] = body(at)
    assert not any(np.isnan(value).any() for value in values.values())
    return values


def evaluator(net: Network, equation: Equation, values: Mapping[str, Array]) -> Any:
    body, refs = equation.body, equation.refs

    def read(symbol: sympy.Symbol, at: Mapping[str, int]) -> float:
        return element(net, values, refs[symbol], at)

    if isinstance(body, Largest):
        return lambda at: max(read(body.ref, here) for here in runs(body.bound, at))
    if isinstance(body, Softmax):

        def share(at: Mapping[str, int]) -> float:
            others = [read(body.ref, here) for here in runs((body.over,), at)]
            own = read(body.ref, {**at, body.over.name: at[body.along]})
            found = np.exp(own) / np.sum(np.exp(others))
            return float(np.log(found) if body.log else found)

        return share
    symbols = list(refs)
    terms = [(t, plain_function(net, t.expression, symbols)) for t in body.terms]

    def total(at: Mapping[str, int]) -> float:
        found = 0.0
        for term, function in terms:
            used = term.expression.free_symbols
            names = {n for s in used for i in refs[s].indices for n, _ in i.factors}
            assert {index.name for index in term.bound} <= names, "a sum over nothing"
            for here in runs(term.bound, at):
                arguments = [read(s, here) if s in used else 0.0 for s in symbols]
                found += float(term.coefficient) * function(*arguments)
        return found

    return total


RNG = np.random.default_rng(7)


def draw(*shape: int) -> Array:
    return RNG.normal(size=shape).round(2)


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def softmax(z: Array) -> Array:
    return np.exp(z) / np.exp(z).sum(-1, keepdims=True)


def check(net: Network, expected: Mapping[str, Any]) -> None:
    values = compute(net)
    for name, value in expected.items():
        assert values[name].shape == np.shape(value), name
        np.testing.assert_allclose(values[name], value, rtol=1e-12, atol=1e-14, err_msg=name)
