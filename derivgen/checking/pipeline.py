"""The checker's pipeline on one screen: manuscript -> statements -> model -> verdicts -> report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.judging import causes, policies
from derivgen.checking.judging.against_network import Judged, judged
from derivgen.checking.judging.conventions import conventions as conventions_of
from derivgen.checking.judging.descending import descending
from derivgen.checking.judging.diagnosing import name_mistakes
from derivgen.checking.judging.judge import Judge
from derivgen.checking.judging.missing import missing
from derivgen.checking.judging.repair import repaired
from derivgen.checking.judging.spellings import mixed
from derivgen.checking.manuscript import Manuscript, Table
from derivgen.checking.maths.parser import learn as learn_names
from derivgen.checking.maths.parser import read
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.report import Claim, NotRead, Remark, Report
from derivgen.checking.understanding.activations import with_activations
from derivgen.checking.understanding.apart import told_apart
from derivgen.checking.understanding.counting import without_counting
from derivgen.checking.understanding.data_in_prose import data_in_prose
from derivgen.checking.understanding.definitions import learn
from derivgen.checking.understanding.examples import with_examples_apart
from derivgen.checking.understanding.function_letters import with_quantities
from derivgen.checking.understanding.hypotheses import outputs_of_samples
from derivgen.checking.understanding.index_ranges import without_ranges
from derivgen.checking.understanding.inner import with_inner_products
from derivgen.checking.understanding.labelled_samples import with_labelled_samples
from derivgen.checking.understanding.moved import at_moved_points
from derivgen.checking.understanding.noting import statements_of
from derivgen.checking.understanding.restrictions import with_restrictions
from derivgen.checking.understanding.rows_of_steps import MOST_ROWS, in_rows, step_tables
from derivgen.checking.understanding.samples import sampled
from derivgen.checking.understanding.statements import Learned, Statement
from derivgen.checking.understanding.states import with_states_apart
from derivgen.checking.understanding.stepping import stepped
from derivgen.checking.understanding.steps import steps_of
from derivgen.checking.understanding.sum_letters import with_usual_letters
from derivgen.checking.understanding.suppositions import apart_from_suppositions
from derivgen.checking.understanding.tabled_training import as_tabled
from derivgen.checking.understanding.tables import cells_of
from derivgen.checking.understanding.time_steps import with_times_in_keys
from derivgen.checking.understanding.zero_vectors import with_zero_vectors
from derivgen.network.task import Task


def check_manuscript(
    manuscript: Manuscript,
    task: Task | None = None,
    names: Mapping[str, str] | None = None,
) -> Report:
    """Judge every claim of a document, by its own definitions or by a network.

    ``names`` maps the author's names to those of the network where they were not found.
    """
    budget = Budget()
    vocabulary = learn_names(manuscript.passages)
    readings = [
        (p, read(p.text, p.notation, vocabulary, loose=p.kind == "prose"))
        for p in manuscript.passages
    ]
    steps = steps_of(manuscript)

    def dated(statement: Statement) -> Statement:
        return replace(statement, step=steps.at(statement.source(statement.chain.span[0])))

    said, supposed = apart_from_suppositions(
        tuple(map(dated, statements_of(readings))), manuscript.text
    )
    statements = with_activations(said, manuscript.text)
    statements = with_restrictions(with_quantities(without_ranges(statements)))
    statements = with_usual_letters(statements)
    statements = with_zero_vectors(with_times_in_keys(statements))
    statements = with_labelled_samples(statements, manuscript.text)
    statements = with_examples_apart(statements, manuscript.text)
    states = with_states_apart(statements)
    statements = states.statements
    named = sampled(statements)
    cells = tuple(cells_of(manuscript.tables, vocabulary, named))
    by_rows = list(step_tables(_without_cells(manuscript.tables, vocabulary, named), vocabulary))
    outputs = outputs_of_samples(statements, cells)
    statements = tuple(map(outputs.statement, statements))
    cells = tuple(map(outputs.cell, cells))
    chains = (*(s.chain for s in statements), *(cell.chain for cell in cells))
    budget.allow(sum(len(chain.segments) for chain in chains))
    in_formulas = (cell.statement(None) for cell in cells if cell.kind == "definition")
    statements += tuple(dated(s) for s in in_formulas if s is not None)
    statements = tuple(sorted(statements, key=lambda s: s.source(s.chain.span[0])))
    cells = tuple(cell for cell in cells if cell.kind != "definition")
    apart = told_apart(statements, cells)
    statements = tuple(map(apart.statement, statements))
    cells = tuple(map(apart.cell, cells))
    by_step = defaultdict(list)
    for cell in cells:
        by_step[steps.at(cell.passage.source_of(0))].append(cell)
    first = by_step[0]
    given = {
        c.name.key: c.chain.segments[0].body
        for c in reversed(first)
        if c.name and c.kind == "value"
    }

    def understood(statements: Sequence[Statement]) -> Learned:
        return learn(
            statements,
            given,
            [c.name.key for c in cells if c.name],
            [c.trained for c in cells if c.trained]
            + [key for table in by_rows for key in table.trained()],
            budget,
            manuscript.words,
            states.rules,
        )

    learned = understood(statements)
    firsts = {key: node for table in reversed(by_rows) for key, node in table.first_values()}
    stated = learned.model.values
    firsts = {key: node for key, node in firsts.items() if key in stated and stated[key] is None}
    if firsts:
        given.update(firsts)
        learned = understood(statements)
    told = data_in_prose(manuscript.text, learned.model)
    if told:
        given.update(told)
        learned = understood(statements)
    meant = with_inner_products(statements, learned, budget)
    if meant is not None:
        statements, learned = meant, understood(meant)
    learned = replace(
        learned,
        policy=policies.stated(manuscript.words),
        model=states.model(as_tabled(learned.model, by_step)),
    )
    in_tables = (cell.statement(learned.model.loss) for cell in cells)
    statements = (*statements, *(dated(s) for s in in_tables if s is not None))
    statements = tuple(sorted(statements, key=lambda s: s.source(s.chain.span[0])))
    for number, table in enumerate(by_rows):
        rows = tuple(in_rows(number, table, learned.model))
        at = rows[0].source(0) if rows else 0
        before = sum(s.source(s.chain.span[0]) < at for s in statements)
        statements = (*statements[:before], *rows, *statements[before:])
    statements = at_moved_points(statements, learned.model)
    after = stepped(statements, learned.model)
    learned = replace(learned, model=after.model)
    statements = without_counting(after.statements)
    found = (
        _by_itself(learned, statements, budget)
        if task is None
        else judged(learned, statements, task, names or {}, budget)
    )
    judge, drafts = found.judge, found.judge.drafts
    places = {id(s): manuscript.place(s.source(s.chain.span[0])) for s in statements}
    whole = replace(learned, statements=statements)
    conventions, changes = conventions_of(whole, learned.model, lambda s: places.get(id(s)))
    policy, policed = policies.settle(drafts, manuscript.words)
    causes.group(drafts)
    name_mistakes(judge)
    unread = [NotRead(manuscript.place(u.source), u.text, u.reason) for u in manuscript.unread] + [
        NotRead(
            manuscript.place(p.source_of(failure.span[0])),
            p.text[failure.span[0] : failure.span[1]],
            failure.reason,
        )
        for p, reading in readings
        for failure in reading.failures
    ]
    unread += [_only_supposed(statement, manuscript) for statement in supposed]
    unread += [
        NotRead(
            manuscript.place(cell.source_of(0)),
            cell.text,
            f"a table has more than {MOST_ROWS} rows",
        )
        for table in by_rows
        for cell in table.left_over
    ]
    return Report(
        manuscript.file,
        tuple(_claim(draft, manuscript) for draft in drafts),
        tuple(sorted(unread, key=lambda u: (u.place.line or 0, u.place.column or 0))),
        found.mapping,
        {**conventions, **policy},
        (
            *found.remarks,
            *mixed(statements),
            *policed,
            *changes,
            *missing(whole, manuscript.words, budget),
        ),
    )


def _without_cells(
    tables: Sequence[Table], vocabulary: Vocabulary, sampled: frozenset[str]
) -> list[Table]:
    """The tables whose rows and columns are no quantities' by themselves."""
    return [table for table in tables if not any(cells_of([table], vocabulary, sampled))]


