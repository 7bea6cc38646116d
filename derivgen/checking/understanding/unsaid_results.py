"""Results of which only a sibling's equation is said: "the others are computed in the same way"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.keys import PRIMES
from derivgen.checking.maths.tree import names_in


def with_unsaid_results(model: DocumentModel) -> DocumentModel:
    """The model in which a number like a computed one is no given one: ``h_2 = 0.61`` beside
    ``h_1 = tanh(z_1)`` follows from something that the document does not say.

    What a sibling is computed from is given: ``h_0 = 0`` of a recurrence.  Of ``net_131`` that says nothing that the
    next layer's net_211 is computed from it, where net_111 is not."""
    computed: dict[tuple[str, int], list[str]] = defaultdict(list)
    for key, node in model.definitions.items():
        if not isinstance(node, t.Matrix | t.Derivative) and any(names_in(node)):
            computed[_kind(key)].append(key)
    ancestry = Ancestry(model)
    kin: dict[str, tuple[str, ...]] = {}
    for key, value in model.values.items():
        others = computed.get(_kind(key), ())
        if not others or value is None or _is_bias_unit(key, value) or _is_computed(model, key):
            continue
        for siblings in _siblings(key, others):
            if not any(ancestry.leads(sibling, key) for sibling in siblings):
                kin[key] = (*kin.get(key, ()), *siblings)
    return replace(model, opaque=model.opaque | kin.keys(), kin=kin) if kin else model


def _is_computed(model: DocumentModel, key: str) -> bool:
    """True for what has a definition, by itself or as a cell, or is learned."""
    return key in model.definitions or key in model.elements or key in model.parameters


def _siblings(key: str, others: Sequence[str]) -> Iterable[Sequence[str]]:
    """Those of the same kind whose index has another number in one place, for each place; all where there are none."""
    own = ix.split(key)[1]
    found: dict[int, list[str]] = defaultdict(list)
    for other in others:
        apart = [n for n, (a, b) in enumerate(zip(own, ix.split(other)[1], strict=False)) if a != b]
        if len(apart) == 1:
            found[apart[0]].append(other)
    return found.values() if found else [others] if others else []


def _is_bias_unit(key: str, value: t.Node) -> bool:
    """True for ``a_0 = 1``, the unit that makes a bias a weight: nothing computes it."""
    pieces = ix.split(key)[1]
    return pieces[-1:] == ["0"] and isinstance(value, t.Number) and value.text == "1"


def _kind(key: str) -> tuple[str, int]:
    """The letter of a cell with its prime and its label, ``net_h``, and how many indices it has; its own key for what
    has none."""
    plain = key.rstrip("".join(PRIMES))
    base, pieces = ix.split(plain)
    if not pieces or not pieces[-1].isdigit():
        return key, 0
    label = "".join(piece for piece in pieces if not piece.isdigit())
    return f"{base}_{label}{key.removeprefix(plain)}", len(pieces)
