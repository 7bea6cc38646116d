"""A document judged by a network: names are found, values compared, and lines that only follow are told.

Three things can be the matter where a document and a network disagree.  A line is wrong.  The document says in
one place something else than the network (another weight, another loss) and goes on with that: the place is a
finding, and what is right by the document's own definitions follows from it.  Or it is about another network:
then its values, or its formulas, contradict all over, and that is said once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.printed import Fit, is_printed
from derivgen.checking.judging.basis import Basis
from derivgen.checking.judging.diagnosing import name_mistakes
from derivgen.checking.judging.differing import ALL_OVER, listed, word_given_values
from derivgen.checking.judging.judge import Judge
from derivgen.checking.judging.reconciling import reconcile
from derivgen.checking.judging.restated import (
    judged_as_stated,
    multiple,
    other_loss,
    others,
)
from derivgen.checking.matching.fitting import misfits, without
from derivgen.checking.matching.network_model import NetworkModel
from derivgen.checking.matching.pairing import Matching, match
from derivgen.checking.matching.renaming import OWN, called
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.writing import shown
from derivgen.checking.report import Remark, Verdict
from derivgen.checking.understanding.statements import Learned, Statement
from derivgen.network.task import Task
from derivgen.notation import Names


@dataclass(frozen=True)
class Judged:
    """What is thought of a document by a network."""

    judge: Judge
    remarks: list[Remark]
    mapping: dict[str, str]


def judged(
    learned: Learned,
    statements: Sequence[Statement],
    task: Task,
    names: Mapping[str, str],
    budget: Budget,
) -> Judged:
    """Judge statements by the network of a task; ``names`` says what names of the author's are."""
    learned = replace(learned, statements=tuple(statements))
    own = Judge(Basis(learned.model, True, budget, learned.policy), statements).run()

    def tried(**how: bool) -> _Trial:
        return _Trial.of(learned, task, names, budget, own, **how)

    trial = tried(by_print=True)
    if trial.wrong:
        found = tried()
        if found.differs_all_over:
            # values that contradict everywhere tell nothing about names
            blind = tried(by_values=False)
            if blind.formulas.against <= found.formulas.against:
                found = blind
        if trial.differs_all_over:
            better = found.formulas.against <= trial.formulas.against
        else:
            # names that make given values and formulas the network's tell more than what follows from another loss
            better = 2 * found.against < trial.against or found.wrong < trial.wrong
        trial = found if better else trial
    remarks = [Remark("style", note) for note in trial.matching.notes]
    foreign = trial.foreign
    if foreign:
        remarks.insert(0, Remark("network", foreign, code="C409"))
        for draft in trial.judge.drafts:
            draft.verdict, draft.code = Verdict.UNDECIDED, "C409"
            draft.message = "the document is about another network"
            draft.cause, draft.expected = None, ""
    else:
        trial.settle()
    return Judged(trial.judge, remarks, _written(trial.matching.mapping, learned))


def _written(mapping: Mapping[str, str], learned: Learned) -> dict[str, str]:
    """The names that stand in the document, in its order, without cells of arrays that do not."""
    there: dict[str, None] = {}
    for statement in learned.statements:
        left = [] if statement.left is None else [statement.left]
        members = [*left, *(s.body for s in statement.chain.segments)]
        for member in members:
            for part in t.walk(member):
                if isinstance(part, t.Name):
                    there[t.full_key(part)] = there[part.key] = None
    return {name: mapping[name] for name in there if name in mapping}


@dataclass(frozen=True, slots=True)
class _Tally:
    """How many say what the network says, and who does not."""

    alike: int = 0
    differing: tuple[Draft, ...] = ()

    @property
    def against(self) -> int:
        return len(self.differing)

    @property
    def mostly_against(self) -> bool:
        return self.against >= ALL_OVER and self.against > self.alike


