"""A wrong claim made into a case for the table of typical mistakes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.budget import OutOfWork
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.printed import Printed
from derivgen.checking.evaluating.resolving import Unknown, resolved
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.judging.carried import rounded_as_printed
from derivgen.checking.judging.judge import Judge
from derivgen.checking.judging.spread import spread
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.mistakes import Case, Kinds, Mistake, Outcome, Relatives, diagnose
from derivgen.checking.report import Verdict

#: how many derivatives of a document are tried as what was left out
MOST_TOKENS = 60
#: codes of claims between formulas
FORMULAS = frozenset({"C201", "C202", "C203", "C301"})
#: digits that a calculation has where all of its numbers are exact
EXACT_DIGITS = 9
#: how close, for its size, a mended calculation comes to the right value
CLOSELY = mpmath.mpf("5e-4")


def name_mistakes(judge: Judge, drafts: Sequence[Draft] | None = None) -> None:
    """Name the likely mistake of every wrong claim (or of some of them) that follows from no other."""
    with mpmath.workdps(DIGITS):
        end = judge.basis.budget.further()
        tokens, known = _tokens(judge), _Known(Relatives(judge.basis.model))
        for draft in judge.drafts if drafts is None else drafts:
            if judge.basis.budget.spent > end:
                break
            wrong = draft.verdict is Verdict.WRONG and draft.cause is None and not draft.settled
            # beside a network, what an author calls delta_j in general is no quantity of it
            doubted = draft.doubted and judge.basis.own
            if wrong or doubted:
                judge.basis.budget.begin()
                try:
                    found = _mistake(judge, draft, tokens, known)
                except OutOfWork:
                    continue  # it is wrong all the same
                if doubted and found is not None:
                    draft.verdict, draft.code = Verdict.WRONG, "C201"
                    assert draft.subject is not None
                    draft.printed = judge.basis.spelled(draft.segment.body)
                    draft.message = f"{judge.basis.spelled(draft.subject)} is not {draft.printed}"
                if found is not None:
                    draft.diagnosis = found.key
                    draft.message = f"{draft.message}; {found.message}"


def _tokens(judge: Judge) -> tuple[t.Derivative, ...]:
    """The derivatives that a document writes, the first ones."""
    found: dict[t.Derivative, None] = {}
    for statement in judge.statements:
        for segment in statement.chain.segments:
            if len(found) >= MOST_TOKENS:
                return tuple(found)
            for part in t.walk(segment.body):
                if isinstance(part, t.Derivative):
                    found[part] = None
    return tuple(found)


@dataclass
class _Known:
    """What is looked up for every claim: names for others, and the mistakes found, by the kind of their claims."""

    relatives: Relatives
    kinds: Kinds = field(default_factory=Kinds)
    found: dict[Hashable, Mistake | None] = field(default_factory=dict)


def _mistake(
    judge: Judge, draft: Draft, tokens: tuple[t.Derivative, ...], known: _Known
) -> Mistake | None:
    right = draft.operand[0] if draft.operand is not None else draft.subject
    outcome = _outcome(judge, draft)
    if right is None or not (outcome or draft.code in FORMULAS or draft.doubted):
        return None
    body, equality = draft.segment.body, judge.symbols.sides.equality
    made = _definition(judge, right) if isinstance(right, t.Name) else None
    if outcome is None and isinstance(body, t.Derivative) and draft.operand is None and made:
        right, body = body, made  # delta = dL/dz = ...: it is what computes the delta that is wrong
    case = Case(
        judge.basis.model,
        draft,
        right,
        body,
        _formulas(judge, draft, right),
        draft.number,
        outcome,
        judge.standing.ledger,
        equality.ancestry,
        known.relatives,
        tokens,
    )
    kind = known.kinds.of(case)
    if kind is not None and kind in known.found:
        return known.found[kind]
    if outcome is None:
        equality, right, body = judge.symbols.sides.deciding(
            right, body, draft.statement.restrictions
        )
        case = replace(case, right=right, body=body, ancestry=equality.ancestry)
    actual = draft.world or judge.standing.actual
    found = diagnose(case, equality, (actual, rounded_as_printed(judge.standing, actual, right)))
    if kind is not None:
        known.found[kind] = found
    return found


def _outcome(judge: Judge, draft: Draft) -> Outcome | None:
    """What a claim comes to, if it is about numbers."""
    number = draft.number
    if number is not None:
        return Outcome(number.value, draft.value, number.unit / 2, _digits(number), draft.cell)
    if draft.code != "C102" or draft.value is None:
        return None
    try:
        value = scalar((draft.world or judge.standing.actual).evaluate(draft.segment.body))
    except NoValue:
        return None
    if value is None or not value:
        return None
    # a wrong number among the others may have few digits: its own spread says nothing
    slack = min(spread(judge.standing, draft.segment.body), abs(draft.value) * CLOSELY)
    digits = EXACT_DIGITS if not slack else int(mpmath.log10(abs(value) / slack))
    return Outcome(value, draft.value, slack, min(digits, EXACT_DIGITS))


def _digits(number: Printed) -> int:
    """How many digits of a number say something: without a sign, a point, and zeros in front."""
    return len(number.text.lstrip("-0.").replace(".", ""))


def _formulas(judge: Judge, draft: Draft, right: t.Node) -> tuple[t.Node, ...]:
    """Right formulas of what a claim is about: one of the document, its definition, its calculation."""
    found: list[t.Node | None] = [judge.formulas.get(right)]
    if isinstance(right, t.Name):
        found.append(_definition(judge, right))
    elif not isinstance(right, t.Derivative):
        found.append(right)
    if draft.operand is None and draft.calculation is not draft.segment.body:
        found.append(draft.calculation)
    return tuple(dict.fromkeys(node for node in found if node is not None))


def _definition(judge: Judge, name: t.Name) -> t.Node | None:
    """What computes a quantity; after the update, from updated quantities."""
    try:
        key, state = resolved(judge.basis.model, name)
    except Unknown:
        return None
    node = judge.basis.model.definition(key)
    return node if state == "now" or node is None else _marked(node)


def _marked(node: t.Node) -> t.Node:
    if isinstance(node, t.Name):
        return node if node.mark else replace(node, mark="+")
    return rebuilt(node, _marked)
