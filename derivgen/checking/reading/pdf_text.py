"""Text that was extracted from a PDF."""

from __future__ import annotations

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.reading.collector import Collector


def read(text: str, file: str) -> Manuscript:
    found = Collector()
    return found.manuscript(file, text, "pdf-text")
