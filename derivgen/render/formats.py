"""The formats and the Markdown dialects: one row each.

A format is a formula writer, an escaper, a picture writer and a folder of templates; the
templates say how each kind of block looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from derivgen.document.blocks import Block, Document, Picture
from derivgen.formula.latex import LATEX
from derivgen.formula.mathml import MATHML
from derivgen.formula.typst import TYPST
from derivgen.formula.writer import Writer
from derivgen.render import escape
from derivgen.render.notebook import notebook
from derivgen.render.pictures.svg import svg
from derivgen.render.pictures.tikz import tikz
from derivgen.render.pictures.typst import typst


@dataclass(frozen=True)
class Dialect:
    """What differs from one Markdown to another."""

    name: str
    summary: str
    #: what stands before and after a formula in a line
    inline: tuple[str, str]
    #: what stands before and after a formula on lines of its own
    display: tuple[str, str]
    #: how a note is set apart
    note: Literal["alert", "callout", "admonition", "quotation"] = "quotation"
    #: escapes beside :data:`derivgen.render.escape.MARKDOWN`, or other than there
    escapes: Mapping[str, str] = field(default_factory=dict)
    #: the same in the words of a picture, where no page looks for formulas
    alternative: Mapping[str, str] = field(default_factory=dict)
    #: put before a formula that is alone in its paragraph, lest it become a display
    lone: str = ""
    #: ends the line of a picture whose caption is in the same paragraph: one by itself would get its
    #: alternative text as a second caption
    caption_break: str = ""
    #: put between a formula and a letter or digit that touches it
    guard: str = "&#8203;"
    #: what numbers a display: at the end of its formula, and after its closing mark
    tag: str = r" \tag{%(number)d}"
    label: str = ""
    #: the title and the like in the front matter are Markdown too
    front_markdown: bool = False
    #: how a numbered display is referred to
    reference: str = "(%(number)d)"


# A page with MathJax looks for formulas in the finished text, where no escape is left; what an
# element or a joiner interrupts is none.
_ELEMENTS: Final = {"\\": r"<span>\\</span>", "$$": r"\$<span>\$</span>"}
_JOINERS: Final = {"\\": r"\\&#8288;", "$$": r"\$&#8288;\$"}
_BRACKETS: Final = {"[": "&#91;", "]": "&#93;"}
# Programs that make links of bare addresses take what is escaped in them as it stands.
_ADDRESSES: Final = {"://": "&#58;//", "www.": "www&#46;"}

_DIALECT_ROWS: Final = (
    Dialect(
        "pandoc",
        "Pandoc, Quarto, VS Code; also read by MyST and Obsidian",
        ("$", "$"),
        ("$$\n", "\n$$"),
        # a list item that begins so is a task, whatever is escaped
        escapes=_ELEMENTS | {f"[{mark}]": rf"<span>\[</span>{mark}\]" for mark in " xX"},
        front_markdown=True,
        caption_break="\\",
    ),
    Dialect(
        "github",
        "GitHub and GitLab: formulas in backticks and math blocks",
        ("$`", "`$"),
        ("```math\n", "\n```"),
        note="alert",
        escapes={"$": "<span>$</span>"},
    ),
    Dialect(
        "kramdown",
        "Jekyll and other users of kramdown",
        ("$$", "$$"),
        ("$$\n", "\n$$"),
        escapes=_ELEMENTS | {"`": "&#96;"},  # an escaped one may hide the cells of a table
        lone="\\",
        guard="",
    ),
    Dialect(
        "hugo",
        "Hugo, with Goldmark's passthrough extension switched on",
        (r"\(", r"\)"),
        ("\\[\n", "\n\\]"),
        escapes=_JOINERS | _BRACKETS,
        alternative=_BRACKETS,
        guard="",
    ),
    Dialect(
        "myst",
        "MyST and Jupyter Book, with dollarmath",
        ("$", "$"),
        ("$$\n", "\n$$"),
        note="admonition",
        # Sphinx takes one of two backslashes away and joins hyphens when it curls quotation marks
        escapes={"\\": r"<span>\\</span>", "--": "<span>-</span>" * 2, "---": "<span>-</span>" * 3},
        tag="",
        label=" (%(anchor)s-%(number)d)",
        reference="{eq}`%(anchor)s-%(number)d`",
    ),
    Dialect(
        "jupyter",
        "the cells of Jupyter notebooks",
        ("$", "$"),
        ("$$\n", "\n$$"),
        # Jupyter looks for dollars and doubled backslashes before there is any Markdown
        escapes={"\\": r"<span>\\</span>", "$": "<span>&#36;</span>"} | _ADDRESSES,
        alternative={"\\": "&#92;"} | _ADDRESSES,
    ),
    Dialect(
        "obsidian",
        "Obsidian",
        ("$", "$"),
        ("$$\n", "\n$$"),
        note="callout",
        escapes={"%%": "&#37;%", "==": r"=\=", "\\": "&#92;"} | _ADDRESSES,
        alternative={"%%": "&#37;%", "==": r"=\="},
    ),
)

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType({row.name: row for row in _DIALECT_ROWS})

#: Dollars are what most programs read: measured whole in Pandoc, Quarto, MyST, Jupyter and (by
#: proxies) Obsidian.  GitHub spoils two formulas in three in that form, so it has a dialect.
DEFAULT_DIALECT: Final = "pandoc"


Binder = Callable[[Document, Iterable[tuple[Block | None, str]]], Iterator[str]]


@dataclass(frozen=True)
class Format:
    """One row of :data:`FORMATS`."""

    name: str
    summary: str
    extension: str
    #: the folder in ``templates/formats/``
    folder: str
    writer: Writer
    #: text of a user
    text: Callable[[str], str]
    #: markup that begins a line
    line: Callable[[str], str]
    #: a picture and what it shows in words
    picture: Callable[[Picture, str], str]
    #: a whole document rather than a part of one
    standalone: bool = True
    #: finished formulas pass through this
    formula: Callable[[str], str] = str
    #: the Markdown dialect of a format that is made of Markdown
    dialect: str | None = None
    #: what makes a file of pieces of text, each with the block that it is of
    binder: Binder | None = None
    #: width of a display, in the unit of :func:`derivgen.formula.measure.width`
    limit: float = 76.0


_FORMAT_ROWS: Final = (
    Format(
        "tex",
        "LaTeX, a document by itself",
        ".tex",
        "tex",
        LATEX,
        text=escape.latex,
        line=str,
        picture=lambda picture, _: tikz(picture),
        formula=escape.latex_characters,
    ),
    Format(
        "tex-fragment",
        "LaTeX to be read in with \\input",
        ".fragment.tex",
        "tex",
        LATEX,
        text=escape.latex,
        line=str,
        picture=lambda picture, _: tikz(picture),
        standalone=False,
        formula=escape.latex_characters,
    ),
    Format(
        "md",
        "Markdown, in the dialect chosen",
        ".md",
        "md",
        LATEX,
        text=escape.markdown({}),
        line=escape.markdown_line,
        picture=svg,
        dialect=DEFAULT_DIALECT,
    ),
    Format(
        "ipynb",
        "a Jupyter notebook, a cell for each section",
        ".ipynb",
        "md",
        LATEX,
        text=escape.markdown({}),
        line=escape.markdown_line,
        picture=svg,
        dialect="jupyter",
        binder=notebook,
    ),
    Format(
        "typ",
        "Typst, which the PDF is made from",
        ".typ",
        "typ",
        TYPST,
        text=escape.typst,
        line=escape.typst_line,
        picture=lambda picture, _: typst(picture),
    ),
    Format(
        "html",
        "HTML, one file with formulas as MathML",
        ".html",
        "html",
        MATHML,
        text=escape.html_text,
        line=str,
        picture=svg,
    ),
)

FORMATS: Final[Mapping[str, Format]] = MappingProxyType({row.name: row for row in _FORMAT_ROWS})
