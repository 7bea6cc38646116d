"""Format-free blocks: what a document consists of before any format is chosen.

A document is a title and a lazy sequence of blocks.  Nothing here knows LaTeX, Markdown,
Typst or HTML; every string that a user wrote travels as it is and is escaped by the format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from derivgen.formula.tree import Chain, Node


@dataclass(frozen=True)
class Words:
    """A run of plain text; ``style`` sets it in italics, bold or as code."""

    text: str
    style: Literal["plain", "emphasis", "strong", "code"] = "plain"


@dataclass(frozen=True)
class Math:
    """A formula inside a line of text; a chain of relations stays on its line."""

    formula: Node | Chain


@dataclass(frozen=True)
class Reference:
    """A reference to a numbered display by its label; prints as its number in parentheses."""

    label: str
    number: int


Inline = Words | Math | Reference
Inlines = tuple[Inline, ...]


@dataclass(frozen=True)
class Heading:
    """``level`` 1 is a section of the document (the title is not a heading)."""

    level: int
    content: Inlines


@dataclass(frozen=True)
class Paragraph:
    """Words and formulas in running text."""

    content: Inlines


@dataclass(frozen=True)
class Display:
    """Chains set on lines of their own, aligned at their relations; numbered when ``number`` is
    set, in which case ``label`` is unique in the document."""

    chains: tuple[Chain, ...]
    label: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Bullets:
    """A list; ``ordered`` numbers its items.  Each item is one paragraph's content."""

    items: tuple[Inlines, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells under a header; ``align`` has one letter (l, c, r) a column.  ``rows`` may be
    long and lazy; it can be walked more than once."""

    header: tuple[Inlines, ...]
    rows: Sequence[tuple[Inlines, ...]]
    align: str
    caption: Inlines = ()


@dataclass(frozen=True)
class Figure:
    """A picture with its caption."""

    picture: Picture
    caption: Inlines
    #: a sentence for those who cannot see the picture
    alternative: str = ""


@dataclass(frozen=True)
class Note:
    """A remark set apart in a box, with a short title (``Dead unit``)."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Family:
    """Many copies of the same blocks that differ in plain digits only.

    ``blocks`` hold :class:`~derivgen.formula.tree.Hole` nodes (and :class:`HoleWords`); copy k has
    ``columns[c][k]`` in the holes of column c.  The format is applied once to ``blocks`` and the
    copies are filled in by joining strings, which is what makes 100,000 of them cheap.  A text in
    a column is an unsigned or signed decimal number, possibly in parentheses, or an index; in a
    column for :class:`~derivgen.formula.tree.SignHole` nodes, the names of signs.
    """

    blocks: tuple[Block, ...]
    columns: tuple[Sequence[str], ...]
    count: int


Block = Heading | Paragraph | Display | Bullets | Table | Figure | Note | Family


# --- pictures -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Circle:
    """A unit: centre and radius, with a formula at its centre and an optional one beneath it."""

    x: float
    y: float
    radius: float
    label: Node | None = None
    below: Node | None = None
    shade: Literal["input", "hidden", "output", "bias", "loss", "plain"] = "plain"


@dataclass(frozen=True)
class Box:
    """A rectangle with rounded corners around a formula; x, y are its centre."""

    x: float
    y: float
    width: float
    height: float
    label: Node | None = None
    shade: Literal["input", "hidden", "output", "bias", "loss", "plain"] = "plain"


@dataclass(frozen=True)
class Arrow:
    """A straight arrow through the given points, with a formula beside it at ``at`` (0 to 1)."""

    points: tuple[tuple[float, float], ...]
    label: Node | None = None
    at: float = 0.5
    head: bool = True
    dashed: bool = False


@dataclass(frozen=True)
class Curve:
    """A strong line through the given points, as of a plot."""

    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Label:
    """A formula by itself; ``anchor`` says which of its sides x, y is at."""

    x: float
    y: float
    content: Node
    anchor: Literal["center", "left", "right", "above", "below"] = "center"


@dataclass(frozen=True)
class Picture:
    """Shapes in a frame of ``width`` x ``height`` points (1/72 inch); y grows downwards.

    Shapes are drawn in order.  ``size`` is the type size of labels in points.
    """

    width: float
    height: float
    shapes: tuple[Circle | Box | Arrow | Curve | Label, ...]
    size: float = 9.0


# --- the document ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """A title, some facts about it, and its blocks.

    ``blocks`` makes a new iterator each time, so that a document can be written in several
    formats, each in one pass with little memory.
    """

    title: str
    blocks: Callable[[], Iterable[Block]]
    author: str = ""
    date: str = ""
    description: str = ""
    #: keys of Markdown's front matter beside those above; None: there is to be none
    front_matter: Mapping[str, str | tuple[str, ...]] | None = None
