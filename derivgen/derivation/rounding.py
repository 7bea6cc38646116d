"""How numbers are rounded and printed: the digits on the page and the values behind them.

Rounding works on the shortest decimal that names a double (``repr``), taken to 15 significant
digits, so that binary dust (0.285 stored as 0.28499999999999998) never decides a tie: what is rounded is the
number that a reader would see.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import SupportsFloat

import numpy as np
import sympy

from derivgen.errors import DerivgenError
from derivgen.settings import Mode, Numbers

_DECIMAL_MODE: dict[Mode, str] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "truncate": ROUND_DOWN,
}

#: digits of a double that are its own and not dust
_TRUSTED = Context(prec=15, rounding=ROUND_HALF_EVEN)

#: digits at which a sum is what its terms come to, and of a number that is short enough to be meant
_NEAR = Context(prec=13, rounding=ROUND_HALF_EVEN)
_SHORT = 11
_MEANT = Context(prec=_SHORT, rounding=ROUND_HALF_EVEN)
#: digits after the point that what is left of numbers near 1 has in common with them, and how many of these are 0
#: where it is short enough to be meant
_FINEST, _ZEROS = 15, 3
#: by how much of itself a number changes at most where its 14th and 15th digits are dust
_DUST = 5.1e-13

#: wide enough for every double, from 5e-324 to 1.8e308, with all decimals that can be asked for
_WIDE = Context(prec=800)

#: powers of ten of the leading digit outside which a number is printed with a power of ten; beyond the
#: upper one a double has no digits after the point that are its own
_PLAIN_POWERS = range(-7, 15)

#: what numbers are scaled with that are printed in bulk
_POWERS_OF_TEN = 10.0 ** np.arange(301)

#: powers of ten below this one are doubles
_MOST_EXACT_POWER = 23

#: digits that are kept of what others are divided by
_LEAST_OF_DIVISORS = 2

#: what stays below 10 when it is rounded to any decimals
_ONE_DIGIT = 9.5

#: digits above or below the line of a fraction that a page is wide enough for
_MOST_IN_LINE = 80

#: whole numbers below this are printed without decimals
_WHOLE = Decimal("1e9")


@dataclass(frozen=True)
class Rounder:
    """One policy of rounding, as a document states it."""

    numbers: Numbers

    @cached_property
    def _mode(self) -> str:
        return _DECIMAL_MODE[self.numbers.mode]

    @cached_property
    def fine(self) -> Rounder:
        """The same policy for what others are divided by: two digits at the least are kept of a number
        that would be rounded to 0."""
        least = max(self.numbers.least_significant, _LEAST_OF_DIVISORS)
        return Rounder(replace(self.numbers, least_significant=least))

    def decimal(self, value: float, extra: int = 0) -> Decimal:
        """The value rounded by the policy, with ``extra`` digits more."""
        return self._rounded(_TRUSTED.create_decimal(repr(float(value))), extra)

    def _rounded(self, exact: Decimal, extra: int) -> Decimal:
        """A number of 15 digits, rounded by the policy."""
        if exact.is_zero():
            return Decimal(0)
        places = self._decimals(exact) + extra
        if exact.adjusted() + places < _SHORT:
            exact = _own_digits(exact)
            places = self._decimals(exact) + extra
        unit = _unit(places)
        rounded = exact.quantize(unit, rounding=self._mode, context=_WIDE)
        if self.numbers.significant is not None and rounded.adjusted() > exact.adjusted():
            # 9.996 became 10.00, one digit too many
            return rounded.quantize(unit.scaleb(1), context=_WIDE)
        return rounded

    def _decimals(self, exact: Decimal) -> int:
        """Digits after the point for this number (negative: tens, hundreds)."""
        leading = exact.adjusted()
        if self.numbers.significant is not None:
            return self.numbers.significant - 1 - leading
        decimals = self.numbers.decimals if self.numbers.decimals is not None else 4
        if leading >= _PLAIN_POWERS.stop:
            return decimals - leading  # those of the number before the power of ten
        if self.numbers.least_significant:
            decimals = max(decimals, self.numbers.least_significant - 1 - leading)
        return decimals

    def text(self, value: SupportsFloat, extra: int = 0) -> str:
        """The printed digits, at full length (``0.5000``, and ``0.00`` for what is only nearly 0); no
        trailing zeros for whole numbers that were rounded from nothing (``0``, ``1``); very small and
        very large numbers with a power of ten (``1.50e-12``).  Raises E503 for a fraction that fits no
        line."""
        return self._text(value, extra, plain=False)

    def plain(self, value: SupportsFloat, extra: int = 0) -> str:
        """The same digits without a power of ten, however many zeros that takes."""
        return self._text(value, extra, plain=True)

    def _text(self, value: SupportsFloat, extra: int, plain: bool) -> str:
        if isinstance(value, sympy.Rational):
            return _fraction(value)
        trusted = _TRUSTED.create_decimal(repr(float(value)))
        if trusted.is_zero():
            return "0"
        rounded = self._rounded(trusted, extra)
        if rounded.is_zero():
            return format(abs(rounded), "f")
        exact = _own_digits(trusted)
        if exact == exact.to_integral_value() and abs(exact) < _WHOLE:
            return str(exact.quantize(Decimal(1)))
        return format(rounded, "f") if plain else _written(rounded)

    def given(self, value: float | Fraction) -> str:
        """The shortest digits that name a given value: data are printed as they were given."""
        if isinstance(value, Fraction):
            return str(value)
        exact = _TRUSTED.create_decimal(repr(float(value)))
        if exact.is_zero():
            return "0"
        return _written(exact.normalize())

    def is_exact(self, value: SupportsFloat) -> bool:
        """True where the printed digits are the value itself, so that ``=`` is no lie."""
        if isinstance(value, sympy.Rational):
            return True
        trusted = _TRUSTED.create_decimal(repr(float(value)))
        return self._rounded(trusted, 0) == _own_digits(trusted)

    def array(self, values: np.ndarray, extra: int = 0) -> np.ndarray:
        """Every element rounded by the policy, as doubles (exact values are left as they are).

        In bulk as in :meth:`texts`: what is near a tie goes the exact way.
        """
        if values.dtype == object:
            return values
        flat = values.ravel()
        places, scaled, clear = self._scaled(flat, extra)
        whole = np.floor(scaled) if self.numbers.mode == "truncate" else np.rint(scaled)
        unclear = np.flatnonzero(~clear)
        whole[unclear], clear[unclear] = self._by_digits(np.abs(flat[unclear]), places[unclear])
        # a quotient of two whole numbers below 2**53 is the double that is nearest to the decimal
        clear &= (places >= 0) & (places < _MOST_EXACT_POWER)
        rounded = np.copysign(whole, flat) / _POWERS_OF_TEN.take(places, mode="clip")
        for at in np.flatnonzero(~clear).tolist():
            rounded[at] = float(self.decimal(flat[at], extra))
        shaped: np.ndarray = rounded.reshape(values.shape)
        return shaped

    def agree(self, values: np.ndarray, results: np.ndarray) -> np.ndarray:
        """Where two arrays of doubles, of one dimension, are printed as the same numbers."""
        return self.compare(values, results)[0]

    def compare(self, values: np.ndarray, results: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As :meth:`agree`, and where the values are themselves the results as printed, up to the dust of
        double precision."""
        places, scaled, clear = self._scaled(results, 0)
        cut = self.numbers.mode == "truncate"
        middle = np.floor(scaled) + 0.5 if cut else np.rint(scaled)
        unit = _POWERS_OF_TEN.take(places, mode="clip")
        counted = values * unit
        distance = np.abs(counted - np.copysign(middle, results))
        same: np.ndarray = clear & (distance < 0.5 - 1e-6 - _DUST * scaled)
        least = self.numbers.significant or self.numbers.least_significant
        if least:  # a smaller number may have more digits after the point
            same &= np.abs(counted) >= 10.0 ** (least - 1)
        # what is cut is no middle of those that are cut to it; it is near a border, and so among the others
        exact = np.zeros(same.shape, dtype=bool)
        if not cut:
            exact = same & (distance <= 1e-12 * np.maximum(1e-3 * unit, np.abs(counted)))
        others = np.flatnonzero(~same)
        printed = self.array(results[others])
        exact[others] = are_same(values[others], printed)
        same[others] = self.array(values[others]) == printed
        return same, exact

    def texts(self, values: np.ndarray, extra: int = 0) -> list[str]:
        """The printed digits of every element, in reading order: as :meth:`plain`, in bulk.

        C's formatting rounds what lies clear of a tie just as the policy does; the few values that
        are near a tie, whole, or tiny go the exact way.
        """
        flat = values.ravel()
        slow = values.dtype == object or self.numbers.mode == "truncate"
        if slow or self.numbers.significant or not flat.size:
            return [self.plain(v, extra) for v in flat.tolist()]
        places, scaled, clear = self._scaled(flat, extra)
        size = np.abs(flat)
        clear &= (np.abs(size - np.rint(size)) > 1e-12 + _DUST * size) & (scaled > 1)
        # what has one digit before the point and the usual ones behind it is written digit by digit
        decimals = extra + (4 if self.numbers.decimals is None else self.numbers.decimals)
        usual = clear & (places == decimals) & (size < _ONE_DIGIT)
        texts = _in_fixed_point(np.where(usual, scaled, 0.0), flat < 0, decimals)
        others = np.flatnonzero(~usual)
        # one formatting of all of them takes half the time of one each
        numbers = [None] * (2 * others.size)
        numbers[::2] = np.where(clear, places, 0)[others].tolist()
        numbers[1::2] = flat[others].tolist()
        formatted = ("%.*f " * others.size % tuple(numbers)).split()
        for at, text in zip(others.tolist(), formatted, strict=True):
            texts[at] = text
        for unclear in np.flatnonzero(~clear).tolist():
            texts[unclear] = self.plain(flat[unclear], extra)
        return texts

    def _scaled(self, flat: np.ndarray, extra: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Digits after the point for every number, its size in units of the last of them, and whether
        both are beyond doubt."""
        size = np.abs(flat)
        decimals = 4 if self.numbers.decimals is None else self.numbers.decimals
        significant = self.numbers.significant
        least = significant or self.numbers.least_significant
        if least:
            logarithm = np.log10(np.where(size > 0, size, 1.0))
            counting = least - 1 - np.floor(logarithm)
            places = counting if significant else np.maximum(decimals, counting)
            places = places.astype(np.intp) + extra
            scaled = size * _POWERS_OF_TEN.take(places, mode="clip")
            # a power of ten nearby can make the logarithm's floor one too small
            clear = np.abs(logarithm - np.rint(logarithm)) > 1e-12
            clear |= size == 0
            if not significant:
                clear |= counting < decimals
        else:
            places = np.full(size.shape, decimals + extra)
            scaled = size * 10.0 ** (decimals + extra)
            clear = np.full(size.shape, True)
        # where a number is cut it is a whole number of units that is near two results, else a half
        from_border = scaled if self.numbers.mode == "truncate" else scaled - 0.5
        clear &= np.abs(
            from_border - np.rint(from_border)
        ) > 1e-6 + _DUST * scaled + 10.0 ** np.minimum(places - _FINEST, 0)
        clear &= (scaled < 1e15) & (places >= 0) & (places < _POWERS_OF_TEN.size)
        return places, scaled, clear

    def _by_digits(self, size: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Numbers in units of their last places, rounded as whole numbers of 15 digits, and for which of
        them that is beyond doubt."""
        leading = np.floor(np.log10(np.where(size > 0, size, 1.0))).astype(np.intp)
        shift = 14 - leading
        scaled = size * _POWERS_OF_TEN.take(shift, mode="clip")
        dropped = shift - places
        # the product is out by less than a quarter
        clear = (np.abs(scaled - np.rint(scaled)) < 0.25) & (scaled >= 1e14) & (scaled < 1e15 - 1)
        clear &= (shift >= 0) & (shift < _POWERS_OF_TEN.size) & (dropped > 0) & (dropped < 16)
        digits = np.where(clear, np.rint(scaled), 0.0).astype(np.int64)
        # as _own_digits: two digits less, rounded half to even, and whether two zeros are left then
        near, rest = np.divmod(digits, 100)
        near += 2 * rest + near % 2 > 100
        short = (near % 100 == 0) & (leading + places < _SHORT)
        digits = np.where(short, 100 * near, digits)
        # the same for what is left of numbers near 1
        settled = np.rint(digits / _POWERS_OF_TEN.take(np.maximum(shift - _FINEST, 0), mode="clip"))
        clear &= (shift <= _FINEST) | (settled % 10**_ZEROS != 0)
        unit = np.where(clear, _POWERS_OF_TEN.take(dropped, mode="clip"), 1.0).astype(np.int64)
        whole, rest = np.divmod(digits, unit)
        if self.numbers.mode == "half_up":
            whole += 2 * rest >= unit
        elif self.numbers.mode == "half_even":
            whole += 2 * rest + whole % 2 > unit
        return whole.astype(float), clear


def _fraction(value: sympy.Rational) -> str:
    if max(abs(value.p), value.q) >= 10**_MOST_IN_LINE:
        raise DerivgenError(
            "E503",
            f"a fraction with more than {_MOST_IN_LINE} digits fits no line",
            hint="ask for decimals, or for fewer steps of training",
        )
    return str(value)


def are_same(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Where numbers are equal up to the dust of double precision."""
    size = np.maximum(np.maximum(np.abs(left), np.abs(right)), 1e-3)
    same: np.ndarray = np.abs(left - right) <= 1e-12 * size
    return same


def _own_digits(exact: Decimal) -> Decimal:
    """The digits of a double, given to 15 of them, that are its own.  A sum of a few terms leaves more dust
    than one number holds: what comes to a short number at two digits less is that one, and so is what numbers
    near 1 leave that nearly cancel."""
    near = _NEAR.create_decimal(exact)
    if _MEANT.create_decimal(near) == near:
        return near
    if exact.adjusted() < -1:
        near = exact.quantize(_unit(_FINEST), rounding=ROUND_HALF_EVEN, context=_WIDE)
        if near == near.quantize(_unit(_FINEST - _ZEROS), context=_WIDE) and near:
            return near
    return exact


@lru_cache(maxsize=1024)
def _unit(places: int) -> Decimal:
    """One unit of the last of so many digits after the point."""
    return Decimal(1).scaleb(-places)


def _in_fixed_point(scaled: np.ndarray, negative: np.ndarray, decimals: int) -> list[str]:
    """Numbers below 10 with their decimals, from what they are in units of the last one."""
    width = decimals + 2 if decimals else 1
    digits = np.empty((scaled.size, width), dtype=np.uint32)
    rest = np.rint(scaled).astype(np.int64)
    for column in range(width - 1, width - 1 - decimals, -1):
        rest, digits[:, column] = np.divmod(rest, 10)
    digits[:, 0] = rest
    digits += ord("0")
    if decimals:
        digits[:, 1] = ord(".")
    signed = np.zeros((scaled.size, width + 1), dtype=np.uint32)
    signed[~negative, :-1] = digits[~negative]
    signed[negative, 0] = ord("-")
    signed[negative, 1:] = digits[negative]
    texts: list[str] = signed.view(f"U{width + 1}").ravel().tolist()
    return texts


def _written(number: Decimal) -> str:
    """All digits of a number, with a power of ten where there would be many zeros."""
    if number.adjusted() in _PLAIN_POWERS:
        return format(number, "f")
    power = number.adjusted()
    return f"{number.scaleb(-power, context=_WIDE):f}e{power}"
