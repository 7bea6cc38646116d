"""From files to manuscripts: one reader for each format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath
from typing import cast

from derivgen.checking.manuscript import Language, Manuscript
from derivgen.checking.reading.detect import ENDINGS, FORMATS, format_of
from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network.source import check_characters, decode, read_bytes

#: a longer document is refused: no derivation is so long, and every reader is linear in it
MAX_CHARACTERS = 2 * 2**20
MAX_LINES = 30_000

__all__ = ["MAX_CHARACTERS", "names_a_document", "read_manuscript"]


def read_manuscript(
    document: Path | str | bytes, name: str = "", format: str | None = None
) -> Manuscript:
    """Reads a document: a file (a path), its bytes, or its text (a string).

    ``name`` is what messages print, and its ending tells the format where ``format`` does not:
    ``markdown``, ``latex``, ``text``, ``notebook``, ``pdf-text``.  Line ends become line feeds.

    Raises E101 (cannot be opened), E102 (not UTF-8 or UTF-16 text), E103 (too large), E109 (an optional package
    is missing), E110 (not what its format says), E111 (unknown format).
    """
    if isinstance(document, Path):
        name = name or str(document)
        document = read_bytes(document, name)
    name = name or "text"
    if format is not None and format not in FORMATS:
        raise DerivgenError(
            "E111",
            f"'{format}' is not a format of documents to check",
            Place(name),
            did_you_mean(format, FORMATS) or f"one of {', '.join(FORMATS)}",
        )
    if isinstance(document, bytes):
        if document.startswith(b"%PDF-"):
            from derivgen.checking.reading import pdf_file

            text, format = pdf_file.text_of(document, name), format or "pdf-text"
        else:
            text = decode(document, name)
    else:
        text = document.removeprefix("\ufeff")
        check_characters(text, name)
    if len(text) > MAX_CHARACTERS:
        raise DerivgenError(
            "E103",
            f"the document has {len(text):,} characters, more than {MAX_CHARACTERS:,}",
            Place(name),
            "check it in parts",
        )
    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.count("\n")
    if lines > MAX_LINES:
        raise DerivgenError(
            "E103",
            f"the document has {lines:,} lines, more than {MAX_LINES:,}",
            Place(name),
            "check it in parts",
        )
    format = format or format_of(name, text)
    return replace(_read(text, name, format), language=cast(Language, format), newline=newline)


def names_a_document(text: str) -> bool:
    """Whether a text is the name of a document: one line that ends as such names do."""
    return "\n" not in text and PurePath(text).suffix.lower() in ENDINGS.keys() | {".txt"}


def _read(text: str, name: str, format: str) -> Manuscript:
    match format:
        case "markdown":
            from derivgen.checking.reading import markdown

            return markdown.read(text, name)
        case "latex":
            from derivgen.checking.reading import latex

            return latex.read(text, name)
        case "notebook":
            from derivgen.checking.reading import notebook

            return notebook.read(text, name)
        case "pdf-text":
            from derivgen.checking.reading import pdf_text

            return pdf_text.read(text, name)
        case "pdf":
            raise DerivgenError(
                "E110",
                "the file ends in .pdf, but is no PDF",
                Place(name),
                "name it .txt if it is text",
            )
    from derivgen.checking.reading import plain

    return plain.read(text, name)
