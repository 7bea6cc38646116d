"""The report of a document, made of what was thought of its claims and of what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from derivgen.checking.drafts import Draft
from derivgen.checking.manuscript import Manuscript, Passage
from derivgen.checking.maths.tree import Reading
from derivgen.checking.report import Claim, NotRead, Remark, Report
from derivgen.checking.understanding.document_statements import Stated
from derivgen.checking.understanding.rows_of_steps import MOST_ROWS
from derivgen.checking.understanding.statements import Statement


def report_of(
    manuscript: Manuscript,
    drafts: Sequence[Draft],
    unread: Iterable[NotRead],
    mapping: Mapping[str, str],
    conventions: Mapping[str, str],
    remarks: Iterable[Remark],
) -> Report:
    """The report, each finding at its place in the file."""
    return Report(
        manuscript.file,
        # of a table the values are judged before the gradients
        tuple(sorted((_claim(draft, manuscript) for draft in drafts), key=_at)),
        tuple(sorted(unread, key=lambda u: (u.place.line or 0, u.place.column or 0))),
        mapping,
        conventions,
        tuple(remarks),
    )


def _at(claim: Claim) -> tuple[int, int]:
    return claim.place.line or 0, claim.place.column or 0


def not_read(
    manuscript: Manuscript, readings: Iterable[tuple[Passage, Reading]], stated: Stated
) -> Iterator[NotRead]:
    """The pieces that nothing is said about, and why."""
    for piece in manuscript.unread:
        yield NotRead(manuscript.place(piece.source), piece.text, piece.reason)
    for passage, reading in readings:
        for failure in reading.failures:
            begin, end = failure.span
            place = manuscript.place(passage.source_of(begin))
            yield NotRead(place, passage.text[begin:end], failure.reason)
    for statement in stated.supposed:
        yield _only_supposed(statement, manuscript)
    for table in stated.by_rows:
        for cell in table.left_over:
            place = manuscript.place(cell.source_of(0))
            yield NotRead(place, cell.text, f"a table has more than {MOST_ROWS} rows")


def _only_supposed(statement: Statement, manuscript: Manuscript) -> NotRead:
    start, end = statement.chain.span
    place = manuscript.place(statement.source(start))
    return NotRead(
        place, statement.passage.text[start:end], "it is said of a change that is not made"
    )


def _claim(draft: Draft, manuscript: Manuscript) -> Claim:
    passage = draft.statement.passage
    span = draft.part or draft.segment.span
    start = passage.source_of(span[0])
    end = passage.source_of(max(span[1] - 1, span[0])) + 1
    chain = draft.statement.chain.span
    return Claim(
        draft.id,
        manuscript.place(start),
        start,
        end,
        passage.text[chain[0] : chain[1]],
        draft.verdict,
        draft.code,
        draft.message,
        draft.printed,
        draft.expected,
        None if draft.value is None else float(draft.value),
        draft.cause,
        draft.diagnosis,
    )
