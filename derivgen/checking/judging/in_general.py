"""Claims in general terms, judged in a small network that is made of the document's own equations.

What is open otherwise, ``\\partial E / \\partial w_ji = \\delta_j z_i`` of units that have letters for numbers, is looked
at for some numbers of these letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.model import DocumentModel, Function, Model
from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.evaluating.values import NoValue
from derivgen.checking.judging.basis import Basis
from derivgen.checking.judging.diagnosing import name_mistakes
from derivgen.checking.judging.judge import Judge
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.activations import ACTIVATIONS
from derivgen.checking.understanding.definitions import learn
from derivgen.checking.understanding.general_case import (
    GeneralCase,
    families_with_units,
    general_cases,
)
from derivgen.checking.understanding.left_open import any_function, with_any_loss
from derivgen.checking.understanding.letters_as_layers import has_slope
from derivgen.checking.understanding.statements import Statement

#: why a claim is open that is looked at again
_OPEN = frozenset({"C401", "C404", "C407"})
_NOTHING = "nothing that is said here connects the two"
_TWO_WAYS = "something that it rests on is said in two ways"
_SPECIAL = "it holds for some functions, and which one is meant is not said"
Where = tuple[int, tuple[int, int]]


def in_general(judge: Judge, functions: Mapping[str, Function], words: str) -> list[Draft]:
    """The drafts of a judge, with those decided that are so in general terms.

    ``functions`` are those that the document defines, ``words`` its sentences.  It costs at most twice as much
    as a document of so many claims."""
    units = families_with_units(judge.statements)
    waiting = [draft for draft in judge.drafts if _is_open(draft) or _is_whole(draft, units)]
    cases = general_cases(judge.statements, functions) if waiting else []
    if not cases:
        return judge.drafts
    verdicts = said = _judged_in_all(cases, functions, _activations(words))
    if _how_many_right(verdicts) < len(verdicts):
        others = general_cases(judge.statements, functions, by_custom=True)
        meant = _judged_in_all(others, functions, _activations(words))
        # what its author means by a delta is what makes most of his lines right
        if _how_many_right(meant) > _how_many_right(verdicts):
            verdicts = {where: list(filter(_has_shape, drafts)) for where, drafts in meant.items()}
    found: list[Draft] = []
    for draft in judge.drafts:
        drafts = verdicts.get(draft.where)
        if (whole := said.get(draft.where)) and _is_whole(draft, units):
            found.append(_decided(judge, draft, whole))
        elif drafts is None or not _is_open(draft):
            found.append(draft)
        elif drafts:
            found.append(_decided(judge, draft, drafts))
    return found


def _how_many_right(verdicts: Mapping[Where, Sequence[Draft]]) -> int:
    """How many claims are right at all numbers of their letters that were looked at."""
    return sum(map(_are_right, verdicts.values()))


def _are_right(drafts: Sequence[Draft]) -> bool:
    return bool(drafts) and all(draft.verdict is Verdict.CORRECT for draft in drafts)


def _has_shape(draft: Draft) -> bool:
    """False for a formula of whole layers where nothing says what they are but their units' equations."""
    return draft.verdict is not Verdict.WRONG or draft.code != "C301"


def _is_open(draft: Draft) -> bool:
    return draft.verdict is Verdict.UNDECIDED and draft.code in _OPEN and not draft.doubted


def _is_whole(draft: Draft, units: frozenset[str]) -> bool:
    """True for a formula of vectors that was found right with a number for each of them, and that has cells."""
    if draft.verdict is not Verdict.CORRECT or is_numeric(draft.segment.body):
        return False
    return any(name.key in units for m in draft.statement.members for name in t.names_of(m))


