"""The ``closed-form`` view: a gradient expanded down to parameters, inputs and targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sympy
from sympy.core.function import AppliedUndef

from derivgen.derivation.graph import LocalPartial
from derivgen.derivation.instances import instance
from derivgen.derivation.partials import WINNER
from derivgen.derivation.passes import Pass
from derivgen.document.blocks import Display
from derivgen.document.formulas import Formulas
from derivgen.document.function_names import slope_called
from derivgen.document.right_sides import right_side
from derivgen.document.situation import Situation
from derivgen.document.views.common import selected
from derivgen.document.worked import as_float, is_same
from derivgen.formula.build import add, indicator, multiply, negate, number, power
from derivgen.formula.from_sympy import from_sympy, split_coefficient
from derivgen.formula.tree import Chain, Delimited, Node, Number, Product, RelationSign, Sum
from derivgen.network.functions import A, ScalarFunction, Z, derivative_of
from derivgen.notation import Entry

#: operations beyond which a closed form is not printed: nobody reads three pages of one formula
MOST_OPERATIONS = 400


@dataclass(frozen=True)
class Section:
    """One parameter's closed form; ``display`` is None where it is too long to print."""

    name: Node
    prose: str
    display: Display | None
    operations: int


def sections(situation: Situation) -> Iterator[Section]:
    """The selected parameters in turn."""
    formulas = situation.formulas
    # nothing is rounded within a closed form, whatever is carried on elsewhere
    in_full = situation.derivation.in_full(situation.passed)
    for entry in selected(situation):
        operations = _size(situation, entry)
        display = None
        if operations <= MOST_OPERATIONS:
            display = Display((_chain(situation, entry, in_full),))
        quantity = situation.derivation.network.quantities[entry[0]]
        yield Section(formulas.name(entry), quantity.prose, display, operations)


def _size(situation: Situation, entry: Entry) -> int:
    """About how many operations the closed form has, counted without expanding anything.

    Counting stops at the first number over :data:`MOST_OPERATIONS`.
    """
    graph = situation.passed.graph
    if graph.count(entry) > MOST_OPERATIONS:
        return graph.count(entry)
    known: dict[Entry, int] = {}
    total = 0
    for path in graph.paths(entry, MOST_OPERATIONS):
        for target, source in pairwise(path):
            partial = graph.partial(target, source)
            named = _named_slope(situation, partial) is not None
            total += 2 if named else 1 + int(sympy.count_ops(partial.expression))
            for read in [source] if named else partial.entries.values():
                _count_down(situation, read, known)
                total += known[read]
            if total > MOST_OPERATIONS:
                return total
    return total


def _named_slope(situation: Situation, partial: LocalPartial) -> ScalarFunction | None:
    """The function whose slope stands as ``f'(z)``, since its formula has cases, or would hold the whole of
    ``z`` beside ``z`` or ``f(z)``.  The document has the formula beside the function's own."""
    function = situation.derivation.network.functions.get(partial.function)
    if function is None or function.written is not None:
        return None
    own = instance(situation.derivation.network, partial.target, 2)
    if own is None or len(own.summands) != 1:
        return None
    (term,) = own.summands
    called = term.expression
    if term.coefficient != 1 or not isinstance(called, AppliedUndef):
        return None  # 2 f(z)
    if term.entries.get(called.args[0]) != partial.source:
        return None  # f(y - t), whose slope is not at y
    slope = derivative_of(function)
    held = [part for part in sympy.preorder_traversal(slope) if part in (Z, A)]
    return function if slope.has(sympy.Piecewise) or (len(held) > 1 and Z in held) else None


def _count_down(situation: Situation, entry: Entry, known: dict[Entry, int]) -> None:
    """Puts the operations of an element's definition, down to what is given, into ``known``."""
    # no recursion: a recurrence over many steps is deeper than Python's stack
    waiting = [entry]
    while waiting:
        own = instance(situation.derivation.network, waiting[-1])
        parts = () if own is None else own.summands
        missing = [e for part in parts for e in part.entries.values() if e not in known]
        if missing:
            waiting += missing
            continue
        known[waiting.pop()] = sum(
            1 + int(sympy.count_ops(part.expression)) + sum(known[e] for e in part.entries.values())
            for part in parts
        )


