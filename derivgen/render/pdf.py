"""From a document to a PDF, by Typst (built in) or by an installed LaTeX.

Neither engine can read a file that is not its own or run a program, whatever a title says; both
write the same bytes for the same document.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from derivgen.document.blocks import Document
from derivgen.errors import DerivgenError, did_you_mean
from derivgen.render.write import Options, document_text

#: how long LaTeX may take for one run, in seconds
_TIME_LIMIT: Final = 300
_ENGINES_OF_LATEX: Final = ("pdflatex", "lualatex", "xelatex")
#: what LaTeX says in its log when another run would change something
_RERUN: Final = re.compile(
    rb"Rerun to get|Rerun LaTeX|Label\(s\) may have changed|undefined references"
)


@dataclass(frozen=True)
class Engine:
    """One way to make a PDF: the format it reads, and the function from text to PDF."""

    summary: str
    format: str
    run: Callable[[str], bytes]


def pdf_bytes(document: Document, engine: str = "typst", options: Options | None = None) -> bytes:
    """A document as a PDF.

    :raises DerivgenError: E620 to E624 where the engine fails, E630 for an unknown engine.
    """
    row = ENGINES.get(engine)
    if row is None:
        hint = did_you_mean(engine, ENGINES) or f"the engines are {', '.join(ENGINES)}"
        raise DerivgenError("E630", f"unknown engine '{engine}'", hint=hint)
    return row.run("".join(document_text(document, row.format, options)))


def typst_pdf(source: str) -> bytes:
    """Compiles Typst source that reads no file.

    :raises DerivgenError: E623 where Typst refuses it.
    """
    import typst

    compile: Any = typst.compile  # its type wants one type for source and root
    with tempfile.TemporaryDirectory() as empty:
        try:
            result: bytes = compile(
                source.encode(), root=empty, ignore_system_fonts=True, format="pdf"
            )
        except (typst.TypstError, RuntimeError) as error:
            raise DerivgenError(
                "E623", f"Typst: {error}", hint="report it with the spec"
            ) from error
    return result


def latex_pdf(source: str) -> bytes:
    """Compiles LaTeX source by an installed LaTeX, without shell escape and in a folder of its own.

    :raises DerivgenError: E620 where none is installed, E621 where it stops with an error, E622
        where it takes too long.
    """
    program = next(filter(None, map(shutil.which, _ENGINES_OF_LATEX)), None)
    if program is None:
        raise DerivgenError(
            "E620", "no LaTeX is installed", hint="use --engine typst, or install TeX"
        )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "document.tex").write_text(source, encoding="utf-8")
        for _ in range(3):
            _run_latex(program, folder)
            if _RERUN.search(Path(folder, "document.log").read_bytes()) is None:
                break
        return Path(folder, "document.pdf").read_bytes()


#: LaTeX may read and write only below the folder that it runs in, and takes the time as 1970.
_LATEX_ENVIRONMENT: Final = {
    "openin_any": "p",
    "openout_any": "p",
    "shell_escape": "f",
    "SOURCE_DATE_EPOCH": "0",
    "FORCE_SOURCE_DATE": "1",
    "max_print_line": "1000",
}


def _run_latex(program: str, folder: str) -> None:
    command = [program, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"]
    try:
        done = subprocess.run(
            [*command, "document.tex"],
            cwd=folder,
            env={**os.environ, **_LATEX_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DerivgenError("E622", f"LaTeX took more than {_TIME_LIMIT} s") from error
    if done.returncode != 0 or not Path(folder, "document.pdf").is_file():
        raise DerivgenError("E621", f"LaTeX stopped: {_last_error(Path(folder, 'document.log'))}")


def _last_error(log: Path) -> str:
    """The last error of a log, with the line of the source that it names."""
    if not log.is_file():
        return "it left no log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [at for at, line in enumerate(lines) if line.startswith("!")]
    errors = [at for at in errors if "Fatal error" not in lines[at]] or errors
    if not errors:
        return lines[-1] if lines else "its log is empty"
    at = errors[-1]
    where = next((line for line in lines[at + 1 : at + 12] if line.startswith("l.")), "")
    return f"{lines[at].lstrip('! ')} {where}".strip()


ENGINES: Final[Mapping[str, Engine]] = MappingProxyType(
    {
        "typst": Engine("built in, needs nothing else", "typ", typst_pdf),
        "latex": Engine("an installed LaTeX", "tex", latex_pdf),
    }
)


#: scripts of which the fonts inside Typst's wheel have the letters, by the first word of their names
_COVERED: Final = frozenset(
    [
        "LATIN",
        "GREEK",
        "CYRILLIC",
        "HEBREW",
        "ARABIC",
        "DEVANAGARI",
        "GEORGIAN",
        "ARMENIAN",
        "CHEROKEE",
        "COPTIC",
        "COMBINING",
        "MODIFIER",
        "MATHEMATICAL",
        "SUPERSCRIPT",
        "SUBSCRIPT",
        "MICRO",
        "OHM",
        "KELVIN",
        "ANGSTROM",
        "SCRIPT",
        "DOUBLE-STRUCK",
        "BLACK-LETTER",
        "PLANCK",
        "FEMININE",
        "MASCULINE",
        "INFORMATION",
        "ALEF",
    ]
)


def unprintable(text: str) -> str:
    """The characters of a text that the built-in fonts print as boxes, each once, in order: letters
    of scripts that they do not have (Chinese, Japanese, Korean, Thai ...), and pictures."""
    return "".join(c for c in dict.fromkeys(text) if not c.isascii() and not _is_covered(c))


def _is_covered(char: str) -> bool:
    if unicodedata.category(char)[0] in "LM":
        return unicodedata.name(char, "").split(" ")[0] in _COVERED
    return ord(char) < 0x1F000
