"""What each writer writes of each kind of node, and what it makes of hostile text."""

from __future__ import annotations

import re
from typing import get_args
from xml.etree import ElementTree

import pytest
from formula_trees import SAMPLES

from derivgen.formula.build import equals, multiply, power, slashed, vector
from derivgen.formula.latex import LATEX
from derivgen.formula.mathml import MATHML
from derivgen.formula.names import parse_name
from derivgen.formula.symbols import RELATIONS, SPECIAL_SIGNS
from derivgen.formula.tree import (
    SPECIAL,
    Cases,
    Chain,
    Delimited,
    Dots,
    Fraction,
    Hole,
    Line,
    Matrix,
    Node,
    Number,
    Partial,
    Power,
    Product,
    RelationSign,
    Row,
    Script,
    Styled,
    Sum,
    Symbol,
    Text,
    Underbrace,
)
from derivgen.formula.typst import TYPST
from derivgen.formula.writer import Writer, hole

WRITERS: tuple[Writer, ...] = (LATEX, TYPST, MATHML)

LATEX_OF = (
    "-0.40",
    r"\alpha",
    r"\text{a word}",
    hole(3),
    r"x_{1}^{\prime}",
    r"\hat{y}",
    r"\boldsymbol{W}",
    "x,y",
    r"\frac{x}{y}",
    r"\frac{\partial L}{\partial x}",
    "-x + y - 1",
    r"x \cdot y",
    "x^{2}",
    r"\sqrt{x}",
    r"\sigma(x, y)",
    r"\sum_{i = 1}^{n} x",
    r"\left( \frac{x}{y} \right)",
    r"\biggl\lbrack",
    r"\begin{bmatrix} x & y \\ 1 & 1 \end{bmatrix}",
    r"\begin{cases} x & \text{if } x \gt 0 \\ 1 & \text{otherwise} \end{cases}",
    r"\underbrace{x}_{\text{2 }\mathord{\times}\text{ 1}}",
    r"\cdots",
    r"x \approx y",
)
TYPST_OF = (
    "-0.40",
    "α",
    '"a word"',
    hole(3),
    "x_(1)^(′)",
    "hat(y)",
    "bold(W)",
    r"x \, y",
    "frac(x, y)",
    "frac(∂ L, ∂ x)",
    "- x + y - 1",
    "x ⋅ y",
    "x^(2)",
    "sqrt(x)",
    r"σ (x \, y)",
    "∑_(i = 1)^(n) x",
    "(frac(x, y))",
    r'class("opening", lr(\[, size: #230%))',
    'mat(delim: "[", column-gap: #1em, x, y; 1, 1)',
    'cases(x quad & "if "x > 0, 1 quad & "otherwise")',
    'underbrace(x, "2 × 1")',
    "⋯",
    "x ≈ y",
)
_X, _Y = "<mi>x</mi>", "<mi>y</mi>"
MATHML_OF = (
    "<mrow><mo>−</mo><mn>0.40</mn></mrow>",
    "<mi>α</mi>",
    "<mtext>a word</mtext>",
    hole(3),
    f'<msub><mrow>{_X}<mo lspace="0" rspace="0">′</mo></mrow><mn>1</mn></msub>',
    f'<mover accent="true">{_Y}<mo stretchy="false">^</mo></mover>',
    "<mi>𝑾</mi>",
    f'<mrow>{_X}<mo separator="true">,</mo>{_Y}</mrow>',
    f"<mfrac>{_X}{_Y}</mfrac>",
    f"<mfrac><mrow><mi>∂</mi><mi>L</mi></mrow><mrow><mi>∂</mi>{_X}</mrow></mfrac>",
    f"<mrow><mo>−</mo>{_X}<mo>+</mo>{_Y}<mo>−</mo><mn>1</mn></mrow>",
    f"<mrow>{_X}<mo>⋅</mo>{_Y}</mrow>",
    f"<msup>{_X}<mn>2</mn></msup>",
    f"<msqrt>{_X}</msqrt>",
    '<mrow><mi>σ</mi><mo>\u2061</mo><mrow><mo form="prefix" fence="true" stretchy="false">(</mo>'
    f'<mrow>{_X}<mo separator="true">,</mo>{_Y}</mrow>'
    '<mo form="postfix" fence="true" stretchy="false">)</mo></mrow></mrow>',
    "<mrow><munderover><mo>∑</mo>"
    '<mrow><mi>i</mi><mo lspace="0" rspace="0" form="infix">=</mo><mn>1</mn></mrow><mi>n</mi></munderover>'
    f"{_X}</mrow>",
    f'<mrow><mo form="prefix" fence="true">(</mo><mfrac>{_X}{_Y}</mfrac>'
    '<mo form="postfix" fence="true">)</mo></mrow>',
    '<mo form="prefix" fence="true" minsize="2.4em" maxsize="2.4em">[</mo>',
    f"<mrow><mo>[</mo><mtable><mtr><mtd>{_X}</mtd><mtd>{_Y}</mtd></mtr>"
    "<mtr><mtd><mn>1</mn></mtd><mtd><mn>1</mn></mtd></mtr></mtable><mo>]</mo></mrow>",
    '<mrow><mo form="prefix" stretchy="true">{</mo><mtable>'
    f'<mtr><mtd style="text-align:left">{_X}</mtd><mtd style="text-align:left"><mrow>'
    f'<mtext>if\u00a0</mtext><mrow>{_X}<mo form="infix">&gt;</mo><mn>0</mn></mrow></mrow></mtd></mtr>'
    '<mtr><mtd style="text-align:left"><mn>1</mn></mtd>'
    '<mtd style="text-align:left"><mtext>otherwise</mtext></mtd></mtr></mtable></mrow>',
    f'<munder><munder>{_X}<mo stretchy="true">⏟</mo></munder><mtext>2 × 1</mtext></munder>',
    "<mo>⋯</mo>",
    f'<mrow>{_X}<mo form="infix">≈</mo>{_Y}</mrow>',
)


