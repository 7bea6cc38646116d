"""One element's own equation: the index equation at given values of its free indices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, islice, pairwise
from math import prod

import numpy as np
import sympy

from derivgen.derivation.graph import entry_at, entry_symbol
from derivgen.derivation.long_sums import before_dots, told
from derivgen.network.model import Equation, Index, Largest, Network, Ref, Softmax, Stage, Terms
from derivgen.notation import Entry

#: of a longer sum with padding, the summands that meet it are not told from the others
MOST_PADDED = 10_000
#: of a longer sum, those that are not 0 are not looked for
_MOST_LOOKED_AT = 1000


@dataclass(frozen=True)
class TermInstance:
    """One summand of an element's equation: an expression over the symbols of single elements.

    ``group`` numbers the term of the equation that it comes from, so that the summands of one
    sum sign can be told from the rest; ``coefficient`` stands before that whole sum.  Before one that is
    ``behind_gap``, others are left out.
    """

    expression: sympy.Expr
    entries: Mapping[sympy.Symbol, Entry]
    group: int
    coefficient: sympy.Rational
    behind_gap: bool = False


@dataclass(frozen=True)
class Instance:
    """An element's equation written out."""

    target: Entry
    equation: Equation
    at: Mapping[str, int]
    summands: tuple[TermInstance, ...]
    #: groups of which not all summands are there
    elided: frozenset[int] = frozenset()
    #: for a softmax: its argument at the element's own index
    own: TermInstance | None = None


def stage_of(network: Network, entry: Entry) -> tuple[Stage, Mapping[str, int]] | None:
    """The stage that computes an element, and its free indices there; None for what is given."""
    for stage in network.schedule:
        equation = network.equations[stage.equation]
        if equation.target.array != entry[0]:
            continue
        at = _solve(equation, stage, entry[1])
        if at is not None:
            return stage, at
    return None


def _solve(equation: Equation, stage: Stage, index: tuple[int, ...]) -> Mapping[str, int] | None:
    """Values of the free indices for which the target is this element."""
    at: dict[str, int] = dict(stage.pinned)
    for expression, value in zip(equation.target.indices, index, strict=True):
        name = expression.plain
        if name is None and not expression.factors:
            if expression.constant != value:
                return None
        elif len(expression.factors) == 1:
            ((name, factor),) = expression.factors
            found, rest = divmod(value - expression.constant, factor)
            if rest or at.get(name, found) != found:
                return None
            at[name] = found
    for free in equation.free:
        if not free.start <= at.get(free.name, free.start - 1) < free.stop:
            return None
    return at


def instance(network: Network, entry: Entry, most: int | None = None) -> Instance | None:
    """An element's equation with its sums written out; None for an element that is given.

    A maximum or a softmax has the elements that it looks at as its summands.  Of a sum with more
    than ``most`` summands only the first ones and the last are made.
    """
    place = stage_of(network, entry)
    if place is None:
        return None
    stage, at = place
    equation = network.equations[stage.equation]
    one = sympy.S.One
    own: TermInstance | None = None
    match equation.body:
        case Terms(terms):
            sums = [(t.expression, t.bound, t.coefficient) for t in terms]
        case Largest(ref=ref, bound=bound):
            sums = [(ref, bound, one)]
        case Softmax(ref=ref, over=over, along=along):
            sums = [(ref, (over,), one)]
            own = _read(network, equation, ref, {**at, over.name: at[along]}, 0, one)
    elided: set[int] = set()
    summands: list[TermInstance] = []
    for group, (expression, bound, coefficient) in enumerate(sums):
        places: Iterable[dict[str, int]] = _some(bound, most)
        shortened = most is not None and _size(bound) > most
        padding = _vanishing(network, equation, expression)
        if padding and _size(bound) <= MOST_PADDED:
            places, shortened = _inside(network, padding, at, bound, most)
        summands += [
            _read(network, equation, expression, {**at, **here}, group, coefficient)
            for here in places
        ]
        if shortened:
            elided.add(group)
            summands[-1] = replace(summands[-1], behind_gap=True)
    return Instance(entry, equation, at, tuple(summands), frozenset(elided), own)


def telling(network: Network, own: Instance, value: Callable[[TermInstance], float]) -> Instance:
    """The same, where next to nothing that is shown of a shortened sum is more than 0, with summands that are."""

    def pick(shown: list[TermInstance], whole: _Whole) -> list[TermInstance]:
        if sum(map(bool, map(value, shown))) > 1:
            return shown
        every = whole()
        places = told(len(every), len(shown) - 1, lambda at: bool(value(every[at])))
        gaps = (at > before + 1 for before, at in pairwise([-1, *places]))
        return [replace(every[at], behind_gap=gap) for at, gap in zip(places, gaps, strict=True)]

    return _shown_otherwise(network, own, pick)


def counted(
    network: Network,
    own: Instance,
    in_order: Callable[[str, Iterable[tuple[int, ...]]], list[tuple[int, ...]]],
) -> Instance:
    """The same, where a shortened sum goes through the elements of one array, in the order in which these are counted
    (``in_order``): the names that are shown tell those between the dots."""

    def pick(shown: list[TermInstance], whole: _Whole) -> list[TermInstance]:
        if any(len(one.entries) != 1 for one in shown):
            return shown
        every = whole()
        by_entry = {entry: one for one in every for entry in one.entries.values()}
        if len(by_entry) < len(every) or len({array for array, _ in by_entry}) != 1:
            return shown
        (array, _), *_ = by_entry
        order = [by_entry[array, index] for index in in_order(array, (at for _, at in by_entry))]
        return [*order[: len(shown) - 1], replace(order[-1], behind_gap=True)]

    return _shown_otherwise(network, own, pick)


