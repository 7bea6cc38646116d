"""What may stand in a spec: one class per mapping, each key with its description.

The models check shapes of data only (which keys, which kinds of values); what needs the network
(sizes, names, domains) is checked where the network is made.  The JSON Schema comes from here.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from derivgen.network.kinds import Anything, DictOf, Either, Flag, Json, ListOf, OrNone, Whole
from derivgen.network.schema_document import Conventions, Document, NumbersSpec, TrainingSpec
from derivgen.network.schema_parts import (
    ARRAY_NAME,
    FILE_NAME,
    NESTED,
    NUMBERS,
    REQUIRED,
    SEPARATOR,
    TEXT,
    TEXTS,
    VALUES,
    WORDS,
    Of,
    Part,
    entry,
    number,
    one_of,
    short,
)

#: where an index can begin to count
COUNT = Whole(0, 9)
_TEXT_FORM: Json = {"type": "string"}

# --- values ---------------------------------------------------------------------------------------


class RandomValues(Part):
    """Seeded random values with few digits and without zeros."""

    seed: int = entry(0, Whole(least=0), "The same seed always gives the same values.")
    decimals: Literal[1, 2] = entry(1, one_of(1, 2), "Digits after the point.")
    low: float = entry(-1.0, NUMBERS, "The smallest value.")
    high: float = entry(1.0, NUMBERS, "The largest value.")


class Values(Part):
    """The values of an array; at most one of values, csv, npz, random, symbolic, classes."""

    values: Any = entry(None, VALUES, "Numbers, or texts such as 1/3, in nested lists.")
    csv: str | None = entry(None, OrNone(TEXT), "A CSV file of numbers, relative to the spec.")
    npz: str | None = entry(
        None, OrNone(TEXT), "An NPZ or NPY file, relative to the spec; needs `key` for NPZ."
    )
    key: str | None = entry(None, OrNone(TEXT), "The name of the array in the NPZ file.")
    random: RandomValues | None = entry(None, OrNone(Of(RandomValues)), "Seeded random values.")
    symbolic: bool = entry(False, Flag(), "Leave the values as letters.")
    shape: list[int] | None = entry(
        None,
        OrNone(ListOf(Whole(), alone=True)),
        "The sizes, where they cannot be told from the values: 3 or [5, 2].",
    )


class Targets(Values):
    """The values of the targets."""

    classes: Any = entry(
        None, VALUES, "Class numbers, one a sample, instead of values; they become one-hot vectors."
    )
    first_class: int = entry(0, Whole(0, 1), "The number of the first class.")


class Data(Part):
    """What the network is fed with."""

    inputs: Values = entry(
        REQUIRED,
        short(Values, "values", NESTED),
        "One sample (a list of numbers) or a batch (a list of lists).",
    )
    targets: Targets | None = entry(
        None,
        OrNone(short(Targets, "values", NESTED)),
        "What the outputs should be, in the same form as the inputs.",
    )
    samples: Literal["rows", "columns"] = entry(
        "rows",
        one_of("rows", "columns"),
        "Whether the samples of a batch are the rows or the columns.",
    )
    input_name: str = entry(
        "x", ARRAY_NAME, "The name of the input array in equations and results."
    )
    target_name: str = entry(
        "y", ARRAY_NAME, "The name of the target array in equations and results."
    )


# --- names ----------------------------------------------------------------------------------------


class Pattern(Part):
    """How the quantities of one role are written, in LaTeX. <l> stands for the number of the layer
    counted from 1, <l0> from 0, <l1> from 2; <s> for (<l>) where there are several hidden layers."""

    base: str | None = entry(None, OrNone(TEXT), "The letter of the array, such as w or \\hat{y}.")
    superscript: str | None = entry(None, OrNone(TEXT), "What stands raised, such as (<l>).")
    prefix: str | None = entry(
        None, OrNone(TEXT), "What stands in the subscript before the indices."
    )
    separator: str | None = entry(
        None, OrNone(SEPARATOR), "What stands between two indices: , ; : . | / - or a space."
    )
    start: int | None = entry(None, OrNone(Whole(0, 9)), "The number of the first index.")
    order: Literal["stored", "to_from", "from_to"] | None = entry(
        None,
        OrNone(one_of("stored", "to_from", "from_to")),
        "The order of the two indices of a weight.",
    )
    single: str | None = entry(None, OrNone(TEXT), "The name where a layer has just one unit.")
    whole: str | None = entry(
        None, OrNone(TEXT), "The name of the array as a whole, in matrix form."
    )
    numbering: Literal["to_from", "from_to"] | None = entry(
        None,
        OrNone(one_of("to_from", "from_to")),
        "Number all elements through the network, in this order within a layer.",
    )


class Name(Part):
    """How one array is written."""

    latex: str | None = entry(None, OrNone(TEXT), "Its letter, in LaTeX.")
    superscript: str | None = entry(None, OrNone(TEXT), "What stands raised, in LaTeX.")
    prefix: str | None = entry(
        None, OrNone(TEXT), "What stands in the subscript before the indices."
    )
    separator: str | None = entry(
        None, OrNone(SEPARATOR), "What stands between two indices: , ; : . | / - or a space."
    )
    start: int | list[int] | None = entry(
        None,
        OrNone(Either((COUNT, ListOf(COUNT)))),
        "The number of the first index, or of each index's first.",
    )
    order: list[int] | None = entry(
        None, OrNone(ListOf(Whole())), "The printed order of the indices, [1, 0] to swap two."
    )
    elements: Any = entry(
        None,
        Anything({"type": ["array", "string"]}),
        "A name in LaTeX for each element, nested as the values are.",
    )
    whole: str | None = entry(None, OrNone(TEXT), "Its name as a whole, in matrix form, in LaTeX.")


class ArrayCalled(Name):
    """How one array is called and written."""

    array: str | None = entry(
        None, OrNone(ARRAY_NAME), "Its name in equations, options and JSON results."
    )


def _named(part: type[Name], key: str) -> Of:
    """A mapping, or a text that is the value of one key, or a list with a name for each element."""

    def expanded(value: Any) -> Any:
        if isinstance(value, list):
            return {"elements": value}
        return {key: value} if isinstance(value, str) else value

    return Of(part, expanded, (_TEXT_FORM, {"type": "array"}))


LAYER_NAME = _named(ArrayCalled, "array")

Role = Literal[
    "input", "target", "weights", "bias", "layer_bias", "network_bias", "pre_activation", "activation",
    "output_pre_activation", "output", "error", "loss",
]  # fmt: skip


class Notation(Part):
    """How things are written: a preset, changed where wanted."""

    preset: str = entry("standard", TEXT, "A preset; `derivgen list notations` shows them.")
    patterns: dict[Role, Pattern] = entry(
        {},
        DictOf(Of(Pattern), one_of(*get_args(Role))),
        "Patterns by role, in place of those of the preset.",
    )
    names: dict[str, Name] = entry(
        {},
        DictOf(_named(Name, "latex")),
        "Array -> its LaTeX letter, a list with a name for each element, or a mapping.",
    )
    learning_rate: str | None = entry(
        None, OrNone(TEXT), "The letter of the learning rate, in LaTeX."
    )


# --- the network ----------------------------------------------------------------------------------


_BIASES = ("none", "unit", "layer", "network")


class Bias(Values):
    """The bias of a layer."""

    shared: Literal["none", "unit", "layer", "network"] | None = entry(
        None,
        OrNone(one_of(*_BIASES)),
        "none; one per unit; one for the layer; one for the whole network.",
    )
    trained: bool = entry(True, Flag(), "False leaves it as it is in every update.")


def _expanded_bias(value: Any) -> Any:
    if value is None or value is False:
        return {"shared": "none"}
    if isinstance(value, str) and value in _BIASES:
        return {"shared": value}
    return value if isinstance(value, dict) else {"values": value}


class Weights(Values):
    """The weights of a layer."""

    trained: bool = entry(True, Flag(), "False leaves them as they are in every update.")


class LayerNames(Part):
    """Names of a layer's arrays: a text names the array, a list names its elements in LaTeX."""

    weights: ArrayCalled = entry(ArrayCalled(), LAYER_NAME, "Those of the weights.")
    bias: ArrayCalled = entry(ArrayCalled(), LAYER_NAME, "That of the bias.")
    pre_activation: ArrayCalled = entry(ArrayCalled(), LAYER_NAME, "Those before the activation.")
    activation: ArrayCalled = entry(ArrayCalled(), LAYER_NAME, "Those of the outputs.")


