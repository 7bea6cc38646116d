"""The axes of every array of a network, and its equations in index notation.

A computed array has the shape that its equation gives it; where several equations compute parts
of it, as ``h[0,i]`` and ``h[t,i]``, it spans them all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from derivgen import syntax as ex
from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network.indexed import IndexedEquation, moved
from derivgen.network.matrix import Elaborator, Hint, Labels, Letters, plain
from derivgen.network.model import Index, Quantity, Ref, Role
from derivgen.network.ranges import Binder, Extent, RangeFinder, Vocabulary, wrong_count

#: the largest computed array
MAX_ELEMENTS = 10**8

_Scope = dict[str, Binder]


@dataclass(frozen=True)
class Written:
    """A parsed equation with its text and place."""

    parsed: ex.ParsedEquation
    text: str
    place: Place

    @property
    def name(self) -> str:
        """The array that it computes."""
        return self.parsed.target.name

    @property
    def whole(self) -> bool:
        """True for a target without indices."""
        return isinstance(self.parsed.target, ex.Name)

    @property
    def indices(self) -> tuple[ex.IndexSum, ...]:
        """The indices of the target."""
        target = self.parsed.target
        return target.indices if isinstance(target, ex.Element) else ()

    @property
    def reads(self) -> set[str]:
        """Every name on the right side, indices and functions apart."""
        nodes = ex.nodes(self.parsed.expression)
        return {node.name for node in nodes if isinstance(node, ex.Name | ex.Element)}

    @property
    def index_names(self) -> set[str]:
        """Every name between brackets, on both sides."""
        nodes = chain((self.parsed.target,), ex.nodes(self.parsed.expression))
        subscripts = (node.indices for node in nodes if isinstance(node, ex.Element))
        return {name for index in chain(*subscripts) for name, _ in index.factors}


@dataclass
class Shapes:
    """What is known so far of the arrays; filled by :meth:`find`."""

    words: Vocabulary
    #: computed arrays by name, with the equations for them
    computed: Mapping[str, Sequence[Written]]
    sample_index: str | None
    #: the axes of every array known so far; the same mapping as in ``words``
    extents: dict[str, tuple[Extent, ...]]
    labels: dict[str, Labels] = field(default_factory=dict)

    def label_samples(self, declared: Sequence[Quantity]) -> None:
        """Let the axis that counts samples ask for the letter of the sample index: the first axis
        of the data where that is equally long in all, else the last."""
        data = [q for q in declared if q.role in (Role.INPUT, Role.TARGET)]
        if self.sample_index is None or not data or not all(q.shape for q in data):
            return
        for axis in (0, -1):
            sizes = {q.shape[axis] for q in data}
            if len(sizes) == 1:
                hint = Hint(self.sample_index, Extent(0, sizes.pop()))
                for q in data:
                    labels: list[Hint | None] = [None] * len(q.shape)
                    labels[axis] = hint
                    self.labels[q.name] = tuple(labels)
                return

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(extent.size for extent in self.extents[name])

    def starts(self, name: str) -> tuple[int, ...]:
        """The first printed number of each axis: the author's where he counts, else 1."""
        base = self.words.base
        return tuple(e.start + base if e.counted else 1 for e in self.extents[name])

    # -- finding axes

    def find(self) -> None:
        """Find the axes of all computed arrays, those first that need nothing unknown.

        :raises DerivgenError: E405, E410 where that comes to no end, and what is wrong in
            the equations themselves"""
        unknown = dict.fromkeys(self.computed)
        while unknown:
            known = [name for name in unknown if self.find_axes(name)]
            if not known:
                raise self.stuck(list(unknown))
            for name in known:
                del unknown[name]

    def find_axes(self, name: str) -> bool:
        """The axes of one array, if they can be told by now."""
        entries = self.computed[name]
        ready = self.axes_of_whole(entries[0]) if entries[0].whole else self.axes_of_parts(entries)
        if ready and math.prod(self.shape(name)) > MAX_ELEMENTS:
            raise DerivgenError(
                "E415",
                f"'{name}' has shape {self.shape(name)}",
                entries[0].place,
                f"at most {MAX_ELEMENTS} elements are computed",
            )
        return ready

    def ranged(self, entry: Written) -> tuple[RangeFinder, _Scope]:
        """The ranges of an equation's indices as far as they can be told, and the free ones."""
        finder = RangeFinder(entry.parsed.source, self.words, entry.name)
        scope = finder.target(entry.parsed.target)
        finder.walk(entry.parsed.expression, scope)
        return finder, scope

    def axes_of_whole(self, entry: Written) -> bool:
        finder, _ = self.ranged(entry)
        if any(name in self.computed and name not in self.extents for name in entry.reads):
            return False
        shaped = self.elaborator(entry, finder).shaped(entry.parsed.expression)
        self.labels[entry.name] = shaped.labels
        self.extents[entry.name] = tuple(
            hint.extent if hint and hint.extent.counted else Extent(0, size)
            for size, hint in zip(shaped.shape, shaped.labels, strict=True)
        )
        return True

    def axes_of_parts(self, entries: Sequence[Written]) -> bool:
        parts: list[tuple[Extent, ...]] = []
        for entry in entries:
            finder, scope = self.ranged(entry)
            if any(binder not in finder.found for binder in scope.values()):
                return False
            parts.append(tuple(self.touched(i, scope, finder.found) for i in entry.indices))
        extents = tuple(
            Extent(min(e.start for e in a), max(e.stop for e in a), any(e.counted for e in a))
            for a in zip(*parts, strict=True)
        )
        base = self.words.base
        for axis, extent in enumerate(extents):
            if extent.start < 0:
                raise DerivgenError(
                    "E406",
                    f"'{entries[0].name}' would begin at {extent.start + base} along axis {axis}",
                    entries[0].place,
                    f"elements are counted from {base}",
                )
        self.extents[entries[0].name] = extents
        self.labels[entries[0].name] = tuple(
            Hint(next(iter(letters), None), extent)
            for letters, extent in zip(self.letters(entries), extents, strict=True)
        )
        return True

    def touched(self, index: ex.IndexSum, scope: _Scope, found: Mapping[Binder, Extent]) -> Extent:
        """The positions that one index of a target takes."""
        position = self.words.affine(index)
        if not position.factors:
            return Extent(position.constant, position.constant + 1, counted=True)
        over = found[scope[position.factors[0][0]]]
        by = position.constant
        return Extent(over.start + by, over.stop + by, over.counted or by != 0)

    def letters(self, entries: Sequence[Written]) -> list[list[str]]:
        """The letters that the axes of a target are written with."""
        axes = zip(*(entry.indices for entry in entries), strict=True)
        return [[name for index in axis for name, _ in index.factors] for axis in axes]

    def stuck(self, unknown: Sequence[str]) -> DerivgenError:
        """Why these shapes cannot be told: an index without a range, or a circle."""
        for entry in chain(*(self.computed[name] for name in unknown)):
            if entry.whole:
                continue
            finder, scope = self.ranged(entry)
            missing = [binder for binder in scope.values() if binder not in finder.found]
            waiting = entry.reads.intersection(unknown)
            if missing and not any(self.computed[other][0].whole for other in waiting):
                return finder.no_range(missing[0])
        path = [unknown[0]]
        while True:
            reads: set[str] = set().union(*(entry.reads for entry in self.computed[path[-1]]))
            step = next(name for name in unknown if name in reads)
            if step in path:
                return circle([*path[path.index(step) :], step], self.computed[step][0].place)
            path.append(step)

    # -- index notation

    def elaborator(self, entry: Written, finder: RangeFinder) -> Elaborator:
        """What writes an equation in index notation.

        :raises DerivgenError: E405 for an index whose range is not known"""
        missing = finder.unknown()
        if missing:
            raise finder.no_range(missing[0])
        used = {*self.words.arrays, *self.words.functions, *entry.index_names, "e"}
        letters = Letters(used, self.sample_index)
        return Elaborator(entry.parsed.source, self.words, self.labels, finder.found, letters)

    def indexed(self, entry: Written) -> IndexedEquation:
        """An equation in index notation; all axes have to be known.

        :raises DerivgenError: E404 for ranges that conflict, E405, and see :mod:`.matrix`"""
        finder, scope = self.ranged(entry)
        elaborator = self.elaborator(entry, finder)
        if entry.whole:
            shaped = elaborator.shaped(entry.parsed.expression)
            free = tuple(map(elaborator.axis, shaped.shape, shaped.labels))
            target = Ref(entry.name, plain(free))
            body = shaped.element(target.indices)
        else:
            over = {name: finder.found[binder] for name, binder in scope.items()}
            free = tuple(Index(name, e.start, e.stop) for name, e in over.items())
            elaborator.scope = {index.name: index for index in free}
            elaborator.taken = over
            moves = zip(entry.indices, self.extents[entry.name], strict=True)
            positions = tuple(moved(self.words.affine(i), -e.start) for i, e in moves)
            target = Ref(entry.name, positions)
            body = elaborator.one(entry.parsed.expression)
        return IndexedEquation(target, free, body, entry.text, entry.place)


