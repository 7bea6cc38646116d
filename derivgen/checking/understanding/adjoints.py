"""``\\bar v = \\partial L / \\partial v`` said of any v: every barred name is the derivative by what is under its bar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

#: what the key of a name with something above it ends in
_ABOVE = ("_bar", "_tilde", "_hat", "_dot")


def with_adjoints(model: DocumentModel, statements: Sequence[Statement]) -> DocumentModel:
    """The model with derivatives for such names; what else is written for them are claims then."""
    made = dict[str, t.Node]()
    for loss, mark in _said(model, statements):
        for key in model.names():
            plain = _under(key, mark)
            if plain == key or not model.known(plain) or key in made:
                continue
            if plain != loss:
                made[key] = t.Derivative(t.Name(loss, written=loss), t.Name(plain, written=plain))
    if not made:
        return model
    # what is computed on the way to the loss reads no derivative of it: y - t stands there, and not its name
    former = {key: model.definition(key) for key in made}
    forward = {key: _without(node, former) for key, node in model.definitions.items()}
    return replace(model, definitions={**forward, **made})


def _under(key: str, mark: str) -> str:
    """The key of what stands under a bar, whether its index does or not; the key itself without a bar."""
    base, bar, index = key.partition(f"{mark}_")
    return f"{base}_{index}" if bar else key.removesuffix(mark)


def _without(node: t.Node, names: Mapping[str, t.Node | None]) -> t.Node:
    """A formula with some names replaced by what they were defined as."""
    former = names.get(t.full_key(node)) if isinstance(node, t.Name) else None
    return former or rebuilt(node, lambda part: _without(part, names))


def _said(model: DocumentModel, statements: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    """The loss and the mark of ``\\bar v = \\partial L / \\partial v``, where v is nothing of the document's own."""
    for left, token in _equated(statements):
        if not isinstance(left, t.Name):
            continue
        if not isinstance(token, t.Derivative) or not isinstance(token.of, t.Name):
            continue
        by = token.by
        if not isinstance(by, t.Name) or by.mark or not model.known(token.of.key):
            continue
        mark = left.key.removeprefix(by.key)
        general = model.definition(by.key) is None and model.given(by.key) is None
        if general and mark in _ABOVE:
            yield token.of.key, mark


def _equated(statements: Sequence[Statement]) -> Iterator[tuple[t.Node | None, t.Node]]:
    """Two formulas with an equals sign between them, and two that stand alone beside each other: ``\\bar v`` for
    ``\\partial L / \\partial v``, or the other way round."""
    for statement in statements:
        if not statement.chain.continued and len(statement.chain.segments) == 2:
            yield statement.left, statement.chain.segments[1].body
    alone = [s.chain.segments[0].body if len(s.chain.segments) == 1 else None for s in statements]
    for one, two in pairwise(alone):
        if one is not None and two is not None:
            yield one, two
            yield two, one
