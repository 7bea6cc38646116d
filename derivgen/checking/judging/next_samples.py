"""Steps of training with data of their own: after a step with the first sample, ``x`` is that of the second one, and the
loss is ``-log p_2`` where it was ``-log p_0``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.values import Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.situations import Situations
from derivgen.checking.understanding.statements import Statement


@dataclass
class NextSamples:
    """What is given anew in each step of training, until a line shows that it was meant."""

    situations: Situations
    data: dict[int, dict[str, Value]] = field(default_factory=lambda: defaultdict(dict))

    def take(self, statement: Statement) -> bool:
        """Note a value that is given anew after a step; False for any other statement."""
        value = self.situations.restated(statement) if statement.step else None
        if value is not None and isinstance(statement.left, t.Name):
            self.data[statement.step][statement.left.key] = value
        return value is not None

    def meant(self, statement: Statement, world: World) -> World | None:
        """The point that a statement may be about instead; None where nothing was given anew."""
        if not statement.step:
            return None
        with_formula = _with_formula(statement, world)
        data = dict(self.data[statement.step])
        if not data:
            return with_formula
        return (with_formula or world).with_data(data)

    def enter(self, step: int, world: World, drafts: Sequence[Draft]) -> None:
        """The document stands at such a point now: what the last statement said of it is right."""
        self.data[step].clear()
        for draft in drafts:
            left, body = draft.subject, draft.segment.body
            if isinstance(left, t.Name) and world.model.definition(left.key) is body:
                draft.accept()


def _with_formula(statement: Statement, world: World) -> World | None:
    """The point at which a quantity is computed by the formula of a statement, where that is the one that it has but for
    other cells."""
    left, model = statement.left, world.model
    if not isinstance(left, t.Name) or left.mark or not isinstance(model, DocumentModel):
        return None
    known = model.definition(left.key)
    made = next((member for member in statement.members[1:] if not is_numeric(member)), None)
    if known is None or made is None or made == known or _numberless(made) != _numberless(known):
        return None
    definitions = {**model.definitions, left.key: made}
    return replace(world, model=replace(model, definitions=definitions), relations=None)


def _numberless(node: t.Node) -> t.Node:
    """A formula without the numbers in the indices of its names."""
    if isinstance(node, t.Name):
        return t.Name(re.sub(r"(?<=_)[0-9,]+$", "#", node.key), node.mark)
    return rebuilt(node, _numberless)
