"""Every example: its equations, evaluated one element at a time, against numpy written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small_evaluator import evaluate

from derivgen.network.spec import example_names, example_text, read_task, starter, task_from_text
from derivgen.network.task import Task

Values = dict[str, Any]


def example(name: str) -> Task:
    return task_from_text(example_text(name), "yaml", name)


# --- the same by hand ---------------------------------------------------------------------------------


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(z)))


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def relu_sigmoid() -> Values:
    h_pre = np.array([[0.2, -1.2, 0.9], [-0.5, -1.2, 0.3]]) @ [0.9, 0.2, 0.5] + [-0.1, 0.2]
    h = np.maximum(0, h_pre)
    o = sigmoid(np.array([[0.7, -1.1]]) @ h - 0.1)
    return {"z1": h_pre, "a1": h, "a2": o, "L": (o[0] - 0) ** 2 / 2}


def shared_bias() -> Values:
    h = sigmoid(np.array([[0.15, 0.2], [0.25, 0.3]]) @ [0.05, 0.1] + 0.35)
    out = sigmoid(np.array([[0.4, 0.45]]) @ h + 0.6)
    return {"a1": h, "a2": out, "Loss": (0.01 - out[0]) ** 2 / 2}


def two_outputs() -> Values:
    h = sigmoid(np.array([[0.1, 0.3], [0.2, 0.4]]) @ [0.1, 0.5] + 0.25)
    out = sigmoid(np.array([[0.5, 0.6], [0.7, 0.8]]) @ h + 0.35)
    errors = (np.array([0.05, 0.95]) - out) ** 2 / 2
    return {"a1": h, "a2": out, "E": errors, "L": errors.sum()}


def batch_matrix() -> Values:
    x = np.array([[1, 0.5], [0.2, 0.8], [0.6, 0.1], [0, 1], [0.4, 0.4]])
    h = sigmoid(x @ [[0.2, -0.4, 0.1], [0.5, 0.3, -0.2]])
    out = sigmoid(h @ [[0.3], [-0.1], [0.6]])
    target = np.array([[0.8], [0.6], [0.4], [0.7], [0.5]])
    return {"a1": h, "a2": out, "J": ((target - out) ** 2).sum() / 2}


def softmax_deep() -> Values:
    given = {n: q.values for n, q in example("softmax_deep").network.quantities.items()}
    a1 = np.tanh(given["W1"] @ [1, -0.5] + [0.1, 0, -0.1])
    z2 = given["W2"] @ a1 + [0.1, 0.2, 0.3]
    a2 = np.where(z2 > 0, z2, 0.1 * z2)
    p = softmax(given["W3"] @ a2)
    return {"a1": a1, "a2": a2, "a3": p, "L": -np.log(p[1])}


def circuit() -> Values:
    return {"q": np.array(3.0), "f": np.array(-12.0)}


def lstm() -> Values:
    given = {n: q.values for n, q in example("lstm_3_steps").network.quantities.items()}
    h, c = np.zeros(2), np.zeros(2)
    for x in ([0.5], [-1], [0.8]):
        gates = {g: given[f"W{g}"] @ x + given[f"U{g}"] @ h + given[f"b{g}"] for g in "ifog"}
        c = sigmoid(gates["f"]) * c + sigmoid(gates["i"]) * np.tanh(gates["g"])
        h = sigmoid(gates["o"]) * np.tanh(c)
    return {"L": ((np.array([0.6, -0.2]) - h) ** 2).sum() / 2}


def conv_pool() -> Values:
    given = {n: q.values for n, q in example("conv_pool").network.quantities.items()}
    padded = np.pad(given["x"], 1)
    z = np.array(
        [
            [(padded[i : i + 3, j : j + 3] * given["K"]).sum() + 0.1 for j in (0, 2, 4)]
            for i in (0, 2, 4)
        ]
    )
    a = np.maximum(z, 0)
    m = np.array([[a[r : r + 2, s : s + 2].max() for s in (0, 1)] for r in (0, 1)])
    o = (given["w"] * m).sum()
    return {"z": z, "m": m, "L": (1 - o) ** 2 / 2}


def batch_norm() -> Values:
    x = np.array([[1, 2], [3, 1], [2, 5], [6, 4]], dtype=float)
    hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 0.001)
    out = hat * [1.5, 0.5] + [0.1, -0.2]
    return {
        "xhat": hat,
        "o": out,
        "L": ((np.array([[0, 1], [1, 0], [0, 1], [2, 0]]) - out) ** 2).mean(),
    }


def attention() -> Values:
    given = {n: q.values for n, q in example("attention_head").network.quantities.items()}
    x = given["X"]
    p = softmax((x @ given["Wq"]) @ (x @ given["Wk"]).T / np.sqrt(2))
    out = p @ (x @ given["Wv"])
    return {"P": p, "O": out, "L": ((given["Y"] - out) ** 2).sum() / 2}


BY_HAND: dict[str, Callable[[], Values]] = {
    "relu_sigmoid_3_2_1": relu_sigmoid,
    "shared_bias_2_2_1": shared_bias,
    "two_outputs_2_2_2": two_outputs,
    "batch_matrix_2_3_1": batch_matrix,
    "softmax_deep": softmax_deep,
    "scalar_circuit": circuit,
    "lstm_3_steps": lstm,
    "conv_pool": conv_pool,
    "batch_norm": batch_norm,
    "attention_head": attention,
}


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_examples_compute_what_numpy_computes(name: str) -> None:
    found = evaluate(example(name).network)
    for quantity, expected in BY_HAND[name]().items():
        np.testing.assert_allclose(
            found[quantity], expected, rtol=1e-12, atol=1e-14, err_msg=quantity
        )


def test_every_example_is_tested() -> None:
    assert set(example_names()) == {*BY_HAND, "scalar_symbolic_1_1_1"}


def test_the_symbolic_example_uses_one_bias_twice() -> None:
    network = example("scalar_symbolic_1_1_1").network
    assert network.symbolic
    assert [q.name for q in network.parameters()] == ["b", "W1", "W2"]
    assert sum("+ b" in equation.text for equation in network.equations) == 2


@pytest.mark.parametrize(
    ("name", "quantity", "printed"),
    [
        ("relu_sigmoid_3_2_1", "z1", [0.29, -0.34]),
        ("relu_sigmoid_3_2_1", "z2", [0.103]),
        ("relu_sigmoid_3_2_1", "a2", [0.526]),
        ("relu_sigmoid_3_2_1", "L", 0.138),
        ("shared_bias_2_2_1", "z1", [0.3775, 0.3925]),
        ("shared_bias_2_2_1", "a1", [0.5933, 0.5969]),
        ("shared_bias_2_2_1", "a2", [0.7514]),
        ("two_outputs_2_2_2", "a1", [0.60108, 0.61538]),
        ("two_outputs_2_2_2", "a2", [0.73492, 0.77955]),
        ("two_outputs_2_2_2", "E", [0.23456, 0.01452]),
    ],
)
def test_tutorials_print_these_values(name: str, quantity: str, printed: Any) -> None:
    """Facts of published tutorials; their last place may be cut or carried, so one unit is free."""
    found = evaluate(example(name).network)[quantity]
    unit = {"relu": 1e-3, "shared": 1e-4, "two": 1e-5}[name.split("_")[0]]
    np.testing.assert_allclose(found, printed, rtol=0, atol=1.001 * unit)


def test_the_starter_is_a_spec_that_works() -> None:
    network = task_from_text(starter()).network
    x = sigmoid(np.array([[0.1, 0.2], [0.3, 0.4]]) @ [0.5, 1] + 0.1)
    out = sigmoid(np.array([0.5, 0.6]) @ x + 0.2)
    np.testing.assert_allclose(evaluate(network)["L"], (1 - out) ** 2 / 2)


def test_an_example_reads_the_same_from_a_file(tmp_path: Any) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(example_text("shared_bias_2_2_1"), encoding="utf-8")
    task = read_task(path)
    assert (task.name, task.source) == ("mine", str(path))
    assert evaluate(task.network)["Loss"] == evaluate(example("shared_bias_2_2_1").network)["Loss"]
