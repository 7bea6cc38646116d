"""A document whose loss is a multiple of the network's: one finding, and everything else by its own loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import derivgen as dg
from derivgen.checking.report import Report, Verdict
from derivgen.network.task import Task

X, T, ETA = np.array([0.4, -0.6]), np.array([1.0, 0.0, 0.5]), 0.3
W = np.array([[0.5, 0.2], [-0.3, 0.8], [0.1, -0.7]])
B = np.array([0.1, -0.2, 0.3])
OUT = W @ X + B
SLOPE = OUT - T


def spec(loss: str) -> Task:
    return dg.task(
        title="three outputs",
        data={"inputs": X.tolist(), "targets": T.tolist()},
        layers=[{"dense": 3, "weights": W.tolist(), "bias": B.tolist()}],
        loss=loss,
        training={"learning_rate": ETA},
    )


def document(loss: list[str], slip: bool = False) -> str:
    """Half the sum of squares; ``loss`` are the lines that say so, ``slip`` leaves a rate out."""
    lines = [f"$x_1 = {X[0]}$, $x_2 = {X[1]}$, $\\eta = {ETA}$"]
    lines.append(", ".join(f"$t_{k + 1} = {T[k]:g}$" for k in range(3)))
    for k in range(3):
        lines.append(
            f"$w_{{{k + 1}1}} = {W[k, 0]}$, $w_{{{k + 1}2}} = {W[k, 1]}$, $b_{k + 1} = {B[k]}$"
        )
        lines.append(
            f"$$o_{k + 1} = w_{{{k + 1}1}} x_1 + w_{{{k + 1}2}} x_2 + b_{k + 1} = {OUT[k]:.4f}$$"
        )
    lines += loss
    for k in range(3):
        n, g = k + 1, SLOPE[k] * X[0]
        lines.append(rf"$$\frac{{\partial E}}{{\partial o_{n}}} = o_{n} - t_{n} = {SLOPE[k]:.4f}$$")
        lines.append(
            rf"$$\frac{{\partial E}}{{\partial w_{{{n}1}}}} = \frac{{\partial E}}{{\partial o_{n}}} x_1 = {g:.4f}$$"
        )
        rate = 1.0 if slip and k == 0 else ETA
        step = f"({g:.4f})" if slip and k == 0 else rf"{ETA} \cdot ({g:.4f})"
        lines.append(f"$$w_{{{n}1}}' = {W[k, 0]} - {step} = {W[k, 0] - rate * g:.4f}$$")
    return "\n\n".join(lines) + "\n"


HALF = 0.5 * float(SLOPE @ SLOPE)
IN_PARTS = [
    *(
        rf"$$E_{k + 1} = \frac12 (t_{k + 1} - o_{k + 1})^2 = {SLOPE[k] ** 2 / 2:.4f}$$"
        for k in range(3)
    ),
    f"$$E = E_1 + E_2 + E_3 = {HALF:.4f}$$",
]
IN_NUMBERS = [
    r"$$E = \frac12 \left("
    + " + ".join(f"({T[k]:g} - ({OUT[k]:.4f}))^2" for k in range(3))
    + rf"\right) = {HALF:.4f}$$"
]


def roots(report: Report) -> list[tuple[str, str | None]]:
    wrong = [c for c in report.claims if c.verdict is Verdict.WRONG and c.cause is None]
    return [(c.message.partition(";")[0], c.diagnosis) for c in wrong]


@pytest.mark.parametrize("lines", [IN_PARTS, IN_NUMBERS])
@pytest.mark.parametrize(
    ("loss", "factor", "named"),
    [("mean_squared_error", "3/2", None), ("squared_error", "1/2", "factor_two")],
)
def test_another_factor_of_the_loss_is_said_as_one(
    lines: list[str], loss: str, factor: str, named: str | None
) -> None:
    network = spec(loss)
    found = f"E is {factor} times what it is in the network", named
    report = dg.check(document(lines), network)
    assert roots(report) == [found]
    assert report.count(Verdict.WRONG) == 1
    # a mistake beside it is not hidden by it
    one, two = roots(dg.check(document(lines, slip=True), network))
    assert one == found
    assert two[1] == "no_learning_rate"


@pytest.mark.parametrize("lines", [IN_PARTS, IN_NUMBERS])
def test_the_network_s_own_loss_is_no_finding(lines: list[str]) -> None:
    report = dg.check(document(lines), spec("half_squared_error"))
    assert report.count(Verdict.CORRECT) == len(report.claims)
    assert report.mapping["E"] == "L"


def test_a_wrong_number_of_the_loss_is_a_slip() -> None:
    text = document([IN_NUMBERS[0].replace(f"= {HALF:.4f}", f"= {HALF * 2:.4f}")])
    (found,) = roots(dg.check(text, spec("half_squared_error")))
    assert "times" not in found[0]


def test_names_that_count_from_zero_are_found_beside_another_loss(tmp_path: Path) -> None:
    """What is printed for other units would make fewer lines wrong, and the given values of all of them."""
    cases = Path(__file__).parent.parent / "data" / "cases"
    spec_text = (cases / "counted_from_zero.txt.half.yaml").read_text(encoding="utf-8")
    network = tmp_path / "sum.yaml"
    network.write_text(spec_text.replace("half_squared_error", "squared_error"), encoding="utf-8")
    text = (cases / "counted_from_zero.txt").read_text(encoding="utf-8")
    report = dg.check(text, network, language="text")
    roots = [c for c in report.claims if c.verdict is Verdict.WRONG and c.cause is None]
    assert [(c.place.line, c.diagnosis) for c in roots] == [(19, "factor_two")]
