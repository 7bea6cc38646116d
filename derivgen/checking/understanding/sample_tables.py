"""Tables with a row for each sample: ``x | t | p | L``.

How a document tells its samples apart decides what the cells are of.  Where it writes ``y^(i)`` or ``y_i``, y in the
third row is ``y^(3)`` or ``y_3``; where it says everything once and for any sample, a table that has both what is
computed and what that is computed from says what comes out for each.  A last row of sums or means is of all rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.manuscript import Passage, Table
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import read
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import names_in
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.understanding.samples import MOST_SAMPLES, WEIGHTS, sampled
from derivgen.checking.understanding.statements import Statement, keys_in
from derivgen.checking.understanding.tables import Cell, formula_in, number_of

_TOTAL: Final = re.compile(
    r"^\W*(sum|total|summe|gesamt|somme|suma|totale?|合计|总和|Σ|\\sum)\b", re.I
)
_MEAN: Final = re.compile(
    r"^\W*(mean|average|avg\.?|mittel(?:wert)?|durchschnitt|moyenne|media|平均)\b", re.I
)
#: mathematics between words: ``prediction $\hat y$``
_DELIMITED: Final = re.compile(r"\$([^$]+)\$|\\\((.+?)\\\)")


@dataclass(frozen=True, slots=True)
class _Naming:
    """The names that the quantities of a table have in one of its rows."""

    keys: frozenset[str]
    of: Callable[[str, int], str]

    def named(self, node: t.Node, number: int) -> t.Node:
        """A formula about the sample with a number."""
        if isinstance(node, t.Name):
            return (
                replace(node, key=self.of(node.key, number))
                if node.key in self.keys and not node.mark
                else node
            )
        return rebuilt(node, lambda part: self.named(part, number))

    def is_of_samples(self, formula: t.Node) -> bool:
        """Whether a formula has another value in each row."""
        return not self.keys.isdisjoint(names_in(formula))


def split_by_sample(
    tables: Sequence[Table], statements: Sequence[Statement], vocabulary: Vocabulary
) -> tuple[tuple[Cell, ...], list[Table]]:
    """The cells of the tables whose rows are samples, and the other tables."""
    found: list[Cell] = []
    others = []
    document = _Document(statements)
    for table in tables:
        cells = list(_cells(table, document, vocabulary))
        found += cells
        if not cells:
            others.append(table)
    return tuple(found), others


class _Document:
    """What the statements of a document say of its names."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.used = keys_in(statements)
        self.sampled = sampled(statements)
        #: what has a name for each sample by an index letter below, and no other
        self.lettered = {
            base
            for key in self.used
            for base, pieces in (ix.split(key),)
            if len(pieces) == 1 and pieces[0] in ix.COMMON and base not in self.used
        }
        self.trained: set[str] = set()
        self.reads: dict[str, set[str]] = defaultdict(set)
        for statement in statements:
            left = statement.left
            if not isinstance(left, t.Name):
                continue
            if left.mark:
                self.trained.add(left.key)
                continue
            for member in statement.members[1:]:
                if not _is_over_samples(member):
                    self.reads[left.key] |= set(names_in(member)) - {left.key}

    def computed_from(self, keys: Iterable[str]) -> frozenset[str]:
        """What is computed from some quantities, by way of others too."""
        found = set(keys)
        while more := {key for key, read in self.reads.items() if read & found} - found:
            found |= more
        return frozenset(found)


def _is_over_samples(node: t.Node) -> bool:
    return any(isinstance(part, t.BigSum) and part.index is None for part in t.walk(node))


def _cells(table: Table, document: _Document, vocabulary: Vocabulary) -> Iterator[Cell]:
    head, *body = table.rows
    formulas = [_head(cell, document, vocabulary) for cell in head]
    names = {f.key for f in formulas if isinstance(f, t.Name) and not f.mark}
    naming = _naming(names, document)
    if naming is None or any(isinstance(f, t.Name) and f.mark for f in formulas):
        return
    columns = [f if f is not None and naming.is_of_samples(f) else None for f in formulas]
    rows = [[number_of(cell, vocabulary) for cell in row] for row in body]
    samples = [row for row in zip(body, rows, strict=True) if _is_sample(row[1], columns)]
    if not 1 < len(samples) <= MOST_SAMPLES:
        return
    for number, (passages, chains) in enumerate(samples, start=1):
        for formula, passage, chain in zip(columns, passages, chains, strict=False):
            if formula is not None and chain is not None:
                yield Cell(naming.named(formula, number), "value", chain, passage)
    for passages, chains in zip(body, rows, strict=True):
        together = _together(passages[0].text if passages else "", len(samples))
        if together is None or _is_sample(chains, columns):
            continue
        for formula, passage, chain in zip(columns, passages, chains, strict=False):
            if formula is not None and chain is not None:
                every = [naming.named(formula, at) for at in range(1, len(samples) + 1)]
                yield Cell(together(every), "value", chain, passage)


def _naming(names: set[str], document: _Document) -> _Naming | None:
    """How the cells of a table with some names at its head are named; None where its rows are no samples."""
    if not names.isdisjoint(document.trained) or any(ix.family(name) in WEIGHTS for name in names):
        return None
    if any(ix.letters_of(name) for name in names):
        return None  # heads with an index letter say by themselves what a row is of
    if not names.isdisjoint(document.sampled):
        return _Naming(document.computed_from(names), ix.of_sample)
    if below := names & document.lettered:
        return _Naming(frozenset(below), lambda key, number: ix.joined(key, [str(number)]))
    results = {name for name in names if name in document.reads}
    data = names - results
    if data and results & document.computed_from(data):
        return _Naming(document.computed_from(names), ix.of_sample)
    return None


def _is_sample(row: Sequence[t.Chain | None], columns: Sequence[t.Node | None]) -> bool:
    """Whether a row has a number in each column of a quantity."""
    return len(row) >= len(columns) and all(
        chain is not None for chain, column in zip(row, columns, strict=False) if column is not None
    )


def _together(label: str, count: int) -> Callable[[Sequence[t.Node]], t.Node] | None:
    """What a row below the samples has of them, by the word at its beginning."""
    if _TOTAL.search(label):
        return _sum
    if _MEAN.search(label):
        return lambda nodes: t.Quotient(_sum(nodes), t.Number(str(count), Fraction(count), 0))
    return None


def _sum(nodes: Sequence[t.Node]) -> t.Node:
    return t.Sum(tuple((False, node) for node in nodes))


def _head(cell: Passage, document: _Document, vocabulary: Vocabulary) -> t.Node | None:
    """The formula at the head of a column, which may have words before it."""
    whole = formula_in(cell, vocabulary)
    if whole is not None and _is_used(whole, document):
        return whole
    inside = [one or other for one, other in _DELIMITED.findall(cell.text)]
    words = cell.text.split()
    if len(inside) == 1:
        chains = read(inside[0], "latex", vocabulary).chains
    elif len(words) > 1:
        chains = read(words[-1].strip("()"), "typed", vocabulary).chains
    else:
        return None
    if len(chains) == 1 and len(chains[0].segments) == 1:
        body = chains[0].segments[0].body
        return body if _is_used(body, document) else None
    return None


def _is_used(formula: t.Node, document: _Document) -> bool:
    names = set(names_in(formula))
    known: Mapping[str, object] = dict.fromkeys((*document.used, *document.lettered))
    return bool(names) and all(name in known or name in document.sampled for name in names)
