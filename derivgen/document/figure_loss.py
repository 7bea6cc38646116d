"""The figure of a training: the loss after each step, as a curve over few ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, isfinite, log10
from typing import Final

from derivgen.document.blocks import Arrow, Circle, Curve, Label, Picture
from derivgen.formula.build import number
from derivgen.formula.tree import Node, Number, Power, Text

_WIDTH: Final = 320.0
_HEIGHT: Final = 180.0
#: the frame of the curve: left, top, right, bottom
_LEFT, _TOP, _RIGHT, _BOTTOM = 48.0, 22.0, 308.0, 144.0
_TICK: Final = 3.0
#: a curve of fewer points has a mark at each of them
_MARKED: Final = 26
#: a curve of more points is drawn through the extremes of this many stretches of it
_STRETCHES: Final = 150
#: a loss that shrinks by more than this is drawn over powers of ten
_DECADES: Final = 300.0


def loss_picture(losses: Sequence[float], name: Node) -> Picture | None:
    """The curve of a loss, whose first value is that before any step.

    None where there are fewer than four values or one of them is not finite.
    """
    if len(losses) < 4 or not all(map(isfinite, losses)):
        return None
    across = _Axis(_round_numbers(0, len(losses) - 1, 5), 0, len(losses) - 1)
    logarithmic = min(losses) > 0 and max(losses) > _DECADES * min(losses)
    up = _decades(losses) if logarithmic else _linear(losses)
    heights = [log10(loss) for loss in losses] if logarithmic else losses
    points = [
        (across.part(step, _LEFT, _RIGHT), up.part(height, _BOTTOM, _TOP))
        for step, height in _thinned(list(enumerate(heights)))
    ]
    shapes: list[Arrow | Circle | Curve | Label] = [
        _line((_LEFT, _TOP), (_LEFT, _BOTTOM)),
        _line((_LEFT, _BOTTOM), (_RIGHT, _BOTTOM)),
    ]
    for value in across.ticks:
        x = across.part(value, _LEFT, _RIGHT)
        shapes.append(_line((x, _BOTTOM), (x, _BOTTOM + _TICK)))
        shapes.append(Label(x, _BOTTOM + _TICK + 3, Number(_decimal(value)), "above"))
    for value in up.ticks:
        y = up.part(value, _BOTTOM, _TOP)
        shapes.append(_line((_LEFT - _TICK, y), (_LEFT, y)))
        shapes.append(Label(_LEFT - _TICK - 3, y, up.label(value), "right"))
    shapes.append(Curve(tuple(points)))
    if len(losses) < _MARKED:
        shapes.extend(Circle(x, y, 1.5, shade="input") for x, y in points)
    shapes.append(Label(_LEFT, _TOP - 12, name))
    shapes.append(Label((_LEFT + _RIGHT) / 2, _BOTTOM + 20, Text("steps taken"), "above"))
    return Picture(_WIDTH, _HEIGHT, tuple(shapes))


@dataclass(frozen=True)
class _Axis:
    """From ``low`` to ``high``, with its ticks; over powers of ten, all three are exponents."""

    ticks: tuple[Decimal, ...]
    low: float
    high: float
    powers: bool = False

    def part(self, value: float | Decimal, start: float, end: float) -> float:
        """Where a value stands between two places."""
        return start + (float(value) - self.low) / (self.high - self.low) * (end - start)

    def label(self, value: Decimal) -> Node:
        if self.powers:
            return Power(Number("10"), Number(_decimal(value)))
        largest = max(abs(tick) for tick in self.ticks)
        if value and not Decimal("0.001") <= largest < Decimal(100_000):
            return number(f"{value.normalize():e}".replace("E", "e"))
        return Number(_decimal(value))


def _line(*points: tuple[float, float]) -> Arrow:
    return Arrow(points, head=False)


def _linear(losses: Sequence[float]) -> _Axis:
    """From zero where the curve comes near it, else around the curve."""
    low, high = min(losses), max(losses)
    if 0 <= low < 0.6 * high:
        low = 0.0
    if low == high:
        low, high = low - abs(low) / 2 - 0.5, high + abs(high) / 2 + 0.5
    ticks = _round_numbers(low, high, 5, outwards=True)
    return _Axis(ticks, float(ticks[0]), float(ticks[-1]))


def _decades(losses: Sequence[float]) -> _Axis:
    low, high = floor(log10(min(losses))), ceil(log10(max(losses)))
    every = ceil((high - low) / 5)
    ticks = tuple(Decimal(power) for power in range(low, high + 1, every))
    return _Axis(ticks, low, high, powers=True)


def _round_numbers(
    low: float, high: float, most: int, outwards: bool = False
) -> tuple[Decimal, ...]:
    """Multiples of 1, 2 or 5 times a power of ten, ``most`` intervals or fewer between two numbers;
    ``outwards`` adds those next to them on the outside.  Between whole numbers they are whole."""
    rough = (high - low) / most
    power = Decimal(1).scaleb(floor(log10(rough)))
    step = next(power * n for n in (1, 2, 5, 10) if float(power * n) >= rough * (1 - 1e-9))
    if isinstance(low, int) and isinstance(high, int):
        step = max(step, Decimal(1))
    below, above = low / float(step), high / float(step)
    if outwards:
        first, last = floor(below + 1e-9), ceil(above - 1e-9)
    else:
        first, last = ceil(below - 1e-9), floor(above + 1e-9)
    return tuple(step * n for n in range(first, last + 1))


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """The points, or of very many the least and the greatest of each stretch, and both ends."""
    if len(points) <= 2 * _STRETCHES:
        return points
    size = len(points) / _STRETCHES
    edges = [round(size * at) for at in range(_STRETCHES + 1)]
    kept = {0, len(points) - 1}
    for first, end in pairwise(edges):
        stretch = points[first:end]
        kept |= {min(stretch, key=lambda p: p[1])[0], max(stretch, key=lambda p: p[1])[0]}
    return [points[at] for at in sorted(kept)]


def _decimal(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
