"""Numbers that a sentence only supposes are no values of the document, and all others are."""

from __future__ import annotations

import pytest

import derivgen
from derivgen.checking.report import Verdict

CIRCUIT = """f = (x + y)*z with x = -2, y = 5, z = -4.

q = x + y = 3
f = q z = -12

{}
"""


@pytest.mark.parametrize(
    "sentence",
    [
        "If x goes up by 0.1, q = 3.1 and f = -12.4, as predicted.",
        "Suppose that x were larger by 0.1: then q = 3.1.",
        "All is well so far. If we nudge x a little, q = 3.1\nand f = -12.4.",
        "Without the other input (q = 3.1) there is nothing to add.",
    ],
)
def test_what_is_supposed_is_not_judged(sentence: str) -> None:
    report = derivgen.check(CIRCUIT.format(sentence), language="text")
    assert {claim.verdict for claim in report.claims} == {Verdict.CORRECT}
    assert {"q = 3.1"} <= {unread.text for unread in report.unread}
    assert all("not made" in unread.reason for unread in report.unread)


@pytest.mark.parametrize(
    "sentence",
    [
        "Hence q = 3.1 is what the gate gives.",
        "If you look at it again, q = 3.1.",
        "If x goes up, so does f. We have q = 3.1.",
        "Without a doubt, the gate gives q = 3.1 here.",
    ],
)
def test_what_is_said_is_judged(sentence: str) -> None:
    report = derivgen.check(CIRCUIT.format(sentence), language="text")
    assert [c.printed for c in report.claims if c.verdict is Verdict.WRONG] == ["3.1"]
