"""Where block quotes can stand between the blocks of a Markdown text, so that these stay as they are.

A quote goes behind the innermost block that holds what it is about, in list items and quotations
with their indentation.  Whether that leaves all other blocks alone is not argued but tried: the
outermost block is read again with the quotes in it, and where it has changed they go behind it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from derivgen.checking.writing.lines import Insertions

_CONTAINERS: Final = frozenset(
    ("bullet_list_open", "ordered_list_open", "list_item_open", "blockquote_open")
)
_ITEM: Final = re.compile(r"[ ]*(?:[-+*]|\d{1,9}[.)])(?:[ ]{1,4}(?=\S)|[ ]?)")


def quote(paragraphs: Iterable[str]) -> list[str]:
    """The lines of one block quote."""
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += [">", f"> {paragraph}"] if lines else [f"> {paragraph}"]
    return lines


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
    # what stands in a line is of no concern here, and costs the most
    return reader.use(dollarmath_plugin, allow_labels=True).disable(["inline", "text_join"])


@dataclass(slots=True)
class _Block:
    """An outermost block, by rows, with the paragraphs of the quotes that belong to rows of it.

    ``behind`` is the row behind its last one that is not empty, ``next`` that behind empty ones."""

    start: int
    behind: int
    next: int
    tokens: list[Token]
    notes: list[tuple[int, str]] = field(default_factory=list)


class Blocks:
    """The outermost blocks of a text and the quotes that are to stand among them.

    ``whole`` are parts of the text (from an offset to another) that nothing may stand inside, such
    as a display whose delimiters Markdown does not know.
    """

    def __init__(self, insertions: Insertions, whole: Iterable[tuple[int, int]]) -> None:
        self._insertions = insertions
        self._reader = _reader()
        # a row that ends in a lone carriage return is a row for Markdown too
        text = "\n".join(insertions.part(0, insertions.count))
        self._blocks = list(self._outermost(self._reader.parse(text)))
        self._starts = [block.start for block in self._blocks]
        rows = ((insertions.row(a), insertions.row(max(b - 1, a))) for a, b in whole)
        self._whole = sorted(pair for pair in rows if pair[0] < pair[1])
        self._loose: dict[int, list[str]] = {}

    def _outermost(self, tokens: Sequence[Token]) -> Iterator[_Block]:
        behind = 0
        held: list[Token] = []
        for token in tokens:
            held.append(token)
            if token.level == 0 and token.nesting <= 0:
                rows = held[0].map
                if rows is not None:
                    end = following = min(rows[1], self._insertions.count)
                    while end - 1 > rows[0] and self._insertions.blank(end - 1):
                        end -= 1
                    while following < self._insertions.count and self._insertions.blank(following):
                        following += 1
                    yield _Block(max(rows[0], behind), end, following, held)
                    behind = end
                held = []

    def add(self, end: int, paragraph: str) -> None:
        """A quote on what ends at an offset."""
        row = self._past_whole(self._insertions.row(max(end - 1, 0)))
        at = bisect_right(self._starts, row) - 1
        if at >= 0 and row < self._blocks[at].behind:
            self._blocks[at].notes.append((row, paragraph))
        else:
            self._loose.setdefault(at, []).append(paragraph)

    def _past_whole(self, row: int) -> int:
        """The last row of what must not be broken around a row."""
        at = bisect_right(self._whole, (row, self._insertions.count)) - 1
        return max(row, self._whole[at][1]) if at >= 0 else row

    def place(self, closing: Sequence[str]) -> None:
        """Puts the quotes into the text, and ``closing`` at its end."""
        for at, block in enumerate(self._blocks):
            if block.notes:
                self._place(at)
        for at, paragraphs in self._loose.items():
            # outside of all blocks: before the next one
            if at + 1 < len(self._starts):
                row = self._starts[at + 1] - 1
                self._insertions.after(row, quote(paragraphs), above=True, below=True)
            else:
                self._behind(at, paragraphs, self._insertions.count - 1)
        self._behind(len(self._blocks) - 1, closing, self._insertions.count - 1)

    def _place(self, at: int) -> None:
        block = self._blocks[at]
        inner = self._inner_places(block)
        if inner is None:
            row = self._past_whole(block.behind - 1)
            self._behind(at, [paragraph for _, paragraph in block.notes], row)
            return
        for row, lines in inner.items():
            # the block after this one is not to become a line of the quote
            self._insertions.after(row, lines, below=row == block.behind - 1)

    def _behind(self, at: int, paragraphs: Iterable[str], row: int) -> None:
        """A quote behind a block, at a row behind it or at it; behind an earlier block where this one
        would be changed or has no end, as an unclosed fence has none."""
        while at >= 0:
            block = self._blocks[at]
            if row >= block.next or self._can_stand(block, row, True):
                self._insertions.after(row, quote(paragraphs), above=True, below=True)
                return
            for other in (row, block.next - 1):
                if self._can_stand(block, other, False):
                    self._insertions.after(other, quote(paragraphs), below=True)
                    return
            at -= 1
            row = self._blocks[at].behind - 1 if at >= 0 else block.start - 1
        self._insertions.after(row, quote(paragraphs), above=True, below=True)

    def _can_stand(self, block: _Block, row: int, above: bool) -> bool:
        """Whether a quote behind a row at the end of a block, with an empty line above it or without,
        is outside of the block and leaves it as it is."""
        lines = [*self._insertions.part(block.start, block.next), ""]
        at = row + 1 - block.start
        new = [*([""] if above else []), "> x", ""]
        added = at + above
        again = self._reader.parse("\n".join([*lines[:at], *new, *lines[at:]]))
        outside = any(
            token.type == "blockquote_open" and token.level == 0 and token.map == [added, added + 1]
            for token in again
        )
        before = self._reader.parse("\n".join(lines))
        return outside and _shape(again, {added}) == _shape(before, set())

    def _inner_places(self, block: _Block) -> dict[int, list[str]] | None:
        """The quotes of a list or a quotation by rows, where they can stand inside of it."""
        if block.tokens[0].type not in _CONTAINERS:
            return None
        leaves = _Leaves(block.tokens, self._insertions)
        by_row: dict[int, tuple[str, list[str]]] = {}
        for row, paragraph in block.notes:
            leaf = leaves.of(row)
            if leaf is None or self._past_whole(leaf.last) != leaf.last:
                return None
            by_row.setdefault(leaf.last, (leaf.prefix, []))[1].append(paragraph)
        found = {
            row: [f"{prefix}{line}" for line in quote(paragraphs)]
            for row, (prefix, paragraphs) in by_row.items()
        }
        lines: list[str] = []
        added: set[int] = set()
        for row in range(block.start, block.behind):
            lines.append(self._insertions.line(row))
            for line in found.get(row, ()):
                added.add(len(lines))
                lines.append(line)
        before = self._reader.parse("\n".join(self._insertions.part(block.start, block.behind)))
        same = _shape(self._reader.parse("\n".join(lines)), added) == _shape(before, set())
        return found if same else None


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A block that holds no blocks: its rows, and what stands before a line that continues there."""

    first: int
    last: int
    prefix: str


