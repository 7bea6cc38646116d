"""The definitions that are chosen for a document, one after the other, none leading back to itself."""

from __future__ import annotations

from collections import defaultdict

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in


class Chosen(dict[str, t.Node]):
    """Definitions by key, and who reads whom."""

    def __init__(self) -> None:
        super().__init__()
        self._reads: dict[str, frozenset[str]] = {}
        self._readers: dict[str, set[str]] = defaultdict(set)

    def __setitem__(self, key: str, node: t.Node) -> None:
        for name in self._reads.get(key, ()):
            self._readers[name].discard(key)
        self._reads[key] = frozenset(names_in(node))
        for name in self._reads[key]:
            self._readers[name].add(key)
        super().__setitem__(key, node)

    def __delitem__(self, key: str) -> None:
        for name in self._reads.pop(key, ()):
            self._readers[name].discard(key)
        super().__delitem__(key)

    def lead_to(self, side: t.Node, key: str) -> bool:
        """True where a right side is computed from a key, over however many steps.

        It is looked for from both ends in turn, so that a document in either order, from its inputs to its
        loss or the other way round, costs no more than its length."""
        names = set(names_in(side))
        if key in names:
            return True
        below, above = set(names), {key}
        down, up = list(names), [key]
        while down and up:
            for read in self._reads.get(down.pop(), ()):
                if read in above:
                    return True
                if read not in below:
                    below.add(read)
                    down.append(read)
            for reader in self._readers.get(up.pop(), ()):
                if reader in below:
                    return True
                if reader not in above:
                    above.add(reader)
                    up.append(reader)
        return False
