"""Read every formula of the Markdown documents of a folder with KaTeX in strict mode."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from katex_check import check

DISPLAY = re.compile(r"^[ >]*\$\$\n(.*?)\n[ >]*\$\$$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(?<![\\$])\$(?![\s$])([^$\n]*?[^\s\\$])\$(?![\d$])")
QUOTED = re.compile(r"^[ >]+", re.MULTILINE)


def formulas(text: str) -> list[tuple[str, bool]]:
    """The formulas of a text in Pandoc's dialect, each with whether it is displayed."""
    displayed = [(QUOTED.sub("", found), True) for found in DISPLAY.findall(text)]
    inline = [(found, False) for found in INLINE.findall(DISPLAY.sub("", text))]
    return displayed + inline


def main(folder: str) -> int:
    """1 where KaTeX refuses a formula, or a document has none, or there is no document."""
    failed = total = 0
    documents = sorted(Path(folder).rglob("*.md"))
    for path in documents:
        found = formulas(path.read_text(encoding="utf-8"))
        complaints = check(found)
        if not found:
            complaints = ["no formula found"]
        for complaint in complaints:
            print(f"{path.name}: {complaint}")
        failed += len(complaints)
        total += len(found)
    print(f"{total} formulas in {len(documents)} documents, {failed} refused")
    return 1 if failed or not documents else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
