"""From the blocks of a document, whatever its format, to its manuscript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from derivgen.checking.manuscript import (
    Kind,
    Language,
    Manuscript,
    Notation,
    Passage,
    Piece,
    Table,
    Unread,
)
from derivgen.checking.reading import code, printed_output, program
from derivgen.checking.reading.emphasis import without_emphasis
from derivgen.checking.reading.labelled_values import labelled
from derivgen.checking.reading.pair_columns import with_pairs_apart
from derivgen.checking.reading.prose import statements
from derivgen.checking.reading.prose_sight import Found
from derivgen.checking.reading.traced import Traced, join

#: a left side and what it is
_EQUATION = re.compile(r"\s*[A-Za-z\\][^=<>]*=\s*\S")
#: a longer formula is listed as not read
MAX_FORMULA = 50_000
#: a paragraph longer than this is searched for delimited formulas only
MAX_PARAGRAPH = 200_000
BEFORE = 200

Doubt = Callable[[str, Found], str]
SegmentKind = Literal["text", "literal", "math", "display", "code"]
#: What shows that a piece of text is LaTeX rather than typed.
_LONE_NUMBER = re.compile(r"[$\\(\s]*(\d{1,9}(?:[.,]\d{1,9})?)[$\\)\s]*")
_LATEX = re.compile(r"\\[A-Za-z]|[_^]\{")
#: what stands before the name of a new value that a program prints: "New b2: 0.73"
_NEW = re.compile(
    r"(?:new|updated|neu|nuev[oa]|nouveau|nouvelle|nov[oa]|nuovo)[ \t]+$", re.IGNORECASE
)
#: Formulas that only set something up, in posts that were copied from a page
_IDLE = re.compile(r"\s*(?:\\(?:begingroup|endgroup|displaystyle|newline|,|;|!|\{|\}| )\s*)*")


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a paragraph: words (``literal``: with no markup in them), or a formula or code
    without its delimiters."""

    kind: SegmentKind
    body: Traced


