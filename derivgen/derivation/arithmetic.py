"""Two ways to put numbers into an expression: double precision on arrays, or exact fractions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Protocol

import numpy as np
import sympy
from sympy.core.function import AppliedUndef

from derivgen.derivation.dust import may_cancel, sum_without_dust
from derivgen.derivation.scalar import scalar_value
from derivgen.errors import DerivgenError
from derivgen.network.functions import ScalarFunction, Z
from derivgen.network.model import Quantity
from derivgen.network.special import numpy_function


class Arithmetic(Protocol):
    """How expressions are evaluated on arrays."""

    def given(self, quantity: Quantity) -> np.ndarray:
        """The values of a quantity that has them."""

    def zeros(self, shape: tuple[int, ...]) -> np.ndarray: ...

    def evaluate(
        self, expression: sympy.Expr, arguments: Mapping[sympy.Symbol, np.ndarray]
    ) -> np.ndarray:
        """The expression on arrays that broadcast together."""


#: stands for a sum that may cancel where an expression is compiled
_SUM = sympy.Function("sum_without_dust")


class FloatArithmetic:
    """Double precision, whole arrays at a time or single numbers."""

    def __init__(self, functions: Mapping[str, ScalarFunction]) -> None:
        self._functions = functions
        self._compiled = cache(self._compile)
        self._tables = cache(self._table)

    def given(self, quantity: Quantity) -> np.ndarray:
        return np.array(quantity.values, dtype=float)

    def zeros(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.zeros(shape)

    def evaluate(
        self, expression: sympy.Expr, arguments: Mapping[sympy.Symbol, np.ndarray]
    ) -> np.ndarray:
        if expression.is_Symbol:
            return np.asarray(arguments[expression], dtype=float)
        symbols = tuple(sorted(expression.free_symbols, key=lambda s: s.name))
        function = self._compiled(expression, symbols)
        with np.errstate(all="ignore"):
            return np.asarray(function(*(arguments[s] for s in symbols)), dtype=float)

    def scalar(self, expression: sympy.Expr, values: Mapping[sympy.Symbol, float]) -> float:
        """The expression at one point."""
        return scalar_value(expression, values, self._at)

    def _at(self, name: str, argument: float) -> float:
        with np.errstate(all="ignore"):
            return float(self._tables(name)(np.asarray(argument)))

    def _compile(
        self, expression: sympy.Expr, symbols: tuple[sympy.Symbol, ...]
    ) -> Callable[..., np.ndarray]:
        names = {call.func.__name__ for call in expression.atoms(AppliedUndef)}
        tables = {name: self._tables(name) for name in names}
        tables[_SUM.__name__] = sum_without_dust
        return numpy_function(
            symbols, expression.replace(may_cancel, lambda total: _SUM(*total.args)), tables
        )

    def _table(self, name: str) -> Callable[..., np.ndarray]:
        function = self._functions[name]
        if function.stable is not None:
            return function.stable
        plain = numpy_function((Z,), function.expression)

        def compiled(value: np.ndarray) -> np.ndarray:
            found: np.ndarray = plain(np.asarray(value, dtype=float))
            return found

        return compiled


class ExactArithmetic:
    """Exact rational numbers, one element at a time: for small networks of rational operations."""

    def __init__(self, functions: Mapping[str, ScalarFunction]) -> None:
        self._functions = functions

    def given(self, quantity: Quantity) -> np.ndarray:
        source = quantity.exact if quantity.exact is not None else quantity.values
        assert source is not None
        values = np.empty(quantity.shape, dtype=object)
        for index in np.ndindex(*quantity.shape):
            values[index] = sympy.Rational(str(source[index]))
        return values

    def zeros(self, shape: tuple[int, ...]) -> np.ndarray:
        values = np.empty(shape, dtype=object)
        values.fill(sympy.S.Zero)
        return values

    def evaluate(
        self, expression: sympy.Expr, arguments: Mapping[sympy.Symbol, np.ndarray]
    ) -> np.ndarray:
        plain = expression.replace(
            lambda node: isinstance(node, AppliedUndef),
            lambda call: self._functions[call.func.__name__].expression.subs(Z, call.args[0]),
        )
        symbols = sorted(plain.free_symbols, key=lambda s: s.name)
        arrays = np.broadcast_arrays(*(arguments[s] for s in symbols)) if symbols else []
        shape = arrays[0].shape if arrays else ()
        result = np.empty(shape, dtype=object)
        for index in np.ndindex(*shape):
            value = plain.subs({s: a[index] for s, a in zip(symbols, arrays, strict=True)})
            if not value.is_Rational:
                raise DerivgenError(
                    "E503",
                    f"exact fractions cannot hold {value}",
                    hint="ask for decimals, or use functions with rational values",
                )
            result[index] = value
        return result
