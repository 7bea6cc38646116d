"""Writes a document in one format, block by block as the blocks come.

This file prepares plain strings (formulas by the format's writer, words by its escaper); how they
are put together is said by the macros in ``templates/formats/<name>/``: one macro a kind of block
in ``blocks.j2``, and ``begin`` and ``end`` in ``document.j2``.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, Literal, TextIO

from derivgen.document.blocks import (
    Block,
    Bullets,
    Display,
    Document,
    Family,
    Figure,
    Heading,
    Note,
    Paragraph,
    Table,
    Words,
)
from derivgen.document.templates import environment, template_errors, template_names
from derivgen.errors import DerivgenError, did_you_mean
from derivgen.formula.height import lines_height
from derivgen.formula.linebreak import INDENT, layout
from derivgen.formula.measure import operator_width, relation_width, width
from derivgen.formula.tree import Line
from derivgen.render import escape
from derivgen.render.ahead import Ahead
from derivgen.render.decimal_points import ALIGNED_ROWS, decimal_columns
from derivgen.render.family import fill
from derivgen.render.formats import DIALECTS, FORMATS, Dialect, Format
from derivgen.render.heights import ROWS_TOGETHER, Heights
from derivgen.render.text_lines import TextWriter

#: what a number at the margin and a note's indent take away from a display's width
_NUMBER_WIDTH: Final = 7.0
_NOTE_WIDTH: Final = 4.0
#: a display that is taller, in lines of text, fills a quarter of a page and may run over pages between its lines
_TALL_DISPLAY: Final = 11.0
#: the widest picture, in points, that fits between the margins
_PICTURE_WIDTH: Final = 450.0
#: what stands in no label of a display
_NO_ANCHOR: Final = re.compile(r"[^a-z0-9]+", re.IGNORECASE)
#: a writer that cannot know whether a figure will come looks this far ahead
_AHEAD: Final = 500


@dataclass(frozen=True)
class Options:
    """How a document is written; each is for the formats that can follow it.

    ``front_matter`` None writes it in Markdown where the document asks for it.  With
    ``assets``, Markdown links its figures as files, whose names (from ``stem``) and texts are put
    there for the caller to write; without, a figure is part of the text.  ``stem`` is also part of
    labels that must not be those of another document.
    """

    dialect: str | None = None
    front_matter: bool | None = None
    paper: Literal["a4", "letter"] = "a4"
    language: str = "en"
    user_folder: Path | None = None
    assets: MutableMapping[str, str] | None = None
    stem: str = "document"


def write_document(
    document: Document, format: str, stream: TextIO, options: Options | None = None
) -> None:
    """Writes a document, in one pass and with memory for one block.

    :param format: a name in :data:`derivgen.render.formats.FORMATS`.
    :raises DerivgenError: E630 for an unknown format or dialect, E631 for an option that the format
        cannot follow, E610 to E615 for a template.
    :raises TypeError: for a block of an unknown kind.
    """
    for text in document_text(document, format, options):
        stream.write(text)


def document_text(document: Document, format: str, options: Options | None = None) -> Iterator[str]:
    """The pieces of the text that :func:`write_document` writes."""
    chosen = options or Options()
    row = find_format(format)
    dialect = _dialect(row, chosen)
    with template_errors(template_names(chosen.user_folder)):
        yield from _Renderer(row, dialect, chosen).document(document)


def find_format(name: str) -> Format:
    """The row of a format.

    :raises DerivgenError: E630 where there is none.
    """
    row = FORMATS.get(name)
    if row is None:
        known = (*FORMATS, "pdf")
        dialect = f"write '--to md --dialect {name}'" if name in DIALECTS else ""
        hint = dialect or did_you_mean(name, known) or f"the formats are {', '.join(known)}"
        raise DerivgenError("E630", f"unknown format '{name}'", hint=hint)
    return row


def _dialect(row: Format, options: Options) -> Dialect | None:
    if row.name != "md":
        for option in ("dialect", "front_matter"):
            if getattr(options, option) not in (None, False):
                raise DerivgenError("E631", f"'{row.name}' has no {option.replace('_', ' ')}")
    name = options.dialect or row.dialect
    if name is None:
        return None
    dialect = DIALECTS.get(name)
    if dialect is None:
        hint = did_you_mean(name, DIALECTS) or f"the dialects are {', '.join(DIALECTS)}"
        raise DerivgenError("E630", f"unknown dialect '{name}'", hint=hint)
    return dialect


class _Renderer:
    """One document on its way into one format."""

    def __init__(self, row: Format, dialect: Dialect | None, options: Options) -> None:
        #: what a picture shows, in words
        self.alternative = row.text
        if dialect is not None:
            row = replace(row, text=escape.markdown(dialect.escapes))
            self.alternative = escape.markdown(dialect.alternative)
        self.format = row
        self.dialect = dialect
        self.options = options
        self.env = environment(options.user_folder)
        self.shared: dict[str, Any] = {
            "dialect": dialect,
            "standalone": row.standalone,
            "paper": options.paper,
            "language": options.language,
            "rows_together": ROWS_TOGETHER,
            "anchor": _NO_ANCHOR.sub("-", options.stem).strip("-") or "equation",
        }
        self.env.filters["prefixed"] = _prefixed
        self.env.filters["base64"] = _base64
        self.macros = self._module("blocks")
        self.text = TextWriter(
            row,
            dialect,
            self.macro,
            getattr(self.macros, "kept", None),
            getattr(self.macros, "stacked", None),
            getattr(self.macros, "spaced", None),
        )
        self.heights = Heights(self.text, row)
        self.figures = 0
        self.notes = 0
        self.in_family = False
        self.latest_family: tuple[tuple[Block, ...], int, str] | None = None
        #: what is written, block by block: a paragraph stays on the page of its formula
        self.blocks = Ahead(())

    def _module(self, name: str) -> Any:
        template = self.env.get_template(f"formats/{self.format.folder}/{name}.j2")
        return template.make_module(self.shared)

    def macro(self, name: str) -> Callable[..., str]:
        """A macro of ``blocks.j2``."""
        found: Callable[..., str] | None = getattr(self.macros, name, None)
        if found is None:
            message = f"formats/{self.format.folder}/blocks.j2 has no macro '{name}'"
            raise DerivgenError("E612", message)
        return found

    def document(self, document: Document) -> Iterator[str]:
        parts = self.parts(document)
        bind = self.format.binder
        return (text for _, text in parts) if bind is None else bind(document, parts)

    def parts(self, document: Document) -> Iterator[tuple[Block | None, str]]:
        """The pieces of the text, each with the block that it is of."""
        blocks = iter(document.blocks())
        ahead = list(islice(blocks, _AHEAD)) if self.format.folder == "tex" else []
        figures = len(ahead) == _AHEAD or any(map(_has_figure, ahead))
        outer = self._module("document")
        data = self._facts(document) | {"figures": figures}
        before: str = outer.begin(**data)
        yield None, before
        self.blocks = Ahead(chain(ahead, blocks))
        for block in self.blocks:
            for text in self.block(block):
                # a block begins with an empty line, which a document does not
                yield block, text if before else text.lstrip("\n")
                before = before or text
        yield None, outer.end(**data)

    def _facts(self, document: Document) -> dict[str, Any]:
        """The facts about the document, as text for the page and as they are for metadata."""
        named = {
            name: getattr(document, name) for name in ("title", "author", "date", "description")
        }
        texts = {name: self.format.line(self.format.text(text)) for name, text in named.items()}
        front = self.options.front_matter
        if front is None:
            front = self.format.name == "md" and document.front_matter is not None
        own = named
        if self.dialect is not None and self.dialect.front_markdown:
            own = texts
        keys = {**own, "date": document.date, **(document.front_matter or {})}
        return {
            **texts,
            "strings": {name: escape.typst_string(text) for name, text in named.items()},
            "running": self.format.text(_shortened(document.title)),
            "front_matter": [
                (escape.yaml_key(key), escape.yaml_value(text))
                for key, text in keys.items()
                if text
            ]
            if front
            else [],
        }

    def block(self, block: Block) -> Iterator[str]:
        """The text of a block, in pieces."""
        handler = _BLOCKS.get(type(block))
        if handler is None:
            raise TypeError(f"{type(block).__name__} is not a kind of block")
        return handler(self, block)

    def text_of(self, blocks: Iterable[Block]) -> str:
        return "".join(piece for block in blocks for piece in self.block(block))

    def heading(self, block: Heading) -> Iterator[str]:
        content = block.content
        plain = "" if all(isinstance(part, Words) for part in content) else self.text.plain(content)
        yield from self._before_long_table(block, 2)
        yield self.macro("heading")(block.level, self.text.inlines(content), plain)

    def _before_long_table(self, own: Heading | Paragraph, blocks: int) -> Iterator[str]:
        """Room for the beginning of a table that may run over pages, where it comes next or behind a paragraph,
        and for what leads to it."""
        before = getattr(self.macros, "before_long_table", None)
        if before is None:
            return
        leading = [own]
        for block in self.blocks.coming(blocks):
            if isinstance(block, Table) and self.heights.breaking(block, bool(self.notes)):
                lines = sum(map(self.heights.leading, leading)) + self.heights.beginning(block)
                yield before(round(lines, 1))
            if not isinstance(block, Paragraph):
                break
            leading.append(block)

    def paragraph(self, block: Paragraph) -> Iterator[str]:
        if block.content:
            following = next(iter(self.blocks.coming(1)), None)
            leads = isinstance(following, Display | Bullets | Table | Family)
            leads = leads or _is_label(following) or _is_label(block)
            ragged = self.text.is_mostly_formulas(block.content)
            yield from self._before_long_table(block, 1)
            yield self.macro("paragraph")(self.text.line(block.content), leads, ragged)

    def display(self, block: Display) -> Iterator[str]:
        if self.in_family and block.number is not None:
            raise ValueError("a display in a family cannot be numbered")
        limit = self.format.limit - self.notes * _NOTE_WIDTH
        limit -= _NUMBER_WIDTH if block.number is not None else 0.0
        lines = layout(block.chains, limit)
        body = self.format.formula(self.format.writer.write_lines(lines))
        wide = _lines_width(lines) > limit
        long = len(lines) > 1 and lines_height(lines) > _TALL_DISPLAY
        yield self.macro("display")(body, long, block.number, wide)

    def bullets(self, block: Bullets) -> Iterator[str]:
        yield self.macro("bullets")([self.text.line(item) for item in block.items], block.ordered)

    def table(self, block: Table) -> Iterator[str]:
        header = [self.text.start(cell) for cell in block.header]
        align = list(block.align)
        shape = (header, align, self.text.line(block.caption))
        # rows may be made when they are looked at: those that are looked at twice are made once
        rows = block.rows if len(block.rows) > ALIGNED_ROWS else tuple(block.rows)
        long = self.heights.breaking(block, bool(self.notes))
        before = getattr(self.macros, "before_table", None)
        if before is not None and long == "middle":
            yield before(self.heights.table(block))
        yield self.macro("table_begin")(*shape, long)
        row_macro = self.macro("table_row")
        columns = decimal_columns(rows, len(align))
        last = len(rows) - ROWS_TOGETHER
        for at, row in enumerate(rows):
            tall = self.text.tall(row)
            cells = [
                self.text.cell(content, column, tall, place == 0)
                for place, (content, column) in enumerate(zip(row, columns, strict=True))
            ]
            together = at < ROWS_TOGETHER - 1 or last <= at < len(rows) - 1
            yield row_macro(cells, align, together)
        yield self.macro("table_end")(*shape, long)

    def figure(self, block: Figure) -> Iterator[str]:
        if self.in_family:
            raise ValueError("a figure cannot stand in a family")
        self.figures += 1
        drawn = self.format.picture(block.picture, block.alternative)
        file = ""
        if self.dialect is not None and self.options.assets is not None:
            file = f"{self.options.stem}-figure-{self.figures}.svg"
            self.options.assets[file] = drawn
        yield self.macro("figure")(
            drawn,
            self.text.line(block.caption),
            self.alternative(block.alternative),
            block.picture.width > _PICTURE_WIDTH,
            file,
            escape.html_text(block.alternative).replace("{", "&#123;"),
        )

    def note(self, block: Note) -> Iterator[str]:
        self.notes += 1
        body = self.text_of(block.blocks)
        self.notes -= 1
        title = self.format.line(self.format.text(block.title))
        yield self.macro("note")(title, body, self.notes)

    def family(self, block: Family) -> Iterator[str]:
        # families that follow one another are mostly parts of one, and have the very same blocks
        latest = self.latest_family
        if latest is None or block.blocks is not latest[0] or self.notes != latest[1]:
            self.in_family = True
            latest = self.latest_family = block.blocks, self.notes, self.text_of(block.blocks)
            self.in_family = False
        return fill(latest[2], block, self.format.writer)


_BLOCKS: Final[Mapping[type, Callable[[_Renderer, Any], Iterator[str]]]] = {
    Heading: _Renderer.heading,
    Paragraph: _Renderer.paragraph,
    Display: _Renderer.display,
    Bullets: _Renderer.bullets,
    Table: _Renderer.table,
    Figure: _Renderer.figure,
    Note: _Renderer.note,
    Family: _Renderer.family,
}


def _is_label(block: Block | None) -> bool:
    """Whether a block is a line in italics, or one that begins in bold, which says what the next formulas
    are about."""
    if not isinstance(block, Paragraph) or not block.content:
        return False
    words = [part for part in block.content if isinstance(part, Words) and part.text.strip()]
    if words and words[0] is block.content[0] and words[0].style == "strong":
        return True
    return {part.style for part in words} == {"emphasis"}


def _lines_width(lines: Sequence[Line]) -> float:
    """The width of lines that are aligned at their relations."""
    left = max((width(line.left) for line in lines if line.left is not None), default=0.0)
    right = (
        (relation_width(line.sign) if line.sign is not None else 0.0)
        + (INDENT if line.continues else 0.0)
        + width(line.right)
        + sum(relation_width(sign) + width(right) for sign, right in line.more)
        + (operator_width(line.leading) if line.leading else 0.0)
        for line in lines
    )
    return left + max(right, default=0.0)


def _has_figure(block: Block) -> bool:
    inner = block.blocks if isinstance(block, Note | Family) else ()
    return isinstance(block, Figure) or any(map(_has_figure, inner))


def _prefixed(text: str, prefix: str) -> str:
    """Each line with a prefix; an empty line gets the prefix without its trailing space."""
    lines = text.strip("\n").split("\n")
    return "\n".join((prefix + line) if line else prefix.rstrip() for line in lines)


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _shortened(title: str, length: int = 70) -> str:
    if len(title) <= length:
        return title
    cut = title[:length]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut[:-1]}…"
