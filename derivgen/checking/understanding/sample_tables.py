"""Tables with a row for each sample: ``x | t | p | L``.

How a document tells its samples apart decides what the cells are of.  Where it writes ``y^(i)`` or ``y_i``, y in the
third row is ``y^(3)`` or ``y_3``; where it says everything once and for any sample, a table that has both what is
computed and what that is computed from says what comes out for each.  A last row of sums or means is of all rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.manuscript import Passage, Table
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.understanding.samples import MOST_SAMPLES, WEIGHTS, sampled
from derivgen.checking.understanding.statements import Statement, keys_in
from derivgen.checking.understanding.sums_of_samples import (
    Summed,
    SumsOfSamples,
    computed_from,
    named,
    reads_of,
    together,
)
from derivgen.checking.understanding.tables import Cell, formula_in, number_of, split_head

_TOTAL: Final = re.compile(
    r"^\W*(sum|total|summe|gesamt|somme|suma|totale|合计|总和|Σ|\\sum)\b", re.I
)
_MEAN: Final = re.compile(
    r"^\W*(mean|average|avg\.?|mittel(?:wert)?|durchschnitt|moyenne|media|平均)\b", re.I
)
#: letters that count samples below
_COUNTERS: Final = frozenset("ijkmn")


@dataclass(frozen=True, slots=True)
class _Naming:
    """The names that the quantities of a table have in one of its rows."""

    keys: frozenset[str]
    #: whether the number of the sample is the index below
    below: bool = False

    def of(self, key: str, number: int) -> str:
        """The key of one sample's."""
        return ix.joined(key, [str(number)]) if self.below else ix.of_sample(key, number)

    def named(self, node: t.Node, number: int) -> t.Node:
        """A formula about the sample with a number."""
        own = self.keys & set(names_in(node))
        return named(node, {key: self.of(key, number) for key in own})

    def is_of_samples(self, formula: t.Node) -> bool:
        """Whether a formula has another value in each row."""
        return not self.keys.isdisjoint(names_in(formula))


@dataclass(frozen=True, slots=True)
class BySample:
    """What the tables with a row for each sample say: their cells, the other tables, and the document's sums over
    samples."""

    cells: tuple[Cell, ...]
    others: tuple[Table, ...]
    summed: Summed


def by_sample(
    tables: Sequence[Table], statements: Sequence[Statement], vocabulary: Vocabulary
) -> BySample:
    """See :class:`BySample`."""
    cells: list[Cell] = []
    others = []
    sums: set[tuple[frozenset[str], int]] = set()
    document = _Document(statements)
    for table in tables:
        found = _read(table, document, vocabulary)
        if found is None:
            others.append(table)
            continue
        cells += found.cells()
        if not found.naming.below:
            sums.add((found.naming.keys, len(found.samples)))
    if len(sums) == 1:
        ((keys, count),) = sums
        summed = SumsOfSamples(keys, count).in_statements(statements)
    else:
        summed = Summed(tuple(statements))
    return BySample(tuple(cells), tuple(others), summed)


