"""Sentences that a teacher adds: each stands only where it is true."""

from __future__ import annotations

from pathlib import Path

from derivgen.api import derive, load, task

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
