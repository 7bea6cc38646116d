"""One expression at one point, by walking its tree: no code is compiled for a single number.

Documents look at thousands of small expressions, each once; compiling each for numpy would take a
thousand times as long as the arithmetic.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from functools import reduce
from types import MappingProxyType

import sympy
from sympy.core.function import AppliedUndef

from derivgen.derivation.dust import may_cancel, scalar_without_dust

#: a function of the network's table, on one number
Table = Callable[[str, float], float]

_UNARY: Mapping[type[sympy.Basic], Callable[[float], float]] = MappingProxyType(
    {
        sympy.exp: math.exp,
        sympy.log: math.log,
        sympy.tanh: math.tanh,
        sympy.sinh: math.sinh,
        sympy.cosh: math.cosh,
        sympy.sin: math.sin,
        sympy.cos: math.cos,
        sympy.tan: math.tan,
        sympy.atan: math.atan,
        sympy.erf: math.erf,
        sympy.Abs: abs,
        sympy.sign: lambda x: float((x > 0) - (x < 0)),
    }
)
_RELATIONS: Mapping[type[sympy.Basic], Callable[[float, float], bool]] = MappingProxyType(
    {
        sympy.StrictGreaterThan: operator.gt,
        sympy.GreaterThan: operator.ge,
        sympy.StrictLessThan: operator.lt,
        sympy.LessThan: operator.le,
        sympy.Equality: operator.eq,
        sympy.Unequality: operator.ne,
    }
)


def scalar_value(
    expression: sympy.Basic, values: Mapping[sympy.Symbol, float], table: Table
) -> float:
    """The expression's value where its symbols have the given values.

    What is too large becomes infinite, as it does on arrays.  Raises TypeError for a node that has
    no rule here.
    """
    if expression.is_Symbol:
        return values[expression]
    if expression.is_number and not expression.args:
        return float(expression)
    if isinstance(expression, sympy.Piecewise):
        return _piecewise(expression, values, table)
    arguments = [scalar_value(a, values, table) for a in expression.args]
    try:
        match expression:
            case sympy.Add():
                total = math.fsum(arguments)
                return scalar_without_dust(total, arguments) if may_cancel(expression) else total
            case sympy.Mul():
                return reduce(operator.mul, arguments)
            case sympy.Pow():
                base, exponent = arguments
                return float(base**exponent)
            case sympy.Max():
                return max(arguments)
            case sympy.Min():
                return min(arguments)
            case sympy.Heaviside():
                return 1.0 if arguments[0] > 0 else arguments[1] if arguments[0] == 0 else 0.0
            case AppliedUndef():
                return table(expression.func.__name__, arguments[0])
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.nan
    rule = _UNARY.get(type(expression))
    if rule is None:
        raise TypeError(f"no rule for {type(expression).__name__}")
    try:
        return rule(arguments[0])
    except (OverflowError, ValueError):
        return math.inf if isinstance(expression, sympy.exp) else math.nan


def _piecewise(
    expression: sympy.Piecewise, values: Mapping[sympy.Symbol, float], table: Table
) -> float:
    for branch, condition in expression.args:
        if holds(condition, values, table):
            return scalar_value(branch, values, table)
    return math.nan


def holds(condition: sympy.Basic, values: Mapping[sympy.Symbol, float], table: Table) -> bool:
    """Whether a condition is true at the given values."""
    if condition == sympy.true or condition == sympy.false:
        return bool(condition)
    if isinstance(condition, sympy.And | sympy.Or):
        each = (holds(part, values, table) for part in condition.args)
        return all(each) if isinstance(condition, sympy.And) else any(each)
    if isinstance(condition, sympy.Not):
        return not holds(condition.args[0], values, table)
    relation = _RELATIONS.get(type(condition))
    if relation is None:
        raise TypeError(f"no rule for the condition {type(condition).__name__}")
    left, right = (scalar_value(side, values, table) for side in condition.args)
    return relation(left, right)
