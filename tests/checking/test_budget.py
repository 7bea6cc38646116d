"""The work on a claim and on a document is counted, and a limit gives *undecided*, never a verdict."""

from __future__ import annotations

import pytest

from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.equality import Equality, Outcome
from derivgen.checking.evaluating.model import DocumentModel, Function
from derivgen.checking.evaluating.values import Dual
from derivgen.checking.evaluating.world import World
from derivgen.checking.manuscript import Manuscript
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import learn, read
from derivgen.checking.pipeline import check_manuscript
from derivgen.checking.reading import read_manuscript
from derivgen.checking.report import Report


def node(text: str) -> t.Node:
    (chain,) = read(text, "latex", learn(())).chains
    return chain.segments[0].body


def chain_of(length: int, first: str = "1") -> DocumentModel:
    """z_1 = z_0 + 1, z_2 = z_1 + 1, ..."""
    definitions = {f"z_{i}": node(f"z_{{{i - 1}}} + 1") for i in range(1, length + 1)}
    return DocumentModel(definitions, {"z_0": node(first)})


def test_a_chain_of_thousands_of_definitions_has_a_value_and_a_slope() -> None:
    world = World(chain_of(5_000))
    value = world.value("z_5000")
    assert isinstance(value, Dual)
    assert value.value == 5_001
    slope = world.derivative(t.Name("z_5000"), t.Name("z_1"))
    assert isinstance(slope, Dual)
    assert slope.value == 1


def test_a_claim_and_a_document_have_their_own_limits() -> None:
    budget = Budget(claim=100, document=250)
    world = World(chain_of(1_000), budget=budget)
    with pytest.raises(OutOfWork, match="one claim"):
        world.value("z_1000")
    budget.begin()
    assert isinstance(world.value("z_10"), Dual)  # what was worked out before is kept
    for _ in range(2):
        budget.begin()
        with pytest.raises(OutOfWork):
            world.value("z_1000")
    assert budget.exhausted
    budget.begin()
    with pytest.raises(OutOfWork, match="the document"):
        world.value("z_1000")


def test_functions_that_call_themselves_end() -> None:
    functions = {"f": Function(("x",), node("f(x) + 1"))}
    called = t.Call("f", (t.Number("1", node("1").value),))  # type: ignore[union-attr]
    with pytest.raises(OutOfWork, match="deeply"):
        World(DocumentModel(functions=functions)).evaluate(called)


@pytest.mark.parametrize(
    "text",
    [
        "\\sum_{i=5}^{2} i^2",
        "\\sum_{i=1}^{2.5} i^2",
        "\\max_{i=3}^{1} i",
        "\\sum_{i=1}^{10^{12}} i",
    ],
)
def test_a_sum_over_no_range_or_a_huge_one_is_not_decided(text: str) -> None:
    assert Equality(DocumentModel()).compare(node(text), node("5")).outcome is Outcome.OPEN


def limited(text: str, claim: int, document: int, monkeypatch: pytest.MonkeyPatch) -> Report:
    """The report with other limits than the usual ones."""
    monkeypatch.setattr(
        "derivgen.checking.pipeline.Budget", lambda: Budget(claim=claim, document=document)
    )
    manuscript: Manuscript = read_manuscript(text, "a.md")
    return check_manuscript(manuscript)


WRONG = "$x = 0.25$ $w = 0.5$ $z = w x + w^2$ $z = 0.375$ $a = \\tanh(z)$ $a = 0.4$ $z = 2 w^2$"


@pytest.mark.parametrize("steps", [0, 1, 3, 10, 30])
def test_a_limit_never_accuses(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    free = limited(WRONG, 10_000, 100_000, monkeypatch)
    assert {claim.verdict.value for claim in free.claims} == {"correct", "wrong"}
    for claim, document in ((steps, 100_000), (10_000, steps)):
        report = limited(WRONG, claim, document, monkeypatch)
        for one, other in zip(free.claims, report.claims, strict=True):
            assert (other.verdict, other.code) == (one.verdict, one.code) or other.code == "C403"


def test_a_number_that_is_all_that_is_known_of_a_quantity_is_known_to_its_digits() -> None:
    def verdicts(text: str) -> list[str]:
        return [c.verdict.value for c in check_manuscript(read_manuscript(text, "a.md")).claims]

    assert verdicts("$x = \\frac{1}{3} = 0.33$") == ["correct"]
    assert verdicts("$x = \\frac{2}{3} = 0.66$") == ["truncation"]
    assert verdicts("$x = \\frac{1}{3} = 0.34$") == ["wrong"]
