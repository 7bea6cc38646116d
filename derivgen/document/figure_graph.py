"""Draw a network as the graph of its arrays: boxes with symbols and shapes, arrows along readings.

Arrays stand in columns by the longest way that leads to them; inputs and parameters stand right
before the first that reads them.  Parameters that only one equation reads share a box, except in a small circuit of scalars.  A reading
that goes back (``h[t-1]`` in the equation of ``h[t]``) is a dashed arrow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from derivgen.document.blocks import Arrow, Box, Label, Picture
from derivgen.document.extent import extent
from derivgen.document.figure_lines import rounded
from derivgen.formula.build import COMMA
from derivgen.formula.tree import Node, Number, Product, Row
from derivgen.network.model import Network, Ref, Role
from derivgen.notation import Names

Values = Callable[[str, tuple[int, ...]], str | None]
Shade = Literal["input", "hidden", "output", "bias", "loss", "plain"]


@dataclass(frozen=True)
class Rules:
    """Sizes of the drawing, in points."""

    width: float = 440.0
    height: float = 330.0
    sizes: tuple[float, ...] = (9.0, 8.0, 7.0)
    #: distance of columns: at the most, and the least between the boxes of two
    gap: float = 46.0
    least_gap: float = 13.0
    #: distance of the centres of two boxes of a column: at the most, at the least
    spacing: float = 48.0
    least_spacing: float = 20.0
    margin: float = 4.0
    #: parameters named in one box before it says how many more there are
    together: int = 4
    sweeps: int = 12


RULES = Rules()

#: distance of two lanes of arrows that go back
_LANE = 8.0

_SHADES: Mapping[Role, Shade] = {
    Role.INPUT: "input",
    Role.TARGET: "plain",
    Role.CONSTANT: "plain",
    Role.PARAMETER: "bias",
    Role.COMPUTED: "hidden",
    Role.LOSS: "loss",
}


#: boxes and bends beyond which no size fits, so that no order of theirs is looked for
MOST_PLACES = 600


@dataclass(frozen=True)
class _Place:
    """What stands in a column: a box of one or more arrays, or (none) a bend of a long arrow."""

    key: str
    arrays: tuple[str, ...]
    column: int


@dataclass(frozen=True)
class _Graph:
    """Boxes and bends, the ways of the arrows through them, and the arrows that go back."""

    places: Mapping[str, _Place]
    ways: tuple[tuple[str, ...], ...]
    back: tuple[tuple[str, str], ...]

    def columns(self) -> list[list[str]]:
        """The keys of each column, in order of appearance."""
        found: list[list[str]] = [
            [] for _ in range(1 + max(place.column for place in self.places.values()))
        ]
        for key, place in self.places.items():
            found[place.column].append(key)
        return found


def graph_picture(network: Network, names: Names, values: Values) -> Picture | None:
    """The graph of a network's arrays, or None where it does not fit in a readable size."""
    # in a circuit of scalars, whose boxes show values, each parameter has its own if there is room
    for alone in (True, False) if _is_scalar(network) else (False,):
        graph = _graph(network, alone)
        if len(graph.places) > MOST_PLACES:
            continue
        order = _ordered(graph)
        for size in RULES.sizes:
            drawing = _Drawing(network, names, values, size)
            picture = drawing.picture(graph, order)
            if picture is not None:
                return picture
    return None


def _is_scalar(network: Network) -> bool:
    return all(not quantity.shape for quantity in network.quantities.values())


# --- what stands where ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Readings:
    """What the equations of a computed array read: now, and of an earlier step of a recurrence."""

    now: tuple[str, ...]
    earlier: tuple[str, ...]


