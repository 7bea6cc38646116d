"""Whole documents: every style and view of every example, and what is promised of their numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from derivgen.api import build, derive, load, task, values
from derivgen.derivation.oracle import verify
from derivgen.document.blocks import Block, Display, Family, Math, Note, Paragraph, Reference, Table
from derivgen.document.facts import Facts
from derivgen.document.making import verified
from derivgen.errors import DerivgenError
from derivgen.formula.build import number
from derivgen.formula.latex import LATEX
from derivgen.formula.tree import Chain, Number, Product
from derivgen.settings import VIEWS

FOLDER = Path(__file__).resolve().parents[2] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.yaml"))


def blocks_of(
    path: Path | object, style: str | None = None, views: tuple[str, ...] = ()
) -> list[Block]:
    task = load(path) if isinstance(path, Path) else path
    return list(derive(task, style, views).document.blocks())  # type: ignore[arg-type]


def displays(blocks: list[Block]) -> list[Display]:
    inner = [b for block in blocks if isinstance(block, Note) for b in block.blocks]
    return [b for b in (*blocks, *inner) if isinstance(b, Display)]


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_every_example_is_made(path: Path, view: str) -> None:
    blocks = blocks_of(path, "tutorial", (view,))
    numbered = [d.number for d in displays(blocks) if d.number is not None]
    assert numbered == list(range(1, len(numbered) + 1))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
@pytest.mark.parametrize("style", ["handout", "summary"])
def test_every_style_of_every_example_is_made(path: Path, style: str) -> None:
    # a summary of a symbolic network is its figure and one table
    assert any(isinstance(block, Display | Table) for block in blocks_of(path, style))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_gradients_of_every_example_agree_with_differences(path: Path) -> None:
    derived = derive(load(path))
    if derived.task.network.symbolic:
        return
    found = verify(derived.task.network, dict(derived.gradients))
    assert found.ok, found.worst


def product_links(display: Display) -> list[tuple[list[str], str, str]]:
    """(factors, sign, result) of every link from a product of plain numbers to a plain number."""
    found = []
    for chain in display.chains:
        sides = [("=", chain.left), *chain.links]
        for (_, left), (sign, right) in pairwise(sides):
            if isinstance(left, Product) and isinstance(right, Number):
                texts = [LATEX.write(f).strip("()") for f in left.factors]
                if all(t.lstrip("-").replace(".", "", 1).isdigit() for t in texts):
                    found.append((texts, sign, right.text))
    return found


@pytest.mark.parametrize("name", ["shared_bias_2_2_1", "softmax_deep", "two_outputs_2_2_2"])
@pytest.mark.parametrize("carry", ["full", "rounded"])
def test_printed_factors_give_the_printed_result(name: str, carry: str) -> None:
    """What a reader with a pocket calculator gets from the page is what the page says."""
    path = next(p for p in EXAMPLES if p.stem == name)
    task = load(
        path, [f"numbers.carry={carry}", "numbers.rounding=half_up", "document.style=tutorial"]
    )
    derived = derive(task)
    rounder = derived.derivation.rounder
    links = [link for d in displays(list(derived.document.blocks())) for link in product_links(d)]
    assert len(links) > 5
    for factors, sign, result in links:
        product = float(np.prod([float(f) for f in factors]))
        assert rounder.text(product) == rounder.text(float(result)), (factors, result)
        if sign == "=":
            assert product == pytest.approx(float(result), rel=1e-12)


def big(**options: object) -> object:
    """A network of 5-12-8-3 with random values: too many weights for one at a time."""
    return task(
        data={"inputs": [0.1, -0.4, 0.3, 0.8, -0.2], "targets": [0.2, 0.9, 0.4]},
        layers=[
            {
                "dense": n,
                "activation": "sigmoid",
                "weights": {"random": {"seed": n}},
                "bias": [0.1] * n,
            }
            for n in (12, 8, 3)
        ],
        loss="half_squared_error",
        training={"learning_rate": 0.5},
        document={"show": ["all"], "figure": False, **options},
    )


def test_many_weights_are_written_as_families_with_the_right_numbers() -> None:
    """Copies with digits put into holes, each against the sweep."""
    derived = derive(big(views=["reuse"]))  # type: ignore[arg-type]
    families = [b for b in derived.document.blocks() if isinstance(b, Family)]
    arrays = derived.derivation.first.gradients
    texts = derived.derivation.rounder.texts
    printed = [column for family in families for column in family.columns]
    for name in ("W1", "W2"):  # 60 and 96 weights: the first array is small enough for items
        expected = texts(arrays[name])
        is_family = arrays[name].size > 64
        assert (expected in [list(column) for column in printed]) == is_family
    text = derived.to_latex()
    assert text.count(r"w_{1,1}") or text.count("w_{11}")
    for digits in texts(arrays["W2"]):
        assert digits in text


def test_a_view_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DerivgenError, match=r"E504.*did you mean 'paths'"):
        derive(load(EXAMPLES[0]), views=["path"])


def test_a_name_to_show_that_does_not_exist_is_refused() -> None:
    task = load(EXAMPLES[0], ["document.show=[nothing_such]"])
    with pytest.raises(DerivgenError, match="E506"):
        list(derive(task).document.blocks())


def test_a_wrong_gradient_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check has to bite: a derivation that is wrong writes nothing."""
    from derivgen.derivation import partials

    right = partials.function_derivative
    monkeypatch.setattr(partials, "function_derivative", lambda f, a, v: 2 * right(f, a, v))
    path = next(p for p in EXAMPLES if p.stem == "shared_bias_2_2_1")
    with pytest.raises(DerivgenError, match="E501"):
        build(path, to=["md"], output=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_values_are_those_of_numpy() -> None:
    found = values(next(p for p in EXAMPLES if p.stem == "shared_bias_2_2_1"))
    (step,) = found["steps"]
    x, w1, w2 = np.array([0.05, 0.1]), np.array([[0.15, 0.2], [0.25, 0.3]]), np.array([[0.4, 0.45]])
    hidden = 1 / (1 + np.exp(-(w1 @ x + 0.35)))
    out = 1 / (1 + np.exp(-(w2 @ hidden + 0.6)))
    assert step["loss"] == pytest.approx(float(((0.01 - out) ** 2 / 2).sum()), rel=1e-12)
    delta = (out - 0.01) * out * (1 - out)
    assert np.allclose(step["gradients"]["W2"], np.outer(delta, hidden), rtol=1e-12)
    assert np.allclose(step["updated"]["W2"], w2 - 0.5 * np.outer(delta, hidden), rtol=1e-12)
    assert np.allclose(step["gradients"]["x"], w1.T @ (w2.T @ delta * hidden * (1 - hidden)))


def test_a_user_s_strings_are_text_in_every_format() -> None:
    task = load(EXAMPLES[0], [r"title=\input{../secret} <script>alert(1)</script> #read(1)"])
    derived = derive(task)
    assert r"\input{../secret}" not in derived.to_latex()
    assert "<script>" not in derived.to_html()
    assert "#read(1)" not in derived.to_typst().replace(r"\#read", "")


def test_references_come_after_what_they_refer_to() -> None:
    seen: set[int] = set()
    path = next(p for p in EXAMPLES if p.stem == "relu_sigmoid_3_2_1")
    for block in blocks_of(path):
        if isinstance(block, Paragraph):
            for part in block.content:
                if isinstance(part, Reference):
                    assert part.number in seen
                elif isinstance(part, Math):
                    assert not isinstance(part.formula, Chain) or part.formula.links
        if isinstance(block, Display) and block.number is not None:
            seen.add(block.number)


@pytest.mark.parametrize("style", ["tutorial", "handout", "summary"])
def test_several_steps_can_be_worked_out_in_full(style: str) -> None:
    given = task(
        arrays={"w": 0.4, "x": {"values": 2, "role": "input"}},
        equations="a = tanh(w*x)\nL = (a - 1)**2",
        loss="L",
        training={"learning_rate": 0.5, "steps": 3, "show": 2},
    )
    steps = values(given)["steps"]
    for view in VIEWS:
        text = derive(given, style, (view,)).to_markdown()
        for step in steps[:2]:  # the parameter after each of the two steps stands on the page
            assert f"{step['updated']['w']:.4f}" in text, (view, step["step"])


@pytest.mark.parametrize("style", ["tutorial", "handout", "summary"])
def test_where_nothing_is_trained_nothing_is_updated(style: str) -> None:
    given = task(
        arrays={"w": {"values": 0.4, "trained": False}, "x": {"values": 2, "role": "input"}},
        equations="L = (w*x)**2",
        loss="L",
        training={"learning_rate": 0.5},
    )
    assert "The update" not in derive(given, style).to_markdown()
    (step,) = values(given)["steps"]
    assert step["gradients"]["x"] == pytest.approx(2 * 0.4**2 * 2)
    assert step["updated"] == {}


def test_every_step_that_is_shown_is_checked_with_its_own_parameters() -> None:
    path = FOLDER / "shared_bias_2_2_1.yaml"
    derived = derive(load(path, ["training.steps=3", "training.show=2"]))
    first, second = verified(derived.derivation)
    (one, change), (two, _) = islice(derived.derivation.training(), 2)
    exact = derived.derivation.in_full(two)
    for row in second.rows:
        assert row.index is not None
        assert row.derived == exact.gradients[row.name][row.index]
        assert row.derived != derived.derivation.in_full(one).gradients[row.name][row.index]
    assert exact.given is not None
    assert exact.given["W2"].tolist() == change.after["W2"].tolist()
    text = derived.to_markdown()
    assert "The table has those of the first step." in text
    assert len(first.rows) == len(second.rows) == 8


def test_what_is_left_of_rounding_is_the_same_on_every_machine() -> None:
    text = derive(load(FOLDER / "lstm_3_steps.yaml")).to_markdown()
    check = text[text.index("## Check") :]
    assert "All relative errors are below $10^{-12}$" in check
    shown = re.findall(r"\| \$([^$|]*)\$ \|$", check, re.MULTILINE)
    assert shown
    assert set(shown) == {r"\lt 10^{-12}"}


def test_a_difference_that_is_no_rounding_is_told() -> None:
    derivation = derive(load(FOLDER / "shared_bias_2_2_1.yaml")).derivation
    (found,) = verified(derivation)
    rows = (replace(found.rows[0], error=3.2e-11), *found.rows[1:])
    facts = Facts(derivation, None, (replace(found, rows=rows),))
    assert facts.check is not None
    assert facts.check.table is not None
    assert not facts.check.negligible
    (cell,) = facts.check.table.rows[0][-1]
    assert isinstance(cell, Math)
    assert cell.formula == facts.check.worst == number("3e-11")


@pytest.mark.parametrize("view", VIEWS)
def test_inputs_and_frozen_parameters_are_worked_out_too(view: str) -> None:
    """A training step is no reason that only what it changes has a derivative."""
    settings = ["document.show=[i_1, b1, w_5]", f"document.views={view}"]
    written = derive(load(FOLDER / "two_outputs_2_2_2.yaml", settings)).to_markdown()
    assert r"\partial i_{1}" in written or r"\partial \boldsymbol{i}" in written
    assert r"i_{1}^{+}" not in written
    assert r"b_{1}^{+}" not in written


def test_an_update_that_leaves_next_to_nothing_says_so() -> None:
    text = derive(load(FOLDER / "softmax_deep.yaml")).to_markdown()
    said = "The old value and its step nearly cancel, so more of their digits stand here."
    assert text.count(said) == 1
    assert r"\approx -9.11 \times 10^{-9}" in text[: text.index(said)].split("$$")[-2]
    assert said not in derive(load(FOLDER / "shared_bias_2_2_1.yaml")).to_markdown()