class _Document:
    """What the statements of a document say of its names."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.used = keys_in(statements)
        self.sampled = sampled(statements)
        #: what has a name with an index letter below
        self.lettered = {
            base
            for key in self.used
            for base, pieces in (ix.split(key),)
            if len(pieces) == 1 and pieces[0] in _COUNTERS
        }
        lefts = [statement.left for statement in statements]
        self.trained = {left.key for left in lefts if isinstance(left, t.Name) and left.mark}
        self.reads = reads_of(statements)

    def is_computed(self, key: str) -> bool:
        """Whether a formula is said of it, or of all of its kind."""
        return key in self.reads or any(ix.is_instance(key, rule) for rule in self.reads)

    def computed_from(self, keys: Iterable[str]) -> frozenset[str]:
        """What is computed from some quantities, by way of others too; ``z_j`` is from the first of all of them."""
        found = set(keys)
        found |= {rule for rule in self.used if any(ix.is_instance(key, rule) for key in found)}
        return frozenset(computed_from(found, self.reads))


#: the cells of a row, and what is printed in them
_Row = tuple[Sequence[Passage], Sequence[t.Chain | None]]


@dataclass(frozen=True, slots=True)
class _Samples:
    """A table whose rows are samples: what its columns are of, its rows, and those below that are of all."""

    naming: _Naming
    columns: Sequence[t.Node | None]
    samples: Sequence[_Row]
    below: Sequence[_Row]

    def cells(self) -> Iterator[Cell]:
        """What stands in its rows."""
        for number, row in enumerate(self.samples, start=1):
            yield from self._of(row, partial(self.naming.named, number=number))
        for row in self.below:
            mean = _is_mean(row[0][0].text)
            if mean is not None:
                yield from self._of(row, partial(self._of_all, mean=mean))

    def _of(self, row: _Row, named: Callable[[t.Node], t.Node]) -> Iterator[Cell]:
        for formula, passage, chain in zip(self.columns, *row, strict=False):
            if formula is not None and chain is not None:
                yield Cell(named(formula), "value", chain, passage)

    def _of_all(self, formula: t.Node, mean: bool) -> t.Node:
        each = [self.naming.named(formula, at + 1) for at in range(len(self.samples))]
        return together(each, mean=mean)


def _read(table: Table, document: _Document, vocabulary: Vocabulary) -> _Samples | None:
    """A table as one of samples; None where it is of something else."""
    head, *body = table.rows
    formulas = [_head(cell, document, vocabulary) for cell in head]
    names = {f.key for f in formulas if isinstance(f, t.Name) and not f.mark}
    naming = _naming(names, document)
    if naming is None or any(isinstance(f, t.Name) and f.mark for f in formulas):
        return None
    columns = [f if f is not None and naming.is_of_samples(f) else None for f in formulas]
    rows = [(row, [number_of(cell, vocabulary) for cell in row]) for row in body if row]
    samples: list[_Row] = []
    below: list[_Row] = []
    for row in rows:
        (samples if _is_sample(row[1], columns) else below).append(row)
    if not 1 < len(samples) <= MOST_SAMPLES:
        return None
    return _Samples(naming, columns, samples, below)


def _naming(names: set[str], document: _Document) -> _Naming | None:
    """How the cells of a table with some names at its head are named; None where its rows are no samples."""
    if not names.isdisjoint(document.trained) or any(ix.family(name) in WEIGHTS for name in names):
        return None
    if any(ix.letters_of(name) for name in names):
        return None  # heads with an index letter say by themselves what a row is of
    if not names.isdisjoint(document.sampled):
        return _Naming(document.computed_from(names))
    below = names & document.lettered
    if len(below) > 1:  # one head alone may stand over the cells of a vector
        return _Naming(frozenset(below), below=True)
    results = {name for name in names if document.is_computed(name)}
    data = names - results
    if data and results & document.computed_from(data):
        return _Naming(document.computed_from(names))
    return None


def _is_sample(row: Sequence[t.Chain | None], columns: Sequence[t.Node | None]) -> bool:
    """Whether a row has a number in each column of a quantity."""
    return len(row) >= len(columns) and all(
        chain is not None for chain, column in zip(row, columns, strict=False) if column is not None
    )


def _is_mean(label: str) -> bool | None:
    """Whether a row below the samples has their means or their sums, by the word at its beginning."""
    if _TOTAL.search(label):
        return False
    return True if _MEAN.search(label) else None


def _head(cell: Passage, document: _Document, vocabulary: Vocabulary) -> t.Node | None:
    """The formula at the head of a column, which may have words before it."""
    whole = formula_in(cell, vocabulary)
    if whole is not None and _is_used(whole, document):
        return whole
    formula = split_head(cell, vocabulary)[1]
    return formula if formula is not None and _is_used(formula, document) else None


def _is_used(formula: t.Node, document: _Document) -> bool:
    names = set(names_in(formula))
    return bool(names) and all(
        name in document.used
        or name in document.lettered
        or name in document.sampled
        or any(ix.is_instance(name, rule) for rule in document.used)
        for name in names
    )
