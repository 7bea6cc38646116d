"""Numbers that were put in for some of the names of a formula."""

from __future__ import annotations

import pytest

import derivgen
from derivgen.checking.report import Verdict

POST = r"""
| $x$ | $y$ |
|---|---|
| 1 | 2 |
| 2 | 3 |

We minimise $J = \frac{1}{4} \sum_{i=1}^{2} (\hat{y}_i - y_i)^2$ with $\hat{y}_i = \theta_0 + \theta_1 x_i$, from
$\theta_0 = 0$ and $\theta_1 = 0$.

$$\hat{y}_i = \theta_0 + \theta_1 x_i = 0 + SLOPE \times x_i = 0$$

$$\frac{\partial J}{\partial \theta_0} = \frac{1}{2} \sum_{i=1}^{2} (\hat{y}_i - y_i) = \frac{1}{2} (0 - 2 + 0 - 3)$$
"""


@pytest.mark.parametrize(("slope", "lines"), [("0", []), ("1", [10])])
def test_a_number_among_names_is_right_where_it_is_the_value_of_one(
    slope: str, lines: list[int]
) -> None:
    report = derivgen.check(POST.replace("SLOPE", slope), language="markdown")
    wrong = {c.place.line for c in report.claims if c.verdict is Verdict.WRONG}
    assert sorted(line for line in wrong if line) == lines
