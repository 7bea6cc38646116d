"""Every statement of a document judged, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import mpmath

from derivgen.checking.drafts import Draft, Ledger
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.world import World
from derivgen.checking.judging.basis import Basis
from derivgen.checking.judging.carried import onward_as_printed
from derivgen.checking.judging.claims import ClaimJudge
from derivgen.checking.judging.given_values import GivenValues
from derivgen.checking.judging.habits import usual_decimals, usual_digits
from derivgen.checking.judging.next_samples import NextSamples
from derivgen.checking.judging.own_calculations import calculated
from derivgen.checking.judging.rows import Rows
from derivgen.checking.judging.sides import Sides
from derivgen.checking.judging.standing import Standing
from derivgen.checking.judging.symbols import SymbolJudge
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.situations import Situations, lists_of_other_values
from derivgen.checking.understanding.statements import Statement


@dataclass
class Judge:
    """Judges statements; ``drafts`` are what it thinks of them, in order."""

    basis: Basis
    statements: Sequence[Statement]
    drafts: list[Draft] = field(default_factory=list)
    #: for each left side, the first formula that was found right
    formulas: dict[t.Node, t.Node] = field(default_factory=dict)
    #: the points before each step of training, and what was printed there
    worlds: list[World] = field(default_factory=list, init=False)
    ledgers: list[Ledger] = field(default_factory=list, init=False)

    def run(self) -> list[Draft]:
        """All claims of the document."""
        with mpmath.workdps(DIGITS):
            sides = Sides(self.basis.model, self.basis.budget, self.basis.usual)
            self.symbols = SymbolJudge(sides, self.basis.spelled)
            self.standing = Standing(
                World(
                    self.basis.model,
                    share=self.basis.share,
                    relations=sides.equality.ancestry,
                    budget=self.basis.budget,
                ),
                Ledger(aliases=self._aliases()),
                usual_decimals(self.statements),
                self.basis.spelled,
                *self.basis.policy,
                digits=usual_digits(self.statements),
            )
            self.situations = Situations(
                self.basis.model,
                self.standing.actual,
                self.basis.repaired,
                # beside a network's values those of a document are others from the start
                lists_of_other_values(self.statements, self.basis.model)
                if self.basis.own
                else frozenset(),
            )
            self.given = GivenValues(
                self.basis.model,
                self.basis.own,
                self.basis.repaired,
                self.situations,
                sides.equality.ancestry.upstream_of,
            )
            self.samples = NextSamples(self.situations)
            self.worlds, self.ledgers = [self.standing.actual], [self.standing.ledger]
            claims = ClaimJudge(self.basis, self.drafts, self.formulas, self.standing, self.symbols)
            if self.basis.own:
                claims.calculated = calculated(
                    self.basis.model, self.statements, self.standing.actual
                )
            self._statement = claims.statement
            self.rows = Rows(self.standing, self._statement, self.drafts)
            told = any(statement.step for statement in self.statements)
            for statement in self.statements:
                if statement.row is not None:
                    self.rows.judge(statement.row, statement)
                elif told:  # its headings say where the document stands
                    self._where_it_is_said(statement)
                else:
                    self._where_it_stands(statement)
            self.rows.settle()
            self.given.settle(self.drafts)
        return self.drafts

    def anew(self, basis: Basis) -> Judge:
        """The same statements, judged on another basis."""
        other = Judge(basis, self.statements)
        other.run()
        return other

    def _where_it_stands(self, statement: Statement) -> None:
        """Judge a statement at the point at which the document stands, or at the next one."""
        begin, written = len(self.drafts), len(self.standing.ledger.written)
        self._statement(statement)
        found = self.drafts[begin:]
        wrong = _wrong_numbers(found)
        here = self.situations.world
        best = here
        for world in self.situations.others(statement) if wrong else ():
            self._again(statement, world, begin, written)
            count = _wrong_numbers(self.drafts[begin:])
            if count < wrong:
                wrong, best = count, world
        if best is not here:
            self._enter(best)
        if self.standing.actual is not best:
            self._again(statement, best, begin, written)
        if wrong and best is here:
            self._where_it_stood(statement, begin, written, self.situations.past)
        self.given.restated(statement, self.drafts[begin:])
        self.given.computed_again(statement, self.drafts[begin:])
        self.situations.note(statement)

    def _where_it_stood(
        self, statement: Statement, begin: int, written: int, past: Sequence[World]
    ) -> None:
        """Judge a value alone that is wrong here as one of a step before: the document looks back, and stays here."""
        here, wrong = self.standing.actual, True
        for world in past if self.situations.may_look_back(statement) else ():
            self._again(statement, world, begin, written)
            wrong = _wrong_numbers(self.drafts[begin:]) > 0
            if not wrong:
                break
        if self.standing.actual is not here:
            self.standing.actual = here
            if wrong:
                self._again(statement, here, begin, written)

    def _where_it_is_said(self, statement: Statement) -> None:
        """Judge a statement at the step that its heading names, with the data that this step has of its own."""
        step = statement.step
        self._at_step(step)
        begin, written = len(self.drafts), len(self.standing.ledger.written)
        self._statement(statement)
        if not step:
            return
        wrong = _count_wrong(self.drafts[begin:])
        given = self.samples.take(statement)
        if given:
            self.given.waiting += [d for d in self.drafts[begin:] if d.verdict is Verdict.WRONG]
        elif wrong and (other := self.samples.meant(statement, self.standing.actual)) is not None:
            here = self.standing.actual
            self._again(statement, other, begin, written)
            if _count_wrong(self.drafts[begin:]) < wrong:
                self.worlds[step] = other
                self.samples.enter(step, other, self.drafts[begin:])
                self.given.meant(self.drafts, self.statements)
            else:
                self._again(statement, here, begin, written)
        if _count_wrong(self.drafts[begin:]):
            self._where_it_stood(statement, begin, written, self.worlds[:step])
        self.given.after_step(statement, self.drafts[begin:])

    def _enter(self, world: World) -> None:
        if self.situations.anew:
            self.given.meant(self.drafts, self.statements)
        self.situations.enter(world)

    def _again(self, statement: Statement, world: World, begin: int, written: int) -> None:
        del self.drafts[begin:]
        self.standing.ledger.forget(written)
        self.standing.actual = world
        self._statement(statement)

    def _at_step(self, step: int) -> None:
        """Numbers are those after ``step`` steps of training."""
        while len(self.worlds) <= step:
            self.basis.budget.begin()
            self.standing.actual, self.standing.ledger = self.worlds[-1], self.ledgers[-1]
            self.worlds.append(onward_as_printed(self.standing, self.drafts))
            self.ledgers.append(self.ledgers[-1].after(self.basis.model.renewed))
        self.standing.actual, self.standing.ledger = self.worlds[step], self.ledgers[step]

    def _aliases(self) -> dict[str, str]:
        """The names of the document that only stand for another one."""
        found: dict[str, str] = {}
        for key in self.basis.model.names() if self.basis.own else ():
            end = self.basis.model.definition(key)
            steps = 0
            while isinstance(end, t.Name) and not end.mark and steps < 10:
                found[key] = end.key
                end, steps = self.basis.model.definition(end.key), steps + 1
        return found


def _count_wrong(drafts: Sequence[Draft]) -> int:
    return sum(draft.verdict is Verdict.WRONG for draft in drafts)


def _wrong_numbers(drafts: Sequence[Draft]) -> int:
    """How bad they are: a number put in for the wrong thing is worse than what follows from it."""
    wrong = [d for d in drafts if d.verdict is Verdict.WRONG and d.code.startswith("C10")]
    return sum(3 if draft.code == "C103" else 1 for draft in wrong)
