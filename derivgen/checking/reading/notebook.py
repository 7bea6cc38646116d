"""Jupyter notebooks: their Markdown cells, one after the other."""

from __future__ import annotations

import json
from typing import Any

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.reading import markdown
from derivgen.checking.reading.collector import Collector
from derivgen.errors import DerivgenError, Place


def read(text: str, file: str) -> Manuscript:
    """The manuscript of a notebook: places count in the Markdown cells' sources, which stand in
    ``text`` with an empty line between them; of code cells only the data are learned, and outputs are left out.

    Raises E109 where nbformat is missing, E110 where the document is no notebook.
    """
    sources, programs = cells_of(text, file)
    found = Collector(emphasis=True)
    found.programs += programs
    parts: list[tuple[int, str]] = []
    whole: list[str] = []
    at = 0
    for number, source in sources:
        parts.append((at, f"cell {number}"))
        markdown.read_into(found, source, at)
        whole.append(source)
        at += len(source) + 2
    return found.manuscript(file, "\n\n".join(whole), "notebook", tuple(parts))


def cells_of(text: str, file: str) -> tuple[list[tuple[int, str]], list[str]]:
    """The number (from 1, code cells counted) and the source of each Markdown cell; the sources of the code cells."""
    try:
        import nbformat
    except ImportError:
        raise DerivgenError(
            "E109",
            "reading a notebook needs the package nbformat",
            Place(file),
            "install derivgen[notebooks]",
        ) from None
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise DerivgenError(
            "E110",
            f"the notebook is not valid JSON: {error.msg}",
            Place(file, error.lineno, error.colno),
        ) from None
    except RecursionError:
        raise DerivgenError("E110", "the notebook is nested too deep", Place(file)) from None
    try:
        read: Any = nbformat
        notebook = read.convert(read.from_dict(raw), 4)
        cells = [
            (number, cell.cell_type, _joined(cell.source).replace("\r\n", "\n"))
            for number, cell in enumerate(notebook.cells, start=1)
        ]
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        raise DerivgenError(
            "E110", "the document is no notebook that nbformat reads", Place(file)
        ) from None
    prose = [(number, source) for number, kind, source in cells if kind == "markdown"]
    return prose, [source for _, kind, source in cells if kind == "code"]


def _joined(source: object) -> str:
    """A cell's text: notebooks hold it as one text or as its lines."""
    return "".join(map(str, source)) if isinstance(source, list) else str(source)