class DenseLayer(Part):
    """A fully connected layer: z = W x + b, a = activation(z)."""

    dense: int = entry(REQUIRED, Whole(1, 100_000), "The number of units.")
    activation: str | None = entry(
        None,
        OrNone(TEXT),
        "A function; `derivgen list activations` shows them. Left out: none, a = W x + b.",
    )
    options: dict[str, float] = entry(
        {}, DictOf(NUMBERS), "Settings of the activation, such as alpha of leaky_relu."
    )
    weights: Weights = entry(
        Weights(),
        short(Weights, "values", NESTED),
        "The weights, one row a unit (see orientation); left out: symbolic.",
    )
    orientation: Literal["to_from", "from_to"] | None = entry(
        None,
        OrNone(one_of("to_from", "from_to")),
        "to_from: one row a unit (z = W x); from_to: one column a unit (z = x W).",
    )
    bias: Bias = entry(
        Bias(),
        Of(Bias, _expanded_bias, ({"enum": [*_BIASES, False, None]}, NESTED)),
        "A list: one per unit; a number: shared by the layer; none; network; or a mapping.",
    )
    name: str = entry("", TEXT, "What prose calls it: 'the hidden layer'.")
    names: LayerNames = entry(LayerNames(), Of(LayerNames), "Names of its arrays.")


