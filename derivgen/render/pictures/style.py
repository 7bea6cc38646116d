"""How pictures look, the same in every format: colours, lines, arrow heads; lengths are points.

The fills are pale enough for black type and differ in lightness, so that they stay apart in grey.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from derivgen.document.blocks import Arrow, Box, Circle, Label, Picture
from derivgen.document.extent import Rectangle, extent, reach
from derivgen.formula.tree import Node


@dataclass(frozen=True)
class Paint:
    """Fill and outline as ``RRGGBB``."""

    fill: str
    line: str


SHADES: Final[dict[str, Paint]] = {
    "input": Paint("DCE6F2", "3F5E85"),
    "hidden": Paint("FBF5E6", "8A6D2B"),
    "output": Paint("DDEBDD", "3F6F48"),
    "bias": Paint("E3E3E6", "66666E"),
    "loss": Paint("F3DEDA", "8F4A3C"),
    "plain": Paint("FFFFFF", "55555C"),
}
PAPER: Final = "FFFFFF"
INK: Final = "16161A"
EDGE: Final = "6E7480"

CURVE: Final = SHADES["input"].line

OUTLINE: Final = 0.8
LINE: Final = 0.6
STRONG: Final = 1.2
CORNER: Final = 3.0
DASH: Final = (3.0, 2.0)
#: arrow head: length, width, and how far its back is notched
HEAD: Final = (5.0, 3.8, 1.2)
#: paper kept free around a label
HALO: Final = 0.8


def number(value: float) -> str:
    """A length without needless zeros: ``12``, ``12.5``; never ``-0``."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def head(arrow: Arrow) -> tuple[tuple[float, float], ...]:
    """The corners of an arrow's head: tip, one side, notch, other side."""
    (x, y), (u, v) = arrow.points[-2:]
    length = ((u - x) ** 2 + (v - y) ** 2) ** 0.5
    across, down = (u - x) / length, (v - y) / length
    long, wide, notch = HEAD

    def corner(back: float, aside: float) -> tuple[float, float]:
        return u - back * across - aside * down, v - back * down + aside * across

    return corner(0, 0), corner(long, wide / 2), corner(long - notch, 0), corner(long, -wide / 2)


def shaft(arrow: Arrow) -> tuple[tuple[float, float], ...]:
    """The points of an arrow's line, which ends in the notch of its head."""
    return (*arrow.points[:-1], head(arrow)[2]) if arrow.head else arrow.points


def beside(arrow: Arrow) -> tuple[float, float]:
    """Where the label of an arrow has its centre: at a part of the whole length of its line."""
    lengths = [
        ((u - x) ** 2 + (v - y) ** 2) ** 0.5
        for (x, y), (u, v) in zip(arrow.points, arrow.points[1:], strict=False)
    ]
    left = arrow.at * sum(lengths)
    for length, (x, y), (u, v) in zip(lengths, arrow.points, arrow.points[1:], strict=False):
        if left <= length and length > 0:
            return x + (u - x) * left / length, y + (v - y) * left / length
        left -= length
    return arrow.points[-1]


@dataclass(frozen=True)
class Placed:
    """A formula with the point that it stands at; ``halo``: on paper of its own."""

    x: float
    y: float
    content: Node
    anchor: str
    halo: bool

    def frame(self, size: float) -> Rectangle:
        """The room that the formula takes, by estimate."""
        width, height = extent(self.content, size)
        x = self.x + {"left": width / 2, "right": -width / 2}.get(self.anchor, 0.0)
        y = self.y + {"above": height / 2, "below": -height / 2}.get(self.anchor, 0.0)
        return Rectangle.around(x, y, width, height)


def texts(picture: Picture) -> tuple[Placed, ...]:
    """All formulas of a picture.  They are drawn after its lines, so that none is struck through."""
    found: list[Placed] = []
    for shape in picture.shapes:
        match shape:
            case Circle(x, y, radius, label, below, _):
                if label is not None:
                    found.append(Placed(x, y, label, "center", halo=False))
                if below is not None:
                    found.append(Placed(x, y + radius + 2.0, below, "above", halo=True))
            case Box(x, y, _, _, label, _):
                if label is not None:
                    found.append(Placed(x, y, label, "center", halo=False))
            case Arrow():
                if shape.label is not None:
                    found.append(Placed(*beside(shape), shape.label, "center", halo=True))
            case Label(x, y, content, anchor):
                found.append(Placed(x, y, content, anchor, halo=True))
    return tuple(found)


def baseline(text: Placed, size: float) -> float:
    """Where the baseline of a formula runs; the same in every format, whatever its font."""
    return text.frame(size).top + reach(text.content)[0] * size
