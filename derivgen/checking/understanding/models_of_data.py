"""``y = w x`` beside given targets y, and errors ``w x - y``: what the data are thought to follow.

It computes nothing: what is subtracted from its own formula is no result of that, or every error were nought.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivgen.checking.evaluating.printed import is_numeric, is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

_Terms = frozenset[tuple[bool, t.Node]]


def without_models_of_data(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements without those equations."""
    models = {
        id(s): (s.left.key, _terms(s.members[1]))
        for s in statements
        if isinstance(s.left, t.Name) and not s.left.mark and _is_model(s)
    }
    keys = {key for key, _ in models.values()}
    given = {key for s in statements if _is_given(s) for key in _named(s.left)}
    computed = {
        s.left.key
        for s in statements
        if isinstance(s.left, t.Name) and id(s) not in models and not _is_given(s)
    }
    if not (keys & given) - computed:
        return tuple(statements)
    errors = {
        (key, rest)
        for s in statements
        for member in s.members
        for node in t.walk(member)
        if isinstance(node, t.Sum)
        for key, rest in _differences(node)
    }
    gone = {
        place
        for place, (key, terms) in models.items()
        if key in given and key not in computed and (key, terms) in errors
    }
    return tuple(s for s in statements if id(s) not in gone)


def _is_model(statement: Statement) -> bool:
    return len(statement.members) == 2 and not is_numeric(statement.members[1])


def _is_given(statement: Statement) -> bool:
    return len(statement.members) == 2 and is_printed(statement.members[1])


def _named(left: t.Node | None) -> Iterator[str]:
    """The keys of ``y`` and of ``(x, y)``."""
    cells = t.children(left) if isinstance(left, t.Matrix) else (left,)
    return (cell.key for cell in cells if isinstance(cell, t.Name))


def _terms(node: t.Node) -> _Terms:
    terms = node.terms if isinstance(node, t.Sum) else ((False, node),)
    return frozenset((negative, _alike(term)) for negative, term in terms)


def _alike(node: t.Node) -> t.Node:
    """``w x`` and ``w * x`` are alike."""
    if isinstance(node, t.Product) and node.sign == "":
        return t.Product(node.factors, "*")
    return node


def _differences(node: t.Sum) -> Iterator[tuple[str, _Terms]]:
    """The names that a sum has the other sign of, with what they are subtracted from."""
    terms = _terms(node)
    for negative, term in terms:
        if isinstance(term, t.Name):
            rest = terms - {(negative, term)}
            yield term.key, frozenset((sign == negative, one) for sign, one in rest)
