"""Given values that are not the network's, in words: one by one, and together where most of them differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import printed_number
from derivgen.checking.judging.judge import Judge
from derivgen.checking.maths import tree as t

#: so many given values have to differ before one says that all do
ALL_OVER = 3
#: how many names a remark lists
MOST_NAMED = 4


def word_given_values(judge: Judge, differing: Sequence[Draft], all_over: bool) -> None:
    """Say of each value that the network has another one; ``all_over`` says that most are others."""
    drafts = [draft for draft in differing if draft.number is not None]
    for draft in drafts:
        draft.expected = _theirs(judge.basis.model, draft) or draft.expected
        draft.code = "C105"
        draft.message = f"{_name(judge, draft)} is given as {draft.printed}, and the network has {draft.expected}"
    for group in _groups(judge.basis.model, drafts, all_over):
        first, *others = group
        said = [
            f"{_name(judge, d)} = {d.printed} (network: {d.expected})"
            for d in group
            if d.subject is not None
        ]
        first.message = f"the document has other values than the network: {listed(said)}"
        first.settled = True
        for other in others:
            other.cause = first.id


def _name(judge: Judge, draft: Draft) -> str:
    """What a value is given for, with its place in an array."""
    if draft.subject is None:
        return ""
    name = judge.basis.spelled(draft.subject)
    if draft.cell is None:
        return name
    row, column = (number + 1 for number in draft.cell)
    return f"row {row}, column {column} of {name}"


def _groups(model: Model, drafts: Sequence[Draft], all_over: bool) -> Iterator[Sequence[Draft]]:
    """Differing values that are one finding: most of what is given, or all of one array."""
    if all_over and len(drafts) >= ALL_OVER:
        yield drafts
        return
    arrays: dict[str, list[Draft]] = {}
    for draft in drafts:
        if isinstance(draft.subject, t.Name) and "[" in draft.subject.key:
            arrays.setdefault(draft.subject.key.partition("[")[0], []).append(draft)
    for array, group in arrays.items():
        names = model.definition(array)
        size = sum(map(len, names.rows)) if isinstance(names, t.Matrix) else 0
        if len(group) >= ALL_OVER and len(group) == size:
            yield group


def _theirs(model: Model, draft: Draft) -> str:
    """The network's own text for a given value."""
    node = model.given(draft.subject.key) if isinstance(draft.subject, t.Name) else None
    if isinstance(node, t.Matrix) and draft.cell is not None:
        row, column = draft.cell
        if len(node.rows) == 1 or len(node.rows[0]) == 1:
            row, column = (max(row, column), 0) if len(node.rows) > 1 else (0, max(row, column))
        node = node.rows[row][column]
    number = None if node is None else printed_number(node)
    return "" if number is None else number.text


def listed(texts: Sequence[str]) -> str:
    """A few names in words, and how many more there are."""
    texts = list(dict.fromkeys(texts))
    more = len(texts) - MOST_NAMED
    if more > 0:
        return f"{', '.join(texts[:MOST_NAMED])} and {more} more"
    return " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1]))) if texts else ""
