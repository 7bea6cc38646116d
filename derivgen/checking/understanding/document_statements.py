"""Everything that a document states, in its formulas and its tables, before anything is decided: each statement with
the step of training at which it stands, and each name with the key that it has in the whole document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from derivgen.checking.manuscript import Manuscript, Passage, Table
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import Reading
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.understanding.activations import with_activations
from derivgen.checking.understanding.apart import told_apart
from derivgen.checking.understanding.arguments_in_words import with_named_arguments
from derivgen.checking.understanding.bare_sums import with_letters_of_sums
from derivgen.checking.understanding.class_indices import with_numbers_of_classes
from derivgen.checking.understanding.conditions import with_conditions
from derivgen.checking.understanding.convolutions import with_convolutions
from derivgen.checking.understanding.crossed_tables import crossed_cells
from derivgen.checking.understanding.data_with_noise import without_noise
from derivgen.checking.understanding.elided import with_elided_terms
from derivgen.checking.understanding.elided_cells import with_elided_cells
from derivgen.checking.understanding.examples import examples_apart
from derivgen.checking.understanding.following import statements_of
from derivgen.checking.understanding.function_letters import with_quantities
from derivgen.checking.understanding.functions_of_layers import with_one_function
from derivgen.checking.understanding.given_alike import with_values_apart
from derivgen.checking.understanding.hypotheses import outputs_of_samples
from derivgen.checking.understanding.index_ranges import without_ranges
from derivgen.checking.understanding.index_words import with_indices_for_words
from derivgen.checking.understanding.iterates import with_iterates
from derivgen.checking.understanding.iterates_below import with_iterates_below
from derivgen.checking.understanding.labelled_samples import with_labelled_samples
from derivgen.checking.understanding.later_states import with_later_states
from derivgen.checking.understanding.losses_by_slopes import losses_by_slopes
from derivgen.checking.understanding.losses_in_words import losses_in_words
from derivgen.checking.understanding.models_of_data import without_models_of_data
from derivgen.checking.understanding.named_losses import with_named_losses
from derivgen.checking.understanding.objects import with_lengths, with_objects
from derivgen.checking.understanding.plain_layers import with_plain_layers
from derivgen.checking.understanding.powers_of_arguments import with_powers_of_arguments
from derivgen.checking.understanding.primes_for_transposes import with_transposes
from derivgen.checking.understanding.repeated_indices import with_implied_sums
from derivgen.checking.understanding.restated_values import with_restated_values
from derivgen.checking.understanding.restrictions import with_restrictions
from derivgen.checking.understanding.rows_of_steps import StepTable, step_tables
from derivgen.checking.understanding.sample_tables import by_sample
from derivgen.checking.understanding.samples_below import with_samples_above
from derivgen.checking.understanding.signs_for_gradients import with_signs_for_gradients
from derivgen.checking.understanding.statements import Statement, keys_in
from derivgen.checking.understanding.states import States, with_states_apart
from derivgen.checking.understanding.steps import Steps, steps_of
from derivgen.checking.understanding.sum_letters import with_usual_letters
from derivgen.checking.understanding.sums_of_samples import Summed
from derivgen.checking.understanding.suppositions import apart_from_suppositions
from derivgen.checking.understanding.tables import Cell, cells_of
from derivgen.checking.understanding.time_steps import with_times_in_keys
from derivgen.checking.understanding.times_in_brackets import with_times_in_brackets
from derivgen.checking.understanding.unsaid_steps import with_unsaid_steps
from derivgen.checking.understanding.values_of_one import values_by_index, with_values_of_one
from derivgen.checking.understanding.zero_vectors import with_zero_vectors


@dataclass(frozen=True, slots=True)
class Stated:
    """What a document states.  ``statements`` are in reading order; ``cells`` those of its tables of quantities, the
    definitions among them being statements already; ``by_rows`` its tables with a row for each step; ``supposed``
    what it says of changes that are not made; ``members`` how many members its chains have; ``wholes`` what no formula
    of its own says: losses of all samples together, losses in words, cells told apart by their index."""

    statements: tuple[Statement, ...]
    cells: tuple[Cell, ...]
    by_rows: tuple[StepTable, ...]
    supposed: tuple[Statement, ...]
    states: States
    steps: Steps
    members: int
    wholes: Mapping[str, t.Node]

    @property
    def cells_by_step(self) -> Mapping[int, Sequence[Cell]]:
        """The cells by the number of training steps that were made before; nothing is missing from it."""
        found: dict[int, list[Cell]] = defaultdict(list)
        for cell in self.cells:
            found[self.steps.at(cell.passage.source_of(0))].append(cell)
        return found

    def dated(self, statement: Statement) -> Statement:
        """The statement with the step at which it stands."""
        return _dated(statement, self.steps)


def stated_in(
    manuscript: Manuscript, readings: Sequence[tuple[Passage, Reading]], vocabulary: Vocabulary
) -> Stated:
    """What a document states, from what was read of its passages."""
    read = tuple(statements_of(readings))
    steps = with_unsaid_steps(steps_of(manuscript), read)
    said, supposed = apart_from_suppositions(tuple(_dated(s, steps) for s in read), manuscript.text)
    labelled = _with_names_of_their_own(said, manuscript.text)
    remembered = with_later_states(labelled.statements)
    examples = examples_apart(remembered, manuscript.text)
    states = with_states_apart(tuple(map(examples.statement, remembered)))
    statements = with_samples_above(states.statements, manuscript.tables)
    samples = by_sample(manuscript.tables, statements, vocabulary)
    statements = samples.summed.statements
    used = keys_in(statements)
    crossed = [tuple(crossed_cells(table, vocabulary, used)) for table in samples.others]
    plain = [table for table, found in zip(samples.others, crossed, strict=True) if not found]
    cells = (*samples.cells, *chain.from_iterable(crossed), *cells_of(plain, vocabulary))
    cells = tuple(map(examples.cell, cells))
    by_rows = step_tables(_without_cells(samples.others, vocabulary), vocabulary)
    outputs = outputs_of_samples(statements, cells)
    statements = tuple(map(outputs.statement, statements))
    cells = tuple(map(outputs.cell, cells))
    members = (*(s.chain for s in statements), *(cell.chain for cell in cells))
    in_formulas = (cell.statement(None) for cell in cells if cell.kind == "definition")
    statements += tuple(_dated(s, steps) for s in in_formulas if s is not None)
    statements = in_reading_order(statements)
    cells = tuple(cell for cell in cells if cell.kind != "definition")
    apart = told_apart(statements, cells)
    return Stated(
        tuple(map(apart.statement, statements)),
        tuple(map(apart.cell, cells)),
        tuple(by_rows),
        supposed,
        states,
        steps,
        sum(len(made.segments) for made in members),
        {
            **labelled.wholes,
            **samples.summed.wholes,
            **losses_by_slopes(said, cells),
            **losses_in_words(said, cells, manuscript.text),
            **values_by_index(statements),
        },
    )


def in_reading_order(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements as they follow each other in the file."""
    return tuple(sorted(statements, key=lambda s: s.source(s.chain.span[0])))


