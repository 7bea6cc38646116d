"""Documents with several worked examples: each is judged by itself, at its own places."""

from __future__ import annotations

import pytest

import derivgen
from derivgen.checking.manuscript import Language
from derivgen.checking.report import Verdict

GENERAL = """{part}Two neurons{end}

A neuron computes $z = w x + b$ and $a = f(z)$.

"""
FIRST = """{head}Example 1: a straight line{end}

Here $f$ is the identity, $a = z$, with $x = 2$, $w = 0.5$, $b = 0.1$ and the target $t = 1$, and $E = (a - t)^2 / 2$.

$$z = 0.5 \\cdot 2 + 0.1 = 1.1$$

$$\\frac{{\\partial E}}{{\\partial w}} = (a - t) x = (1.1 - 1) \\cdot 2 = 0.2$$

"""
SECOND = """{head}Example 2: a sigmoid{end}

Now $a = \\sigma(z)$ with $x = 1$, $w = -0.6$, $b = 0.4$ and the target $t = 1$, and $E = -\\ln a$.

$$z = -0.6 \\cdot 1 + 0.4 = -0.2$$

$$a = \\sigma(-0.2) = 0.4502$$

$$\\frac{{\\partial E}}{{\\partial w}} = (a - 1) x = (0.4502 - 1) \\cdot 1 = -0.5498$$
"""
MARKS = {
    "markdown": {"part": "# ", "head": "## ", "end": ""},
    "latex": {"part": "\\section{", "head": "\\subsection*{", "end": "}"},
}


def written(language: Language, *parts: str) -> str:
    return "".join(part.format(**MARKS[language]) for part in parts)


@pytest.mark.parametrize("language", MARKS)
def test_each_example_has_its_own_numbers_and_functions(language: Language) -> None:
    text = written(language, GENERAL, FIRST, SECOND)
    report = derivgen.check(text, language=language)
    assert report.count(Verdict.WRONG) == report.count(Verdict.ROUNDING) == 0
    decided = [claim for claim in report.claims if claim.verdict is Verdict.CORRECT]
    assert len(decided) >= len(report.claims) - 2  # f alone is not said
    for claim in report.claims:
        assert text[claim.start : claim.end].strip()  # no example that was left out
        rows = text.split("\n")[: (claim.place.line or 0) - 1]
        assert claim.start == sum(len(row) + 1 for row in rows) + (claim.place.column or 0) - 1


def test_a_slip_in_one_example_is_found_at_its_place() -> None:
    text = written("markdown", GENERAL, FIRST, SECOND.replace("-0.5498", "-0.5948"))
    report = derivgen.check(text, language="markdown")
    (wrong,) = (claim for claim in report.claims if claim.verdict is Verdict.WRONG)
    assert text.split("\n")[(wrong.place.line or 0) - 1].endswith("-0.5948$$")
    assert wrong.expected == "-0.5498"


def test_claims_are_counted_through_and_follow_from_claims_that_are_there() -> None:
    slips = FIRST.replace("0.1 = 1.1", "0.1 = 1.3").replace("(1.1 - 1)", "(1.3 - 1)")
    text = written("markdown", GENERAL, slips.replace("= 0.2$$", "= 0.6$$"), SECOND)
    report = derivgen.check(text, language="markdown")
    assert [claim.id for claim in report.claims] == list(range(1, len(report.claims) + 1))
    wrong = [claim for claim in report.claims if claim.verdict is Verdict.WRONG]
    assert wrong
    roots = {claim.id for claim in wrong if claim.cause is None}
    assert {claim.cause for claim in wrong if claim.cause is not None} <= roots


def test_an_example_that_goes_on_with_the_one_before_is_no_document_of_its_own() -> None:
    onward = "## Example 2: its update\n\nWith $\\eta = 0.1$ we get $w^+ = 0.5 - 0.1 \\cdot 0.2 = 0.48$.\n"
    report = derivgen.check(written("markdown", GENERAL, FIRST) + onward, language="markdown")
    last = report.claims[-1]
    assert last.verdict is Verdict.CORRECT
    assert last.printed == "0.48"


def test_examples_may_be_numbered_in_bold_words() -> None:
    marks = {"part": "## ", "head": "**", "end": "**"}
    text = "".join(part.format(**marks) for part in (GENERAL, FIRST, SECOND))
    report = derivgen.check(text.replace("Two neurons**", "Two neurons"), language="markdown")
    assert report.count(Verdict.WRONG) == report.count(Verdict.ROUNDING) == 0
    assert report.count(Verdict.CORRECT) >= len(report.claims) - 2


def test_sections_that_give_their_numbers_anew_are_examples() -> None:
    parts = (GENERAL, FIRST, SECOND)
    text = written("markdown", *parts).replace("Example 1: a", "A").replace("Example 2: a", "A")
    report = derivgen.check(text, language="markdown")
    assert report.count(Verdict.WRONG) == report.count(Verdict.ROUNDING) == 0
    assert report.count(Verdict.CORRECT) >= len(report.claims) - 2
