"""Documents with every kind of block, in every format."""

from __future__ import annotations

import base64
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path

import nbformat
import pytest
import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

import derivgen
from derivgen.document.blocks import (
    Block,
    Bullets,
    Circle,
    Display,
    Document,
    Family,
    Figure,
    Heading,
    Inline,
    Inlines,
    Math,
    Note,
    Paragraph,
    Picture,
    Reference,
    Table,
    Words,
)
from derivgen.document.templates import template_source
from derivgen.errors import DerivgenError
from derivgen.formula.tree import Chain, Hole, Matrix, Node, Number, Product, Script, Sum, Symbol
from derivgen.network.spec import task_from_mapping
from derivgen.render.family import fill
from derivgen.render.formats import DIALECTS, FORMATS
from derivgen.render.pdf import typst_pdf
from derivgen.render.write import Options, document_text, write_document

X = Symbol("x")
TARGETS = [(name, None) for name in FORMATS if name != "md"] + [("md", name) for name in DIALECTS]


def words(*parts: str | Inline) -> tuple[Inline, ...]:
    return tuple(Words(part) if isinstance(part, str) else part for part in parts)


def weight(number: int) -> Node:
    return Script(Symbol("w"), Number(str(number)))


LONG = Chain(
    X,
    (
        ("=", Sum(tuple((False, Product((weight(i), weight(i)))) for i in range(30)))),
        ("approx", Number("1")),
    ),
)
WIDE = Chain(X, (("=", Matrix((tuple(Number(f"0.1234{i}") for i in range(20)),))),))
ROWS = [(words(Math(weight(i))), words(f"row {i}")) for i in range(40)]
EVERY: tuple[Block, ...] = (
    Heading(1, words("First ", Math(X))),
    Paragraph(
        words(
            "A ",
            Words("word", "emphasis"),
            Words("bold", "strong"),
            Words("c_d", "code"),
            Math(LONG),
        )
    ),
    Display((LONG,), "long", 1),
    Display((LONG, LONG)),
    Display((WIDE,)),
    Paragraph(words("see ", Reference("long", 1))),
    Bullets((words("one"), words(Math(X)))),
    Bullets((words("one"), words("two")), ordered=True),
    Table((words("a"), words("b")), ROWS[:3], "lr", words("Short table")),
    Table((words("a"), words("b")), ROWS, "cr"),
    Figure(Picture(60, 40, (Circle(20, 20, 9, X),)), words("A unit"), "One circle."),
    Note(
        "Outer",
        (Paragraph(words("in")), Display((LONG,)), Note("Inner", (Paragraph(words("deep")),))),
    ),
    Heading(2, words("Second")),
    Heading(3, words("Third")),
)


def text_of(blocks: Iterable[Block], format: str, dialect: str | None = None, **facts: str) -> str:
    listed = tuple(blocks)
    document = Document(facts.pop("title", ""), lambda: listed, **facts)  # type: ignore[arg-type]
    return "".join(document_text(document, format, Options(dialect=dialect)))


@pytest.mark.parametrize(("format", "dialect"), TARGETS)
def test_every_block_in_every_format(format: str, dialect: str | None) -> None:
    source = text_of(EVERY, format, dialect, title="T", author="A", date="D", description="E")
    for part in (
        "First",
        "word",
        "bold",
        "one",
        "row 2",
        "row 39",
        "A unit",
        "Outer",
        "Inner",
        "deep",
        "Third",
    ):
        assert part in source
    assert not source.startswith("\n")
    assert source.endswith("\n")
    assert source == text_of(
        EVERY, format, dialect, title="T", author="A", date="D", description="E"
    )


@pytest.mark.parametrize(("format", "dialect"), TARGETS)
def test_a_document_without_title_or_blocks(format: str, dialect: str | None) -> None:
    assert not text_of((), format, dialect).startswith("\n")
    assert not text_of((Paragraph(words("a")),), format, dialect).startswith("\n")


def test_html_is_well_formed() -> None:
    source = text_of(EVERY, "html", title='<"&', author="A", description="<")
    body = re.sub(r"<meta [^>]*>|<!DOCTYPE html>|<style>.*?</style>", "", source, flags=re.DOTALL)
    root = ElementTree.fromstring(body)
    assert root.find(".//h1").text == '<"&'  # type: ignore[union-attr]
    assert len(root.findall(".//aside/aside")) == 1
    targets = {element.get("id") for element in root.iter()}
    links = [element.get("href", "") for element in root.iter("a")]
    assert links == ["#eq-1"]
    assert "eq-1" in targets
    assert "http" not in re.sub(
        r"http://www.w3.org/\S+|http-equiv", "", source
    )  # nothing is fetched


