"""Which of the network's quantities an author's names are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import mpmath

from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.matching.differences import (
    Difference,
    other_definitions,
    other_values,
    shared,
    tied,
    told_apart,
    unmatched,
)
from derivgen.checking.matching.equations import Equations
from derivgen.checking.matching.evidence import Evidence
from derivgen.checking.matching.network_model import NetworkModel
from derivgen.checking.matching.network_view import WHOLE
from derivgen.checking.matching.overriding import overridden
from derivgen.checking.matching.renaming import Joined, translated
from derivgen.checking.matching.slices import by_results, by_slices
from derivgen.checking.matching.turning import by_cells, turned
from derivgen.checking.matching.unifying import Unifier
from derivgen.checking.matching.ways import by_family, by_loss, by_name, by_rate, by_value
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Learned
from derivgen.notation import Names

#: the least score by which equations alone make a pair
LEAST = 0.8
#: steps of laying the equations over each other
MOST_WORK = 60_000


@dataclass(frozen=True)
class Matching:
    """What was found.

    ``mapping`` goes from an author's key (with the mark of a name that is a quantity of its own) to the
    network's, for elements and whole arrays; ``W1^T`` is an array that the author writes the other way
    round.  ``notes`` are sentences about what is not certain.  ``model`` is the network with
    the author's further quantities, for formulas that :meth:`translate` has translated.
    """

    mapping: Mapping[str, str]
    notes: tuple[str, ...]
    differences: tuple[Difference, ...]
    model: Joined
    #: the names of which a user said what they are
    said: frozenset[str] = frozenset()

    def translate(self, node: t.Node) -> t.Node:
        """A formula of the document in the network's names."""
        return translated(node, self.model.mapping)


def match(
    learned: Learned,
    model: NetworkModel,
    names: Names,
    overrides: Mapping[str, str] | None = None,
    budget: Budget | None = None,
    by_values: bool = True,
    by_print: bool = False,
) -> Matching:
    """Match what a document says of its quantities with a network.

    ``overrides`` go from an author's name to an id (``W2[0,0]``) or a printed name of the network and come
    before all that is found.  ``by_values`` is False where the document's values are no evidence;
    ``by_print`` takes every name for what the network prints it for, before equations are looked at.
    Raises E204 for an override that is none of these."""
    with mpmath.workdps(DIGITS):
        evidence = Evidence(learned, model, names, by_values)
        return _matched(evidence, overrides or {}, budget or Budget(), by_print)


def _matched(
    evidence: Evidence, overrides: Mapping[str, str], budget: Budget, by_print: bool
) -> Matching:
    """The best pairs first: each way goes on from the pairs that those before it have found."""
    generic, equations = evidence.author.generic, Equations(evidence)
    notes: list[str] = []
    budget.begin(MOST_WORK)
    unifier = Unifier(
        equations.sides,
        equations.definition,
        evidence.prior,
        budget,
        frozenset(generic),
        evidence.only_cell,
    )
    users = overridden(evidence, overrides)
    told = dict(users.pairs)
    if by_print:
        alike = evidence.as_printed.items()
        told |= {n: o for n, o in alike if n not in told and o not in told.values()}
    said = set(told)
    for name, other in told.items():
        unifier.take(name, other)
    for name, other in told.items():
        unifier.bind(name, other)
    for name, other in by_slices(evidence).items():
        if name not in unifier.bound:
            unifier.bind(name, other)
    by_rate(evidence, unifier)
    by_loss(evidence, equations, unifier)
    unifier.bind_all(equations.sides, equations.computed(), LEAST)
    by_family(evidence, unifier, said)
    by_name(evidence, unifier)
    unsure = by_value(evidence, unifier)
    for name, other in by_results(evidence, unifier.bound).items():
        unifier.bind(name, other)
    by_cells(evidence, unifier)
    implied = by_family(evidence, unifier, said)
    if unifier.exhausted:
        notes.append("the names were not compared to the end: there are too many")
    bound = {a: b for a, b in unifier.bound.items() if a not in generic}
    for name, other in unifier.guessed.items():
        if bound.get(name) == other and not told_apart(evidence, name, other):
            notes.append(f"{name} is taken as {other.lstrip(WHOLE)}; others fit as well")
    mapping = {a: b for a, b in bound.items() if not b.startswith(WHOLE)}
    wholes = {a: b.lstrip(WHOLE) for a, b in bound.items() if b.startswith(WHOLE)}
    mapping |= {**turned(evidence, budget, mapping, wholes), **users.turns}
    mapping |= {n: k for n, k in by_slices(evidence, bound).items() if n not in users.pairs}
    mapping, implied = users.without_rivals(mapping), users.without_rivals(implied)
    everything = {**implied, **mapping}
    joined = Joined(
        evidence.model,
        evidence.learned.model,
        everything,
        tied(evidence, unifier, mapping),
    )
    differences = (
        *shared(evidence, unifier, mapping, notes),
        *other_values(evidence, mapping),
        *other_definitions(evidence, budget, mapping, joined),
    )
    notes += unmatched(evidence, mapping)
    notes += [
        f"{name} has the value of several quantities" for name in sorted(unsure - mapping.keys())
    ]
    notes = list(dict.fromkeys(notes))
    return Matching(mapping, tuple(notes), tuple(differences), joined, frozenset(users.pairs))
