"""The smallest change that makes most lines right: one given value, one function or one definition that
everything else contradicts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.budget import OutOfWork
from derivgen.checking.evaluating.equality import DIGITS, Equality
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, is_numeric, printed_number
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.judging.judge import Judge
from derivgen.checking.judging.solved_values import solved_values
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import names_in
from derivgen.checking.maths.writing import shown
from derivgen.checking.mistakes import mended_definitions, other_functions
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.changes import changes_of
from derivgen.checking.understanding.statements import Statement

#: how many values, and how many definitions, are tried on the whole document
MOST_TRIALS = 3
#: how many wrong lines, none of them a mere number, have to speak against a definition
SPEAK_AGAINST = 2
#: what is thought of a number that is what it should be, but for its last digit
_BORNE_OUT = (Verdict.ROUNDING, Verdict.TRUNCATION)
#: how many mended definitions are looked at
MOST_MENDED = 300


@dataclass(frozen=True, slots=True)
class Trial:
    """The document judged with one thing changed, what was changed, and how many lines may still be wrong."""

    judge: Judge
    message: str
    most: int
    #: the definition that was changed, as it stands in the document
    definition: t.Node | None = None
    #: True for a given value that was found from the results
    given: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """What is thought of the document with one change, and a sentence."""

    judge: Judge
    message: str


def repaired(model: DocumentModel, judge: Judge) -> Repair | None:
    """The best repair of one given value, function or definition, if any makes fewer claims wrong."""
    best: Repair | None = None
    before = fewest = _wrong(judge.drafts)
    with mpmath.workdps(DIGITS):
        end, cost = judge.basis.budget.further(), judge.basis.budget.spent
        for trial in _trials(model, judge, end):
            if judge.basis.budget.spent + cost > end:
                break
            wrong = _wrong(trial.judge.run())
            if wrong > trial.most or (best is not None and wrong >= fewest):
                continue
            if _open(trial.judge.drafts) > _open(judge.drafts) or _spoils(trial, judge.drafts):
                continue  # what nobody can judge then is not right
            right = before - wrong
            lines = "line agrees" if right == 1 else "lines agree"
            agree = f", {right} more {lines}" if right > 0 else ""
            fewest, best = wrong, Repair(trial.judge, f"{trial.message}{agree}")
            if wrong <= 1:
                break
    return best


def _spoils(trial: Trial, drafts: Sequence[Draft]) -> bool:
    """True where another definition makes formulas wrong that were right: they bear the first one out.

    What stands beside the definition itself goes on with it, right or wrong.  A value that was found from results
    makes no other ones wrong; and it was given somewhere."""
    if trial.given:
        sound = {d.where for d in drafts if d.number is not None and d.verdict is Verdict.CORRECT}
        wrong = {d.where for d in trial.judge.drafts if d.verdict is Verdict.WRONG}
        return not sound.isdisjoint(wrong) or wrong <= {d.where for d in drafts}
    if trial.definition is None:
        return False
    right = {
        draft.where
        for draft in drafts
        if draft.verdict is Verdict.CORRECT
        and not is_numeric(draft.segment.body)
        and not _holds(draft, trial.definition)
    }
    wrong = {d.where for d in trial.judge.drafts if d.verdict is Verdict.WRONG}
    return not right.isdisjoint(wrong)


def _holds(draft: Draft, definition: t.Node | None) -> bool:
    """True for a claim of the statement that a definition was taken from."""
    return any(segment.body is definition for segment in draft.statement.chain.segments)


def _wrong(drafts: Sequence[Draft]) -> int:
    return sum(draft.verdict is Verdict.WRONG for draft in drafts)


def _open(drafts: Sequence[Draft]) -> int:
    return sum(draft.verdict is Verdict.UNDECIDED for draft in drafts)


def _trials(model: DocumentModel, judge: Judge, end: int) -> Iterator[Trial]:
    """The document judged with one thing changed; no more than up to ``end`` steps are spent."""
    drafts = judge.drafts
    wrong = _wrong(drafts)
    votes = _other_values(model, drafts)
    old = _put_in_for_old(drafts)
    for new in _new_values(judge):  # a new value that is used too early is no other given value
        if new not in old:
            votes.pop(new, None)
    for (key, number), _ in votes.most_common(MOST_TRIALS):
        changed = replace(model, values={**model.values, key: number})
        trial = _judge(judge, changed, repaired=frozenset({key}))
        yield Trial(trial, _instead(model, key, number), wrong - 1)
    for key, number in solved_values(model, judge, end):
        changed = replace(model, values={**model.values, key: number})
        trial = _judge(judge, changed, repaired=frozenset({key}))
        yield Trial(trial, _instead(model, key, number), wrong // 2, given=True)
    for name, slip in other_functions(model).items():
        kept = {key: own for key, own in model.functions.items() if key != name}
        changed = replace(model, functions=kept)
        usual = _judge(judge, changed, frozenset({name}))
        # what looks like a slip is one, used or not; another function is meant unless that makes more of them wrong
        yield Trial(usual, f"with the usual {name}", wrong + 1 if slip else wrong - 1)
    meant = changes_of(model)
    for key, node in _other_definitions(model, judge, end):
        if key in meant:
            continue  # this is what the others say of it, and not its own line
        changed = _redefined(model, key, node)
        # a definition is the author's word: only half of what is wrong speaks against it
        message = f"with {key} = {shown(node)}"
        yield Trial(_judge(judge, changed), message, wrong // 2, model.definitions[key])


def _instead(model: DocumentModel, key: str, number: t.Node) -> str:
    given = model.values[key]
    return f"with {key} = {shown(number)}" + (
        "" if given is None else f" instead of {shown(given)}"
    )


def _new_values(judge: Judge) -> Iterator[tuple[str, t.Node]]:
    """Parameters with the new values that were printed for them."""
    for statement in judge.statements:
        left = statement.left
        if isinstance(left, t.Name) and left.mark in UPDATE_MARKS:
            yield from ((left.key, segment.body) for segment in statement.chain.segments)


def _put_in_for_old(drafts: Sequence[Draft]) -> set[tuple[str, t.Node]]:
    """What stands for the old value in a parameter's own update: ``w^+ = w - 0.1 * 0 = 0.7 - 0``."""
    return {
        (draft.operand[0].key, draft.operand[1])
        for draft in drafts
        if draft.operand is not None
        and isinstance(draft.operand[0], t.Name)
        and isinstance(draft.subject, t.Name)
        and draft.subject.mark in UPDATE_MARKS
        and (draft.operand[0].key, draft.operand[0].mark) == (draft.subject.key, "")
    }


