"""The ``closed-form`` view: a gradient expanded down to parameters, inputs and targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import sympy

from derivgen.derivation.graph import entry_symbol
from derivgen.derivation.instances import instance
from derivgen.document.blocks import Display
from derivgen.document.formulas import Formulas
from derivgen.document.situation import Situation
from derivgen.document.views.common import selected
from derivgen.formula.build import number
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.tree import Chain, Node, RelationSign
from derivgen.notation import Entry

#: operations beyond which a closed form is not printed: nobody reads three pages of one formula
MOST_OPERATIONS = 400


@dataclass(frozen=True)
class Section:
    """One parameter's closed form; ``display`` is None where it is too long to print."""

    name: Node
    prose: str
    display: Display | None
    operations: int


def sections(situation: Situation) -> Iterator[Section]:
    """The selected parameters in turn."""
    formulas = situation.formulas
    for entry in selected(situation):
        operations = _size(situation, entry)
        display = None
        if operations <= MOST_OPERATIONS:
            display = Display((_chain(situation, entry),))
        quantity = situation.derivation.network.quantities[entry[0]]
        yield Section(formulas.name(entry), quantity.prose, display, operations)


def _size(situation: Situation, entry: Entry) -> int:
    """About how many operations the closed form has, counted without expanding anything.

    Counting stops at the first number over :data:`MOST_OPERATIONS`.
    """
    graph = situation.passed.full_graph
    if graph.count(entry) > MOST_OPERATIONS:
        return graph.count(entry)
    known: dict[Entry, int] = {}
    total = 0
    for path in graph.paths(entry, MOST_OPERATIONS):
        for target, source in pairwise(path):
            partial = graph.partial(target, source)
            total += 1 + int(sympy.count_ops(partial.expression))
            for read in partial.entries.values():
                _count_down(situation, read, known)
                total += known[read]
            if total > MOST_OPERATIONS:
                return total
    return total


def _count_down(situation: Situation, entry: Entry, known: dict[Entry, int]) -> None:
    """Puts the operations of an element's definition, down to what is given, into ``known``."""
    # no recursion: a recurrence over many steps is deeper than Python's stack
    waiting = [entry]
    while waiting:
        own = instance(situation.derivation.network, waiting[-1])
        parts = () if own is None else own.summands
        missing = [e for part in parts for e in part.entries.values() if e not in known]
        if missing:
            waiting += missing
            continue
        known[waiting.pop()] = sum(
            1 + int(sympy.count_ops(part.expression)) + sum(known[e] for e in part.entries.values())
            for part in parts
        )


def _chain(situation: Situation, entry: Entry) -> Chain:
    formulas: Formulas = situation.formulas
    expression = situation.derivation.closed_form(entry)
    given = {
        symbol: formulas.name(read) for symbol, read in given_entries(situation, expression).items()
    }
    closed = from_sympy(expression, given, formulas.functions, "none")
    chain = Chain(formulas.gradient_token(entry), (("=", closed),))
    if situation.passed.symbolic:
        return chain
    gradient = situation.passed.gradient(entry, situation.derivation.route)
    sign: RelationSign = "=" if formulas.rounder.is_exact(gradient) else "approx"
    return Chain(chain.left, (*chain.links, (sign, number(formulas.rounder.text(gradient)))))


def given_entries(situation: Situation, expression: sympy.Expr) -> dict[sympy.Symbol, Entry]:
    """The given elements that stand in an expression, in order of declaration."""
    found = {}
    for quantity in situation.derivation.network.quantities.values():
        for index in np.ndindex(*quantity.shape):
            symbol = entry_symbol((quantity.name, index))
            if symbol in expression.free_symbols:
                found[symbol] = (quantity.name, index)
    return found
