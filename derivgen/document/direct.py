"""What a quantity reads of another one directly, where it depends on it in other ways too.

Of ``J = E + 0.01 w^2``, where E depends on w, the chain rule needs the derivative of the last term alone.
``dJ/dw`` would say the whole gradient, so the term stands in it: ``d(0.01 w^2)/dw``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.graph import ElementGraph
from derivgen.derivation.instances import Instance, instance
from derivgen.network.model import Role, Terms
from derivgen.notation import Entry


@dataclass(frozen=True)
class DirectParts:
    """The terms that read an element directly; ``graph`` says who reads what."""

    derivation: Derivation
    graph: ElementGraph
    _later: dict[Entry, frozenset[Entry]] = field(default_factory=dict, init=False, repr=False)

    def of(self, target: Entry, source: Entry) -> Instance | None:
        """The equation of ``target`` with nothing but the terms that read ``source``; None where
        ``source`` reaches it in no other way, and where those terms depend on it in other ways too.

        None as well for a shared parameter in a quantity that is not the loss: there ``dz_2/db`` is read
        everywhere as one path's factor, with what comes before z_2 held fixed."""
        network = self.derivation.network
        if network.quantities[source[0]].role is Role.PARAMETER and target[0] != network.loss:
            return None
        if not self._may_lead(source[0], target[0]):
            return None
        later = self._after(source)
        if target not in later:
            return None
        own = instance(network, target)
        if own is None or not isinstance(own.equation.body, Terms):
            return None
        direct = tuple(s for s in own.summands if source in s.entries.values())
        readers = self.graph.readers(source)
        if any(e in later or e in readers for s in direct for e in s.entries.values()):
            return None
        return replace(own, summands=direct)

    def _may_lead(self, source: str, target: str) -> bool:
        """Whether an array reaches another one through a third, or through itself."""
        readers: dict[str, set[str]] = {}
        for equation in self.derivation.network.equations:
            for ref in equation.refs.values():
                readers.setdefault(ref.array, set()).add(equation.target.array)
        seen: set[str] = set()
        waiting = list(readers.get(source, ()))
        while waiting:
            for array in readers.get(waiting.pop(), ()):
                if array == target:
                    return True
                if array not in seen:
                    seen.add(array)
                    waiting.append(array)
        return False

    def _after(self, source: Entry) -> frozenset[Entry]:
        """What is computed from those that read an element."""
        if source not in self._later:
            found: set[Entry] = set()
            waiting = list(self.graph.readers(source))
            while waiting:
                for entry in self.graph.readers(waiting.pop()):
                    if entry not in found:
                        found.add(entry)
                        waiting.append(entry)
            self._later[source] = frozenset(found)
        return self._later[source]
