"""``X'u`` where the prime is the transpose, as statisticians write it, and not a new value of X.

It is where a prime stands at nothing but factors that another factor follows, and one of these is an array or is
followed by itself: ``u'u``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derivgen.checking.evaluating.printed import printed_matrix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

_PRIME = "'"


def with_transposes(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with a transpose for each such prime."""
    members = [member for statement in statements for member in statement.members]
    primed = {id(n): n for m in members for n in t.names_of(m) if n.mark == _PRIME}
    pairs = [pair for member in members for pair in _pairs(member)]
    if not pairs or primed.keys() - {id(name) for name, _ in pairs}:
        return tuple(statements)
    arrays = {
        s.left.key
        for s in statements
        if isinstance(s.left, t.Name) and any(map(printed_matrix, s.members))
    }
    if not any(name.key in arrays or _is_itself(name, behind) for name, behind in pairs):
        return tuple(statements)
    return tuple(statement.mapped(_transposed) for statement in statements)


def _pairs(node: t.Node) -> Iterator[tuple[t.Name, t.Node]]:
    """The names with a prime that are factors, each with the factor behind it."""
    for part in t.walk(node):
        if isinstance(part, t.Product) and part.sign in ("", "@", "*"):
            for factor, behind in zip(part.factors, part.factors[1:], strict=False):
                if isinstance(factor, t.Name) and factor.mark == _PRIME:
                    yield factor, behind


def _is_itself(name: t.Name, behind: t.Node) -> bool:
    return isinstance(behind, t.Name) and behind.key == name.key and not behind.mark


def _transposed(node: t.Node) -> t.Node:
    if isinstance(node, t.Name) and node.mark == _PRIME:
        return t.Transposed(t.Name(node.key, "", node.written.rstrip(_PRIME), node.span), node.span)
    return rebuilt(node, _transposed)
