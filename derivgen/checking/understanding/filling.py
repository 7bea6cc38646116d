"""Calculations without a formula, with names for their numbers: ``S = 1.5683 + 0.4493`` is e^{z_1} + e^{z_2}
where these were printed before.

It is all or nothing: with a number left over that may be a value, the calculation says less than it seems to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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

#: whole numbers that stand in formulas as they are
CONSTANTS = frozenset({0, 1, 2})
#: stands between an array and the place of a cell; nobody can write it
_CELL = "\ue001"


@dataclass
class Said:
    """What was printed so far as the value of what, by the size of the number."""

    by_value: dict[Fraction, list[tuple[t.Node, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    #: the same for cells of arrays, which count where nothing else has the value
    in_arrays: dict[Fraction, list[tuple[t.Node, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def take(self, members: Sequence[t.Node]) -> None:
        """Take in a chain: its first member has the values that are printed in it."""
        left = members[0] if members else None
        if left is None or is_numeric(left) or isinstance(left, t.Words | t.Derivative):
            return
        if isinstance(left, t.Name) and left.mark:
            return
        for body in members[1:]:
            if isinstance(left, t.Name):
                self._take_cells(left, body)
            number = printed_number(body)
            if number is not None:
                negative = number.value < 0
                value = next(p.value for p in t.walk(body) if isinstance(p, t.Number))
                known = self.by_value[value]
                if (left, negative) not in known:
                    known.append((left, negative))

    def _take_cells(self, array: t.Name, body: t.Node) -> None:
        """Take in the cells of a printed array; 0, 1 and 2 are no values of theirs in a calculation."""
        for i, row in enumerate(printed_matrix(body) or ()):
            for j, number in enumerate(row):
                text = number.text.lstrip("-")
                if text.endswith("%"):
                    continue
                value = Fraction(text)
                known = self.in_arrays[value]
                cell = (cell_of(array.key, i, j), number.value < 0)
                if value not in CONSTANTS and cell not in known:
                    known.append(cell)

    def filled(self, calculation: t.Node) -> t.Node | None:
        """The calculation with a name for each of its numbers; None where that is not certain."""
        if not is_numeric(calculation) or is_printed(calculation):
            return None
        constants = set(map(id, _constants(calculation)))
        numbers = [
            part
            for part in t.walk(calculation)
            if isinstance(part, t.Number) and id(part) not in constants
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
        return _put(calculation, waiting, constants) if waiting else None

    def _known(self, value: Fraction) -> list[tuple[t.Node, bool]]:
        """Everything with a value, and the cells with it."""
        return [*self.by_value.get(value, ()), *self.in_arrays.get(value, ())]


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
