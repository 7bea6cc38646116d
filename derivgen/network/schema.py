"""What may stand in a spec: one part per mapping, each key with its kind and its description.

The parts check shapes of data only (which keys, which kinds of values); what needs the network
(sizes, names, domains) is checked where the network is made.  The JSON Schema comes from here.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from derivgen.network.kinds import (
    REQUIRED,
    Anything,
    Either,
    ListOf,
    MappingOf,
    Maybe,
    OneOf,
    Part,
    PartOf,
    Real,
    Short,
    Text,
    Truth,
    Whole,
    entry,
)
from derivgen.network.schema_document import Conventions, Document, NumbersSpec, TrainingSpec
from derivgen.network.schema_parts import (
    ARRAY_NAME,
    COUNT,
    FILE_NAME,
    NESTED,
    NESTED_FORMS,
    NUMBER,
    SEPARATOR,
    TEXT,
    VALUES_SHORT,
    WORDS,
    named,
    shortened,
)

# --- values ---------------------------------------------------------------------------------------


class RandomValues(Part):
    """Seeded random values with few digits and without zeros."""

    seed: int = entry(Whole(0), 0, "The same seed always gives the same values.")
    decimals: Literal[1, 2] = entry(OneOf((1, 2)), 1, "Digits after the point.")
    low: float = entry(NUMBER, -1.0, "The smallest value.")
    high: float = entry(NUMBER, 1.0, "The largest value.")


class Values(Part):
    """The values of an array; at most one of values, csv, npz, random, symbolic, classes."""

    values: Any = entry(NESTED, None, "Numbers, or texts such as 1/3, in nested lists.")
    csv: str | None = entry(TEXT, None, "A CSV file of numbers, relative to the spec.")
    npz: str | None = entry(
        TEXT, None, "An NPZ or NPY file, relative to the spec; needs `key` for NPZ."
    )
    key: str | None = entry(TEXT, None, "The name of the array in the NPZ file.")
    random: RandomValues | None = entry(Maybe(PartOf(RandomValues)), None, "Seeded random values.")
    symbolic: bool = entry(Truth(), False, "Leave the values as letters.")
    shape: list[int] | None = entry(
        Maybe(ListOf(Whole(), single=True)),
        None,
        "The sizes, where they cannot be told from the values: 3 or [5, 2].",
    )


class Targets(Values):
    """The values of the targets."""

    classes: Any = entry(
        NESTED,
        None,
        "Class numbers, one a sample, instead of values; they become one-hot vectors.",
    )
    first_class: int = entry(Whole(0, 1), 0, "The number of the first class.")


class Data(Part):
    """What the network is fed with."""

    inputs: Values = entry(
        PartOf(Values, VALUES_SHORT),
        REQUIRED,
        "One sample (a list of numbers) or a batch (a list of lists).",
    )
    targets: Targets | None = entry(
        Maybe(PartOf(Targets, VALUES_SHORT)),
        None,
        "What the outputs should be, in the same form as the inputs.",
    )
    samples: Literal["rows", "columns"] = entry(
        OneOf(("rows", "columns")),
        "rows",
        "Whether the samples of a batch are the rows or the columns.",
    )
    input_name: str = entry(
        ARRAY_NAME, "x", "The name of the input array in equations and results."
    )
    target_name: str = entry(
        ARRAY_NAME, "y", "The name of the target array in equations and results."
    )


# --- names ----------------------------------------------------------------------------------------


class Pattern(Part):
    """How the quantities of one role are written, in LaTeX. <l> stands for the number of the layer
    counted from 1, <l0> from 0, <l1> from 2; <s> for (<l>) where there are several hidden layers."""

    base: str | None = entry(TEXT, None, "The letter of the array, such as w or \\hat{y}.")
    superscript: str | None = entry(TEXT, None, "What stands raised, such as (<l>).")
    prefix: str | None = entry(TEXT, None, "What stands in the subscript before the indices.")
    separator: str | None = entry(
        SEPARATOR, None, "What stands between two indices: , ; : . | / - or a space."
    )
    start: int | None = entry(Maybe(COUNT), None, "The number of the first index.")
    order: Literal["stored", "to_from", "from_to"] | None = entry(
        Maybe(OneOf(("stored", "to_from", "from_to"))),
        None,
        "The order of the two indices of a weight.",
    )
    single: str | None = entry(TEXT, None, "The name where a layer has just one unit.")
    whole: str | None = entry(TEXT, None, "The name of the array as a whole, in matrix form.")
    numbering: Literal["to_from", "from_to"] | None = entry(
        Maybe(OneOf(("to_from", "from_to"))),
        None,
        "Number all elements through the network, in this order within a layer.",
    )


class Name(Part):
    """How one array is written."""

    latex: str | None = entry(TEXT, None, "Its letter, in LaTeX.")
    superscript: str | None = entry(TEXT, None, "What stands raised, in LaTeX.")
    prefix: str | None = entry(TEXT, None, "What stands in the subscript before the indices.")
    separator: str | None = entry(
        SEPARATOR, None, "What stands between two indices: , ; : . | / - or a space."
    )
    start: int | list[int] | None = entry(
        Maybe(Either((COUNT, ListOf(COUNT)))),
        None,
        "The number of the first index, or of each index's first.",
    )
    order: list[int] | None = entry(
        Maybe(ListOf(Whole())), None, "The printed order of the indices, [1, 0] to swap two."
    )
    elements: Any = entry(
        Anything({"type": ["array", "string"]}),
        None,
        "A name in LaTeX for each element, nested as the values are.",
    )
    whole: str | None = entry(TEXT, None, "Its name as a whole, in matrix form, in LaTeX.")


class ArrayCalled(Name):
    """How one array is called and written."""

    array: str | None = entry(
        Maybe(ARRAY_NAME), None, "Its name in equations, options and JSON results."
    )


_LAYER_NAME = PartOf(ArrayCalled, named("array"))

Role = Literal[
    "input", "target", "weights", "bias", "layer_bias", "network_bias", "pre_activation", "activation",
    "output_pre_activation", "output", "error", "loss",
]  # fmt: skip


class Notation(Part):
    """How things are written: a preset, changed where wanted."""

    preset: str = entry(Text(), "standard", "A preset; `derivgen list notations` shows them.")
    patterns: dict[Role, Pattern] = entry(
        MappingOf(OneOf(get_args(Role)), PartOf(Pattern)),
        dict,
        "Patterns by role, in place of those of the preset.",
    )
    names: dict[str, Name] = entry(
        MappingOf(Text(), PartOf(Name, named("latex"))),
        dict,
        "Array -> its LaTeX letter, a list with a name for each element, or a mapping.",
    )
    learning_rate: str | None = entry(TEXT, None, "The letter of the learning rate, in LaTeX.")


# --- the network ----------------------------------------------------------------------------------

_SHARED: tuple[str, ...] = ("none", "unit", "layer", "network")


class Bias(Values):
    """The bias of a layer."""

    shared: Literal["none", "unit", "layer", "network"] | None = entry(
        Maybe(OneOf(_SHARED)),
        None,
        "none; one per unit; one for the layer; one for the whole network.",
    )
    trained: bool = entry(Truth(), True, "False leaves it as it is in every update.")


def _expand_bias(value: Any) -> Any:
    if value is None or value is False:
        return {"shared": "none"}
    if isinstance(value, str) and value in _SHARED:
        return {"shared": value}
    return value if isinstance(value, dict) else {"values": value}


_BIAS_FORMS = ({"enum": [*_SHARED, False]}, *NESTED_FORMS, {"type": "null"})


class Weights(Values):
    """The weights of a layer."""

    trained: bool = entry(Truth(), True, "False leaves them as they are in every update.")


class LayerNames(Part):
    """Names of a layer's arrays: a text names the array, a list names its elements in LaTeX."""

    weights: ArrayCalled = entry(_LAYER_NAME, ArrayCalled, "Those of the weights.")
    bias: ArrayCalled = entry(_LAYER_NAME, ArrayCalled, "That of the bias.")
    pre_activation: ArrayCalled = entry(_LAYER_NAME, ArrayCalled, "Those before the activation.")
    activation: ArrayCalled = entry(_LAYER_NAME, ArrayCalled, "Those of the outputs.")