#: all summands of a sum, made where they are asked for
_Whole = Callable[[], list[TermInstance]]


def _shown_otherwise(
    network: Network,
    own: Instance,
    pick: Callable[[list[TermInstance], _Whole], list[TermInstance]],
) -> Instance:
    """The same with those summands of each shortened sum that ``pick`` chooses, by what is shown and all that there
    are; sums with very many are left as they are."""
    if not own.elided or not isinstance(own.equation.body, Terms):
        return own
    whole: list[TermInstance] = []

    def every(group: int) -> list[TermInstance]:
        if not whole:
            made = instance(network, own.target)
            whole.extend(() if made is None else made.summands)
        return [one for one in whole if one.group == group]

    summands: list[TermInstance] = []
    for group, members in groupby(own.summands, lambda one: one.group):
        shown = list(members)
        size = _size(own.equation.body.terms[group].bound)
        if group in own.elided and size <= _MOST_LOOKED_AT:
            shown = pick(shown, partial(every, group))
        summands += shown
    return replace(own, summands=tuple(summands))


def _size(indices: tuple[Index, ...]) -> int:
    return prod(i.size for i in indices)


def _vanishing(network: Network, equation: Equation, expression: sympy.Expr) -> tuple[Ref, ...]:
    """The readings of a summand that is nothing where they meet a padding of zeros."""
    if not isinstance(equation.body, Terms):
        return ()
    return tuple(
        ref
        for symbol, ref in equation.refs.items()
        if network.quantities[ref.array].outside == 0
        and symbol in expression.free_symbols
        and expression.xreplace({symbol: sympy.S.Zero}) == 0
    )


def _inside(
    network: Network,
    padding: tuple[Ref, ...],
    at: Mapping[str, int],
    bound: tuple[Index, ...],
    most: int | None,
) -> tuple[list[dict[str, int]], bool]:
    """The values of some indices at which no reading meets the padding (one, if all do), and whether
    only the first ones and the last of them are there."""
    every = list(assignments(bound))
    found = [
        here
        for here in every
        if all(_is_inside(network, ref, entry_at(ref, {**at, **here})) for ref in padding)
    ] or every[:1]
    if most is None or len(found) <= most:
        return found, False
    return [*found[: before_dots(most)], found[-1]], True


def _some(indices: tuple[Index, ...], most: int | None) -> Iterator[dict[str, int]]:
    """All values of some indices, or of more than ``most`` the first ones and the last."""
    if most is None or _size(indices) <= most:
        yield from assignments(indices)
        return
    yield from islice(assignments(indices), before_dots(most))
    yield {i.name: i.stop - 1 for i in indices}


def assignments(indices: tuple[Index, ...]) -> Iterator[dict[str, int]]:
    """All values of some indices, in reading order."""
    for offsets in np.ndindex(*(i.size for i in indices)):
        yield {i.name: i.start + o for i, o in zip(indices, offsets, strict=True)}


def _read(
    network: Network,
    equation: Equation,
    expression: sympy.Expr,
    at: Mapping[str, int],
    group: int,
    coefficient: sympy.Rational,
) -> TermInstance:
    entries: dict[sympy.Symbol, Entry] = {}
    replaced: dict[sympy.Symbol, sympy.Expr] = {}
    used = expression.free_symbols
    for symbol, ref in equation.refs.items():
        if symbol in used:
            entry = entry_at(ref, at)
            if _is_inside(network, ref, entry):
                named = replaced[symbol] = entry_symbol(entry)
                entries[named] = entry
            else:
                outside = network.quantities[ref.array].outside
                replaced[symbol] = sympy.nsimplify(0 if outside is None else outside)
    return TermInstance(expression.xreplace(replaced), entries, group, coefficient)


def _is_inside(network: Network, ref: Ref, entry: Entry) -> bool:
    shape = network.quantities[ref.array].shape
    return all(0 <= i < n for i, n in zip(entry[1], shape, strict=True))


def definition(network: Network, entry: Entry) -> sympy.Expr:
    """An element as an expression in given elements only, functions of the table kept."""
    return _definition(network, entry, {})


def _definition(network: Network, entry: Entry, known: dict[Entry, sympy.Expr]) -> sympy.Expr:
    if entry in known:
        return known[entry]
    own = instance(network, entry)
    if own is None:
        known[entry] = entry_symbol(entry)
        return known[entry]
    parts = [
        part.expression.xreplace(
            {s: _definition(network, e, known) for s, e in part.entries.items()}
        )
        for part in own.summands
    ]
    match own.equation.body:
        case Terms():
            value = sympy.Add(
                *(p.coefficient * x for p, x in zip(own.summands, parts, strict=True))
            )
        case Largest():
            value = sympy.Max(*parts)
        case Softmax(over=over, along=along, log=log):
            mine = parts[own.at[along] - over.start]
            total = sympy.Add(*(sympy.exp(p) for p in parts))
            value = mine - sympy.log(total) if log else sympy.exp(mine) / total
    known[entry] = value
    return value


def stage_entries(network: Network, stage: Stage) -> Iterator[Entry]:
    """The elements that a stage computes, in reading order."""
    equation = network.equations[stage.equation]
    pinned = dict(stage.pinned)
    free = tuple(i for i in equation.free if i.name not in pinned)
    for at in assignments(free):
        yield entry_at(equation.target, {**pinned, **at})


def stage_size(network: Network, stage: Stage) -> int:
    """How many elements a stage computes."""
    pinned = dict(stage.pinned)
    equation = network.equations[stage.equation]
    return prod(i.size for i in equation.free if i.name not in pinned)
