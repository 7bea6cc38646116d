"""The names that a style may use, and the document that comes of a derivation and a style."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from math import prod
from pathlib import Path
from types import MappingProxyType

import numpy as np
from sympy.core.function import AppliedUndef

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.oracle import Row, Verification, check_or_raise
from derivgen.document.arrays import side_by_side
from derivgen.document.blocks import Block, Display, Document, Figure, Math, Table, Words
from derivgen.document.formulas import Formulas, called, function_word, short_digits
from derivgen.document.history import History, history
from derivgen.document.letters import optimiser_names
from derivgen.document.markup import compose
from derivgen.document.once import Composed
from derivgen.document.remarks import zero_inputs
from derivgen.document.sections import (
    ForwardStage,
    Given,
    Progress,
    forward_stages,
    given,
    progress,
    unchanged,
    update_table,
    value_table,
)
from derivgen.document.situation import Situation
from derivgen.document.updates import rule_chains
from derivgen.document.views import closed_form, matrix, paths, reuse, symbolic
from derivgen.document.views.common import by_depth, selection
from derivgen.document.whole_stages import WholeStage, whole_stages
from derivgen.formula.build import call, number
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.names import parse_name
from derivgen.formula.tree import Chain, Node, Partial, Script, Symbol
from derivgen.network.functions import A, ScalarFunction, Z, derivative_of
from derivgen.network.model import Equation, Terms
from derivgen.network.optimisers import OPTIMISERS, T, optimiser_options
from derivgen.settings import View

#: view -> what makes its sections
VIEW_SECTIONS: MappingProxyType[View, Callable[[Situation], Iterator[object]]] = MappingProxyType(
    {
        "paths": paths.sections,
        "reuse": reuse.sections,
        "matrix": matrix.sections,
        "symbolic": symbolic.sections,
        "closed-form": closed_form.sections,
    }
)


#: more parameters than this are worked out backwards, not each over all its paths
MOST_BY_PATHS = 256

#: a table of updates has no more rows than this: a page or two
MOST_UPDATE_ROWS = 512

#: a longer table of checks is left out; its worst row is told all the same
MOST_CHECK_ROWS = 60

CHECK_HEADER = (
    (Words("Parameter"),),
    (Words("Derivation"),),
    (Words("Difference quotient"),),
    (Words("Relative error"),),
)


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """A function that the network uses: its definition, its derivative, a sentence about it."""

    name: str
    summary: str
    remark: str
    #: None for a function that has no other name, such as tanh
    definition: Display | None
    derivative: Display


@dataclass(frozen=True, slots=True)
class OptimiserSymbol:
    """A symbol of an optimiser's rule, with its value where it has one, and what it means."""

    name: Node | Chain
    meaning: str


