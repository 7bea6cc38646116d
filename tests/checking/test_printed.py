"""What a printed number may be of a value: it rounded, it cut, or another number."""

from __future__ import annotations

import mpmath
import pytest

from derivgen.checking.evaluating.printed import Fit, Printed


@pytest.mark.parametrize(
    ("text", "value", "fit"),
    [
        ("0.796", "0.7958", Fit.ROUNDED),
        ("0.795", "0.7955", Fit.ROUNDED),  # ties go either way
        ("0.795", "0.7956", Fit.CUT),
        # 0.786 + 0.01 of Adam, whose first step is a whole one but for its epsilon
        ("0.795", "0.795999999065", Fit.CUT),
        ("-0.795", "-0.795999999065", Fit.CUT),
        ("0.795", "0.796", Fit.OFF),
        ("0.795", "0.79599999999999999", Fit.OFF),  # dust
        ("0.796", "0.7953", Fit.OFF),  # cut toward zero, never away from it
        ("-0.001", "0.0008", Fit.OFF),
        ("0.000", "0.0008", Fit.CUT),
    ],
)
def test_a_printed_number_is_its_value_rounded_or_cut(text: str, value: str, fit: Fit) -> None:
    assert Printed(mpmath.mpf(text), 3, text).fit(mpmath.mpf(value)) is fit


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("1.2312e-6", 8, "1.23e-6"),
        ("-4.56e-7", 8, "-4.6e-7"),
        ("9.996e-6", 8, "1.00e-5"),
        ("1234567", -3, "1.235e6"),
        ("1e-12", 8, "0.00000000"),
        ("0", 4, "0.0000"),
    ],
)
def test_a_power_of_ten_is_printed_as_one(value: str, decimals: int, text: str) -> None:
    beside = Printed(mpmath.mpf("1.24e-6"), decimals, "1.24e-6")
    assert beside.as_printed(mpmath.mpf(value)) == text
