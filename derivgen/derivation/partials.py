"""Local partials: sympy's derivative of one short equation by each of its readings, once per kind.

Nothing here knows a neuron.  One :class:`Link` says how every element of a target depends on the
elements of one source through one reading of one equation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy
from sympy.core.function import AppliedUndef

from derivgen.network.functions import A, ScalarFunction, Z, slope_in_names
from derivgen.network.model import (
    Affine,
    Equation,
    Index,
    Largest,
    Network,
    Ref,
    Softmax,
    Term,
    Terms,
)

#: stands in a partial for the target's own value (``a*(1 - a)``)
TARGET = sympy.Symbol("target", real=True)
#: stands in a softmax partial for the target's element that belongs to the source's index
PEER = sympy.Symbol("peer", real=True)
#: Kronecker's delta of the target's and the source's index in a softmax
SAME = sympy.Symbol("same", real=True)
#: 1 where the source is the largest of its window (or its share of a tie), 0 elsewhere
WINNER = sympy.Symbol("winner", real=True)


@dataclass(frozen=True)
class Link:
    """How a target depends on one reading of one equation.

    ``partial`` is d target / d source over the equation's symbols, :data:`TARGET` and the other symbols
    of this module; ``refs`` says what each symbol reads.  ``bound`` are the indices that are summed in
    the equation and free here.
    """

    equation: int
    source: Ref
    target: Ref
    partial: sympy.Expr
    bound: tuple[Index, ...]
    refs: Mapping[sympy.Symbol, Ref]
    #: name of the scalar function when the equation is ``a = f(z)``
    function: str = ""


def derivative(
    expression: sympy.Expr, symbol: sympy.Symbol, functions: Mapping[str, ScalarFunction]
) -> sympy.Expr:
    """d expression / d symbol by sympy, where functions of the table are differentiated by the
    chain rule with their friendly derivatives, so that ``tanh(c)`` gives ``1 - tanh(c)**2``."""
    walk = sympy.preorder_traversal(expression)
    outer: set[sympy.Expr] = set()
    for node in walk:
        if isinstance(node, AppliedUndef):
            walk.skip()  # what stands inside is differentiated by itself
            if node.has(symbol):
                outer.add(node)
    ordered = sorted(outer, key=sympy.default_sort_key)
    stand_in = {call: sympy.Dummy(real=True) for call in ordered}
    frozen = expression.xreplace(stand_in)
    # a sign is flat on both sides of its jump
    total = sympy.diff(frozen, symbol).replace(sympy.DiracDelta, lambda *_: sympy.S.Zero)
    for call, dummy in stand_in.items():
        (argument,) = call.args
        around = sympy.diff(frozen, dummy)
        slope = function_derivative(functions[call.func.__name__], argument, call)
        if slope == sympy.Heaviside(argument, 0) and around.subs(dummy, 0) == 0:
            slope = sympy.S.One  # where the positive part is 0, so is what stands before its slope
        total += around * slope * derivative(argument, symbol, functions)
    return total.xreplace({dummy: call for call, dummy in stand_in.items()})


def function_derivative(
    function: ScalarFunction, argument: sympy.Expr, value: sympy.Expr
) -> sympy.Expr:
    """f'(argument), in the friendly form where there is one."""
    slope = slope_in_names(function)
    return slope.subs({Z: argument, A: value}, simultaneous=True)


def links_of(equation: Equation, number: int, network: Network) -> tuple[Link, ...]:
    """The links of one equation, one for each group of bound indices and each reading."""
    body = equation.body
    match body:
        case Terms(terms):
            return _terms_links(equation, number, terms, network)
        case Softmax():
            return (_softmax_link(equation, number, body),)
        case Largest():
            return (
                Link(
                    number,
                    equation.refs[body.ref],
                    equation.target,
                    WINNER,
                    body.bound,
                    {},
                ),
            )


def _terms_links(
    equation: Equation, number: int, terms: tuple[Term, ...], network: Network
) -> tuple[Link, ...]:
    groups: dict[tuple[Index, ...], list[Term]] = {}
    for term in terms:
        groups.setdefault(term.bound, []).append(term)
    whole = _single_expression(terms)
    found = []
    for bound, members in groups.items():
        expression = sympy.Add(*(t.coefficient * t.expression for t in members))
        used = expression.free_symbols
        for symbol, ref in equation.refs.items():
            if symbol not in used:
                continue
            partial = derivative(expression, symbol, network.functions)
            if partial == 0:
                continue
            if whole is not None and not whole.is_Symbol:
                partial = partial.subs(whole, TARGET)
            refs = {**equation.refs, TARGET: equation.target}
            kept = {s: refs[s] for s in refs if s in partial.free_symbols}
            name = whole.func.__name__ if isinstance(whole, AppliedUndef) else ""
            found.append(Link(number, ref, equation.target, partial, bound, kept, name))
    return tuple(found)


def _single_expression(terms: tuple[Term, ...]) -> sympy.Expr | None:
    """The right side as one expression, when the equation sums over nothing and its value can
    stand in its own derivative."""
    if any(term.bound for term in terms) or len(terms) != 1:
        return None
    expression: sympy.Expr = terms[0].coefficient * terms[0].expression
    return expression if isinstance(expression, AppliedUndef | sympy.exp | sympy.tanh) else None


def _softmax_link(equation: Equation, number: int, body: Softmax) -> Link:
    source = equation.refs[body.ref]
    peer = Ref(
        equation.target.array,
        tuple(
            Affine.of(body.over.name) if index.plain == body.along else index
            for index in equation.target.indices
        ),
    )
    if body.log:
        partial = SAME - sympy.exp(PEER)
        refs = {PEER: peer}
    else:
        partial = TARGET * (SAME - PEER)
        refs = {TARGET: equation.target, PEER: peer}
    return Link(number, source, equation.target, partial, (body.over,), refs, "softmax")


def all_links(network: Network) -> tuple[tuple[Link, ...], ...]:
    """The links of every equation, in the order of the equations."""
    return tuple(links_of(e, n, network) for n, e in enumerate(network.equations))
