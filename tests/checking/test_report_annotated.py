"""The annotated text: the author's lines as they were, and no block changed by the quotes.

The independent reader is cmark, GitHub's own; the writer uses markdown-it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import cmarkgfm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_reports import POST, claim, manuscript, one_neuron
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from derivgen.checking.manuscript import Language, Manuscript, Passage, Piece
from derivgen.checking.report import Claim, Remark, Report, Verdict
from derivgen.checking.writing.annotated import annotated_text as write

ANNOTATED = """\
# One neuron

Given are $x = 0.5$, $w = 0.4$ and $b = 0.1$, so that

$$
z = 0.4 \\cdot 0.5 + 0.1 = 0.35
$$

> **derivgen, line 6:** C101 wrong: 0.4 · 0.5 + 0.1 is 0.3; one digit is wrong. `0.35` should be `0.30`.

and $a = 1 / (1 + e^{-z}) = 0.5866$.

> **derivgen, line 9:** C102 wrong: a is 0.5744. `0.5866` should be `0.5744`. Follows from line 6.

- The error is $y - a = 0.4134$.
  > **derivgen, line 11:** C102 wrong: y - a is 0.4256. `0.4134` should be `0.4256`. Follows from line 6.
- Its half square is $0.0854$, and $q = 3$.
  > **derivgen, line 12:** C111 rounding: the exact value rounds to 0.0855. `0.0854` should be `0.0855`.

| step | loss |
|---|---|
| 1 | 0.0854 |

