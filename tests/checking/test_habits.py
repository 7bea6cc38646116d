"""Documents that print significant digits: whole numbers end in tens or hundreds there, and are no less right."""

from __future__ import annotations

import pytest

import derivgen
from derivgen.checking.report import Verdict

#: z = 41.28, q = 1704.0384, p = 2556.0576, r = 21.3004..., s = 0.0532..., t = 0.2130...
_SIGNIFICANT = """\
We take $x = 12.9$ and $w = 3.2$.

$$z = w x = 41.3$$

$$v = z^2 = @q$$

$$p = 3 v / 2 = @p$$

$$r = v / 80 = 21.3$$

$$s = r / 400 = 0.0533$$

$$u = r / 4000 = 0.00533$$

$$t = r / 100 = @t$$
"""


def _written(numbers: dict[str, str]) -> str:
    text = _SIGNIFICANT
    for letter, number in numbers.items():
        text = text.replace(f"@{letter}", number)
    return text


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, 0),
        ({"q": "1750"}, 1),
        ({"p": "2450"}, 1),
        ({"t": "0.253"}, 1),
        ({"q": "1704"}, 0),
    ],
)
def test_whole_numbers_have_the_significant_digits_of_a_document(
    changed: dict[str, str], wrong: int
) -> None:
    text = _written({"q": "1700", "p": "2560", "t": "0.213", **changed})
    report = derivgen.check(text, language="markdown")
    found = [claim for claim in report.claims if claim.verdict is not Verdict.CORRECT]
    assert [claim.verdict for claim in found] == [Verdict.WRONG] * wrong, found


def test_whole_numbers_of_a_document_with_decimals_are_whole() -> None:
    text = "We take $x = 12.9$.\n\n$$z = 3.2 x = 41.2800$$\n\n$$r = z / 800 = 0.0516$$\n\n$$v = z^2 = 1700$$\n"
    report = derivgen.check(text, language="markdown")
    assert [claim.verdict for claim in report.claims][-1] is Verdict.WRONG


def test_a_step_with_a_gradient_of_significant_digits_is_as_exact_as_that() -> None:
    text = (
        "# Neuron\n\nWe take $x = 41.3$, $w = 1.07$, $y = 3.17$ and the learning rate $\\eta = 0.5$.\n\n"
        "$$a = w x = 44.2$$\n\n$$u = a / 800 = 0.0552$$\n\n$$v = a / 9000 = 0.00491$$\n\n"
        "$$k = v / 90 = 0.0000546$$\n\n$$L = (a - y)^2$$\n\n"
        "$$\\frac{\\partial L}{\\partial w} = 2 (a - y) x = 3390$$\n\n"
        "$$w^+ = w - \\eta \\frac{\\partial L}{\\partial w} = -1690$$\n"
    )
    report = derivgen.check(text, language="markdown")
    assert [claim.message for claim in report.claims if claim.verdict is Verdict.WRONG] == []


def test_whole_numbers_that_end_in_zeros_tell_of_significant_digits_where_few_others_do() -> None:
    text = (
        "We take $x = 2.7$ and $y = 4.1$.\n\n$$q = x y = 11.1$$\n\n$$f = q^2 + q = 134$$\n\n"
        "$$r = f / 10 = 13.4$$\n\n$$s = r + x = 16.1$$\n\n"
        "$$g = f^2 = 18000$$\n\n$$h = 9 g + f = 162000$$\n\n$$k = 3 h = @k$$\n"
    )
    for k, verdict in {"486000": Verdict.CORRECT, "496000": Verdict.WRONG}.items():
        report = derivgen.check(text.replace("@k", k), language="markdown")
        assert [claim.verdict for claim in report.claims][-1] is verdict, report