@pytest.mark.parametrize(
    ("writer", "node", "expected"),
    [
        pytest.param(writer, node, text, id=f"{type(writer).__name__}-{type(node).__name__}")
        for writer, texts in ((LATEX, LATEX_OF), (TYPST, TYPST_OF), (MATHML, MATHML_OF))
        for node, text in zip(SAMPLES, texts, strict=True)
    ],
)
def test_each_kind_of_node(writer: Writer, node: Node, expected: str) -> None:
    assert writer.write(node) == expected


def test_the_samples_hold_every_kind_of_node() -> None:
    assert {type(node) for node in SAMPLES} == set(get_args(Node))


def test_tables_cover_the_tree() -> None:
    assert set(SPECIAL_SIGNS) == set(SPECIAL)
    assert set(RELATIONS) == set(get_args(RelationSign))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("w_5", "w_{5}"),
        ("w^{(1)}_{ij}", "w_{ij}^{(1)}"),
        (r"\hat y", r"\hat{y}"),
        ("net_{h1}", r"\mathrm{net}_{h1}"),
        (r"\Delta w", r"\Delta w"),
        (r"\tanh", r"\tanh"),
    ],
)
def test_names_in_latex(name: str, expected: str) -> None:
    assert LATEX.write(parse_name(name)) == expected


def test_a_power_of_a_subscripted_name_shares_its_place() -> None:
    squared = power(parse_name("w_1"), Number("2"))
    assert LATEX.write(squared) == "w_{1}^{2}"
    assert TYPST.write(squared) == "w_(1)^(2)"
    assert MATHML.write(squared) == "<msubsup><mi>w</mi><mn>1</mn><mn>2</mn></msubsup>"


def test_factors_without_operator() -> None:
    words = Product((Symbol("a"), Symbol("b"), Symbol("net")), "none")
    assert LATEX.write(words) == r"a b\, \mathrm{net}"
    assert TYPST.write(words) == 'a b thin"net"'


