"""Equations of the layer l, ``z^l = W^l a^{l-1} + b^l``, where a document has no layer with a number: they are
meant for every layer, so they are looked at in a network with a few of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

#: how many layers such a network has: a first one, a last one, and one between them
LAYERS = 3


def with_layers(statements: Sequence[Statement]) -> tuple[Sequence[Statement], set[str], str]:
    """The statements with the number of the last layer for L, the names of all layers' quantities, and the letter
    of the layers; the statements as they are, and no names, where a document numbers its layers itself or has
    none."""
    keys = {
        name.key
        for s in statements
        for segment in s.chain.segments
        for name in t.names_of(segment.body)
    }
    letters = {letter for s in statements if (letter := _letter(s))}
    if len(letters) != 1 or _numbers_layers(statements, keys):
        return statements, set(), ""
    (letter,) = letters
    names: set[str] = set()
    for key in keys:
        above = ix.above(key)
        if above[:1] in (letter, "L") and "_" not in ix.without_above(key):
            first = 0 if above.endswith("-1") else 1
            names |= {ix.with_above(key, str(n)) for n in range(first, LAYERS + 1)}
    last = {"L": LAYERS}
    return [_at(statement, last) for statement in statements], names, letter


def _numbers_layers(statements: Sequence[Statement], keys: set[str]) -> bool:
    """Whether a document has layers with numbers: more than the first one, ``\\delta^1_j``, beside the last one, L; or
    something that is computed in one, but for ``a^0 = x``."""
    numbers = {above for key in keys if (above := ix.above(key)).isdigit()}
    lefts = {ix.above(s.left.key) for s in statements if isinstance(s.left, t.Name)}
    last = any(ix.above(key) == "L" for key in keys)
    return bool(numbers) and not (last and numbers <= {"0", "1"} and not numbers & lefts - {"0"})


def _letter(statement: Statement) -> str:
    """The l of ``z^l = W^l a^{l-1}``; nothing for other statements."""
    left, segments = statement.left, statement.chain.segments
    if not isinstance(left, t.Name) or statement.chain.continued or len(segments) < 2:
        return ""
    letter = ix.above(left.key)
    if len(letter) != 1 or letter == "L" or letter.isdigit():
        return ""
    before = any(ix.above(name.key) == f"{letter}-1" for name in t.names_of(segments[1].body))
    return letter if before else ""


def _at(statement: Statement, indices: dict[str, int]) -> Statement:
    segments = tuple(replace(s, body=ix.at(s.body, indices)) for s in statement.chain.segments)
    chain = replace(statement.chain, segments=segments)
    left = None if statement.left is None else ix.at(statement.left, indices)
    return replace(statement, chain=chain, left=left)
