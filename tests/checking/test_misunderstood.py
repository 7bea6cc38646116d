"""Where more seems wrong than can be, nothing is called wrong; a few slips among right lines are slips."""

from __future__ import annotations

import derivgen
from derivgen.checking.report import Report, Verdict


def checked(products: list[str]) -> Report:
    lines = [
        "Let $x = 0.5$ and $w = 3$.",
        *(f"$a_{at} = {one}$" for at, one in enumerate(products)),
    ]
    return derivgen.check("\n\n".join(lines), language="markdown")


def right(at: int) -> str:
    return f"{at} w x = {at} \\cdot 3 \\cdot 0.5 = {1.5 * at}"


def slip(at: int) -> str:
    return f"{at} w x = {at} \\cdot 3 \\cdot 0.5 = {1.5 * at + 0.4 + at / 10:.1f}"


def test_so_many_slips_are_none() -> None:
    report = checked([slip(at) for at in range(2, 8)])
    assert report.count(Verdict.WRONG) == 0
    (remark,) = (remark for remark in report.remarks if remark.code == "C410")
    assert remark.message.startswith("6 lines contradict")
    doubted = [claim for claim in report.claims if claim.code == "C410"]
    assert len(doubted) == 6
    assert all(claim.cause is None and claim.expected for claim in doubted)


def test_slips_among_right_lines_are_called_wrong() -> None:
    report = checked([slip(at) if at < 8 else right(at) for at in range(2, 17)])
    assert report.count(Verdict.WRONG) == 6
    assert all(remark.code != "C410" for remark in report.remarks)


def test_one_mistake_that_is_made_throughout_is_believed() -> None:
    lines = ["Let $x = 0.5$, $w = 0.4$, $a = \\sigma(w x) = 0.5498$ and $t = 1$."]
    for at in range(2, 9):
        lines.append(f"$L_{at} = \\frac{{{at}}}{{2}} (t - a)^2$")
        lines.append(f"$\\frac{{\\partial L_{at}}}{{\\partial w}} = {at} (a - t) x$")
    report = derivgen.check("\n\n".join(lines), language="markdown")
    wrong = [claim for claim in report.claims if claim.verdict is Verdict.WRONG]
    assert {claim.diagnosis for claim in wrong} == {"no_activation_slope"}
    assert len(wrong) == 7


def test_a_few_slips_are_called_wrong_in_a_short_document() -> None:
    report = checked([slip(at) for at in range(2, 6)])
    assert report.count(Verdict.WRONG) == 4
