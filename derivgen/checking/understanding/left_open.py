"""What a document in general terms leaves open, chosen: a function that has only a name may be any function, and a
loss of which nothing is said any function of what the network computes last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.model import Function
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.letters_as_layers import has_slope
from derivgen.checking.understanding.statements import Statement


def any_function(name: str) -> Function:
    """A function that is like no other: what holds for it holds for all."""
    return Function(("u",), _wave(t.Name("u"), sum(map(ord, name))))


def with_any_loss(equations: Sequence[Statement]) -> Sequence[Statement]:
    """The equations with one for the loss, where they have derivatives of one and do not say what it is."""
    loss = _loss_left_open(equations)
    last = _last(equations) if loss else []
    if not last:
        return equations
    terms = [_wave(t.Name(key), at) for at, key in enumerate(last)]
    terms += [t.Product((t.Name(one), t.Name(two))) for one, two in pairwise(last)]
    left = t.Name(loss, written=loss)
    body = t.Sum(tuple((False, term) for term in terms))
    chain = t.Chain((t.Segment(None, left), t.Segment("=", body)))
    return [*equations, replace(equations[0], chain=chain, left=left, earlier=(), restrictions=())]


def _wave(argument: t.Node, seed: int) -> t.Node:
    """``u + 0.6 sin(u + 0.3)``, with other numbers for other seeds."""
    shift = seed % 7 + 1
    moved = t.Sum(((False, argument), (False, _tenths(shift))))
    wave = t.Product((_tenths(2 * shift), t.Call("sin", (moved,))))
    return t.Sum(((False, argument), (False, wave)))


def _tenths(number: int) -> t.Number:
    return t.Number(f"{number / 10:.1f}", Fraction(number, 10), 1)


def _loss_left_open(equations: Sequence[Statement]) -> str:
    """The loss of which there are only derivatives, each of them by others; nothing where there is none."""
    members = [member for s in equations for member in s.members]
    tokens = [part for m in members for part in t.walk(m) if isinstance(part, t.Derivative)]
    said = {s.left.key for s in equations if isinstance(s.left, t.Name)}
    derived = {token.of.key for token in tokens if isinstance(token.of, t.Name)} - said
    if len(derived) != 1:
        return ""
    (loss,) = derived
    if any(key == loss for m in members for key in _outside_derivatives(m)):
        return ""
    deltas = {
        ix.family(s.left.key)
        for s in equations
        if isinstance(s.left, t.Name) and any(_is_of(m, loss) for m in s.members)
    }
    for statement in equations:
        follows = [
            _is_of(m, loss) or not deltas.isdisjoint(map(ix.family, t.names_in(m)))
            for m in statement.members
        ]
        if any(follows) and not all(follows):
            return ""  # what the derivative by an output is, says something of the loss
    return loss


def _is_of(node: t.Node, loss: str) -> bool:
    """True for a formula with a derivative of the loss in it."""
    parts = (part.of for part in t.walk(node) if isinstance(part, t.Derivative))
    return any(isinstance(of, t.Name) and of.key == loss for of in parts)


def _outside_derivatives(node: t.Node) -> list[str]:
    if isinstance(node, t.Derivative):
        return []
    own = [node.key] if isinstance(node, t.Name) else []
    return [*own, *(key for child in t.children(node) for key in _outside_derivatives(child))]


def _last(equations: Sequence[Statement]) -> list[str]:
    """What is computed and nothing else is computed from."""
    made: dict[str, None] = {}
    read: set[str] = set()
    for statement in equations:
        left, bodies = statement.left, statement.members[1:]
        if isinstance(left, t.Name) and not left.mark and not any(map(has_slope, bodies)):
            made[left.key] = None
            for body in bodies:
                read.update(t.names_in(body))
    return [key for key in made if key not in read]
