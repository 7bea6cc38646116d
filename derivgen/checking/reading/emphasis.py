"""Markdown's signs of emphasis, and the asterisks and underscores that are mathematics instead.

CommonMark reads ``0.1*0.1+0.5*0.3`` as emphasis, which no author of such a line meant.  A sign counts
as emphasis where it opens at the beginning of a word and closes at the end of one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from derivgen.checking.reading.traced import join

if TYPE_CHECKING:
    from derivgen.checking.reading.collector import Segment

_RUN = re.compile(r"\*+|_+|~~")
_OPENERS = " \n\t([{\"'“‘—–-:,;.|/"
_CLOSERS = " \n\t)]}\"'”’—–-:,;.!?|/"


def without_emphasis(parts: Sequence[Segment]) -> list[Segment]:
    """The segments of a paragraph without the signs of emphasis; ``literal`` ones become text."""
    from derivgen.checking.reading.collector import Segment

    # a formula counts as a letter, so that ``**$x$**`` has something to stand around
    flat = "".join(
        part.body.text if part.kind in ("text", "literal") else "x" * len(part.body.text)
        for part in parts
    )
    dropped = _emphasis(flat, _text_spans(parts))
    made: list[Segment] = []
    at = 0
    following = 0
    for part in parts:
        end = at + len(part.body.text)
        if part.kind not in ("text", "literal"):
            made.append(part)
            at = end
            continue
        pieces = []
        start = at
        while following < len(dropped) and dropped[following][0] < end:
            cut_from, cut_to = dropped[following]
            pieces.append(part.body.cut(start - at, cut_from - at))
            start = cut_to
            following += 1
        pieces.append(part.body.cut(start - at, end - at))
        made.append(Segment("text", join(pieces)))
        at = end
    return made


def _text_spans(parts: Sequence[Segment]) -> list[tuple[int, int]]:
    spans = []
    at = 0
    for part in parts:
        end = at + len(part.body.text)
        if part.kind == "text":
            spans.append((at, end))
        at = end
    return spans


def _emphasis(flat: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The runs that are signs of emphasis, in order.  Linear: every run is pushed and popped once."""
    open_runs: dict[str, list[tuple[int, int]]] = {}
    dropped: list[tuple[int, int]] = []
    for start, end in spans:
        for found in _RUN.finditer(flat, start, end):
            run = found[0]
            if len(run) > 3:
                continue
            before = flat[found.start() - 1] if found.start() else " "
            after = flat[found.end()] if found.end() < len(flat) else " "
            waiting = open_runs.setdefault(run, [])
            closes = not before.isspace() and after in _CLOSERS
            if closes and waiting:
                dropped += [waiting.pop(), found.span()]
                continue
            # two asterisks may stand at the end of a formula that a sentence was glued to
            glued = (
                run == "**"
                and after.isalpha()
                and flat[found.end() + 1 : found.end() + 2].isalpha()
            )
            if not after.isspace() and (before in _OPENERS or glued):
                waiting.append(found.span())
    return sorted(dropped)
