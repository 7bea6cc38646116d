"""What may stand in a spec: one pydantic model per mapping, each key with its description.

The models check shapes of data only (which keys, which kinds of values); what needs the network
(sizes, names, domains) is checked where the network is made.  The JSON Schema comes from here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from derivgen.network.schema_document import Conventions, Document, NumbersSpec, TrainingSpec
from derivgen.network.schema_parts import (
    FILE_NAME,
    NESTED,
    ArrayName,
    Nested,
    Number,
    Part,
    Separator,
    Short,
    Words,
    to_list,
)

# --- values ---------------------------------------------------------------------------------------


#: where an index can begin to count
Count = Annotated[int, Field(ge=0, le=9)]


class RandomValues(Part):
    """Seeded random values with few digits and without zeros."""

    seed: int = Field(default=0, ge=0, description="The same seed always gives the same values.")
    decimals: Literal[1, 2] = Field(default=1, description="Digits after the point.")
    low: Number = Field(default=-1.0, description="The smallest value.")
    high: Number = Field(default=1.0, description="The largest value.")


class Values(Part):
    """The values of an array; at most one of values, csv, npz, random, symbolic, classes."""

    values: Nested = Field(
        default=None, description="Numbers, or texts such as 1/3, in nested lists."
    )
    csv: str | None = Field(
        default=None, description="A CSV file of numbers, relative to the spec."
    )
    npz: str | None = Field(
        default=None, description="An NPZ or NPY file, relative to the spec; needs `key` for NPZ."
    )
    key: str | None = Field(default=None, description="The name of the array in the NPZ file.")
    random: RandomValues | None = Field(default=None, description="Seeded random values.")
    symbolic: bool = Field(default=False, description="Leave the values as letters.")
    shape: (
        Annotated[list[int], BeforeValidator(to_list, json_schema_input_type=int | list[int])]
        | None
    ) = Field(
        default=None,
        description="The sizes, where they cannot be told from the values: 3 or [5, 2].",
    )


VALUES_SHORT = Short("values", NESTED)
ValuesField = Annotated[Values, VALUES_SHORT]


class Targets(Values):
    """The values of the targets."""

    classes: Nested = Field(
        default=None,
        description="Class numbers, one a sample, instead of values; they become one-hot vectors.",
    )
    first_class: int = Field(default=0, ge=0, le=1, description="The number of the first class.")


class Data(Part):
    """What the network is fed with."""

    inputs: ValuesField = Field(
        description="One sample (a list of numbers) or a batch (a list of lists)."
    )
    targets: Annotated[Targets, VALUES_SHORT] | None = Field(
        default=None, description="What the outputs should be, in the same form as the inputs."
    )
    samples: Literal["rows", "columns"] = Field(
        default="rows", description="Whether the samples of a batch are the rows or the columns."
    )
    input_name: ArrayName = Field(
        default="x", description="The name of the input array in equations and results."
    )
    target_name: ArrayName = Field(
        default="y", description="The name of the target array in equations and results."
    )


# --- names ----------------------------------------------------------------------------------------


class Pattern(Part):
    """How the quantities of one role are written, in LaTeX. <l> stands for the number of the layer
    counted from 1, <l0> from 0, <l1> from 2; <s> for (<l>) where there are several hidden layers."""

    base: str | None = Field(
        default=None, description="The letter of the array, such as w or \\hat{y}."
    )
    superscript: str | None = Field(default=None, description="What stands raised, such as (<l>).")
    prefix: str | None = Field(
        default=None, description="What stands in the subscript before the indices."
    )
    separator: Separator | None = Field(
        default=None, description="What stands between two indices: , ; : . | / - or a space."
    )
    start: int | None = Field(
        default=None, ge=0, le=9, description="The number of the first index."
    )
    order: Literal["stored", "to_from", "from_to"] | None = Field(
        default=None, description="The order of the two indices of a weight."
    )
    single: str | None = Field(
        default=None, description="The name where a layer has just one unit."
    )
    whole: str | None = Field(
        default=None, description="The name of the array as a whole, in matrix form."
    )
    numbering: Literal["to_from", "from_to"] | None = Field(
        default=None,
        description="Number all elements through the network, in this order within a layer.",
    )


class Name(Part):
    """How one array is written."""

    latex: str | None = Field(default=None, description="Its letter, in LaTeX.")
    superscript: str | None = Field(default=None, description="What stands raised, in LaTeX.")
    prefix: str | None = Field(
        default=None, description="What stands in the subscript before the indices."
    )
    separator: Separator | None = Field(
        default=None, description="What stands between two indices: , ; : . | / - or a space."
    )
    start: Count | list[Count] | None = Field(
        default=None, description="The number of the first index, or of each index's first."
    )
    order: list[int] | None = Field(
        default=None, description="The printed order of the indices, [1, 0] to swap two."
    )
    elements: Annotated[Any, WithJsonSchema({"type": ["array", "string"]})] = Field(
        default=None, description="A name in LaTeX for each element, nested as the values are."
    )
    whole: str | None = Field(
        default=None, description="Its name as a whole, in matrix form, in LaTeX."
    )


class ArrayCalled(Name):
    """How one array is called and written."""

    array: ArrayName | None = Field(
        default=None, description="Its name in equations, options and JSON results."
    )


def _expand_name(key: str, model: type[Name]) -> BeforeValidator:
    def expand(value: Any) -> Any:
        if isinstance(value, list):
            return {"elements": value}
        return {key: value} if isinstance(value, str) else value

    return BeforeValidator(expand, json_schema_input_type=str | list[Any] | model)


LayerName = Annotated[ArrayCalled, _expand_name("array", ArrayCalled)]
NotationName = Annotated[Name, _expand_name("latex", Name)]

Role = Literal[
    "input", "target", "weights", "bias", "layer_bias", "network_bias", "pre_activation", "activation",
    "output_pre_activation", "output", "error", "loss",
]  # fmt: skip


class Notation(Part):
    """How things are written: a preset, changed where wanted."""

    preset: str = Field(
        default="standard", description="A preset; `derivgen list notations` shows them."
    )
    patterns: dict[Role, Pattern] = Field(
        default_factory=dict, description="Patterns by role, in place of those of the preset."
    )
    names: dict[str, NotationName] = Field(
        default_factory=dict,
        description="Array -> its LaTeX letter, a list with a name for each element, or a mapping.",
    )
    learning_rate: str | None = Field(
        default=None, description="The letter of the learning rate, in LaTeX."
    )


# --- the network ----------------------------------------------------------------------------------


class Bias(Values):
    """The bias of a layer."""

    shared: Literal["none", "unit", "layer", "network"] | None = Field(
        default=None,
        description="none; one per unit; one for the layer; one for the whole network.",
    )
    trained: bool = Field(default=True, description="False leaves it as it is in every update.")


_BiasWord = Literal["none", "unit", "layer", "network", False]


def _expand_bias(value: Any) -> Any:
    if value is None or value is False:
        return {"shared": "none"}
    if isinstance(value, str) and value in ("none", "unit", "layer", "network"):
        return {"shared": value}
    return value if isinstance(value, dict) else {"values": value}


class Weights(Values):
    """The weights of a layer."""

    trained: bool = Field(
        default=True, description="False leaves them as they are in every update."
    )


# What is left out is made without validation: what it holds is right, and validating it would build a
# validator for each of these parts by itself.


class LayerNames(Part):
    """Names of a layer's arrays: a text names the array, a list names its elements in LaTeX."""

    weights: LayerName = Field(
        default_factory=ArrayCalled.model_construct, description="Those of the weights."
    )
    bias: LayerName = Field(
        default_factory=ArrayCalled.model_construct, description="That of the bias."
    )
    pre_activation: LayerName = Field(
        default_factory=ArrayCalled.model_construct, description="Those before the activation."
    )
    activation: LayerName = Field(
        default_factory=ArrayCalled.model_construct, description="Those of the outputs."
    )


