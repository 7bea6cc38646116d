"""Tables with a row for each step of training: ``step | w | b | L | dL/dw``.

Each row stands at a point of its own: with the weights after as many steps as rows stand above it, and with the
data that are in it.  A weight is what the row above makes of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import printed_number
from derivgen.checking.evaluating.values import Real
from derivgen.checking.manuscript import Passage, Table
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.understanding.statements import Row, Statement
from derivgen.checking.understanding.tables import HEADS, Kind, kind_of, label_of, number_of

#: rows that are followed
MOST_ROWS = 50
#: passes through all samples: several rows are of one
_EPOCH = re.compile(r"epoch|epoque|époque|época|durchgang|pass\b|轮", re.IGNORECASE)
#: how a change is spelled: ``\\Delta w`` is that of w
CHANGE = "Delta_"
_LOSS = re.compile(
    r"loss|cost|error|verlust|fehler|kosten|perte|coût|erreur|coste|pérdida|损失", re.I
)


@dataclass(frozen=True)
class Column:
    """What its head says: the quantity or derivative, if it names one, and what of it the numbers are."""

    label: t.Node | None
    kind: Kind | None
    is_loss: bool


@dataclass(frozen=True)
class StepTable:
    """A table of numbers with a row for each step; a cell without a number is None."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[tuple[Passage, t.Chain] | None]]
    #: the first cells of the rows that are too many to be followed
    left_over: Sequence[Passage] = ()

    def trained(self) -> Iterator[str]:
        """What has new values or gradients in it, or stands beside its change."""
        changes = self.changes()
        for column in self.columns:
            name = column.label.by if isinstance(column.label, t.Derivative) else column.label
            if not isinstance(name, t.Name):
                continue
            if column.kind in ("new", "gradient") or name.key in changes:
                yield name.key

    def changes(self) -> Mapping[str, int]:
        """What each column of changes is of, ``w`` for ``\\Delta w``, with its place."""
        return {
            column.label.key.removeprefix(CHANGE): at
            for at, column in enumerate(self.columns)
            if isinstance(column.label, t.Name) and column.label.key.startswith(CHANGE)
        }

    def first_values(self) -> Iterator[tuple[str, t.Node]]:
        """What names have at the beginning."""
        return self._values(0)

    def ends(self, statements: Sequence[Statement]) -> Iterator[Statement]:
        """What a document says behind the table of names with other values in its first row, and in its last: the
        values that the steps lead to."""
        firsts, lasts = dict(self.first_values()), dict(self._values(-1))
        cells = [cell[0] for row in self.rows for cell in row if cell is not None]
        if self.left_over or not cells:
            return
        begin, end = cells[0].source_of(0), cells[-1].source_of(0)
        for statement in statements:
            left, members = statement.left, statement.members
            if not isinstance(left, t.Name) or left.mark or len(members) != 2:
                continue
            value = printed_number(members[1])
            first, last = (printed_number(of.get(left.key, left)) for of in (firsts, lasts))
            if value is None or first is None or last is None or first.value == last.value:
                continue
            place = statement.source(statement.chain.span[0])
            if place < begin and value.value != first.value:
                firsts.pop(left.key)  # it begins with something else
            elif place > end and value.value != first.value and not statement.chain.continued:
                yield statement

    def _values(self, row: int) -> Iterator[tuple[str, t.Node]]:
        for column, cell in zip(self.columns, self.rows[row], strict=False):
            if isinstance(column.label, t.Name) and column.kind == "value" and cell is not None:
                yield column.label.key, cell[1].segments[0].body


def step_tables(tables: Sequence[Table], vocabulary: Vocabulary) -> Iterator[StepTable]:
    """The tables whose first column counts their rows."""
    for table in tables:
        head, *body = table.rows
        rows = [[_cell(cell, vocabulary) for cell in row] for row in body]
        again = bool(head) and _EPOCH.search(head[0].text) is not None
        if len(rows) < 2 or len(head) < 3 or not _counts(rows, again=again):
            continue
        columns = [Column(None, None, is_loss=False)]
        columns += [_column(cell, vocabulary) for cell in head[1:]]
        yield StepTable(columns, rows[:MOST_ROWS], [row[0] for row in body[MOST_ROWS:] if row])


def in_rows(
    number: int, table: StepTable, model: DocumentModel, ends: Sequence[Statement] = ()
) -> Iterator[Statement]:
    """What the rows of a table state; nothing where no column has the values of a parameter.  ``ends`` are what is
    said behind it of the values that it leads to."""
    columns = _understood(table, model)
    kept = {c.label.key for c in columns if c.kind == "value" and isinstance(c.label, t.Name)}
    renewed = {c.label.key for c in columns if c.kind == "new" and isinstance(c.label, t.Name)}
    trained = {key for key in kept | renewed if model.is_parameter(key)}
    if not trained:
        yield from (_after(end, None) for end in ends)
        return
    late = _late(trained & kept - renewed, columns, table, model)
    data = tuple(_data(columns, row, model) for row in table.rows)
    for step, cells in enumerate(table.rows):
        order = sorted(range(len(columns)), key=lambda at: not _is_of(columns[at], trained))
        for at in order:
            column, cell = columns[at], cells[at] if at < len(cells) else None
            if cell is None or column.label is None:
                continue
            left, here, other = column.label, step, None
            moved = isinstance(left, t.Name) and left.key in trained
            if moved and isinstance(left, t.Name):
                if column.kind == "new" or left.key in late:
                    left = replace(left, mark="new")
                elif step and left.key not in renewed:
                    left, here = replace(left, mark="new"), step - 1
            elif isinstance(left, t.Name) and left.key in data[step]:
                continue
            elif table.rows[0][at] is None:
                here, other = step - 1, step  # what led here
            passage, chain = cell
            yield Statement(chain, passage, left, row=Row(number, here, data, other))
    for end in ends:
        known = isinstance(end.left, t.Name) and end.left.key in trained
        yield _after(end, Row(number, len(table.rows) - 1, data) if known else None)


