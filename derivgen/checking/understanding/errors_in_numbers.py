"""Errors of which only numbers are given: ``e_1 = 0.1`` and ``e_2 = -0.2`` where these are ``p_1 - y_1`` and ``p_2 - y_2``.

What a letter is that nothing else is computed from is told by its numbers, where they have enough digits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Printed, printed_number
from derivgen.checking.evaluating.values import NoValue, Real, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t

#: decimals of a number that is right by no accident, and units of its last place that it may be off
FEWEST_DECIMALS, NEAR = 3, 1
#: how many errors of one letter there are at least, and at most, and how many letters they may be of
FEWEST, MOST, MOST_LETTERS = 2, 60, 12

_Place = tuple[str, ...]
#: the keys of a letter, by the numbers above and below
_Cells = dict[_Place, str]


def with_errors(model: DocumentModel, budget: Budget) -> DocumentModel:
    """The model in which numbers are the differences of a result and its target that they are printed as; one of
    several may be wrong."""
    if model.loss is None:
        return model
    above = Ancestry(model).upstream(model.loss)
    silent = _by_letter(k for k in model.values if k not in above and _number(model, k))
    computed = _by_letter(key for key in model.definitions if key in above)
    given = _by_letter(key for key in model.values if key in above - model.definitions.keys())
    world = World(model, budget=budget)
    made: dict[str, t.Node] = {}
    for letter, cells in silent.items():
        if letter not in computed and FEWEST <= len(cells) <= MOST:
            numbers = {at: _number(model, key) for at, key in cells.items()}
            made |= _differences(world, cells, numbers, computed, given)
    return replace(model, definitions={**model.definitions, **made}) if made else model


def _differences(
    world: World,
    cells: _Cells,
    numbers: Mapping[_Place, Printed | None],
    computed: Mapping[str, _Cells],
    given: Mapping[str, _Cells],
) -> dict[str, t.Node]:
    pairs = product(list(computed.values())[:MOST_LETTERS], list(given.values())[:MOST_LETTERS])
    for results, targets in pairs:
        if not cells.keys() <= results.keys() & targets.keys():
            continue
        off = {at: _off(world, results[at], targets[at]) for at in cells}
        for turned in (False, True):
            right = [at for at in cells if _is_near(numbers[at], off[at], turned)]
            if len(right) >= max(FEWEST, len(cells) - 1):
                return {
                    key: _difference(results[at], targets[at], turned) for at, key in cells.items()
                }
    return {}


def _difference(result: str, target: str, turned: bool) -> t.Node:
    names = t.Name(result, written=result), t.Name(target, written=target)
    first, last = names[::-1] if turned else names
    return t.Sum(((False, first), (True, last)))


def _off(world: World, result: str, target: str) -> Real | None:
    world.budget.begin()
    try:
        return scalar(world.evaluate(_difference(result, target, turned=False)))
    except (NoValue, OutOfWork):
        return None


def _is_near(number: Printed | None, value: Real | None, turned: bool) -> bool:
    if number is None or value is None:
        return False
    return bool(abs(number.value - (-value if turned else value)) <= NEAR * number.unit)


def _number(model: DocumentModel, key: str) -> Printed | None:
    """The number that is all that is known of something, where it tells."""
    node = model.values.get(key)
    number = None if node is None or key in model.definitions else printed_number(node)
    return number if number is not None and number.decimals >= FEWEST_DECIMALS else None


def _by_letter(keys: Iterator[str]) -> dict[str, _Cells]:
    """Keys by what they are without their numbers, and by these."""
    found: dict[str, _Cells] = defaultdict(dict)
    for key in keys:
        base, pieces = ix.split(ix.without_above(key))
        place = tuple(p for p in (ix.above(key), *pieces) if p.isdigit())
        if place:
            found["_".join((base, *(p for p in pieces if not p.isdigit())))][place] = key
    return found
