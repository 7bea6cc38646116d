"""Over 500 pages of handout to PDF, against five seconds."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from measure import Result, build, dense_spec, run

PAGES = 500
SIZES = (24, 48, 12)


def pages_of(pdf: Path) -> int:
    """How many pages a PDF has, asked of poppler."""
    told = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
    found = re.search(r"^Pages:\s+(\d+)$", told, re.MULTILINE)
    assert found is not None
    return int(found[1])


def results() -> list[Result]:
    """The whole process, and the part of it that makes the PDF from finished Typst text."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec = folder / "net.yaml"
        spec.write_text(dense_spec(SIZES, "sigmoid", "handout", "reuse"), encoding="utf-8")
        whole = run(*build(spec, "pdf", folder)).seconds
        text = run(*build(spec, "typ", folder)).seconds
        pages = pages_of(folder / "net.pdf")
    if pages < PAGES:
        raise SystemExit(f"only {pages} pages: take a larger network")
    return [
        Result(
            f"{pages} pages, the whole process, for 500",
            "five seconds",
            5.0,
            whole * PAGES / pages,
            limit=1,
        ),
        Result(
            f"{pages} pages, typesetting alone, for 500",
            "five seconds",
            5.0,
            (whole - text) * PAGES / pages,
            limit=1,
        ),
    ]


if __name__ == "__main__":
    print(*results(), sep="\n")
