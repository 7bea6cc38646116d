"""What the views share: the factors of a chain with their reasons, and the order of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import sympy

from derivgen.derivation.derivation import Derivation
from derivgen.derivation.graph import LocalPartial
from derivgen.derivation.instances import instance, stage_of
from derivgen.derivation.selection import plain
from derivgen.document.blocks import Display
from derivgen.document.equations import general_equation
from derivgen.document.formulas import MOST_TERMS_LOOKED_AT, Formulas
from derivgen.document.function_names import function_word
from derivgen.document.grids import grid_node
from derivgen.document.situation import Situation
from derivgen.document.updates import cancels, update_chains
from derivgen.formula.build import add, equals, multiply, number
from derivgen.formula.tree import Chain, Node, Partial
from derivgen.network.model import Largest, Role, Softmax, Terms
from derivgen.notation import Entry

#: terms of the full chain that a collapsed derivative is shown to stand for
MOST_PROOF_TERMS = 6

#: an equation of more terms stands in a sentence with its sum sign
MOST_TERMS_IN_SENTENCE = 3

#: why a local partial is what it is; the templates have the words for each
Reason = Literal[
    "activation", "coefficient", "added", "loss", "error_sum", "softmax", "largest", "collapsed",
    "same", "absent", "general",
]  # fmt: skip


@dataclass(frozen=True)
class Factor:
    """One local partial of a chain, for a template.

    ``label`` is that of its display; ``known`` is True where it stood in the document before.
    ``equation`` is the target's own equation, where the sentence about it needs that; ``terms`` are the few of
    its many terms that the source stands in.
    """

    token: Node
    display: Display
    equation: Chain | None
    terms: Node | None
    #: the terms of the loss that read the source, where it reaches the loss in other ways too
    part: Node | None
    reason: Reason
    function: str
    remark: str
    source: Node
    target: Node
    label: str
    known: bool
    #: True where a factor of the same kind had its reason given before
    again: bool
    #: for a collapsed derivative: the full chain that it stands for
    proof: Display | None = None


@dataclass(frozen=True)
class Seen:
    """What a view has derived and explained already."""

    view: str
    labels: set[str] = field(default_factory=set)
    kinds: set[tuple[str, str, Reason]] = field(default_factory=set)
    remarks: set[str] = field(default_factory=set)
    patterns: set[tuple[str, tuple[str, ...], bool]] = field(default_factory=set)

    def is_new(self, array: str, readers: tuple[str, ...], zero: bool) -> bool:
        """Whether this is the first element of an array that is read by just these arrays, and whose
        derivative is or is not 0."""
        new = (array, readers, zero) not in self.patterns
        self.patterns.add((array, readers, zero))
        return new

    made: dict[str, Factor] = field(default_factory=dict)

    def factor(self, situation: Situation, partial: LocalPartial) -> Factor:
        """A local partial with everything that a template may want to say about it."""
        label = label_of(partial, self.view)
        if label in self.made:
            return self.made[label]
        reason = reason_of(situation, partial)
        kind = (partial.target[0], partial.source[0], reason)
        made = _factor(situation, partial, label, label in self.labels, kind in self.kinds)
        self.labels.add(label)
        self.kinds.add(kind)
        self.made[label] = replace(made, known=True, again=True, proof=None)
        if made.reason == "activation" and not made.known:  # a remark on a function is made once
            made = replace(made, remark="") if made.function in self.remarks else made
            self.remarks.add(made.function)
        return made


def _factor(
    situation: Situation, partial: LocalPartial, label: str, known: bool, again: bool
) -> Factor:
    formulas = situation.formulas
    network = situation.derivation.network
    function = network.functions.get(partial.function)
    reason = reason_of(situation, partial)
    told = reason in ("loss", "general")
    terms = _own_terms(formulas, partial) if told else None
    return Factor(
        token=formulas.token(partial.target, partial.source),
        display=Display((formulas.partial_chain(partial, again),)),
        equation=_equation(formulas, partial.target) if told and terms is None else None,
        terms=terms,
        part=formulas.direct_part(partial.target, partial.source),
        reason=reason,
        function=function_word(function) if function is not None else partial.function,
        remark=_remark(situation, partial, reason),
        source=formulas.name(partial.source),
        target=formulas.name(partial.target),
        label=label,
        known=known,
        again=again,
        proof=_collapse(situation, partial) if reason == "collapsed" and not again else None,
    )


def _own_terms(formulas: Formulas, partial: LocalPartial) -> Node | None:
    """The terms that read the source; None where they are many, or where all the terms fit in a sentence."""
    own = instance(formulas.derivation.network, partial.target, MOST_TERMS_LOOKED_AT)
    if own is None or own.elided or not isinstance(own.equation.body, Terms):
        return None
    read = tuple(part for part in own.summands if partial.source in part.entries.values())
    if not 0 < len(read) <= MOST_TERMS_IN_SENTENCE < len(own.summands):
        return None
    return formulas.right_side(replace(own, summands=read), numbers=False)


def _equation(formulas: Formulas, target: Entry) -> Chain:
    """A quantity's own equation, short enough to stand in a sentence."""
    own = instance(formulas.derivation.network, target, MOST_TERMS_IN_SENTENCE)
    assert own is not None
    if len(own.summands) > MOST_TERMS_IN_SENTENCE or own.elided:
        found = stage_of(formulas.derivation.network, target)
        general = general_equation(formulas, found[0]) if found is not None else None
        if general is not None:
            return general
    return formulas.definition(target)