class DenseLayer(Part):
    """A fully connected layer: z = W x + b, a = activation(z)."""

    dense: int = Field(ge=1, le=100_000, description="The number of units.")
    activation: str | None = Field(
        default=None,
        description="A function; `derivgen list activations` shows them. Left out: none, a = W x + b.",
    )
    options: dict[str, Number] = Field(
        default_factory=dict, description="Settings of the activation, such as alpha of leaky_relu."
    )
    weights: Annotated[Weights, VALUES_SHORT] = Field(
        default_factory=Weights.model_construct,
        description="The weights, one row a unit (see orientation); left out: symbolic.",
    )
    orientation: Literal["to_from", "from_to"] | None = Field(
        default=None,
        description="to_from: one row a unit (z = W x); from_to: one column a unit (z = x W).",
    )
    bias: Annotated[
        Bias,
        BeforeValidator(_expand_bias, json_schema_input_type=Bias | _BiasWord | Nested | None),
    ] = Field(
        default_factory=Bias.model_construct,
        description="A list: one per unit; a number: shared by the layer; none; network; or a mapping.",
    )
    name: str = Field(default="", description="What prose calls it: 'the hidden layer'.")
    names: LayerNames = Field(
        default_factory=LayerNames.model_construct, description="Names of its arrays."
    )


