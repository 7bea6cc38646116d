"""Tables with a row for each element: of the updates, and of the values of all quantities."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import overload

import numpy as np
import sympy

from derivgen.derivation.training import Update
from derivgen.document.blocks import Inlines, Math, Table, Words
from derivgen.document.formulas import Formulas
from derivgen.document.letters import optimiser_names
from derivgen.document.updates import state_rounder
from derivgen.formula.build import number
from derivgen.network.model import Role
from derivgen.network.optimisers import OPTIMISERS
from derivgen.notation import Entry


class Rows(Sequence[tuple[Inlines, ...]]):
    """Rows of a table about single elements, each made when it is looked at."""

    def __init__(self, formulas: Formulas, entries: Sequence[Entry]) -> None:
        self.formulas = formulas
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, at: int) -> tuple[Inlines, ...]: ...

    @overload
    def __getitem__(self, at: slice) -> list[tuple[Inlines, ...]]: ...

    def __getitem__(self, at: int | slice) -> tuple[Inlines, ...] | list[tuple[Inlines, ...]]:
        if isinstance(at, slice):
            return [self.row(entry) for entry in self._entries[at]]
        return self.row(self._entries[at])

    @abstractmethod
    def row(self, entry: Entry) -> tuple[Inlines, ...]:
        """The row about one element."""


class UpdateRows(Rows):
    """The rows of the table of updates: name, old value, gradient, what the optimiser keeps, new value."""

    def __init__(self, formulas: Formulas, change: Update, entries: Sequence[Entry]) -> None:
        super().__init__(formulas, entries)
        self._change = change
        self._kept = _kept(formulas)

    def row(self, entry: Entry) -> tuple[Inlines, ...]:
        array, index = entry
        formulas, change = self.formulas, self._change
        return (
            (Math(formulas.name(entry)),),
            (Math(formulas.number(entry)),),
            (Math(formulas.printed(change.gradients[array][index])),),
            *((self._kept_number(entry, symbol),) for symbol in self._kept),
            (Math(formulas.printed(change.after[array][index])),),
        )

    def _kept_number(self, entry: Entry, symbol: sympy.Symbol) -> Math:
        """What the optimiser keeps of an element, in the digits that its rule prints."""
        array, index = entry
        value = self._change.states[array][symbol.name][index]
        return Math(number(state_rounder(self.formulas, symbol).text(value)))


def update_table(formulas: Formulas, change: Update, entries: Sequence[Entry]) -> Table:
    """Every given parameter: its old value, its gradient, what the optimiser keeps of it, its new value."""
    letters = optimiser_names(formulas)
    header: tuple[Inlines, ...] = (
        (Words("Parameter"),),
        (Words("Old value"),),
        (Words("Gradient"),),
        *((Math(letters[symbol]),) for symbol in _kept(formulas)),
        (Words("New value"),),
    )
    rows = UpdateRows(formulas, change, entries)
    return Table(header, rows, "l" + "r" * (len(header) - 1))


def _kept(formulas: Formulas) -> tuple[sympy.Symbol, ...]:
    """What the optimiser keeps from one step to the next."""
    optimiser = OPTIMISERS[formulas.derivation.task.training.optimiser]
    return tuple(variable.symbol for variable in optimiser.states)


def value_table(formulas: Formulas) -> Table:
    """Every element of every quantity with its value and its gradient."""
    network = formulas.derivation.network
    entries = [
        (q.name, index)
        for q in network.quantities.values()
        for index in formulas.names.in_order(q.name, np.ndindex(*q.shape))
    ]
    header: tuple[Inlines, ...] = ((Words("Quantity"),), (Words("Value"),), (Words("Gradient"),))
    return Table(header, ValueRows(formulas, entries), "lrr")


class ValueRows(Rows):
    """The rows of the table of values: name, value, derivative of the loss."""

    def row(self, entry: Entry) -> tuple[Inlines, ...]:
        formulas = self.formulas
        name: Inlines = (Math(formulas.name(entry)),)
        if formulas.passed.symbolic:
            return name, (), ()
        role = formulas.derivation.network.quantities[entry[0]].role
        if role in (Role.TARGET, Role.CONSTANT):
            return name, (Math(formulas.number(entry)),), ()
        gradient = formulas.passed.gradient(entry, formulas.derivation.route)
        return (
            name,
            (Math(formulas.number(entry)),),
            (Math(formulas.printed(gradient)),),
        )
