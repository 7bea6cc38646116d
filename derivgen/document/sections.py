"""What a document says beside the gradients: the network, the passes, the update, the check.

Each function turns facts of a derivation into plain records of formulas; the styles decide which of
them are said, in which order and with which words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import prod
from typing import SupportsFloat

import numpy as np

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.instances import stage_entries, stage_size
from derivgen.document.arrays import turn_of, whole_value
from derivgen.document.blocks import Display
from derivgen.document.equations import Window, general_equation, windows
from derivgen.document.formulas import Formulas
from derivgen.document.grids import grid_node
from derivgen.document.remarks import Remark, forward_remarks
from derivgen.document.views.common import title_of
from derivgen.formula.tree import Chain, Node, RelationSign
from derivgen.network.model import Quantity, Role
from derivgen.notation import Entry

#: digits that two losses are given beyond the others, to tell them apart
MOST_EXTRA = 9

#: elements of one array that are given in a line of text
MOST_IN_LINE = 6

#: elements of one array whose evaluation is written out one by one
MOST_EVALUATIONS = 12


@dataclass(frozen=True)
class Given:
    """A quantity that is given: its role, its name, and its values (None: left symbolic).  ``named`` says
    what its elements are called, where that is not told by the name of the whole."""

    role: str
    title: str
    name: Node
    shape: tuple[int, ...]
    values: Chain | None
    named: Chain | None
    entries: tuple[Chain, ...]
    trained: bool

    @property
    def one_by_one(self) -> bool:
        """Whether few enough elements are there to be given in a line."""
        return 0 < len(self.entries) <= MOST_IN_LINE

    @property
    def display(self) -> Display | None:
        """The values on a line of their own."""
        return None if self.values is None else Display((self.values,))


def given(derivation: Derivation) -> tuple[Given, ...]:
    """Inputs, targets, constants and parameters, in order of declaration."""
    formulas = Formulas(derivation, derivation.first)
    found = []
    for quantity in derivation.network.quantities.values():
        if quantity.role in (Role.COMPUTED, Role.LOSS):
            continue
        found.append(
            Given(
                role=quantity.role.value,
                title=title_of(quantity.prose),
                name=formulas.names.whole(quantity.name),
                shape=quantity.shape,
                values=_values_chain(formulas, quantity),
                named=_named_chain(formulas, quantity),
                entries=_entry_chains(formulas, quantity),
                trained=quantity.trained,
            )
        )
    return tuple(found)


def _values_chain(formulas: Formulas, quantity: Quantity) -> Chain | None:
    """``W = [[...]]``, or ``x = [x_1, x_2] = [0.9, 0.2]``."""
    name = formulas.names.whole(quantity.name)
    if quantity.values is None:
        return None
    if prod(quantity.shape) == 1:
        entry = (quantity.name, (0,) * len(quantity.shape))
        return Chain(formulas.name(entry), (("=", formulas.number(entry)),))
    numbers = array_node(formulas, quantity.name, numbers=True)
    named = _named_chain(formulas, quantity)
    return Chain(name, (*(named.links if named is not None else ()), ("=", numbers)))


def _named_chain(formulas: Formulas, quantity: Quantity) -> Chain | None:
    """``W_2 = [w_5, w_6]``, where the elements have names that do not follow from that of the whole, or from their place:
    ``w_{21}`` in the first row and the second column."""
    naming = formulas.names.naming(quantity.name)
    turned = naming.order is not None and list(naming.order) != sorted(naming.order)
    if (naming.elements is None and not turned) or prod(quantity.shape) == 1:
        return None
    name = formulas.names.whole(quantity.name)
    return Chain(name, (("=", array_node(formulas, quantity.name, numbers=False)),))


def _entry_chains(formulas: Formulas, quantity: Quantity) -> tuple[Chain, ...]:
    """``x_1 = 0.9``, or ``x_1`` without a value, for each element of a small array."""
    if prod(quantity.shape) > MOST_EVALUATIONS:
        return ()
    indices = formulas.names.in_order(quantity.name, np.ndindex(*quantity.shape))
    entries = [(quantity.name, index) for index in indices]
    if quantity.values is None:
        return tuple(Chain(formulas.name(e), ()) for e in entries)
    return tuple(Chain(formulas.name(e), (("=", formulas.number(e)),)) for e in entries)


def array_node(formulas: Formulas, array: str, numbers: bool) -> Node:
    """A vector or matrix of an array's elements (names or numbers), its middle elided where it is
    large; further axes are flattened into rows."""
    quantity = formulas.derivation.network.quantities[array]

    def cell(index: tuple[int, ...]) -> Node:
        entry = (array, index)
        return formulas.number(entry) if numbers else formulas.name(entry)

    return grid_node(quantity.shape, cell)


# --- passes ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class ForwardStage:
    """The computation of one array: its equation, and each element with its numbers.

    ``sources`` are what it is computed from, ``turn`` is the turn of a recurrence (``t = 2``), ``values``
    are those of the whole array where not all elements are worked out.
    """

    title: str
    name: Node
    array: str
    is_loss: bool
    general: Display | None
    evaluations: tuple[Display, ...]
    key: str
    shown: int
    left_out: int
    remarks: tuple[Remark, ...]
    sources: tuple[Node, ...]
    turn: Node | None
    values: Display | None
    #: the first time that the equation is met
    new: bool
    #: how far the letters of a maximum go, where they stand in the general equation
    windows: tuple[Window, ...]


def forward_stages(formulas: Formulas, most: int = MOST_EVALUATIONS) -> Iterator[ForwardStage]:
    """The forward pass, stage by stage; after an update, only what it has changed."""
    network = formulas.derivation.network
    said: set[int] = set()
    for stage in network.schedule:
        array = network.equations[stage.equation].target.array
        if formulas.after and not formulas.is_changed(array):
            continue
        quantity = network.quantities[array]
        entries = stage_entries(network, stage)
        total = stage_size(network, stage)
        shown = list(islice(entries, most if total > most else total))
        shown = shown[:3] if total > most else shown
        new = stage.equation not in said
        general = general_equation(formulas, stage) if new else None
        sources = dict.fromkeys(r.array for r in network.equations[stage.equation].refs.values())
        said.add(stage.equation)
        yield ForwardStage(
            title=title_of(quantity.prose),
            name=_called(formulas, array),
            array=array,
            is_loss=array == network.loss,
            general=None if general is None or total == 1 else Display((general,)),
            evaluations=tuple(Display((formulas.evaluation(e),)) for e in shown),
            key="/".join([array, *(f"{name}={at}" for name, at in stage.pinned)]),
            shown=len(shown),
            left_out=total - len(shown),
            remarks=tuple(forward_remarks(formulas, shown)),
            sources=tuple(_called(formulas, source) for source in sources),
            turn=turn_of(formulas, stage),
            values=whole_value(formulas, array) if total > len(shown) else None,
            new=new,
            windows=windows(formulas, stage) if general and not formulas.after else (),
        )


def _called(formulas: Formulas, array: str) -> Node:
    """What a sentence calls an array."""
    shape = formulas.derivation.network.quantities[array].shape
    if prod(shape) == 1:
        return formulas.name((array, (0,) * len(shape)))
    return formulas.whole_name(array)


def unchanged(formulas: Formulas) -> tuple[Node, ...]:
    """What is computed, and from nothing that an update has changed."""
    computed = dict.fromkeys(e.target.array for e in formulas.derivation.network.equations)
    return tuple(_called(formulas, a) for a in computed if not formulas.is_changed(a))


# --- updates --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """What one training step did to the loss."""

    before: Chain
    after: Chain
    fell: bool
    same: bool


def progress(before: Formulas, after: Formulas) -> Progress:
    """The loss before and after an update."""
    loss = (before.derivation.network.loss, ())
    old, new = before.passed.value(loss), after.passed.value(loss)
    extra = 0
    if not before.passed.carried:  # as many digits as it takes to tell them apart
        extra = next((n for n in range(MOST_EXTRA) if _differ(before, after, loss, n)), 0)
    return Progress(
        before=Chain(before.name(loss), ((_sign(before, old), before.number(loss, extra)),)),
        after=Chain(after.name(loss), ((_sign(after, new), after.number(loss, extra)),)),
        fell=bool(new < old),
        same=not _differ(before, after, loss, extra),
    )


def _differ(before: Formulas, after: Formulas, loss: Entry, extra: int) -> bool:
    return before.text(loss, extra) != after.text(loss, extra)


def _sign(formulas: Formulas, value: SupportsFloat) -> RelationSign:
    return "=" if formulas.passed.carried or formulas.rounder.is_exact(value) else "approx"
