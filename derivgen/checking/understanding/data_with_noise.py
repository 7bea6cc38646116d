"""``y_i = b_0 + b_1 x_i + u_i``: how the data are thought to arise, with an error that nobody knows.

It computes nothing.  The error is a term by a usual letter for it, with the index of what is on the left, and stands
nowhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

_ERRORS = frozenset(("u", "e", "epsilon", "nu", "eta", "xi"))


def without_noise(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements without those equations."""
    standing = Counter(
        _base(name.key)
        for s in statements
        for member in {id(m): m for m in s.members}.values()
        for name in t.names_of(member)
    )
    return tuple(s for s in statements if not _is_noisy(s, standing))


def _is_noisy(statement: Statement, standing: Counter[str]) -> bool:
    left, segments = statement.left, statement.chain.segments
    if not isinstance(left, t.Name) or statement.chain.continued or len(segments) != 2:
        return False
    letters, body = ix.split(left.key)[1], segments[1].body
    if not isinstance(body, t.Sum) or not ix.letters_of(left.key):
        return False
    terms = (term for negative, term in body.terms if not negative and isinstance(term, t.Name))
    errors = (ix.split(term.key) for term in terms)
    return any(
        base in _ERRORS and pieces == letters and standing[base] == 1 for base, pieces in errors
    )


def _base(key: str) -> str:
    """What is numbered by a key's index; u_hat is no u."""
    base, pieces = ix.split(key)
    return base if all(len(piece) == 1 for piece in pieces) else key
