"""How high blocks are, by estimate, and which tables may run over pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from math import ceil
from typing import Final, Literal

from derivgen.document.blocks import Heading, Paragraph, Table
from derivgen.render.formats import Format
from derivgen.render.text_lines import TextWriter

#: a table of more rows, which fill about a third of a page, may run over pages however wide it is
_HIGH_TABLE: Final = 16
#: so many rows at either end of a table that runs over pages stay together; one that has fewer than both stays whole
ROWS_TOGETHER: Final = 4
#: the height, in lines of text, of a row of a table, of one with fractions or stacked scripts, of the rules with the
#: room around them, and of a caption
_ROW: Final = 1.1
_TALL_ROW: Final = 1.35
_TABLE_RULES: Final = 0.9
_TABLE_CAPTION: Final = 1.5
#: the room above a table and above a paragraph; the height of headings with the room around them, by level
_TABLE_SKIP: Final = 0.6
_PARAGRAPH_SKIP: Final = 0.35
_HEADING: Final = (2.7, 2.3, 1.9)


@dataclass(frozen=True)
class Heights:
    """Heights in lines of text; rather too high than too low."""

    text: TextWriter
    format: Format

    def leading(self, block: Heading | Paragraph) -> float:
        """What stands before a table, with the room above it."""
        if isinstance(block, Heading):
            return _HEADING[min(block.level, len(_HEADING)) - 1]
        return ceil(self.text.width(block.content) / self.format.limit) + _PARAGRAPH_SKIP

    def table(self, table: Table) -> float:
        rows = [_TALL_ROW if self.text.tall(row) else _ROW for row in (table.header, *table.rows)]
        return round(sum(rows) + _TABLE_RULES + (_TABLE_CAPTION if table.caption else 0.0), 1)

    def beginning(self, table: Table) -> float:
        """The part of a table that stays together at its head, with the room above it."""
        return (
            self.table(replace(table, rows=tuple(islice(table.rows, ROWS_TOGETHER)))) + _TABLE_SKIP
        )

    def breaking(self, table: Table, in_note: bool) -> Literal["", "middle", "long"]:
        """Whether a table may run over pages: not at all; where it does not fit, in a format that can do so; or in
        every format, however wide it is, since a page could not hold it."""
        count = len(table.rows)
        if in_note or count < 2 * ROWS_TOGETHER:
            return ""
        if count > _HIGH_TABLE:
            return "long"
        fits = self.format.standalone and self.text.table_width(table) <= self.format.limit
        return "middle" if fits else ""
