"""Sentences that a teacher adds: each stands only where it is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from derivgen.api import derive, load, task
from derivgen.derivation.instances import stage_of
from derivgen.document import remarks
from derivgen.document.formulas import Formulas

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SENTENCE = "every weight that multiplies it has the gradient 0"


def test_a_zero_input_silences_the_weights_that_meet_nothing_else() -> None:
    network = task(
        data={"inputs": [0, 1], "targets": [1]},
        layers=[{"dense": 1, "weights": [[0.5, 0.2]], "bias": "none", "activation": "sigmoid"}],
        loss="half_squared_error",
    )
    derived = derive(network, style="tutorial")
    assert derived.gradients["W1"][0, 0] == 0 != derived.gradients["W1"][0, 1]
    assert derived.to_markdown().count(SENTENCE) == 1


def test_nothing_is_said_of_a_zero_whose_weights_meet_other_inputs_too() -> None:
    # a kernel is shared by all windows: its gradient is not 0 where one pixel is
    derived = derive(load(EXAMPLES / "conv_pool.yaml"), style="tutorial")
    assert (derived.values["x"] == 0).any()
    assert derived.gradients["K"].any()
    assert SENTENCE not in derived.to_markdown()


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "leaky_relu", "hard_tanh"])
def test_units_told_apart_by_arrays_are_those_told_one_by_one(
    activation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = task(
        data={"inputs": [0.5, 1], "targets": [1]},
        layers=[
            {
                "dense": 5,
                "weights": [[1, 1], [-2, 1], [-8, -9], [9, 8], [2, -2]],
                "bias": [0, 0, 0, 0.5, 1],
                "activation": activation,
            },
            {"dense": 1, "weights": [[1, 2, 3, 4, 5]], "bias": [0]},
        ],
        loss="half_squared_error",
    )
    formulas = Formulas(derivation := derive(network).derivation, derivation.first)
    entries = [("a1", (unit,)) for unit in range(5)]
    assert remarks._notable(formulas, stage_of(derivation.network, entries[0])[0]) is not None
    told = tuple(remarks.forward_remarks(formulas, entries))
    assert told
    monkeypatch.setattr(remarks, "_notable", lambda *_: None)
    assert tuple(remarks.forward_remarks(formulas, entries)) == told
