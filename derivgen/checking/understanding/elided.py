"""``w_1 x_1 + w_2 x_2 + \\cdots + w_{12} x_{12}``: dots between terms that count their indices up stand for the terms
between them, and for a sum sign where the last index is a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, pairwise, product
from typing import Literal

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

#: terms that dots may stand for, and the nodes that these may have; in all of a document
MOST_TERMS, MOST_NODES, MOST_IN_ALL = 1000, 10_000, 30_000
#: letters for the index of a sum sign that the author did not write
_RUNNING = "ijkpqr"

_Sign = Literal["sum", "prod"]
#: the indices of all names of a term, from left to right
_Places = tuple[str, ...]
#: a term of a sum, and whether it is subtracted; a factor of a product never is
_Term = tuple[bool, t.Node]


def with_elided_terms(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with all terms of each sum and product whose dots can be filled in in one way only."""
    filling = _Filling()
    return tuple(
        statement.mapped(filling.whole)
        if any(isinstance(part, t.Dots) for m in statement.members for part in t.walk(m))
        else statement
        for statement in statements
    )


@dataclass
class _Filling:
    """Fills in the dots of a document's formulas; ``left`` is how many nodes may still be made."""

    left: int = MOST_IN_ALL

    def whole(self, node: t.Node) -> t.Node:
        """A formula without the dots that can be filled in."""
        node = rebuilt(node, self.whole)
        match node:
            case t.Sum(terms):
                every = self._all(terms, "sum")
                alone = len(every) == 1 and not every[0][0]
                return every[0][1] if alone else replace(node, terms=tuple(every))
            case t.Product(factors):
                whole = [body for _, body in self._all([(False, f) for f in factors], "prod")]
                return replace(node, factors=tuple(whole)) if len(whole) > 1 else whole[0]
        return node

    def _all(self, terms: Sequence[_Term], sign: _Sign) -> list[_Term]:
        found: list[_Term] = []
        at = 0
        while at < len(terms):
            term, after = terms[at], terms[at + 1] if at + 1 < len(terms) else None
            at += 1
            if not isinstance(term[1], t.Dots) or not found or after is None:
                found.append(term)
            elif (between := self._between(found, after[1], term[1].span)) is not None:
                found += between
            elif (signed := _signed(found, after[1], sign, term[1].span)) is not None:
                whole, count = signed
                found[-count:] = [whole]
                at += 1
            else:
                found.append(term)
        return found

    def _between(self, before: Sequence[_Term], last: t.Node, span: t.Span) -> list[_Term] | None:
        """The terms for which dots stand; None where that is not certain."""
        size = sum(1 for _ in t.walk(before[-1][1]))
        for whole in (False, True):  # x_12 has two indices, or is the twelfth
            counted = _Counted.read(before, last, whole)
            places = (
                None if counted is None else counted.between(min(MOST_NODES, self.left) // size)
            )
            if counted is not None and places is not None:
                self.left -= size * len(places)
                return [(before[-1][0], counted.term(place, span)) for place in places]
        return None


def _signed(
    before: Sequence[_Term], last: t.Node, sign: _Sign, span: t.Span
) -> tuple[_Term, int] | None:
    """All terms up to one with a letter for its number, by a sum sign, and how many of them stand before the dots."""
    counted = _Counted.read(before, last, whole=False)
    signed = None if counted is None else counted.signed(sign, span)
    return None if signed is None else ((before[-1][0], signed[0]), signed[1])


@dataclass(frozen=True, slots=True)
class _Counted:
    """Terms that are one but for their indices, with dots before the last one.

    ``form`` is the term right before the dots, ``shown`` are the indices of those before the dots, ``last`` those of
    the last one; ``lengths`` says how many of them are of each name."""

    form: t.Node
    lengths: tuple[int, ...]
    shown: tuple[_Places, ...]
    last: _Places

    @classmethod
    def read(cls, before: Sequence[_Term], last: t.Node, whole: bool) -> _Counted | None:
        """The terms before some dots that are of the form of the one behind them; None where there is none.

        ``whole`` takes two digits for one number."""
        negative, form = before[-1]
        lengths = tuple(len(_pieces(name.key, whole)) for name in t.names_of(form))
        own = _places(form, lengths, whole)

        def of_form(body: t.Node) -> _Places | None:
            places = _places(body, lengths, whole)
            same = places is not None and own is not None
            return places if same and _with_places(body, own or (), lengths) == form else None

        ends = of_form(last)
        if own is None or ends is None:
            return None
        shown = [own]
        for sign, body in reversed(before[:-1]):
            places = of_form(body) if sign == negative else None
            if places is None:
                break
            shown.insert(0, places)
        if whole and all(
            len(set(map(len, column))) == 1 for column in zip(*shown, ends, strict=True)
        ):
            return None  # of two digits each: x_34 may be in the third row as well
        return cls(form, lengths, tuple(shown), ends)

    def term(self, places: _Places, span: t.Span) -> t.Node:
        """The term with some indices."""
        return _with_places(self.form, places, self.lengths, span)

    def between(self, most: int) -> list[_Places] | None:
        """The indices of the terms for which the dots stand, at most so many; None where they cannot be told."""
        columns = list(zip(*self.shown, self.last, strict=True))
        varied = [at for at, column in enumerate(columns) if len(set(column)) > 1]
        if not varied or not all(piece.isdigit() for at in varied for piece in columns[at]):
            return None
        if len(self.shown) == 1 and self._has_table(varied):
            return None  # from e_11 to e_33 there may be two terms, or eight
        terms = [tuple(map(int, row)) for row in zip(*(columns[at] for at in varied), strict=True)]
        most = min(MOST_TERMS, most)
        found = _in_line(terms, most) or _in_rows(terms, most)
        if found is None:
            return None
        return [self._placed(dict(zip(varied, map(str, row), strict=True))) for row in found.terms]

    def signed(self, sign: _Sign, span: t.Span) -> tuple[t.Node, int] | None:
        """All terms up to a letter, by a sum sign, and how many of them are shown; None where they end at no letter."""
        own = self.shown[-1]
        varied = [at for at, (a, b) in enumerate(zip(own, self.last, strict=True)) if a != b]
        ends = {(own[at], self.last[at]) for at in varied}
        low, end = min(ends, default=("", ""))
        if len(ends) != 1 or len(end) != 1 or not end.isalpha() or not low.isdigit():
            return None
        count = 0
        for places in reversed(self.shown):
            if places != self._placed(dict.fromkeys(varied, str(int(low) - count))):
                break
            count += 1
        names = t.names_of(self.form)
        used = {end, *(letter for name in names for letter in ix.letters_of(name.key))}
        letter = next(letter for letter in _RUNNING if letter not in used)
        body = self.term(self._placed(dict.fromkeys(varied, letter)), span)
        first = int(low) - count + 1
        lower = t.Number(str(first), Fraction(first), 0, span)
        return t.BigSum(body, letter, lower, t.Name(end, "", end, span), sign, span), count

    def _has_table(self, varied: Sequence[int]) -> bool:
        """Whether two indices of one name are among some."""
        of_name = [name for name, length in enumerate(self.lengths) for _ in range(length)]
        return len({of_name[at] for at in varied}) < len(varied)

    def _placed(self, pieces: Mapping[int, str]) -> _Places:
        """The indices of the term before the dots, some of them others."""
        return tuple(pieces.get(at, own) for at, own in enumerate(self.shown[-1]))


@dataclass(frozen=True, slots=True)
class _Found:
    """The numbers in the terms that are left out, of which there may be none."""

    terms: Sequence[tuple[int, ...]]


def _in_line(terms: Sequence[tuple[int, ...]], most: int) -> _Found | None:
    """Terms whose numbers all go on by the same steps to the last term."""
    *shown, last = terms
    here = shown[-1]
    away = _difference(here, last)
    if len(shown) > 1:
        steps = {_difference(one, two) for one, two in pairwise(shown)}
    else:  # the index that goes the shortest way goes by 1: w_1 x_1 + ... + w_13 x_4
        nearest = min(abs(far) for far in away if far)
        steps = {tuple(far // nearest for far in away)}
    step = steps.pop()
    counts = {Fraction(far, by) if by else None for far, by in zip(away, step, strict=True)}
    still = all(by or not far for far, by in zip(away, step, strict=True))
    counts.discard(None)
    count = counts.pop() if still and not steps and len(counts) == 1 else None
    if count is None or count.denominator != 1 or not 0 < count <= most:
        return None
    return _Found(
        [
            tuple(n + times * by for n, by in zip(here, step, strict=True))
            for times in range(1, int(count))
        ]
    )


def _in_rows(terms: Sequence[tuple[int, ...]], most: int) -> _Found | None:
    """Terms with two numbers that count the rows and columns of a table, ``e_11 + e_12 + e_21 + \\cdots + e_32``."""
    columns = list(dict.fromkeys(zip(*terms, strict=True)))
    if len(columns) != 2:
        return None
    which = [columns.index(column) for column in zip(*terms, strict=True)]
    for slow in (0, 1):
        pairs = list(zip(columns[slow], columns[1 - slow], strict=True))
        *shown, last = pairs
        ranges = [range(low, high + 1) for low, high in zip(shown[0], last, strict=True)]
        if len(ranges[0]) * len(ranges[1]) > most or not all(len(r) > 1 for r in ranges):
            continue
        table = list(product(*ranges))
        if table[: len(shown)] == shown and len(shown) > len(ranges[1]):
            left = table[len(shown) : -1]
            return _Found([tuple(pair[(at + slow) % 2] for at in which) for pair in left])
    return None


def _difference(one: tuple[int, ...], two: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(b - a for a, b in zip(one, two, strict=True))


def _pieces(key: str, whole: bool) -> list[str]:
    """The indices of a key: the one above, and those below; ``whole`` takes digits below for one number."""
    high = ix.above(key)
    below = ix.split(key)[1]
    if whole and "," not in key and all(piece.isdigit() for piece in below):
        below = ["".join(below)] if below else []
    return [*([high] if high else []), *below]


def _places(node: t.Node, lengths: Sequence[int], whole: bool) -> _Places | None:
    """The indices of a term, where each name has so many of them."""
    names = list(t.names_of(node))
    if len(names) != len(lengths):
        return None
    found: list[str] = []
    for name, length in zip(names, lengths, strict=True):
        pieces = _pieces(name.key, whole)
        # beside x_1, x_12 has one index
        pieces = pieces if len(pieces) == length else _pieces(name.key, True)
        if len(pieces) != length:
            return None
        found += pieces
    return tuple(found)


def _with_places(
    node: t.Node, places: _Places, lengths: Sequence[int], span: t.Span | None = None
) -> t.Node:
    """A term with other indices, at another place."""
    pieces, counts = iter(places), iter(lengths)

    def made(here: t.Node) -> t.Node:
        new: t.Node
        if isinstance(here, t.Name):
            key = _with_pieces(here.key, tuple(islice(pieces, next(counts))))
            new = here if key == here.key else replace(here, key=key, written="")
        else:
            new = rebuilt(here, made)
        return new if span is None else replace(new, span=span)

    return made(node)


def _with_pieces(key: str, pieces: Sequence[str]) -> str:
    if ix.above(key):
        key, pieces = ix.with_above(key, pieces[0]), pieces[1:]
    return ix.joined(ix.split(key)[0], pieces) if pieces else key
