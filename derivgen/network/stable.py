"""Functions on arrays that neither overflow nor cancel where their plain expressions do.

Each works in the precision of its argument (float64 or longdouble) and keeps its shape.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from derivgen.network.special import erfc

Evaluator = Callable[[np.ndarray], np.ndarray]


def _number(value: Fraction, like: np.ndarray) -> np.ndarray:
    """A fraction in the precision of ``like``, each of its halves read from its digits."""
    kind = like.dtype if like.dtype == np.longdouble else np.dtype(np.float64)
    above = np.array(str(value.numerator)).astype(kind)
    below = np.array(str(value.denominator)).astype(kind)
    quotient: np.ndarray = above / below
    return quotient


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1/(1 + exp(-z)), by exponentials of negative numbers only."""
    small = np.exp(-np.abs(z))
    answer: np.ndarray = np.where(np.asarray(z) >= 0, 1, small) / (1 + small)
    return answer


def softplus(z: np.ndarray) -> np.ndarray:
    """log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|))."""
    answer: np.ndarray = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
    return answer


def log_sigmoid(z: np.ndarray) -> np.ndarray:
    """log(sigmoid(z)) = -softplus(-z)."""
    return -softplus(-np.asarray(z))


def silu(z: np.ndarray) -> np.ndarray:
    """z sigmoid(z)."""
    answer: np.ndarray = np.asarray(z) * sigmoid(z)
    return answer


def mish(z: np.ndarray) -> np.ndarray:
    """z tanh(softplus(z))."""
    answer: np.ndarray = np.asarray(z) * np.tanh(softplus(z))
    return answer


def elu(alpha: Fraction, scale: Fraction = Fraction(1)) -> Evaluator:
    """scale times (z where z > 0, alpha (e^z - 1) elsewhere)."""

    def evaluate(z: np.ndarray) -> np.ndarray:
        z = np.asarray(z)
        below = _number(alpha, z) * np.expm1(np.minimum(z, 0))
        answer: np.ndarray = _number(scale, z) * np.where(z > 0, z, below)
        return answer

    return evaluate


def gelu(z: np.ndarray) -> np.ndarray:
    """z times the normal distribution function of z, through erfc so that nothing cancels."""
    z = np.asarray(z)
    half = _number(Fraction(1, 2), z)
    answer: np.ndarray = z * half * erfc(-z * np.sqrt(half))
    return answer
