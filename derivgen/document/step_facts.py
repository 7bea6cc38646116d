"""The names that a style may use of one training step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from itertools import islice
from math import prod
from types import MappingProxyType

import numpy as np

from derivgen.document.blocks import Display, Table
from derivgen.document.element_tables import update_table, value_table
from derivgen.document.formulas import Formulas
from derivgen.document.remarks import zero_inputs
from derivgen.document.sections import (
    ForwardStage,
    Progress,
    forward_stages,
    progress,
    unchanged,
)
from derivgen.document.situation import Situation
from derivgen.document.updates import rule_chains
from derivgen.document.views.common import selected
from derivgen.document.whole_stages import WholeStage, whole_stages
from derivgen.formula.tree import Node
from derivgen.network.optimisers import OPTIMISERS
from derivgen.notation import Entry
from derivgen.settings import View

#: view -> its module, whose ``sections`` makes its sections; one that nobody asks for is not loaded
VIEW_MODULES: MappingProxyType[View, str] = MappingProxyType(
    {
        "paths": "derivgen.document.views.paths",
        "reuse": "derivgen.document.views.reuse",
        "matrix": "derivgen.document.views.matrix",
        "symbolic": "derivgen.document.views.symbolic",
        "closed-form": "derivgen.document.views.closed_form",
    }
)
#: a table of updates has no more rows than this: a page or two
MOST_UPDATE_ROWS = 512
#: so many parameters that are worked out are told by their names
MOST_TOLD = 8


@dataclass(frozen=True)
class LeftOut:
    """How many parameters are not worked out, and which are: ``first`` of each array (the first that ``learns``
    something), or the ``names`` (none: very many)."""

    count: int
    first: bool
    names: tuple[Node, ...]
    learns: bool = False


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

    @property
    def many(self) -> bool:
        """True where more parameters are worked out than the paths view is for."""
        return self.situation.derivation.many

    def view(self, name: View) -> Iterator[object]:
        sections: Iterator[object] = import_module(VIEW_MODULES[name]).sections(self.situation)
        return sections

    @property
    def updated(self) -> bool:
        return self.situation.change is not None

    @property
    def in_matrices(self) -> bool:
        """Whether the update is one line for each array: the matrix view alone, of all that is trained, and a
        rule of one step."""
        derivation = self.situation.derivation
        optimiser = OPTIMISERS[derivation.task.training.optimiser]
        trained = {q.name for q in derivation.network.parameters() if q.trained}
        every = trained <= derivation.chosen.keys()
        return self.views == ("matrix",) and len(optimiser.steps) == 1 and every

    @property
    def in_arrays(self) -> bool:
        """Whether the derivatives are those of whole arrays alone, so that the passes are too."""
        return self.views == ("matrix",)

    @property
    def some_frozen(self) -> bool:
        """Whether there are parameters that no step changes."""
        return any(not q.trained for q in self.situation.derivation.network.parameters())

    @cached_property
    def update_table(self) -> Table:
        """Every trained parameter, in the order of all tables; of very many only those at the
        beginning of each array."""
        derivation = self.situation.derivation
        assert self.situation.change is not None
        trained = [q.name for q in derivation.network.parameters() if q.trained]
        most = max(1, MOST_UPDATE_ROWS // max(1, len(trained)))
        few = self.trained <= MOST_UPDATE_ROWS
        entries = [
            (array, index)
            for array in trained
            for index in islice(self._in_order(array), None if few else most)
        ]
        return update_table(self.formulas, self.situation.change, entries)

    @property
    def trained(self) -> int:
        """How many parameters are trained."""
        parameters = self.situation.derivation.network.parameters()
        return sum(prod(q.shape) for q in parameters if q.trained)

    @cached_property
    def left_out(self) -> LeftOut | None:
        """What is trained and not worked out; None where that is nothing, or where whole arrays are."""
        derivation = self.situation.derivation
        trained = {q.name: prod(q.shape) for q in derivation.network.parameters() if q.trained}
        chosen = {name: where for name, where in derivation.chosen.items() if name in trained}
        count = sum(trained.values()) - sum(map(len, chosen.values()))
        if not count or not chosen or self.in_arrays:
            return None
        if trained.keys() == chosen.keys() and all(len(where) == 1 for where in chosen.values()):
            if all(0 in where for where in chosen.values()):
                return LeftOut(count, True, ())
            if derivation.task.options.show is None:
                return LeftOut(count, True, (), learns=True)
        few = sum(map(len, chosen.values())) <= MOST_TOLD
        names = map(self.formulas.name, selected(self.situation)) if few else ()
        return LeftOut(count, False, tuple(names))

    @property
    def not_in_table(self) -> int:
        """How many trained parameters the table of updates leaves out."""
        return self.trained - len(self.update_table.rows)

    @property
    def value_table(self) -> Table:
        return value_table(self.formulas)

    @property
    def update_rule(self) -> Display:
        """The optimiser's rule in symbols, for one parameter or for one array of them."""
        return Display(rule_chains(self.formulas, self.update_example))

    @property
    def update_example(self) -> Node:
        """The name of the parameter, or of the array of them, that the rule is written for."""
        if self.in_matrices:
            return self.formulas.whole_name(self._first_updated[0])
        return self.formulas.name(self._first_updated)

    @property
    def _first_updated(self) -> Entry:
        """The first parameter of the table of updates."""
        parameters = self.situation.derivation.network.parameters()
        array = next(q.name for q in parameters if q.trained)
        return array, next(iter(self._in_order(array)))

    def _in_order(self, array: str) -> Iterable[tuple[int, ...]]:
        """The indices of an array as its elements are counted."""
        indices = np.ndindex(*self.situation.derivation.network.quantities[array].shape)
        if self.formulas.names.has_general_name(array):
            return indices
        return self.formulas.names.in_order(array, indices)

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
