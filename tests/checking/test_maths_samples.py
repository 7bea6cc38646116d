"""Every formula of every document that derivgen writes is read by its own parser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from derivgen.checking.manuscript import Passage
from derivgen.checking.maths.parser import learn, read

OUTPUT = Path(__file__).resolve().parents[2] / "output"
SAMPLES = sorted(OUTPUT.glob("*.md")) + sorted(OUTPUT.glob("*.tex"))

MARKDOWN = re.compile(r"\$\$(.*?)\$\$|\$(.+?)\$", re.DOTALL)
LATEX = re.compile(
    r"\\begin\{(equation\*?|align\*?)\}.*?\\end\{\1\}|\\\[.*?\\\]|\\\(.*?\\\)|(?<!\\)\$(.+?)(?<!\\)\$",
    re.DOTALL,
)


def formulas(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return [match[1] or match[2] for match in MARKDOWN.finditer(text)]
    body = text[text.index(r"\begin{document}") :]
    body = re.sub(r"\\begin\{tikzpicture\}.*?\\end\{tikzpicture\}", "", body, flags=re.DOTALL)
    return [match[2] or match[0] for match in LATEX.finditer(body)]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_no_formula_of_a_sample_is_left_unread(path: Path) -> None:
    found = formulas(path)
    assert len(found) > 20, "the formulas of the sample were not found"
    passages = [Passage(text, (), "latex", "display") for text in found]
    vocabulary = learn(passages)
    unread = {
        (text, failure.reason)
        for text in found
        for failure in read(text, "latex", vocabulary).failures
    }
    assert not unread
    empty = [text for text in found if not read(text, "latex", vocabulary).chains]
    assert not empty, "formulas without any statement"
