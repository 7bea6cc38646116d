"""Letters for the axes of an array that several equations read, each by letters of its own: ``h[t-1,k]``, ``h[i,j]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derivgen.derivation.partials import WINNER, Link
from derivgen.network.model import Affine, Network, Ref

#: letters for what a sum runs over, where those of an equation are taken
_SPARE = "mnpqrstuvijkl"
#: mark of an equation's letter, which may be one of the axes' as well
OWN = "'"


@dataclass(frozen=True)
class Letters:
    """What stands for the axes of an array in one rule: a letter, or a number where the rule is for that alone."""

    axes: tuple[Affine, ...]
    #: from where each letter counts in print: as its axis does
    bases: Mapping[str, int]
    #: for each reading what the letters of its equation are then, by those of the axes and by others of its own, which
    #: have a mark; None where it does not reach such elements
    solved: tuple[Mapping[str, Affine] | None, ...]
    #: what is named or counted elsewhere
    taken: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """The letters of the axes."""
        return frozenset(name for axis in self.axes for name, _ in axis.factors)

    def apart(self, name: str) -> str:
        """A letter of an equation that is none of those of the axes."""
        if name not in self.names:
            return name
        spare = [letter for letter in _SPARE if letter not in self.taken | self.names]
        return spare[sorted(self.names).index(name)]


def letters_for(links: Sequence[Link], network: Network) -> Iterator[Letters]:
    """The letters of each rule that readings of one array need: one for all that is read by letters, and one for each
    element or row that is read by its number."""
    taken = frozenset(
        {
            *network.quantities,
            *(i.name for e in {link.equation for link in links} for i in network.equations[e].free),
            *(index.name for link in links for index in link.bound),
        }
    )
    patterns = dict.fromkeys(_numbers(link.source) for link in links)
    for pattern in sorted(patterns, key=lambda numbers: sum(n is not None for n in numbers)):
        first = next(link for link in links if _numbers(link.source) == pattern)
        axes = _axes(first, pattern, taken, network)
        start = network.quantities[first.source.array].naming.start or (0,) * len(axes)
        bases = {axis.plain: at for axis, at in zip(axes, start, strict=True) if axis.plain}
        solved = tuple(_solved(link, axes, network) for link in links)
        yield Letters(axes, bases, solved, taken)


def substituted(ref: Ref, new: Mapping[str, Affine]) -> Ref:
    """A reading with something else for each of its letters."""
    return Ref(ref.array, tuple(index.put_in(new) for index in ref.indices))


def _numbers(source: Ref) -> tuple[int | None, ...]:
    """The numbers by which axes are read; None for those that are read by letters."""
    return tuple(None if index.factors else index.constant for index in source.indices)


def _axes(
    first: Link, pattern: tuple[int | None, ...], taken: frozenset[str], network: Network
) -> tuple[Affine, ...]:
    """A letter for each axis that has no number, the one by which the first reading follows it; the index of that
    where it follows none, or one that stands for another axis as well."""
    found: list[Affine] = []
    spare = (letter for letter in _SPARE if letter not in taken)
    for index, number in zip(first.source.indices, pattern, strict=True):
        if number is not None:
            found.append(Affine(number))
            continue
        if WINNER in first.partial.free_symbols and index.plain is None:
            found.append(index)  # which window an element is in, its index tells
            continue
        told = _followed(index, first, network)
        own = [Affine.of(name) for name in told if Affine.of(name) not in found]
        found.append(own[0] if own else Affine.of(next(spare)) if len(told) > 1 else index)
    return tuple(found)


def _followed(index: Affine, link: Link, network: Network) -> list[str]:
    """The letters of an index that it tells when it and the others are known, those of the target first."""
    names = [index.name for index in (*network.equations[link.equation].free, *link.bound)]
    told = {name for name, factor in index.factors if abs(factor) == 1}
    return [name for name in names if name in told]


def _solved(link: Link, axes: tuple[Affine, ...], network: Network) -> Mapping[str, Affine] | None:
    """What the letters of an equation are where it reads the element at ``axes``; None where it reads no such one."""
    found: dict[str, Affine] = {}
    ranges = {i.name: i for i in (*network.equations[link.equation].free, *link.bound)}
    for index, axis in zip(link.source.indices, axes, strict=True):
        if index.put_in(found) == axis:
            found |= {n: Affine.of(n) for n, _ in index.factors if n not in found}
            continue
        left = [name for name in _followed(index, link, network) if name not in found]
        if not left:
            return None
        name = left[0]
        factor = dict(index.factors)[name]
        rest = Affine(index.constant, tuple((n, f) for n, f in index.factors if n != name))
        known = {n: found.get(n, Affine.of(n + OWN)) for n, _ in rest.factors}
        here = axis.minus(rest.put_in(known)).times(factor)
        if not here.factors and not ranges[name].start <= here.constant < ranges[name].stop:
            return None
        found[name] = here
    return found
