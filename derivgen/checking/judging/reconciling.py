"""A document judged by a network and by its own definitions: where the two disagree, who is to blame?

What a network calls wrong and the document's own definitions call right is no new mistake: it follows
from the line in which the document says something else than the network, and that line is named.
"""

from __future__ import annotations

from collections.abc import Sequence

from derivgen.checking.drafts import Draft
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict


def reconcile(by_network: Sequence[Draft], by_itself: Sequence[Draft], own_model: Model) -> None:
    """Take back what is right by the document's own definitions, and what does not fit in shape only
    where names were matched.  A value that the document gives is no matter of definitions."""
    own = {draft.where: draft for draft in by_itself}
    for draft in by_network:
        if draft.verdict is not Verdict.WRONG:
            continue
        other = own.get(draft.where)
        if other is not None and other.limited:
            # nobody knows what its own definitions say of it
            draft.verdict, draft.code, draft.message = Verdict.UNDECIDED, other.code, other.message
            draft.cause, draft.expected = None, ""
            continue
        right = other is not None and other.verdict is Verdict.CORRECT
        if other is not None and _is_given(other.subject, own_model):
            continue
        fits = draft.code == "C301" and (other is None or other.code != "C301")
        if right or fits:
            draft.verdict, draft.code = Verdict.UNDECIDED, "C406"
            draft.message = "it is right by the document's own definitions, not by the network's"
            draft.cause, draft.expected = None, ""


def _is_given(subject: t.Node | None, model: Model) -> bool:
    if not isinstance(subject, t.Name) or subject.mark in UPDATE_MARKS:
        return False
    definition = model.definition(subject.key)
    if isinstance(definition, t.Matrix):
        cells = [cell for row in definition.rows for cell in row]
        return all(_is_given(cell, model) for cell in cells)
    return definition is None and model.given(subject.key) is not None