class ArraySpec(Values):
    """An array that equations read."""

    role: Literal["input", "target", "parameter", "constant"] = entry(
        "parameter",
        one_of("input", "target", "parameter", "constant"),
        "What it is: parameters are trained, constants never change.",
    )
    trained: bool = entry(True, Flag(), "False freezes a parameter.")
    outside: float | None = entry(
        None,
        OrNone(NUMBERS),
        "The value of readings outside the array (padding); left out, they are errors.",
    )
    prose: str = entry("", TEXT, "What prose calls it: 'the weights of the gate'.")


class Function(Part):
    """A function or a loss of the user's own."""

    expression: str | None = entry(None, OrNone(TEXT), "An activation, as an expression over z.")
    loss: str | None = entry(
        None, OrNone(TEXT), "A loss of one output, as an expression over y (target) and a (output)."
    )
    latex: str | None = entry(None, OrNone(TEXT), "Its name in formulas, in LaTeX.")
    summary: str = entry("", TEXT, "One line on what it is.")


class Penalty(Part):
    """What is added to the loss to keep weights small."""

    l1: float = entry(0.0, number(least=0), "Factor of the sum of absolute values.")
    l2: float = entry(0.0, number(least=0), "Factor of the sum of squares.")
    half: bool = entry(False, Flag(), "Put 1/2 before the sum of squares.")
    over: list[str] | None = entry(
        None, OrNone(ListOf(TEXT)), "The arrays to penalise; left out: the weights, no biases."
    )


class Loss(Part):
    """What is minimised."""

    name: str = entry(
        REQUIRED, TEXT, "A loss of the table, one of your own, or a quantity of the equations."
    )
    options: dict[str, float] = entry(
        {}, DictOf(NUMBERS), "Settings of the loss, such as delta of huber."
    )
    delta: float | None = entry(
        None, OrNone(number(above=0)), "Where huber turns from square to line."
    )
    reduction: Literal["sum", "mean"] = entry(
        "mean", one_of("sum", "mean"), "How the samples of a batch are put together."
    )
    penalty: Penalty | None = entry(None, OrNone(Of(Penalty)), "L1 or L2 penalty.")
    per_output: bool = entry(False, Flag(), "Make the error of each output a quantity of its own.")
    output: str | None = entry(
        None,
        OrNone(TEXT),
        "The array that is compared with the targets; left out: the last layer's.",
    )
    target: str | None = entry(
        None, OrNone(TEXT), "The array of targets; left out: the one of data."
    )
    quantity: str = entry("L", ARRAY_NAME, "The name of the loss in equations and results.")


# --- the whole -------------------------------------------------------------------------------------


class Spec(Part):
    """A network, its data, how it is trained, and the document to write about it."""

    title: str = entry("", WORDS, "The title of the document.")
    author: str = entry("", WORDS, "Its author.")
    date: str = entry("", WORDS, "Its date, as it is to be printed.")
    description: str = entry("", WORDS, "What stands first in the document.")
    name: str | None = entry(
        None, OrNone(FILE_NAME), "The stem of the output files; left out: that of the spec."
    )
    data: Data | None = entry(None, OrNone(Of(Data)), "Inputs and targets.")
    layers: list[DenseLayer] = entry([], ListOf(Of(DenseLayer)), "The layers, from the inputs on.")
    arrays: dict[str, ArraySpec] = entry(
        {}, DictOf(short(ArraySpec, "values", NESTED), ARRAY_NAME), "Arrays for equations, by name."
    )
    equations: list[str] = entry([], TEXTS, "Equations, one a line.")
    ranges: dict[str, int | list[int]] = entry(
        {},
        DictOf(Either((Whole(), ListOf(Whole())))),
        "Index -> its size, or [first, last], where it cannot be told from the arrays.",
    )
    outside: dict[str, float] = entry(
        {},
        DictOf(NUMBERS, ARRAY_NAME),
        "Computed array -> the value of readings outside it (padding).",
    )
    index_base: Literal[0, 1] = entry(
        0, one_of(0, 1), "The number of the first element, in equations and names."
    )
    sample_index: str | None = entry(
        None, OrNone(TEXT), "The index that counts samples, in equations."
    )
    functions: dict[str, Function] = entry(
        {}, DictOf(Of(Function), ARRAY_NAME), "Functions and losses of your own."
    )
    loss: Loss = entry(REQUIRED, short(Loss, "name", _TEXT_FORM), "What is minimised.")
    training: TrainingSpec = entry(
        TrainingSpec(), Of(TrainingSpec), "How the parameters are updated."
    )
    numbers: NumbersSpec = entry(NumbersSpec(), Of(NumbersSpec), "How numbers are printed.")
    notation: Notation = entry(
        Notation(), short(Notation, "preset", _TEXT_FORM), "How things are written."
    )
    document: Document = entry(Document(), Of(Document), "What the document says.")
    conventions: Conventions = entry(Conventions(), Of(Conventions), "Choices where books differ.")
