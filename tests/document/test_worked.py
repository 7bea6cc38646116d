"""Whether numbers put in give the result as printed."""

from __future__ import annotations

import pytest

from derivgen.document.worked import gives


@pytest.mark.parametrize(
    ("value", "result", "expected"),
    [
        (0.1 + 0.2, "0.3", True),
        (0.30001, "0.3", False),
        (1e-17, "0.0000", True),
        (1 / 3, "1/3", True),
        # the last place is smaller than what is dust beside 1
        (5.4963496e-10, "5.496349e-10", False),
        (5.496349e-10, "5.496349e-10", True),
        (1e300 / 1e290, "10000000000", True),
    ],
)
def test_a_value_is_a_printed_result_up_to_dust(value: float, result: str, expected: bool) -> None:
    assert gives(value, result) is expected
