"""A document's own definitions as a model: what its author says of each quantity, taken at his word.

``z = w x + b`` defines z, ``x = 0.05`` gives x, ``sum = 0.1*0.1 + 0.25`` gives the values that were put in,
``a = sigmoid(0.3775)`` applies the function to whatever was printed as 0.3775.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.model import DocumentModel, StepRule
from derivgen.checking.evaluating.printed import is_fraction, is_numeric
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in
from derivgen.checking.maths.writing import again
from derivgen.checking.understanding.adjoints import with_adjoints
from derivgen.checking.understanding.aliases import (
    find_aliases,
    find_doubles,
    first_activations,
    forget_models_of_data,
    left_over,
    without_parameters,
)
from derivgen.checking.understanding.analogy import by_analogy, numbers_in
from derivgen.checking.understanding.cells import find_elements, find_families, spell_out
from derivgen.checking.understanding.changes import with_changes
from derivgen.checking.understanding.choosing import (
    calculations_with_names,
    choose_definitions,
    functions_of_printed_numbers,
)
from derivgen.checking.understanding.complements import shares
from derivgen.checking.understanding.counting import counted_up
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.deltas import deltas_as_derivatives, with_deltas
from derivgen.checking.understanding.errors_in_numbers import with_errors
from derivgen.checking.understanding.extents import with_extents
from derivgen.checking.understanding.filling import Said
from derivgen.checking.understanding.folding import folded
from derivgen.checking.understanding.following import begins_with_value
from derivgen.checking.understanding.functions_in_words import with_functions_in_words
from derivgen.checking.understanding.giving import find_counts, find_leaves, give_values
from derivgen.checking.understanding.gradient_names import with_gradient_names
from derivgen.checking.understanding.layers import with_layers
from derivgen.checking.understanding.learning_rates import rate_of
from derivgen.checking.understanding.left_over_terms import left_over_terms
from derivgen.checking.understanding.lengths_by_results import with_lengths_by_results
from derivgen.checking.understanding.lists import lists_stand
from derivgen.checking.understanding.means_of_samples import find_means_of_samples
from derivgen.checking.understanding.noting import (
    Notes,
    functions_of_more,
    functions_that_are_quantities,
    names_within,
    note,
)
from derivgen.checking.understanding.numbered_cells import name_cells, unnamed
from derivgen.checking.understanding.opaque_arrays import opaque
from derivgen.checking.understanding.own_losses import losses_of
from derivgen.checking.understanding.renewals import (
    computed_anew,
    fold_updates,
    forget_assigned,
    renewed_by,
)
from derivgen.checking.understanding.solving import solved
from derivgen.checking.understanding.statements import Learned, Statement
from derivgen.checking.understanding.training import ascends, descends, loss_of, parameters_of
from derivgen.checking.understanding.units import UNITS, with_units
from derivgen.checking.understanding.unsaid_results import with_unsaid_results
from derivgen.checking.understanding.update_rules import unknown_step, uphill
from derivgen.checking.understanding.upstream import give_upstream
from derivgen.checking.understanding.worked_numbers import with_worked_numbers


def learn(
    statements: Sequence[Statement],
    tables: Mapping[str, t.Node] | None = None,
    named: Iterable[str] = (),
    trained: Iterable[str] = (),
    ahead: Container[str] = (),
    budget: Budget | None = None,
    words: str = "",
    rules: Mapping[str, t.Node] | None = None,
    wholes: Mapping[str, t.Node] | None = None,
) -> Learned:
    """What a document says of its quantities; ``tables`` are values stated in its tables, ``named`` the
    keys that stand there, ``trained`` those that have a new value there, ``ahead`` those whose value stands there
    before any formula has one; ``words`` are its sentences; ``rules`` are what a step
    makes of some quantities, whatever is written for these; ``wholes`` the losses of all samples together, which have
    no formula of their own."""
    notes = Notes(trained=frozenset(trained), said=Said(counted_up(statements)))
    notes.used.update(named)
    general, layers, letter = with_layers(statements)
    notes.used.update(layers)
    general, units, counts = with_units(general, letter, {*named, *(tables or {})})
    notes.used.update(units)
    for statement in general:
        if not statement.step:  # afterwards the same names have other values
            note(notes, statement)
    functions_of_more(notes)
    functions_that_are_quantities(notes)
    names_within(notes)
    for key, node in (tables or {}).items():
        # what is changed later by ``w = 0.4 - 0.1 * 0.05`` was given as 0.4 before
        changed = any(begins_with_value(c, node) for c in notes.calculations.get(key, ()))
        first = changed or key in ahead
        notes.printed[key].insert(0 if first else len(notes.printed[key]), node)
    for key, node in (wholes or {}).items():
        notes.sides[key].append(node)
        notes.used.update((key, *names_in(node)))
    for key in counts:
        notes.sides[key] = [t.Number(str(UNITS), Fraction(UNITS))]
    learned = _learned(Decided(notes, tuple(statements), budget or Budget(), words), rules or {})
    return replace(learned, model=replace(learned.model, in_letters=True)) if units else learned


def _learned(decided: Decided, rules: Mapping[str, t.Node]) -> Learned:
    """Decides, in this order: which marked names are quantities of their own, definitions, given
    values, names for the same thing, the loss, the parameters, the learning rate."""
    fold_updates(decided)
    forget_assigned(decided)
    spell_out(decided)
    for key, node in left_over_terms(decided.notes.sides).items():
        decided.notes.sides[key].append(node)
    choose_definitions(decided)
    without_parameters(decided)
    computed_anew(decided)
    functions_of_printed_numbers(decided)
    calculations_with_names(decided)
    give_values(decided)
    find_means_of_samples(decided)
    find_aliases(decided)
    first_activations(decided)
    forget_models_of_data(decided)
    find_doubles(decided)
    name_cells(decided)
    find_elements(decided)
    find_families(decided)
    left_over(decided)
    find_counts(decided)
    for key, node in shares(decided.definitions).items():
        decided.definitions[key] = node
    for key, node in folded(decided.definitions, decided.denominators).items():
        decided.definitions[key] = node
    find_leaves(decided)
    give_upstream(decided)
    loss = loss_of(decided)
    parameters = parameters_of(decided, loss)
    renewed = renewed_by(decided, parameters, loss)
    renewed |= {key: again(key, 1) for key in unnamed(decided, parameters)}
    for key, node in rules.items():
        if key in decided.definitions and not decided.definitions.lead_to(node, key):
            decided.definitions[key] = node
    rate = rate_of(decided, parameters, loss)
    functions = dict(decided.notes.functions)
    up = ascends(decided, loss)
    step: StepRule | None = uphill if up else None if descends(decided) else unknown_step
    model = DocumentModel(
        dict(decided.definitions),
        decided.values,
        decided.elements,
        functions,
        parameters,
        loss,
        rate,
        step,
        opaque(decided),
        renewed,
        _worked_out(decided),
        frozenset(
            (decided.put_in | (decided.notes.printed.keys() - decided.notes.stated))
            - decided.definitions.keys()
        ),
        own_losses=losses_of(decided, loss, parameters),
    )
    model = replace(model, lists_stand=lists_stand(model, decided.statements))
    model = with_extents(model, decided.statements)
    model = with_lengths_by_results(model, {k: tuple(n) for k, n in decided.notes.printed.items()})
    model = with_adjoints(model, decided.statements)
    model = with_deltas(model, decided.filled, decided.budget, decided.statements)
    model = deltas_as_derivatives(model, decided.statements, decided.budget)
    model = with_changes(with_gradient_names(model, decided.budget), decided.budget)
    model = with_errors(model, decided.budget)
    printed = {key: tuple(nodes) for key, nodes in decided.notes.printed.items()}
    model = with_functions_in_words(model, printed, decided.words)
    model = by_analogy(model, printed, decided.budget, numbers_in(decided.words))
    model = with_unsaid_results(solved(model, printed, decided.budget))
    return Learned(
        with_worked_numbers(model, decided.notes, printed, decided.budget),
        decided.statements,
        {key: tuple(sides) for key, sides in decided.notes.sides.items()},
        printed,
        frozenset(decided.notes.derivatives),
        frozenset({*decided.notes.assigned, *decided.lost})
        - parameters
        - decided.denominators
        - decided.elements.keys(),
    )


def _worked_out(decided: Decided) -> dict[str, frozenset[Fraction]]:
    """What is computed from numbers that stand for something unsaid, and these numbers."""
    return {
        key: frozenset(
            part.value for node in nodes for part in t.walk(node) if isinstance(part, t.Number)
        )
        for key, nodes in decided.notes.calculations.items()
        if not _is_said(decided, key)
    }


def _is_said(decided: Decided, key: str) -> bool:
    """True for what is computed by a formula with names in it, or given as a fraction."""
    if key in decided.definitions:
        return not is_numeric(decided.definitions[key])
    given = decided.values.get(key)
    return given is not None and is_fraction(given)
