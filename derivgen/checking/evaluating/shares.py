"""Targets that are shares of one whole: the ``y_k`` of ``- sum_k y_k log p_k``.

That they add up to 1 is what makes ``dL/dz_k = p_k - y_k`` true, and hardly an author writes it down.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import mpmath

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.ancestry import Ancestry
from derivgen.checking.evaluating.literals import literal
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.resolving import Unknown, index_range, resolved
from derivgen.checking.evaluating.values import Real, Value, scalar
from derivgen.checking.maths import tree as t

#: what shares add up to at the most, where they are rounded
_ALL = 1.01
#: terms of a sum that are looked at
_MOST_TERMS = 1000

_Groups = list[tuple[str, ...]]


def share_groups(model: Model, ancestry: Ancestry) -> _Groups:
    """Given quantities that weigh the logarithms of one distribution: those of which every one can be
    changed by what changes the others.  Values that are given add up to 1."""
    found: dict[frozenset[str], dict[str, None]] = defaultdict(dict)
    if not _has_logarithms(model):
        return []
    for key in model.names():
        definition = model.definition(key)
        for leaf, logarithm in _weighed(model, definition) if definition is not None else ():
            read = (name for name in t.names_of(logarithm))
            above = frozenset[str]().union(*(_upstream(model, ancestry, name) for name in read))
            found[above][leaf] = None
    groups = (_whole(model, leaves) for leaves in found.values())
    return [part for group in groups for part in _parts(model, group)]


def _parts(model: Model, group: tuple[str, ...]) -> _Groups:
    """A group whose values are shares of one whole; those of a matrix with a whole in each column, or each row."""
    if len(group) > 1 or group[0] in model.extents:
        if _may_be_shares(model, group):
            return [group]
        elements = [(key, model.element(key)) for key in group]
        for along in ("column", "row"):
            samples: dict[tuple[str, int], list[str]] = defaultdict(list)
            for key, element in elements:
                if element is not None:
                    samples[element.array, getattr(element, along)].append(key)
            parts = [tuple(keys) for keys in samples.values()]
            if parts and all(len(part) > 1 and _may_be_shares(model, part) for part in parts):
                return parts
    return []


def _has_logarithms(model: Model) -> bool:
    definitions = (model.definition(key) for key in model.names())
    parts = (part for node in definitions if node is not None for part in t.walk(node))
    return any(isinstance(part, t.Call) and part.function == "log" for part in parts)


def _whole(model: Model, leaves: Iterable[str]) -> tuple[str, ...]:
    """Quantities, or the array of which they are the cells, where that has no values."""
    elements = [model.element(key) for key in leaves]
    arrays = {"" if element is None else element.array for element in elements}
    array = next(iter(arrays))
    return (array,) if len(arrays) == 1 and array in model.extents else tuple(leaves)


def drawn_shares(model: Model, groups: _Groups, seed: int) -> Mapping[str, Value]:
    """Random positive values for all groups, each adding up to 1; of a matrix, as of its softmax, each row."""
    found: dict[str, Value] = {}
    for group in groups:
        rows, columns = model.extents.get(group[0], (1, 1))
        if rows * columns > 1:
            cells = [f"{group[0]}:{at}" for at in range(rows * columns)]
            step = columns if columns > 1 else len(cells)
            wholes = [tuple(cells[at : at + step]) for at in range(0, len(cells), step)]
            one = drawn_shares(model, wholes, seed)
            made = [one[cell] for cell in cells]
            found[group[0]] = v.Array(
                tuple(
                    tuple(c for c in made[i * columns : (i + 1) * columns] if isinstance(c, v.Dual))
                    for i in range(rows)
                )
            )
            continue
        parts = [random.Random(f"{seed}:share:{key}").uniform(0.1, 0.9) for key in group]
        whole = mpmath.fsum(parts)
        found |= {key: v.constant(part / whole) for key, part in zip(group, parts, strict=True)}
    return found


def _weighed(model: Model, node: t.Node) -> Iterator[tuple[str, t.Node]]:
    """Every given factor of a logarithm, with the logarithm."""
    for part in _spelled_out(model, node):
        if not isinstance(part, t.Product):
            continue
        leaves = [key for factor in part.factors if (key := _leaf(model, factor)) is not None]
        logarithms = [factor for factor in part.factors if _is_logarithm(model, factor)]
        if len(leaves) == len(logarithms) == 1:
            yield leaves[0], logarithms[0]


def _spelled_out(model: Model, node: t.Node) -> Iterator[t.Node]:
    """All parts of a formula, those under a sum sign for each value of the index."""
    waiting, count = [node], 0
    while waiting and count < _MOST_TERMS:
        here = waiting.pop()
        count += 1
        if isinstance(here, t.BigSum) and here.index and "," not in here.index:
            waiting += [ix.at(here.body, {here.index: i}) for i in index_range(model, here, {})]
            continue
        yield here
        waiting += t.children(here)


def _key(model: Model, node: t.Node) -> str | None:
    if not isinstance(node, t.Name) or node.mark:
        return None
    try:
        return resolved(model, node)[0]
    except Unknown:
        return None


def _leaf(model: Model, node: t.Node) -> str | None:
    """The key of a given quantity."""
    if isinstance(node, t.Negated | t.Transposed):
        return _leaf(model, node.body)
    key = _key(model, node)
    given = key is not None and model.definition(key) is None and not model.is_parameter(key)
    return key if given else None


def _is_logarithm(model: Model, node: t.Node) -> bool:
    if isinstance(node, t.Call):
        return node.function == "log" and not node.primes
    key = _key(model, node)
    definition = None if key is None else model.definition(key)
    return definition is not None and any(
        isinstance(part, t.Call) and part.function == "log" for part in t.walk(definition)
    )


def _upstream(model: Model, ancestry: Ancestry, name: t.Name) -> frozenset[str]:
    key = _key(model, name)
    return frozenset() if key is None else ancestry.upstream(key)


def _may_be_shares(model: Model, group: tuple[str, ...]) -> bool:
    """True where what is given adds up to 1, or where the rest may make it up."""
    given = [_given(model, key) for key in group]
    known = [value for value in given if value is not None]
    total = mpmath.fsum(known)
    if len(known) < len(given):
        return bool(min(known, default=0) >= 0 and total < _ALL)
    return bool(abs(total - 1) < _ALL - 1)


def _given(model: Model, key: str) -> Real | None:
    element = model.element(key)
    node = model.given(key if element is None else element.array)
    if node is None:
        return None
    value = literal(node)
    if element is not None and isinstance(value, v.Array):
        return scalar(value.rows[element.row][element.column])
    return scalar(value)
