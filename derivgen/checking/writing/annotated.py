"""The author's text with the remarks in place: nothing of it is changed, lines are only added.

* Markdown and notebooks: a remark is a block quote behind the block that it is about; in a list or a
  quotation behind the paragraph, table or display of that item.  The blocks of the text stay what
  they are: a place where a quote would change them (an unclosed fence, a tight list whose item
  goes on) is not used, but the end of the outermost block around it, or its beginning.
* LaTeX: comment lines ``% derivgen, line 12: ...`` behind the line, never inside a verbatim text.
* Plain text: quotes behind the line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from derivgen.checking.manuscript import Language, Manuscript
from derivgen.checking.report import Report
from derivgen.checking.writing.cells import safe
from derivgen.checking.writing.lines import Insertions
from derivgen.checking.writing.markdown_blocks import Blocks, quote
from derivgen.checking.writing.notes import Note, Phrasing, closing, notes
from derivgen.render import escape

_ESCAPE: Final = escape.markdown({})
_MARKDOWN: Final = Phrasing(
    words=_ESCAPE,
    code=lambda text: escape.markdown_code(text, _ESCAPE),
    strong=lambda text: f"**{text}**",
)
_PLAIN: Final = Phrasing(words=safe, code=safe, strong=lambda text: text)

_VERBATIM: Final = re.compile(
    r"\\begin\{((?:verbatim|Verbatim|BVerbatim|LVerbatim|lstlisting|minted|alltt|comment|filecontents)\*?)\}"
)


def annotated_text(report: Report, manuscript: Manuscript) -> str:
    """The document's text with remarks; without them it is the author's, character for character.

    Lines end as they do in the author's file."""
    insertions = Insertions(manuscript.text)
    _ANNOTATE[manuscript.language](report, manuscript, insertions)
    text = insertions.applied()
    if manuscript.newline != "\n" and "\r" not in manuscript.text:
        return text.replace("\n", manuscript.newline)
    return text


def _annotate_markdown(report: Report, manuscript: Manuscript, insertions: Insertions) -> None:
    blocks = Blocks(insertions, _displays(manuscript))
    for note in notes(report, manuscript, _MARKDOWN):
        blocks.add(note.end, note.text)
    blocks.place(closing(report, _MARKDOWN))


def _displays(manuscript: Manuscript) -> list[tuple[int, int]]:
    """The parts of the text that are one piece of mathematics, from an offset to another."""
    return [
        (passage.source_of(0), passage.source_of(max(len(passage.text) - 1, 0)) + 1)
        for passage in manuscript.passages
    ]


def _annotate_latex(report: Report, manuscript: Manuscript, insertions: Insertions) -> None:
    text = manuscript.text
    verbatim: list[tuple[int, int]] = []
    match = _VERBATIM.search(text)
    while match is not None:
        end = text.find(f"\\end{{{match[1]}}}", match.end())
        verbatim.append((match.start(), len(text) if end < 0 else end))
        match = _VERBATIM.search(text, verbatim[-1][1])
    starts = [start for start, _ in verbatim]
    for note in notes(report, manuscript, _PLAIN):
        at = bisect_right(starts, note.end) - 1
        row = insertions.row(max(note.end - 1, 0))
        if at >= 0 and note.end <= verbatim[at][1]:
            # an environment that never ends is the rest of the file: before it, then
            end = verbatim[at][1]
            row = insertions.row(starts[at]) - 1 if end == len(text) else insertions.row(end)
        insertions.after(row, [f"{_indent(insertions, row)}% {note.text}"])
    last = insertions.count - 1
    if not verbatim or verbatim[-1][1] < len(text):
        insertions.after(last, [f"% {line}" for line in closing(report, _PLAIN)])


def _indent(insertions: Insertions, row: int) -> str:
    line = insertions.line(row) if row >= 0 else ""
    return line[: len(line) - len(line.lstrip(" \t"))]


def _annotate_plain(report: Report, manuscript: Manuscript, insertions: Insertions) -> None:
    by_row: dict[int, list[Note]] = {}
    for note in notes(report, manuscript, _PLAIN):
        by_row.setdefault(insertions.row(max(note.end - 1, 0)), []).append(note)
    for row, found in by_row.items():
        _apart(insertions, row, quote(note.text for note in found))
    _apart(insertions, insertions.count - 1, quote(closing(report, _PLAIN)))


def _apart(insertions: Insertions, row: int, lines: Iterable[str]) -> None:
    """Lines after a row, with an empty line on either side."""
    insertions.after(row, lines, above=True, below=True)


_ANNOTATE: Final[Mapping[Language, Callable[[Report, Manuscript, Insertions], None]]] = {
    "markdown": _annotate_markdown,
    "notebook": _annotate_markdown,
    "latex": _annotate_latex,
    "text": _annotate_plain,
    "pdf-text": _annotate_plain,
}
