"""Reading names, and the refusal of everything that is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivgen.errors import DerivgenError, Place
from derivgen.formula.latex import LATEX
from derivgen.formula.names import name_text, parse_name
from derivgen.formula.symbols import GREEK
from derivgen.formula.tree import Accent, Delimited, Number, Row, Script, Styled, Symbol, Text

_W = Symbol("w")


@pytest.mark.parametrize(
    ("text", "node", "plain"),
    [
        ("w", _W, "w"),
        ("w5", Script(_W, Number("5")), "w_5"),
        ("w_1", Script(_W, Number("1")), "w_1"),
        ("w_12", Script(_W, Number("12")), "w_12"),
        ("w_{11}", Script(_W, Number("11")), "w_11"),
        ("w_{1,2}", Script(_W, Row((Number("1"), Symbol("comma"), Number("2")))), "w_1,2"),
        ("z_{h1}", Script(Symbol("z"), Row((Symbol("h"), Number("1")))), "z_h1"),
        ("z_h1", Script(Symbol("z"), Row((Symbol("h"), Number("1")))), "z_h1"),
        (
            "w^{(1)}_{ij}",
            Script(_W, Row((Symbol("i"), Symbol("j"))), Delimited(Number("1"))),
            "w^(1)_ij",
        ),
        ("b_hid", Script(Symbol("b"), Symbol("hid")), "b_hid"),
        ("b_{hid}", Script(Symbol("b"), Symbol("hid")), "b_hid"),
        ("W_in", Script(Symbol("W"), Symbol("in")), "W_in"),
        ("net", Symbol("net"), "net"),
        (r"\mathrm{net}_{o1}", Script(Symbol("net"), Row((Symbol("o"), Number("1")))), "net_o1"),
        (r"\hat{y}", Accent("hat", Symbol("y")), "yhat"),
        (r"\hat y_1", Script(Accent("hat", Symbol("y")), Number("1")), "yhat_1"),
        (r"\bar\alpha", Accent("bar", Symbol("alpha")), "alphabar"),
        ("y'", Script(Symbol("y"), None, Symbol("prime")), "y'"),
        ("y''_1", Script(Symbol("y"), Number("1"), Row((Symbol("prime"),) * 2)), "y''_1"),
        ("w^+", Script(_W, None, Symbol("plus")), "w+"),
        ("w^*", Script(_W, None, Symbol("star")), "w*"),
        ("h_{t-1}", Script(Symbol("h"), Row((Symbol("t"), Symbol("minus"), Number("1")))), "h_t-1"),
        ("σ", Symbol("sigma"), "sigma"),
        ("alpha", Symbol("alpha"), "alpha"),
        ("top", Text("top"), "top"),
        (r"\mathrm{alpha}", Text("alpha"), "alpha"),
        (r"\ell", Symbol("ell"), "ell"),
        (r"\mathbf{W}", Styled("bold", Symbol("W")), "W"),
        (r"\mathcal{L}", Styled("cal", Symbol("L")), "L"),
        (r"\text{Loss é}", Text("Loss é"), "Loss e"),
        (r"\boldsymbol{W}^\top", Script(Styled("bold", Symbol("W")), None, Symbol("top")), "W^T"),
        (r"\tanh", Symbol("tanh"), "tanh"),
        ("(1)", Delimited(Number("1")), "(1)"),
        ("[1]", Delimited(Number("1"), "bracket"), "[1]"),
        ("z^{[1]}", Script(Symbol("z"), None, Delimited(Number("1"), "bracket")), "z^[1]"),
        (r"\Delta w_5", Row((Symbol("Delta"), Script(_W, Number("5")))), "Deltaw_5"),
    ],
)
def test_names(text: str, node: object, plain: str) -> None:
    parsed = parse_name(text)
    assert parsed == node
    assert name_text(parsed) == plain


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("", "E211", None),
        ("   ", "E211", None),
        ("x" * 201, "E211", None),
        (r"\input{../secret}", "E212", 1),
        (r"w\def\x{}", "E212", 2),
        (r"\mathrm{\write18}", "E212", 9),
        ("w\\", "E212", 2),
        ("w$", "E213", 2),
        ("w#1", "E213", 2),
        ('w"', "E213", 2),
        ("w\x00", "E213", 2),
        (r"\text{a\b}", "E213", 8),
        ("w_{1", "E214", 3),
        ("w}", "E214", 2),
        ("(a", "E214", 1),
        ("a)", "E214", 2),
        ("w_{(1}", "E214", 4),
        (r"\text{a", "E214", 6),
        ("w_", "E215", 2),
        ("_1", "E215", 1),
        ("w^{}", "E215", 4),
        (r"\hat", "E215", 1),
        ("'", "E215", 1),
        ("w_1_2", "E216", 4),
        ("w5_1", "E216", 3),
        ("w^1'", "E216", 4),
    ],
)
def test_refusals_name_the_column(text: str, code: str, column: int | None) -> None:
    place = Place("net.yaml", 3, 9)
    with pytest.raises(DerivgenError) as caught:
        parse_name(text, place)
    assert caught.value.diagnostic.code == code
    assert caught.value.diagnostic.place == place
    if column is not None:
        assert f"at column {column} " in caught.value.diagnostic.message


def test_a_misspelt_command_gets_a_hint() -> None:
    with pytest.raises(DerivgenError, match=r"did you mean 'alpha'\?"):
        parse_name(r"\aplha")


@pytest.mark.parametrize("name", GREEK)
def test_every_greek_letter_in_its_three_spellings(name: str) -> None:
    assert (
        parse_name(f"\\{name}") == parse_name(name) == parse_name(GREEK[name].char) == Symbol(name)
    )


@settings(deadline=None)
@given(st.text("abW1 _^{}()\\'+,hatmrext$αé", max_size=30))
def test_any_text_is_a_name_or_an_error(text: str) -> None:
    try:
        node = parse_name(text)
    except DerivgenError:
        return  # any other exception fails
    assert parse_name(LATEX.write(node)) is not None
    assert name_text(node).isascii()


def test_plain_text_of_what_is_no_name() -> None:
    from derivgen.formula.tree import Fraction

    with pytest.raises(TypeError, match="Fraction"):
        name_text(Fraction(_W, _W))
