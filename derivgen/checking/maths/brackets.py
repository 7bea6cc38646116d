"""Brackets of all shapes, lists, matrices, case distinctions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from derivgen.checking.maths.cursor import CannotRead
from derivgen.checking.maths.derivatives import Derivatives
from derivgen.checking.maths.tokens import Token
from derivgen.checking.maths.tree import (
    BigSum,
    Call,
    Cases,
    Chain,
    Matrix,
    Node,
    Number,
    Product,
    Quotient,
    RelationSign,
    Segment,
    Span,
    words_only,
)

COMMAS: Final = frozenset({",", ";"})
_MATRICES: Final = frozenset(
    {
        "matrix",
        "pmatrix",
        "bmatrix",
        "Bmatrix",
        "smallmatrix",
        "array",
        "psmallmatrix",
        "bsmallmatrix",
    }
)
#: words between two conditions
_JOINTS: Final[Mapping[str, RelationSign]] = {"and": "and", "or": "or"}
_CASES: Final = frozenset({"cases", "dcases", "rcases"})
#: relations that are a number where they stand in brackets: ``[z > 0]``
_COMPARISONS: Final = frozenset({"<", ">", "<=", ">=", "!="})
_OTHERWISE: Final = frozenset({"otherwise", "else", "sonst", "elsewhere"})
_IF: Final = ("if", "for", "when", "falls", "where", "wenn")


#: the norms by what stands below the bars: of a vector, of all cells of a matrix, of their absolute values
_NORMS: Final = {"2": "norm", "F": "norm", "1": "norm_1"}


class Brackets(Derivatives):
    """Reads what stands in brackets and environments."""

    @abstractmethod
    def chain(self, start: int, end: int) -> Chain:
        """The chain of relations that a range is."""

    @abstractmethod
    def at_point(self, body: Node, start: int) -> Node:
        """The point after an evaluation bar."""

    @abstractmethod
    def bracketed_name(self, start: int) -> Node | None:
        """The name (or call) that braces are, or None."""

    # --- brackets ---------------------------------------------------------------------------------

    def bracketed(self, token: Token) -> Node:
        start = self.at
        if token.text == "{":
            name = self.bracketed_name(start)  # "{y}'"
            if name is not None:
                return name
            self.at = start
        close = self.closing(start)
        shape = token.text.removeprefix(".") or "."
        if (differential := self.bracketed_derivative(start, close)) is not None:
            return differential
        node = self._between(start + 1, close, shape)
        closer = self.tokens[close].text
        self.at = close + 1
        if shape in ("|", "||"):
            node = self._sized(shape, node, start)
        elif closer == ".|" and self.is_kind("script", "_"):
            return self.at_point(node, start)
        return node

    def _between(self, first: int, last: int, shape: str) -> Node:
        if first >= last:
            raise CannotRead("brackets with nothing between them", self.tokens[first].span)
        span = (self.tokens[first - 1].span[0], self.tokens[last].span[1])
        if shape == "{":
            over = [at for at in self.top_level(first, last) if self.tokens[at].kind == "over"]
            if over:
                return Quotient(self.inside(first, over[0]), self.inside(over[0] + 1, last), span)
            return self.inside(first, last)
        if (
            shape == "set"
            and self.tokens[first].kind == "begin"
            and self.tokens[first].text == "array"
            and self.partner[first] == last - 1
        ):
            return self._cases(first, last - 1, span)
        if shape in ("[", "(", "set") and self.is_condition(first, last, _COMPARISONS):
            return self.truth(first, last, span)
        rows = self.split(first, last, "separator", frozenset({";"}))
        if shape == "[" and (nested := self._nested_rows(first, last, span)) is not None:
            return nested
        parts = self.split(first, last, "separator", COMMAS)
        if shape == "<" and len(rows) == 1 and len(parts) == 2:  # <v, w>: an inner product
            factors = tuple(self.inside(begin, end) for begin, end in parts)
            return BigSum(Product(factors, "o", span), span=span)
        if len(rows) > 1 or len(parts) > 1:
            return self._listed(rows, span)
        if shape == "[" and (numbers := self._spaced_numbers(first, last, span)) is not None:
            return numbers
        if shape == "[" and self.typed and (names := self._spaced_names(first, last, span)):
            return names
        return self.inside(first, last)

    def is_condition(
        self, first: int, last: int, signs: frozenset[str] = frozenset({"=", *_COMPARISONS})
    ) -> bool:
        """Whether a range says that something holds: ``z > 0``, also within brackets of its own."""
        while (
            first < last and self.tokens[first].kind == "open" and self.partner[first] == last - 1
        ):
            first, last = first + 1, last - 1
        marks = [at for at in self.top_level(first, last) if self.tokens[at].kind == "relation"]
        return (
            bool(marks)
            and first < marks[0]
            and marks[-1] < last - 1
            and all(self.tokens[at].text in signs for at in marks)
        )

    def truth(self, first: int, last: int, span: Span) -> Cases:
        """A condition as a number: 1 where it holds, 0 elsewhere."""
        one, zero = (Number(text, Fraction(text), 0, span) for text in ("1", "0"))
        return Cases(((one, self.chain(first, last)), (zero, None)), span)

    def _listed(self, rows: list[tuple[int, int]], span: Span) -> Matrix:
        """``(a, b)``, ``[a, b; c, d]``."""
        cells = []
        for first, last in rows:
            parts = self.split(first, last, "separator", frozenset({","}))
            row: list[Node] = []
            for begin, end in parts:
                spaced = self._spaced_numbers(begin, end, span) if len(parts) == 1 else None
                row += spaced.rows[0] if spaced is not None else (self.inside(begin, end),)
            cells.append(tuple(row))
        listed = len(cells) == 1 and len(cells[0]) > 1
        return Matrix(tuple(cells), span, listed)

    def _nested_rows(self, first: int, last: int, span: Span) -> Matrix | None:
        """``[[1, 2], [3, 4]]``, with or without commas between the rows."""
        rows: list[tuple[Node, ...]] = []
        at = first
        while at < last:
            token = self.tokens[at]
            if token.kind == "row" or (token.kind == "separator" and token.text == "," and rows):
                at += 1
                continue
            close = self.partner[at]
            if token.kind != "open" or token.text != "[" or not at < close < last:
                return None
            after = self.tokens[close + 1]
            if after.kind not in ("open", "close", "row", "separator"):
                return None
            inner = (token.span[0], self.tokens[close].span[1])
            spaced = self._spaced_numbers(at + 1, close, inner)
            if spaced is not None:
                rows.append(spaced.rows[0])
            else:
                parts = self.split(at + 1, close, "separator", frozenset({","}))
                rows.append(tuple(self.inside(begin, end) for begin, end in parts))
            at = close + 1
        return Matrix(tuple(rows), span) if rows else None

    def _spaced_numbers(self, first: int, last: int, span: Span) -> Matrix | None:
        """``[0.2 -1.2 0.9]``: numbers with nothing between them in square brackets are a row."""
        cells: list[tuple[int, int]] = []
        at = first
        while at < last:
            begin = at
            if self.tokens[at][:2] == ("operator", "-"):
                at += 1
                if at >= last or not self.tokens[at].glued:
                    return None
            if at >= last or self.tokens[at].kind != "number":
                return None
            if cells and self.tokens[begin].glued:
                return None
            cells.append((begin, at + 1))
            at += 1
        if len(cells) < 2:
            return None
        return Matrix((tuple(self.inside(begin, end) for begin, end in cells),), span, True)

    def _spaced_names(self, first: int, last: int, span: Span) -> Matrix | None:
        """``= [w1 w2]`` typed on one side of a relation, with names and nothing between them, is a row."""
        before = self.tokens[first - 2].kind if first > 1 else "relation"
        after = self.tokens[last + 1].kind if last + 1 < len(self.tokens) else "relation"
        if before != "relation" or after != "relation":
            return None
        if any(
            self.tokens[at].kind not in ("letters", "number", "greek") for at in range(first, last)
        ):
            return None
        starts = [at for at in range(first, last) if at == first or not self.tokens[at].glued]
        if len(starts) < 2:
            return None
        ends = [*starts[1:], last]
        cells = zip(starts, ends, strict=True)
        return Matrix((tuple(self.inside(begin, end) for begin, end in cells),), span, True)

    def bars(self) -> Node:
        start = self.at
        close = self.partner[start]
        if close <= start or close >= self.end:
            raise self.fail("a bar without its partner")
        shape = self.tokens[start].text
        node = self.inside(start + 1, close)
        self.at = close + 1
        return self._sized(shape, node, start)

    def _sized(self, shape: str, node: Node, start: int) -> Node:
        function = "abs" if shape == "|" else "norm"
        if function == "norm" and self.is_kind("script", "_"):
            braced = self.is_kind("open", "{", 1)
            kind = self.peek(2 if braced else 1)
            found = _NORMS.get("" if kind is None else kind.text)
            if found is None or (braced and self.closing(self.at + 1) != self.at + 3):
                raise self.fail("a norm of another kind")
            function, self.at = found, self.at + (4 if braced else 2)
        return Call(function, (node,), 0, self.span_from(start))

    # --- environments -----------------------------------------------------------------------------

    def environment(self, token: Token) -> Node:
        start = self.at
        close = self.closing(start)
        span = (token.span[0], self.tokens[close].span[1])
        if token.text in _CASES:
            node: Node = self._cases(start, close, span)
        elif token.text in _MATRICES:
            cells = self._cells(start + 1, close)
            if not cells:
                raise self.fail("a matrix without cells")
            node = Matrix(tuple(tuple(self.inside(*cell) for cell in row) for row in cells), span)
        elif token.text in ("vmatrix", "Vmatrix"):
            raise self.fail("a determinant")
        else:
            node = self.inside(start + 1, close)
        self.at = close + 1
        return node

    def _cells(self, first: int, last: int) -> list[list[tuple[int, int]]]:
        rows = self.split(first, last, "row", frozenset({"\\\\"}))
        if rows and rows[-1][0] == rows[-1][1]:
            rows.pop()
        return [self.split(begin, end, "ampersand", frozenset({"&"})) for begin, end in rows]

    def _cases(self, start: int, close: int, span: Span) -> Cases:
        lines: list[tuple[Node, Chain | None]] = []
        for row in self._cells(start + 1, close):
            (first, last), *others = row
            while last > first and self.tokens[last - 1].kind == "separator":
                last -= 1
            condition = others[0] if others else None
            if condition is None:  # "1, z > 0" without an ampersand
                parts = self.split(first, last, "separator", frozenset({",", "quad"}))
                parts = [part for part in parts if part[0] < part[1]]
                if not parts:
                    raise CannotRead("a line of a case distinction with nothing in it", span)
                first, last = parts[0]
                condition = parts[-1] if len(parts) > 1 else None
            value = self.inside(first, last)
            lines.append((value, self._condition(*condition) if condition else None))
        return Cases(tuple(lines), span)

    def _condition(self, first: int, last: int) -> Chain | None:
        while first < last and self.tokens[first].kind == "separator":
            first += 1
        while first < last and self.tokens[last - 1].kind in ("separator", "point"):
            last -= 1
        if first >= last:
            return None
        token = self.tokens[first]
        words = token.text.strip().lower().strip(",. ")
        if token.kind in ("text", "letters", "word"):
            if words in _OTHERWISE:
                return None
            if words.split(" ")[0] in _IF:
                first += 1
                if first >= last:
                    return words_only(token.text, token.span)
        state = self.at, self.end, self.depth
        try:
            return self._joined_conditions(first, last)
        except CannotRead:
            self.at, self.end, self.depth = state
            place = (self.tokens[first].span[0], self.tokens[last - 1].span[1])
            return words_only(self.text[place[0] : place[1]], place)

    def _joined_conditions(self, first: int, last: int) -> Chain:
        """``z > 0 and z < 6`` as one chain, with the word between the two."""
        segments: list[Segment] = []
        begin = first
        joint: RelationSign | None = None
        for at in [*self.top_level(first, last), last]:
            token = self.tokens[at] if at < last else None
            word = None if token is None else _JOINTS.get(token.text.strip().lower())
            if token is not None and not (word and token.kind in ("text", "letters", "word")):
                continue
            if begin >= at:
                raise CannotRead("a condition is missing", self.tokens[first].span)
            head, *rest = self.chain(begin, at).segments
            if (joint or word) and not rest:
                raise CannotRead("a condition that is no comparison", head.span)
            segments += [replace(head, relation=joint) if joint else head, *rest]
            begin, joint = at + 1, word
        span = (segments[0].span[0], segments[-1].span[1])
        return Chain(tuple(segments), False, "", span)
