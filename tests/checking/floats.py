"""Formulas worked out in plain floats: the second opinion on what a mutation does.

It shares the tree with the checker and nothing else; derivative tokens and names have any number.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping

from derivgen.checking.maths import tree as t


class NoFloat(Exception):
    """Something that is no single number here."""


FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "relu": lambda z: max(z, 0.0),
    "tanh": math.tanh,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "abs": abs,
}


NOTHING: Mapping[t.Node, float] = {}


def worked_out(
    node: t.Node, seed: int | None = None, known: Mapping[t.Node, float] = NOTHING
) -> float:
    """The value of a formula; with a seed, names and derivatives are random numbers but for ``known``."""

    def at(part: t.Node) -> float:
        return worked_out(part, seed, known)

    match node:
        case t.Name() | t.Derivative() if node in known:
            return known[node]
        case t.Number(value=value):
            return float(value)
        case t.Name() | t.Derivative() if seed is not None:
            return random.Random(f"{seed}:{node!r}").uniform(0.2, 1.2)
        case t.Sum(terms):
            return sum(-at(body) if negative else at(body) for negative, body in terms)
        case t.Product(factors):
            return math.prod(map(at, factors))
        case t.Quotient(top, bottom):
            return at(top) / at(bottom)
        case t.Power(base, exponent):
            power = at(base) ** at(exponent)
            if isinstance(power, complex):
                raise NoFloat(node)
            return power
        case t.Negated(body):
            return -at(body)
        case t.Call("max", arguments):
            return max(map(at, arguments))
        case t.Call(name, (argument,), primes=0) if name in FUNCTIONS:
            return FUNCTIONS[name](at(argument))
        case t.Call(_, arguments) if seed is not None:
            inner = ",".join(str(at(argument)) for argument in arguments)
            return random.Random(f"{seed}:{node.function}:{node.primes}:{inner}").uniform(0.2, 1.2)
    raise NoFloat(node)


def value_of(
    node: t.Node, seed: int | None = None, known: Mapping[t.Node, float] = NOTHING
) -> float | None:
    """As :func:`worked_out`; None where there is no single number."""
    try:
        return worked_out(node, seed, known)
    except (NoFloat, ArithmeticError, ValueError):
        return None


def printed(value: float, decimals: int) -> str:
    """A number as an author prints it, without a negative zero."""
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text
