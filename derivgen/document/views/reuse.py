"""The ``reuse`` view: work backwards, compute each derivative once, and refer to it ever after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import NamedTuple

import numpy as np

from derivgen.derivation.graph import LocalPartial
from derivgen.derivation.instances import stage_entries
from derivgen.derivation.long_sums import before_dots, told
from derivgen.derivation.selection import plain
from derivgen.document.arrays import turn_of
from derivgen.document.blocks import Display, Family
from derivgen.document.bulk import MOST_ITEMS, families
from derivgen.document.situation import Situation
from derivgen.document.views.common import (
    Factor,
    Seen,
    gradient_values,
    indices_at,
    is_zero,
    leading_arrays,
    reader_arrays,
    selected,
    selection,
    stays,
    title_of,
    update_of,
)
from derivgen.document.worked import as_float, extended
from derivgen.formula.build import Operator, add, follow, multiply, number
from derivgen.formula.tree import Chain, Dots, Node
from derivgen.network.model import Stage
from derivgen.notation import Entry

VIEW = "reuse"


@dataclass(frozen=True)
class Item:
    """One derivative of the loss: by an intermediate element or by a parameter.

    ``uses`` are the labels of the displays whose results it takes over.
    """

    name: Node
    token: Node
    label: str
    uses: tuple[str, ...]
    factors: tuple[Factor, ...]
    display: Display
    #: makes the display with the local partials in names between their symbols and their numbers, for
    #: a document that does not derive them one by one
    explain: Callable[[], Display]
    zero: bool
    #: a parameter of gradient 0 that the step leaves as it is
    stays: bool
    update: Display | None
    #: the update leaves next to nothing, and has more digits for that
    cancels: bool
    #: True where no item like this one stood before: of this array, from the same arrays, 0 or not
    new: bool

    @property
    def explained(self) -> Display:
        """The display with each local partial worked out in names on the way."""
        return self.explain()


@dataclass(frozen=True)
class Section:
    """Items of one array: one step further back.

    Of an array that was computed in turns, one turn; ``turn`` says which (``t = 3``).  ``values`` are the
    derivatives by the whole array, with its last section, where there are several items (None: no
    numbers, or very many).
    """

    array: Node
    title: str
    turn: Node | None
    parameter: bool
    items: tuple[Item, ...]
    #: where there are very many elements: makes their families, in reading order
    families: Callable[[], Iterable[Family]]
    values: Display | None


def sections(situation: Situation) -> Iterator[Section]:
    """The arrays from the loss backwards, each with the elements that somebody needs."""
    wanted = selection(situation)
    needed = _needed(situation, wanted)
    seen = Seen(situation.mark(VIEW))
    network = situation.derivation.network
    portions = [p for p in _portions(situation, needed) if p.flat.size]
    last = {portion.array: place for place, portion in enumerate(portions)}
    for place, (array, stage, flat) in enumerate(portions):
        quantity = network.quantities[array]
        many = is_bulk(situation, array, len(flat))
        indices = [] if many else indices_at(flat, quantity.shape)
        entries = [(array, index) for index in situation.formulas.names.in_order(array, indices)]
        complete = last[array] == place and len(needed[array]) > 1 and not many
        yield Section(
            array=situation.formulas.names.whole(array),
            title=title_of(quantity.prose),
            turn=None if stage is None else turn_of(situation.formulas, stage),
            parameter=array in wanted,
            items=tuple(_item(situation, entry, seen) for entry in entries),
            families=partial(families, situation, array, flat) if many else tuple,
            values=gradient_values(situation, array) if complete else None,
        )


class Portion(NamedTuple):
    """The elements of one array that are taken together; ``stage`` computed them, where the array has
    several."""

    array: str
    stage: Stage | None
    flat: np.ndarray


def _portions(situation: Situation, needed: dict[str, np.ndarray]) -> Iterator[Portion]:
    """Needed elements in an order in which every derivative stands behind those that it is made of:
    stage by stage from the loss backwards, what is given behind all that reads it."""
    network = situation.derivation.network
    schedule = network.schedule
    arrays = [network.equations[stage.equation].target.array for stage in schedule]
    first_reader: dict[str, int] = {}
    for place, stage in enumerate(schedule):
        for link in situation.passed.links[stage.equation]:
            first_reader.setdefault(link.source.array, place)
    given = [name for name in network.quantities if name not in arrays and name in needed]
    for place in range(len(schedule) - 1, -1, -1):
        array = arrays[place]
        if array in needed:
            if arrays.count(array) == 1:
                yield Portion(array, None, needed[array])
            else:
                shape = network.quantities[array].shape
                mine = [
                    np.ravel_multi_index(index, shape)
                    for _, index in stage_entries(network, schedule[place])
                ]
                yield Portion(array, schedule[place], np.intersect1d(needed[array], mine))
        for name in given:
            if first_reader.get(name) == place:
                yield Portion(name, None, needed[name])
    for name in given:
        if name not in first_reader:
            yield Portion(name, None, needed[name])


def is_bulk(situation: Situation, array: str, count: int) -> bool:
    """True where an array's elements are too many to say something about each."""
    named = situation.formulas.names.has_general_name(array)
    return count > MOST_ITEMS and named and not situation.passed.symbolic