def test_parentheses_do_not_embrace_what_hangs_below() -> None:
    flat = Delimited(Underbrace(Symbol("x"), Text("flat")))
    assert LATEX.write(flat) == r"\bigl(\underbrace{x}_{\text{flat}}\bigr)"
    tall = Delimited(Underbrace(vector([Symbol("x")] * 2), Text("2 × 1")))
    assert LATEX.write(tall).startswith(r"\Bigl(")
    assert 'stretchy="false"' in MATHML.write(tall)


def test_wide_and_tall_matrices() -> None:
    wide = Matrix((tuple(Number(str(i)) for i in range(11)),))
    assert r"\begin{array}{ccccccccccc}" in LATEX.write(wide)
    tall = vector([Fraction(Symbol("a"), Symbol("b"))] * 2)
    assert r"\\[4pt]" in LATEX.write(tall)
    assert "row-gap" in TYPST.write(tall)


def test_brackets_after_a_line_end_are_no_length() -> None:
    bracketed = vector([Delimited(Symbol("x"), "bracket")] * 2)
    assert r"\\ [" not in LATEX.write(bracketed)


def test_faces_in_mathml_are_characters() -> None:
    assert MATHML.write(Styled("bold", Symbol("delta"))) == "<mi>𝜹</mi>"
    assert MATHML.write(Styled("cal", Symbol("L"))) == "<mi>ℒ</mi>"
    assert MATHML.write(Styled("roman", Symbol("d"))) == '<mi mathvariant="normal">d</mi>'
    styled = Styled("bold", Script(Symbol("x"), Number("1")))
    assert MATHML.write(styled) == "<msub><mi>𝒙</mi><mn>𝟏</mn></msub>"


# --- text of users --------------------------------------------------------------------------

HOSTILE = r"""\input{x} "q" #1 </math> $5 50% a_b x^2 ~ `c` {d} | & \\ <script>&amp; ' [e] """


def test_hostile_text_is_only_text() -> None:
    tex = LATEX.write(Text(HOSTILE))
    assert r"\input" not in tex
    assert "`" not in tex
    assert "{{" not in tex
    assert not any(char in tex.replace("\\" + char, "") for char in "#$%&")
    typst = TYPST.write(Text(HOSTILE))
    assert typst.startswith('"')
    assert typst.endswith('"')
    assert typst[1:-1].replace("\\\\", "").replace('\\"', "").count('"') == 0
    element = ElementTree.fromstring(MATHML.write(Text(HOSTILE)))
    assert element.tag == "mtext"
    assert list(element) == []
    assert (element.text or "").replace("\u00a0", " ") == HOSTILE


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: type(writer).__name__)
def test_no_text_can_pass_for_a_hole_or_end_a_line(writer: Writer) -> None:
    written = writer.write(Text(f"a{hole(7)}\n\n\x00b"))
    assert hole(7) not in written
    assert "\n" not in written
    assert "\x00" not in written


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: type(writer).__name__)
def test_a_symbol_with_foreign_characters_is_text(writer: Writer) -> None:
    if writer is not MATHML:
        assert r"\def" not in writer.write(Symbol(r"\def\x")).replace(r"\\", "")
    else:
        ElementTree.fromstring(writer.write(Symbol("<b>")))


# --- holes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: type(writer).__name__)
@pytest.mark.parametrize("text", ["12", "-0.5", "(-0.5)", "0.40"])
def test_a_filled_hole_is_what_the_number_would_have_been(writer: Writer, text: str) -> None:
    def formula(node: Node) -> str:
        return writer.write(multiply([Symbol("a"), Script(Symbol("w"), node), node]))

    inner = text.strip("()")
    number: Node = Delimited(Number(inner)) if text.startswith("(") else Number(inner)
    filled = formula(Hole(0)).replace(writer.hole(0), writer.digits(text))
    if writer is MATHML:  # the elements group differently; what is read is the same
        assert _text_of(filled) == _text_of(
            writer.write(Product((Symbol("a"), Script(Symbol("w"), number), number)))
        )
    else:
        assert filled == writer.write(Product((Symbol("a"), Script(Symbol("w"), number), number)))


