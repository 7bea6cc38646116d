"""What a document says of its optimiser: the rule, its settings, and how it is set."""

from __future__ import annotations

import pytest

import derivgen as dg
from derivgen.network.spec import task_from_mapping


def text_of(optimiser: str, style: str) -> str:
    spec = {
        "data": {"inputs": ["0.5", "2"], "targets": ["1"]},
        "layers": [{"dense": 1, "weights": [["2", "1"]], "bias": "none"}],
        "loss": "half_squared_error",
        "training": {"learning_rate": 0.1, "optimiser": optimiser, "steps": 2, "show": 2},
        "document": {"style": style, "figure": False},
    }
    return dg.derive(task_from_mapping(spec)).to_markdown()


@pytest.mark.parametrize(
    ("optimiser", "rule"),
    [
        ("gradient_descent", r"w_{11}^{(1)+} = w_{11}^{(1)} - \eta\,"),
        ("nesterov", r"v &\leftarrow \mu v +"),
        ("adamw", r"\hat{v} &= \frac{v}{1 - \beta_{2}^{t}}"),
    ],
)
def test_a_summary_has_the_rule_of_its_updates_once(optimiser: str, rule: str) -> None:
    text = text_of(optimiser, "summary")
    assert text.count(rule) == 1
    assert text.count(r"the learning rate is $\eta = 0.1$") == 1
    assert text.count("The values before and after the update:") == 2
    assert (r"$\mu = 0.9$" in text) == (optimiser == "nesterov")


@pytest.mark.parametrize("style", ["tutorial", "handout", "summary"])
@pytest.mark.parametrize("optimiser", ["rmsprop", "adagrad"])
def test_a_derivative_is_not_squeezed_into_a_numerator(optimiser: str, style: str) -> None:
    text = text_of(optimiser, style)
    assert r"\frac{\eta}{\sqrt{s} + \varepsilon}\, \frac{\partial L}{\partial w_{11}^{(1)}}" in text


@pytest.mark.parametrize("views", [["matrix"], ["paths", "matrix"], ["reuse"], ["closed-form"]])
def test_a_tutorial_has_the_rule_of_its_updates_before_their_results(views: list[str]) -> None:
    spec = {
        "data": {"inputs": ["0.5", "2"], "targets": ["1", "0"]},
        "layers": [{"dense": 2, "weights": [["2", "1"], ["1", "-1"]], "bias": "none"}],
        "loss": "half_squared_error",
        "training": {"learning_rate": 0.1, "optimiser": "adam"},
        "document": {"views": views, "figure": False},
    }
    text = dg.derive(task_from_mapping(spec)).to_markdown()
    rule, result = r"\frac{\eta \hat{m}}{\sqrt{\hat{v}} + \varepsilon}", text.index("1.9")
    assert rule in text[:result]
    assert text.count("a plus marks") == 1


@pytest.mark.parametrize("style", ["tutorial", "handout", "summary"])
@pytest.mark.parametrize(
    ("optimiser", "head", "kept"),
    [
        # z = 3, so that the gradients are 2 x = (1, 4)
        ("gradient_descent", "Gradient | New value", [["1.0000"], ["4.0000"]]),
        ("momentum", "Gradient | $v$ | New value", [["1.0000", "1.0000"], ["4.0000", "4.0000"]]),
        (
            "adam",
            "Gradient | $m$ | $v$ | New value",
            [["1.0000", "0.1000", "0.00100"], ["4.0000", "0.4000", "0.0160"]],
        ),
    ],
)
def test_what_an_optimiser_keeps_stands_in_the_table_of_updates(
    optimiser: str, style: str, head: str, kept: list[list[str]]
) -> None:
    lines = text_of(optimiser, style).splitlines()
    at = next(n for n, line in enumerate(lines) if head in line)
    rows = [[cell.strip(" $") for cell in line.split("|")[3:-2]] for line in lines[at + 2 : at + 4]]
    assert [[f"{float(c):.4f}" for c in row] for row in rows] == [
        [f"{float(c):.4f}" for c in row] for row in kept
    ]
