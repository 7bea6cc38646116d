"""Samples that are numbered above: ``y^(i)``.  ``h = sigmoid(w x + b)`` is said once and meant for each of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import names_in
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.statements import Statement

_BRACKETED = re.compile(r"\^\((?:[ijkmnst]|[0-9]{1,4})\)")
#: what belongs to the network, and to no sample
WEIGHTS = frozenset({"W", "w", "b", "Theta", "theta"})
_DATA = frozenset({"x", "y", "t", "X", "Y", "d", "y_hat"})
#: how many samples are followed
MOST_SAMPLES = 200


def is_numbered(key: str) -> bool:
    """True for ``x^(i)`` and ``x^(2)_1``: a sample's own."""
    return _BRACKETED.search(key) is not None


def is_data(key: str) -> bool:
    """True for what is usually given with each sample: ``x``, ``x_1``."""
    return ix.family(key) in _DATA


def sampled(statements: Iterable[Statement]) -> frozenset[str]:
    """The keys of which a document has one for each sample: y where it writes ``y^(i)``."""
    found = set()
    for statement in statements:
        for segment in statement.chain.segments:
            for part in t.walk(segment.body):
                if isinstance(part, t.Name) and is_numbered(part.key):
                    found.add(ix.without_above(part.key))
    return frozenset(found)


def copies_of(key: str, keys: Iterable[str]) -> list[str]:
    """What a quantity is called for each sample, in their order: ``L^(1)``, ``L^(2)``."""
    own = [k for k in keys if k != key and ix.above(k).isdigit() and ix.without_above(k) == key]
    return sorted(filter(is_numbered, own), key=lambda k: int(ix.above(k)))


def of_each_sample(decided: Decided) -> None:
    """Definitions without a sample's number are those of each sample, where it has names of its own."""
    sides, used = decided.notes.sides, {*decided.notes.used, *decided.notes.printed}
    numbers: dict[str, set[str]] = defaultdict(set)
    for key in used:
        number = ix.above(key)
        if number.isdigit() and is_numbered(key):
            numbers[number].add(ix.without_above(key))
    if not numbers or len(numbers) > MOST_SAMPLES or _are_layers(set().union(*numbers.values())):
        return
    plain = {key: list(nodes) for key, nodes in sides.items() if not ix.above(key)}
    names = {*plain, *(n for nodes in plain.values() for node in nodes for n in names_in(node))}
    rules = {name for name in names if ix.letters_of(name)}
    for number, own in numbers.items():
        own |= _computed_from(own, plain)
        # what is said of all units is said of this sample's
        own |= {rule for rule in rules for key in tuple(own) if ix.is_instance(key, rule)}
        numbered = {key: ix.of_sample(key, number) for key in own}
        for key in own & plain.keys():
            cell = numbered[key]
            if not sides.get(cell):
                made = (_of_sample(side, numbered) for side in plain[key])
                sides[cell] = [m for m, side in zip(made, plain[key], strict=True) if m != side]


def _are_layers(numbered: set[str]) -> bool:
    """True where weights have numbers above, and data have none."""
    bases = {ix.split(key)[0] for key in numbered}
    return not bases.isdisjoint(WEIGHTS) and bases.isdisjoint(_DATA)


def _computed_from(own: set[str], plain: Mapping[str, list[t.Node]]) -> set[str]:
    """What is computed from a sample's quantities is its own too, where others of its own come from it."""
    wanted = set(own)
    waiting = list(own)
    while waiting:
        for side in plain.get(waiting.pop(), ()):
            new = {name for name in names_in(side) if name in plain} - wanted
            wanted |= new
            waiting += new
    return wanted


def _of_sample(node: t.Node, names: Mapping[str, str]) -> t.Node:
    if isinstance(node, t.Name):
        key = names.get(node.key)
        return node if key is None or node.mark else t.Name(key, written=key)
    return rebuilt(node, lambda child: _of_sample(child, names))
