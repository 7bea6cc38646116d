"""Optimisers by name: how a gradient changes a parameter.

The rule of an optimiser is a list of steps, each a symbol and an expression.  The same steps are
computed, elementwise on arrays, and printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import sympy

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network.lazy import LazyTable
from derivgen.network.options import Option, OptionValue, read_options
from derivgen.network.special import numpy_function

#: a parameter, its gradient, the learning rate, and the number of the step, counted from 1
W, G, ETA, T = sympy.symbols("w g eta t", real=True)

Number = int | float | Fraction


@dataclass(frozen=True)
class Variable:
    """A quantity of an optimiser beside w, g, eta and t, with its name in formulas.

    A ``state`` is kept from one step of training to the next and starts at 0; others are
    intermediate results of one step.
    """

    symbol: sympy.Symbol
    latex: str
    summary: str
    state: bool = False


@dataclass(frozen=True)
class Optimiser:
    """A rule for one entry of a parameter.

    ``steps`` are carried out in order.  A symbol on a right side means its latest value: that of the
    step before in training where the symbol is a state that has not been computed yet, else that
    of the steps above it.  The last step gives the new ``w``.
    """

    name: str
    summary: str
    steps: tuple[tuple[sympy.Symbol, sympy.Expr], ...]
    variables: tuple[Variable, ...] = ()
    options: tuple[Option, ...] = ()
    remark: str = ""
    #: what it is called in a sentence
    word: str = ""

    @property
    def states(self) -> tuple[Variable, ...]:
        """What is kept between steps."""
        return tuple(variable for variable in self.variables if variable.state)

    @property
    def rational(self) -> bool:
        """True when the rule turns fractions into fractions."""
        return not any(
            power.exp.is_integer is not True and power.exp != T
            for _, expression in self.steps
            for power in expression.atoms(sympy.Pow)
        )

    def option_symbol(self, name: str) -> sympy.Symbol:
        """The symbol that stands for an option in the steps."""
        return _symbol(name)


def optimiser_named(name: str, place: Place | None = None) -> Optimiser:
    """The entry of the table; raises E454 for a name that is not there."""
    if name not in OPTIMISERS:
        raise DerivgenError(
            "E454", f"there is no optimiser {name!r}", place, did_you_mean(name, OPTIMISERS)
        )
    return OPTIMISERS[name]


def optimiser_options(
    optimiser: Optimiser, values: Mapping[str, OptionValue], place: Place | None = None
) -> dict[str, Fraction]:
    """All options, as given or by default; raises E452 and E453 (see ``read_options``)."""
    return read_options(f"the optimiser {optimiser.name}", optimiser.options, values, place)


def initial_states(optimiser: Optimiser, like: np.ndarray) -> dict[str, np.ndarray]:
    """Every state at 0, in the shape and kind of the parameter ``like``."""
    return {variable.symbol.name: like * 0 for variable in optimiser.states}


def apply(
    optimiser: Optimiser,
    w: np.ndarray,
    g: np.ndarray,
    states: Mapping[str, np.ndarray],
    eta: Number,
    t: int,
    options: Mapping[str, OptionValue] | None = None,
    settle: Callable[[str, np.ndarray], np.ndarray] | None = None,
) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """One update of the array ``w`` with its gradient ``g``, elementwise.

    ``settle`` is put to the symbol and the value of every step before the next one goes on with it: rounding, where
    printed numbers are carried on.  ``states`` come from the step before (or :func:`initial_states`); ``t`` counts from 1.  Arrays are
    float64, or objects holding Fractions where the rule is rational.  Returns the new ``w``, the new
    states by name, and the value of every step by the name of its symbol.  Raises E503 for fractions
    in a rule with roots, E452 and E453 for bad options.
    """
    exact = w.dtype == object
    if exact and not optimiser.rational:
        raise DerivgenError(
            "E503", f"the optimiser {optimiser.name} takes square roots", hint="ask for decimals"
        )
    settings = optimiser_options(optimiser, options or {})
    scalars: dict[str, Any] = {"eta": Fraction(eta) if exact else float(eta), "t": t}
    scalars |= {name: value if exact else float(value) for name, value in settings.items()}
    values: dict[str, Any] = {"w": w, "g": g, **states, **scalars}
    done: dict[str, np.ndarray] = {}
    for name, needed, compute in _compiled(optimiser.steps):
        value = compute(*(values[symbol] for symbol in needed))
        # the rule of a scalar gives bare numbers, not arrays
        values[name] = value if settle is None else settle(name, np.asarray(value, dtype=w.dtype))
        done[name] = values[name]
    new_states = {
        variable.symbol.name: values[variable.symbol.name] for variable in optimiser.states
    }
    return values["w"], new_states, done


@cache
def _compiled(
    steps: tuple[tuple[sympy.Symbol, sympy.Expr], ...],
) -> tuple[tuple[str, tuple[str, ...], Callable[..., Any]], ...]:
    """Each step as a numpy function: its symbol, the names of its arguments, the function."""
    found = []
    for symbol, expression in steps:
        needed = tuple(sorted(expression.free_symbols, key=lambda s: s.name))
        function = numpy_function(needed, expression)
        found.append((symbol.name, tuple(s.name for s in needed), function))
    return tuple(found)


def _symbol(name: str) -> sympy.Symbol:
    return sympy.Symbol(name, real=True)


_M, _V, _S, _D = (_symbol(name) for name in ("m", "v", "s", "d"))
_M_HAT, _V_HAT = _symbol("m_hat"), _symbol("v_hat")
_MU, _BETA1, _BETA2 = (_symbol(name) for name in ("momentum", "beta1", "beta2"))
_RHO, _EPSILON, _DECAY = (_symbol(name) for name in ("rho", "epsilon", "weight_decay"))

_VELOCITY = Variable(_V, "v", "velocity", state=True)
_MOMENTUM = Option(
    "momentum", Fraction(9, 10), r"\mu", "share of the velocity that is kept", 0, 1, "[)"
)
_EPS = Option(
    "epsilon", Fraction(1, 10**8), r"\varepsilon", "keeps the quotient finite", 0, closed="(]"
)
_MOMENTS = (
    Variable(_M, "m", "running mean of the gradients", state=True),
    Variable(_V, "v", "running mean of their squares", state=True),
    Variable(_M_HAT, r"\hat{m}", "the mean, corrected for its start at 0"),
    Variable(_V_HAT, r"\hat{v}", "the mean of squares, corrected for its start at 0"),
)


def _moment_steps() -> tuple[tuple[sympy.Symbol, sympy.Expr], ...]:
    return (
        (_M, _BETA1 * _M + (1 - _BETA1) * G),
        (_V, _BETA2 * _V + (1 - _BETA2) * G**2),
        (_M_HAT, _M / (1 - _BETA1**T)),
        (_V_HAT, _V / (1 - _BETA2**T)),
    )


_ADAM_OPTIONS = (
    Option("beta1", Fraction(9, 10), r"\beta_1", "memory of the mean", 0, 1, "[)"),
    Option("beta2", Fraction(999, 1000), r"\beta_2", "memory of the squares", 0, 1, "[)"),
    _EPS,
)
_CORRECTION = (
    "In the first steps the means are too small because they start at 0; the hats mend that."
)

_ENTRIES: Mapping[str, Callable[[], Optimiser]] = {
    "gradient_descent": lambda: Optimiser(
        "gradient_descent",
        "a step against the gradient",
        ((W, W - ETA * G),),
        remark="The gradient points uphill, so the step goes the other way.",
    ),
    "momentum": lambda: Optimiser(
        "momentum",
        "velocity v = mu v + g, step w = w - eta v",
        ((_V, _MU * _V + G), (W, W - ETA * _V)),
        (_VELOCITY,),
        (_MOMENTUM,),
        "The learning rate stands in the step, so a new rate acts on the whole velocity at once.",
        word="momentum",
    ),
    "heavy_ball": lambda: Optimiser(
        "heavy_ball",
        "momentum with the learning rate inside: v = mu v - eta g, step w = w + v",
        ((_V, _MU * _V - ETA * G), (W, W + _V)),
        (_VELOCITY,),
        (_MOMENTUM,),
        "The velocity is the step itself; with a constant learning rate it is the same as momentum.",
        word="heavy-ball momentum",
    ),
    "momentum_average": lambda: Optimiser(
        "momentum_average",
        "velocity as a running mean: v = mu v + (1 - mu) g, step w = w - eta v",
        ((_V, _MU * _V + (1 - _MU) * G), (W, W - ETA * _V)),
        (_VELOCITY,),
        (_MOMENTUM,),
        "A mean of gradients is as large as one gradient, so the steps stay smaller.",
        word="momentum with averaged gradients",
    ),
    "nesterov": lambda: Optimiser(
        "nesterov",
        "momentum that looks one step ahead: v = mu v + g, step w = w - eta (g + mu v)",
        ((_V, _MU * _V + G), (_D, G + _MU * _V), (W, W - ETA * _D)),
        (_VELOCITY, Variable(_D, "d", "the velocity that one more such gradient would give")),
        (_MOMENTUM,),
        "The step looks ahead: it is taken with the velocity that one more such gradient would give.",
        word="Nesterov's momentum",
    ),
    "adagrad": lambda: Optimiser(
        "adagrad",
        "each entry is divided by the root of the sum of its squared gradients",
        ((_S, _S + G**2), (W, W - ETA * G / (sympy.sqrt(_S) + _EPSILON))),
        (Variable(_S, "s", "sum of the squared gradients", state=True),),
        (_EPS,),
        "The sum only grows, so the steps only shrink.",
        word="AdaGrad",
    ),
    "rmsprop": lambda: Optimiser(
        "rmsprop",
        "each entry is divided by the root of the running mean of its squared gradients",
        ((_S, _RHO * _S + (1 - _RHO) * G**2), (W, W - ETA * G / (sympy.sqrt(_S) + _EPSILON))),
        (Variable(_S, "s", "running mean of the squared gradients", state=True),),
        (Option("rho", Fraction(9, 10), r"\rho", "memory of the squares", 0, 1, "[)"), _EPS),
        "Entries with large gradients are slowed down, those with small ones sped up.",
        word="RMSProp",
    ),
    "adam": lambda: Optimiser(
        "adam",
        "momentum and RMSProp together, with corrected means",
        (*_moment_steps(), (W, W - ETA * _M_HAT / (sympy.sqrt(_V_HAT) + _EPSILON))),
        _MOMENTS,
        _ADAM_OPTIONS,
        _CORRECTION,
        word="Adam",
    ),
    "adamw": lambda: Optimiser(
        "adamw",
        "Adam, and each weight shrinks by itself",
        (
            *_moment_steps(),
            (W, W - ETA * (_M_HAT / (sympy.sqrt(_V_HAT) + _EPSILON) + _DECAY * W)),
        ),
        _MOMENTS,
        (
            *_ADAM_OPTIONS,
            Option(
                "weight_decay",
                Fraction(1, 100),
                r"\lambda",
                "how fast weights shrink",
                0,
                closed="[]",
            ),
        ),
        "The weight itself is left out of the running means, unlike an L2 penalty. " + _CORRECTION,
        word="AdamW",
    ),
}

_ALIASES = {"sgd": "gradient_descent"}


def _made_named(name: str) -> Optimiser:
    return OPTIMISERS[_ALIASES[name]] if name in _ALIASES else _ENTRIES[name]()


#: every optimiser by name
OPTIMISERS: Mapping[str, Optimiser] = LazyTable((*_ENTRIES, *_ALIASES), _made_named)