class DenseLayer(Part):
    """A fully connected layer: z = W x + b, a = activation(z)."""

    dense: int = entry(Whole(1, 100_000), REQUIRED, "The number of units.")
    activation: str | None = entry(
        TEXT,
        None,
        "A function; `derivgen list activations` shows them. Left out: none, a = W x + b.",
    )
    options: dict[str, float] = entry(
        MappingOf(Text(), NUMBER),
        dict,
        "Settings of the activation, such as alpha of leaky_relu.",
    )
    weights: Weights = entry(
        PartOf(Weights, VALUES_SHORT),
        Weights,
        "The weights, one row a unit (see orientation); left out: symbolic.",
    )
    orientation: Literal["to_from", "from_to"] | None = entry(
        Maybe(OneOf(("to_from", "from_to"))),
        None,
        "to_from: one row a unit (z = W x); from_to: one column a unit (z = x W).",
    )
    bias: Bias = entry(
        PartOf(Bias, Short(_expand_bias, _BIAS_FORMS)),
        Bias,
        "A list: one per unit; a number: shared by the layer; none; network; or a mapping.",
    )
    name: str = entry(Text(), "", "What prose calls it: 'the hidden layer'.")
    names: LayerNames = entry(PartOf(LayerNames), LayerNames, "Names of its arrays.")