def _dated(statement: Statement, steps: Steps) -> Statement:
    return replace(statement, step=steps.at(statement.source(statement.chain.span[0])))


def _with_names_of_their_own(said: Sequence[Statement], text: str) -> Summed:
    """The statements with what is written beside a name, and in the sentences, made a part of it: a function, a
    range, a time, a sample; and with the terms for which dots stand."""
    said = with_times_in_brackets(with_transposes(with_powers_of_arguments(said)))
    said = with_convolutions(without_noise(said), text)
    said = without_models_of_data(with_indices_for_words(said))
    statements = with_elided_cells(with_elided_terms(with_implied_sums(said, text)))
    statements = with_iterates(with_named_arguments(statements, text))
    statements = with_iterates_below(statements)
    statements = with_activations(statements, text)
    statements = with_values_apart(with_values_of_one(statements, text))
    statements = with_numbers_of_classes(with_conditions(statements, text))
    objects = with_objects(with_lengths(statements))
    statements = with_restrictions(with_quantities(without_ranges(objects.statements)))
    statements = with_plain_layers(with_one_function(statements))
    statements = with_letters_of_sums(with_usual_letters(with_named_losses(statements)))
    statements = with_zero_vectors(with_times_in_keys(with_signs_for_gradients(statements)))
    labelled = with_labelled_samples(with_restated_values(statements), text)
    return replace(labelled, wholes={**objects.wholes, **labelled.wholes})


def _without_cells(tables: Sequence[Table], vocabulary: Vocabulary) -> list[Table]:
    """The tables whose rows and columns are no quantities' by themselves."""
    return [table for table in tables if not any(cells_of([table], vocabulary))]
