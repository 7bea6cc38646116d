"""What may stand in a spec beside the network: training, numbers, the document, conventions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from derivgen.network.kinds import (
    Either,
    ListOf,
    MappingOf,
    Maybe,
    OneOf,
    Part,
    Real,
    Text,
    Truth,
    Whole,
    entry,
)
from derivgen.network.schema_parts import NUMBER, TEXT, WORDS
from derivgen.settings import View


class TrainingSpec(Part):
    """How the parameters are updated."""

    optimiser: str = entry(Text(), "gradient_descent", "`derivgen list optimisers` shows them.")
    learning_rate: float | None = entry(Maybe(Real(above=0)), None, "Left out: a letter.")
    learning_rate_name: str | None = entry(TEXT, None, "Its letter, in LaTeX.")
    steps: int = entry(Whole(0, 1_000_000), 1, "How many updates to compute.")
    show: int = entry(Whole(0, 1000), 1, "How many of them to work out in full.")
    options: dict[str, float] = entry(MappingOf(Text(), NUMBER), dict, "Settings of the optimiser.")


class NumbersSpec(Part):
    """How numbers are printed."""

    decimals: int | None = entry(
        Maybe(Whole(0, 15)), None, "Digits after the point (4 unless said)."
    )
    significant: int | None = entry(
        Maybe(Whole(1, 15)), None, "Digits that count, instead of decimals."
    )
    least_significant: int | None = entry(
        Maybe(Whole(0, 15)),
        None,
        "With decimals: show small numbers with at least so many digits "
        "(3 where no digits are asked for, else 0 unless said).",
    )
    rounding: Literal["half_up", "half_even", "truncate"] = entry(
        OneOf(("half_up", "half_even", "truncate")),
        "half_up",
        "What happens to the digits cut off.",
    )
    carry: Literal["full", "rounded"] = entry(
        OneOf(("full", "rounded")),
        "full",
        "rounded: go on with what is printed, as with a pocket calculator.",
    )
    exact: bool = entry(Truth(), False, "Fractions instead of decimals.")


class Document(Part):
    """What the document says and in what manner."""

    style: str = entry(Text(), "tutorial", "`derivgen list styles` shows them.")
    views: Sequence[View] = entry(
        ListOf(OneOf(get_args(View)), least=1, single=True),
        ("paths",),
        "How the derivation is told; several are put one after the other.",
    )
    show: list[str] | None = entry(
        Maybe(ListOf(WORDS, single=True)),
        None,
        "The parameters to work out: all, first (one of each array), or names.",
    )
    full_limit: int = entry(
        Whole(0), 24, "Networks with more parameters show the first of each array only."
    )
    long_sum: int = entry(Whole(3), 8, "Sums of more terms are written with an ellipsis.")
    factor_order: Literal["loss-first", "parameter-first"] = entry(
        OneOf(("loss-first", "parameter-first")),
        "loss-first",
        "The order of a chain's factors.",
    )
    per_output: bool = entry(
        Truth(), False, "The gradient of each output's error by itself, then the sum."
    )
    collapse: bool = entry(Truth(), True, "Use forms such as p - y for softmax with cross-entropy.")
    verification: bool = entry(Truth(), True, "End with the table of independent checks.")
    figure: bool = entry(Truth(), True, "Draw the network, and the loss over several steps.")
    product: Literal["dot", "cross", "none"] = entry(
        OneOf(("dot", "cross", "none")), "dot", "The sign between factors."
    )
    paper: Literal["a4", "letter"] = entry(OneOf(("a4", "letter")), "a4", "The paper size.")
    front_matter: bool | dict[str, str] = entry(
        Either((Truth(), MappingOf(Text(), WORDS))),
        False,
        "Begin a Markdown document with its title, author, date and description as YAML;"
        " keys given here are put beside them.",
    )


class Conventions(Part):
    """Choices where books differ."""

    kink: dict[str, Literal["left", "right", "middle", "smallest"] | float] = entry(
        MappingOf(Text(), Either((OneOf(("left", "right", "middle", "smallest")), NUMBER))),
        dict,
        "Function -> the derivative at its kink: a side, or a value.",
    )
    ties: Literal["first", "split", "all"] = entry(
        OneOf(("first", "split", "all")),
        "first",
        "Where the derivative of a maximum goes when several are largest.",
    )
    orientation: Literal["to_from", "from_to"] = entry(
        OneOf(("to_from", "from_to")), "to_from", "The orientation of the weights of all layers."
    )
