"""The parts that columns of units are drawn with: the rules of what is drawn, circles, edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from derivgen.document.blocks import Arrow, Circle, Label, Picture
from derivgen.document.extent import Rectangle, extent
from derivgen.document.figure_placement import Edge
from derivgen.document.figure_structure import Group
from derivgen.formula.tree import Node

Wording = Literal["values", "names", "none"]
Shape = Circle | Arrow | Label


@dataclass(frozen=True)
class Rules:
    """What is drawn of a network of which size; lengths are points."""

    width: float = 440.0
    height: float = 330.0
    #: more columns than this are no picture any more
    columns: int = 9
    #: columns of more units than ``units`` show the first ``first``, dots, and the last
    units: int = 8
    first: int = 3
    #: weights have their values, or their names alone, up to this number of edges between two columns
    valued_edges: int = 12
    named_edges: int = 24
    #: arrow heads are drawn up to this number of edges between two columns
    heads: int = 40
    #: what is written and in which type size: the first that fits without an overlap
    wordings: tuple[tuple[Wording, float], ...] = (
        ("values", 9.0),
        ("values", 8.0),
        ("values", 7.0),
        ("names", 9.0),
        ("names", 8.0),
        ("names", 7.0),
        ("none", 9.0),
        ("none", 7.0),
    )
    #: largest distance of columns and of units, with labels on the edges and without
    gap: float = 158.0
    gap_plain: float = 112.0
    spacing: float = 88.0
    spacing_plain: float = 46.0
    #: radius of units and of biases: from, to; a name that is wider stands beside its circle
    radius: tuple[float, float] = (13.0, 22.0)
    bias_radius: tuple[float, float] = (9.5, 18.0)
    margin: float = 4.0


RULES = Rules()


@dataclass(frozen=True)
class Unit:
    """A circle with its captions; ``side`` is where the captions stand."""

    x: float
    y: float
    radius: float
    name: Node
    captions: tuple[Node, ...]
    side: Literal["left", "above", "below"]
    shade: Literal["input", "hidden", "output", "bias"]

    def caption_labels(self, size: float) -> Iterator[tuple[Label, Rectangle]]:
        """The captions with the room that each takes."""
        distance = self.radius + 2.5
        captions = reversed(self.captions) if self.side == "above" else self.captions
        for caption in captions:
            width, height = extent(caption, size)
            match self.side:
                case "left":
                    x, y = self.x - self.radius - 4.0, self.y
                    box = Rectangle.around(x - width / 2, y, width, height)
                    yield Label(x, y, caption, "right"), box
                case "above":
                    y = self.y - distance
                    box = Rectangle.around(self.x, y - height / 2, width, height)
                    yield Label(self.x, y, caption, "below"), box
                case "below":
                    y = self.y + distance
                    box = Rectangle.around(self.x, y + height / 2, width, height)
                    yield Label(self.x, y, caption, "above"), box
            distance += height + 1.0


def shown(count: int) -> tuple[int | None, ...]:
    """The positions that are drawn of a column of ``count`` units; None stands for dots."""
    if count <= RULES.units:
        return tuple(range(count))
    return (*range(RULES.first), None, count - 1)


def ends(column: Sequence[Group]) -> list[tuple[Group, tuple[int, ...]] | None]:
    """The members that are drawn of a long column, with None for the dots."""
    count = sum(group.size for group in column)
    found: list[tuple[Group, tuple[int, ...]] | None] = []
    for position in shown(count):
        if position is None:
            found.append(None)
            continue
        for group in column:
            if position < group.size:
                found.append((group, group.index(position)))
                break
            position -= group.size
    return found


def edge_between(source: Unit, target: Unit, label: Node | None, size: float) -> Edge:
    """The edge from circle to circle, from border to border."""
    across, down = target.x - source.x, target.y - source.y
    length = (across**2 + down**2) ** 0.5
    start = (
        source.x + across * source.radius / length,
        source.y + down * source.radius / length,
    )
    end = (
        target.x - across * (target.radius + 0.6) / length,
        target.y - down * (target.radius + 0.6) / length,
    )
    return Edge(start, end, None if label is None else extent(label, size))


def framed(shapes: Sequence[Shape], width: float, size: float) -> Picture:
    """The shapes moved down so that the highest one is at the margin."""
    tops: list[float] = []
    bottoms: list[float] = []
    for shape in shapes:
        match shape:
            case Circle():
                tops.append(shape.y - shape.radius)
                bottoms.append(shape.y + shape.radius)
            case Label(_, y, content, anchor):
                height = extent(content, size)[1]
                up = {"above": 0.0, "below": height}.get(anchor, height / 2)
                tops.append(y - up)
                bottoms.append(y - up + height)
            case Arrow():
                tops.extend(y for _, y in shape.points)
    down = RULES.margin - min(tops)
    return Picture(
        _tidy(width),
        _tidy(max(bottoms) + down + RULES.margin),
        tuple(_moved(shape, down) for shape in shapes),
        size,
    )


def _tidy(length: float) -> float:
    """Lengths to a tenth of a point: enough for print, and the same text on every machine."""
    return round(length, 2)


def _moved(shape: Shape, down: float) -> Shape:
    match shape:
        case Circle(x, y, radius, label, below, shade):
            return Circle(_tidy(x), _tidy(y + down), _tidy(radius), label, below, shade)
        case Label(x, y, content, anchor):
            return Label(_tidy(x), _tidy(y + down), content, anchor)
        case Arrow(points, label, at, head, dashed):
            moved = tuple((_tidy(x), _tidy(y + down)) for x, y in points)
            return Arrow(moved, label, round(at, 3), head, dashed)
