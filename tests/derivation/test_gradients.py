"""Gradients of random networks, by every route, against differences and numpy's own algebra."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from derivgen.api import derive
from derivgen.derivation.derivation import Derivation, without_functions
from derivgen.derivation.graph import entry_symbol
from derivgen.derivation.oracle import verify
from derivgen.network.model import Network, Role
from derivgen.network.spec import task_from_mapping
from derivgen.notation import Entry
from derivgen.settings import Numbers

ACTIVATIONS = ("sigmoid", "tanh", "softplus", "identity", "relu", "silu")


@st.composite
def networks(draw: st.DrawFn) -> dict[str, object]:
    """A spec of a dense network with one to three layers, and seeded values."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    samples = draw(st.sampled_from([None, 1, 3]))
    shape = (sizes[0],) if samples is None else (samples, sizes[0])
    out = (sizes[-1],) if samples is None else (samples, sizes[-1])
    layers = [
        {
            "dense": after,
            "activation": draw(st.sampled_from(ACTIVATIONS)),
            "weights": rng.uniform(-1, 1, (after, before)).round(3).tolist(),
            "bias": rng.uniform(-1, 1, after).round(3).tolist(),
        }
        for before, after in pairwise(sizes)
    ]
    return {
        "data": {
            "inputs": rng.uniform(-1, 1, shape).round(3).tolist(),
            "targets": rng.uniform(0, 1, out).round(3).tolist(),
        },
        "layers": layers,
        "loss": draw(st.sampled_from(["half_squared_error", "mean_squared_error"])),
        "training": {"learning_rate": 0.1},
    }


@settings(max_examples=25, deadline=None)
@given(networks())
def test_the_sweep_agrees_with_differences(spec: dict[str, object]) -> None:
    derivation = Derivation(task_from_mapping(spec))
    assert verify(derivation.network, derivation.first.gradients).ok


@settings(max_examples=15, deadline=None)
@given(networks())
def test_the_paths_add_up_to_the_sweep(spec: dict[str, object]) -> None:
    passed = Derivation(task_from_mapping(spec)).first
    for entry in trained_entries(passed.network):
        paths = passed.graph.paths(entry, 10_000)
        assert len(paths) == passed.graph.count(entry)
        total = sum(passed.path_value(path) for path in paths)
        assert np.isclose(total, passed.gradients[entry[0]][entry[1]], rtol=1e-9, atol=1e-12)


@settings(max_examples=8, deadline=None)
@given(networks())
def test_the_closed_form_has_the_value_of_the_sweep(spec: dict[str, object]) -> None:
    derivation = Derivation(task_from_mapping(spec))
    passed = derivation.first
    given_values = {
        entry_symbol((name, index)): passed.values[name][index]
        for name, array in (passed.given or {}).items()
        for index in np.ndindex(*array.shape)
    }
    entry = next(trained_entries(derivation.network))
    closed = without_functions(derivation.closed_form(entry), derivation.network)
    assert closed.free_symbols <= set(given_values)
    value = float(closed.subs(given_values).evalf(30))
    assert np.isclose(value, passed.gradients[entry[0]][entry[1]], rtol=1e-9, atol=1e-12)


def trained_entries(network: Network) -> Iterator[Entry]:
    """Every element of every trained parameter, in order of declaration."""
    return (
        (q.name, index)
        for q in network.quantities.values()
        if q.role is Role.PARAMETER and q.trained
        for index in np.ndindex(*q.shape)
    )


def dense(**changes: object) -> dict[str, object]:
    return {
        "data": {"inputs": [0.05, 0.10], "targets": [0.01]},
        "layers": [
            {
                "dense": 2,
                "activation": "sigmoid",
                "weights": [[0.15, 0.2], [0.25, 0.3]],
                "bias": 0.35,
            },
            {"dense": 1, "activation": "sigmoid", "weights": [[0.4, 0.45]], "bias": 0.6},
        ],
        "loss": "half_squared_error",
        "training": {"learning_rate": 0.5},
    } | changes


def test_a_bias_that_is_shared_gathers_from_every_unit() -> None:
    """Two paths, one for each hidden unit; numpy says what they add up to."""
    derivation = Derivation(task_from_mapping(dense()))
    passed = derivation.first
    x, w1, w2 = np.array([0.05, 0.1]), np.array([[0.15, 0.2], [0.25, 0.3]]), np.array([0.4, 0.45])
    hidden = 1 / (1 + np.exp(-(w1 @ x + 0.35)))
    out = 1 / (1 + np.exp(-(w2 @ hidden + 0.6)))
    delta = (out - 0.01) * out * (1 - out)
    expected = (delta * w2 * hidden * (1 - hidden)).sum()
    bias = next(q.name for q in derivation.network.parameters() if q.shape == ())
    assert passed.graph.count((bias, ())) == 2
    assert np.isclose(passed.gradients[bias], expected, rtol=1e-12)


