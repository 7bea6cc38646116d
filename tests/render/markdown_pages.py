"""Pages as lists of parts, so that what a renderer made can be held against what was meant.

A part is a kind and a text: ``("h2", "The network")``, ``("p", "...")``, ``("display", TeX)``, ``("img",
"FILE|ALT")``, ``("tr", "")`` before the cells of a row.  In a text, formulas and emphasis stand between marks of
private-use characters, so that a formula that became text, or the reverse, is a difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from derivgen.document.blocks import (
    Block,
    Bullets,
    Display,
    Document,
    Figure,
    Heading,
    Inline,
    Math,
    Note,
    Paragraph,
    Reference,
    Table,
)
from derivgen.formula.build import slashed
from derivgen.formula.latex import LATEX
from derivgen.formula.tree import Chain, Number, Partial, Power, Product
from derivgen.render import formats, write
from derivgen.render.formats import DIALECTS
from derivgen.render.write import Options, document_text

Part = tuple[str, str]

MATH = ("\ue001", "\ue002")
MARKS = {"em": "\ue003", "strong": "\ue004", "code": "\ue005"}
_INVISIBLE = str.maketrans("", "", "\u200b\u2060")


def tidy(text: str) -> str:
    """A text as it is read: white space runs are one space, invisible characters are none."""
    return " ".join(text.translate(_INVISIBLE).split())


# --- what was meant ---------------------------------------------------------------------------


def meant(document: Document, stem: str, monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """The parts of a document, from its blocks; only the bodies of displays are taken from the
    writer, since it breaks lines."""
    plain = replace(
        DIALECTS["pandoc"], name="plain", display=MATH, tag="", reference="(%(number)d)"
    )
    monkeypatch.setattr(write, "DIALECTS", {"plain": plain})
    text = "".join(document_text(document, "md", Options(dialect="plain", front_matter=False)))
    monkeypatch.setattr(write, "DIALECTS", formats.DIALECTS)
    displays = iter(
        re.sub(r"\n(?:> ?)+", "\n", found)
        for found in re.findall(f"{MATH[0]}(.*?){MATH[1]}", text, re.DOTALL)
    )
    parts: list[Part] = []
    if document.title:
        parts.append(("h1", tidy(document.title)))
    parts += _of_blocks(document.blocks(), displays, stem)
    return parts


def _of_blocks(blocks: Iterable[Block], displays: Iterator[str], stem: str) -> Iterator[Part]:
    figures = 0
    for block in blocks:
        match block:
            case Heading(level, content):
                yield f"h{level + 1}", words(content)
            case Paragraph(content):
                if content:
                    yield "p", words(content)
            case Display(_, _, number):
                yield "display", tidy(next(displays)) + (f" ({number})" if number else "")
            case Bullets(items, ordered):
                yield from (("ol" if ordered else "ul", words(item)) for item in items)
            case Table(header, rows, _, caption):
                if caption:
                    yield "p", words(caption)
                for cells, kind in [(header, "th"), *((row, "td") for row in rows)]:
                    yield "tr", ""
                    yield from ((kind, words(cell)) for cell in cells)
            case Figure(_, caption, alternative):
                figures += 1
                yield "img", f"{stem}-figure-{figures}.svg|{tidy(alternative)}"
                if caption:
                    yield "p", words(caption)
            case Note(title, inner):
                yield "note", ""
                yield "p", f"{MARKS['strong']}{tidy(title)}{MARKS['strong']}"
                yield from _of_blocks(inner, displays, stem)
            case _:
                raise TypeError(f"{type(block).__name__} is not expected in an example")


def words(content: Iterable[Inline]) -> str:
    return tidy("".join(map(_inline, content)))


def _inline(part: Inline) -> str:
    if isinstance(part, Reference):
        return f"({part.number})"
    if isinstance(part, Math):
        match part.formula:
            case Chain() as chain:
                tex = LATEX.write_chain(chain)
            case Partial() as partial:  # in a sentence it stands on one line
                tex = LATEX.write(slashed(partial))
            case Product((Number(), Power())) as product:  # a number with its power of ten
                tex = f"{{{LATEX.write(product)}}}"
            case node:
                tex = LATEX.write(node)
        return f"{MATH[0]}{tex}{MATH[1]}"
    if part.style == "plain" or not part.text.strip():
        return part.text
    mark = MARKS[{"emphasis": "em"}.get(part.style, part.style)]
    before, after = re.match(r"\s*", part.text)[0], re.search(r"\s*$", part.text)[0]  # type: ignore[index]
    return f"{before}{mark}{part.text.strip()}{mark}{after}"


# --- what became of it ------------------------------------------------------------------------

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LINES = (*_HEADINGS, "p", "li", "th", "td")
_BLOCKS = (*_LINES, "ul", "ol", "table", "thead", "tbody", "tr", "blockquote", "div", "figure")
_BLOCKS += ("figcaption", "section", "main", "body", "article", "header", "aside", "hr", "pre")
_IGNORED = ("script", "style", "title", "head")
#: elements that MathJax does not look into, or that hold formulas already
_UNSEARCHED = {"code", "pre", "script", "tex-inline", "tex-display"}
#: a display that has its number inside, as a tag
_TAG = re.compile(r" ?\\tag\{(\d+)\}$")


class Page(HTMLParser):
    """The parts of an HTML page.

    Formulas are the elements ``tex-inline`` and ``tex-display``, which the drivers of renderers put there, and
    what a page's MathJax would find between ``delimiters`` in a run of text.
    """

    def __init__(self, source: str, delimiters: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Part] = []
        self.elements: set[str] = set()
        self.hidden = ""
        self.cell = 0
        self.stack: list[str] = []
        self.text = ""
        self.run = ""
        self.delimiters = re.compile(delimiters, re.DOTALL) if delimiters else None
        self.feed(source)
        self.close()
        self.flush()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_of_run()
        self.elements.add(tag)
        given = {key: value or "" for key, value in attrs}
        if tag in _IGNORED:
            self.hidden = tag
        if tag == "tex-display" or tag in _BLOCKS:
            self.flush()
        if tag == "tex-inline":
            self.text += MATH[0]
        elif tag in MARKS:
            self.text += MARKS[tag]
        elif tag == "tr":
            self.parts.append(("tr", ""))
        elif tag in ("td", "th"):
            self.cell = len(self.parts)
        elif tag == "blockquote" or (
            tag == "aside" or "admonition" in given.get("class", "").split()
        ):
            self.parts.append(("note", ""))
        elif tag == "img":
            self.flush()
            self.parts.append(
                ("img", f"{given['src'].removeprefix('_images/')}|{tidy(given.get('alt', ''))}")
            )
        if tag not in ("img", "br", "hr", "meta", "link", "col", "input"):
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self._end_of_run()
        if tag == self.hidden:
            self.hidden = ""
        if tag == "tex-inline":
            self.text += MATH[1]
        elif tag in MARKS:
            self.text += MARKS[tag]
        elif tag == "tex-display":
            self._display(self.text)
            self.text = ""
        elif tag in ("td", "th"):
            self.flush()
            if len(self.parts) == self.cell:  # a cell may be empty
                self.parts.append((tag, ""))
        elif tag in _BLOCKS:
            self.flush()
        if tag in self.stack:
            del self.stack[len(self.stack) - 1 - self.stack[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.run += data

    def _end_of_run(self) -> None:
        """What MathJax finds in a run of text that no element interrupts."""
        run, self.run = self.run, ""
        at = 0
        if self.delimiters is not None and not _UNSEARCHED & set(self.stack):
            for found in self.delimiters.finditer(run):
                self.text += run[at : found.start()]
                at = found.end()
                [(kind, tex)] = [(k, v) for k, v in found.groupdict().items() if v is not None]
                if kind.startswith("inline"):
                    self.text += f"{MATH[0]}{tex}{MATH[1]}"
                else:
                    self.flush()
                    self._display(tex)
        self.text += run[at:]

    def _display(self, tex: str) -> None:
        self.parts.append(("display", _TAG.sub(r" (\1)", tidy(tex))))

    def flush(self) -> None:
        self._end_of_run()
        text, self.text = tidy(self.text), ""
        if not text:
            return
        inner = [tag for tag in self.stack if tag in (*_HEADINGS, "th", "td", "li")]
        kind = inner[-1] if inner else "p"
        if kind == "li":
            kind = next((tag for tag in reversed(self.stack) if tag in ("ul", "ol")), "li")
        self.parts.append((kind, text))


#: What MathJax finds by itself in a page: ``\(..\)``, ``\[..\]``, ``$$..$$``, environments.
MATHJAX = (
    r"\\\((?P<inline>.*?)\\\)|\\\[(?P<display>.*?)\\\]|\$\$(?P<display_2>.*?)\$\$"
    r"|(?P<display_3>\\begin\{(\w+\*?)\}.*?\\end\{\5\})"
)
#: As Jupyter sets it up, also between single dollars.
MATHJAX_DOLLARS = MATHJAX + r"|\$(?P<inline_2>.*?)\$"