def test_markdown_is_read_as_it_was_meant() -> None:
    reader = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
    tokens = reader.parse(text_of(EVERY, "md", "pandoc", title="T"))
    kinds = [token.type for token in tokens if token.nesting >= 0]
    assert kinds.count("math_block") == 4
    assert kinds.count("table_open") == 2
    assert kinds.count("blockquote_open") == 2
    assert (kinds.count("bullet_list_open"), kinds.count("ordered_list_open")) == (1, 1)
    assert [t.tag for t in tokens if t.type == "heading_open"] == ["h1", "h2", "h3", "h4"]
    inline = [child.type for token in tokens for child in token.children or ()]
    assert inline.count("math_inline") == 2 + 1 + len(ROWS) + 3
    images = [token.content for token in tokens if token.content.startswith("<img")]
    assert len(images) == 1
    blocks = [token.content for token in tokens if token.type == "math_block"]
    assert blocks[0].strip().endswith(r"\tag{1}")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_delimiters_of_a_dialect(dialect: str) -> None:
    row = DIALECTS[dialect]
    source = text_of(
        (Paragraph(words("a ", Math(X), " b")), Display((Chain(X, ()),))), "md", dialect
    )
    before, after = row.inline
    assert f"a {before}x{after} b\n\n{row.display[0]}x{row.display[1]}\n" in source


def test_what_touches_a_formula_is_kept_apart() -> None:
    blocks = (Paragraph(words("a", Math(X), "2")), Paragraph((Math(X),)))
    assert text_of(blocks, "md", "github") == "a&#8203;$`x`$&#8203;2\n\n$`x`$\n"
    assert text_of(blocks, "md", "kramdown") == "a$$x$$2\n\n\\$$x$$\n"


def test_notes_of_the_dialects() -> None:
    note = (Note("T", (Paragraph(words("a")), Note("U", (Paragraph(words("b")),)))),)
    assert text_of(note, "md", "github") == "> [!NOTE]\n> **T**\n>\n> a\n>\n> > **U**\n> >\n> > b\n"
    assert text_of(note, "md", "obsidian") == "> [!note] T\n> a\n>\n> > [!note] U\n> > b\n"
    fenced = "~~~~~{admonition} T\na\n\n~~~~{admonition} U\nb\n~~~~\n~~~~~\n"
    assert text_of(note, "md", "myst") == fenced


def test_front_matter() -> None:
    document = Document(
        "A: b",
        lambda: (Paragraph(words("x")),),
        "Me",
        "2024-05-01",
        "",
        {"math": "true", "k k": "[v"},
    )
    expected = (
        '---\ntitle: "A: b"\nauthor: "Me"\ndate: 2024-05-01\nmath: true\n"k k": "[v"\n---\n\nx\n'
    )
    assert "".join(document_text(document, "md")) == expected
    without = "".join(document_text(document, "md", Options(front_matter=False)))
    assert without == "# A: b\n\nMe, 2024-05-01\n\nx\n"


def test_figures_of_markdown() -> None:
    document = Document("", lambda: EVERY[10:11])
    assets: dict[str, str] = {}
    linked = "".join(document_text(document, "md", Options(assets=assets, stem="net")))
    assert linked == "![One circle.](net-figure-1.svg)\\\nA unit\n"
    elsewhere = Options(dialect="github", assets={}, stem="net")
    linked = "".join(document_text(document, "md", elsewhere))
    assert linked == "![One circle.](net-figure-1.svg)\n\nA unit\n"
    assert list(assets) == ["net-figure-1.svg"]
    inside = "".join(document_text(document, "md"))
    data = re.search(r'base64,([^"]*)">', inside)
    assert data is not None
    assert base64.b64decode(data[1]).decode() == assets["net-figure-1.svg"]
    ElementTree.fromstring(assets["net-figure-1.svg"])


