"""What a spec or an option can name, with one line each: what ``derivgen list`` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Entry(Protocol):
        """Any entry of a table that says what it is in one line."""

        @property
        def summary(self) -> str: ...


Entries = Iterable[tuple[str, str]]


def _lines(table: Mapping[str, Entry]) -> Entries:
    """Each name with its summary; a name for what stands above already refers to that."""
    first: dict[str, str] = {}
    for name, entry in table.items():
        known = first.setdefault(entry.summary, name)
        yield name, entry.summary if known == name else f"another name of {known}"


def _activations() -> Entries:
    from derivgen.network.functions import ALONG, FUNCTIONS

    yield from _lines({name: entry for name, entry in FUNCTIONS.items() if entry.activation})
    yield from ALONG.items()


def _losses() -> Entries:
    from derivgen.network.losses import LOSSES

    return _lines(LOSSES)


def _optimisers() -> Entries:
    from derivgen.network.optimisers import OPTIMISERS

    return _lines(OPTIMISERS)


def _views() -> Entries:
    from derivgen.settings import VIEW_SUMMARIES, VIEWS

    return ((name, VIEW_SUMMARIES[name]) for name in VIEWS)


def _notations() -> Entries:
    from derivgen.network.notations import PRESETS

    return _lines(PRESETS)


def _formats() -> Entries:
    from derivgen.render.formats import FORMATS

    yield from _lines(FORMATS)
    yield "pdf", "PDF, by the built-in Typst or by an installed LaTeX"


def _dialects() -> Entries:
    from derivgen.render.formats import DIALECTS

    return _lines(DIALECTS)


def _styles() -> Entries:
    import re

    from derivgen.document.templates import template_names, template_source

    for name in template_names():
        folder, _, file = name.rpartition("/")
        if folder == "styles":
            comment = re.search(r"<#-?\s*(.*?)\s*-?#>", template_source(name), re.DOTALL)
            summary = comment[1].splitlines()[0] if comment else ""
            yield file.removesuffix(".j2"), summary


def _examples() -> Entries:
    from derivgen.network.spec import example_names, example_text

    return ((name, _first_comment(example_text(name))) for name in example_names())


def _first_comment(text: str) -> str:
    """The first comment line of a spec: what the example shows."""
    lines = (line.lstrip("# ").rstrip() for line in text.splitlines() if line.startswith("#"))
    return next((line for line in lines if line), "")


def _codes() -> Entries:
    from derivgen.checking.codes import CHECK_CODES
    from derivgen.error_codes import CODES

    return ((code, entry.title) for code, entry in sorted((CODES | CHECK_CODES).items()))


#: kind -> its entries, read when they are asked for
LISTS: Mapping[str, Callable[[], Entries]] = {
    "activations": _activations,
    "losses": _losses,
    "optimisers": _optimisers,
    "styles": _styles,
    "views": _views,
    "notations": _notations,
    "formats": _formats,
    "dialects": _dialects,
    "examples": _examples,
    "codes": _codes,
}
