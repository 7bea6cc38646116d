"""Every sample, and every text of a user, in each dialect through the program that reads it.

A page has to have the parts that the document has: the same headings, lines, lists, tables, notes and
images in the same order, each formula with its TeX unchanged, and no formula that was words.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
import typst as typst_compiler
from markdown_pages import MARKS, MATH, Page, Part, meant
from markdown_renderers import RENDERERS, title_of_hugo, title_of_pandoc
from test_escape import HOSTILE

from derivgen.api import derive, load
from derivgen.document.blocks import (
    Block,
    Bullets,
    Circle,
    Document,
    Figure,
    Heading,
    Math,
    Note,
    Paragraph,
    Picture,
    Table,
    Words,
)
from derivgen.formula.tree import Symbol
from derivgen.render.write import Options, document_text
from derivgen.settings import VIEWS

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.yaml"))
#: renderers that come with the tools of every developer; the others with the extra ``renderers``
LIGHT = ("github", "jupyterlab", "obsidian")
NEEDS = {
    "hugo": ("hugo",),
    "pandoc": ("pypandoc",),
    "myst": ("myst_parser", "sphinx"),
    "jupyter": ("nbconvert",),
}
HEAVY = [pytest.param(name, marks=pytest.mark.slow) for name in RENDERERS if name not in LIGHT]


def needed(renderer: str) -> None:
    """Skips where a renderer is not installed."""
    for module in NEEDS.get(renderer, ()):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"needs {module}")
    if renderer in ("jekyll", "kramdown"):
        libraries = "require 'liquid'; require 'kramdown-parser-gfm'"
        ruby = shutil.which("ruby")
        if ruby is None or subprocess.run([ruby, "-e", libraries], check=False).returncode:
            pytest.skip("needs Ruby with kramdown, its GFM parser and Liquid")


def compare(
    renderer: str, documents: Mapping[str, Document], wanted: Mapping[str, list[Part]], folder: Path
) -> None:
    """Writes the documents in a renderer's dialect and holds its pages against what was meant."""
    dialect, driver = RENDERERS[renderer]
    sources = {}
    for stem, document in documents.items():
        assets: dict[str, str] = {}
        options = Options(dialect=dialect, front_matter=False, assets=assets, stem=stem)
        sources[stem] = "".join(document_text(document, "md", options))
        for name, text in assets.items():
            (folder / name).write_text(text, encoding="utf-8")
    pages = driver(sources, folder)
    for stem, parts in wanted.items():
        found = [(kind, straight(text)) for kind, text in pages[stem].parts]
        assert found == parts, stem
        for kind, text in found:
            if kind == "img":
                assert (folder / text.split("|")[0]).exists()


def straight(text: str) -> str:
    """A text without what makes typography of quotation marks and dots."""
    straightened = text.translate(str.maketrans("’‘“”", "''\"\"")).replace("…", "...")
    return straightened.replace(MARKS["code"], "")


# --- the samples ------------------------------------------------------------------------------


@cache
def samples(names: tuple[str, ...]) -> tuple[dict[str, Document], dict[str, list[Part]]]:
    documents: dict[str, Document] = {}
    for path in EXAMPLES:
        if path.stem in names:
            task = load(path)
            for style, views in (("tutorial", VIEWS), ("handout", VIEWS), ("summary", ())):
                documents[f"{path.stem}_{style}"] = derive(task, style, views).document
    with pytest.MonkeyPatch.context() as patch:
        wanted = {stem: meant(found, stem, patch) for stem, found in documents.items()}
    return documents, {
        stem: [(kind, straight(text)) for kind, text in parts] for stem, parts in wanted.items()
    }


