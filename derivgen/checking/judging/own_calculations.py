"""Numbers that are not what is calculated right before them, where a document says nothing else of a quantity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from derivgen.checking.drafts import Draft, Ledger
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import Fit, is_numeric, is_printed, printed_number
from derivgen.checking.evaluating.values import NoValue, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.loose_signs import with_squared_signs
from derivgen.checking.maths.mixed_numbers import with_mixed_numbers
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.statements import Statement

#: what a quantity is calculated as, by the statements that calculate it
Calculated = Mapping[int, Mapping[str, Value]]


def calculated(model: Model, statements: Sequence[Statement], world: World) -> Calculated:
    """What quantities are calculated as of which nothing is known but a number behind the calculation, and that is
    another one: the number is wrong, and not what it should come of."""
    found: dict[int, Mapping[str, Value]] = {}
    for chain in _chains(statements):
        left = chain[0].left
        members = [segment.body for statement in chain for segment in statement.chain.segments]
        if not isinstance(left, t.Name) or left.mark or len(members) < 3:
            continue
        if model.given(left.key) is not members[-1] or _is_computed(world, left.key):
            continue
        number = printed_number(members[-1])
        calculations = [m for m in members[1:-1] if is_numeric(m) and not is_printed(m)]
        if number is None or not calculations:
            continue
        if any(
            loose(one) != one
            for loose in (with_squared_signs, with_mixed_numbers)
            for one in calculations
        ):
            continue  # what is meant is not sure
        try:
            value = v.scalar(world.evaluate(calculations[0]))
            # that of one number, -(-0.5), is just written otherwise
            others = [
                v.scalar(world.evaluate(one)) for one in calculations[1:] if _is_of_several(one)
            ]
        except NoValue:
            continue
        if any(other is not None and number.fit(other) is not Fit.OFF for other in others):
            continue  # the number is that of the last calculation: that one is wrong, or the first
        # in its last digit it may be right, and its operands rounded
        if value is not None and abs(value - number.value) > 1.5 * number.unit:
            found |= {id(statement): {left.key: v.constant(value)} for statement in chain}
    return found


def calculated_as(
    calculated: Calculated, statement: Statement, drafts: Sequence[Draft], ledger: Ledger
) -> Mapping[str, Value]:
    """What a statement calculates; nothing where a number in it was blamed before: the result may be right in spite."""
    wrong = {draft.id for draft in drafts if draft.verdict is Verdict.WRONG}
    behind = map(ledger.claims_behind, statement.members[1:-1])
    if id(statement) not in calculated or any(not wrong.isdisjoint(uses) for uses in behind):
        return {}
    return calculated[id(statement)]


def _is_of_several(calculation: t.Node) -> bool:
    return sum(isinstance(part, t.Number) for part in t.walk(calculation)) > 1


def _is_computed(world: World, key: str) -> bool:
    """Whether a value follows from a formula, and is not just read off what was printed."""
    if world.model.definition(key) is None:
        return False
    with suppress(NoValue):
        world.value(key)
    return key not in world.read_off


def _chains(statements: Sequence[Statement]) -> Iterator[Sequence[Statement]]:
    """Each statement with those that go on with it."""
    chain: list[Statement] = []
    for statement in statements:
        if chain and not statement.chain.continued:
            yield chain
            chain = []
        chain.append(statement)
    if chain:
        yield chain
