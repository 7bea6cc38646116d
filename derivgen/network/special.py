"""Expressions as numpy functions, and the special functions that numpy lacks, for arrays of float64
and of longdouble."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import mpmath
import numpy as np
import sympy
from sympy.printing.numpy import NumPyPrinter

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

_OWN = MappingProxyType({"erf": erf, "erfc": erfc})


def numpy_function(
    symbols: Sequence[sympy.Symbol],
    expression: sympy.Expr,
    tables: Mapping[str, Callable[..., np.ndarray]] = MappingProxyType({}),
) -> Callable[..., np.ndarray]:
    """An expression as a function of arrays, one for each symbol; ``tables`` are the functions that
    it may apply by name."""
    # Named "numpy", sympy would import all of it, with its tests and its compiler of Fortran.
    known = {**vars(np), **_OWN, **tables}
    settings = {
        "fully_qualified_modules": False,
        "inline": True,
        "allow_unknown_functions": True,
        "user_functions": {name: name for name in (*_OWN, *tables)},
    }
    function: Callable[..., np.ndarray] = sympy.lambdify(
        list(symbols), expression, [known], printer=NumPyPrinter(settings)
    )
    return function