def _readings(network: Network) -> dict[str, _Readings]:
    """What each computed array reads; the arrays in the order of computation, those of a
    recurrence in the order within one step, wherever their first elements come from."""
    first: dict[int, int] = {}
    for place, stage in enumerate(network.schedule):
        first.setdefault(stage.equation, place)
    steps = {stage.equation: stage.pinned[0][0] for stage in network.schedule if stage.pinned}
    writers: dict[tuple[str, str], list[Ref]] = {}
    for number, letter in steps.items():
        target = network.equations[number].target
        writers.setdefault((target.array, letter), []).append(target)
    rank: dict[str, int] = {}
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for number, place in sorted(first.items(), key=lambda one: one[1]):
        equation = network.equations[number]
        array = equation.target.array
        rank[array] = place
        now, earlier = found.setdefault(array, ({}, {}))
        along = steps.get(number)
        for ref in equation.refs.values():
            targets = writers.get((ref.array, along), []) if along is not None else []
            lagged = any(_lagged(ref, target, along) for target in targets)
            (earlier if lagged else now)[ref.array] = None
    return {
        array: _Readings(tuple(found[array][0]), tuple(found[array][1]))
        for array in sorted(found, key=lambda array: rank[array])
    }


def _lagged(ref: Ref, target: Ref, along: str | None) -> bool:
    """Whether a reading goes to another step than that at which the element is computed."""
    return any(
        own.factors == ((along, 1),) and read.factors == own.factors and read != own
        for read, own in zip(ref.indices, target.indices, strict=True)
    )


def _graph(network: Network, alone: bool) -> _Graph:
    readings = _readings(network)
    rank = {array: place for place, array in enumerate(readings)}
    depth: dict[str, int] = {}
    for array, read in readings.items():
        before = [depth[one] for one in read.now if rank.get(one, len(rank)) < rank[array]]
        depth[array] = 1 + max(before, default=0)
    readers: dict[str, list[str]] = {}
    for array, read in readings.items():
        for one in dict.fromkeys(read.now + read.earlier):
            readers.setdefault(one, []).append(array)
    places: dict[str, _Place] = {}
    box_of: dict[str, str] = {}
    shared: dict[str, list[str]] = {}
    for array in network.quantities:
        if array not in rank and array in readers:
            parameter = network.quantities[array].role is Role.PARAMETER
            own = parameter and len(readers[array]) == 1 and not alone
            key = f"parameters of {readers[array][0]}" if own else array
            shared.setdefault(key, []).append(array)
            box_of[array] = key
    for key, arrays in shared.items():
        column = min(depth[reader] for array in arrays for reader in readers[array]) - 1
        places[key] = _Place(key, tuple(arrays), column)
    for array in readings:
        places[array] = _Place(array, (array,), depth[array])
        box_of[array] = array
    ways: dict[tuple[str, ...], None] = {}
    back: dict[tuple[str, str], None] = {}
    for array, read in readings.items():
        back.update(((one, array), None) for one in read.earlier)
        for one in read.now:
            if one in rank and rank[one] >= rank[array]:
                back[one, array] = None
                continue
            start = places[box_of[one]]
            bends = []
            for column in range(start.column + 1, depth[array]):
                bend = f"{start.key} to {array} at {column}"
                places[bend] = _Place(bend, (), column)
                bends.append(bend)
            ways[start.key, *bends, array] = None
    return _Graph(places, tuple(ways), tuple(back))


def _neighbours(graph: _Graph) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    before: dict[str, list[str]] = {key: [] for key in graph.places}
    after: dict[str, list[str]] = {key: [] for key in graph.places}
    for way in graph.ways:
        for one, next_one in pairwise(way):
            before[next_one].append(one)
            after[one].append(next_one)
    return before, after


def _crossings(order: Sequence[Sequence[str]], after: Mapping[str, Sequence[str]]) -> int:
    rank = {key: place for column in order for place, key in enumerate(column)}
    count = 0
    for column in order:
        pairs = [(rank[key], rank[target]) for key in column for target in after[key]]
        for at, (one, end) in enumerate(pairs):
            count += sum(
                (one < other) != (end < last) and one != other and end != last
                for other, last in pairs[:at]
            )
    return count