def _needed(situation: Situation, wanted: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The wanted elements and everything between them and the loss.

    With very many wanted, that is every element of every array on the way.
    """
    network = situation.derivation.network
    if any(is_bulk(situation, array, len(flat)) for array, flat in wanted.items()):
        between = set(wanted)
        waiting = list(wanted)
        leading = leading_arrays(situation) - {network.loss}
        while waiting:
            new = (reader_arrays(situation, waiting.pop()) & leading) - between
            between |= new
            waiting.extend(new)
        rest = {a: np.arange(prod(network.quantities[a].shape)) for a in between - set(wanted)}
        return {**wanted, **rest}
    graph = situation.passed.graph
    found: dict[str, set[int]] = {}
    waiting_entries = list(selected(situation))
    while waiting_entries:
        array, index = waiting_entries.pop()
        shape = network.quantities[array].shape
        flat = int(np.ravel_multi_index(index, shape)) if shape else 0
        if array == network.loss or flat in found.setdefault(array, set()):
            continue
        found[array].add(flat)
        waiting_entries.extend(r for r in graph.readers((array, index)) if graph.count(r))
    return {array: np.array(sorted(flat)) for array, flat in found.items() if flat}


def _item(situation: Situation, entry: Entry, seen: Seen) -> Item:
    passed = situation.passed
    formulas = situation.formulas
    readers = tuple(r for r in passed.graph.readers(entry) if passed.graph.count(r))
    partials = [passed.partial(r, entry) for r in readers]
    factors = [seen.factor(situation, partial) for partial in partials]
    seen.labels.add(f"{seen.view}:{plain(entry)}")
    update, cancelled = update_of(situation, entry)
    zero = not passed.symbolic and is_zero(passed.gradient(entry, "reuse"))
    return Item(
        name=formulas.name(entry),
        token=formulas.gradient_token(entry),
        label=f"{seen.view}:{plain(entry)}",
        uses=tuple(
            f"{seen.view}:{plain(r)}" for r in readers if f"{seen.view}:{plain(r)}" in seen.labels
        ),
        factors=tuple(factors),
        display=Display((_chain(situation, entry, partials),)),
        explain=lambda: Display((_chain(situation, entry, partials, named=True),)),
        zero=zero,
        stays=stays(situation, entry),
        update=update,
        cancels=cancelled,
        new=seen.is_new(entry[0], tuple(sorted({r[0] for r in readers})), zero),
    )


def _told(situation: Situation, partials: list[LocalPartial]) -> list[int]:
    """Which terms of a long sum are written: of numbers, such as are more than 0."""
    passed = situation.passed
    loss = situation.derivation.network.loss

    def carries(place: int) -> bool:
        target = partials[place].target
        arriving = 1.0 if target[0] == loss else passed.gradient(target, "reuse")
        return not is_zero(arriving) and not is_zero(passed.partial_value(partials[place]))

    before = before_dots(situation.derivation.task.options.long_sum)
    return told(len(partials), before, (lambda _: True) if passed.symbolic else carries)


def _chain(
    situation: Situation, entry: Entry, partials: list[LocalPartial], named: bool = False
) -> Chain:
    """``dL/dw = dL/dz * dz/dw = 0.13 * 0.29 = 0.038``: over every reader, then added up.

    ``named`` puts ``dL/dz * x`` between the symbols and the numbers."""
    formulas = situation.formulas
    passed = situation.passed
    options = situation.derivation.task.options
    loss = situation.derivation.network.loss
    token = formulas.gradient_token(entry)
    if not partials:
        return Chain(token, (("=", number("0")),))
    if len(partials) == 1 and partials[0].target[0] == loss:
        return formulas.partial_chain(partials[0])
    long = len(partials) > options.long_sum
    places = _told(situation, partials) if long else list(range(len(partials)))
    shown = [partials[place] for place in places]

    def elided(terms: list[Node]) -> Node:
        parts: list[Node] = []
        for before, place, term in zip([-1, *places], places, terms, strict=False):
            parts += [Dots("center"), term] if place > before + 1 else [term]
        return add(*parts)

    def ordered(factors: list[Node], operator: Operator) -> Node:
        parts = factors if options.factor_order == "loss-first" else factors[::-1]
        return multiply(parts, operator)

    def in_names(factor: Callable[[LocalPartial], Node]) -> Node:
        return elided(
            [
                ordered(
                    [
                        *([formulas.gradient_token(p.target)] if p.target[0] != loss else []),
                        factor(p),
                    ],
                    options.product,
                )
                for p in shown
            ]
        )

    symbols = in_names(lambda p: formulas.token(p.target, entry))
    chain = Chain(token, (("=", symbols),))
    if passed.symbolic:
        return follow(chain, "=", in_names(formulas.factor))
    # a 0 or a 1 is told by the numbers as well, and which element is largest is told by no name
    if named and not all(p.expression.is_Integer for p in shown):
        chain = follow(chain, "=", in_names(formulas.named_factor))

    def texts(partial: LocalPartial, extra: int) -> list[str]:
        own = formulas.partial_text(partial, extra)
        if partial.target[0] == loss:
            return [own]
        arriving = formulas.rounder.text(passed.gradient(partial.target, "reuse"), extra)
        return [arriving, own]

    dot = "dot" if options.product == "none" else options.product

    def substituted(extra: int) -> Node:
        return elided([ordered([number(t) for t in texts(p, extra)], dot) for p in shown])

    def value(extra: int) -> float:
        return sum(float(np.prod([as_float(t) for t in texts(p, extra)])) for p in partials)

    result = formulas.rounder.text(passed.gradient(entry, "reuse"))
    return extended(chain, formulas.worked(substituted, value, result, check=not long))
