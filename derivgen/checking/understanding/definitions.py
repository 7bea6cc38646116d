"""A document's own definitions as a model: what its author says of each quantity, taken at his word.

``z = w x + b`` defines z, ``x = 0.05`` gives x, ``sum = 0.1*0.1 + 0.25`` gives the values that were put in,
``a = sigmoid(0.3775)`` applies the function to whatever was printed as 0.3775.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import product

import mpmath

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel, Element
from derivgen.checking.evaluating.printed import Printed, is_numeric, is_printed, printed_number
from derivgen.checking.evaluating.resolving import UPDATE_MARKS, index_range
from derivgen.checking.evaluating.values import Real
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding import align
from derivgen.checking.understanding.analogy import by_analogy, numbers_in
from derivgen.checking.understanding.arrays import family, numbered, shaped, spelled_out
from derivgen.checking.understanding.chosen import Chosen
from derivgen.checking.understanding.folding import folded
from derivgen.checking.understanding.noting import (
    Notes,
    full_key,
    functions_that_are_quantities,
    is_rule,
    names_in,
    note,
)
from derivgen.checking.understanding.solving import solved
from derivgen.checking.understanding.statements import Learned, Statement
from derivgen.checking.understanding.update_rules import (
    RATE_WORDS,
    is_descent,
    rate_names,
    unknown_step,
)

#: names by which a loss goes, where nothing else tells
LOSS_WORDS = ("L", "E", "J", "C", "Loss", "loss", "Error", "error", "cost", "Cost", "E_total")


#: how many rules of one parameter are laid over how many of its calculations
MOST_RULES = 20


def learn(
    statements: Sequence[Statement],
    tables: Mapping[str, t.Node] | None = None,
    named: Iterable[str] = (),
    trained: Iterable[str] = (),
    budget: Budget | None = None,
    words: str = "",
) -> Learned:
    """What a document says of its quantities; ``tables`` are values stated in its tables, ``named`` the
    keys that stand there, ``trained`` those that have a new value there; ``words`` are its sentences."""
    notes = Notes(trained=frozenset(trained))
    notes.used.update(named)
    for statement in statements:
        if not statement.step:  # afterwards the same names have other values
            note(notes, statement)
    functions_that_are_quantities(notes)
    for key, node in (tables or {}).items():
        notes.printed[key].append(node)
    return _Builder(notes, tuple(statements), budget or Budget(), words).learned()


class _Builder:
    """Decides, in this order: which marked names are quantities of their own, definitions, given
    values, names for the same thing, the loss, the parameters, the learning rate."""

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
        self.arrays = shaped(notes.printed, notes.sides, notes.used, notes.from_zero)
        self.cells = {name for array in self.arrays.values() for name, _ in array.cells()}
        self.numerators = {of for of, _ in notes.derivatives}
        self.denominators = {by for _, by in notes.derivatives}

    def learned(self) -> Learned:
        self._fold_updates()
        self._forget_assigned()
        self._spell_out()
        self._choose_definitions()
        self._functions_of_printed_numbers()
        self._calculations_with_names()
        self._give_values()
        self._aliases()
        self._elements()
        self._families()
        self._left_over()
        self._counts()
        for key, node in dict(folded(self.definitions)).items():
            self.definitions[key] = node
        self._leaves()
        loss = self._loss()
        parameters = self._parameters(loss)
        renewed = self._renewed(parameters, loss)
        rate = self._rate(parameters)
        functions = dict(self.notes.functions)
        step = None if self._descends() else unknown_step
        model = DocumentModel(
            dict(self.definitions),
            self.values,
            self.elements,
            functions,
            parameters,
            loss,
            rate,
            step,
            self._opaque(),
            renewed,
            frozenset(k for k in self.notes.calculations if not self._is_symbolic(k)),
        )
        printed = {key: tuple(nodes) for key, nodes in self.notes.printed.items()}
        return Learned(
            solved(
                by_analogy(model, printed, self.budget, numbers_in(self.words)),
                printed,
                self.budget,
            ),
            self.statements,
            {key: tuple(sides) for key, sides in self.notes.sides.items()},
            printed,
            frozenset(self.notes.derivatives),
            frozenset({*self.notes.assigned, *self.lost}) - parameters,
        )

    # --- marks ----------------------------------------------------------------------------------

    def _fold_updates(self) -> None:
        """``h*`` beside ``h`` is h after the update; ``y'`` beside a given y is a name of its own."""
        for key, mark in self.notes.marked:
            if mark not in UPDATE_MARKS:
                continue
            full = key + mark
            own = key not in self.notes.sides and key not in self.notes.calculations
            if own and full in self.notes.sides and self._is_derived(full):
                self.apart.add((key, mark))
                continue
            self.renewals[full] = (key, self.notes.sides.get(full, []))
            for table in (self.notes.sides, self.notes.printed, self.notes.calculations):
                table.pop(full, None)
            self.notes.filled.pop(full, None)

    def _is_derived(self, key: str) -> bool:
        return key in self.numerators or key in self.denominators

    def _forget_assigned(self) -> None:
        """What is assigned again and again has no one value, nor has what is computed from it."""
        lost = {
            key
            for key in self.notes.assigned
            if key not in self.denominators and not self._is_assigned_once(key)
        }
        self.lost = set(lost)
        tables = (self.notes.sides, self.notes.printed, self.notes.calculations, self.notes.rules)
        while lost:
            for table in tables:
                for key in lost:
                    table.pop(key, None)
            lost = {
                key
                for key, sides in self.notes.sides.items()
                for side in sides
                if any(name.rstrip("+") in self.lost for name in names_in(side))
                and key not in self.denominators
                and key not in self.lost
            }
            self.lost |= lost

    def _is_assigned_once(self, key: str) -> bool:
        """True for a given value that one step of training changes."""
        given = self.notes.printed.get(key, ())
        return len(self.notes.assigned[key]) == 1 and len(set(map(_digits, given))) == 1

    # --- index letters ----------------------------------------------------------------------------

    def _spell_out(self) -> None:
        """Equations in index letters become one for each cell."""
        sides = self.notes.sides
        for key in [key for key in sides if ix.letters_of(key)]:
            for side in tuple(sides[key]):
                instances = spelled_out(key, side, self.arrays, self.notes.used)
                for cell, body in instances.items():
                    sides[cell].append(body)
                if instances:
                    sides[key] = [other for other in sides[key] if other is not side]
            if not sides[key]:
                del sides[key]
        for array in self.arrays.values():
            names = [
                [array.cell(i, j) for j in range(array.shape[1])] for i in range(array.shape[0])
            ]
            if array.key not in sides and all(cell in sides for row in names for cell in row):
                cells = tuple(tuple(t.Name(cell, written=cell) for cell in row) for row in names)
                sides[array.key].append(t.Matrix(cells))

    # --- definitions ------------------------------------------------------------------------------

    def _choose_definitions(self) -> None:
        notes = self.notes
        used = _users(notes)
        ranked = {
            key: self._ranked(key, sides, bool(used.get(key, set()) - {key}))
            for key, sides in notes.sides.items()
        }
        for key, sides in ranked.items():
            for side in sides:
                if not self.definitions.lead_to(side, key):
                    self.definitions[key] = side
                    break

        for key, rules in notes.rules.items():
            # delta is a derivative by definition: its other forms are claims then
            said = next((rule for rule in rules if self._is_derivative(rule)), None)
            if (
                said is not None
                and key in self.definitions
                and not self.definitions.lead_to(said, key)
            ):
                self.definitions[key] = said

        for key, rules in notes.rules.items():
            delta = key not in self.definitions and key not in notes.marked_keys
            counted = is_descent(rules[0]) and key not in names_in(rules[0])
            if (
                delta
                and (counted or key not in self.denominators)
                and not self.definitions.lead_to(rules[0], key)
            ):
                self.definitions[key] = rules[0]

    def _is_derivative(self, rule: t.Node) -> bool:
        """True for the derivative, or less than that, of something computed by something else that is."""
        if isinstance(rule, t.Negated):
            rule = rule.body
        if not isinstance(rule, t.Derivative) or not isinstance(rule.of, t.Name):
            return False
        by = rule.by
        return (
            full_key(rule.of) in self.definitions
            and isinstance(by, t.Name)
            and full_key(by) in self.definitions
        )

    def _ranked(self, key: str, sides: Sequence[t.Node], used: bool) -> list[t.Node]:
        """Right sides, those with the fewest unsupported names first; generic ones left out.

        ``used`` says that the key stands in the right side of another one."""
        scored = []
        for at, side in enumerate(sides):
            if any(isinstance(part, t.Dots | t.Words) for part in t.walk(side)):
                continue
            own = set(names_in(side)) - {key}
            missing = sum(not self._supported(name) for name in own)
            connected = used or self._is_derived(key)
            if own and missing == len(own) and not connected:
                continue  # y = m x + b: an example that belongs to no quantity
            scored.append((missing, isinstance(side, t.Name), at, side))
        return [side for _, _, _, side in sorted(scored, key=lambda row: row[:3])]

    def _supported(self, key: str) -> bool:
        notes = self.notes
        return bool(
            key in notes.printed
            or key in notes.sides
            or key in notes.calculations
            or self._is_derived(key)
        )

    def _functions_of_printed_numbers(self) -> None:
        """``a = sigmoid(0.3775)``: the function of the quantity that was printed as 0.3775."""
        for key, calculations in self.notes.calculations.items():
            if key in self.definitions:
                continue
            for node in calculations:
                if isinstance(node, t.Call) and len(node.arguments) == 1:
                    source = self._printed_as(node.arguments[0], key)
                    if source is not None:
                        argument = t.Name(source, written=source)
                        self.definitions[key] = replace(node, arguments=(argument,))
                        break

    def _printed_as(self, number: t.Node, other_than: str) -> str | None:
        """The last quantity that was printed as a number."""
        wanted = printed_number(number)
        found = None
        if wanted is None:
            return None
        for key in self._printed_values.get(wanted.value, ()):
            if key != other_than:
                found = key
        if found is not None and found in self.definitions:
            return None if self.definitions.lead_to(self.definitions[found], other_than) else found
        return found

    @cached_property
    def _printed_values(self) -> dict[Real, list[str]]:
        """The keys by the numbers that were printed as their values, in order."""
        found: dict[Real, list[str]] = defaultdict(list)
        for key, nodes in self.notes.printed.items():
            for number in map(printed_number, nodes):
                if number is not None:
                    found[number.value].append(key)
        return found

    def _calculations_with_names(self) -> None:
        for key, node in self.notes.filled.items():
            if key not in self.definitions and not self.definitions.lead_to(node, key):
                self.definitions[key] = node

    # --- values -----------------------------------------------------------------------------------

    def _give_values(self) -> None:
        for key, nodes in self.notes.printed.items():
            self.values[key] = nodes[0] if key not in self.definitions else nodes[-1]
        for key, nodes in self.notes.calculations.items():
            if key not in self.values and key not in self.definitions:
                self.definitions[key] = nodes[0]
        votes: dict[str, list[t.Node]] = defaultdict(list)
        substitutions = [
            *self.notes.substitutions,
            *(
                (self.definitions[key], node)
                for key, nodes in self.notes.calculations.items()
                if key in self.definitions
                for node in nodes
            ),
            *self._put_into_updates(),
        ]
        taken = {*self.values, *self.definitions, *self.cells, *self.lost}
        for formula, calculation in substitutions:
            for pair in self._pairs(formula, calculation):
                if isinstance(pair.part, t.Name) and is_printed(pair.number):
                    key = full_key(pair.part)
                    if pair.part.mark in UPDATE_MARKS and key not in self.definitions:
                        continue
                    if key not in taken:
                        votes[key].append(pair.number)
        for key, numbers in votes.items():
            self.values[key] = Counter(numbers).most_common(1)[0][0]

    def _pairs(self, formula: t.Node, calculation: t.Node) -> list[align.Pair]:
        """What was put in for what; nothing where that takes too long to find."""
        self.budget.begin()
        try:
            return align.aligned(formula, calculation, lambda _: None, self.budget) or []
        except OutOfWork:
            return []

    def _put_into_updates(self) -> Iterator[tuple[t.Node, t.Node]]:
        """The rule of a parameter with the numbers that were put into it in another line."""
        rules: dict[str, list[t.Node]] = defaultdict(list)
        numeric: dict[str, list[t.Node]] = defaultdict(list)
        for key, side in self.notes.updates:
            if is_rule(side):
                rules[key].append(side)
            elif is_numeric(side):
                numeric[key].append(side)
        for key in rules:
            yield from product(rules[key][:MOST_RULES], numeric[key][:MOST_RULES])

    # --- names for the same thing ------------------------------------------------------------------

    def _aliases(self) -> None:
        """A name that is differentiated and never computed is another name of something computed."""
        for key in sorted(self.numerators):
            if key in self.definitions or key == "":
                continue
            other = self._same_value(key) or self._same_role(key)
            if other is not None and not self.definitions.lead_to(t.Name(other), key):
                self.definitions[key] = t.Name(other, written=other)

    def _same_value(self, key: str) -> str | None:
        node = self.values.get(key)
        wanted = None if node is None else printed_number(node)
        if wanted is None:
            return None
        same = set(self._printed_values.get(wanted.value, ())) - {key}
        return next((other for other in self.definitions if other in same), None) if same else None

    def _same_role(self, key: str) -> str | None:
        if key not in LOSS_WORDS:
            return None
        return next((word for word in self._terminal() if word in LOSS_WORDS), None)

    def _terminal(self) -> list[str]:
        """Computed quantities that nothing else is computed from."""
        read = {name for node in self.definitions.values() for name in names_in(node)}
        return [key for key in self.definitions if key not in read]

    # --- arrays -----------------------------------------------------------------------------------

    def _elements(self) -> None:
        """``h_0`` is a cell of the vector ``h`` where the document computes or gives h as a whole."""
        for array in self.arrays.values():
            definition = self.definitions.get(array.key)
            if array.key not in self.values and definition is None:
                continue
            for name, element in array.cells():
                if name not in self.definitions:
                    self.values.pop(name, None)
                    self.elements[name] = element

    def _families(self) -> None:
        """A name that stands for all of ``z_1, z_2, z_3`` in matrix formulas is their column."""
        known = {*self.definitions, *self.values, *self.elements}
        places = numbered(known)
        for key in self.notes.used:
            if key not in known and not ix.letters_of(key):
                cells = family(key, places)
                if cells:
                    self.definitions[key] = t.Matrix(
                        tuple(tuple(t.Name(cell, written=cell) for cell in row) for row in cells)
                    )

    def _left_over(self) -> None:
        """A matrix that is used and given nowhere is the one that is given and used nowhere, if there
        is just one of the same letter: ``W_hid`` in the equations, ``W_0`` where it is given."""
        read = {name for node in self.definitions.values() for name in names_in(node)}
        known = {*self.definitions, *self.values, *self.elements}
        unused = [key for key in self.arrays if key in known and key not in read]
        missing = [key for key in sorted(read - known) if not ix.letters_of(key)]
        for key in missing:
            same = [other for other in unused if other[:1] == key[:1]]
            rivals = [other for other in missing if other[:1] == key[:1]]
            if len(same) == 1 and len(rivals) == 1:
                self.definitions[key] = t.Name(same[0], written=same[0])

    def _counts(self) -> None:
        """The n of a sum from 1 to n is the number that is given, or the number of cells that there
        are: a whole number at every point, and not any value."""
        sums = [
            node
            for side in self.definitions.values()
            for node in t.walk(side)
            if isinstance(node, t.BigSum) and isinstance(node.upper, t.Name)
        ]
        for node in sums:
            key = full_key(node.upper) if isinstance(node.upper, t.Name) else ""
            if key in self.definitions:
                continue
            given = printed_number(self.values.get(key) or t.Words(""))
            if given is None:
                known = DocumentModel(self.definitions, self.values, self.elements)
                last = max(index_range(known, node, {}), default=0)
                given = Printed(mpmath.mpf(last), 0, str(last))
            if given.decimals <= 0 < given.value:
                number = t.Number(str(int(given.value)), Fraction(int(given.value)), 0)
                self.definitions[key] = number
                self.values[key] = number

    # --- the rest -----------------------------------------------------------------------------------

    def _leaves(self) -> None:
        """Names that definitions read and nobody defines are given quantities without a value."""
        read = {name for node in self.definitions.values() for name in names_in(node)}
        known = {*self.definitions, *self.values, *self.elements}
        bases = {ix.split(name)[0] for name in known if not ix.letters_of(name)}
        for name in sorted(read - self.lost):
            base, pieces = ix.split(name)
            running = ix.letters_of(name) and base in bases
            running = running or any("+" in piece or "-" in piece for piece in pieces)
            if name and name not in known and not running:
                self.values.setdefault(name, None)

    def _loss(self) -> str | None:
        """What is differentiated by the most quantities, and depends on them."""
        by_loss: dict[str, set[str]] = defaultdict(set)
        for of, by in self.notes.derivatives:
            by_loss[self._alias_end(of)].add(by)
        terminal = self._terminal()
        scored = [
            (len(by), key in LOSS_WORDS, key)
            for key, by in by_loss.items()
            if key in self.definitions
        ]
        if scored:
            best = max(scored, key=lambda row: (row[0], row[2] in terminal, row[1]))
            return best[2]
        return next((word for word in LOSS_WORDS if word in self.definitions), None)

    def _alias_end(self, key: str) -> str:
        seen = set()
        while key in self.definitions and key not in seen:
            seen.add(key)
            node = self.definitions[key]
            if not isinstance(node, t.Name):
                break
            key = full_key(node)
        return key

    def _parameters(self, loss: str | None) -> frozenset[str]:
        """Given quantities that are updated, or by which the loss is differentiated."""
        primed = {key for key, mark in self.apart}
        updated = {key for key, _ in self.notes.updates if key not in primed} | self.notes.trained
        updated |= {key for key, mark in self.notes.marked - self.apart if mark in UPDATE_MARKS}
        by = {b for of, b in self.notes.derivatives if self._alias_end(of) == loss}
        found: set[str] = set()
        for key in updated | by:
            node = self.definitions.get(key)
            element = self.elements.get(key)
            if isinstance(node, t.Matrix):
                found |= {name for name in names_in(node) if name not in self.definitions}
            elif element is not None and element.array not in self.definitions:
                found.add(element.array)
            elif node is None and key in self.values:
                found.add(key)
        return frozenset(found - self._opaque())

    def _renewed(self, parameters: frozenset[str], loss: str | None) -> dict[str, str]:
        """Given quantities with the names of their new values, where the author's own rule is all that
        is said of these: the delta rule has no loss to descend."""
        found = {}
        for full, (key, sides) in self.renewals.items():
            ruled = loss is not None and key in parameters and self._descends()
            given = key in self.values and key not in self.definitions
            if ruled or not given or not sides or ix.letters_of(key):
                continue
            self.definitions[full] = sides[0]
            self.values.pop(full, None)
            found[key] = full
        return found

    def _rate(self, parameters: frozenset[str]) -> str | None:
        names = list(
            dict.fromkeys(n for key, side in self.notes.updates for n in rate_names(side, key))
        )
        if names:
            rate = next((name for name in names if self.values.get(name)), names[0])
            self._rate_value(rate)
            for other in names:
                if other != rate:
                    self.values.pop(other, None)
                    self.definitions[other] = t.Name(rate, written=rate)
            return rate
        for word in RATE_WORDS:
            if word in self.values:
                return word
        value = self._rate_in_numbers(parameters)
        if value is None:
            return None
        self.values["learning rate"] = value
        return "learning rate"

    def _opaque(self) -> frozenset[str]:
        """Quantities that something computes, and the document does not say what."""
        found = set()
        for key in (*self.notes.results, *self.numerators):
            element = self.elements.get(key)
            end = key if element is None else element.array
            if end not in self.definitions and end in self.values:
                found.add(end)
        return frozenset(found)

    def _is_symbolic(self, key: str) -> bool:
        """True for what is computed by a formula with names in it."""
        return key in self.definitions and not is_numeric(self.definitions[key])

    def _descends(self) -> bool:
        """False where the document updates its parameters by another rule than w - eta dL/dw."""
        rules = [side for _, side in self.notes.updates if not is_numeric(side)]
        ruled = [side for side in rules if any(True for _ in names_in(side))]
        return not ruled or any(is_descent(side) for side in ruled)

    def _rate_value(self, name: str) -> None:
        if self.values.get(name) is None:
            value = next((self.values[w] for w in RATE_WORDS if self.values.get(w)), None)
            self.values[name] = value or self._rate_in_numbers(frozenset(self.values))

    def _rate_in_numbers(self, parameters: frozenset[str]) -> t.Node | None:
        """The 0.5 of ``0.40 - 0.5 * 0.0822`` where 0.40 is the parameter, or of ``w - 0.5 * dE/dw``."""
        votes: Counter[t.Node] = Counter()
        for key, side in self.notes.updates:
            if key not in parameters or not isinstance(side, t.Sum):
                continue
            last = side.terms[-1][1]
            parts = align.factors(last)
            if not is_numeric(side) and not isinstance(parts[-1], t.Derivative):
                continue
            if len(side.terms) == 2 and len(parts) == 2 and is_printed(parts[0]):
                votes[parts[0]] += 1
        return votes.most_common(1)[0][0] if votes else None


def _users(notes: Notes) -> dict[str, set[str]]:
    """For each name, what it stands in the right sides of."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, sides in notes.sides.items():
        for side in sides:
            for name in names_in(side):
                found[name].add(key)
    return found


def _digits(node: t.Node) -> object:
    """What two printings of one number have in common."""
    number = printed_number(node)
    return None if number is None else number.value
