"""Matches that the document itself contradicts: a name printed in another shape than what it stands for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.printed import printed_matrix
from derivgen.checking.matching.pairing import Matching
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Learned


def misfits(mapping: Mapping[str, str], learned: Learned, network: Model) -> frozenset[str]:
    """The author's names that are printed in a shape which their counterparts have not: ``h_1``, one step
    of a recurrence, is not the array of all steps."""
    found = set()
    for key, other in mapping.items():
        shapes = {_shape(node) for node in learned.printed.get(key, ())} - {None}
        node = network.definition(other) or network.given(other)
        theirs = None if node is None else _shape(node)
        if theirs is not None and shapes and not shapes & {theirs, theirs[::-1]}:
            found.add(key)
    return frozenset(found)


def _shape(node: t.Node) -> tuple[int, int] | None:
    if isinstance(node, t.Matrix):
        return len(node.rows), len(node.rows[0])
    cells = printed_matrix(node)
    return None if not cells else (len(cells), len(cells[0]))


def without(matching: Matching, names: Collection[str]) -> Matching:
    """A matching without some of the author's names: they are the author's own then."""
    model = replace(matching.model, mapping=_left(matching.model.mapping, names))
    return replace(matching, mapping=_left(matching.mapping, names), model=model)


def _left(mapping: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {key: other for key, other in mapping.items() if key not in names}
