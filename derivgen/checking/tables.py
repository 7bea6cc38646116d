"""Tables of values, gradients and new weights as statements, in the layouts that authors use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from derivgen.checking import indices as ix
from derivgen.checking.manuscript import Passage, Table
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import read
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.printed import is_printed
from derivgen.checking.statements import Statement

#: what the cells of a column are, by the words of its head; the first that fits
Kind = Literal["gradient", "new", "value"]
HEADS: Sequence[tuple[re.Pattern[str], Kind]] = (
    (re.compile(r"grad|deriv|partial|∂|\bd\s?\w+\s?/\s?d", re.I), "gradient"),
    (re.compile(r"new|updat|after|\+", re.I), "new"),
    (re.compile(r"old|initial|before|current|value|weight", re.I), "value"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number in a table: of what, as what, and where."""

    left: t.Node
    kind: Kind
    chain: t.Chain
    passage: Passage

    @property
    def name(self) -> t.Name | None:
        """The name of the quantity, where it is one."""
        return self.left if isinstance(self.left, t.Name) else None

    def statement(self, loss: str | None) -> Statement | None:
        """The cell as ``name = number``; None for a gradient of no loss."""
        left = self.left
        if self.kind == "gradient":
            if loss is None:
                return None
            left = t.Derivative(t.Name(loss, written=loss), left)
        elif self.kind == "new" and isinstance(left, t.Name) and not left.mark:
            left = t.Name(left.key, "new", left.written)
        return Statement(self.chain, self.passage, left)


def cells_of(tables: Sequence[Table], vocabulary: Vocabulary) -> Iterator[Cell]:
    """The numbers of all tables whose rows or columns are of named quantities."""
    for table in tables:
        if len(table.rows) < 2:
            continue
        for layout in (_of_samples, _of_columns, _of_rows):
            cells = list(layout(table, vocabulary))
            if cells:
                yield from cells
                break


def _of_rows(table: Table, vocabulary: Vocabulary) -> Iterator[Cell]:
    """A name in the first column, the head of a column says what its numbers are.

    Where the first head stands again, names stand below it: ``weight | value | weight | value``."""
    heads = [cell.text.strip() for cell in table.rows[0]]
    kinds = [_kind(head) for head in heads]
    for row in table.rows[1:]:
        name = _name(row[0], vocabulary) if row else None
        for head, kind, cell in zip(heads[1:], kinds[1:], row[1:], strict=False):
            if head and head == heads[0]:
                name = _name(cell, vocabulary)
                continue
            chain = None if kind is None or name is None else _number(cell, vocabulary)
            if kind is not None and chain is not None and name is not None:
                yield Cell(name, kind, chain, cell)


def _of_columns(table: Table, vocabulary: Vocabulary) -> Iterator[Cell]:
    """Names as heads, their numbers below; what they are stands at the beginning of their row."""
    head, *rows = table.rows
    names = [_name(cell, vocabulary) for cell in head]
    if len(names) < 2 or None in names[1:]:
        return
    for row in rows:
        kind: Kind | None = "value" if len(rows) == 1 else None
        if names[0] is None and row:
            kind = _kind(row[0].text) or kind
        for name, cell in zip(names, row, strict=False):
            chain = None if kind is None or name is None else _number(cell, vocabulary)
            if kind is not None and chain is not None and name is not None:
                yield Cell(name, kind, chain, cell)


def _of_samples(table: Table, vocabulary: Vocabulary) -> Iterator[Cell]:
    """A running number in the first column, formulas with an index letter as heads: ``x_i`` in the row
    of 3 is ``x_3``."""
    head, *rows = table.rows
    numbers = [row[0].text.strip(" $") if row else "" for row in rows]
    if not all(number.isdigit() and len(number) < 5 for number in numbers):
        return
    formulas = [_formula(cell, vocabulary) for cell in head]
    for number, row in zip(numbers, rows, strict=True):
        for formula, cell in zip(formulas[1:], row[1:], strict=False):
            letters = frozenset() if formula is None else ix.free_letters(formula)
            chain = _number(cell, vocabulary) if len(letters) == 1 else None
            if formula is not None and chain is not None:
                (letter,) = letters
                yield Cell(ix.at(formula, {letter: int(number)}), "value", chain, cell)


def _kind(head: str) -> Kind | None:
    return next((kind for pattern, kind in HEADS if pattern.search(head)), None)


def _formula(cell: Passage, vocabulary: Vocabulary) -> t.Node | None:
    chains = read(cell.text, cell.notation, vocabulary).chains
    if len(chains) == 1 and len(chains[0].segments) == 1:
        return chains[0].segments[0].body
    return None


def _name(cell: Passage, vocabulary: Vocabulary) -> t.Name | None:
    body = _formula(cell, vocabulary)
    return body if isinstance(body, t.Name) else None


def _number(cell: Passage, vocabulary: Vocabulary) -> t.Chain | None:
    """The cell as a chain that carries on: ``= 0.0822``, ``\\approx 0.0822`` or just ``0.0822``."""
    chains = read(cell.text, cell.notation, vocabulary).chains
    if len(chains) != 1:
        return None
    (chain,) = chains
    first, *rest = chain.segments
    if rest or not is_printed(first.body):
        return None
    segment = t.Segment(first.relation or "=", first.body, first.span, first.at)
    return t.Chain((segment,), continued=True, span=chain.span)