def _judge(
    judge: Judge,
    model: DocumentModel,
    usual: frozenset[str] = frozenset(),
    repaired: frozenset[str] = frozenset(),
) -> Judge:
    statements = judge.statements
    if model.loss != judge.basis.model.loss:
        statements = tuple(_of_loss(s, judge.basis.model.loss, model.loss) for s in statements)
    return Judge(replace(judge.basis.by(model), usual=usual, repaired=repaired), statements)


def _of_loss(statement: Statement, old: str | None, new: str | None) -> Statement:
    """A statement of a table, which names no loss, with the derivative of another one."""
    left = statement.left
    if not isinstance(left, t.Derivative) or left.span != t.NOWHERE or new is None:
        return statement
    if not isinstance(left.of, t.Name) or left.of.key != old:
        return statement
    return replace(statement, left=replace(left, of=t.Name(new, written=new)))


def _other_values(model: DocumentModel, drafts: Sequence[Draft]) -> Counter[tuple[str, t.Node]]:
    """Given quantities and the numbers that were put in for them instead."""
    votes: Counter[tuple[str, t.Node]] = Counter()
    for draft in drafts:
        if draft.operand is not None:
            part, number = draft.operand
            if not isinstance(part, t.Name) or part.mark or part.key not in model.values:
                continue
            value = printed_number(number)
            if part.key == model.rate and value is not None and value.value <= 0:
                continue  # no rate: the sign of a step is another one
            votes[(part.key, number)] += 1
    return votes


# --- definitions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Witness:
    """A wrong line that may speak against a definition before it: what stands there for what."""

    of: t.Node
    #: a printed number, or a formula
    said: t.Node

    def agrees(self, world: World, equality: Equality) -> bool:
        """True where the line is right in another model."""
        number = printed_number(self.said)
        if number is None:
            return bool(equality.plainly(self.of, self.said))
        try:
            value = scalar(world.evaluate(self.of))
        except NoValue:
            return False
        return value is not None and number.fit(value) is Fit.ROUNDED


def _witnesses(drafts: Sequence[Draft]) -> Counter[Witness]:
    """Wrong numbers that were put in for something or printed as something, and wrong derivatives, as far as
    they do not go on with another wrong one; with the number of their lines."""
    found: Counter[Witness] = Counter()
    wrong = {draft.id for draft in drafts if draft.verdict is Verdict.WRONG}
    for draft in drafts:
        if draft.id not in wrong or not wrong.isdisjoint(draft.uses):
            continue
        telling = draft.code == "C202" or (draft.code == "C102" and draft.number is not None)
        if draft.operand is not None:
            found[Witness(*draft.operand)] += 1
        elif telling and draft.subject is not None and draft.local is not Fit.OFF:
            left = draft.statement.left  # with the loss by the name that stands there
            of = left if isinstance(left, t.Derivative) else draft.subject
            found[Witness(of, draft.segment.body)] += 1
    return found