def _ordered(graph: _Graph) -> list[list[str]]:
    """The columns in an order with few crossings: each box near the middle of its neighbours."""
    before, after = _neighbours(graph)
    order = graph.columns()
    best, least = order, _crossings(order, after)
    for sweep in range(RULES.sweeps):
        forward = sweep % 2 == 0
        order = [list(column) for column in order]
        near = before if forward else after
        numbers = range(1, len(order)) if forward else range(len(order) - 2, -1, -1)
        for number in numbers:
            other = order[number - 1 if forward else number + 1]
            rank = {key: place / max(1, len(other) - 1) for place, key in enumerate(other)}
            column = order[number]
            own = {key: place / max(1, len(column) - 1) for place, key in enumerate(column)}
            wish = {
                key: sum(rank[one] for one in near[key]) / len(near[key]) if near[key] else own[key]
                for key in column
            }
            column.sort(key=lambda key: (round(wish[key], 6), own[key]))
        count = _crossings(order, after)
        if count < least:
            best, least = order, count
    return best


# --- the drawing ------------------------------------------------------------------------------


class _Drawing:
    """One attempt at a type size."""

    def __init__(self, network: Network, names: Names, values: Values, size: float) -> None:
        self.network, self.names, self.values, self.size = network, names, values, size
        #: a circuit of scalars has values to show beneath its boxes, other networks have shapes
        self.scalar = _is_scalar(network)

    def label(self, place: _Place) -> Node:
        """The symbols of a box, at most a few of them."""
        shown = [self.names.whole(array) for array in place.arrays[: RULES.together]]
        items: list[Node] = [shown[0]]
        for name in shown[1:]:
            items += [COMMA, name]
        more = len(place.arrays) - len(shown)
        if more:
            items += [COMMA, Number(f"+{more}")]
        return items[0] if len(items) == 1 else Row(tuple(items))

    def beneath(self, place: _Place) -> Node | None:
        """The value of a scalar, or the shape of an array."""
        if len(place.arrays) != 1:
            return None
        (array,) = place.arrays
        shape = self.network.quantities[array].shape
        if not shape:
            value = self.values(array, ()) if self.scalar else None
            return None if value is None else Number(value)
        sizes = tuple(Number(str(length)) for length in shape)
        return sizes[0] if len(sizes) == 1 else Product(sizes, "cross")

    def picture(self, graph: _Graph, order: Sequence[Sequence[str]]) -> Picture | None:
        """The picture, or None where it is too wide or too crowded at this size."""
        places, size = graph.places, self.size
        labels = {key: self.label(place) for key, place in places.items() if place.arrays}
        notes = {key: self.beneath(place) for key, place in places.items() if place.arrays}
        wide = {
            key: max(
                20.0,
                extent(label, size)[0] + 8.0,
                extent(note, size)[0] if note is not None else 0.0,
            )
            for key, label in labels.items()
            for note in [notes[key]]
        }
        height = 2.0 * size
        widths = [max((wide[key] for key in column if key in wide), default=0) for column in order]
        free = RULES.width - 2 * RULES.margin - sum(widths)
        gap = min(RULES.gap, free / max(1, len(order) - 1))
        returning = list(dict.fromkeys(one for one, other in graph.back if one != other))
        lanes = len(returning)
        tallest = max(map(len, order))
        taken = 2 * RULES.margin + height + 1.3 * size + _LANE * lanes
        spacing = min(RULES.spacing, (RULES.height - taken) / max(1, tallest - 1))
        if gap < RULES.least_gap or spacing < max(RULES.least_spacing, height + 1.3 * size):
            return None
        xs: dict[str, float] = {}
        left = RULES.margin
        for column, width in zip(order, widths, strict=True):
            xs.update((key, left + width / 2) for key in column)
            left += width + gap
        ys = _heights(graph, order, spacing, (tallest - 1) * spacing)
        top = RULES.margin + height / 2 + _LANE * lanes
        ys = {key: y + top for key, y in ys.items()}
        shapes: list[Box | Arrow | Label] = []
        for way in graph.ways:
            first, last = way[0], way[-1]
            points = [(xs[first] + wide[first] / 2, ys[first])]
            for bend in way[1:-1]:
                half = widths[places[bend].column] / 2
                points += [(xs[bend] - half, ys[bend]), (xs[bend] + half, ys[bend])]
            points.append((xs[last] - wide[last] / 2 - 0.6, ys[last]))
            shapes.append(Arrow(rounded(points)))
        for first, last in graph.back:
            # all that goes back from one array shares a lane above the boxes
            lane = returning.index(first) + 1 if first in returning else 0
            aside = gap * (lane + 1) / (2 * len(returning) + 3)
            out = xs[first] + widths[places[first].column] / 2 + aside
            into = xs[last] - widths[places[last].column] / 2 - aside
            above = top - height / 2 - _LANE * lane + 2.0 if lane else ys[last] - height / 2 - 5.0
            start, end = ys[first] - height / 4, ys[last] - height / 4
            corners = ((out, start), (out, above), (into, above), (into, end))
            shapes.append(
                Arrow(
                    rounded(
                        (
                            (xs[first] + wide[first] / 2, start),
                            *corners,
                            (xs[last] - wide[last] / 2 - 0.6, end),
                        ),
                        _LANE / 2,
                    ),
                    dashed=True,
                )
            )
        for key, label in labels.items():
            role = self.network.quantities[places[key].arrays[0]].role
            shapes.append(Box(xs[key], ys[key], wide[key], height, label, _SHADES[role]))
            note = notes[key]
            if note is not None:
                shapes.append(Label(xs[key], ys[key] + height / 2 + 1.5, note, "above"))
        bottom = max(ys.values()) + height / 2 + 1.3 * size + RULES.margin
        return Picture(
            round(left - gap + RULES.margin, 2),
            round(bottom, 2),
            tuple(map(_tidy, shapes)),
            size,
        )


