"""What a reader meets: nothing before it is known, rules that fit, names that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

import derivgen as dg
from derivgen.derivation.derivation import Derivation
from derivgen.derivation.selection import plain
from derivgen.document.situation import Situation
from derivgen.document.views import matrix, reuse
from derivgen.document.whole_stages import whole_stages
from derivgen.errors import DerivgenError
from derivgen.formula.latex import LATEX
from derivgen.network.spec import read_task, task_from_text

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def situation(name: str) -> Situation:
    derivation = Derivation(read_task(EXAMPLES / f"{name}.yaml"))
    return Situation(derivation, derivation.first, None)


@pytest.mark.parametrize("name", ["lstm_3_steps", "conv_pool", "batch_norm", "softmax_deep"])
def test_every_derivative_stands_behind_those_that_it_is_made_of(name: str) -> None:
    here = situation(name)
    graph = here.passed.graph
    loss = here.derivation.network.loss
    known: set[str] = set()
    shapes = {q.name: q.shape for q in here.derivation.network.quantities.values()}
    entries = {
        f"reuse:{plain((array, index))}": (array, index)
        for array, shape in shapes.items()
        for index in _indices(shape)
    }
    met = 0
    for section in reuse.sections(here):
        for item in section.items:
            readers = graph.readers(entries[item.label])
            needed = {f"reuse:{plain(r)}" for r in readers if graph.count(r) and r[0] != loss}
            assert needed <= known, f"{item.label} comes too early"
            known.add(item.label)
            met += 1
    assert met > 5


def _indices(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    if not shape:
        return [()]
    return [(i, *rest) for i in range(shape[0]) for rest in _indices(shape[1:])]


def test_the_matrix_view_follows_a_collapsed_derivative() -> None:
    rules = [
        LATEX.write_chain(s.rule.chains[0]) for s in matrix.sections(situation("softmax_deep"))
    ]
    assert r"\boldsymbol{a}^{(3)} - \boldsymbol{y}" in rules[0]
    assert not any(r"\sum" in rule for rule in rules)


def test_the_forward_pass_in_vectors_puts_the_numbers_in_as_matrices() -> None:
    stages = list(whole_stages(situation("shared_bias_2_2_1").formulas))
    first = LATEX.write_chain(stages[0].displays[0].chains[0])
    assert r"\boldsymbol{W}_{1} \boldsymbol{x}" in first
    assert r"\begin{bmatrix} 0.15 & 0.20 \\ 0.25 & 0.30 \end{bmatrix}" in first
    assert first.endswith(r"= \begin{bmatrix} 0.3775 \\ 0.3925 \end{bmatrix}")
    second = LATEX.write_chain(stages[1].displays[0].chains[0])
    assert r"\approx" in second, "a rounded sigmoid is no equality"


def test_a_recurrence_has_its_rule_its_first_turn_and_all_its_values() -> None:
    stages = list(whole_stages(situation("lstm_3_steps").formulas))
    turns = [stage.turns for stage in stages]
    assert turns == ["", "", *["first"] * 10, "values", ""]
    cell = next(s for s in stages if s.key.startswith("c/turn"))
    rule = LATEX.write_chain(cell.displays[0].chains[0])
    assert rule.startswith(
        r"\boldsymbol{c}_{t} = \boldsymbol{f}_{t} \odot \boldsymbol{c}_{t - 1} +"
    )


SPEC = """
data: {inputs: [0.5], targets: [1]}
layers:
  - {dense: 1, activation: identity, weights: [[0.4]], bias: [0.1]}
loss: half_squared_error
document:
  STYLE_OR_SHOW
"""


@pytest.mark.parametrize(
    ("line", "code", "near"),
    [("style: handuot", "E610", "handout"), ("show: [W11]", "E506", "W1")],
)
def test_a_name_of_nothing_in_document_has_its_place(line: str, code: str, near: str) -> None:
    task = task_from_text(SPEC.replace("STYLE_OR_SHOW", line), name="net.yaml")
    with pytest.raises(DerivgenError) as caught:
        dg.derive(task).to_markdown()
    found = caught.value.diagnostic
    assert found.code == code
    assert found.place is not None
    assert found.place.line == 7
    assert near in (found.hint or "")


def test_the_identity_is_not_written_as_a_function() -> None:
    text = dg.derive(task_from_text(SPEC.replace("STYLE_OR_SHOW", "views: [paths]"))).to_markdown()
    assert "id(" not in text
    assert "itself, so the derivative is 1" in text
