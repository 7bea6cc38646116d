"""Tables with a row for each step: each row is judged at the point after the steps above it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from derivgen.checking.drafts import Draft, Ledger
from derivgen.checking.evaluating.literals import literal
from derivgen.checking.evaluating.printed import Fit
from derivgen.checking.evaluating.world import World
from derivgen.checking.judging.carried import onward_as_printed
from derivgen.checking.judging.standing import Standing
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict
from derivgen.checking.understanding.statements import Row, Statement


@dataclass
class Rows:
    """The points of the rows of each table, and what was printed there."""

    standing: Standing
    statement: Callable[[Statement], None]
    drafts: list[Draft]
    _worlds: dict[int, list[World]] = field(default_factory=dict)
    _ledgers: dict[int, list[Ledger]] = field(default_factory=dict)

    def judge(self, row: Row, statement: Statement) -> None:
        """Judge a cell where its row stands, or where it may stand instead."""
        begin = len(self.drafts)
        self._at(row.step, row, statement)
        if row.other is None or not _wrong(self.drafts[begin:]):
            return
        found, written = list(self.drafts[begin:]), len(self._ledgers[row.table][row.other].written)
        del self.drafts[begin:]
        self._at(row.other, row, statement)
        if _wrong(self.drafts[begin:]):
            self.drafts[begin:] = found
            self._ledgers[row.table][row.other].forget(written)

    def _at(self, step: int, row: Row, statement: Statement) -> None:
        here = self.standing
        before = here.actual, here.ledger
        worlds = self._worlds.setdefault(row.table, [])
        ledgers = self._ledgers.setdefault(row.table, [])
        while len(worlds) <= step:
            world = here.actual
            if worlds:
                here.actual, here.ledger = worlds[-1], ledgers[-1]
                world = onward_as_printed(here, self.drafts)
            data = row.data[len(worlds)]
            if data:
                world = world.with_data({key: literal(node) for key, node in data.items()})
            ledgers.append(
                ledgers[-1].after(here.actual.model.renewed) if ledgers else before[1].given()
            )
            worlds.append(world)
        here.actual, here.ledger = worlds[step], ledgers[step]
        try:
            self.statement(statement)
        finally:
            here.actual, here.ledger = before

    def settle(self) -> None:
        """What follows from rounded numbers of its row is right; a table of which most is wrong by itself is about
        something else."""
        verdicts = {draft.id: draft.verdict for draft in self.drafts}
        found: dict[int, list[Draft]] = defaultdict(list)
        for draft in self.drafts:
            carried = draft.local is Fit.ROUNDED and draft.uses
            sound = all(verdicts.get(use) is not Verdict.WRONG for use in draft.uses)
            if draft.statement.row and draft.verdict is Verdict.WRONG and carried and sound:
                draft.verdict, draft.code = Verdict.ROUNDING, "C111"
                draft.message = f"{draft.printed} follows from rounded numbers; without them it is {draft.expected}"
            verdicts[draft.id] = draft.verdict
            if draft.statement.row is not None and draft.verdict is not Verdict.UNDECIDED:
                found[draft.statement.row.table].append(draft)
        for claims in found.values():
            later = [draft for draft in claims if _is_stepped(draft)]
            wrong = [draft for draft in later if draft.verdict is Verdict.WRONG]
            alone = [draft for draft in wrong if draft.local is not Fit.ROUNDED]
            if 2 * len(alone) > len(later):
                for draft in wrong:
                    draft.verdict, draft.code = Verdict.UNDECIDED, "C404"
                    draft.message = "nothing tells what the rows of its table are about"


def _wrong(drafts: Sequence[Draft]) -> bool:
    return any(draft.verdict is Verdict.WRONG for draft in drafts)


def _is_stepped(draft: Draft) -> bool:
    """True for what stands behind a step of training, or is its result."""
    row, left = draft.statement.row, draft.statement.left
    return row is not None and (row.step > 0 or (isinstance(left, t.Name) and bool(left.mark)))
