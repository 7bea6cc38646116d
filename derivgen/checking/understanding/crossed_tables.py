"""Tables whose rows are letters and whose columns are their indices: ``W_f`` where the row of W meets the column of f,
``w_2`` where that of ``w_l`` meets the column of 2."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.manuscript import Passage, Table
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.understanding.tables import Cell, label_of, number_of

#: an index has no more digits
MOST_DIGITS = 2


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
    columns = [
        _index_of(cell, vocabulary) if by_row else _letter(cell, vocabulary) for cell in head
    ]
    if len(columns) < 2 or not all(columns[1:]):
        return
    for row in rows:
        label = (_letter if by_row else _index_of)(row[0], vocabulary) if row else ""
        if not label:
            continue
        for column, cell in zip(columns[1:], row[1:], strict=False):
            chain = number_of(cell, vocabulary)
            if chain is not None:
                base, index = (label, column) if by_row else (column, label)
                key = f"{base}_{index}"
                yield Cell(t.Name(key, written=key), "value", chain, cell)


def _letter(cell: Passage, vocabulary: Vocabulary) -> str:
    """The letter that a row or a column is of, with or without an index that runs: ``w``, ``w_l``; empty for others."""
    label = label_of(cell, vocabulary)
    if not isinstance(label, t.Name) or label.mark:
        return ""
    base, pieces = ix.split(label.key)
    return base if not pieces or (len(pieces) == 1 and ix.letters_of(label.key)) else ""


def _index_of(cell: Passage, vocabulary: Vocabulary) -> str:
    """A letter or a number that is an index; empty for others."""
    text = cell.text.strip(" $")
    if text.isdigit() and len(text) <= MOST_DIGITS:
        return text
    label = label_of(cell, vocabulary)
    plain = isinstance(label, t.Name) and not label.mark and "_" not in label.key
    return label.key if plain and isinstance(label, t.Name) else ""
