"""Names that are taken for one another: those of one letter, and the two factors of a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from derivgen.checking.evaluating.model import Model
from derivgen.checking.maths import tree as t


@dataclass(frozen=True)
class Relatives:
    """The relatives of each quantity of a model, worked out once."""

    model: Model

    def like(self, key: str) -> Sequence[str]:
        """The other quantities of the same letter: ``w_2`` and ``w_[3,1]`` beside ``w_1``; none for a bare letter."""
        letter = letter_of(key)
        if letter == key:
            return ()
        return [other for other in self._by_letter.get(letter, ()) if other != key]

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key in sorted(self.model.names()):
            found.setdefault(letter_of(key), []).append(key)
        return found

    def partners(self, key: str) -> Sequence[str]:
        """What a quantity is multiplied by where something is computed from it: the input of a weight."""
        return self._partners.get(key, ())

    @cached_property
    def _partners(self) -> dict[str, list[str]]:
        found: dict[str, dict[str, None]] = {}
        for key in sorted(self.model.names()):
            definition = self.model.definition(key)
            for part in () if definition is None else t.walk(definition):
                if isinstance(part, t.Product) and len(part.factors) == 2:
                    one, two = part.factors
                    if isinstance(one, t.Name) and isinstance(two, t.Name) and one.key != two.key:
                        found.setdefault(one.key, {})[two.key] = None
                        found.setdefault(two.key, {})[one.key] = None
        return {key: list(others) for key, others in found.items()}


def letter_of(key: str) -> str:
    """A key without the numbers behind it."""
    return key.rstrip("0123456789,[]")
