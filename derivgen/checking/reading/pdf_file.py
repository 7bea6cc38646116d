"""The text of a PDF file, by the optional package pypdf."""

from __future__ import annotations

import io
from typing import Any

from derivgen.errors import DerivgenError, Place

MAX_PAGES = 500


def text_of(raw: bytes, name: str) -> str:
    """The text of a PDF's pages, parted by empty lines.  Raises E109 without pypdf, E110 where pypdf
    cannot read it."""
    try:
        import pypdf
    except ImportError:
        raise DerivgenError(
            "E109",
            "reading a PDF needs the package pypdf",
            Place(name),
            "install derivgen[pdf], or extract the text (pdftotext) and give that",
        ) from None
    try:
        return _pages(pypdf.PdfReader(io.BytesIO(raw), strict=False))
    except DerivgenError:
        raise
    except (pypdf.errors.PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DerivgenError(
            "E110", f"the PDF cannot be read: {type(error).__name__}", Place(name)
        ) from None


def _pages(reader: Any) -> str:
    pages = reader.pages[:MAX_PAGES]
    return "\n\n".join(page.extract_text() for page in pages)
