"""The smallest change that makes most lines right: one given value, one function or one definition that
everything else contradicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import mpmath

from derivgen.checking.budget import Budget, OutOfWork
from derivgen.checking.drafts import Draft
from derivgen.checking.equality import DIGITS, Equality
from derivgen.checking.judge import Judge
from derivgen.checking.judge_numbers import scalar
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.writing import shown
from derivgen.checking.mistakes import mended_definitions, mended_functions
from derivgen.checking.model import DocumentModel
from derivgen.checking.printed import Fit, printed_number
from derivgen.checking.report import Verdict
from derivgen.checking.values import NoValue
from derivgen.checking.world import World

#: how many values, and how many definitions, are tried on the whole document
MOST_TRIALS = 3
#: how many wrong lines, none of them a mere number, have to speak against a definition
SPEAK_AGAINST = 2
#: how many mended definitions are looked at
MOST_MENDED = 300


@dataclass(frozen=True, slots=True)
class Repair:
    """What is thought of the document with one change, and a sentence."""

    judge: Judge
    message: str


def repaired(model: DocumentModel, judge: Judge) -> Repair | None:
    """The best repair of one given value, function or definition, if any makes fewer claims wrong."""
    best: Repair | None = None
    fewest = _wrong(judge.drafts)
    with mpmath.workdps(DIGITS):
        for trial, message in _trials(model, judge):
            wrong = _wrong(trial.run())
            # a function that is defined by a usual name and is another one is wrong, used or not
            if _limited(trial.drafts) > _limited(judge.drafts):
                continue
            if wrong < fewest or (trial.usual and wrong == fewest + 1):
                right = _wrong(judge.drafts) - wrong
                lines = "line agrees" if right == 1 else "lines agree"
                agree = f", {right} more {lines}" if right > 0 else ""
                fewest, best = wrong, Repair(trial, f"{message}{agree}")
            if best is not None and wrong <= 1:
                break
    return best


def _wrong(drafts: Sequence[Draft]) -> int:
    return sum(draft.verdict is Verdict.WRONG for draft in drafts)


def _limited(drafts: Sequence[Draft]) -> int:
    return sum(draft.limited for draft in drafts)


def _trials(model: DocumentModel, judge: Judge) -> Iterator[tuple[Judge, str]]:
    """The document judged with one thing changed, and what was changed."""
    drafts = judge.drafts
    for (key, number), _ in _other_values(model, drafts).most_common(MOST_TRIALS):
        given = model.values[key]
        instead = "" if given is None else f" instead of {shown(given)}"
        changed = replace(model, values={**model.values, key: number})
        yield _judge(judge, changed), f"with {key} = {shown(number)}{instead}"
    for name in mended_functions(model):
        kept = {key: own for key, own in model.functions.items() if key != name}
        changed = replace(model, functions=kept)
        yield _judge(judge, changed, frozenset({name})), f"with the usual {name}"
    for key, node in _other_definitions(model, judge):
        changed = replace(model, definitions={**model.definitions, key: node})
        yield _judge(judge, changed), f"with {key} = {shown(node)}"


def _judge(judge: Judge, model: DocumentModel, usual: frozenset[str] = frozenset()) -> Judge:
    return Judge(model, judge.statements, own=True, usual=usual, budget=judge.budget)


def _other_values(model: DocumentModel, drafts: Sequence[Draft]) -> Counter[tuple[str, t.Node]]:
    """Given quantities and the numbers that were put in for them instead."""
    votes: Counter[tuple[str, t.Node]] = Counter()
    for draft in drafts:
        if draft.operand is not None:
            part, number = draft.operand
            if isinstance(part, t.Name) and not part.mark and part.key in model.values:
                votes[(part.key, number)] += 1
    return votes


# --- definitions -----------------------------------------------------------------------------------


def _other_definitions(model: DocumentModel, judge: Judge) -> list[tuple[str, t.Node]]:
    """Definitions with one mistake undone that make right what speaks against them."""
    numbers = _put_in(model, judge.drafts)
    formulas = [
        draft
        for draft in judge.drafts
        if draft.verdict is Verdict.WRONG and draft.code == "C202" and draft.subject is not None
    ]
    found: list[tuple[str, t.Node]] = []
    tried = 0
    for key in _suspects(model, numbers, formulas):
        for node in mended_definitions(model, key):
            tried += 1
            if tried > MOST_MENDED or len(found) == MOST_TRIALS:
                return found
            changed = replace(model, definitions={**model.definitions, key: node})
            judge.budget.begin()
            try:
                if key in numbers:
                    mends = _gives(changed, key, numbers[key], judge.budget)
                else:
                    mends = _mends(changed, formulas, judge.budget)
            except OutOfWork:
                return found
            if mends:
                found.append((key, node))
    return found


def _put_in(model: DocumentModel, drafts: Sequence[Draft]) -> dict[str, t.Node]:
    """Computed quantities with the number that was put in for them where another one was expected."""
    votes: Counter[tuple[str, t.Node]] = Counter()
    for draft in drafts:
        if draft.verdict is Verdict.WRONG and draft.operand is not None:
            part, number = draft.operand
            if isinstance(part, t.Name) and not part.mark and part.key in model.definitions:
                votes[(part.key, number)] += 1
    return {key: number for (key, number), _ in reversed(votes.most_common())}


def _suspects(
    model: DocumentModel, numbers: dict[str, t.Node], formulas: Sequence[Draft]
) -> list[str]:
    """Definitions that wrong lines speak against: those in whose place numbers were put, and those on the way
    of derivatives that are wrong."""
    if len(formulas) < SPEAK_AGAINST:
        return list(numbers)
    ancestry = Equality(model).ancestry
    votes: Counter[str] = Counter()
    for draft in formulas:
        token = draft.subject
        if not isinstance(token, t.Derivative) or not isinstance(token.of, t.Name):
            continue
        top = token.of.key
        votes[top] += 1
        votes.update(key for key in ancestry.upstream(top) if key in model.definitions)
    on_the_way = [key for key in votes if key in model.definitions]
    on_the_way.sort(key=lambda key: (-len(ancestry.upstream(key)), -votes[key]))
    return list(dict.fromkeys([*numbers, *on_the_way]))


def _gives(model: DocumentModel, key: str, number: t.Node, budget: Budget) -> bool:
    wanted = printed_number(number)
    try:
        value = scalar(World(model, budget=budget).evaluate(t.Name(key)))
    except NoValue:
        return False
    return wanted is not None and value is not None and wanted.fit(value) is Fit.ROUNDED


def _mends(model: DocumentModel, formulas: Sequence[Draft], budget: Budget) -> bool:
    """Whether a model makes most of some wrong formulas right; the first ones decide."""
    equality = Equality(model, budget)
    few = formulas[: SPEAK_AGAINST + 1]
    right = 0
    for at, draft in enumerate(few):
        assert draft.subject is not None
        right += bool(equality.compare(draft.subject, draft.segment.body))
        if right + len(few) - at - 1 < SPEAK_AGAINST:
            return False
    return True