def _text_of(mathml: str) -> str:
    return "".join(ElementTree.fromstring(mathml).itertext())


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: type(writer).__name__)
def test_only_digits_fit_into_a_hole(writer: Writer) -> None:
    for text in ("x", "1 2", "(1", "", "<b>", "1}"):
        with pytest.raises(ValueError, match="does not fit"):
            writer.digits(text)
    assert len({writer.hole(column) for column in range(1000)}) == 1000
    with pytest.raises(ValueError, match="no hole"):
        writer.hole(-1)


# --- lines ----------------------------------------------------------------------------------

_LINES = (
    Line(Symbol("z"), "=", Number("1")),
    Line(None, None, Number("2"), continues=True, leading="+"),
    Line(None, "approx", Number("3")),
)


def test_aligned_lines() -> None:
    assert LATEX.write_lines(_LINES) == (
        "\\begin{aligned}\n  z &= 1 \\\\\n  &\\quad {} + 2 \\\\\n  &\\approx 3\n\\end{aligned}"
    )
    assert TYPST.write_lines(_LINES) == 'z & = 1 \\\n& #h(1em) "" + 2 \\\n& ≈ 3'
    rows = ElementTree.fromstring(MATHML.write_lines(_LINES))
    assert ["".join(row.itertext()) for row in rows] == ["z=1", "+2", "≈3"]


def test_one_line_needs_no_alignment() -> None:
    assert LATEX.write_lines([Line(Symbol("z"), "=", Number("1"))]) == "z = 1"
    assert TYPST.write_lines([Line(Symbol("z"), "=", Number("1"))]) == "z = 1"


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: type(writer).__name__)
def test_a_chain_and_its_line_are_written_alike(writer: Writer) -> None:
    chain = equals(Symbol("z"), Symbol("x"))
    assert writer.write_chain(chain) == writer.write_lines([Line(Symbol("z"), "=", Symbol("x"))])


@pytest.mark.parametrize(
    "lines",
    [
        [Line(Number("-1"), "=", Number("-2"))],
        [
            Line(Sum(((True, Symbol("x")),)), "=", Number("-2")),
            Line(Number("1."), "=", Number("2")),
        ],
        [Line(None, "=", Number("2"))],
        [Line(None, None, Number("-2"))],
        [Line(Row((Symbol("plus"), Symbol("x"))), "=", Number("2"))],
    ],
)
def test_no_source_line_looks_like_markdown(lines: list[Line]) -> None:
    for line in LATEX.write_lines(lines).splitlines():
        assert line.strip()
        assert line.lstrip()[0] not in "=-+*#>|"
        assert not line.lstrip().startswith("1. ")


def test_a_chain_that_goes_on() -> None:
    chain = Chain(None, (("=", Number("1")), ("approx", Number("2"))))
    assert LATEX.write_chain(chain) == r"{}= 1 \approx 2"
    assert TYPST.write_chain(chain) == "= 1 ≈ 2"


def test_an_unknown_node_is_an_error() -> None:
    for writer in WRITERS:
        with pytest.raises(TypeError, match="not a node"):
            writer.write(Cases)  # type: ignore[arg-type]


def test_bare_compound_bases_are_held_together() -> None:
    loose = Power(Row((Symbol("a"), Symbol("b"))), Number("2"))
    assert LATEX.write(loose) == r"\mathord{ab}^{2}"
    assert TYPST.write(loose) == "attach(a b, tr: 2)"


def test_a_derivative_on_one_line() -> None:
    token = slashed(Partial(Symbol("L"), Symbol("w")))
    assert LATEX.write(token) == r"\partial L/\partial w"
    assert TYPST.write(token) == r"∂ L \/ ∂ w"  # a bare stroke makes a fraction
    assert MATHML.write(token).count('<mo lspace="0" rspace="0">/</mo>') == 1