@pytest.mark.parametrize("renderer", LIGHT)
def test_a_sample_is_whole(renderer: str, tmp_path: Path) -> None:
    compare(renderer, *samples(("relu_sigmoid_3_2_1", "scalar_symbolic_1_1_1")), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("renderer", RENDERERS)
def test_every_sample_is_whole(renderer: str, tmp_path: Path) -> None:
    needed(renderer)
    documents, wanted = samples(tuple(path.stem for path in EXAMPLES))
    assert len(documents) == 3 * len(EXAMPLES)
    compare(renderer, documents, wanted, tmp_path)


# --- texts of a user --------------------------------------------------------------------------

TEXTS = (
    *HOSTILE,
    "_a_ __b__ *c* **d** 2*3*4 x_1 and y_2",
    "a | b || c \\| d |",
    "| a | b |\n|--|--|",
    r"\begin{x} y \end{x} \ref{a} \eqref{b} \$5 \$6",
    "$\\alpha$ \\[x\\] a $ b and c $ d $`x`$",
    "😀 emoji 汉字 かな",
    "{: .x} {#id} [^1] ^[n] *[HTML]: x [@a] :smile: #tag",
    "<!-- c --> <b>x</b> &lt; </div> <https://a.b> a<br>b",
    "https://a_b_c.org/*x* www.a_b.c a_b@c.org",
    "[[link]] ![[embed]] ==m== %%c%%",
    "{py:func}`x` {{sub}} {% endraw %}",
    "(c) -> => 'q' \"r\"",
    "(iv) a",
    "a. b",
    "[ ] task",
    "[x]: y",
    *(
        "$$",
        "$",
        "\\",
        "\\\\",
        "a\\",
        "\\(",
        "`a",
        "```",
        "~~~",
        "|",
        "*",
        "_",
        "-",
        "+",
        "1)",
        "#",
        "<",
        "[",
    ),
    *(
        "***",
        "- - -",
        "===",
        ":::",
        "::: note",
        "!!! note",
        "---",
        "%",
        "!",
        "&amp",
        "a&b;c",
        "^",
        "x](y)",
    ),
)
PICTURE = Picture(60, 40, (Circle(20, 20, 9, Symbol("x")),))


def everywhere(text: str) -> Document:
    """A document that has a text in every place that a text can stand in."""
    plain, x = Words(text), Math(Symbol("x"))
    code, strong = Words(text, "code"), Words(text, "strong")
    blocks: tuple[Block, ...] = (
        Heading(1, (plain,)),
        Heading(2, (plain, Words(" "), x)),
        Paragraph((plain,)),
        Paragraph((x, Words(f" {text}"))),
        Paragraph((Words(f"a {text} b "), x, Words(" "), plain)),
        Paragraph((Words("e "), Words(text, "emphasis"), Words(" f "), strong, Words(" "), code)),
        Paragraph((strong,)),
        Bullets(((plain,), (Words("i "), x, Words(f" {text}")))),
        Bullets(((plain,),), ordered=True),
        Table(
            ((plain,), (Words(f"h {text}"),)),
            [((plain,), (x, Words(f" {text}"))), ((code,), (strong,))],
            "lr",
            (plain,),
        ),
        Figure(PICTURE, (plain,), text),
        Note(text, (Paragraph((plain,)),)),
        Paragraph((plain,)),
    )
    return Document(text, lambda: blocks)


@pytest.mark.parametrize("renderer", [*LIGHT, *HEAVY])
def test_texts_of_a_user_print_as_themselves(renderer: str, tmp_path: Path) -> None:
    needed(renderer)
    documents = {f"text{number}": everywhere(text) for number, text in enumerate(TEXTS)}
    with pytest.MonkeyPatch.context() as patch:
        wanted = {
            stem: [(kind, straight(text)) for kind, text in meant(document, stem, patch)]
            for stem, document in documents.items()
        }
    compare(renderer, documents, wanted, tmp_path)


def test_texts_of_a_user_print_as_themselves_in_html() -> None:
    for text in TEXTS:
        with pytest.MonkeyPatch.context() as patch:
            wanted = [part for part in meant(everywhere(text), "t", patch) if part[0] != "img"]
        source = "".join(document_text(everywhere(text), "html"))
        assert source.count("<svg") == source.count("</svg>") == 1
        source = re.sub(r"<svg.*?</svg>", "", source, flags=re.DOTALL)
        source = source.replace("<math><mi>x</mi></math>", "<tex-inline>x</tex-inline>")
        source = re.sub(r'<p class="title">(.*?)</p>', r"<p><strong>\1</strong></p>", source)
        parts = [(kind, text) for kind, text in Page(source).parts]
        assert parts == wanted


def test_texts_of_a_user_begin_no_list_and_no_heading_in_typst() -> None:
    blocks = [block for text in TEXTS for block in everywhere(text).blocks()]
    # of each text: one list of each kind, two headings, one table
    counted = {"list": 1, "enum": 1, "terms": 0, "heading": 2, "table": 1, "raw": 0}
    marks = "".join(
        f'#show {kind}: it => {{ [#metadata("{kind}")<found>]; it }}\n' for kind in counted
    )
    source = marks + "".join(document_text(Document("t", lambda: blocks), "typ"))
    found = json.loads(
        typst_compiler.query(source.encode(), "<found>", field="value", ignore_system_fonts=True)
    )
    assert Counter(found) == Counter({k: n * len(TEXTS) for k, n in counted.items() if n})


def test_the_drivers_see_what_breaks(tmp_path: Path) -> None:
    """A dialect that is not the renderer's own has to give differences."""
    documents, wanted = samples(("relu_sigmoid_3_2_1",))
    for renderer, other in (("github", "pandoc"), ("obsidian", "kramdown"), ("jupyterlab", "hugo")):
        stem = "relu_sigmoid_3_2_1_tutorial"
        source = "".join(document_text(documents[stem], "md", Options(dialect=other)))
        page = RENDERERS[renderer][1]({stem: source}, tmp_path)[stem]
        lost = [text for kind, text in wanted[stem] if (kind, text) not in page.parts]
        assert any(MATH[0] in text for text in lost), renderer


# --- front matter -----------------------------------------------------------------------------


def with_front_matter(dialect: str, text: str) -> str:
    document = Document(
        text,
        lambda: (Paragraph((Words("body"),)),),
        date="2024-05-01",
        front_matter={"draft": "false"},
    )
    return "".join(document_text(document, "md", Options(dialect=dialect)))


@pytest.mark.slow
@pytest.mark.parametrize("text", ["A title", "a: b", *TEXTS])
def test_pandoc_takes_the_title_from_the_front_matter(text: str) -> None:
    needed("pandoc")
    title, body = title_of_pandoc(with_front_matter("pandoc", text))
    assert straight(title) == straight(" ".join(text.split()))
    assert body == "body"


@pytest.mark.slow
def test_hugo_takes_the_title_from_the_front_matter(tmp_path: Path) -> None:
    needed("hugo")
    sources = {f"t{n}": with_front_matter("hugo", text) for n, text in enumerate(TEXTS)}
    for (title, body), text in zip(title_of_hugo(sources, tmp_path), TEXTS, strict=True):
        assert title == " ".join(text.split())
        assert body == [("p", "body")]


def test_pandoc_gives_a_picture_one_caption() -> None:
    """A picture alone in its paragraph would be a figure with its alternative text below it."""
    pypandoc = pytest.importorskip("pypandoc")
    circle = Picture(10, 10, (Circle(5, 5, 4),))
    figure = Figure(circle, (Words("The caption"),), "what it shows")
    options = Options(dialect="pandoc", assets={})
    text = "".join(document_text(Document("", lambda: (figure,)), "md", options))
    page: str = pypandoc.convert_text(text, "html", "markdown")
    assert "<figcaption" not in page
    assert page.count("The caption") == 1
    assert page.count("what it shows") == 1
