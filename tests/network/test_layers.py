"""Layers and losses as equations, against numpy; values, names and conventions of a spec."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from small_evaluator import evaluate

from derivgen.formula.latex import LATEX
from derivgen.formula.names import parse_name
from derivgen.network.model import Network, Role, Shortcut
from derivgen.network.notations import PRESETS
from derivgen.network.scalar import derivative_of
from derivgen.network.spec import (
    example_names,
    example_text,
    json_schema,
    task_from_mapping,
    task_from_text,
)
from derivgen.network.task import Task
from derivgen.notation import Names

X = [[1, 2], [-1, 0.5], [0.3, -0.7]]
W1 = [[0.1, -0.2], [0.3, 0.4], [0.5, -0.6]]
W2 = [[0.7, -0.8, 0.9], [0.2, 0.3, -0.4]]
Y = [[1, 0], [0, 1], [0, 1]]


def task(**changes: Any) -> Task:
    """A batch of three samples through 2-3-2, with top-level keys changed."""
    spec: dict[str, Any] = {
        "data": {"inputs": X, "targets": Y},
        "layers": [
            {"dense": 3, "activation": "tanh", "weights": W1, "bias": [0.1, 0.2, 0.3]},
            {"dense": 2, "activation": "softmax", "weights": W2, "bias": [0, 0.1]},
        ],
        "loss": "categorical_cross_entropy",
    }
    return task_from_mapping(spec | changes)


def expected() -> dict[str, Any]:
    z1 = np.array(X) @ np.array(W1).T + [0.1, 0.2, 0.3]
    z2 = np.tanh(z1) @ np.array(W2).T + [0, 0.1]
    p = np.exp(z2) / np.exp(z2).sum(axis=1, keepdims=True)
    return {"z1": z1, "a1": np.tanh(z1), "z2": z2, "a2": p, "terms": -np.array(Y) * np.log(p)}


def agree(found: dict[str, Any], wanted: dict[str, Any], transposed: bool = False) -> None:
    for name in ("z1", "a1", "z2", "a2"):
        np.testing.assert_allclose(
            found[name].T if transposed else found[name], wanted[name], rtol=1e-13
        )


# --- layers -------------------------------------------------------------------------------------------


def test_a_batch_with_samples_in_rows() -> None:
    network = task().network
    found, wanted = evaluate(network), expected()
    agree(found, wanted)
    np.testing.assert_allclose(found["L"], wanted["terms"].sum() / 3)
    assert network.sample_index == "n"
    assert network.remarks == ("The loss is averaged over the 3 samples.",)


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


# --- collapsed derivatives ----------------------------------------------------------------------------


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


# --- values -------------------------------------------------------------------------------------------


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


# --- functions and conventions ------------------------------------------------------------------------


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


# --- notation -----------------------------------------------------------------------------------------


def spelled(preset: str, name: str, *index: int, **changes: Any) -> Any:
    layers = [
        {"dense": 2, "activation": "relu", "bias": [0, 0]},
        {"dense": 1, "activation": "sigmoid", "bias": 0.5},
    ]
    spec = {
        "data": {"inputs": [1, 2], "targets": [0]},
        "layers": layers,
        "loss": {"name": "mse", "per_output": True},
        "notation": {"preset": preset, **changes},
    }
    return LATEX.write(Names(task_from_mapping(spec).network).entry(name, index))


@pytest.mark.parametrize(
    ("preset", "name", "index", "latex"),
    [
        ("standard", "W1", (0, 1), "w_{12}^{(1)}"),
        ("standard", "b1", (1,), "b_2^{(1)}"),
        ("standard", "a2", (0,), "a^{(2)}"),
        ("z_a", "W1", (0, 1), "w_2"),
        ("z_a", "W1", (1, 0), "w_3"),
        ("z_a", "W2", (0, 1), "w_6"),
        ("z_a", "a2", (0,), r"\hat{y}"),
        ("z_a", "z2", (0,), "z_{out}"),
        ("z_a", "y", (0,), "y_{true}"),
        ("z_a", "b2", (), "b_3"),
        ("net_out", "x", (1,), "i_2"),
        ("net_out", "L", (), "E_{total}"),
        ("sum_output", "W1", (0, 1), "w_3"),
        ("sum_output", "W1", (1, 0), "w_2"),
        ("digits", "z2", (0,), "o_{pre}"),
        ("digits", "a1", (1,), "h_1"),
        ("digits", "L", (), "E"),
        ("net_prime", "a2", (0,), "y'"),
        ("net_prime", "z2", (0,), "net_2"),
        ("matrix", "z1", (0,), "z_1^{(2)}"),
        ("matrix", "L", (), "J"),
    ],
)
def test_presets(preset: str, name: str, index: tuple[int, ...], latex: str) -> None:
    assert spelled(preset, name, *index) == LATEX.write(parse_name(latex))


def test_names_of_the_user_come_first() -> None:
    assert spelled("z_a", "W1", 1, 0, names={"W1": [["a", "b"], ["c", "d"]]}) == "c"
    assert spelled("z_a", "W1", 1, 0, names={"W1": "v"}) == "v_{21}"
    assert spelled("z_a", "a1", 1, names={"a1": {"latex": "h", "start": 0}}) == LATEX.write(
        parse_name("h_1")
    )
    assert spelled(
        "standard", "z1", 0, patterns={"pre_activation": {"base": "s", "superscript": ""}}
    ) == LATEX.write(parse_name("s_1"))


@pytest.mark.parametrize("per_output", [False, True])
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_presets_name_every_network(preset: str, per_output: bool) -> None:
    """No two things are written the same, in deep networks and in batches too."""
    biases = {1: "layer", 2: "unit", 3: "none"}
    for inputs, units in (
        ([1], (1, 1)),
        ([1, 2], (2, 3, 2)),
        ([1, 2], (2, 1)),
        ([[1, 2], [3, 4]], (3, 1)),
        ([[1], [2]], (2, 2, 2, 2)),
    ):
        layers = [{"dense": n, "activation": "tanh", "bias": biases[n]} for n in units]
        targets = np.zeros(units[-1] if not isinstance(inputs[0], list) else (2, units[-1]))
        spec = {
            "data": {"inputs": inputs, "targets": targets},
            "layers": layers,
            "loss": {"name": "mse", "per_output": per_output},
            "notation": preset,
        }
        network = task_from_mapping(spec).network
        names = Names(network)
        written: dict[str, str] = {}
        for name, quantity in network.quantities.items():
            for index in np.ndindex(quantity.shape):
                latex = LATEX.write(names.entry(name, index))
                assert latex not in written, f"{name}{index} and {written[latex]}"
                written[latex] = f"{name}{index}"
            assert names.whole(name) is not None


# --- the schema ---------------------------------------------------------------------------------------


def test_the_json_schema_accepts_the_examples_and_refuses_mistakes() -> None:
    schema = json.loads(json.dumps(json_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    from ruamel.yaml import YAML

    for name in example_names():
        assert not list(validator.iter_errors(YAML(typ="safe").load(example_text(name)))), name
    good = {
        "loss": "mse",
        "data": {"inputs": [1], "targets": ["1/3"]},
        "layers": [{"dense": 1, "bias": "none"}],
    }
    assert validator.is_valid(good)
    for wrong in (
        {"los": "mse"},
        {**good, "numbers": {"decimal": 3}},
        {**good, "layers": [{"dense": "x"}]},
    ):
        assert not validator.is_valid(wrong)


def test_every_key_of_the_schema_is_described() -> None:
    schema = json_schema()
    for name, model in {**schema["$defs"], "Spec": schema}.items():
        assert model["description"], name
        for key, entry in model["properties"].items():
            # a reference is described by what it refers to, which is in the loop as well
            assert entry.get("description") or "$ref" in entry, f"{name}.{key}"
