"""Numbers in a column stand with their points below each other, and rows at a table's ends stay together."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from derivgen.document.blocks import (
    Block,
    Display,
    Document,
    Heading,
    Math,
    Paragraph,
    Table,
    Words,
)
from derivgen.formula.build import number
from derivgen.formula.tree import Chain, Symbol
from derivgen.render.pdf import pdf_bytes
from derivgen.render.write import Options, document_text

TEXTS = ("0", "-12", "0.5", "-1.250", "100.25")
WITH_POWERS = (*TEXTS, "3e-9", "-2.5e-10")


def written(format: str, rows: int | None = None, texts: tuple[str, ...] = TEXTS) -> str:
    document = numbers(texts if rows is None else tuple(str(n) for n in range(rows)))
    return "".join(document_text(document, format, Options()))


def numbers(texts: tuple[str, ...]) -> Document:
    cells = [((Math(Symbol("w")),), (Math(number(text)),)) for text in texts]
    table = Table(((Words("Name"),), (Words("Value"),)), cells, "lr")
    blocks: tuple[Block, ...] = (table,)
    return Document("", lambda: blocks)


@pytest.mark.parametrize(
    ("format", "hidden"),
    [
        ("tex", r"\\phantom\{([.0-9]+)\}\$"),
        ("typ", r"#hide\[\$([.0-9]+)\$\]\$"),
        ("html", r"<mphantom><mn>([.0-9]+)</mn></mphantom></math>"),
    ],
)
def test_the_digits_that_a_number_lacks_are_there_unseen(format: str, hidden: str) -> None:
    assert re.findall(hidden, written(format)) == [".000", ".000", "00", "0"]


def test_markdown_has_no_unseen_digits_and_no_room() -> None:
    rows = [
        line for line in written("md", texts=WITH_POWERS).splitlines() if line.startswith("| $w$")
    ]
    found = [
        re.fullmatch(r"\| \$w\$ \| \$\{?-?([\d.]+)( \\times 10\^\{-\d+\}\})?\$ \|", row)
        for row in rows
    ]
    assert [match and match[1] for match in found] == [
        text.lstrip("-").partition("e")[0] for text in WITH_POWERS
    ]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")
@pytest.mark.parametrize("engine", ["typst", "latex"])
def test_units_stand_below_each_other_whether_or_not_a_power_of_ten_follows(
    engine: str, tmp_path: Path
) -> None:
    """As pdftotext sees them: a digit is 0.5 em wide, and a point 0.28 em, at 10.95 points."""
    if engine == "latex" and shutil.which("pdflatex") is None:
        pytest.skip("no LaTeX")
    pdf = tmp_path / "numbers.pdf"
    pdf.write_bytes(pdf_bytes(numbers(WITH_POWERS), engine))
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True, text=True
    ).stdout
    words = re.findall(r'xMax="([\d.]+)" yMax="[\d.]+">[-−]?([\d.]+)</word>', boxes)
    mantissas = [text.lstrip("-").partition("e")[0] for text in WITH_POWERS]
    ends = {}
    for right, text in words:
        if text in mantissas and text not in ends:
            decimals = len(text.partition(".")[2])
            ends[text] = float(right) - (0.28 + 0.5 * decimals if decimals else 0) * 10.95
    assert len(ends) == len(mantissas)
    assert max(ends.values()) - min(ends.values()) < 0.8


@pytest.mark.parametrize("rows", [7, 8, 16, 17, 40])
def test_a_long_table_breaks_between_rows_that_are_not_at_its_ends(rows: int) -> None:
    body = re.findall(r"^\$w\$ & .*?(\\\\\*?)$", written("tex", rows), re.MULTILINE)
    assert len(body) == rows
    if rows >= 8:
        kept = {at for at, end in enumerate(body) if end.endswith("*")}
        assert kept == {0, 1, 2, *range(rows - 4, rows - 1)}


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX")
def test_latex_breaks_no_table_that_fits_when_the_room_around_formulas_shrinks(
    tmp_path: Path,
) -> None:
    """Ten lines, fifteen formulas and ten rows fit on a page then, and eleven lines do not."""
    table = numbers(tuple(str(1000 + n) for n in range(10))).blocks()
    formulas = [Display((Chain(Symbol("x"), (("=", Symbol("y")),)),)) for _ in range(15)]
    for above, rows in ((10, [10]), (11, [5, 5])):
        blocks = (*(Paragraph((Words("filling"),)) for _ in range(above)), *formulas, *table)
        file = tmp_path / "made.pdf"
        document = Document("", lambda blocks=blocks: blocks)  # type: ignore[misc]
        file.write_bytes(pdf_bytes(document, "latex"))
        text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True).stdout
        pages = text.decode().split("\f")[:-1]
        assert [len(re.findall(r"\b10\d\d\b", page)) for page in pages] == rows


@pytest.mark.parametrize(("rows", "scaled"), [(8, True), (16, True), (17, False)])
def test_a_wide_table_is_made_smaller_while_a_page_can_hold_it(rows: int, scaled: bool) -> None:
    cells = [(((Words("n" * 50),),) * 2) for _ in range(rows)]
    table = Table(((Words("a"),), (Words("b"),)), cells, "ll")
    text = "".join(document_text(Document("", lambda: (table,)), "tex", Options()))
    assert (r"\derivgenscaled" in repr(text.split(r"\begin{document}")[-1])) == scaled
    assert (r"\begin{longtable}" in repr(text)) != scaled


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")
@pytest.mark.parametrize("engine", ["typst", pytest.param("latex", marks=pytest.mark.slow)])
@pytest.mark.parametrize(("rows", "least"), [(5, 5), (7, 7), (8, 4), (16, 4), (24, 4)])
def test_no_page_has_the_last_few_rows_of_a_table_alone(
    rows: int, least: int, engine: str, tmp_path: Path
) -> None:
    """Wherever on the page a table begins: one of some rows is whole, of a longer one no page has
    fewer than four rows, and the words that lead to it are on the page of its head."""
    cells = [((Words(f"row{n}"),), (Math(number(str(n))),)) for n in range(rows)]
    table = Table(((Words("Name"),), (Words("Value"),)), cells, "lr")
    end = (Heading(1, (Words("The end"),)), Paragraph((Words("leading words"),)), table)
    if engine == "latex" and shutil.which("pdflatex") is None:
        pytest.skip("no LaTeX")
    broken = 0
    # one of eight rows breaks at one place only
    for above in range(20, 38) if rows == 8 else range(16, 44, 3):
        filled = tuple(Paragraph((Words("filling"),)) for _ in range(above))
        file = tmp_path / "made.pdf"
        file.write_bytes(pdf_bytes(Document("", lambda filled=filled: (*filled, *end)), engine))
        text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True).stdout
        pages = [page for page in text.decode().split("\f") if "row" in page]
        counts = [len(re.findall(r"row\d+", page)) for page in pages]
        assert sum(counts) == rows
        assert min(counts) >= least
        assert all("leading" in page and "The end" in page for page in pages[:1])
        broken += len(counts) > 1
    assert (broken > 0) == (least < rows)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX")
def test_latex_leaves_no_heading_behind_when_a_long_table_goes_to_the_next_page(
    tmp_path: Path,
) -> None:
    end = (Heading(1, (Words("The end"),)), Paragraph((Words("leading words " * 20),)))
    table = numbers(tuple(str(1000 + n) for n in range(19))).blocks()
    later = 0
    for above in range(22, 46, 3):
        filled = tuple(Paragraph((Words("filling"),)) for _ in range(above))
        file = tmp_path / "made.pdf"
        document = Document("", lambda filled=filled: (*filled, *end, *table))  # type: ignore[misc]
        file.write_bytes(pdf_bytes(document, "latex"))
        text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True).stdout
        [page] = [page for page in text.decode().split("\f") if "leading" in page]
        assert "The end" in page
        assert len(re.findall(r"\b10\d\d\b", page)) >= 4
        later += "filling" not in page
    assert later


def test_latex_reserves_before_a_long_table_what_leads_to_it_and_its_first_rows() -> None:
    def reserved(words: str, level: int | None) -> float:
        (table,) = numbers(tuple(str(n) for n in range(12))).blocks()
        leading: tuple[Block, ...] = (Paragraph((Words(words),)),)
        if level is not None:
            leading = (Heading(level, (Words("Values"),)), *leading)
        document = Document("", lambda: (*leading, table))
        text = "".join(document_text(document, "tex", Options()))
        return max(
            float(lines) for lines in re.findall(r"^\\derivgenroom\{([\d.]+)\\", text, re.MULTILINE)
        )

    short, long = "The values:", "words that fill a line " * 12
    assert 7 < reserved(short, None) < 9
    assert 2 < reserved(short, 1) - reserved(short, None) < 3
    assert 3 <= reserved(long, None) - reserved(short, None) <= 4
    assert reserved(short, 3) < reserved(short, 1)
