"""Draw columns of units: circles, edges with the names and values of their weights, biases.

How much is written follows :data:`~derivgen.document.figure_units.RULES`: everything where there is
room for it in a readable size, then names without values, then only each matrix's name and shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from derivgen.document.blocks import Arrow, Circle, Label, Picture
from derivgen.document.extent import Rectangle, extent
from derivgen.document.figure_placement import Edge, place_labels
from derivgen.document.figure_structure import Columns, Group, Weighted
from derivgen.document.figure_units import RULES, Shape, Unit, Wording, edge_between, ends, framed
from derivgen.formula.tree import Dots, Node, Number, Product, Relation, Row, Text
from derivgen.network.model import Network
from derivgen.notation import Names, with_subscript

Values = Callable[[str, tuple[int, ...]], str | None]


def layered_picture(
    columns: Columns, network: Network, names: Names, values: Values
) -> Picture | None:
    """The picture of a network of units, or None where it has too many columns."""
    if len(columns) > RULES.columns:
        return None
    for wording, size in RULES.wordings:
        drawn = _Drawing(columns, network, names, values, wording, size).picture()
        if drawn is not None:
            return drawn
    return None


class _Drawing:
    """One attempt: a wording and a type size."""

    def __init__(
        self,
        columns: Columns,
        network: Network,
        names: Names,
        values: Values,
        wording: Wording,
        size: float,
    ) -> None:
        self.columns, self.network, self.names, self.values = columns, network, names, values
        self.wording, self.size = wording, size
        self.members = [
            [(group, group.index(place)) for group in column for place in range(group.size)]
            if sum(group.size for group in column) <= RULES.units
            else ends(column)
            for column in columns
        ]
        self.counts = [sum(group.size for group in column) for column in columns]
        self.circled = self._circled_biases()

    # --- what is called how ---------------------------------------------------------------

    def unit_name(self, group: Group, index: tuple[int, ...]) -> Node:
        """The name of a unit; the axis of samples is left out of it."""
        if group.sample is None:
            return self.names.entry(group.head, index)
        starts = self.names.naming(group.head).start
        kept = [s for axis, s in enumerate(starts) if axis != group.sample] or [0] * len(index)
        labels = [Number(str(i + s)) for i, s in zip(index, kept, strict=True)]
        base = self.names.base(group.head)
        return with_subscript(base, Row(tuple(labels))) if labels else base

    def valued(self, name: Node, array: str, index: tuple[int, ...]) -> Node:
        """A name, with its value where values are written and there is one."""
        value = self.values(array, index) if self.wording == "values" else None
        return name if value is None else Relation(name, "=", Number(value))

    def captions(self, column: int, group: Group, index: tuple[int, ...]) -> tuple[Node, ...]:
        """What stands beside a unit: the value of an input, the bias of another unit."""
        if self.wording == "none":
            return ()
        if column == 0:
            value = None if group.sample is not None else self.values(group.head, index)
            return () if value is None else (Number(value),)
        bias = group.bias
        if bias is None or bias.parameter.array in self.circled:
            return ()
        place = bias.index(index)
        name = self.names.entry(bias.parameter.array, place)
        return (self.valued(name, bias.parameter.array, place),)

    def _circled_biases(self) -> frozenset[str]:
        """Biases that are circles of their own: those that several units share and, where there
        are such, also those of a unit that is alone in its column."""
        uses: dict[str, int] = {}
        alone: set[str] = set()
        for column, count in zip(self.columns, self.counts, strict=True):
            for group in column:
                if group.bias is None:
                    continue
                array = group.bias.parameter.array
                if group.bias.shared:
                    uses[array] = uses.get(array, 0) + group.size
                if count == 1:
                    alone.add(array)
        several = {array for array, count in uses.items() if count > 1}
        return frozenset(several | alone if several else ())

    # --- the picture ----------------------------------------------------------------------

    def picture(self) -> Picture | None:
        """The picture, or None where something overlaps or is too crowded to be read."""
        edges = [
            len(left) * len(right)
            for left, right in zip(self.members, self.members[1:], strict=False)
        ]
        elided = any(count > RULES.units for count in self.counts)
        limits = {"values": RULES.valued_edges, "names": RULES.named_edges}
        if self.wording != "none" and (elided or max(edges) > limits[self.wording]):
            return None
        placed = self._place()
        if placed is None:
            return None
        units, biases, width = placed
        shapes: list[Shape] = []
        for column in range(1, len(units)):
            arrows = self._arrows(column, units, biases)
            if arrows is None:
                return None
            shapes.extend(arrows)
        for group_units, bias_units in zip(units, biases, strict=True):
            for unit in [u for u in group_units if u is not None] + list(bias_units.values()):
                inside = extent(unit.name, self.size)[0] <= 2 * unit.radius - 3
                shapes.append(
                    Circle(
                        unit.x,
                        unit.y,
                        unit.radius,
                        unit.name if inside else None,
                        shade=unit.shade,
                    )
                )
                shapes.extend(label for label, _ in unit.caption_labels(self.size))
        shapes.extend(self._notes(units, biases))
        return framed(shapes, width, self.size)

    def _place(
        self,
    ) -> tuple[list[list[Unit | None]], list[dict[str, Unit]], float] | None:
        """The circles of each column (None for dots) and the biases that feed the next one."""
        plain = self.wording == "none"
        size = self.size
        names = [
            [None if m is None else self.unit_name(*m) for m in column] for column in self.members
        ]
        widths = [
            max(extent(name, size)[0] for name in column if name is not None) for column in names
        ]
        limit = 2 * RULES.radius[1] - 6
        outside = [width > limit for width in widths]
        inner = max((w for w, out in zip(widths, outside, strict=True) if not out), default=0.0)
        radius = max(RULES.radius[0], inner / 2 + 3.5)
        captions = [
            [
                ()
                if member is None or name is None
                else ((name,) if out else ()) + self.captions(number, *member)
                for member, name in zip(column, column_names, strict=True)
            ]
            for number, (column, column_names, out) in enumerate(
                zip(self.members, names, outside, strict=True)
            )
        ]
        room = [
            max((extent(c, size)[0] for unit in column for c in unit), default=0.0)
            for column in captions
        ]
        left = RULES.margin + radius + (room[0] + 4.0 if room[0] else 0.0)
        right = RULES.margin + max(radius, room[-1] / 2)
        between = len(self.members) - 1
        gap = min(RULES.gap_plain if plain else RULES.gap, (RULES.width - left - right) / between)
        fed = [self._fed(column) for column in range(1, len(self.columns))] + [[]]
        spacing = self._spacing(radius, captions, fed)
        if gap < 2 * radius + 16 or spacing < 2 * radius + (12 if any(room[1:]) else 3):
            return None
        placed: list[list[Unit | None]] = []
        biases: list[dict[str, Unit]] = []
        for number, (column_names, column_captions) in enumerate(zip(names, captions, strict=True)):
            x = left + gap * number
            last = number == between
            shade: Literal["input", "hidden", "output"] = "hidden"
            if number == 0 or last:
                shade = "output" if last else "input"
            middle = (len(column_names) - 1) / 2
            column: list[Unit | None] = []
            for place, (name, caption) in enumerate(
                zip(column_names, column_captions, strict=True)
            ):
                side: Literal["left", "above", "below"] = (
                    "left" if number == 0 else "above" if place < middle else "below"
                )
                y = (place - middle) * spacing
                column.append(
                    None if name is None else Unit(x, y, radius, name, caption, side, shade)
                )
            placed.append(column)
            biases.append(
                {
                    array: self._bias_unit(array, x, (middle + 0.9 * (1 + row)) * spacing)
                    for row, array in enumerate(fed[number])
                }
            )
        return placed, biases, left + gap * between + right

    def _fed(self, column: int) -> list[str]:
        """The circled biases of the units of a column, each once."""
        found = [
            group.bias.parameter.array
            for group in self.columns[column]
            if group.bias is not None and group.bias.parameter.array in self.circled
        ]
        return list(dict.fromkeys(found))

    def _bias_unit(self, array: str, x: float, y: float) -> Unit:
        shape = self.network.quantities[array].shape
        index = (0,) * len(shape)
        name = self.names.entry(array, index)
        lowest, highest = RULES.bias_radius
        width = extent(name, self.size)[0]
        inside = width / 2 + 2.5 <= highest
        radius = max(lowest, width / 2 + 2.5) if inside else lowest
        value = self.values(array, index) if self.wording == "values" else None
        captions: tuple[Node, ...] = () if inside else (name,)
        if value is not None:
            captions += (Number(value),)
        return Unit(x, y, radius, name, captions, "below", "bias")

    def _spacing(
        self, radius: float, captions: Sequence[Sequence[tuple[Node, ...]]], fed: list[list[str]]
    ) -> float:
        above = max((len(column) - 1) / 2 for column in self.members)
        below = max(
            (len(column) - 1) / 2 + 0.9 * len(biases)
            for column, biases in zip(self.members, fed, strict=True)
        )
        lines = max((len(unit) for column in captions for unit in column), default=0)
        notes = 30.0 if self.wording == "none" else 0.0
        taken = 2 * radius + 2 * lines * (1.3 * self.size + 3) + 2 * RULES.margin + notes
        largest = RULES.spacing_plain if self.wording == "none" else RULES.spacing
        return min(largest, (RULES.height - taken) / max(1.0, above + below))

    def _arrows(
        self,
        column: int,
        units: list[list[Unit | None]],
        biases: list[dict[str, Unit]],
    ) -> list[Arrow] | None:
        """The edges into a column with their labels; None where these overlap."""
        edges: list[tuple[Edge, Node | None, bool]] = []
        for unit, member in zip(units[column], self.members[column], strict=True):
            if unit is None or member is None:
                continue
            group, index = member
            for weighted in group.weighted:
                for source, place in self._sources(column - 1, weighted, units):
                    label = self._weight(weighted, index, place)
                    edges.append((edge_between(source, unit, label, self.size), label, False))
            if group.bias is not None and group.bias.parameter.array in biases[column - 1]:
                source = biases[column - 1][group.bias.parameter.array]
                edges.append((edge_between(source, unit, None, self.size), None, True))
        circles = [
            unit
            for number in (column - 1, column)
            for unit in [*units[number], *biases[number].values()]
            if unit is not None
        ]
        obstacles = [Rectangle.around(u.x, u.y, 2 * u.radius, 2 * u.radius) for u in circles]
        obstacles += [box for unit in circles for _, box in unit.caption_labels(self.size)]
        found = place_labels([edge for edge, _, _ in edges], obstacles)
        if found.overlap > 0:
            return None
        head = len(edges) <= RULES.heads
        return [
            Arrow((edge.start, edge.end), label, place, head=head, dashed=dashed)
            for (edge, label, dashed), place in zip(edges, found.places, strict=True)
        ]

    def _sources(
        self, column: int, weighted: Weighted, units: list[list[Unit | None]]
    ) -> Iterator[tuple[Unit, tuple[int, ...]]]:
        for unit, member in zip(units[column], self.members[column], strict=True):
            if unit is not None and member is not None and member[0].head == weighted.source:
                yield unit, member[1]

    def _weight(
        self, weighted: Weighted, unit: tuple[int, ...], source: tuple[int, ...]
    ) -> Node | None:
        if self.wording == "none":
            return None
        index = weighted.weight(unit, source)
        array = weighted.parameter.array
        return self.valued(self.names.entry(array, index), array, index)

    def _notes(
        self, units: list[list[Unit | None]], biases: list[dict[str, Unit]]
    ) -> Iterator[Label]:
        """Dots for what is left out, with the count of units, and the matrices' names."""
        drawn = [u for column in units for u in column if u is not None]
        top = min(unit.y - unit.radius for unit in drawn)
        for number, column in enumerate(units):
            present = [unit for unit in column if unit is not None]
            x = present[0].x
            if None in column:
                y = (present[-2].y + present[-1].y) / 2
                yield Label(x, y, Dots("vertical"))
                lowest = max([*present, *biases[number].values()], key=lambda unit: unit.y)
                yield Label(
                    x, lowest.y + lowest.radius + 3, Text(f"{self.counts[number]} units"), "above"
                )
            if self.wording != "none" or number == 0:
                continue
            before = next(unit for unit in units[number - 1] if unit is not None)
            arrays = {
                weighted.parameter.array
                for group in self.columns[number]
                for weighted in group.weighted
            }
            if len(arrays) == 1:
                (array,) = arrays
                shape = self.network.quantities[array].shape
                size = Product(tuple(Number(str(n)) for n in shape), "cross")
                middle = (before.x + x) / 2
                yield Label(middle, top - 12, self.names.whole(array), "below")
                if shape:
                    yield Label(middle, top - 10, size, "above")
