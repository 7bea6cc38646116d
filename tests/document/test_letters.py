"""No letter means two things: those of an optimiser give way to those of the network."""

from __future__ import annotations

from typing import Any

import pytest

from derivgen.api import derive, task
from derivgen.document.formulas import Formulas
from derivgen.document.letters import optimiser_names
from derivgen.document.updates import symbol_names
from derivgen.formula.latex import LATEX
from derivgen.network.optimisers import OPTIMISERS

PLAIN = {
    "momentum": [r"\mu", "v"],
    "nesterov": [r"\mu", "v", "d"],
    "rmsprop": [r"\rho", r"\varepsilon", "s"],
    "adam": [r"\beta_{1}", r"\beta_{2}", r"\varepsilon", "m", "v", r"\hat{m}", r"\hat{v}"],
}


def letters(optimiser: str, array: str, latex: str, rate: str = r"\eta") -> list[str]:
    """The optimiser's letters in a network with one parameter that is written ``latex``."""
    given = task(
        arrays={
            array: {"values": [0.5, 0.25]},
            "x": {"role": "input", "values": [1.0, 2.0]},
        },
        equations=f"L = sum(({array}[i]*x[i])**2, i)",
        loss="L",
        training={"learning_rate": 0.1, "learning_rate_name": rate, "optimiser": optimiser},
        notation={"names": {array: latex}},
    )
    derivation = derive(given).derivation
    return [
        LATEX.write(n) for n in optimiser_names(Formulas(derivation, derivation.first)).values()
    ]


@pytest.mark.parametrize("optimiser", sorted(PLAIN))
def test_the_letters_of_the_table_where_nothing_else_has_them(optimiser: str) -> None:
    assert letters(optimiser, "w", "w") == PLAIN[optimiser]


@pytest.mark.parametrize(
    ("optimiser", "latex", "rate", "expected"),
    [
        ("momentum", "w", r"\mu", [r"\gamma", "v"]),
        ("momentum", r"\gamma", r"\mu", [r"\alpha", "v"]),
        ("momentum", "v", r"\eta", [r"\mu", "u"]),
        ("momentum", r"\hat{v}", r"\mu", [r"\gamma", "u"]),
        ("momentum", r"v u q r", r"\eta", [r"\mu", "g"]),
        ("rmsprop", "s", r"\rho", [r"\gamma", r"\varepsilon", "r"]),
        ("rmsprop", "w", r"\epsilon", [r"\rho", r"\delta", "s"]),
        (
            "adam",
            "m",
            r"\beta",
            [r"\gamma_{1}", r"\gamma_{2}", r"\varepsilon", "p", "v", r"\hat{p}", r"\hat{v}"],
        ),
    ],
)
def test_another_letter_where_the_network_has_one(
    optimiser: str, latex: str, rate: str, expected: list[str]
) -> None:
    assert letters(optimiser, "w", latex, rate) == expected


@pytest.mark.parametrize("optimiser", sorted({rule.name for rule in OPTIMISERS.values()}))
@pytest.mark.parametrize("preset", ["standard", "digits"])
def test_the_symbols_of_a_rule_have_names_of_their_own(optimiser: str, preset: str) -> None:
    given = task(
        data={"inputs": [0.6], "targets": [0.9]},
        layers=[{"dense": 1, "weights": [[0.5]], "bias": [0.1]}],
        loss="half_squared_error",
        notation=preset,
        training={"learning_rate": 0.5, "optimiser": optimiser},
    )
    derivation = derive(given).derivation
    formulas = Formulas(derivation, derivation.first)
    names = symbol_names(formulas, formulas.name(("W1", (0, 0))))
    written = [LATEX.write(name) for name in names.values()]
    assert len(set(written)) == len(written)
    text = derive(given).to_markdown()
    steps = OPTIMISERS[optimiser].steps
    for symbol in {s for _, expression in steps for s in expression.free_symbols} & set(names):
        assert LATEX.write(names[symbol]).split("{")[0] in text


@pytest.mark.parametrize(
    ("penalty", "said"),
    [
        ({"l2": 0.1}, "an L2 penalty on all weights."),
        ({"l1": 0.1, "l2": 0.1}, "an L1 penalty and an L2 penalty on all weights."),
        ({"l1": 0.1, "over": ["W2"]}, "an L1 penalty on the weights of the output layer."),
        (
            {"l2": 0.1, "over": ["W1", "b2"]},
            "an L2 penalty on the weights of the hidden layer and the bias of the output layer.",
        ),
    ],
)
def test_a_penalty_is_on_arrays_as_prose_calls_them(penalty: dict[str, object], said: str) -> None:
    given = task(
        data={"inputs": [0.6], "targets": [0.9]},
        layers=[
            {"dense": 2, "activation": "tanh", "weights": [[0.5], [0.2]], "bias": [0.1, 0.2]},
            {"dense": 1, "weights": [[0.5, 0.3]], "bias": 0.1},
        ],
        loss={"name": "half_squared_error", "penalty": penalty},
        training={"learning_rate": 0.5},
    )
    assert f"The loss holds {said}" in derive(given).to_markdown()


def test_a_part_of_an_equation_is_not_named_as_an_array_of_its_author() -> None:
    """``z_r`` beside a gate ``z`` would be taken for an element of it."""
    common: dict[str, Any] = {
        "arrays": {"x": {"values": [0.5, -1], "role": "input"}, "w": [0.4, -0.2], "v": [0.1, 0.3]},
        "loss": "L",
    }
    gate = ["z = sigmoid(w @ x)", "r = tanh(v @ x)", "L = (z*r - 1)**2"]
    with_z = task(equations=gate, **common).network.quantities
    assert {"u_z", "u_r"} <= set(with_z)
    assert not {"z_z", "z_r"} & set(with_z)
    without = task(equations=[line.replace("z", "g") for line in gate], **common)
    assert "z_r" in without.network.quantities
