"""Gradients that sum over many readers: what is written of them carries something."""

from __future__ import annotations

import derivgen as dg


def gradient_of(name: str, inputs: list[str]) -> str:
    """The derivative with respect to one weight of a filter that slides over the inputs."""
    task = dg.task(
        arrays={"x": {"values": inputs, "role": "input"}, "w": ["1", "-1"]},
        ranges={"i": len(inputs) - 1},
        equations=["s[i] = sum(w[u]*x[i + u], u)", "L = sum(s[i]**2, i)/2"],
        loss="L",
        document={"views": ["reuse"], "figure": False},
    )
    text = dg.derive(task).to_markdown()
    start = text.index(rf"\frac{{\partial L}}{{\partial {name}}} &=")
    return text[start : text.index(r"\end{aligned}", start)]


def test_of_a_sum_whose_first_terms_are_0_those_are_written_that_are_not() -> None:
    inputs = ["0"] * 14
    inputs[6], inputs[10] = "2", "3"
    found = gradient_of("w_{0}", inputs)
    assert r"\partial s_{6}} \cdot \frac{\partial s_{6}}{\partial w_{0}}" in found
    assert r"0 \cdot 0 + \cdots + 2 \cdot 2 + \cdots + 3 \cdot 3 + 0 \cdot 0 + 0 \cdot 0" in found


def test_a_sum_whose_first_terms_tell_something_begins_with_them() -> None:
    found = gradient_of("w_{0}", [str(n) for n in range(14)])
    assert r"-1 \cdot 0 - 1 \cdot 1 - 1 \cdot 2 + \cdots - 1 \cdot 12" in found


def test_dots_stand_for_more_than_one_term() -> None:
    inputs = ["0"] * 14
    inputs[2] = "2"
    assert r"0 \cdot 0 - 2 \cdot 0 + 2 \cdot 2 + \cdots + 0 \cdot 0" in gradient_of("w_{0}", inputs)
