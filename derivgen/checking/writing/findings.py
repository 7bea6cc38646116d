"""What of a report is shown: the findings in reading order, each root with what follows from it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.report import Claim, Report, Verdict

#: What an author is told of one by one; a remark can speak for all of the last two.
FINDINGS = (Verdict.WRONG, Verdict.ROUNDING, Verdict.TRUNCATION)


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim to report, with the later ones that are reported because of it."""

    claim: Claim
    followers: tuple[Claim, ...] = ()


def findings(report: Report) -> tuple[Finding, ...]:
    """The findings in reading order; a claim that follows from a finding stands under its root."""
    spoken_for = {remark.code for remark in report.remarks if remark.code}
    listed = [
        claim
        for claim in in_order(report.claims)
        if claim.verdict in FINDINGS
        and (claim.verdict is Verdict.WRONG or claim.code not in spoken_for)
    ]
    roots = _roots(listed)
    under: dict[int, list[Claim]] = {}
    for claim in listed:
        under.setdefault(roots[claim.id], []).append(claim)
    return tuple(
        Finding(claim, tuple(other for other in under[claim.id] if other is not claim))
        for claim in listed
        if roots[claim.id] == claim.id
    )


def in_order(claims: Iterable[Claim]) -> list[Claim]:
    """The claims as they stand in the document."""
    return sorted(claims, key=lambda claim: (claim.start, claim.end, claim.id))


def _roots(listed: list[Claim]) -> dict[int, int]:
    """For each listed claim the last listed one that its causes lead to; itself where there is none.

    Where causes lead in a circle, one of the circle is its root.
    """
    by_id = {claim.id: claim for claim in listed}
    roots: dict[int, int] = {}
    for claim in listed:
        at = claim.id
        way = dict.fromkeys([at])
        while at not in roots:
            cause = by_id[at].cause
            if cause is None or cause not in by_id:
                break
            at = cause
            if at in way:
                break
            way[at] = None
        roots.update(dict.fromkeys(way, roots.get(at, at)))
    return roots


def summary(report: Report) -> str:
    """``312 claims: 297 correct, 9 rounding, 4 wrong (2 root causes); 5 formulas not read``."""
    parts = [f"{report.count(Verdict.CORRECT)} correct"]
    for verdict in (Verdict.ROUNDING, Verdict.TRUNCATION, Verdict.WRONG, Verdict.UNDECIDED):
        number = report.count(verdict)
        if number:
            roots = ""
            if verdict is Verdict.WRONG and report.roots < number:
                roots = f" ({counted(report.roots, 'root cause')})"
            parts.append(f"{number} {verdict}{roots}")
    unread = f"; {counted(len(report.unread), 'formula')} not read" if report.unread else ""
    if not report.claims:
        nothing = "no claims" if report.unread else "no formulas were found in the text"
        return f"{nothing}{unread}" if report.unread else f"{nothing}; there is nothing to check"
    return f"{counted(len(report.claims), 'claim')}: {', '.join(parts)}{unread}"


def counted(number: int, thing: str) -> str:
    """``1 claim``, ``2 claims``."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def position(offset: int, manuscript: Manuscript) -> tuple[str, int, int]:
    """The cell (of a notebook, else empty), line and column of a character of a document."""
    place = manuscript.place(offset)
    line, column = place.line or 1, place.column or 1
    if not manuscript.parts:
        return "", line, column
    at = max(bisect_right([start for start, _ in manuscript.parts], offset) - 1, 0)
    start, label = manuscript.parts[at]
    return label, line - (manuscript.place(start).line or 1) + 1, column


def spot(claim: Claim, manuscript: Manuscript) -> tuple[int, int]:
    """Where in a document the part of a claim that was judged stands.

    It is ``printed``, where that occurs once in the claim and as a word or number of its own; else
    the whole claim.
    """
    start = max(claim.start, 0)
    end = min(max(claim.end, start), len(manuscript.text))
    printed = claim.printed.strip()
    if not printed:
        return start, end
    text = manuscript.text
    at = text.find(printed, start, end)
    alone: list[int] = []
    while at >= 0 and len(alone) < 2:
        before = text[at - 1 : at] if at > start else ""
        after = text[at + len(printed) : at + len(printed) + 2] if at + len(printed) < end else ""
        if not (_joins(before, printed[0]) or _joins_after(printed[-1], after)):
            alone.append(at)
        at = text.find(printed, at + 1, end)
    return (alone[0], alone[0] + len(printed)) if len(alone) == 1 else (start, end)


def _joins(before: str, first: str) -> bool:
    """Whether the character before a text makes one number or word with its first."""
    if not before or not (first.isalnum() or first == "."):
        return False
    return before.isalnum() or before in ".\\"


def _joins_after(last: str, after: str) -> bool:
    """Whether what comes after a text makes one number or word with its last character."""
    if not after or not (last.isalnum() or last == "."):
        return False
    return after[0].isalnum() or (after[0] == "." and after[1:].isdigit())
