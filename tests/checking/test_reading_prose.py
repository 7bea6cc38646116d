"""Statements loose in prose: where they begin and end."""

from __future__ import annotations

import pytest

from derivgen.checking.reading import code, delimiters, read_manuscript
from derivgen.checking.reading.prose import statements


def found(text: str, *, code: bool = False) -> list[str]:
    return [text[one.start : one.end] for one in statements(text, code=code) if not one.doubt]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("∂E/∂w5 = 0.0822 and w1 = 0.15.", ["∂E/∂w5 = 0.0822", "w1 = 0.15"]),
        ("Let's assume learning rate = 0.5", ["learning rate = 0.5"]),
        (
            "Set w1 = 0.15, w2 = 0.20 and b1 = 0.35 (for hidden units)",
            ["w1 = 0.15", "w2 = 0.20", "b1 = 0.35"],
        ),
        ("w5 = 0.40 (h1 to o1)", ["w5 = 0.40"]),
        ("If y = f(u) and u = g(x) then", ["y = f(u)", "u = g(x)"]),
        (
            "L = 0.5 (0.01 - 0.75)^2\n = 0.2738\nw1 = 3",
            ["L = 0.5 (0.01 - 0.75)^2\n = 0.2738", "w1 = 3"],
        ),
        ("- w1 = 0.3\n- w2 = 0.4", ["w1 = 0.3", "w2 = 0.4"]),
        ("z = w1 x1 + w2 x2 + b = 0.3", ["z = w1 x1 + w2 x2 + b = 0.3"]),
        ("a = 0.47 out_{h2} = 0.6", ["a = 0.47", "out_{h2} = 0.6"]),
        ("x = w7The fourth", ["x = w7"]),
        ("e = \\frac{\\partial E}{\\partial w}Let's go", ["e = \\frac{\\partial E}{\\partial w}"]),
        ("the error = a measure of how good it is", []),
        ("Output o is > 0.5 so it is 1", []),
        ("see https://a.b/?x=1&y=2 for more", []),
        ("if a == 3 then", []),
        (
            "w_new = w - α·∂E/∂w = 0.4 − 0.5·0.08 = 0.36.",
            ["w_new = w - α·∂E/∂w = 0.4 − 0.5·0.08 = 0.36"],
        ),
        ("w ← w − 0.1 g", ["w ← w − 0.1 g"]),
        ("(with η = 0.5)", ["η = 0.5"]),
        (
            "the slope dL/da = -(y/a) + (1-y)/(1-a) = -1.33",
            ["dL/da = -(y/a) + (1-y)/(1-a) = -1.33"],
        ),
        ("net = 1.1, out = 0.75", ["net = 1.1", "out = 0.75"]),
        ("w1: 0.15\nw2: -0.2, b1: 0.3 (hidden)", ["w1: 0.15", "w2: -0.2", "b1: 0.3"]),
        ("Learning rate: 0.5", ["Learning rate: 0.5"]),
        ("Step 1: 2 neurons, h1: 2 inputs, ratio x1:x2", []),
        ("y = σ(z) = 1/(1+e^{-z}), where z is given", ["y = σ(z) = 1/(1+e^{-z})"]),
        ("y = w2 * a\nE = 3 * b", ["y = w2 * a", "E = 3 * b"]),
        ("We have y = w2 * a and so on", ["y = w2 * a"]),
        ("z = 0.4 * x + bias term", []),
        ("v = 0.7\ny = v a = 0.1\nL = y^2 = 0.01", ["v = 0.7", "y = v a = 0.1", "L = y^2 = 0.01"]),
        ("cost = 3 * number of units", []),
        ("L = 1/2 sum((t - y)^2) = 0.3", ["L = 1/2 sum((t - y)^2) = 0.3"]),
        ("u = p + 2 q = -1 and v = 3", ["u = p + 2 q = -1", "v = 3"]),
        (
            "h2 = 0.5, d1 = 0.1\ng1 = d1 h1 = 0.04        g2 = d1 h2 = 0.05",
            ["h2 = 0.5", "d1 = 0.1", "g1 = d1 h1 = 0.04", "g2 = d1 h2 = 0.05"],
        ),
        (
            "  gate   of x        bias\n  ----   ---------   ------\n  f      w_f = 0.4   b_f = 0.5",
            ["w_f = 0.4", "b_f = 0.5"],
        ),
        (
            "v = [0.3, -0.2]\ndJ/du = (p·q - 1) v = [-0.14, 0.09]",
            ["v = [0.3, -0.2]", "dJ/du = (p·q - 1) v = [-0.14, 0.09]"],
        ),
    ],
)
def test_statements_in_prose(text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    ["x1, x2 = 0.05, 0.10 are", "accuracy = 95% here", "z = 0.05 0.15 are the numbers"],
)
def test_what_may_mean_two_things_is_doubted(text: str) -> None:
    assert found(text) == []
    assert any(one.doubt for one in statements(text))


def test_numbers_side_by_side_are_a_product_in_code_only() -> None:
    assert found("z = 0.05 0.15", code=True) == ["z = 0.05 0.15"]


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\nz = 3",
        "def f(x):\n    return x",
        "y = np.exp(x)",
        "loss += 1",
        "for i in range(3):\n  z = i",
        "x = 'text'",
        "model.fit(x)",
        "w[1:3] = 0",
    ],
)
def test_programs_are_no_mathematics(text: str) -> None:
    assert code.is_program(text)


@pytest.mark.parametrize(
    "text",
    [
        "z_h1 = x1 w1 + x2 w2 + b1 = 0.05 0.15 + 0.10 0.20 + 0.35 = 0.3775",
        "dL/dw5 ≈ 0.7414 * 0.1868",
        "x = [0.05, 0.10]",
        "y' = sigmoid(z)",
        "if z > 0 then 1",
    ],
)
def test_mathematics_is_no_program(text: str) -> None:
    assert not code.is_program(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$a$ and $$b$$", ["a", "b"]),
        ("\\(a\\) \\[b\\] \\\\(c\\\\)", ["a", "b", "c"]),
        ("$`a`$", ["a"]),
        ("costs $5 and $6", []),
        ("from $5 to the other end for $6", []),
        ("an open $ and nothing\n\nmore$", []),
        ("\\$5 and $x$", ["x"]),
        ("$\\text{cost of \\$5}$", ["\\text{cost of \\$5}"]),
        ("\\begin{align}a\\end{align}", ["a"]),
        ("\\begin{figure}a\\end{figure}", []),
        ("\\[ a \\\\[2pt] b \\]", [" a \\\\[2pt] b "]),
    ],
)
def test_delimiters(text: str, expected: list[str]) -> None:
    made = delimiters.Delimiters(text)
    inner = []
    at = 0
    while (one := made.find(at)) is not None:
        inner.append(text[one.inner_start : one.inner_end])
        at = one.end
    assert inner == expected


def test_a_colon_reads_as_an_equals_sign() -> None:
    manuscript = read_manuscript("- **w1:** 0.15\n- $\\eta$: 0.5\n- Learning rate: 0.1", "a.md")
    assert [passage.text for passage in manuscript.passages] == [
        "w1 = 0.15",
        "\\eta = 0.5",
        "Learning_rate = 0.1",
    ]
