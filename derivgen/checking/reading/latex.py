"""LaTeX: displays and formulas, the words between them, the rows of its tables."""

from __future__ import annotations

import re

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.reading.collector import Collector, Segment
from derivgen.checking.reading.delimiters import Delimiters
from derivgen.checking.reading.latex_macros import Expander, without_hidden
from derivgen.checking.reading.prose_tokens import brace_partners
from derivgen.checking.reading.traced import Traced
from derivgen.checking.reading.wordlist import words_of

TABLES = frozenset(("tabular", "tabular*", "tabularx", "longtable", "tabulary", "xltabular"))
_SKIPPED_ENVIRONMENTS = frozenset(
    ("tikzpicture", "thebibliography", "filecontents", "axis", "picture")
)
#: commands whose arguments are no text
_DROPPED = words_of(
    "label ref eqref pageref autoref cref Cref nameref cite citep citet citeauthor nocite includegraphics usepackage "
    "documentclass vspace hspace input include bibliography bibliographystyle url color definecolor "
    "setlength addtolength setcounter addtocounter pagestyle thispagestyle hypersetup graphicspath "
    "pagenumbering newtheorem theoremstyle hyphenation index raisebox rule vskip hskip sbox savebox "
    "usebox resizebox scalebox fontsize selectfont newcounter newlength captionsetup geometry "
    "href numberwithin allowdisplaybreaks textcolor cline cmidrule multicolumn rotatebox markright "
    "phantom hphantom vphantom markboth date author bibitem specialrule addlinespace arraystretch usetikzlibrary"
)
_LAST_STAYS = frozenset(
    ("href", "textcolor", "multicolumn", "raisebox", "resizebox", "scalebox", "sbox", "rotatebox")
)
_BREAKS = words_of(
    "par item section subsection subsubsection paragraph subparagraph chapter part title caption "
    "begin end newpage clearpage maketitle medskip bigskip smallskip footnote frametitle"
)
_TEXT = re.compile(r"[^\\{}$~%&\n]+|\n[ \t]*\n\s*|\n|\\(?:[A-Za-z@]+\*?|.)|.", re.DOTALL)
_OPTION = re.compile(r"\s*\[[^\[\]]{0,400}\]")
_SPACES = re.compile(r"[ \t]*")
_ENVIRONMENT = re.compile(r"\s*\{([^{}\n]{1,60})\}")
_ROW_SPLIT = re.compile(r"\\\\(?:\*|\s*\[[^\]]{0,30}\])?|\\(?:[A-Za-z]+|.)|[{}&]", re.DOTALL)
_RULES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|endlastfoot|addlinespace"
    r"(?:\[[^\]]*\])?|c(?:line|midrule)(?:\([^)]*\))?\s*\{[^{}]*\})"
)
_DOCUMENT = re.compile(r"\\begin\s*\{document\}")


def read(text: str, file: str) -> Manuscript:
    """The manuscript of a LaTeX document or of a part of one."""
    found = Collector()
    read_into(found, text)
    return found.manuscript(file, text, "latex")


def read_into(found: Collector, text: str, shift: int = 0) -> None:
    """Adds what a LaTeX text holds; ``shift`` is added to its places."""
    expander = Expander()
    shown = without_hidden(text, shift)
    begin = _DOCUMENT.search(shown.text)
    if begin is not None:
        expander.run(shown.cut(0, begin.start()))  # for its definitions
        expander.unread.clear()
        end = shown.text.find("\\end{document}", begin.end())
        shown = shown.cut(begin.end(), end if end >= 0 else len(shown.text))
    body = expander.run(shown)
    found.unread += expander.unread
    _Reader(found, body).run()


