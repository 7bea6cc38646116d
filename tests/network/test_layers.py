"""Layers, losses, functions and conventions of a spec as equations, against numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_evaluator import evaluate
from two_layers import W1, W2, X, Y, agree, expected, task

from derivgen.network.model import Role
from derivgen.network.scalar import derivative_of


def test_a_batch_with_samples_in_rows() -> None:
    network = task().network
    found, wanted = evaluate(network), expected()
    agree(found, wanted)
    np.testing.assert_allclose(found["L"], wanted["terms"].sum() / 3)
    assert network.sample_index == "n"
    assert network.remarks[1:] == ("The loss is averaged over the 3 samples.",)


def test_a_batch_with_samples_in_columns() -> None:
    data = {"inputs": np.array(X).T, "targets": np.array(Y).T, "samples": "columns"}
    found = evaluate(task(data=data).network)
    agree(found, expected(), transposed=True)
    np.testing.assert_allclose(found["L"], expected()["terms"].sum() / 3)


def test_weights_written_from_to() -> None:
    layers = [
        {"dense": 3, "activation": "tanh", "weights": np.array(W1).T, "bias": [0.1, 0.2, 0.3]},
        {"dense": 2, "activation": "softmax", "weights": np.array(W2).T, "bias": [0, 0.1]},
    ]
    network = task(layers=layers, conventions={"orientation": "from_to"}).network
    agree(evaluate(network), expected())
    assert network.quantities["W1"].shape == (2, 3)


def test_reductions() -> None:
    terms = expected()["terms"]
    for loss, wanted in (
        ({"reduction": "sum"}, terms.sum()),
        ({"reduction": "mean", "per_output": True}, terms.sum() / 3),
    ):
        found = evaluate(task(loss={"name": "categorical_cross_entropy", **loss}).network)
        np.testing.assert_allclose(found["L"], wanted)
        if "E" in found:
            np.testing.assert_allclose(found["E"], terms)
    error = (np.array(Y) - expected()["a2"]) ** 2
    for name, wanted in (
        ("half_squared_error", error.sum() / 6),
        ("mean_squared_error", error.mean()),
    ):
        np.testing.assert_allclose(evaluate(task(loss=name).network)["L"], wanted)


def test_penalties() -> None:
    plain = evaluate(task().network)["L"]
    squares = (np.array(W1) ** 2).sum() + (np.array(W2) ** 2).sum()
    absolute = np.abs(W1).sum()
    for penalty, wanted in (
        ({"l2": 0.1}, 0.1 * squares),
        ({"l2": 0.1, "half": True}, 0.05 * squares),
        ({"l1": 0.2, "over": ["W1"]}, 0.2 * absolute),
        ({"l1": 0.2, "l2": 0.5, "over": ["b1"]}, 0.2 * 0.6 + 0.5 * 0.14),
    ):
        loss = {"name": "categorical_cross_entropy", "penalty": penalty}
        np.testing.assert_allclose(evaluate(task(loss=loss).network)["L"] - plain, wanted)


def test_classes_become_one_hot() -> None:
    for targets in ({"classes": [0, 1, 1]}, {"classes": [1, 2, 2], "first_class": 1}, [0, 1, 1]):
        quantity = task(data={"inputs": X, "targets": targets}).network.quantities["y"]
        assert quantity.values is not None
        assert quantity.values.tolist() == Y
        assert quantity.role is Role.TARGET
    one = task(data={"inputs": X[0], "targets": {"classes": 1}}).network.quantities["y"]
    assert one.values is not None
    assert one.values.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("biases", "names", "equations"),
    [
        (["none", "none"], [], ["", ""]),
        ([[0, 1, 2], 3], ["b1", "b2"], [" + b1[i]", " + b2"]),
        ([{"shared": "network", "values": 0.5}, "network"], ["b"], [" + b", " + b"]),
        (["layer", "unit"], ["b1", "b2"], [" + b1", " + b2[i]"]),
        ([None, False], [], ["", ""]),
    ],
)
def test_biases(biases: list[Any], names: list[str], equations: list[str]) -> None:
    layers = [{"dense": n, "bias": bias} for n, bias in zip((3, 2), biases, strict=True)]
    network = task(layers=layers, loss="mse").network
    found = [q.name for q in network.parameters() if q.name.startswith("b")]
    assert sorted(found) == names
    assert [e.text.rpartition(")")[2] for e in network.equations[:2]] == equations


def test_frozen_parameters() -> None:
    layers = [
        {
            "dense": 3,
            "weights": {"values": W1, "trained": False},
            "bias": {"values": 0.5, "trained": False},
        },
        {"dense": 2, "bias": {"shared": "unit", "trained": False}},
    ]
    trained = {q.name: q.trained for q in task(layers=layers, loss="mse").network.parameters()}
    assert trained == {"W1": False, "b1": False, "W2": True, "b2": False}


def test_arrays_named_like_indices_are_no_trouble() -> None:
    layers = [
        {
            "dense": 3,
            "weights": W1,
            "bias": [0.1, 0.2, 0.3],
            "activation": "tanh",
            "names": {"activation": "j", "weights": "n"},
        },
        {
            "dense": 2,
            "weights": W2,
            "bias": [0, 0.1],
            "activation": "softmax",
            "names": {"pre_activation": "k"},
        },
    ]
    data = {"inputs": X, "targets": Y, "input_name": "i"}
    found = evaluate(task(layers=layers, data=data).network)
    np.testing.assert_allclose(found["a2"], expected()["a2"])


def test_layers_followed_by_equations() -> None:
    network = task(equations="S[n] = sum(a2[n,i]**2, i)\nL = sum(S[n], n)", loss="L").network
    np.testing.assert_allclose(evaluate(network)["L"], (expected()["a2"] ** 2).sum())
    assert network.shortcuts == ()


def test_functions_of_the_user() -> None:
    functions = {
        "bump": {"expression": "z*exp(-z**2/2)", "latex": r"\beta"},
        "cubic": {"loss": "abs(y - a)**3"},
    }
    layers = [{"dense": 2, "activation": "bump", "weights": np.eye(2), "bias": "none"}]
    network = task(layers=layers, functions=functions, loss="cubic").network
    found = evaluate(network)
    out = np.array(X) * np.exp(-(np.array(X) ** 2) / 2)
    np.testing.assert_allclose(found["a1"], out)
    np.testing.assert_allclose(found["L"], (np.abs(np.array(Y) - out) ** 3).sum() / 3)


def test_options_of_activations() -> None:
    layers = [
        {
            "dense": 2,
            "activation": "leaky_relu",
            "options": {"slope": s},
            "weights": np.eye(2),
            "bias": "none",
        }
        for s in (0.1, 0.5)
    ]
    found = evaluate(task(layers=layers, loss="mse").network)
    x = np.array(X)
    np.testing.assert_allclose(found["a2"], np.where(x > 0, x, 0.05 * x))


@pytest.mark.parametrize(
    ("rule", "slope"), [("left", 0), ("right", 1), ("middle", 0.5), (1, 1), (0.5, 0.5)]
)
def test_kinks(rule: Any, slope: float) -> None:
    layers = [{"dense": 2, "activation": "relu"}]
    network = task(layers=layers, loss="mse", conventions={"kink": {"relu": rule}}).network
    derivative = derivative_of(network.functions["relu"])
    symbol = next(iter(derivative.free_symbols))
    assert float(derivative.subs(symbol, 0)) == slope