@dataclass(frozen=True, slots=True)
class OptimiserFacts:
    """An optimiser with settings and quantities of its own; ``states`` start at 0."""

    name: str
    remark: str
    options: tuple[OptimiserSymbol, ...]
    variables: tuple[OptimiserSymbol, ...]
    states: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What the independent check found; ``table`` is None where it has very many rows."""

    method: str
    worst: Node
    table: Table | None


@dataclass(frozen=True)
class StepFacts:
    """One training step that is worked out, or the only pass of a symbolic derivation."""

    situation: Situation
    number: int

    @property
    def formulas(self) -> Formulas:
        return self.situation.formulas

    def forward(self) -> Iterator[ForwardStage]:
        return forward_stages(self.formulas)

    def whole(self) -> Iterator[WholeStage]:
        """The forward pass array by array, in matrix form where there is one."""
        return whole_stages(self.formulas)

    @cached_property
    def views(self) -> tuple[View, ...]:
        """The views asked for; one parameter at a time is for a number that somebody can read."""
        asked = self.situation.derivation.task.options.views
        if self.number > 1:  # without numbers, every step is as the first
            asked = tuple(view for view in asked if view != "symbolic")
        if not self.many:
            return asked
        return tuple(dict.fromkeys("reuse" if v == "paths" else v for v in asked))

    @cached_property
    def many(self) -> bool:
        """True where more parameters are worked out than the paths view is for."""
        return sum(len(flat) for flat in selection(self.situation).values()) > MOST_BY_PATHS

    def view(self, name: View) -> Iterator[object]:
        return VIEW_SECTIONS[name](self.situation)

    @property
    def updated(self) -> bool:
        return self.situation.change is not None

    @property
    def in_matrices(self) -> bool:
        """Whether the update is one line for each array: the matrix view alone, and a rule of one
        step."""
        optimiser = OPTIMISERS[self.situation.derivation.task.training.optimiser]
        return self.views == ("matrix",) and len(optimiser.steps) == 1

    @property
    def in_arrays(self) -> bool:
        """Whether the derivatives are those of whole arrays alone, so that the passes are too."""
        return self.views == ("matrix",)

    @cached_property
    def update_table(self) -> Table:
        """Every trained parameter; of very many only those at the beginning of each array."""
        derivation = self.situation.derivation
        assert self.situation.change is not None
        trained = [q.name for q in derivation.network.parameters() if q.trained]
        most = max(1, MOST_UPDATE_ROWS // max(1, len(trained)))
        few = self.trained <= MOST_UPDATE_ROWS
        entries = [
            (array, index)
            for array in by_depth(derivation, trained)
            for index in islice(
                np.ndindex(*derivation.network.quantities[array].shape), None if few else most
            )
        ]
        return update_table(self.formulas, self.situation.change, entries)

    @property
    def trained(self) -> int:
        """How many parameters are trained."""
        parameters = self.situation.derivation.network.parameters()
        return sum(prod(q.shape) for q in parameters if q.trained)

    @property
    def not_in_table(self) -> int:
        """How many trained parameters the table of updates leaves out."""
        return self.trained - len(self.update_table.rows)

    @property
    def value_table(self) -> Table:
        return value_table(self.formulas)

    @property
    def update_rule(self) -> Display:
        """The optimiser's rule for the first parameter of the table of updates, in symbols."""
        derivation = self.situation.derivation
        trained = [q.name for q in derivation.network.parameters() if q.trained]
        array = by_depth(derivation, trained)[0]
        first = (array, (0,) * len(derivation.network.quantities[array].shape))
        return Display(rule_chains(self.formulas, first))

    @cached_property
    def after(self) -> Formulas:
        """The formulas of the pass with the updated parameters."""
        derivation = self.situation.derivation
        assert self.situation.change is not None
        passed = derivation.after(self.situation.passed, self.situation.change)
        return Formulas(derivation, passed, after=True)

    def forward_after(self) -> Iterator[ForwardStage]:
        """The forward pass with the new parameters; what was remarked before is not said again."""
        said = {(r.kind, r.entry) for stage in self.forward() for r in stage.remarks}
        for stage in forward_stages(self.after):
            new = tuple(r for r in stage.remarks if (r.kind, r.entry) not in said)
            yield replace(stage, remarks=new)

    def whole_after(self) -> Iterator[WholeStage]:
        """As :meth:`forward_after`, array by array."""
        said = {(r.kind, r.entry) for stage in self.whole() for r in stage.remarks}
        for stage in whole_stages(self.after):
            new = tuple(r for r in stage.remarks if (r.kind, r.entry) not in said)
            yield replace(stage, remarks=new)

    @property
    def unchanged(self) -> tuple[Node, ...]:
        """What is computed and does not depend on the parameters that are trained."""
        return unchanged(self.after)

    @property
    def progress(self) -> Progress:
        return progress(self.formulas, self.after)

    @property
    def zero_inputs(self) -> tuple[Node, ...]:
        return zero_inputs(self.formulas)


