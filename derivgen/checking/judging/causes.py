"""Which wrong claims follow from which: a slip that is carried on correctly is one slip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import mpmath

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.printed import Fit
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict

#: digits by which the values of two claims are told apart
DIGITS = 12
#: how many digits a number has before it is known again in another line
LONG = 3


def group(drafts: Sequence[Draft]) -> None:
    """Give every wrong claim that follows from an earlier one its ``cause``."""
    roots = _Roots()
    previous: Draft | None = None
    for draft in drafts:
        goes_on = previous is not None and _goes_on(previous, draft)
        roots.add(draft, previous if goes_on else None)
        previous = draft


def _goes_on(previous: Draft, draft: Draft) -> bool:
    """True for the next claim of a chain, also in a row of its own: ``&= 0.2 \\cdot 0.5``."""
    if previous.statement is draft.statement:
        return True
    return draft.statement.chain.continued and draft.statement.left == previous.statement.left


@dataclass
class _Roots:
    """What was wrong so far, and what goes on with it."""

    #: for each claim that is wrong, or goes on with wrong numbers, the claim that it all comes from
    of: dict[int, Draft] = field(default_factory=dict)
    said: dict[tuple[object, object], Draft] = field(default_factory=dict)
    #: wrong numbers with what they should be
    numbers: dict[tuple[str, str], Draft] = field(default_factory=dict)
    #: wrong numbers with the value that they have by the model, whatever they are written for
    values: dict[tuple[str, str], Draft] = field(default_factory=dict)
    #: names that stand for something else than their formula says
    named: dict[str, Draft] = field(default_factory=dict)
    #: what was printed of a quantity, as text, by what is wrong or goes on with it
    printed: dict[tuple[object, str], Draft] = field(default_factory=dict)
    #: what was put in for what, wrongly
    operands: dict[tuple[t.Node, t.Node], Draft] = field(default_factory=dict)

    def add(self, draft: Draft, previous: Draft | None) -> None:
        """Note a claim; ``previous`` is the one before it in its chain."""
        if draft.settled or (draft.code == "C105" and draft.cause is not None):
            return  # what the document has otherwise: all else was judged by that
        sources = [self.of[used] for used in draft.uses if used in self.of and used != draft.id]
        if draft.verdict is not Verdict.WRONG:
            if sources and draft.local is Fit.ROUNDED:
                self.of[draft.id] = min(sources, key=lambda root: root.id)
            elif previous is not None and _is_formula(previous) and previous.id in self.of:
                self.of[draft.id] = self.of[previous.id]  # the value of what is wrong
            self._note_print(draft)
            return
        if draft.cause is None:
            root = self._root(draft, previous, sources)
            draft.cause = None if root is None or root is draft else root.id
            self.of[draft.id] = root or draft
        self._note(draft)

    def _root(self, draft: Draft, previous: Draft | None, sources: list[Draft]) -> Draft | None:
        if previous is not None and previous.verdict is Verdict.WRONG and previous.id in self.of:
            sources = [*sources, self.of[previous.id]]
        if previous is not None and previous.id in self.of and draft.local is Fit.ROUNDED:
            sources = [*sources, self.of[previous.id]]  # what a wrong formula gives
        # numbers put into a formula that is wrong already are wrong with it
        put_in = previous is not None and _is_formula(previous)
        if sources and (_follows(draft) or put_in):
            return min(sources, key=lambda root: root.id)
        if draft.operand in self.operands:
            return self.operands[draft.operand]  # the same number for the same thing once more
        if draft.operand is not None and (draft.operand[0], draft.expected) in self.printed:
            # it is another number than the one before, and that one is wrong itself
            return self.printed[draft.operand[0], draft.expected]
        if draft.operand is not None and _value(draft) in self.values:
            return self.values[_value(draft)]  # what was printed wrongly is put in
        if draft.number is not None and draft.operand is None:
            # the same wrong number of the same thing, printed once more
            before = self.said.get((draft.subject, draft.number.value))
            if before is not None:
                return before
        if _is_taken_over(draft) and _number(draft) in self.numbers:
            return self.numbers[_number(draft)]
        if draft.code == "C202":
            # right with what the name in it should be, whose own line is wrong
            names = (p.key for p in t.names_of(draft.segment.body))
            return next((self.named[key] for key in names if key in self.named), None)
        return None

    def _note_print(self, draft: Draft) -> None:
        if draft.id in self.of and draft.number is not None and draft.operand is None:
            self.printed[draft.subject, draft.number.text] = self.of[draft.id]

    def _note(self, draft: Draft) -> None:
        root = self.of.get(draft.id, draft)
        self._note_print(draft)
        if draft.operand is not None:
            self.operands.setdefault(draft.operand, root)
        if draft.number is not None and draft.operand is None:
            self.said.setdefault((draft.subject, draft.number.value), root)
            if len(draft.number.text.lstrip("-0.").replace(".", "")) >= LONG:
                self.numbers.setdefault(_number(draft), root)
                self.values.setdefault(_value(draft), root)
        if isinstance(draft.subject, t.Name) and _is_formula(draft):
            self.named.setdefault(draft.subject.key, root)


def _number(draft: Draft) -> tuple[str, str]:
    """What is printed and what should be, without their signs."""
    printed = "" if draft.number is None else draft.number.text.lstrip("-")
    return printed, draft.expected.lstrip("-")


def _value(draft: Draft) -> tuple[str, str]:
    """What is printed, without its sign, and what the model says in its place."""
    value = None if draft.value is None else abs(draft.value)
    return _number(draft)[0], "" if value is None else str(mpmath.nstr(value, DIGITS))


def _is_taken_over(draft: Draft) -> bool:
    """True for a number that was not worked out here, or by itself, as the same thing was before."""
    if draft.number is None:
        return False
    if draft.operand is not None or draft.subject is None:
        return True
    return draft.local is None and _stands_alone(draft)


def _stands_alone(draft: Draft) -> bool:
    """True for a result with nothing between it and its left side: ``db = 0.0224``."""
    return draft.segment in draft.statement.chain.segments[:2]


def _is_formula(draft: Draft) -> bool:
    return draft.verdict is Verdict.WRONG and draft.code in ("C201", "C202", "C203")


def _follows(draft: Draft) -> bool:
    """True for a claim that is right once its numbers are taken as they stand."""
    if draft.code in ("C103", "C202", "C203"):
        return False
    return draft.local is None or draft.local is not Fit.OFF
