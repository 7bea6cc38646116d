"""What a document leaves out is remarked, never called wrong."""

from __future__ import annotations

import re

import mutated
import pytest

import derivgen
from derivgen.checking.report import Report, Verdict

DOCUMENT = mutated.document("shared_bias")


def remarks(text: str) -> list[tuple[str, str]]:
    report: Report = derivgen.check(text, language="markdown")
    assert not [claim for claim in report.claims if claim.verdict is Verdict.WRONG]
    return [(r.code, r.message) for r in report.remarks if r.kind == "missing"]


def without(*starts: str) -> str:
    """The document without the display formulas that begin so."""
    displays = re.findall(r"\$\$\n.*?\n\$\$\n", DOCUMENT, re.S)
    text = DOCUMENT
    for display in displays:
        if display.removeprefix("$$").strip().startswith(starts):
            text = text.replace(display, "")
    return text


@pytest.mark.parametrize("name", mutated.HAND_WRITTEN)
def test_nothing_is_missing_from_a_whole_document(name: str) -> None:
    assert not remarks(mutated.document(name))


def test_biases_that_are_never_updated() -> None:
    text = without("b_1^+", "b_2^+")
    assert remarks(text) == [("C501", "b_1, b_2 are never updated")]


def test_an_author_may_say_that_a_bias_is_held_fixed() -> None:
    assert not remarks(without("b_1^+", "b_2^+") + "\nThe biases are held fixed.\n")


def test_a_weight_without_a_gradient() -> None:
    text = without(r"\frac{\partial E}{\partial w_3}", "w_3^+")
    assert remarks(text) == [
        ("C501", "w_3 is never updated"),
        ("C502", "w_3 is left without a gradient"),
    ]


def test_no_step_at_all_is_no_omission() -> None:
    assert not remarks(DOCUMENT.partition("## One step")[0])
