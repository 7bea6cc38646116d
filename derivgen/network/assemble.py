"""From a checked spec to a network."""

from __future__ import annotations

from collections import ChainMap, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import chain

from sympy.core.function import AppliedUndef

from derivgen.errors import DerivgenError, did_you_mean
from derivgen.formula.build import walk
from derivgen.formula.tree import Symbol
from derivgen.network import compared, naming
from derivgen.network.assembly import Assembly
from derivgen.network.equations import build_network
from derivgen.network.functions import WRITTEN_WITH_SIGMOID, ScalarFunction
from derivgen.network.model import Equation, Index, Largest, Network, Softmax, Term, Terms
from derivgen.network.schema import Spec
from derivgen.network.source import Source
from derivgen.network.user_functions import Functions
from derivgen.network.values import Reader


def network_of(spec: Spec, source: Source, reader: Reader) -> Network:
    """The network that a spec describes.

    Raises E2xx for what does not fit in the spec and E3xx, E4xx for its equations.
    """
    assembly = Assembly(spec, source, reader, Functions.of(spec, source))
    last = assembly.layers()
    assembly.arrays()
    assembly.own_equations()
    loss = compared.loss_of(assembly, last)
    network = build_network(
        tuple(assembly.quantities.values()),
        assembly.equations,
        loss=loss,
        functions=assembly.functions.everything(),
        ranges=_ranges(spec, source),
        index_base=spec.index_base,
        sample_index=assembly.sample_index or spec.sample_index,
        ties=spec.conventions.ties,
        shortcuts=assembly.shortcuts,
        outside=dict(spec.outside),
        remarks=assembly.remarks,
    )
    network = replace(network, predictions=assembly.predictions, functions=_told_apart(network))
    _check_indices(network, spec, source)
    return _free_of_clashes(
        naming.named(network, spec, source, assembly.slots, assembly.prose, assembly.name_addresses)
    )


def _free_of_clashes(network: Network) -> Network:
    """Where a quantity is called sigma, no function is written with the sigmoid beside it."""
    letters = (
        letter
        for quantity in network.quantities.values()
        if quantity.naming.elements is None
        for letter in walk(quantity.naming.base)
    )
    if Symbol("sigma") not in letters:
        return network
    written_out = {
        name: replace(network.functions[name], inner=()) for name in WRITTEN_WITH_SIGMOID
    }
    return replace(network, functions=ChainMap(written_out, dict(network.functions)))


def _told_apart(network: Network) -> Mapping[str, ScalarFunction]:
    """The functions of a network; those of one family that it calls with different settings have these beneath
    their names: ``LReLU_{0.1}``."""
    terms = (part for equation in network.equations for part in _parts(equation))
    called = {
        call.func.__name__
        for term in terms
        if isinstance(term, Term)
        for call in term.expression.atoms(AppliedUndef)
    }
    families: dict[str, list[ScalarFunction]] = defaultdict(list)
    for name in sorted(called):
        families[network.functions[name].latex].append(network.functions[name])
    apart = {
        function.name: _with_settings(function)
        for family in families.values()
        if len(family) > 1
        for function in family
        if function.parameters
    }
    return ChainMap(apart, dict(network.functions)) if apart else network.functions


def _with_settings(function: ScalarFunction) -> ScalarFunction:
    values = [
        repr(float(value)) if Fraction(repr(float(value))) == value else str(value)
        for _, value in function.parameters
    ]
    settings = (
        f"{name} {text}" for (name, _), text in zip(function.parameters, values, strict=True)
    )
    return replace(
        function,
        latex=f"{function.latex}_{{{','.join(values)}}}",
        word=f"{function.latex} ({', '.join(settings)})",
    )


def _check_indices(network: Network, spec: Spec, source: Source) -> None:
    """Raises E204 for a range, or a sample index, of an index that no equation has."""
    known = {
        index.name
        for equation in network.equations
        for index in (*equation.free, *chain.from_iterable(map(_bound, _parts(equation))))
    }
    given = [(name, source.key_place(("ranges", name))) for name in spec.ranges]
    if spec.sample_index is not None:
        given.append((spec.sample_index, source.value_place(("sample_index",))))
    for name, place in given:
        if name not in known:
            hint = did_you_mean(name, known)
            raise DerivgenError("E204", f"no equation has an index '{name}'", place, hint)


def _parts(equation: Equation) -> tuple[Term | Largest | Softmax, ...]:
    body = equation.body
    return body.terms if isinstance(body, Terms) else (body,)


def _bound(part: Term | Largest | Softmax) -> tuple[Index, ...]:
    return (part.over,) if isinstance(part, Softmax) else part.bound


def _ranges(spec: Spec, source: Source) -> dict[str, tuple[int, int]]:
    """The ranges of the spec as first and last number.  Raises E203."""
    found = {}
    for name, given in spec.ranges.items():
        pair = [spec.index_base, spec.index_base + given - 1] if isinstance(given, int) else given
        if len(pair) != 2 or pair[0] > pair[1]:
            raise DerivgenError(
                "E203",
                f"the range of '{name}' is a size or [first, last]",
                source.value_place(("ranges", name)),
            )
        found[name] = (pair[0], pair[1])
    return found
