"""Powers of what a function is of: in ``f(w) = 2 w^2 - 8 w`` the 2 is a power, though w^0 and w^1 are what w is after
some steps."""

from __future__ import annotations

from collections.abc import Container, Sequence
from fractions import Fraction
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement


def with_powers_of_arguments(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with powers where numbers stand above the argument of the function that they are about."""
    return tuple(
        statement.mapped(partial(_with_powers, keys))
        if (keys := _arguments(statement))
        else statement
        for statement in statements
    )


def _arguments(statement: Statement) -> frozenset[str]:
    """The arguments of the function that a statement defines, or takes the gradient of."""
    left = statement.left
    if isinstance(left, t.Call) and left.function == "grad" and len(left.arguments) == 1:
        left = left.arguments[0]
    if not isinstance(left, t.Call):
        return frozenset()
    names = [argument.key for argument in left.arguments if isinstance(argument, t.Name)]
    return frozenset(names if len(names) == len(left.arguments) else ())


def _with_powers(arguments: Container[str], node: t.Node) -> t.Node:
    if not isinstance(node, t.Name) or not ix.above(node.key).isdigit():
        return rebuilt(node, partial(_with_powers, arguments))
    key, above = ix.without_above(node.key), ix.above(node.key)
    if key not in arguments or node.mark:
        return node
    base = t.Name(key, written=key)
    return t.Power(base, t.Number(above, Fraction(above)), node.span)