$\\frac{$

> **derivgen, line 18:** the loss has no name

> **derivgen:** b is never updated
>
> **derivgen:** 8 claims: 3 correct, 1 rounding, 3 wrong (1 root cause), 1 undecided; 1 formula not read
"""


def annotated_text(report: Report, document: Manuscript, language: Language) -> str:
    return write(report, replace(document, language=language))


def test_the_whole_text() -> None:
    assert annotated_text(*one_neuron(), "markdown") == ANNOTATED


def test_windows_line_breaks_stay() -> None:
    text = annotated_text(*one_neuron(POST.replace("\n", "\r\n")), "markdown")
    assert text == ANNOTATED.replace("\n", "\r\n")
    report, document = one_neuron()  # as readers read such a file
    assert write(report, replace(document, newline="\r\n")) == text


def report_on(text: str, parts: list[str], whole: str = "") -> tuple[Report, Manuscript]:
    """A report that finds something wrong with each of some parts of a text."""
    start = text.index(whole) if whole else 0
    passage = Passage(whole, (Piece(0, start),), "latex", "display")
    document = Manuscript("p.md", text, (passage,) if whole else ())
    claims = tuple(
        claim(document, part, "wrong", "C101", f"not {part}", id=n) for n, part in enumerate(parts)
    )
    return Report("p.md", claims), document


def without_quotes(html: str) -> str:
    """The HTML of a text less the quotes that were added."""
    found = re.sub(
        r"<blockquote>\n<p><strong>derivgen(?:(?!<blockquote>).)*?</blockquote>\n",
        "",
        html,
        flags=re.DOTALL,
    )
    return plain(found)


def plain(html: str) -> str:
    """HTML without the line breaks that stand around its blocks, and at the end of code."""
    html = re.sub(r"\s*</code>", "</code>", html)
    return re.sub(
        r"\s*(</?(?:li|ul|ol|p|blockquote|pre|table|div|b|h\d|hr)(?: [^>]*)?>)\s*", r"\1", html
    ).strip()


def rendered(text: str) -> str:
    found: str = cmarkgfm.github_flavored_markdown_to_html(text)
    return found


CASES = [
    "one\n\ntwo\n",
    "one\ntwo",
    "# one\ntext\n",
    "one\n===\ntwo\n",
    "- one\n- two\n  more\n- three\n",
    "- one\n\n- two\n\n  three\n",
    "1. one\n   - two\n     ```\n     three\n     ```\n   - four\n2. five\n",
    "- ```\n  one\n  ```\n  two\n",
    "10) one\n11) two\n",
    "> one\n> two\n\nthree\n",
    "> - one\n>   two\n> - three\n",
    "> one\ntwo\n",
    "- > one\n  > two\n- three\n",
    "| a | b |\n|---|---|\n| one | two |\n\nthree\n",
    "| a | b |\n|---|---|\n| one | two |\nthree\n",
    "```math\none\n\ntwo\n```\nthree\n",
    "~~~\none\n",
    "text\n\n```\none\n",
    "- a\n\n      one\n  b\n- two\n",
    "    one\n\n    two\n",
    "<div>\none\n</div>\n\ntwo\n",
    "<!-- one\n\ntwo\n",
    "<details>\n\none\n\n</details>\n",
    "[a]: /one\n\ntwo [a]\n",
    "-\tone\n-\ttwo\n",
    "- \n  one\n",
    "* one\n\n\n* two\n",
    "one\n\n\n\n",
    "- a\n  | x | y |\n  |---|---|\n  | one | two |\n- b\n",
    "- one\n***\n- two\n",
]


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_no_block_is_changed(text: str, newline: str) -> None:
    words = [word for word in ("one", "two", "three", "four", "five") if word in text]
    for parts in [[word] for word in words] + [words]:
        report, document = report_on(text.replace("\n", newline), parts)
        annotated = annotated_text(report, document, "markdown")
        html, before = rendered(annotated), rendered(text)
        assert without_quotes(html) == plain(before)
        assert html.count("<strong>derivgen") == len(parts) + 1
        assert is_subsequence(text.splitlines(), annotated.splitlines())
        if newline == "\r\n" and newline in document.text:
            assert not re.search(r"(?<!\r)\n", annotated)


def is_subsequence(lines: list[str], among: list[str]) -> bool:
    rest = iter(among)
    return all(line in rest for line in lines)


PIECES = st.sampled_from(
    [
        "word",
        "word\nword",
        "# word",
        "- word",
        "- word\n- word",
        "1. word\n2. word",
        "- word\n\n  word",
        "> word",
        "```\nword\n```",
        "| word | b |\n|---|---|\n| c | word |",
        "    word",
        "<b>\nword\n</b>",
        "***",
        "~~~",
        "\\[ word \\]",
        "",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", "> ", "- "]), PIECES), max_size=8),
    st.sampled_from(["\n", "\n\n"]),
    st.data(),
)
def test_no_block_of_a_random_text_is_changed(
    pieces: list[tuple[int, str, str]], between: str, data: st.DataObject
) -> None:
    text = between.join(
        "\n".join(
            f"{' ' * indent}{prefix if n == 0 else ' ' * len(prefix)}{line}"
            for n, line in enumerate(piece.split("\n"))
        )
        for indent, prefix, piece in pieces
    )
    count = iter(range(100))
    text = re.sub("word", lambda _: f"word{next(count):02}", text)
    words = re.findall(r"word\d\d", text)
    parts = data.draw(st.lists(st.sampled_from(words), unique=True)) if words else []
    report, document = report_on(text, parts)
    annotated = annotated_text(report, document, "markdown")
    assert is_subsequence(text.splitlines(), annotated.splitlines())
    reader = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
    html = reader.render(annotated)
    assert without_quotes(html) == plain(reader.render(text))
    assert html.count("<strong>derivgen") == len(parts) + 1


@pytest.mark.parametrize(
    "display", ["\\[\none\n\n= two\n\\]", "\\begin{align}\none\n\n- two\n\\end{align}"]
)
def test_a_display_that_markdown_does_not_know_stays_whole(display: str) -> None:
    text = f"before\n{display}\nafter\n"
    for parts in (["one"], ["two"], ["before"], ["before", "one", "two"]):
        report, document = report_on(text, parts, whole=display)
        assert display in annotated_text(report, document, "markdown")


def test_dollar_displays_with_empty_lines_stay_whole() -> None:
    text = "before\n\n$$\none\n\n- two\n$$\n\nafter\n"
    report, document = report_on(text, ["one", "two"])
    assert "$$\none\n\n- two\n$$\n\n> **derivgen" in annotated_text(report, document, "markdown")


def test_front_matter_stays_at_the_top() -> None:
    text = "---\ntitle: one\n---\ntwo\n"
    report, document = report_on(text, ["one", "two"])
    annotated = annotated_text(report, document, "markdown")
    assert annotated.startswith("---\ntitle: one\n---\n")


def test_what_a_message_says_is_no_markup() -> None:
    document = manuscript("x\n")
    evil = "a *b* `c` $d$ <e>\n\n# f\n- g | h"
    one = claim(document, "x", "wrong", "C101", evil, printed="`p` $q$", expected="|r|")
    html = rendered(annotated_text(Report("p", (one,)), document, "markdown"))
    said = html[html.index("C101") : html.index("</p>\n</blockquote>")]
    assert "a *b* `c` $d$ &lt;e&gt; # f - g | h." in said
    assert "<code>`p` $q$</code> should be |r|." in said


def test_a_text_without_a_last_line_break() -> None:
    report, document = report_on("one", ["one"])
    languages: tuple[Language, ...] = ("markdown", "notebook", "latex", "text", "pdf-text")
    for language in languages:
        assert annotated_text(report, document, language).startswith("one\n")


def test_an_empty_text() -> None:
    report = Report("p", ())
    nothing = "no formulas were found in the text; there is nothing to check"
    assert annotated_text(report, manuscript(""), "markdown") == f"> **derivgen:** {nothing}\n"
    assert annotated_text(report, manuscript(""), "text") == f"> derivgen: {nothing}\n"
    assert annotated_text(report, manuscript(""), "latex") == f"% derivgen: {nothing}\n"


# ---- LaTeX --------------------------------------------------------------------------------------

LATEX = """\
\\documentclass{article}
\\usepackage{amsmath}
\\begin{document}
First one, which is
  followed by two.

\\begin{align}
  z &= three \\\\
  a &= four
\\end{align}
\\begin{verbatim}
  five
\\end{verbatim}
\\end{document}
"""


def test_latex_gets_comment_lines() -> None:
    report, document = report_on(LATEX, ["one", "two", "three", "five"])
    lines = annotated_text(report, document, "latex").splitlines()
    comments = {n: line for n, line in enumerate(lines) if line.lstrip().startswith("% derivgen")}
    assert [line for n, line in enumerate(lines) if n not in comments] == LATEX.splitlines()
    assert lines[4] == "% derivgen, line 4: C101 wrong: not one."
    assert lines[6] == "  % derivgen, line 5: C101 wrong: not two."
    assert lines[10] == "  % derivgen, line 8: C101 wrong: not three."
    assert lines[15] == "\\end{verbatim}"
    assert lines[16] == "% derivgen, line 12: C101 wrong: not five."
    assert lines[-1] == "% derivgen: 4 claims: 0 correct, 4 wrong"


def test_a_comment_of_latex_is_one_line() -> None:
    document = manuscript("x = 1\n", "p.tex")
    one = claim(document, "x = 1", "wrong", "C101", "a\n\\input{b}\rc\u2028d")
    text = annotated_text(Report("p.tex", (one,)), document, "latex")
    assert len(text.splitlines()) == 3
    assert all(line.startswith("% ") for line in text.splitlines()[1:])


def test_nothing_goes_into_a_verbatim_text_that_never_ends() -> None:
    report, document = report_on("a\n\\begin{lstlisting}\none\n", ["one"])
    lines = annotated_text(report, document, "latex").splitlines()
    assert lines[0] == "a"
    assert lines[1].startswith("% derivgen, line 3")
    assert lines[2:] == ["\\begin{lstlisting}", "one"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs LaTeX")
def test_the_comments_print_nothing(tmp_path: Path) -> None:
    words = ["one", "two", "three", "four", "five"]
    texts = {"plain": LATEX, "noted": annotated_text(*report_on(LATEX, words), "latex")}
    printed = {}
    for name, text in texts.items():
        (tmp_path / f"{name}.tex").write_text(text, encoding="utf-8")
        subprocess.run(
            ["pdflatex", "-interaction=batchmode", f"{name}.tex"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
        done = subprocess.run(
            ["pdftotext", "-layout", f"{name}.pdf", "-"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
        printed[name] = done.stdout
    assert printed["plain"] == printed["noted"]


# ---- plain text ---------------------------------------------------------------------------------


def test_plain_text_gets_quotes_behind_lines() -> None:
    report, document = report_on("one and two\nthree\n\nfour\n", ["one", "two", "four"])
    assert annotated_text(report, document, "text") == (
        "one and two\n\n> derivgen, line 1: C101 wrong: not one.\n>\n"
        "> derivgen, line 1: C101 wrong: not two.\n\nthree\n\nfour\n\n"
        "> derivgen, line 4: C101 wrong: not four.\n\n"
        "> derivgen: 3 claims: 0 correct, 3 wrong\n"
    )


def test_ten_thousand_claims() -> None:
    text = "".join(f"- x{n:05}\n\n$$\ny{n:05}\n$$\n\n" for n in range(5000))
    document = manuscript(text)
    claims = tuple(
        claim_at(document, match.start(), match.end()) for match in re.finditer(r"[xy]\d+", text)
    )
    report = Report("p.md", claims, remarks=(Remark("style", "all", None),))
    annotated = annotated_text(report, document, "markdown")
    assert annotated.count("**derivgen, line") == 10_000
    assert annotated.count("$$\n\n> **derivgen") == 5000


def claim_at(document: Manuscript, start: int, end: int) -> Claim:
    place, text = document.place(start), document.text[start:end]
    return Claim(start, place, start, end, text, Verdict.WRONG, "C101", "no")
