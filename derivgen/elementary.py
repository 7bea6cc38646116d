"""The scalar half of the equation language: elementary functions, as sympy expressions.

sympy evaluates powers of numbers the moment they are built, so every number and every constant
part is weighed first: ``9**9**9**9`` is refused before anything is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import sympy

from derivgen import syntax as ex
from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.expressions import parse_expression

#: exponents beyond this, and numbers of more bits than this (about 1e298, which a double holds), are refused
MAX_EXPONENT = 1000
MAX_BITS = 990


@dataclass(frozen=True)
class Elementary:
    """A function of the language: how many arguments it takes, and its value in sympy."""

    build: Callable[..., sympy.Expr]
    summary: str
    fewest: int = 1
    most: int = 1


ELEMENTARY: Mapping[str, Elementary] = {
    "exp": Elementary(sympy.exp, "the exponential"),
    "log": Elementary(sympy.log, "the natural logarithm"),
    "ln": Elementary(sympy.log, "the natural logarithm"),
    "log2": Elementary(lambda x: sympy.log(x) / sympy.log(2), "the logarithm to base 2"),
    "log10": Elementary(lambda x: sympy.log(x) / sympy.log(10), "the logarithm to base 10"),
    "sqrt": Elementary(sympy.sqrt, "the square root"),
    "abs": Elementary(sympy.Abs, "the absolute value"),
    "sign": Elementary(sympy.sign, "-1, 0 or 1"),
    "sin": Elementary(sympy.sin, "the sine"),
    "cos": Elementary(sympy.cos, "the cosine"),
    "tan": Elementary(sympy.tan, "the tangent"),
    "asin": Elementary(sympy.asin, "the inverse sine"),
    "acos": Elementary(sympy.acos, "the inverse cosine"),
    "atan": Elementary(sympy.atan, "the inverse tangent"),
    "sinh": Elementary(sympy.sinh, "the hyperbolic sine"),
    "cosh": Elementary(sympy.cosh, "the hyperbolic cosine"),
    "tanh": Elementary(sympy.tanh, "the hyperbolic tangent"),
    "erf": Elementary(sympy.erf, "the error function"),
    "max": Elementary(sympy.Max, "the larger of its arguments", 2, ex.MAX_ARGUMENTS),
    "min": Elementary(sympy.Min, "the smaller of its arguments", 2, ex.MAX_ARGUMENTS),
}

CONSTANTS: Mapping[str, sympy.Expr] = {"pi": sympy.pi, "π": sympy.pi, "e": sympy.E}

COMPARE: Mapping[str, Callable[[sympy.Expr, sympy.Expr], sympy.Basic]] = {
    "<": sympy.Lt,
    "<=": sympy.Le,
    ">": sympy.Gt,
    ">=": sympy.Ge,
    "==": sympy.Eq,
    "!=": sympy.Ne,
}


def rational(number: ex.Number) -> sympy.Rational:
    """The exact value of a number as written."""
    return sympy.Rational(number.value.numerator, number.value.denominator)


def checked(value: sympy.Expr, place: Place | None) -> sympy.Expr:
    """``value``, unless it is a constant that is no finite real number of ordinary size.

    :raises DerivgenError: E305"""
    if isinstance(value, sympy.Rational):
        weight = max(abs(value.p).bit_length(), value.q.bit_length())
        if value.q == 0 or weight > MAX_BITS:
            raise _no_value("too large or infinite", place)
        return value
    if value.has(sympy.nan, sympy.zoo, sympy.oo, sympy.S.NegativeInfinity):
        raise _no_value("infinite or undefined", place)
    if not value.free_symbols:
        try:
            found = complex(value.evalf(15, maxn=200))
        except (TypeError, ValueError, OverflowError) as problem:
            raise _no_value("too large", place) from problem
        # infinities and not-a-numbers fail the comparison as well
        if found.imag != 0 or not abs(found.real) < 1e300:
            raise _no_value("infinite or not a real number", place)
    return value


def _no_value(kind: str, place: Place | None) -> DerivgenError:
    return DerivgenError("E305", f"this constant part is {kind}", place)


def power(base: sympy.Expr, exponent: sympy.Expr, place: Place | None) -> sympy.Expr:
    """``base ** exponent``, if that is of ordinary size.

    :raises DerivgenError: E305"""
    if exponent.is_number:
        size = abs(float(exponent))
        digits = max(
            (max(abs(n.p).bit_length(), n.q.bit_length()) for n in base.atoms(sympy.Rational)),
            default=1,
        )
        if size > MAX_EXPONENT or (digits > 1 and size * digits > MAX_BITS):
            raise DerivgenError(
                "E305",
                "this power is too large to be worked with",
                place,
                f"exponents go up to {MAX_EXPONENT}, numbers up to about {MAX_BITS * 3 // 10} digits",
            )
    return checked(sympy.Pow(base, exponent), place)


def quotient(above: sympy.Expr, below: sympy.Expr, place: Place | None) -> sympy.Expr:
    """``above / below``.

    :raises DerivgenError: E305 for a division by 0"""
    if below.is_zero:
        raise DerivgenError("E305", "a division by 0", place)
    return checked(above / below, place)


def apply(name: str, arguments: Sequence[sympy.Expr], place: Place | None) -> sympy.Expr:
    """An elementary function of its arguments.

    :raises DerivgenError: E305, E307"""
    check_arguments(name, len(arguments), place)
    return checked(ELEMENTARY[name].build(*arguments), place)


def check_arguments(name: str, count: int, place: Place | None) -> None:
    """:raises DerivgenError: E307 where an elementary function takes another number of arguments"""
    function = ELEMENTARY[name]
    if not function.fewest <= count <= function.most:
        wanted = "1 argument" if function.most == 1 else f"{function.fewest} arguments or more"
        raise DerivgenError("E307", f"{name} takes {wanted}, found {count}", place)


def choose(
    sign: str, left: sympy.Expr, right: sympy.Expr, then: sympy.Expr, otherwise: sympy.Expr
) -> sympy.Expr:
    """``where(left sign right, then, otherwise)`` as a piecewise expression."""
    return sympy.Piecewise((then, COMPARE[sign](left, right)), (otherwise, True))


def check_where(call: ex.Call, source: ex.Source) -> ex.Comparison:
    """The condition of ``where(condition, value, otherwise)``.

    :raises DerivgenError: E307"""
    if len(call.arguments) != 3 or not isinstance(call.arguments[0], ex.Comparison):
        raise DerivgenError(
            "E307",
            "where takes a comparison and two values",
            source.at(call.at),
            "as in where(x > 0, x, 0)",
        )
    return call.arguments[0]


def refuse_comparison(tree: ex.Expression | ex.Comparison, source: ex.Source) -> ex.Expression:
    """The same tree, if it is no comparison.

    :raises DerivgenError: E309"""
    if isinstance(tree, ex.Comparison):
        raise DerivgenError(
            "E309",
            f"'{tree.sign}' compares outside the condition of where(...)",
            source.at(tree.at),
            "as in where(x > 0, x, 0)",
        )
    return tree


def unknown_function(
    name: str, known: Collection[str], place: Place | None, hint: str = ""
) -> DerivgenError:
    """The error for a function that nobody knows."""
    return DerivgenError(
        "E306", f"unknown function '{name}'", place, hint or did_you_mean(name, known)
    )


@dataclass(frozen=True)
class _Scalar:
    """The way of a tree over scalars into sympy."""

    source: ex.Source
    variables: Mapping[str, sympy.Expr]
    functions: Mapping[str, sympy.Expr]
    argument: sympy.Symbol

    def value(self, item: ex.Expression | ex.Comparison) -> sympy.Expr:
        tree = refuse_comparison(item, self.source)
        place = self.source.at(tree.at)
        match tree:
            case ex.Number():
                return rational(tree)
            case ex.Name(name):
                return self.named(name, place)
            case ex.Negated(body):
                return -self.value(body)
            case ex.Sum(terms):
                parts = [-self.value(t) if minus else self.value(t) for minus, t in terms]
                return checked(sympy.Add(*parts), place)
            case ex.Binary("*", left, right):
                return checked(self.value(left) * self.value(right), place)
            case ex.Binary("/", left, right):
                return quotient(self.value(left), self.value(right), self.source.at(right.at))
            case ex.Binary("**", left, right):
                return power(self.value(left), self.value(right), place)
            case ex.Call():
                return self.call(tree, place)
        raise DerivgenError("E302", "expected a formula of single numbers, found an array", place)

    def named(self, name: str, place: Place) -> sympy.Expr:
        found = self.variables.get(name, CONSTANTS.get(name))
        if found is None:
            hint = did_you_mean(name, [*self.variables, *CONSTANTS])
            known = ", ".join(self.variables)
            raise DerivgenError(
                "E310", f"unknown name '{name}'", place, hint or f"the variables are {known}"
            )
        return found

    def call(self, tree: ex.Call, place: Place) -> sympy.Expr:
        name = tree.function
        if name == "where":
            test = check_where(tree, self.source)
            sides = (test.left, test.right, *tree.arguments[1:])
            return choose(test.sign, *(self.value(side) for side in sides))
        arguments = [self.value(argument) for argument in tree.arguments]
        if name in self.functions:
            if len(arguments) != 1:
                raise DerivgenError(
                    "E307", f"{name} takes 1 argument, found {len(arguments)}", place
                )
            return checked(self.functions[name].xreplace({self.argument: arguments[0]}), place)
        if name not in ELEMENTARY:
            raise unknown_function(name, [*ELEMENTARY, *self.functions, "where"], place)
        return apply(name, arguments, place)


def scalar_expression(
    text: str,
    variables: Mapping[str, sympy.Expr],
    place: Place | None = None,
    functions: Mapping[str, sympy.Expr] | None = None,
    argument: sympy.Symbol | None = None,
) -> sympy.Expr:
    """A formula of a user (an activation, a loss) as a sympy expression.

    ``variables`` gives each allowed name its expression; ``functions`` are further functions by
    name, as expressions over ``argument``.  ``e`` and ``pi`` are the constants unless a variable
    has that name.

    :raises DerivgenError: E301 to E311 with line and column"""
    tree = parse_expression(text, place)
    scalar = _Scalar(
        ex.Source(text, place), variables, functions or {}, argument or sympy.Symbol("Z", real=True)
    )
    return checked(scalar.value(tree), place)
