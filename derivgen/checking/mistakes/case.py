"""What a wrong claim is, to whoever looks for its mistake; and what an entry of the table is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from derivgen.checking.ancestry import Ancestry
from derivgen.checking.drafts import Draft, Ledger
from derivgen.checking.maths import tree as t
from derivgen.checking.model import Model
from derivgen.checking.printed import Printed
from derivgen.checking.resolving import UPDATE_MARKS, Unknown, resolved
from derivgen.checking.values import Value
from derivgen.checking.world import World

#: what a mistake would have given at a point
Candidate = Callable[[World], Value]


@dataclass(frozen=True)
class Case:
    """A wrong claim with what is known about it.

    ``right`` is what the claim should equal: the subject, or (for a wrong operand) the name that a number
    was put in for.  ``formula`` is the right formula behind it, where one is known.
    """

    model: Model
    draft: Draft
    right: t.Node
    formula: t.Node | None
    number: Printed | None
    ledger: Ledger
    ancestry: Ancestry

    @property
    def derivative(self) -> t.Derivative | None:
        return self.right if isinstance(self.right, t.Derivative) else None

    @property
    def updated(self) -> str | None:
        """The parameter of which the claim gives the new value."""
        if isinstance(self.right, t.Name) and self.right.mark in UPDATE_MARKS:
            try:
                key, state = resolved(self.model, self.right)
            except Unknown:
                return None
            return key if state == "after" and self.model.is_parameter(key) else None
        return None

    @property
    def body(self) -> t.Node:
        """What the author wrote."""
        return self.draft.segment.body

    @property
    def is_given(self) -> bool:
        """True where a number was put in for a quantity that is given: then nothing was worked out."""
        return (
            isinstance(self.right, t.Name)
            and not self.right.mark
            and self.model.definition(self.right.key) is None
        )


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
    """

    key: str
    message: str
    candidates: Callable[[Case], Iterable[Candidate]] = no_candidates
    mended: Callable[[Case], Iterable[t.Node]] = no_mending