def _chain(situation: Situation, entry: Entry, in_full: Pass) -> Chain:
    formulas: Formulas = situation.formulas
    chain = Chain(formulas.gradient_token(entry), (("=", _Closed(situation).gradient(entry)),))
    if situation.passed.symbolic:
        return chain
    text = formulas.rounder.text(situation.passed.gradient(entry, situation.derivation.route))
    exact = is_same(in_full.gradient(entry, situation.derivation.route), as_float(text))
    sign: RelationSign = "=" if exact else "approx"
    return Chain(chain.left, (*chain.links, (sign, number(text))))


class _Closed:
    """Formulas in given elements only, in the order in which the equations are written and the chain
    rule multiplies: sympy, which has derived each part, would sort the whole."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._formulas = situation.formulas
        self._known: dict[Entry, Node] = {}

    def gradient(self, entry: Entry) -> Node:
        """The sum over the paths of the products along them; equal products are added up."""
        graph = self._situation.passed.graph
        terms: dict[Node, sympy.Rational] = {}
        for path in graph.paths(entry, MOST_OPERATIONS):
            partials = [graph.partial(a, b) for a, b in pairwise(path)]
            coefficient, product = self._product(partials)
            terms[product] = terms.get(product, sympy.S.Zero) + coefficient
        return add(*(_scaled(size, product) for product, size in terms.items() if size != 0))

    def _product(self, partials: Sequence[LocalPartial]) -> tuple[sympy.Rational, Node]:
        """A product of local partials: its number, and the rest in the order asked for."""
        coefficient = sympy.S.One
        factors: list[Node] = []
        for partial in partials:
            named = _named_slope(self._situation, partial)
            if named is not None:
                factors.append(slope_called(named, self._element(partial.source)))
                continue
            size, rest = split_coefficient(partial.expression)
            coefficient *= size
            if rest != 1:
                factors.append(self._shown(rest, partial.entries, self._winner(partial)))
        if self._situation.derivation.task.options.factor_order == "parameter-first":
            factors.reverse()
        flat = [part for factor in factors for part in _factors(factor)]
        for digits in [part for part in flat if isinstance(part, Number)]:
            coefficient *= sympy.Rational(digits.text)
        counts = Counter(part for part in flat if not isinstance(part, Number))
        powers = [power(f, number(str(n))) if n > 1 else f for f, n in counts.items()]
        return coefficient, multiply(powers, "none")

    def _winner(self, partial: LocalPartial) -> Node:
        return indicator(self._formulas.name(partial.source), self._formulas.name(partial.target))

    def _element(self, entry: Entry) -> Node:
        if entry not in self._known:
            own = instance(self._situation.derivation.network, entry)
            self._known[entry] = (
                self._formulas.name(entry) if own is None else right_side(own, self._shown, "none")
            )
        return self._known[entry]

    def _shown(
        self,
        expression: sympy.Expr,
        entries: Mapping[sympy.Symbol, Entry],
        winner: Node | None = None,
    ) -> Node:
        used = expression.free_symbols
        names = {s: self._element(read) for s, read in entries.items() if s in used}
        if winner is not None:
            names[WINNER] = winner
        return from_sympy(expression, names, self._formulas.functions, "none")


def _factors(node: Node) -> tuple[Node, ...]:
    """The factors of a formula, sums among them without the parentheses of a product."""
    parts = node.factors if isinstance(node, Product) and node.operator == "none" else (node,)
    return tuple(
        p.body
        if isinstance(p, Delimited) and p == Delimited(p.body) and isinstance(p.body, Sum)
        else p
        for p in parts
    )


def _scaled(size: sympy.Rational, product: Node) -> Node:
    """A product with its number in front."""
    if abs(size) == 1:
        return negate(product) if size < 0 else product
    front = from_sympy(abs(size), {})
    scaled = front if product == number("1") else multiply([front, product], "none")
    return negate(scaled) if size < 0 else scaled
