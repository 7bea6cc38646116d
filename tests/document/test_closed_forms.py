"""Closed forms are written as the chain rule multiplies, and have the value that is printed behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

import derivgen
from derivgen.checking.report import Verdict
from derivgen.network.spec import read_task, task_from_mapping

EXAMPLES = Path(__file__).parents[2] / "examples"


def closed_forms(spec: dict[str, object], **document: object) -> list[str]:
    """The displays of the closed forms, without their line breaks."""
    asked = {"views": ["closed-form"], "figure": False, **document}
    text = derivgen.derive(task_from_mapping({**spec, "document": asked})).to_markdown()
    part = text[text.index("Closed forms") :].split("## ")[0]
    return [" ".join(lines.split()) for lines in part.split("$$")[1::2]]


def circuit(equations: str, **arrays: float) -> dict[str, object]:
    return {"equations": equations, "arrays": arrays, "loss": "f"}


NEURON: dict[str, object] = {
    "arrays": {
        "x": {"role": "input", "shape": []},
        "w": {"shape": []},
        "b": {"shape": []},
        "y": {"role": "target", "shape": []},
    },
    "equations": "z = w*x + b\na = sigmoid(z)\nf = 2*(a - y)**2",
    "loss": "f",
}


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("loss-first", r"4 (\sigma(w x + b) - y)\, \sigma(w x + b)\, (1 - \sigma(w x + b)) x"),
        ("parameter-first", r"4 x\, \sigma(w x + b)\, (1 - \sigma(w x + b)) (\sigma(w x + b) - y)"),
    ],
)
def test_factors_go_along_the_chain_and_numbers_come_first(order: str, expected: str) -> None:
    [weight, *_] = closed_forms(NEURON, factor_order=order, show=["w"])
    assert weight == rf"\frac{{\partial f}}{{\partial w}} = {expected}"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (circuit("u = 3*x\nv = x - u\nf = u*v", x=2), r"-6 x + 3 (x - 3 x) = -24"),
        (circuit("u = x\nv = x\nf = u + v", x=2), "2 = 2"),
        (circuit("u = x\nv = x\nf = u - v", x=2), "0 = 0"),
        (circuit("u = x*y\nf = x*u", x=2, y=3), "2 x y = 12"),
        (circuit("u = x*y\nv = x*u\nf = x*v", x=2, y=3), "3 x^{2} y = 36"),
        (circuit("u = -x\nf = u**2", x=2), "-2 (-x) = 4"),
    ],
)
def test_equal_products_are_added_up(spec: dict[str, object], expected: str) -> None:
    [first, *_] = closed_forms(spec, show=["x"])
    assert first.split(" = ", 1)[1] == expected


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        ("softplus", r"\sigma(w x + b)"),  # holds its argument once
        ("silu", r"\mathrm{SiLU}^{\prime}(w x + b)"),
        ("gelu_tanh", r"\mathrm{GELU}^{\prime}(w x + b)"),
        ("relu", r"\mathrm{ReLU}^{\prime}(w x + b)"),
    ],
)
def test_a_slope_that_holds_its_argument_often_stands_by_its_name(
    function: str, slope: str
) -> None:
    spec = {**NEURON, "equations": f"z = w*x + b\na = {function}(z)\nf = 2*(a - y)**2"}
    [weight, *_] = closed_forms(spec, show=["w"])
    assert weight.endswith((rf"- y)\, {slope}\, x", f"- y) {slope} x")), weight


@pytest.mark.parametrize("collapse", [True, False])
def test_a_collapsed_derivative_is_collapsed_in_closed_forms_too(collapse: bool) -> None:
    spec: dict[str, object] = {
        "layers": [{"dense": 1, "activation": "sigmoid"}],
        "data": {"inputs": {"shape": 1}, "targets": {"shape": 1}},
        "loss": "binary_cross_entropy",
    }
    [weight, _] = closed_forms(spec, collapse=collapse)
    short = r"(\sigma(w_{1} x + b) - y) x"
    assert weight.replace("^{(1)}", "").replace("w_{11}", "w_{1}").endswith(short) == collapse


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("shared_bias_2_2_1", 8),
        ("two_outputs_2_2_2", 8),
        ("batch_norm", 4),
        ("scalar_circuit", 3),
        ("relu_sigmoid_3_2_1", 11),
    ],
)
def test_the_checker_finds_the_printed_value(name: str, least: int) -> None:
    derived = derivgen.derive(
        read_task(EXAMPLES / f"{name}.yaml"), views=["closed-form"], style="tutorial"
    )
    text = derived.to_markdown()
    first = text[: text.index("Closed forms")].count("\n")
    last = first + text[text.index("Closed forms") :].split("\n## ")[0].count("\n")
    claims = [
        claim
        for claim in derivgen.check(text).claims
        if claim.place.line is not None and first < claim.place.line <= last
    ]
    assert len(claims) >= least
    allowed = {Verdict.CORRECT, Verdict.TRUNCATION}
    assert {claim.verdict for claim in claims} <= allowed


@pytest.mark.parametrize(
    ("equation", "slope"),
    [
        ("f = huber(w*x - y)", ""),
        ("f = 2*gelu(w*x)", ""),
        ("z = w*x\nf = gelu(z)", r"^{\prime}(w x)"),
    ],
)
def test_a_slope_stands_by_its_name_where_it_is_at_what_is_named(equation: str, slope: str) -> None:
    # H'(w x) is no slope of H(w x - y), and gelu'(w x) is half of that of 2 gelu(w x)
    spec = circuit(equation, w=0.7, x=1.5, y=2.5)
    weight = next(form for form in closed_forms(spec) if r"\partial w" in form)
    named = r"^{\prime}(" in weight
    assert named == bool(slope), weight
    assert slope in weight
