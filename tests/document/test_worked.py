"""Whether numbers put in give the result as printed."""

from __future__ import annotations

import pytest

import derivgen
from derivgen.document.worked import gives
from derivgen.network.spec import task_from_text


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


NEXT_TO_NOTHING = """
data: {inputs: [1.0e-13, 1], targets: [1]}
layers: [{dense: 1, weights: [[-12.0, 0.5]], bias: none}]
loss: half_squared_error
training: {learning_rate: 0.5}
document: {views: [paths], figure: false}
"""


def test_a_sign_of_equality_is_exact_however_small_what_is_dropped() -> None:
    """What double precision calls the same is not the same where decimals are added up."""
    text = derivgen.derive(task_from_text(NEXT_TO_NOTHING, "yaml")).to_markdown()
    assert r"= -12.0 - 0.5 \cdot (-5.00 \times 10^{-14}) \approx -12" in text
    assert r"= 0.5 - 0.5 \cdot (-0.5000) = 0.7500" in text
