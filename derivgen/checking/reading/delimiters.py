"""Formulas between delimiters inside a run of text."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from derivgen.checking.reading.wordlist import words_of

#: Environments that are displays of their own.
DISPLAYS = frozenset(
    name + star
    for name in words_of(
        "equation align alignat flalign gather multline eqnarray dmath dgroup dseries xalignat "
        "displaymath darray"
    )
    for star in ("", "*")
) | {"aligned", "alignedat", "gathered", "split", "math", "array", "cases", "subequations"}
#: Environments that take an argument behind their name
_WITH_ARGUMENT = frozenset(("alignat", "alignat*", "alignedat", "array", "xalignat", "xalignat*"))
#: those that only mean something with their name around the rows
_KEPT = frozenset(("array", "cases", "split", "aligned", "alignedat", "gathered"))

#: how far a closing ``$`` may stand from the opening one, and how many are tried
MAX_INLINE = 60_000
MAX_CLOSERS = 8

_NEXT = re.compile(r"\\\\[(\[]|\\[(\[]|\\begin\{([A-Za-z]+\*?)\}|\\.|\$\$|\$", re.DOTALL)
_GAP = re.compile(r"\n[ \t]*\n")
_MATHS = re.compile(r"[\\_^=]")
_DOLLAR = re.compile(r"\\.|\$", re.DOTALL)
_WORDS = re.compile(r"[A-Za-z]{3,}[ \n]+[A-Za-z]{2,}[ \n]+[A-Za-z]{2,}")
_TEXTS = re.compile(r"\\(?:text|mathrm|mbox|textbf|textrm|operatorname)\*?\{[^{}]*\}|\\[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Delimited:
    """A formula: where its delimiters begin and end, and where it does itself."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    kind: Literal["math", "display"]
    #: the source wrote ``\\\\(`` for ``\\(``: every backslash before a sign stands twice
    doubled: bool = False


class Delimiters:
    """The delimiters of one text; every search is a look into a sorted list, so the whole is linear."""

    def __init__(self, text: str, *, strict: bool = False) -> None:
        self.text = text
        #: in LaTeX every dollar opens or closes a formula; elsewhere it may be money
        self.strict = strict
        self._positions: dict[str, list[int]] = {}
        self._gaps = [found.start() for found in _GAP.finditer(text)]

    def find(self, start: int, end: int | None = None) -> Delimited | None:
        """The next formula from ``start`` on, or None.  Delimiters without a partner are text."""
        limit = len(self.text) if end is None else end
        for found in _NEXT.finditer(self.text, start, limit):
            made = self._of(found, limit)
            if made is not None:
                return made
        return None

    def at(self, start: int, end: int | None = None) -> Delimited | None:
        """The formula whose opening delimiter stands at ``start``, if one does."""
        limit = len(self.text) if end is None else end
        found = _NEXT.match(self.text, start, limit)
        return None if found is None else self._of(found, limit)

    def next_mark(self, mark: str, start: int, limit: int) -> int | None:
        """The next place of a mark that is not itself escaped, before ``limit``."""
        if mark not in self._positions:
            escaped = mark[0] == "\\" and len(mark) == 2
            self._positions[mark] = [
                found.start()
                for found in re.finditer(
                    r"\\\\|" + re.escape(mark) if escaped else re.escape(mark), self.text
                )
                if found[0] == mark
                and (mark[0] != "$" or self.text[found.start() - 1 : found.start()] != "\\")
            ]
        places = self._positions[mark]
        index = bisect_left(places, start)
        if index == len(places) or places[index] + len(mark) > limit:
            return None
        return places[index]

    def _has_gap(self, start: int, end: int) -> bool:
        """Whether an empty line stands between two places: no formula goes beyond its paragraph."""
        index = bisect_left(self._gaps, start)
        return index < len(self._gaps) and self._gaps[index] < end

    def _of(self, found: re.Match[str], limit: int) -> Delimited | None:
        start, mark = found.start(), found[0]
        if mark == "$$":
            close = self.next_mark("$$", start + 2, limit)
            if (
                close is None
                or self._has_gap(start, close)
                or not self.text[start + 2 : close].strip()
            ):
                return None
            return Delimited(start, close + 2, start + 2, close, "display")
        if mark == "$":
            return self._dollar(start, limit)
        if mark == "\\$" and not self.strict:
            return self._inline_at_start(start, limit)
        if found[1]:
            return self._environment(start, found.end(), found[1], limit)
        if mark[-1] not in "([" or mark[0] != "\\":
            return None
        closing = mark[:-1] + (")" if mark[-1] == "(" else "]")
        close = self.next_mark(closing, found.end(), limit)
        again = self.next_mark(mark, found.end(), limit)
        if close is None or (again is not None and again < close) or self._has_gap(start, close):
            return None
        kind: Literal["math", "display"] = "math" if mark[-1] == "(" else "display"
        return Delimited(start, close + len(closing), found.end(), close, kind, len(mark) == 3)

    def _inline_at_start(self, start: int, limit: int) -> Delimited | None:
        """kramdown's ``\\$$x$$`` at the start of a paragraph: not displayed, where ``$$x$$`` alone would be."""
        if self.text[:start].strip() or not self.text.startswith("$", start + 2):
            return None
        close = self.next_mark("$$", start + 3, limit)
        if close is None or self._has_gap(start, close) or not self.text[start + 3 : close].strip():
            return None
        return Delimited(start, close + 2, start + 3, close, "math")

    def _dollar(self, start: int, limit: int) -> Delimited | None:
        text = self.text
        if self.strict:
            close = self.next_mark("$", start + 1, limit)
            if close is None or self._has_gap(start, close):
                return None
            return Delimited(start, close + 1, start + 1, close, "math")
        if text.startswith("$`", start):
            close = self.next_mark("`$", start + 2, limit)
            if close is not None and close > start + 2 and not self._has_gap(start, close):
                return Delimited(start, close + 2, start + 2, close, "math")
        spaced = text[start + 1 : start + 2].isspace()
        tried = 0
        for found in _DOLLAR.finditer(text, start + 1, min(limit, start + MAX_INLINE)):
            if found[0] != "$":
                continue
            tried += 1
            close = found.start()
            inner = text[start + 1 : close]
            if tried > MAX_CLOSERS or not inner.strip() or self._has_gap(start, close):
                return None
            signs = _MATHS.search(inner) is not None
            after = text[close + 1 : close + 2]
            if (spaced != inner[-1].isspace() and not signs) or after.isdigit() or after == "$":
                continue
            if _WORDS.search(_TEXTS.sub(" , ", inner)):
                return None
            if spaced and not signs and len(inner.split()) > 1:
                return None
            return Delimited(start, close + 1, start + 1, close, "math")
        return None

    def _environment(self, start: int, body: int, name: str, limit: int) -> Delimited | None:
        if name not in DISPLAYS:
            return None
        closing = f"\\end{{{name}}}"
        close = self.next_mark(closing, body, limit)
        if close is None:
            return None
        again = self.next_mark(f"\\begin{{{name}}}", body, limit)
        if again is not None and again < close:
            return None
        end = close + len(closing)
        if name in _KEPT:
            return Delimited(start, end, start, end, "display")
        if name in _WITH_ARGUMENT:
            argument = re.compile(r"\s*\{[^{}]{0,20}\}").match(self.text, body, limit)
            body = argument.end() if argument is not None else body
        return Delimited(start, end, body, close, "display")