def test_carried_numbers_are_the_printed_ones() -> None:
    """As with a pocket calculator: each printed number is what the next one is computed from."""
    spec = dense(numbers={"decimals": 2, "carry": "rounded"})
    derivation = Derivation(task_from_mapping(spec))
    passed = derivation.first
    for array in passed.values.values():
        assert np.allclose(array, np.round(array, 2), atol=1e-12)
    hidden = passed.values[derivation.network.equations[1].target.array]
    assert hidden.tolist() == [0.59, 0.60]  # sigmoid(0.38), sigmoid(0.39)
    entry = next(e for e in trained_entries(derivation.network) if e[1] == (0, 0))
    (path,) = passed.graph.paths(entry, 2)
    factors = [passed.partial_value(f) for f in passed.factors(path)]
    product = float(np.prod(factors))
    assert passed.gradient(entry, "paths") == pytest.approx(round(product, 2), abs=1e-12)


def test_exact_fractions_stay_exact() -> None:
    spec = dense(
        numbers={"exact": True},
        layers=[
            {"dense": 1, "activation": "identity", "weights": [["1/3", "1/7"]], "bias": 0},
        ],
    )
    derivation = Derivation(task_from_mapping(spec))
    weight = derivation.network.parameters()[0].name
    gradient = derivation.first.gradients[weight][0, 0]
    third, seventh = sympy.Rational(1, 3), sympy.Rational(1, 7)
    x1, x2, y = sympy.Rational("0.05"), sympy.Rational("0.1"), sympy.Rational("0.01")
    assert gradient == (third * x1 + seventh * x2 - y) * x1


def test_a_collapsed_softmax_has_the_gradients_of_the_full_chain() -> None:
    spec = {
        "data": {"inputs": [0.5, -0.3], "targets": [0, 1, 0]},
        "layers": [
            {
                "dense": 3,
                "activation": "softmax",
                "weights": [[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]],
                "bias": [0.1, 0.0, -0.1],
            }
        ],
        "loss": "categorical_cross_entropy",
        "training": {"learning_rate": 0.1},
    }
    short = Derivation(task_from_mapping(spec))
    full = Derivation(task_from_mapping(spec | {"document": {"collapse": False}}))
    assert short.collapsed
    assert not full.collapsed
    for name, gradient in full.first.gradients.items():
        assert np.allclose(short.first.gradients[name], gradient, atol=1e-12), name
    weight = short.network.parameters()[0].name
    assert short.first.graph.count((weight, (0, 0))) == 1
    assert full.first.graph.count((weight, (0, 0))) > 1


def test_numbers_are_a_matter_of_the_document_and_not_of_the_check() -> None:
    """The check is of the unrounded gradients, whatever the document carries."""
    derivation = Derivation(task_from_mapping(dense(numbers={"decimals": 1, "carry": "rounded"})))
    assert derivation.unrounded.rounder.numbers == Numbers()
    assert verify(derivation.network, derivation.unrounded.gradients).ok


@pytest.mark.parametrize("view", ["paths", "closed-form"])
def test_a_recurrence_may_have_more_steps_than_python_has_stack(view: str) -> None:
    steps = 520  # two calls a step would be more than the 1000 that Python allows
    task = task_from_mapping(
        {
            "arrays": {"x": {"values": 1, "role": "input"}, "w": 0.5},
            "equations": f"h[0] = x\nh[t] = w + h[t-1]/2\nL = h[{steps}]",
            "ranges": {"t": [1, steps]},
            "loss": "L",
            "document": {"views": [view], "figure": False, "verification": False},
        }
    )
    derived = derive(task)
    assert derived.gradients["w"] == pytest.approx(2)  # 1 + 1/2 + 1/4 + ...
    assert len(derived.to_markdown()) > 1000


def test_paths_are_found_depth_first_and_up_to_a_number() -> None:
    task = task_from_mapping(
        {
            "arrays": {"x": 2},
            "equations": "a = x**2\nb = 3*x\nc = a*b\nd = c + x\nL = d",
            "loss": "L",
        }
    )
    graph = Derivation(task).first.graph
    found = graph.paths(("x", ()), 10)
    assert ["".join(array for array, _ in path) for path in found] == ["Ldcax", "Ldcbx", "Ldx"]
    assert graph.count(("x", ())) == 3
    assert graph.paths(("x", ()), 2) == found[:2]
    assert graph.paths(("L", ()), 2) == ((("L", ()),),)


@pytest.mark.parametrize("loss", ["categorical_cross_entropy", "categorical_cross_entropy_logits"])
@pytest.mark.parametrize("per_output", [False, True])
@pytest.mark.parametrize("samples", [None, 3])
def test_what_a_document_shows_is_the_gradient(
    loss: str, per_output: bool, samples: int | None
) -> None:
    """Also where softmax and cross-entropy are taken in one step, and where each output has an error."""
    x, y = [0.5, -0.3], [0, 1, 0]
    activation = {} if loss.endswith("logits") else {"activation": "softmax"}
    weights = [[0.1, -0.4], [0.3, 0.2], [-0.5, 0.6]]
    spec = {
        "data": {
            "inputs": x if samples is None else [[a + n / 10 for a in x] for n in range(samples)],
            "targets": y if samples is None else [y] * samples,
        },
        "layers": [{"dense": 3, "weights": weights, "bias": "none", **activation}],
        "loss": {"name": loss, "per_output": per_output},
    }
    derivation = Derivation(task_from_mapping(spec))
    assert verify(derivation.network, derivation.first.gradients).ok
