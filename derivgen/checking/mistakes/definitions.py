"""Definitions with one typical mistake undone: what may have been meant by one that nothing agrees with."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import chain

import mpmath

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.model import DocumentModel, Function, Model
from derivgen.checking.evaluating.values import NoValue
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import names_in
from derivgen.checking.mistakes import formulas as f
from derivgen.checking.mistakes.relatives import Relatives

#: how many other names are tried as a term or a factor that was left out
MOST_OTHERS = 30


def mended_definitions(model: DocumentModel, key: str) -> Iterator[t.Node]:
    """What may have been meant by a definition: the more plausible forms first."""
    node = model.definition(key)
    if node is None or (isinstance(node, t.Matrix) and not _siblings_of(model, key)):
        return
    seen: set[t.Node] = {node}
    ancestry = Ancestry(model)
    later = {name for name in model.names() if ancestry.leads(name, key)} | {key}
    for other in chain(_as_siblings(model, key), _changed(model, key, node)):
        if other not in seen and later.isdisjoint(names_in(other)):
            seen.add(other)
            yield other


def _changed(model: DocumentModel, key: str, node: t.Node) -> Iterator[t.Node]:
    others = _others(model, key, node)
    if isinstance(node, t.Name):
        # another name of something, or what is left of a sum
        yield from (
            _with_term(node, negative, other) for other in others for negative in (False, True)
        )
        return
    for changes in (f.signs, f.product_for_sum, f.without_repeated, f.turned, f.natural_log):
        yield from f.everywhere(node, _in_model(changes, model))
    for other in others:
        for negative in (False, True):
            yield _with_term(node, negative, other)
    relatives = Relatives(model)
    yield from f.everywhere(node, lambda part: f.neighbours(part, relatives))
    for other in others:
        yield from f.everywhere(node, partial(_times, other=other))
    for factor in (Fraction(1, 2), Fraction(2)):
        yield t.Product((t.Number(str(factor), factor), node))


def _with_term(node: t.Node, negative: bool, other: t.Node) -> t.Node:
    terms = node.terms if isinstance(node, t.Sum) else ((False, node),)
    return t.Sum((*terms, (negative, other)))


def _in_model(
    change: Callable[[t.Node, Model], Iterator[t.Node]], model: Model
) -> Callable[[t.Node], Iterator[t.Node]]:
    """A change as one of a part alone."""
    return lambda part: change(part, model)


def _times(part: t.Node, other: t.Node) -> Iterator[t.Node]:
    if isinstance(part, t.Product):
        yield t.Product((*part.factors, other), part.sign)
    elif isinstance(part, t.Name):
        yield t.Product((part, other))


def _others(model: DocumentModel, key: str, node: t.Node) -> list[t.Node]:
    """Names that may have been left out: those that nothing reads first."""
    here = set(names_in(node)) | {key}
    read = {name for other in model.definitions.values() for name in names_in(other)}
    names = [name for name in model.names() if name not in here and name != model.rate]
    names.sort(key=lambda name: (name in read, not model.is_parameter(name)))
    return [t.Name(name, written=name) for name in names[:MOST_OTHERS]]


def _siblings_of(model: DocumentModel, key: str) -> list[str]:
    base, pieces = ix.split(key)
    if not pieces:
        return []
    return [
        other
        for other in model.definitions
        if other != key and ix.split(other)[0] == base and len(ix.split(other)[1]) == len(pieces)
    ]


def _as_siblings(model: DocumentModel, key: str) -> Iterator[t.Node]:
    """The formula of a sibling with the index of this one: ``z_2 = w_3 x_1 + w_4 x_2 + b`` for z_1."""
    _, own = ix.split(key)
    for sibling in _siblings_of(model, key):
        _, theirs = ix.split(sibling)
        changed = {old: new for old, new in zip(theirs, own, strict=True) if old != new}
        if len(changed) == 1:
            yield _renumbered(model.definitions[sibling], changed, model)


def _renumbered(node: t.Node, changed: dict[str, str], model: Model) -> t.Node:
    if isinstance(node, t.Name):
        base, pieces = ix.split(node.key)
        for at, piece in enumerate(pieces):
            made = [*pieces[:at], changed.get(piece, piece), *pieces[at + 1 :]]
            key = ix.joined(base, made)
            if key != node.key and model.known(key):
                return t.Name(key, node.mark, key)
        return node
    return rebuilt(node, lambda child: _renumbered(child, changed, model))


# --- functions ---------------------------------------------------------------------------------------


def other_functions(model: DocumentModel) -> dict[str, bool]:
    """Functions by a usual name that the document defines otherwise, and whether by one typical mistake."""
    return {
        name: _is_mistaken(name, own, model)
        for name, own in model.functions.items()
        if len(own.parameters) == 1
        and v.is_function(name)
        and not _same(own.body, t.Call(name, (t.Name(own.parameters[0]),)), own)
    }


def _is_mistaken(name: str, own: Function, model: Model) -> bool:
    usual = t.Call(name, (t.Name(own.parameters[0]),))
    changes = (f.signs, f.product_for_sum, f.without_repeated, f.natural_log)
    for change in changes:
        for node in f.everywhere(own.body, _in_model(change, model)):
            if _same(node, usual, own):
                return True
    power = t.Call("exp", (t.Negated(t.Name(own.parameters[0])),))
    others: tuple[t.Node, ...] = (t.Number("1", Fraction(1)), power)
    return any(
        _same(node, usual, own)
        for other in others
        for node in f.everywhere(own.body, partial(f.added, other=other))
    )


def _same(one: t.Node, two: t.Node, own: Function) -> bool:
    """Whether two formulas in a function's parameter are equal at a few points."""
    generator = random.Random(1)
    for _ in range(3):
        at = v.constant(mpmath.mpf(generator.uniform(-2, 2)))
        world = World(_PLAIN, stated={own.parameters[0]: at})
        try:
            left, right = v.simplest(world.evaluate(one)), v.simplest(world.evaluate(two))
        except NoValue:
            return False
        if not isinstance(left, v.Dual) or not isinstance(right, v.Dual):
            return False
        if abs(left.value - right.value) > mpmath.mpf("1e-12"):
            return False
    return True


class _Anything(DocumentModel):
    """A model in which every name is a number."""

    def known(self, key: str) -> bool:
        return bool(key)


_PLAIN = _Anything()
