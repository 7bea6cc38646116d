"""PDFs: the same bytes over runs, nothing read from outside, errors with their reason."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import derivgen as dg
from derivgen.document.blocks import Display, Document, Heading, Note, Paragraph, Reference, Words
from derivgen.errors import DerivgenError
from derivgen.formula.tree import Chain, Number, Symbol
from derivgen.render.pdf import latex_pdf, pdf_bytes, typst_pdf
from derivgen.render.write import Options, document_text

DOCUMENT = Document(
    "A title",
    lambda: (
        Heading(1, (Words("One"),)),
        Paragraph((Reference("a", 1), Words(" comes"))),
        Display((Chain(Symbol("x"), (("=", Number("1")),)),), "a", 1),
        Note("Remark", (Paragraph((Words("a remark"),)), Note("In", (Paragraph((Words("b"),)),)))),
    ),
)
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")


def test_typst_gives_the_same_bytes_over_runs() -> None:
    written = pdf_bytes(DOCUMENT)
    assert written.startswith(b"%PDF")
    assert written == pdf_bytes(DOCUMENT)
    assert written != pdf_bytes(DOCUMENT, options=Options(paper="letter"))


def test_typst_reads_no_file_and_keeps_the_old_pdf(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    for path in (str(tmp_path / "secret"), "/etc/passwd", "../secret"):
        with pytest.raises(DerivgenError, match="E623"):
            typst_pdf(f'#read("{path}")')


def test_unknown_engines_are_named() -> None:
    with pytest.raises(DerivgenError, match=r"E630.*did you mean 'typst'"):
        pdf_bytes(DOCUMENT, "tpyst")


def test_without_latex_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DerivgenError, match=r"E620.*typst"):
        latex_pdf("")


@pytest.mark.slow
@needs_latex
def test_latex_gives_the_same_bytes_over_runs() -> None:
    assert pdf_bytes(DOCUMENT, "latex") == pdf_bytes(DOCUMENT, "latex")


@pytest.mark.slow
@needs_latex
def test_latex_reads_nothing_outside_and_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.tex").write_text("x")
    begin, end = "\\documentclass{article}\\begin{document}", "\\end{document}"
    with pytest.raises(DerivgenError, match="E621"):
        latex_pdf(f"{begin}\\input{{{tmp_path}/secret}}{end}")
    with pytest.raises(DerivgenError, match="E621"):
        latex_pdf(f"{begin}\\input{{../secret}}{end}")
    latex_pdf(f"{begin}\\immediate\\write18{{touch {tmp_path}/made}}x{end}")
    assert not (tmp_path / "made").exists()


@pytest.mark.slow
@needs_latex
def test_latex_errors_name_their_line() -> None:
    with pytest.raises(DerivgenError, match=r"E621.*Undefined control sequence.*l\.2 .*nonsense"):
        latex_pdf("\\documentclass{article}\\begin{document}\n\\nonsense\\end{document}")


@pytest.mark.slow
@needs_latex
def test_a_fragment_needs_amsmath_only() -> None:
    fragment = "".join(document_text(DOCUMENT, "tex-fragment"))
    assert "documentclass" not in fragment
    host = "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n%s\\end{document}"
    assert latex_pdf(host % fragment).startswith(b"%PDF")


@pytest.mark.slow
@needs_latex
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_long_formulas_in_sentences_stay_inside_the_margins(tmp_path: Path, paper: str) -> None:
    """A wide matrix in a list, and a loss with penalties that a sentence quotes."""
    task = dg.task(
        data={
            "inputs": {"random": {"seed": 3}, "shape": [2, 14]},
            "targets": {"classes": [0, 11]},
        },
        layers=[
            {
                "dense": 12,
                "activation": "softmax",
                "weights": {"random": {"seed": 2, "decimals": 2, "low": -0.99}},
                "bias": 0.1,
            },
        ],
        loss={"name": "cross_entropy", "penalty": {"l1": 0.01, "l2": 0.1, "half": True}},
        document={"collapse": False, "show": "first", "paper": paper, "figure": False},
    )
    (tmp_path / "wide.tex").write_text(dg.derive(task).to_latex(), encoding="utf-8")
    subprocess.run(
        ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "wide"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    log = (tmp_path / "wide.log").read_text(encoding="latin-1")
    assert "Overfull" not in log, log[log.index("Overfull") :][:400]


@pytest.mark.slow
@needs_latex
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext")
def test_a_heading_goes_to_the_next_page_with_the_heading_above_it(tmp_path: Path) -> None:
    last = []
    for lines in range(30, 46):
        blocks = (
            *(Paragraph((Words("a line"),)) for _ in range(lines)),
            Heading(2, (Words("Upper"),)),
            Heading(3, (Words("Lower"),)),
            *(Paragraph((Words("more"),)) for _ in range(3)),
        )
        document = Document("", lambda blocks=blocks: blocks)  # type: ignore[misc]
        (tmp_path / "x.pdf").write_bytes(latex_pdf("".join(document_text(document, "tex"))))
        command = ["pdftotext", "-layout", str(tmp_path / "x.pdf"), "-"]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        pages = [[line for line in page.split() if line.isalpha()] for page in text.split("\f")]
        last += [page[-1] for page in pages if page]
    assert "Upper" not in last
    assert "Lower" not in last
