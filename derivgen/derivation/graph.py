"""The network element by element: who reads whom, the local partial of each pair, and the paths.

Built lazily, from the same index grids as the sweeps, and only as far as somebody looks: a document
about three weights of a large network costs three look-ups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import sympy

from derivgen.derivation.grid import Grid, stage_grid
from derivgen.derivation.partials import SAME, WINNER, Link
from derivgen.network.model import Largest, Network, Ref, Softmax, Stage
from derivgen.notation import Entry


@lru_cache(maxsize=4096)
def entry_symbol(entry: Entry) -> sympy.Symbol:
    """The sympy symbol that stands for one element: ``W1[0,1]``, or ``L`` for a scalar."""
    array, index = entry
    text = f"{array}[{','.join(map(str, index))}]" if index else array
    return sympy.Symbol(text, real=True)


@dataclass(frozen=True)
class Edge:
    """One way in which ``target`` reads ``source``: a link at given values of its indices."""

    link: Link
    stage: Stage
    target: Entry
    source: Entry
    at: Mapping[str, int]


@dataclass(frozen=True)
class LocalPartial:
    """d target / d source for two elements, all other readings held fixed.

    ``expression`` is over the symbols of ``entries``; a softmax's delta and a maximum's winner are
    already decided.  ``function`` names the activation when target = f(source).
    """

    target: Entry
    source: Entry
    expression: sympy.Expr
    entries: Mapping[sympy.Symbol, Entry]
    function: str = ""


#: from the loss (first) down to a parameter (last); neighbours are target and source
Path = tuple[Entry, ...]


@dataclass(frozen=True)
class ElementGraph:
    """Edges between elements.

    ``values`` (absent in a symbolic derivation) decides maxima; everything else is structure.
    """

    network: Network
    links: tuple[tuple[Link, ...], ...]
    values: Mapping[str, np.ndarray] | None = None
    _edges: dict[str, _Sorted] = field(default_factory=dict, init=False, repr=False)
    _partials: dict[tuple[Entry, Entry], LocalPartial] = field(
        default_factory=dict, init=False, repr=False
    )
    _counts: dict[Entry, int] = field(default_factory=dict, init=False, repr=False)

    def readers(self, source: Entry) -> tuple[Entry, ...]:
        """The elements that read ``source`` directly, in the order in which they are computed."""
        return tuple(dict.fromkeys(edge.target for edge in self.edges(source)))

    def edges(self, source: Entry) -> tuple[Edge, ...]:
        """Every single reading of ``source``."""
        found = self._sorted(source[0])
        return tuple(found.edges_of(self.network, source, found.blocks))

    def partial(self, target: Entry, source: Entry) -> LocalPartial:
        """The local partial of a pair, added up over all readings of ``source`` in ``target``."""
        key = (target, source)
        if key not in self._partials:
            self._partials[key] = self._partial(target, source)
        return self._partials[key]

    def paths(self, source: Entry, most: int) -> tuple[Path, ...]:
        """The paths from the loss down to ``source``, at most ``most`` of them."""
        found = []
        for path in self._walk(source):
            found.append(path)
            if len(found) == most:
                break
        return tuple(found)

    def count(self, source: Entry) -> int:
        """How many paths lead from ``source`` to the loss, without walking each."""
        # no recursion: a recurrence over many steps is deeper than Python's stack
        waiting = [] if source in self._counts else [(source, self._read_by(source))]
        while waiting:
            element, readers = waiting[-1]
            missing = next((r for r in readers if r not in self._counts), None)
            if missing is not None:
                waiting.append((missing, self._read_by(missing)))
                continue
            at_loss = element[0] == self.network.loss
            self._counts[element] = 1 if at_loss else sum(self._counts[r] for r in readers)
            waiting.pop()
        return self._counts[source]

    def _read_by(self, element: Entry) -> tuple[Entry, ...]:
        return () if element[0] == self.network.loss else self.readers(element)

    def _walk(self, source: Entry) -> Iterator[Path]:
        """The ways from the loss to ``source``, depth first."""
        loss = self.network.loss
        upwards, choices = [source], [self._upwards(source)]
        if source[0] == loss:
            yield (source,)
            return
        while choices:
            reader = next(choices[-1], None)
            if reader is None:
                choices.pop()
                upwards.pop()
            elif reader[0] == loss:
                yield (reader, *reversed(upwards))
            else:
                upwards.append(reader)
                choices.append(self._upwards(reader))

    def _upwards(self, element: Entry) -> Iterator[Entry]:
        """The readers from which the loss can be reached."""
        return (reader for reader in self.readers(element) if self.count(reader))

    @cached_property
    def _readings(self) -> Mapping[str, list[tuple[Stage, Link]]]:
        """Array -> the links that read it, in the order of the schedule."""
        found: defaultdict[str, list[tuple[Stage, Link]]] = defaultdict(list)
        for stage in self.network.schedule:
            for link in self.links[stage.equation]:
                found[link.source.array].append((stage, link))
        return found

    def _sorted(self, array: str) -> _Sorted:
        if array not in self._edges:
            self._edges[array] = _sort_edges(self.network, self._readings.get(array, ()), array)
        return self._edges[array]

    def _partial(self, target: Entry, source: Entry) -> LocalPartial:
        total: sympy.Expr = sympy.S.Zero
        entries: dict[sympy.Symbol, Entry] = {}
        functions = set()
        found = self._sorted(source[0])
        for edge in found.edges_of(self.network, source, found.to(target[0])):
            if edge.target != target:
                continue
            expression = self._decided(edge)
            used = expression.free_symbols
            put_in: dict[sympy.Basic, sympy.Expr] = {}
            for symbol, ref in edge.link.refs.items():
                if symbol not in used:
                    continue
                named, value = self._inside(entry_at(ref, edge.at))
                put_in[symbol] = value
                if named is not None:
                    entries[value] = named
            functions.add(edge.link.function)
            total += expression.xreplace(put_in)
        name = functions.pop() if len(functions) == 1 else ""
        return LocalPartial(target, source, total, entries, name)

    def _inside(self, entry: Entry) -> tuple[Entry | None, sympy.Expr]:
        """An element as a symbol, or the padding value where it lies outside its array."""
        quantity = self.network.quantities[entry[0]]
        if all(0 <= i < n for i, n in zip(entry[1], quantity.shape, strict=True)):
            return entry, entry_symbol(entry)
        return None, sympy.nsimplify(quantity.outside or 0)

    def _decided(self, edge: Edge) -> sympy.Expr:
        """The link's partial with Kronecker's delta and the winner of a maximum put in."""
        expression = edge.link.partial
        body = self.network.equations[edge.link.equation].body
        if isinstance(body, Softmax):
            same = edge.at[body.over.name] == edge.at[body.along]
            return expression.xreplace({SAME: sympy.Integer(int(same))})
        if WINNER in expression.free_symbols and self.values is not None:
            return expression.xreplace({WINNER: self._share(edge)})
        return expression

    def _share(self, edge: Edge) -> sympy.Rational:
        """An element's share of its window's maximum, by the convention for ties."""
        assert self.values is not None
        body = self.network.equations[edge.link.equation].body
        assert isinstance(body, Largest)
        window = _window(self.network, edge)
        values = [self._number(entry) for entry in window]
        winners = [e for e, v in zip(window, values, strict=True) if v == max(values)]
        if edge.source not in winners:
            return sympy.S.Zero
        match body.ties:
            case "first":
                return sympy.Integer(int(edge.source == winners[0]))
            case "split":
                return sympy.Rational(1, len(winners))
            case "all":
                return sympy.S.One

    def _number(self, entry: Entry) -> float:
        assert self.values is not None
        inside, symbol = self._inside(entry)
        return float(symbol if inside is None else self.values[entry[0]][entry[1]])


def entry_at(ref: Ref, at: Mapping[str, int]) -> Entry:
    """The element that a reading means at given index values."""
    return ref.array, tuple(int(index.value(at)) for index in ref.indices)


def _window(network: Network, edge: Edge) -> list[Entry]:
    """The window of elements that a maximum's target looks at, in reading order."""
    grid = stage_grid(network, edge.stage, edge.link.bound)
    fixed = {i.name: edge.at[i.name] for i in network.equations[edge.link.equation].free}
    starts = [i.start for i in edge.link.bound]
    sizes = grid.shape[len(grid.shape) - len(edge.link.bound) :]
    found = []
    for offsets in np.ndindex(*sizes):
        here = {i.name: s + o for i, s, o in zip(edge.link.bound, starts, offsets, strict=True)}
        found.append(entry_at(edge.link.source, {**fixed, **here}))
    return found


