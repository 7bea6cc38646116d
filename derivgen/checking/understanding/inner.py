"""``w · x`` for two vectors: the number that they make together, or their product cell by cell?

Authors write one sign for both.  Where a document prints a single number for what would be an array cell by cell,
the products of vectors that it is computed from are inner products; so are these products elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.printed import is_numeric, printed_number
from derivgen.checking.evaluating.values import Array, NoValue, Value
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Learned, Statement

#: two keys that stand beside each other in a product
Pair = frozenset[str]


def with_inner_products(
    statements: Sequence[Statement], learned: Learned, budget: Budget
) -> tuple[Statement, ...] | None:
    """The statements with inner products where such are meant; None where there are none."""
    pairs = _pairs(learned, World(learned.model, budget=budget))
    if not pairs:
        return None
    return tuple(_with_pairs(statement, pairs) for statement in statements)


def _pairs(learned: Learned, world: World) -> set[Pair]:
    model = learned.model
    products = {
        key: {pair for pair in _beside(node) if _are_alike(pair, world)}
        for key, node in model.definitions.items()
    }
    candidates = {key: pairs for key, pairs in products.items() if pairs}
    found: set[Pair] = set()
    for key, nodes in learned.printed.items() if candidates else ():
        if any(printed_number(node) is not None for node in nodes) and isinstance(
            _value(world, key), Array
        ):
            above = {key, *world.ancestry.upstream(key)}
            found |= {pair for one in above for pair in candidates.get(one, ())}
    for statement in learned.statements:
        found.update(_in_chain(statement, world))
    return found


def _in_chain(statement: Statement, world: World) -> Iterator[Pair]:
    """The pairs of a formula behind which a single number is printed: ``dL/dh = e · w = -0.09``."""
    if not isinstance(statement.left, t.Derivative):
        return  # what computes a name is a definition
    for formula, result in pairwise(statement.members[1:]):
        if printed_number(result) is not None and not is_numeric(formula):
            yield from (pair for pair in _beside(formula) if _are_alike(pair, world))


def _beside(node: t.Node) -> Iterable[Pair]:
    """The pairs of names that the products in a formula are made of."""
    return filter(None, map(_pair_of, t.walk(node)))


def _pair_of(node: t.Node) -> Pair | None:
    """The two names that a product is made of."""
    if isinstance(node, t.Product) and node.sign in ("", "*") and len(node.factors) == 2:
        one, two = node.factors
        if isinstance(one, t.Name) and isinstance(two, t.Name) and one.key != two.key:
            return frozenset({one.key, two.key})
    return None


def _are_alike(pair: Pair, world: World) -> bool:
    """True for two vectors of one length."""
    one, two = (_value(world, key) for key in pair)
    if not isinstance(one, Array) or not isinstance(two, Array):
        return False
    return one.is_vector and one.size > 1 and one.shape == two.shape


def _value(world: World, key: str) -> Value | None:
    world.budget.begin()
    try:
        return world.value(key)
    except (NoValue, OutOfWork, RecursionError):
        return None


def _with_pairs(statement: Statement, pairs: set[Pair]) -> Statement:
    def meant(node: t.Node) -> t.Node:
        if isinstance(node, t.Product) and _is_one_of(_pair_of(node), pairs):
            return t.BigSum(replace(node, sign="o"), span=node.span)
        return node if is_numeric(node) else rebuilt(node, meant)

    return statement.mapped(meant)


def _is_one_of(pair: Pair | None, pairs: set[Pair]) -> bool:
    """Whether a pair is one of others, or stands for one of them: q and k_i for q and k_1."""
    if pair is None or pair in pairs or not any(map(ix.letters_of, pair)):
        return pair in pairs
    one, two = pair
    return any(
        (_stands_for(one, first) and _stands_for(two, second))
        or (_stands_for(one, second) and _stands_for(two, first))
        for first, second in pairs
    )


def _stands_for(rule: str, key: str) -> bool:
    return rule == key or ix.is_instance(key, rule)
