"""Documents in notations of their own against networks of a spec; the numbers are numpy's, made here."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import derivgen as dg
from derivgen.api import checked
from derivgen.checking.report import Report, Verdict
from derivgen.checking.writing.terminal import terminal_text
from derivgen.network.task import Task

X = np.array([0.3, -0.7, 0.5])
V = np.array([[0.2, -0.4, 0.1], [0.6, 0.3, -0.5]])
C = np.array([0.05, -0.1])
W = np.array([0.7, -0.3])
B, T, ETA = 0.2, 1.0, 0.5


def spec(**changes: object) -> Task:
    layers = [
        {"dense": 2, "activation": "tanh", "weights": V.tolist(), "bias": C.tolist()},
        {"dense": 1, "activation": "sigmoid", "weights": [W.tolist()], "bias": [B]},
    ]
    keys: dict[str, object] = {
        "title": "three inputs",
        "data": {"inputs": X.tolist(), "targets": [T]},
        "layers": layers,
        "loss": "half_squared_error",
        "training": {"learning_rate": ETA},
    }
    return dg.task(**{**keys, **changes})


def document(
    turned: bool = False,
    start: int = 1,
    half: bool = True,
    shift: float = 0.0,
    x: np.ndarray = X,
    rate: float = ETA,
    changes: dict[str, str] | None = None,
) -> str:
    """A derivation with v from i to j as ``v_{ij}``, or ``v_{ji}`` where ``turned``; ``shift`` moves all
    weights and biases."""
    v, c, w, b = V + shift, C + shift, W + shift, B + shift
    k, two = (0.5, "") if half else (1.0, "2")

    def name(j: int, i: int) -> str:
        one, other = (j, i) if turned else (i, j)
        return f"v_{{{one + start}{other + start}}}"

    def given(label: str, value: float) -> str:
        return f"${label} = {round(float(value), 4)}$"

    z = v @ x + c
    h = np.tanh(z)
    s = w @ h + b
    o = 1 / (1 + np.exp(-s))
    delta = 2 * k * (o - T) * o * (1 - o)
    deltas = delta * w * (1 - h**2)
    units, inputs = range(2), range(3)
    lines = [
        ", ".join(given(f"x_{i + start}", x[i]) for i in inputs) + f", $t = 1$, $\\eta = {rate}$"
    ]
    lines.append(", ".join(given(name(j, i), v[j, i]) for j in units for i in inputs))
    lines.append(", ".join(given(f"c_{j + start}", c[j]) for j in units))
    lines.append(", ".join(given(f"w_{j + start}", w[j]) for j in units) + ", " + given("b", b))
    for j in units:
        n = j + start
        total = " + ".join(f"{name(j, i)} x_{i + start}" for i in inputs)
        lines.append(f"$$u_{n} = {total} + c_{n} = {z[j]:.4f}$$")
        lines.append(f"$$h_{n} = \\tanh(u_{n}) = {h[j]:.4f}$$")
    total = " + ".join(f"w_{j + start} h_{j + start}" for j in units)
    lines.append(f"$$s = {total} + b = {s:.4f}$$")
    lines.append(f"$$o = \\sigma(s) = {o:.4f}$$")
    factor = r"\frac{1}{2}" if half else ""
    lines.append(f"$$E = {factor}(t - o)^2 = {k * (T - o) ** 2:.4f}$$")
    lines.append(
        rf"$$\delta = \frac{{\partial E}}{{\partial s}} = {two}(o - t) o (1 - o) = {delta:.4f}$$"
    )
    for j in units:
        n = j + start
        lines.append(
            rf"$$\frac{{\partial E}}{{\partial w_{n}}} = \delta h_{n} = {delta * h[j]:.4f}$$"
        )
        lines.append(
            rf"$$\delta_{n} = \frac{{\partial E}}{{\partial u_{n}}} = \delta w_{n} (1 - h_{n}^2) = {deltas[j]:.4f}$$"
        )
        for i in inputs:
            here = name(j, i)
            g = deltas[j] * x[i]
            lines.append(
                rf"$$\frac{{\partial E}}{{\partial {here}}} = \delta_{n} x_{i + start} = {g:.4f}$$"
            )
            lines.append(
                rf"$${here}' = {here} - \eta \frac{{\partial E}}{{\partial {here}}} = {v[j, i] - rate * g:.4f}$$"
            )
    text = "\n\n".join(lines) + "\n"
    for old, new in (changes or {}).items():
        assert text.count(old) >= 1
        text = text.replace(old, new, 1)
    return text


def roots(report: Report) -> list[tuple[str, str]]:
    return [
        (c.code, c.printed) for c in report.claims if c.verdict is Verdict.WRONG and c.cause is None
    ]


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("turned", [False, True])
def test_other_names_and_other_ways_to_count_are_found(turned: bool, start: int) -> None:
    report = dg.check(document(turned, start), spec())
    assert report.count(Verdict.CORRECT) == len(report.claims)
    key = f"v_{3 - 1 + start}{start}" if not turned else f"v_{start}{3 - 1 + start}"
    assert report.mapping[key] == "W1[0,2]"
    assert report.mapping["o"] == "a2[0]"
    # what the author never wrote is not in the map
    assert "v" not in report.mapping


def test_another_factor_of_the_loss_is_one_finding() -> None:
    report = dg.check(document(half=False), spec())
    assert [code for code, _ in roots(report)] == ["C201"]
    (root,) = [c for c in report.claims if c.verdict is Verdict.WRONG]
    carried = [c for c in report.claims if c.verdict is Verdict.UNDECIDED]
    assert carried
    assert all(c.code == "C406" and c.cause == root.id for c in carried)
    fitting = dg.check(document(half=False), spec(loss="squared_error"))
    assert fitting.count(Verdict.CORRECT) == len(fitting.claims)


def test_a_given_value_that_differs_is_found_where_it_is_given() -> None:
    # a misprint, with which nothing goes on
    text = document(changes={"v_{21} = -0.4": "v_{21} = -0.9"})
    report = dg.check(text, spec())
    assert roots(report) == [("C105", "-0.9")]
    assert report.count(Verdict.UNDECIDED) == 0
    # another weight, with which the document goes on
    report = dg.check(document(shift=0.0, x=np.array([0.3, -0.8, 0.5])), spec())
    assert roots(report) == [("C105", "-0.8")]
    (root,) = [c for c in report.claims if c.verdict is Verdict.WRONG]
    assert root.expected == "-0.7"
    assert {c.cause for c in report.claims if c.code == "C406"} == {root.id}


@pytest.mark.parametrize(
    "other",
    [
        {"x": np.array([0.3, -0.8, 0.5])},
        {"rate": 0.4},
        {"half": False},
        {"x": np.array([0.3, -0.8, 0.5]), "rate": 0.4},
    ],
)
def test_a_mistake_does_not_hide_behind_what_the_document_has_otherwise(
    other: dict[str, Any],
) -> None:
    right = dg.check(document(**other), spec())
    text = document(**other)
    where = text.index(r"$$v_{12}'")
    line = text[where : text.index("$$", where + 2) + 2]
    number = line[line.rindex(" ") + 1 : -2]
    moved = f"{float(number) + 0.02:.4f}"
    report = dg.check(text.replace(line, line.replace(number, moved)), spec())
    assert roots(report) == [*roots(right), ("C102", moved)]
    found = [c for c in report.claims if c.verdict is Verdict.WRONG][-1]
    # what should stand there is said in the document's own values
    assert found.expected == number
    for claim in (c for c in report.claims if c.code == "C105"):
        assert claim.diagnosis is None
        assert claim.message.endswith(f"the document goes on with {claim.printed}")


def test_a_rate_that_is_left_out_is_named_beside_another_rate() -> None:
    text = document(rate=0.4)
    old = re.search(r"v_\{11\} - \\eta .*? = (-?[\d.]+)\$", text)
    slope = re.search(r"partial v_\{11\}\} = \\delta.*? = (-?[\d.]+)\$", text)
    assert old
    assert slope
    step = f"0.2 - ({slope[1]}) = {0.2 - float(slope[1]):.4f}$"
    report = dg.check(text.replace(f"= {old[1]}$", f"= {step}"), spec())
    assert [(c.code, c.diagnosis) for c in report.claims if c.verdict is Verdict.WRONG][:2] == [
        ("C105", None),
        ("C103", "no_learning_rate"),
    ]


def test_a_cell_that_differs_is_named_by_its_place() -> None:
    text = (
        "$x = \\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}$, $t = 1$ and "
        "$W = \\begin{pmatrix} 0.5 & -0.3 \\end{pmatrix}$\n\n"
        "$$z = W x = -0.1$$\n\n$$E = (z - t)^2 = 1.21$$\n"
    )
    layers = [{"dense": 1, "weights": [[0.5, -0.2]], "bias": "none"}]
    network = spec(data={"inputs": [1, 2], "targets": [1]}, layers=layers, loss="squared_error")
    report = dg.check(text, network)
    (claim,) = [c for c in report.claims if c.verdict is Verdict.WRONG]
    assert claim.message.startswith(
        "row 1, column 2 of W is given as -0.3, and the network has -0.2"
    )
    assert {c.code for c in report.claims if c.cause == claim.id} == {"C406"}


def test_other_values_all_over_are_one_finding_that_names_them() -> None:
    report = dg.check(document(shift=0.15), spec())
    assert [code for code, _ in roots(report)] == ["C105"]
    (root,) = [c for c in report.claims if c.verdict is Verdict.WRONG and c.cause is None]
    assert "v_11 = 0.35 (network: 0.2)" in root.message
    assert report.mapping["v_31"] == "W1[0,2]"
    # a mistake beside it is still found
    slip = {r"\delta w_2 (1 - h_2^2)": r"\delta w_1 (1 - h_2^2)"}
    report = dg.check(document(shift=0.15, changes=slip), spec())
    assert [code for code, _ in roots(report)] == ["C105", "C201"]


def test_a_document_of_another_shape_is_said_to_be_of_another_network() -> None:
    other = spec(
        data={"inputs": [0.1, 0.6], "targets": [0.2, 0.9]},
        layers=[
            {
                "dense": 2,
                "activation": "sigmoid",
                "weights": [[1.1, 1.2], [1.3, 1.4]],
                "bias": "none",
            },
            {
                "dense": 2,
                "activation": "sigmoid",
                "weights": [[1.5, 1.6], [1.7, 1.8]],
                "bias": "none",
            },
        ],
    )
    report = dg.check(document(), other)
    assert report.count(Verdict.UNDECIDED) == len(report.claims)
    assert {c.code for c in report.claims} == {"C409"}
    said = [remark for remark in report.remarks if remark.kind == "network"]
    assert len(said) == 1
    assert "another network" in said[0].message


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("(o - t) o (1 - o)", "(o - t) o", "C201"),
        (r"\delta h_2", r"\delta h_1", "C202"),
        (r"v_{11} - \eta", r"v_{11} + \eta", "C203"),
        ("v_{11} x_1 + v_{21} x_2", "v_{11} x_1 + v_{12} x_2", "C201"),
    ],
)
def test_one_slip_is_one_root(old: str, new: str, code: str) -> None:
    report = dg.check(document(changes={old: new}), spec())
    assert [found for found, _ in roots(report)] == [code]


def test_what_the_user_says_of_a_name_comes_first() -> None:
    report = dg.check(document(), spec(), names={"w_1": "W2[0,1]"})
    assert report.mapping["w_1"] == "W2[0,1]"
    assert roots(report)


def test_the_terminal_groups_what_follows() -> None:
    text = terminal_text(*checked(document(shift=0.15), spec(), language="markdown"))
    lines = text.splitlines()
    # one finding with its first followers, the others by their lines
    assert sum("C105 wrong" in line for line in lines) == 7
    assert sum("and 4 claims on lines" in line for line in lines) == 1
    assert sum("agree with what is said here" in line for line in lines) == 1
    assert not any("undecided:" in line for line in lines)


def test_a_claim_about_nothing_is_listed_once_for_each_reason() -> None:
    text = terminal_text(*checked("$q = 2 r$\n\n$q = 3 r + 1$\n\n$p = r$\n", language="markdown"))
    reasons = [line.partition(": C4")[2] for line in text.splitlines() if "undecided:" in line]
    assert len(reasons) == len({reason.partition(" (also")[0] for reason in reasons})
