"""``E = \\sum (t_i - o_i)^2``: a sum without an index runs over the one letter that stands in it and not on the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement


def with_letters_of_sums(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with these letters at their sums."""
    return tuple(_with_letters(s) if any(map(_is_bare, s.members)) else s for s in statements)


def _is_bare(node: t.Node) -> bool:
    return any(isinstance(part, t.BigSum) and part.index is None for part in t.walk(node))


def _with_letters(statement: Statement) -> Statement:
    names = () if statement.left is None else t.names_in(statement.left)
    told = frozenset(letter for key in names for letter in ix.letters_of(key))
    return statement.mapped(partial(_with_letter, told))


def _with_letter(told: frozenset[str], node: t.Node) -> t.Node:
    """A formula in which only the letters that are ``told`` stand outside of sums."""
    if isinstance(node, t.BigSum):
        inner = told | frozenset((node.index or "").split(","))
        node = replace(node, body=_with_letter(inner, node.body))
        letters = ix.free_letters(node.body) - told
        if node.index is None and node.lower is node.upper is None and len(letters) == 1:
            return replace(node, index=next(iter(letters)))
        return node
    return rebuilt(node, partial(_with_letter, told))
