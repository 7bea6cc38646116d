"""Derivatives in cases of functions that have no name to put a prime to: their cases stand once."""

from __future__ import annotations

from typing import Any

import pytest

import derivgen as dg
from derivgen.network.spec import task_from_mapping


def text_of(loss: str, style: str = "tutorial", **more: Any) -> str:
    spec = {
        "data": {"inputs": ["0.5", "2"], "targets": ["1", "-1"]},
        "layers": [{"dense": 2, "weights": [["2", "1"], ["-1", "3"]], "bias": "none"}],
        "loss": loss,
        "training": {"learning_rate": 0.1},
        "document": {"style": style, "figure": False},
        **more,
    }
    return dg.derive(task_from_mapping(spec)).to_markdown()


@pytest.mark.parametrize("style", ["tutorial", "handout"])
@pytest.mark.parametrize(
    ("loss", "introduced", "used"),
    [
        ("hinge", r"\boldsymbol{1}\lbrack z \gt 0\rbrack =", r"1 \cdot \boldsymbol{1}\lbrack "),
        ("mae", r"= \mathrm{sgn}(z) =", r"\cdot \mathrm{sgn}("),
    ],
)
def test_cases_stand_once_and_a_sign_for_them_is_used(
    loss: str, introduced: str, used: str, style: str
) -> None:
    before, after = text_of(loss, style).split("Forward pass", 1)
    assert introduced in before
    assert r"\begin{cases} 1" in before
    assert r"\begin{cases} 1" not in after
    assert after.count(used) >= 2


def test_the_condition_of_a_margin_is_written_as_a_margin() -> None:
    assert r"-y_{1} \boldsymbol{1}\lbrack y_{1} a_{1}^{(1)} \lt 1\rbrack" in text_of("hinge")


def test_where_the_positive_part_is_0_no_condition_is_needed() -> None:
    after = text_of("squared_hinge").split("Forward pass", 1)[1]
    assert r"= -2 y_{1}\, \max(0, 1 - y_{1} a_{1}^{(1)}) =" in after
    assert r"\boldsymbol{1}" not in after


def test_a_slope_at_the_kink_that_the_sign_does_not_have_is_written_in_cases() -> None:
    text = text_of("mae", conventions={"kink": {"abs": "right"}})
    assert r"\mathrm{sgn}" not in text
    assert r"\begin{cases} 1" in text.split("Forward pass", 1)[1]


def test_a_summary_says_what_the_sign_of_a_condition_means() -> None:
    letters = {"inputs": {"shape": 2}, "targets": {"shape": 2}}
    text = text_of("hinge", "summary", data=letters, layers=[{"dense": 2}])
    assert text.count(r"A bold $\boldsymbol{1}$ before a condition is 1 where that holds") == 1


def test_the_1_before_a_condition_is_no_vector_of_ones() -> None:
    batch = {"inputs": [["0.5", "2"], ["1", "1"]], "targets": ["1", "-1"]}
    one = [{"dense": 1, "weights": [["2", "1"]], "bias": "none"}]
    text = text_of(
        "hinge", data=batch, layers=one, document={"views": ["matrix"], "style": "handout"}
    )
    assert r"\boldsymbol{1}\lbrack" in text
    assert "vector of ones" not in text
