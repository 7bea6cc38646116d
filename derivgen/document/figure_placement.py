"""Where along its edge each label of a bundle of edges stands: a deterministic search.

The cost of a place counts what a reader would stumble over: another label or a unit beneath it
(never accepted in the end), other edges running behind it, and distance from the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from derivgen.document.extent import Rectangle

Point = tuple[float, float]

#: places along an edge that are tried
_PLACES = tuple(0.10 + 0.025 * step for step in range(33))
#: space that is always kept around a label, and space that is kept where it can be
_MARGIN, _AIR = 0.5, 5.0
#: costs: of a square point of overlap, of one within the air, of a point of foreign edge behind a
#: label, of one within the air, of distance from the middle
_OVERLAP, _CLOSE, _BEHIND, _NEAR, _OFF = 10.0, 0.15, 2.0, 1.0, 8.0
_ROUNDS = 12


@dataclass(frozen=True)
class Edge:
    """A straight edge, and the size of its label (None: it has none)."""

    start: Point
    end: Point
    label: tuple[float, float] | None = None

    def at(self, place: float) -> Point:
        """The point at a part of its length."""
        (x, y), (u, v) = self.start, self.end
        return x + (u - x) * place, y + (v - y) * place


def length_inside(edge: Edge, box: Rectangle) -> float:
    """How much of an edge runs inside a rectangle, in points (Liang and Barsky's clipping)."""
    (x, y), (u, v) = edge.start, edge.end
    first, last = 0.0, 1.0
    for along, near, far in (
        (u - x, box.left - x, box.right - x),
        (v - y, box.top - y, box.bottom - y),
    ):
        if along == 0:
            if near > 0 or far < 0:
                return 0.0
            continue
        enter, leave = sorted((near / along, far / along))
        first, last = max(first, enter), min(last, leave)
    length = float(((u - x) ** 2 + (v - y) ** 2) ** 0.5)
    return max(0.0, last - first) * length


@dataclass(frozen=True)
class Placement:
    """A place for each label (0.5 where an edge has none); ``overlap`` is the area, in square
    points, by which labels cover each other or an obstacle: 0 where all is readable."""

    places: tuple[float, ...]
    overlap: float


Corners = np.ndarray
"""Rectangles by number and place: an array of left, top, right and bottom, those on the first axis."""


def place_labels(edges: Sequence[Edge], obstacles: Sequence[Rectangle]) -> Placement:
    """The best place found for the label of each edge."""
    labelled = [number for number, edge in enumerate(edges) if edge.label is not None]
    if not labelled:
        return Placement((0.5,) * len(edges), 0.0)
    bare = [_boxes(edges[number]) for number in labelled]
    boxes = _corners([[box.grown(_MARGIN) for box in row] for row in bare])
    air = _corners([[box.grown(_AIR) for box in row] for row in bare])
    fixed = np.array(
        [
            [
                _fixed_cost(edges, number, place, box, obstacles)
                for place, box in zip(_PLACES, row, strict=True)
            ]
            for number, row in zip(labelled, bare, strict=True)
        ]
    )
    best: tuple[float, list[int]] | None = None
    for start in _STARTS:
        chosen = [_nearest(start(rank, len(labelled))) for rank in range(len(labelled))]
        cost = _descend(chosen, boxes, air, fixed)
        if best is None or cost < best[0]:
            best = cost, chosen
    assert best is not None
    places = [0.5] * len(edges)
    for number, place in zip(labelled, best[1], strict=True):
        places[number] = _PLACES[place]
    placed = [row[place].grown(_MARGIN) for row, place in zip(bare, best[1], strict=True)]
    return Placement(tuple(places), _covered(placed, obstacles))


#: where a search starts: (rank of the edge, number of edges) -> a part of the length
_STARTS: tuple[Callable[[int, int], float], ...] = (
    lambda _rank, _count: 0.5,
    lambda rank, _count: 0.3 if rank % 2 else 0.7,
    lambda rank, _count: (0.25, 0.5, 0.75)[rank % 3],
    lambda rank, count: 0.2 + 0.6 * rank / max(1, count - 1),
    lambda _rank, _count: 0.25,
    lambda _rank, _count: 0.75,
)


def _nearest(place: float) -> int:
    return min(range(len(_PLACES)), key=lambda number: abs(_PLACES[number] - place))


def _boxes(edge: Edge) -> list[Rectangle]:
    assert edge.label is not None
    return [Rectangle.around(*edge.at(place), *edge.label) for place in _PLACES]


def _corners(rows: Sequence[Sequence[Rectangle]]) -> Corners:
    return np.array(
        [[(b.left, b.top, b.right, b.bottom) for b in row] for row in rows], dtype=float
    ).transpose(2, 0, 1)


def _fixed_cost(
    edges: Sequence[Edge],
    number: int,
    place: float,
    bare: Rectangle,
    obstacles: Sequence[Rectangle],
) -> float:
    """What a place costs whatever the other labels do."""
    box, air = bare.grown(_MARGIN), bare.grown(_AIR)
    cost = _OFF * abs(place - 0.5)
    for other, edge in enumerate(edges):
        if other != number:
            near = length_inside(edge, air)
            if near:
                cost += _NEAR * near + _BEHIND * length_inside(edge, box)
    for obstacle in obstacles:
        close = air.overlap(obstacle)
        if close:
            cost += _CLOSE * close + _OVERLAP * box.overlap(obstacle)
    return cost


def _areas(one: Corners, two: Corners) -> np.ndarray:
    """The areas by which rectangles overlap."""
    across = np.minimum(one[2], two[2]) - np.maximum(one[0], two[0])
    down = np.minimum(one[3], two[3]) - np.maximum(one[1], two[1])
    areas: np.ndarray = np.maximum(across, 0.0) * np.maximum(down, 0.0)
    return areas


def _descend(chosen: list[int], boxes: Corners, air: Corners, fixed: np.ndarray) -> float:
    """Move one label at a time to its cheapest place until none moves; the cost of the whole."""
    numbers = np.arange(len(chosen))
    places = np.array(chosen)

    def costs(number: int) -> np.ndarray:
        """What each place of a label costs beside the others where they are."""
        others = boxes[:, numbers, places][:, numbers != number, None]
        clash = _areas(boxes[:, number][:, None, :], others)
        close = _areas(air[:, number][:, None, :], others)
        pairs = (_OVERLAP * clash + _CLOSE * close).sum(axis=0)
        # rounded, so that the last bits of a machine's sums do not decide between equals
        rounded: np.ndarray = np.round(fixed[number] + pairs, 6)
        return rounded

    for _ in range(_ROUNDS):
        before = places.copy()
        for number in range(len(chosen)):
            places[number] = int(np.argmin(costs(number)))
        if np.array_equal(places, before):
            break
    chosen[:] = map(int, places)
    return round(float(sum(costs(number)[place] for number, place in enumerate(chosen))), 4)


def _covered(placed: Sequence[Rectangle], obstacles: Sequence[Rectangle]) -> float:
    covered = sum(box.overlap(obstacle) for box in placed for obstacle in obstacles)
    return covered + sum(one.overlap(two) for at, one in enumerate(placed) for two in placed[:at])
