"""Special functions that numpy lacks, for arrays of float64 and of longdouble.

:data:`NUMPY_MODULES` is the ``modules`` argument for ``sympy.lambdify``: with it an expression that
holds ``erf`` becomes a numpy function.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np

#: decimal digits for longdouble: a few more than any platform's longdouble holds in full
_DIGITS = 40


def _elementwise(double: Callable[[float], float], extended: Callable[[Any], Any]) -> Any:
    """A numpy function from one for floats and one for mpmath numbers."""

    def in_extended(value: Any) -> np.longdouble:
        # A longdouble is passed to and fro as a sum of three doubles, which loses nothing.
        with mpmath.workdps(_DIGITS):
            total, rest = mpmath.mpf(0), value
            for _ in range(3):
                part = float(rest)
                total, rest = total + part, rest - part
                if not math.isfinite(part):
                    break
            answer = extended(total)
            result = np.longdouble(0)
            for _ in range(3):
                part = float(answer)
                result, answer = result + np.longdouble(part), answer - part
            return result

    def apply(z: Any) -> Any:
        array = np.asarray(z)
        if array.dtype == np.longdouble and np.finfo(np.longdouble).nmant > 52:
            extended_values = [in_extended(x) for x in array.ravel()]
            return np.array(extended_values, dtype=np.longdouble).reshape(array.shape)
        values = [double(x) for x in array.ravel().tolist()]
        return np.array(values, dtype=np.float64).reshape(array.shape)

    return apply


#: the error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to z
erf = _elementwise(math.erf, mpmath.erf)
#: 1 - erf(z), without its cancellation for large z
erfc = _elementwise(math.erfc, mpmath.erfc)

NUMPY_MODULES: tuple[Any, ...] = ({"erf": erf, "erfc": erfc}, "numpy")
