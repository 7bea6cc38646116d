"""Documents in the manner of real tutorials, and every passage that is read from them.

Each document in ``tests/data/reading`` has a file of the same name that ends in ``.expected``: a line
``line:column kind notation text`` for every passage, then tables and what is not read.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from derivgen.checking.manuscript import Manuscript, Passage
from derivgen.checking.reading import read_manuscript

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data" / "reading"
DOCUMENTS = sorted(path for path in DATA.iterdir() if path.suffix != ".expected")
SAMPLES = sorted((ROOT / "output").glob("*.md")) + sorted((ROOT / "output").glob("*.tex"))


def shown(manuscript: Manuscript) -> str:
    """A manuscript as the expectation files have it."""
    lines = []
    for passage in manuscript.passages:
        place = manuscript.place(passage.source_of(0))
        text = passage.text.replace("\n", "⏎")
        lines.append(f"{place.line}:{place.column} {passage.kind} {passage.notation} {text}")
    for table in manuscript.tables:
        lines.append("table")
        lines += [
            "  " + " | ".join(f"{cell.text} ({cell.notation})" for cell in row)
            for row in table.rows
        ]
    for unread in manuscript.unread:
        place = manuscript.place(unread.source)
        text = unread.text.replace("\n", "⏎")
        lines.append(f"{place.line}:{place.column} not read: {text} ({unread.reason})")
    return "\n".join(lines) + "\n"


def all_passages(manuscript: Manuscript) -> list[Passage]:
    cells = [cell for table in manuscript.tables for row in table.rows for cell in row]
    return [*manuscript.passages, *cells]


def hold_places(manuscript: Manuscript) -> None:
    """Every character that was copied stands in the file where its passage says."""
    for passage in all_passages(manuscript):
        assert passage.pieces[0].start == 0
        starts = [piece.start for piece in passage.pieces]
        assert starts == sorted(set(starts))
        ends = [*starts[1:], len(passage.text)]
        for piece, end in zip(passage.pieces, ends, strict=True):
            assert 0 <= piece.source <= len(manuscript.text)
            if piece.copied:
                found = manuscript.text[piece.source : piece.source + end - piece.start]
                assert found == passage.text[piece.start : end]
                for offset in (piece.start, end - 1):
                    if piece.start <= offset < len(passage.text):
                        at = passage.source_of(offset)
                        assert manuscript.text[at] == passage.text[offset]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_is_read_as_expected(path: Path) -> None:
    expected = path.with_name(path.name + ".expected").read_text(encoding="utf-8")
    assert shown(read_manuscript(path)) == expected


@pytest.mark.parametrize("path", [*DOCUMENTS, *SAMPLES], ids=lambda path: path.name)
def test_places_are_exact(path: Path) -> None:
    manuscript = read_manuscript(path)
    assert manuscript.passages
    hold_places(manuscript)


@pytest.mark.parametrize("stem", sorted({path.stem for path in SAMPLES}), ids=lambda stem: stem)
def test_the_two_formats_of_a_sample_hold_the_same_formulas(stem: str) -> None:
    """LaTeX and Markdown are two readers: what one misses, the other shows."""
    latex = read_manuscript(ROOT / "output" / f"{stem}.tex")
    markdown = read_manuscript(ROOT / "output" / f"{stem}.md")
    assert [p.kind for p in latex.passages] == [p.kind for p in markdown.passages]
    assert [len(t.rows) for t in latex.tables] == [len(t.rows) for t in markdown.tables]
    assert not latex.unread
    assert not markdown.unread
    numbers = [_digits(p.text) for p in latex.passages]
    assert numbers == [_digits(p.text) for p in markdown.passages]


def _digits(text: str) -> list[str]:
    import re

    text = re.sub(r"\\tag\{[^}]*\}|\\label\{[^}]*\}", "", text)
    return re.findall(r"\d+\.\d+", text)


def test_places_survive_windows_line_ends() -> None:
    text = (DATA / "forms.md").read_text(encoding="utf-8")
    plain = read_manuscript(text, "a.md")
    windows = read_manuscript(text.replace("\n", "\r\n"), "a.md")
    assert shown(plain) == shown(windows)
