"""Single mistakes in correct documents: the share that is found, placed and named, and no false alarm.

One miss of a kind is allowed in each document; ``benchmarks/mutations.py`` prints the table.
"""

from __future__ import annotations

from collections import Counter

import floats
import mutated
import mutations
import pytest

#: of the mutants of a document: at most so many are not found, not blamed on their line alone, not named
MOST = 1


def assert_told(name: str, count: int, seed: int) -> None:
    outcomes = [mutations.outcome(mutant) for mutant in mutations.mutants(name, count, seed)]
    found: Counter[str] = Counter()
    for outcome in outcomes:
        found.update(mutations.score(outcome))
    assert found["mutants"] >= count
    short = [
        f"line {o.mutant.line}, {o.mutant.kind}: {o.mutant.old} -> {o.mutant.new}: {o.said}"
        for o in outcomes
        if not (o.found and o.placed and o.named)
    ]
    for what in mutations.SCORES[1:]:
        assert found[what] >= found["mutants"] - MOST, f"{what}: {found}; " + "\n".join(short)


@pytest.mark.parametrize("name", [*mutated.HAND_WRITTEN, *mutated.BUILT])
def test_nothing_is_said_against_a_correct_document(name: str) -> None:
    report = mutated.baseline(name)
    assert len(report.claims) >= 15
    assert not mutations.false_alarms(name)


@pytest.mark.parametrize("name", mutated.HAND_WRITTEN)
def test_single_mistakes_are_found(name: str) -> None:
    assert_told(name, 10, seed=7)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*mutated.HAND_WRITTEN, *mutated.BUILT])
def test_many_single_mistakes_are_found(name: str) -> None:
    assert_told(name, 22, seed=11)


def test_every_kind_of_mistake_is_made() -> None:
    made = {m.kind for name in mutated.HAND_WRITTEN for m in mutations.mutants(name, 60, seed=3)}
    assert made == {*mutations.KINDS, *mutations.REACHING}


def test_a_mutant_differs_in_its_line_alone() -> None:
    for mutant in mutations.in_one_line("shared_bias", 30, seed=5):
        before = mutated.document("shared_bias").splitlines()
        after = mutant.text.splitlines()
        assert len(before) == len(after)
        changed = [
            at for at, pair in enumerate(zip(before, after, strict=True), 1) if pair[0] != pair[1]
        ]
        assert changed == [mutant.line]


@pytest.mark.parametrize(
    ("value", "decimals", "text"), [(0.12345, 3, "0.123"), (-0.0001, 2, "0.00"), (-1.5, 1, "-1.5")]
)
def test_numbers_are_printed_as_an_author_does(value: float, decimals: int, text: str) -> None:
    assert floats.printed(value, decimals) == text
