"""Where a document stands: before an update or after it, with the first sample or with the next one.

An author who trains for two steps computes z, a and the loss again under the same names.  A line that is
wrong where the document stands, and right (or less wrong) after the update or with the values that were
given anew, is about that: from there on the document stands there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.literals import literal
from derivgen.checking.evaluating.model import DocumentModel, Model
from derivgen.checking.evaluating.printed import is_printed, printed_matrix, printed_number
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import NoValue, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.computed_anew import ComputedAnew
from derivgen.checking.understanding.restated_values import lists_a_value
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.update_rules import unknown_step

#: words for a step, or for what was before
_BACK = re.compile(
    r"step|iterat|iteraci|epoch|initial|first|before|start|previous|original|schritt|anfang|vorher|zuvor|paso|antes|étape"
    r"|avant|départ",
    re.IGNORECASE,
)
#: words before what is computed again with other weights, in the last sentence
_AGAIN = re.compile(
    r"\b(?:(?:new|next|second|another|updated) (?:forward|pass|outputs?|predictions?|loss|errors?|weights?|values?)"
    r"|after (?:the|this|one|an) (?:update|step)|pass again|neue[nrs]?|nuev[oa]s?|nouve(?:au|lle)s?|nov[oa]s?)\b"
    r"|新的|更新后",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?]\s|[。！？]|\n\n")
#: steps of training that are followed
MOST_STEPS = 20


def lists_of_other_values(statements: Iterable[Statement], model: Model) -> frozenset[int]:
    """The statements, by their ids, that stand in a list which gives two or more quantities other values than they
    have."""
    found: set[int] = set()
    for lists, run in groupby(statements, lists_a_value):
        others = [s for s in run if lists and _gives_another(s, model)]
        if len(others) > 1:
            found |= {id(statement) for statement in others}
    return frozenset(found)


def _gives_another(statement: Statement, model: Model) -> bool:
    left, (_, body) = statement.left, statement.members
    if not isinstance(left, t.Name) or left.mark:
        return False
    given = model.given(left.key)
    old, new = None if given is None else printed_number(given), printed_number(body)
    return old is not None and new is not None and old.value != new.value


@dataclass
class Situations:
    """The point at which claims are judged, and the points that may be meant next."""

    model: Model
    world: World
    #: given quantities whose values are others here than the document gives them
    repaired: frozenset[str] = frozenset()
    #: statements, by their ids, of lists that give several quantities other values
    listed: frozenset[int] = frozenset()
    #: whether parameters were updated since the document came to stand here
    updated: bool = False
    steps: int = 0
    #: data that were given anew, with their new values
    anew: dict[str, Value] = field(default_factory=dict)
    #: parameters that were given anew by a line alone
    alone: set[str] = field(default_factory=set)
    #: new values of parameters, as they were printed
    renewed: dict[str, Value] = field(default_factory=dict)
    #: names that were printed so far
    seen: set[str] = field(default_factory=set)
    #: where the document stood before
    past: list[World] = field(default_factory=list)
    #: what has no formula in names, and was worked out
    worked: ComputedAnew = field(init=False)
    #: the point with the value that a statement works out anew
    _worked_anew: World | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.worked = ComputedAnew(self.model)

    def note(self, statement: Statement) -> None:
        """Take in a statement that was judged."""
        self.worked.note(statement, anew=self.world is self._worked_anew)
        self._worked_anew = None
        left = statement.left
        if not isinstance(left, t.Name):
            return
        if left.mark in UPDATE_MARKS:
            self.updated = True
            last = statement.chain.segments[-1].body
            if is_printed(last):
                self.renewed[left.key] = literal(last)
            return
        self.seen.add(left.key)
        value = self.restated(statement)
        if value is not None:
            self.anew[left.key] = value
            if self.model.is_parameter(left.key) and id(statement) not in self.listed:
                self.alone.add(left.key)

    def restated(self, statement: Statement) -> Value | None:
        """The value of a given quantity that a statement gives another value; of a parameter where no step of
        training was made before, which may have given that."""
        left, segments = statement.left, statement.chain.segments
        if not isinstance(left, t.Name) or left.mark or statement.chain.continued:
            return None
        given = self.model.given(left.key)
        trained = self.model.is_parameter(left.key) and (self.updated or statement.step > 0)
        fixed = self.model.definition(left.key) is not None or trained
        fixed = fixed or left.key in self.repaired
        if given is None or fixed or len(segments) != 2 or left.key == self.model.rate:
            return None
        body = segments[1].body
        old, new = printed_number(given), printed_number(body)
        cells = printed_matrix(given), printed_matrix(body)
        if old is not None and new is not None:
            return None if old.value == new.value else literal(body)
        if None in cells or cells[0] == cells[1]:
            return None
        return literal(body)

    def others(self, statement: Statement) -> Iterator[World]:
        """The points that a statement may be about instead: after an update where it computes again what
        was printed before; with the data that were given anew."""
        left = statement.left
        if not isinstance(left, t.Name):
            return
        if left.mark:
            if left.mark in UPDATE_MARKS and self.model.definition(left.key) is not None:
                yield from self._with_all_alike()
            return
        points = [self.world]
        if self.updated and self._was_seen(left.key) and self.steps < MOST_STEPS:
            after = self._after()
            # where the document's rule is not known, its new values are all that is
            if after is not None and self.model.step is not unknown_step:
                points.append(after)
            if self.renewed:
                points.append((after or self.world).with_data(self._as_printed()))
        yield from points[1:]
        # with one weight miscopied, what is worked out for the first time is a slip
        again = self._was_seen(left.key)
        anew = {key: value for key, value in self.anew.items() if again or key not in self.alone}
        if anew:
            for point in points:
                yield point.with_data(anew)
        calculation = self.worked.calculation(statement)
        if calculation is not None:
            with suppress(NoValue):
                self._worked_anew = self.world.with_data(
                    {left.key: self.world.evaluate(calculation)}
                )
                yield self._worked_anew

    def _with_all_alike(self) -> Iterator[World]:
        """The point from which a step changes whatever has the letter of a parameter: an author shows how w_5 is
        updated, and goes on with all of ``w_1, w_2, ...``."""
        model = self.world.model
        if not isinstance(model, DocumentModel):
            return
        letters = {ix.split(key)[0] for key in model.parameters}
        alike = {
            key
            for key in model.values
            if ix.split(key)[1] and ix.split(key)[0] in letters and model.definition(key) is None
        }
        if not alike <= model.parameters:
            trained = replace(model, parameters=model.parameters | alike)
            yield replace(self.world, model=trained, relations=None)

    def _was_seen(self, key: str) -> bool:
        """Whether something was printed before, or all of its kind in letters."""
        return key in self.seen or any(ix.is_instance(key, other) for other in self.seen)

    def may_look_back(self, statement: Statement) -> bool:
        """True for the value of something computed that stands there alone, behind words for a step or for before."""
        left, members = statement.left, statement.members
        if not isinstance(left, t.Name) or left.mark or statement.chain.continued:
            return False
        alone = len(members) == 2 and is_printed(members[1])
        return (
            alone
            and _BACK.search(statement.passage.before) is not None
            and self.model.definition(left.key) is not None
        )

    def is_out_of_sight(self, statement: Statement, upstream: Collection[str]) -> bool:
        """True for a value alone that sentences say is that of other weights, where some of what it is computed from has
        no formula but numbers: then it cannot be computed again."""
        left, members = statement.left, statement.members
        if not isinstance(left, t.Name) or left.mark or statement.chain.continued:
            return False
        said = _SENTENCE.split(statement.passage.before)[-1]
        alone = len(members) == 2 and is_printed(members[1])
        fixed = any(key in self.model.worked_out for key in (*upstream, left.key))
        return alone and fixed and _AGAIN.search(said) is not None and self._was_seen(left.key)

    def _after(self) -> World | None:
        """The point after a step, where there is a rule for that."""
        try:
            return self.world.after
        except NoValue:
            return None

    def _as_printed(self) -> dict[str, Value]:
        """The parameters after a step: the new values that were printed, else the old ones."""
        found = dict(self.renewed)
        for key in self.model.names():
            cell = self.model.element(key)
            if cell is not None and cell.array in self.renewed:
                continue  # it is what stands there in its array
            if self.model.is_parameter(key) and key not in found:
                with suppress(NoValue):
                    found[key] = self.world.value(key)
        return found

    def enter(self, world: World) -> None:
        """The document stands at another point from here on."""
        stepped = world.step > self.world.step
        self.past.append(self.world)
        self.world = world
        self.anew = {}
        if stepped:
            self.updated, self.steps = False, self.steps + 1
