"""From a sympy expression to a formula tree, in the order in which its author wrote it.

sympy sorts terms and factors by rules of its own; here they stand in the order in which their symbols
appear in ``names``.  Nothing is simplified.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

import sympy
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanTrue

from derivgen.formula.build import (
    COMMA,
    Operator,
    add,
    call,
    fraction,
    multiply,
    negate,
    number,
    power,
    truth,
)
from derivgen.formula.tree import (
    Cases,
    Delimited,
    Node,
    Partial,
    Relation,
    RelationSign,
    Root,
    Row,
    Script,
    Symbol,
    Text,
)


@dataclass(frozen=True)
class Written:
    """A function that is not written as a name before its argument: ``expression`` over ``variable``."""

    variable: sympy.Symbol
    expression: sympy.Expr


def from_sympy(
    expression: sympy.Basic,
    names: Mapping[sympy.Symbol, Node],
    functions: Mapping[str, Node | Written] = MappingProxyType({}),
    operator: Operator = "none",
) -> Node:
    """The formula of ``expression``.

    ``names`` gives each symbol its formula, and by its order the order of terms and factors: each
    stands where the first of its symbols does.  A sum starts with a positive term where it has one
    (``1 - a``) and with a number before functions (``1 + e^{-z}``); the numeric coefficient of a
    product comes first.  ``functions`` names applied
    undefined functions (``sigmoid(x)``), or says how they are written (``|x|``).  ``operator`` is printed between factors.

    Raises TypeError for a class of sympy that has no entry here, and KeyError for a symbol or a
    function without a name.
    """
    positions = {symbol: at for at, symbol in enumerate(names)}
    return _Converter(names, functions, operator, positions).convert(expression)


def split_coefficient(expression: sympy.Expr) -> tuple[sympy.Rational, sympy.Expr]:
    """A number and the rest, as :func:`from_sympy` prints them: that of ``2 a - 2 y`` is 2."""
    coefficient, rest = expression.as_coeff_Mul()
    if not coefficient.is_Rational:
        return sympy.S.One, expression
    shared = _shared_coefficient(rest) if rest.is_Add else sympy.S.One
    if shared == 1:
        return coefficient, rest
    return coefficient * shared, sympy.Add(*(term / shared for term in rest.args))


def share(size: sympy.Expr) -> Node:
    """A positive number before a sum: the tenth of ten samples is a fraction."""
    if isinstance(size, sympy.Rational) and size.q == 10:
        return number(f"{size.p}/{size.q}")
    return from_sympy(size, {})


@dataclass(frozen=True)
class _Converter:
    """Turns expressions into formulas, by the names of their symbols and functions."""

    names: Mapping[sympy.Symbol, Node]
    functions: Mapping[str, Node | Written]
    operator: Operator
    positions: Mapping[sympy.Symbol, int]

    @property
    def scalar(self) -> Operator:
        """What stands between a plain number and what it multiplies."""
        return "none" if self.operator == "hadamard" else self.operator

    def convert(self, expression: sympy.Basic) -> Node:
        for kind in type(expression).__mro__:
            if kind in _RULES:
                return _RULES[kind](self, expression)
        raise TypeError(f"formulas have no form for sympy's {type(expression).__name__}")

    def order(self, expression: sympy.Basic) -> tuple[Any, ...]:
        """Sort key: where the symbols first appear, then names before functions before sums."""
        places = sorted(self.positions.get(symbol, -1) for symbol in expression.free_symbols)
        return (
            not places,  # numbers last
            places[:1],
            next(rank for rank, kinds in _RANKS if isinstance(expression, kinds)),
            places,
            sympy.default_sort_key(expression),
        )

    def symbol(self, expression: sympy.Symbol) -> Node:
        if expression not in self.names:
            raise KeyError(f"the symbol {expression} has no name")
        return self.names[expression]

    def sum(self, expression: sympy.Add) -> Node:
        shared = _shared_coefficient(expression)
        if shared != 1:  # sympy multiplies a number into a sum; a reader wants it in front
            rest = sympy.Add(*(term / shared for term in expression.args))
            return multiply([self.convert(shared), self.convert(rest)], self.scalar)
        terms = sorted(expression.args, key=self.order)
        number_first = terms[-1].is_number and any(term.has(sympy.Function) for term in terms)
        opening = next(
            (term for term in (terms[::-1] if number_first else terms) if not _is_negative(term)),
            terms[0],
        )
        if number_first or _is_negative(terms[0]):
            terms.remove(opening)
            terms.insert(0, opening)
        return add(*map(self.convert, terms))

    def product(self, expression: sympy.Mul) -> Node:
        coefficient, rest = expression.as_coeff_mul()
        if not isinstance(coefficient, sympy.Rational):
            rest, coefficient = (coefficient, *rest), sympy.S.One
        above: list[sympy.Expr] = []
        below: list[sympy.Expr] = []
        for factor in sorted(rest, key=lambda f: (bool(f.free_symbols), self.order(f))):
            base, exponent = factor.as_base_exp()
            if exponent.is_Rational and exponent.is_negative and not isinstance(factor, sympy.exp):
                below.append(sympy.Pow(base, -exponent))
            else:
                above.append(factor)
        top, bottom = abs(coefficient.p), coefficient.q
        root = sympy.sqrt(bottom)
        if bottom > 1 and root in above:  # sympy turns 1/sqrt(2) into sqrt(2)/2
            above.remove(root)
            below.insert(0, root)
            bottom = 1
        result = self.quotient(top, above, bottom, below)
        return negate(result) if coefficient.is_negative else result

    def quotient(
        self, top: int, above: list[sympy.Expr], bottom: int, below: list[sympy.Expr]
    ) -> Node:
        """``top * above / (bottom * below)`` with the fraction only where one is needed."""
        factors = self.factors(above)
        if not below and bottom > 1:
            front = number(_digits(sympy.Rational(top, bottom)))
            return multiply([front, multiply(factors, self.operator)], self.scalar)
        if top != 1 or not factors:
            factors.insert(0, number(str(top)))
        if not below:
            return multiply(factors, self.operator)
        divisors = self.factors(below)
        if bottom > 1:
            divisors.insert(0, number(str(bottom)))
        # a derivative is tall already: it stands behind the fraction
        tall = [factor for factor in factors if isinstance(factor, Partial)]
        flat = [factor for factor in factors if not isinstance(factor, Partial)]
        whole = fraction(multiply(flat, self.operator), multiply(divisors, self.operator))
        return multiply([whole, *tall], self.operator)

    def factors(self, factors: list[sympy.Expr]) -> list[Node]:
        """Factors as they are printed: roots of constants, which sympy keeps apart, under one sign."""
        roots = [f for f in factors if f.is_number and f.as_base_exp()[1] == sympy.S.Half]
        if len(roots) < 2:
            return [self.convert(factor) for factor in factors]
        inside = multiply([self.convert(root.as_base_exp()[0]) for root in roots], "none")
        found: list[Node] = [
            Root(inside) if f is roots[0] else self.convert(f)
            for f in factors
            if f is roots[0] or f not in roots
        ]
        return found

    def power(self, expression: sympy.Pow) -> Node:
        base, exponent = expression.args
        if exponent.is_Rational and exponent.is_negative:
            return fraction(number("1"), self.convert(sympy.Pow(base, -exponent)))
        if exponent == sympy.S.Half:
            return Root(self.convert(base))
        return power(self.convert(base), self.convert(exponent))

    def cases(self, expression: sympy.Piecewise) -> Node:
        rows: list[tuple[Node, Node | None]] = []
        for value, condition in expression.args:
            otherwise = isinstance(condition, BooleanTrue)
            inner = self.convert(value)
            if otherwise and isinstance(inner, Cases):  # cases of what is left are more cases
                rows += inner.lines
            else:
                rows.append((inner, None if otherwise else self.convert(condition)))
        return Cases(tuple(rows))

    def relation(self, expression: Relational) -> Node:
        if expression.lhs.is_number and not expression.rhs.is_number:
            expression = expression.reversed
        sign = _RELATIONS[expression.rel_op]
        return Relation(self.convert(expression.lhs), sign, self.convert(expression.rhs))

    def joined(self, expression: sympy.Basic, word: str) -> Node:
        """Conditions joined by a word; two that bound one quantity from both sides as ``-1 < z < 1``."""
        if word == "and" and (between := _interval(expression)) is not None:
            low, first, inside, second, high = between
            left = Relation(self.convert(low), first, self.convert(inside))
            return Relation(left, second, self.convert(high))
        parts: list[Node] = []
        for condition in sorted(expression.args, key=self.order):
            if parts:
                parts.append(Text(f" {word} "))
            parts.append(self.convert(condition))
        return Row(tuple(parts))

    def extremum(self, expression: sympy.Basic, name: str) -> Node:
        arguments = sorted(expression.args, key=lambda a: (bool(a.free_symbols), self.order(a)))
        return call(Symbol(name), *map(self.convert, arguments))

    def step(self, expression: sympy.Heaviside) -> Node:
        argument, at_zero = expression.args
        if at_zero != 0:  # a value at 0 that no formula shows
            return call(Symbol("H"), self.convert(argument))
        constant, rest = argument.as_coeff_Add()
        turned = _is_negative(rest)  # 1 - y a > 0 is y a < 1
        condition = sympy.Lt(-rest, constant) if turned else sympy.Gt(rest, -constant)
        return truth(self.convert(condition))

    def kronecker(self, expression: sympy.KroneckerDelta) -> Node:
        first, second = (self.convert(index) for index in sorted(expression.args, key=self.order))
        single = isinstance(first, Symbol) and isinstance(second, Symbol)
        return Script(
            Symbol("delta"), sub=Row((first, second) if single else (first, COMMA, second))
        )

    def undefined(self, expression: AppliedUndef) -> Node:
        name = expression.func.__name__
        if name not in self.functions:
            raise KeyError(f"the function {name} has no name")
        own = self.functions[name]
        arguments = map(self.convert, expression.args)
        if isinstance(own, Written):
            names = {own.variable: next(arguments)}
            return from_sympy(own.expression, names, self.functions, self.operator)
        return call(own, *arguments)


#: the first entry that a term or factor belongs to is its rank among those of the same symbols
_RANKS: Final[tuple[tuple[int, tuple[type, ...]], ...]] = (
    (0, (sympy.Symbol,)),
    (2, (sympy.Add,)),
    (1, (sympy.Basic,)),
)


def _is_negative(term: sympy.Expr) -> bool:
    """Whether the term is printed with a minus sign."""
    return bool(term.as_coeff_Mul()[0].is_negative)


def _digits(value: sympy.Rational) -> str:
    """A fraction, or a decimal where somebody wrote one, as 0.1 and no tenth."""
    if value.q % 10 == 0 and 10**9 % value.q == 0:
        return format(Decimal(int(value.p)) / Decimal(int(value.q)), "f")
    return f"{value.p}/{value.q}"


def _interval(
    expression: sympy.Basic,
) -> tuple[sympy.Basic, RelationSign, sympy.Basic, RelationSign, sympy.Basic] | None:
    """``low < inside < high`` of two conditions on one quantity between numbers, with their two signs."""
    if len(expression.args) != 2:
        return None
    sides: dict[bool, tuple[sympy.Basic, RelationSign, sympy.Basic]] = {}
    for one in expression.args:
        if not isinstance(one, Relational) or one.rel_op not in ("<", "<=", ">", ">="):
            return None
        turned = one.reversed if one.lhs.is_number else one
        if turned.lhs.is_number or not turned.rhs.is_number:
            return None
        below = turned.rel_op in ("<", "<=")
        sides[below] = (turned.lhs, "<=" if "=" in turned.rel_op else "<", turned.rhs)
    if len(sides) != 2 or sides[True][0] != sides[False][0]:
        return None
    (inside, first, low), (_, second, high) = sides[False], sides[True]
    return low, first, inside, second, high


def _shared_coefficient(expression: sympy.Add) -> sympy.Rational:
    """The number that every term has but for its sign; 1 where there is none."""
    sizes = {abs(term.as_coeff_Mul()[0]) for term in expression.args}
    (size, *more) = sizes
    fits = not more and size.is_Rational
    return size if fits and not any(term.is_number for term in expression.args) else sympy.S.One


_RELATIONS: Final[dict[str, RelationSign]] = {
    "==": "=",
    "!=": "!=",
    "<": "<",
    ">": ">",
    "<=": "<=",
    ">=": ">=",
}


def _named(name: str) -> Callable[[_Converter, Any], Node]:
    """The rule of a function that is written as its name before its arguments."""
    return lambda converter, e: call(Symbol(name), *map(converter.convert, e.args))


def _constant(node: Node) -> Callable[[_Converter, Any], Node]:
    """The rule of what is always written alike."""
    return lambda *_: node


_RULES: Final[dict[type, Callable[[_Converter, Any], Node]]] = {
    sympy.Symbol: _Converter.symbol,
    sympy.Integer: lambda _, e: number(str(e)),
    sympy.Rational: lambda _, e: number(_digits(e)),
    sympy.Float: lambda _, e: number(repr(float(e))),
    type(sympy.pi): _constant(Symbol("pi")),
    type(sympy.E): _constant(Symbol("e")),
    type(sympy.oo): _constant(Symbol("infinity")),
    type(-sympy.oo): _constant(negate(Symbol("infinity"))),
    sympy.Add: _Converter.sum,
    sympy.Mul: _Converter.product,
    sympy.Pow: _Converter.power,
    sympy.exp: lambda converter, e: power(Symbol("e"), converter.convert(e.args[0])),
    sympy.Abs: lambda converter, e: Delimited(converter.convert(e.args[0]), "abs"),
    sympy.Max: lambda converter, e: converter.extremum(e, "max"),
    sympy.Min: lambda converter, e: converter.extremum(e, "min"),
    sympy.Piecewise: _Converter.cases,
    Relational: _Converter.relation,
    sympy.And: lambda converter, e: converter.joined(e, "and"),
    sympy.Or: lambda converter, e: converter.joined(e, "or"),
    sympy.KroneckerDelta: _Converter.kronecker,
    sympy.Heaviside: _Converter.step,
    AppliedUndef: _Converter.undefined,
    sympy.log: _named("ln"),
    sympy.sign: _named("sgn"),
    **{
        function: _named(name)
        for name, function in {
            "sin": sympy.sin,
            "cos": sympy.cos,
            "tan": sympy.tan,
            "sinh": sympy.sinh,
            "cosh": sympy.cosh,
            "tanh": sympy.tanh,
            "arctan": sympy.atan,
            "erf": sympy.erf,
        }.items()
    },
}
