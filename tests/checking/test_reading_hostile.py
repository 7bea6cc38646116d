"""Documents that are broken or meant to hurt: an error or *not read*, never a crash or a hang."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import derivgen
from derivgen.checking.manuscript import Manuscript
from derivgen.checking.reading import MAX_CHARACTERS, MAX_LINES, read_manuscript
from derivgen.errors import DerivgenError

ROOT = Path(__file__).resolve().parent.parent.parent


def code_of(
    document: str | bytes | Path, name: str = "a.md", format: str | None = None
) -> DerivgenError:
    with pytest.raises(DerivgenError) as caught:
        read_manuscript(document, name, format)
    return caught.value


def test_invalid_utf_8_has_its_place() -> None:
    diagnostic = code_of(b"one\ntwo \xff").diagnostic
    assert diagnostic.code == "E102"
    assert diagnostic.place is not None
    assert (diagnostic.place.line, diagnostic.place.column) == (2, 5)


@pytest.mark.parametrize(
    ("document", "name", "code"),
    [
        (b"a\0b", "a.md", "E102"),
        (b"\x7fELF\x02\x01\x01\0\xff\xfe", "a.txt", "E102"),
        (b"\xff\xfea\0b", "a.txt", "E102"),
        (b"{", "a.ipynb", "E110"),
        (b"[]", "a.ipynb", "E110"),
        (b'{"cells": 3}', "a.ipynb", "E110"),
        (b'{"nbformat": "x", "cells": []}', "a.ipynb", "E110"),
        (b"[" * 100_000, "a.ipynb", "E110"),
        (b"text", "a.pdf", "E110"),
        (b"%PDF-1.7\n%%EOF\n", "a.pdf", "E110"),
        (b"x" * (MAX_CHARACTERS + 1), "a.txt", "E103"),
        (b"\n" * (MAX_LINES + 1), "a.txt", "E103"),
    ],
)
def test_what_is_no_document_is_one_error(document: bytes, name: str, code: str) -> None:
    assert code_of(document, name).diagnostic.code == code


def test_an_unknown_format_is_one_error() -> None:
    assert code_of("x", "a", "docx").diagnostic.code == "E111"


@pytest.mark.parametrize(("module", "name"), [("nbformat", "a.ipynb"), ("pypdf", "a.pdf")])
def test_a_missing_package_is_named(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    document = b"%PDF-1.7" if name == "a.pdf" else b'{"cells": []}'
    error = code_of(document, name)
    assert error.diagnostic.code == "E109"
    assert module in error.diagnostic.message
    assert "derivgen[" in error.diagnostic.hint


def test_a_formula_may_end_behind_the_sign_of_an_index() -> None:
    text = r"$\frac{\partial E}{\partial h_1} \frac{\partial E}{\partial s_"
    for language in ("markdown", "latex", "text"):
        derivgen.check(f"{text}$", language=language)
        derivgen.check(text, language=language)


def test_a_macro_that_calls_itself_is_not_read() -> None:
    manuscript = read_manuscript("\\def\\a{\\b}\\def\\b{\\a} $x = \\a$ and $y = 1$", "a.tex")
    assert [one.reason for one in manuscript.unread] == [
        "the macro calls itself, or macros are nested too deep"
    ]
    assert [passage.text for passage in manuscript.passages] == ["x = \\a", "y = 1"]


def test_no_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.tex").write_text("$secret = 1$", encoding="utf-8")
    document = tmp_path / "a.tex"
    document.write_text("\\input{secret}\\include{secret} $x = 1$", encoding="utf-8")
    assert [passage.text for passage in read_manuscript(document).passages] == ["x = 1"]


def test_a_long_formula_is_not_read() -> None:
    for text in ("$" + "a+" * 400_000 + "a$", "$$\n" + "a+b+" * 100_000 + "\n$$"):
        manuscript = read_manuscript(text, "a.md")
        assert not manuscript.passages
        assert manuscript.unread


#: Each would cost hours if the work grew with the square of the document, or memory without end.
BOMBS = {
    "a.md": [
        "$a " * 60_000,
        "$$ a\n" * 20_000,
        "\\[\n" * 25_000,
        "\\( " * 100_000,
        "**" * 100_000 + "a",
        "[" * 100_000,
        "[a](" * 50_000,
        "`" * 100_000 + " a",
        "<a " * 100_000,
        ">" * 50_000,
        "$" + "{" * 10_000 + "}" * 10_000 + "$",
        "{" * 200_000,
        "```\n" + "w[" * 200_000,
        "|a|\n|-|\n" + "|x|\n" * 20_000,
        "(a, " * 40_000,
        "a = " * 40_000,
        "a + " * 40_000,
    ],
    "a.tex": [
        "{" * 200_000,
        "\\begin{tabular}" * 40_000,
        "$ " * 100_000,
        "\\def\\a{" * 50_000,
        "\\def\\a#1{#1#1#1#1}" + "\\a{" * 2_000 + "x" + "}" * 2_000,
        "\\def\\a#1{" + "x#1" * 1_000 + "}" + "\\a{\\a{\\a{\\a{b}}}}",
        "".join(
            f"\\def\\{a}{{\\{b}\\{b}}}" for a, b in zip("abcdefghijk", "bcdefghijkl", strict=True)
        )
        + "$\\a$" * 100,
        "\\verb|" * 100_000,
        "\\foo[ " * 100_000,
    ],
    "a.txt": [
        "w1 = 0.1 " * 20_000,
        "∂E\n" * 20_000 + "(1)\n1\n(2)\n(3)",
        "1\n\n" * 10_000 + "(1)\n\n1\n\n2\n= 1 (2)\n= 2 (3)",
        "a1b1" * 50_000,
        "a_" * 100_000,
        "a\tb\n" * 20_000,
        " " * 500_000 + "x",
    ],
}


def test_bombs_are_read_to_their_end() -> None:
    script = (
        "import json, resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))\n"
        "from derivgen.checking.reading import read_manuscript\n"
        "for name, texts in json.load(sys.stdin).items():\n"
        "    for text in texts:\n"
        "        read_manuscript(text, name)\n"
        "print('done')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        input=json.dumps(BOMBS),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stdout == "done\n", done.stderr[-2_000:]


WRITTEN = r"""
$ $$ ` ``` \( \) \[ \] \begin{align} \end{align} { } [ ] ( ) * ** _ ^ = ≈ + - · / , . ; : | # > \ \\
\frac \frac{a}{b} \partial ∂ ∑ w_1 w1 x 0.15 12 Loss the and sigmoid \_ \* &lt; <sub> </sub> <!-- -->
http://a.b \def\a{b} \newcommand{\c}[1]{#1} \a \c{x} % \item \section{ \begin{tabular} \end{tabular} &
(1) (2) (3) ∂E ∂w ∗ ŷ é 🙂
"""
SPACES = [" ", "\n", "\n\n", "\t", "\f", "    ", "> ", "- ", "| a | b |\n|---|---|\n", "\r\n"]
PIECES = st.sampled_from([*WRITTEN.split(), *SPACES])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    pieces=st.lists(PIECES | st.text(max_size=3), max_size=40),
    format=st.sampled_from(["markdown", "latex", "text", "pdf-text"]),
)
def test_no_text_crashes_a_reader_and_places_stay_exact(pieces: list[str], format: str) -> None:
    text = "".join(pieces).replace("\0", "")
    hold(read_manuscript(text, "a", format))


def hold(manuscript: Manuscript) -> None:
    from test_reading_documents import hold_places

    hold_places(manuscript)
    for one in manuscript.unread:
        assert 0 <= one.source <= len(manuscript.text)


def test_a_notebook_is_read_cell_by_cell() -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Start\n", "$x_1 = 0.05$"]},
        {
            "cell_type": "code",
            "metadata": {},
            "source": "y = 1",
            "outputs": [],
            "execution_count": 1,
        },
        {"cell_type": "markdown", "metadata": {}, "source": "then $$z = 2$$"},
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    manuscript = read_manuscript(text, "a.ipynb")
    assert [passage.text for passage in manuscript.passages] == ["x_1 = 0.05", "z = 2"]
    assert [label for _, label in manuscript.parts] == ["cell 1", "cell 3"]
    start = manuscript.parts[1][0]
    assert manuscript.text[start:].startswith("then")
    assert manuscript.passages[1].source_of(0) == start + len("then $$")
    hold(manuscript)
    by_content = read_manuscript(text, "notes")
    assert by_content.language == "notebook"
