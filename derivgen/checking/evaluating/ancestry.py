"""Which quantity is computed from which: looked up often, so worked out once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.resolving import Unknown, resolved
from derivgen.checking.evaluating.values import NoValue
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.signs import ACCENTS

_ACCENTS = frozenset(ACCENTS.values())


@dataclass(frozen=True)
class Ancestry:
    """The readings of one model.

    A set of quantities is a whole number with one bit for each, so that a chain of thousands costs little."""

    model: Model
    #: slopes, by what is followed and what is moved, that are refused whatever the point is, and why; None for others
    refused: dict[tuple[str, str], tuple[type[NoValue], str] | None] = field(
        default_factory=dict, init=False, repr=False
    )
    _reads: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)
    _upstream: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    #: the places of quantities in a set, and the quantities in these places
    _bits: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    _keys: list[str] = field(default_factory=list, init=False, repr=False)
    _apart: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    def reads(self, key: str) -> tuple[str, ...]:
        """The quantities that one is computed from directly; a cell is of its array."""
        if key not in self._reads:
            element = self.model.element(key)
            found = [] if element is None else [element.array]
            definition = self.model.definition(key)
            for name in () if definition is None else self._names_in(definition, frozenset()):
                found.extend(map(self.model.plain, self._meant(name)))
            self._reads[key] = tuple(dict.fromkeys(found))
        return self._reads[key]

    def _names_in(self, body: t.Node, called: frozenset[str]) -> Iterator[t.Name]:
        """The names of a formula, and those that the document's own functions in it read beside their arguments."""
        for part in t.walk(body):
            if isinstance(part, t.Name):
                yield part
            elif isinstance(part, t.Call) and part.function not in called:
                own = self.model.function(part.function)
                if own is not None:
                    inner = self._names_in(own.body, called | {part.function})
                    yield from (name for name in inner if name.key not in own.parameters)

    def _meant(self, name: t.Name) -> list[str]:
        try:
            return [resolved(self.model, name)[0]]
        except Unknown:
            # a name with a running index may be any cell of its base, or a single unit
            if ix.above(name.key)[:1].isalpha():
                return self._of_all_above(name.key)
            base = name.key.rpartition("_")[0]
            alone = [base] if self.model.known(base) else []
            count = len(ix.split(name.key)[1])
            known = dict.fromkeys(self._by_base.get(base, []))
            like = [
                key
                for key in known
                if len(ix.split_as(key, count, known)[1]) == count
                or (name.mark and _is_marked(key, name, count))
            ]
            labelled = [key for key in like if _has_its_labels(key, name.key)]
            return alone + (labelled or like) if base else []

    def _of_all_above(self, key: str) -> list[str]:
        """What ``y^(i)`` or ``w^l_jk`` may be: of every sample or layer."""
        plain = ix.without_above(key)
        base = plain.rpartition("_")[0] if len(ix.letters_of(key)) > 1 else ""
        return self._without_above.get(plain, []) + (
            self._without_above.get(base, []) if base else []
        )

    @cached_property
    def _without_above(self) -> dict[str, list[str]]:
        """The names with a number above, by what they are without it, and by that without its subscript."""
        found: dict[str, list[str]] = {}
        for key in chain(self.model.names(), self.model.other_names()):
            if ix.above(key).isdigit():
                plain = ix.without_above(key)
                found.setdefault(plain, []).append(key)
                if "_" in plain and not _is_accented(plain):
                    found.setdefault(plain.rpartition("_")[0], []).append(key)
        return found

    @cached_property
    def _by_base(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key in chain(self.model.names(), self.model.other_names()):
            if not _is_accented(key):
                found.setdefault(key.rpartition("_")[0], []).append(key)
        return found

    def is_read(self, key: str) -> bool:
        """True where anything is computed from a quantity."""
        return key in self._read

    @cached_property
    def _read(self) -> frozenset[str]:
        # a cell is of its array, and not computed from it
        computed = (key for key in self.model.names() if self.model.element(key) is None)
        return frozenset(read for key in computed for read in self.reads(key))

    def joined(self, keys: Iterable[str]) -> frozenset[str]:
        """Everything that is computed from one another with some quantities, over however many steps."""
        found = {end for key in keys for end in self._joined.get(key, frozenset((key,)))}
        return frozenset(found)

    @cached_property
    def _joined(self) -> dict[str, frozenset[str]]:
        """For each quantity, all that hang together with it."""
        nearby: dict[str, set[str]] = {}
        for key in self.model.names():
            nearby.setdefault(key, set())
            for read in self.reads(key):
                nearby[key].add(read)
                nearby.setdefault(read, set()).add(key)
        found: dict[str, frozenset[str]] = {}
        for start in nearby:
            if start in found:
                continue
            seen, waiting = {start}, [start]
            while waiting:
                new = nearby[waiting.pop()] - seen
                seen |= new
                waiting.extend(new)
            found.update(dict.fromkeys(seen, frozenset(seen)))
        return found

    # --- sets -----------------------------------------------------------------------------------

    def _bit(self, key: str) -> int:
        at = self._bits.get(key)
        if at is None:
            at = self._bits[key] = len(self._keys)
            self._keys.append(key)
        return 1 << at

    def _mask(self, keys: Iterable[str]) -> int:
        found = 0
        for key in keys:
            found |= self._bit(key)
        return found

    def _above(self, key: str) -> int:
        """Everything that a quantity is computed from, over however many steps."""
        if key not in self._upstream:
            self._look_above(key)
        return self._upstream[key]

    def _look_above(self, top: str) -> None:
        """Note what is above a quantity, and above each that it is computed from.

        What is computed from one another in a circle, or may be since an index letter stands for several
        quantities, has the same above it: these are Tarjan's strongly connected components."""
        number: dict[str, int] = {}
        lowest: dict[str, int] = {}
        trail: list[str] = []
        waiting = [(top, iter(self.reads(top)))]
        while waiting:
            here, reads = waiting[-1]
            if here not in number:
                number[here] = lowest[here] = len(number)
                trail.append(here)
            read = next((key for key in reads if key not in self._upstream), None)
            if read is None:
                waiting.pop()
                if waiting:
                    before = waiting[-1][0]
                    lowest[before] = min(lowest[before], lowest[here])
                if lowest[here] == number[here]:
                    circle = [trail.pop()]
                    while circle[-1] != here:
                        circle.append(trail.pop())
                    self._note_circle(circle)
            elif read in number:
                lowest[here] = min(lowest[here], number[read])
            else:
                waiting.append((read, iter(self.reads(read))))

    def _note_circle(self, circle: list[str]) -> None:
        """Note what is above quantities that are computed from one another; most often there is only one."""
        reads = {read for key in circle for read in self.reads(key)}
        found = self._mask(reads)
        for read in reads:
            found |= self._upstream.get(read, 0)
        self._upstream.update(dict.fromkeys(circle, found))

    def upstream(self, key: str) -> frozenset[str]:
        """Everything that a quantity is computed from, over however many steps."""
        return frozenset(self._in(self._above(key)))

    def _in(self, mask: int) -> Iterator[str]:
        """The quantities of a set."""
        while mask:
            last = mask & -mask
            yield self._keys[last.bit_length() - 1]
            mask ^= last

    def read_in(self, node: t.Node) -> frozenset[str]:
        """The quantities that the names in a formula mean, and all that those with running indices may."""
        lines = (part.lines for part in t.walk(node) if isinstance(part, t.Cases))
        tests = (test.segments for line in lines for _, test in line if test is not None)
        nodes = (node, *(segment.body for test in tests for segment in test))
        return frozenset(
            key for one in nodes for name in t.names_of(one) for key in self._meant(name)
        )

    def upstream_of(self, node: t.Node) -> frozenset[str]:
        """Everything that a formula is computed from."""
        names = self.read_in(node)
        return names.union(*map(self.upstream, names))

    def leads(self, key: str, bottom: str) -> bool:
        """True where ``key`` is computed from ``bottom``, or is a cell of what is."""
        above = self._above(key)
        at = self._bits.get(bottom)
        return at is not None and bool(above >> at & 1)

    def resting_on(self, keys: Iterable[str]) -> Callable[[str], bool]:
        """Tells whether all that is given to compute a quantity is given to compute some others as well."""
        theirs = 0
        for key in keys:
            theirs |= self._above(key) | self._bit(key)

        def rests(key: str) -> bool:
            return not (self._above(key) | self._bit(key)) & ~self._computed & ~theirs

        return rests

    @cached_property
    def _computed(self) -> int:
        """What has an equation, and cells, which are of their arrays."""
        return self._mask(
            key
            for key in self.model.names()
            if self.model.definition(key) is not None or self.model.element(key) is not None
        )

    def is_open(self, key: str, moved: str) -> bool:
        """True where nobody can tell how a quantity follows another one: something on the way is
        computed from what the document does not say."""
        found = (self._above(key) | self._bit(key)) & self._opaque & ~self._bit(moved)
        found &= ~self._apart_from(moved)
        # what something is computed from does not follow it, but for the other cells of an array
        return bool(found) and bool(found & ~(self._above(moved) & ~self._opaque_arrays))

    def _apart_from(self, moved: str) -> int:
        """What the document does not say how to compute, and does not follow a quantity if it is computed like its
        kin: these do not, nor do they read others of its letter that are nothing else's."""
        if moved not in self._apart:
            kin = self.model.kin.items()
            self._apart[moved] = self._mask(k for k, like in kin if not self._is_like(like, moved))
        return self._apart[moved]

    def _is_like(self, kin: Sequence[str], moved: str) -> bool:
        """True for what one of some quantities follows, and for what is like it and nothing else reads."""
        if any(self.leads(one, moved) for one in kin):
            return True
        families = {ix.family(read) for one in kin for read in self.reads(one)}
        return ix.family(moved) in families and self._readers.get(moved, set()) <= {*kin}

    @cached_property
    def _readers(self) -> dict[str, set[str]]:
        """What is computed directly from each quantity."""
        found: dict[str, set[str]] = {}
        for key in self.model.names():
            for read in self.reads(key):
                found.setdefault(read, set()).add(key)
        return found

    def is_cut_short(self, key: str) -> bool:
        """True where a part of what computes a quantity is left out, with dots."""
        return bool((self._above(key) | self._bit(key)) & self._cut_short)

    @cached_property
    def _cut_short(self) -> int:
        definitions = ((key, self.model.definition(key)) for key in self.model.names())
        return self._mask(
            key
            for key, node in definitions
            if node is not None and any(isinstance(part, t.Dots) for part in t.walk(node))
        )

    @cached_property
    def _opaque(self) -> int:
        return self._mask(self.model.opaque)

    @cached_property
    def _opaque_arrays(self) -> int:
        elements = (self.model.element(key) for key in self.model.names())
        return self._mask({e.array for e in elements if e is not None} & self.model.opaque)

    def between(self, top: str, bottom: str) -> list[str]:
        """The quantities through which one depends on another, without the two, from the top."""
        return [
            key
            for key in sorted(self.upstream(top), key=lambda k: (-self._above(k).bit_count(), k))
            if key not in (top, bottom) and self.leads(key, bottom)
        ]


def _is_accented(key: str) -> bool:
    """True for ``x_hat``, which no x with an index means."""
    return key.rpartition("_")[2] in _ACCENTS


def _has_its_labels(key: str, general: str) -> bool:
    """True for ``out_o1`` where the name is ``out_ok``, and not for ``out_h1``."""
    letters = ix.letters_of(general)
    pairs = zip(ix.split(general)[1], ix.split(key)[1], strict=False)
    return all(mine == other for mine, other in pairs if mine.isalpha() and mine not in letters)


def _is_marked(key: str, name: t.Name, count: int) -> bool:
    """True for ``y_1'`` where the name is ``y_k'``."""
    return key.endswith(name.mark) and len(ix.split(key.removesuffix(name.mark))[1]) == count
