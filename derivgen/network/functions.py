"""Scalar functions by name: activations and the elementary functions of the equation language.

One entry of :data:`FUNCTIONS` is all that a new activation needs.  Its ``derivative`` is the form
that a teacher writes; a test that runs over the table proves it equal to sympy's own derivative.
What sympy itself knows and differentiates without a kink (exp, log, sqrt, sin, cos, ...) has no
entry; ``abs`` has one, so that every kink is stated in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from types import MappingProxyType

import sympy

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network import stable
from derivgen.network.kinks import Kink as Kink
from derivgen.network.kinks import KinkRule as KinkRule
from derivgen.network.lazy import LazyTable
from derivgen.network.options import Option, OptionValue, rational, read_options
from derivgen.network.scalar import A as A
from derivgen.network.scalar import ScalarFunction as ScalarFunction
from derivgen.network.scalar import Z as Z
from derivgen.network.scalar import derivative_of as derivative_of
from derivgen.network.scalar import kinks_of as kinks_of
from derivgen.network.scalar import user_function as user_function
from derivgen.network.scalar import with_kink as with_kink


def with_parameters(name: str, place: Place | None = None, **values: OptionValue) -> ScalarFunction:
    """A function of the table with its parameters set: ``with_parameters("elu", alpha=2)``.

    The result has a name of its own (``elu_alpha_2``) unless every value is the default, so that
    one network can hold several.  Raises E454 for an unknown function, E452 for a parameter that
    the function does not have, E453 for a value outside its domain.
    """
    function = function_named(name, place)
    family = FAMILIES.get(name)
    if family is None:
        read_options(f"the function {name}", (), values, place)
        return function
    numbers = read_options(f"the function {name}", family.options, values, place)
    marks = [
        f"_{option.name}_{_mark(numbers[option.name])}"
        for option in family.options
        if numbers[option.name] != option.default
    ]
    return replace(
        _made(family, numbers),
        name="".join((name, *marks)),
        latex=function.latex,
        parameters=tuple(numbers.items()),
    )


def _mark(value: Fraction) -> str:
    """A number as a part of a name: 0.1 is ``0_1``, -2 is ``minus_2``, 1/3 is ``1_over_3``."""
    if value.denominator == 1 or Fraction(repr(float(value))) != value:
        text = str(value)
    else:
        text = repr(float(value))
    for sign, word in (("/", "_over_"), ("-", "minus_"), (".", "_"), ("+", "")):
        text = text.replace(sign, word)
    return text


def function_named(name: str, place: Place | None = None) -> ScalarFunction:
    """The entry of the table; raises E454 for a name that is not there."""
    if name not in FUNCTIONS:
        raise DerivgenError(
            "E454", f"there is no function {name!r}", place, did_you_mean(name, FUNCTIONS)
        )
    return FUNCTIONS[name]


def in_names(expression: sympy.Expr, function: ScalarFunction) -> sympy.Expr:
    """An expression over :data:`Z` of ``function`` with the functions that it is written with by their names:
    ``1/(1 + exp(-Z))`` is ``sigmoid(Z)``."""
    for name in function.inner:
        whole, named = FUNCTIONS[name].expression, sympy.Function(name)
        mirrored = whole.subs(Z, -Z)
        expression = expression.xreplace({whole: named(Z), mirrored: named(-Z)})
    return expression


def slope_in_names(function: ScalarFunction) -> sympy.Expr:
    """The derivative as formulas have it: over :data:`Z` and :data:`A`, with functions and cases by their names."""
    if function.short is not None:
        return function.short
    return in_names(derivative_of(function), function)


_E = sympy.exp
_POSITIVE = sympy.Piecewise((Z, Z > 0), (0, True))
_STEP = sympy.Piecewise((1, Z > 0), (0, True))
_ROOT_HALF = 1 / sympy.sqrt(2)


def _leaky_relu(slope: Fraction) -> ScalarFunction:
    factor = rational(slope)
    return ScalarFunction(
        "leaky_relu",
        sympy.Piecewise((Z, Z > 0), (factor * Z, True)),
        "leaky rectifier: z where z > 0, a small multiple of z elsewhere",
        "LReLU",
        sympy.Piecewise((1, Z > 0), (factor, True)),
        kinks=() if slope == 1 else (0.0,),
        kink_rule="left",
        remark="A negative unit still lets a small part of the error through.",
    )


def _elu(alpha: Fraction) -> ScalarFunction:
    factor = rational(alpha)
    return ScalarFunction(
        "elu",
        sympy.Piecewise((Z, Z > 0), (factor * (_E(Z) - 1), True)),
        "exponential linear unit: z where z > 0, alpha (e^z - 1) elsewhere",
        "ELU",
        sympy.Piecewise((1, Z > 0), (A + factor, True)),
        kinks=() if alpha == 1 else (0.0,),
        kink_rule="left",
        stable=stable.elu(alpha),
        remark="For a negative argument the derivative is the value plus alpha, so it is free.",
    )


def _huber(delta: Fraction) -> ScalarFunction:
    bound = rational(delta)
    whole = sympy.Piecewise(
        (Z**2 / 2, sympy.Abs(Z) <= bound), (bound * (sympy.Abs(Z) - bound / 2), True)
    )
    return ScalarFunction(
        "huber",
        whole,
        "half the square near 0, a straight line beyond delta",
        "H",
        sympy.Piecewise((-bound, -bound > Z), (Z, bound >= Z), (bound, True)),
        activation=False,
        remark="A large error counts with the same slope delta, however large it is.",
        word="Huber",
    )


@dataclass(frozen=True)
class Family:
    """A function with parameters: how it is made from their values."""

    make: Callable[..., ScalarFunction]
    options: tuple[Option, ...]


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "leaky_relu": Family(
            _leaky_relu,
            (Option("slope", Fraction(1, 100), r"\alpha", "slope for z < 0"),),
        ),
        "elu": Family(
            _elu,
            (
                Option(
                    "alpha",
                    Fraction(1),
                    r"\alpha",
                    "limit -alpha for z to -infinity",
                    0,
                    closed="(]",
                ),
            ),
        ),
        "huber": Family(
            _huber,
            (Option("delta", Fraction(1), r"\delta", "where the line begins", 0, closed="(]"),),
        ),
    }
)


def _default(name: str) -> ScalarFunction:
    family = FAMILIES[name]
    values = {option.name: option.default for option in family.options}
    return replace(_made(family, values), parameters=tuple(values.items()))


def _made(family: Family, values: Mapping[str, Fraction]) -> ScalarFunction:
    """The function with its parameters; what lies at its kink depends on them."""
    return with_kink(family.make(**values), "smallest")


#: the numbers of SELU (Klambauer et al. 2017), to 18 digits
_SELU_ALPHA = Fraction("1.67326324235437728")
_SELU_SCALE = Fraction("1.05070098735548049")
_GELU_INNER = sympy.sqrt(2 / sympy.pi) * (Z + sympy.Rational(44715, 1000000) * Z**3)

_ENTRIES: Mapping[str, Callable[[], ScalarFunction]] = {
    "identity": lambda: ScalarFunction(
        "identity",
        Z,
        "the argument itself",
        "id",
        sympy.S.One,
        written=Z,
        remark="The derivative is 1: the error passes through unchanged.",
    ),
    "sigmoid": lambda: ScalarFunction(
        "sigmoid",
        1 / (1 + _E(-Z)),
        "logistic sigmoid, between 0 and 1",
        r"\sigma",
        A * (1 - A),
        stable=stable.sigmoid,
        remark="The derivative needs only the value itself, and is at most 1/4.",
    ),
    "tanh": lambda: ScalarFunction(
        "tanh",
        sympy.tanh(Z),
        "hyperbolic tangent, between -1 and 1",
        r"\tanh",
        1 - A**2,
        remark="The derivative needs only the value itself, and is at most 1.",
    ),
    "relu": lambda: ScalarFunction(
        "relu",
        _POSITIVE,
        "rectifier: z where z > 0, 0 elsewhere",
        "ReLU",
        _STEP,
        kinks=(0.0,),
        remark="An active unit passes the error on unchanged; an inactive one stops it.",
    ),
    "leaky_relu": partial(_default, "leaky_relu"),
    "elu": partial(_default, "elu"),
    "selu": lambda: with_kink(
        ScalarFunction(
            "selu",
            rational(_SELU_SCALE)
            * sympy.Piecewise((Z, Z > 0), (rational(_SELU_ALPHA) * (_E(Z) - 1), True)),
            "scaled ELU with the two numbers that keep mean 0 and variance 1",
            "SELU",
            sympy.Piecewise(
                (rational(_SELU_SCALE), Z > 0), (A + rational(_SELU_SCALE * _SELU_ALPHA), True)
            ),
            kinks=(0.0,),
            kink_rule="left",
            stable=stable.elu(_SELU_ALPHA, _SELU_SCALE),
            remark="For a negative argument the derivative is the value plus a constant.",
        ),
        "smallest",
    ),
    "softplus": lambda: ScalarFunction(
        "softplus",
        sympy.log(1 + _E(Z)),
        "smooth form of ReLU, log(1 + e^z)",
        "softplus",
        1 / (1 + _E(-Z)),
        stable=stable.softplus,
        remark="The derivative of softplus is the sigmoid.",
        inner=("sigmoid",),
    ),
    "silu": lambda: ScalarFunction(
        "silu",
        Z / (1 + _E(-Z)),
        "sigmoid-weighted unit, z times its sigmoid (also called swish)",
        "SiLU",
        A + (1 - A) / (1 + _E(-Z)),
        stable=stable.silu,
        remark="The product rule gives the sigmoid plus z times the slope of the sigmoid.",
        inner=("sigmoid",),
    ),
    "mish": lambda: ScalarFunction(
        "mish",
        Z * sympy.tanh(sympy.log(1 + _E(Z))),
        "z times the hyperbolic tangent of softplus",
        "Mish",
        sympy.tanh(sympy.log(1 + _E(Z)))
        + Z * (1 - sympy.tanh(sympy.log(1 + _E(Z))) ** 2) / (1 + _E(-Z)),
        stable=stable.mish,
        remark="The product rule meets the chain rule: tanh' at softplus(z), times the sigmoid.",
        inner=("softplus", "sigmoid"),
    ),
    "gelu": lambda: ScalarFunction(
        "gelu",
        Z * (1 + sympy.erf(Z * _ROOT_HALF)) / 2,
        "Gaussian error linear unit, z times the normal distribution function",
        "GELU",
        (1 + sympy.erf(Z * _ROOT_HALF)) / 2 + Z * _E(-(Z**2) / 2) / sympy.sqrt(2 * sympy.pi),
        stable=stable.gelu,
        remark="The product rule gives the normal distribution function plus z times its density.",
    ),
    "gelu_tanh": lambda: ScalarFunction(
        "gelu_tanh",
        Z * (1 + sympy.tanh(_GELU_INNER)) / 2,
        "GELU with its usual approximation by tanh",
        "GELU",
        (1 + sympy.tanh(_GELU_INNER)) / 2
        + Z * (1 - sympy.tanh(_GELU_INNER) ** 2) / 2 * sympy.diff(_GELU_INNER, Z),
        remark="The product rule meets the chain rule inside the hyperbolic tangent.",
    ),
    "hard_tanh": lambda: ScalarFunction(
        "hard_tanh",
        sympy.Piecewise((-1, Z < -1), (Z, Z <= 1), (1, True)),
        "z cut off at -1 and 1",
        "hardtanh",
        sympy.Piecewise((1, sympy.And(Z > -1, Z < 1)), (0, True)),
        kinks=(-1.0, 1.0),
        remark="Beyond the cut nothing passes back.",
    ),
    "hard_sigmoid": lambda: ScalarFunction(
        "hard_sigmoid",
        sympy.Piecewise((0, Z < -3), (Z / 6 + sympy.Rational(1, 2), Z <= 3), (1, True)),
        "straight line z/6 + 1/2, cut off at 0 and 1",
        "hardsigmoid",
        sympy.Piecewise((sympy.Rational(1, 6), sympy.And(Z > -3, Z < 3)), (0, True)),
        kinks=(-3.0, 3.0),
        remark="Beyond the cut nothing passes back.",
    ),
    "relu6": lambda: ScalarFunction(
        "relu6",
        sympy.Piecewise((0, Z < 0), (Z, Z <= 6), (6, True)),
        "ReLU cut off at 6",
        "ReLU6",
        sympy.Piecewise((1, sympy.And(Z > 0, Z < 6)), (0, True)),
        kinks=(0.0, 6.0),
        remark="The error passes between 0 and 6 only.",
    ),
    "softsign": lambda: ScalarFunction(
        "softsign",
        Z / (1 + sympy.Abs(Z)),
        "z/(1 + |z|), between -1 and 1",
        "softsign",
        (1 - sympy.Abs(A)) ** 2,
        remark="Since 1/(1 + |z|) is 1 minus the size of the value, the value is enough.",
    ),
    "log_sigmoid": lambda: ScalarFunction(
        "log_sigmoid",
        -sympy.log(1 + _E(-Z)),
        "logarithm of the sigmoid",
        "logsigmoid",
        1 / (1 + _E(Z)),
        stable=stable.log_sigmoid,
        remark="The derivative is one minus the sigmoid, which is the sigmoid of the argument with its sign changed.",
        inner=("sigmoid",),
    ),
    "arctan": lambda: ScalarFunction(
        "arctan",
        sympy.atan(Z),
        "inverse tangent, between -pi/2 and pi/2",
        "arctan",
        1 / (1 + Z**2),
        remark="The derivative falls off with the square of the argument.",
    ),
    "gaussian": lambda: ScalarFunction(
        "gaussian",
        _E(-(Z**2)),
        "bell curve exp(-z^2)",
        "gauss",
        -2 * Z * A,
        remark="The inner derivative -2z stands before the value itself.",
    ),
    "abs": lambda: ScalarFunction(
        "abs",
        sympy.Abs(Z),
        "absolute value",
        "abs",
        sympy.Piecewise((1, Z > 0), (0, sympy.Eq(Z, 0)), (-1, True)),
        kinks=(0.0,),
        activation=False,
        written=sympy.Abs(Z),
        short=sympy.sign(Z),
        remark="The derivative is the sign of the argument.",
        word="absolute value",
    ),
    "positive_part": lambda: ScalarFunction(
        "positive_part",
        _POSITIVE,
        "the larger of z and 0",
        "pos",
        _STEP,
        kinks=(0.0,),
        activation=False,
        written=sympy.Max(0, Z),
        short=sympy.Heaviside(Z, 0),
        remark="The derivative is 1 where the argument is positive and 0 elsewhere.",
        word="positive part",
    ),
    "huber": partial(_default, "huber"),
}

_ALIASES = {
    "swish": ("silu", "swish"),
    "linear": ("identity", "id"),
    "logistic": ("sigmoid", r"\sigma"),
    "atan": ("arctan", "arctan"),
}


def _made_named(name: str) -> ScalarFunction:
    if name in _ALIASES:
        of, latex = _ALIASES[name]
        return replace(FUNCTIONS[of], name=name, latex=latex)
    return _ENTRIES[name]()


#: every function by name; an alias stands under its own name
FUNCTIONS: Mapping[str, ScalarFunction] = LazyTable((*_ENTRIES, *_ALIASES), _made_named)

#: those that are written with the sigmoid
WRITTEN_WITH_SIGMOID = ("softplus", "silu", "swish", "mish", "log_sigmoid")

#: functions of a whole layer: they take the index that they run along
ALONG = {
    "softmax": "probabilities over the units of a layer: e^z over the sum of all of them",
    "log_softmax": "logarithm of the softmax, taken in one step",
}
