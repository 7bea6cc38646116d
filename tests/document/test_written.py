"""How functions and sums of the tables are written in a document."""

from __future__ import annotations

import re
from typing import Any

import pytest

import derivgen as dg


def markdown(loss: Any, target: float) -> str:
    task = dg.task(
        data={"inputs": [0.5, -1], "targets": [target]},
        layers=[{"dense": 1, "weights": [[0.25, 0.75]], "bias": "none"}],
        loss=loss,
    )
    return dg.derive(task).to_markdown().replace(" &=", " =")


def test_the_hinge_is_a_maximum() -> None:
    text = markdown("hinge", -1)
    assert r"L = \max(0, 1 - y a^{(1)}) = \max(0, 1 + 1 \cdot (-0.6250)) = 0.3750" in text
    assert r"\frac{\partial \max(0, z)}{\partial z} =" in text
    assert r"\mathrm{pos}" not in text


def test_an_absolute_value_has_bars() -> None:
    text = markdown("absolute_error", 1)
    assert r"L = \lvert a^{(1)} - y\rvert = \lvert -0.6250 - 1\rvert = 1.6250" in text
    assert r"\mathrm{abs}" not in text
    assert "The derivative of the absolute value:" in text


@pytest.mark.parametrize("penalty", [{"l1": 0.5}, {"l2": 0.5, "half": True}])
def test_a_penalty_is_summed_over_indices_that_a_reader_writes(penalty: dict[str, Any]) -> None:
    task = dg.task(
        data={"inputs": [[0.5, -1], [1, 2]], "targets": [[1], [0]]},
        layers=[{"dense": 1, "weights": [[0.25, 0.75]], "bias": "none"}],
        loss={"name": "mse", "penalty": penalty},
    )
    text = dg.derive(task, views=["reuse"]).to_markdown().replace(" &=", " =")
    letters = re.findall(r"\\sum_\{(.+?) = ", text)
    assert letters
    assert all(len(letter) == 1 for letter in letters), set(letters)


def test_pieces_of_a_function_stand_in_one_brace() -> None:
    ramp = "where(z > 1, z, where(z < -1, -1, z))"
    task = dg.task(
        data={"inputs": [0.5, -1], "targets": [1]},
        functions={"ramp": {"expression": ramp}},
        layers=[
            {"dense": 1, "activation": "ramp", "weights": [[0.25, 0.75]], "bias": "none"},
        ],
        loss="mse",
    )
    text = dg.derive(task).to_markdown().replace(" &=", " =")
    pieces = r"z & \text{if } z \gt 1 \\ -1 & \text{if } z \lt -1 \\ z & \text{otherwise}"
    slopes = r"1 & \text{if } z \gt -1 \\ 0 & \text{otherwise}"
    assert rf"\mathrm{{ramp}}(z) = \begin{{cases}} {pieces} \end{{cases}}" in text
    assert rf"\mathrm{{ramp}}^{{\prime}}(z) = \begin{{cases}} {slopes} \end{{cases}}" in text


def test_the_mean_stands_once_before_the_cross_entropies_of_all_samples() -> None:
    task = dg.task(
        data={"inputs": [[0.5, -1], [1, 2], [2, 1]], "targets": [[1], [0], [1]]},
        layers=[{"dense": 1, "weights": [[0.25, 0.75]], "bias": "none", "activation": "sigmoid"}],
        loss="binary_cross_entropy",
    )
    text = dg.derive(task).to_markdown()
    loss = text[text.index("L &=") :].split(r"\\")[0]
    assert loss.count(r"\frac{1}{3}") == 1


@pytest.mark.parametrize("exact", [True, False])
def test_fractions_are_taken_where_numbers_are(exact: bool) -> None:
    task = dg.task(
        data={"inputs": [1, "1/2"], "targets": [1]},
        layers=[{"dense": 1, "weights": [["1/3", "1/4"]], "bias": "none",
                 "activation": "leaky_relu", "options": {"slope": "1/7"}}],
        loss={"name": "half_squared_error", "penalty": {"l2": "2/3"}},
        training={"learning_rate": "1/3", "optimiser": "momentum", "options": {"momentum": "3/7"}},
        numbers={"exact": exact},
    )  # fmt: skip
    text = dg.derive(task).to_markdown()
    assert r"\eta = \frac{1}{3}" in text
    assert r"\mu = \frac{3}{7}" in text
    assert r"\frac{2}{3}\, " in text
    assert "0.333333" not in text
    assert "0.428571" not in text


def test_a_layer_before_equations_of_the_loss_is_not_called_the_output_layer() -> None:
    common: dict[str, Any] = {
        "data": {"inputs": [0.5, -1], "targets": [1]},
        "layers": [{"dense": 1, "weights": [[0.25, 0.75]], "bias": "none"}],
    }
    own = dg.task(equations=["p = tanh(a1[0])", "L = (p - y[0])**2"], loss="L", **common)
    prose = own.network.quantities["W1"].prose
    assert "output layer" not in prose
    assert "dense layer" in prose
    plain = dg.task(loss="mse", **common)
    assert "output layer" in plain.network.quantities["W1"].prose
