"""Which quantity is computed from which: looked up often, so worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field

from derivgen.checking.maths import tree as t
from derivgen.checking.model import Model
from derivgen.checking.resolving import Unknown, resolved


@dataclass(frozen=True)
class Ancestry:
    """The readings of one model."""

    model: Model
    _reads: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)
    _upstream: dict[str, frozenset[str]] = field(default_factory=dict, init=False, repr=False)

    def reads(self, key: str) -> tuple[str, ...]:
        """The quantities that one is computed from directly; a cell is of its array."""
        if key not in self._reads:
            element = self.model.element(key)
            found = [] if element is None else [element.array]
            definition = self.model.definition(key)
            for name in t.walk(definition) if definition is not None else ():
                if isinstance(name, t.Name):
                    found.extend(self._meant(name))
            self._reads[key] = tuple(dict.fromkeys(found))
        return self._reads[key]

    def _meant(self, name: t.Name) -> list[str]:
        try:
            return [resolved(self.model, name)[0]]
        except Unknown:
            # a name with a running index may be any cell of its base, or a single unit
            base = name.key.rpartition("_")[0]
            alone = [base] if self.model.known(base) else []
            return alone + self._of_base(base) if base else []

    def _of_base(self, base: str) -> list[str]:
        return [key for key in self.model.names() if key.rpartition("_")[0] == base]

    def upstream(self, key: str) -> frozenset[str]:
        """Everything that a quantity is computed from, over however many steps."""
        waiting = [key]
        open_keys: set[str] = set()
        while waiting:
            here = waiting[-1]
            missing = [
                read
                for read in self.reads(here)
                if read not in self._upstream and read not in open_keys
            ]
            open_keys.add(here)
            if missing and here not in self._upstream:
                waiting.extend(missing)
                continue
            waiting.pop()
            reads = self.reads(here)
            above = (self._upstream.get(read, frozenset()) for read in reads)
            self._upstream[here] = frozenset(reads).union(*above)
        return self._upstream[key]

    def leads(self, key: str, bottom: str) -> bool:
        """True where ``key`` is computed from ``bottom``, or is a cell of what is."""
        return bottom in self.upstream(key)

    def is_open(self, key: str, moved: str) -> bool:
        """True where nobody can tell how a quantity follows another one: something on the way is
        computed from what the document does not say."""
        opaque = self.model.opaque
        if not opaque:
            return False
        above = opaque & (self.upstream(key) | {key})
        return any(o != moved and not self.leads(moved, o) for o in above)

    def between(self, top: str, bottom: str) -> list[str]:
        """The quantities through which one depends on another, without the two, from the top."""
        return [
            key
            for key in sorted(self.upstream(top), key=lambda k: (-len(self.upstream(k)), k))
            if key not in (top, bottom) and self.leads(key, bottom)
        ]