def _heights(
    graph: _Graph, order: Sequence[Sequence[str]], spacing: float, room: float
) -> dict[str, float]:
    """A height for each box: near the middle of its neighbours, ``spacing`` apart, within ``room``."""
    before, after = _neighbours(graph)
    ys: dict[str, float] = {}
    for column in order:
        first = (room - (len(column) - 1) * spacing) / 2
        ys.update((key, first + place * spacing) for place, key in enumerate(column))
    for _ in range(RULES.sweeps):
        for column in order:
            wishes = []
            for key in column:
                near = before[key] + after[key]
                wishes.append(sum(ys[one] for one in near) / len(near) if near else ys[key])
            ys.update(zip(column, _apart(wishes, spacing, room), strict=True))
    return ys


def _apart(wishes: Sequence[float], spacing: float, room: float) -> list[float]:
    """The heights nearest to the wishes that keep the order, the spacing and the room."""
    blocks: list[tuple[float, int]] = []
    for place, wish in enumerate(wishes):
        blocks.append((wish - place * spacing, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (one, many), (other, more) = blocks[-2:]
            blocks[-2:] = [((one * many + other * more) / (many + more), many + more)]
    highest = room - (len(wishes) - 1) * spacing
    starts = [min(max(start, 0.0), highest) for start, count in blocks for _ in range(count)]
    return [start + place * spacing for place, start in enumerate(starts)]


def _tidy(shape: Box | Arrow | Label) -> Box | Arrow | Label:
    """The shape with lengths to a hundredth of a point."""
    if isinstance(shape, Arrow):
        return replace(shape, points=tuple((round(x, 2), round(y, 2)) for x, y in shape.points))
    moved = replace(shape, x=round(shape.x, 2), y=round(shape.y, 2))
    if isinstance(moved, Box):
        return replace(moved, width=round(moved.width, 2), height=round(moved.height, 2))
    return moved
