"""Pictures as SVG: self-contained, labels as text, on paper of its own so that dark pages do no harm."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from derivgen.document.blocks import Arrow, Box, Circle, Curve, Label, Picture
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
from derivgen.render.pictures.svg_text import printable, spans

#: faces that resemble TeX's first, then what every system has
_FONTS = "'Latin Modern Roman', 'STIX Two Text', 'Times New Roman', Times, serif"
_ANCHORS = {"left": "start", "right": "end"}


def svg(picture: Picture, title: str = "") -> str:
    """The picture as one SVG element; ``title`` says in words what it shows."""
    width, height = number(picture.width), number(picture.height)
    named = f"<title>{escape(printable(title), quote=False)}</title>\n" if title else ""
    role = 'role="img"' if title else 'role="img" aria-hidden="true"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {role} width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}">',
        f'{named}<rect width="{width}" height="{height}" rx="4" fill="#{PAPER}"/>',
        *(line for shape in picture.shapes for line in _shape(shape)),
        f'<g font-family="{_FONTS}" font-size="{number(picture.size)}" fill="#{INK}">',
        *(line for text in texts(picture) for line in _text(text, picture.size)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _shape(shape: Circle | Box | Arrow | Curve | Label) -> Iterable[str]:
    match shape:
        case Circle(x, y, radius, _, _, shade):
            yield (
                f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" {_paint(shade)}/>'
            )
        case Box(x, y, width, height, _, shade):
            yield (
                f'<rect x="{number(x - width / 2)}" y="{number(y - height / 2)}" '
                f'width="{number(width)}" height="{number(height)}" rx="{number(CORNER)}" '
                f"{_paint(shade)}/>"
            )
        case Arrow():
            dash = ' stroke-dasharray="{} {}"'.format(*map(number, DASH)) if shape.dashed else ""
            yield (
                f'<polyline points="{_points(shaft(shape))}" fill="none" stroke="#{EDGE}" '
                f'stroke-width="{number(LINE)}"{dash}/>'
            )
            if shape.head:
                yield f'<polygon points="{_points(head(shape))}" fill="#{EDGE}"/>'
        case Curve(points):
            yield (
                f'<polyline points="{_points(points)}" fill="none" stroke="#{CURVE}" '
                f'stroke-width="{number(STRONG)}" stroke-linejoin="round"/>'
            )
        case Label():
            return


def _paint(shade: str) -> str:
    paint = SHADES[shade]
    return f'fill="#{paint.fill}" stroke="#{paint.line}" stroke-width="{number(OUTLINE)}"'


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)


def _text(text: Placed, size: float) -> Iterable[str]:
    frame = text.frame(size)
    if text.halo:
        paper = frame.grown(HALO)
        yield (
            f'<rect x="{number(paper.left)}" y="{number(paper.top)}" '
            f'width="{number(paper.right - paper.left)}" '
            f'height="{number(paper.bottom - paper.top)}" fill="#{PAPER}"/>'
        )
    anchor = _ANCHORS.get(text.anchor, "middle")
    yield (
        f'<text x="{number(text.x)}" y="{number(baseline(text, size))}" text-anchor="{anchor}">'
        f"{spans(text.content, size)}</text>"
    )
