"""Where a document stands: the values there, what was printed so far, and how it rounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

import mpmath

from derivgen.checking.drafts import Entry, Ledger
from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.evaluation import Tokens
from derivgen.checking.evaluating.printed import Fit, Printed, printed_matrix
from derivgen.checking.evaluating.resolving import UPDATE_MARKS
from derivgen.checking.evaluating.values import NoValue, Real, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.judging.habits import significant, with_digits
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.writing import shown

#: units of a short number by which a longer one and the value may differ, each of which has lost as much
LONGER_BY = 3


@dataclass
class Standing:
    """What is known where the document stands; ``ledger`` grows as it is read."""

    actual: World
    ledger: Ledger
    #: numbers of decimals that the document prints, the most common one
    decimals: int = 4
    #: how a formula is written in messages
    spelled: Callable[[t.Node], str] = shown
    #: the document says that it goes on with numbers as printed; that it cuts digits
    carries: bool = False
    cuts: bool = False
    #: the significant digits that all results have; None where they have a number of decimals
    digits: int | None = None
    #: the formulas that were written for something, by what they were written for, the last one last
    said: dict[t.Node, list[t.Node]] = field(default_factory=dict)

    def note_formula(self, subject: t.Node, formula: t.Node) -> None:
        """Take in that a formula was written for something."""
        self.said.setdefault(self.ledger.plain(subject), []).append(formula)

    def said_of_all(self, subject: t.Node) -> Iterator[t.Node]:
        """The formulas that were written in index letters, for one cell: ``\\delta a_j`` of ``\\partial E / \\partial w_j``
        for that by w_1."""
        for general, formulas in self.said.items():
            numbers = _numbers(general, subject)
            if numbers:
                yield from (ix.at(formula, numbers) for formula in formulas)

    def printed_for(self, part: t.Node) -> list[Entry]:
        """What was printed as the value of a part, in order, of a new value under any sign for such; after an
        update also as its new value."""
        found = self.ledger.of(part)
        if not isinstance(part, t.Name):
            return found
        new = part.mark in UPDATE_MARKS and not self.actual.model.known(t.full_key(part))
        if new or (self.actual.step and not part.mark):
            others = (replace(part, mark=mark) for mark in sorted(UPDATE_MARKS - {part.mark}))
            found = [*found, *chain.from_iterable(map(self.ledger.of, others))]
            found.sort(key=lambda entry: entry.draft or 0)
        return found

    def printed_cell(self, part: t.Node) -> Printed | None:
        """What an array that was printed last has for a part that is a cell of it."""
        entry = self.cell_entry(part)
        return None if entry is None else entry.printed

    def cell_entry(self, part: t.Node) -> Entry | None:
        """The same with the claim that printed it: of a quantity, or of a derivative by one."""
        for array, (_, draft, printed) in self.ledger.matrices.items():
            place = self._place_in(part, array)
            cells = None if place is None else printed_matrix(printed)
            if cells is not None and place is not None:
                row, column = place if len(cells) > place[0] else place[::-1]
                if row < len(cells) and column < len(cells[0]):
                    return Entry(part, cells[row][column], draft, None)
        return None

    def _place_in(self, part: t.Node, array: t.Node) -> tuple[int, int] | None:
        """Where a part stands in an array that was printed, if it is a cell of it."""
        if isinstance(part, t.Derivative) and isinstance(array, t.Derivative):
            if part.of is None or part.of != array.of or part.by == array.by:
                return None
            part, array = part.by, array.by
        if isinstance(part, t.Name) and isinstance(array, t.Name) and array.mark == part.mark:
            return self._place(part.key, array.key)
        return None

    def _place(self, key: str, array: str) -> tuple[int, int] | None:
        """Where a quantity stands in an array; None where it does not."""
        model = self.actual.model
        element = model.element(key)
        if element is not None and element.array == array:
            return element.row, element.column
        made = model.definition(array)
        for i, row in enumerate(made.rows if isinstance(made, t.Matrix) else ()):
            for j, cell in enumerate(row):
                if isinstance(cell, t.Name) and cell.key == key and not cell.mark:
                    return i, j
        return None

    def follows(self, number: Printed, value: Real) -> bool:
        """Whether a value is printed as this number by the document's own policy."""
        fit = self.fit(number, value)
        return fit is Fit.ROUNDED or (self.cuts and fit is Fit.CUT)

    def is_longer(self, short: Printed | None, number: Printed, value: Real) -> bool:
        """Whether a number is one that was printed with fewer digits, as far as these tell; ``value`` is what it is,
        and no better known than by such digits."""
        if short is None or short.decimals >= number.decimals:
            return False
        near = bool(abs(number.value - value) <= LONGER_BY * short.unit)
        return near and self.follows(short, number.value)

    def read(self, number: Printed) -> Printed:
        """A printed number with the digits that it says, by the habit of the document."""
        return with_digits(number, self.digits)

    def is_full(self, number: Printed) -> bool:
        """True for a number with all the significant digits that results have here."""
        if self.digits is None:
            return False
        return significant(number) == self.digits or self.read(number).decimals < 0

    def fit(self, number: Printed, value: Real) -> Fit:
        """As :meth:`Printed.fit`; a whole number says that it is whole."""
        number = self.read(number)
        return self._whole(number, value).fit(value)

    def as_printed(self, number: Printed, value: Real) -> str:
        """A value with the decimals of the number that stands in its place, and with the usual ones where that number
        is a whole one and the value is not."""
        plain = number.as_printed(value)
        usual = self._whole(number, value)
        is_whole = replace(usual, value=mpmath.mpf(plain)).fit(value) is Fit.ROUNDED
        return plain if is_whole else usual.as_printed(value)

    def _whole(self, number: Printed, value: Real) -> Printed:
        """A whole number as one with the usual decimals, which are 0, where it is not rounded to hundreds."""
        told = self.digits is not None and number.value
        if told or number.decimals > 0 or abs(value) >= 1000:
            return number
        return Printed(number.value, self.decimals, number.text)

    def known_value(self, part: t.Node, tokens: Tokens = "total") -> Real | None:
        """The value that the model has for a part of a formula, if it is a number."""
        try:
            return scalar(self.actual.evaluate(part, tokens))
        except NoValue:
            return None


def _numbers(general: t.Node, special: t.Node) -> dict[str, int]:
    """The numbers for which something in index letters is something special; none where it never is."""
    if isinstance(general, t.Derivative) and isinstance(special, t.Derivative):
        of = _matched(general.of, special.of)
        by = _matched(general.by, special.by)
        agree = of is not None and by is not None and all(by.get(k, n) == n for k, n in of.items())
        return {**(of or {}), **(by or {})} if agree else {}
    return _matched(general, special) or {}


def _matched(general: t.Node | None, special: t.Node | None) -> dict[str, int] | None:
    """The numbers of the letters in a name; None where the names are of different things."""
    if not isinstance(general, t.Name) or not isinstance(special, t.Name):
        return None
    if general.mark != special.mark or not ix.is_instance(special.key, general.key):
        return None
    pairs = zip(ix.split(general.key)[1], ix.split(special.key)[1], strict=True)
    found: dict[str, int] = {}
    for letter, number in pairs:
        if letter != number and found.setdefault(letter, int(number)) != int(number):
            return None
    return found
