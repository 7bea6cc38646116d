"""What an optimiser remembers, in later steps of a document that writes its rule with numbers: ``m = 0.1 g`` in the first
step is ``m = 0.9 (-1.0667) + 0.1 (-9.3333)`` in the second one.

The formula of the first step, in which nothing was remembered yet, says nothing of the second: there, such a quantity
and what is computed from it are others, of which only what stands there is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_numeric, is_printed, printed_number
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

#: stands between a name and the number of the step; nobody can write it
_LATER = "\ue003"


def with_later_states(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with names of their own for what is remembered, and what is computed from it, in later steps."""
    states = _remembered(statements)
    if not states:
        return tuple(statements)
    reads: dict[str, set[str]] = defaultdict(set)
    for statement in statements:
        left = statement.left
        if isinstance(left, t.Name) and not left.mark and not statement.step:
            for member in statement.members[1:]:
                reads[ix.split(left.key)[0]] |= {ix.split(key)[0] for key in t.names_in(member)}
    found = set(states)
    while more := {base for base, read in reads.items() if read & found and base not in found}:
        found |= more
    return tuple(
        statement.mapped(partial(_later, frozenset(found), statement.step))
        if statement.step
        else statement
        for statement in statements
    )


def _remembered(statements: Sequence[Statement]) -> set[str]:
    """The letters of what is computed, in a later step, from the number that was printed for it before: times a factor,
    where a new weight begins with the old one itself."""
    printed: dict[str, set[Fraction]] = defaultdict(set)
    found: set[str] = set()
    for statement in statements:
        left = statement.left
        if not isinstance(left, t.Name) or left.mark:
            continue
        for member in statement.members[1:]:
            number = printed_number(member) if is_printed(member) else None
            if number is not None and number.decimals > 0:
                printed[left.key].add(abs(Fraction(number.text)))
            elif statement.step and isinstance(member, t.Sum) and is_numeric(member):
                products = (body for _, body in member.terms if isinstance(body, t.Product))
                if any(_reads(product, printed[left.key]) for product in products):
                    found.add(ix.split(left.key)[0])
    return found


def _reads(product: t.Product, before: set[Fraction]) -> bool:
    """True for ``0.9 * 0.4`` where 0.4 is one of the numbers before."""
    numbers = [part.value for part in t.walk(product) if isinstance(part, t.Number)]
    return len(numbers) > 1 and not before.isdisjoint(numbers)


def _later(found: frozenset[str], step: int, node: t.Node) -> t.Node:
    if not isinstance(node, t.Name):
        return rebuilt(node, partial(_later, found, step))
    if node.mark or ix.split(node.key)[0] not in found:
        return node
    return replace(node, key=f"{node.key}{_LATER}{step}")
