"""Scalar formulas in extended precision, for the independent check.

A sympy expression is evaluated by walking it, on arrays of mpmath numbers or of longdouble.  A
formula with a kink is evaluated on the branch that holds at the point where the derivative is
taken, also beside that point: the branches are recorded once and then held.  So a difference never
straddles a kink, however near one lies.  Exactly at a kink the function goes on along the tangent
with the derivative that its convention states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial, reduce
from operator import add, itemgetter, mul
from typing import Any, Literal, Protocol

import mpmath
import numpy as np
import sympy
from sympy.core.function import AppliedUndef

from derivgen.network.functions import FUNCTIONS, A, ScalarFunction, Z, derivative_of, kinks_of
from derivgen.network.special import erf

#: decimal digits of mpmath numbers
DIGITS = 40
#: an argument nearer than this to a kink counts as being at it (rounding may have moved it)
AT_KINK = 1e-12

#: which derivative is taken at a kink: that of the convention, or the one of a side
Side = Literal["convention", "left", "right"]

Unary = Callable[[Any], Any]
_Evaluator = Callable[[Mapping[sympy.Symbol, Any]], Any]


class Arithmetic(Protocol):
    """Numbers of one precision: how to make them, and functions on arrays of them."""

    extended: bool

    def number(self, text: str) -> Any: ...
    def array(self, values: np.ndarray) -> np.ndarray: ...
    def function(self, kind: type) -> Unary: ...


_NUMPY: Mapping[type, Unary] = {
    sympy.exp: np.exp,
    sympy.log: np.log,
    sympy.sin: np.sin,
    sympy.cos: np.cos,
    sympy.tan: np.tan,
    sympy.asin: np.arcsin,
    sympy.acos: np.arccos,
    sympy.atan: np.arctan,
    sympy.sinh: np.sinh,
    sympy.cosh: np.cosh,
    sympy.tanh: np.tanh,
    sympy.erf: erf,
}
_MPMATH: Mapping[type, Unary] = {
    kind: np.frompyfunc(getattr(mpmath, kind.__name__), 1, 1) for kind in _NUMPY
}


class LongDouble:
    """numpy's longdouble: 18 digits on most machines, double precision on some."""

    extended = False

    def number(self, text: str) -> Any:
        return np.longdouble(text)

    def array(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(values, dtype=np.longdouble)

    def function(self, kind: type) -> Unary:
        return _NUMPY[kind]


class Multiprecision:
    """mpmath numbers in object arrays, exact copies of the doubles that they come from."""

    extended = True

    def number(self, text: str) -> Any:
        return mpmath.mpf(text)

    def array(self, values: np.ndarray) -> np.ndarray:
        made = np.frompyfunc(lambda x: mpmath.mpf(float(x)), 1, 1)(np.asarray(values))
        return np.asarray(made, dtype=object)

    def function(self, kind: type) -> Unary:
        return _MPMATH[kind]


@dataclass
class Branches:
    """What was decided at the point itself, call by call: first recorded, then held.

    ``met`` tells whether some argument lay at a kink."""

    recording: bool = True
    held: list[Any] = field(default_factory=list)
    position: int = 0
    met: bool = False

    def hold(self) -> None:
        """From now on hold what was recorded; set ``position`` to the decision that comes next."""
        self.recording = False

    def decide(self, decision: Callable[[], Any]) -> Any:
        """The decision of this call: made now, or the one of the recording."""
        if self.recording:
            self.held.append(decision())
        self.position += 1
        return self.held[self.position - 1]

    def near(self, distance: Any) -> np.ndarray:
        """Where a distance is 0 but for rounding; notes that a kink was met."""
        mask = np.asarray(np.abs(distance) <= AT_KINK, dtype=bool)
        self.met = self.met or bool(mask.any())
        return mask


@lru_cache(maxsize=4096)
def _is_constant(expression: sympy.Expr) -> bool:
    return not expression.free_symbols and not expression.atoms(AppliedUndef)


@lru_cache(maxsize=4096)
def _constant(expression: sympy.Expr) -> str:
    return str(sympy.N(expression, DIGITS + 5))


@dataclass(frozen=True)
class _Tangent:
    """A kink of a function: the point, the value there, and the slope for each choice, as texts."""

    at: str
    value: str
    slopes: Mapping[Side, str]


@lru_cache(maxsize=256)
def _tangents(function: ScalarFunction) -> tuple[_Tangent, ...]:
    found = []
    for kink in kinks_of(function):
        value = function.expression.subs(Z, kink.at)
        stated = derivative_of(function).subs(A, value).subs(Z, kink.at)
        slopes: dict[Side, sympy.Expr] = {
            "convention": stated,
            "left": kink.left,
            "right": kink.right,
        }
        found.append(
            _Tangent(
                _constant(kink.at),
                _constant(value),
                {side: _constant(slope) for side, slope in slopes.items()},
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class Formula:
    """Evaluates expressions with one arithmetic, one choice at kinks and one set of branches."""

    arithmetic: Arithmetic
    functions: Mapping[str, ScalarFunction]
    side: Side
    branches: Branches

    #: expressions as functions of the values of their symbols: each is taken apart once
    _made: dict[sympy.Expr, _Evaluator] = field(default_factory=dict, init=False, repr=False)

    def __call__(self, expression: sympy.Expr, values: Mapping[sympy.Symbol, Any]) -> Any:
        """The value where every symbol has the value (or array) in ``values``.

        Raises TypeError for a kind of node that stands in no equation."""
        made = self._made.get(expression)
        if made is None:
            made = self._made[expression] = self._make(expression)
        return made(values)

    def _make(self, expression: sympy.Expr) -> _Evaluator:
        if expression.is_Symbol:
            return itemgetter(expression)
        if _is_constant(expression):
            constant = self.arithmetic.number(_constant(expression))
            return lambda _: constant
        kind = expression.func
        if kind is sympy.Piecewise:
            return lambda values: self.piecewise(expression, values)
        first, *others = parts = [self._make(argument) for argument in expression.args]
        if isinstance(expression, AppliedUndef):
            name = kind.__name__
            return lambda values: self.named(name, first(values))
        if kind in (sympy.Add, sympy.Mul):
            return self._joined(add if kind is sympy.Add else mul, parts)
        if kind is sympy.Pow:
            if expression.args[1].is_Integer:
                power = int(expression.args[1])
                return lambda values: first(values) ** power
            [exponent] = others
            return lambda values: first(values) ** exponent(values)
        if kind is sympy.Abs:
            return lambda values: self.absolute(first(values))
        if kind is sympy.sign:
            return lambda values: self.sign(first(values))
        if kind in (sympy.Max, sympy.Min):
            direction = 1 if kind is sympy.Max else -1
            return lambda values: self.largest([part(values) for part in parts], direction)
        if kind in _NUMPY:
            function = self.arithmetic.function(kind)
            return lambda values: function(first(values))
        raise TypeError(f"the check cannot evaluate {kind.__name__}")

    def _joined(self, join: Callable[[Any, Any], Any], parts: list[_Evaluator]) -> _Evaluator:
        """A sum or a product."""
        if not self.arithmetic.extended:
            return lambda values: reduce(join, [part(values) for part in parts])
        return lambda values: reduce(join, sorted((p(values) for p in parts), key=_is_number))

    def named(self, name: str, z: Any) -> Any:
        """A function of the network's table."""
        function = self.functions.get(name) or FUNCTIONS[name]
        if function.stable is not None and not self.arithmetic.extended and not function.kinks:
            return function.stable(z)
        value = self(function.expression, {Z: z})
        number = self.arithmetic.number
        for tangent in _tangents(function) if function.kinks else ():
            away = z - number(tangent.at)
            mask = self.branches.decide(partial(self.branches.near, away))
            if mask.any():
                slope = number(tangent.slopes[self.side])
                value = np.where(mask, away * slope + number(tangent.value), value)
        return value

    def sign(self, u: Any) -> Any:
        """The sign that an argument has at the point."""
        return self.branches.decide(lambda: np.sign(np.asarray(u, dtype=float)))

    def absolute(self, u: Any) -> Any:
        """``|u|`` as u times its sign at the point; the sign of 0 is 0, or that of a side."""
        at_zero = {"convention": 0.0, "left": -1.0, "right": 1.0}[self.side]

        def sign() -> np.ndarray:
            found = np.sign(np.asarray(u, dtype=float))
            return np.where(self.branches.near(u), at_zero, found)

        return u * self.in_arithmetic(self.branches.decide(sign))

    def largest(self, parts: list[Any], sign: int) -> Any:
        """The largest (or, with sign -1, the smallest) argument at the point; ties share alike,
        or go to the first or the last."""
        stack = np.broadcast_arrays(*parts)

        def weights() -> list[np.ndarray]:
            best = stack[0]
            for part in stack[1:]:
                best = np.where(np.asarray(sign * (part - best) > 0, dtype=bool), part, best)
            tied = np.array([np.abs(part - best) <= AT_KINK for part in stack], dtype=bool)
            if (tied.sum(axis=0) > 1).any():
                self.branches.met = True
            return list(shares(tied, self.side))

        held = self.branches.decide(weights)
        return sum(self.in_arithmetic(w) * p for w, p in zip(held, stack, strict=True))

    def piecewise(self, expression: sympy.Expr, values: Mapping[sympy.Symbol, Any]) -> Any:
        """The pieces chosen by the conditions as they are at the point."""
        lines = [(self(value, values), condition) for value, condition in expression.args]
        masks = self.branches.decide(lambda: [self.condition(c, values) for _, c in lines])
        answer = lines[-1][0]
        for (value, _), mask in reversed(list(zip(lines, masks, strict=True))):
            answer = np.where(mask, value, answer)
        return answer

    def condition(self, condition: Any, values: Mapping[sympy.Symbol, Any]) -> np.ndarray:
        """Where a condition holds; one that is met with equality falls to the side asked for."""
        if condition in (sympy.true, sympy.false):
            return np.asarray(bool(condition))
        if isinstance(condition, (sympy.And, sympy.Or)):
            join = np.logical_and if isinstance(condition, sympy.And) else np.logical_or
            masks = [self.condition(argument, values) for argument in condition.args]
            answer = masks[0]
            for mask in masks[1:]:
                answer = join(answer, mask)
            return answer
        branches = Branches()
        inner = Formula(self.arithmetic, self.functions, self.side, branches)
        gap = np.asarray(inner(condition.lhs - condition.rhs, values), dtype=float)
        if self.side != "convention":
            shift = -1.0 if self.side == "left" else 1.0
            gap = np.where(self.branches.near(gap), shift, gap)
        else:
            self.branches.near(gap)
        return np.asarray(_COMPARE[condition.rel_op](gap, 0.0))

    def in_arithmetic(self, values: np.ndarray) -> Any:
        return self.arithmetic.array(values)


def _is_number(part: Any) -> bool:
    """Numbers go after arrays: one of mpmath before an array tries to read it as a number, which
    takes longer than all the arithmetic."""
    return not isinstance(part, np.ndarray)


_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def shares(tied: np.ndarray, side: Side) -> np.ndarray:
    """Of each place that is tied along the first axis, its share: alike, or all to one."""
    if side == "convention":
        answer: np.ndarray = tied / tied.sum(axis=0)
        return answer
    order = tied if side == "left" else tied[::-1]
    first = (np.cumsum(order, axis=0) == 1) & order
    chosen: np.ndarray = (first if side == "left" else first[::-1]).astype(float)
    return chosen
