"""A derivative of one term is not written like the derivative of the whole."""

from __future__ import annotations

from typing import Any

import pytest

import derivgen
from derivgen.network.spec import task_from_mapping


def markdown(view: str, **changes: Any) -> str:
    spec: dict[str, Any] = {
        "layers": [
            {"dense": 1, "activation": "sigmoid", "weights": [["0.4"]], "bias": ["0.1"]},
            {"dense": 1, "weights": [["0.7"]], "bias": "none"},
        ],
        "data": {"inputs": ["0.5"], "targets": ["1"]},
        "loss": {"name": "half_squared_error", "penalty": {"l2": 0.01}},
        "training": {"learning_rate": 0.5},
        "document": {"views": [view], "style": "tutorial", "figure": False},
    }
    return derivgen.derive(task_from_mapping({**spec, **changes})).to_markdown()


@pytest.mark.parametrize("view", ["reuse", "paths"])
def test_the_share_of_a_penalty_is_the_derivative_of_its_term(view: str) -> None:
    text = markdown(view)
    w = r"w_{11}^{(2)}"
    assert rf"\frac{{\partial (0.01 ({w})^{{2}})}}{{\partial {w}}} = 0.02 {w}" in text
    assert rf"\frac{{\partial L}}{{\partial {w}}} = 0.02 {w}" not in text


@pytest.mark.parametrize("view", ["reuse", "paths"])
def test_the_sentence_before_it_is_about_that_term(view: str) -> None:
    text = markdown(view)
    w = r"w_{11}^{(2)}"
    said = f"${w}$ stands in $L$ itself as well, in $0.01 ({w})^{{2}}$. Differentiate that"
    assert text.index(said) < text.index(
        rf"\frac{{\partial (0.01 ({w})^{{2}})}}{{\partial {w}}} = "
    )
    about = [part.split("$")[2] for part in text.split("Differentiate $L = ")[1:]]
    assert w not in about


@pytest.mark.parametrize("view", ["reuse", "paths"])
def test_a_plain_network_has_plain_tokens(view: str) -> None:
    assert r"\partial (" not in markdown(view, loss={"name": "half_squared_error"})
