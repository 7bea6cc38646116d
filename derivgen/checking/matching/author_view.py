"""An author's names: which there are, what was printed for them, which stand for many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from derivgen.checking.evaluating.printed import is_printed, printed_matrix
from derivgen.checking.evaluating.resolving import PLAIN_MARKS, UPDATE_MARKS
from derivgen.checking.matching.generic import (
    by_indices,
    generic_above,
    generic_template,
    index_letters,
    templates,
)
from derivgen.checking.matching.network_view import NetworkView
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.keys import PRIMES
from derivgen.checking.maths.writing import APART
from derivgen.checking.understanding.statements import Learned


@dataclass(frozen=True)
class AuthorView:
    """The names of a document, beside a network whose printed names tell index letters."""

    learned: Learned
    network: NetworkView

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """All names of quantities, in the order in which they are known."""
        learned = self.learned
        found = dict.fromkeys(learned.model.names())
        found |= dict.fromkeys(learned.sides) | dict.fromkeys(learned.printed)
        for of, by in sorted(learned.derivatives):
            found |= {of: None, by: None}
        for node in (*learned.model.definitions.values(), *chain(*learned.sides.values())):
            found |= dict.fromkeys(t.full_key(p) for p in t.names_of(node))
        found.pop("", None)
        # what an optimiser keeps is nothing of the network's
        return tuple(key for key in found if not _is_later(key, found) and APART not in key)

    @cached_property
    def written(self) -> tuple[str, ...]:
        """All names, and those with a mark that stand beside one without it."""
        nodes = chain.from_iterable(
            (s.left, *(segment.body for segment in s.chain.segments))
            for s in self.learned.statements
        )
        parts = chain.from_iterable(t.walk(node) for node in nodes if node is not None)
        names = (t.full_key(p) for p in parts if isinstance(p, t.Name))
        return tuple(dict.fromkeys((*self.keys, *names)))

    @cached_property
    def named(self) -> tuple[str, ...]:
        """All names that a user may say something of: also those that only stand there with a mark."""
        plain = (key.rstrip("".join((*PRIMES, "*+"))) for key in self.written)
        return tuple(dict.fromkeys((*self.keys, *self.written, *filter(None, plain))))

    @cached_property
    def generic(self) -> Mapping[str, str]:
        """Names with index letters, and the template of the names that they stand for."""
        known = templates([*self.keys, *self.network.spelled.values()])
        found = {}
        numbered = frozenset(self.keys)
        for key in self.keys:
            pattern = None
            if not self.printed(key):
                pattern = (
                    generic_template(key, known)
                    or generic_above(key, numbered)
                    or by_indices(key, self._indices)
                )
            if pattern is not None:
                found[key] = pattern
        return found

    @cached_property
    def _indices(self) -> frozenset[str]:
        """The letters that count in the document's sums, and those that stand beside them."""
        sides = chain(*self.learned.sides.values(), self.learned.model.definitions.values())
        return index_letters(sides)

    def printed(self, key: str) -> tuple[t.Node, ...]:
        """The numbers that stand for a name: what was given first, then what was printed."""
        given = self.learned.model.values.get(key)
        return (*(() if given is None else (given,)), *self.learned.printed.get(key, ()))

    def is_whole(self, key: str) -> bool:
        """True for a name that is shown to be an array, or stands for all of its elements."""
        if key in self.generic:
            return True
        nodes = [*self.printed(key), *self.learned.sides.get(key, ())]
        return any(isinstance(n, t.Matrix) or printed_matrix(n) is not None for n in nodes)

    def is_given(self, key: str) -> bool:
        """True for a name without a formula, and for one that is given although a formula in index letters would
        be its own: ``O_1 = 1`` of an input, beside ``O_j = sigmoid(I_j)``."""
        if key in self.learned.model.definitions:
            return False
        return key not in self.learned.sides or key in self.stated

    @cached_property
    def stated(self) -> frozenset[str]:
        """Names that nothing but a value is written for."""
        valued: set[str] = set()
        computed: set[str] = set()
        for statement in self.learned.statements:
            members = statement.members
            if len(members) > 1 and isinstance(members[0], t.Name):
                plain = len(members) == 2 and is_printed(members[1])
                (valued if plain else computed).add(t.full_key(members[0]))
        return frozenset(valued - computed - self.learned.model.opaque)


def _is_later(key: str, keys: Mapping[str, object]) -> bool:
    """True for another state of a name that stands there as well: ``w_5+`` beside ``w_5``."""
    return any(
        key.endswith(mark) and key.removesuffix(mark) in keys
        for mark in UPDATE_MARKS | PLAIN_MARKS
        if mark
    ) and not _is_counted(key)


def _is_counted(key: str) -> bool:
    """True where the mark is a letter of the name: ``net`` beside ``ne``."""
    return key[-1:] == "t" and key[-2:-1].isalnum()
