"""An evaluator of networks for tests: loops over elements, and shares no code with derivgen."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy

from derivgen.network.model import Equation, Index, Largest, Network, Ref, Softmax, Terms
from derivgen.network.scalar import Z

Values = dict[str, Any]


def evaluate(network: Network, **changed: Any) -> Values:
    """All quantities of a network, with some of its given values changed."""
    values = {
        name: np.array(changed.get(name, quantity.values), dtype=float)
        for name, quantity in network.quantities.items()
        if quantity.values is not None
    }
    for name, quantity in network.quantities.items():
        values.setdefault(name, np.full(quantity.shape, np.nan))
    plain = {
        name: sympy.lambdify(Z, function.expression, "math")
        for name, function in network.functions.items()
    }
    for stage in network.schedule:
        equation = network.equations[stage.equation]
        pinned = dict(stage.pinned)
        compiled = compile_body(equation, plain)
        for at in points(equation.free, pinned):
            index = tuple(int(i.value(at)) for i in equation.target.indices)
            values[equation.target.array][index] = compiled(at, values, network)
    return values


def points(indices: tuple[Index, ...], pinned: Mapping[str, int]) -> Any:
    ranges = [
        [pinned[i.name]] if i.name in pinned else list(range(i.start, i.stop)) for i in indices
    ]
    for combination in itertools.product(*ranges):
        yield dict(zip((i.name for i in indices), combination, strict=True))


def reading(ref: Ref, at: Mapping[str, int], values: Values, network: Network) -> float:
    index = tuple(int(i.value(at)) for i in ref.indices)
    quantity = network.quantities[ref.array]
    if any(not 0 <= i < size for i, size in zip(index, quantity.shape, strict=True)):
        assert quantity.outside is not None
        return quantity.outside
    return float(values[ref.array][index])


def compile_body(equation: Equation, plain: Mapping[str, Any]) -> Callable[..., float]:
    body = equation.body
    if isinstance(body, Terms):
        terms = []
        for term in body.terms:
            symbols = [symbol for symbol in equation.refs if symbol in term.expression.free_symbols]
            function = sympy.lambdify(symbols, term.expression, [dict(plain), "math"])
            terms.append((term, [equation.refs[symbol] for symbol in symbols], function))

        def total(at: Mapping[str, int], values: Values, network: Network) -> float:
            return sum(
                float(term.coefficient)
                * function(*(reading(ref, {**at, **inner}, values, network) for ref in refs))
                for term, refs, function in terms
                for inner in points(term.bound, {})
            )

        return total
    ref = equation.refs[body.ref]
    if isinstance(body, Largest):
        return lambda at, values, network: max(
            reading(ref, {**at, **inner}, values, network) for inner in points(body.bound, {})
        )
    assert isinstance(body, Softmax)

    def share(at: Mapping[str, int], values: Values, network: Network) -> float:
        exponentials = [
            np.exp(reading(ref, {**at, body.over.name: i}, values, network))
            for i in range(body.over.start, body.over.stop)
        ]
        one = exponentials[at[body.along] - body.over.start] / sum(exponentials)
        return float(np.log(one) if body.log else one)

    return share
