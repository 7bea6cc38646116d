"""Reads the markup of :mod:`derivgen.document.markup`: pieces in, blocks out, line by line.

A piece is a string, which is markup, or an object, which is not looked into.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from derivgen.document.blocks import (
    Block,
    Bullets,
    Heading,
    Inline,
    Inlines,
    Note,
    Paragraph,
    Words,
)
from derivgen.errors import DerivgenError, Place

#: A tuple of blocks stands on a line of its own.
Piece = str | Inline | tuple[Block, ...]

_HEADING = re.compile(r"(#+)\s+")
_ITEM = re.compile(r"(?:-|(\d+)\.)\s+")
_NOTE = re.compile(r":::\s*")
_DEEPEST_NOTE = 2

_Style = Literal["plain", "emphasis", "strong", "code"]
_MARKS: dict[str, _Style] = {"*": "emphasis", "**": "strong", "`": "code"}
#: backslash and punctuation, a mark, a run of spaces, or the text up to the next of these
_TOKEN = re.compile(r"\\([!-/:-@\[-`{-~])|(\*\*|\*|`)|(\s+)|([^\\*`\s]+|\\)")


@dataclass
class _List:
    """A list that is being read."""

    ordered: bool
    items: list[list[Piece]]
    #: an empty line has come since the last item
    gap: bool = False


@dataclass
class _OpenNote:
    """A note whose end has not come yet."""

    title: str
    blocks: list[Block] = field(default_factory=list)


class Reader:
    """Turns pieces into blocks; ``place`` tells where the template stands, for errors."""

    def __init__(self, pieces: Iterable[Piece], place: Callable[[], Place]) -> None:
        self._pieces = pieces
        self._place = place
        self._ready: list[Block] = []
        self._paragraph: list[Piece] = []
        self._list: _List | None = None
        self._notes: list[_OpenNote] = []

    def blocks(self) -> Iterator[Block]:
        """Each block as soon as it is complete.

        :raises DerivgenError: E613 where the markup is not right.
        """
        for line in self._lines():
            self._read(line)
            if self._ready:
                ready, self._ready = self._ready, []
                yield from ready
        self._flush()
        if self._notes:
            self._fail(
                f"the note '{self._notes[-1].title}' is not closed", "end it with a line ':::'"
            )
        yield from self._ready

    def _fail(self, message: str, hint: str = "") -> None:
        raise DerivgenError("E613", message, self._place(), hint)

    # --- lines -------------------------------------------------------------------------------

    def _lines(self) -> Iterator[list[Piece]]:
        line: list[Piece] = []
        for piece in self._pieces:
            if not isinstance(piece, str):
                self._add(line, piece)
                continue
            first, *more = piece.split("\n")
            self._add(line, first)
            for text in more:
                yield line
                line = [text] if text.strip() else []
        yield line

    def _add(self, line: list[Piece], piece: Piece) -> None:
        """A block and text on the same line are refused here, while the place is known."""
        if isinstance(piece, str) and not piece.strip():
            if line and piece:
                line.append(piece)
            return
        # what stands between the ends of a line is of the kind of the first
        ends = (line[0], line[-1], piece) if line else (piece,)
        block = _block_of(ends)
        if block is not None and not all(isinstance(one, tuple) for one in ends):
            kind = type(block).__name__.lower()
            self._fail(f"a {kind} stands in a line of text", "put it on a line of its own")
        line.append(piece)

    # --- blocks ------------------------------------------------------------------------------

    def _read(self, line: list[Piece]) -> None:
        if not any(not isinstance(piece, str) or piece.strip() for piece in line):
            self._end_of_paragraph()
            return
        first = line[0]
        if isinstance(first, tuple):
            self._flush()
            for piece in line:
                if isinstance(piece, tuple):
                    for block in piece:
                        self._put(block)
        elif isinstance(first, str):
            self._read_text([first.lstrip(), *line[1:]])
        else:
            self._text(line)

    def _read_text(self, line: list[Piece]) -> None:
        first = str(line[0])
        if note := _NOTE.match(first):
            self._note([first[note.end() :], *line[1:]])
        elif heading := _HEADING.match(first):
            level = len(heading[1])
            if level > 3:
                self._fail("a heading has at most three #", "or write \\# for the sign itself")
            self._flush()
            self._put(Heading(level, self._inlines([first[heading.end() :], *line[1:]])))
        elif (item := _ITEM.match(first)) and self._begins_item(item[1]):
            self._item([first[item.end() :], *line[1:]], ordered=item[1] is not None)
        else:
            self._text(line)

    def _begins_item(self, number: str | None) -> bool:
        """A line of a paragraph that happens to begin with ``1984.`` is no list."""
        return number is None or not self._paragraph or number == "1"

    def _text(self, line: list[Piece]) -> None:
        if self._list is not None and not self._list.gap:
            self._list.items[-1] += [" ", *line]
            return
        self._flush_list()
        self._paragraph += [" ", *line]

    def _item(self, content: list[Piece], ordered: bool) -> None:
        self._flush_paragraph()
        if self._list is not None and self._list.ordered == ordered:
            self._list.items.append(content)
            self._list.gap = False
        else:
            self._flush_list()
            self._list = _List(ordered, [content])

    def _note(self, title: list[Piece]) -> None:
        self._flush()
        if not any(not isinstance(piece, str) or piece.strip() for piece in title):
            if not self._notes:
                self._fail("':::' closes a note, but none is open")
            note = self._notes.pop()
            self._put(Note(note.title, tuple(note.blocks)))
            return
        if len(self._notes) == _DEEPEST_NOTE:
            self._fail("notes stand at most one inside another")
        words = self._inlines(title)
        if not all(isinstance(word, Words) for word in words):
            self._fail("the title of a note holds words only")
        self._notes.append(
            _OpenNote("".join(word.text for word in words if isinstance(word, Words)))
        )

    def _end_of_paragraph(self) -> None:
        self._flush_paragraph()
        if self._list is not None:
            self._list.gap = True

    def _flush(self) -> None:
        self._flush_paragraph()
        self._flush_list()

    def _flush_paragraph(self) -> None:
        if self._paragraph:
            content, self._paragraph = self._inlines(self._paragraph), []
            self._put(Paragraph(content))

    def _flush_list(self) -> None:
        if self._list is not None:
            done, self._list = self._list, None
            self._put(Bullets(tuple(self._inlines(item) for item in done.items), done.ordered))

    def _put(self, block: Block) -> None:
        (self._notes[-1].blocks if self._notes else self._ready).append(block)

    def _inlines(self, pieces: Sequence[Piece]) -> Inlines:
        if (block := _block_of(pieces)) is not None:
            kind = type(block).__name__.lower()
            self._fail(f"a {kind} stands in a line of text", "put it on a line of its own")
        line = _InlineReader()
        for index, piece in enumerate(pieces):
            following = pieces[index + 1] if index + 1 < len(pieces) else " "
            if isinstance(piece, str):
                line.markup(piece, following[:1] if isinstance(following, str) else "x")
            elif not isinstance(piece, tuple) and not line.value(piece):
                self._fail("a formula stands inside code")
        if line.problem:
            self._fail(line.problem, "a backslash before a mark takes it literally")
        return line.done()


def _block_of(line: Sequence[Piece]) -> Block | None:
    """The first block in a line."""
    return next((piece[0] for piece in line if isinstance(piece, tuple)), None)


class _InlineReader:
    """Reads emphasis, strong, code and escapes; joins neighbouring words of one style."""

    def __init__(self) -> None:
        self._out: list[Inline] = []
        self._text: list[str] = []
        self._style: _Style = "plain"
        #: the last thing put out is a space of the markup; the beginning counts as one
        self._spaced = True
        self._error = ""

    def markup(self, text: str, following: str) -> None:
        """Reads a string; ``following`` is the character after it."""
        for token in _TOKEN.finditer(text):
            escaped, mark, space, literal = token.groups()
            if self._style == "code" and mark != "`":
                self._say(" " if space else token[0])
            elif mark:
                after = text[token.end() : token.end() + 1] or following
                self._mark(mark, after)
            elif space:
                if not self._spaced:
                    self._say(" ")
                    self._spaced = True
            else:
                self._say(escaped or literal)

    def value(self, value: Inline) -> bool:
        """Adds an object; false where it cannot stand."""
        if isinstance(value, Words):
            styled = replace(value, style=self._style) if value.style == "plain" else value
            self._flush()
            self._append(styled)
        elif self._style == "code":
            return False
        else:
            self._flush()
            self._out.append(value)
        self._spaced = False
        return True

    @property
    def problem(self) -> str:
        """What is wrong, if anything, once all is read."""
        if self._error:
            return self._error
        open_mark = next((mark for mark, style in _MARKS.items() if style == self._style), "")
        return f"'{open_mark}' is opened and not closed" if open_mark else ""

    def done(self) -> Inlines:
        if self._spaced and self._text:
            self._text[-1] = self._text[-1].rstrip()
        self._flush()
        return tuple(self._out)

    def _mark(self, mark: str, after: str) -> None:
        style = _MARKS[mark]
        if self._style == style and (style == "code" or not self._spaced):
            self._flush()
            self._style = "plain"
        elif self._style == "plain" and (style == "code" or not after.isspace()):
            self._flush()
            self._style = style
        elif after.isspace() and self._spaced:
            self._say(mark)
        else:
            self._error = self._error or f"'{mark}' stands inside another mark"

    def _say(self, text: str) -> None:
        self._text.append(text)
        self._spaced = False

    def _flush(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        if text:
            self._append(Words(text, self._style))

    def _append(self, words: Words) -> None:
        last = self._out[-1] if self._out else None
        if isinstance(last, Words) and last.style == words.style:
            self._out[-1] = Words(last.text + words.text, words.style)
        else:
            self._out.append(words)
