"""Dots in a sum or a product: the terms that they stand for, and dots that could stand for more than one thing."""

from __future__ import annotations

import pytest

from derivgen.checking.manuscript import Passage
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import learn, read
from derivgen.checking.understanding.elided import MOST_TERMS, with_elided_terms
from derivgen.checking.understanding.following import statements_of


def read_one(text: str) -> tuple[Passage, t.Reading]:
    passage = Passage(text, (), "latex", "display")
    reading = read(text, "latex", learn([passage]))
    assert not reading.failures
    return passage, reading


def formula(text: str) -> t.Node:
    return read_one(text)[1].chains[0].segments[0].body


def filled_in(text: str) -> t.Node:
    """The formula of a document as it is when its dots are filled in."""
    (statement,) = with_elided_terms(statements_of([read_one(text)]))
    return statement.members[0]


def flat(node: t.Node) -> t.Node:
    """What is multiplied without a sign and with one is one product here."""
    match node:
        case t.Product(factors):
            return t.Product(tuple(map(flat, factors)))
        case t.Sum(terms):
            return t.Sum(tuple((negative, flat(body)) for negative, body in terms))
        case t.BigSum(body, index, lower, upper, sign):
            return t.BigSum(flat(body), index, lower, upper, sign)
    return node


TOLD = (
    (r"x_1 + \cdots + x_4", r"x_1 + x_2 + x_3 + x_4"),
    (r"x_1 + x_2 + \cdots + x_4 + b", r"x_1 + x_2 + x_3 + x_4 + b"),
    (r"b + x_1 + x_2 + \dots + x_4", r"b + x_1 + x_2 + x_3 + x_4"),
    (r"b - x_1 - x_2 - \dots - x_4", r"b - x_1 - x_2 - x_3 - x_4"),
    # two indices count up together, or each by its own step
    (r"w_1 x_1 + \cdots + w_3 x_3", r"w_1 x_1 + w_2 x_2 + w_3 x_3"),
    (r"w_1 x_1 + w_3 x_2 + \cdots + w_7 x_4", r"w_1 x_1 + w_3 x_2 + w_5 x_3 + w_7 x_4"),
    (r"w_1 x_1 + \cdots + w_7 x_4", r"w_1 x_1 + w_3 x_2 + w_5 x_3 + w_7 x_4"),
    (r"x_4 + x_3 + \cdots + x_1", r"x_4 + x_3 + x_2 + x_1"),
    # nothing is left out
    (r"x_1 + \cdots + x_2", r"x_1 + x_2"),
    # x_{12} is the twelfth beside x_9, and w_{1,10} comes after w_{19}
    (r"x_8 + x_9 + \cdots + x_{12}", r"x_8 + x_9 + x_{10} + x_{11} + x_{12}"),
    (
        r"w_{18} x_8 + w_{19} x_9 + \cdots + w_{1,11} x_{11}",
        r"w_{18} x_8 + w_{19} x_9 + w_{1,10} x_{10} + w_{1,11} x_{11}",
    ),
    (r"x_9 + x_{10} + x_{11} + \cdots + x_{21}", " + ".join(f"x_{{{i}}}" for i in range(9, 22))),
    # the index above, and those of derivatives
    (r"L^{(1)} + \cdots + L^{(3)}", r"L^{(1)} + L^{(2)} + L^{(3)}"),
    (
        r"\frac{\partial E_1}{\partial a} + \dots + \frac{\partial E_3}{\partial a}",
        r"\frac{\partial E_1}{\partial a} + \frac{\partial E_2}{\partial a} + \frac{\partial E_3}{\partial a}",
    ),
    (r"p_1 p_2 \cdots p_4", r"p_1 p_2 p_3 p_4"),
    (r"e_{11} + e_{22} + \cdots + e_{44}", r"e_{11} + e_{22} + e_{33} + e_{44}"),
    # rows and columns are counted
    (r"e_{11} + e_{12} + e_{21} + \cdots + e_{32}", r"e_{11} + e_{12} + e_{21} + e_{22} + e_{31} + e_{32}"),
    (
        r"(a_{11} - y_{11}) + (a_{21} - y_{21}) + (a_{12} - y_{12}) + \cdots + (a_{23} - y_{23})",
        r"(a_{11} - y_{11}) + (a_{21} - y_{21}) + (a_{12} - y_{12}) + (a_{22} - y_{22}) + (a_{13} - y_{13}) "
        r"+ (a_{23} - y_{23})",
    ),
    # a letter at the end
    (r"w_1 x_1 + w_2 x_2 + \cdots + w_n x_n + b", r"\sum_{i=1}^{n} w_i x_i + b"),
    (r"w_{j0} x_0 + \dots + w_{jm} x_m", r"\sum_{i=0}^{m} w_{ji} x_i"),
    (r"\delta_1 w_{1i} + \dots + \delta_m w_{mi}", r"\sum_{j=1}^{m} \delta_j w_{ji}"),
    (r"p_1 \cdots p_n", r"\prod_{i=1}^{n} p_i"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "whole"), TOLD)
def test_dots_stand_for_the_terms_between(text: str, whole: str) -> None:
    assert flat(filled_in(text)) == flat(formula(whole))


@pytest.mark.parametrize(
    "text",
    [
        r"x_1 + x_2 + \cdots",  # where does it end
        r"\cdots + x_4",
        r"x_1 + x_3 + \cdots + x_8",  # 8 is not on the way
        r"w_1 x_1 + \cdots + w_5 x_4",  # the indices do not go together
        r"x_1 + \cdots + y_4",
        r"e_{11} + \cdots + e_{33}",  # on the diagonal, or all nine
        r"x_{11} + x_{12} + \cdots + x_{34}",  # how long is a row, or are these 24 numbers
        r"x_{11} + x_{12} + x_{13} + x_{21} + \cdots + x_{34}",  # four columns, or three
        r"x_1 + \cdots + x_1",
        r"a + b + \cdots + z",
        r"w_1 x_1 + \cdots + w_n x_m",
        r"0.1 + 0.2 + \cdots + 0.5",
        rf"x_1 + \cdots + x_{{{MOST_TERMS + 2}}}",
    ],
)
def test_dots_that_could_be_more_than_one_thing_stay(text: str) -> None:
    assert filled_in(text) == formula(text)
