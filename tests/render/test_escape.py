"""Text of a user prints as itself: checked by the programs that read the formats."""

from __future__ import annotations

import html
import io
import json
import re
import shutil
from html.parser import HTMLParser

import cmarkgfm
import pytest
import typst as typst_compiler
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from ruamel.yaml import YAML

from derivgen.document.blocks import Document, Heading, Paragraph, Words
from derivgen.render import escape
from derivgen.render.formats import DIALECTS
from derivgen.render.pdf import latex_pdf
from derivgen.render.write import Options, document_text

HOSTILE = (
    r"\input{../secret}",
    "<script>alert(1)</script>",
    '#read("x") #import "y"',
    "{{ site.x }} {% raw %} {# c #} {{< x >}} {{% y %}}",
    "$x$ and $5 and $10, $$y$$",
    "*a*_b_ `c` ~~d~~ ^e^ ==f== %%g%%",
    "100% & &amp; &#35; #1 @ref <ref> [x](y) ![a](b) | z",
    "-- --- ... -1 -? -¼ // /* https://example.org",
    r"\(x\) \[y\] \\ \end{document} ^^41 ~",
    "[x] task",
    "- list",
    "1. list",
    "+ list",
    "= heading",
    "# heading #",
    "> quote",
    "/ term: x",
    ": x",
    "% comment",
    "naïve – “é”",
)
MARKDOWN_IT = (
    MarkdownIt("commonmark").enable("table").enable("strikethrough").use(dollarmath_plugin)
)


class _Text(HTMLParser):
    """The text of an HTML page, and the elements that it has."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.elements: set[str] = set()
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.elements.add(tag)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.parts).strip().replace("\u2060", "")


def markdown(text: str, dialect: str) -> str:
    document = Document("", lambda: (Paragraph((Words(text),)),))
    return "".join(document_text(document, "md", Options(dialect=dialect)))


@pytest.mark.parametrize("dialect", [name for name in DIALECTS if name != "github"])
@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_prints_the_text(text: str, dialect: str) -> None:
    page = _Text(MARKDOWN_IT.render(markdown(text, dialect)))
    assert page.text == text
    assert page.elements <= {"p", "span"}


@pytest.mark.parametrize("text", HOSTILE)
def test_github_prints_the_text(text: str) -> None:
    page = _Text(cmarkgfm.github_flavored_markdown_to_html(markdown(text, "github")))
    assert page.text == text
    assert page.elements <= {"p", "span", "a"}  # GitHub links bare addresses


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_template_of_another_program_stays_in_markdown(dialect: str) -> None:
    words = Words("{{ x }}{% y %}{{< z >}}", "code")
    document = Document("{{ a }}", lambda: (Heading(1, (words,)), Paragraph((words, Words("{{%")))))
    source = "".join(document_text(document, "md", Options(dialect=dialect)))
    assert not re.search(r"\{\{|\{%|\{#", source)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=30))
def test_any_text_survives_markdown(text: str) -> None:
    expected = " ".join(escape.clean(text).split())
    page = _Text(MARKDOWN_IT.render(markdown(f"a {text} b", "pandoc")))
    assert " ".join(page.text.split()) == f"a {expected} b".replace("a  b", "a b")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_survives_html(text: str) -> None:
    assert html.unescape(escape.html_text(text)) == escape.clean(text)


@settings(deadline=None)
@given(st.text(max_size=40), st.text(min_size=1, max_size=10))
def test_front_matter_is_yaml(text: str, key: str) -> None:
    line = f"{escape.yaml_key(key)}: {escape.yaml_scalar(text)}\n"
    loaded = YAML(typ="safe", pure=True).load(io.StringIO(line))
    [(found_key, found)] = loaded.items()
    assert found_key == escape.clean(key)
    if not re.fullmatch(r"true|false|-?\d+|\d{4}-\d\d-\d\d", text):
        assert found == escape.clean(text)


def _plain_text(node: object) -> str:
    """The words of Typst's own description of a piece of content."""
    if isinstance(node, list):
        return "".join(map(_plain_text, node))
    if isinstance(node, dict):
        if node.get("func") == "space":
            return " "
        return _plain_text(
            node.get("text") or node.get("children") or node.get("body") or node.get("child") or ""
        )
    return node if isinstance(node, str) else ""


def typst_values(contents: list[str]) -> list[object]:
    """What Typst makes of pieces of content, in one run."""
    probes = "\n".join(f"#metadata([{content}]) <probe>" for content in contents)
    source = f"#set smartquote(enabled: false)\n{probes}"
    found: list[object] = json.loads(
        typst_compiler.query(source.encode(), "<probe>", field="value", ignore_system_fonts=True)
    )
    return found


def test_typst_prints_the_text() -> None:
    lines = []
    for text in HOSTILE:
        document = Document("", lambda text=text: (Paragraph((Words(text),)),))  # type: ignore[misc]
        lines.append("".join(document_text(document, "typ")).rsplit("\n\n", 1)[-1])
    found = [_plain_text(value).strip() for value in typst_values(lines)]
    # Typst's description of content leaves quotation marks out, since it sets them by language
    assert found == [re.sub("[\"']", "", text) for text in HOSTILE]


@settings(max_examples=5, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=20, max_size=60))
def test_any_text_is_text_to_typst(texts: list[str]) -> None:
    values = typst_values([f"a {escape.typst(text)} b" for text in texts])
    for text, value in zip(texts, values, strict=True):
        expected = re.sub("[\"']", "", f"a {escape.clean(text)} b")
        assert " ".join(_plain_text(value).split()) == " ".join(expected.split())


@settings(deadline=None)
@given(st.text(max_size=40))
def test_latex_has_no_command_of_the_user(text: str) -> None:
    written = escape.latex(text)
    known = (
        r"\\(?:textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|textasciigrave)\{\}"
        r"|\\[{}$&#_%]|\\string\"|\\unicodechar\{[0-9A-F]+\}|\{[\[\]*]\}|\{\}"
        r"|\\texorpdfstring\{\\ensuremath\{\\?\w+\}\}\{.\}"
    )
    assert not re.search(r"[\\{}$&#_%~^\[\]]", re.sub(known, "", written))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")
def test_latex_compiles_the_text() -> None:
    texts = (*HOSTILE, "γράμμα 中文 😀", "a\x00\x1b\nb")
    blocks = [
        block
        for text in texts
        for block in (Heading(1, (Words(text),)), Paragraph((Words(text), Words(text, "code"))))
    ]
    for title in texts[:3]:
        document = Document(title, lambda: blocks, title, title)
        assert latex_pdf("".join(document_text(document, "tex"))).startswith(b"%PDF")
