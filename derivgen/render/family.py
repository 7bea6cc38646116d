"""Fills the copies of a family: the text of one copy, and digits put into its holes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from derivgen.document.blocks import Family
from derivgen.document.columns import Signs
from derivgen.formula.writer import Writer, hole

#: one hole, in a group, so that splitting keeps it
HOLES: Final = re.compile(f"([{hole(0)}-\U000ffffd])")
_CHUNK: Final = 1 << 20
#: texts of every shape; a writer that leaves them as they are leaves all others
_SAMPLES: Final = ("12", "-0.5", "(-0.5)", "(3)")


def fill(text: str, family: Family, writer: Writer) -> Iterator[str]:
    """All copies of ``text``, about a megabyte at a time.

    :raises ValueError: where a column is missing, too short, or holds what is not a number.
    """
    for number, column in enumerate(family.columns):
        if len(column) < family.count:
            raise ValueError(
                f"column {number} of a family has {len(column)} texts of {family.count}"
            )
    pieces = HOLES.split(text)
    columns = [ord(match) - ord(hole(0)) for match in pieces[1::2]]
    if max(columns, default=-1) >= len(family.columns):
        raise ValueError(f"a family has no column {max(columns)}")
    mapped = {number: _digits(family.columns[number], writer) for number in set(columns)}
    at_once = max(1, _CHUNK // max(1, len(text)))
    for start in range(0, family.count, at_once):
        stop = min(start + at_once, family.count)
        # all pieces of all copies in one list: slices with a stride put the columns in
        parts = pieces * (stop - start)
        for place, number in enumerate(columns):
            parts[2 * place + 1 :: len(pieces)] = mapped[number][start:stop]
        yield "".join(parts)


def _digits(column: Sequence[str], writer: Writer) -> Sequence[str]:
    if isinstance(column, Signs):
        return column.texts(writer.sign)
    if all(writer.digits(sample) == sample for sample in _SAMPLES):
        return column
    known: dict[str, str] = {}
    for text in column:
        if text not in known:
            known[text] = writer.digits(text)
    return [known[text] for text in column]
