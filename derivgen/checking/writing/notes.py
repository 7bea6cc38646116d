"""What stands in an annotated text: one note for each finding, at the end of what it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.report import Claim, Report
from derivgen.checking.writing.findings import findings, position, summary


@dataclass(frozen=True, slots=True)
class Phrasing:
    """How a note is written: words of the report, mathematics as the author typed it, emphasis."""

    words: Callable[[str], str]
    code: Callable[[str], str]
    strong: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Note:
    """A note on what ends at an offset of the document."""

    end: int
    text: str


def notes(report: Report, manuscript: Manuscript, phrasing: Phrasing) -> list[Note]:
    """The notes that have a place, in the order in which they are to stand."""
    found: list[Note] = []
    for finding in findings(report):
        claim = finding.claim
        found.append(Note(claim.end, _said(claim, None, manuscript, phrasing)))
        found += [
            Note(other.end, _said(other, claim, manuscript, phrasing))
            for other in finding.followers
        ]
    for remark in report.remarks:
        if remark.place is not None and remark.place.line is not None:
            offset = manuscript.offset(remark.place)
            label = phrasing.strong(f"derivgen{_line(offset, manuscript)}:")
            found.append(Note(offset, f"{label} {phrasing.words(remark.message)}"))
    return sorted(found, key=lambda note: note.end)


def closing(report: Report, phrasing: Phrasing) -> list[str]:
    """What is said of the whole document: the remarks without a place, and the summary."""
    label = phrasing.strong("derivgen:")
    without = [r for r in report.remarks if r.place is None or r.place.line is None]
    said = [f"{label} {phrasing.words(remark.message)}" for remark in without]
    return [*said, f"{label} {phrasing.words(summary(report))}"]


def _line(offset: int, manuscript: Manuscript) -> str:
    cell, line, _ = position(offset, manuscript)
    return f", {cell}, line {line}" if cell else f", line {line}"


def _said(claim: Claim, root: Claim | None, manuscript: Manuscript, phrasing: Phrasing) -> str:
    label = phrasing.strong(f"derivgen{_line(claim.start, manuscript)}:")
    return " ".join([label, *_sentences(claim, root, manuscript, phrasing)])


def _sentences(
    claim: Claim, root: Claim | None, manuscript: Manuscript, phrasing: Phrasing
) -> Iterator[str]:
    message = phrasing.words(claim.message).strip()
    stop = "" if not message or message.endswith((".", "?", "!", "…")) else "."
    yield f"{claim.code} {claim.verdict}: {message}{stop}".strip()
    if claim.printed and claim.expected:
        yield f"{phrasing.code(claim.printed)} should be {phrasing.code(claim.expected)}."
    if root is not None:
        yield f"Follows from{_line(root.start, manuscript).removeprefix(',')}."
