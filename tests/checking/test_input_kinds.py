"""One small network written down in every way that the checker reads, each with mistakes at known places.

The mistakes are told by line and printed text; everything else in these documents is right.  The numbers
are those of one sigmoid neuron, worked out with a pocket calculator.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from derivgen.checking.pipeline import check_manuscript
from derivgen.checking.reading import read_manuscript
from derivgen.checking.report import Report, Verdict

KINDS = Path(__file__).parent / "kinds"

#: document -> (line in the document or cell, what is printed there) of each root mistake
MISTAKES: dict[str, list[tuple[int, str]]] = {
    "unicode.txt": [(12, "0.2530"), (21, "-0.1557")],
    "bare_latex.txt": [(12, "0.2530"), (20, "-0.1557")],
    "question.txt": [(12, "out*(1 + out)"), (16, "w_2 + lr*∂E/∂w_2")],
    "delimiters.md": [(17, "0.0813"), (27, "0.0987"), (38, "-0.2343")],
    # a net input that no formula reads by its name, though one repeats it
    "unicode_indices.txt": [(12, "-0.0870")],
    "fences.md": [(20, "-0.2180")],
    "spellings.md": [],
    "tables.md": [(10, "-0.2343"), (19, "0.0731"), (23, "0.0877")],
}


def report(document: Path | bytes, name: str = "") -> Report:
    return check_manuscript(read_manuscript(document, name))


def roots(found: Report) -> list[tuple[int, str]]:
    wrong = [c for c in found.claims if c.verdict is Verdict.WRONG and c.cause is None]
    return sorted((c.place.line or 0, c.printed) for c in wrong)


@pytest.mark.parametrize("name", MISTAKES)
def test_the_mistakes_are_found_and_nothing_else(name: str) -> None:
    found = report(KINDS / name)
    assert roots(found) == MISTAKES[name]
    assert not found.unread
    assert found.count(Verdict.UNDECIDED) == 0


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: text.replace(" = ", "\t=\t").encode(),
    ],
    ids=["crlf", "bom", "utf-16", "utf-16-be", "tabs"],
)
@pytest.mark.parametrize("name", ["unicode.txt", "delimiters.md"])
def test_encodings_and_line_ends_change_nothing(name: str, encode: object) -> None:
    assert callable(encode)
    text = (KINDS / name).read_text(encoding="utf-8")
    found = report(encode(text), name)
    assert roots(found) == MISTAKES[name]
    assert len(found.claims) == len(report(KINDS / name).claims)


def test_a_notebook_is_read_by_its_markdown_cells() -> None:
    manuscript = read_manuscript(KINDS / "cells.ipynb")
    found = check_manuscript(manuscript)
    wrong = [c for c in found.claims if c.verdict is Verdict.WRONG]
    assert [c.printed for c in wrong] == ["-0.0844", "-0.0987"]
    # code cells and outputs say other things of z and E
    assert found.count(Verdict.CORRECT) == 5
    # the cell's lines are held as a list in the file
    assert "a = \\sigma(z)" in manuscript.text


def test_the_text_at_a_place_is_the_text_reported() -> None:
    for name in (*MISTAKES, "cells.ipynb"):
        manuscript = read_manuscript(KINDS / name)
        for claim in check_manuscript(manuscript).claims:
            assert claim.text in manuscript.text.replace("\n> ", "\n")
            here = manuscript.text[claim.start : claim.end].strip()
            assert here
            assert manuscript.offset(claim.place) == claim.start
            assert here.splitlines()[-1].strip("> ") in claim.text, (name, here, claim.text)


def test_spellings_of_one_name_are_one_quantity_and_the_author_is_told() -> None:
    found = report(KINDS / "spellings.md")
    said = [remark.message for remark in found.remarks if remark.kind == "style"]
    assert said == [
        "one name is written in several ways: x_1 and x1, w_{5} and w5, \\hat{y} and y_hat"
    ]


def test_what_is_quoted_begins_where_the_formula_does() -> None:
    found = report(b"`dE/dw5 = 0.4 - 0.1 = 0.2`", "a.md")
    assert next(claim.text for claim in found.claims) == "dE/dw5 = 0.4 - 0.1 = 0.2"
