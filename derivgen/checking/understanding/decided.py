"""What is decided of a document's quantities so far."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.model import Element
from derivgen.checking.evaluating.printed import is_fraction, printed_number
from derivgen.checking.evaluating.values import Real
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import full_key, names_in
from derivgen.checking.understanding.arrays import shaped
from derivgen.checking.understanding.chosen import Chosen
from derivgen.checking.understanding.filling import with_names_of_cells
from derivgen.checking.understanding.noting import Notes
from derivgen.checking.understanding.other_letters import by_other_letters
from derivgen.checking.understanding.statements import Statement


class Decided:
    """The definitions, values and elements of a document as they grow, with what was noted of it."""

    def __init__(
        self, notes: Notes, statements: tuple[Statement, ...], budget: Budget, words: str
    ) -> None:
        self.words = words
        self.budget = budget
        self.notes = notes
        self.statements = statements
        self.definitions = Chosen()
        #: what a document has for the new value of a name, by the name with its mark
        self.renewals: dict[str, tuple[str, list[t.Node]]] = {}
        self.values: dict[str, t.Node | None] = {}
        self.elements: dict[str, Element] = {}
        #: marked names that are quantities of their own: ``y'`` beside a given y
        self.apart: set[tuple[str, str]] = set()
        #: what has its value only from the numbers that were put in for it
        self.put_in: set[str] = set()
        #: what has no one value
        self.lost: set[str] = set()
        given = {key: list(nodes) for key, nodes in notes.printed.items()}
        for key, nodes in notes.calculations.items():
            if fractions := list(filter(is_fraction, nodes)):
                given.setdefault(key, []).extend(fractions)
        for key, rules in notes.rules.items():
            # d = dL/dn has the cells that n has
            by = rules[0].by if rules and isinstance(rules[0], t.Derivative) else None
            if key not in given and isinstance(by, t.Name) and by.key in given:
                given[key] = given[by.key]
        arrays = shaped(given, notes.sides, notes.used, notes.from_zero, notes.derivatives)
        self.arrays = by_other_letters(arrays, given, notes.sides, notes.used)
        #: calculations that stand alone, with names for their numbers
        self.filled = {
            key: found
            for key, node in notes.filled.items()
            if (found := with_names_of_cells(node, self._name_of_cell)) is not None
        }
        self.cells = {name for array in self.arrays.values() for name, _ in array.cells()}
        #: what has a rule in index letters
        self.ruled = frozenset(key for key in notes.sides if ix.letters_of(key))
        self.numerators = {of for of, _ in notes.derivatives}
        self.denominators = {by for _, by in notes.derivatives}

    def _name_of_cell(self, key: str, row: int, column: int) -> str | None:
        """What a document calls a cell of one of its arrays: with one number where that is a vector."""
        array = self.arrays.get(key)
        if array is None or row >= array.shape[0] or column >= array.shape[1]:
            return None
        return list(array.names())[-1][row][column]

    def is_derived(self, key: str) -> bool:
        """True for what a derivative is taken of, or by, and for an array with such a cell."""
        names = [key]
        if key in self.arrays:
            names += (name for name, _ in self.arrays[key].cells())
        return any(name in self.numerators or name in self.denominators for name in names)

    @cached_property
    def printed_values(self) -> dict[Real, list[str]]:
        """The keys by the numbers that were printed as their values, in order."""
        found: dict[Real, list[str]] = defaultdict(list)
        for key, nodes in self.notes.printed.items():
            for number in map(printed_number, nodes):
                if number is not None:
                    found[number.value].append(key)
        return found

    @cached_property
    def printed_arrays(self) -> dict[t.Node, list[str]]:
        """The keys by the arrays of numbers that were printed as their values, in order."""
        found: dict[t.Node, list[str]] = defaultdict(list)
        for key, nodes in self.notes.printed.items():
            for node in nodes:
                if isinstance(node, t.Matrix):
                    found[node].append(key)
        return found

    def terminal(self) -> list[str]:
        """Computed quantities that nothing else is computed from."""
        read = {name for node in self.definitions.values() for name in names_in(node)}
        return [key for key in self.definitions if key not in read]

    def alias_end(self, key: str) -> str:
        """What a name is another name of, in the end."""
        seen = set()
        while key in self.definitions and key not in seen:
            seen.add(key)
            node = self.definitions[key]
            if not isinstance(node, t.Name):
                break
            key = full_key(node)
        return key
