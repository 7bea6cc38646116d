"""Tables of gradients and new weights as statements: the head of a column says what its cells are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

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
    """A number in a table: of which quantity, as what, and where."""

    name: t.Name
    kind: Kind
    chain: t.Chain
    passage: Passage

    def statement(self, loss: str | None) -> Statement | None:
        """The cell as ``name = number``; None for a gradient of no loss."""
        left: t.Node = self.name
        if self.kind == "gradient":
            if loss is None:
                return None
            left = t.Derivative(t.Name(loss, written=loss), self.name)
        elif self.kind == "new" and not self.name.mark:
            left = t.Name(self.name.key, "new", self.name.written)
        return Statement(self.chain, self.passage, left)


def cells_of(tables: Sequence[Table], vocabulary: Vocabulary) -> Iterator[Cell]:
    """The numbers of all tables whose rows are of named quantities."""
    for table in tables:
        if len(table.rows) < 2:
            continue
        kinds = [_kind(cell.text) for cell in table.rows[0]]
        for row in table.rows[1:]:
            name = _name(row[0], vocabulary) if row else None
            if name is None:
                continue
            for kind, cell in zip(kinds[1:], row[1:], strict=False):
                chain = None if kind is None else _number(cell, vocabulary)
                if kind is not None and chain is not None:
                    yield Cell(name, kind, chain, cell)


def _kind(head: str) -> Kind | None:
    return next((kind for pattern, kind in HEADS if pattern.search(head)), None)


def _name(cell: Passage, vocabulary: Vocabulary) -> t.Name | None:
    chains = read(cell.text, cell.notation, vocabulary).chains
    if len(chains) == 1 and len(chains[0].segments) == 1:
        body = chains[0].segments[0].body
        return body if isinstance(body, t.Name) else None
    return None


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
