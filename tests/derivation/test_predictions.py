"""A prediction outside the domain of the loss is refused by name, before its logarithm is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivgen.api import derive, load, task
from derivgen.errors import DerivgenError
from derivgen.network.task import Task


def network(loss: str, activation: str | None, inputs: list[float], **options: object) -> Task:
    layer: dict[str, object] = {
        "dense": 2,
        "weights": [[1.0, 0.0], [0.0, 1.0]],
        "bias": "none",
        **options,
    }
    if activation is not None:
        layer["activation"] = activation
    data = {"inputs": inputs, "targets": [1, 0]}
    return task(data=data, layers=[layer], loss=loss)


@pytest.mark.parametrize(
    ("loss", "activation", "inputs", "message"),
    [
        ("binary_cross_entropy", None, [0.5, 1.5], r"a1\[1\] is 1.5, .* strictly between 0 and 1"),
        ("binary_cross_entropy", "relu", [0.5, -3.0], r"a1\[1\] is 0, "),
        ("binary_cross_entropy", "sigmoid", [0.5, 800.0], r"a1\[1\] is 1, "),
        ("categorical_cross_entropy", "tanh", [-0.5, 0.5], r"a1\[0\] is -0.46.* above 0"),
        ("categorical_cross_entropy", "softmax", [0.0, 800.0], r"a1\[0\] is 0, "),
    ],
)
def test_a_prediction_outside_the_domain(
    loss: str, activation: str | None, inputs: list[float], message: str
) -> None:
    with pytest.raises(DerivgenError, match=f"E450: {message}"):
        _ = derive(network(loss, activation, inputs)).values


@pytest.mark.parametrize(
    ("loss", "activation", "inputs"),
    [
        ("binary_cross_entropy", "sigmoid", [0.5, 5.0]),
        ("binary_cross_entropy_logits", None, [0.5, 800.0]),
        ("categorical_cross_entropy", "softmax", [0.0, 8.0]),
        ("categorical_cross_entropy", None, [0.5, 1.5]),
        ("categorical_cross_entropy_logits", None, [-0.5, 800.0]),
        ("half_squared_error", None, [-0.5, 800.0]),
    ],
)
def test_a_prediction_inside_it(loss: str, activation: str | None, inputs: list[float]) -> None:
    assert derive(network(loss, activation, inputs)).values


def test_the_error_names_the_place_of_the_spec(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "data: {inputs: [2], targets: [1]}\n"
        "layers: [{dense: 1, weights: [[1.5]], bias: none}]\n"
        "loss: binary_cross_entropy\n",
        encoding="utf-8",
    )
    with pytest.raises(DerivgenError, match=r"net\.yaml:2:\d+: E450: a1\[0\] is 3") as refused:
        derive(load(spec)).to_markdown()
    assert "predictions of binary_cross_entropy" in str(refused.value)
