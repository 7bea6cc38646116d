"""Pictures as Typst code that draws with its own shapes: no package, no image file."""

from __future__ import annotations

from collections.abc import Iterable

from derivgen.document.blocks import Arrow, Box, Circle, Curve, Label, Picture
from derivgen.document.extent import reach
from derivgen.formula.typst import TYPST
from derivgen.render.pictures.style import (
    CORNER,
    CURVE,
    DASH,
    EDGE,
    HALO,
    INK,
    LINE,
    OUTLINE,
    PAPER,
    SHADES,
    STRONG,
    Placed,
    baseline,
    head,
    number,
    shaft,
    texts,
)

#: anchor of a label -> the part of its width that stands left of the point
_LEFT = {"left": "0%", "right": "100%"}
#: how far a line of text reaches above and below its baseline, in em; Typst is told so
_TOP, _BOTTOM = 0.7, 0.2


def typst(picture: Picture) -> str:
    """The picture as one box in markup (it begins with ``#``), to be placed in a figure."""
    lines = [
        f"#box(width: {number(picture.width)}pt, height: {number(picture.height)}pt, {{",
        f'  set text(size: {number(picture.size)}pt, fill: rgb("{INK}"), '
        f"top-edge: {_TOP}em, bottom-edge: {-_BOTTOM}em)",
        "  let at(x, y, body) = place(top + left, dx: x * 1pt, dy: y * 1pt, body)",
        f"  let edge(..points, dash: none) = at(0, 0, curve(stroke: (paint: {_colour(EDGE)}, "
        f'thickness: {number(LINE)}pt, cap: "round", join: "round", dash: dash), ..points))',
        f"  let tip(..points) = at(0, 0, polygon(fill: {_colour(EDGE)}, ..points))",
        "  let word(x, y, before, body) = context place(top + left, "
        f"dx: x * 1pt - before * measure(body).width, dy: y * 1pt - {_TOP}em, body)",
        f"  let halo(up, down, body) = box(fill: {_colour(PAPER)}, "
        f"outset: (x: {number(HALO)}pt, top: up * 1pt, bottom: down * 1pt), body)",
    ]
    for shape in picture.shapes:
        lines.extend(f"  {line}" for line in _shape(shape))
    lines.extend(f"  {_text(text, picture.size)}" for text in texts(picture))
    lines.append("})")
    return "\n".join(lines) + "\n"


def _shape(shape: Circle | Box | Arrow | Curve | Label) -> Iterable[str]:
    match shape:
        case Circle(x, y, radius, _, _, shade):
            yield (
                f"at({number(x - radius)}, {number(y - radius)}, "
                f"circle(radius: {number(radius)}pt, {_paint(shade)}))"
            )
        case Box(x, y, width, height, _, shade):
            yield (
                f"at({number(x - width / 2)}, {number(y - height / 2)}, "
                f"rect(width: {number(width)}pt, height: {number(height)}pt, "
                f"radius: {number(CORNER)}pt, {_paint(shade)}))"
            )
        case Arrow():
            first, *others = shaft(shape)
            moves = [f"curve.move({_point(first)})"]
            moves += [f"curve.line({_point(point)})" for point in others]
            dash = ", dash: ({}pt, {}pt)".format(*map(number, DASH)) if shape.dashed else ""
            yield f"edge({', '.join(moves)}{dash})"
            if shape.head:
                yield f"tip({', '.join(map(_point, head(shape)))})"
        case Curve(points):
            moves = [f"curve.move({_point(points[0])})"]
            moves += [f"curve.line({_point(point)})" for point in points[1:]]
            yield (
                f"at(0, 0, curve(stroke: (paint: {_colour(CURVE)}, thickness: {number(STRONG)}pt, "
                f'join: "round"), {", ".join(moves)}))'
            )
        case Label():
            return


def _paint(shade: str) -> str:
    paint = SHADES[shade]
    line = f"{number(OUTLINE)}pt + {_colour(paint.line)}"
    return f"fill: {_colour(paint.fill)}, stroke: {line}"


def _colour(code: str) -> str:
    return f'rgb("{code}")'


def _point(point: tuple[float, float]) -> str:
    return f"({number(point[0])}pt, {number(point[1])}pt)"


def _text(text: Placed, size: float) -> str:
    body = f"[${TYPST.write(text.content)}$]"
    if text.halo:
        above, below = reach(text.content)
        up, down = (above - _TOP) * size + HALO, (below - _BOTTOM) * size + HALO
        body = f"halo({number(up)}, {number(down)}, {body})"
    part = _LEFT.get(text.anchor, "50%")
    return f"word({number(text.x)}, {number(baseline(text, size))}, {part}, {body})"
