"""What a view is about: a derivation, one pass of it, and the update that follows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.passes import Pass
from derivgen.derivation.training import Update
from derivgen.document.formulas import Formulas


@dataclass(frozen=True)
class Situation:
    """``change`` is None where nothing is updated: no numbers, or no learning rate."""

    derivation: Derivation
    passed: Pass
    change: Update | None

    def mark(self, view: str) -> str:
        """What keeps the labels of a view apart from those of other views and training steps."""
        step = 1 if self.change is None else self.change.step
        return view if step == 1 else f"{view} in step {step}"

    @cached_property
    def formulas(self) -> Formulas:
        return Formulas(self.derivation, self.passed)
