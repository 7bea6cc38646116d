"""Sums over letters that usually count nothing: ``y_{ij} = \\sum_{a,b} k_{ab} x_{i+a,j+b}``.

A letter such as a is part of many names, so that no name is read as having it for an index.  Where a sum runs over
it, it is one all through the document, and gets the place of an index letter that the document does not use.  So does
the j' of ``\\sum_{j'} \\exp(u_{j'})``, inside of its sum."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement, keys_in

_PRIMED = re.compile("[a-z]'")
#: letters to count with, the less usual ones first
_FREE = "vurqspmnlkji"


def with_usual_letters(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with every sum over a letter that counts."""
    bound: dict[str, None] = {}
    primed: dict[str, None] = {}
    taken: set[str] = set()
    for statement in statements:
        for node in statement.members:
            for part in t.walk(node):
                if isinstance(part, t.BigSum):
                    bound |= dict.fromkeys(_letters(part))
                    primed |= dict.fromkeys(i for i in (part.index,) if i and _PRIMED.fullmatch(i))
                elif isinstance(part, t.Name):
                    taken |= {part.key, *_in_subscript(part.key)}
    strange = [letter for letter in bound if letter not in ix.LETTERS and letter.islower()]
    free = [letter for letter in _FREE if letter not in taken and letter not in bound]
    names = dict(zip(strange, free, strict=False))
    if any(letter in taken and not _is_index(letter, statements) for letter in names):
        names = {}
    plain = dict(zip(primed, free[len(names) :], strict=False))
    return _with_letters(statements, names, plain)


def with_usual_indices(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with a usual letter for each that stands below several names beside a usual one, and nowhere else:
    the b of ``X_{bi}`` and ``H_{bj}``, which counts the samples."""
    keys = keys_in(statements)
    below: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        base, pieces = ix.split(key)
        if len(pieces) > 1 and all(len(piece) == 1 for piece in pieces):
            for letter in pieces:
                below[letter].add(base)
    strange = sorted(
        letter
        for letter, bases in below.items()
        if len(bases) > 1
        and letter.islower()
        and letter not in ix.LETTERS
        and _is_index(letter, statements)
    )
    taken = keys.union(*map(_in_subscript, keys))
    free = [letter for letter in _FREE if letter not in taken]
    return _with_letters(statements, dict(zip(strange, free, strict=False)), {})


def _with_letters(
    statements: Sequence[Statement], names: Mapping[str, str], plain: Mapping[str, str]
) -> tuple[Statement, ...]:
    """The statements with other index letters; ``plain`` are those for primed ones, inside of their sums."""
    if not names and not plain:
        return tuple(statements)

    def renamed(node: t.Node) -> t.Node:
        if isinstance(node, t.BigSum) and node.index and node.index in plain:
            own = plain[node.index]
            return renamed(
                replace(node, body=_without_prime(node.body, node.index[0], own), index=own)
            )
        if isinstance(node, t.Name):
            return replace(node, key=_renamed(node.key, names))
        if isinstance(node, t.BigSum) and node.index:
            index = ",".join(names.get(letter, letter) for letter in node.index.split(","))
            node = replace(node, index=index)
        return rebuilt(node, renamed)

    return tuple(statement.mapped(renamed) for statement in statements)


def _without_prime(node: t.Node, letter: str, own: str) -> t.Node:
    """``u_{j'}`` with a letter of its own for the j'."""
    if isinstance(node, t.Name):
        base, underscore, index = node.key.rpartition("_")
        return replace(node, key=base + underscore + index.replace(f"{letter}'", own))
    return rebuilt(node, lambda child: _without_prime(child, letter, own))


def _letters(node: t.BigSum) -> Iterator[str]:
    return (letter for letter in (node.index or "").split(",") if len(letter) == 1)


def _in_subscript(key: str) -> Iterator[str]:
    """The letters of a key's subscript that stand alone, or in a sum."""
    for piece in ix.split(key)[1]:
        if len(piece) == 1 or ix.is_moved(piece):
            yield from (letter for letter in piece if letter.isalpha())


def _is_index(letter: str, statements: Sequence[Statement]) -> bool:
    """True where a letter is no quantity by itself."""
    return not any(
        name.key == letter
        for statement in statements
        if len(statement.members) > 1  # "a counts the samples" says nothing of a value
        for node in statement.members
        for name in t.names_of(node)
    )


def _renamed(key: str, names: Mapping[str, str]) -> str:
    base, pieces = ix.split(key)
    made = [
        "".join(names.get(letter, letter) for letter in piece)
        if len(piece) == 1 or ix.is_moved(piece)
        else piece
        for piece in pieces
    ]
    return key if made == pieces else ix.joined(base, made)
