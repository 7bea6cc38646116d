"""The equations of a loss from the table: terms, sums over outputs and samples, penalties."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sympy

from derivgen.elementary import scalar_expression
from derivgen.errors import Place
from derivgen.network.layers.common import Computed, Letters, Samples, Text
from derivgen.network.losses import Loss
from derivgen.network.model import Affine, Index, Ref, Shortcut
from derivgen.network.notations import Slot
from derivgen.network.schema import Loss as LossSpec
from derivgen.network.source import Address

_OPERAND = re.compile(r"\b[YA]\b")


@dataclass(frozen=True)
class Compared:
    """What a loss compares: the arrays of outputs and targets, both of one shape."""

    output: str
    target: str
    units: int
    samples: Samples
    letters: Letters


@dataclass(frozen=True)
class Penalised:
    """The arrays that a penalty is on, with their numbers of axes, and what prose calls them."""

    arrays: tuple[tuple[str, int], ...] = ()
    words: str = ""


@dataclass
class LossEmission:
    """Equations of a loss, what is known of the arrays that they compute, and facts for prose."""

    equations: list[Text]
    computed: list[Computed]
    remarks: list[str]
    #: what the shared sum or mean multiplies each term with
    scale: sympy.Rational
    #: the array that the terms read as A: the output, or a function of it
    read: str


def emit(
    loss: Loss,
    spec: LossSpec,
    compared: Compared,
    penalised: Penalised,
    per_output: bool,
    address: Address,
    place: Place,
) -> LossEmission:
    """The equations that compute ``spec.quantity``."""
    letters, samples = compared.letters, compared.samples
    at = samples.at(letters.output, letters.sample)
    found = LossEmission([], [], _said_of(loss, compared), sympy.S.One, compared.output)
    if loss.through is not None:
        found.read = "logp"
        found.equations.append(
            Text(f"logp[{at}] = {loss.through}({compared.output}[{at}], {letters.output})", place)
        )
        slot = Slot("log_probability", sample_axis=samples.axis)
        found.computed.append(
            Computed("logp", slot, "the logarithms of the probabilities", address)
        )
    operands = {"Y": f"{compared.target}[{at}]", "A": f"{found.read}[{at}]"}
    term = _OPERAND.sub(lambda match: operands[match.group()], loss.term)
    if per_output:
        found.equations.append(Text(f"E[{at}] = {term}", place))
        found.computed.append(
            Computed(
                "E", Slot("error", sample_axis=samples.axis), "the errors of the outputs", address
            )
        )
        term = f"E[{at}]"
    over, divisor = letters.output, 1
    if samples.size is not None:
        over = f"{letters.sample}, {over}"
        how = {"mean": "averaged", "sum": "summed"}[spec.reduction]
        found.remarks.append(f"The loss is {how} over the {samples.size} samples.")
        divisor *= samples.size if spec.reduction == "mean" else 1
    if loss.outputs == "mean":
        divisor *= compared.units
        if compared.units > 1:
            found.remarks.append(
                f"The loss of a sample is averaged over its {compared.units} outputs."
            )
    total = f"sum({term}, {over})" + (f"/{divisor}" if divisor != 1 else "")
    found.scale = sympy.Rational(1, divisor)
    total += _penalty(spec, penalised, letters, found.remarks)
    found.equations.append(Text(f"{spec.quantity} = {total}", place))
    return found


def _said_of(loss: Loss, compared: Compared) -> list[str]:
    """What the loss of one sample is called, and what a teacher would add."""
    if not loss.words:
        return []
    whose = "The loss" if compared.samples.size is None else "The loss of a sample"
    summed = loss.outputs == "sum" and compared.units > 1 and loss.targets != "distribution"
    kind = f"{whose} is {loss.words}{', summed over the outputs' if summed else ''}."
    return [f"{kind} {loss.remark}"]


def _penalty(spec: LossSpec, penalised: Penalised, letters: Letters, remarks: list[str]) -> str:
    penalty = spec.penalty
    if penalty is None:
        return ""
    parts = []
    for name, axes in penalised.arrays:
        indices = letters.first(axes)
        entry = f"{name}[{','.join(indices)}]" if indices else name
        for factor, body, after in (
            (penalty.l1, f"abs({entry})", ""),
            (penalty.l2, f"{entry}**2", "/2" if penalty.half else ""),
        ):
            if factor:
                summed = f"sum({body}, {', '.join(indices)})" if indices else body
                parts.append(f" + {_decimal(factor)}*{summed}{after}")
    if parts:
        kinds = " and ".join(
            f"an {kind} penalty"
            for kind, factor in (("L1", penalty.l1), ("L2", penalty.l2))
            if factor
        )
        remarks.append(f"The loss holds {kinds} on {penalised.words}.")
    return "".join(parts)


def _decimal(number: float) -> str:
    return getattr(number, "text", None) or repr(float(number))


def shortcut(
    loss: Loss, compared: Compared, emission: LossEmission, activation: str | None, pre: str | None
) -> Shortcut | None:
    """The collapsed derivative of loss and output activation together, where the table has one."""
    if loss.collapsed is None:
        return None
    if loss.through is not None:
        source, through = compared.output, emission.read
    elif activation == loss.collapse_with and pre is not None:
        source, through = pre, compared.output
    else:
        return None
    samples, letters = compared.samples, compared.letters
    units = Index(letters.output, 0, compared.units)
    free = [units]
    if samples.size is not None:
        free.insert(samples.axis or 0, Index(letters.sample, 0, samples.size))
    indices = tuple(Affine.of(index.name) for index in free)
    target, output = sympy.symbols("r0 r1", real=True)
    expression = emission.scale * scalar_expression(loss.collapsed, {"Y": target, "A": output})
    return Shortcut(
        Ref(source, indices),
        through,
        tuple(free),
        expression,
        {target: Ref(compared.target, indices), output: Ref(through, indices)},
        loss.reason,
    )
