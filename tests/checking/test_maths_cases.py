"""Formulas with the trees that they are, and names in all their spellings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from maths_compact import compact_reading

from derivgen.checking.manuscript import Notation, Passage
from derivgen.checking.maths import functions
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import learn, read
from derivgen.checking.maths.writing import again, shown, shown_chain
from derivgen.network.functions import FUNCTIONS


class Case(NamedTuple):
    notation: Notation
    given: tuple[str, ...]
    text: str
    tree: str


def cases() -> Iterator[Case]:
    notation: Notation = "latex"
    given: tuple[str, ...] = ()
    path = Path(__file__).with_name("maths_cases.txt")
    for line in path.read_text(encoding="utf-8").splitlines():
        if line in ("[latex]", "[typed]"):
            notation = "latex" if line == "[latex]" else "typed"
        elif line.startswith("given:"):
            given = tuple(
                part for part in line.removeprefix("given:").strip().split(" ;; ") if part
            )
        elif line and not line.startswith("#"):
            text, tree = line.split("  =>  ")
            yield Case(notation, given, text.replace("⏎", "\n"), tree)


def reading_of(text: str, notation: Notation, given: tuple[str, ...] = ()) -> str:
    passages = [Passage(each, (), notation, "display") for each in (*given, text)]
    return compact_reading(read(text, notation, learn(passages)))


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.text)
def test_a_formula_is_the_tree_that_it_means(case: Case) -> None:
    assert reading_of(case.text, case.notation, case.given) == case.tree


T: Notation = "typed"
X: Notation = "latex"
SPELLINGS: dict[str, list[tuple[str, Notation]]] = {
    "w_5": [("w5", T), ("w_5", T), ("w₅", T), ("w5", X), (r"w_{\text{5}}", X), (r"\mathbf{w}_5", X), ("{w}_5", X)],
    "y_hat": [("y_hat", T), ("yhat", T), ("ŷ", T), ("y\u0302", T), (r"\hat y", X), (r"\widehat{y}", X), (r"y_{\text{hat}}", X)],
    "y_hat_1": [(r"\hat{y}_1", X), (r"\hat{y_1}", X), ("y_hat1", T), ("ŷ₁", T), ("yhat_1", T)],
    "a_h1": [("a_{h1}", X), (r"a_{\text{h1}}", X), (r"a\_h1", X), ("a_{h_1}", X), ("a_{h,1}", X), ("a_h1", T)],
    "h_pre_0": [(r"h_{\mathrm{pre},0}", X), ("hpre,0", T), ("h_{pre 0}", X), ("h_pre_0", T)],
    "w^(1)_12": [("w^{(1)}_{12}", X), ("w_{12}^{(1)}", X), ("w^{[1]}_{1,2}", X)],
    "w_1,10": [("w_{1,10}", X)],
    "w_11,0": [("w_{11,0}", X)],
    "net_o1": [("net_{o1}", X), (r"\text{net}_{o1}", X), ("net_o1", T)],
    "sigma": [(r"\sigma", X), ("σ", T), ("sigma", T)],
    "w_ij": [("w_{ij}", X), ("w_{i,j}", X), ("wᵢⱼ", T)],
    "b_1_from_h1": [(r"b1_{from\_h1}", X), (r"b1_{\text{from}_h1}", X)],
    "w_5~new": [
        *(("new_w5", T), (r"new\_w_{5}", X), ("w5_new", T), ("w_5^{new}", X), ("w_{5,new}", X)),
        *((r"w5\_new", X), (r"w5_{\text{new}}", X), ("w_5^{(new)}", X)),
    ],
    "w_i~t+1": [("w_i^{t+1}", X), ("w_i^{(t+1)}", X), ("w^{t+1}_i", X)],
    "w_5~+": [("w_5^+", X), ("w₅⁺", T)],
    "w_5~*": [("w_5^{*}", X), (r"w_5^\ast", X)],
    "w_5~'": [("w_5'", X), (r"w_5^{\prime}", X), ("w'_5", X), ("{w_5}'", X), ("w5′", T)],
    "E_total": [("E_{total}", X), (r"E_{\text{total}}", X), ("Etotal", T)],
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_name_has_one_key_in_all_its_spellings(name: str) -> None:
    found = {spelling: reading_of(*spelling) for spelling in SPELLINGS[name]}
    assert found == dict.fromkeys(SPELLINGS[name], name)


def test_names_of_different_things_have_different_keys() -> None:
    texts = [
        "w_{1,10}",
        "w_{11,0}",
        "w_{110}",
        "w_{1}^{(10)}",
        r"\hat{w}_{110}",
        "W_{110}",
        "w^{(1)}_{10}",
    ]
    assert len({reading_of(text, "latex") for text in texts}) == len(texts)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_of_the_network_can_be_called(name: str) -> None:
    word = functions.canonical(name)
    assert word is not None
    assert reading_of(f"{name}(z)", "typed") == f"({word}() z)"
    if name in functions._SPELLINGS:  # an alias has the word of its function
        assert word == name


def test_a_statement_may_begin_anywhere_in_loose_text() -> None:
    text = r"z_{1} = w_1*x_1+b_{1} \frac{\partial z_{1}}{\partial w_1} = x_{1}"
    loose = compact_reading(read(text, "latex", loose=True))
    assert loose == "z_1 = (+ (* w_1 x_1) b_1) // (d z_1 w_1) = x_1"
    strict = compact_reading(read(text, "latex"))
    assert strict == "z_1 = (+ (* w_1 x_1) (. b_1 (d z_1 w_1))) = x_1"


def test_the_names_of_a_network_are_known() -> None:
    assert compact_reading(read("actz", "latex", learn([], ["act", "z"]))) == "(. act z)"
    assert compact_reading(read("actz", "latex", learn([], []))) == "actz"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"w_5 - 0.5 \cdot 0.0822", "w_5 - 0.5*0.0822"),
        (r"\frac{\partial L}{\partial w_5} = (y - t) x", "∂L/∂w_5 = (y - t) x"),
        (r"\frac{a + b}{c d} \cdot (-1)", "(a + b)/(c d)*(-1)"),
        (r"-(a - b)^{2} \approx \sigma'(z)", "-(a - b)^2 ≈ sigmoid'(z)"),
        (r"a - (b - c)", "a - (b - c)"),
        (r"W^T \begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", "W^T [1, 2; 3, 4]"),
    ],
)
def test_a_tree_is_shown_as_plain_text(text: str, plain: str) -> None:
    [chain] = read(text, "latex").chains
    assert shown_chain(chain) == plain


def test_nobody_sees_which_of_two_things_of_one_name_is_meant() -> None:
    second = again("L", 1)
    assert second != "L"
    assert shown(t.Call(second, (t.Name("w"),))) == "L(w)"
    assert shown(t.Name(second)) == "L"
