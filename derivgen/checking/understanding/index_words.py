"""``z_{in}`` under a sum over i, beside ``y_{kn}``: two indices that happen to spell a word, and no input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

#: the one word of indices that are used every day: unit i of sample n
_WORD = "in"
_TWO = len(_WORD)


def with_indices_for_words(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with two indices for the word, in the names that one formula sums by its one letter while it has
    the other letter as an index of some other name; and in all that have two running indices elsewhere."""
    families = {family for statement in statements for family in _families(statement)}
    if not families:
        return tuple(statements)
    names = (name for s in statements for member in s.members for name in t.names_of(member))
    families |= {ix.split(name.key)[0] for name in names if len(ix.letters_of(name.key)) == _TWO}

    def parted(node: t.Node) -> t.Node:
        if isinstance(node, t.Name) and _of_word(node) in families:
            return replace(node, key=f"{_of_word(node)}_{','.join(_WORD)}")
        return rebuilt(node, parted)

    return tuple(statement.mapped(parted) for statement in statements)


def _families(statement: Statement) -> Iterator[str]:
    """The names with the word below them whose two letters a statement uses as indices, one of them for a sum."""
    sums = [part for m in statement.members for part in t.walk(m) if isinstance(part, t.BigSum)]
    bound = {letter for sum_ in sums for letter in (sum_.index or "").split(",")}
    names = [name for member in statement.members for name in t.names_of(member)]
    free = {piece for name in names for piece in ix.split(name.key)[1]}
    if bound.isdisjoint(_WORD) or not (bound | free).issuperset(_WORD):
        return
    for name in names:
        if (family := _of_word(name)) is not None:
            yield family


def _of_word(name: t.Name) -> str | None:
    base, _, index = name.key.rpartition("_")
    return base if index == _WORD else None
