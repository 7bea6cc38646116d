"""Lines of text: words, formulas and references, and how they meet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final, Literal

from derivgen.document.blocks import Inline, Inlines, Math, Reference, Table, Words
from derivgen.formula.build import map_children, slashed, walk
from derivgen.formula.measure import chain_width, width
from derivgen.formula.names import name_text
from derivgen.formula.tree import (
    Chain,
    Fraction,
    Hole,
    Node,
    Number,
    Partial,
    Power,
    Product,
    Script,
)
from derivgen.formula.writer import hole
from derivgen.render import escape
from derivgen.render.decimal_points import Column, missing_digits, missing_space
from derivgen.render.family import HOLES
from derivgen.render.formats import Dialect, Format

Tall = Literal["", "scripts", "fraction"]

#: an equation in a sentence that is no wider, in widths of a digit, stays on one line
_SHORT_FORMULA: Final = 20.0
#: longer ones need most of a line
_LONG_FORMULA: Final = 45.0

#: this many formulas make a list of a sentence, if they are wider than its words
_FEW_FORMULAS: Final = 3
#: what stands close behind a formula, and at the beginning of no line
_PUNCTUATION: Final = ",.;:)!?"
#: the width of a letter in widths of a digit
_LETTER: Final = 0.9
#: the room between two columns of a table
_BETWEEN_COLUMNS: Final = 2.4


def _formula_width(formula: Node | Chain) -> float:
    if isinstance(formula, Chain):
        return chain_width(formula)
    return width(slashed(formula) if isinstance(formula, Partial) else formula)


def _width(content: Inlines) -> float:
    return sum(
        _formula_width(part.formula) if isinstance(part, Math) else _LETTER * len(_plain(part))
        for part in content
    )


def _length(size: float) -> str:
    """How a formula in a sentence meets the ends of lines: "short" ones stay whole, "long" ones may
    begin a new line wherever the words before them end."""
    if size <= _SHORT_FORMULA:
        return "short"
    return "long" if size >= _LONG_FORMULA else ""


def _plain(part: Inline) -> str:
    if isinstance(part, Words):
        return escape.clean(part.text)
    if isinstance(part, Reference):
        return f"({part.number})"
    try:
        return "..." if isinstance(part.formula, Chain) else name_text(_holes_named(part.formula))
    except TypeError:  # a formula that is no name
        return "..."


def _holes_named(node: Node) -> Node:
    """Holes as what writers leave in their place."""
    return Number(hole(node.column)) if isinstance(node, Hole) else map_children(node, _holes_named)


def _touch(left: Inline, right: Inline) -> bool:
    """Whether a formula and a letter or digit stand close together."""
    if isinstance(left, Math) and isinstance(right, Words):
        return right.text[:1].isalnum()
    return isinstance(left, Words) and isinstance(right, Math) and left.text[-1:].isalnum()


def _nodes(part: Inline) -> Iterator[Node]:
    if isinstance(part, Math) and not isinstance(part.formula, Chain):
        yield from walk(part.formula)


def _has(part: Inline, kind: type[Node]) -> bool:
    return any(isinstance(node, kind) for node in _nodes(part))


def _has_two_scripts(part: Inline) -> bool:
    """Whether scripts stand above and below each other in a formula."""
    return any(isinstance(node, Script) and node.sub and node.sup for node in _nodes(part))


def _has_power_of_ten(formula: Node | Chain) -> bool:
    match formula:
        case Product((Number(), Power(Number(), Number())), "cross"):
            return True
    return False


@dataclass(frozen=True)
class TextWriter:
    """Writes words, formulas and references between them in one format."""

    format: Format
    dialect: Dialect | None
    #: a macro of the format, by its name
    macro: Callable[[str], Callable[..., str]]
    #: what keeps a formula and the punctuation after it on one line, where they would part
    kept: Callable[..., str] | None = None
    #: what makes room in a row of a table for fractions and for scripts above and below each other
    stacked: Callable[..., str] | None = None
    #: a space behind a formula
    spaced: Callable[..., str] | None = None

    def is_mostly_formulas(self, content: Inlines) -> bool:
        """Whether a line has too few spaces that could be stretched for it to be justified."""
        formulas = [part.formula for part in content if isinstance(part, Math)]
        if any(_formula_width(formula) >= _LONG_FORMULA for formula in formulas):
            return True
        words = sum(len(part.text) for part in content if isinstance(part, Words))
        if len(formulas) < _FEW_FORMULAS:
            return False
        return sum(map(_formula_width, formulas)) > words * _LETTER

    def width(self, content: Inlines) -> float:
        """About how wide a line of text would be, in widths of a digit."""
        return _width(content)

    def table_width(self, table: Table) -> float:
        """About how wide a table is, in widths of a digit."""
        lines = zip(table.header, *table.rows, strict=True)
        return sum(_BETWEEN_COLUMNS + max(map(_width, column)) for column in lines)

    def start(self, content: Inlines) -> str:
        """Content that begins a cell or a line, so that it begins no list or heading."""
        return self.format.line(self.inlines(content))

    def tall(self, row: Sequence[Inlines]) -> Tall:
        """What makes a row of a table higher than a line of text."""
        if self.stacked is None:
            return ""
        parts = [part for content in row for part in content]
        if any(_has(part, Fraction) for part in parts):
            return "fraction"
        return "scripts" if any(map(_has_two_scripts, parts)) else ""

    def cell(self, content: Inlines, column: Column, tall: Tall = "", first: bool = True) -> str:
        """A cell of a table, the first of its row or not; a number is followed by blanks in place of the
        decimals that it lacks."""
        room = self.stacked(tall, first) if self.stacked is not None and tall else ""
        missing, space = missing_digits(content, column), missing_space(content, column)
        padding = ""
        if missing:
            padding = self.macro("padding")(missing)
        elif space and self.spaced is not None:
            padding = self.spaced(f"{space:g}")
        if not padding:
            return room + self.start(content)
        [part] = content
        assert isinstance(part, Math)
        return room + self.format.line(self.formula(part, padding))

    def line(self, content: Inlines) -> str:
        """Content that has a line of its own."""
        text = self.start(content)
        alone = len(content) == 1 and isinstance(content[0], Math)
        return f"{self.dialect.lone}{text}" if alone and self.dialect is not None else text

    def inlines(self, content: Inlines) -> str:
        if self.kept is not None:
            return "".join(self._with_punctuation(content, self.kept))
        parts = [self.inline(part) for part in content]
        guard = self.dialect.guard if self.dialect is not None else ""
        if guard:
            for at in range(len(parts) - 1, 0, -1):
                if _touch(content[at - 1], content[at]):
                    parts.insert(at, guard)
        return "".join(parts)

    def _with_punctuation(self, content: Inlines, kept: Callable[..., str]) -> Iterator[str]:
        taken = 0
        for part, following in zip_longest(content, content[1:]):
            if isinstance(part, Words) and taken:
                part = replace(part, text=part.text[taken:])
            taken = 0
            text = self.inline(part)
            if (
                isinstance(part, Math)
                and isinstance(following, Words)
                and following.style == "plain"
            ):
                taken = len(following.text) - len(following.text.lstrip(_PUNCTUATION))
                text = kept(text, self.format.text(following.text[:taken])) if taken else text
            yield text

    def plain(self, content: Inlines) -> str:
        """Content as words only, for a table of contents that holds no formulas."""
        pieces = HOLES.split("".join(map(_plain, content)))
        return "".join(p if HOLES.fullmatch(p) else self.format.text(p) for p in pieces)

    def inline(self, part: Inline) -> str:
        if isinstance(part, Words):
            return self.words(part)
        if isinstance(part, Math):
            return self.formula(part)
        if isinstance(part, Reference):
            return self.macro("reference")(part.number)
        raise TypeError(f"{type(part).__name__} is not a kind of inline content")

    def formula(self, part: Math, padding: str = "") -> str:
        """A formula in a line of text, with what is to stand behind it inside."""
        formula, writer = part.formula, self.format.writer
        if isinstance(formula, Chain):
            body, size = writer.write_chain(formula), _length(chain_width(formula))
        else:
            one_line = slashed(formula) if isinstance(formula, Partial) else formula
            # a number and its power of ten stay on one line
            size = _length(width(one_line)) if isinstance(formula, Product) else ""
            body = writer.write(one_line)
            if self.dialect is not None and _has_power_of_ten(formula):
                body = f"{{{body}}}"  # engines part a line at signs outside of groups
        return self.macro("math")(self.format.formula(body) + padding, size)

    def words(self, words: Words) -> str:
        text = words.text
        if words.style == "plain" or not text.strip():
            return self.format.text(text)
        if words.style == "code":
            if self.dialect is not None:
                return escape.markdown_code(text, self.format.text)
            return self.macro("code")(self.format.line(self.format.text(text)))
        # marks of emphasis stand close to the words
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        inner = self.macro(words.style)(self.format.line(self.format.text(text.strip())))
        return f"{self.format.text(before)}{inner}{self.format.text(after)}"
