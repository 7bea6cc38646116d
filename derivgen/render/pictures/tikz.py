"""Pictures as TikZ: one ``tikzpicture`` that needs ``tikz`` with its library ``arrows.meta``.

Labels need what every formula needs: amsmath and :data:`derivgen.formula.latex.PREAMBLE`.
"""

from __future__ import annotations

from derivgen.document.blocks import Arrow, Box, Circle, Curve, Label, Picture
from derivgen.formula.latex import LATEX
from derivgen.render.pictures.style import (
    CORNER,
    CURVE,
    DASH,
    EDGE,
    HALO,
    HEAD,
    INK,
    LINE,
    OUTLINE,
    PAPER,
    SHADES,
    STRONG,
    Placed,
    baseline,
    number,
    texts,
)

#: anchor of a label -> anchor of its node; all stand on their baseline
_ANCHORS = {"left": "base west", "right": "base east"}
#: type sizes that every LaTeX font has, so that no size is substituted
_SIZES = (5, 6, 7, 8, 9, 10, 12)


def tikz(picture: Picture) -> str:
    """The picture as a ``tikzpicture``; y grows downwards and one unit is one big point."""
    lines = [
        "\\begin{tikzpicture}[x=1bp, y=-1bp, line cap=round, line join=round,",
        *_styles(picture.size),
        "]",
        f"\\path[use as bounding box] (0,0) rectangle {_point(picture.width, picture.height)};",
    ]
    for shape in picture.shapes:
        match shape:
            case Circle(x, y, radius, _, _, shade):
                lines.append(f"\\draw[{shade}] {_point(x, y)} circle[radius={number(radius)}bp];")
            case Box(x, y, width, height, _, shade):
                corners = (
                    _point(x - width / 2, y - height / 2),
                    _point(x + width / 2, y + height / 2),
                )
                lines.append(
                    f"\\draw[{shade}, rounded corners={number(CORNER)}bp] "
                    f"{corners[0]} rectangle {corners[1]};"
                )
            case Arrow():
                options = ["edge", *(["head"] if shape.head else [])]
                if shape.dashed:
                    options.append("again")
                path = " -- ".join(_point(x, y) for x, y in shape.points)
                lines.append(f"\\draw[{', '.join(options)}] {path};")
            case Curve(points):
                paint = f"draw={_colour(CURVE)}, line width={number(STRONG)}bp"
                lines.append(f"\\draw[{paint}]")
                # TeX reads lines of limited length
                pairs = [
                    " -- ".join(_point(*p) for p in points[at : at + 8])
                    for at in range(0, len(points), 8)
                ]
                lines.append("\n  -- ".join(pairs) + ";")
            case Label():
                pass
    lines.extend(_node(text, picture.size) for text in texts(picture))
    lines.append("\\end{tikzpicture}")
    return "\n".join(lines) + "\n"


def _styles(size: float) -> list[str]:
    chosen = max((one for one in _SIZES if one <= size), default=_SIZES[0])
    long, wide, notch = map(number, HEAD)
    dash = f"on {number(DASH[0])}bp off {number(DASH[1])}bp"
    font = f"\\fontsize{{{chosen}}}{{{chosen + 2}}}\\selectfont"
    return [
        f"  {shade}/.style={{draw={_colour(paint.line)}, fill={_colour(paint.fill)}, "
        f"line width={number(OUTLINE)}bp}},"
        for shade, paint in SHADES.items()
    ] + [
        f"  edge/.style={{draw={_colour(EDGE)}, line width={number(LINE)}bp}},",
        f"  head/.style={{-{{Stealth[length={long}bp, width={wide}bp, inset={notch}bp, "
        f"fill={_colour(EDGE)}]}}}},",
        f"  again/.style={{dash pattern={dash}}},",
        f"  word/.style={{inner sep=0pt, text={_colour(INK)}, font={{{font}}}}},",
        f"  halo/.style={{inner sep={number(HALO)}bp, fill={_colour(PAPER)}}},",
    ]


def _colour(code: str) -> str:
    red, green, blue = (int(code[place : place + 2], 16) for place in (0, 2, 4))
    return f"{{rgb,255:red,{red};green,{green};blue,{blue}}}"


def _point(x: float, y: float) -> str:
    return f"({number(x)},{number(y)})"


def _node(text: Placed, size: float) -> str:
    options = ["word", *(["halo"] if text.halo else [])]
    options.append(f"anchor={_ANCHORS.get(text.anchor, 'base')}")
    place = _point(text.x, baseline(text, size))
    return f"\\node[{', '.join(options)}] at {place} {{${LATEX.write(text.content)}$}};"
