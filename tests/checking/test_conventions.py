"""What a document does where authors differ is found, and where it changes."""

from __future__ import annotations

import pytest

from derivgen.checking.judging.conventions import conventions
from derivgen.checking.manuscript import Passage, Piece
from derivgen.checking.maths.parser import learn as learn_names
from derivgen.checking.maths.parser import read
from derivgen.checking.understanding.definitions import learn
from derivgen.checking.understanding.following import statements_of
from derivgen.checking.understanding.statements import Learned

BASE = [
    "x_1 = 0.5",
    "x_2 = 0.25",
    "w_1 = 0.1",
    "w_2 = 0.2",
    "w_3 = 0.3",
    "w_4 = 0.4",
    "b_1 = 0.35",
    "t = 1",
    r"h_1 = \sigma(w_1 x_1 + w_2 x_2 + b_1) = 0.6225",
    "z_1 = w_1 x_1 + w_2 x_2 + b_1 = 0.4500",
    "z_2 = w_3 x_1 + w_4 x_2 + b_1 = 0.6000",
    r"o = \sigma(z_1 + z_2)",
]
UPDATE = r"w_1^{new} = w_1 - \eta \frac{\partial E}{\partial w_1}"


def learned(formulas: list[str]) -> Learned:
    passages = [Passage(text, (Piece(0, 0),), "latex", "display") for text in formulas]
    vocabulary = learn_names(passages)
    return learn(statements_of((p, read(p.text, "latex", vocabulary)) for p in passages))


@pytest.mark.parametrize(
    ("loss", "wanted"),
    [
        (r"E = \frac{1}{2} (t - o)^2", "the factor 1/2"),
        ("E = 0.5 (t - o)^2", "the factor 1/2"),
        (r"E = \frac{(t - o)^2}{2}", "the factor 1/2"),
        ("E = (t - o)^2", "no factor"),
        (r"E = \frac{1}{4}((t - o)^2 + (t - z_1)^2)", "the factor 1/4"),
    ],
)
def test_the_factor_of_the_loss(loss: str, wanted: str) -> None:
    author = learned([*BASE, loss, UPDATE])
    found, remarks = conventions(author, author.model)
    assert found["loss"] == wanted
    assert not remarks


def test_a_loss_that_changes_is_remarked() -> None:
    author = learned([*BASE, r"E = \frac{1}{2} (t - o)^2", UPDATE, "E = (t - o)^2"])
    _, remarks = conventions(author, author.model)
    assert len(remarks) == 1
    assert "the factor 1/2 at first, and no factor here" in remarks[0].message


@pytest.mark.parametrize(
    ("update", "wanted"),
    [(UPDATE, "minus the gradient"), (UPDATE.replace("w_1 -", "w_1 +"), "plus the gradient")],
)
def test_the_sign_of_the_update(update: str, wanted: str) -> None:
    author = learned([*BASE, r"E = (t - o)^2", update])
    assert conventions(author, author.model)[0]["update"] == wanted


def test_biases() -> None:
    loss = "E = (t - o)^2"
    author = learned([*BASE, loss, UPDATE])
    assert conventions(author, author.model)[0]["bias"] == "shared, not updated"
    author = learned([*BASE, loss, UPDATE, UPDATE.replace("w_1", "b_1")])
    assert conventions(author, author.model)[0]["bias"] == "shared"
    apart = [f.replace("w_4 x_2 + b_1", "w_4 x_2 + b_2") for f in BASE if "h_1" not in f]
    author = learned([*apart, loss])
    assert conventions(author, author.model)[0]["bias"] == "one per unit"
    without = [f.replace(" + b_1", "") for f in BASE]
    author = learned([*without, loss])
    assert conventions(author, author.model)[0]["bias"] == "none"


def test_decimals_are_those_of_results() -> None:
    author = learned([*BASE, "E = (t - o)^2"])
    assert conventions(author, author.model)[0]["decimals"] == "4"


def test_a_bias_with_an_input_of_one_is_a_bias() -> None:
    with_ones = [f.replace("+ b_1", r"+ b_1 \cdot 1") for f in BASE]
    author = learned([*with_ones, "E = (t - o)^2", UPDATE])
    assert conventions(author, author.model)[0]["bias"] == "shared, not updated"


MATRICES = [
    r"X = \begin{bmatrix} 0.5 & -1 \\ 0.2 & 0.8 \\ 0.1 & 0.3 \end{bmatrix}",
    r"T = \begin{bmatrix} 1 \\ 0 \\ 1 \end{bmatrix}",
    r"W = \begin{bmatrix} 0.3 \\ -0.2 \end{bmatrix}",
    "Z = X W + b",
    r"Y = \sigma(Z)",
    r"W \leftarrow W - \eta \frac{\partial J}{\partial W}",
]
TURNED = [
    r"X = \begin{bmatrix} 0.5 & 0.2 & 0.1 \\ -1 & 0.8 & 0.3 \end{bmatrix}",
    r"T = \begin{bmatrix} 1 & 0 & 1 \end{bmatrix}",
    r"W = \begin{bmatrix} 0.3 \\ -0.2 \end{bmatrix}",
    "Z = W^T X + b",
    *MATRICES[4:],
]


@pytest.mark.parametrize(
    ("loss", "wanted"),
    [
        (r"J = \frac{1}{2} \sum_i (Y_i - T_i)^2", "the factor 1/2"),
        (r"J = \frac{1}{3} \sum_i (Y_i - T_i)^2", "the mean of the squares"),
        (r"J = \frac{1}{6} \sum_i (Y_i - T_i)^2", "the factor 1/2 and the mean of the squares"),
        (r"J = \frac{1}{2n} \sum_i (Y_i - T_i)^2", "the factor 1/2 and the mean of the squares"),
    ],
)
def test_a_mean_over_the_samples(loss: str, wanted: str) -> None:
    author = learned([*MATRICES, loss])
    assert conventions(author, author.model)[0]["loss"] == wanted


def test_rows_and_columns() -> None:
    author = learned([*MATRICES, r"J = \sum_i (Y_i - T_i)^2"])
    found, _ = conventions(author, author.model)
    assert found["samples"] == "one in each row"
    assert found["weights"] == "a column for each unit (x W)"
    author = learned([*TURNED, r"J = \sum_i (Y_i - T_i)^2"])
    found, _ = conventions(author, author.model)
    assert found["samples"] == "one in each column"
    assert found["weights"] == "a column for each unit (W^T x)"


@pytest.mark.parametrize(
    ("delta", "wanted"),
    [
        (r"\delta = (o - t) o (1 - o)", "output minus target"),
        (r"\delta = (t - o) o (1 - o)", "target minus output"),
        (r"\delta = -(t - o) o (1 - o)", "output minus target"),
    ],
)
def test_the_sign_of_delta(delta: str, wanted: str) -> None:
    author = learned([*BASE, "E = (t - o)^2", UPDATE, delta])
    assert conventions(author, author.model)[0]["delta"] == wanted


def test_a_delta_that_turns_round_is_remarked() -> None:
    deltas = [r"\delta = (t - o) o (1 - o)", r"\delta_1 = (o - t) o (1 - o) w_1"]
    author = learned([*BASE, "E = (t - o)^2", UPDATE, *deltas])
    _, remarks = conventions(author, author.model)
    assert [r.message for r in remarks] == [
        "a delta is target minus output at first, and output minus target here"
    ]


def test_an_update_by_delta() -> None:
    author = learned([*BASE, "E = (t - o)^2", r"w_1^{new} = w_1 + \eta \delta x_1"])
    found, _ = conventions(author, author.model)
    assert found["update"] == "plus the learning rate times delta"
