"""Judgements before the whole document is taken into account, and what was printed so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import mpmath

from derivgen.checking.evaluating.printed import Fit, Printed
from derivgen.checking.evaluating.resolving import UPDATE_MARKS, LeftOut, NotGiven, Unknown
from derivgen.checking.evaluating.values import NoValue, Real, Value
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.statements import Statement

if TYPE_CHECKING:
    from derivgen.checking.evaluating.world import World

#: whole numbers up to this one are factors of formulas, and no results that were printed before
SMALL = 2


@dataclass(slots=True)
class Draft:
    """One claim while it is being judged; see :class:`~derivgen.checking.report.Claim`.

    ``subject`` is what the claim is a value or a form of, ``calculation`` what was calculated for it.
    ``part`` is the piece of the passage to point at.  ``local`` and ``exact`` say how the printed number
    fits what the operands as printed give, and what the model gives.  ``uses`` are the claims whose printed
    numbers it goes on with.
    """

    id: int
    statement: Statement
    segment: t.Segment
    verdict: Verdict = Verdict.UNDECIDED
    code: str = ""
    message: str = ""
    part: t.Span | None = None
    printed: str = ""
    expected: str = ""
    value: Real | None = None
    local: Fit | None = None
    exact: Fit | None = None
    subject: t.Node | None = None
    calculation: t.Node | None = None
    number: Printed | None = None
    #: of a printed matrix, the cell that ``number`` stands in
    cell: tuple[int, int] | None = None
    #: whether the model knows the value
    modelled: bool = False
    uses: tuple[int, ...] = ()
    #: True where the calculation does not stand there, and was made of numbers that were printed before
    from_prints: bool = False
    #: its value is that of the formula before it, as the document has it
    by_formula: bool = False
    #: a name and the number that was wrongly put in for it
    operand: tuple[t.Node, t.Node] | None = None
    cause: int | None = None
    diagnosis: str | None = None
    #: the point at which it was judged
    world: World | None = None
    #: an equation of every unit that holds for none: wrong where a typical mistake explains it
    doubted: bool = False
    #: True where the message says all, and no likely mistake is looked for
    settled: bool = False

    @property
    def where(self) -> tuple[int, t.Span]:
        """Where it stands: the same for two judgements of one claim."""
        return id(self.statement.passage), self.segment.span

    def accept(self) -> None:
        """Take the claim for correct, whatever was thought of it before."""
        self.verdict, self.code, self.message, self.expected = Verdict.CORRECT, "", "", ""

    @property
    def limited(self) -> bool:
        """True where a limit on the work was reached before there was a verdict."""
        return self.code == "C403"


def note_untold(draft: Draft) -> None:
    """Leave a claim open of which the document says nothing that it could be held against."""
    draft.verdict = Verdict.UNDECIDED
    draft.code = draft.code or "C405"
    draft.message = draft.message or "nothing says what it should be"


def note_open(draft: Draft, error: NoValue) -> None:
    """Why a claim cannot be decided, as a code and a message."""
    match error:
        case Unknown():
            draft.code = "C401"
        case LeftOut():
            draft.code = "C402"
        case NotGiven():
            draft.code = "C405"
        case _:
            draft.code = "C407"
    draft.message = str(error)


@dataclass(frozen=True, slots=True)
class Entry:
    """One printed value: of what, by which claim, and what it is before rounding."""

    subject: t.Node | None
    printed: Printed
    draft: int | None
    unrounded: Real | None
    #: False for a number that is wrong, and not just rounded
    sound: bool = True


#: matrices by what they are of: value, claim, and as they stand there
Matrices = dict[t.Node, tuple[Value, int | None, t.Node]]
#: how many numbers were written, and the matrices
Mark = tuple[int, Matrices]


@dataclass
class Ledger:
    """Everything that was printed so far, by what it is the value of and by its digits."""

    by_subject: dict[t.Node, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    by_value: dict[Real, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    #: names that only stand for another one
    aliases: Mapping[str, str] = field(default_factory=dict)
    #: the last matrices that were printed: value, claim, and as they stand there
    matrices: Matrices = field(default_factory=dict)
    #: everything that was written, in order
    written: list[Entry] = field(default_factory=list)
    #: what was printed up to the last step of training, where that lies behind
    before: Ledger | None = field(default=None, repr=False)

    def write_matrix(
        self,
        subject: t.Node | None,
        value: Value,
        node: t.Node,
        cells: Iterable[Iterable[Printed]],
        draft: int | None,
    ) -> None:
        """A matrix that was printed: as a whole, and each of its cells as a number by itself."""
        if subject is not None:
            self.matrices[self.plain(subject)] = value, draft, node
        for row in cells:
            for number in row:
                self.write(None, number, draft, None)

    def write(
        self,
        subject: t.Node | None,
        printed: Printed,
        draft: int | None,
        unrounded: Real | None,
        sound: bool = True,
    ) -> None:
        entry = Entry(subject, printed, draft, unrounded, sound)
        self.written.append(entry)
        if subject is not None:
            self.by_subject[self.plain(subject)].append(entry)
        self.by_value[printed.value].append(entry)

    def mark(self) -> Mark:
        """What :meth:`go_back` goes back to."""
        return len(self.written), dict(self.matrices)

    def go_back(self, mark: Mark) -> None:
        """Take back everything that was written after a mark, matrices included."""
        count, matrices = mark
        self.matrices = dict(matrices)
        self.forget(count)

    def forget(self, count: int) -> None:
        """Take back every number that was written after the first ``count`` entries."""
        while len(self.written) > count:
            entry = self.written.pop()
            if entry.subject is not None:
                subject = self.plain(entry.subject)
                self.by_subject[subject].pop()
                if not self.by_subject[subject]:
                    del self.by_subject[subject]
            self.by_value[entry.printed.value].pop()

    def of(self, subject: t.Node) -> list[Entry]:
        """What was printed as the value of something, in order."""
        return self.by_subject.get(self.plain(subject), [])

    @property
    def history(self) -> list[Ledger]:
        """The ledger of each step of training up to this one."""
        return [*(() if self.before is None else self.before.history), self]

    def plain(self, node: t.Node) -> t.Node:
        """A name or derivative token with names that only stand for others replaced by those."""
        if isinstance(node, t.Name):
            return replace(node, key=self.aliases.get(node.key, node.key))
        if isinstance(node, t.Derivative):
            return rebuilt(node, self.plain)
        return node

    def after(self, renewed: Mapping[str, str]) -> Ledger:
        """What is known at the start of the next step: what was given, and the new values; ``renewed`` are the names
        of those that have no mark of their own."""
        new = {later: key for key, later in renewed.items()}
        kept: dict[t.Node, list[Entry]] = defaultdict(list)
        for subject, entries in self.by_subject.items():
            if isinstance(subject, t.Name) and subject.mark in UPDATE_MARKS:
                kept[replace(subject, mark="")] = list(entries)
            elif isinstance(subject, t.Name) and subject.key in new:
                kept[replace(subject, key=new[subject.key])] = list(entries)
            elif subject not in kept and all(entry.draft is None for entry in entries):
                kept[subject] = list(entries)
        matrices: dict[t.Node, tuple[Value, int | None, t.Node]] = {
            replace(subject, mark=""): node
            for subject, node in self.matrices.items()
            if isinstance(subject, t.Name) and subject.mark in UPDATE_MARKS
        }
        return Ledger(kept, self.by_value, self.aliases, matrices=matrices, before=self)

    def given(self) -> Ledger:
        """What is known where a table begins: what was given."""
        kept: dict[t.Node, list[Entry]] = defaultdict(list)
        for subject, entries in self.by_subject.items():
            if all(entry.draft is None for entry in entries):
                kept[subject] = list(entries)
        return Ledger(kept, aliases=self.aliases)

    def derivatives_by(self, key: str) -> list[t.Derivative]:
        """The derivative tokens by a quantity whose values were printed, the last first."""
        return [
            subject
            for subject in (*reversed(self.by_subject), *reversed(self.matrices))
            if isinstance(subject, t.Derivative)
            and isinstance(subject.by, t.Name)
            and subject.by.key == key
        ]

    def like(self, number: Printed) -> list[Entry]:
        """What was printed with the same value, in order."""
        return self.by_value.get(number.value, [])

    def sources(self, node: t.Node) -> Iterator[Entry]:
        """The last entry of each number in a calculation that was printed before."""
        for part in t.walk(node):
            if isinstance(part, t.Number) and (part.decimals or part.value > SMALL):
                number = Printed(_real(part), part.decimals, part.text)
                for value in (number.value, -number.value):
                    found = self.by_value.get(value)
                    if found:
                        yield found[-1]

    def claims_behind(self, node: t.Node) -> tuple[int, ...]:
        """The claims whose printed numbers and matrices stand in a calculation."""
        parts = set(t.walk(node))
        found = [entry.draft for entry in self.sources(node) if entry.draft is not None]
        found += [
            claim
            for _, claim, printed in self.matrices.values()
            if claim is not None and printed in parts
        ]
        return tuple(found)


def _real(number: t.Number) -> Real:
    return mpmath.mpf(number.value.numerator) / number.value.denominator
