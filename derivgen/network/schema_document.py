"""What may stand in a spec beside the network: training, numbers, the document, conventions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from derivgen.network.schema_parts import Number, Part, Words, YamlWords, to_list
from derivgen.settings import View


class TrainingSpec(Part):
    """How the parameters are updated."""

    optimiser: str = Field(
        default="gradient_descent", description="`derivgen list optimisers` shows them."
    )
    learning_rate: Number | None = Field(default=None, gt=0, description="Left out: a letter.")
    learning_rate_name: str | None = Field(default=None, description="Its letter, in LaTeX.")
    steps: int = Field(default=1, ge=0, le=1_000_000, description="How many updates to compute.")
    show: int = Field(default=1, ge=0, le=1000, description="How many of them to work out in full.")
    options: dict[str, Number] = Field(
        default_factory=dict, description="Settings of the optimiser."
    )


class NumbersSpec(Part):
    """How numbers are printed."""

    decimals: int | None = Field(
        default=None, ge=0, le=15, description="Digits after the point (4 unless said)."
    )
    significant: int | None = Field(
        default=None, ge=1, le=15, description="Digits that count, instead of decimals."
    )
    least_significant: int | None = Field(
        default=None,
        ge=0,
        le=15,
        description="With decimals: show small numbers with at least so many digits "
        "(3 where no digits are asked for, else 0 unless said).",
    )
    rounding: Literal["half_up", "half_even", "truncate"] = Field(
        default="half_up", description="What happens to the digits cut off."
    )
    carry: Literal["full", "rounded"] = Field(
        default="full",
        description="rounded: go on with what is printed, as with a pocket calculator.",
    )
    exact: bool = Field(default=False, description="Fractions instead of decimals.")


class Document(Part):
    """What the document says and in what manner."""

    style: str = Field(default="tutorial", description="`derivgen list styles` shows them.")
    views: Annotated[
        list[View], BeforeValidator(to_list, json_schema_input_type=View | list[View])
    ] = Field(
        default=["paths"],
        min_length=1,
        description="How the derivation is told; several are put one after the other.",
    )
    show: (
        Annotated[list[Words], BeforeValidator(to_list, json_schema_input_type=str | list[str])]
        | None
    ) = Field(
        default=None,
        description="The parameters to work out: all, first (one of each array), or names.",
    )
    full_limit: int = Field(
        default=24,
        ge=0,
        description="Networks with more parameters show the first of each array only.",
    )
    long_sum: int = Field(
        default=9,
        ge=3,
        description="Of sums of more terms the first three and the last are written, with an ellipsis.",
    )
    factor_order: Literal["loss-first", "parameter-first"] = Field(
        default="loss-first", description="The order of a chain's factors."
    )
    per_output: bool = Field(
        default=False, description="The gradient of each output's error by itself, then the sum."
    )
    collapse: bool = Field(
        default=True, description="Use forms such as p - y for softmax with cross-entropy."
    )
    verification: bool = Field(
        default=True, description="End with the table of independent checks."
    )
    figure: bool = Field(
        default=True, description="Draw the network, and the loss over several steps."
    )
    product: Literal["dot", "cross", "none"] = Field(
        default="dot", description="The sign between factors."
    )
    paper: Literal["a4", "letter"] = Field(default="a4", description="The paper size.")
    front_matter: bool | dict[str, YamlWords | list[YamlWords]] = Field(
        default=False,
        description="Begin a Markdown document with its title, author, date and description as YAML;"
        " keys given here, with a text, a number, true, false or a list, are put beside them.",
    )


class Conventions(Part):
    """Choices where books differ."""

    kink: dict[str, Literal["left", "right", "middle", "smallest"] | Number] = Field(
        default_factory=dict,
        description="Function -> the derivative at its kink: a side, or a value.",
    )
    ties: Literal["first", "split", "all"] = Field(
        default="first",
        description="Where the derivative of a maximum goes when several are largest.",
    )
    orientation: Literal["to_from", "from_to"] = Field(
        default="to_from", description="The orientation of the weights of all layers."
    )
