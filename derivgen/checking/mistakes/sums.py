"""Factors that were left out inside of sums: of each term its own, ``x_i`` of ``\\sum_i (y_i - t_i) x_i``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.mistakes.case import Case
from derivgen.checking.mistakes.formulas import everywhere

#: the indices of the quantities of one letter
_Families = Mapping[str, set[str]]


def with_factor_in_sum(case: Case) -> Iterator[t.Node]:
    """What the author wrote, each term of a sum in it times the quantity with its index."""
    if not case.is_formula:
        return
    families: dict[str, set[str]] = defaultdict(set)
    for key in case.reach(case.right):
        base, pieces = ix.split(key)
        if len(pieces) == 1:
            families[base].add(pieces[0])
    yield from everywhere(case.body, partial(_with_factors, families=families))


def _with_factors(part: t.Node, families: _Families) -> Iterator[t.Node]:
    if isinstance(part, t.BigSum) and part.index and _index_of(part.body) == part.index:
        for base in families:
            factor = t.Name(ix.joined(base, [part.index]))
            yield replace(part, body=t.Product((part.body, factor)))
    if not isinstance(part, t.Sum) or len(part.terms) < 2:
        return
    indices = [_index_of(body) for _, body in part.terms]
    if None in indices or len(set(indices)) < len(indices):
        return
    of_terms = [index for index in indices if index is not None]
    for base, known in families.items():
        if known >= set(of_terms):
            yield replace(
                part,
                terms=tuple(
                    (negative, t.Product((body, t.Name(ix.joined(base, [index])))))
                    for (negative, body), index in zip(part.terms, of_terms, strict=True)
                ),
            )


def _index_of(term: t.Node) -> str | None:
    """The index that all names of a term have which have one; None where there are several, or none."""
    pieces = [ix.split(name.key)[1] for name in t.names_of(term)]
    found = {"".join(own) for own in pieces if own}
    return found.pop() if len(found) == 1 and max(map(len, pieces)) == 1 else None