def _judged_in_all(
    cases: Sequence[GeneralCase],
    functions: Mapping[str, Function],
    activations: Sequence[str],
) -> dict[Where, list[Draft]]:
    """What was found of each claim in networks of which each may be meant: wrong is what is right in none of those that
    it is a claim of, and open what is open in one."""
    found: dict[Where, list[Draft]] = {}
    for case in cases:
        for where, drafts in _judged(case, functions, activations).items():
            before = found.get(where)
            if before and drafts and all(draft.code == "C401" for draft in drafts):
                continue  # it speaks of something that is not in this network
            nothing = not before or all(draft.code == "C401" for draft in before)
            if nothing or _are_right(drafts):
                found[where] = drafts
            elif before and drafts and not _are_right(before):
                found[where] = max(before, drafts, key=_how_open)
    return found


def _how_open(drafts: Sequence[Draft]) -> int:
    return sum(draft.verdict is Verdict.UNDECIDED for draft in drafts)


def _judged(
    case: GeneralCase,
    functions: Mapping[str, Function],
    activations: Sequence[str],
) -> dict[Where, list[Draft]]:
    """What was found of each claim at some numbers of its letters; nothing for what defines something."""
    budget = Budget()
    budget.allow(len(case.claims))
    learned = learn(with_any_loss(case.equations), budget=budget)
    own = {**functions, **learned.model.functions}
    model = replace(learned.model, functions=own, in_letters=True)
    claims = [claim.statement for claim in case.claims]
    judge = _run(_with(model, case.free, any_function), claims, budget)
    name_mistakes(judge)
    for draft in judge.drafts:
        holds = draft.verdict is Verdict.CORRECT
        # by what L is not said to follow at all, it has no slope that could be wrong
        cut = draft.verdict is Verdict.WRONG and isinstance(draft.subject, t.Derivative)
        telling = draft.segment.body if holds else draft.subject
        if (holds or cut) and telling is not None and not _says_something(judge, telling):
            draft.verdict, draft.code, draft.message = Verdict.UNDECIDED, "C404", _NOTHING
    for name in activations if case.free else ():
        wrong = [draft for draft in judge.drafts if draft.verdict is Verdict.WRONG]
        statements = list({id(draft.statement): draft.statement for draft in wrong}.values())
        usual = _run(_with(model, case.free, partial(_called, name)), statements, budget)
        right = {_place(d) for d in usual.drafts if d.verdict is not Verdict.WRONG}
        for draft in wrong:
            if _place(draft) in right:
                draft.verdict, draft.code, draft.message = Verdict.UNDECIDED, "C407", _SPECIAL
    for draft in judge.drafts:
        if _is_taken_from_nothing(judge.basis.model, draft):
            draft.verdict, draft.code, draft.message = Verdict.UNDECIDED, "C407", _TWO_WAYS
    if any(map(_redefines, judge.drafts)):
        # what is computed is said in two ways: whatever is wrong by the one may be right by the other
        for draft in judge.drafts:
            if draft.verdict is Verdict.WRONG:
                draft.verdict, draft.code, draft.message = Verdict.UNDECIDED, "C407", _TWO_WAYS
    found: dict[Where, list[Draft]] = {
        (id(s.passage), segment.span): [] for s in claims for segment in s.chain.segments
    }
    for draft in judge.drafts:
        found[draft.where].append(draft)
    return found


def _is_taken_from_nothing(model: Model, draft: Draft) -> bool:
    """True for another formula of what has one over names that nothing is said of: ``delta = o - y`` beside
    ``delta = (o - y) f'(z)`` may be that of another loss, and ``(o - y) o (1 - o)`` the same where o is f(z)."""
    left = draft.subject
    if draft.verdict is not Verdict.WRONG or not isinstance(left, t.Name) or left.mark:
        return False
    made = model.definition(left.key)
    if made is None or any(isinstance(part, t.Derivative) for part in t.walk(made)):
        return False
    return all(model.definition(name) is None for name in t.names_in(made))


