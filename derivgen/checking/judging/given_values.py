"""Values that are given again: a slip, or the beginning of another example."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import groupby

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.literals import exact
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.keys import PRIMES
from derivgen.checking.maths.tree import names_in
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.restated_values import lists_a_value
from derivgen.checking.understanding.situations import Situations
from derivgen.checking.understanding.statements import Statement

#: what steps and times are counted by
_COUNTERS = ix.LETTERS | {"epoch", "step"}
#: so many quantities have values in a line of a protocol
SHORTEST_LINE = 3


@dataclass
class GivenValues:
    """What is thought of claims that give a quantity another value than it had.

    ``own`` says that the model was made from the document itself; ``repaired`` are given quantities whose values
    are others here than the document gives them; ``upstream_of`` tells what a formula is computed from."""

    model: Model
    own: bool
    repaired: frozenset[str]
    situations: Situations
    upstream_of: Callable[[t.Node], frozenset[str]]
    #: claims that give a value anew, until it shows whether that was meant
    waiting: list[Draft] = field(default_factory=list)

    def restated(self, statement: Statement, drafts: Sequence[Draft]) -> None:
        """A value given anew may be the next sample's: what goes on with it tells. Where nothing does,
        nothing tells what it should be."""
        if not self.own or self.situations.restated(statement) is None:
            return
        # a given value that is another one is no rounding of the first one either
        wrong = [draft for draft in drafts if draft.verdict in (Verdict.WRONG, Verdict.ROUNDING)]
        self.waiting += wrong
        assert isinstance(statement.left, t.Name)
        if statement.left.key not in self._read:
            for draft in wrong:
                _leave_open(draft)

    def computed_again(self, statement: Statement, drafts: Sequence[Draft]) -> None:
        """What sentences say of other weights is wrong by these ones, and says nothing where those cannot be put in."""
        wrong = [draft for draft in drafts if draft.verdict is Verdict.WRONG]
        if not self.own or not wrong or statement.left is None:
            return
        if self.situations.is_out_of_sight(statement, self.upstream_of(statement.left)):
            for draft in wrong:
                draft.verdict, draft.code = Verdict.UNDECIDED, "C404"
                draft.message = "it is computed again with other numbers, which are not shown"

    def after_step(self, statement: Statement, drafts: Sequence[Draft]) -> None:
        """After a step of training, a number of which only a value was given before may have another one."""
        left = statement.left
        if not self.own or not isinstance(left, t.Name) or left.mark not in {"", *PRIMES}:
            return
        model = self.model
        stated = model.given(left.key) is not None and model.definition(left.key) is None
        if not stated or model.is_parameter(left.key) or left.key in self._read:
            return
        for draft in drafts:
            if draft.verdict is Verdict.WRONG:
                _leave_open(draft)

    def meant(self, drafts: Sequence[Draft], statements: Sequence[Statement]) -> None:
        """What was given anew was meant so, and what stands before it is about none of the values that were given for
        the first time with it."""
        anew = {id(draft.statement) for draft in self.waiting}
        begin = next((at for at, s in enumerate(statements) if id(s) in anew), 0)
        while begin and lists_a_value(statements[begin - 1]):
            begin -= 1
        before, after = ({*map(self._valued, s)} for s in (statements[:begin], statements[begin:]))
        earlier = {id(statement) for statement in statements[:begin]}
        for draft in drafts:
            if id(draft.statement) in earlier and draft.subject is not None:
                later = self.upstream_of(draft.subject) & (after - before)
                if later and draft.verdict in (Verdict.WRONG, Verdict.ROUNDING):
                    draft.verdict, draft.code = Verdict.UNDECIDED, "C404"
                    draft.message = f"{min(later)} is given only later, beside other values"
        for draft in self.waiting:
            draft.accept()
        self.waiting.clear()

    def _valued(self, statement: Statement) -> str:
        """What a statement gives the value that is taken for it everywhere; nothing where it gives none."""
        left = statement.left
        if not isinstance(left, t.Name) or not lists_a_value(statement):
            return ""
        return left.key if self.model.given(left.key) == statement.members[1] else ""

    def settle(self, drafts: Sequence[Draft]) -> None:
        """Another value for something given is a slip where the document goes on with the first one, and
        else perhaps the beginning of another example; what counts up (``At t = 2:``) is none."""
        self._let_count(drafts)
        self._leave_protocols_open(drafts)
        for at, draft in enumerate(drafts):
            other = draft.verdict is Verdict.WRONG or draft.code == "C111"
            if other and self._gives(draft):
                assert isinstance(draft.statement.left, t.Name)
                key = draft.statement.left.key
                if key in self.repaired:
                    continue  # that more lines agree with another value is what tells
                if not any(self._goes_on_with(key, later) for later in drafts[at + 1 :]):
                    _leave_open(draft)

    def _leave_protocols_open(self, drafts: Sequence[Draft]) -> None:
        """The lines of a protocol, ``x = (0, 1), t = 1, y = 0``, give other values again and again."""
        others: dict[str, set[int]] = defaultdict(set)
        for draft in drafts:
            left = draft.statement.left
            if draft.verdict is Verdict.WRONG and isinstance(left, t.Name) and self._gives(draft):
                others[left.key].add(id(draft.statement))
        records = {place for found in others.values() if len(found) > 1 for place in found}
        for is_plain, run in groupby(drafts if records else (), _is_plain):
            line = list(run)
            places = {id(draft.statement) for draft in line}
            if is_plain and len(places) >= SHORTEST_LINE and not records.isdisjoint(places):
                for draft in line:
                    if draft.verdict is Verdict.WRONG:
                        _leave_open(draft)

    def _let_count(self, drafts: Sequence[Draft]) -> None:
        """A letter that counts elsewhere, and is one more each time, is no quantity here."""
        last: dict[str, Fraction | None] = {}
        for draft in drafts:
            left, chain = draft.statement.left, draft.statement.chain
            number = exact(draft.segment.body)
            if not isinstance(left, t.Name) or left.mark or len(chain.segments) != 2:
                continue
            if left.key.lstrip("?") not in _COUNTERS:  # a network does not know it
                continue
            if left.key not in last:
                given = self.model.given(left.key)
                last[left.key] = None if given is None else exact(given)
            before = last[left.key]
            counts = number is not None and before is not None and number == before + 1
            if draft.verdict is Verdict.WRONG and counts:
                _leave_open(draft)
            last[left.key] = number

    def _gives(self, draft: Draft) -> bool:
        """True for ``x = 0.5`` alone, of what is given."""
        left = draft.statement.left
        if not self.own or not isinstance(left, t.Name) or not _is_plain(draft):
            return False
        given = self.model.given(left.key)
        stated = given is not None and self.model.definition(left.key) is None
        return stated and left.key not in self.model.put_in

    def _goes_on_with(self, key: str, draft: Draft) -> bool:
        """True for a number that is right with the value that was given for something at first."""
        if draft.verdict is Verdict.WRONG and draft.operand is not None:
            return isinstance(draft.operand[0], t.Name) and draft.operand[0].key == key
        if draft.number is None or draft.subject is None or draft.verdict is Verdict.UNDECIDED:
            return False
        if not draft.modelled:
            return False
        names = list(t.names_of(draft.subject))
        if key == self.model.rate:
            return any(name.mark in UPDATE_MARKS for name in names)
        return key in self.upstream_of(draft.subject)

    @cached_property
    def _read(self) -> frozenset[str]:
        """What the definitions of the model read."""
        definitions = map(self.model.definition, self.model.names())
        return frozenset(name for node in definitions if node for name in names_in(node))


def _is_plain(draft: Draft) -> bool:
    """True for a name and a number, ``x = 0.5``, and nothing else."""
    left, chain = draft.statement.left, draft.statement.chain
    named = isinstance(left, t.Name) and not left.mark
    return named and not chain.continued and len(chain.segments) == 2


def _leave_open(draft: Draft) -> None:
    draft.verdict, draft.code = Verdict.UNDECIDED, "C404"
    draft.message = f"it was given as {draft.expected} before"
