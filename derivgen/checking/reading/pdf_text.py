"""Text that was extracted from a PDF: numbered equations whose layout was lost.

The number at its end anchors an equation.  Its lines are put together again where their layout leaves
one reading only: a numerator above a denominator, the rows of a matrix between brackets, an exponent
behind a bracket.  Everything else is listed as not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.reading.collector import Collector, Segment
from derivgen.checking.reading.lost_powers import with_squares
from derivgen.checking.reading.pdf_equation import LOST, NotCertain, Rebuilder
from derivgen.checking.reading.pdf_lines import Line, has_sign, is_prose, regions
from derivgen.checking.reading.prose import statements
from derivgen.checking.reading.prose_sight import Found
from derivgen.checking.reading.traced import Traced, join

_RELATION = re.compile(r"[=≈]")
#: longer equations are listed as not read
MAX_LINES = 400
MAX_LENGTH = 10_000


def read(text: str, file: str) -> Manuscript:
    """The manuscript of a text that was extracted from a PDF."""
    found = Collector()
    rebuilder = Rebuilder(dots=any(sign in text for sign in "·×⋅"))
    for region in regions(text):
        _prose(found, region.prose)
        if region.equation:
            _equation(found, rebuilder, region.equation, region.number)
    return found.manuscript(file, text, "pdf-text")


def _equation(found: Collector, rebuilder: Rebuilder, lines: Sequence[Line], number: int) -> None:
    whole = join(
        part for line in lines for part in (line.body, Traced.put_in(" ", line.body.source_of(0)))
    )
    shown = whole.strip()
    if len(lines) > MAX_LINES or len(shown.text) > MAX_LENGTH:
        found.refuse(shown, f"equation ({number}) is too long")
        return
    try:
        body = rebuilder.equation(lines)
    except NotCertain as reason:
        found.refuse(shown, f"equation ({number}): {reason}")
        return
    kept = _without_lost(found, body, number)
    if kept is None:
        return
    body = kept
    covered = statements(body.text, code=True)
    if len(covered) != 1 or (covered[0].start, covered[0].end) != (0, len(body.text)):
        found.refuse(shown, f"equation ({number}): its layout was lost")
        return
    found.formula(body, "typed", "display", found.last_words())


def _without_lost(found: Collector, body: Traced, number: int) -> Traced | None:
    """The chain without its members that were lost; None where too little is left."""
    if LOST not in body.text:
        return body
    cuts = [match.start() for match in _RELATION.finditer(body.text)]
    bounds = [0, *cuts, len(body.text)]
    kept: list[Traced] = []
    for start, end in pairwise(bounds):
        member = body.cut(start, end)
        if LOST in member.text:
            shown = Traced(member.text.replace(LOST, ""), member.pieces)
            found.refuse(shown.strip(" =≈"), f"equation ({number}): where a star belongs was lost")
        else:
            kept.append(member)
    if len(kept) < 2 or kept[0].text.lstrip()[:1] in ("=", "≈"):
        return None
    return join(kept).strip()


def _prose(found: Collector, lines: Sequence[Line]) -> None:
    """Prose, paragraph by paragraph; only statements that stand whole in one line are taken."""
    start = 0
    for end in range(1, len(lines) + 1):
        if end < len(lines) and not lines[end].gap:
            continue
        paragraph = lines[start:end]
        after = lines[end] if end < len(lines) else None
        body = join(
            part
            for line in paragraph
            for part in (
                with_squares(line.body),
                Traced.put_in("\n", line.body.source_of(len(line.text) - 1)),
            )
        )
        loose = after is not None and not is_prose(after.text)

        def doubt(text: str, one: Found, loose: bool = loose) -> str:
            return _doubt(text, one, loose)

        found.paragraph([Segment("text", body)], doubt)
        start = end


def _doubt(text: str, one: Found, loose: bool) -> str:
    """Why a statement in prose may be a part of something else, if it may."""
    if "\n" in text[one.start : one.end]:
        return "the formula is set over several lines"
    line_end = text.find("\n", one.end)
    rest = text[one.end : line_end if line_end >= 0 else len(text)].strip()
    following = text[line_end + 1 :].split("\n", 1)[0] if line_end >= 0 else ""
    cut_off = not rest and (
        (following and not is_prose(following) and has_sign(following)) or (not following and loose)
    )
    line_start = text.rfind("\n", 0, one.start) + 1
    before = text[:line_start].rstrip("\n").rsplit("\n", 1)[-1]
    orphan = line_start == one.start and before and not is_prose(before)
    return "the formula is set over several lines" if cut_off or orphan else ""