def test_a_notebook_is_valid_and_holds_the_document() -> None:
    facts = {"title": "T", "author": "A", "date": "D"}
    source = text_of(EVERY, "ipynb", **facts)
    notebook = nbformat.reads(source, nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.title == "T"
    assert [cell.source.splitlines()[0] for cell in notebook.cells] == [
        "# T",
        "## First $x$",
        "### Second",
    ]
    assert sources_of(source) + "\n" == text_of(EVERY, "md", "jupyter", **facts)
    assert source == text_of(EVERY, "ipynb", **facts)
    assert source == json.dumps(json.loads(source), ensure_ascii=False, indent=1) + "\n"


def test_a_notebook_without_blocks_is_valid() -> None:
    nbformat.validate(nbformat.reads(text_of((), "ipynb"), nbformat.NO_CONVERT))
    with pytest.raises(DerivgenError, match=r"E631.*dialect"):
        text_of((), "ipynb", "github")


# --- families --------------------------------------------------------------------------------


def copy(parts: tuple[Node, ...]) -> tuple[Block, ...]:
    index, value, other = parts
    left = Script(Symbol("w"), index)
    chain = Chain(left, (("=", Product((value, other))), ("approx", value)))
    return (
        Heading(3, words("Weight 100 % ", Math(left))),
        Display((chain,)),
        Paragraph(words("so ", Math(value))),
    )


def sources_of(notebook: str) -> str:
    return "\n\n".join("".join(cell["source"]) for cell in json.loads(notebook)["cells"])


@pytest.mark.parametrize(("format", "dialect"), TARGETS)
def test_a_family_is_its_copies(format: str, dialect: str | None) -> None:
    # digits without a sign, which a writer sets alike wherever they stand
    columns = (["1", "2", "13"], ["0.25", "7", "1.5"], ["3", "0.125", "12"])
    family = Family(copy((Hole(0), Hole(1), Hole(2))), columns, 3)
    single = [
        block
        for row in zip(*columns, strict=True)
        for block in copy((Number(row[0]), Number(row[1]), Number(row[2])))
    ]
    filled, apart = text_of((family,), format, dialect), text_of(single, format, dialect)
    if format == "ipynb":  # copies that begin with headings need not have cells of their own
        filled, apart = sources_of(filled), sources_of(apart)
    assert re.sub(r"</?mrow>|\s", "", filled) == re.sub(r"</?mrow>|\s", "", apart)


def test_a_family_is_written_in_large_pieces() -> None:
    count = 20_000
    column = [str(number) for number in range(count)]
    family = Family((), (column, column), count)
    template = "x" * 400 + "\U000f0000 and \U000f0001 %s\n"
    pieces = list(fill(template, family, FORMATS["tex"].writer))
    assert max(map(len, pieces)) < 2 << 20
    assert len(pieces) < 20
    expected = "".join(f"{'x' * 400}{number} and {number} %s\n" for number in column)
    assert "".join(pieces) == expected


def test_a_family_that_does_not_fit_is_refused() -> None:
    writer = FORMATS["tex"].writer
    with pytest.raises(ValueError, match="column 0"):
        list(fill("\U000f0000", Family((), (["1"],), 2), writer))
    with pytest.raises(ValueError, match="no column 1"):
        list(fill("\U000f0001", Family((), (["1"],), 1), writer))
    numbered = Family((Display((LONG,), "a", 1),), (), 2)
    with pytest.raises(ValueError, match="numbered"):
        text_of((numbered,), "tex")


# --- what is refused, what is overridden -----------------------------------------------------


def test_unknown_things_are_loud() -> None:
    with pytest.raises(DerivgenError, match=r"E630.*did you mean 'html'"):
        text_of((), "htlm")
    with pytest.raises(DerivgenError, match=r"E630.*the formats are tex, .*, html, pdf$"):
        text_of((), "docx")
    with pytest.raises(DerivgenError, match=r"E630.*'--to md --dialect github'"):
        text_of((), "github")
    with pytest.raises(DerivgenError, match=r"E630.*did you mean 'github'"):
        text_of((), "md", "gihub")
    with pytest.raises(DerivgenError, match=r"E631.*dialect"):
        text_of((), "tex", "github")
    with pytest.raises(TypeError, match="str"):
        text_of(("a",), "tex")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="int"):
        text_of((Paragraph((1,)),), "tex")  # type: ignore[arg-type]


def test_a_template_of_the_user_goes_first(tmp_path: Path) -> None:
    name = "formats/md/blocks.j2"
    mine = tmp_path / name
    mine.parent.mkdir(parents=True)
    source = template_source(name)
    mine.write_text(
        source.replace("<< content >>\n", "P: << content >>\n", 1).replace(
            "macro note(", "macro nota("
        )
    )
    stream = io.StringIO()
    document = Document("", lambda: (Heading(1, words("h")),))
    write_document(document, "md", stream, Options(user_folder=tmp_path))
    assert stream.getvalue() == "## P: h\n"
    broken = Document("", lambda: (Note("t", ()),))
    with pytest.raises(DerivgenError, match=r"E612.*no macro 'note'"):
        write_document(broken, "md", stream, Options(user_folder=tmp_path))
    mine.write_text(source.replace("<< content >>", "<< content.__class__ >>"))
    with pytest.raises(DerivgenError, match=r"blocks.j2:\d+: E615"):
        write_document(document, "md", stream, Options(user_folder=tmp_path))


