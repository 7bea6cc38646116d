"""Which left side a chain goes on with that begins with a relation."""

from __future__ import annotations

import derivgen
from derivgen.checking.report import Verdict

POST = r"""
We take $x = 0.4$, $w = 0.5$ and the target $y = 1$.

$$z = w x = 0.2$$

$$E = \frac{1}{2} (z - y)^2 = 0.32$$

$$\frac{\partial E}{\partial w}^{(t=2)} = \delta \cdot x$$

$$= 0.3 \cdot 0.5 = 0.15$$
"""


def test_what_goes_on_behind_an_equation_that_was_not_read_goes_on_with_that() -> None:
    report = derivgen.check(POST, language="markdown")
    assert [unread.place.line for unread in report.unread] == [8]
    assert not [claim for claim in report.claims if claim.verdict is Verdict.WRONG]