class Collector:
    """Gathers what a reader finds, in reading order, and makes the manuscript of it."""

    def __init__(self, *, emphasis: bool = False) -> None:
        self.emphasis = emphasis
        self.passages: list[Passage] = []
        self.tables: list[Table] = []
        self.unread: list[Unread] = []
        self.words: list[str] = []
        #: whether nothing stands between the last words and what comes next
        self._fresh = False
        #: what the programs so far are, whose output may follow, and the names of those that were read
        self._programs: Traced | None = None
        #: the text of all programs, in order
        self.programs: list[str] = []
        self._named = printed_output.Named()

    def manuscript(
        self, file: str, text: str, language: Language, parts: tuple[tuple[int, str], ...] = ()
    ) -> Manuscript:
        """The finished manuscript."""
        return Manuscript(
            file,
            text,
            tuple(self.passages),
            tuple(self.tables),
            tuple(sorted(self.unread, key=lambda one: one.source)),
            "\n\n".join(self.words),
            parts,
            language,
            tuple(self.programs),
        )

    def refuse(self, body: Traced, reason: str) -> None:
        """Lists a piece as not read."""
        shown = body.text if len(body.text) <= 200 else body.text[:197] + "..."
        self.unread.append(Unread(shown, body.source_of(0), reason))

    def formula(self, body: Traced, notation: Notation, kind: Kind, before: str = "") -> None:
        """One delimited formula, or a statement that was found."""
        body = body.strip()
        if _IDLE.fullmatch(body.text):
            return
        if len(body.text) > MAX_FORMULA:
            self.refuse(body, f"the formula is longer than {MAX_FORMULA:,} characters")
            return
        before = before.replace("\\_", "_")[-BEFORE:]
        self.passages.append(Passage(body.text, body.pieces, notation, kind, before))

    def paragraph(self, segments: Iterable[Segment], doubt: Doubt | None = None) -> None:
        """One paragraph, list item, heading or cell-like run of text with formulas in it.

        ``doubt`` says of a statement found in the text why it is not taken, if it is not."""
        parts = [part for part in segments if part.body.text]
        if not parts:
            return
        if self.emphasis:
            parts = without_emphasis(parts)
        for group in _between_displays(parts):
            if isinstance(group, Segment):
                self.display(group.body)
            else:
                self._run(group, doubt)

    def _run(self, parts: Sequence[Segment], doubt: Doubt | None) -> None:
        whole = join(part.body for part in parts)
        spans: list[tuple[int, int]] = []
        kinds: dict[int, Segment] = {}
        at = 0
        for part in parts:
            end = at + len(part.body.text)
            if part.kind in ("math", "code"):
                spans.append((at, end))
                kinds[at] = part
            at = end
        if len(whole.text) > MAX_PARAGRAPH:
            self.refuse(whole.cut(0, 200), f"a paragraph of more than {MAX_PARAGRAPH:,} characters")
            found: list[Found] = []
        else:
            found = statements(whole.text, spans)
            told = [one for one in labelled(whole.text, spans) if not _overlaps(one, found)]
            found = sorted([*found, *told], key=lambda one: one.start)
        if doubt is not None:
            found = [replace(one, doubt=one.doubt or doubt(whole.text, one)) for one in found]
        self._words(whole.text, spans, found)
        following = 0
        for one in found:
            while following < len(spans) and spans[following][0] < one.start:
                self._alone(kinds[spans[following][0]], whole.text[: spans[following][0]])
                following += 1
            inside: list[Segment] = []
            while following < len(spans) and spans[following][0] < one.end:
                inside.append(kinds[spans[following][0]])
                following += 1
            self._statement(whole, one, inside)
        for start, _ in spans[following:]:
            self._alone(kinds[start], whole.text[max(0, start - BEFORE) : start])

    def _statement(self, whole: Traced, one: Found, inside: Sequence[Segment]) -> None:
        body = _joined(whole, one)
        if one.doubt:
            self.refuse(body, one.doubt)
            for part in inside:
                if part.kind == "math":
                    self._alone(part, "")
            return
        latex = any(part.kind == "math" for part in inside) or bool(_LATEX.search(body.text))
        if not latex:
            body = _unescaped(body)
        before = whole.text[max(0, one.start - BEFORE) : one.start]
        self.formula(body, "latex" if latex else "typed", "prose", before)

    def _alone(self, part: Segment, before: str) -> None:
        if part.kind == "math":
            self.formula(part.body, "latex", "inline", before)
            return
        if not code.is_program(part.body.text):
            self._code_line(part.body, before)

    def _code_line(self, line: Traced, before: str) -> None:
        if len(line.text) > MAX_FORMULA:
            self.refuse(line.cut(0, 200), f"a line of code of more than {MAX_FORMULA:,} characters")
            return
        if _is_of_several_lines(line.text):
            self.refuse(line, "its brackets are not those of one line")
            return
        for one in statements(line.text, code=True):
            new = _NEW.search(line.text, 0, one.start)
            body = _joined(line, one if new is None else replace(one, start=new.start()))
            if one.doubt:
                self.refuse(body, one.doubt)
                continue
            latex = bool(_LATEX.search(body.text))
            self.formula(body, "latex" if latex else "typed", "code", before)

    def _words(self, text: str, spans: Sequence[tuple[int, int]], found: Sequence[Found]) -> None:
        pieces: list[str] = []
        at = 0
        for start, end in sorted([*spans, *((one.start, one.end) for one in found)]):
            if start >= at:
                pieces.append(text[at:start])
                number = _LONE_NUMBER.fullmatch(text[start:end])
                pieces.append("" if number is None else number[1])  # "a rate of $0.1$"
            at = max(at, end)
        pieces.append(text[at:])
        words = " ".join(" ".join(pieces).replace("\\_", "_").split())
        self._fresh = bool(words)
        if words:
            self.words.append(words)

    def last_words(self) -> str:
        """The words right before what comes next, if there are any."""
        return self.words[-1] if self._fresh else ""

    def display(self, body: Traced) -> None:
        """A displayed formula; the words right before it belong to it."""
        self.formula(body, "latex", "display", self.last_words())
        self._fresh = False

    def code_block(self, body: Traced) -> None:
        """Preformatted text: its lines, where they are mathematics and no program."""
        if self._is_output(body):
            return
        if code.is_program(body.text):
            self.program(body)
            return
        if self._programs is not None and printed_output.prints(self._programs):
            for line in printed_output.arrays_of(body):
                self.refuse(line, printed_output.NOT_READ)
        for line in code.logical_lines(body):
            self._code_line(line, "")

    def program(self, body: Traced) -> None:
        """The equations of a program with results in its comments, or in the output that follows."""
        if self._is_output(body):
            return
        self.programs.append(body.text)
        found = program.results_of(body)
        if found.equations:
            self._typed(found.equations)
            return
        commented = printed_output.equations_of(body, None, self._named)
        if commented is not None:
            self._typed(commented)
            return
        for line in found.refused:
            self.refuse(line.strip(), program.NOT_READ)
        waiting = self._programs
        if waiting is not None and not printed_output.prints(waiting):
            body = join([waiting, Traced.put_in("\n", body.source_of(0)), body])
        self._programs = body

    def _is_output(self, body: Traced) -> bool:
        """Whether preformatted text is what the programs before it print; it is read with them then."""
        if self._programs is None or not printed_output.prints(self._programs):
            return False
        equations = printed_output.equations_of(self._programs, body, self._named)
        if equations is None:
            return False
        self._programs = None
        self._typed(equations)
        return True

    def _typed(self, equations: Iterable[Traced]) -> None:
        for equation in equations:
            self.formula(equation, "typed", "code")

    def table(self, rows: Iterable[Sequence[Sequence[Segment]]]) -> None:
        """A table: the segments of each cell, row by row."""
        rows = [list(row) for row in rows]
        for cell in (cell for row in rows for cell in row):
            # a list in the form of a table: ``| inputs | $x_1 = 0.4$, $x_2 = 0.7$ |``
            if any(part.kind == "math" and _EQUATION.match(part.body.text) for part in cell):
                self.paragraph(cell)
        made = tuple(tuple(self._cell(cell) for cell in row) for row in rows)
        if made:
            self.tables.append(Table(with_pairs_apart(made)))

    def _cell(self, segments: Sequence[Segment]) -> Passage:
        parts = [part for part in segments if part.body.text]
        if self.emphasis:
            parts = without_emphasis(parts)
        filled = [part for part in parts if part.kind != "text" or part.body.text.strip()]
        notation: Notation = "typed"
        if len(filled) == 1 and filled[0].kind in ("math", "display"):
            notation = "latex"
        body = (
            join(part.body for part in filled or segments)
            if segments
            else Traced("", (Piece(0, 0),))
        )
        body = body.strip() if notation == "latex" else _unescaped(body.strip())
        if len(body.text) > MAX_FORMULA:
            self.refuse(body, f"the cell is longer than {MAX_FORMULA:,} characters")
            body = body.cut(0, 0)
        return Passage(body.text, body.pieces, notation, "cell")


