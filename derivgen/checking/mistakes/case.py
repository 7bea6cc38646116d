"""What a wrong claim is, to whoever looks for its mistake; and what an entry of the table is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from derivgen.checking.drafts import Draft, Ledger
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.evaluation import Tokens
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import Printed
from derivgen.checking.evaluating.resolving import UPDATE_MARKS, Unknown, resolved
from derivgen.checking.evaluating.values import Real, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.mistakes.relatives import Relatives

#: how many names for one another are followed
MOST_ALIASES = 5
#: what a mistake would have given at a point
Candidate = Callable[[World], Value]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a wrong claim comes to, in numbers: the value that stands there, the one that should, and how far
    the first may be off by rounding."""

    value: Real
    right: Real | None
    slack: Real
    #: how many digits say something of the value
    digits: int
    #: of a printed matrix, the cell that the value stands in
    cell: tuple[int, int] | None = None


@dataclass(frozen=True)
class Case:
    """A wrong claim with what is known about it.

    ``right`` is what the claim should equal: the subject, or (for a wrong operand) the name that a number
    was put in for.  ``formula`` is the right formula behind it, where one is known.  ``body`` is what the
    author wrote.  ``outcome`` is None for a formula; ``number`` is the printed number, where it is one.
    """

    model: Model
    draft: Draft
    right: t.Node
    body: t.Node
    formulas: tuple[t.Node, ...]
    number: Printed | None
    outcome: Outcome | None
    ledger: Ledger
    ancestry: Ancestry
    relatives: Relatives
    #: the derivatives that the document writes
    tokens: tuple[t.Derivative, ...] = ()
    #: how the derivatives in ``right`` are meant
    reading: Tokens = "total"

    @property
    def derivative(self) -> t.Derivative | None:
        """The derivative that the claim is about, also where it goes by a name: a delta."""
        node: t.Node | None = self.right
        for _ in range(MOST_ALIASES):
            if not isinstance(node, t.Name) or node.mark:
                break
            node = self.model.definition(node.key)
        return node if isinstance(node, t.Derivative) else None

    @property
    def updated(self) -> str | None:
        """The parameter of which the claim gives the new value."""
        if isinstance(self.right, t.Name) and self.right.mark in UPDATE_MARKS:
            try:
                key, state = resolved(self.model, self.right)
            except Unknown:
                return None
            # w' = w - eta dw is an equation of its own where dw has one
            own = state == "now" and self.model.renewed.get(self.right.key) == key
            key = self.right.key if own else key
            return key if (own or state == "after") and self._is_trained(key) else None
        return None

    def _is_trained(self, key: str) -> bool:
        """True for a parameter, and for a matrix of them."""
        node = self.model.definition(key)
        if not isinstance(node, t.Matrix):
            return self.model.is_parameter(key)
        return all(
            isinstance(cell, t.Name) and self.model.is_parameter(cell.key)
            for row in node.rows
            for cell in row
        )

    @property
    def is_copied(self) -> bool:
        """True where a number was put in for a name, or given for it: nothing was worked out."""
        right = self.right
        if self.draft.operand is not None:
            return True
        if not isinstance(right, t.Name) or right.mark or not self.model.known(right.key):
            return False
        return self.model.definition(right.key) is None and self.draft.calculation is None

    def reach(self, node: t.Node) -> frozenset[str]:
        """What the value of a formula can depend on; of a new value, on the loss as well."""
        tops = self._tops(node)
        return tops.union(*map(self.ancestry.upstream, tops))

    def can_stand_for(self, node: t.Node) -> Callable[[str], bool]:
        """Tells which quantities may stand in another form of a formula: those that rest on nothing else."""
        return self.ancestry.resting_on(self._tops(node))

    def _tops(self, node: t.Node) -> frozenset[str]:
        names = {name.key for name in t.names_of(node)}
        if self.updated is not None and self.model.loss is not None:
            names.add(self.model.loss)
        return self.ancestry.read_in(node) | names

    @property
    def surroundings(self) -> Callable[[str], bool]:
        """Tells which quantities belong to the network that the claim is about, where a document has several."""
        return self.ancestry.joined({name.key for name in t.names_of(self.right)}).__contains__

    @property
    def is_formula(self) -> bool:
        """True for a claim between formulas."""
        return self.outcome is None


def no_candidates(_: Case) -> Iterable[Candidate]:
    """For a mistake that only its mending tells."""
    return ()


def no_mending(_: Case) -> Iterable[t.Node]:
    """For a mistake that only its outcome tells."""
    return ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """One typical mistake: its key, what to tell the author, and how it is recognised.

    ``candidates`` are what it makes of the right value: one of them is what the author wrote.  ``mended``
    are forms of what the author wrote with one mistake of this kind undone: one of them is right.
    ``digits`` is how many digits of a printed number have to agree before that is no coincidence; the
    mistakes of a pen are read off the digits themselves.
    """

    key: str
    message: str
    candidates: Callable[[Case], Iterable[Candidate]] = no_candidates
    mended: Callable[[Case], Iterable[t.Node]] = no_mending
    digits: int = 3
