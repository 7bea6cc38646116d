"""Other names: a weight where its input belongs, or any quantity where another one does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derivgen.checking.maths import tree as t
from derivgen.checking.mistakes.case import Candidate, Case
from derivgen.checking.mistakes.formulas import MOST_NAMES, everywhere
from derivgen.checking.mistakes.relatives import Relatives
from derivgen.checking.mistakes.updates import value_of


def partner_taken(case: Case) -> Iterator[Candidate]:
    """The right formula with one name's partner in its place; the partner's value where a number was put in."""
    if case.is_copied:
        yield from map(value_of, _partners(case.right, case.relatives))
        return
    for formula in case.formulas:
        made = everywhere(formula, lambda part: _partners(part, case.relatives))
        yield from map(value_of, made)


def partner_meant(case: Case) -> Iterator[t.Node]:
    """What the author wrote with one name's partner in its place."""
    if case.number is None and not case.is_copied:
        yield from everywhere(case.body, lambda part: _partners(part, case.relatives))


def _partners(part: t.Node, relatives: Relatives) -> Iterator[t.Name]:
    if isinstance(part, t.Name):
        yield from (replace(part, key=key) for key in relatives.partners(part.key))


def another_meant(case: Case) -> Iterator[t.Node]:
    """What the author wrote with one of its names as any other that the right value can be computed from; those
    in derivatives stay, since with others the claim would say nothing."""
    if not case.is_formula:
        return
    others = [t.Name(key) for key in sorted(case.reach(case.right))[:MOST_NAMES]]

    def renamed(part: t.Node) -> Iterator[t.Node]:
        if isinstance(part, t.Name):
            yield from (other for other in others if other.key != part.key)

    slopes = _slopes(case.body)
    yield from (node for node in everywhere(case.body, renamed) if _slopes(node) == slopes)


def _slopes(node: t.Node) -> list[t.Node]:
    return [part for part in t.walk(node) if isinstance(part, t.Derivative)]
