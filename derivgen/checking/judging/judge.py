"""Every statement of a document judged, in reading order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import mpmath

from derivgen.checking.drafts import Draft, Ledger
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.equality import DIGITS
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.world import World
from derivgen.checking.judging.claims import ClaimJudge
from derivgen.checking.judging.given_values import GivenValues
from derivgen.checking.judging.habits import usual_decimals, usual_digits
from derivgen.checking.judging.rows import Rows
from derivgen.checking.judging.standing import Standing
from derivgen.checking.judging.symbols import SymbolJudge
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.writing import shown
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.situations import Situations
from derivgen.checking.understanding.statements import Policy, Statement


@dataclass
class Judge:
    """Judges statements by a model; ``drafts`` are what it thinks of them, in order.

    ``own`` says that the model was made from the document itself: then what defines a quantity is taken
    at its word and is no claim.
    """

    model: Model
    statements: Sequence[Statement]
    own: bool
    #: how a formula is written in messages
    spelled: Callable[[t.Node], str] = shown
    #: functions that have their usual meaning, whatever the document says of them
    usual: frozenset[str] = frozenset()
    drafts: list[Draft] = field(default_factory=list)
    #: for each left side, the first formula that was found right
    formulas: dict[t.Node, t.Node] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    policy: Policy = (False, False)
    #: given quantities whose values are others here than the document gives them
    repaired: frozenset[str] = frozenset()
    #: how much of the slope on its right a function has at a kink, where the document says
    share: v.Real | None = None
    #: the points before each step of training, and what was printed there
    worlds: list[World] = field(default_factory=list, init=False)
    ledgers: list[Ledger] = field(default_factory=list, init=False)

    def run(self) -> list[Draft]:
        """All claims of the document."""
        with mpmath.workdps(DIGITS):
            self.symbols = SymbolJudge(self.model, self.spelled, self.budget, self.usual)
            self.standing = Standing(
                World(
                    self.model,
                    share=self.share,
                    relations=self.symbols.equality.ancestry,
                    budget=self.budget,
                ),
                Ledger(aliases=self._aliases()),
                usual_decimals(self.statements),
                self.spelled,
                *self.policy,
                digits=usual_digits(self.statements),
            )
            self.situations = Situations(self.model, self.standing.actual, self.repaired)
            self.given = GivenValues(
                self.model,
                self.own,
                self.repaired,
                self.situations,
                self.symbols.equality.ancestry.upstream_of,
            )
            self.worlds, self.ledgers = [self.standing.actual], [self.standing.ledger]
            claims = ClaimJudge(
                self.model,
                self.own,
                self.spelled,
                self.drafts,
                self.formulas,
                self.budget,
                self.repaired,
                self.share,
                self.standing,
                self.symbols,
            )
            self._statement = claims.statement
            self.rows = Rows(self.standing, self._statement, self.drafts)
            told = any(statement.step for statement in self.statements)
            for statement in self.statements:
                if statement.row is not None:
                    self.rows.judge(statement.row, statement)
                elif told:  # its headings say where the document stands
                    self._at_step(statement.step)
                    begin = len(self.drafts)
                    self._statement(statement)
                    if statement.step:
                        self.given.after_step(statement, self.drafts[begin:])
                else:
                    self._where_it_stands(statement)
            self.rows.settle()
            self.given.settle(self.drafts)
        return self.drafts

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
        self.given.restated(statement, self.drafts[begin:])
        self.situations.note(statement)

    def _enter(self, world: World) -> None:
        if self.situations.anew:
            self.given.meant()
        self.situations.enter(world)

    def _again(self, statement: Statement, world: World, begin: int, written: int) -> None:
        del self.drafts[begin:]
        self.standing.ledger.forget(written)
        self.standing.actual = world
        self._statement(statement)

    def _at_step(self, step: int) -> None:
        """Numbers are those after ``step`` steps of training."""
        while len(self.worlds) <= step:
            self.budget.begin()
            self.worlds.append(self.worlds[-1].onward)
            self.ledgers.append(self.ledgers[-1].after())
        self.standing.actual, self.standing.ledger = self.worlds[step], self.ledgers[step]

    def _aliases(self) -> dict[str, str]:
        """The names of the document that only stand for another one."""
        found: dict[str, str] = {}
        for key in self.model.names() if self.own else ():
            end = self.model.definition(key)
            steps = 0
            while isinstance(end, t.Name) and not end.mark and steps < 10:
                found[key] = end.key
                end, steps = self.model.definition(end.key), steps + 1
        return found


def _wrong_numbers(drafts: Sequence[Draft]) -> int:
    """How bad they are: a number put in for the wrong thing is worse than what follows from it."""
    wrong = [d for d in drafts if d.verdict is Verdict.WRONG and d.code.startswith("C10")]
    return sum(3 if draft.code == "C103" else 1 for draft in wrong)
