"""The sigmoid inside other functions and their derivatives: a reader knows it by its name."""

from __future__ import annotations

import pytest

import derivgen as dg
from derivgen.network.spec import task_from_mapping


@pytest.mark.parametrize(
    ("activation", "slope"),
    [
        ("softplus", r"\sigma(z)"),
        ("silu", r"\sigma(z)\, (1 - \mathrm{SiLU}(z)) + \mathrm{SiLU}(z)"),
        ("log_sigmoid", r"\sigma(-z)"),
    ],
)
def test_the_sigmoid_in_a_derivative_has_its_name_and_is_introduced(
    activation: str, slope: str
) -> None:
    spec = {
        "data": {"inputs": ["0.5"], "targets": ["1"]},
        "layers": [{"dense": 1, "activation": activation, "weights": [["2"]], "bias": ["0"]}],
        "loss": "half_squared_error",
        "training": {"learning_rate": 0.1},
        "document": {"style": "tutorial"},
    }
    text = dg.derive(task_from_mapping(spec)).to_markdown()
    assert f"^{{\\prime}}(z) &= {slope}\n" in text
    assert text.count("with the sigmoid function") == 1
    assert text.count(r"\frac{1}{1 + e^{-z}}") == 1  # where it is introduced
    assert r"\sigma(1)" in text or r"\sigma(-1)" in text


def test_a_logit_is_compared_by_its_sigmoid() -> None:
    spec = {
        "data": {"inputs": ["0.5"], "targets": ["1"]},
        "layers": [{"dense": 1, "weights": [["2"]], "bias": ["0"]}],
        "loss": "bce_logits",
    }
    assert (
        r"= \sigma(a^{(1)}) - y = \sigma(1) - 1 \approx"
        in dg.derive(task_from_mapping(spec)).to_markdown()
    )


def test_where_something_is_called_sigma_the_sigmoid_is_written_out() -> None:
    spec = {
        "arrays": {"x": {"values": "0.5", "role": "input"}, "sigma": "2"},
        "equations": "z = sigma*x\na = softplus(z)\nL = a**2",
        "loss": "L",
    }
    text = dg.derive(task_from_mapping(spec)).to_markdown()
    assert r"\frac{1}{1 + e^{-z}}" in text
    assert r"\sigma(" not in text
