"""Parts of a document after a step of training: the names of parameters mean their new values there."""

from __future__ import annotations

import pytest

import derivgen
from derivgen.checking.reading import read_manuscript
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.rows_of_steps import MOST_ROWS
from derivgen.checking.understanding.steps import steps_of

#: w = 0.5, x = 2, y = 3, L = (y - w x)^2: w x = 1, dL/dw = -2 x (y - w x) = -8, w+ = 0.5 + 0.1 * 8 = 1.3
POST = """\
# A weight

Given are $x = 2$, $y = 3$, $w = 0.5$ and $\\eta = 0.1$; $z = w x$ and $L = (y - z)^2$.

## Iteration 1

$z = 0.5 \\cdot 2 = 1$, so that $\\frac{\\partial L}{\\partial w} = -2 x (y - z) = -2 \\cdot 2 \\cdot (3 - 1) = -8$ and

$w^{+} = w - \\eta \\frac{\\partial L}{\\partial w} = 0.5 - 0.1 \\cdot (-8) = 1.3$.

## Iteration 2

$z = w x = %s \\cdot 2 = %s$, so that $\\frac{\\partial L}{\\partial w} = -2 x (y - z) = -2 \\cdot 2 \\cdot (3 - 2.6) = -1.6$.

## What was learned

Before any of this, $z = w x = 1.0$.
"""


def wrong(text: str) -> list[str]:
    return [c.printed for c in derivgen.check(text).claims if c.verdict is Verdict.WRONG]


def test_the_second_iteration_begins_with_the_new_weight() -> None:
    report = derivgen.check(POST % ("1.3", "2.6"))
    assert {claim.verdict for claim in report.claims} == {Verdict.CORRECT}


def test_the_old_weight_is_wrong_in_the_second_iteration() -> None:
    assert wrong(POST % ("0.5", "1.0"))


@pytest.mark.parametrize(
    ("heading", "later", "count"),
    [
        ("## Training step 1", "## Training step 2", 1),
        ("## Epoch 0", "## Epoch 1", 1),
        ("# First iteration", "# Third iteration: nearly there", 2),
        ("\\section{Iteration 1}", "\\section*{Iteration 3}", 2),
        ("## **Iteración 1**", "## **Iteración 2**", 1),
        ("### Primera época", "### Tercera época", 2),
        ("## Première itération", "## Deuxième itération : le retour", 1),
        ("**Erste Iteration:**", "**Zweite Iteration:**", 1),
        ("## 🔁 Epoch 1/3", "## 🔁 Epoch 3/3", 2),
        ("## Итерация 1", "## Вторая итерация", 1),
        ("### 第一次迭代", "### 第 2 轮", 1),
        ("## Época n.º 1", "## Época n.º 2", 1),
        ("## Iteraciones: 1", "## Iteraciones: 2", 0),
        ("## Step 1: the forward pass", "## Step 2: the backward pass", 0),
        ("We stop in iteration 1 here.", "We stop in iteration 2 here.", 0),
    ],
)
def test_headings_of_steps(heading: str, later: str, count: int) -> None:
    text = f"{heading}\n\nHere $a = 1$.\n\n{later}\n\nHere $a = 2$.\n"
    steps = steps_of(read_manuscript(text, "post.md", "markdown"))
    assert steps.at(text.index("a = 1")) == 0
    assert steps.at(text.index("a = 2")) == count


#: 0.35 * 0.35 = 0.1225, printed as 0.12; 0.12 * 0.35 = 0.042; without rounding 0.042875
CARRIED = """\
%s

$a = 0.35$, $b = a \\cdot a = 0.35 \\cdot 0.35 \\approx 0.12$, $c = a \\cdot b = 0.35 \\cdot %s \\approx %s$.
"""
SAID = "Every number is rounded when it is printed, and the rounded number is carried on."


@pytest.mark.parametrize(
    ("said", "operand", "result", "verdict"),
    [
        (SAID, "0.12", "0.042", Verdict.CORRECT),
        ("Nothing is said.", "0.12", "0.042", Verdict.ROUNDING),
        (
            "Numbers are cut when they are printed; they are carried on in full.",
            "0.12",
            "0.0420",
            Verdict.ROUNDING,
        ),
        # 0.042875 cut, as it says
        (
            "Numbers are cut when they are printed; they are carried on in full.",
            "0.12",
            "0.042",
            Verdict.TRUNCATION,
        ),
        (
            "Only what is printed is rounded, we go on with the exact numbers.",
            "0.12",
            "0.042",
            Verdict.ROUNDING,
        ),
        (SAID, "0.12", "0.048", Verdict.WRONG),
    ],
)
def test_a_document_says_that_it_carries_rounded_numbers(
    said: str, operand: str, result: str, verdict: Verdict
) -> None:
    report = derivgen.check(CARRIED % (said, operand, result))
    assert report.claims[-1].verdict is verdict


def test_an_operand_that_was_never_printed_is_not_carried() -> None:
    report = derivgen.check(CARRIED % (SAID, "0.19", "0.067"))
    assert Verdict.WRONG in {claim.verdict for claim in report.claims}


def test_the_rows_of_a_long_table_are_judged_or_listed_as_not_read() -> None:
    # w = 1, w <- w - 0.01 * 2 w, each step from the printed numbers
    weight, rows = 1.0, []
    for step in range(MOST_ROWS + 3):
        slope = round(2 * weight, 6)
        rows.append(f"| {step} | {weight:.6f} | {slope:.6f} |")
        weight = round(weight - 0.01 * slope, 6)
    head = "| step | $w$ | $\\frac{dL}{dw}$ |\n|---|---|---|\n"
    text = (
        "The loss is $L = w^2$, $w = 1$, $\\eta = 0.01$, "
        "and $w \\leftarrow w - \\eta \\frac{dL}{dw}$.\n\n" + head + "\n".join(rows)
    )
    report = derivgen.check(text, language="markdown")
    assert {claim.verdict for claim in report.claims} == {Verdict.CORRECT}
    assert len(report.claims) >= 2 * MOST_ROWS
    assert [unread.text for unread in report.unread] == ["50", "51", "52"]
