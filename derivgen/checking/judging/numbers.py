"""Numbers: is a printed result what its operands give, and what the model gives?

Two references decide (measured: together they find every slip and raise no alarm).  *local*: the operands
as printed.  *exact*: the model.  Both round to the printed number: correct.  One does: a rounding slip.
Cut instead of rounded: truncation.  Else wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain

import mpmath

from derivgen.checking.drafts import Draft, Entry, Ledger
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.evaluation import Tokens
from derivgen.checking.evaluating.printed import (
    Fit,
    Printed,
    decimal,
    is_numeric,
    is_printed,
    printed_matrix,
    printed_number,
)
from derivgen.checking.evaluating.resolving import UPDATE_MARKS, LeftOut, NotGiven, Unknown
from derivgen.checking.evaluating.values import Array, Dual, NoValue, Real, Shapes, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.writing import shown
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.align import Pair, aligned

#: significant digits from which on a number is a long one
LONG = 5
#: relative difference of two values that are printed alike and called the same
ALIKE = mpmath.mpf("1e-3")
#: units of the last place by which a number can be off after roundings that were carried on
MOST_CARRIED = 12


@dataclass
class NumberJudge:
    """Judges the numbers of one document in reading order; ``ledger`` grows with them."""

    actual: World
    ledger: Ledger
    #: numbers of decimals that the document prints, the most common one
    decimals: int = 4
    #: how a formula is written in messages
    spelled: Callable[[t.Node], str] = shown
    #: the document says that it goes on with numbers as printed; that it cuts digits
    carries: bool = False
    cuts: bool = False

    # --- results --------------------------------------------------------------------------------

    def result(self, draft: Draft, subject: t.Node | None, before: Sequence[t.Node]) -> None:
        """Judge a printed number (or a matrix of them) at the end of a chain.

        ``subject`` is the left side, ``before`` are the members between it and the number.
        """
        draft.subject = None if subject is None else self.ledger.plain(subject)
        exact = self._exact(subject, draft)
        draft.modelled = exact is not None
        local = self._local(subject, before, draft)
        if exact is None and draft.calculation is not None:
            exact = self._excuse(draft.calculation, local, draft.segment.body)
        body = draft.segment.body
        number = printed_number(body)
        if number is not None:
            self._number(draft, number, scalar(exact), scalar(local))
            doubted = draft.verdict in (Verdict.WRONG, Verdict.TRUNCATION)
            if doubted and local is None and subject is not None:
                self._implied(draft, number, subject, before)
            if draft.verdict is Verdict.WRONG and local is None and draft.local is None:
                self._unshown(draft, number, subject)
            sound = draft.verdict is not Verdict.WRONG
            self.ledger.write(subject, number, draft.id, draft.value, sound)
            return
        cells = printed_matrix(body)
        if cells is None:
            return
        if self.carries and local is None and subject is not None:
            local = self._followed_matrix(cells, subject, before)
        self._matrix(draft, cells, exact, local)
        if draft.verdict is Verdict.WRONG and draft.code == "C102" and local is None:
            self._implied_matrix(draft, cells, before)
        self.ledger.write_matrix(subject, _value_of(cells), body, cells, draft.id)

    def _followed_matrix(
        self, cells: tuple[tuple[Printed, ...], ...], subject: t.Node, before: Sequence[t.Node]
    ) -> Value | None:
        """What a printed matrix follows from, if it follows from what was printed before."""
        shape = (len(cells), len(cells[0]))
        for value, _ in self._trials(subject, before):
            turned = _turned(value, shape)
            if turned is not None and turned.shape == shape:
                pairs = zip(cells, turned.rows, strict=True)
                if all(
                    self._follows(number, cell.value)
                    for row, values in pairs
                    for number, cell in zip(row, values, strict=True)
                ):
                    return turned
        return None

    def _implied_matrix(
        self, draft: Draft, cells: tuple[tuple[Printed, ...], ...], before: Sequence[t.Node]
    ) -> None:
        """As :meth:`_implied`, for a matrix: does it follow from the matrices as they were printed?"""
        for formula in before:
            printed = [
                self.ledger.matrices[self.ledger.plain(part)]
                for part in t.walk(formula)
                if isinstance(part, t.Name | t.Derivative)
                and self.ledger.plain(part) in self.ledger.matrices
            ]
            shape = (len(cells), len(cells[0]))
            found = _turned(self.as_printed(formula), shape)
            if not printed or found is None or found.shape != shape:
                continue
            near = all(
                abs(cell.value - number.value) <= 2 * number.unit
                for row, numbers in zip(found.rows, cells, strict=True)
                for cell, number in zip(row, numbers, strict=True)
            )
            if near:
                draft.uses = tuple(claim for _, claim, _ in printed if claim is not None)
                draft.local = Fit.ROUNDED
                return

    def _exact(self, subject: t.Node | None, draft: Draft) -> Value | None:
        """The value by the model; None for what it does not know."""
        try:
            if subject is not None and not is_numeric(subject):
                return self.actual.evaluate(subject)
        except NoValue as error:
            note_open(draft, error)
        return None

    def _excuse(self, calculation: t.Node, local: Value | None, body: t.Node) -> Value | None:
        """For a calculation by itself that does not give what is printed: its value with its numbers
        as they were before they were rounded, where the document printed them itself."""
        number, at = printed_number(body), scalar(local)
        if number is None or at is None or self.fit(number, at) is Fit.ROUNDED:
            return None
        try:
            return self.actual.evaluate(self._unrounded(calculation))
        except NoValue:
            return None

    def _unrounded(self, node: t.Node) -> t.Node:
        if isinstance(node, t.Number) and node.decimals:
            number = printed_number(node)
            entries = [] if number is None else self.ledger.like(number)
            if entries and entries[-1].unrounded is not None:
                return replace(node, value=Fraction(mpmath.nstr(entries[-1].unrounded, DIGITS)))
            return node
        return rebuilt(node, self._unrounded)

    def _local(
        self, subject: t.Node | None, before: Sequence[t.Node], draft: Draft
    ) -> Value | None:
        """The value of the calculation that stands before, its operands as printed."""
        members = [*([] if subject is None else [subject]), *before]
        for member in reversed(members):
            if is_numeric(member):
                if not is_printed(member):
                    draft.calculation = member
                    draft.uses = self.ledger.claims_behind(member)
                try:
                    return self.actual.evaluate(member)
                except NoValue as error:
                    note_open(draft, error)
                    return None
        return None

    def printed_for(self, part: t.Node) -> list[Entry]:
        """What was printed as the value of a part, in order; after an update also as its new value."""
        found = self.ledger.of(part)
        if self.actual.step and isinstance(part, t.Name) and not part.mark:
            marked = (self.ledger.of(replace(part, mark=mark)) for mark in sorted(UPDATE_MARKS))
            found = sorted(chain(found, *marked), key=lambda entry: entry.draft or 0)
        return found

    def as_printed(self, node: t.Node) -> Value | None:
        """A formula's value with every quantity in it at the value that was printed for it last."""
        stated: dict[str, Value] = {}
        for part in t.walk(node):
            if isinstance(part, t.Name):
                entries = self.printed_for(part)
                matrix = self.ledger.matrices.get(self.ledger.plain(part))
                if matrix is not None:
                    stated[part.key + part.mark] = matrix[0]
                elif entries:
                    stated[part.key + part.mark] = v.constant(entries[-1].printed.value)
        try:
            world = self.actual.with_data(stated)
            return world.evaluate(self._tokens_as_printed(node))
        except NoValue:
            return None

    def _tokens_as_printed(self, node: t.Node) -> t.Node:
        """A formula with each derivative token that was printed at its printed value."""
        if isinstance(node, t.Derivative):
            matrix = self.ledger.matrices.get(self.ledger.plain(node))
            if matrix is not None:
                return matrix[2]
            entries = self.printed_for(node)
            if entries:
                return t.Number("", Fraction(mpmath.nstr(entries[-1].printed.value, DIGITS)))
            return node
        return rebuilt(node, self._tokens_as_printed)

    def _implied(
        self, draft: Draft, number: Printed, subject: t.Node, before: Sequence[t.Node]
    ) -> None:
        """A result without a calculation: does it follow from what was printed before?

        That makes it a carried rounding, or what follows from an earlier slip."""
        for value, entries in self._trials(subject, before):
            at = scalar(value)
            slack = sum(map(_lost, entries), number.unit)
            if at is None or not (
                self._follows(number, at)
                or (any(map(_is_spoilt, entries)) and abs(at - number.value) <= slack)
            ):
                continue
            if self.carries and self._follows(number, at):
                self._as_carried(draft, number, at)
                return
            draft.uses = tuple(e.draft for e in entries if e.draft is not None)
            draft.local = Fit.ROUNDED
            if draft.value is not None and abs(draft.value - number.value) <= slack:
                draft.verdict, draft.code = Verdict.ROUNDING, "C111"
                draft.message = f"{number.text} follows from rounded numbers; without them it is {draft.expected}"
            return

    def _trials(
        self, subject: t.Node, before: Sequence[t.Node]
    ) -> Iterator[tuple[Value | None, list[Entry]]]:
        """What a result could be computed from, and the prints that it takes: the printed gradient, the
        formulas before it with what was printed put in, printed quantities on the way."""
        formulas = [m for m in before if not is_numeric(m)]
        if isinstance(subject, t.Name):
            formulas.append(self.actual.model.definition(subject.key) or subject)
        for value, formula in [
            self._printed_step(subject),
            *((self.as_printed(f), f) for f in formulas),
        ]:
            if formula is not None:
                yield value, [e for part in t.walk(formula) for e in self.printed_for(part)[-1:]]
        yield self._carried_on(subject)

    def _follows(self, number: Printed, value: Real) -> bool:
        """Whether a value is printed as this number by the document's own policy."""
        fit = self.fit(number, value)
        return fit is Fit.ROUNDED or (self.cuts and fit is Fit.CUT)

    def _as_carried(self, draft: Draft, number: Printed, local: Real) -> None:
        """A result of printed numbers in a document that says that it goes on with those."""
        draft.local = self.fit(number, local)
        if draft.local is Fit.CUT:
            draft.verdict, draft.code = Verdict.TRUNCATION, "C120"
            draft.message = f"{number.text} is cut, not rounded: {number.as_printed(local)}"
        else:
            draft.verdict, draft.code, draft.message = Verdict.CORRECT, "", ""
            draft.expected = ""

    def _is_carried(self, calculation: t.Node | None) -> bool:
        """True where every number of a calculation is given, or was printed before."""
        if calculation is None:
            return True
        numbers = (n for n in t.walk(calculation) if isinstance(n, t.Number) and n.decimals > 1)
        return all(
            self.ledger.like(replace(printed, value=value))
            or self.ledger.like(replace(printed, value=-value))
            for n in numbers
            if (printed := printed_number(n)) is not None
            for value in (printed.value,)
        )

    def _unshown(self, draft: Draft, number: Printed, subject: t.Node | None) -> None:
        """A result without its calculation, a little off: numbers rounded on the way explain that, and
        the document does not show them."""
        before = [] if subject is None else self.ledger.of(subject)
        if self.carries and any(entry.printed.value == number.value for entry in before):
            self._as_carried(draft, number, number.value)
            return
        off = None if draft.value is None else abs(draft.value - number.value)
        if self.carries and off is not None and off <= MOST_CARRIED * number.unit:
            draft.verdict, draft.code, draft.expected = Verdict.UNDECIDED, "C403", ""
            draft.message = "the rounded numbers that it follows from are not shown"
            return
        digits = len(number.text.lstrip("-0.").replace(".", ""))
        if digits >= LONG and off is not None and off <= mpmath.mpf("1.5") * number.unit:
            draft.verdict, draft.code = Verdict.ROUNDING, "C111"
            draft.message = f"the last digit of {number.text} is off: {draft.expected}"

    def _carried_on(self, subject: t.Node) -> tuple[Value | None, list[Entry]]:
        """The value with every quantity on the way rounded as it was printed last, and these prints."""
        last = self._last_printed(subject)
        above = {
            key
            for part in t.walk(subject)
            if isinstance(part, t.Name)
            for key in self.actual.ancestry.upstream(part.key)
        }
        try:
            value = self.rounded_as_printed(self.actual, subject).evaluate(subject)
        except NoValue:
            return None, []
        return value, [last[key] for key in last if key in above]

    def rounded_as_printed(self, world: World, but: t.Node) -> World:
        """A point with every quantity that was printed, but for one, rounded as it was printed last."""
        last = self._last_printed(but)
        rounded: dict[str, Value] = {key: v.constant(e.printed.value) for key, e in last.items()}
        for node, matrix in self.ledger.matrices.items():
            if isinstance(node, t.Name) and not node.mark and node != but:
                rounded[node.key] = v.simplest(matrix[0])
        return replace(world, rounded=rounded)

    def _last_printed(self, but: t.Node) -> dict[str, Entry]:
        return {
            node.key: entries[-1]
            for node, entries in self.ledger.by_subject.items()
            if isinstance(node, t.Name) and not node.mark and node != but
        }

    def _printed_step(self, subject: t.Node) -> tuple[Value | None, t.Node | None]:
        """The new value of a parameter from its gradient as printed."""
        model = self.actual.model
        if not isinstance(subject, t.Name) or subject.mark not in UPDATE_MARKS:
            return None, None
        if model.rate is None or model.step is not None:
            return None, None
        for token in self.ledger.derivatives_by(subject.key):
            step = t.Product((t.Name(model.rate), token))
            return self.as_printed(t.Sum(((False, t.Name(subject.key)), (True, step)))), t.Sum(
                ((False, t.Name(subject.key)), (True, step))
            )
        return None, None

    def _number(
        self, draft: Draft, number: Printed, exact: Real | None, local: Real | None
    ) -> None:
        draft.number, draft.printed = number, number.text
        draft.value = exact if exact is not None else local
        draft.exact = None if exact is None else self.fit(number, exact)
        draft.local = None if local is None else self.fit(number, local)
        if draft.exact is None and draft.local is None:
            draft.code = draft.code or "C405"
            draft.message = draft.message or "nothing says what it should be"
            return
        fits = {fit for fit in (draft.local, draft.exact) if fit is not None}
        follows = self.carries and local is not None and self._follows(number, local)
        if follows and fits != {Fit.ROUNDED} and self._is_carried(draft.calculation):
            assert local is not None
            self._as_carried(draft, number, local)
            return
        target = local if draft.local is Fit.OFF and local is not None else draft.value
        assert target is not None
        draft.expected = number.as_printed(target)
        if fits == {Fit.ROUNDED}:
            draft.verdict, draft.code, draft.message = Verdict.CORRECT, "", ""
            draft.expected = ""
        elif self._is_cut(draft, number, exact):
            draft.verdict, draft.code = Verdict.TRUNCATION, "C120"
            draft.message = f"{number.text} is cut, not rounded: {draft.expected}"
        elif Fit.ROUNDED in fits:
            self._half_right(draft, number, exact, local)
        elif not draft.modelled and self._is_lost(draft, number, local):
            draft.code = "C408"
            draft.message = "the numbers as printed have too few digits to tell"
        else:
            draft.verdict = Verdict.WRONG
            draft.code = "C101" if draft.local is Fit.OFF else "C102"
            draft.message = f"{number.text} should be {draft.expected}"

    def _is_cut(self, draft: Draft, number: Printed, exact: Real | None) -> bool:
        """True for a value that was cut, also where cut operands explain how far it is off."""
        local, model = draft.local, draft.exact
        if local is Fit.ROUNDED or Fit.CUT not in (local, model):
            return False
        if Fit.OFF not in (local, model) or local is Fit.OFF:
            return True
        if exact is None or draft.calculation is None:
            return True
        return bool(abs(exact - number.value) <= number.unit + 2 * self.spread(draft.calculation))

    def _is_lost(self, draft: Draft, number: Printed, local: Real | None) -> bool:
        """True where the digits that were not printed matter more than those of the result: a
        difference of nearly equal numbers."""
        if draft.calculation is None or local is None:
            return False
        slack = self.spread(draft.calculation)
        return bool(slack > 20 * number.unit and abs(local - number.value) <= slack)

    def _half_right(
        self, draft: Draft, number: Printed, exact: Real | None, local: Real | None
    ) -> None:
        """One reference gives the printed number and the other does not."""
        assert exact is not None
        assert local is not None
        if draft.local is not Fit.ROUNDED:
            draft.verdict, draft.code = Verdict.ROUNDING, "C110"
            draft.expected = number.as_printed(local)
            draft.message = f"the numbers as printed give {draft.expected}; {number.text} is right before rounding"
            return
        draft.expected = number.as_printed(exact)
        if self._carried(draft, number, exact):
            draft.verdict, draft.code = Verdict.ROUNDING, "C111"
            draft.message = (
                f"{number.text} follows from rounded numbers; without them it is {draft.expected}"
            )
        else:
            draft.verdict, draft.code = Verdict.WRONG, "C102"
            draft.message = f"{number.text} should be {draft.expected}"

    def _carried(self, draft: Draft, number: Printed, exact: Real) -> bool:
        """True where the rounding of the operands explains how far the result is off."""
        if draft.calculation is None:
            return False
        return bool(abs(exact - number.value) <= number.unit + self.spread(draft.calculation))

    def fit(self, number: Printed, value: Real) -> Fit:
        """As :meth:`Printed.fit`; a whole number says that it is whole."""
        if number.decimals <= 0 and abs(value) < 1000:
            number = Printed(number.value, self.decimals, number.text)
        return number.fit(value)

    def _matrix(
        self,
        draft: Draft,
        cells: tuple[tuple[Printed, ...], ...],
        exact: Value | None,
        local: Value | None,
    ) -> None:
        """Each cell by itself; the claim is as bad as its worst cell."""
        shape = (len(cells), len(cells[0]))
        exact, local = _turned(exact, shape), _turned(local, shape)
        for given in (exact, local):
            if given is not None and given.shape != shape:
                draft.verdict, draft.code = Verdict.WRONG, "C301"
                draft.printed, draft.expected = _size(shape), _size(given.shape)
                draft.message = f"it is {draft.expected}, and {draft.printed} is printed"
                return
        worst: Draft | None = None
        for i, row in enumerate(cells):
            for j, number in enumerate(row):
                trial = Draft(
                    draft.id,
                    draft.statement,
                    draft.segment,
                    calculation=draft.calculation,
                    modelled=draft.modelled,
                )
                self._number(
                    trial,
                    number,
                    None if exact is None else exact.rows[i][j].value,
                    None if local is None else local.rows[i][j].value,
                )
                if worst is None or _GRAVITY[trial.verdict] > _GRAVITY[worst.verdict]:
                    worst, draft.cell = trial, (i, j)
        assert worst is not None
        for name in (
            "verdict",
            "code",
            "message",
            "printed",
            "expected",
            "value",
            "local",
            "exact",
        ):
            setattr(draft, name, getattr(worst, name))
        draft.number = worst.number

    def spread(self, node: t.Node) -> Real:
        """How far a calculation can be off when each rounded number in it is off by half a unit of
        its last place, or by what rounding has taken from it on the way; given numbers are exact."""
        numbers = [n for n in t.walk(node) if isinstance(n, t.Number) and not self._is_exact(n)]
        try:
            at = scalar(self.actual.evaluate(node))
            if at is None:
                return mpmath.mpf(0)
            moved = (
                scalar(self.actual.evaluate(_shifted(node, n, self._carried_off(n))))
                for n in dict.fromkeys(numbers)
            )
            return sum((abs(m - at) for m in moved if m is not None), mpmath.mpf(0))
        except NoValue:
            return mpmath.mpf(0)

    def _carried_off(self, number: t.Number) -> Fraction:
        """How far a number that was printed before is from what it would be without any rounding."""
        half = Fraction(1, 2 * 10**number.decimals)
        last = next(self.ledger.sources(number), None)
        if last is None or last.unrounded is None or not last.sound:
            return half
        off = abs(last.unrounded - last.printed.value)
        return max(half, Fraction(mpmath.nstr(off, DIGITS)))

    def _is_exact(self, number: t.Number) -> bool:
        """True for whole numbers, short ones, and what the document gives, as it gives it: 0.30000 is a
        rounded number where 0.3 is given."""
        if number.decimals < 2:
            return True
        printed = printed_number(number)
        entries = [] if printed is None else self.ledger.like(printed)
        given = all(e.draft is None and e.printed.decimals >= number.decimals for e in entries)
        return bool(entries) and given

    # --- calculations -----------------------------------------------------------------------------

    def calculation(self, draft: Draft, subject: t.Node | None, formula: t.Node | None) -> None:
        """Judge a calculation: is every number in it the value of what it was put in for?

        ``formula`` is the formula that it was put into, where there is one."""
        draft.subject, draft.calculation = subject, draft.segment.body
        body = draft.segment.body
        draft.uses = self.ledger.claims_behind(body)
        pairs = (
            None
            if formula is None
            else aligned(formula, body, self.known_value, self.actual.budget)
        )
        if pairs is not None:
            bad = [pair for pair in pairs if not self._is_value_of(pair)]
            if not bad:
                self._check_whole(draft, subject, pairs)
            else:
                self._wrong_operand(draft, bad[0])
            return
        self._check_whole(draft, subject, None)

    def mixed(self, draft: Draft, subject: t.Node) -> None:
        """A calculation that still has names in it: its value against the model's."""
        body = draft.segment.body
        local = scalar(self.as_printed(body))
        if local is None:
            draft.verdict, draft.code = Verdict.UNDECIDED, "C405"
            return
        try:
            exact = scalar(self.actual.evaluate(subject))
        except NoValue as error:
            draft.verdict = Verdict.UNDECIDED
            note_open(draft, error)
            return
        if exact is None or abs(local - exact) <= 4 * self._spread(body) + abs(exact) / 10**6:
            draft.verdict, draft.code, draft.message = Verdict.CORRECT, "", ""

    def _spread(self, body: t.Node) -> Real:
        """As :func:`spread`, with the names at their values."""
        units = [
            mpmath.mpf(10) ** -n.decimals
            for n in t.walk(body)
            if isinstance(n, t.Number) and n.decimals > 1
        ]
        value = scalar(self.as_printed(body)) or mpmath.mpf(0)
        return sum(units, mpmath.mpf(0)) * max(1, abs(value)) / 2

    def known_value(self, part: t.Node, tokens: Tokens = "total") -> Real | None:
        """The value that the model has for a part of a formula, if it is a number."""
        try:
            return scalar(self.actual.evaluate(part, tokens))
        except NoValue:
            return None

    def _is_value_of(self, pair: Pair) -> bool:
        """A number fits the value of its name, or is what was printed as that before."""
        number = printed_number(pair.number)
        if number is None:
            return self._matrix_fits(pair)
        value = self.known_value(pair.part)
        if value is None or self.fit(number, value) is not Fit.OFF:
            return True
        own = self.known_value(pair.part, "own")
        if own is not None and self.fit(number, own) is not Fit.OFF:
            return True
        if any(entry.printed.value == number.value for entry in self.printed_for(pair.part)):
            return True
        if self.carries:
            carried = scalar(self._carried_on(pair.part)[0])
            if carried is not None and self._follows(number, carried):
                return True
            if self._was_carried(number, value):
                return True
        forms = [pair.part]
        if isinstance(pair.part, t.Name):
            own_formula = self.actual.model.definition(pair.part.key)
            forms += [] if own_formula is None else [own_formula]
        locals_ = [scalar(self.as_printed(form)) for form in forms]
        return any(at is not None and self.fit(number, at) is not Fit.OFF for at in locals_)

    def _was_carried(self, number: Printed, value: Real) -> bool:
        """Whether a number was printed before, and roundings on the way explain that it is off."""
        known = self.ledger.like(number) or self.ledger.like(replace(number, value=-number.value))
        return bool(known) and bool(abs(value - number.value) <= MOST_CARRIED * number.unit)

    def _matrix_fits(self, pair: Pair) -> bool:
        cells = printed_matrix(pair.number)
        if cells is None:
            return True
        before = self.ledger.matrices.get(self.ledger.plain(pair.part))
        if before is not None and before[0] == _value_of(cells):
            return True  # as it was printed, right or wrong
        try:
            value = self.actual.evaluate(pair.part)
        except NoValue:
            return True
        turned = _turned(value, (len(cells), len(cells[0])))
        if turned is None or turned.shape != (len(cells), len(cells[0])):
            return False
        return all(
            self.fit(number, cell.value) is not Fit.OFF
            or (self.carries and self._was_carried(number, cell.value))
            for row, numbers in zip(turned.rows, cells, strict=True)
            for cell, number in zip(row, numbers, strict=True)
        )

    def _wrong_operand(self, draft: Draft, pair: Pair) -> None:
        draft.verdict, draft.code = Verdict.WRONG, "C103"
        draft.part = pair.number.span
        draft.operand = (pair.part, pair.number)
        draft.printed = self.spelled(pair.number)
        number = printed_number(pair.number)
        value = self.known_value(pair.part)
        if number is not None and value is not None:
            entries = self.printed_for(pair.part)
            draft.expected = entries[-1].printed.text if entries else number.as_printed(value)
            draft.value = value
            draft.number = number
        draft.message = f"{draft.printed} is put in for {self.spelled(pair.part)}" + (
            f", which is {draft.expected}" if draft.expected else ""
        )

    def _stated(self, subject: t.Node | None) -> Printed | None:
        """The number that a document states for a quantity without saying how it is computed."""
        if not isinstance(subject, t.Name) or subject.mark:
            return None
        model = self.actual.model
        given = model.given(subject.key)
        if given is None or model.definition(subject.key) is not None:
            return None
        return printed_number(given)

    def _check_whole(self, draft: Draft, subject: t.Node | None, pairs: list[Pair] | None) -> None:
        """The calculation's value against the model's, as far as its rounded numbers allow."""
        body = draft.segment.body
        try:
            local = self.actual.evaluate(body)
            exact = None if subject is None else self.actual.evaluate(subject)
        except Shapes as error:
            draft.verdict, draft.code, draft.message = Verdict.WRONG, "C301", str(error)
            return
        except NoValue as error:
            note_open(draft, error)
            if pairs and any(self.known_value(pair.part) is not None for pair in pairs):
                draft.verdict, draft.code, draft.message = Verdict.CORRECT, "", ""
            return
        if exact is None:
            draft.verdict = Verdict.UNDECIDED
            return
        one, two = scalar(local), scalar(exact)
        if one is None or two is None:
            draft.verdict = Verdict.CORRECT if pairs is not None else Verdict.UNDECIDED
            return
        draft.value = two
        slack = self.spread(body) + abs(two) * mpmath.mpf("1e-9") + mpmath.mpf("1e-12")
        if abs(one - two) <= slack or abs(one - two) <= 4 * self.spread(body):
            draft.verdict, draft.code, draft.message = Verdict.CORRECT, "", ""
            return
        stated = self._stated(subject)
        if stated is not None and self.fit(stated, one) is not Fit.OFF:
            # x = 1/3 = 0.33: the calculation is what x is, the number is all that is known of it
            draft.verdict, draft.code, draft.message = Verdict.CORRECT, "", ""
            if self.fit(stated, one) is Fit.CUT:
                draft.verdict, draft.code = Verdict.TRUNCATION, "C120"
                draft.printed, draft.expected = stated.text, stated.as_printed(one)
                draft.message = f"{stated.text} is cut, not rounded: {draft.expected}"
            return
        draft.verdict, draft.code = Verdict.WRONG, "C102"
        draft.printed = self.spelled(body)
        digits = max(self.decimals, 1)
        draft.expected = decimal(two, digits)
        if decimal(one, digits) == draft.expected and abs(one - two) < abs(two) * ALIKE:
            draft.verdict, draft.code, draft.message = Verdict.CORRECT, "", ""
            return
        draft.message = f"{draft.printed} is {decimal(one, digits)}, and should be {draft.expected}"