def _remark(situation: Situation, partial: LocalPartial, reason: Reason) -> str:
    """A sentence about the function, or about the short form of a collapsed derivative."""
    network = situation.derivation.network
    if reason == "collapsed":
        return next(s.reason for s in network.shortcuts if s.source.array == partial.source[0])
    function = network.functions.get(partial.function)
    return function.remark if function is not None else ""


def _collapse(situation: Situation, partial: LocalPartial) -> Display | None:
    """``dL/dz_1 = sum_k dL/dp_k dp_k/dz_1 = ... = p_1 - y_1``: why the short form is right."""
    graph = situation.passed.full_graph
    if graph.count(partial.source) > MOST_PROOF_TERMS:
        return None
    formulas = situation.formulas
    chains = [
        [graph.partial(a, b) for a, b in pairwise(path)]
        for path in graph.paths(partial.source, MOST_PROOF_TERMS)
    ]
    tokens = [multiply([formulas.token(p.target, p.source) for p in c], "dot") for c in chains]
    terms = [multiply([formulas.factor(p) for p in c], "dot") for c in chains]
    short = formulas.local(partial)
    token = formulas.token(partial.target, partial.source)
    return Display((equals(token, add(*tokens), add(*terms), short),))


def label_of(partial: LocalPartial, view: str) -> str:
    """The label of a local partial's display in one view."""
    return f"{view}:{plain(partial.target)}/{plain(partial.source)}"


def reason_of(situation: Situation, partial: LocalPartial) -> Reason:
    """Which sentence fits a local partial."""
    network = situation.derivation.network
    collapsed = {s.source.array for s in network.shortcuts if situation.derivation.collapsed}
    if partial.source[0] in collapsed and partial.target[0] == network.loss:
        return "collapsed"
    found = stage_of(network, partial.target)
    assert found is not None
    body = network.equations[found[0].equation].body
    if isinstance(body, Softmax):
        return "softmax"
    if isinstance(body, Largest):
        return "largest"
    if partial.expression == 0:
        return "absent"
    if partial.function:
        return "same" if partial.function == "identity" else "activation"
    if partial.expression == 1:
        role = network.quantities[partial.source[0]].role
        return (
            "error_sum"
            if role is not Role.PARAMETER and partial.target[0] == network.loss
            else "added"
        )
    if partial.target[0] == network.loss:
        return "loss"
    if partial.expression.is_Symbol and isinstance(body, Terms):
        return "coefficient"
    return "general"


