"""The checker's pipeline on one screen: manuscript -> readings -> statements -> what is learned -> verdicts -> report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.judging import causes, policies
from derivgen.checking.judging.against_network import Judged, judged
from derivgen.checking.judging.basis import Basis
from derivgen.checking.judging.batch_steps import by_batch
from derivgen.checking.judging.conventions import conventions as conventions_of
from derivgen.checking.judging.descending import climbing, descending
from derivgen.checking.judging.diagnosing import name_mistakes
from derivgen.checking.judging.in_general import in_general
from derivgen.checking.judging.judge import Judge
from derivgen.checking.judging.kinks import at_kinks
from derivgen.checking.judging.missing import missing
from derivgen.checking.judging.misunderstood import misunderstood
from derivgen.checking.judging.repair import repaired
from derivgen.checking.judging.reporting import not_read, report_of
from derivgen.checking.judging.rules_with_memory import with_memory
from derivgen.checking.judging.spellings import mixed
from derivgen.checking.manuscript import Manuscript
from derivgen.checking.maths.parser import learn as learn_names
from derivgen.checking.maths.parser import read
from derivgen.checking.report import Remark, Report
from derivgen.checking.understanding.document_statements import stated_in
from derivgen.checking.understanding.statements import Learned, Statement
from derivgen.checking.understanding.understood import understood
from derivgen.network.task import Task


def check_manuscript(
    manuscript: Manuscript,
    task: Task | None = None,
    names: Mapping[str, str] | None = None,
) -> Report:
    """Judge every claim of a document, by its own definitions or by a network.

    ``names`` maps the author's names to those of the network where they were not found.
    """
    budget = Budget()
    vocabulary = learn_names(manuscript.passages)
    readings = [
        (p, read(p.text, p.notation, vocabulary, loose=p.kind == "prose"))
        for p in manuscript.passages
    ]
    stated = stated_in(manuscript, readings, vocabulary)
    budget.allow(stated.members)
    meant = understood(stated, manuscript, budget)
    learned, statements = meant.learned, meant.statements
    found = (
        _by_itself(learned, statements, manuscript.words, budget)
        if task is None
        else judged(learned, statements, task, names or {}, budget)
    )
    judge = found.judge
    judge.drafts = drafts = in_general(judge, learned.model.functions, manuscript.words)
    places = {id(s): manuscript.place(s.source(s.chain.span[0])) for s in statements}
    conventions, changes = conventions_of(meant.whole, learned.model, lambda s: places.get(id(s)))
    policy, policed = policies.settle(drafts, manuscript.words)
    causes.group(drafts)
    name_mistakes(judge)
    doubts = misunderstood(drafts) if task is None else []
    gaps = missing(meant.whole, manuscript.words, budget)
    return report_of(
        manuscript,
        drafts,
        not_read(manuscript, readings, stated),
        found.mapping,
        {**conventions, **policy},
        (*doubts, *found.remarks, *mixed(statements), *policed, *changes, *gaps),
    )


def _by_itself(
    learned: Learned, statements: Sequence[Statement], words: str, budget: Budget
) -> Judged:
    """Judged by the document's own model, repaired where one value would mend most."""
    judge = Judge(Basis(learned.model, True, budget, learned.policy), statements)
    judge.run()
    judge = descending(learned.model, judge) or climbing(learned.model, judge, words) or judge
    remembering = with_memory(learned, judge, words)
    judge = judge if remembering is None else remembering.judge
    batch = by_batch(learned, judge, words)
    judge = judge if batch is None else batch.judge
    kinked = at_kinks(judge)
    judge = judge if kinked is None else kinked.judge
    assert isinstance(judge.basis.model, DocumentModel)
    better = repaired(judge.basis.model, judge)
    said = (remembering, batch, kinked)
    remarks = [Remark("convention", found.message) for found in said if found]
    if better is None:
        return Judged(judge, remarks, {})
    return Judged(better.judge, [*remarks, Remark("repair", better.message)], {})
