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
    Inline,
    Inlines,
    Math,
    Note,
    Paragraph,
    Reference,
    Table,
    Words,
)
from derivgen.document.templates import environment, template_errors, template_names
from derivgen.errors import DerivgenError, did_you_mean
from derivgen.formula.build import map_children, slashed
from derivgen.formula.linebreak import INDENT, layout
from derivgen.formula.measure import chain_width, operator_width, relation_width, width
from derivgen.formula.names import name_text
from derivgen.formula.tree import Chain, Hole, Line, Node, Number, Partial, Sum
from derivgen.formula.writer import hole
from derivgen.render import escape
from derivgen.render.family import HOLES, fill
from derivgen.render.formats import DIALECTS, FORMATS, Dialect, Format

#: what a number at the margin and a note's indent take away from a display's width
_NUMBER_WIDTH: Final = 7.0
_NOTE_WIDTH: Final = 4.0
#: a table of more rows may run over pages, where the format has tables of two kinds
_SHORT_TABLE: Final = 10
#: so many rows at either end of such a table stay together
_ROWS_TOGETHER: Final = 3
#: an equation in a sentence that is no wider, in widths of a digit, stays on one line
_SHORT_FORMULA: Final = 20.0
#: longer ones need most of a line
_LONG_FORMULA: Final = 45.0
#: rows of a table that are looked at to align its numbers at the decimal point
_ALIGNED_ROWS: Final = 1000
#: the widest picture, in points, that fits between the margins
_PICTURE_WIDTH: Final = 450.0
#: what stands in no label of a display
_NO_ANCHOR: Final = re.compile(r"[^a-z0-9]+", re.IGNORECASE)
_PLAIN_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
#: a writer that cannot know whether a figure will come looks this far ahead
_AHEAD: Final = 500


@dataclass(frozen=True, slots=True)
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
        hint = did_you_mean(name, (*FORMATS, "pdf"))
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
        raise DerivgenError("E630", f"unknown dialect '{name}'", hint=did_you_mean(name, DIALECTS))
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
            "anchor": _NO_ANCHOR.sub("-", options.stem).strip("-") or "equation",
        }
        self.env.filters["prefixed"] = _prefixed
        self.env.filters["base64"] = _base64
        self.macros = self._module("blocks")
        self.figures = 0
        self.notes = 0
        self.in_family = False
        self.latest_family: tuple[tuple[Block, ...], int, str] | None = None
        #: the block after the one that is written: a paragraph stays on the page of its formula
        self.following: Block | None = None

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

    # --- the document ------------------------------------------------------------------------

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
        for block, self.following in _with_next(chain(ahead, blocks)):
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
                (escape.yaml_key(key), escape.yaml_scalar(text))
                for key, text in keys.items()
                if text
            ]
            if front
            else [],
        }

    # --- blocks ------------------------------------------------------------------------------

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
        plain = "" if all(isinstance(part, Words) for part in content) else self.plain(content)
        yield self.macro("heading")(block.level, self.inlines(content), plain)

    def paragraph(self, block: Paragraph) -> Iterator[str]:
        if block.content:
            leads = isinstance(self.following, Display | Bullets | Table | Family)
            yield self.macro("paragraph")(self.line(block.content), leads)

    def display(self, block: Display) -> Iterator[str]:
        if self.in_family and block.number is not None:
            raise ValueError("a display in a family cannot be numbered")
        limit = self.format.limit - self.notes * _NOTE_WIDTH
        limit -= _NUMBER_WIDTH if block.number is not None else 0.0
        lines = layout(block.chains, limit)
        body = self.format.formula(self.format.writer.write_lines(lines))
        wide = _lines_width(lines) > limit
        yield self.macro("display")(body, len(lines), block.number, wide)

    def bullets(self, block: Bullets) -> Iterator[str]:
        yield self.macro("bullets")([self.line(item) for item in block.items], block.ordered)

    def table(self, block: Table) -> Iterator[str]:
        header = [self.start(cell) for cell in block.header]
        align = list(block.align)
        shape = (header, align, self.line(block.caption))
        long = len(block.rows) > _SHORT_TABLE and not self.notes
        yield self.macro("table_begin")(*shape, long)
        row_macro = self.macro("table_row")
        places = _decimal_places(block)
        last = len(block.rows) - _ROWS_TOGETHER
        for at, row in enumerate(block.rows):
            cells = [self.cell(*pair) for pair in zip(row, places, strict=True)]
            together = at < _ROWS_TOGETHER - 1 or last <= at < len(block.rows) - 1
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
            self.line(block.caption),
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

    # --- lines of text -----------------------------------------------------------------------

    def start(self, content: Inlines) -> str:
        """Content that begins a cell or a line, so that it begins no list or heading."""
        return self.format.line(self.inlines(content))

    def cell(self, content: Inlines, places: int) -> str:
        """A cell of a table; a number is followed by blanks in place of the decimals that it lacks."""
        missing = _missing(content, places)
        if not missing:
            return self.start(content)
        [part] = content
        assert isinstance(part, Math)
        padding = self.macro("padding")(missing)
        return self.format.line(self.formula(part, padding))

    def line(self, content: Inlines) -> str:
        """Content that has a line of its own."""
        text = self.start(content)
        alone = len(content) == 1 and isinstance(content[0], Math)
        return f"{self.dialect.lone}{text}" if alone and self.dialect is not None else text

    def inlines(self, content: Inlines) -> str:
        parts = [self.inline(part) for part in content]
        guard = self.dialect.guard if self.dialect is not None else ""
        if guard:
            for at in range(len(parts) - 1, 0, -1):
                if _touch(content[at - 1], content[at]):
                    parts.insert(at, guard)
        return "".join(parts)

    def plain(self, content: Inlines) -> str:
        """Content as words only, for a table of contents that holds no formulas."""
        pieces = HOLES.split("".join(map(_plain, content)))
        return "".join(p if HOLES.fullmatch(p) else self.format.text(p) for p in pieces)

    def inline(self, part: Inline) -> str:
        if isinstance(part, Words):
            return self.words(part)
        if isinstance(part, Math):
            return self.formula(part)
        if isinstance(part, Reference):
            return self.macro("reference")(part.number)
        raise TypeError(f"{type(part).__name__} is not a kind of inline content")

    def formula(self, part: Math, padding: str = "") -> str:
        """A formula in a line of text, with what is to stand behind it inside."""
        formula, writer = part.formula, self.format.writer
        if isinstance(formula, Chain):
            body, size = writer.write_chain(formula), _length(chain_width(formula))
        else:
            one_line = slashed(formula) if isinstance(formula, Partial) else formula
            body, size = writer.write(one_line), ""
        return self.macro("math")(self.format.formula(body) + padding, size)

    def words(self, words: Words) -> str:
        text = words.text
        if words.style == "plain" or not text.strip():
            return self.format.text(text)
        if words.style == "code":
            if self.dialect is not None:
                return escape.markdown_code(text, self.format.text)
            return self.macro("code")(self.format.line(self.format.text(text)))
        # marks of emphasis stand close to the words
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        inner = self.macro(words.style)(self.format.line(self.format.text(text.strip())))
        return f"{self.format.text(before)}{inner}{self.format.text(after)}"


