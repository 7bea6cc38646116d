"""What is worked out again and again with other numbers, and never by a formula in names: the sum y and the error e of a
perceptron that goes through its patterns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, is_numeric, is_printed, printed_number
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.align import aligned
from derivgen.checking.understanding.statements import Statement

#: so many calculations, with other results, make a value that runs
FEWEST = 3


def running(
    statements: Sequence[Statement], filled: Mapping[str, t.Node], budget: Budget
) -> frozenset[str]:
    """Such quantities: each result is that of its own calculation, and the formula that the first one looks like,
    ``filled``, is not that of all of them."""
    found: dict[str, list[tuple[t.Node, t.Node]]] = defaultdict(list)
    others: set[str] = set()
    for statement in statements:
        left, members = statement.left, statement.members
        if not isinstance(left, t.Name) or statement.chain.continued or len(members) < 2:
            continue
        if statement.chain.segments[1].relation not in ("=", "approx", "define"):
            continue  # "where y >= 0"
        shown = len(members) > 2 and not is_printed(members[1]) and is_printed(members[-1])
        if left.mark or not shown or not all(map(is_numeric, members[1:])):
            others.add(left.key)
        else:
            found[left.key].append((members[1], members[-1]))
    return frozenset(
        key
        for key, pairs in found.items()
        if key not in others
        and _runs(pairs, budget)
        and not _are_of(filled.get(key), pairs, budget)
    )


def assigned_for_each(sides: Mapping[str, Sequence[t.Node]]) -> frozenset[str]:
    """Names that a loop assigns anew: ``dn = da_t w`` in general, and ``dn = da_3 w`` for one round of it."""
    return frozenset(
        key
        for key, own in sides.items()
        if not ix.letters_of(key)
        and any(_is_general(one) and _is_round(other, one) for one in own for other in own)
    )


def _is_general(formula: t.Node) -> bool:
    """Whether a letter runs in a formula that nothing in it binds."""
    bound = any(isinstance(part, t.BigSum) for part in t.walk(formula))
    return not bound and any(ix.letters_of(name.key) for name in t.names_of(formula))


def _is_round(formula: t.Node, general: t.Node) -> bool:
    """Whether a formula is one in general with numbers for its letters."""
    return formula != general and not _is_general(formula) and _open(formula) == _open(general)


def _open(node: t.Node) -> t.Node:
    """A formula with the indices of its names, and the signs of its products, left open."""
    if isinstance(node, t.Name):
        return t.Name(ix.family(node.key), node.mark)
    made = rebuilt(node, _open)
    return replace(made, sign="") if isinstance(made, t.Product) else made


def _are_of(formula: t.Node | None, pairs: Sequence[tuple[t.Node, t.Node]], budget: Budget) -> bool:
    """Whether all calculations may come of a formula."""
    numbers = (n.value for one, _ in pairs for n in t.walk(one) if isinstance(n, t.Number))
    if formula is None or all(number in (0, 1) for number in numbers):
        return False  # 0 and 1 may be anything
    budget.begin()
    try:
        return all(aligned(formula, one, lambda _: None, budget) is not None for one, _ in pairs)
    except OutOfWork:
        return True


def _runs(pairs: Sequence[tuple[t.Node, t.Node]], budget: Budget) -> bool:
    """Whether results are those of their calculations, but for a slip here and there, and not all the same."""
    if len(pairs) < FEWEST:
        return False
    right = [result for calculation, result in pairs if _is_right(calculation, result, budget)]
    numbers = {number.value for number in map(printed_number, right) if number is not None}
    return len(numbers) > 1 and 3 * len(right) >= 2 * len(pairs)


def _is_right(calculation: t.Node, result: t.Node, budget: Budget) -> bool:
    number = printed_number(result)
    budget.begin()
    try:
        value = scalar(World(DocumentModel(), budget=budget).evaluate(calculation))
    except (NoValue, OutOfWork):
        return False
    return number is not None and value is not None and number.fit(value) is not Fit.OFF
