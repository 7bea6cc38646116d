"""What the arrays of a network are, in words: their shapes and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod

from derivgen.derivation.derivation import Derivation
from derivgen.document.blocks import Inlines, Math, Table, Words
from derivgen.document.matrix_form import shape_text
from derivgen.formula.tree import Node
from derivgen.network.model import Quantity, Role

#: more arrays than these are described in a table
MOST_IN_SENTENCE = 8


@dataclass(frozen=True, slots=True)
class Described:
    """Some quantities of one shape ("" for single numbers); those with a ``meaning`` of their own stand
    alone."""

    names: tuple[Node, ...]
    shape: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ArrayFacts:
    """The arrays of a network: those that are given, those that are computed, and of a batch those whose
    rows, or columns, are the samples."""

    given: tuple[Described, ...]
    computed: tuple[Described, ...]
    rows: tuple[Node, ...]
    columns: tuple[Node, ...]
    #: of these, those that are given
    given_rows: tuple[Node, ...]
    given_columns: tuple[Node, ...]

    @property
    def table(self) -> Table | None:
        """All of them, where they are too many for a sentence."""
        found = [(d, d.meaning or "given") for d in self.given]
        found += [(d, d.meaning or "computed") for d in self.computed]
        if len(found) <= MOST_IN_SENTENCE:
            return None
        rows = [(_names(d), (Words(d.shape),), (Words(meaning),)) for d, meaning in found]
        return Table(((Words("Array"),), (Words("Shape"),), (Words("Meaning"),)), rows, "lll")


def _names(described: Described) -> Inlines:
    parts: list[Math | Words] = []
    for name in described.names:
        parts += [Words(", "), Math(name)] if parts else [Math(name)]
    return tuple(parts)


def array_facts(derivation: Derivation) -> ArrayFacts | None:
    """None for a network of single numbers."""
    quantities = derivation.network.quantities.values()
    if all(prod(q.shape) == 1 for q in quantities):
        return None
    computed = [q for q in quantities if q.role is Role.COMPUTED]
    given = [q for q in quantities if q.role not in (Role.COMPUTED, Role.LOSS)]
    axes = _sample_axes(derivation)

    def along(axis: int, of: Iterable[Quantity] = quantities) -> tuple[Node, ...]:
        found = [q for q in of if len(q.shape) == 2 and axes.get(q.name) == axis]
        return tuple(derivation.names.whole(q.name) for q in found)

    return ArrayFacts(
        tuple(_described(derivation, given)),
        tuple(_described(derivation, computed)),
        along(0),
        along(1),
        along(0, given),
        along(1, given),
    )


def _described(derivation: Derivation, quantities: list[Quantity]) -> Iterator[Described]:
    """Those that mean something first, in order; then the others by their shapes."""
    names = derivation.names
    by_shape: dict[str, list[Node]] = {}
    for q in quantities:
        shape = shape_text(q.shape) if prod(q.shape) > 1 else ""
        if q.prose:
            yield Described((names.whole(q.name),), shape, q.prose)
        else:
            by_shape.setdefault(shape, []).append(names.whole(q.name))
    for shape, found in by_shape.items():
        yield Described(tuple(found), shape, "")


def _sample_axes(derivation: Derivation) -> dict[str, int]:
    """For each array of a batch, the axis along which its samples lie."""
    network = derivation.network
    found: dict[str, int] = {}
    for equation in network.equations:
        for ref in (equation.target, *equation.refs.values()):
            for axis, index in enumerate(ref.indices):
                if index.plain is not None and index.plain == network.sample_index:
                    found.setdefault(ref.array, axis)
    return found