def _overlaps(one: Found, others: Sequence[Found]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def _between_displays(parts: Sequence[Segment]) -> list[Segment | list[Segment]]:
    groups: list[Segment | list[Segment]] = []
    for part in parts:
        if part.kind == "display":
            groups.append(part)
        elif groups and isinstance(groups[-1], list):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _joined(whole: Traced, one: Found) -> Traced:
    """A statement's text, with what stands instead of gaps inside a name and of a colon."""
    parts: list[Traced] = []
    at = one.start
    for start, end, instead in one.joins:
        parts += [whole.cut(at, start), Traced.put_in(instead, whole.source_of(start))]
        at = end
    parts.append(whole.cut(at, one.end))
    return join(parts)


def _unescaped(body: Traced) -> Traced:
    """Typed text in which ``\\_`` is an underscore, as Markdown has it."""
    parts: list[Traced] = []
    at = 0
    while (found := body.text.find("\\_", at)) >= 0:
        parts.append(body.cut(at, found))
        at = found + 1
    return join([*parts, body.cut(at, len(body.text))]) if parts else body


def _is_of_several_lines(text: str) -> bool:
    """Whether brackets say that a line with a relation is a row of what is set over several lines, as
    ``z = [[0.5*1 + 0.3*2],  + [0.1]  = [1.2]``: one is not closed, or closed late."""
    depth = 0
    for char in text if "=" in text else "":
        depth += (char == "[") - (char == "]")
        if depth < 0 or (depth and char == "="):
            return True
    return depth != 0