class ArraySpec(Values):
    """An array that equations read."""

    role: Literal["input", "target", "parameter", "constant"] = entry(
        OneOf(("input", "target", "parameter", "constant")),
        "parameter",
        "What it is: parameters are trained, constants never change.",
    )
    trained: bool = entry(Truth(), True, "False freezes a parameter.")
    outside: float | None = entry(
        Maybe(NUMBER),
        None,
        "The value of readings outside the array (padding); left out, they are errors.",
    )
    prose: str = entry(Text(), "", "What prose calls it: 'the weights of the gate'.")


class Function(Part):
    """A function or a loss of the user's own."""

    expression: str | None = entry(TEXT, None, "An activation, as an expression over z.")
    loss: str | None = entry(
        TEXT,
        None,
        "A loss of one output, as an expression over y (target) and a (output).",
    )
    latex: str | None = entry(TEXT, None, "Its name in formulas, in LaTeX.")
    summary: str = entry(Text(), "", "One line on what it is.")


class Penalty(Part):
    """What is added to the loss to keep weights small."""

    l1: float = entry(Real(least=0), 0.0, "Factor of the sum of absolute values.")
    l2: float = entry(Real(least=0), 0.0, "Factor of the sum of squares.")
    half: bool = entry(Truth(), False, "Put 1/2 before the sum of squares.")
    over: list[str] | None = entry(
        Maybe(ListOf(Text())),
        None,
        "The arrays to penalise; left out: the weights, no biases.",
    )


class Loss(Part):
    """What is minimised."""

    name: str = entry(
        Text(), REQUIRED, "A loss of the table, one of your own, or a quantity of the equations."
    )
    options: dict[str, float] = entry(
        MappingOf(Text(), NUMBER), dict, "Settings of the loss, such as delta of huber."
    )
    delta: float | None = entry(
        Maybe(Real(above=0)), None, "Where huber turns from square to line."
    )
    reduction: Literal["sum", "mean"] = entry(
        OneOf(("sum", "mean")), "mean", "How the samples of a batch are put together."
    )
    penalty: Penalty | None = entry(Maybe(PartOf(Penalty)), None, "L1 or L2 penalty.")
    per_output: bool = entry(Truth(), False, "Make the error of each output a quantity of its own.")
    output: str | None = entry(
        TEXT,
        None,
        "The array that is compared with the targets; left out: the last layer's.",
    )
    target: str | None = entry(TEXT, None, "The array of targets; left out: the one of data.")
    quantity: str = entry(ARRAY_NAME, "L", "The name of the loss in equations and results.")


# --- the whole -------------------------------------------------------------------------------------


class Spec(Part):
    """A network, its data, how it is trained, and the document to write about it."""

    title: str = entry(WORDS, "", "The title of the document.")
    author: str = entry(WORDS, "", "Its author.")
    date: str = entry(WORDS, "", "Its date, as it is to be printed.")
    description: str = entry(WORDS, "", "What stands first in the document.")
    name: str | None = entry(
        Maybe(FILE_NAME), None, "The stem of the output files; left out: that of the spec."
    )
    data: Data | None = entry(Maybe(PartOf(Data)), None, "Inputs and targets.")
    layers: list[DenseLayer] = entry(
        ListOf(PartOf(DenseLayer)), list, "The layers, from the inputs on."
    )
    arrays: dict[str, ArraySpec] = entry(
        MappingOf(ARRAY_NAME, PartOf(ArraySpec, VALUES_SHORT)),
        dict,
        "Arrays for equations, by name.",
    )
    equations: list[str] = entry(ListOf(Text(), single=True), list, "Equations, one a line.")
    ranges: dict[str, int | list[int]] = entry(
        MappingOf(Text(), Either((Whole(), ListOf(Whole())))),
        dict,
        "Index -> its size, or [first, last], where it cannot be told from the arrays.",
    )
    outside: dict[str, float] = entry(
        MappingOf(ARRAY_NAME, NUMBER),
        dict,
        "Computed array -> the value of readings outside it (padding).",
    )
    index_base: Literal[0, 1] = entry(
        OneOf((0, 1)), 0, "The number of the first element, in equations and names."
    )
    sample_index: str | None = entry(TEXT, None, "The index that counts samples, in equations.")
    functions: dict[str, Function] = entry(
        MappingOf(ARRAY_NAME, PartOf(Function)), dict, "Functions and losses of your own."
    )
    loss: Loss = entry(
        PartOf(Loss, shortened("name", {"type": "string"})), REQUIRED, "What is minimised."
    )
    training: TrainingSpec = entry(
        PartOf(TrainingSpec), TrainingSpec, "How the parameters are updated."
    )
    numbers: NumbersSpec = entry(PartOf(NumbersSpec), NumbersSpec, "How numbers are printed.")
    notation: Notation = entry(
        PartOf(Notation, shortened("preset", {"type": "string"})),
        Notation,
        "How things are written.",
    )
    document: Document = entry(PartOf(Document), Document, "What the document says.")
    conventions: Conventions = entry(
        PartOf(Conventions), Conventions, "Choices where books differ."
    )
