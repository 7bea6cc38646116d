"""The names that a style may use of a whole derivation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from math import prod

import numpy as np
from sympy.core.function import AppliedUndef

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.oracle import Row, Verification
from derivgen.derivation.selection import MOST_BY_PATHS
from derivgen.document.arrays import side_by_side
from derivgen.document.blocks import Display, Figure, Math, Table, Words
from derivgen.document.described import ArrayFacts, array_facts
from derivgen.document.formulas import Formulas
from derivgen.document.function_names import called, function_word, slope_called
from derivgen.document.history import History, history
from derivgen.document.letters import optimiser_names
from derivgen.document.rules import Rules, rules
from derivgen.document.sections import Given, given
from derivgen.document.situation import Situation
from derivgen.document.step_facts import StepFacts
from derivgen.document.worked import setting_text
from derivgen.formula.build import equals, number
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.names import parse_name
from derivgen.formula.tree import Chain, Node, Symbol
from derivgen.network.functions import (
    FUNCTIONS,
    A,
    ScalarFunction,
    Z,
    derivative_of,
    slope_in_names,
)
from derivgen.network.model import Equation, Role, Terms
from derivgen.network.optimisers import OPTIMISERS, T, optimiser_options

#: a longer table of checks is left out; its worst row is told all the same
MOST_CHECK_ROWS = 60
#: a relative error below this is the rounding of double precision, whose last bits differ between machines
NEGLIGIBLE = 1e-12
CHECK_HEADER = (
    (Words("Derivation"),),
    (Words("Difference quotient"),),
    (Words("Relative error"),),
)


@dataclass(frozen=True)
class FunctionFacts:
    """A function that the network uses: its definition, its derivative, a sentence about it."""

    name: str
    summary: str
    remark: str
    #: None for a function that has no other name, such as tanh
    definition: Display | None
    #: None for one that only stands in the formulas of another
    derivative: Display | None


@dataclass(frozen=True)
class OptimiserSymbol:
    """A symbol of an optimiser's rule, with its value where it has one, and what it means."""

    name: Node | Chain
    meaning: str


@dataclass(frozen=True)
class OptimiserFacts:
    """An optimiser with settings and quantities of its own; ``states`` start at 0."""

    name: str
    remark: str
    options: tuple[OptimiserSymbol, ...]
    variables: tuple[OptimiserSymbol, ...]
    states: tuple[Node, ...]


@dataclass(frozen=True)
class Outside:
    """The value that is read where an index leads outside an array: its padding."""

    array: Node
    value: Node


@dataclass(frozen=True)
class CheckFacts:
    """What the independent check found; ``table``, about the first of its ``steps``, is None where it has very
    many rows.  ``worst`` is the largest relative error, or what all of them are below where they are
    ``negligible``."""

    method: str
    worst: Node
    negligible: bool
    table: Table | None
    steps: int


