"""From declared arrays and the text of equations to a :class:`~derivgen.network.model.Network`.

The way: parse (:mod:`derivgen.expressions`); find the shape of every computed array and write every
equation in index notation (:mod:`.shapes`, with :mod:`.ranges` and :mod:`.matrix`); bring it into
normal form (:mod:`.staging`); put the equations in order (:mod:`.schedule`).  The cost grows with
the number of equations, never with that of elements.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from derivgen import expressions as ex
from derivgen.errors import DerivgenError, Place
from derivgen.network import autonames
from derivgen.network.indexed import affine_text, moved, written
from derivgen.network.model import (
    Affine,
    Equation,
    Index,
    Naming,
    Network,
    Quantity,
    Ref,
    Role,
    Shortcut,
)
from derivgen.network.ranges import Extent, Vocabulary
from derivgen.network.scalar import ScalarFunction
from derivgen.network.schedule import box, meet, ranges_of, schedule
from derivgen.network.shapes import Shapes, Written, collect, known_name
from derivgen.network.staging import LETTERS, Normaliser, Ties

_GIVEN = frozenset({Role.INPUT, Role.TARGET, Role.PARAMETER, Role.CONSTANT})


@dataclass(frozen=True)
class SourceEquation:
    """One equation as text, and the place of its first character."""

    text: str
    place: Place | None = None


def equations_of(text: str, place: Place | None = None) -> list[SourceEquation]:
    """The equations of a block of text, one a line (``#`` starts a comment), with their places.

    :raises DerivgenError: E304 for a block that is too long"""
    return [SourceEquation(line.text, line.place) for line in ex.split_block(text, place)]


def build_network(
    quantities: Sequence[Quantity],
    equations: Sequence[SourceEquation],
    *,
    loss: str | None,
    functions: Mapping[str, ScalarFunction],
    ranges: Mapping[str, tuple[int, int]] | None = None,
    index_base: Literal[0, 1] = 0,
    sample_index: str | None = None,
    ties: Ties = "first",
    shortcuts: Sequence[Shortcut] = (),
    namings: Mapping[str, Naming] | None = None,
    outside: Mapping[str, float] | None = None,
    prose: Mapping[str, str] | None = None,
    remarks: Sequence[str] = (),
) -> Network:
    """The network of the declared quantities and the equations over them.

    :param quantities: inputs, targets, parameters and constants, with their shapes
    :param equations: in any order; their targets are the computed quantities, whose shapes follow
    :param loss: the name of the loss; None takes the last equation whose target is a scalar
    :param functions: functions by name that equations may call beside the elementary ones
    :param ranges: first and last value (both included, counted from ``index_base``) of an index
    :param index_base: the number of an array's first element in the text
    :param sample_index: the index that counts samples, where there is a batch axis
    :param ties: where the derivative of a maximum goes when several are largest
    :param namings: how computed quantities are written; read off their names where not given
    :param outside: value of readings outside a computed array (padding); declared quantities
        carry their own
    :param prose: a short phrase about a computed quantity, for the text
    :raises DerivgenError: E301 to E312 for the text, E401 to E415 for what it means
    """
    declared = _declared(quantities)
    entries = [_parsed(one) for one in equations]
    computed = collect(entries, declared)
    padding = {q.name: q.outside for q in quantities if q.outside is not None}
    for name, value in (outside or {}).items():
        known_name(name, computed, "the padded array", None)
        padding[name] = value
    extents = {q.name: tuple(Extent(0, size) for size in q.shape) for q in quantities}
    words = Vocabulary(
        frozenset((*declared, *computed)),
        extents,
        _ranges(ranges or {}, index_base),
        frozenset(functions),
        index_base,
    )
    shapes = Shapes(words, computed, sample_index, extents)
    shapes.label_samples(quantities)
    shapes.find()
    normal = _normal_form(entries, shapes, frozenset(functions), ties)
    for equation in normal:
        _check_readings(equation, shapes, padding)
    _check_parts(normal)
    stages = schedule(normal)
    last = _loss(loss, entries, shapes)
    order = dict.fromkeys(normal[stage.equation].target.array for stage in stages)
    finish = _Finish(shapes, normal, last, namings or {}, outside or {}, prose or {})
    return Network(
        quantities={**declared, **{name: finish.quantity(name) for name in order}},
        equations=tuple(normal),
        schedule=stages,
        loss=last,
        functions=functions,
        shortcuts=tuple(shortcuts),
        sample_index=sample_index,
        remarks=tuple(remarks),
    )


# --- what is given ------------------------------------------------------------------------------


def _declared(quantities: Sequence[Quantity]) -> dict[str, Quantity]:
    """The declared quantities by name.

    :raises DerivgenError: E402, E409, E412"""
    found: dict[str, Quantity] = {}
    for quantity in quantities:
        name = quantity.name
        if quantity.role not in _GIVEN:
            raise ValueError(f"{name} is {quantity.role.value}: only given quantities are declared")
        if name in found:
            raise DerivgenError("E402", f"'{name}' is declared twice", quantity.place)
        if 0 in quantity.shape:
            raise DerivgenError("E412", f"'{name}' has shape {quantity.shape}", quantity.place)
        for values in (quantity.values, quantity.exact):
            if values is not None and values.shape != quantity.shape:
                raise DerivgenError(
                    "E409",
                    f"'{name}' has shape {quantity.shape}, but its values have {values.shape}",
                    quantity.place,
                )
        found[name] = quantity
    return found


def _parsed(one: SourceEquation) -> Written:
    parsed = ex.parse_equation(one.text, one.place)
    return Written(parsed, one.text.strip(), parsed.source.at(parsed.target.at))


def _ranges(ranges: Mapping[str, tuple[int, int]], base: int) -> dict[str, Extent]:
    """Ranges as the author gave them, counted from 0.

    :raises DerivgenError: E412 for a range without values"""
    for name, (first, last) in ranges.items():
        if last < first:
            raise DerivgenError("E412", f"index '{name}' runs from {first} to {last}: over nothing")
    return {
        name: Extent(first - base, last - base + 1, counted=True)
        for name, (first, last) in ranges.items()
    }


# --- what is computed ---------------------------------------------------------------------------


@dataclass
class _Names:
    """Makes names that nobody has."""

    used: set[str]
    arrays: frozenset[str]

    def fresh(self, letter: str, owner: str) -> str:
        """A name for a part of ``owner``: ``z_a``, then ``z2_a``, ``z3_a``; with another letter where an
        author has an array of that name, since ``z_a`` would be taken for an element of his ``z``."""
        number = 1
        letter = next((one for one in LETTERS[letter] if one not in self.arrays), letter)
        while (name := f"{letter}{number if number > 1 else ''}_{owner}") in self.used:
            number += 1
        self.used.add(name)
        return name


def _normal_form(
    entries: Iterable[Written], shapes: Shapes, functions: frozenset[str], ties: Ties
) -> list[Equation]:
    """All equations in normal form, each after those of its staged parts."""
    arrays = frozenset(shapes.words.arrays)
    names = _Names({*arrays, *functions, *shapes.words.ranges}, arrays)
    normaliser = Normaliser(functions, names.fresh, ties)
    normal: list[Equation] = []
    for entry in entries:
        last = normaliser.equation(shapes.indexed(entry))
        normal += [*normaliser.staged, last]
        normaliser.staged.clear()
    return normal


def _loss(wanted: str | None, entries: Sequence[Written], shapes: Shapes) -> str:
    """The name of the loss.

    :raises DerivgenError: E401, E411"""
    if wanted is None:
        scalars = [entry.name for entry in entries if not shapes.extents[entry.name]]
        if scalars:
            return scalars[-1]
        raise DerivgenError(
            "E411",
            "no equation computes a single number that could be the loss",
            entries[-1].place if entries else None,
        )
    if wanted in shapes.words.arrays - shapes.computed.keys():
        raise DerivgenError("E411", f"the loss '{wanted}' is given, not computed")
    known_name(wanted, shapes.computed, "the loss", None)
    if shapes.extents[wanted]:
        raise DerivgenError(
            "E411",
            f"the loss '{wanted}' has shape {shapes.shape(wanted)}; it has to be a single number",
            shapes.computed[wanted][0].place,
            f"sum it, as in L = sum({wanted})",
        )
    return wanted


@dataclass(frozen=True)
class _Finish:
    """Makes the records of computed quantities."""

    shapes: Shapes
    equations: Sequence[Equation]
    loss: str
    namings: Mapping[str, Naming]
    outside: Mapping[str, float]
    prose: Mapping[str, str]
    _first: dict[str, Equation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for equation in self.equations:
            self._first.setdefault(equation.target.array, equation)

    def quantity(self, name: str) -> Quantity:
        """The record of one array; a staged part has the axes of its free indices."""
        first = self._first[name]
        staged = name not in self.shapes.computed
        shape = tuple(i.size for i in first.free) if staged else self.shapes.shape(name)
        starts = tuple(map(self.start, first.free)) if staged else self.shapes.starts(name)
        return Quantity(
            name,
            shape,
            Role.LOSS if name == self.loss else Role.COMPUTED,
            self.namings.get(name) or autonames.naming_of(name, starts),
            outside=self.outside.get(name),
            place=first.place,
            prose=self.prose.get(name, ""),
        )

    def start(self, index: Index) -> int:
        """The first printed number along an index of a staged part."""
        counted = index.start or index.name in self.shapes.words.ranges
        return index.start + self.shapes.words.base if counted else 1


# --- checks -------------------------------------------------------------------------------------


def _check_readings(equation: Equation, shapes: Shapes, padding: Mapping[str, float]) -> None:
    """No reading leaves its array, unless that has a value outside.

    :raises DerivgenError: E406"""
    ranges = ranges_of(equation)
    for ref in equation.refs.values():
        if ref.array in padding or ref.array not in shapes.extents:
            continue
        for axis, (low, high) in enumerate(box(ref, ranges)):
            extent = shapes.extents[ref.array][axis]
            if low < 0 or high >= extent.size:
                raise _leaves(equation, ref, axis, extent, (low, high), shapes.words.base)


def _leaves(
    equation: Equation, ref: Ref, axis: int, extent: Extent, ends: tuple[int, int], base: int
) -> DerivgenError:
    """The error for a reading outside, with all numbers as the author counts."""
    shift = extent.start + base
    index = ref.indices[axis]
    back = base * (1 - sum(factor for _, factor in index.factors))
    shown = affine_text(moved(Affine(index.constant, index.factors), extent.start + back))
    low, high = (end + shift for end in ends)
    runs = f"is {low}" if low == high else f"runs from {low} to {high}"
    if not index.factors:
        shown, runs = str(low), "lies outside"
    return DerivgenError(
        "E406",
        f"index {shown} of '{ref.array}' (axis {axis}, shape positions {shift} to "
        f"{shift + extent.size - 1}) {runs}",
        equation.place,
        "give the index a smaller range, or the array a value `outside` for padding",
    )


def _check_parts(equations: Sequence[Equation]) -> None:
    """Several equations for one array neither overlap nor leave a gap.

    :raises DerivgenError: E402, E413"""
    parts: dict[str, list[Equation]] = {}
    for equation in equations:
        parts.setdefault(equation.target.array, []).append(equation)
    for name, members in parts.items():
        boxes = [box(equation.target, ranges_of(equation)) for equation in members]
        for later, one in enumerate(boxes):
            for earlier in range(later):
                if meet(boxes[earlier], one):
                    raise DerivgenError(
                        "E402",
                        f"{written(members[earlier].target)} and {written(members[later].target)} "
                        "have elements in common",
                        members[later].place,
                        "give the index a range, as in ranges: {t: [1, 3]}",
                    )
        covered = sum(math.prod(high - low + 1 for low, high in found) for found in boxes)
        # the array begins at 0 along every axis, so its size is where its last part ends
        size = math.prod(max(high for _, high in axis) + 1 for axis in zip(*boxes, strict=True))
        if covered != size:
            raise DerivgenError(
                "E413",
                f"the equations for '{name}' compute {covered} of its {size} elements",
                members[0].place,
            )
