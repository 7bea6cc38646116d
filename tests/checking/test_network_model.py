"""A network as a model: its values, slopes and steps are those of the derivation."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

import derivgen as dg
from derivgen import api
from derivgen.checking.evaluating.values import Dual, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.matching.network_model import NetworkModel, key_of
from derivgen.checking.maths import tree as t
from derivgen.network.task import Task

ACTIVATIONS = ("sigmoid", "tanh", "relu", "gelu", "gelu_tanh", "selu", "identity", "softplus")
ACTIVATIONS += ("leaky_relu", "elu", "hard_tanh", "softsign", "mish")
EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.yaml"))


def array(value: Value) -> np.ndarray:
    if isinstance(value, Dual):
        return np.array([[float(value.value)]])
    return np.array([[float(cell.value) for cell in row] for row in value.rows])


def close(found: Value, expected: Any, shape: tuple[int, ...]) -> None:
    wanted = np.asarray(expected, dtype=float)
    if len(shape) < 2:
        wanted = wanted.reshape(-1, 1)
    np.testing.assert_allclose(array(found), wanted, rtol=1e-9, atol=1e-12)


def agree(task: Task) -> None:
    """Every value, gradient and new parameter, element by element and as whole arrays."""
    expected = api.values(task)["steps"]
    with mpmath.workdps(30):
        model = NetworkModel(task)
        world = World(model)
        loss = t.Name(task.network.loss)
        for step in expected:
            for name, quantity in task.network.quantities.items():
                values = np.asarray(step["quantities"][name])
                slopes = np.asarray(step["gradients"][name])
                for index in np.ndindex(*quantity.shape):
                    key = key_of((name, index))
                    close(world.value(key), values[index], ())
                    if name != task.network.loss:
                        close(world.derivative(loss, t.Name(key)), slopes[index], ())
                if len(quantity.shape) in (1, 2):
                    close(world.value(name), values, quantity.shape)
                    close(world.derivative(loss, t.Name(name)), slopes, quantity.shape)
            for name, values in step["updated"].items():
                if not task.network.quantities[name].shape:
                    close(world.after.value(name), values, ())
                for index in np.ndindex(*np.asarray(values).shape):
                    at = np.asarray(values)[index]
                    close(world.after.value(key_of((name, index))), at, ())
            if step["updated"]:
                world = world.after


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples(path: Path) -> None:
    task = api.load(path)
    if task.network.symbolic:
        model = NetworkModel(task)
        assert model.given("W1[0,0]") is None
        assert isinstance(World(model, "positive", 1).value(task.network.loss), Dual)
        return
    agree(task)


def random_spec(generator: random.Random) -> dict[str, Any]:
    """A network of one to three layers, with any activation, bias, loss and optimiser."""
    sizes = [generator.randint(1, 3) for _ in range(generator.randint(2, 4))]
    number = lambda: round(generator.uniform(-1, 1), 2)  # noqa: E731
    layers = []
    for before, units in pairwise(sizes):
        layer: dict[str, Any] = {
            "dense": units,
            "activation": generator.choice(ACTIVATIONS),
            "weights": [[number() for _ in range(before)] for _ in range(units)],
        }
        bias = generator.choice(["none", "shared", "unit"])
        layer["bias"] = (
            False if bias == "none" else number() if bias == "shared" else [number()] * units
        )
        layers.append(layer)
    loss = generator.choice(["half_squared_error", "mean_squared_error", "cross_entropy"])
    samples = generator.choice([None, 2, 3])
    many = lambda size: (  # noqa: E731
        [number() for _ in range(size)]
        if samples is None
        else [[number() for _ in range(size)] for _ in range(samples)]
    )
    targets = many(sizes[-1])
    if loss == "cross_entropy":
        layers[-1]["activation"] = "softmax"
        one = [1.0] + [0.0] * (sizes[-1] - 1)
        targets = one if samples is None else [one] * samples
    optimiser = generator.choice(["gradient_descent", "momentum", "adam", "rmsprop", "nesterov"])
    return {
        "data": {"inputs": many(sizes[0]), "targets": targets},
        "layers": layers,
        "loss": loss,
        "training": {"learning_rate": 0.1, "optimiser": optimiser, "steps": 2},
    }


@pytest.mark.parametrize("seed", range(25))
def test_random_networks(seed: int) -> None:
    agree(dg.task(**random_spec(random.Random(seed))))


def circuit(equations: str, arrays: dict[str, Any], **more: Any) -> Task:
    return dg.task(equations=equations, arrays=arrays, loss="L", **more)


def slope(task: Task, key: str) -> float:
    with mpmath.workdps(30):
        found = World(NetworkModel(task)).derivative(t.Name("L"), t.Name(key))
    assert isinstance(found, Dual)
    return float(found.value)


@pytest.mark.parametrize("ties", ["first", "split", "all"])
@pytest.mark.parametrize("level", [0.0, 0.5])
def test_ties_of_a_maximum(ties: str, level: float) -> None:
    arrays = {"x": [level, level, -1.0], "c": 3}
    task = circuit(
        "m = max(x[i], i)\nL = c*m**2 + m", arrays, ranges={"i": 3}, conventions={"ties": ties}
    )
    agree(task)


@pytest.mark.parametrize("rule", ["left", "right", "middle", "smallest"])
def test_kinks_are_where_the_network_has_them(rule: str) -> None:
    conventions = {"kink": {"relu": rule, "bent": rule}}
    functions = {"bent": {"expression": "abs(z - 1)*2 + z**2"}}
    task = circuit(
        "a = relu(w)\nb = bent(v)\nL = a*3 + b*5 + a*b",
        {"w": 0, "v": 1},
        conventions=conventions,
        functions=functions,
    )
    agree(task)
    # a call with a prime means the same slope
    with mpmath.workdps(30):
        world = World(NetworkModel(task))
        for name, at in (("relu", "w"), ("bent", "v")):
            primed = world.evaluate(t.Call(name, (t.Name(at),), primes=1))
            target = t.Name({"w": "a", "v": "b"}[at])
            assert primed == world.derivative(target, t.Name(at), local=True)


def test_printed_digits_are_kept() -> None:
    task = circuit(
        "L = (w[0] + w[1]*w[2] + u)**2",
        {"w": ["0.40", "-1/3", "1.5e-3"], "u": {"values": -7}},
        training={"learning_rate": 0.5},
    )
    model = NetworkModel(task)
    given = model.given("w[0]")
    assert isinstance(given, t.Number)
    assert (given.text, given.decimals) == ("0.40", 2)
    third = model.given("w[1]")
    assert isinstance(third, t.Negated)
    assert isinstance(third.body, t.Quotient)
    small = model.given("w[2]")
    assert isinstance(small, t.Number)
    assert small.decimals == 4
    assert isinstance(model.given("u"), t.Negated)
    whole = model.given("w")
    assert isinstance(whole, t.Matrix)
    assert [row[0] for row in whole.rows] == [given, third, small]
    assert model.given("L") is None


def test_keys() -> None:
    task = (
        circuit(
            "q[i,j] = rate*w[i,j]*x[i,j,k2]\nL = sum(q[i,j], i, j)",
            {"w": [[1, 2, 3], [4, 5, 6]], "x": [[[1]] * 3] * 2, "rate": 2},
            ranges={"k2": 1},
        )
        if False
        else circuit(
            "q[i,j] = rate*w[i,j] + sum(x[i,j,k], k)\nL = sum(q[i,j], i, j)",
            {"w": [[1, 2, 3], [4, 5, 6]], "x": [[[1]] * 3] * 2, "rate": 2},
        )
    )
    model = NetworkModel(task)
    assert model.rate == "rate_"
    keys = list(model.names())
    assert len(keys) == len(set(keys))
    assert all(model.known(key) for key in keys)
    assert "x[1,2,0]" in keys
    for unknown in ("x", "w[2,0]", "w[0]", "w[0,0]^T", "L^T", "w_1", "", "w[", "w[0,-1]"):
        assert not model.known(unknown), unknown
        assert model.definition(unknown) is None
        assert model.given(unknown) is None
    with mpmath.workdps(30):
        world = World(model)
        turned = array(world.value("w^T"))
        np.testing.assert_array_equal(turned, [[1, 4], [2, 5], [3, 6]])
        slopes = world.derivative(t.Name("L"), t.Name("w^T"))
        np.testing.assert_array_equal(array(slopes), np.full((3, 2), 2))
    assert model.is_parameter("w")
    assert model.is_parameter("w[0,0]")
    assert not model.is_parameter("q")


def test_local_derivative_of_a_whole_array() -> None:
    """One equation alone: dz/da is the weight matrix, also where a depends on z again."""
    task = dg.task(
        data={"inputs": [0.1, 0.2], "targets": [1, 0]},
        layers=[{"dense": 2, "weights": [[1, 2], [3, 4]], "bias": False, "activation": "tanh"}],
        loss="half_squared_error",
    )
    with mpmath.workdps(30):
        found = World(NetworkModel(task)).derivative(t.Name("z1"), t.Name("x"), local=True)
    np.testing.assert_allclose(array(found), [[1, 2], [3, 4]])


def test_functions_under_their_printed_names() -> None:
    """LeakyReLU means the one with the slope that the network has."""
    task = circuit(
        "a = gelu_tanh(w)\nL = a**2",
        {"w": -1},
    )
    model = NetworkModel(task)
    assert model.function("gelu") == model.function("gelu_tanh") or (
        model.function("gelu_tanh") is None and model.function("gelu") is not None
    )
    assert model.function("relu") is None
    assert model.function("nothing") is None


def test_nothing_is_built_before_it_is_asked_for() -> None:
    spec: dict[str, Any] = {
        "data": {"inputs": {"random": {"seed": 1}, "shape": [784]}, "targets": [1] + [0] * 9},
        "layers": [
            {"dense": 128, "activation": "relu", "weights": {"random": {"seed": 2}}, "bias": 0.1},
            {"dense": 10, "activation": "softmax", "weights": {"random": {"seed": 3}}, "bias": 0},
        ],
        "loss": "cross_entropy",
    }
    model = NetworkModel(dg.task(**spec))
    assert model.known("W1[127,783]")
    assert model.given("W1[127,783]") is not None
    definition = model.definition("z1[5]")
    assert definition is not None
    assert sum(isinstance(node, t.Name) for node in t.walk(definition)) == 2 * 784 + 1
    assert set(model._definitions) == {"z1[5]"}


def test_a_learning_rate_that_is_a_fraction_has_its_value() -> None:
    made = api.task(
        data={"inputs": ["1"], "targets": ["1"]},
        layers=[{"dense": 1, "weights": [["2"]], "bias": "none"}],
        loss="half_squared_error",
        training={"learning_rate": "1/10"},
    )
    model = NetworkModel(made)
    assert World(model).value(model.rate).value == mpmath.mpf(1) / 10
