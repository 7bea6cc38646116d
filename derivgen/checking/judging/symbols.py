"""Symbols: does an equation between formulas hold?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from derivgen.checking.drafts import Draft, note_open
from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.equality import Comparison, Outcome
from derivgen.checking.evaluating.model import Element, Model
from derivgen.checking.evaluating.printed import printed_matrix
from derivgen.checking.evaluating.resolving import UPDATE_MARKS, Unknown, resolved
from derivgen.checking.evaluating.values import (
    Array,
    NoValue,
    Shapes,
    is_function,
    is_nothing,
    misfit,
)
from derivgen.checking.judging.sides import Sides, means
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.writing import shown
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.extents import are_rows
from derivgen.checking.understanding.giving import COUNTS
from derivgen.checking.understanding.statements import Restriction

#: how many formulas before a claim it is compared with
MOST_BEFORE = 20
#: what is said of ``y = m x + b`` in an introduction
GENERAL = "a formula in general terms, about nothing that is defined here"
#: in a document with so many values, what has none is not understood rather than left open
FEWEST_VALUES = 3


@dataclass(frozen=True)
class SymbolJudge:
    """Judges equations between formulas by one model."""

    sides: Sides
    #: how a formula is written in messages
    spelled: Callable[[t.Node], str] = shown

    @property
    def model(self) -> Model:
        return self.sides.model

    def judge(self, draft: Draft, subject: t.Node, before: Sequence[t.Node]) -> None:
        """Judge ``subject = ... = draft.segment.body``; ``before`` are the formulas in between."""
        draft.subject = subject
        body = draft.segment.body
        restrictions = draft.statement.restrictions
        found = self.sides.compare(subject, body, restrictions)
        if found.outcome is Outcome.DIFFERENT and self.sides.at_rest is not None:
            found = self.sides.at_rest.compare(subject, body) or found
        if found and (misfit := self._lies_otherwise(draft, subject)) is not None:
            found = misfit
        if found.outcome is Outcome.OPEN:
            for other in before[: -MOST_BEFORE - 1 : -1]:
                if self.sides.compare(other, body, restrictions):
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
            special = next(self.sides.instances(subject, body, restrictions), None) is not None
            nearly = draft.segment.relation == "approx"
            draft.doubted = found.outcome is Outcome.DIFFERENT and special and not nearly
            draft.code, draft.message = "C404", GENERAL
            return
        if isinstance(subject, t.Derivative) and self._is_general(subject, body, restrictions):
            draft.code, draft.message = "C404", GENERAL
            return
        if found.outcome is Outcome.MISFIT and (silent := self._shapeless(subject, body)):
            draft.code, draft.message = "C405", f"the shape of {silent} is not given"
            return
        if found.outcome is Outcome.MISFIT and self._adds_up_samples(body):
            draft.code, draft.message = "C405", "whether samples are added up is not said"
            return
        if found.outcome is Outcome.MISFIT and may_lie_otherwise(
            self.model, found.reason, subject, body
        ):
            draft.code, draft.message = "C405", f"{found.reason}, and a list may be either"
            return
        if unsaid := self._unsaid(subject, body) or self._uncounted(subject, body):
            draft.code, draft.message = "C405", f"the value of {self.spelled(unsaid)} is not given"
            return
        if self._is_model_of_data(subject, body):
            draft.code, draft.message = "C404", GENERAL
            return
        if self._is_another_loss(subject, body):
            draft.code, draft.message = "C404", "it is another loss than the one that is used here"
            return
        if self._descends_another(subject, body):
            draft.code, draft.message = "C404", "it descends another function than the loss"
            return
        if self._is_another_choice(draft, subject):
            same = any(self.sides.compare(formula, body) for formula in before)
            draft.code, draft.message = "C404", "it is another function than the one before"
            if same:
                draft.accept()
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
        for key in sorted(self.sides.equality.ancestry.upstream_of(body)):
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
            return all(is_nothing(p.evaluate(subject)) for p in self.sides.equality.points[:2])
        except NoValue:
            return False

    def _is_model_of_data(self, subject: t.Node, body: t.Node) -> bool:
        """True for ``y = w x`` of a given target y, where that computes another quantity: it says what is to be fitted."""
        if not isinstance(subject, t.Name) or subject.mark or self.model.given(subject.key) is None:
            return False
        if self.model.definition(subject.key) is not None:
            return False
        return any(self.model.definition(key) == body for key in self.model.names())

    def _is_another_loss(self, subject: t.Node, body: t.Node) -> bool:
        """True for ``L = -y \\log p`` beside ``L = (y - p)^2``: a formula with other functions is another loss, of another
        example or an alternative, and no slip."""
        if not isinstance(subject, t.Name) or subject.key != self.model.loss:
            return False
        made = self.model.definition(subject.key)
        return made is not None and _functions(made) != _functions(body)

    def _descends_another(self, subject: t.Node, body: t.Node) -> bool:
        """True for ``x <- x - 0.25 * 2 (x - 3)``, which reads x alone, where x is given to something with a loss."""
        if not isinstance(subject, t.Name) or subject.mark not in UPDATE_MARKS:
            return False
        read = [name.key for name in t.names_of(body)]
        if set(read) != {subject.key} or self.model.loss is None:
            return False
        terms = body.terms if isinstance(body, t.Sum) else ((False, body),)
        if len(read) < 2 and any(isinstance(term, t.Name) for _, term in terms):
            return False  # "w <- w - 0.1 * 0.25" goes by a number
        above = self.sides.equality.ancestry.upstream(self.model.loss)
        return any(key != subject.key and self.model.definition(key) is None for key in above)

    def _is_another_choice(self, draft: Draft, subject: t.Node) -> bool:
        """True for ``g(s) = \\tanh(s)`` behind ``g(s) = 1/(1 + e^{-s})``: what an activation may be as well."""
        if not isinstance(subject, t.Call) or subject.primes or len(subject.arguments) != 1:
            return False
        own, said = self.model.function(subject.function), draft.statement.members[1:2]
        return (
            own is not None
            and len(said) == 1
            and isinstance(said[0], t.Call)
            and said[0].arguments == subject.arguments
            and is_function(said[0].function)
            and _functions(own.body) != _functions(said[0])
        )

    def _lies_otherwise(self, draft: Draft, subject: t.Node) -> Comparison | None:
        """A formula for the transpose of what it is said to be, where the numbers that follow have the other shape:
        elsewhere it may be that its author writes derivatives so."""
        cells = [printed_matrix(member) for member in draft.statement.members]
        shapes = {(len(rows), len(rows[0])) for rows in cells if rows}
        if not isinstance(subject, t.Derivative) or not shapes:
            return None
        try:
            one, two = (
                self.sides.equality.points[0].evaluate(n) for n in (subject, draft.segment.body)
            )
        except (NoValue, IndexError):
            return None
        if not isinstance(one, Array) or not isinstance(two, Array) or one.is_vector:
            return None
        if one.shape == two.shape or one.shape != two.shape[::-1] or one.shape not in shapes:
            return None
        reason = misfit(one, " on one side, ", two, " on the other")
        return Comparison(Outcome.MISFIT, reason)

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
        ancestry = self.sides.equality.ancestry
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
        ancestry = self.sides.equality.ancestry
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

    def _uncounted(self, subject: t.Node, body: t.Node) -> t.Name | None:
        """A number of samples that only one side is computed from: one without a value in a document with numbers, where the
        loss of all samples is said in general, and the example may be one of them alone; or one beside a loss that has only
        a name."""
        ancestry = self.sides.equality.ancestry
        left, right = (ancestry.upstream_of(node) & COUNTS for node in (subject, body))
        silent = sorted(key for key in left - right if self._stated(key) is None)
        valued = sum(self.model.given(key) is not None for key in self.model.names())
        if silent and valued >= FEWEST_VALUES:
            return t.Name(silent[0])
        # "L = CrossEntropy(y, p)" does not say whether it is a mean
        loss = None if self.model.loss is None else self.model.definition(self.model.loss)
        named = loss is not None and any(
            isinstance(part, t.BigSum) and part.index is None for part in t.walk(loss)
        )
        silent = sorted(key for key in right - left if self._stated(key) is None)
        return t.Name(silent[0]) if silent and named else None

    def _adds_up_samples(self, body: t.Node) -> bool:
        """True for ``sum_i delta_i`` where vectors are rows: delta_i may be that of a sample, and no cell."""
        if not isinstance(body, t.BigSum) or body.index is None or not are_rows(self.model):
            return False
        numbered = [ix.split(name.key)[1] for name in t.names_of(body.body)]
        return bool(numbered) and all(list(pieces) == [body.index] for pieces in numbered)

    def _is_general(
        self, subject: t.Node, body: t.Node, restrictions: Sequence[Restriction]
    ) -> bool:
        """True for a slope in index letters of which the document has no instance: here, z_i is none of the z_k of a
        sum; what is said in general is looked at in a network of its own."""
        if not ix.free_letters(subject) or self.model.extents or self.model.in_letters:
            return False
        sums = any(isinstance(part, t.BigSum) for n in (subject, body) for part in t.walk(n))
        above = self.sides.equality.ancestry.upstream_of(subject)
        made = (self.model.definition(key) for key in above)
        sums = sums or any(
            isinstance(part, t.BigSum) for node in made if node is not None for part in t.walk(node)
        )
        return sums and next(self.sides.instances(subject, body, restrictions), None) is None

    def _shapeless(self, *nodes: t.Node) -> str:
        """Something that a matrix is multiplied by on the way to formulas, of which neither value nor shape is
        known; what stands in the formulas themselves may be multiplied by any array.  Empty where there is none."""
        above = frozenset[str]().union(*map(self.sides.equality.ancestry.upstream_of, nodes))
        named = {name.key for node in nodes for name in t.names_of(node)}
        found = ((key, self.model.definition(key)) for key in sorted(above))
        made = [("", node) for node in nodes]
        made += [(key, node) for key, node in found if node is not None]
        for result, node in made:
            for part in t.walk(node):
                bodies = part.factors if isinstance(part, t.Product) else ()
                factors = [f.body if isinstance(f, t.Transposed) else f for f in bodies]
                keys = [factor.key for factor in factors if isinstance(factor, t.Name)]
                silent = [
                    key
                    for key in keys
                    if self._stated(key) is None and key not in self.model.extents
                ]
                if not silent:
                    continue
                if any(isinstance(self._stated(key), t.Matrix) for key in keys):
                    return silent[0]
                if silent[0] in named and any(map(self._is_array, (result, *keys))):
                    return silent[0]
        return ""

    def _is_array(self, key: str) -> bool:
        """Whether a quantity is given as an array or computed as one."""
        if isinstance(self.model.given(key), t.Matrix):
            return True
        try:
            return isinstance(self.sides.equality.points[0].value(key), Array)
        except (NoValue, IndexError):
            return False

    def _stated(self, key: str) -> t.Node | Element | None:
        return self.model.definition(key) or self.model.given(key) or self.model.element(key)

    def _generic(self, body: t.Node) -> bool:
        """True for a formula in general terms: ``E_total = sum 1/2 (target - output)^2``."""
        names = list(t.names_of(body))
        return bool(names) and not any(means(self.model, name) for name in names)


def may_lie_otherwise(model: Model, reason: NoValue | None, *nodes: t.Node) -> bool:
    """True where a row meets a column, and one of the vectors is given as a list, which says neither."""
    shapes = reason.shapes if isinstance(reason, Shapes) else ()
    if len(shapes) != 2 or shapes[0] != shapes[1][::-1] or 1 not in shapes[0]:
        return False
    given = (model.given(name.key) for node in nodes for name in t.names_of(node))
    return any(isinstance(node, t.Matrix) and node.is_list for node in given)


def _functions(node: t.Node) -> set[str]:
    """The functions that a formula calls."""
    return {part.function for part in t.walk(node) if isinstance(part, t.Call)}


def _is_unknown(model: Model, subject: t.Node) -> bool:
    return isinstance(subject, t.Name) and not means(model, subject)


def _code_of(subject: t.Node) -> str:
    if isinstance(subject, t.Derivative):
        return "C202"
    if isinstance(subject, t.Name) and subject.mark in UPDATE_MARKS:
        return "C203"
    return "C201"
