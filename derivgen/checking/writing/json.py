"""A report as JSON: ``tests/data/check_report.schema.json`` is its schema."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.report import Claim, Report, Verdict
from derivgen.checking.writing.findings import position
from derivgen.errors import Place


def json_text(documents: Sequence[tuple[Report, Manuscript]]) -> str:
    """The report of one document as a JSON object; those of several as an array of such objects."""
    written = [report_data(report, manuscript) for report, manuscript in documents]
    value = written[0] if len(written) == 1 else written
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    # half a character, as a file name can hold it, is written as JSON writes it
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def report_data(report: Report, manuscript: Manuscript) -> dict[str, Any]:
    """The report as plain data, claims in the order of the report."""
    return {
        "file": report.file,
        "claims": [_claim(claim, manuscript) for claim in report.claims],
        "unread": [
            {**_place(piece.place, manuscript), "text": piece.text, "reason": piece.reason}
            for piece in report.unread
        ],
        "mapping": dict(report.mapping),
        "conventions": dict(report.conventions),
        "remarks": [
            {
                **_place(remark.place, manuscript),
                "kind": remark.kind,
                "code": remark.code or None,
                "message": remark.message,
            }
            for remark in report.remarks
        ],
        "summary": _summary(report),
    }


def _claim(claim: Claim, manuscript: Manuscript) -> dict[str, Any]:
    exact = claim.exact if claim.exact is not None and math.isfinite(claim.exact) else None
    return {
        "id": claim.id,
        **_position(claim.start, manuscript),
        "text": claim.text,
        "verdict": str(claim.verdict),
        "code": claim.code or None,
        "printed": claim.printed,
        "expected": claim.expected,
        "exact": exact,
        "cause": claim.cause,
        "diagnosis": claim.diagnosis,
        "message": claim.message,
    }


def _position(offset: int, manuscript: Manuscript) -> dict[str, Any]:
    """Line and column; in a notebook those in a cell, and the cell."""
    cell, line, column = position(offset, manuscript)
    return {"line": line, "column": column, **({"cell": cell} if cell else {})}


def _place(place: Place | None, manuscript: Manuscript) -> dict[str, Any]:
    if place is None or place.line is None:
        return {"line": None, "column": None}
    return _position(manuscript.offset(place), manuscript)


def _summary(report: Report) -> dict[str, int]:
    """How many claims there are of each verdict, root causes, and pieces that were not read."""
    return {
        "claims": len(report.claims),
        **{str(verdict): report.count(verdict) for verdict in Verdict},
        "root_causes": report.roots,
        "unread": len(report.unread),
    }
