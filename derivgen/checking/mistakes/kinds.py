"""What the mistake of a claim between formulas depends on: the same for the same claim about other units.

A mistake that is made for every unit is looked for once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.resolving import Unknown, resolved
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.mistakes.case import Case
from derivgen.checking.mistakes.relatives import letter_of

#: claims that depend on more quantities are told apart by nothing
MOST_QUANTITIES = 500
#: what stands in an outline for every name
_ANY = t.Name("")

Outline = tuple[t.Node, tuple[t.Name, ...]]


class _NoKind(Exception):
    """A claim that is no other one with other names."""


@dataclass
class Kinds:
    """Tells which claims of one model are the same, but for the names in them."""

    #: formulas with their names taken out of them, by identity: (the formula, its outline)
    _outlines: dict[int, tuple[t.Node, Outline]] = field(default_factory=dict)

    def of(self, case: Case) -> Hashable | None:
        """What two claims between formulas have in common if and only if they are the same with other names;
        None where that is not told: of numbers, of names with running indices, and of very many quantities."""
        if case.outcome is not None or case.draft.operand is not None:
            return None
        try:
            return tuple(self._parts(case))
        except _NoKind:
            return None

    def _parts(self, case: Case) -> Iterator[Hashable]:
        numbers = _Numbers(case.model)
        related = case.can_stand_for(case.right)
        yield case.reading
        for node in (case.right, case.body, *case.formulas):
            yield self._numbered(node, numbers)
        if case.updated is not None and case.model.loss is not None:
            numbers.of(case.model.loss)
        for key in numbers.keys:  # which grow on the way
            definition, element = case.model.definition(key), case.model.element(key)
            yield None if definition is None else self._numbered(definition, numbers)
            yield element and (numbers.of(element.array), element.row, element.column)
            yield numbers.traits(key)
        for token in case.tokens:
            if isinstance(token.of, t.Name) and related(token.of.key):
                yield self._numbered(token, numbers)

    def _numbered(self, node: t.Node, numbers: _Numbers) -> Hashable:
        outline, names = self._outline(node)
        return outline, tuple(map(numbers.of_name, names))

    def _outline(self, node: t.Node) -> Outline:
        known = self._outlines.get(id(node))
        if known is None:
            names: list[t.Name] = []
            known = node, (_without_names(node, names), tuple(names))
            self._outlines[id(node)] = known
        return known[1]


@dataclass
class _Numbers:
    """The quantities of one claim, numbered in the order in which they are met."""

    model: Model
    keys: list[str] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    _letters: dict[str, int] = field(default_factory=dict)

    def of(self, key: str) -> int:
        """The number of a quantity.  Raises _NoKind where there are too many."""
        if key not in self._numbers:
            if len(self.keys) >= MOST_QUANTITIES:
                raise _NoKind
            self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return self._numbers[key]

    def of_name(self, name: t.Name) -> tuple[int, str]:
        """The number of what a name means, and whether before or after an update."""
        try:
            key, state = resolved(self.model, name)
        except Unknown:
            raise _NoKind from None
        return self.of(key), state

    def traits(self, key: str) -> Hashable:
        """What else of a quantity matters: its part in training, its letter, what shape its value has."""
        model, given, letter = self.model, self.model.given(key), letter_of(key)
        return (
            (len(given.rows), len(given.rows[0])) if isinstance(given, t.Matrix) else (),
            (key == model.loss, key == model.rate, model.is_parameter(key)),
            (key in model.opaque, key in model.renewed),
            (letter == key, self._letters.setdefault(letter, len(self._letters))),
        )


def _without_names(node: t.Node, names: list[t.Name]) -> t.Node:
    if isinstance(node, t.Name):
        names.append(node)
        return _ANY
    if isinstance(node, t.Cases | t.BigSum | t.Dots):
        raise _NoKind
    return rebuilt(node, lambda child: _without_names(child, names))
