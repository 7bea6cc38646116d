"""Whether the two sides of an equation are equal: as they are, for every number of their index letters, or for any values
of what nobody defines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.equality import Comparison, Equality, Outcome
from derivgen.checking.evaluating.model import Changed, Model
from derivgen.checking.evaluating.printed import printed_matrix, printed_number
from derivgen.checking.evaluating.resolving import CONSTANTS, Open, Unknown, resolved
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Restriction

#: the key of a first state: ``h_0``, ``h^(0)``
_FIRST = re.compile(r"[a-zA-Z][_^]?\(?0\)?\Z")
#: the key of a name that is nothing but a number; nobody can write it
_ANY = "#any"
#: how many instances of a statement with index letters are tried
MOST_INSTANCES = 60


@dataclass(frozen=True)
class Sides:
    """Compares the sides of equations by one model."""

    model: Model
    budget: Budget = field(default_factory=Budget)
    #: functions that have their usual meaning, whatever the document says of them
    usual: frozenset[str] = frozenset()

    @cached_property
    def equality(self) -> Equality:
        """Equality at the model's own points."""
        return Equality(self.model, self.budget)

    @cached_property
    def free(self) -> Equality:
        """Equality where names that mean nothing stand for any number."""
        return Equality(_Free(self.model), self.budget)

    @cached_property
    def at_rest(self) -> Equality | None:
        """Equality where a recurrence begins with what the document has it begin with, if that is nothing:
        authors leave out what stands with ``h_0 = 0``."""
        rest = _AtRest(self.model)
        return Equality(rest, self.budget) if any(map(rest.is_nought, self.model.names())) else None

    def compare(
        self, left: t.Node, right: t.Node, restrictions: Sequence[Restriction] = ()
    ) -> Comparison:
        """Equality; with index letters, of every instance; with unknown names, for any values."""
        found = self.equality.compare(left, right)
        general = self.model.is_complete and ix.free_letters(left) and _has_open_sum(right)
        if general and found.outcome in (Outcome.DIFFERENT, Outcome.MISFIT):
            return Comparison(Outcome.OPEN, Open("over what the sum runs is not said"))
        if found.outcome in (Outcome.DIFFERENT, Outcome.MISFIT) and self._is_rule(left, right):
            # what is called z in it may be an array, and is any number
            any_number = self.free.compare(_of_a_number(left), _of_a_number(right))
            misfit = found.outcome is Outcome.MISFIT and any_number.outcome is Outcome.DIFFERENT
            return any_number if any_number or misfit else found
        if found.outcome is not Outcome.OPEN:
            return found
        instances = list(self.instances(left, right, restrictions))
        if instances:
            outcomes = [self.equality.compare(a, b) for a, b in instances]
            if all(outcomes):
                return Comparison(Outcome.EQUAL)
            different = [o for o in outcomes if o.outcome in (Outcome.DIFFERENT, Outcome.MISFIT)]
            if self.model.is_complete and different and _has_open_sum(right):
                return found  # over which cells of a network's array it runs is not said
            # of arrays whose shapes are known every cell counts; elsewhere letters may mean less than all
            most = 2 * len(different) >= len(outcomes) if self.model.extents else False
            return different[0] if most or len(different) == len(outcomes) else found
        if not isinstance(found.reason, Unknown):
            return found
        free = self.free.compare(left, right)
        if free or (free.outcome is Outcome.DIFFERENT and self._is_rule(left, right)):
            return free
        return found

    def _is_rule(self, left: t.Node, right: t.Node) -> bool:
        """True for ``sigma'(u) = ...`` in u alone, and ``d sigma(u)/du = ...``, also of a longer formula: it can be
        tried for any u, whatever u is."""
        own = set(t.names_of(left))
        others = (name for name in t.names_of(right) if name.key not in CONSTANTS)
        if len(own) != 1 or own != set(others):
            return False
        if isinstance(left, t.Derivative):
            return left.of is not None and not isinstance(left.of, t.Name) and own == {left.by}
        return isinstance(left, t.Call) and bool(left.primes or left.function in self.usual)

    def deciding(
        self, left: t.Node, right: t.Node, restrictions: Sequence[Restriction] = ()
    ) -> tuple[Equality, t.Node, t.Node]:
        """What a statement was found wrong by: the points, and the two sides that differ there."""
        found = self.equality.compare(left, right)
        if found.outcome is not Outcome.OPEN or not isinstance(found.reason, Unknown):
            return self.at_rest or self.equality, left, right
        for one, two in self.instances(left, right, restrictions):
            if self.equality.compare(one, two).outcome in (Outcome.DIFFERENT, Outcome.MISFIT):
                return self.equality, one, two
        return self.free, left, right

    def instances(
        self, left: t.Node, right: t.Node, restrictions: Sequence[Restriction]
    ) -> Iterator[tuple[t.Node, t.Node]]:
        """The statement with its index letters replaced by numbers for which every name is known, and that it
        is about."""
        names = [n for node in (left, right) for n in t.names_of(node)]
        unknown = [name for name in names if not means(self.model, name)]
        free = ix.free_letters(left) | ix.free_letters(right)
        letters = sorted({c for name in unknown for c in ix.letters_of(name.key)} & free)
        if not letters or len(letters) > 3:
            return
        found = []
        for numbers in product(range(10), repeat=len(letters)):
            here = dict(zip(letters, numbers, strict=True))
            if not all(restriction.allows(here) for restriction in restrictions):
                continue
            if all(self._is_somewhere(replace(n, key=ix.put_in(n.key, here))) for n in names):
                found.append(here)
        # L is the last layer and no other one
        last = max((here.get("L", 0) for here in found), default=0)
        for here in [h for h in found if h.get("L", last) == last][:MOST_INSTANCES]:
            yield ix.at(left, here), ix.at(right, here)

    def _is_somewhere(self, name: t.Name) -> bool:
        """True for a name that means something, also for some numbers in place of what a sum runs over."""
        letters = ix.letters_of(name.key)
        if not letters or means(self.model, name):
            return means(self.model, name)
        return any(
            means(self.model, replace(name, key=ix.put_in(name.key, here)))
            for numbers in product(range(10), repeat=min(len(letters), 2))
            for here in [dict(zip(letters, numbers, strict=False))]
        )


