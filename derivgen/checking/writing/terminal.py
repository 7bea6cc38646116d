"""A report for people at a terminal, in the manner of a linter or a compiler.

::

    post.md:6:24: C101 wrong: 0.4 times 0.5 plus 0.1 is 0.3
      |
    6 | so z = 0.4 · 0.5 + 0.1 = 0.35
      |                          ^^^^
      = printed 0.35, expected 0.3
      follows from line 6:
        post.md:8:1: C102: sigmoid(z) is 0.5744

First the findings, then what is undecided, remarks, what was not read, and the summary line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.report import Claim, Remark, Report, Verdict
from derivgen.checking.writing.cells import safe, shortened, shown
from derivgen.checking.writing.findings import (
    Finding,
    counted,
    findings,
    in_order,
    position,
    spot,
    summary,
)
from derivgen.errors import Place

#: A claim of more lines is shown by its first and last ones.
_MOST_LINES = 4
#: Of a longer list of names only the first are shown, without ``everything``.
_MOST_NAMES = 12
#: Of what follows from a finding the first are shown; the others by their lines.
_MOST_FOLLOWERS = 6
_MOST_LISTED = 8

_COLOURS = {
    Verdict.WRONG: "31",
    Verdict.ROUNDING: "33",
    Verdict.TRUNCATION: "33",
    Verdict.UNDECIDED: "36",
    Verdict.CORRECT: "32",
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a report is shown.

    ``everything`` lists correct claims too; ``brief`` leaves all but wrong ones out, the summary
    too; ``width`` is that of the terminal, for lines of the author's that are too long; ``named``
    puts the file before the summary, where there are several.
    """

    colour: bool = False
    everything: bool = False
    brief: bool = False
    width: int = 100
    named: bool = False

    def paint(self, text: str, code: str) -> str:
        """The text in a colour, where there are colours."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


def terminal_text(report: Report, manuscript: Manuscript, look: Look | None = None) -> str:
    """The report as lines for a terminal, ending in a line break; empty where nothing is to say."""
    lines = "\n".join(_lines(report, manuscript, look or Look()))
    return f"{lines}\n" if lines else ""


def _lines(report: Report, manuscript: Manuscript, look: Look) -> Iterator[str]:
    show = _Show(manuscript, look)
    found = {finding.claim.id: finding for finding in findings(report)}
    followers = {claim.id for finding in found.values() for claim in finding.followers}
    open_claims = [c for c in in_order(report.claims) if c.verdict is Verdict.UNDECIDED]
    for claim in in_order(report.claims):
        if claim.id in found:
            if not look.brief or claim.verdict is Verdict.WRONG:
                carried = [c for c in open_claims if c.cause == claim.id]
                yield from show.finding(found[claim.id], carried)
        elif look.everything and claim.id not in followers:
            yield show.one_line(claim)
    if look.brief:
        return
    if not look.everything:
        yield from show.undecided([c for c in open_claims if c.cause not in found], report)
    for remark in report.remarks:
        yield show.remark(remark)
    yield from show.table("conventions", report.conventions)
    yield from show.table("names", report.mapping)
    for piece in report.unread:
        text = shortened(piece.text, 60)
        yield f"{show.place(piece.place)}: {look.paint('not read', '36')}: {safe(piece.reason)}: {text}"
    whose = f"{safe(report.file)}: " if look.named else ""
    yield look.paint(f"{whose}{summary(report)}", "1")


@dataclass(frozen=True, slots=True)
class _Show:
    manuscript: Manuscript
    look: Look

    def where(self, offset: int) -> str:
        """``post.md:234:17``, for a notebook ``net.ipynb:cell 4:2:7``."""
        cell, line, column = position(offset, self.manuscript)
        parts = [self.manuscript.file, *([cell] if cell else []), str(line), str(column)]
        return self.look.paint(safe(":".join(parts)), "1")

    def place(self, place: Place | None) -> str:
        """A place that comes without an offset."""
        if place is None:
            return self.look.paint(safe(self.manuscript.file), "1")
        if self.manuscript.parts and place.line is not None:
            offset = self.manuscript.offset(place)
            return self.where(offset)
        return self.look.paint(safe(str(place)), "1")

    def head(self, claim: Claim) -> str:
        """``C101 wrong``; a correct claim has no code to look up."""
        colour = f"1;{_COLOURS[claim.verdict]}"
        code = f"{claim.code} " if claim.code and claim.verdict is not Verdict.CORRECT else ""
        return self.look.paint(f"{code}{claim.verdict}", colour)

    def one_line(self, claim: Claim) -> str:
        """A claim without its text below."""
        said = safe(claim.message) or shortened(claim.text, 60)
        if claim.verdict is Verdict.CORRECT:
            said = shortened(claim.text, 60)
        return f"{self.where(claim.start)}: {self.head(claim)}: {said}"

    def undecided(self, claims: Sequence[Claim], report: Report) -> Iterator[str]:
        """What could not be decided, once for each reason; what a remark says already, not at all."""
        spoken_for = {remark.code for remark in report.remarks if remark.code}
        reasons: dict[tuple[str, str], list[Claim]] = {}
        for claim in claims:
            if claim.code not in spoken_for:
                reasons.setdefault((claim.code, claim.message or claim.text), []).append(claim)
        for group in reasons.values():
            more = f" (also on {self.lines(group[1:])})" if len(group) > 1 else ""
            yield f"{self.one_line(group[0])}{more}"

    def lines(self, claims: Sequence[Claim]) -> str:
        """``line 12`` or ``lines 12, 14, 20 and 30 more``."""
        places = [position(claim.start, self.manuscript) for claim in claims]
        names = list(
            dict.fromkeys(f"{cell}:{line}" if cell else str(line) for cell, line, _ in places)
        )
        listed = ", ".join(names[:_MOST_LISTED])
        more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
        return f"line{'s' if len(names) > 1 else ''} {listed}{more}"

    def finding(self, finding: Finding, carried: Sequence[Claim] = ()) -> Iterator[str]:
        """A finding with the author's text and what follows from it; ``carried`` is right but for it."""
        claim, followers = finding.claim, finding.followers
        yield f"{self.where(claim.start)}: {self.head(claim)}: {safe(claim.message)}"
        gutter, lines = self.source(claim)
        yield from lines
        for note in _notes(claim):
            yield f"{gutter} = {note}"
        if followers:
            _, line, _ = position(claim.start, self.manuscript)
            yield f"{gutter} follows from line {line}:"
            kept = followers if self.look.everything else followers[:_MOST_FOLLOWERS]
            for other in kept:
                said = safe(other.message) or shortened(other.text, 60)
                yield f"{gutter}   {self.where(other.start)}: {self.head(other)}: {said}"
            if len(kept) < len(followers):
                rest = followers[len(kept) :]
                yield f"{gutter}   and {counted(len(rest), 'claim')} on {self.lines(rest)}"
        if carried and not self.look.everything:
            agree = "agrees" if len(carried) == 1 else "agree"
            yield f"{gutter} {counted(len(carried), 'claim')} {agree} with what is said here: {self.lines(carried)}"

    def source(self, claim: Claim) -> tuple[str, list[str]]:
        """The empty gutter, and the lines of the document that hold a claim, each with carets."""
        manuscript = self.manuscript
        start, end = max(claim.start, 0), max(claim.end, claim.start + 1)
        focus = spot(claim, manuscript)
        rows = manuscript.rows(start, end)
        _, first, _ = position(start, manuscript)
        kept: list[int | None] = list(range(len(rows)))
        if len(rows) > _MOST_LINES:
            kept = [*range(_MOST_LINES - 2), None, len(rows) - 1]
            # the row with what was judged, wherever it is
            inside = [n for n, (a, b) in enumerate(rows) if a <= focus[0] <= b]
            if focus != (start, end) and inside and inside[0] not in kept:
                kept = [0, None, inside[0], None, len(rows) - 1]
        size = len(str(first + len(rows) - 1))
        gutter = " " * size
        bar = self.look.paint("|", "34")
        lines = [f"{gutter} {bar}"]
        for row in kept:
            if row is None:
                lines.append(f"{gutter} {bar} …")
                continue
            a, b = rows[row]
            number = self.look.paint(f"{first + row:>{size}}", "34")
            text, carets = self.cropped(a, b, (start, end), focus, self.look.width - size - 3)
            lines.append(f"{number} {bar} {text}".rstrip())
            if carets:
                marks = self.look.paint(carets.lstrip(), f"1;{_COLOURS[claim.verdict]}")
                indent = " " * (len(carets) - len(carets.lstrip()))
                lines.append(f"{gutter} {bar} {indent}{marks}")
        return gutter, lines

    def cropped(
        self, a: int, b: int, span: tuple[int, int], focus: tuple[int, int], room: int
    ) -> tuple[str, str]:
        """The line from offset a to b in ``room`` cells, and the carets under it.

        Where a part was singled out, it has carets and the rest of the claim a wave.
        """
        room = max(room, 30)
        text = self.manuscript.text
        start, end = max(span[0], a), min(span[1], b)
        left = a
        if b - a > room or _cells(text[a:b]) > room:
            # what was judged has to be seen, and as much of the claim as there is room for
            far = min(focus[1], b) - start > room - room // 3
            left = max(a, (max(focus[0], start) if far else start) - room // 3)
        pieces = shown(text[left : min(b, left + 2 * room)])
        used = int(left > a)
        whole = left + len(pieces) == b and used + sum(size for _, size in pieces) <= room
        line, marks = ["…"] * used, [" "] * used
        for at, (piece, size) in enumerate(pieces, start=left):
            used += size
            if used > room - (not whole):
                break
            line.append(piece)
            mark = "^" if focus[0] <= at < focus[1] else "~" if start <= at < end else " "
            marks.append(mark * size)
        # neither the indent of a line that carries a claim on nor the space at its end is the claim
        while marks and not line[-1].strip():
            del line[-1], marks[-1]
        for at, piece in enumerate(line):
            if piece.strip() or a <= span[0]:
                break
            marks[at] = " " * len(marks[at])
        return "".join(line) + "…" * (not whole), "".join(marks).rstrip()

    def remark(self, remark: Remark) -> str:
        """A remark about the whole document."""
        code = f"{remark.code} " if remark.code else ""
        kind = self.look.paint(f"{code}note", "36")
        return f"{self.place(remark.place)}: {kind}: {safe(remark.message)}"

    def table(self, title: str, entries: Mapping[str, str]) -> Iterator[str]:
        """What was found of the author's conventions or names."""
        if not entries:
            return
        yield f"{title}:"
        items = list(entries.items())
        kept = items if self.look.everything else items[:_MOST_NAMES]
        for name, meaning in kept:
            yield f"  {safe(name)}: {safe(meaning)}"
        if len(kept) < len(items):
            yield f"  and {len(items) - len(kept)} more"


def _cells(text: str) -> int:
    return sum(size for _, size in shown(text))


def _notes(claim: Claim) -> Iterator[str]:
    """What was printed and what it should be; the likely mistake is in the message."""
    more = "" if claim.exact is None else f"{claim.exact:.10g}"
    if claim.expected:
        printed = f"printed {shortened(claim.printed, 70)}, " if claim.printed else ""
        known = more in ("", claim.expected.rstrip("0"), claim.expected)
        exact = "" if known else f" (more exactly {more})"
        yield f"{printed}expected {shortened(claim.expected, 70)}{exact}"
    elif more:
        yield f"more exactly {more}"
