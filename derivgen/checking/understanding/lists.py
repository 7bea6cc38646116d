"""How the vectors of a document stand that it writes as lists: ``W x`` makes columns of them, ``x W`` rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement


def lists_stand(model: DocumentModel, statements: Sequence[Statement]) -> bool:
    """True where more lists stand behind a matrix than before one."""
    given = {key: node for key, node in model.values.items() if isinstance(node, t.Matrix)}
    lists = {key for key, node in given.items() if node.is_list and not key[:1].isupper()}
    matrices = {key for key, node in given.items() if len(node.rows) > 1 < len(node.rows[0])}
    if not lists or not matrices:
        return bool(lists)
    behind = 0
    bodies = (segment.body for statement in statements for segment in statement.chain.segments)
    for node in (part for body in bodies for part in t.walk(body)):
        for left, right in pairwise(node.factors) if isinstance(node, t.Product) else ():
            behind += _is_one_of(left, matrices) and _is_one_of(right, lists)
            behind -= _is_one_of(left, lists) and _is_one_of(right, matrices)
    return behind >= 0


def _is_one_of(node: t.Node, keys: set[str]) -> bool:
    body = node.body if isinstance(node, t.Transposed) else node
    return isinstance(body, t.Name) and body.key in keys