def _by_itself(learned: Learned, statements: Sequence[Statement], budget: Budget) -> Judged:
    """Judged by the document's own model, repaired where one value would mend most."""
    judge = Judge(learned.model, statements, own=True, budget=budget, policy=learned.policy)
    judge.run()
    judge = descending(learned.model, judge) or judge
    assert isinstance(judge.model, DocumentModel)
    better = repaired(judge.model, judge)
    if better is None:
        return Judged(judge, [], {})
    return Judged(better.judge, [Remark("repair", better.message)], {})


def _only_supposed(statement: Statement, manuscript: Manuscript) -> NotRead:
    start, end = statement.chain.span
    place = manuscript.place(statement.source(start))
    return NotRead(
        place, statement.passage.text[start:end], "it is said of a change that is not made"
    )


def _claim(draft: Draft, manuscript: Manuscript) -> Claim:
    passage = draft.statement.passage
    span = draft.part or draft.segment.span
    start = passage.source_of(span[0])
    end = passage.source_of(max(span[1] - 1, span[0])) + 1
    chain = draft.statement.chain.span
    return Claim(
        draft.id,
        manuscript.place(start),
        start,
        end,
        passage.text[chain[0] : chain[1]],
        draft.verdict,
        draft.code,
        draft.message,
        draft.printed,
        draft.expected,
        None if draft.value is None else float(draft.value),
        draft.cause,
        draft.diagnosis,
    )
