"""Printed digits: the policy, ties, dust, and the fast way against the exact one."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
import sympy
from hypothesis import example, given
from hypothesis import strategies as st

from derivgen.derivation.rounding import Rounder
from derivgen.document.worked import is_same
from derivgen.errors import DerivgenError
from derivgen.settings import Mode, Numbers

MODES: dict[Mode, str] = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "truncate": ROUND_DOWN,
}


@pytest.mark.parametrize(
    ("value", "decimals", "mode", "text"),
    [
        (0.285, 2, "half_up", "0.29"),  # stored as 0.28499999999999998
        (0.285, 2, "half_even", "0.28"),
        (-0.285, 2, "half_up", "-0.29"),
        (0.1 + 0.2, 1, "truncate", "0.3"),  # 0.30000000000000004
        (0.3 - 1e-17, 1, "truncate", "0.3"),
        (0.5 * -0.8 - 0.6 * 0.54 + 0.8 * 0.75 + 0.09, 8, "truncate", "-0.03400000"),
        (0.59999, 4, "truncate", "0.5999"),
        (-0.59999, 4, "truncate", "-0.5999"),
        (0.00001, 4, "half_up", "0.0000"),  # not nothing
        (-0.00001, 4, "half_up", "0.0000"),
        (0.0, 4, "half_up", "0"),
        (1.0, 4, "half_up", "1"),
        (0.5, 4, "half_up", "0.5000"),
        (1234.5678, 2, "half_up", "1234.57"),
        (2.25e60, 4, "half_up", "2.2500e60"),
        (-1.23456e15, 2, "half_up", "-1.23e15"),
        (1.7e308, 2, "half_up", "1.70e308"),
        (123456789012345.678, 2, "half_up", "123456789012346.00"),
    ],
)
def test_decimals(value: float, decimals: int, mode: Mode, text: str) -> None:
    assert Rounder(Numbers(decimals=decimals, mode=mode)).text(value) == text


@pytest.mark.parametrize(
    ("value", "significant", "text"),
    [
        (0.00066839, 3, "0.000668"),
        (123456.0, 3, "123456"),
        (123456.7, 3, "123000"),
        (9.996, 3, "10.0"),
        (9.996e-10, 3, "1.00e-9"),
        (1.2345e-7, 3, "0.000000123"),
        (1.2345e-8, 3, "1.23e-8"),
        (5e-324, 3, "5.00e-324"),
    ],
)
def test_significant_digits(value: float, significant: int, text: str) -> None:
    assert Rounder(Numbers(decimals=None, significant=significant)).text(value) == text


def test_least_significant_digits_save_small_numbers() -> None:
    rounder = Rounder(Numbers(decimals=4, least_significant=3))
    assert rounder.text(0.00066839) == "0.000668"
    assert rounder.text(0.5933) == "0.5933"


def test_an_extra_digit_is_one_digit_more() -> None:
    assert Rounder(Numbers(decimals=3)).text(0.123456, extra=1) == "0.1235"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.40, "0.4"), (-1.2, "-1.2"), (3.0, "3"), (1e-7, "0.0000001"), (1.5e-8, "1.5e-8")],
)
def test_given_values_are_printed_at_their_shortest(value: float, text: str) -> None:
    assert Rounder(Numbers()).given(value) == text


def with_dust(number: Decimal, units: int) -> float:
    """A short number with dust in its last digits, as a sum of a few terms has it."""
    return float(number) * (1 + units * 1e-15)


numbers = st.one_of(
    st.floats(-1e6, 1e6, allow_nan=False),
    st.builds(
        with_dust,
        st.integers(0, 8).flatmap(lambda n: st.decimals(-(10**7), 10**7, places=n)),
        st.sampled_from([-300, -120, -40, -3, -1, 1, 3, 40, 120, 300]),
    ),
    st.decimals(-100, 100, places=5).map(float),  # many of these are ties at 4 decimals
    st.sampled_from([0.0, -0.0, 1.0, -2.0, 0.00005, 0.1, 1e-12, 5e-324, 999.99995]),
)


@given(
    st.lists(numbers, max_size=20),
    st.integers(0, 6),
    st.integers(0, 4),
    st.sampled_from(list(MODES)),
)
def test_many_at_once_are_the_same_as_one_by_one(
    values: list[float], decimals: int, least: int, mode: Mode
) -> None:
    rounder = Rounder(Numbers(decimals=decimals, least_significant=least, mode=mode))
    for extra in (0, 2):
        texts = rounder.texts(np.array(values), extra)
        assert texts == [rounder.plain(v, extra) for v in values]


policies = st.one_of(
    st.builds(
        Numbers,
        decimals=st.integers(0, 12),
        least_significant=st.integers(0, 4),
        mode=st.sampled_from(list(MODES)),
    ),
    st.builds(
        Numbers,
        decimals=st.none(),
        significant=st.integers(1, 14),
        mode=st.sampled_from(list(MODES)),
    ),
)


@given(st.lists(numbers, max_size=20), policies, st.integers(0, 4))
def test_many_are_rounded_as_one_by_one(values: list[float], policy: Numbers, extra: int) -> None:
    rounder = Rounder(policy)
    expected = [float(rounder.decimal(v, extra)) for v in values]
    assert rounder.array(np.array(values), extra).tolist() == expected


@given(st.lists(st.tuples(numbers, st.floats(-1.0, 1.0)), min_size=1, max_size=20), policies)
def test_numbers_agree_that_are_printed_alike(
    pairs: list[tuple[float, float]], policy: Numbers
) -> None:
    """Each with one that is up to a little more than a unit of its last place away, or its own print."""
    rounder = Rounder(policy)
    results = [value for value, _ in pairs]
    units = [10.0 ** -max(0, -int(rounder.decimal(v).as_tuple().exponent)) for v in results]
    near = [v + off * unit for (v, off), unit in zip(pairs, units, strict=True)]
    for values in (near, [float(rounder.decimal(v)) for v in results]):
        expected = [
            rounder.decimal(v) == rounder.decimal(r) for v, r in zip(values, results, strict=True)
        ]
        assert rounder.agree(np.array(values), np.array(results)).tolist() == expected
        _, exact = rounder.compare(np.array(values), np.array(results))
        # of tiny numbers and of very large ones no double tells the dust
        for value, result, same in zip(values, results, exact.tolist(), strict=True):
            printed = float(rounder.decimal(result))
            if 1e-3 <= abs(printed) < 1e9:
                assert same == is_same(value, printed)


def test_long_numbers_in_bulk_are_the_same_numbers_without_a_power() -> None:
    rounder = Rounder(Numbers(decimals=4, least_significant=3))
    values = [1.5e-12, 2.25e20, 0.25]
    assert rounder.texts(np.array(values)) == [f"{Decimal(rounder.text(v)):f}" for v in values]


@given(st.decimals(-1000, 1000, places=6), st.integers(0, 5), st.sampled_from(list(MODES)))
def test_decimal_texts_round_as_decimal_does(value: Decimal, decimals: int, mode: Mode) -> None:
    expected = value.quantize(Decimal(1).scaleb(-decimals), rounding=MODES[mode])
    printed = Rounder(Numbers(decimals=decimals, mode=mode)).text(float(value))
    assert Decimal(printed) == expected


@given(
    st.decimals("-2", "2", places=4),
    st.decimals("-2", "2", places=4),
    st.sampled_from(list(MODES)),
    st.integers(2, 5),
)
@example(Decimal("0.5593"), Decimal("0.5594"), "truncate", 3)
def test_what_is_left_of_printed_numbers_that_nearly_cancel_has_no_dust(
    one: Decimal, other: Decimal, mode: Mode, least: int
) -> None:
    """0.5593 - 0.5594 is -0.000099999999999988 in doubles, and -0.0001 on paper."""
    rounder = Rounder(Numbers(decimals=4, mode=mode, least_significant=least))
    left, meant = float(one) - float(other), float(one - other)
    assert rounder.text(left) == rounder.text(meant)
    assert rounder.texts(np.array([left])) == [rounder.text(meant)]
    assert rounder.array(np.array([left])).tolist() == rounder.array(np.array([meant])).tolist()


def test_a_divisor_keeps_two_digits() -> None:
    """AdaGrad's sum of squares would be 0 at three decimals, and the step as long as the street."""
    rounder = Rounder(Numbers(decimals=3, carry="rounded"))
    assert rounder.text(0.000052) == "0.000"
    assert rounder.fine.text(0.000052) == "0.000052"
    assert rounder.fine.text(0.356) == "0.356"
    assert rounder.fine.array(np.array([0.00005249, 0.3561])).tolist() == [0.000052, 0.356]


def test_a_fraction_that_fits_no_line_is_refused() -> None:
    """Three steps of training by fractions have numbers of thousands of digits, which nobody can read."""
    exact = Rounder(Numbers(exact=True))
    assert exact.text(sympy.Rational(1, 10**79)) == f"1/1{'0' * 79}"
    for long in (sympy.Rational(1, 10**80), sympy.Rational(-(10**5000) - 1, 3)):
        with pytest.raises(DerivgenError, match=r"E503.*80 digits.*decimals"):
            exact.text(long)