def _redefines(draft: Draft) -> bool:
    """True for a formula without slopes for a quantity that has another one, and that no mistake explains."""
    left = draft.subject
    if draft.verdict is not Verdict.WRONG or draft.diagnosis or not isinstance(left, t.Name):
        return False
    backwards = left.key.startswith(("delta", "Delta_"))
    return not (backwards or any(map(has_slope, draft.statement.members)))


def _place(draft: Draft) -> tuple[int, t.Span]:
    """Of which instance a draft is: all those of a claim stand at one place of the document."""
    return id(draft.statement), draft.segment.span


def _activations(words: str) -> list[str]:
    """What a function may be that has only a name: one whose slope is written by its value, or one that is
    spoken of."""
    said = {"relu": "rect|relu", "identity": "linear|ident"}
    return [a for a in ACTIVATIONS if a not in said or re.search(said[a], words, re.IGNORECASE)]


def _run(model: DocumentModel, claims: Sequence[Statement], budget: Budget) -> Judge:
    judge = Judge(Basis(model, own=True, budget=budget), claims)
    judge.run()
    return judge


def _with(
    model: DocumentModel, names: Iterable[str], made: Callable[[str], Function]
) -> DocumentModel:
    return replace(model, functions={**{name: made(name) for name in names}, **model.functions})


def _called(name: str, _: str) -> Function:
    return Function(("u",), t.Call(name, (t.Name("u"),)))


def _says_something(judge: Judge, node: t.Node) -> bool:
    """False for what is 0: a slope of quantities that nothing connects."""
    with mpmath.workdps(DIGITS):
        for point in judge.symbols.sides.equality.points[:2]:
            judge.basis.budget.begin()
            try:
                if not v.is_nothing(point.evaluate(node)):
                    return True
            except (NoValue, OutOfWork):
                return True
    return isinstance(node, t.Number)


def _decided(judge: Judge, draft: Draft, found: Sequence[Draft]) -> Draft:
    """A claim with the verdict that all its instances share; as it was where they differ.

    At different numbers for all letters a wrong claim is wrong, though at equal ones it may hold."""
    verdicts = {d.verdict for d in found if d.verdict is not Verdict.UNDECIDED}
    first = found[0]
    if first.code == "C301" and _is_of_cells(draft):
        return draft  # cells are numbers: what does not fit is how the document was understood
    if verdicts == {Verdict.CORRECT}:
        draft.accept()
    elif first.verdict is Verdict.WRONG and (len(verdicts) == 1 or not _is_special(judge, draft)):
        subject = draft.statement.left
        draft.verdict, draft.code, draft.diagnosis = first.verdict, first.code, first.diagnosis
        draft.subject, draft.settled = subject, True
        draft.printed = judge.basis.spelled(draft.segment.body)
        _, _, named = first.message.partition("; ")
        said = (
            f"{judge.basis.spelled(subject)} is not {draft.printed}" if subject else first.message
        )
        draft.message = f"{said}; {named}" if named else said
    return draft


def _is_of_cells(draft: Draft) -> bool:
    """True for ``dL/dz_i = y_i - t_i``, in which all but what is differentiated has an index letter."""
    members = draft.statement.members
    of = {p.of for m in members for p in t.walk(m) if isinstance(p, t.Derivative)}
    names = [name for member in members for name in t.names_of(member) if name not in of]
    plain = not any(isinstance(part, t.BigSum) for member in members for part in t.walk(member))
    return plain and bool(names) and all(ix.split(name.key)[1] for name in names)


def _is_special(judge: Judge, draft: Draft) -> bool:
    """True where the document tells equal ones of the letters of a claim from different ones, but for what has
    ``\\delta_{ij}`` in it for both."""
    names = {name.key for m in draft.statement.members for name in t.names_of(m)}
    if any(base == "delta" and len(pieces) == 2 for base, pieces in map(ix.split, names)):
        return False
    letters = {letter for key in names for letter in ix.letters_of(key)}
    told = (r for statement in judge.statements for r in statement.restrictions)
    return any({restriction.one, restriction.two} <= letters for restriction in told)
