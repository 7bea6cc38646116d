"""Broken documents, by fixed seeds: a report that is well formed, or one error with a code; never anything else."""

from __future__ import annotations

import pytest
from broken_documents import document
from fuzzing import hold


@pytest.mark.parametrize("first", range(0, 100, 20))
def test_a_broken_document_has_a_report_or_one_error(first: int) -> None:
    claims = sum(hold(seed) for seed in range(first, first + 20))
    assert claims > 20, (
        "hardly anything was read: the documents are broken too much to try anything"
    )


@pytest.mark.slow
def test_many_broken_documents_have_a_report_or_one_error() -> None:
    for seed in range(100, 600):
        hold(seed)


def test_a_seed_makes_the_same_document_again() -> None:
    assert [document(seed) for seed in range(40)] == [document(seed) for seed in range(40)]
    assert len({document(seed) for seed in range(200)}) > 190