def _other_definitions(model: DocumentModel, judge: Judge, end: int) -> list[tuple[str, t.Node]]:
    """Definitions with one mistake undone that make right what speaks against them."""
    lines = _witnesses(judge.drafts)
    witnesses = list(lines)
    found: list[tuple[str, t.Node]] = []
    tried = 0
    borne_out = {
        draft.subject.key
        for draft in judge.drafts
        if isinstance(draft.subject, t.Name)
        and draft.number is not None
        and (draft.exact in (Fit.ROUNDED, Fit.CUT) or draft.verdict in _BORNE_OUT)
        and not _holds(draft, model.definitions.get(draft.subject.key))
    }
    elsewhere = _Elsewhere.of(judge, model)
    for key in _suspects(model, lines, _wrong(judge.drafts)):
        if key in borne_out:
            continue  # the value that another line prints for it is what its definition gives
        if key not in elsewhere.written:
            continue  # what is said of all samples, or of all units, is no definition of this one's own
        for node in chain(elsewhere.forms(key), mended_definitions(model, key)):
            tried += 1
            enough = tried > MOST_MENDED or len(found) == MOST_TRIALS
            if enough or judge.basis.budget.spent >= end:
                return found
            changed = _redefined(model, key, node)
            judge.basis.budget.begin()
            try:
                if _agree(changed, witnesses, judge):
                    found.append((key, node))
            except OutOfWork:
                return found
    return found


def _redefined(model: DocumentModel, key: str, node: t.Node) -> DocumentModel:
    """The model with another definition; what was only another name of the loss is the loss then."""
    before = model.definitions.get(key)
    named = isinstance(before, t.Name) and before.key == model.loss
    loss = key if named else model.loss
    return replace(model, definitions={**model.definitions, key: node}, loss=loss)


@dataclass(frozen=True)
class _Elsewhere:
    """The formulas that a document writes for its quantities, before an update and after it."""

    model: DocumentModel
    written: Mapping[str, Sequence[t.Node]]
    ancestry: Ancestry

    @classmethod
    def of(cls, judge: Judge, model: DocumentModel) -> _Elsewhere:
        written: dict[str, list[t.Node]] = defaultdict(list)
        for statement in judge.statements:
            left = statement.left
            if isinstance(left, t.Name) and left.mark in {"", *UPDATE_MARKS}:
                for body in (segment.body for segment in statement.chain.segments):
                    if not is_numeric(body) and not isinstance(body, t.Name | t.Words):
                        written[left.key].append(body)
        return cls(model, written, Ancestry(model))

    def forms(self, key: str) -> Iterator[t.Node]:
        """Other formulas than the definition that stand for a quantity, or for what it is after an update."""
        seen = {self.model.definitions[key]}
        for body in self.written.get(key, ()):
            plain = _unmarked(body)
            names = set(names_in(plain))
            known = all(map(self.model.known, names)) and not t.has_derivative(plain)
            leads = any(name == key or self.ancestry.leads(name, key) for name in names)
            if known and not leads and plain not in seen:
                seen.add(plain)
                yield plain


def _unmarked(node: t.Node) -> t.Node:
    if isinstance(node, t.Name):
        return replace(node, mark="") if node.mark in UPDATE_MARKS else node
    return rebuilt(node, _unmarked)


def _suspects(model: DocumentModel, witnesses: Counter[Witness], wrong: int) -> list[str]:
    """Definitions that wrong lines speak against: those on which most of them depend."""
    ancestry = Ancestry(model)
    #: by what is wrong: a formula and its number are one
    votes: dict[str, set[t.Node]] = defaultdict(set)
    #: the lines that another definition can make right; of what is no witness, nobody knows
    mended: Counter[str] = Counter()
    others = wrong - witnesses.total()
    for witness, lines in witnesses.items():
        names = {part.key for part in t.names_of(witness.of)}
        names |= {part.key for part in t.names_of(witness.said)}
        if isinstance(witness.of, t.Name) and witness.of.mark in UPDATE_MARKS and model.loss:
            names.add(model.loss)  # a new value follows from the gradient of the loss
        keys = names.union(*(ancestry.upstream(key) for key in names))
        defined = [key for key in sorted(keys) if key in model.definitions]
        for key in defined:
            votes[key].add(witness.of)
        mended.update(dict.fromkeys(defined, lines))

    def may_be_one(key: str) -> bool:
        # the number behind a definition is enough against this one itself; a derivative is no formula of its own
        derived = isinstance(model.definitions[key], t.Derivative)
        enough = len(votes[key]) >= SPEAK_AGAINST or (t.Name(key) in votes[key] and not derived)
        # it is the loss by another name: another loss is another left side for derivatives
        renames = isinstance(model.definitions[key], t.Name)
        return enough and (renames or mended[key] + others >= wrong - wrong // 2)

    unread = [key for key in votes if may_be_one(key)]

    def rank(key: str) -> tuple[bool, int, int, str]:
        node = model.definitions[key]
        # a loss that is only another name of one may be what is left of a sum
        left = isinstance(node, t.Name) and node.key == model.loss
        return not left, -len(votes[key]), -len(ancestry.upstream(key)), key

    return sorted(unread, key=rank)


def _agree(model: DocumentModel, witnesses: Sequence[Witness], judge: Judge) -> bool:
    """Whether a model makes most of the wrong lines right; the first ones decide."""
    equality = Equality(model, judge.basis.budget)
    world = World(model, budget=judge.basis.budget)
    few = witnesses[: SPEAK_AGAINST + 1]
    wanted = min(SPEAK_AGAINST, len(few))
    right = 0
    for at, witness in enumerate(few):
        right += witness.agrees(world, equality)
        if right + len(few) - at - 1 < wanted:
            return False
    return True
