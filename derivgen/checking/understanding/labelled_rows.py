"""Rows of a calculation below words: ``Hidden layer, sigmoid``, ``= 0.6059``, ``= 0.6341``.

Who copies a page loses what stood in pictures: the left sides. The words above are none, and a row may begin
anew with the next unit.
"""

from __future__ import annotations

from dataclasses import replace

from derivgen.checking.evaluating.printed import is_printed
from derivgen.checking.manuscript import Passage
from derivgen.checking.maths import tree as t

#: letters of a word that is no name of a quantity
WORD = 3


def is_label(left: t.Node | None, passage: Passage) -> bool:
    """Whether words on a line of their own stand where a left side would."""
    if not isinstance(left, t.Name) or left.mark or not left.written.replace("_", "").isalpha():
        return False
    alone = passage.text[left.span[1] :].lstrip(" \t").startswith("\n")
    return alone and len(left.written) >= WORD


def anew(row: t.Chain, earlier: tuple[t.Node, ...]) -> t.Chain:
    """A row below a label, as one that begins anew where the row before it has come to a number."""
    if not row.continued or not row.segments or not earlier or not is_printed(earlier[-1]):
        return row
    first, *rest = row.segments
    return replace(row, segments=(replace(first, relation=None), *rest), continued=False)
