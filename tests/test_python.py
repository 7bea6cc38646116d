"""The public names of the package, as somebody at a Python prompt uses them."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import sympy

import derivgen

ROOT = Path(__file__).resolve().parents[1]


def test_no_module_hides_a_public_name() -> None:
    # importing a submodule binds its name in the package, over a lazy name of the same spelling
    modules = {module.name for module in pkgutil.iter_modules(derivgen.__path__)}
    assert not modules & set(derivgen.__all__)


def test_every_public_name_is_there() -> None:
    for name in derivgen.__all__:
        home = import_module(getattr(derivgen, name).__module__)
        assert getattr(derivgen, name) is getattr(home, name)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        derivgen.nothing  # noqa: B018  (reading the attribute is what is tried)


@pytest.mark.parametrize("spelling", ["w_{001}", "w_001", "w001", "W1[0,1]"])
def test_a_gradient_is_found_under_every_spelling_of_its_name(spelling: str) -> None:
    d = derivgen.derive(derivgen.load(ROOT / "examples" / "relu_sigmoid_3_2_1.yaml"))
    assert d.gradient(spelling).value == d.gradients["W1"][0, 1] != 0


def test_the_loss_has_the_name_that_the_document_prints_too() -> None:
    d = derivgen.derive(derivgen.load(ROOT / "examples" / "relu_sigmoid_3_2_1.yaml"))
    assert d.gradient("E").value == d.gradient("L").value == 1.0


def test_a_task_is_made_from_keyword_arguments() -> None:
    x = np.array([0.5, -1.0])
    task = derivgen.task(
        data={"inputs": x, "targets": [1.0]},
        layers=[{"dense": 1, "activation": "tanh", "weights": [[0.4, -0.2]], "bias": "none"}],
        loss="half_squared_error",
    )
    d = derivgen.derive(task)
    a = np.tanh(0.4 * 0.5 + 0.2)
    np.testing.assert_allclose(d.gradients["W1"], [(a - 1) * (1 - a * a) * x])


def test_a_closed_form_holds_no_function_that_does_nothing() -> None:
    task = derivgen.task(
        data={"inputs": {"shape": 1}, "targets": {"shape": 1}},
        layers=[{"dense": 1, "activation": "identity", "bias": "none"}],
        loss="half_squared_error",
    )
    x, y, w = (sympy.Symbol(name) for name in ("x[0]", "y[0]", "W1[0,0]"))
    closed = derivgen.derive(task).gradient("W1[0,0]").closed
    found = closed.subs({s: sympy.Symbol(str(s)) for s in closed.free_symbols})
    assert sympy.expand(found - x * (w * x - y)) == 0


@pytest.mark.parametrize(
    ("network", "says"),
    [
        ("layers: [{dense: 1, activation: sigmoid, weights: [[1]], bias: none}]", "exp"),
        (
            "layers: [{dense: 1, weights: [[1]], bias: none}]\ntraining: {optimiser: adam, learning_rate: 1}",
            "adam",
        ),
    ],
)
def test_numbers_that_are_no_fractions_point_at_what_asks_for_fractions(
    tmp_path: Path, network: str, says: str
) -> None:
    spec = tmp_path / "net.yaml"
    data = "data: {inputs: [2], targets: [1]}\nloss: half_squared_error\nnumbers:\n  exact: true\n"
    spec.write_text(data + network)
    with pytest.raises(derivgen.DerivgenError, match=says) as caught:
        derivgen.derive(derivgen.load(spec)).to_markdown()
    found = caught.value.diagnostic
    assert found.code == "E503"
    assert found.place is not None
    assert (found.place.line, found.place.column) == (4, 3)
    assert "decimals" in found.hint
