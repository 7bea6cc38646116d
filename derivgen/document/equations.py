"""Index equations as formulas: ``z_i = sum_j w_ij x_j + b_i`` for all i at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derivgen.document.formulas import Formulas
from derivgen.formula.build import (
    add,
    big_sum,
    call,
    exponential,
    fraction,
    multiply,
    negate,
    number,
    subtract,
)
from derivgen.formula.from_sympy import from_sympy, share
from derivgen.formula.tree import Chain, Node, Relation, Row, Symbol
from derivgen.network.model import (
    Affine,
    Equation,
    Index,
    Largest,
    Network,
    Ref,
    Softmax,
    Stage,
    Term,
    Terms,
)


def general_equation(formulas: Formulas, stage: Stage) -> Chain | None:
    """A stage's equation for all values of its indices; None where some array has no general name
    (each of its elements has a name of its own)."""
    network = formulas.derivation.network
    equation = network.equations[stage.equation]
    if not equation.free and not _bound(equation):
        return None
    arrays = {equation.target.array, *(r.array for r in equation.refs.values())}
    if not all(
        formulas.names.has_general_name(a) or not network.quantities[a].shape for a in arrays
    ):
        return None
    return _General(formulas, equation).chain()


@dataclass(frozen=True)
class Window:
    """Letters over which a maximum is taken, and the first and the last number that each stands for."""

    letters: tuple[Node, ...]
    first: Node
    last: Node


def windows(formulas: Formulas, stage: Stage) -> tuple[Window, ...]:
    """How far the letters of a maximum go, which its sign does not say; letters that go as far are together."""
    network = formulas.derivation.network
    equation = network.equations[stage.equation]
    if not isinstance(equation.body, Largest):
        return ()
    bases = index_bases(network, equation)
    found: dict[tuple[int, int], list[Node]] = {}
    for index in equation.body.bound:
        base = bases.get(index.name, 0)
        letters = found.setdefault((index.start + base, index.stop - 1 + base), [])
        letters.append(_letter(index.name))
    return tuple(
        Window(tuple(letters), number(str(first)), number(str(last)))
        for (first, last), letters in found.items()
    )


def _bound(equation: Equation) -> tuple[Index, ...]:
    match equation.body:
        case Terms(terms):
            return tuple(i for term in terms for i in term.bound)
        case Largest(bound=bound):
            return bound
        case Softmax(over=over):
            return (over,)


class _General:
    """One equation in its own letters."""

    def __init__(self, formulas: Formulas, equation: Equation) -> None:
        self._formulas = formulas
        self._network: Network = formulas.derivation.network
        self._equation = equation
        self._bases = index_bases(self._network, equation)
        self._single = {i.name: i.start for i in _bound(equation) if i.size == 1}
        self._names = {s: self._reading(r) for s, r in equation.refs.items()}

    def chain(self) -> Chain:
        body = self._equation.body
        match body:
            case Terms(terms):
                right = add(*(self._term(t) for t in terms))
            case Largest(ref=ref, bound=bound):
                lower = Row(_with_commas([_letter(i.name) for i in bound]))
                right = big_sum(self._names[ref], lower, None, "max")
            case Softmax() as softmax:
                right = self._softmax(softmax)
        return Chain(self._reading(self._equation.target), (("=", right),))

    def _term(self, term: Term) -> Node:
        body = from_sympy(term.expression, self._names, self._formulas.functions, "none")
        for index in reversed(term.bound):
            if index.size == 1:
                continue  # a sum of one summand is that summand
            base = self._bases.get(index.name, 0)
            lower = Relation(_letter(index.name), "=", number(str(index.start + base)))
            body = big_sum(body, lower, number(str(index.stop - 1 + base)))
        size = abs(term.coefficient)
        if size != 1:
            body = multiply([share(size), body], "none")
        return negate(body) if term.coefficient < 0 else body

    def _softmax(self, body: Softmax) -> Node:
        over = self._names[body.ref]
        ref = self._equation.refs[body.ref]
        own = self._reading(
            Ref(
                ref.array,
                tuple(
                    Affine.of(body.along) if i.plain == body.over.name else i for i in ref.indices
                ),
            )
        )
        lower = _letter(body.over.name)
        total = big_sum(exponential(over), lower)
        if body.log:
            return subtract(own, call(Symbol("ln"), total))
        return fraction(exponential(own), total)

    def _reading(self, ref: Ref) -> Node:
        if not ref.indices:
            return self._formulas.name((ref.array, ()))
        quantity = self._network.quantities[ref.array]
        start = quantity.naming.start or (0,) * len(ref.indices)
        labels = tuple(
            affine_node(_settled(index, self._single), first, self._bases)
            for index, first in zip(ref.indices, start, strict=True)
        )
        return self._formulas.general_name(ref.array, labels)


def _letter(name: str) -> Node:
    return Symbol(name)


def _with_commas(nodes: list[Node]) -> tuple[Node, ...]:
    from derivgen.formula.build import COMMA

    items: list[Node] = []
    for position, node in enumerate(nodes):
        items.extend([COMMA, node] if position else [node])
    return tuple(items)


def _settled(index: Affine, known: Mapping[str, int]) -> Affine:
    """An index expression with the indices put in that have one value only."""
    fixed = [(name, factor) for name, factor in index.factors if name in known]
    constant = index.constant + sum(factor * known[name] for name, factor in fixed)
    return Affine(constant, tuple(f for f in index.factors if f not in fixed))


def index_bases(network: Network, equation: Equation) -> Mapping[str, int]:
    """From where each index variable counts in print: as the axes count that it runs along."""
    bases: dict[str, int] = {}
    for ref in (equation.target, *equation.refs.values()):
        start = network.quantities[ref.array].naming.start or (0,) * len(ref.indices)
        for index, first in zip(ref.indices, start, strict=True):
            if index.plain is not None:
                bases.setdefault(index.plain, first)
    return bases


def affine_node(index: Affine, start: int, bases: Mapping[str, int]) -> Node:
    """An index expression in print, where the axis counts from ``start`` and each index variable
    from its own base: internal ``2*i + u`` is ``2 i' + u' - 2`` where everything counts from 1."""
    constant = index.constant + start - sum(f * bases.get(n, 0) for n, f in index.factors)
    terms: list[Node] = []
    for name, factor in index.factors:
        size = abs(factor)
        node = _letter(name) if size == 1 else multiply([number(str(size)), _letter(name)], "none")
        terms.append(negate(node) if factor < 0 else node)
    if constant or not terms:
        terms.append(number(str(constant)))
    return add(*terms)
