"""Markdown: blocks as CommonMark sees them, formulas as their authors' tools do.

Formulas may stand in ``$..$``, ``$$..$$``, ``\\(..\\)``, ``\\[..\\]`` (with one backslash or two), GitHub's
two other forms, bare environments, and in code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from derivgen.checking.manuscript import Manuscript
from derivgen.checking.reading.code import LATEX_LANGUAGES, MATHS_LANGUAGES, PROGRAM_LANGUAGES
from derivgen.checking.reading.collector import Collector, Segment, SegmentKind
from derivgen.checking.reading.delimiters import Delimiters
from derivgen.checking.reading.markdown_blocks import display_rule, formula_rule, lines_of
from derivgen.checking.reading.plain import segments as plain_segments
from derivgen.checking.reading.tabbed import tabbed_table
from derivgen.checking.reading.traced import Traced, join

#: a part of a paragraph, or a tag of HTML between two
_Found = SegmentKind | Literal["tag"]
_ENTITY = re.compile(r"&(lt|gt|amp);")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&"}
_TAG = re.compile(r"</?([A-Za-z]+)")
_SILENT_HTML = re.compile(r"\s*<(?:script|style|pre|textarea|svg|iframe|!|\?)", re.IGNORECASE)
#: a paragraph with more characters is searched for delimited formulas only
MAX_INLINE = 30_000


def parser() -> MarkdownIt:
    """CommonMark with tables, front matter and displayed formulas; emphasis is seen to later."""
    made = MarkdownIt("commonmark", {"maxNesting": 60}).enable("table").disable("emphasis")
    made.use(front_matter_plugin)
    made.block.ruler.before(
        "fence", "formula", display_rule, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    made.inline.ruler.before("escape", "formula", formula_rule)
    return made


def read(text: str, file: str) -> Manuscript:
    """The manuscript of a Markdown document, whose line ends are line feeds."""
    found = Collector(emphasis=True)
    read_into(found, text)
    return found.manuscript(file, text, "markdown")


def read_into(found: Collector, text: str, shift: int = 0) -> None:
    """Adds what a Markdown text holds; ``shift`` is added to its places."""
    _Reader(found, text, shift).run()


class _Reader:
    def __init__(self, found: Collector, text: str, shift: int) -> None:
        self.found = found
        self.whole = Traced.of(text, shift)
        self.lines = lines_of(text)
        self.parser = parser()

    def run(self) -> None:
        tokens: list[Token] = []
        self.parser.block.parse(self.whole.text, self.parser, {}, tokens)
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type == "table_open":
                at = self._table(tokens, at)
                continue
            self._block(token)
            at += 1

    def _block(self, token: Token) -> None:
        match token.type:
            case "inline":
                for part in tabbed_table(self._content(token)):
                    if isinstance(part, Traced):
                        self.found.paragraph(self._segments(part))
                    else:
                        rows = [[self._segments(cell) for cell in row] for row in part]
                        self.found.table(rows)
            case "formula":
                spans: list[tuple[int, int]] = token.meta["spans"]
                body = join(self.whole.cut(start, end) for start, end in spans)
                self.found.display(without_entities(body))
            case "fence" | "code_block":
                self._code(token)
            case "html_block" if not _SILENT_HTML.match(token.content):
                self.found.paragraph(self._segments(self._content(token)))

    def _code(self, token: Token) -> None:
        body = self._content(token, skip_first=token.type == "fence")
        language = token.info.split()[0].lower().strip("{}.") if token.info.strip() else ""
        if language in MATHS_LANGUAGES:
            self.found.display(body)
        elif language in LATEX_LANGUAGES:
            self.found.paragraph(plain_segments(body))
        elif language in PROGRAM_LANGUAGES:
            self.found.program(body)
        else:
            self.found.code_block(body)

    def _content(self, token: Token, *, skip_first: bool = False) -> Traced:
        """The content of a block with its places: every line of it stands at the end of its line of
        the file, behind quotation marks and indentation."""
        first, after = token.map or [0, 0]
        wanted = token.content.split("\n")
        if wanted and not wanted[-1] and token.type != "inline":
            wanted.pop()
        parts: list[Traced] = []
        line = first + (1 if skip_first else 0)
        for index, text in enumerate(wanted):
            bare = text.strip(" \t")
            start, end = self.lines[min(line + index, len(self.lines) - 1)]
            source = self.whole.text[start:end]
            column = source.rfind(bare) if bare else len(source)
            if column < 0 or line + index >= max(after, first + 1):
                place = self.whole.source_of(min(start, len(self.whole.text)))
                parts.append(Traced.put_in(text, place))
                end = start
            else:
                lead = len(text) - len(text.lstrip(" \t")) if bare else 0
                begin = max(column - lead, 0)
                if source[begin:column].strip(" \t"):
                    begin = column
                last = min(column + len(bare) + len(text) - len(text.rstrip(" \t")), len(source))
                parts.append(self.whole.cut(start + begin, start + last))
                end = start + last
            if index + 1 < len(wanted):
                line_end = self.lines[min(line + index, len(self.lines) - 1)][1]
                parts.append(self.whole.cut(line_end, line_end + 1))
        return join(parts)

    def _table(self, tokens: Sequence[Token], at: int) -> int:
        """Reads a table; the index behind it.  Lines right below it that have no bar are text, as their
        author saw them, though CommonMark makes rows of them."""
        rows: list[list[list[Segment]]] = []
        column = 0
        start = end = 0
        below: int | None = None
        while tokens[at].type != "table_close":
            token = tokens[at]
            if token.type == "tr_open":
                start, end = self.lines[(token.map or [0])[0]]
                if below is None and rows and "|" not in self.whole.text[start:end]:
                    below = start
            if below is not None:
                at += 1
                continue
            if token.type == "tr_open":
                rows.append([])
                column = start
            elif token.type == "inline":
                cell, column = self._cell(token.content, column, end)
                rows[-1].append(self._segments(cell))
            at += 1
        self.found.table(rows)
        if below is not None:
            self.found.paragraph(self._segments(self.whole.cut(below, end)))
        return at + 1

    def _cell(self, content: str, column: int, end: int) -> tuple[Traced, int]:
        """A cell of a table; a ``|`` in it was written with a backslash."""
        parts: list[Traced] = []
        place = column
        for index, piece in enumerate(content.split("|")):
            if index:
                place = self.whole.text.find("\\|", place, end)
                if place < 0:
                    break
                parts.append(self.whole.cut(place + 1, place + 2))
                place += 2
            begin = self.whole.text.find(piece, place, end)
            if begin < 0:
                break
            parts.append(self.whole.cut(begin, begin + len(piece)))
            place = begin + len(piece)
        following = self.whole.text.find("|", place, end)
        if not content:  # an empty cell ends at the next bar
            bar = self.whole.text.find("|", column, end)
            inside = self.whole.text[column : bar if bar >= 0 else end]
            if column and not inside.strip() and bar >= 0 and self.whole.text[column - 1] != "|":
                following = self.whole.text.find("|", bar + 1, end)
        joined = join(parts) if parts else self.whole.cut(min(column, end), min(column, end))
        return joined, following + 1 if following >= 0 else end

    def _segments(self, body: Traced) -> list[Segment]:
        """The formulas, the code and the words of a run of text."""
        if len(body.text) > MAX_INLINE:
            return plain_segments(body)
        made: list[Segment] = []
        for kind, part in self._inline(body):
            if kind == "tag":
                made += _tag(part)
            else:
                made.append(Segment(kind, part))
        return _closed_tags(made)

    def _inline(self, body: Traced) -> Iterator[tuple[_Found, Traced]]:
        """Runs markdown-it's rules for what stands inside a paragraph, and keeps the places."""
        state = StateInline(body.text, self.parser, {}, [])
        rules = self.parser.inline.ruler.getRules("")
        state.env["delimiters"] = Delimiters(body.text)
        plain_from = 0
        while state.pos < state.posMax:
            start = state.pos
            count = len(state.tokens)
            matched = any(rule(state, False) for rule in rules)
            if not matched:
                state.pos += 1
                continue
            state.pending = ""
            made = [token for token in state.tokens[count:] if token.type != "text"]
            if not made or made[0].type == "softbreak":
                continue
            if start > plain_from:
                yield "text", body.cut(plain_from, start)
            plain_from = state.pos
            yield from self._token(made[0], body, start, state.pos)
            del state.tokens[:]
        if plain_from < len(body.text):
            yield "text", body.cut(plain_from, len(body.text))

    def _token(
        self, token: Token, body: Traced, start: int, end: int
    ) -> Iterator[tuple[_Found, Traced]]:
        match token.type:
            case "text_special" if token.info == "escape":
                # ``\\_`` stays as it is until it is known whether it stands in LaTeX
                kept = token.content == token.markup or token.content == "_"
                yield "literal", body.cut(start if kept else start + 1, end)
            case "text_special":
                yield "literal", Traced.put_in(token.content, body.source_of(start))
            case "formula":
                inner = body.cut(token.meta["start"], token.meta["end"])
                if token.meta["doubled"]:
                    inner = undoubled(inner)
                yield token.meta["kind"], without_entities(inner)
            case "code_inline":
                ticks = len(token.markup)
                yield "code", body.cut(start + ticks, end - ticks).strip()
            case "html_inline":
                yield "tag", body.cut(start, end)
            case "hardbreak":
                newline = body.text.find("\n", start, end)
                yield "text", body.cut(newline if newline >= 0 else start, end)
            case "link_open" if token.markup != "autolink":
                close = _label_end(body.text, start, end)
                yield from self._inline(body.cut(start + 1, close))
            case "image" | "link_open":
                yield "text", Traced.put_in(" ", body.source_of(start))
            case _:
                yield "text", body.cut(start, end)