def test_browsers_leave_no_spaces_around_signs_in_scripts() -> None:
    index = Row((Symbol("n"), Symbol("comma"), Sum(((False, Symbol("t")), (True, Number("1"))))))
    squeezed = Script(Symbol("h"), index, Row((Symbol("prime"), Symbol("plus"))))
    text = MATHML.write(Sum(((False, squeezed), (True, squeezed))))
    assert sorted(set(re.findall("<mo.*?</mo>", text))) == [
        '<mo lspace="0" rspace="0" separator="true">,</mo>',
        '<mo lspace="0" rspace="0">+</mo>',
        '<mo lspace="0" rspace="0">′</mo>',
        '<mo lspace="0" rspace="0">−</mo>',
        "<mo>−</mo>",
    ]
    # a prime is raised by itself, so it is no script
    assert "<mi>h</mi><mo" in text
    assert "<mo>−</mo>" in MATHML.write(Fraction(index.items[2], index))


#: a cell of a matrix and the space behind it
CELL = {
    LATEX: r"(-?[\d.]+|\\vdots)(?:\\hspace\{([\d.]+)em\})?(?= & | \\\\| \\end)",
    TYPST: r"([-−]?[\d.]+|⋮)(?: #h\(([\d.]+)em\) )?(?=, |; |\))",
    MATHML: r'<mtd style="text-align:right;justify-items:end">(?:<[a-z]+>)*([-−]?[\d.]+|⋮|.*?)(?:</[a-z]+>)*(?:<mspace width="([\d.]+)em"></mspace>)?</mtd>',
}


def numbers(*rows: str) -> Matrix:
    dots = {"...": Dots("vertical")}
    return Matrix(tuple(tuple(dots.get(c) or Number(c) for c in row.split()) for row in rows))


@pytest.mark.parametrize("writer", WRITERS)
def test_decimal_points_stand_below_each_other(writer: Writer) -> None:
    """The same distance from the right side of the column, in em, for digits of half an em."""
    rows = ["-0.25 1", "0 -1.5", "10.5 0.125", "-3 2", "... ..."]
    found = re.findall(CELL[writer], writer.write(numbers(*rows)))
    assert len(found) == 10
    for column in (found[:8:2], found[1:8:2]):
        ends = set()
        for text, space in column:
            decimals = len(re.sub("<[^>]*>", "", text).partition(".")[2])
            ends.add(round(0.5 * decimals + (0.28 if decimals else 0) + float(space or 0), 6))
        assert len(ends) == 1


def test_columns_that_need_no_aligning_are_those_of_a_plain_matrix() -> None:
    plain = (numbers("0.25 -1", "0.50 -2"), Matrix(((Symbol("x"),), (Number("-1"),))))
    for matrix in plain:
        assert "bmatrix" in LATEX.write(matrix)
        assert "right" not in TYPST.write(matrix) + MATHML.write(matrix)
    aligned = LATEX.write(numbers("0.25", "-0.5"))
    assert r"\begin{array}{r} 0.25 \\ -0.5\hspace{0.5em} \end{array}" in aligned


def test_a_space_at_the_end_of_a_row_does_not_join_it_to_the_next_in_typst() -> None:
    """A semicolon right behind code would end that, and no row."""
    assert ");" not in TYPST.write(numbers("0", "-0.5", "1"))


def test_further_relations_have_columns_of_their_own() -> None:
    more = (("approx", Number("3")),)
    lines = [Line(Symbol(name), "=", Symbol("x"), more=more) for name in "ab"]  # type: ignore[arg-type]
    rows = LATEX.write_lines(lines).split("\n")
    assert rows[1] == r"  a &= x &&\approx 3 \\"
    assert TYPST.write_lines(lines).count("&&") == 2
    assert MATHML.write_lines(lines).count("<mtd") == 6


@pytest.mark.parametrize("sign", ["plus", "minus", "slash"])
def test_a_sign_that_is_a_mark_has_no_room_beside_it_in_a_browser(sign: str) -> None:
    """As an operator between two things it would have, in a superscript too."""
    marked = Script(Symbol("w"), None, Row((Number("2"), Symbol(sign))))
    [attributes] = re.findall(r"<mo([^>]*)>[+−/]</mo>", MATHML.write(marked))
    assert attributes.split() == ['lspace="0"', 'rspace="0"']
    assert "<mo>+</mo>" in MATHML.write(Sum(((False, Symbol("x")), (False, Symbol("y")))))
