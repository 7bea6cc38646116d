"""What may stand in a spec beside the network: training, numbers, the document, conventions."""

from __future__ import annotations

from typing import Literal

from derivgen.network.kinds import DictOf, Either, Flag, ListOf, OrNone, Whole
from derivgen.network.schema_parts import (
    NUMBERS,
    TEXT,
    WORDS,
    YAML_WORDS,
    Part,
    entry,
    number,
    one_of,
)
from derivgen.settings import VIEWS, View


class TrainingSpec(Part):
    """How the parameters are updated."""

    optimiser: str = entry("gradient_descent", TEXT, "`derivgen list optimisers` shows them.")
    learning_rate: float | None = entry(None, OrNone(number(above=0)), "Left out: a letter.")
    learning_rate_name: str | None = entry(None, OrNone(TEXT), "Its letter, in LaTeX.")
    steps: int = entry(1, Whole(0, 1_000_000), "How many updates to compute.")
    show: int = entry(1, Whole(0, 1000), "How many of them to work out in full.")
    options: dict[str, float] = entry({}, DictOf(NUMBERS), "Settings of the optimiser.")


class NumbersSpec(Part):
    """How numbers are printed."""

    decimals: int | None = entry(
        None, OrNone(Whole(0, 15)), "Digits after the point (4 unless said)."
    )
    significant: int | None = entry(
        None, OrNone(Whole(1, 15)), "Digits that count, instead of decimals."
    )
    least_significant: int | None = entry(
        None,
        OrNone(Whole(0, 15)),
        "With decimals: show small numbers with at least so many digits (3 where no digits are asked for, else 0 unless said).",
    )
    rounding: Literal["half_up", "half_even", "truncate"] = entry(
        "half_up", one_of("half_up", "half_even", "truncate"), "What happens to the digits cut off."
    )
    carry: Literal["full", "rounded"] = entry(
        "full",
        one_of("full", "rounded"),
        "rounded: go on with what is printed, as with a pocket calculator.",
    )
    exact: bool = entry(False, Flag(), "Fractions instead of decimals.")


class Document(Part):
    """What the document says and in what manner."""

    style: str = entry("tutorial", TEXT, "`derivgen list styles` shows them.")
    views: list[View] = entry(
        ["paths"],
        ListOf(one_of(*VIEWS), alone=True, least=1),
        "How the derivation is told; several are put one after the other.",
    )
    show: list[str] | None = entry(
        None,
        OrNone(ListOf(WORDS, alone=True)),
        "The parameters to work out: all, first (one of each array), or names.",
    )
    full_limit: int = entry(
        24, Whole(least=0), "Networks with more parameters show the first of each array only."
    )
    long_sum: int = entry(
        9,
        Whole(least=3),
        "Of sums of more terms the first three and the last are written, with an ellipsis.",
    )
    factor_order: Literal["loss-first", "parameter-first"] = entry(
        "loss-first", one_of("loss-first", "parameter-first"), "The order of a chain's factors."
    )
    per_output: bool = entry(
        False, Flag(), "The gradient of each output's error by itself, then the sum."
    )
    collapse: bool = entry(True, Flag(), "Use forms such as p - y for softmax with cross-entropy.")
    verification: bool = entry(True, Flag(), "End with the table of independent checks.")
    figure: bool = entry(True, Flag(), "Draw the network, and the loss over several steps.")
    product: Literal["dot", "cross", "none"] = entry(
        "dot", one_of("dot", "cross", "none"), "The sign between factors."
    )
    paper: Literal["a4", "letter"] = entry("a4", one_of("a4", "letter"), "The paper size.")
    front_matter: bool | dict[str, str | list[str]] = entry(
        False,
        Either((Flag(), DictOf(Either((YAML_WORDS, ListOf(YAML_WORDS)))))),
        "Begin a Markdown document with its title, author, date and description as YAML; keys given here, with a text, a number, true, false or a list, are put beside them.",
    )


class Conventions(Part):
    """Choices where books differ."""

    kink: dict[str, Literal["left", "right", "middle", "smallest"] | float] = entry(
        {},
        DictOf(Either((one_of("left", "right", "middle", "smallest"), NUMBERS))),
        "Function -> the derivative at its kink: a side, or a value.",
    )
    ties: Literal["first", "split", "all"] = entry(
        "first",
        one_of("first", "split", "all"),
        "Where the derivative of a maximum goes when several are largest.",
    )
    orientation: Literal["to_from", "from_to"] = entry(
        "to_from", one_of("to_from", "from_to"), "The orientation of the weights of all layers."
    )