@dataclass(frozen=True)
class Facts:
    """Everything that a style may say about a derivation."""

    derivation: Derivation
    figure: Figure | None
    #: of each step that is worked out; nothing where there are no numbers
    verified: tuple[Verification, ...]

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
    def arrays(self) -> ArrayFacts | None:
        """What the arrays are; None where there are none."""
        return array_facts(self.derivation)

    @cached_property
    def given(self) -> tuple[Given, ...]:
        return given(self.derivation)

    @cached_property
    def given_together(self) -> tuple[Display, ...]:
        """All values that are given, as many arrays side by side as a line has room for."""
        return side_by_side([g.values for g in self.given if g.values is not None])

    @cached_property
    def named_together(self) -> tuple[Display, ...]:
        """How arrays are made of elements with names of their own, as rows of equations: for a document
        that works with whole arrays and gives their elements one by one."""
        if "matrix" not in self.derivation.task.options.views:
            return ()
        return side_by_side([g.named for g in self.given if g.one_by_one and g.named is not None])

    @property
    def in_arrays(self) -> bool:
        """Whether the document works with whole arrays alone, so that they are given as such."""
        return self.derivation.task.options.views == ("matrix",)

    @property
    def loss(self) -> Node:
        return Formulas(self.derivation, self.derivation.first).loss_name()

    @cached_property
    def views_differ(self) -> bool:
        """Whether two views round at other places on the way, and a last digit differs for that."""
        derivation = self.derivation
        first = derivation.first
        if first.symbolic or not first.carried or len(derivation.routes) < 2:
            return False
        trained = [q for q in derivation.network.parameters() if q.trained]
        return sum(prod(q.shape) for q in trained) <= MOST_BY_PATHS and any(
            not np.array_equal(
                first.gradient_array(q.name, "paths"), first.gradient_array(q.name, "reuse")
            )
            for q in trained
        )

    @property
    def updates_by_paths(self) -> bool:
        """Whether the updates go on with the sums over paths, as they were rounded."""
        return self.derivation.route == "paths"

    @cached_property
    def rules(self) -> Rules:
        """How everything is computed, in names."""
        return rules(Formulas(self.derivation, self.derivation.first))

    @property
    def remarks(self) -> tuple[str, ...]:
        return self.derivation.network.remarks

    @cached_property
    def outside(self) -> tuple[Outside, ...]:
        """The arrays that are read beyond their ends."""
        names, given = self.derivation.names, self.derivation.rounder.given
        return tuple(
            Outside(names.whole(q.name), number(given(q.outside)))
            for q in self.derivation.network.quantities.values()
            if q.outside is not None
        )

    @property
    def learning_rate(self) -> Chain | None:
        training = self.derivation.task.training
        if training.learning_rate is None:
            return None
        text = self.derivation.rounder.given(training.learning_rate)
        return Chain(self.learning_rate_name, (("=", number(text)),))

    @property
    def learning_rate_name(self) -> Node:
        """The letter of the learning rate, whether it has a value or not."""
        return parse_name(self.derivation.task.training.learning_rate_name)

    @property
    def trained(self) -> bool:
        """Whether there is anything to train."""
        return any(q.trained for q in self.derivation.network.parameters())

    @property
    def optimiser(self) -> OptimiserFacts | None:
        """What has to be said of an optimiser that is more than a step against the gradient."""
        training = self.derivation.task.training
        optimiser = OPTIMISERS[training.optimiser]
        if not optimiser.options and not optimiser.variables:
            return None
        settings = optimiser_options(optimiser, training.options)
        names = optimiser_names(Formulas(self.derivation, self.derivation.first))
        rounder = self.derivation.rounder
        counts = any(T in expression.free_symbols for _, expression in optimiser.steps)
        return OptimiserFacts(
            name=optimiser.word,
            remark=optimiser.remark,
            options=tuple(
                OptimiserSymbol(
                    Chain(
                        names[optimiser.option_symbol(o.name)],
                        (("=", number(setting_text(rounder, settings[o.name]))),),
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
        # where a convention decides a slope, a difference says nothing
        errors = [r.error for one in self.verified for r in one.rows if r.status != "kink"]
        if (
            not any(one.rows for one in self.verified)
            or not self.derivation.task.options.verification
        ):
            return None
        first = self.verified[0]
        table = None
        if len(first.rows) <= MOST_CHECK_ROWS:
            rows = [self._check_row(row) for row in self._in_order(first.rows)]
            asked = {
                self.derivation.network.quantities[row.name].role
                for row in first.rows
                if row.index is not None
            }
            kind = Words("Parameter" if asked <= {Role.PARAMETER} else "Quantity")
            table = Table(((kind,), *CHECK_HEADER), rows, "lrrr")
        worst = max(errors, default=0.0)
        return CheckFacts(
            first.method,
            number(f"{max(worst, NEGLIGIBLE):.0e}"),
            worst < NEGLIGIBLE,
            table,
            len(self.verified),
        )

    def _in_order(self, rows: tuple[Row, ...]) -> Iterator[Row]:
        """The rows of each array as its elements are counted, directions before them."""
        for name, group in groupby(rows, lambda row: row.name):
            found: dict[tuple[int, ...], Row] = {}
            for row in group:
                if row.index is None:
                    yield row
                else:
                    found[row.index] = row
            order = self.derivation.names.in_order(name, found) if found else []
            yield from (found[index] for index in order)

    def _check_row(self, row: Row) -> tuple[tuple[Words | Math, ...], ...]:
        names = self.derivation.names
        name: tuple[Words | Math, ...] = (Words(row.entry),)
        if row.index is not None:
            name = (Math(names.entry(row.name, row.index)),)
        elif row.name:
            name = (Words("a direction in "), Math(names.whole(row.name)))
        digits = [_side_by_side(value) for value in (row.derived, row.difference)]
        return name, (Math(digits[0]),), (Math(digits[1]),), (Math(_magnitude(row.error)),)

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
        found: dict[str, FunctionFacts] = {}
        for function in used.values():
            found[function.name] = self._function(function)
            for name in function.inner:
                if name not in used and name not in found:
                    found[name] = replace(self._function(FUNCTIONS[name]), derivative=None)
        return tuple(found.values())

    def _function(self, function: ScalarFunction) -> FunctionFacts:
        formulas = Formulas(self.derivation, self.derivation.first)
        z = Symbol("z")
        value = called(function, z)
        slopes = [slope_in_names(function)]
        if function.short is not None:
            slopes.append(derivative_of(function))
        names = {Z: z, A: value}
        slope = equals(
            slope_called(function, z), *(from_sympy(s, names, formulas.functions) for s in slopes)
        )
        definition = formulas.function_definition(function)
        known = definition.links[0][1] == definition.left
        return FunctionFacts(
            name=f"the {function.word}" if known and function.word else function_word(function),
            summary=function.summary,
            remark=function.remark,
            definition=None if known else Display((definition,)),
            derivative=Display((slope,)),
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


def _side_by_side(value: float) -> Node:
    """A gradient with enough digits to compare it: eight decimals, or a power of ten where those say little."""
    plain = value == 0 or 1e-4 <= abs(value) < 1e9
    return number(f"{value:.8f}" if plain else f"{value:.5e}")


def _magnitude(error: float) -> Node | Chain:
    """A relative error in one digit, or what it is below."""
    if error < NEGLIGIBLE:
        return Chain(None, (("<", number(f"{NEGLIGIBLE:.0e}")),))
    return number(f"{error:.0e}")
