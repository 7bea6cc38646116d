"""The claims of one statement judged, at the point of training at which the document stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from derivgen.checking.drafts import Draft, Mark, note_open
from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.budget import OutOfWork
from derivgen.checking.evaluating.literals import literal
from derivgen.checking.evaluating.printed import (
    Fit,
    has_decimals,
    is_calculation,
    is_numeric,
    is_printed,
    is_shortened,
    printed_matrix,
    printed_number,
)
from derivgen.checking.evaluating.resolving import UPDATE_MARKS, Unknown, resolved
from derivgen.checking.evaluating.values import NoValue, Shapes, Value
from derivgen.checking.judging.approximations import (
    excuse_approximation,
    is_difference_quotient,
)
from derivgen.checking.judging.arguments import judge_argument
from derivgen.checking.judging.basis import Basis
from derivgen.checking.judging.by_prints import (
    holds_by_prints,
    leave_open_what_prints_cannot_tell,
)
from derivgen.checking.judging.calculations import (
    is_put_in,
    judge_calculation,
    judge_mixed,
    judge_shortened,
    note_on_the_way,
)
from derivgen.checking.judging.holding import holds_here, holds_with_names
from derivgen.checking.judging.own_calculations import Calculated, calculated_as
from derivgen.checking.judging.results import judge_result
from derivgen.checking.judging.slips_of_operands import right_in_spite
from derivgen.checking.judging.spread import agrees
from derivgen.checking.judging.standing import Standing
from derivgen.checking.judging.symbols import SymbolJudge, may_lie_otherwise
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.loose_signs import loose_readings
from derivgen.checking.maths.mixed_numbers import is_mixed_number, with_mixed_numbers
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.statements import OTHER_RELATIONS, Statement

ORDERS = frozenset({"<", ">", "<=", ">=", "!="})


@dataclass
class ClaimJudge:
    """Judges the claims of one statement after the other; ``drafts`` are what it thinks of them, in order.

    ``standing`` is moved from point to point by :class:`derivgen.checking.judging.judge.Judge`."""

    basis: Basis
    drafts: list[Draft]
    #: for each left side, the first formula that was found right
    formulas: dict[t.Node, t.Node]
    standing: Standing
    symbols: SymbolJudge
    #: what numbers should come of that are all that is known of something
    calculated: Calculated = field(default_factory=dict)
    #: such values in the statement at hand
    worked: Mapping[str, Value] = field(default_factory=dict, init=False)

    def statement(self, statement: Statement) -> None:
        """Judge each member of a statement's chain by those before it."""
        here = self.standing.actual
        self.worked = calculated_as(self.calculated, statement, self.drafts, self.standing.ledger)
        if self.worked:
            self.standing.actual = here.with_data(self.worked)
        self._each_member(statement)
        self.standing.actual = here

    def _each_member(self, statement: Statement) -> None:
        segments = statement.chain.segments
        members: list[t.Node] = []
        if not statement.chain.continued:
            if not segments:
                return
            members.append(segments[0].body)
            segments = segments[1:]
        elif statement.left is not None:
            members = [statement.left, *statement.earlier]
        members = [self._plain(member) if at == 0 else member for at, member in enumerate(members)]
        for segment in segments:
            read = self._segment(statement, segment, members)
            members.append(read.body)
            right_in_spite(self.standing, self.drafts)

    def _plain(self, left: t.Node) -> t.Node:
        """``p(w, x) = ...`` is about p, where p is a quantity and no function."""
        if not isinstance(left, t.Call) or left.primes or self.basis.model.function(left.function):
            return left
        named = all(isinstance(argument, t.Name) for argument in left.arguments)
        if not named or not self.basis.model.known(left.function):
            return left
        return t.Name(left.function, written=left.function, span=left.span)

    def _segment(
        self, statement: Statement, segment: t.Segment, members: list[t.Node]
    ) -> t.Segment:
        """Judge one member of a chain; the member as it was read."""
        begin, written = len(self.drafts), self.standing.ledger.mark()
        self._member(statement, segment, members)
        if all(draft.verdict is not Verdict.WRONG for draft in self.drafts[begin:]):
            return segment
        text = statement.passage.text[slice(*segment.span)]
        for loose in loose_readings(text, numeric=is_calculation(segment.body)):
            meant = replace(segment, body=loose(segment.body))
            others = [loose(member) for member in members]
            if meant != segment or others != members:
                self._again(statement, meant, others, begin, written)
                if self.drafts[-1].verdict is Verdict.CORRECT:
                    members[:] = others
                    return meant
                self._again(statement, segment, members, begin, written)
        other = replace(segment, body=with_mixed_numbers(segment.body))
        if other == segment:
            return segment
        # where it is all that stands there, nobody takes it for a product
        last = other if is_mixed_number(other.body) else segment
        for read in (other, last):
            self._again(statement, read, members, begin, written)
            if read is last or self.drafts[-1].verdict is Verdict.CORRECT:
                return read
        return segment

    def _again(
        self,
        statement: Statement,
        segment: t.Segment,
        members: list[t.Node],
        begin: int,
        written: Mark,
    ) -> None:
        """Judge a member anew, otherwise read; what was thought of it from ``begin`` on is forgotten."""
        del self.drafts[begin:]
        self.standing.ledger.go_back(written)
        self._member(statement, segment, members)

    def _member(self, statement: Statement, segment: t.Segment, members: list[t.Node]) -> None:
        body = segment.body
        subject = members[0] if members else None
        if (
            segment.relation in OTHER_RELATIONS
            or isinstance(body, t.Words)
            or isinstance(subject, t.Words)
        ):
            return
        if not self.worked and self._is_given(subject, body):
            number = printed_number(body)
            cells = printed_matrix(body)
            if number is not None and subject is not None:
                self.standing.ledger.write(subject, number, None, number.value)
            elif cells is not None:
                self.standing.ledger.write_matrix(subject, literal(body), body, cells, None)
            else:
                self._makes_no_sense(statement, segment)
            return
        draft = Draft(len(self.drafts) + 1, statement, segment, part=segment.span)
        draft.world = self.standing.actual
        draft.printed = self.basis.spelled(body)
        self.basis.budget.begin()
        try:
            self._claim(draft, members)
            excuse_approximation(draft)
        except (OutOfWork, RecursionError) as limit:
            draft = Draft(draft.id, statement, segment, part=segment.span, printed=draft.printed)
            draft.code = "C403"
            # a caller's own stack may be deep already
            draft.message = (
                str(limit) if isinstance(limit, OutOfWork) else "it is nested too deeply"
            )
            number = printed_number(body)
            if number is not None:
                self.standing.ledger.write(subject, number, draft.id, None)
        self.drafts.append(draft)

    def _makes_no_sense(self, statement: Statement, segment: t.Segment) -> None:
        """An author is taken at his word, but not where the shapes in it do not fit."""
        self.basis.budget.begin()
        try:
            self.standing.actual.evaluate(segment.body)
        except Shapes as misfit:
            if may_lie_otherwise(self.basis.model, misfit, segment.body):
                return
            draft = Draft(len(self.drafts) + 1, statement, segment, part=segment.span)
            draft.verdict, draft.code, draft.message = Verdict.WRONG, "C301", str(misfit)
            draft.world, draft.printed = self.standing.actual, self.basis.spelled(segment.body)
            draft.subject = statement.left
            self.drafts.append(draft)
        except (NoValue, OutOfWork, RecursionError):
            pass  # what has no value can be right

    def _claim(self, draft: Draft, members: list[t.Node]) -> None:
        """Judge one claim, which stands behind the other members of its chain.  Raises OutOfWork."""
        segment, body = draft.segment, draft.segment.body
        subject = members[0] if members else None
        before = members[1:]
        if segment.relation in ORDERS:
            self._order(draft, members[-1] if members else None, segment)
        elif is_printed(body) and self._is_constant(subject, body):
            draft.verdict = Verdict.CORRECT
        elif is_printed(body):
            judge_result(self.standing, draft, subject, before)
            leave_open_what_prints_cannot_tell(draft, self.drafts)
            if draft.code == "C110" and before and self._is_blamed(before[-1]):
                draft.accept()  # it is right, and the slip is in the calculation before it
            self._note_wrong_formula(draft, before)
            self._name_given(draft, subject, before)
            self._remember_aliases(draft, before)
        elif is_shortened(body):
            judge_shortened(self.standing, draft, subject, self._put_into(members))
        elif is_numeric(body) and not self._is_of_each(subject):
            judge_calculation(self.standing, draft, subject, self._put_into(members))
            onward = len(before) > 0 and is_numeric(before[-1])
            if onward and draft.verdict is Verdict.CORRECT:
                judge_argument(self.standing, draft, before[-1])
            if onward and self.standing.carries and draft.verdict is Verdict.CORRECT:
                note_on_the_way(self.standing, draft)
            if len(members) == 1 and not has_decimals(body) and self._may_be_rest(draft, subject):
                draft.doubted = True
        elif subject is None:
            draft.code, draft.message = "C404", "it has no left side"
        else:
            self.standing.note_formula(subject, body)
            self._formula(draft, subject, [m for m in before if not is_calculation(m)])

    def _formula(self, draft: Draft, subject: t.Node, before: Sequence[t.Node]) -> None:
        self.symbols.judge(draft, subject, before)
        blamed = draft.doubted or draft.verdict is Verdict.WRONG
        if blamed and before and is_put_in(self.standing, draft, before[-1]):
            draft.doubted = False  # 0 + 0 x_i for w_0 + w_1 x_i
            draft.accept()
            return
        if draft.verdict is Verdict.CORRECT:
            self.formulas.setdefault(subject, draft.segment.body)
        if draft.verdict is Verdict.WRONG and has_decimals(draft.segment.body):
            # numbers among names: a calculation in which not everything has been put in yet
            judge_mixed(self.standing, draft, subject)
        if draft.verdict is Verdict.WRONG and (
            holds_here(self.basis, self.standing, subject, draft.segment.body)
            or is_difference_quotient(self.standing, draft, subject)
            or holds_with_names(self.standing, self.symbols, subject, draft.segment.body)
            or (is_calculation(subject) and agrees(self.standing, subject, draft.segment.body))
            or holds_by_prints(self.standing, subject, draft.segment.body)
        ):
            draft.accept()

    def _put_into(self, members: Sequence[t.Node]) -> t.Node | None:
        """What numbers were put into: the formula before them, or what defines the name before them."""
        member = next((m for m in reversed(members) if not is_calculation(m)), None)
        if isinstance(member, t.Name):
            try:
                key, state = resolved(self.basis.model, member)
            except Unknown:
                return None
            return self.basis.model.definition(key) if state == "now" else None
        return member

    def _is_given(self, subject: t.Node | None, body: t.Node) -> bool:
        """True for what the model took from here: a definition, or the value of a given quantity."""
        if not self.basis.own or not isinstance(subject, t.Name):
            return False
        key = t.full_key(subject)
        if not self.basis.model.known(key):
            key = subject.key
        if subject.mark in UPDATE_MARKS and key == subject.key:
            return False
        return self.basis.model.definition(key) is body or (
            self.basis.model.given(key) is body and self.basis.model.definition(key) is None
        )

    def _is_constant(self, subject: t.Node | None, body: t.Node) -> bool:
        """True for a whole number that a formula always is: ``dz/db = 1``."""
        number = printed_number(body)
        if number is None or number.decimals > 0 or not isinstance(subject, t.Derivative):
            return False
        if not self.symbols.sides.compare(subject, body):
            return False
        # a slope of 1 at random points, and 0 at the stated ones: a dead unit
        values = (
            self.standing.known_value(subject, tokens)
            for tokens in ("total", "own")  # of a recurrence its own step alone may be meant
        )
        return any(value is None or number.fit(value) is Fit.ROUNDED for value in values)

    def _note_wrong_formula(self, draft: Draft, before: Sequence[t.Node]) -> None:
        """A wrong number that is what the formula before it gives, unrounded: the formula is wrong."""
        if draft.verdict is not Verdict.WRONG or draft.number is None or draft.cell is not None:
            return
        for formula in (member for member in before if not is_calculation(member)):
            with suppress(NoValue):
                value = v.scalar(self.standing.actual.evaluate(formula))
                if value is not None and draft.number.fit(value) is Fit.ROUNDED:
                    draft.local = Fit.ROUNDED

    def _is_blamed(self, member: t.Node) -> bool:
        """Whether the member of the chain that was judged last is wrong, and is this one."""
        last = self.drafts[-1] if self.drafts else None
        return last is not None and last.verdict is Verdict.WRONG and last.segment.body is member

    def _remember_aliases(self, draft: Draft, before: Sequence[t.Node]) -> None:
        """In ``dz/dw = a = 0.5933`` the number is printed as the value of a as well."""
        number = printed_number(draft.segment.body)
        for member in before:
            if number is not None and isinstance(member, t.Name | t.Derivative):
                self.standing.ledger.write(member, number, draft.id, draft.value)

    def _is_of_each(self, subject: t.Node | None) -> bool:
        """True for what has index letters, and is no quantity by itself: ``E_k = 1/2``."""
        if not isinstance(subject, t.Name) or not ix.letters_of(subject.key):
            return False
        return not self.basis.model.known(subject.key)

    def _may_be_rest(self, draft: Draft, subject: t.Node | None) -> bool:
        """True where a calculation may be what is left of a formula: 1/1 of a sigmoid, 1/2 of a loss that has
        no value here."""
        if draft.code == "C401":
            return self._is_usual(subject)
        computed = (
            isinstance(subject, t.Name) and self.basis.model.definition(subject.key) is not None
        )
        return draft.code == "C405" and computed

    def _is_usual(self, subject: t.Node | None) -> bool:
        """True for a function by a usual name of something that is not said: ``sigma(z)`` in general."""
        return (
            isinstance(subject, t.Call)
            and not subject.primes
            and self.basis.model.function(subject.function) is None
            and v.is_function(subject.function)
            and len(subject.arguments) == 1
            and isinstance(subject.arguments[0], t.Name)
        )

    def _name_given(self, draft: Draft, subject: t.Node | None, before: Sequence[t.Node]) -> None:
        """A value that is used as another one than it is given as: say of what it is the value."""
        if draft.verdict is not Verdict.WRONG or before or not isinstance(subject, t.Name):
            return
        if subject.key in self.basis.repaired and not subject.mark and draft.expected:
            name = self.basis.spelled(subject)
            if draft.cell is not None:
                name = f"a cell of {name}"
            draft.message = f"{name} is given as {draft.printed}, and used as {draft.expected}"

    def _order(self, draft: Draft, left: t.Node | None, segment: t.Segment) -> None:
        """An inequality at the stated values."""
        if left is None:
            draft.code, draft.message = "C404", "it has no left side"
            return
        world = self.standing.actual
        try:
            holds = world.compares(left, segment)
        except NoValue as error:
            note_open(draft, error)
            return
        if holds:
            draft.verdict = Verdict.CORRECT
        else:
            draft.verdict, draft.code = Verdict.WRONG, "C204"
            draft.message = (
                f"{self.basis.spelled(left)} {segment.relation} {draft.printed} does not hold"
            )