def _label_end(text: str, start: int, end: int) -> int:
    """Where the label of a link ends: at the bracket that closes its first one."""
    depth = 0
    for found in re.finditer(r"\\.|[\[\]]", text[start:end], re.DOTALL):
        depth += {"[": 1, "]": -1}.get(found[0], 0)
        if depth == 0 and found[0] == "]":
            return start + found.start()
    return end


def without_entities(body: Traced) -> Traced:
    """A formula in which ``&lt;`` stands for ``<``."""
    if "&" not in body.text:
        return body
    parts: list[Traced] = []
    at = 0
    for found in _ENTITY.finditer(body.text):
        parts.append(body.cut(at, found.start()))
        parts.append(Traced.put_in(_ENTITIES[found[1]], body.source_of(found.start())))
        at = found.end()
    return join([*parts, body.cut(at, len(body.text))])


def undoubled(body: Traced) -> Traced:
    """A formula with one backslash where the source has two before a sign."""
    parts: list[Traced] = []
    at = 0
    for found in re.finditer(r"\\(?=[\\_*{}&%#])", body.text):
        if found.start() >= at:
            parts += [body.cut(at, found.start()), body.cut(found.end(), found.end() + 1)]
            at = found.end() + 1
    return join([*parts, body.cut(at, len(body.text))])


def _tag(tag: Traced) -> list[Segment]:
    """``<sub>`` and ``<sup>`` as subscripts, ``<br>`` as a line break, other tags as nothing."""
    found = _TAG.match(tag.text)
    name = found[1].lower() if found is not None else ""
    place = tag.source_of(0)
    if name in ("sub", "sup"):
        opens = not tag.text.startswith("</")
        sign = ("_{" if name == "sub" else "^{") if opens else "}"
        return [Segment("literal", Traced.put_in(sign, place))]
    if name in ("br", "p", "div", "li", "td", "tr", "h1", "h2", "h3", "h4"):
        return [Segment("literal", Traced.put_in("\n", place))]
    return []


def _closed_tags(parts: list[Segment]) -> list[Segment]:
    """Without a subscript that is not closed, or that closes nothing."""
    opened: list[int] = []
    lost: set[int] = set()
    for index, part in enumerate(parts):
        if part.kind != "literal" or part.body.pieces[0].copied:
            continue
        if part.body.text in ("_{", "^{"):
            opened.append(index)
        elif part.body.text == "}":
            if opened:
                opened.pop()
            else:
                lost.add(index)
    lost.update(opened)
    return [part for index, part in enumerate(parts) if index not in lost]
