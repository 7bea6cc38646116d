"""``\\bar v = \\partial L / \\partial v`` said of any v: every barred name is the derivative by what is under its bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

#: what the key of a name with something above it ends in
_ABOVE = ("_bar", "_tilde", "_hat", "_dot")


def with_adjoints(model: DocumentModel, statements: Sequence[Statement]) -> DocumentModel:
    """The model with derivatives for such names; what else is written for them are claims then."""
    made = dict[str, t.Node]()
    for loss, mark in _said(model, statements):
        for key in model.names():
            plain = key.removesuffix(mark)
            if plain == key or not model.known(plain) or key in made:
                continue
            if plain != loss:
                made[key] = t.Derivative(t.Name(loss, written=loss), t.Name(plain, written=plain))
    return replace(model, definitions={**model.definitions, **made}) if made else model


def _said(model: DocumentModel, statements: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    """The loss and the mark of ``\\bar v = \\partial L / \\partial v``, where v is nothing of the document's own."""
    for statement in statements:
        left, segments = statement.left, statement.chain.segments
        if not isinstance(left, t.Name) or statement.chain.continued or len(segments) != 2:
            continue
        token = segments[1].body
        if not isinstance(token, t.Derivative) or not isinstance(token.of, t.Name):
            continue
        by = token.by
        if not isinstance(by, t.Name) or by.mark or not model.known(token.of.key):
            continue
        mark = left.key.removeprefix(by.key)
        general = model.definition(by.key) is None and model.given(by.key) is None
        if general and mark in _ABOVE:
            yield token.of.key, mark
