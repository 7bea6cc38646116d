"""Calculations without a formula, with names for their numbers: ``S = 1.5683 + 0.4493`` is e^{z_1} + e^{z_2}
where these were printed before.

It is all or nothing: with a number left over that may be a value, the calculation says less than it seems to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import (
    is_numeric,
    is_printed,
    printed_matrix,
    printed_number,
)
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.whole_arrays import WholeArrays

#: whole numbers that stand in formulas as they are
CONSTANTS = frozenset({0, 1, 2})
#: names that only training uses: the 1 of ``1 / (1 + e^-z)`` is no learning rate
_RATES = frozenset({"eta", "lr", "learning_rate", "learningrate"})
#: the size of a number, what has it, and whether it is negative
_Cell = tuple[Fraction, t.Node, bool]
#: stands between an array and the place of a cell; nobody can write it
_CELL = "\ue001"


@dataclass
class Said:
    """What was printed so far as the value of what, by the size of the number; what only counts has none."""

    counters: frozenset[str] = frozenset()

    by_value: dict[Fraction, list[tuple[t.Node, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    #: the same for cells of arrays, which count where nothing else has the value
    in_arrays: dict[Fraction, list[tuple[t.Node, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    #: the vectors that were printed: the size and sign of each cell, by name, and how they lie
    vectors: dict[str, list[_Cell]] = field(default_factory=dict)
    #: the same of quantities that are numbered one by one: x_1, x_2, ...
    families: dict[str, dict[int, _Cell]] = field(default_factory=dict)

    #: arrays as wholes
    arrays: WholeArrays = field(default_factory=WholeArrays)
    #: what was printed for exponentials: ``e^{z_1} = 1.1388``
    exponentials: dict[t.Node, t.Number] = field(default_factory=dict)

    def take(self, members: Sequence[t.Node]) -> None:
        """Take in a chain: its first member has the values that are printed in it."""
        left = members[0] if members else None
        if left is None or is_numeric(left) or isinstance(left, t.Words | t.Derivative):
            return
        if isinstance(left, t.Name) and left.mark == "new" and "new" not in left.written:
            left = replace(
                left, mark=""
            )  # w := 0.4 - 0.1 * 0.2 = 0.38, and w is 0.38 from there on
        if isinstance(left, t.Name) and (left.mark or left.key in _RATES | self.counters):
            return
        for body in members[1:]:
            if isinstance(left, t.Name):
                self._take_cells(left, body)
                self.arrays.take(left, body)
            number = printed_number(body)
            if isinstance(left, t.Call) and left.function == "exp" and isinstance(body, t.Number):
                self.exponentials.setdefault(left, body)
            if number is not None:
                negative = number.value < 0
                value = next(p.value for p in t.walk(body) if isinstance(p, t.Number))
                known = self.by_value[value]
                if (left, negative) not in known:
                    known.append((left, negative))
                if isinstance(left, t.Name):
                    base, pieces = ix.split(left.key)
                    if len(pieces) == 1 and pieces[0].isdigit():
                        family = self.families.setdefault(base, {})
                        family.setdefault(int(pieces[0]), (value, left, negative))

    def _take_cells(self, array: t.Name, body: t.Node) -> None:
        """Take in the cells of a printed array; 0, 1 and 2 are no values of theirs in a calculation."""
        cells: list[_Cell] = []
        rows = printed_matrix(body) or ()
        for i, row in enumerate(rows):
            for j, number in enumerate(row):
                text = number.text.lstrip("-")
                if text.endswith("%"):
                    return
                cells.append((Fraction(text), cell_of(array.key, i, j), number.value < 0))
        for value, cell, negative in cells:
            known = self.in_arrays[value]
            if value not in CONSTANTS and (cell, negative) not in known:
                known.append((cell, negative))
        if len(cells) > 1 and 1 in (len(rows), len(rows[0])):
            self.vectors[array.key] = cells

    def filled(self, calculation: t.Node) -> t.Node | None:
        """The calculation with a name for each of its numbers; None where that is not certain."""
        if not is_numeric(calculation) or is_printed(calculation):
            return None
        calculation = self.arrays.named(calculation)
        is_named = not is_numeric(calculation)
        if is_named and any(isinstance(part, t.Matrix) for part in t.walk(calculation)):
            return None
        constants = set(map(id, _constants(calculation)))
        calculation, counts_of = self._with_vectors(calculation)
        numbers = [
            part
            for part in t.walk(calculation)
            if isinstance(part, t.Number) and id(part) not in constants | counts_of
        ]
        counts: dict[Fraction, int] = defaultdict(int)
        for number in numbers:
            counts[number.value] += 1
        in_cells = any(v in self.in_arrays and v not in self.by_value for v in counts)
        # beside cells, whatever another cell has as well is not certain, nor are their 0, 1 and 2
        if in_cells and any(v in CONSTANTS or len(self._known(v)) != 1 for v in counts):
            return None
        waiting: dict[Fraction, list[tuple[t.Node, bool]]] = {}
        for value, count in counts.items():
            found = self.by_value.get(value) or self.in_arrays.get(value, [])
            found = found or self._sum_of_exponentials(value)
            if not found:
                if value in CONSTANTS:
                    continue
                return None
            if len(found) == 1:
                waiting[value] = found * count
            elif len(found) == count and len({_kind(node) for node, _ in found}) == 1:
                waiting[value] = list(found)
            else:
                return None
        if not waiting:
            return calculation if counts_of or is_named else None
        return _put(calculation, waiting, constants | counts_of)

    def _sum_of_exponentials(self, value: Fraction) -> list[tuple[t.Node, bool]]:
        """The sum of all exponentials that were printed, where a number is that: what softmax divides by."""
        numbers = list(self.exponentials.values())
        off = abs(sum((number.value for number in numbers), Fraction(0)) - value)
        units = (Fraction(1, 10**number.decimals) for number in numbers)
        if len(numbers) < 2 or off > sum(units, Fraction(0)) / 2:
            return []
        return [(t.Sum(tuple((False, node) for node in self.exponentials)), False)]

    def _with_vectors(self, node: t.Node) -> tuple[t.Node, set[int]]:
        """A calculation with cells in each sum that goes through whole vectors, term by term: ``1 + 2 + 4`` where
        ``x = [1, 2, 4]``, ``1 * 0.2 + 0.5 * 0.8`` of two vectors; and the numbers that count such terms."""
        if isinstance(node, t.Quotient) and isinstance(node.bottom, t.Number):
            top, counts = self._with_vectors(node.top)
            size = len(top.terms) if isinstance(top, t.Sum) else 0
            if top is not node.top and node.bottom.value == size:
                counts = counts | {id(node.bottom)}
            return replace(node, top=top), counts
        if isinstance(node, t.Product):  # 1/3 (1 + 2 + 4)
            parts = [self._with_vectors(factor) for factor in node.factors]
            factors = tuple(factor for factor, _ in parts)
            return replace(node, factors=factors), set().union(*(counts for _, counts in parts))
        if not isinstance(node, t.Sum):
            return node, set()
        terms = [_numbers_in(term) for _, term in node.terms]
        if len({len(term) for term in terms}) != 1:
            return node, set()
        cells: dict[int, t.Node] = {}
        slots = list(zip(*terms, strict=True))
        varied = [slot for slot in slots if len({number.value for number in slot}) > 1]
        # of numbered quantities their sum and what is about their mean, but no loss of targets and outputs
        numbered = list(self._rows()) if len(varied) == 1 else []
        for slot in slots:
            values = [number.value for number in slot]
            found = _having(values, self.vectors.values()) or _having(values, numbered)
            if len(found) == 1 and len(set(values)) > 1:
                for number, (_, cell, negative) in zip(slot, found[0], strict=True):
                    cells[id(number)] = t.Negated(cell) if negative else cell
                cells |= self._means(slots, found[0])
        if not cells:
            return node, set()
        return _with_cells(node, cells), set(cells)

    def _rows(self) -> Iterator[list[_Cell]]:
        """The quantities that are numbered through, as vectors."""
        for family in self.families.values():
            first = min(family)
            if first in (0, 1) and len(family) == max(family) - first + 1:
                yield [family[number] for number in sorted(family)]

    def _means(
        self, slots: Sequence[Sequence[t.Number]], row: Sequence[_Cell]
    ) -> dict[int, t.Node]:
        """The mean of a vector for the number that stands beside each of its cells: ``(2 - 5)^2 + (4 - 5)^2 + ...``,
        where one name outside of the vector has that number."""
        signed = [-value if negative else value for value, _, negative in row]
        mean = sum(signed, Fraction(0)) / len(signed)
        own = [cell for _, cell, _ in row]
        found = [known for known in self.by_value.get(abs(mean), ()) if known[0] not in own]
        if len(found) != 1:
            return {}
        name = t.Negated(found[0][0]) if found[0][1] else found[0][0]
        alike = (slot for slot in slots if all(number.value == abs(mean) for number in slot))
        return {id(number): name for slot in alike for number in slot}

    def _known(self, value: Fraction) -> list[tuple[t.Node, bool]]:
        """Everything with a value, and the cells with it."""
        return [*self.by_value.get(value, ()), *self.in_arrays.get(value, ())]


def _having(values: Sequence[Fraction], rows: Iterable[list[_Cell]]) -> list[list[_Cell]]:
    """The rows of cells that have certain values."""
    return [row for row in rows if [value for value, _, _ in row] == values]


def cell_of(array: str, row: int, column: int) -> t.Name:
    """A cell of an array by its place, whatever the document calls it."""
    return t.Name(f"{array}{_CELL}{row},{column}")


def with_names_of_cells(
    node: t.Node, name_of: Callable[[str, int, int], str | None]
) -> t.Node | None:
    """A formula with the document's names for cells by their place; None where one has no name."""
    names: dict[str, str] = {}
    for name in t.names_of(node):
        array, place, numbers = name.key.partition(_CELL)
        if place:
            row, column = map(int, numbers.split(","))
            found = name_of(array, row, column)
            if found is None:
                return None
            names[name.key] = found
    return _renamed(node, names) if names else node