def selection(situation: Situation) -> dict[str, np.ndarray]:
    """The elements that the document works out: flat positions by array, in the order in which one
    works backwards.  Raises E506 for a name that means nothing."""
    derivation = situation.derivation
    chosen = derivation.chosen
    return {name: np.array(sorted(chosen[name])) for name in by_depth(derivation, tuple(chosen))}


def selected(situation: Situation) -> tuple[Entry, ...]:
    """As :func:`selection`, element by element."""
    shapes = {q.name: q.shape for q in situation.derivation.network.quantities.values()}
    return tuple(
        (array, index)
        for array, flat in selection(situation).items()
        for index in situation.formulas.names.in_order(array, indices_at(flat, shapes[array]))
    )


def indices_at(flat: np.ndarray, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Flat positions as index tuples."""
    if not shape:
        return [()] * len(flat)
    return [tuple(index) for index in np.transpose(np.unravel_index(flat, shape)).tolist()]


def by_depth(derivation: Derivation, arrays: Sequence[str]) -> tuple[str, ...]:
    """Arrays ordered as one works backwards: those that act last in the forward pass first."""
    network = derivation.network
    order = {
        network.equations[stage.equation].target.array: position
        for position, stage in enumerate(network.schedule)
    }
    first_read: dict[str, int] = {}
    for row in derivation.first.links:
        for link in row:
            if link.target.array != network.loss:
                at = order[link.target.array]
                first_read[link.source.array] = min(at, first_read.get(link.source.array, at))
    return tuple(sorted(arrays, key=lambda array: -first_read.get(array, -1)))


def gradient_of(situation: Situation, array: str) -> Node:
    """d loss / d array, as a symbol."""
    formulas = situation.formulas
    return Partial(formulas.loss_name(), formulas.names.whole(array))


def gradient_values(situation: Situation, array: str) -> Display | None:
    """``dL/dz = [0.13, -0.02]``, the middle of a large array elided; None where there are no numbers."""
    if situation.passed.symbolic:
        return None
    formulas = situation.formulas
    gradients = situation.passed.gradients[array]
    text = formulas.rounder.text
    node = grid_node(gradients.shape, lambda index: number(text(gradients[index])))
    exact = all(formulas.rounder.is_exact(v) for v in gradients.ravel()[:64].tolist())
    return Display((Chain(gradient_of(situation, array), (("=" if exact else "approx", node),)),))


def is_zero(value: float | sympy.Rational) -> bool:
    """True for a number that is nothing but zero."""
    return bool(np.equal(float(value), 0.0))


def stays(situation: Situation, entry: Entry) -> bool:
    """True for a parameter of gradient 0 that the step leaves as it is; what an optimiser remembers,
    or a decay of the weights, may move it all the same."""
    change = situation.change
    if change is None or situation.passed.symbolic or entry[0] not in change.after:
        return False
    array, index = entry
    return is_zero(change.gradients[array][index]) and bool(
        change.after[array][index] == change.before[array][index]
    )


def update_of(situation: Situation, entry: Entry) -> tuple[Display | None, bool]:
    """The update of what is trained, and whether it leaves next to nothing."""
    change = situation.change
    if change is None or situation.passed.symbolic or entry[0] not in change.after:
        return None, False
    formulas = situation.formulas
    return Display(update_chains(formulas, change, entry)), cancels(formulas, change, entry)


def title_of(prose: str) -> str:
    """A phrase as a heading: its first letter a capital."""
    return prose[:1].upper() + prose[1:]


def reader_arrays(situation: Situation, array: str) -> set[str]:
    """The arrays whose equations read an array."""
    links = situation.passed.links
    return {k.target.array for row in links for k in row if k.source.array == array}


def leading_arrays(situation: Situation) -> set[str]:
    """The loss and all arrays that it depends on, along the links that the document follows: a
    collapsed derivative goes past some."""
    found = {situation.derivation.network.loss}
    size = 0
    while size < len(found):
        size = len(found)
        for row in situation.passed.links:
            found |= {link.source.array for link in row if link.target.array in found}
    return found
