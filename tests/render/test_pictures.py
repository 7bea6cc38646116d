"""Pictures as TikZ, SVG and Typst: the same shapes in each, well-formed, escaped, compiling."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import typst as engine

from derivgen.document.blocks import Arrow, Box, Circle, Curve, Label, Picture
from derivgen.formula.latex import PREAMBLE
from derivgen.formula.tree import (
    Accent,
    Delimited,
    Matrix,
    Number,
    Product,
    Relation,
    Row,
    Script,
    Styled,
    Symbol,
    Text,
)
from derivgen.render.pictures import style
from derivgen.render.pictures.svg import svg
from derivgen.render.pictures.svg_text import runs, spans
from derivgen.render.pictures.tikz import tikz
from derivgen.render.pictures.typst import typst

NAMESPACE = "{http://www.w3.org/2000/svg}"
WEIGHT = Script(Symbol("w"), Row((Number("1"), Number("2"))), Delimited(Number("1")))
PICTURE = Picture(
    200,
    100,
    (
        Arrow(((35, 30), (150, 60)), Relation(WEIGHT, "=", Number("-0.15")), 0.4),
        Arrow(((35, 80), (90, 80), (150, 60)), head=False, dashed=True),
        Curve(tuple((float(at), 90.0 - at % 7) for at in range(30, 190, 4))),
        Circle(20, 30, 15, Script(Symbol("x"), Number("1")), Number("0.05"), "input"),
        Circle(165, 60, 15, Accent("hat", Symbol("y")), None, "output"),
        Box(20, 80, 30, 18, Styled("bold", Symbol("W")), "bias"),
        Label(100, 95, Product((Number("3"), Number("2")), "cross")),
        Label(100, 10, Text("a & b < #c $ \\input{x}"), "left"),
    ),
)


def test_svg_is_well_formed_and_has_every_shape() -> None:
    root = ET.fromstring(svg(PICTURE, 'A & <b> "c"'))
    assert root.findtext(f"{NAMESPACE}title") == 'A & <b> "c"'
    assert len(root.findall(f".//{NAMESPACE}circle")) == 2
    assert len(root.findall(f".//{NAMESPACE}polyline")) == 3
    assert len(root.findall(f".//{NAMESPACE}polygon")) == 1
    said = ["".join(text.itertext()) for text in root.iter(f"{NAMESPACE}text")]
    assert "a & b < #c $ \\input{x}" in said
    assert "w(1)12 = −0.15" in said
    assert "ŷ" in said
    assert not list(root.iter(f"{NAMESPACE}foreignObject"))


def test_svg_returns_to_the_baseline_after_scripts() -> None:
    root = ET.fromstring(f"<text>{spans(Row((WEIGHT, Symbol('x'))), 10)}</text>")
    heights = [float(span.get("dy", 0)) for span in root]
    assert heights[0] == 0
    assert sum(heights) == pytest.approx(0, abs=0.02)
    assert min(heights) < 0 < max(heights)


def test_svg_slants_letters_and_keeps_words_upright() -> None:
    slanted = {run.text: run.italic for run in runs(Row((Symbol("w"), Symbol("net"), Number("1"))))}
    assert slanted == {"w": True, "net": False, "1": False}
    assert [run.text for run in runs(Symbol("sigma"))] == ["σ"]


def test_svg_replaces_what_xml_forbids() -> None:
    ET.fromstring(svg(Picture(10, 10, (Label(5, 5, Text("\x00\x1b]]>\ufffe")),)), "\x07"))


@pytest.mark.parametrize("write", [svg, tikz, typst])
def test_a_label_that_is_none_is_refused(write: object) -> None:
    assert callable(write)
    with pytest.raises(TypeError, match="Matrix"):
        write(Picture(10, 10, (Label(5, 5, Matrix(((Number("1"),),))),)))


@pytest.mark.parametrize("write", [svg, tikz, typst])
def test_the_same_picture_gives_the_same_text(write: object) -> None:
    assert callable(write)
    assert write(PICTURE) == write(PICTURE)


def test_typst_compiles_to_a_page_of_that_size() -> None:
    page = "#set page(width: auto, height: auto, margin: 0pt)\n" + typst(PICTURE)
    drawn = ET.fromstring(engine.compile(page.encode(), format="svg"))
    width, height = (float(drawn.get(side, "").removesuffix("pt")) for side in ("width", "height"))
    assert (width, height) == (200, 100)


def test_tikz_puts_shapes_where_they_are() -> None:
    source = tikz(PICTURE)
    assert r"\draw[input] (20,30) circle[radius=15bp];" in source
    assert r"\draw[edge, head] (35,30) -- (150,60);" in source
    assert r"\draw[edge, again] (35,80) -- (90,80) -- (150,60);" in source
    assert "\\input{" not in source
    assert "line width=1.2bp]\n(30,88) -- (34,84) --" in source
    assert max(map(len, source.splitlines())) < 200
    assert source.count("\\node[") == 7


def test_shades_stay_apart_in_grey() -> None:
    def grey(code: str) -> float:
        red, green, blue = (int(code[at : at + 2], 16) for at in (0, 2, 4))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    for paint in style.SHADES.values():
        assert grey(paint.fill) - grey(style.INK) > 150
        assert grey(paint.fill) - grey(paint.line) > 90


def test_an_arrow_ends_in_its_point() -> None:
    arrow = Arrow(((0, 0), (30, 40)))
    assert style.head(arrow)[0] == (30, 40)
    assert style.beside(arrow) == (15, 20)
    assert style.beside(Arrow(((0, 0), (10, 0), (10, 30)), at=0.5)) == (10, 10)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_tikz_compiles(tmp_path: Path) -> None:
    preamble = r"\documentclass{article}\usepackage{amsmath,tikz}\usetikzlibrary{arrows.meta}"
    preamble += "".join(PREAMBLE)
    body = rf"{preamble}\begin{{document}}{tikz(PICTURE)}\end{{document}}"
    (tmp_path / "figure.tex").write_text(body, encoding="utf-8")
    run = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "figure"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert "Overfull" not in run.stdout
    assert "size substitutions" not in run.stdout