def circle(path: Sequence[str], place: Place | None) -> DerivgenError:
    """The error that prints a circle of equations."""
    return DerivgenError(
        "E410",
        f"equations go round in a circle: {' -> '.join(path)}",
        place,
        "a recurrence reads earlier values along one index, as in h[t] from h[t-1]",
    )


def collect(
    equations: Sequence[Written], declared: Mapping[str, Quantity]
) -> dict[str, list[Written]]:
    """Computed arrays with the equations for them, in order of appearance.

    :raises DerivgenError: E402, E403"""
    found: dict[str, list[Written]] = {}
    for entry in equations:
        name = entry.name
        if name in declared:
            raise DerivgenError(
                "E402",
                f"'{name}' is both declared ({declared[name].role.value}) and computed",
                entry.place,
            )
        earlier = found.setdefault(name, [])
        if earlier and (entry.whole or earlier[0].whole):
            raise DerivgenError(
                "E402",
                f"'{name}' is computed twice",
                entry.place,
                f"it is also computed at {earlier[0].place}",
            )
        if earlier and len(entry.indices) != len(earlier[0].indices):
            raise wrong_count(name, len(earlier[0].indices), len(entry.indices), entry.place)
        earlier.append(entry)
    return found


def known_name(name: str, known: Mapping[str, object], what: str, place: Place | None) -> None:
    """:raises DerivgenError: E401 for a name that is not computed"""
    if name not in known:
        raise DerivgenError(
            "E401", f"{what} '{name}' is not computed", place, did_you_mean(name, known)
        )
