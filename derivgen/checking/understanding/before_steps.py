"""What a quantity was before the first line that gives it a value by itself: ``w = 0.5 - 0.1 * 0.2 = 0.48``, where
0.5 was put in for w in the lines before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from derivgen.checking.evaluating.printed import exact_values, first_values, is_numeric, is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import full_key, names_in
from derivgen.checking.understanding.align import Pair
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.statements import Statement


def values_before_steps(
    decided: Decided, pairs: Callable[[t.Node, t.Node], list[Pair]]
) -> dict[str, t.Node]:
    """The numbers that were put in for quantities before a step begins with them; ``pairs`` says what was put in for
    what."""
    found: dict[str, t.Node] = {}
    for at, statement in enumerate(decided.statements):
        left = statement.left
        if not isinstance(left, t.Name) or left.mark or left.key in found:
            continue
        if _is_first_value(decided, left.key, statement):
            numbers = _put_in(decided, at, left.key, pairs)
            number = next(iter(numbers), None)
            if number is not None and exact_values(number) == first_values(statement.members[1]):
                found[left.key] = number
    return found


def _is_first_value(decided: Decided, key: str, statement: Statement) -> bool:
    """True for a sum of numbers and its result, where no line before gives the quantity a value."""
    members = statement.members
    printed = decided.notes.printed.get(key, [])
    return (
        key not in decided.definitions
        and len(members) > 2
        and isinstance(members[1], t.Sum)
        and is_numeric(members[1])
        and is_printed(members[-1])
        and bool(printed)
        and printed[0] is members[-1]
    )


def _put_in(
    decided: Decided, before: int, key: str, pairs: Callable[[t.Node, t.Node], list[Pair]]
) -> Iterator[t.Node]:
    """The numbers that the statements before a place put in for a name, in order."""
    for statement in decided.statements[:before]:
        for formula, calculation in _calculations(decided, statement):
            if key not in names_in(formula):
                continue
            for pair in pairs(formula, calculation):
                named = isinstance(pair.part, t.Name) and full_key(pair.part) == key
                if named and is_printed(pair.number):
                    yield pair.number


def _calculations(decided: Decided, statement: Statement) -> Iterator[tuple[t.Node, t.Node]]:
    """Formulas with the numbers in them, in one line or in a line of their own."""
    left, members = statement.left, statement.members
    for formula, calculation in pairwise(members):
        if not is_numeric(formula) and is_numeric(calculation):
            yield formula, calculation
    if isinstance(left, t.Name) and len(members) > 1 and is_numeric(members[1]):
        definition = decided.definitions.get(full_key(left))
        if definition is not None and not is_numeric(definition):
            yield definition, members[1]
