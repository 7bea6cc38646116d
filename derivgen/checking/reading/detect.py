"""Which format a document is in: by its ending, else by what is in it."""

from __future__ import annotations

import itertools
import re
from pathlib import PurePath

from derivgen.checking.reading.lost_powers import LOST_POWER

ENDINGS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".qmd": "markdown",
    ".rmd": "markdown",
    ".tex": "latex",
    ".ltx": "latex",
    ".latex": "latex",
    ".ipynb": "notebook",
    ".pdf": "pdf",
}
FORMATS = ("markdown", "latex", "text", "notebook", "pdf-text")

_LATEX = re.compile(
    r"^[ \t]*\\(?:documentclass|begin\{document\}|usepackage|section\*?\{)", re.MULTILINE
)
_MARKDOWN = (
    re.compile(r"^#{1,6} \S", re.MULTILINE),
    re.compile(r"^(?:```|~~~)", re.MULTILINE),
    re.compile(r"^\$\$", re.MULTILINE),
    re.compile(r"^[ \t]*\|.*\|[ \t]*\n[ \t]*\|[ :|-]+\|", re.MULTILINE),
    re.compile(r"\[[^\]\n]{1,80}\]\([^)\s]{1,300}\)"),
    re.compile(r"(?<!\w)\*\*\w[^*\n]{0,80}\*\*(?!\w)"),
    re.compile(r"`[^`\n]{1,80}`"),
    re.compile(r"\A---\n"),
)
_NUMBERED = re.compile(r"^[^\n]{0,200}\((\d{1,3})\)[ \t]*$", re.MULTILINE)
_STACKED = re.compile(
    r"^\s*[∂d]\w{1,20}\s*\n\s*(?:\n\s*)?[∂d]\w|^1\s*\n\s*\n?\s*(?:1\s*[+]|2\s*$)", re.MULTILINE
)
_LOOKED_AT = 200_000


def format_of(name: str, text: str) -> str:
    """The format of a document: one of :data:`FORMATS`, or ``pdf`` for a PDF file."""
    ending = PurePath(name).suffix.lower()
    if ending in ENDINGS:
        return ENDINGS[ending]
    head = text[:_LOOKED_AT]
    if head.lstrip().startswith("{") and '"cells"' in head and '"cell_type"' in text:
        return "notebook"
    if _LATEX.search(head):
        return "latex"
    if _is_from_pdf(head):
        return "pdf-text"
    if sum(1 for mark in _MARKDOWN if mark.search(head)) >= 2:
        return "markdown"
    return "text"


def _is_from_pdf(text: str) -> bool:
    """Whether a text has equation numbers in ascending order, and fractions in two lines or exponents in none."""
    numbers = [int(found[1]) for found in _NUMBERED.finditer(text)]
    ascending = sum(1 for one, other in itertools.pairwise(numbers) if other == one + 1)
    lost = _STACKED.search(text) or LOST_POWER.search(text)
    return ascending >= 2 and lost is not None and "$" not in text