def _value_of(cells: tuple[tuple[Printed, ...], ...]) -> Array:
    return Array(tuple(tuple(v.constant(number.value) for number in row) for row in cells))


def _lost(entry: Entry) -> Real:
    """What rounding has taken from a printed number: no more than a unit of its last place, also where
    it is wrong; nothing from what is given."""
    if entry.draft is None or entry.unrounded is None:
        return mpmath.mpf(0)
    return min(entry.printed.unit, abs(entry.unrounded - entry.printed.value))


def _is_spoilt(entry: Entry) -> bool:
    """True for a printed number that is far from what it should be."""
    if entry.draft is None or entry.unrounded is None:
        return False
    return bool(abs(entry.unrounded - entry.printed.value) > 2 * entry.printed.unit)


_GRAVITY = {
    Verdict.CORRECT: 0,
    Verdict.UNDECIDED: 1,
    Verdict.TRUNCATION: 2,
    Verdict.ROUNDING: 3,
    Verdict.WRONG: 4,
}


def _shifted(node: t.Node, number: t.Number, by: Fraction) -> t.Node:
    moved = replace(number, value=number.value + by)
    return _replaced(node, number, moved)


def _replaced(node: t.Node, old: t.Node, new: t.Node) -> t.Node:
    return new if node == old else rebuilt(node, lambda child: _replaced(child, old, new))


def scalar(value: Value | None) -> Real | None:
    if value is None:
        return None
    found = v.simplest(value)
    return found.value if isinstance(found, Dual) else None


def _turned(value: Value | None, shape: tuple[int, int]) -> Array | None:
    """An array in the shape that was printed, where a vector lies the other way."""
    if value is None or isinstance(value, Dual):
        return None if value is None or shape != (1, 1) else Array(((value,),))
    if value.shape != shape and value.is_vector and value.shape == shape[::-1]:
        turned = v.transposed(value)
        assert isinstance(turned, Array)
        return turned
    return value


def _size(shape: tuple[int, int]) -> str:
    return f"{shape[0]} × {shape[1]}"


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
