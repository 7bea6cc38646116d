"""Reports as SARIF 2.1.0, the form in which code hosts and editors take findings.

Wrong claims are errors, rounding slips warnings, cut digits notes; a claim that follows from
another finding is a note that names it.  What is correct, undecided or not read is no result.
Columns are in UTF-16 code units, which is what readers that do not look at ``columnKind`` take them for.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from derivgen import __version__
from derivgen.checking.codes import CHECK_CODES
from derivgen.checking.manuscript import Manuscript
from derivgen.checking.report import Claim, Remark, Report, Verdict
from derivgen.checking.writing.cells import safe
from derivgen.checking.writing.findings import findings, position

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_RULES: Final = tuple(sorted(CHECK_CODES))
#: a message is read in a list
_LONGEST: Final = 1000
_LINK: Final = re.compile(r"\[(?=[^\[\]]*\]\()")

_LEVELS: Final = {
    Verdict.WRONG: "error",
    Verdict.ROUNDING: "warning",
    Verdict.TRUNCATION: "note",
}


def sarif_text(documents: Sequence[tuple[Report, Manuscript]]) -> str:
    """One run with the findings of all documents.

    A file's URI is its path as it was given, relative where that was; code hosts take it from the
    root of the repository.
    """
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "derivgen",
                        "semanticVersion": __version__,
                        "rules": [_rule(code) for code in _RULES],
                    }
                },
                "columnKind": "utf16CodeUnits",
                "results": [
                    result
                    for report, manuscript in documents
                    for result in _File(report, manuscript).results()
                ],
            }
        ],
    }
    text = json.dumps(log, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _rule(code: str) -> dict[str, Any]:
    entry = CHECK_CODES[code]
    level = {"C11": "warning", "C12": "note", "C4": "note", "C5": "warning"}
    levels = [found for start, found in level.items() if code.startswith(start)]
    example = f"\n\nExample: {entry.example}" if entry.example else ""
    fix = f"\n\nFix: {entry.fix}" if entry.fix else ""
    return {
        "id": code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.why},
        "help": {"text": f"{entry.why}{example}{fix}"},
        "defaultConfiguration": {"level": levels[0] if levels else "error"},
    }


def file_uri(file: str) -> str:
    """A path as a relative URI reference; as a file URI where the path is absolute."""
    if os.path.isabs(file):
        return Path(file).as_uri()
    return quote(os.fsencode(file.replace(os.sep, "/")))


class _File:
    """The results of one document; it counts equal ones, so that each has a fingerprint of its own."""

    def __init__(self, report: Report, manuscript: Manuscript) -> None:
        self.report = report
        self.manuscript = manuscript
        self.uri = file_uri(report.file)
        # characters of two UTF-16 units, by their offsets
        text = manuscript.text
        self.wide = [at for at, char in enumerate(text) if char > "\uffff"]
        self.seen: Counter[str] = Counter()

    def results(self) -> Iterator[dict[str, Any]]:
        """The findings in reading order, then what is missing from the document."""
        for finding in findings(self.report):
            claim = finding.claim
            yield self.result(claim, None)
            for other in finding.followers:
                yield self.result(other, claim)
        for remark in self.report.remarks:
            if remark.kind == "missing" and remark.code:
                yield self.missing(remark)

    def result(self, claim: Claim, root: Claim | None) -> dict[str, Any]:
        """One claim; with a root it is a note, since repairing the root repairs it."""
        cell, _, _ = position(claim.start, self.manuscript)
        message = _message(claim, cell)
        result: dict[str, Any] = {
            **_identity(claim.code),
            "level": _LEVELS[claim.verdict],
            "message": {"text": message},
            "locations": [{"physicalLocation": self.location(claim.start, claim.end)}],
            "partialFingerprints": self.fingerprint(claim.code, claim.text),
        }
        if root is not None:
            _, line, _ = position(root.start, self.manuscript)
            result["level"] = "note"
            result["message"]["text"] = f"{message} This follows from [line {line}](1)."
            result["relatedLocations"] = [
                {
                    "id": 1,
                    "physicalLocation": self.location(root.start, root.end),
                    "message": {"text": _escaped(root.message) or "the cause"},
                }
            ]
        return result

    def missing(self, remark: Remark) -> dict[str, Any]:
        """What is missing from the document, at the place of the remark or for the whole file."""
        location: dict[str, Any] = {"artifactLocation": {"uri": self.uri}}
        if remark.place is not None and remark.place.line is not None:
            start = self.manuscript.offset(remark.place)
            location = self.location(start, start)
        return {
            **_identity(remark.code),
            "level": "warning",
            "message": {"text": _escaped(remark.message)},
            "locations": [{"physicalLocation": location}],
            "partialFingerprints": self.fingerprint(remark.code, remark.message),
        }

    def location(self, start: int, end: int) -> dict[str, Any]:
        """Where a part of the text is; a notebook's lines are those of its cells, not of the file."""
        artifact = {"artifactLocation": {"uri": self.uri}}
        if self.manuscript.parts:
            return artifact
        first, last = self.point(start), self.point(max(end, start))
        names = ("startLine", "startColumn", "endLine", "endColumn")
        return {**artifact, "region": dict(zip(names, first + last, strict=True))}

    def point(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset; columns in UTF-16 code units."""
        place = self.manuscript.place(min(offset, len(self.manuscript.text)))
        line, column = place.line or 1, place.column or 1
        wide = bisect_left(self.wide, offset) - bisect_left(self.wide, offset - column + 1)
        return line, column + wide

    def fingerprint(self, code: str, text: str) -> dict[str, str]:
        """What tells a finding from others when lines have moved: its rule, its text, and which of
        several equal ones it is."""
        said = f"{code}\0{' '.join(text.split())}".encode("utf-8", "surrogatepass")
        key = hashlib.sha256(said).hexdigest()[:16]
        self.seen[key] += 1
        return {"primaryLocationLineHash": f"{key}:{self.seen[key]}"}


def _identity(code: str) -> dict[str, Any]:
    return {"ruleId": code, "ruleIndex": _RULES.index(code)}


def _message(claim: Claim, cell: str) -> str:
    """The message in sentences: what is wrong, what was printed, what it should be."""
    parts = [f"In {_escaped(cell)}:"] if cell else []
    parts.append(_sentence(claim.message or f"{claim.text} is {claim.verdict}"))
    if claim.printed and claim.expected:
        parts.append(f"Printed: {_escaped(claim.printed)}; expected: {_escaped(claim.expected)}.")
    elif claim.exact is not None and math.isfinite(claim.exact):
        parts.append(f"The value is {claim.exact:.10g}.")
    return " ".join(parts)


def _sentence(text: str) -> str:
    text = _escaped(text)
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _escaped(text: str) -> str:
    """A text on one line in which nothing is a link of SARIF's, ``[words](number)``."""
    text = safe(text)
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return _LINK.sub(r"\\[", text)
