"""What the claims of a document are judged by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.values import Real
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.writing import shown
from derivgen.checking.understanding.statements import Policy


@dataclass(frozen=True)
class Basis:
    """A model, and how the document means what it says of it.

    ``own`` says that the model was made from the document itself: then what defines a quantity is taken
    at its word and is no claim.
    """

    model: Model
    own: bool
    #: what evaluations are counted in
    budget: Budget = field(default_factory=Budget)
    #: whether the document carries rounded numbers on, and whether it cuts digits
    policy: Policy = (False, False)
    #: how a formula is written in messages
    spelled: Callable[[t.Node], str] = shown
    #: functions that have their usual meaning, whatever the document says of them
    usual: frozenset[str] = frozenset()
    #: given quantities whose values are others here than the document gives them
    repaired: frozenset[str] = frozenset()
    #: how much of the slope on its right a function has at a kink, where the document says
    share: Real | None = None

    def by(self, model: Model) -> Basis:
        """The same with another model of the document's own."""
        return replace(self, model=model)
