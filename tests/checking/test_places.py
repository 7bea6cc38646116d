"""What a finding points at: the one number that is wrong, and the quantity that it is the value of."""

from __future__ import annotations

import pytest

import derivgen
from derivgen.checking.report import Claim, Verdict

GIVEN = """
$x_1 = 0.5$, $x_2 = 2.0$, $w_1 = 0.3$, $w_2 = {w_2}$, $b = 0.1$ and the target $t = 1$.

$$z = w_1 x_1 + w_2 x_2 + b = 0.3 \\cdot 0.5 - 0.4 \\cdot 2.0 + 0.1 = -0.55$$

$$a = \\sigma(z) = 0.36586, \\qquad E = \\frac{{1}}{{2}} (t - a)^2 = 0.20106$$

$$\\frac{{\\partial E}}{{\\partial x_2}} = (a - t) a (1 - a) w_2 = -0.63414 \\cdot {slope} \\cdot (-0.4) = 0.05885$$
"""

VECTORS = """
$$W = \\begin{bmatrix} 0.5 & -1.0 \\\\ 0.25 & 2.0 \\end{bmatrix}, \\qquad
x = \\begin{bmatrix} 1.0 \\\\ 0.2 \\end{bmatrix}$$

$$
z = W x = \\begin{bmatrix}
0.30 \\\\
0.56
\\end{bmatrix}
$$
"""


def wrong(text: str) -> tuple[str, Claim]:
    """What the first thing that is blamed points at, and that."""
    report = derivgen.check(text, language="markdown")
    found = next(c for c in report.claims if c.verdict is Verdict.WRONG and c.cause is None)
    return text[found.start : found.end], found


def test_a_right_document_is_right() -> None:
    report = derivgen.check(GIVEN.format(w_2="-0.4", slope="0.23201"), language="markdown")
    assert {claim.verdict for claim in report.claims} == {Verdict.CORRECT}


def test_a_wrong_cell_is_pointed_at() -> None:
    pointed, claim = wrong(VECTORS)
    assert pointed == "0.56"
    assert claim.place.line == 8
    assert claim.expected == "0.65"


def test_one_wrong_factor_for_two_is_pointed_at() -> None:
    pointed, claim = wrong(GIVEN.format(w_2="-0.4", slope="0.23021"))
    assert pointed == "0.23021"
    assert claim.expected == "0.23201"


@pytest.mark.parametrize("value", ["-0.7", "0.4"])
def test_a_value_that_is_used_as_another_one_is_named(value: str) -> None:
    pointed, claim = wrong(GIVEN.format(w_2=value, slope="0.23201"))
    assert pointed == value
    assert claim.message.startswith(f"w_2 is given as {value}, and used as -0.4")
