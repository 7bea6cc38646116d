"""A fragment is read into a document of a user with the preamble that docs/cli.md shows, and nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from derivgen.api import build
from derivgen.settings import VIEWS

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
COMPLAINT = re.compile(r"^(?:! .*|Overfull.*|Underfull.*|.*Warning:.*|.*Missing character.*)", re.M)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex"),
]


def documented(fragments: list[str]) -> str:
    """The document that docs/cli.md shows, around other fragments."""
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"^```latex\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    read = "\n".join(rf"\input{{{name}}}" for name in fragments)
    replaced, count = re.subn(r"\\input\{mynet\.fragment\}", read.replace("\\", r"\\"), shown)
    assert count == 1
    return replaced


def complaints(folder: Path, source: str) -> list[str]:
    (folder / "main.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "main"]
    for _ in range(3):  # long tables settle in the third
        subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )
    assert (folder / "main.pdf").exists()
    return COMPLAINT.findall((folder / "main.log").read_text(encoding="latin-1"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("style", ["tutorial", "summary"])
def test_a_fragment_compiles(path: Path, style: str, tmp_path: Path) -> None:
    build(path, to=["tex-fragment"], style=style, views=VIEWS, output=tmp_path)
    assert not complaints(tmp_path, documented([f"{path.stem}.fragment"]))


def test_fragments_stand_side_by_side_and_with_hyperref(tmp_path: Path) -> None:
    some = EXAMPLES[:4]
    for path in some:
        build(path, to=["tex-fragment"], style="handout", output=tmp_path)
    source = documented([f"{path.stem}.fragment" for path in some])
    with_links = source.replace("\\begin{document}", "\\usepackage{hyperref}\n\\begin{document}")
    assert not complaints(tmp_path, with_links)