@dataclass
class _Trial:
    """A document judged by a network with names matched in one way."""

    learned: Learned
    own: Sequence[Draft]
    matching: Matching
    judge: Judge
    network: NetworkModel
    values: _Tally = field(default_factory=_Tally)
    formulas: _Tally = field(default_factory=_Tally)

    @classmethod
    def of(
        cls,
        learned: Learned,
        task: Task,
        names: Mapping[str, str],
        budget: Budget,
        own: Sequence[Draft],
        by_values: bool = True,
        by_print: bool = False,
    ) -> _Trial:
        network = NetworkModel(task)
        found = match(learned, network, Names(task.network), names, budget, by_values, by_print)
        unfit = misfits(found.mapping, learned, network) | learned.scratch
        found = without(found, unfit - found.said)
        authors = {theirs: ours for ours, theirs in found.mapping.items()}
        basis = Basis(
            found.model,
            own=False,
            budget=budget,
            policy=learned.policy,
            spelled=lambda node: shown(called(node, authors)),
        )
        judge = Judge(basis, [_translated(statement, found) for statement in learned.statements])
        judge.run()
        trial = cls(learned, own, found, judge, network)
        trial._count()
        return trial

    def _count(self) -> None:
        """What the document's own model takes at its word is what it has in common with the network, or not."""
        claimed = {draft.where for draft in self.own}
        taken = [d for d in self.judge.drafts if d.where not in claimed]
        given = [d for d in taken if is_printed(d.segment.body)]
        self.values = _tally(given)
        self.formulas = _tally([d for d in taken if not is_printed(d.segment.body)])

    @property
    def wrong(self) -> int:
        """How many claims are wrong by this matching."""
        return sum(draft.verdict is Verdict.WRONG for draft in self.judge.drafts)

    @property
    def against(self) -> int:
        """How much of what the document takes at its word the network has otherwise by this matching."""
        return self.values.against + self.formulas.against

    @property
    def differs_all_over(self) -> bool:
        return self.values.mostly_against

    @property
    def foreign(self) -> str:
        """Why the document is about another network; empty where it is not."""
        free = self._unmatched()
        against = self.formulas.against + len(free)
        if not (self.values.mostly_against or self.formulas.mostly_against):
            return ""
        if against < ALL_OVER or against <= self.formulas.alike:
            return ""
        said = []
        if self.values.against:
            names = self._named(self.values.differing)
            total = self.values.against + self.values.alike
            said.append(f"{self.values.against} of its {total} given values differ ({names})")
        if free:
            said.append(f"nothing of the network is {listed(free)}")
        if self.formulas.against:
            said.append(f"the network computes {self._named(self.formulas.differing)} otherwise")
        return f"the document is about another network: {'; '.join(said)}"

    def _unmatched(self) -> list[str]:
        """Given quantities that are no quantity of the network."""
        model = self.learned.model
        return [
            key
            for key, value in model.values.items()
            if value is not None
            and key not in model.definitions
            and key not in self.matching.mapping
            and key not in self.learned.scratch
            and self._is_used(key)
        ]

    def _is_used(self, key: str) -> bool:
        nodes = self.learned.model.definitions.values()
        return any(t.full_key(p) == key for n in nodes for p in t.names_of(n))

    def _named(self, drafts: Sequence[Draft]) -> str:
        return listed(
            [self.judge.basis.spelled(d.subject) for d in drafts if d.subject is not None]
        )

    # --- what follows from what ---------------------------------------------------------------

    def settle(self) -> None:
        """Word the findings on given values, and tie to findings what only follows from them."""
        word_given_values(self.judge, self.values.differing, self.values.mostly_against)
        self._judge_as_stated()
        reconcile(self.judge.drafts, self.own, self.learned.model)
        differing = [*self.values.differing, *self.formulas.differing]
        differing = [draft for draft in differing if draft.verdict is Verdict.WRONG]
        roots = sorted(filter(self._is_matched, differing), key=lambda draft: draft.id)
        if not roots:
            return
        for draft in differing:
            if not self._is_matched(draft):
                _take_back(draft)  # a name of the author's own for something that follows
        self._carried_on()
        ancestry = Ancestry(self.matching.model)
        for draft in self.judge.drafts:
            if draft.code == "C406":
                root = _root_of(draft, roots, ancestry)
                draft.cause = root.id if root.cause is None else root.cause
                what = "" if root.subject is None else self.judge.basis.spelled(root.subject)
                draft.message = (
                    f"it is right with {what} as the document has it" if what else draft.message
                )

    def _judge_as_stated(self) -> None:
        """Judge everything else by what the document says in the network's place, where it goes on with that."""
        differing = others(self.judge.basis.model, self.values.differing, self.formulas.differing)
        loss = other_loss(self.judge)
        if loss is not None and not any(
            self.judge.basis.model.loss in o.formulas for o in differing
        ):
            differing.append(loss)
        found = judged_as_stated(self.judge, differing)
        if found is None:
            return
        restated, kept = found
        meant = [other.draft for other in kept]
        for draft, other in ((o.draft, o) for o in kept if o.formulas):
            factor = multiple(self.judge, other)
            if factor is None:
                name_mistakes(self.judge, [draft])
            elif draft.subject is not None:
                name = self.judge.basis.spelled(draft.subject)
                draft.diagnosis = "factor_two" if factor in (2, Fraction(1, 2)) else None
                draft.message = f"{name} is {factor} times what it is in the network"
        for draft in meant:
            draft.settled = True  # it is no slip
            draft.message += "; the document goes on with " + (
                draft.printed if draft.code == "C105" else "its own formula"
            )
        roots = {draft.id: draft for draft in (*self.values.differing, *meant)}
        before = {draft.id: draft.verdict for draft in self.judge.drafts}
        restated.drafts = [roots.get(draft.id, draft) for draft in restated.drafts]
        for draft in restated.drafts:
            if draft.verdict is Verdict.CORRECT and before[draft.id] is not Verdict.CORRECT:
                _take_back(draft)
        now = {draft.id: draft for draft in restated.drafts}
        self.formulas = replace(
            self.formulas, differing=tuple(now[draft.id] for draft in self.formulas.differing)
        )
        self.judge = restated

    def _carried_on(self) -> None:
        """Results that are right by the document's own values are no rounding slips of the network's."""
        own = {draft.where: draft for draft in self.own}
        for draft in self.judge.drafts:
            if draft.verdict not in (Verdict.ROUNDING, Verdict.TRUNCATION):
                continue
            other = own.get(draft.where)
            if draft.exact is Fit.OFF and other is not None and other.verdict is Verdict.CORRECT:
                _take_back(draft)

    def _is_matched(self, draft: Draft) -> bool:
        subject = draft.subject
        return not (isinstance(subject, t.Name) and subject.key.startswith(OWN))


def _take_back(draft: Draft) -> None:
    """A claim that only follows from where the document differs."""
    draft.verdict, draft.code = Verdict.UNDECIDED, "C406"
    draft.cause, draft.expected = None, ""


def _tally(drafts: Sequence[Draft]) -> _Tally:
    wrong = tuple(d for d in drafts if d.verdict is Verdict.WRONG)
    alike = sum(d.verdict not in (Verdict.WRONG, Verdict.UNDECIDED) for d in drafts)
    return _Tally(alike, wrong)


def _root_of(draft: Draft, roots: Sequence[Draft], ancestry: Ancestry) -> Draft:
    """The first finding on something that a claim is computed from; else the first of all."""
    nodes = [draft.segment.body, *([] if draft.subject is None else [draft.subject])]
    here = {p.key for node in nodes for p in t.names_of(node)}
    above = here.union(*(ancestry.upstream(key) for key in here))
    for root in roots:
        if isinstance(root.subject, t.Name) and root.subject.key in above:
            return root
    return roots[0]


def _translated(statement: Statement, matching: Matching) -> Statement:
    """A statement in the names of the network."""
    return statement.mapped(matching.translate)
