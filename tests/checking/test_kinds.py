"""Mistakes are looked for once for each kind of claim: the same one about other units is known already."""

from __future__ import annotations

import pytest

import derivgen
from derivgen.checking.judging import diagnosing
from derivgen.checking.mistakes import Case, diagnose

UNIT = r"""
$w_{N} = 0.4$, $x_{N} = 0.{N}$, $b_{N} = 0.1$, $y_{N} = 1$

$$ z_{N} = w_{N} x_{N} + b_{N}, \qquad a_{N} = \tanh(z_{N}), \qquad E_{N} = \frac{1}{2} (a_{N} - y_{N})^2 $$

$$ \frac{\partial E_{N}}{\partial z_{N}} = SLOPE $$
"""
RIGHT = "(a_{N} - y_{N}) (1 - a_{N}^2)"
SIGN = "(a_{N} + y_{N}) (1 - a_{N}^2)"
LOST = "(a_{N} - y_{N})"


def document(*slopes: str) -> str:
    units = (
        UNIT.replace("SLOPE", slope).replace("{N}", f"{{{at}}}")
        for at, slope in enumerate(slopes, 1)
    )
    return "\n".join(units).replace("0.{", "0.").replace("}$, $b", "$, $b")


@pytest.fixture
def looked_for(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    seen: list[Case] = []

    def noted(case, *others):  # type: ignore[no-untyped-def]
        seen.append(case)
        return diagnose(case, *others)

    monkeypatch.setattr(diagnosing, "diagnose", noted)
    return seen


def test_the_same_mistake_of_every_unit_is_looked_for_once(looked_for: list[Case]) -> None:
    report = derivgen.check(document(SIGN, RIGHT, SIGN, SIGN, SIGN))
    assert [c.diagnosis for c in report.claims if c.diagnosis] == ["term_sign"] * 4
    # one of the errors is the loss that the document trains, which makes a kind of its own
    assert len(looked_for) == 2


def test_other_mistakes_are_other_kinds(looked_for: list[Case]) -> None:
    report = derivgen.check(document(SIGN, LOST, SIGN, RIGHT, LOST))
    named = [c.diagnosis for c in report.claims if c.diagnosis]
    assert named == ["term_sign", "no_activation_slope", "term_sign", "no_activation_slope"]
    bodies = {case.body for case in looked_for}
    assert len(bodies) == len(looked_for) == 3
