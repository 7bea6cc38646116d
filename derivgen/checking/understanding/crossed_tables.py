"""Tables whose rows are letters and whose columns are their indices: ``W_f`` where the row of W meets the column of f."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from derivgen.checking.manuscript import Table
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.understanding.tables import Cell, label_of, number_of


def crossed_cells(table: Table, vocabulary: Vocabulary, used: Container[str]) -> Sequence[Cell]:
    """The values of such a table, where the document uses most of the names that come of it."""
    for by_row in (True, False):
        cells = list(_crossed(table, vocabulary, by_row=by_row))
        known = [cell for cell in cells if cell.name is not None and cell.name.key in used]
        if len(cells) > 1 and 4 * len(known) >= 3 * len(cells):
            return known
    return ()


def _crossed(table: Table, vocabulary: Vocabulary, *, by_row: bool) -> Iterator[Cell]:
    """Each number as the value of the letter of its row with that of its column as index, or the other way round."""
    head, *rows = table.rows
    columns = [label_of(cell, vocabulary) for cell in head]
    if len(columns) < 2 or not all(map(_is_letter, columns[1:])):
        return
    for row in rows:
        label = label_of(row[0], vocabulary) if row else None
        if not _is_letter(label):
            continue
        for column, cell in zip(columns[1:], row[1:], strict=False):
            chain = number_of(cell, vocabulary)
            if chain is not None and isinstance(label, t.Name) and isinstance(column, t.Name):
                base, index = (label, column) if by_row else (column, label)
                key = f"{base.key}_{index.key}"
                yield Cell(t.Name(key, written=key), "value", chain, cell)


def _is_letter(label: t.Node | None) -> bool:
    return isinstance(label, t.Name) and not label.mark and "_" not in label.key
