"""Compile every standalone LaTeX file of a folder, on A4 and on letter, and read the log.

A box that is overfull, a reference or citation that is undefined, a missing character or a
missing font fails, as does any error.  Shell escape is off.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from pathlib import Path

BAD = re.compile(
    r"^(?:! .*|Overfull \\[hv]box.*|.*LaTeX (?:Font )?Warning: .*(?:undefined|multiply).*"
    r"|.*Missing character.*|.*Rerun to get.*)",
    re.MULTILINE,
)
#: pages of a paper, as the options of a document class name them
PAPERS = ("a4paper", "letterpaper")
RUNS = 2  # the second knows the references of the first


def on_paper(source: str, paper: str) -> str:
    """The source with the other paper in the options of its class."""
    changed, count = re.subn(r"\b(?:a4paper|letterpaper)\b", paper, source)
    if not count:
        raise ValueError("the document names no paper")
    return changed


def complaints(path: Path, paper: str) -> list[str]:
    """What TeX has to say against one document."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "document.tex").write_text(
            on_paper(path.read_text(encoding="utf-8"), paper), encoding="utf-8"
        )
        command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"]
        for _ in range(RUNS):
            done = subprocess.run(
                [*command, "document.tex"],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                check=False,
            )
            log = Path(folder, "document.log").read_text(encoding="latin-1")
            if done.returncode:
                break
        found = [match[0] for match in BAD.finditer(log)]
        if done.returncode and not found:
            found = [f"pdflatex ended with {done.returncode}"]
    return [f"{path.name} on {paper}: {line}" for line in found]


def main(folder: str) -> int:
    """Check all; 1 if one is bad, or there is none."""
    texts = sorted(Path(folder).rglob("*.tex"))
    documents = [path for path in texts if r"\documentclass" in path.read_text(encoding="utf-8")]
    tasks = [(path, paper) for path in documents for paper in PAPERS]
    with ThreadPoolExecutor(cpu_count()) as pool:
        found = [
            line for lines in pool.map(lambda task: complaints(*task), tasks) for line in lines
        ]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(documents)} documents on {len(PAPERS)} papers, {len(found)} complaints")
    return 1 if found or not documents else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