def _after(statement: Statement, row: Row | None) -> Statement:
    """A statement as one of the new value, behind a row where it is known how that comes about."""
    left, (first, *rest) = statement.left, statement.chain.segments
    assert isinstance(left, t.Name)
    new = replace(left, mark="new")
    segments = (replace(first, body=new), *rest)
    return replace(statement, chain=replace(statement.chain, segments=segments), left=new, row=row)


def _cell(cell: Passage, vocabulary: Vocabulary) -> tuple[Passage, t.Chain] | None:
    chain = number_of(cell, vocabulary)
    return None if chain is None else (cell, chain)


def _counts(rows: Sequence[Sequence[tuple[Passage, t.Chain] | None]], *, again: bool) -> bool:
    """True where the first column is 0, 1, 2 or 1, 2, 3; ``again``, where several rows may have one number."""
    found = []
    for row in rows:
        number = printed_number(row[0][1].segments[0].body) if row and row[0] else None
        if number is None or number.decimals > 0:
            return False
        found.append(int(number.value))
    ways = {after - before for before, after in pairwise(found)}
    return found[0] in (0, 1) and (ways == {1} or (again and ways == {0, 1}))


def _column(head: Passage, vocabulary: Vocabulary) -> Column:
    is_loss = _LOSS.search(head.text) is not None
    label = label_of(head, vocabulary)
    if isinstance(label, t.Derivative):
        return Column(label, "gradient", is_loss)
    kind = kind_of(head.text)
    if kind is None:
        return Column(label, "value", is_loss)
    # "old w", "w after the step"
    for word in re.split(r"[\s$]+", head.text):
        if word and not any(pattern.search(word) for pattern, _ in HEADS):
            name = label_of(replace(head, text=word), vocabulary)
            if isinstance(name, t.Name) and len(word) < 8:
                return Column(name, kind, is_loss)
    return Column(label if kind != "gradient" else None, kind, is_loss)


def _understood(table: StepTable, model: DocumentModel) -> list[Column]:
    """The columns with names of the model; gradients and losses in words are those of the only parameter, and the
    loss."""
    names = {c.label.key for c in table.columns if isinstance(c.label, t.Name)}
    trained = [key for key in sorted(names) if model.is_parameter(key)]
    loss = None if model.loss is None else t.Name(model.loss, written=model.loss)
    found = []
    for column in table.columns:
        label = column.label
        if isinstance(label, t.Name) and not model.known(label.key):
            label = None
        if loss is not None and label is None:
            if column.kind == "gradient" and len(trained) == 1:
                label = t.Derivative(loss, t.Name(trained[0], written=trained[0]))
            elif column.is_loss and column.kind == "value" and model.loss not in names:
                label = loss
        elif loss is not None and column.kind == "gradient" and isinstance(label, t.Name):
            label = t.Derivative(loss, label)
        found.append(replace(column, label=label))
    return found


def _is_of(column: Column, trained: set[str]) -> bool:
    name = column.label
    return isinstance(name, t.Name) and name.key in trained and column.kind != "new"


def _late(
    keys: Collection[str], columns: Sequence[Column], table: StepTable, model: DocumentModel
) -> set[str]:
    """The parameters whose columns have what the step of a row makes of them: as most of the changes beside them say,
    for all of them; else by their first values."""
    changes = table.changes()
    places = {
        column.label.key: at
        for at, column in enumerate(columns)
        if isinstance(column.label, t.Name) and column.label.key in keys
    }
    before, after = 0, 0
    for key in places.keys() & changes.keys():
        numbers = [[_number(row, at) for at in (places[key], changes[key])] for row in table.rows]
        for (old, change), (new, later) in pairwise(numbers):
            if old is None or new is None or change is None or later is None:
                continue
            one, other = abs(new - old - change), abs(new - old - later)
            before += one < other
            after += other < one
    if before != after:
        return set(keys) if after > before else set()
    return {key for key in keys if _begins_later(key, columns, table, model)}


def _number(row: Sequence[tuple[Passage, t.Chain] | None], at: int) -> Real | None:
    cell = row[at] if at < len(row) else None
    number = None if cell is None else printed_number(cell[1].segments[0].body)
    return None if number is None else number.value


def _begins_later(
    key: str, columns: Sequence[Column], table: StepTable, model: DocumentModel
) -> bool:
    """True where the first row has another value for a parameter than the document gives it: the rows end with
    what their step makes of it."""
    given = model.given(key)
    stated = None if given is None else printed_number(given)
    for column, cell in zip(columns, table.rows[0], strict=False):
        if isinstance(column.label, t.Name) and column.label.key == key and cell is not None:
            first = printed_number(cell[1].segments[0].body)
            return stated is not None and first is not None and stated.value != first.value
    return False


def _data(
    columns: Sequence[Column],
    row: Sequence[tuple[Passage, t.Chain] | None],
    model: DocumentModel,
) -> Mapping[str, t.Node]:
    """What a row gives that nothing computes: a sample."""
    return {
        column.label.key: cell[1].segments[0].body
        for column, cell in zip(columns, row, strict=False)
        if isinstance(column.label, t.Name) and column.kind == "value" and cell is not None
        if model.definition(column.label.key) is None
        if not model.is_parameter(column.label.key)
    }
