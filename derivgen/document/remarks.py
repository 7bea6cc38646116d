"""What a good teacher would add: dead units, zero inputs, saturated units, kinks and ties.

A remark is a kind and the formulas that its sentence needs; the sentences are in the styles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sympy.core.function import AppliedUndef

from derivgen.derivation.arithmetic import FloatArithmetic
from derivgen.derivation.instances import Instance, instance, stage_of
from derivgen.derivation.sweep import link_values, unchanged
from derivgen.document.formulas import Formulas
from derivgen.document.function_names import function_word
from derivgen.formula.tree import Node
from derivgen.network.functions import kinks_of
from derivgen.network.model import Equation, Largest, Role, Stage, Terms
from derivgen.notation import Entry

RemarkKind = Literal["dead", "saturated", "kink", "tie", "zero_input"]

#: a slope below this, of a function that has larger ones, is called saturated
SATURATED = 0.01

#: an argument so near to a kink is at it
AT_KINK = 1e-12

#: a unit of more arguments is a sum, about which there is no remark
MOST_ARGUMENTS = 64

_SQUASHING = ("sigmoid", "tanh", "hard_tanh", "softsign")


@dataclass(frozen=True)
class Remark:
    """One remark: about ``unit``, which computes from ``argument`` with the printed ``value``."""

    kind: RemarkKind
    entry: Entry
    unit: Node
    argument: Node
    value: Node
    function: str
    slope: Node | None = None


def forward_remarks(formulas: Formulas, entries: Sequence[Entry]) -> Iterator[Remark]:
    """Remarks on the elements of one array as they are computed."""
    if formulas.passed.symbolic:
        return
    network = formulas.derivation.network
    latest, notable = None, None
    for entry in entries:
        found = stage_of(network, entry)
        assert found is not None
        stage, _ = found
        equation = network.equations[stage.equation]
        if _is_sum(equation):
            continue
        if stage is not latest:
            latest, notable = stage, _notable(formulas, stage)
        if notable is not None and not notable[entry[1]]:
            continue
        own = instance(network, entry, MOST_ARGUMENTS)
        assert own is not None
        readings = tuple(dict.fromkeys(e for part in own.summands for e in part.entries.values()))
        if isinstance(equation.body, Largest):
            yield from _tie(formulas, entry, readings, equation.body)
        elif isinstance(equation.body, Terms) and len(readings) == 1:
            yield from _unit(formulas, own, readings[0])


def _notable(formulas: Formulas, stage: Stage) -> np.ndarray | None:
    """Which elements of an array may have a remark, where a stage computes them as ``a = f(z)``: told by arrays,
    before any of them is looked at by itself.  None where they are computed in another way."""
    passed, network = formulas.passed, formulas.derivation.network
    equation, links = network.equations[stage.equation], passed.links[stage.equation]
    if not isinstance(equation.body, Terms) or len(equation.body.terms) > 1 or len(links) != 1:
        return None
    [link], [term] = links, equation.body.terms
    function = network.functions.get(link.function)
    if function is None or not isinstance(term.expression, AppliedUndef) or term.bound:
        return None
    if not isinstance(passed.arithmetic, FloatArithmetic):
        return None
    settle = passed.rounder.array if passed.carried else unchanged
    slopes = link_values(network, stage, link, passed.values, passed.arithmetic, settle)
    marked = np.abs(slopes.partials) < SATURATED
    kinks = [float(kink.at) for kink in kinks_of(function)]
    if kinks and not term.expression.args[0].is_Symbol:
        return None
    at = passed.values[link.source.array].ravel()[slopes.sources]
    for kink in kinks:
        marked |= np.isclose(at, kink, rtol=0, atol=AT_KINK)
    found = np.zeros(network.quantities[equation.target.array].shape, dtype=bool)
    found.ravel()[slopes.targets] = marked
    return found


def _is_sum(equation: Equation) -> bool:
    """Whether every element reads several elements of one array, as the sum sign shows."""
    if not isinstance(equation.body, Terms):
        return False
    return any(
        index.size > 1 and any(name == index.name for at in ref.indices for name, _ in at.factors)
        for term in equation.body.terms
        for index in term.bound
        for symbol, ref in equation.refs.items()
        if symbol in term.expression.free_symbols
    )


def _unit(formulas: Formulas, own: Instance, argument: Entry) -> Iterator[Remark]:
    """Remarks on ``a = f(z)``."""
    partial = formulas.passed.partial(own.target, argument)
    function = formulas.derivation.network.functions.get(partial.function)
    called = own.summands[0].expression
    if function is None or not isinstance(called, AppliedUndef) or len(own.summands) > 1:
        return
    inside = called.args[0]
    slope = float(formulas.passed.partial_value(partial))
    entries = own.summands[0].entries
    at = formulas.passed.float_arithmetic.scalar(
        inside, {s: float(formulas.passed.value(e)) for s, e in entries.items()}
    )
    kind: RemarkKind
    if any(np.isclose(at, float(k.at), rtol=0, atol=AT_KINK) for k in kinks_of(function)):
        kind = "kink"
    elif slope == 0:
        kind = "dead"
    elif function.name in _SQUASHING and abs(slope) < SATURATED:
        kind = "saturated"
    else:
        return
    yield Remark(
        kind=kind,
        entry=own.target,
        unit=formulas.name(own.target),
        argument=formulas.symbolic(inside, entries),
        value=formulas.number(argument) if inside.is_Symbol else formulas.printed(at),
        function=function_word(function),
        slope=None if kind == "dead" else formulas.printed(slope),
    )


def _tie(
    formulas: Formulas, entry: Entry, window: Sequence[Entry], body: Largest
) -> Iterator[Remark]:
    values = [formulas.passed.value(e) for e in window]
    winners = [e for e, v in zip(window, values, strict=True) if v == max(values)]
    if len(winners) > 1:
        yield Remark(
            "tie",
            entry,
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
