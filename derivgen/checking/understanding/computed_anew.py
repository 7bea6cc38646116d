"""Values that are worked out again with other numbers, where a document says no formula in names for them: after an
update, for the next sample, in another example."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import is_calculation, is_numeric, is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement


@dataclass
class ComputedAnew:
    """What was worked out so far: a line that repeats a calculation with one number miscopied is a slip, one with other
    numbers throughout, or with a number that was worked out anew before, is another value."""

    model: Model
    #: the numbers of the calculations of each quantity
    numbers: dict[str, set[Fraction]] = field(default_factory=dict)
    #: results of values that were worked out anew
    results: set[Fraction] = field(default_factory=set)

    def calculation(self, statement: Statement) -> t.Node | None:
        """The calculation of another value than the one before; None where it is none."""
        key, found = self._worked_out(statement)
        before = self.numbers.get(key)
        if found is None or not before:
            return None
        here = _numbers(found)
        others = here - before
        anew = len(others) > 1 and 2 * len(others) >= len(here)
        return found if anew or (others and others <= self.results) else None

    def note(self, statement: Statement, *, anew: bool = False) -> None:
        """Take in a statement, whether its value is another one or not."""
        key, found = self._worked_out(statement)
        if found is None:
            return
        if anew:
            self.results |= _numbers(statement.members[-1])
            self.numbers[key] = set()
        self.numbers.setdefault(key, set()).update(_numbers(found))

    def _worked_out(self, statement: Statement) -> tuple[str, t.Node | None]:
        """What a statement gives a value, and the first calculation of it."""
        left, members = statement.left, statement.members
        if not isinstance(left, t.Name) or left.mark or len(members) < 2:
            return "", None
        made = self.model.definition(left.key)
        said = made is not None and not is_numeric(made)
        if said or self.model.is_parameter(left.key) or not all(map(is_numeric, members[1:])):
            return left.key, None
        shown = is_calculation(members[1]) and not is_printed(members[1])
        return left.key, members[1] if shown and is_printed(members[-1]) else None


def _numbers(node: t.Node) -> set[Fraction]:
    return {part.value for part in t.walk(node) if isinstance(part, t.Number)}
