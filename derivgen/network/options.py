"""Named numbers that a function, a loss or an optimiser takes: default, domain, meaning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite

import sympy

from derivgen.errors import DerivgenError, Place, did_you_mean

OptionValue = int | float | str | Fraction


@dataclass(frozen=True)
class Option:
    """One number that can be set.

    Its domain is the interval from ``low`` to ``high``; ``closed`` says which of its ends belong to
    it ("[)" holds the lower end only).  ``latex`` is its name in formulas.
    """

    name: str
    default: Fraction
    latex: str
    summary: str
    low: float = -inf
    high: float = inf
    closed: str = "[]"

    @property
    def domain(self) -> str:
        """The domain in words: ``at least 0 and below 1``."""
        words = []
        if self.low > -inf:
            words.append(f"{'at least' if self.closed[0] == '[' else 'above'} {self.low:g}")
        if self.high < inf:
            words.append(f"{'at most' if self.closed[1] == ']' else 'below'} {self.high:g}")
        return " and ".join(words) or "any number"

    def holds(self, value: Fraction) -> bool:
        """Whether ``value`` lies in the domain."""
        above = value >= self.low if self.closed[0] == "[" else value > self.low
        below = value <= self.high if self.closed[1] == "]" else value < self.high
        return above and below


def exact(value: OptionValue) -> Fraction:
    """The number as its author wrote it: 0.1 is one tenth, not the nearest binary fraction.

    Raises ValueError for what is no finite number.
    """
    if isinstance(value, bool):
        raise ValueError("true and false are no numbers")
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"{value} is not finite")
        written = getattr(value, "text", "")
        return Fraction(written if "/" in written else repr(float(value)))
    return Fraction(value)


def rational(value: Fraction) -> sympy.Rational:
    """The same number for sympy."""
    return sympy.Rational(value.numerator, value.denominator)


def read_options(
    owner: str,
    options: Iterable[Option],
    values: Mapping[str, OptionValue],
    place: Place | None = None,
) -> dict[str, Fraction]:
    """All options of ``owner``, in their order: as given in ``values``, or the defaults.

    Raises E452 for an option that ``owner`` does not have and E453 for a value outside its domain.
    """
    known = {option.name: option for option in options}
    for name in values:
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise DerivgenError(
                "E452",
                f"{owner} has no option {name!r}; {has}",
                place,
                did_you_mean(name, known),
            )
    return {name: _read(owner, option, values, place) for name, option in known.items()}


def _read(
    owner: str, option: Option, values: Mapping[str, OptionValue], place: Place | None
) -> Fraction:
    if option.name not in values:
        return option.default
    given = values[option.name]
    try:
        value = exact(given)
    except (ValueError, TypeError, ZeroDivisionError):
        value = None
    if value is None or not option.holds(value):
        raise DerivgenError(
            "E453",
            f"the option {option.name} of {owner} is {given!r}; it has to be a number, "
            f"{option.domain}",
            place,
            f"its default is {float(option.default):g}",
        )
    return value
