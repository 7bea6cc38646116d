"""Values of a spec: digits, files, random numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from small_evaluator import evaluate
from two_layers import W2, X, Y, expected, task

from derivgen.network.spec import task_from_mapping, task_from_text


def test_numbers_keep_the_digits_of_their_author() -> None:
    text = "data: {inputs: [0.40, 1/3, -2, 1e-3, .5, +7, '0.10', 2_000], targets: [1]}\nlayers: [{dense: 1}]\nloss: mse"
    quantity = task_from_text(text).network.quantities["x"]
    assert quantity.exact is not None
    assert quantity.values is not None
    assert quantity.exact.tolist() == ["0.40", "1/3", "-2", "1e-3", ".5", "7", "0.10", "2000"]
    wanted = [0.4, 1 / 3, -2, 0.001, 0.5, 7, 0.1, 2000]
    assert quantity.values.tolist() == wanted
    assert [float(Fraction(one)) for one in quantity.exact] == wanted


def test_the_same_digits_in_json_and_toml() -> None:
    json_text = '{"data": {"inputs": [0.40, "1/3"], "targets": [1]}, "layers": [{"dense": 1}], "loss": "mse"}'
    toml_text = 'loss = "mse"\n[data]\ninputs = [0.40, "1/3"]\ntargets = [1]\n[[layers]]\ndense = 1'
    for text, format in ((json_text, "json"), (toml_text, "toml")):
        quantity = task_from_text(text, format).network.quantities["x"]
        assert quantity.exact is not None
        assert quantity.exact.tolist() == ["0.40", "1/3"]


def test_files(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("# to, from\n0.10;-0.2\n\n0.3;0.4\n0.5;-0.6\n")
    (tmp_path / "b.csv").write_text("0.1\n0.2\n0.3\n")
    np.savez(tmp_path / "m.npz", W=np.array(W2, dtype=np.float32), other=np.eye(9))
    np.save(tmp_path / "b.npy", np.array([0, 0.1]))
    layers = [
        {"dense": 3, "activation": "tanh", "weights": {"csv": "w.csv"}, "bias": {"csv": "b.csv"}},
        {
            "dense": 2,
            "activation": "softmax",
            "weights": {"npz": "m.npz", "key": "W"},
            "bias": {"npz": "b.npy"},
        },
    ]
    spec = {"data": {"inputs": X, "targets": Y}, "layers": layers, "loss": "cross_entropy"}
    network = task_from_mapping(spec, base_folder=tmp_path).network
    np.testing.assert_allclose(evaluate(network)["a2"], expected()["a2"], rtol=1e-6)
    exact = network.quantities["W1"].exact
    assert exact is not None
    assert exact[0].tolist() == ["0.10", "-0.2"]


def test_random_values_are_nice() -> None:
    for decimals in (1, 2):
        weights = {"random": {"seed": 3, "decimals": decimals, "low": -0.5, "high": 1}}
        layers = [{"dense": 400, "weights": weights, "bias": weights}, {"dense": 2}]
        found = task(layers=layers, loss="mse").network.quantities
        again = task(layers=layers, loss="mse").network.quantities
        values, exact = found["W1"].values, found["W1"].exact
        assert values is not None
        assert exact is not None
        assert values.shape == (400, 2)
        assert values.min() == -0.5
        assert values.max() == 1
        assert (values != 0).all()
        np.testing.assert_allclose(values, np.round(values, decimals), atol=1e-15)
        assert values.ravel().tolist() == [float(text) for text in exact.ravel()]
        np.testing.assert_array_equal(values, again["W1"].values)
        assert not np.array_equal(values[:, 0], found["b1"].values)


def test_random_values_never_change() -> None:
    weights = {"random": {"seed": 1, "decimals": 1}}
    exact = (
        task(layers=[{"dense": 2, "weights": weights, "bias": "none"}], loss="mse")
        .network.quantities["W1"]
        .exact
    )
    assert exact is not None
    assert exact.tolist() == RANDOM_OF_SEED_1


#: drawn once; the same on every machine, or documents would change by themselves
RANDOM_OF_SEED_1: list[list[str]] = [["0.3", "0.8"], ["0.9", "1.0"]]
