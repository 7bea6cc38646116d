"""The fully connected layer as equations: ``z[i] = sum(W[i,j]*x[j], j) + b[i]``, ``a[i] = f(z[i])``."""

from __future__ import annotations

from dataclasses import replace

from derivgen.errors import DerivgenError
from derivgen.formula.tree import Symbol
from derivgen.network.functions import ALONG
from derivgen.network.layers.common import (
    Computed,
    Context,
    Emission,
    Text,
    layer_phrase,
    require_shape,
)
from derivgen.network.model import Naming, Quantity, Role
from derivgen.network.notations import Slot
from derivgen.network.schema import Bias, DenseLayer, Name
from derivgen.network.source import Address
from derivgen.network.values import SOURCES, Loaded, counted


def emit(layer: DenseLayer, context: Context, activation: str | None) -> Emission:
    """The arrays and equations of a dense layer.

    ``activation`` is the name of the function as equations know it.  Without one the layer has no
    pre-activation: its output is the weighted sum.  Raises E207 where weights or biases do not fit
    the layer and what it reads, and what :meth:`Reader.load` raises.
    """
    number, units = context.number, layer.dense
    names = layer.names
    if activation is None:
        _refuse_name(layer.names.pre_activation, "pre_activation", "activation", context)
    output = names.activation.array or f"a{number}"
    weighted = output if activation is None else names.pre_activation.array or f"z{number}"
    found = Emission(output, units, None if activation is None else weighted)
    phrase = layer_phrase(layer.name, number, context.layers, context.goes_on)
    weights = _weights(layer, context, phrase, found)
    given = found.quantities[0][0].values is not None
    if given and "bias" not in layer.model_fields_set:
        raise DerivgenError(
            "E222",
            f"the weights of {phrase} have values, and nothing is said of its bias",
            context.place("dense"),
            "write `bias: none`, its values, or `bias: unit` for biases that stay letters",
        )
    bias = _bias(layer, context, phrase, found)
    unit, source, sample = context.letters.unit, context.letters.source, context.letters.sample
    here, there = context.samples.at(unit, sample), context.samples.at(source, sample)
    read = f"{context.incoming.array}[{there}]"
    product = (
        f"{read}*{weights}[{source},{unit}]"
        if context.from_to
        else f"{weights}[{unit},{source}]*{read}"
    )
    place = context.place("dense")
    found.equations.append(Text(f"{weighted}[{here}] = sum({product}, {source}){bias}", place))
    last = not context.hidden

    def plural(word: str) -> str:
        return word if layer.dense == 1 and context.samples.axis is None else f"{word}s"

    slot = Slot("output" if last else "activation", number, sample_axis=context.samples.axis)
    if activation is not None:
        before = replace(slot, role="output_pre_activation" if last else "pre_activation")
        address = (*context.address, "names", "pre_activation")
        found.computed.append(
            Computed(weighted, before, f"the {plural('pre-activation')} of {phrase}", address)
        )
        along = f", {unit}" if activation in ALONG else ""
        found.equations.append(
            Text(
                f"{output}[{here}] = {activation}({weighted}[{here}]{along})",
                context.place("activation"),
            )
        )
    what = plural("output" if last else "activation")
    address = (*context.address, "names", "activation")
    found.computed.append(Computed(output, slot, f"the {what} of {phrase}", address))
    return found


def _weights(layer: DenseLayer, context: Context, phrase: str, found: Emission) -> str:
    """Declares the weight matrix; returns its name."""
    name = layer.names.weights.array or f"W{context.number}"
    incoming = context.incoming
    shape = (incoming.size, layer.dense) if context.from_to else (layer.dense, incoming.size)
    address = (*context.address, "weights")
    loaded = context.reader.load(layer.weights, address, name, shape)
    units = context.source.said((*context.address, "dense"))
    why = f"the layer has {counted(layer.dense, 'unit')}{units} and reads {counted(incoming.size, 'value')} of '{incoming.array}'{incoming.said}"
    rows = "columns" if context.from_to else "rows"
    hint = f"the units are the {rows}"
    if loaded.shape == shape[::-1]:
        hint = f"orientation: {'to_from' if context.from_to else 'from_to'} reads them the other way round"
    require_shape(loaded, shape, f"the weights of {phrase}", why, hint)
    slot = Slot("weights", context.number, context.from_to)
    what = "weight" if shape == (1, 1) else "weights"
    quantity = _parameter(name, shape, loaded, layer.weights.trained, f"the {what} of {phrase}")
    found.quantities.append((quantity, slot, (*context.address, "names", "weights")))
    return name


def _bias(layer: DenseLayer, context: Context, phrase: str, found: Emission) -> str:
    """Declares the bias, if any; returns what the equation adds: `` + b1[i]``, `` + b1`` or nothing."""
    shared = bias_kind(layer.bias)
    if shared == "none":
        _refuse_name(layer.names.bias, "bias", "bias", context)
        given = [key for key in SOURCES if key in layer.bias.model_fields_set]
        if given:
            raise DerivgenError(
                "E209", "a bias that is none has no values", context.place("bias", given[0])
            )
        return ""
    if shared == "network":
        if context.network_bias is None:
            raise AssertionError("the bias of the network is declared before its layers")
        return f" + {context.network_bias}"
    name = layer.names.bias.array or f"b{context.number}"
    address: Address = (*context.address, "bias")
    shape = (layer.dense,) if shared == "unit" else ()
    loaded = context.reader.load(layer.bias, address, name, shape)
    units = context.source.said((*context.address, "dense"))
    why = (
        f"the layer has {counted(layer.dense, 'unit')}{units}"
        if shape
        else "the layer shares one bias"
    )
    require_shape(loaded, shape, f"the biases of {phrase}", why)
    prose = f"the {'bias' if shape in ((), (1,)) else 'biases'} of {phrase}"
    slot = Slot("bias" if shape else "layer_bias", context.number)
    quantity = _parameter(name, shape, loaded, layer.bias.trained, prose)
    found.quantities.append((quantity, slot, (*context.address, "names", "bias")))
    return f" + {name}[{context.letters.unit}]" if shape else f" + {name}"


def bias_kind(bias: Bias) -> str:
    """none, unit, layer or network: as said, or as the values show (one number is shared)."""
    if bias.shared is not None:
        return bias.shared
    single = (
        bias.values is not None and not isinstance(bias.values, list) and bias.values != "symbolic"
    )
    return "layer" if single or bias.shape == [] else "unit"


def _parameter(
    name: str, shape: tuple[int, ...], loaded: Loaded, trained: bool, prose: str
) -> Quantity:
    return Quantity(
        name,
        shape,
        Role.PARAMETER,
        Naming(Symbol(name)),
        trained,
        loaded.values,
        loaded.exact,
        place=loaded.place,
        prose=prose,
    )


def _refuse_name(name: Name, key: str, lacking: str, context: Context) -> None:
    """Raises E209 where an array is named that the layer does not have."""
    if name.model_fields_set:
        place = context.source.key_place((*context.address, "names", key))
        raise DerivgenError("E209", f"the layer has no {lacking}, so `{key}` names nothing", place)