class _Leaves:
    """The innermost blocks of a list or a quotation."""

    def __init__(self, tokens: Sequence[Token], insertions: Insertions) -> None:
        self._insertions = insertions
        self._leaves = list(self._walk(tokens))
        self._firsts = [leaf.first for leaf in self._leaves]

    def of(self, row: int) -> _Leaf | None:
        """The innermost block that holds a row."""
        at = bisect_right(self._firsts, row) - 1
        return self._leaves[at] if at >= 0 and row <= self._leaves[at].last else None

    def _walk(self, tokens: Sequence[Token]) -> Iterator[_Leaf]:
        prefixes = [""]
        depth: int | None = None  # the level of a leaf that has tokens of its own, as a table has
        for token in tokens:
            if depth is not None:
                if token.level == depth and token.nesting < 0:
                    depth = None
                continue
            if token.type in _CONTAINERS:
                prefixes.append(self._inside(token, prefixes[-1]))
            elif token.nesting < 0:
                prefixes.pop()
            elif token.map is not None:
                yield self._leaf(token.map, prefixes[-1])
                depth = token.level if token.nesting > 0 else None

    def _leaf(self, rows: list[int], prefix: str) -> _Leaf:
        first, last = rows[0], max(rows[1] - 1, rows[0])
        while last > first and not self._insertions.line(last).strip(" \t>"):
            last -= 1
        return _Leaf(first, last, prefix)

    def _inside(self, token: Token, prefix: str) -> str:
        """What stands before a line of a container, of which its first line is one."""
        if token.type == "blockquote_open":
            return f"{prefix}> "
        if token.type != "list_item_open" or token.map is None:
            return prefix
        line = self._insertions.line(token.map[0])
        found = _ITEM.match(line[len(prefix) :])
        return prefix + " " * (found.end() if found else 2)


def _shape(tokens: Sequence[Token], added: set[int]) -> list[tuple[object, ...]]:
    """What a reader made of a text, without the quotes that begin at the rows in ``added``.

    Empty lines at the end of an unclosed block of code count for nothing."""
    found: list[tuple[object, ...]] = []
    inside: int | None = None
    for token in tokens:
        if inside is not None:
            if token.level == inside and token.type == "blockquote_close":
                inside = None
            continue
        if token.type == "blockquote_open" and token.map is not None and token.map[0] in added:
            inside = token.level
            continue
        attributes = tuple(chain.from_iterable(sorted(token.attrs.items(), key=str)))
        found.append(
            (
                token.type,
                token.level,
                token.info,
                token.content.rstrip("\n"),
                token.markup,
                token.hidden,
                attributes,
            )
        )
    return found
