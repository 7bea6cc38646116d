"""Sums that cancel: what is left of them is 0, and not the dust of binary rounding.

0.1 + 0.2 - 0.3 is 0, and 5.6e-17 in double precision.  A document that prints that says what is not so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import sympy

#: half a unit in the last place of 1: what one operation can be off by, relative to its result
_UNIT = 2.0**-53

#: roundings that each term may bring with it from the operations that made it, those of the steps of training before
#: among them: far less than what a double tells of a sum that does not cancel
_OWN = 16


def bound(size: np.ndarray, count: int) -> np.ndarray:
    """How far from 0 a sum that is 0 may come out: ``count`` terms whose absolute values have the sum
    ``size``, each of which was rounded a few times, and once more when it was added."""
    found: np.ndarray = (count + _OWN) * _UNIT * size
    return found


def without_dust(total: np.ndarray, size: np.ndarray, count: int) -> np.ndarray:
    """A sum of doubles, 0 where it is no larger than what rounding leaves of terms that cancel."""
    return np.where(np.abs(total) <= bound(size, count), 0.0, total)


def sum_without_dust(*terms: np.ndarray) -> np.ndarray:
    """The sum of some arrays."""
    first, *others = terms
    total, size = np.asarray(first), np.abs(first)
    for term in others:
        total, size = total + term, size + np.abs(term)
    return without_dust(total, size, len(terms))


def scalar_without_dust(total: float, terms: Sequence[float]) -> float:
    """As :func:`without_dust`, of single numbers."""
    size = sum(map(abs, terms))
    return 0.0 if abs(total) <= (len(terms) + _OWN) * _UNIT * size else total


def may_cancel(total: sympy.Basic) -> bool:
    """True for a sum of quantities.  What is left of a constant, as 1 - a, is a value however small: it
    says how near a function is to its limit."""
    return isinstance(total, sympy.Add) and not any(term.is_number for term in total.args)