def test_blocks_are_written_as_they_come() -> None:
    made: list[int] = []

    def blocks() -> Iterable[Block]:
        for number in range(50):
            made.append(number)
            yield Paragraph(words(str(number)))

    pieces = document_text(Document("t", blocks), "md")
    next(pieces)
    next(pieces)
    assert len(made) == 2  # one ahead: a paragraph has to know whether a formula follows it


def test_typst_takes_every_block_and_gives_the_same_bytes() -> None:
    source = text_of(EVERY, "typ", title="T", author="A", date="D", description="E")
    assert typst_pdf(source) == typst_pdf(source)


def test_a_page_keeps_the_comma_with_its_formula() -> None:
    content = words("Of ", Math(X), ", ", Math(X), " and ", Math(X), Words(": all", style="strong"))
    found = text_of([Paragraph(content)], "html")
    assert re.search(r'<p>Of <span class="kept"><math>.*?</math>,</span> <math>', found)
    assert found.count('class="kept"') == 1
    assert "</math> and <math>" in found
    assert 'class="kept"' not in text_of([Paragraph(content)], "tex")


def test_a_line_with_a_formula_as_long_as_itself_is_not_stretched() -> None:
    lead = words("Differentiate ", Math(LONG), " now:")
    assert "#par(justify: false)" in text_of([Paragraph(lead)], "typ")
    short = words("Differentiate ", Math(Chain(X, (("=", Number("1")),))), " now:")
    assert "#par(justify: false)" not in text_of([Paragraph(short)], "typ")


@pytest.mark.parametrize(
    ("content", "leads"),
    [
        ((Words("Path 2:", "strong"), Words(" over "), Math(Symbol("z"))), True),
        ((Words("At", "emphasis"), Words(" "), Math(Symbol("t")), Words(".", "emphasis")), True),
        ((Words("Plain and "), Words("bold", "strong")), False),
        ((Math(Symbol("z")),), False),
    ],
)
def test_a_line_that_says_what_comes_stays_with_it(content: Inlines, leads: bool) -> None:
    """Also where what comes is a paragraph, on whose page it has to be."""
    document = Document("", lambda: (Paragraph(content), Paragraph((Words("next"),))))
    assert ("#leads[#" in "".join(document_text(document, "typ")).split("#let caption")[1]) == leads
    assert (r"\nopagebreak" in "".join(document_text(document, "tex"))) == leads


def test_front_matter_of_a_spec_holds_what_site_generators_read() -> None:
    keys = {"math": True, "weight": 3, "tags": ["nets", "A: b"], "draft": False, "none": []}
    spec = {
        "arrays": {"x": "2"},
        "equations": "f = x**2",
        "loss": "f",
        "document": {"front_matter": keys},
    }
    text = derivgen.derive(task_from_mapping(spec)).to_markdown()
    found = yaml.safe_load(text.split("---")[1])
    assert {k: found[k] for k in found if k != "title"} == {
        k: v for k, v in keys.items() if v != []
    }


def test_a_formula_of_very_many_lines_may_run_over_the_page() -> None:
    """``aligned`` is a box, which a page cannot hold where it is higher than the page."""
    term = Product((Number("0.25"), Number("0.50")))

    def written(terms: int) -> str:
        total = Sum(((False, term),) * terms)
        return text_of([Display((Chain(Symbol("L"), (("=", total),)),), number=3)], "tex")

    assert r"\begin{aligned}" in written(30)
    long = written(400)
    assert r"\begin{aligned}" not in long
    assert re.search(
        r"\\begin\{align\*\}\n(.+\n)+.*\\tag\{3\}\\label\{[^}]*\}\n\\end\{align\*\}", long
    )


@pytest.mark.parametrize(("rows", "breaks"), [(1, False), (2, False), (6, True)])
def test_a_group_of_matrices_as_tall_as_a_quarter_of_a_page_may_run_over_it(
    rows: int, breaks: bool
) -> None:
    column = Matrix(tuple((Number(f"0.{digit}"),) for digit in (1, 2, 3)))
    group = [Display(tuple(Chain(weight(at), (("approx", column),)) for at in range(rows)))]
    assert (r"\begin{align*}" in text_of(group, "tex")) is breaks
    assert ("#long[" in text_of(group, "typ").split("#let")[-1]) is breaks


def test_one_matrix_has_no_line_at_which_it_could_break() -> None:
    column = Matrix(tuple((Number(str(row)),) for row in range(20)))
    tall = [Display((Chain(X, (("=", column),)),))]
    assert r"\begin{align*}" not in text_of(tall, "tex")
    assert "#long[" not in text_of(tall, "typ").split("#let")[-1]
