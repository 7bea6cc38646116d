"""What a good teacher would add: dead units, zero inputs, saturated units, kinks and ties.

A remark is a kind and the formulas that its sentence needs; the sentences are in the styles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sympy.core.function import AppliedUndef

from derivgen.derivation.instances import instance, stage_of
from derivgen.document.formulas import Formulas, function_word
from derivgen.formula.tree import Node
from derivgen.network.functions import ScalarFunction, kinks_of
from derivgen.network.model import Body, Largest, Role, Terms
from derivgen.notation import Entry

RemarkKind = Literal["dead", "saturated", "kink", "tie", "zero_input"]

#: a slope below this, of a function that has larger ones, is called saturated
SATURATED = 0.01

#: a unit of more arguments is a sum, about which there is no remark
MOST_ARGUMENTS = 64

_SQUASHING = ("sigmoid", "tanh", "hard_tanh", "softsign")


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark: about ``unit``, which computes from ``argument`` with the printed ``value``."""

    kind: RemarkKind
    unit: Node
    argument: Node
    value: Node
    function: str
    slope: Node | None = None


def forward_remarks(formulas: Formulas, entries: Sequence[Entry]) -> Iterator[Remark]:
    """Remarks on the elements of one array as they are computed."""
    if formulas.passed.symbolic:
        return
    for entry in entries:
        body = _body(formulas, entry)
        # the ends of a sum tell cheaply that there is more than one reading
        if isinstance(body, Terms) and len(_arguments(formulas, entry, 3)) > 1:
            continue
        readings = _arguments(formulas, entry, MOST_ARGUMENTS)
        if isinstance(body, Largest):
            yield from _tie(formulas, entry, readings, body)
        elif len(readings) == 1:
            yield from _unit(formulas, entry, readings[0])


def _body(formulas: Formulas, entry: Entry) -> Body:
    """The right side of the equation that computes an element."""
    network = formulas.derivation.network
    found = stage_of(network, entry)
    assert found is not None
    return network.equations[found[0].equation].body


def _arguments(formulas: Formulas, entry: Entry, most: int) -> tuple[Entry, ...]:
    own = instance(formulas.derivation.network, entry, most)
    assert own is not None
    return tuple(dict.fromkeys(e for part in own.summands for e in part.entries.values()))


def _unit(formulas: Formulas, entry: Entry, argument: Entry) -> Iterator[Remark]:
    """Remarks on ``a = f(z)``."""
    network = formulas.derivation.network
    if not isinstance(_body(formulas, entry), Terms):
        return
    partial = formulas.passed.partial(entry, argument)
    function: ScalarFunction | None = network.functions.get(partial.function)
    if function is None:
        return
    slope = float(formulas.passed.partial_value(partial))
    own = instance(network, entry, MOST_ARGUMENTS)
    assert own is not None
    called = own.summands[0].expression
    inside = called.args[0] if isinstance(called, AppliedUndef) else None
    if inside is None or len(own.summands) > 1:
        return
    entries = own.summands[0].entries
    at = formulas.passed.float_arithmetic.scalar(
        inside, {s: float(formulas.passed.value(e)) for s, e in entries.items()}
    )
    remark = Remark(
        kind="kink",
        unit=formulas.name(entry),
        argument=formulas.symbolic(inside, entries),
        value=formulas.number(argument) if inside.is_Symbol else formulas.printed(at),
        function=function_word(function),
        slope=formulas.printed(slope),
    )
    kinks = [float(k.at) for k in kinks_of(function)]
    if any(np.isclose(at, kink, rtol=0, atol=1e-12) for kink in kinks):
        yield remark
    elif slope == 0:
        yield Remark("dead", remark.unit, remark.argument, remark.value, remark.function)
    elif function.name in _SQUASHING and abs(slope) < SATURATED:
        yield Remark(
            "saturated", remark.unit, remark.argument, remark.value, remark.function, remark.slope
        )


def _tie(
    formulas: Formulas, entry: Entry, window: Sequence[Entry], body: Largest
) -> Iterator[Remark]:
    values = [formulas.passed.value(e) for e in window]
    winners = [e for e, v in zip(window, values, strict=True) if v == max(values)]
    if len(winners) > 1:
        yield Remark(
            "tie",
            formulas.name(entry),
            formulas.name(winners[0]),
            formulas.number(winners[0]),
            body.ties,
        )


def zero_inputs(formulas: Formulas) -> tuple[Node, ...]:
    """The names of inputs that are zero and whose weights therefore get no gradient: a weight that
    meets another input as well (a kernel, a batch) may get one all the same."""
    if formulas.passed.symbolic:
        return ()
    network = formulas.derivation.network
    found = []
    for quantity in network.quantities.values():
        if quantity.role is Role.INPUT and quantity.values is not None:
            zeros = np.argwhere(np.asarray(quantity.values, dtype=float) == 0)[:8]
            entries: list[Entry] = [(quantity.name, tuple(i)) for i in zeros.tolist()]
            found += [formulas.name(e) for e in entries if _silences_its_weights(formulas, e)]
    return tuple(found)


def _silences_its_weights(formulas: Formulas, entry: Entry) -> bool:
    """True where an input multiplies parameters, and none of them has a gradient."""
    quantities = formulas.derivation.network.quantities
    graph = formulas.passed.graph
    weights = {
        met
        for reader in graph.readers(entry)
        for met in graph.partial(reader, entry).entries.values()
        if quantities[met[0]].role is Role.PARAMETER
    }
    gradients = formulas.passed.gradients
    return bool(weights) and not any(float(gradients[array][at]) for array, at in weights)
