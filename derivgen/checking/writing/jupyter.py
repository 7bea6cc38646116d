"""A report as Jupyter shows it: the summary and a table of what was found."""

from __future__ import annotations

from typing import Final

from derivgen.checking.report import Claim, Report
from derivgen.checking.writing.findings import findings, summary
from derivgen.render import escape

#: a cell of a notebook is no place for more
_MOST: Final = 200
_ESCAPE: Final = escape.markdown({})


def jupyter_markdown(report: Report) -> str:
    """Markdown: the summary line, and a row for each finding, those that follow under their root."""
    rows: list[str] = []
    for finding in findings(report):
        rows.append(_row(finding.claim, ""))
        line = finding.claim.place.line
        rows += [_row(claim, f" (follows from line {line})") for claim in finding.followers]
    parts = [f"**{_ESCAPE(summary(report))}**"]
    if rows:
        head = ["| line | | what | printed | expected |", "|---|---|---|---|---|"]
        parts.append("\n".join([*head, *rows[:_MOST]]))
    if len(rows) > _MOST:
        parts.append(f"and {len(rows) - _MOST} more")
    if report.remarks:
        parts.append("\n".join(f"- {_ESCAPE(remark.message)}" for remark in report.remarks))
    return "\n\n".join(parts) + "\n"


def _row(claim: Claim, more: str) -> str:
    cells = [
        f"{claim.place.line}:{claim.place.column}",
        f"{claim.code} {claim.verdict}",
        _ESCAPE(claim.message) + more,
        *(
            escape.markdown_code(text, _ESCAPE) if text else ""
            for text in (claim.printed, claim.expected)
        ),
    ]
    return f"| {' | '.join(cells)} |"
