"""Typical mistakes: each is named on a wrong step in an otherwise correct document, and nothing else is blamed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import mutated
import pytest

import derivgen
from derivgen.checking.mistakes import MISTAKES
from derivgen.checking.report import Verdict

FILE = Path(__file__).with_name("mistake_cases.txt")


@dataclass(frozen=True)
class Case:
    """One wrong step; ``named`` is ``-`` where no mistake of the table explains it."""

    document: str
    right: str
    wrong: str
    named: str


def cases() -> list[Case]:
    text = "\n".join(
        line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    )
    blocks = (block.splitlines() for block in text.strip().split("\n\n"))
    return [Case(**dict(line.split(": ", 1) for line in block)) for block in blocks]


CASES = cases()


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{at}-{c.document}-{c.named}" for at, c in enumerate(CASES)]
)
def test_a_wrong_step_is_found_and_named(case: Case) -> None:
    document = mutated.document(case.document)
    assert document.count(case.right) == 1
    line = document[: document.index(case.right)].count("\n") + 1
    report = derivgen.check(document.replace(case.right, case.wrong), language="markdown")
    roots = [c for c in report.claims if c.verdict is Verdict.WRONG and c.cause is None]
    assert [(c.place.line, c.diagnosis or "-") for c in roots] == [(line, case.named)]


def test_every_mistake_of_the_table_has_a_wrong_step() -> None:
    assert {m.key for m in MISTAKES} <= {case.named for case in CASES}


def test_messages_are_short() -> None:
    for mistake in MISTAKES:
        assert len(mistake.message) < 90
        assert mistake.message[0].islower()
        assert not mistake.message.endswith(".")
