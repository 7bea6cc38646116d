"""What is learned of the statements of a document, and the statements as they are to be judged by it.

A document is learned from again where the first look shows that it gives values elsewhere than in its formulas, or
that its dots are inner products: what such a value or sign means can be told only by what was learned before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.manuscript import Manuscript
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.counting import without_counting
from derivgen.checking.understanding.data_in_code import data_in_code
from derivgen.checking.understanding.data_in_prose import data_in_prose
from derivgen.checking.understanding.definitions import learn
from derivgen.checking.understanding.digits import policy_of
from derivgen.checking.understanding.document_statements import Stated, in_reading_order
from derivgen.checking.understanding.inner import with_inner_products
from derivgen.checking.understanding.moved import at_moved_points
from derivgen.checking.understanding.rows_of_steps import in_rows
from derivgen.checking.understanding.statements import Learned, Statement
from derivgen.checking.understanding.stepping import stepped
from derivgen.checking.understanding.tabled_training import as_tabled
from derivgen.checking.understanding.tables import Cell
from derivgen.checking.understanding.whole_sums import with_whole_sums

#: what stands in a document beside its formulas: values by their keys
_Values = Mapping[str, t.Node]


@dataclass(frozen=True, slots=True)
class Understood:
    """What was learned of a document, and the statements that are judged by it: with those of its tables, and with a
    mark where they give a new value."""

    learned: Learned
    statements: tuple[Statement, ...]

    @property
    def whole(self) -> Learned:
        """What was learned, with the statements that are judged."""
        return replace(self.learned, statements=self.statements)


def understood(stated: Stated, manuscript: Manuscript, budget: Budget) -> Understood:
    """See :class:`Understood`."""
    ends = [tuple(table.ends(stated.statements)) for table in stated.by_rows]
    taken = {id(statement) for of_table in ends for statement in of_table}
    others = tuple(s for s in stated.statements if id(s) not in taken)
    stated = replace(stated, statements=others)
    learned, statements = _learned(stated, manuscript, budget)
    model = stated.states.model(as_tabled(learned.model, stated.cells_by_step))
    statements = at_moved_points(_with_tables(statements, stated, model, ends), model)
    after = stepped(statements, model, budget)
    learned = replace(learned, policy=policy_of(manuscript.words), model=after.model)
    return Understood(learned, without_counting(after.statements))


def _learned(
    stated: Stated, manuscript: Manuscript, budget: Budget
) -> tuple[Learned, tuple[Statement, ...]]:
    """What the statements say, with all values that stand beside them; and the statements as they are meant."""
    given = _in_tables(stated)
    trained = [c.trained for c in stated.cells if c.trained]
    trained += [key for table in stated.by_rows for key in table.trained()]

    def learned_of(statements: Sequence[Statement]) -> Learned:
        return learn(
            statements,
            given,
            [c.name.key for c in stated.cells if c.name],
            trained,
            _first_in_tables(stated),
            budget,
            manuscript.words,
            stated.states.rules,
            stated.wholes,
        )

    learned = learned_of(stated.statements)
    beside: tuple[Callable[[DocumentModel], _Values], ...] = (
        lambda model: _in_first_rows(stated, model),
        lambda model: data_in_prose(manuscript.text, model),
        lambda model: data_in_code(manuscript.programs, model),
    )
    for values in beside:
        told = values(learned.model)
        if told:
            given.update(told)
            learned = learned_of(stated.statements)
    statements = with_whole_sums(stated.statements, learned.model, budget)
    if statements is not None:
        learned = learned_of(statements)
    statements = statements or stated.statements
    meant = with_inner_products(statements, learned, budget)
    if meant is not None:
        return learned_of(meant), meant
    return learned, statements


def _in_tables(stated: Stated) -> dict[str, t.Node]:
    """The values in tables of quantities before the first step; of two for one name, the first."""
    return {
        c.name.key: c.chain.segments[0].body
        for c in reversed(stated.cells_by_step[0])
        if c.name and c.kind == "value"
    }


def _first_in_tables(stated: Stated) -> frozenset[str]:
    """The names that a table gives a value before any formula does."""
    places: dict[str, int] = {}
    for statement in stated.statements:
        if isinstance(statement.left, t.Name) and not statement.left.mark:
            places.setdefault(statement.left.key, statement.source(statement.chain.span[0]))
    cells = [c for c in stated.cells_by_step[0] if c.name and c.kind == "value"]
    return frozenset(
        c.name.key for c in cells if c.name and c.passage.source_of(0) < places.get(c.name.key, -1)
    )


def _in_first_rows(stated: Stated, model: DocumentModel) -> _Values:
    """The values at the beginning of a table of steps, of names that have no other ones."""
    firsts = {key: node for table in reversed(stated.by_rows) for key, node in table.first_values()}
    known = model.values
    return {key: node for key, node in firsts.items() if key in known and known[key] is None}


def _values_first(
    statements: Iterable[Statement], in_tables: Mapping[int, Cell]
) -> tuple[Statement, ...]:
    """The statements with the values of each table before its gradients, which rest on those of later rows as well; row
    by row where a quantity has several values, as after each step of training."""
    found: list[Statement] = []
    for inside, run in groupby(statements, lambda s: (id(s) in in_tables, s.step)):
        members = list(run)
        if inside[0]:
            kinds = {id(s): in_tables[id(s)].kind for s in members}
            valued = [
                t.full_key(s.left)
                for s in members
                if kinds[id(s)] == "value" and isinstance(s.left, t.Name)
            ]
            if len(set(valued)) == len(valued):
                members.sort(key=lambda s: kinds[id(s)] != "value")
        found += members
    return tuple(found)


def _with_tables(
    statements: tuple[Statement, ...],
    stated: Stated,
    model: DocumentModel,
    ends: Sequence[Sequence[Statement]],
) -> tuple[Statement, ...]:
    """The statements with those of the tables, each where it stands in the file; rows of steps stay together."""
    in_tables: dict[int, Cell] = {}
    made: list[Statement] = []
    for cell in stated.cells:
        statement = cell.statement(model.loss)
        if statement is not None:
            made.append(stated.dated(statement))
            in_tables[id(made[-1])] = cell
    statements = _values_first(in_reading_order((*statements, *made)), in_tables)
    for number, table in enumerate(stated.by_rows):
        rows = tuple(in_rows(number, table, model, ends[number]))
        at = rows[0].source(0) if rows else 0
        before = sum(s.source(s.chain.span[0]) < at for s in statements)
        statements = (*statements[:before], *rows, *statements[before:])
    return statements