def _length(size: float) -> str:
    """How a formula in a sentence meets the ends of lines: "short" ones stay whole, "long" ones may
    begin a new line wherever the words before them end."""
    if size <= _SHORT_FORMULA:
        return "short"
    return "long" if size >= _LONG_FORMULA else ""


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


def _with_next(blocks: Iterable[Block]) -> Iterator[tuple[Block, Block | None]]:
    """Each block with the one that comes after it."""
    walking = iter(blocks)
    current = next(walking, None)
    while current is not None:
        following = next(walking, None)
        yield current, following
        current = following


def _decimal_places(table: Table) -> list[int]:
    """How many digits the numbers of each column have behind the point, at the most."""
    places = [0] * len(table.align)
    if len(table.rows) > _ALIGNED_ROWS:
        return places
    for row in table.rows:
        places = [
            max(p, len(_decimals(cell) or "") - 1) for p, cell in zip(places, row, strict=True)
        ]
    return places


def _decimals(cell: Inlines) -> str | None:
    """What stands behind the units of a plain number, from the point on; None for other cells."""
    match cell:
        case (Math(formula=Number(text) | Sum(((_, Number(text)),))),) if _PLAIN_NUMBER.fullmatch(
            text
        ):
            return text[text.find(".") :] if "." in text else ""
        case _:
            return None


def _missing(cell: Inlines, places: int) -> str:
    """The digits that a number would have to have for its point to stand below the others."""
    own = _decimals(cell)
    if own is None or not places:
        return ""
    digits = "0" * (places - max(len(own) - 1, 0))
    return digits if own else f".{digits}"


def _lines_width(lines: Sequence[Line]) -> float:
    """The width of lines that are aligned at their relations."""
    left = max((width(line.left) for line in lines if line.left is not None), default=0.0)
    right = (
        (relation_width(line.sign) if line.sign is not None else 0.0)
        + (INDENT if line.continues else 0.0)
        + width(line.right)
        + (operator_width(line.trailing) if line.trailing else 0.0)
        for line in lines
    )
    return left + max(right, default=0.0)


def _plain(part: Inline) -> str:
    if isinstance(part, Words):
        return escape.clean(part.text)
    if isinstance(part, Reference):
        return f"({part.number})"
    try:
        return "..." if isinstance(part.formula, Chain) else name_text(_holes_named(part.formula))
    except TypeError:  # a formula that is no name
        return "..."


def _holes_named(node: Node) -> Node:
    """Holes as what writers leave in their place."""
    return Number(hole(node.column)) if isinstance(node, Hole) else map_children(node, _holes_named)


def _touch(left: Inline, right: Inline) -> bool:
    """Whether a formula and a letter or digit stand close together."""
    if isinstance(left, Math) and isinstance(right, Words):
        return right.text[:1].isalnum()
    return isinstance(left, Words) and isinstance(right, Math) and left.text[-1:].isalnum()


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
