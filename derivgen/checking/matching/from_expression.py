"""From sympy's expressions, as a network holds them, to the checker's tree of a formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import sympy
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import And, Or

from derivgen.checking.evaluating.model import Function
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.network.scalar import ScalarFunction, Z, kinks_of

#: the argument of a function that a network defines
ARGUMENT = "#z"

_CALLS: Mapping[type, str] = {
    sympy.exp: "exp",
    sympy.log: "log",
    sympy.Abs: "abs",
    sympy.sign: "sign",
    sympy.sin: "sin",
    sympy.cos: "cos",
    sympy.tan: "tan",
    sympy.asin: "asin",
    sympy.acos: "acos",
    sympy.atan: "atan",
    sympy.sinh: "sinh",
    sympy.cosh: "cosh",
    sympy.tanh: "tanh",
    sympy.erf: "erf",
    sympy.Max: "max",
    sympy.Min: "min",
}
_SIGNS: Mapping[type, t.RelationSign] = {
    sympy.StrictLessThan: "<",
    sympy.StrictGreaterThan: ">",
    sympy.LessThan: "<=",
    sympy.GreaterThan: ">=",
    sympy.Equality: "=",
    sympy.Unequality: "!=",
}


def whole_number(value: int) -> t.Node:
    """An integer as a formula; a negative one is the negation of a number."""
    number = t.Number(str(abs(value)), Fraction(abs(value)))
    return t.Negated(number) if value < 0 else number


def fraction(value: Fraction) -> t.Node:
    """An integer or a quotient of two."""
    if value.denominator == 1:
        return whole_number(value.numerator)
    quotient = t.Quotient(whole_number(abs(value.numerator)), whole_number(value.denominator))
    return t.Negated(quotient) if value < 0 else quotient


def number(text: str) -> t.Node:
    """A number as its author wrote it: ``-0.40``, ``1/3``, ``1.5e-3``; the digits are kept."""
    text = text.strip()
    if text[:1] in ("+", "-"):
        body = number(text[1:])
        return t.Negated(body) if text[0] == "-" else body
    if "/" in text:
        top, bottom = text.split("/", 1)
        return t.Quotient(number(top), number(bottom))
    mantissa, _, exponent = text.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    return t.Number(text, Fraction(text), digits - int(exponent or 0))


def sum_of(terms: Iterable[tuple[bool, t.Node]]) -> t.Node:
    """Terms as a sum; one term alone is itself, none is 0."""
    flat = [
        (
            negative != isinstance(body, t.Negated),
            body.body if isinstance(body, t.Negated) else body,
        )
        for negative, body in terms
    ]
    if not flat:
        return whole_number(0)
    if len(flat) == 1:
        ((negative, body),) = flat
        return t.Negated(body) if negative else body
    return t.Sum(tuple(flat))


def product_of(factors: Iterable[t.Node]) -> t.Node:
    """Factors as a product; one factor alone is itself, none is 1."""
    found = tuple(factors)
    if len(found) > 1:
        return t.Product(found)
    return found[0] if found else whole_number(1)


def node_of(expression: sympy.Basic, names: Mapping[sympy.Symbol, t.Node]) -> t.Node:
    """The formula of an expression; ``names`` says what its symbols are.

    Raises TypeError for what no network's equation can hold."""
    match expression:
        case sympy.Symbol():
            return names[expression]
        case sympy.Rational():
            return fraction(Fraction(int(expression.p), int(expression.q)))
        case sympy.Float():
            return number(str(expression))
        case sympy.Add():
            return sum_of((False, node_of(part, names)) for part in expression.args)
        case sympy.Mul():
            return _product(expression, names)
        case sympy.Pow():
            return _power(expression.base, expression.exp, names)
        case sympy.Piecewise():
            return _pieces(tuple(expression.args), names)
        case AppliedUndef():
            called = expression.func.__name__
            return t.Call(called, tuple(node_of(part, names) for part in expression.args))
    if expression is sympy.pi:
        return t.Product((whole_number(4), t.Call("atan", (whole_number(1),))))
    if expression is sympy.E:
        return t.Call("exp", (whole_number(1),))
    name = _CALLS.get(type(expression))
    if name is None:
        raise TypeError(f"{type(expression).__name__} is no part of a network's equation")
    return t.Call(name, tuple(node_of(part, names) for part in expression.args))


