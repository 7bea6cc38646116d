"""Letters for the axes of an array that several equations read, each by letters of its own: ``h[t-1,k]``, ``h[i,j]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from derivgen.derivation.partials import WINNER, Link
from derivgen.network.model import Affine, Index, Network, Ref

#: letters for what a sum runs over, where those of an equation are taken
_SPARE = "mnpqrstuvijkl"
#: elements up to which it is looked at whether two kinds of them have one in common
_MOST_ELEMENTS = 1_000_000
#: marks an equation's own letter while it is not known what it is in those of the axes, whose names it may have
_OWN = "'"

#: the elements that a rule is for: a letter for each axis, or a number, or a letter of another axis as well (A_kk)
_Axes = tuple[Affine, ...]
#: what letters the axes of one kind of element have, apart from the letters' names
_Kind = tuple[int | tuple[int, int, int] | None, ...]


@dataclass(frozen=True)
class Letters:
    """What stands for the axes of an array in one rule."""

    axes: _Axes
    #: from where each letter counts in print: as its axis does
    bases: Mapping[str, int]
    #: for each reading what the letters of its equation are then, by those of the axes and by others of its own; None
    #: where it does not reach all such elements
    solved: tuple[Mapping[str, Affine] | None, ...]
    #: for each letter of the axes another one, for a letter of an equation that has its name
    aside: Mapping[str, str]
    #: the elements among these that are read in ways which this rule does not have
    left_out: tuple[_Axes, ...]
    #: whether an index can lead beyond its range, as that of the last time step does
    beyond: bool

    @property
    def names(self) -> frozenset[str]:
        """The letters of the axes."""
        return _names(self.axes)

    def apart(self, name: str) -> str:
        """A letter of an equation, or the one for it that is none of those of the axes."""
        return self.aside.get(name, name)


def letters_for(links: Sequence[Link], network: Network) -> Iterator[Letters]:
    """The letters of each rule that the readings of one array need: one for each kind of element that is read, those
    first that are the most."""
    taken = frozenset(
        {
            *network.quantities,
            *(i.name for e in {link.equation for link in links} for i in network.equations[e].free),
            *(index.name for link in links for index in link.bound),
        }
    )
    axes_of = [_axes(link, taken, network) for link in links]
    kinds = {_kind(axes): axes for axes in reversed(axes_of)}
    for axes in sorted(kinds.values(), key=lambda axes: sum(p is not None for p in _kind(axes))):
        quantity = network.quantities[links[0].source.array]
        start = quantity.naming.start or (0,) * len(axes)
        names = _names(axes)
        spare = [letter for letter in _SPARE if letter not in taken | names]
        aside = dict(zip(sorted(names), spare, strict=False))
        solved = tuple(_solved(link, axes, aside, network) for link in links)
        missed = [n for n, s in enumerate(solved) if s is None and _meets(links[n], axes, network)]
        yield Letters(
            axes,
            {axis.plain: at for axis, at in zip(axes, start, strict=True) if axis.plain},
            solved,
            aside,
            tuple(dict.fromkeys(kinds[_kind(axes_of[n])] for n in missed)),
            any(
                _leads_beyond(link, found, axes, quantity.shape, aside, network)
                for link, found in zip(links, solved, strict=True)
                if found is not None
            ),
        )


def substituted(ref: Ref, new: Mapping[str, Affine]) -> Ref:
    """A reading with something else for each of its letters."""
    return Ref(ref.array, tuple(index.put_in(new) for index in ref.indices))


def _kind(axes: _Axes) -> _Kind:
    """For each axis its number, how it hangs on the letter of an earlier one or counts in steps; None for a letter
    of its own."""
    found: list[int | tuple[int, int, int] | None] = []
    seen: dict[str, int] = {}
    for at, axis in enumerate(axes):
        if not axis.factors:
            found.append(axis.constant)
            continue
        name, factor = axis.factors[0]
        first = seen.setdefault(name, at)
        alone = len(axis.factors) == 1
        own = not alone or (first == at and abs(factor) == 1)
        found.append(None if own else (first, factor, axis.constant))
    return tuple(found)


def _names(axes: _Axes) -> frozenset[str]:
    return frozenset(name for axis in axes for name, _ in axis.factors)


def _ranges(link: Link, network: Network) -> dict[str, Index]:
    return {i.name: i for i in (*network.equations[link.equation].free, *link.bound)}


def _axes(link: Link, taken: frozenset[str], network: Network) -> _Axes:
    """A letter for each axis that has no number: the one by which a reading follows it, or the index itself where it
    follows none of its own."""
    found: dict[int, Affine] = {}
    spare = (letter for letter in _SPARE if letter not in taken)
    for at in _plainest_first(link.source):
        index = link.source.indices[at]
        if not index.factors or (WINNER in link.partial.free_symbols and index.plain is None):
            found[at] = index  # which window an element is in, its index tells
            continue
        told = _followed(index, link, network)
        own = [Affine.of(name) for name in told if Affine.of(name) not in found.values()]
        found[at] = own[0] if own else Affine.of(next(spare)) if len(told) > 1 else index
    return tuple(found[at] for at in range(len(link.source.indices)))


def _plainest_first(ref: Ref) -> list[int]:
    """The axes in the order in which their indices tell letters: what has one letter tells it whatever else is known."""
    return sorted(range(len(ref.indices)), key=lambda at: len(ref.indices[at].factors))


def _followed(index: Affine, link: Link, network: Network) -> list[str]:
    """The letters of an index that it tells when it and the others are known, those of the target first."""
    told = {name for name, factor in index.factors if abs(factor) == 1}
    return [name for name in _ranges(link, network) if name in told]


def _solved(
    link: Link, axes: _Axes, aside: Mapping[str, str], network: Network
) -> Mapping[str, Affine] | None:
    """What the letters of an equation are where it reads the element at ``axes``; None where it reads no such one, or
    not all of them."""
    found: dict[str, Affine] = {}
    ranges = _ranges(link, network)
    for at in _plainest_first(link.source):
        index, axis = link.source.indices[at], axes[at]
        if index.put_in(found) == axis:
            found |= {n: Affine.of(n) for n, _ in index.factors if n not in found}
            continue
        left = [name for name in _followed(index, link, network) if name not in found]
        if not left:
            return None
        name = left[0]
        factor = dict(index.factors)[name]
        rest = Affine(index.constant, tuple((n, f) for n, f in index.factors if n != name))
        known = {n: found.get(n, Affine.of(n + _OWN)) for n, _ in rest.factors}
        here = axis.minus(rest.put_in(known)).times(factor)
        if not here.factors and not ranges[name].start <= here.constant < ranges[name].stop:
            return None
        found[name] = here
    own = {name + _OWN: Affine.of(aside.get(name, name)) for name in ranges}
    marked = {name + _OWN: letter.put_in(own) for name, letter in found.items()}
    return {name: letter.put_in(own | marked) for name, letter in found.items()}


def _meets(link: Link, axes: _Axes, network: Network) -> bool:
    """Whether a reading reaches one of the elements at ``axes``; True where there are too many to look at."""
    ranges = _ranges(link, network)
    names = sorted({name for index in link.source.indices for name, _ in index.factors})
    sizes = [ranges[name].size for name in names]
    if prod(sizes) > _MOST_ELEMENTS:
        return True
    grid = np.indices(sizes) if names else ()
    at = {name: ranges[name].start + grid[n] for n, name in enumerate(names)}
    places = [np.asarray(index.value(at)) for index in link.source.indices]
    fits = np.ones((), bool)
    for place, part in zip(places, _kind(axes), strict=True):
        if isinstance(part, tuple):
            first, factor, constant = part
            other = places[first] if axes[first].plain else None
            along = place - constant
            fits = fits & (along % factor == 0 if other is None else along == factor * other)
        elif part is not None:
            fits = fits & (place == part)
    return bool(fits.any())


def _leads_beyond(
    link: Link,
    solved: Mapping[str, Affine],
    axes: _Axes,
    shape: Sequence[int],
    aside: Mapping[str, str],
    network: Network,
) -> bool:
    """Whether a letter of an equation leaves its range for some elements at ``axes``."""
    ranges = _ranges(link, network)
    reach = {aside.get(name, name): (i.start, i.stop - 1) for name, i in ranges.items()}
    reach |= {axis.plain: (0, n - 1) for axis, n in zip(axes, shape, strict=True) if axis.plain}
    for name, letter in solved.items():
        ends = [[factor * end for end in reach.get(n, (0, 0))] for n, factor in letter.factors]
        least = letter.constant + sum(min(pair) for pair in ends)
        most = letter.constant + sum(max(pair) for pair in ends)
        if letter.factors and (least < ranges[name].start or most >= ranges[name].stop):
            return True
    return False
