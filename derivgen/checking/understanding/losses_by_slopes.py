"""Losses of which a document says no more than their slopes: with ``dJ/dz = sigma(z) - y`` it is the binary cross-entropy
that J is, but for a constant, and with ``dE/do = o - t`` half the squared error.

The author is taken at his word: what else he derives has to agree with that slope."""

from __future__ import annotations

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
        terms: dict[t.Node, t.Node] = {}
        for slope in (slope for slope in slopes if slope.loss == loss):
            term = _term(slope, document)
            if term is not None:
                terms.setdefault(slope.output, term)
        names = {name for output in terms for name in t.names_in(output)}
        # a loss reads each output
        if terms and names == set(document.outputs()):
            made = tuple(terms.values())
            found[loss] = made[0] if len(made) == 1 else t.Sum(tuple((False, m) for m in made))
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
        errors = [part for part in factors if _error(part) is not None]
        if len(errors) != 1 or len(factors) > 2 or (error := _error(errors[0])) is None:
            continue
        rest = next((part for part in factors if part is not errors[0]), None)
        for output, target, sign in (error, (error[1], error[0], -1)):
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


def _error(node: t.Node) -> tuple[t.Node, t.Node, int] | None:
    """What is taken from what: ``p - y``; no number is."""
    if not isinstance(node, t.Sum) or len(node.terms) != 2:
        return None
    (minus, one), (taken, other) = node.terms
    if minus or not taken or not all(isinstance(n, t.Name | t.Call) for n in (one, other)):
        return None
    return one, other, 1


def _term(slope: _Slope, document: OpenLosses) -> t.Node | None:
    """The loss of one output that has such a slope; None where that is not plain."""
    output, target = slope.output, slope.target
    if target.key in document.computed or target.mark or ix.letters_of(target.key):
        return None
    if any(
        isinstance(document.printed.get(k), t.Matrix) for k in (*t.names_in(output), target.key)
    ):
        return None
    made = document.computed.get(output.key) if isinstance(output, t.Name) else output
    if made is None or (isinstance(output, t.Name) and ix.letters_of(output.key)):
        return None
    if isinstance(output, t.Name) and slope.by == output.key:
        return squared(output, target, slope.factor / 2) if slope.rest is None else None
    inside = made
    if isinstance(made, t.Call) and made.function == "sigmoid" and len(made.arguments) == 1:
        (inside,) = made.arguments
    if slope.by != getattr(inside, "key", None):
        key = inside.key if isinstance(inside, t.Name) else ""
        read = set(t.names_in(document.computed.get(key, inside)))
        families = {ix.family(name) for name in read}
        if not isinstance(slope.rest, t.Name) or slope.by == slope.rest.key:
            return None
        if not {ix.family(slope.by), ix.family(slope.rest.key)} <= families:
            return None
    elif slope.rest is not None:
        return None
    if inside is not made:
        return cross_entropy(output, target, whole=False) if slope.factor == 1 else None
    plain = not any(isinstance(part, t.Call | t.Power | t.Quotient) for part in t.walk(made))
    return squared(output, target, slope.factor / 2) if plain else None