@dataclass(frozen=True)
class _Block:
    """All edges of one link in one stage, sorted by source: grid positions and their sources."""

    link: Link
    stage: Stage
    sources: np.ndarray
    where: np.ndarray
    first: int
    last: int


@dataclass(frozen=True)
class _Sorted:
    """The edges from one array, in blocks."""

    blocks: tuple[_Block, ...]
    by_target: Mapping[str, list[_Block]]

    def to(self, array: str) -> Sequence[_Block]:
        """The blocks whose targets are elements of ``array``."""
        return self.by_target.get(array, ())

    def edges_of(self, network: Network, source: Entry, blocks: Sequence[_Block]) -> Iterator[Edge]:
        """The edges from ``source`` in some of the blocks."""
        shape = network.quantities[source[0]].shape
        flat = int(np.ravel_multi_index(source[1], shape)) if shape else 0
        for block in blocks:
            if not block.first <= flat <= block.last:
                continue
            low = np.searchsorted(block.sources, flat, side="left")
            high = np.searchsorted(block.sources, flat, side="right")
            at = stage_grid(network, block.stage, block.link.bound)
            indices = (*network.equations[block.link.equation].free, *block.link.bound)
            pinned = dict(block.stage.pinned)
            for position in block.where[low:high]:
                offsets = np.unravel_index(int(position), at.shape) if at.shape else ()
                values = {
                    index.name: pinned.get(index.name, index.start + int(offset))
                    for index, offset in zip(indices, offsets, strict=True)
                }
                target = entry_at(block.link.target, values)
                yield Edge(block.link, block.stage, target, source, values)