def _product(expression: sympy.Mul, names: Mapping[sympy.Symbol, t.Node]) -> t.Node:
    coefficient, rest = expression.as_coeff_Mul()
    above: list[t.Node] = []
    below: list[t.Node] = []
    for factor in sympy.Mul.make_args(rest):
        base, exponent = factor.as_base_exp()
        # exp(-z) is a power of e to sympy, and a call here
        if exponent.is_Rational and exponent < 0 and not isinstance(factor, sympy.exp):
            below.append(_power(base, -exponent, names))
        else:
            above.append(node_of(factor, names))
    negative = False
    if isinstance(coefficient, sympy.Rational):
        negative = coefficient < 0
        if abs(coefficient.p) != 1 or not (above or below):
            above.insert(0, whole_number(abs(int(coefficient.p))))
        if coefficient.q != 1:
            below.insert(0, whole_number(int(coefficient.q)))
    elif coefficient != 1:
        above.insert(0, node_of(coefficient, names))
    made = product_of(above)
    if below:
        made = t.Quotient(made, product_of(below))
    return t.Negated(made) if negative else made


def _power(base: sympy.Expr, exponent: sympy.Expr, names: Mapping[sympy.Symbol, t.Node]) -> t.Node:
    if exponent == 1:
        return node_of(base, names)
    if exponent == sympy.Rational(1, 2):
        return t.Call("sqrt", (node_of(base, names),))
    if exponent.is_Rational and exponent < 0:
        return t.Quotient(whole_number(1), _power(base, -exponent, names))
    return t.Power(node_of(base, names), node_of(exponent, names))


def _pieces(
    pieces: tuple[tuple[sympy.Expr, sympy.Basic], ...], names: Mapping[sympy.Symbol, t.Node]
) -> t.Node:
    value, condition = pieces[0]
    if condition is sympy.true:
        return node_of(value, names)
    rest = pieces[1:]
    if isinstance(condition, And):
        first, *others = condition.args
        inner = _pieces(((value, And(*others)), *rest), names)
        return _case(first, inner, _otherwise(rest, names), names)
    if isinstance(condition, Or):
        first, *others = condition.args
        outer = _pieces(((value, Or(*others)), *rest), names)
        return _case(first, node_of(value, names), outer, names)
    return _case(condition, node_of(value, names), _otherwise(rest, names), names)


def _otherwise(
    pieces: tuple[tuple[sympy.Expr, sympy.Basic], ...], names: Mapping[sympy.Symbol, t.Node]
) -> t.Node | None:
    return _pieces(pieces, names) if pieces else None


def _case(
    condition: sympy.Basic,
    then: t.Node,
    otherwise: t.Node | None,
    names: Mapping[sympy.Symbol, t.Node],
) -> t.Cases:
    left, right = (node_of(side, names) for side in condition.args)
    test = t.Chain((t.Segment(None, left), t.Segment(_SIGNS[type(condition)], right)))
    lines: tuple[tuple[t.Node, t.Chain | None], ...] = ((then, test),)
    if isinstance(otherwise, t.Cases):
        return t.Cases(lines + otherwise.lines)
    return t.Cases(lines if otherwise is None else (*lines, (otherwise, None)))


def function_of(function: ScalarFunction) -> Function:
    """A network's function as one that can be evaluated with its slope.

    At each kink stands the tangent that the network takes there."""
    argument = t.Name(ARGUMENT, written="z")
    names = {Z: argument}
    body = _in_other_words(node_of(function.expression, names), function.name)
    lines: list[tuple[t.Node, t.Chain | None]] = []
    for kink in kinks_of(function):
        at = node_of(kink.at, names)
        tangent = function.expression.subs(Z, kink.at) + kink.taken * (Z - kink.at)
        test = t.Chain((t.Segment(None, argument), t.Segment("=", at)))
        lines.append((node_of(tangent, names), test))
    if lines:
        body = t.Cases((*lines, (body, None)))
    return Function((ARGUMENT,), body)


def _in_other_words(node: t.Node, name: str) -> t.Node:
    """A formula without a call of the absolute value where that is what it defines."""
    if isinstance(node, t.Call) and node.function == name == "abs":
        return t.Call("max", (*node.arguments, *map(t.Negated, node.arguments)))
    return rebuilt(node, lambda child: _in_other_words(child, name))
