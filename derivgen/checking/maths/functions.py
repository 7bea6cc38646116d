"""The functions that a formula may call, by one canonical word each, in all their spellings.

The words are those of :mod:`derivgen.network.functions` and of the equation language where they mean
the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: Canonical word -> other spellings, in lower case, without underscores, hyphens and spaces.
_SPELLINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "sigmoid": ("sigma", "logistic", "sigm", "sig", "logsig", "expit", "varsigma"),
    "tanh": ("th", "tansig", "hyperbolictangent"),
    "relu": ("rectifier", "reluplus"),
    "leaky_relu": ("leakyrelu", "lrelu"),
    "elu": (),
    "selu": (),
    "softplus": (),
    "silu": ("swish",),
    "mish": (),
    "gelu": (),
    "gelu_tanh": ("gelutanh",),
    "hard_tanh": ("hardtanh",),
    "hard_sigmoid": ("hardsigmoid",),
    "relu6": (),
    "softsign": (),
    "log_sigmoid": ("logsigmoid",),
    "arctan": ("atan", "tg1", "arctg"),
    "gaussian": ("gauss",),
    "positive_part": ("pos", "positivepart"),
    "identity": ("id", "linear"),
    "huber": (),
    "softmax": (),
    "log_softmax": ("logsoftmax",),
    "exp": (),
    "log": ("ln",),
    "log2": ("lb", "ld"),
    "log10": ("lg",),
    "sqrt": (),
    "abs": (),
    "sign": ("sgn", "signum"),
    "sin": (),
    "cos": (),
    "tan": (),
    "asin": ("arcsin",),
    "acos": ("arccos",),
    "sinh": (),
    "cosh": (),
    "atanh": ("artanh", "arctanh"),
    "erf": (),
    "max": ("maximum",),
    "min": ("minimum",),
    "norm": (),
    "diag": (),
    "dot": ("matmul",),
    "sum": (),
    "mean": ("avg", "average"),
    "transpose": (),
    "trace": ("tr",),
    "argmax": (),
    "argmin": (),
    "step": ("heaviside",),
    "logit": (),
    "cross_entropy": ("ce", "xent", "crossentropy"),
}

_CANONICAL: Final[Mapping[str, str]] = MappingProxyType(
    {word.replace("_", ""): word for word in _SPELLINGS}
    | {spelling: word for word, others in _SPELLINGS.items() for spelling in others}
)

#: Functions that take an argument without parentheses: ``\\log x``, ``tanh z``.
BARE: Final = frozenset(
    {
        *("exp", "log", "log2", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan"),
        *("asin", "acos", "atanh"),
    }
)

#: What ``f^{-1}`` means for the functions that have a name for their inverse.
INVERSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sin": "asin",
        "cos": "acos",
        "tan": "arctan",
        "tanh": "atanh",
        "sigmoid": "logit",
        "exp": "log",
        "log": "exp",
    }
)

#: Modules that code names before a function: ``np.exp(z)``.
MODULES: Final = frozenset({"np", "numpy", "math", "torch", "tf", "jnp", "scipy", "special", "F"})

#: Letters that are functions unless the document says otherwise: ``y = f(u)``.
LETTERS: Final = frozenset({"f", "g", "F", "G", "phi", "psi", "varphi", "Phi"})

#: Losses; before names in brackets they are functions of these: ``L(w)``.
LOSSES: Final = frozenset({"L", "J", "E", "C", "Loss", "loss", "Cost", "cost", "Error", "ell"})


def canonical(word: str) -> str | None:
    """The canonical word of a function's spelling, or None: ``ReLU`` -> ``relu``."""
    plain = word.replace("_", "").replace("-", "").replace(" ", "")
    if len(plain) == 1:
        return None
    return _CANONICAL.get(plain.lower()) if plain != "Sigma" else None
