"""Values behind labels that end with a name: which are given, and which are somebody's results."""

from __future__ import annotations

import pytest

from derivgen.checking.reading import read_manuscript


def passages(text: str) -> list[str]:
    return [passage.text for passage in read_manuscript(text, "post.md", "markdown").passages]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("- **Input vector ($x$)**: $[0.5, -0.2]$", "x = [0.5, -0.2]"),
        ("- Desired output $y$: $1$", "y = 1"),
        ("* Biases of layer 1 ($b^{(1)}$): \\([0.1, -0.2]\\)", "b^{(1)} = [0.1, -0.2]"),
        ("* Lernrate ($\\eta$): $0.1$", "\\eta = 0.1"),
        ("* 学习率（$\\eta$）：$0.1$", "\\eta = 0.1"),
        (
            "Weights ($W$): $\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}$",
            "W = \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}",
        ),
        ("- Gradient for the weight ($w$): $0.3$", None),
        ("- New bias ($b$): $0.3$", None),
        ("- Weights after the update ($w$): $0.3$", None),
        ("- The sum of the inputs ($s$): $0.7$", None),
        ("- Loss ($L$): $0.7$", None),
        ("- Weights ($w_1$, $w_2$): $0.3$", None),
        ("- Weight ($w$): $x + 1$", None),
    ],
)
def test_a_label_gives_a_value(line: str, read: str | None) -> None:
    given = [text for text in passages(line) if " = " in text]
    assert given == ([] if read is None else [read])


def test_a_name_far_behind_a_border_has_no_label() -> None:
    far = "Weights." + " " * 100_000 + "#" * 70 + "($w$): $0.3$"
    assert " = " not in "".join(passages(far))


def test_a_long_list_that_is_no_value_is_no_value() -> None:
    assert " = " not in "".join(passages(f"- Input ($x$): $[{'1,' * 5_000}1] z$"))


def test_a_value_behind_a_label_stands_where_the_name_does() -> None:
    text = "- Input ($x$): $0.5$\n- Weight ($w$): $0.25$\n"
    manuscript = read_manuscript(text, "post.md", "markdown")
    (_, weight) = manuscript.passages
    assert text[weight.source_of(0)] == "w"
    assert text[weight.source_of(weight.text.index("0.25"))] == "0"
