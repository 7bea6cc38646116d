"""Definitions that repeat another one in full: ``y_hat = sigmoid(w x + b)`` beside ``net = w x + b``.

Such a quantity is computed from the other, and its derivative by the other is meant by whoever writes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.shapes import Shape, shape_of

#: sums of more terms are not looked for: their shape costs more than it tells
MOST_TERMS = 64


def folded(definitions: Mapping[str, t.Node]) -> Iterator[tuple[str, t.Node]]:
    """The definitions that change, with the names of others in place of what those say."""
    sums: dict[int, dict[Shape, str]] = {}
    for key, node in definitions.items():
        if isinstance(node, t.Sum) and 1 < len(node.terms) <= MOST_TERMS:
            shape = shape_of(node)
            if shape.kind == "sum" and len(set(shape.names())) > 1:
                sums.setdefault(len(node.terms), {}).setdefault(shape, key)
    if not sums:
        return
    for key, node in definitions.items():
        found = rebuilt(node, lambda part: _folded(part, sums))
        if found != node:
            yield key, found


def _folded(node: t.Node, sums: Mapping[int, Mapping[Shape, str]]) -> t.Node:
    if isinstance(node, t.Sum) and len(node.terms) in sums:
        key = sums[len(node.terms)].get(shape_of(node))
        if key is not None:
            return t.Name(key, written=key, span=node.span)
    return rebuilt(node, lambda part: _folded(part, sums))
