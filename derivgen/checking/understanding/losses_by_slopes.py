"""Losses of which a document says no more than their slopes: with ``dJ/dz = sigma(z) - y`` it is the binary cross-entropy
that J is, but for a constant, and with ``dE/do = o - t`` half the squared error.

The author is taken at his word: what else he derives has to agree with that slope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import exact_value
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.open_losses import OpenLosses, cross_entropy, squared
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.tables import Cell


@dataclass(frozen=True, slots=True)
class _Slope:
    """The slope of a loss: ``factor`` times the error of an output, times ``rest``, if there is anything else."""

    loss: str
    by: str
    factor: Fraction
    output: t.Node
    target: t.Name
    rest: t.Node | None


def losses_by_slopes(statements: Sequence[Statement], cells: Sequence[Cell]) -> dict[str, t.Node]:
    """The formulas of such losses, by their names; of a loss of several outputs where there is a slope for each."""
    document = OpenLosses(statements, cells)
    losses = document.open_losses() - document.printed.keys()
    slopes = [slope for s in statements for slope in _slopes(s) if slope.loss in losses]
    found: dict[str, t.Node] = {}
    for loss in dict.fromkeys(slope.loss for slope in slopes):
        terms: dict[t.Node, set[t.Node]] = defaultdict(set)
        for slope in (slope for slope in slopes if slope.loss == loss):
            term = _term(slope, document)
            if term is not None:
                terms[slope.output].add(term)
        names = {name for output in terms for name in t.names_in(output)}
        # a loss reads each output; one letter for two losses is none of them
        if (
            terms
            and names == set(document.outputs())
            and all(len(own) == 1 for own in terms.values())
        ):
            made = tuple((False, term) for own in terms.values() for term in own)
            found[loss] = made[0][1] if len(made) == 1 else t.Sum(made)
    return found


def _slopes(statement: Statement) -> Iterator[_Slope]:
    """What a statement says of a loss: ``dJ/dw_j = (p - y) x_j``, ``dE/do = -2 (t - o)``."""
    left, members = statement.left, statement.members
    if not isinstance(left, t.Derivative) or len(members) < 2:
        return
    if not isinstance(left.of, t.Name) or not isinstance(left.by, t.Name) or left.by.mark:
        return
    for member in members[1:]:
        factor, factors = _factors(member)
        errors = [(part, error) for part in factors if (error := _error(part)) is not None]
        if len(errors) != 1 or len(factors) > 2:
            continue
        ((whole, (one, other)),) = errors
        rest = next((part for part in factors if part is not whole), None)
        for output, target, sign in ((one, other, 1), (other, one, -1)):
            if isinstance(target, t.Name):
                yield _Slope(left.of.key, left.by.key, sign * factor, output, target, rest)


def _factors(node: t.Node) -> tuple[Fraction, list[t.Node]]:
    """The number in a product, and its other factors."""
    if isinstance(node, t.Negated):
        number, rest = _factors(node.body)
        return -number, rest
    number, found = Fraction(1), list[t.Node]()
    for part in node.factors if isinstance(node, t.Product) else (node,):
        value = exact_value(part)
        if value is None:
            found.append(part)
        else:
            number *= value
    return number, found


def _error(node: t.Node) -> tuple[t.Node, t.Node] | None:
    """``p`` and ``y`` of ``p - y``; no number is one of them."""
    if not isinstance(node, t.Sum) or len(node.terms) != 2:
        return None
    (minus, one), (taken, other) = node.terms
    if minus or not taken or not all(isinstance(n, t.Name | t.Call) for n in (one, other)):
        return None
    return one, other


def _term(slope: _Slope, document: OpenLosses) -> t.Node | None:
    """The loss of one output that has such a slope; None where that is not plain."""
    output, target = slope.output, slope.target
    names = [target, *([output] if isinstance(output, t.Name) else ())]
    keys = (target.key, *t.names_in(output))
    made = document.computed.get(output.key) if isinstance(output, t.Name) else output
    if (
        made is None
        or slope.factor <= 0  # a loss grows with the error
        or target.key in document.computed
        or any(name.mark or ix.letters_of(name.key) for name in names)
        or any(isinstance(document.printed.get(key), t.Matrix) for key in keys)
    ):
        return None
    half = squared(output, target, slope.factor / 2)
    if isinstance(output, t.Name) and slope.by == output.key:
        return half if slope.rest is None else None
    is_sigmoid = isinstance(made, t.Call) and made.function == "sigmoid" and not made.primes
    inside = made.arguments[0] if is_sigmoid and isinstance(made, t.Call) else made
    if not _is_by_what_it_reads(slope, inside, document):
        return None
    if is_sigmoid:
        return cross_entropy(output, target, whole=False) if slope.factor == 1 else None
    linear = not any(isinstance(part, t.Call | t.Power | t.Quotient) for part in t.walk(made))
    return half if linear else None


def _is_by_what_it_reads(slope: _Slope, inside: t.Node, document: OpenLosses) -> bool:
    """Whether a slope is by the pre-activation, or by a weight in it and with the factor of that."""
    key = inside.key if isinstance(inside, t.Name) else ""
    if slope.by == key:
        return slope.rest is None
    if not isinstance(slope.rest, t.Name) or slope.by == slope.rest.key:
        return False
    read = {ix.family(name) for name in t.names_in(document.computed.get(key, inside))}
    return {ix.family(slope.by), ix.family(slope.rest.key)} <= read
