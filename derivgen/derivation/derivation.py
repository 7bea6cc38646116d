"""The derivation: everything that a document about one task can say, computed when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import sympy
from sympy.core.function import AppliedUndef

from derivgen.derivation.arithmetic import Arithmetic, ExactArithmetic, FloatArithmetic
from derivgen.derivation.graph import LocalPartial
from derivgen.derivation.instances import definition
from derivgen.derivation.partials import all_links
from derivgen.derivation.passes import Pass, Route, collapsed_links, with_values
from derivgen.derivation.rounding import Rounder
from derivgen.derivation.selection import MOST_BY_PATHS, Chosen, chosen
from derivgen.derivation.sweep import given_values
from derivgen.derivation.training import States, Update, update
from derivgen.network.functions import Z
from derivgen.network.model import Network
from derivgen.network.task import Task
from derivgen.notation import Entry, Names
from derivgen.settings import Numbers, View


@dataclass(frozen=True)
class Derivation:
    """The passes and updates of one task.

    >>> derivation.passes[0].gradients["W1"]        # d loss / d W1 before the first update
    >>> derivation.updates[0].after["W1"]           # W1 after it
    """

    task: Task

    @property
    def network(self) -> Network:
        return self.task.network

    @cached_property
    def names(self) -> Names:
        return Names(self.network)

    @cached_property
    def rounder(self) -> Rounder:
        return Rounder(self.task.numbers)

    @cached_property
    def arithmetic(self) -> Arithmetic:
        kind = ExactArithmetic if self.task.numbers.exact else FloatArithmetic
        return kind(self.network.functions)

    @cached_property
    def chosen(self) -> Chosen:
        """The elements that the document works out; where they stand for many others, such as learn something.
        Raises E506 for a name that means nothing."""
        found = chosen(self.network, self.names, self.task.options)
        if self.task.options.show is not None or self.first.symbolic:
            return found
        return {
            name: {_first_not_zero(self.first.gradients[name])} if where == {0} else where
            for name, where in found.items()
        }

    @cached_property
    def many(self) -> bool:
        """True where more elements are worked out than can be followed over all their paths."""
        return sum(map(len, self.chosen.values())) > MOST_BY_PATHS

    @cached_property
    def route(self) -> Route:
        """Which view's numbers the document goes on with: those of the first view that works any out."""
        return next(iter(self.routes), "paths")

    @property
    def routes(self) -> tuple[Route, ...]:
        """The ways in which the views work out a derivative's number: over its paths, or backwards."""
        paths: Route = "reuse" if self.many else "paths"
        by_view: dict[View, Route] = {"paths": paths, "reuse": "reuse", "matrix": "reuse"}
        views = self.task.options.views
        return tuple(dict.fromkeys(by_view[view] for view in views if view in by_view))

    @cached_property
    def first(self) -> Pass:
        """The pass with the values of the spec."""
        full = all_links(self.network)
        links = collapsed_links(self.network, full) if self.collapsed else full
        given = None if self.network.symbolic else given_values(self.network, self.arithmetic)
        return Pass(self.network, links, full, given, self.arithmetic, self.rounder)

    @property
    def collapsed(self) -> bool:
        """True where softmax (or sigmoid) and cross-entropy are differentiated in one step."""
        return self.task.options.collapse and bool(self.network.shortcuts)

    @cached_property
    def unrounded(self) -> Pass:
        """The first pass in full."""
        return self.in_full(self.first)

    def in_full(self, passed: Pass) -> Pass:
        """A pass in double precision, whatever the document rounds or carries; by the derivatives that the
        document shows, so that these are what is checked."""
        if not passed.carried and isinstance(passed.arithmetic, FloatArithmetic):
            return passed
        network = self.network
        arithmetic = FloatArithmetic(network.functions)
        given = None
        if passed.given is not None:
            given = {name: np.asarray(values, dtype=float) for name, values in passed.given.items()}
        return Pass(network, passed.links, passed.full_links, given, arithmetic, Rounder(Numbers()))

    @property
    def trains(self) -> bool:
        """True where there are numbers, a learning rate, steps to take and something to train, so that an
        update can be computed."""
        training = self.task.training
        if self.first.symbolic or training.learning_rate is None or not training.steps:
            return False
        return any(quantity.trained for quantity in self.network.parameters())

    def training(self) -> Iterator[tuple[Pass, Update]]:
        """Every training step in turn: the pass and the update that follows from it."""
        if not self.trains:
            return
        passed = self.first
        states: States = {}
        for step in range(1, self.task.training.steps + 1):
            change = update(passed, self.task.training, step, states, self.route, self.rounder)
            yield passed, change
            states = change.states
            passed = self.after(passed, change)

    def after(self, passed: Pass, change: Update) -> Pass:
        """The pass with the updated parameters."""
        assert passed.given is not None
        return replace(passed, given=with_values(passed.given, change.after))

    def closed_form(self, entry: Entry, most_terms: int = 2000) -> sympy.Expr:
        """d loss / d one element, expanded down to parameters, inputs and targets.

        Functions of the table stay as they are where they are applied to given quantities.
        Raises ValueError when the expression would have more than ``most_terms`` paths.
        """
        graph = self.first.full_graph
        if graph.count(entry) > most_terms:
            raise ValueError(f"the closed form would have over {most_terms} terms")
        total = []
        for path in graph.paths(entry, most_terms):
            factors = [graph.partial(a, b) for a, b in pairwise(path)]
            total.append(sympy.Mul(*(self.expanded(f) for f in factors)))
        found: sympy.Expr = sympy.Add(*total).replace(
            lambda node: isinstance(node, AppliedUndef) and node.func.__name__ == "identity",
            lambda call: call.args[0],
        )
        return found

    def expanded(self, partial: LocalPartial) -> sympy.Expr:
        """A local partial with every computed element replaced by its definition, to the bottom."""
        return partial.expression.xreplace(
            {symbol: definition(self.network, entry) for symbol, entry in partial.entries.items()}
        )


def _first_not_zero(gradient: np.ndarray) -> int:
    """The flat position of the first element that is not 0; of the first where all are."""
    return int(np.argmax(gradient.ravel() != 0))


def without_functions(expression: sympy.Expr, network: Network) -> sympy.Expr:
    """An expression with the functions of the network's table written out."""
    found: sympy.Expr = expression.replace(
        lambda node: isinstance(node, AppliedUndef),
        lambda call: network.functions[call.func.__name__].expression.subs(Z, call.args[0]),
    )
    return found