def _renamed(node: t.Node, names: Mapping[str, str]) -> t.Node:
    if isinstance(node, t.Name):
        key = names.get(node.key)
        return node if key is None else t.Name(key, written=key)
    return rebuilt(node, lambda child: _renamed(child, names))


def _numbers_in(node: t.Node) -> list[t.Number]:
    """The numbers of a term, but for exponents and what it is divided by."""
    if isinstance(node, t.Number):
        return [node]
    parts = (node.base,) if isinstance(node, t.Power) else t.children(node)
    return [number for part in parts for number in _numbers_in(part)]


def _with_cells(node: t.Node, cells: Mapping[int, t.Node]) -> t.Node:
    if isinstance(node, t.Negated) and isinstance(cell := cells.get(id(node.body)), t.Negated):
        return cell.body  # -0.8 is the cell, and no negative one
    return cells.get(id(node)) or rebuilt(node, lambda part: _with_cells(part, cells))


def _kind(node: t.Node) -> object:
    return ix.split(node.key)[0] if isinstance(node, t.Name) else type(node)


def _constants(calculation: t.Node) -> Iterator[t.Number]:
    """The whole numbers that are the formula's own: the 1 of ``1 - 0.59``, a power, a fraction of them."""
    for part in t.walk(calculation):
        match part:
            case t.Sum(((False, t.Number() as one), (True, _))) if (
                one.value == 1 and not one.decimals
            ):
                yield one
            case t.Power(_, t.Number() as exponent):
                yield exponent
            case t.Quotient(t.Number() as above, t.Number() as below):
                if not above.decimals and not below.decimals:
                    yield from (above, below)


def _put(
    node: t.Node, waiting: dict[Fraction, list[tuple[t.Node, bool]]], constants: set[int]
) -> t.Node:
    if isinstance(node, t.Number):
        found = waiting.get(node.value) if id(node) not in constants else None
        if not found:
            return node
        name, negative = found.pop(0)
        return t.Negated(name) if negative else name
    return rebuilt(node, lambda child: _put(child, waiting, constants))
