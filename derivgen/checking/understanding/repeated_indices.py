"""``u_i = W_{ij} x_j`` in a document that sums over repeated indices: the sum over j that is not written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.sum_letters import with_usual_indices

_CONVENTION = re.compile(
    r"repeated\s+(?:index|indices)|(?:index|indices)\s+(?:that\s+)?(?:is\s+|are\s+)?repeated|summation\s+convention"
    r"|Einstein(?:'s|’s)?\s+(?:sum|convention|notation)|Einsteinsche|Summenkonvention|doppelt\s+vorkommende"
    r"|indices\s+répétés|convention\s+d['’]Einstein|índices\s+repetidos|convenio\s+de\s+Einstein|爱因斯坦求和",
    re.IGNORECASE,
)


def with_implied_sums(statements: Sequence[Statement], text: str) -> tuple[Statement, ...]:
    """The statements with these sums, where the document says that it leaves their signs out."""
    if _CONVENTION.search(text) is None:
        return tuple(statements)
    return tuple(map(_with_sums, with_usual_indices(statements)))


def _with_sums(statement: Statement) -> Statement:
    left, chain = statement.left, statement.chain
    if left is None or len(statement.members) < 2:
        return statement
    own = ix.free_letters(left)
    first = 0 if chain.continued else 1
    segments = [
        segment if at < first else replace(segment, body=_summed(segment.body, own))
        for at, segment in enumerate(chain.segments)
    ]
    return replace(statement, chain=replace(chain, segments=tuple(segments)))


def _summed(node: t.Node, own: frozenset[str]) -> t.Node:
    """A right side with a sum sign before each of its terms that has other letters than the left side."""
    if isinstance(node, t.Sum):
        return replace(node, terms=tuple((sign, _summed(body, own)) for sign, body in node.terms))
    if isinstance(node, t.Negated):
        return replace(node, body=_summed(node.body, own))
    if isinstance(node, t.BigSum):  # one of several sums may be written
        bound = frozenset((node.index or "").split(","))
        return replace(node, body=_summed(node.body, own | bound))
    letters = sorted(ix.free_letters(node) - own)
    if not letters or not isinstance(node, t.Product | t.Power | t.Quotient):
        return node
    return t.BigSum(node, ",".join(letters), span=node.span)
