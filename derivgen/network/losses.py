"""Losses by name: how far a prediction is from its target.

A loss is one expression for one output, in the equation language, over ``Y`` (an entry of the target)
and ``A`` (the entry of the prediction); the loss of a sample is the sum or the mean of that over its
outputs.  Functions in a term are entries of the table of scalar functions, so that a kink is
stated there and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

import numpy as np

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network.functions import ScalarFunction, with_parameters
from derivgen.network.lazy import LazyTable
from derivgen.network.options import Option, OptionValue, read_options

#: what a target or a prediction may be: any number; from 0 to 1; strictly between 0 and 1; -1 or +1; above 0;
#: at least 0 with sum 1
Domain = Literal["real", "unit", "open_unit", "sign", "positive", "distribution"]

#: how far the entries of a distribution may miss 1 in sum (they were typed as decimals)
SUM_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Loss:
    """A loss of one sample.

    ``term`` is the loss of one output over ``Y`` and ``A``; ``outputs`` says whether the terms are
    added or averaged over the outputs.  ``targets`` and ``predictions`` are the domains.
    ``through`` is a function that is applied to the prediction first, along the outputs
    ("log_softmax"); ``A`` is its value then.  After an activation ``collapse_with`` (or that
    ``through``) the derivative of the term's sum with respect to the argument of that activation is
    ``collapsed``, again over ``Y`` and ``A``, for the reason ``reason``.  ``functions`` are those of
    the term that a network has to know beside the table.  ``words`` are what a sentence calls the loss,
    and ``remark`` is what a teacher would add.
    """

    name: str
    summary: str
    term: str
    outputs: Literal["sum", "mean"] = "sum"
    targets: Domain = "real"
    predictions: Domain = "real"
    through: str | None = None
    collapse_with: str | None = None
    collapsed: str | None = None
    reason: str = ""
    options: tuple[Option, ...] = ()
    functions: tuple[ScalarFunction, ...] = ()
    words: str = ""
    remark: str = ""


def loss_named(name: str, place: Place | None = None, **options: OptionValue) -> Loss:
    """The loss of the table with its options set: ``loss_named("huber", delta=2)``.

    Raises E454 for an unknown loss, E452 for an option that it does not have, E453 for a value
    outside the option's domain.
    """
    if name not in LOSSES:
        raise DerivgenError("E454", f"there is no loss {name!r}", place, did_you_mean(name, LOSSES))
    loss = LOSSES[name]
    values = read_options(f"the loss {name}", loss.options, options, place)
    make = _MAKERS.get(loss.name)
    return loss if make is None else make(**values)


def check_targets(
    loss: Loss, array: np.ndarray, place: Place | None = None, axis: int = -1, name: str = "target"
) -> None:
    """Raise unless every target lies in the domain of the loss.

    ``axis`` runs along the outputs of one sample.  The error names the first bad entry and its
    value, with indices counted from 0: E450 for an entry outside the domain, E451 for a sample
    whose entries do not add up to 1.
    """
    _check_entries(loss, loss.targets, np.asarray(array, dtype=float), place, name, "targets")
    if loss.targets == "distribution":
        _check_sums(loss, np.asarray(array, dtype=float), place, axis, name)


def check_predictions(
    loss: Loss, array: np.ndarray, place: Place | None = None, name: str = "prediction"
) -> None:
    """Raise E450 unless every prediction lies in the domain of the loss; names the first bad one."""
    _check_entries(
        loss, loss.predictions, np.asarray(array, dtype=float), place, name, "predictions"
    )


@dataclass(frozen=True)
class _Rule:
    """What the numbers of a domain are, in words and as a test."""

    words: str
    holds: Callable[[np.ndarray], np.ndarray]


_RULES: Mapping[Domain, _Rule] = {
    "real": _Rule("finite numbers", lambda x: np.isfinite(x)),
    "unit": _Rule("numbers from 0 to 1", lambda x: (x >= 0) & (x <= 1)),
    "open_unit": _Rule("numbers strictly between 0 and 1", lambda x: (x > 0) & (x < 1)),
    "sign": _Rule("-1 or +1", lambda x: np.abs(x) == 1),
    "positive": _Rule("numbers above 0", lambda x: (x > 0) & np.isfinite(x)),
    "distribution": _Rule("numbers from 0 to 1", lambda x: (x >= 0) & (x <= 1)),
}


def _entry(name: str, index: tuple[int, ...]) -> str:
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def _check_entries(
    loss: Loss, domain: Domain, array: np.ndarray, place: Place | None, name: str, what: str
) -> None:
    rule = _RULES[domain]
    bad = np.argwhere(~np.atleast_1d(rule.holds(array)))
    if bad.size == 0:
        return
    index = tuple(int(i) for i in bad[0])[: array.ndim]
    hint = ""
    if domain == "sign" and set(np.unique(array)) <= {0.0, 1.0}:
        hint = "write -1 for the class that is 0 now"
    raise DerivgenError(
        "E450",
        f"{_entry(name, index)} is {float(array[index]):g}, but the {what} of {loss.name} "
        f"are {rule.words}",
        place,
        hint,
    )


def _check_sums(loss: Loss, array: np.ndarray, place: Place | None, axis: int, name: str) -> None:
    sums = np.atleast_1d(array.sum(axis=axis)) if array.ndim else np.atleast_1d(array)
    bad = np.argwhere(np.abs(sums - 1) > SUM_TOLERANCE)
    if bad.size == 0:
        return
    index = tuple(int(i) for i in bad[0])
    which = f"sample {index[0]} of {name}" if array.ndim > 1 else name
    raise DerivgenError(
        "E451",
        f"the entries of {which} add up to {float(sums[index]):g}, but {loss.name} needs "
        "a distribution, with sum 1",
        place,
        "give one-hot rows or class indices",
    )


def _huber(delta: Fraction) -> Loss:
    function = with_parameters("huber", delta=delta)
    return Loss(
        "huber",
        "half the square of a small error, a straight line beyond delta",
        f"{function.name}(A - Y)",
        options=_HUBER_OPTIONS,
        functions=(function,),
        words="the Huber loss",
        remark="A large error pulls with constant strength, so that outliers do not rule.",
    )


_HUBER_OPTIONS = (
    Option("delta", Fraction(1), r"\delta", "where the straight line begins", 0, closed="(]"),
)

_MAKERS: Mapping[str, Callable[..., Loss]] = MappingProxyType({"huber": _huber})

_BINARY = "The derivative of the sigmoid cancels the denominators that come from the logarithms."

_KEPT = "The 2 of the square stays as a factor of the derivative."
_SIGN = "Only the sign of the error is passed back, not its size."

_ENTRIES: Mapping[str, Callable[[], Loss]] = {
    "half_squared_error": lambda: Loss(
        "half_squared_error",
        "half the squared error, summed over the outputs",
        "(Y - A)**2/2",
        words="half the squared error",
        remark="The half cancels the 2 that the square leaves when it is differentiated.",
    ),
    "squared_error": lambda: Loss(
        "squared_error",
        "squared error, summed over the outputs",
        "(Y - A)**2",
        words="the squared error",
        remark=_KEPT,
    ),
    "mean_squared_error": lambda: Loss(
        "mean_squared_error",
        "squared error, averaged over the outputs",
        "(Y - A)**2",
        outputs="mean",
        words="the squared error",
        remark=_KEPT,
    ),
    "absolute_error": lambda: Loss(
        "absolute_error",
        "absolute error, summed over the outputs",
        "abs(A - Y)",
        words="the absolute error",
        remark=_SIGN,
    ),
    "mean_absolute_error": lambda: Loss(
        "mean_absolute_error",
        "absolute error, averaged over the outputs",
        "abs(A - Y)",
        outputs="mean",
        words="the absolute error",
        remark=_SIGN,
    ),
    "huber": lambda: _huber(Fraction(1)),
    "binary_cross_entropy": lambda: Loss(
        "binary_cross_entropy",
        "cross-entropy of independent probabilities, one for each output",
        "-(Y*log(A) + (1 - Y)*log(1 - A))",
        targets="unit",
        predictions="open_unit",
        collapse_with="sigmoid",
        collapsed="A - Y",
        reason=_BINARY,
        words="the binary cross-entropy",
        remark="The logarithm punishes a confident mistake without bound.",
    ),
    "binary_cross_entropy_logits": lambda: Loss(
        "binary_cross_entropy_logits",
        "binary cross-entropy of outputs to which the sigmoid has not been applied",
        "softplus(A) - Y*A",
        targets="unit",
        words="the binary cross-entropy",
        remark="The output is a logit: its sigmoid is the probability, whose logarithms become a softplus. The"
        " derivative of softplus is the sigmoid, so what passes back is the probability minus the target.",
    ),
    "categorical_cross_entropy": lambda: Loss(
        "categorical_cross_entropy",
        "cross-entropy of a distribution over classes",
        "-Y*log(A)",
        targets="distribution",
        predictions="positive",
        collapse_with="softmax",
        collapsed="A - Y",
        reason="The targets add up to 1, so what is left is the output minus the target.",
        words="the cross-entropy",
        remark="Only the probability of the right class counts when the target is one-hot.",
    ),
    "categorical_cross_entropy_logits": lambda: Loss(
        "categorical_cross_entropy_logits",
        "categorical cross-entropy of outputs to which softmax has not been applied",
        "-Y*A",
        targets="distribution",
        through="log_softmax",
        collapse_with="log_softmax",
        collapsed="exp(A) - Y",
        reason="The targets add up to 1, so what is left is the softmax minus the target.",
        words="the cross-entropy",
        remark="The outputs are logits: their softmax has the probabilities, and its logarithm is taken in one step, which never overflows.",
    ),
    "hinge": lambda: Loss(
        "hinge",
        "hinge loss for targets -1 and +1: zero once the margin is at least 1",
        "positive_part(1 - Y*A)",
        targets="sign",
        words="the hinge loss",
        remark="An output on the right side with a margin of 1 or more learns nothing.",
    ),
    "squared_hinge": lambda: Loss(
        "squared_hinge",
        "squared hinge loss for targets -1 and +1",
        "positive_part(1 - Y*A)**2",
        targets="sign",
        words="the squared hinge loss",
        remark="The derivative falls to 0 without a jump where the margin reaches 1.",
    ),
    "log_cosh": lambda: Loss(
        "log_cosh",
        "logarithm of the hyperbolic cosine of the error",
        "log(cosh(A - Y))",
        words="the logarithm of the hyperbolic cosine of the error",
        remark="The derivative is the hyperbolic tangent of the error.",
    ),
}

_ALIASES = {
    "sse": "squared_error",
    "sum_of_squares": "squared_error",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "absolute": "absolute_error",
    "bce": "binary_cross_entropy",
    "bce_logits": "binary_cross_entropy_logits",
    "cross_entropy": "categorical_cross_entropy",
    "cross_entropy_logits": "categorical_cross_entropy_logits",
}


def _made_named(name: str) -> Loss:
    return LOSSES[_ALIASES[name]] if name in _ALIASES else _ENTRIES[name]()


#: every loss by name; the short names of common use stand for the same entries
LOSSES: Mapping[str, Loss] = LazyTable((*_ENTRIES, *_ALIASES), _made_named)
