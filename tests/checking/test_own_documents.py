"""The two halves meet: what the generator writes passes the checker, by itself and by its network.

``benchmarks/own_documents.py`` prints the figures for any number of random specs.
"""

from __future__ import annotations

from collections import Counter

import own_documents
import pytest

import derivgen
from derivgen.checking.report import Verdict
from derivgen.settings import Numbers

#: random specs in which nothing is wrongly blamed, one for each format or more
QUICK = (0, 5, 10, 21, 22, 27, 32, 39, 44, 45, 52, 57, 71)


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
def test_random_documents_are_not_blamed() -> None:
    """A hundred documents: what is still wrongly blamed is held, so that it can only become less."""
    found: Counter[str] = Counter()
    for number in range(100, 140):
        for outcome in own_documents.of_number(number):
            found.update(documents=1, clean=outcome.clean, alarms=len(outcome.alarms))
            found.update(claims=outcome.claims, unread=outcome.unread)
    assert found["claims"] > 1000
    assert found["clean"] >= 0.5 * found["documents"], found
