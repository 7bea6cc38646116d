"""How numbers are rounded and printed: the digits on the page and the values behind them.

Rounding works on the shortest decimal that names a double (``repr``), taken to 15 significant
digits, so that binary dust (0.285 stored as 0.28499999999999998) never decides a tie: what is rounded is the
number that a reader would see.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import cached_property
from typing import SupportsFloat

import numpy as np
import sympy

from derivgen.settings import Mode, Numbers

_DECIMAL_MODE: dict[Mode, str] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "truncate": ROUND_DOWN,
}

#: digits of a double that are its own and not dust
_TRUSTED = Context(prec=15, rounding=ROUND_HALF_EVEN)

#: outside these magnitudes a number with ``significant`` digits is printed in scientific form
_PLAIN_RANGE = (Decimal("1e-6"), Decimal("1e9"))


@dataclass(frozen=True)
class Rounder:
    """One policy of rounding, as a document states it."""

    numbers: Numbers

    @cached_property
    def _mode(self) -> str:
        return _DECIMAL_MODE[self.numbers.mode]

    def decimal(self, value: float, extra: int = 0) -> Decimal:
        """The value rounded by the policy, with ``extra`` digits more."""
        exact = _TRUSTED.create_decimal(repr(float(value)))
        if exact.is_zero():
            return Decimal(0)
        unit = Decimal(1).scaleb(-self._decimals(exact) - extra)
        rounded = exact.quantize(unit, rounding=self._mode)
        if self.numbers.significant is not None and rounded.adjusted() > exact.adjusted():
            return rounded.quantize(unit.scaleb(1))  # 9.996 became 10.00, one digit too many
        return rounded

    def _decimals(self, exact: Decimal) -> int:
        """Digits after the point for this number (negative: tens, hundreds)."""
        leading = exact.adjusted()
        if self.numbers.significant is not None:
            return self.numbers.significant - 1 - leading
        decimals = self.numbers.decimals if self.numbers.decimals is not None else 4
        if self.numbers.least_significant:
            decimals = max(decimals, self.numbers.least_significant - 1 - leading)
        return decimals

    def text(self, value: SupportsFloat, extra: int = 0) -> str:
        """The printed digits, at full length (``0.5000``); no trailing zeros for whole numbers
        that were rounded from nothing (``0``, ``1``)."""
        if isinstance(value, sympy.Rational):
            return str(value)
        rounded = self.decimal(float(value), extra)
        if rounded.is_zero():
            return "0"
        exact = _TRUSTED.create_decimal(repr(float(value)))
        if exact == exact.to_integral_value() and abs(exact) < _PLAIN_RANGE[1]:
            return str(exact.quantize(Decimal(1)))
        return format(rounded, "f")

    def given(self, value: float) -> str:
        """The shortest digits that name a given value: data are printed as they were given."""
        exact = _TRUSTED.create_decimal(repr(float(value)))
        if exact.is_zero():
            return "0"
        return format(exact.normalize(), "f")

    def is_exact(self, value: SupportsFloat) -> bool:
        """True where the printed digits are the value itself, so that ``=`` is no lie."""
        if isinstance(value, sympy.Rational):
            return True
        return self.decimal(float(value)) == _TRUSTED.create_decimal(repr(float(value)))

    def array(self, values: np.ndarray) -> np.ndarray:
        """Every element rounded by the policy, as doubles (exact values are left as they are)."""
        if values.dtype == object:
            return values
        flat = [float(self.decimal(v)) for v in values.ravel().tolist()]
        return np.array(flat, dtype=float).reshape(values.shape)

    def texts(self, values: np.ndarray) -> list[str]:
        """The printed digits of every element, in reading order: as :meth:`text`, in bulk.

        C's formatting rounds what lies clear of a tie just as the policy does; the few values that
        are near a tie, whole, or tiny go the exact way.
        """
        flat = values.ravel()
        if values.dtype == object or self.numbers.mode == "truncate" or self.numbers.significant:
            return [self.text(v) for v in flat.tolist()]
        size = np.abs(flat)
        with np.errstate(divide="ignore"):
            leading = np.floor(np.log10(np.where(size > 0, size, 1.0))).astype(int)
        decimals = np.full(
            flat.shape, 4 if self.numbers.decimals is None else self.numbers.decimals
        )
        if self.numbers.least_significant:
            decimals = np.maximum(decimals, self.numbers.least_significant - 1 - leading)
        scaled = size * 10.0**decimals
        rest = scaled - np.floor(scaled)
        clear = (np.abs(rest - 0.5) > 1e-6) & (scaled > 1) & (scaled < 1e15)
        clear &= (np.abs(size - np.rint(size)) > 1e-12) & (decimals >= 0)
        # a power of ten nearby can make the logarithm's floor one too small
        clear &= np.abs(np.log10(np.where(size > 0, size, 1.0)) - np.rint(leading)) > 1e-12
        formats = [f"%.{d}f" for d in range(max(0, int(decimals.max(initial=0))) + 1)]
        return [
            formats[d] % v if ok else self.text(v)
            for v, d, ok in zip(flat.tolist(), decimals.tolist(), clear.tolist(), strict=True)
        ]
