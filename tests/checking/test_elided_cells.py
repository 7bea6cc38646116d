"""Dots in a vector: filled in between whole numbers that are the same, where its length is known."""

from __future__ import annotations

import pytest

import derivgen
from derivgen.checking.report import Verdict

_SCORES = "Let $z_1 = 0.2$, $z_2 = -0.5$, $z_3 = 1.1$, $z_4 = 0.4$ and $z_5 = 0.3$.\n\n"


@pytest.mark.parametrize(
    ("vector", "said", "blamed"),
    [
        (r"\begin{bmatrix} 1 & 0 & \cdots & 0 \end{bmatrix}", "y_3 = 0", False),
        (r"\begin{bmatrix} 1 & 0 & \cdots & 0 \end{bmatrix}", "y_3 = 1", True),
        # nobody knows what stands between 0 and 1
        (r"\begin{bmatrix} 0 & 0 & \cdots & 1 \end{bmatrix}", "y_3 = 1", False),
        # nor behind the digits of what was rounded
        (r"\begin{bmatrix} 1 & 0.3 & \cdots & 0.3 \end{bmatrix}", "y_3 = 0.34", False),
    ],
)
def test_dots_stand_for_more_of_the_same(vector: str, said: str, blamed: bool) -> None:
    text = f"{_SCORES}$$y = {vector}$$\n\n$$s = y_1 z_1 + y_2 z_2 + \\cdots + y_5 z_5$$\n\n$${said}$$\n"
    report = derivgen.check(text, language="markdown")
    assert blamed == any(claim.verdict is Verdict.WRONG for claim in report.claims)
