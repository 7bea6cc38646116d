"""The two halves meet: what the generator writes passes the checker, by itself and by its network.

``benchmarks/own_documents.py`` prints the figures for any number of random specs.
"""

from __future__ import annotations

from collections import Counter

import own_documents
import pytest

import derivgen
from derivgen.checking.report import Verdict
from derivgen.network.spec import task_from_mapping
from derivgen.settings import Numbers

#: random specs in which nothing is wrongly blamed, one for each format or more
QUICK = (
    0, 5, 10, 21, 22, 27, 32, 39, 44, 45, 52, 57, 71, 92, 104, 111, 113, 119, 120, 133, 10001, 10003, 10004,
    1316, 1335, 10693, 15015,
)  # fmt: skip


@pytest.mark.parametrize("number", QUICK)
def test_a_random_document_is_not_blamed(number: int) -> None:
    for outcome in own_documents.of_number(number):
        assert outcome.clean, "\n".join(outcome.alarms)


@pytest.mark.parametrize(
    ("name", "path", "task"),
    list(own_documents.samples()),
    ids=lambda at: at if isinstance(at, str) else "",
)
def test_a_sample_is_not_blamed(name, path, task) -> None:  # type: ignore[no-untyped-def]
    numbers: Numbers = task.numbers
    report = derivgen.check(path)
    outcome = own_documents.judged(name, report, True, numbers.mode == "truncate")
    assert outcome.clean, "\n".join(outcome.alarms)
    assert outcome.verdicts[Verdict.CORRECT] > 0.35 * outcome.claims


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "path", "task"),
    list(own_documents.samples()),
    ids=lambda at: at if isinstance(at, str) else "",
)
def test_a_sample_is_not_blamed_by_its_network(name, path, task) -> None:  # type: ignore[no-untyped-def]
    report = derivgen.check(path, network=task)
    outcome = own_documents.judged(name, report, False, task.numbers.mode == "truncate")
    assert outcome.clean, "\n".join(outcome.alarms)
    assert outcome.verdicts[Verdict.CORRECT] > 0.8 * outcome.claims


#: random specs whose documents something was wrongly said of once
MENDED = (
    222, 228, 300, 313, 412, 414, 415, 419, 422, 428, 436, 443, 464, 466, 467, 471, 482, 487, 489, 500,
    519, 539, 540, 548, 566, 571, 578, 618, 629, 631, 669, 673, 676, 702, 679, 707, 711, 755, 802, 803, 844, 845, 862, 873, 948, 950, 960, 962, 973, 974,
    1008, 10000, 10010, 10022, 10024, 10028, 10033, 10035, 10036, 10064, 10067, 10068, 10070, 10106, 10131, 10144,
    10147, 10148, 10150, 10158, 10159, 10207, 10217, 10227, 10229, 10251, 10254, 10258, 1136,
    1125, 1321, 1371, 10346, 10347, 10433, 10516, 10537, 10551, 10632, 10642, 1547, 1554, 15056, 25005, 25010, 26002,
    28202, 28212, 28213, 29105, 6019, 32024, 33006, 33024, 33036, 33039, 34033,
    # three steps of a rule with a memory, from rounded numbers
    1_000_003, 1_040_010, 1_040_020, 1_050_016, 1_050_024, 1_060_017, 1_070_004, 1_070_011, 1_070_029, 9008, 36005, 9045, 9056, 1_090_011, 1_100_000, 42016, 42020, 43011,
    9272, 9280, 9323, 45004, 45039, 47013, 1_120_006, 1_120_009,
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "number",
    sorted({*range(100, 140), *MENDED}.difference(QUICK)),
)
def test_every_random_document_is_clean(number: int) -> None:
    for outcome in own_documents.of_number(number):
        assert outcome.clean, "\n".join(outcome.alarms)


@pytest.mark.slow
def test_claims_of_random_documents_are_decided() -> None:
    """A claim left open in a document of the generator is a hole in the checker."""
    found: Counter[str] = Counter()
    for number in range(100, 112):
        outcome = list(own_documents.of_number(number))[-1]
        found.update(claims=outcome.claims, open=sum(outcome.open.values()))
    assert found["claims"] > 500
    assert found["open"] < 0.05 * found["claims"], found


def test_of_an_array_with_dots_no_shape_is_known() -> None:
    """A matrix of nine columns is printed with dots in its middle, in seven."""

    def dense(units: int, seed: int) -> dict[str, object]:
        values = {"random": {"seed": seed, "decimals": 2}}
        return {"dense": units, "activation": "sigmoid", "weights": values, "bias": values}

    spec = {
        "data": {"inputs": [0.3, -0.4], "targets": [1]},
        "layers": [dense(9, 1), dense(9, 2), dense(1, 3)],
        "loss": "half_squared_error",
        "document": {"style": "handout", "views": ["reuse"]},
    }
    report = derivgen.check(derivgen.derive(task_from_mapping(spec)).to_markdown())
    assert len(report.claims) > 40
    blamed = (Verdict.WRONG, Verdict.ROUNDING)
    assert not [claim.message for claim in report.claims if claim.verdict in blamed]


@pytest.mark.parametrize("preset", ["standard", "z_a", "net_out", "sum_output", "digits", "matrix"])
def test_a_layer_may_have_more_than_nine_units(preset: str) -> None:
    """``a_{12}`` is the twelfth output then, and no cell of a matrix: a sum over all units has it in it."""
    values = {"random": {"seed": 1, "decimals": 2}}
    spec = {
        "data": {"inputs": [0.3, -0.4], "targets": [1, 0]},
        "layers": [
            {"dense": units, "activation": "sigmoid", "weights": values, "bias": values}
            for units in (12, 2)
        ],
        "loss": "half_squared_error",
        "training": {"learning_rate": 0.5},
        "document": {"style": "summary", "views": ["reuse"], "show": "all"},
        "notation": preset,
    }
    report = derivgen.check(derivgen.derive(task_from_mapping(spec)).to_markdown())
    assert len(report.claims) > 150
    said = {claim.verdict for claim in report.claims}
    assert said <= {Verdict.CORRECT, Verdict.UNDECIDED}
    if preset in ("standard", "matrix"):  # others number weights through, or leave terms out
        assert said == {Verdict.CORRECT}
