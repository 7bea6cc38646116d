"""A report in Jupyter: a table that no message can break."""

from __future__ import annotations

import re

import cmarkgfm
from made_reports import claim, manuscript, one_neuron

from derivgen.checking.report import Report


def test_the_whole_text() -> None:
    report, _ = one_neuron()
    assert (
        report._repr_markdown_()
        == """\
**8 claims: 3 correct, 1 rounding, 3 wrong (1 root cause), 1 undecided; 1 formula not read**

| line | | what | printed | expected |
|---|---|---|---|---|
| 6:1 | C101 wrong | 0.4 · 0.5 + 0.1 is 0.3; one digit is wrong | `0.35` | `0.30` |
| 9:6 | C102 wrong | a is 0.5744 (follows from line 6) | `0.5866` | `0.5744` |
| 11:17 | C102 wrong | y - a is 0.4256 (follows from line 6) | `0.4134` | `0.4256` |
| 12:23 | C111 rounding | the exact value rounds to 0.0855 | `0.0854` | `0.0855` |

- b is never updated
- the loss has no name
"""
    )


def test_a_message_is_one_cell() -> None:
    document = manuscript("x")
    evil = "a | b `c` \n\n# d <e> \\|"
    one = claim(document, "x", "wrong", "C101", evil, printed=evil, expected=evil)
    html = cmarkgfm.github_flavored_markdown_to_html(Report("p", (one,))._repr_markdown_())
    assert len(re.findall("<td>", html)) == 5
    assert "a | b `c` # d &lt;e&gt; \\|</td>" in html


def test_many_findings_are_cut() -> None:
    document = manuscript("x")
    claims = tuple(claim(document, "x", "wrong", "C101", id=n) for n in range(1000))
    text = Report("p", claims)._repr_markdown_()
    assert text.count("C101") == 200
    assert "and 800 more" in text