@dataclass(frozen=True)
class Facts:
    """Everything that a style may say about a derivation."""

    derivation: Derivation
    figure: Figure | None
    verification: Verification | None

    @property
    def options(self) -> object:
        return self.derivation.task.options

    @property
    def numbers(self) -> object:
        return self.derivation.task.numbers

    @property
    def symbolic(self) -> bool:
        return self.derivation.first.symbolic

    @cached_property
    def given(self) -> tuple[Given, ...]:
        return given(self.derivation)

    @cached_property
    def given_together(self) -> tuple[Display, ...]:
        """All values that are given, as many arrays side by side as a line has room for."""
        return side_by_side([g.values for g in self.given if g.values is not None])

    @property
    def loss(self) -> Node:
        return Formulas(self.derivation, self.derivation.first).loss_name()

    @property
    def remarks(self) -> tuple[str, ...]:
        return self.derivation.network.remarks

    @property
    def learning_rate(self) -> Chain | None:
        training = self.derivation.task.training
        if training.learning_rate is None:
            return None
        text = self.derivation.rounder.given(training.learning_rate)
        return Chain(parse_name(training.learning_rate_name), (("=", number(text)),))

    @property
    def optimiser(self) -> OptimiserFacts | None:
        """What has to be said of an optimiser that is more than a step against the gradient."""
        training = self.derivation.task.training
        optimiser = OPTIMISERS[training.optimiser]
        if not optimiser.options and not optimiser.variables:
            return None
        settings = optimiser_options(optimiser, training.options)
        names = optimiser_names(Formulas(self.derivation, self.derivation.first))
        given = self.derivation.rounder.given
        counts = any(T in expression.free_symbols for _, expression in optimiser.steps)
        return OptimiserFacts(
            name=optimiser.word,
            remark=optimiser.remark,
            options=tuple(
                OptimiserSymbol(
                    Chain(
                        names[optimiser.option_symbol(o.name)],
                        (("=", number(short_digits(given(float(settings[o.name]))))),),
                    ),
                    o.summary,
                )
                for o in optimiser.options
            ),
            variables=(
                *(OptimiserSymbol(names[v.symbol], v.summary) for v in optimiser.variables),
                *([OptimiserSymbol(Symbol("t"), "number of the step, from 1")] if counts else []),
            ),
            states=tuple(names[v.symbol] for v in optimiser.states),
        )

    @cached_property
    def check(self) -> CheckFacts | None:
        """The independent check, where there are numbers and the document is to tell of it."""
        found = self.verification
        if found is None or not self.derivation.task.options.verification or found.worst is None:
            return None
        worst = _magnitude(found.worst.error)
        table = None
        if len(found.rows) <= MOST_CHECK_ROWS:
            table = Table(CHECK_HEADER, [self._check_row(row) for row in found.rows], "lrrr")
        return CheckFacts(found.method, worst, table)

    def _check_row(self, row: Row) -> tuple[tuple[Words | Math, ...], ...]:
        if row.index is None:
            name: Words | Math = Words(row.entry)
        else:
            name = Math(self.derivation.names.entry(row.name, row.index))
        digits = [number(f"{value:.8f}") for value in (row.derived, row.difference)]
        return (name,), (Math(digits[0]),), (Math(digits[1]),), (Math(_magnitude(row.error)),)

    @cached_property
    def functions(self) -> tuple[FunctionFacts, ...]:
        """The functions that stand in the equations, in the order in which they are met."""
        network = self.derivation.network
        used: dict[str, ScalarFunction] = {}
        for row in self.derivation.first.full_links:
            for link in row:
                for name in (link.function, *_called(network.equations[link.equation])):
                    if name in network.functions and name != "identity":
                        used.setdefault(name, network.functions[name])
        return tuple(self._function(f) for f in used.values())

    def _function(self, function: ScalarFunction) -> FunctionFacts:
        formulas = Formulas(self.derivation, self.derivation.first)
        z = Symbol("z")
        value = called(function, z)
        slope = from_sympy(derivative_of(function), {Z: z, A: value}, formulas.functions)
        definition = formulas.function_definition(function)
        if function.written is not None:
            token: Node = Partial(value, z)
        else:
            token = call(Script(parse_name(function.latex), sup=Symbol("prime")), z)
        known = definition.links[0][1] == definition.left
        return FunctionFacts(
            name=f"the {function.word}" if known and function.word else function_word(function),
            summary=function.summary,
            remark=function.remark,
            definition=None if known else Display((definition,)),
            derivative=Display((Chain(token, (("=", slope),)),)),
        )

    def steps(self) -> Iterator[StepFacts]:
        """The steps that are worked out in full."""
        derivation = self.derivation
        if not derivation.trains:
            yield StepFacts(Situation(derivation, derivation.first, None), 1)
            return
        for passed, change in derivation.training():
            if change.step > derivation.task.training.shown:
                return
            yield StepFacts(Situation(derivation, passed, change), change.step)

    @property
    def several_steps(self) -> bool:
        return self.derivation.task.training.steps > 1 and self.derivation.trains

    @cached_property
    def history(self) -> History:
        """The loss before each training step, and after the last."""
        return history(self.derivation)


def _called(equation: Equation) -> tuple[str, ...]:
    """The functions of the table that stand in an equation, in reading order."""
    if not isinstance(equation.body, Terms):
        return ()
    calls = [c for term in equation.body.terms for c in term.expression.atoms(AppliedUndef)]
    return tuple(sorted({c.func.__name__ for c in calls}))


def _magnitude(error: float) -> Node:
    """A relative error in one digit: 0, or 4 x 10^-15."""
    return number("0") if error == 0 else number(f"{error:.0e}")


def make_document(
    derivation: Derivation, figure: Figure | None = None, user_folder: Path | None = None
) -> Document:
    """The document that a task asks for.

    Raises E501 where a gradient disagrees with its independent check, before any block is made.
    """
    task = derivation.task
    verification = None
    if not derivation.first.symbolic:
        verification = verified(derivation)
    facts = Facts(derivation, figure if task.options.figure else None, verification)

    def blocks() -> Iterable[Block]:
        return compose(task.options.style, {"d": facts}, user_folder)

    return Document(
        title=task.options.title or task.name,
        blocks=Composed(blocks),
        author=task.options.author,
        date=task.options.date,
        description=task.options.description,
        front_matter=task.options.front_matter,
    )


def verified(derivation: Derivation) -> Verification:
    """The independent check of all gradients, in full precision whatever is printed."""
    exact = derivation.unrounded
    wanted = {q.name: exact.gradients[q.name] for q in derivation.network.parameters()}
    return check_or_raise(derivation.network, wanted)
