"""How the functions of the table are written, and what they are in a formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sympy
from sympy.core.function import AppliedUndef

from derivgen.derivation.derivation import without_functions
from derivgen.derivation.instances import Instance
from derivgen.formula.build import call
from derivgen.formula.from_sympy import Written, from_sympy
from derivgen.formula.names import parse_name
from derivgen.formula.tree import Node, Partial, Script, Symbol
from derivgen.network.functions import ScalarFunction, Z, derivative_of
from derivgen.network.model import Network
from derivgen.notation import Entry


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
    return call(slope_name(function), argument)


def slope_name(function: ScalarFunction) -> Node:
    """``ReLU'``"""
    return Script(parse_name(function.latex), sup=Symbol("prime"))


#: stands for the derivative of a function in an expression
SLOPE: Final = "slope"


def slope_of_cases(
    own: Instance | None, source: Entry, network: Network
) -> tuple[sympy.Expr, Mapping[sympy.Symbol, Entry], ScalarFunction] | None:
    """The derivative of an element's equation by one of its readings with ``f'(y - t)`` by its name, which is
    :data:`SLOPE` in the expression; None where ``f'`` is no formula in cases, or not all that there is."""
    read = [] if own is None else [part for part in own.summands if source in part.entries.values()]
    if len(read) != 1:
        return None
    (term,) = read
    expression = term.expression
    symbols = {symbol for symbol, entry in term.entries.items() if entry == source}
    calls = [call for call in expression.atoms(AppliedUndef) if call.free_symbols & symbols]
    if len(calls) != 1 or len(symbols) != 1:
        return None
    (call,), (symbol,), value = calls, symbols, sympy.Dummy(real=True)
    function = network.functions[call.func.__name__]
    around = expression.xreplace({call: value})
    plain = function.written is None and derivative_of(function).has(sympy.Piecewise)
    if not plain or around.has(symbol) or call.args[0].has(AppliedUndef):
        return None
    slope = sympy.Function(SLOPE)(call.args[0])
    factors = sympy.diff(around, value) * sympy.diff(call.args[0], symbol)
    return term.coefficient * factors * slope, term.entries, function


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