class _Reader:
    def __init__(self, found: Collector, body: Traced) -> None:
        self.found = found
        self.body = body
        self.text = body.text
        self.partners = brace_partners(body.text)
        self.delimiters = Delimiters(body.text, strict=True)
        self.segments: list[Segment] = []
        #: where a group ends that is a paragraph of its own: a heading, a caption, a footnote
        self.ends: set[int] = set()

    def run(self) -> None:
        """Reads the whole body."""
        self._scan(0, len(self.text))
        self._flush()

    def _flush(self) -> None:
        self.found.paragraph(self.segments)
        self.segments = []

    def _scan(self, at: int, end: int) -> None:
        while at < end:
            token = _TEXT.match(self.text, at, end)
            if token is None:  # pragma: no cover - the pattern takes every character
                return
            text = token[0]
            if text[0] in "$\\":
                formula = self.delimiters.at(at, end)
                if formula is not None:
                    if not self.text[formula.inner_start : formula.inner_end].strip():
                        at = formula.end
                        continue
                    body = self.body.cut(formula.inner_start, formula.inner_end)
                    self.segments.append(Segment(formula.kind, body))
                    at = formula.end
                    continue
            if text[0] == "\\" and len(text) > 1:
                at = self._command(text[1:], token.start(), token.end(), end)
            elif text[0] == "\n" and len(text) > 1:
                self._flush()
                at = token.end()
            else:
                if text[0] == "}" and at in self.ends:
                    self._flush()
                elif text not in "{}&":
                    shown = self.body.cut(at, token.end())
                    if text == "~":
                        shown = Traced.put_in(" ", shown.source_of(0))
                    self.segments.append(Segment("text", shown))
                at = token.end()

    def _command(self, name: str, start: int, at: int, end: int) -> int:
        """What a command in the text does; the place behind it."""
        bare = name.rstrip("*")
        if len(bare) == 1 and not bare.isalpha():
            if bare in "%$&_#{}":
                self.segments.append(Segment("text", self.body.cut(start + 1, start + 2)))
            else:
                sign = "\n" if bare == "\\" else " " if bare in ",;: !/" else ""
                if sign:
                    self.segments.append(
                        Segment("text", Traced.put_in(sign, self.body.source_of(start)))
                    )
                if bare == "\\" and (option := _OPTION.match(self.text, at, end)) is not None:
                    return option.end()
            return at
        if bare in ("begin", "end"):
            self._flush()
            return self._environment(bare, at, end)
        if bare in _BREAKS:
            self._flush()
            at = self._past_options(at, end)
            opening = _past_blank(self.text, at)
            if bare not in ("item", "par") and self.text[opening : opening + 1] == "{":
                close = self.partners.get(opening)
                if close is not None:
                    self.ends.add(close)
                return opening + 1
            return at
        if bare in _DROPPED:
            return self._past_arguments(at, end, keep_last=bare in _LAST_STAYS)
        at = self._past_options(at, end) if self.text[at : at + 1] == "[" else at
        return at if self.text[at : at + 1] in ("{", "") else _past_blank(self.text, at)

    def _past_options(self, at: int, end: int) -> int:
        while (option := _OPTION.match(self.text, at, end)) is not None:
            at = option.end()
        return at

    def _past_arguments(self, at: int, end: int, *, keep_last: bool) -> int:
        """Behind the arguments of a command, or before the last of them."""
        last = at
        while True:
            after = self._past_options(at, end)
            if self.text[after : after + 1] != "{":
                return last if keep_last and last != at else after
            close = self.partners.get(after)
            if close is None or close >= end:
                return after + 1
            last, at = after, close + 1

    def _environment(self, which: str, at: int, end: int) -> int:
        found = _ENVIRONMENT.match(self.text, at, end)
        if found is None:
            return at
        name, at = found[1], found.end()
        if which == "end":
            return at
        close = -1
        if name in TABLES | _SKIPPED_ENVIRONMENTS:
            mark = self.delimiters.next_mark(f"\\end{{{name}}}", at, end)
            close = -1 if mark is None else mark
        if name in _SKIPPED_ENVIRONMENTS:
            return close if close >= 0 else end
        if name in TABLES and close >= 0:
            self._table(at, close, name)
            return close
        at = self._past_options(at, end)
        while self.text[at : at + 1] == "{":  # arguments of the environment
            group = self.partners.get(at)
            if group is None or group - at > 200:
                break
            at = group + 1
        return at

    def _table(self, at: int, end: int, name: str) -> None:
        at = self._past_options(at, end)
        for _ in range(1 if name in ("tabular", "longtable") else 2):
            close = self.partners.get(_past_blank(self.text, at))
            if close is not None and close < end:
                at = close + 1
            at = self._past_options(at, end)
        rows: list[list[list[Segment]]] = [[]]
        start = at
        depth = 0
        for found in _ROW_SPLIT.finditer(self.text, at, end):
            sign = found[0]
            depth += (sign == "{") - (sign == "}")
            if depth or not (sign == "&" or sign.startswith("\\\\")):
                continue
            rows[-1].append(self._cell(start, found.start()))
            start = found.end()
            if sign != "&":
                rows.append([])
        rows[-1].append(self._cell(start, end))
        filled = [
            row for row in rows if any(part.body.text.strip() for cell in row for part in cell)
        ]
        self.found.table(filled)

    def _cell(self, start: int, end: int) -> list[Segment]:
        rule = re.compile(rf"\s*(?:{_RULES.pattern}\s*)+").match(self.text, start, end)
        begin = rule.end() if rule is not None else start
        outer, self.segments = self.segments, []
        self._scan(begin, end)
        made, self.segments = self.segments, outer
        return made or [Segment("text", self.body.cut(begin, begin))]


def _past_blank(text: str, at: int) -> int:
    found = _SPACES.match(text, at)
    return found.end() if found is not None else at
