"""Names in formulas: presets, and what a spec says of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from derivgen.formula.latex import LATEX
from derivgen.formula.names import parse_name
from derivgen.network.notations import PRESETS
from derivgen.network.spec import task_from_mapping
from derivgen.notation import Names


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
        ("digits", "L", (), "E_{total}"),
        ("net_prime", "a2", (0,), "y'"),
        ("net_prime", "z2", (0,), "net_2"),
        ("matrix", "z1", (0,), "z_1^{(2)}"),
        ("matrix", "L", (), "J"),
    ],
)
def test_presets(preset: str, name: str, index: tuple[int, ...], latex: str) -> None:
    assert spelled(preset, name, *index) == LATEX.write(parse_name(latex))


def test_the_loss_is_told_from_the_array_of_errors_by_more_than_its_face() -> None:
    """A bold E for the errors of the outputs and a plain E for their sum look the same on a blackboard."""
    spec = {
        "data": {"inputs": [[1, 2], [3, 4]], "targets": [[0, 1], [1, 0]]},
        "layers": [{"dense": 2, "bias": 0}],
        "loss": "mse",
        "notation": "digits",
    }

    def whole(spec: dict[str, Any], name: str) -> str:
        names = Names(task_from_mapping(spec).network)
        return LATEX.write(names.entry(name, ()) if name == "L" else names.whole(name))

    assert whole(spec, "L") == "E"
    spec["loss"] = {"name": "mse", "per_output": True}
    assert whole(spec, "E") == r"\boldsymbol{E}"
    assert whole(spec, "L") == LATEX.write(parse_name("E_{total}"))
    spec["notation"] = {"preset": "digits", "patterns": {"loss": {"base": "E"}}}
    assert whole(spec, "L") == "E"


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
        arrays = [
            name for name, quantity in network.quantities.items() if np.prod(quantity.shape) > 1
        ]
        wholes = [LATEX.write(names.whole(name)) for name in arrays]
        assert len(set(wholes)) == len(wholes), wholes


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, "g_{1}"),  # as the units a_1, a_2
        ({"notation": {"preset": "digits"}}, "g_{0}"),
        ({"index_base": 0}, "g_{0}"),
        ({"layers": []}, "g_{0}"),
    ],
)
def test_beside_layers_arrays_are_counted_as_units_are(keys: dict[str, Any], expected: str) -> None:
    equations = "g[i] = u[i]*a1[i]\nL = sum(g[i], i)"
    spec: dict[str, Any] = {
        "layers": [{"dense": 2, "activation": "tanh"}],
        "data": {"inputs": ["1", "2"]},
        "arrays": {"u": ["3", "4"]},
        "equations": equations,
        "loss": "L",
        **keys,
    }
    if not spec["layers"]:
        del spec["layers"], spec["data"]
        spec["equations"] = equations.replace("a1[i]", "2")
    assert LATEX.write(Names(task_from_mapping(spec).network).entry("g", (0,))) == expected
