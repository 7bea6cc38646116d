"""How the functions of the table are written, and what they are in a formula."""

from __future__ import annotations

from collections.abc import Mapping

import sympy

from derivgen.derivation.derivation import without_functions
from derivgen.formula.build import call
from derivgen.formula.from_sympy import Written, from_sympy
from derivgen.formula.names import parse_name
from derivgen.formula.tree import Node, Partial, Script, Symbol
from derivgen.network.functions import ScalarFunction, Z
from derivgen.network.model import Network


def written(function: ScalarFunction) -> Node | Written:
    """Its name, or how it is written where that is not a name before an argument."""
    if function.written is not None:
        return Written(Z, function.written)
    return parse_name(function.latex)


def called(function: ScalarFunction, argument: Node) -> Node:
    """A function of an argument: ``ReLU(z)``, ``|z|``."""
    name = written(function)
    if isinstance(name, Written):
        return from_sympy(name.expression, {name.variable: argument})
    return call(name, argument)


def slope_called(function: ScalarFunction, argument: Node) -> Node:
    """Its derivative at an argument: ``ReLU'(z)``, or as a quotient where it is not written as a name."""
    if function.written is not None:
        return Partial(called(function, argument), argument)
    return call(Script(parse_name(function.latex), sup=Symbol("prime")), argument)


def function_word(function: ScalarFunction) -> str:
    """A function's name in a sentence: ``ReLU`` as in formulas, else ``leaky relu``."""
    if function.word:
        return function.word
    word = len(function.latex) > 1 and function.latex.isalpha()
    return function.latex if word else function.name.replace("_", " ")


def decided_cases(
    expression: sympy.Expr, values: Mapping[sympy.Symbol, float], network: Network
) -> sympy.Expr | None:
    """An expression whose cases are decided by the values; None where it has no cases."""
    if not expression.has(sympy.Piecewise, sympy.Heaviside, sympy.sign):
        return None
    found: sympy.Expr = expression.replace(
        lambda node: isinstance(node, sympy.Piecewise),
        lambda node: next(
            branch
            for branch, condition in node.args
            if bool(without_functions(condition, network).subs(values))
        ),
    )
    return found