def carrying(network: Network, at: Grid, link: Link) -> np.ndarray | None:
    """Where in a link's grid there is a dependence at all (None: everywhere): not where the source lies
    outside its array, and not where it is multiplied by padding of 0."""
    found: np.ndarray | None = None
    for symbol, ref in {None: link.source, **link.refs}.items():
        quantity = network.quantities[ref.array]
        if symbol is not None:
            padding = sympy.nsimplify(quantity.outside or 0)
            if symbol not in link.partial.free_symbols or quantity.outside is None:
                continue
            if link.partial.xreplace({symbol: padding}) != 0:
                continue
        _, inside = at.positions(ref, quantity.shape)
        if inside is not None:
            whole = np.broadcast_to(inside, at.shape)
            found = whole if found is None else found & whole
    return found


def _sort_edges(network: Network, readings: Sequence[tuple[Stage, Link]], array: str) -> _Sorted:
    blocks = []
    by_target: defaultdict[str, list[_Block]] = defaultdict(list)
    shape = network.quantities[array].shape
    for stage, link in readings:
        at = stage_grid(network, stage, link.bound)
        positions, _ = at.positions(link.source, shape)
        sources = np.broadcast_to(positions, at.shape).ravel()
        where = np.arange(sources.size)
        kept = carrying(network, at, link)
        if kept is not None:
            sources, where = sources[kept.ravel()], where[kept.ravel()]
        order = np.argsort(sources, kind="stable")
        if not order.size:
            continue  # nothing but padding is read
        sources, where = sources[order], where[order]
        blocks.append(_Block(link, stage, sources, where, int(sources[0]), int(sources[-1])))
        by_target[link.target.array].append(blocks[-1])
    return _Sorted(tuple(blocks), by_target)
