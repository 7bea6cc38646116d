"""Collapsed derivatives, such as that of softmax and cross-entropy, against the plain ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_evaluator import evaluate
from two_layers import X, Y, task

from derivgen.network.model import Network, Shortcut


def through_shortcut(network: Network, shortcut: Shortcut) -> np.ndarray:
    values = evaluate(network)
    symbols = list(shortcut.refs)
    found = np.empty(network.quantities[shortcut.source.array].shape)
    for at in np.ndindex(found.shape):
        where = dict(zip((index.name for index in shortcut.free), at, strict=True))
        here = {
            s: values[shortcut.refs[s].array][
                tuple(i.value(where) for i in shortcut.refs[s].indices)
            ]
            for s in symbols
        }
        found[tuple(i.value(where) for i in shortcut.source.indices)] = shortcut.expression.subs(
            here
        )
    return found


@pytest.mark.parametrize(
    ("activation", "loss", "source"),
    [
        ("softmax", "categorical_cross_entropy", "z2"),
        ("sigmoid", "binary_cross_entropy", "z2"),
        (None, "categorical_cross_entropy_logits", "a2"),
        ("identity", "cross_entropy_logits", "a2"),
    ],
)
@pytest.mark.parametrize("samples", ["rows", "columns"])
def test_shortcuts_are_the_derivatives(
    activation: str | None, loss: str, source: str, samples: str
) -> None:
    layers = [{"dense": 2, "activation": activation, "weights": np.eye(2), "bias": "none"}]
    layers.insert(0, {"dense": 2, "activation": "identity", "weights": np.eye(2)})
    layers[0]["bias"] = [0, 0]
    data: dict[str, Any] = {"inputs": np.array(X), "targets": np.array(Y), "samples": samples}
    if samples == "columns":
        data |= {"inputs": np.array(X).T, "targets": np.array(Y).T}
    network = task(layers=layers, loss=loss, data=data).network
    (shortcut,) = network.shortcuts
    assert shortcut.source.array == source
    # identity layers hand the inputs on, so the derivative by the inputs is the one by the source
    derivative = through_shortcut(network, shortcut)
    generator, step = np.random.default_rng(5), 1e-5
    for _ in range(2):
        move = generator.normal(size=derivative.shape)
        up, down = (
            evaluate(network, x=data["inputs"] + sign * step * move)["L"] for sign in (1, -1)
        )
        np.testing.assert_allclose((derivative * move).sum(), (up - down) / (2 * step), rtol=1e-7)


def test_no_shortcut_where_there_is_none() -> None:
    assert task(loss="mse").network.shortcuts == ()


def test_through_the_error_of_one_output_there_is_no_shortcut() -> None:
    """The short form is that of the whole loss: in a chain through one error it would be a wrong factor."""
    layers = [{"dense": 2, "activation": "softmax", "weights": np.eye(2), "bias": "none"}]
    data = {"inputs": np.array(X), "targets": np.array(Y)}
    loss = {"name": "categorical_cross_entropy", "per_output": True}
    assert task(layers=layers, loss=loss, data=data).network.shortcuts == ()