def _has_open_sum(node: t.Node) -> bool:
    sums = (part for part in t.walk(node) if isinstance(part, t.BigSum) and part.index)
    return any(part.upper is None for part in sums)


def _of_a_number(node: t.Node) -> t.Node:
    """A formula of one name for a name that is nothing else."""
    if isinstance(node, t.Name):
        return replace(node, key=_ANY, mark="")
    return rebuilt(node, _of_a_number)


def means(model: Model, name: t.Name) -> bool:
    """Whether a name means a quantity, whatever it is."""
    try:
        resolved(model, name)
    except Unknown:
        return False
    return True


class _Free(Changed):
    """A model in which every name means something: one that nobody defines is any number."""

    def known(self, key: str) -> bool:
        return self.model.known(key) or (bool(key) and key not in CONSTANTS)


class _AtRest(Changed):
    """A model in which a first state that is given as 0 is nothing at every point."""

    def is_nought(self, key: str) -> bool:
        """True for ``h_0`` where the document gives it as 0."""
        given = self.model.given(key)
        if given is None or not _FIRST.search(key) or self.model.is_parameter(key):
            return False
        number, cells = printed_number(given), printed_matrix(given)
        if number is not None:
            return bool(number.value == 0)
        return cells is not None and all(cell.value == 0 for row in cells for cell in row)

    def definition(self, key: str) -> t.Node | None:
        found = self.model.definition(key)
        return self.model.given(key) if found is None and self.is_nought(key) else found