class ArraySpec(Values):
    """An array that equations read."""

    role: Literal["input", "target", "parameter", "constant"] = Field(
        default="parameter",
        description="What it is: parameters are trained, constants never change.",
    )
    trained: bool = Field(default=True, description="False freezes a parameter.")
    outside: Number | None = Field(
        default=None,
        description="The value of readings outside the array (padding); left out, they are errors.",
    )
    prose: str = Field(default="", description="What prose calls it: 'the weights of the gate'.")


class Function(Part):
    """A function or a loss of the user's own."""

    expression: str | None = Field(
        default=None, description="An activation, as an expression over z."
    )
    loss: str | None = Field(
        default=None,
        description="A loss of one output, as an expression over y (target) and a (output).",
    )
    latex: str | None = Field(default=None, description="Its name in formulas, in LaTeX.")
    summary: str = Field(default="", description="One line on what it is.")


class Penalty(Part):
    """What is added to the loss to keep weights small."""

    l1: Number = Field(default=0.0, ge=0, description="Factor of the sum of absolute values.")
    l2: Number = Field(default=0.0, ge=0, description="Factor of the sum of squares.")
    half: bool = Field(default=False, description="Put 1/2 before the sum of squares.")
    over: list[str] | None = Field(
        default=None, description="The arrays to penalise; left out: the weights, no biases."
    )


class Loss(Part):
    """What is minimised."""

    name: str = Field(
        description="A loss of the table, one of your own, or a quantity of the equations."
    )
    options: dict[str, Number] = Field(
        default_factory=dict, description="Settings of the loss, such as delta of huber."
    )
    delta: Number | None = Field(
        default=None, gt=0, description="Where huber turns from square to line."
    )
    reduction: Literal["sum", "mean"] = Field(
        default="mean", description="How the samples of a batch are put together."
    )
    penalty: Penalty | None = Field(default=None, description="L1 or L2 penalty.")
    per_output: bool = Field(
        default=False, description="Make the error of each output a quantity of its own."
    )
    output: str | None = Field(
        default=None,
        description="The array that is compared with the targets; left out: the last layer's.",
    )
    target: str | None = Field(
        default=None, description="The array of targets; left out: the one of data."
    )
    quantity: ArrayName = Field(
        default="L", description="The name of the loss in equations and results."
    )


# --- the whole -------------------------------------------------------------------------------------


class Spec(Part):
    """A network, its data, how it is trained, and the document to write about it."""

    title: Words = Field(default="", description="The title of the document.")
    author: Words = Field(default="", description="Its author.")
    date: Words = Field(default="", description="Its date, as it is to be printed.")
    description: Words = Field(default="", description="What stands first in the document.")
    name: Annotated[str, Field(pattern=FILE_NAME, max_length=100)] | None = Field(
        default=None, description="The stem of the output files; left out: that of the spec."
    )
    data: Data | None = Field(default=None, description="Inputs and targets.")
    layers: list[DenseLayer] = Field(
        default_factory=list, description="The layers, from the inputs on."
    )
    arrays: dict[ArrayName, Annotated[ArraySpec, VALUES_SHORT]] = Field(
        default_factory=dict, description="Arrays for equations, by name."
    )
    equations: Annotated[
        list[str], BeforeValidator(to_list, json_schema_input_type=str | list[str])
    ] = Field(default_factory=list, description="Equations, one a line.")
    ranges: dict[str, int | list[int]] = Field(
        default_factory=dict,
        description="Index -> its size, or [first, last], where it cannot be told from the arrays.",
    )
    outside: dict[ArrayName, Number] = Field(
        default_factory=dict,
        description="Computed array -> the value of readings outside it (padding).",
    )
    index_base: Literal[0, 1] = Field(
        default=0, description="The number of the first element, in equations and names."
    )
    sample_index: str | None = Field(
        default=None, description="The index that counts samples, in equations."
    )
    functions: dict[ArrayName, Function] = Field(
        default_factory=dict, description="Functions and losses of your own."
    )
    loss: Annotated[Loss, Short("name", {"type": "string"})] = Field(
        description="What is minimised."
    )
    training: TrainingSpec = Field(
        default_factory=TrainingSpec.model_construct, description="How the parameters are updated."
    )
    numbers: NumbersSpec = Field(
        default_factory=NumbersSpec.model_construct, description="How numbers are printed."
    )
    notation: Annotated[Notation, Short("preset", {"type": "string"})] = Field(
        default_factory=Notation.model_construct, description="How things are written."
    )
    document: Document = Field(
        default_factory=Document.model_construct, description="What the document says."
    )
    conventions: Conventions = Field(
        default_factory=Conventions.model_construct, description="Choices where books differ."
    )
