"""Symbols: does an equation between formulas hold?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

from derivgen.checking.drafts import Draft, note_open
from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.equality import Comparison, Equality, Outcome
from derivgen.checking.evaluating.model import Changed, Element, Model
from derivgen.checking.evaluating.printed import printed_matrix, printed_number
from derivgen.checking.evaluating.resolving import CONSTANTS, UPDATE_MARKS, Open, Unknown, resolved
from derivgen.checking.evaluating.values import Array, NoValue, Shapes, is_nothing, shown_shape
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.writing import shown
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.statements import Restriction

#: the key of a first state: ``h_0``, ``h^(0)``
_FIRST = re.compile(r"[a-zA-Z][_^]?\(?0\)?\Z")
#: the key of a name that is nothing but a number; nobody can write it
_ANY = "#any"
#: how many formulas before a claim it is compared with
MOST_BEFORE = 20
#: what is said of ``y = m x + b`` in an introduction
GENERAL = "a formula in general terms, about nothing that is defined here"
#: how many instances of a statement with index letters are tried
MOST_INSTANCES = 60
#: in a document with so many values, what has none is not understood rather than left open
FEWEST_VALUES = 3


@dataclass(frozen=True)
class SymbolJudge:
    """Judges equations between formulas by one model."""

    model: Model
    #: how a formula is written in messages
    spelled: Callable[[t.Node], str] = shown
    budget: Budget = field(default_factory=Budget)
    #: functions that have their usual meaning, whatever the document says of them
    usual: frozenset[str] = frozenset()

    @cached_property
    def equality(self) -> Equality:
        return Equality(self.model, self.budget)

    @cached_property
    def free(self) -> Equality:
        """Equality where names that mean nothing stand for any number."""
        return Equality(_Free(self.model), self.budget)

    @cached_property
    def at_rest(self) -> Equality | None:
        """Equality where a recurrence begins with what the document has it begin with, if that is nothing:
        authors leave out what stands with ``h_0 = 0``."""
        rest = _AtRest(self.model)
        return Equality(rest, self.budget) if any(map(rest.is_nought, self.model.names())) else None

    def judge(self, draft: Draft, subject: t.Node, before: Sequence[t.Node]) -> None:
        """Judge ``subject = ... = draft.segment.body``; ``before`` are the formulas in between."""
        draft.subject = subject
        body = draft.segment.body
        restrictions = draft.statement.restrictions
        found = self.compare(subject, body, restrictions)
        if found.outcome is Outcome.DIFFERENT and self.at_rest is not None:
            found = self.at_rest.compare(subject, body) or found
        if found and (misfit := self._lies_otherwise(draft, subject)) is not None:
            found = misfit
        if found.outcome is Outcome.OPEN:
            for other in before[: -MOST_BEFORE - 1 : -1]:
                if self.compare(other, body, restrictions):
                    found = Comparison(Outcome.EQUAL)
                    break
        if found and isinstance(subject, t.Derivative) and self._is_cut(subject):
            draft.code, draft.message = "C404", GENERAL
            return
        if found:
            draft.verdict = Verdict.CORRECT
            return
        if found.outcome is Outcome.OPEN:
            assert found.reason is None or isinstance(found.reason, NoValue)
            if found.reason is not None:
                note_open(draft, found.reason)
            if _is_unknown(self.model, subject) or self._generic(body):
                draft.code, draft.message = "C404", GENERAL
            return
        if valued := self._valued_alone(subject, body):
            # its value alone is known: a formula that was not understood may well be what computes it
            draft.code = "C407"
            draft.message = f"what {self.spelled(valued)} is computed from is not said"
            return
        if self._is_apart(subject):
            # a formula in general, such as that of the layer l, has no instances that could be wrong
            special = next(self._instances(subject, body, restrictions), None) is not None
            draft.doubted = found.outcome is Outcome.DIFFERENT and special
            draft.code, draft.message = "C404", GENERAL
            return
        if isinstance(subject, t.Derivative) and self._is_general(subject, body, restrictions):
            draft.code, draft.message = "C404", GENERAL
            return
        if found.outcome is Outcome.MISFIT and (silent := self._shapeless(subject, body)):
            draft.code, draft.message = "C405", f"the shape of {silent} is not given"
            return
        if unsaid := self._unsaid(subject, body):
            draft.code, draft.message = "C405", f"the value of {self.spelled(unsaid)} is not given"
            return
        if self._is_model_of_data(subject, body):
            draft.code, draft.message = "C404", GENERAL
            return
        draft.verdict, draft.printed = Verdict.WRONG, self.spelled(body)
        if found.outcome is Outcome.MISFIT:
            draft.code, draft.message = "C301", str(found.reason)
            return
        draft.code = _code_of(subject)
        draft.message = f"{self.spelled(subject)} is not {draft.printed}"

    def _valued_alone(self, subject: t.Node, body: t.Node) -> t.Name | None:
        """What a claim rests on and has a value without what computes it: its subject, or, where that is a value after an
        update, another one of the same step, ``o_pre^*``, though ``o_pre`` is computed."""
        if not isinstance(subject, t.Name):
            return None
        if not subject.mark:
            return subject if subject.key in self.model.opaque else None
        if subject.mark not in UPDATE_MARKS:
            return None
        for key in sorted(self.equality.ancestry.upstream_of(body)):
            base, pieces = ix.split(key)
            before = ix.joined(base.removesuffix(subject.mark), pieces)
            valued = self.model.definition(key) is None and self.model.given(key) is not None
            if before != key and valued and self.model.definition(before) is not None:
                return t.Name(key)
        return None

    def _is_cut(self, subject: t.Derivative) -> bool:
        """True for a slope by something with index letters that nothing connects with what is differentiated: what is
        said in general is looked at in a network of its own."""
        if not ix.free_letters(subject):
            return False
        try:
            return all(is_nothing(p.evaluate(subject)) for p in self.equality.points[:2])
        except NoValue:
            return False

    def _is_model_of_data(self, subject: t.Node, body: t.Node) -> bool:
        """True for ``y = w x`` of a given target y, where that computes another quantity: it says what is to be fitted."""
        if not isinstance(subject, t.Name) or subject.mark or self.model.given(subject.key) is None:
            return False
        if self.model.definition(subject.key) is not None:
            return False
        return any(self.model.definition(key) == body for key in self.model.names())

    def _lies_otherwise(self, draft: Draft, subject: t.Node) -> Comparison | None:
        """A formula for the transpose of what it is said to be, where the numbers that follow have the other shape:
        elsewhere it may be that its author writes derivatives so."""
        cells = [printed_matrix(member) for member in draft.statement.members]
        shapes = {(len(rows), len(rows[0])) for rows in cells if rows}
        if not isinstance(subject, t.Derivative) or not shapes:
            return None
        try:
            one, two = (self.equality.points[0].evaluate(n) for n in (subject, draft.segment.body))
        except (NoValue, IndexError):
            return None
        if not isinstance(one, Array) or not isinstance(two, Array) or one.is_vector:
            return None
        if one.shape == two.shape or one.shape != two.shape[::-1] or one.shape not in shapes:
            return None
        sizes = f"{shown_shape(one)} on one side, {shown_shape(two)} on the other"
        return Comparison(Outcome.MISFIT, Shapes(sizes))

    def _is_apart(self, subject: t.Node) -> bool:
        """True for a name that has nothing to do with the loss: an example, a definition in general."""
        loss = self.model.loss
        if not isinstance(subject, t.Name):
            return False
        if ix.letters_of(subject.key):
            # an equation of every unit: its instances were looked at
            return not (self.model.extents or self.model.in_letters)
        if loss is None or subject.mark:
            return False
        try:
            key, _ = resolved(self.model, subject)
        except Unknown:
            return True
        ancestry = self.equality.ancestry
        states = set(self.model.renewed.values())
        if key in states or any(ancestry.leads(key, state) for state in states):
            return False  # the next value of something, or what that is computed from
        if key == loss or ancestry.leads(loss, key) or ancestry.leads(key, loss):
            return False
        # a delta is computed from what the loss is computed from
        above = ancestry.upstream(loss)
        return not any(
            name in above and self.model.definition(name) for name in ancestry.upstream(key)
        )

    def _unsaid(self, subject: t.Node, body: t.Node) -> t.Name | None:
        """Something that a formula is computed from by way of other quantities, and its subject is not, and that alone
        has no value: what it means was not understood."""
        ancestry = self.equality.ancestry
        above = ancestry.upstream_of(body) - ancestry.upstream_of(subject)
        here = {name.key for node in (subject, body) for name in t.names_of(node)}
        silent = [
            key
            for key in sorted(above - here)
            if self._stated(key) is None and not self.model.is_parameter(key)
        ]
        if not silent:
            return None
        valued = sum(self.model.given(key) is not None for key in self.model.names())
        return t.Name(silent[0]) if valued >= FEWEST_VALUES else None

    def _is_general(
        self, subject: t.Node, body: t.Node, restrictions: Sequence[Restriction]
    ) -> bool:
        """True for a slope in index letters of which the document has no instance: here, z_i is none of the z_k of a
        sum; what is said in general is looked at in a network of its own."""
        if not ix.free_letters(subject) or self.model.extents or self.model.in_letters:
            return False
        sums = any(isinstance(part, t.BigSum) for n in (subject, body) for part in t.walk(n))
        above = self.equality.ancestry.upstream_of(subject)
        made = (self.model.definition(key) for key in above)
        sums = sums or any(
            isinstance(part, t.BigSum) for node in made if node is not None for part in t.walk(node)
        )
        return sums and next(self._instances(subject, body, restrictions), None) is None

    def _shapeless(self, *nodes: t.Node) -> str:
        """Something that a matrix is multiplied by on the way to formulas, of which neither value nor shape is
        known; empty where there is none."""
        above = frozenset[str]().union(*map(self.equality.ancestry.upstream_of, nodes))
        found = (self.model.definition(key) for key in sorted(above))
        for node in (*nodes, *(definition for definition in found if definition is not None)):
            for part in t.walk(node):
                bodies = part.factors if isinstance(part, t.Product) else ()
                factors = [f.body if isinstance(f, t.Transposed) else f for f in bodies]
                keys = [factor.key for factor in factors if isinstance(factor, t.Name)]
                silent = [key for key in keys if self._stated(key) is None]
                if silent and any(isinstance(self._stated(key), t.Matrix) for key in keys):
                    return silent[0]
        return ""

    def _stated(self, key: str) -> t.Node | Element | None:
        return self.model.definition(key) or self.model.given(key) or self.model.element(key)

    def compare(
        self, left: t.Node, right: t.Node, restrictions: Sequence[Restriction] = ()
    ) -> Comparison:
        """Equality; with index letters, of every instance; with unknown names, for any values."""
        found = self.equality.compare(left, right)
        general = self.model.is_complete and ix.free_letters(left) and _has_open_sum(right)
        if general and found.outcome in (Outcome.DIFFERENT, Outcome.MISFIT):
            return Comparison(Outcome.OPEN, Open("over what the sum runs is not said"))
        if found.outcome in (Outcome.DIFFERENT, Outcome.MISFIT) and self._is_rule(left, right):
            # what is called z in it may be an array, and is any number
            any_number = self.free.compare(_of_a_number(left), _of_a_number(right))
            misfit = found.outcome is Outcome.MISFIT and any_number.outcome is Outcome.DIFFERENT
            return any_number if any_number or misfit else found
        if found.outcome is not Outcome.OPEN:
            return found
        instances = list(self._instances(left, right, restrictions))
        if instances:
            outcomes = [self.equality.compare(a, b) for a, b in instances]
            if all(outcomes):
                return Comparison(Outcome.EQUAL)
            different = [o for o in outcomes if o.outcome in (Outcome.DIFFERENT, Outcome.MISFIT)]
            if self.model.is_complete and different and _has_open_sum(right):
                return found  # over which cells of a network's array it runs is not said
            # of arrays whose shapes are known every cell counts; elsewhere letters may mean less than all
            most = 2 * len(different) >= len(outcomes) if self.model.extents else False
            return different[0] if most or len(different) == len(outcomes) else found
        if not isinstance(found.reason, Unknown):
            return found
        free = self.free.compare(left, right)
        if free or (free.outcome is Outcome.DIFFERENT and self._is_rule(left, right)):
            return free
        return found

    def _is_rule(self, left: t.Node, right: t.Node) -> bool:
        """True for ``sigma'(u) = ...`` in u alone, and ``d sigma(u)/du = ...``, also of a longer formula: it can be
        tried for any u, whatever u is."""
        own = set(t.names_of(left))
        others = (name for name in t.names_of(right) if name.key not in CONSTANTS)
        if len(own) != 1 or own != set(others):
            return False
        if isinstance(left, t.Derivative):
            return left.of is not None and not isinstance(left.of, t.Name) and own == {left.by}
        return isinstance(left, t.Call) and bool(left.primes or left.function in self.usual)

    def deciding(
        self, left: t.Node, right: t.Node, restrictions: Sequence[Restriction] = ()
    ) -> tuple[Equality, t.Node, t.Node]:
        """What a statement was found wrong by: the points, and the two sides that differ there."""
        found = self.equality.compare(left, right)
        if found.outcome is not Outcome.OPEN or not isinstance(found.reason, Unknown):
            return self.at_rest or self.equality, left, right
        for one, two in self._instances(left, right, restrictions):
            if self.equality.compare(one, two).outcome in (Outcome.DIFFERENT, Outcome.MISFIT):
                return self.equality, one, two
        return self.free, left, right

    def _generic(self, body: t.Node) -> bool:
        """True for a formula in general terms: ``E_total = sum 1/2 (target - output)^2``."""
        names = list(t.names_of(body))
        return bool(names) and not any(_means(self.model, name) for name in names)

    def _instances(
        self, left: t.Node, right: t.Node, restrictions: Sequence[Restriction]
    ) -> Iterator[tuple[t.Node, t.Node]]:
        """The statement with its index letters replaced by numbers for which every name is known, and that it
        is about."""
        names = [n for node in (left, right) for n in t.names_of(node)]
        unknown = [name for name in names if not _means(self.model, name)]
        free = ix.free_letters(left) | ix.free_letters(right)
        letters = sorted({c for name in unknown for c in ix.letters_of(name.key)} & free)
        if not letters or len(letters) > 3:
            return
        found = []
        for numbers in product(range(10), repeat=len(letters)):
            here = dict(zip(letters, numbers, strict=True))
            if not all(restriction.allows(here) for restriction in restrictions):
                continue
            if all(self._is_somewhere(replace(n, key=ix.put_in(n.key, here))) for n in names):
                found.append(here)
        # L is the last layer and no other one
        last = max((here.get("L", 0) for here in found), default=0)
        for here in [h for h in found if h.get("L", last) == last][:MOST_INSTANCES]:
            yield ix.at(left, here), ix.at(right, here)

    def _is_somewhere(self, name: t.Name) -> bool:
        """True for a name that means something, also for some numbers in place of what a sum runs over."""
        letters = ix.letters_of(name.key)
        if not letters or _means(self.model, name):
            return _means(self.model, name)
        return any(
            _means(self.model, replace(name, key=ix.put_in(name.key, here)))
            for numbers in product(range(10), repeat=min(len(letters), 2))
            for here in [dict(zip(letters, numbers, strict=False))]
        )


def _has_open_sum(node: t.Node) -> bool:
    sums = (part for part in t.walk(node) if isinstance(part, t.BigSum) and part.index)
    return any(part.upper is None for part in sums)


def _of_a_number(node: t.Node) -> t.Node:
    """A formula of one name for a name that is nothing else."""
    if isinstance(node, t.Name):
        return replace(node, key=_ANY, mark="")
    return rebuilt(node, _of_a_number)


def _means(model: Model, name: t.Name) -> bool:
    try:
        resolved(model, name)
    except Unknown:
        return False
    return True


def _is_unknown(model: Model, subject: t.Node) -> bool:
    return isinstance(subject, t.Name) and not _means(model, subject)


def _code_of(subject: t.Node) -> str:
    if isinstance(subject, t.Derivative):
        return "C202"
    if isinstance(subject, t.Name) and subject.mark in UPDATE_MARKS:
        return "C203"
    return "C201"


class _Free(Changed):
    """A model in which every name means something: one that nobody defines is any number."""

    def known(self, key: str) -> bool:
        return self.model.known(key) or (bool(key) and key not in CONSTANTS)


class _AtRest(Changed):
    """A model in which a first state that is given as 0 is nothing at every point."""

    def is_nought(self, key: str) -> bool:
        """True for ``h_0`` where the document gives it as 0."""
        given = self.model.given(key)
        if given is None or not _FIRST.search(key) or self.model.is_parameter(key):
            return False
        number, cells = printed_number(given), printed_matrix(given)
        if number is not None:
            return bool(number.value == 0)
        return cells is not None and all(cell.value == 0 for row in cells for cell in row)

    def definition(self, key: str) -> t.Node | None:
        found = self.model.definition(key)
        return self.model.given(key) if found is None and self.is_nought(key) else found
