"""The ``reuse`` view: work backwards, compute each derivative once, and refer to it ever after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np

from derivgen.derivation.graph import LocalPartial
from derivgen.document.blocks import Display, Family
from derivgen.document.bulk import MOST_ITEMS, families
from derivgen.document.formulas import as_float, extended
from derivgen.document.situation import Situation
from derivgen.document.updates import update_chains
from derivgen.document.views.common import (
    Factor,
    Seen,
    indices_at,
    is_zero,
    plain,
    selected,
    selection,
    title_of,
)
from derivgen.formula.build import Operator, add, multiply, number
from derivgen.formula.tree import Chain, Dots, Node
from derivgen.notation import Entry

VIEW = "reuse"


@dataclass(frozen=True, slots=True)
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
    zero: bool
    update: Display | None


@dataclass(frozen=True, slots=True)
class Section:
    """All items of one array: one step further back."""

    array: Node
    title: str
    parameter: bool
    items: tuple[Item, ...]
    #: where there are very many elements: makes their families, in reading order
    families: Callable[[], Iterable[Family]]
    left_out: int


def sections(situation: Situation) -> Iterator[Section]:
    """The arrays from the loss backwards, each with the elements that somebody needs."""
    wanted = selection(situation)
    needed = _needed(situation, wanted)
    seen = Seen(VIEW)
    network = situation.derivation.network
    for array in backwards(situation):
        flat = needed.get(array)
        if flat is None:
            continue
        quantity = network.quantities[array]
        many = is_bulk(situation, array, len(flat))
        entries = [] if many else [(array, index) for index in indices_at(flat, quantity.shape)]
        yield Section(
            array=situation.formulas.names.whole(array),
            title=title_of(quantity.prose, quantity.name),
            parameter=array in wanted,
            items=tuple(_item(situation, entry, seen) for entry in entries),
            families=partial(families, situation, array, flat) if many else tuple,
            left_out=prod(quantity.shape) - len(flat),
        )


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
        while waiting:
            new = _reader_arrays(situation, waiting.pop()) - between - {network.loss}
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


def backwards(situation: Situation) -> list[str]:
    """Arrays in the order in which their derivatives can be taken: readers before the read."""
    network = situation.derivation.network
    computed = [network.equations[s.equation].target.array for s in reversed(network.schedule)]
    order: list[str] = []
    given = [q.name for q in network.quantities.values() if q.name not in computed]
    for array in dict.fromkeys(computed):
        order.append(array)
        order.extend(
            name
            for name in given
            if name not in order and all(t in order for t in _reader_arrays(situation, name))
        )
    order.extend(name for name in given if name not in order)
    return order


def _reader_arrays(situation: Situation, array: str) -> set[str]:
    links = situation.passed.links
    return {k.target.array for row in links for k in row if k.source.array == array}


def _item(situation: Situation, entry: Entry, seen: Seen) -> Item:
    passed = situation.passed
    formulas = situation.formulas
    readers = tuple(r for r in passed.graph.readers(entry) if passed.graph.count(r))
    partials = [passed.partial(r, entry) for r in readers]
    factors = [seen.factor(situation, partial) for partial in partials]
    seen.labels.add(f"{VIEW}:{plain(entry)}")
    quantity = situation.derivation.network.quantities[entry[0]]
    update = None
    if situation.change is not None and quantity.trained and not passed.symbolic:
        update = Display(update_chains(formulas, situation.change, entry))
    return Item(
        name=formulas.name(entry),
        token=formulas.gradient_token(entry),
        label=f"{VIEW}:{plain(entry)}",
        uses=tuple(f"{VIEW}:{plain(r)}" for r in readers if f"{VIEW}:{plain(r)}" in seen.labels),
        factors=tuple(factors),
        display=Display((_chain(situation, entry, partials),)),
        zero=not passed.symbolic and is_zero(passed.gradient(entry, "reuse")),
        update=update,
    )


def _chain(situation: Situation, entry: Entry, partials: list[LocalPartial]) -> Chain:
    """``dL/dw = dL/dz * dz/dw = 0.13 * 0.29 = 0.038``: over every reader, then added up."""
    formulas = situation.formulas
    passed = situation.passed
    options = situation.derivation.task.options
    loss = situation.derivation.network.loss
    token = formulas.gradient_token(entry)
    if not partials:
        return Chain(token, (("=", number("0")),))
    if len(partials) == 1 and partials[0].target[0] == loss:
        return formulas.partial_chain(partials[0])
    shown = partials
    long = len(partials) > options.long_sum
    if long:
        shown = [*partials[: options.long_sum - 2], partials[-1]]

    def elided(terms: list[Node]) -> Node:
        return add(*terms[:-1], Dots("center"), terms[-1]) if long else add(*terms)

    def ordered(factors: list[Node], operator: Operator) -> Node:
        parts = factors if options.factor_order == "loss-first" else factors[::-1]
        return multiply(parts, operator)

    symbols = elided(
        [
            ordered(
                [
                    *([formulas.gradient_token(p.target)] if p.target[0] != loss else []),
                    formulas.token(p.target, entry),
                ],
                options.product,
            )
            for p in shown
        ]
    )
    chain = Chain(token, (("=", symbols),))
    if passed.symbolic:
        values = elided(
            [
                ordered(
                    [
                        *([formulas.gradient_token(p.target)] if p.target[0] != loss else []),
                        formulas.symbolic(p.expression, p.entries),
                    ],
                    options.product,
                )
                for p in shown
            ]
        )
        return Chain(token, (*chain.links, ("=", values)))

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
