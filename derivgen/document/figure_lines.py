"""Lines of figures that turn: their corners are rounded, on points, so that every format draws them alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Point = tuple[float, float]

#: how far from a corner its curve begins, in points, where the lines beside it are long enough
RADIUS = 9.0
#: points of the curve between its ends
_BETWEEN = 5


def rounded(points: Sequence[Point], radius: float = RADIUS) -> tuple[Point, ...]:
    """The points of a line with each corner as a piece of a parabola; its ends stay as they are."""
    return (points[0], *_corners(points, radius), points[-1])


def _corners(points: Sequence[Point], radius: float) -> Iterator[Point]:
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        for step in range(_BETWEEN + 2):
            t = step / (_BETWEEN + 1)
            one, two, three = (1 - t) ** 2, 2 * t * (1 - t), t**2
            yield (
                one * start[0] + two * corner[0] + three * end[0],
                one * start[1] + two * corner[1] + three * end[1],
            )


def _towards(corner: Point, other: Point, radius: float) -> Point:
    """The point ``radius`` away from a corner on the line to another, at most in its middle."""
    (x, y), (u, v) = corner, other
    length = ((u - x) ** 2 + (v - y) ** 2) ** 0.5
    part = min(radius / length, 0.5) if length else 0.0
    return x + part * (u - x), y + part * (v - y)
