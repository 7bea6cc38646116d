"""What a name means: marks, index letters, and the names that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from math import prod
from typing import Literal

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.model import Model
from derivgen.checking.evaluating.values import NoValue
from derivgen.checking.maths import tree as t

UPDATE_MARKS = frozenset({"'", "*", "+", "new", "t+1", "(t+1)"})
PLAIN_MARKS = frozenset({"", "old", "t", "(t)"})

#: letters that one sum runs over, and values that it runs over, at most
MOST_LETTERS = 3
MOST_VALUES = 2_500

#: the numbers of a first cell
_FIRST = (("1", "1"), ("1",), ("0", "0"), ("0",))

#: names that mean a number where they mean no quantity
CONSTANTS = frozenset({"pi"})


class Open(NoValue):
    """Something that the document does not say."""


class Unknown(Open):
    """A name that means nothing to the model."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is defined nowhere")
        self.name = name


class NotGiven(Open):
    """A quantity whose value nobody stated."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the value of {name} is not given")
        self.name = name


class LeftOut(Open):
    """A formula with dots: a part of it was left out."""


def resolved(
    model: Model, name: t.Name, indices: Mapping[str, int] | None = None
) -> tuple[str, Literal["now", "after"]]:
    """The quantity that a name means, and whether before or after the update.

    Raises Unknown where it means none."""
    if name.mark:
        own = ix.put_in(name.key, indices or {}) + name.mark
        if model.known(own):
            return model.plain(own), "now"  # y_1' that is no y_1 after a step
        if any(model.known(ix.joined(name.key, numbers) + name.mark) for numbers in _FIRST):
            raise Unknown(
                name.written or t.full_key(name)
            )  # nor is the array of these y after a step
    made = ix.put_in(name.key, indices) if indices else name.key
    if made != name.key and model.known(made):
        key: str | None = made  # under a sum over r, m_r is m_0 and m_1, though m_r has a rule too
    else:
        key = name.key if model.known(name.key) else indexed(model, name.key, indices or {})
    if key is None:
        raise Unknown(name.written or t.full_key(name))
    return model.plain(key), "after" if name.mark in UPDATE_MARKS else "now"


def indexed(model: Model, key: str, indices: Mapping[str, int]) -> str | None:
    """A key with its index letters replaced by their values: ``w_ij`` at i = 1, j = 2 is ``w_12``."""
    made = ix.put_in(key, indices)
    if model.known(made):
        return made
    base, pieces = ix.split(made)
    # a single unit is written without its index; unit 10 is none
    first = all(indices.get(letter, 0) <= 1 for letter in ix.letters_of(key))
    alone = made != key and first and set(pieces) <= {"0", "1"} and model.known(base)
    cells = (ix.joined(base, [str(i)] * n) for n in {1, len(pieces)} for i in range(3))
    alone = alone and not any(map(model.known, cells))
    alone = alone and not isinstance(model.given(base) or model.definition(base), t.Matrix)
    return base if alone else None


#: values of an index that are tried, and those that are taken where all of them mean something
_MOST_INDICES, _ANY_INDICES = 1000, 7


def index_values(model: Model, node: t.BigSum, indices: Mapping[str, int]) -> list[dict[str, int]]:
    """The values of the index, or of several at once (``\\sum_{i,j}``), for which every name under the sum means
    a quantity."""
    letters = str(node.index).split(",")
    if node.sign == "max" and len(letters) > 1:
        return []  # a window of which nothing says how wide it is
    if len(letters) == 1:
        return [{letters[0]: i} for i in index_range(model, node, indices)]
    ranges: list[list[int]] = []
    for letter in letters:
        others = [other for other in letters if other != letter]
        alone = replace(node, index=letter)
        found: set[int] = set()
        for first in product(range(3), repeat=len(others)):
            here = {**indices, **dict(zip(others, first, strict=True))}
            found.update(index_range(model, alone, here))
        ranges.append(sorted(found))
    if len(letters) > MOST_LETTERS or prod(map(len, ranges)) > MOST_VALUES:
        return []
    made = [dict(zip(letters, numbers, strict=True)) for numbers in product(*ranges)]
    names = [name for name in t.names_of(node.body) if set(ix.letters_of(name.key)) & set(letters)]
    known = all(_means(model, name, {**indices, **here}) for name in names for here in made)
    return made if known else []


def index_range(model: Model, node: t.BigSum, indices: Mapping[str, int]) -> list[int]:
    """The values of an index for which every name under the sum means a quantity."""
    letter = str(node.index)
    every = {t.full_key(name): name for name in t.walk(node.body) if isinstance(name, t.Name)}
    names = [
        name
        for name in every.values()
        if letter in ix.split(name.key)[1] or letter == ix.above(name.key)
    ]
    if not names:
        return []
    inner = {
        other
        for part in t.walk(node.body)
        if isinstance(part, t.BigSum) and part.index
        for other in part.index.split(",")
    }

    def mean_something(i: int) -> bool:
        here = {**indices, letter: i}
        return all(_means_somewhere(model, name, here, inner) for name in names)

    if mean_something(_MOST_INDICES):
        return list(range(_ANY_INDICES))  # everything does here, so that any range is as good
    found = []
    for i in range(_MOST_INDICES):
        if mean_something(i):
            found.append(i)
        elif i > 1:
            break
    first = {**indices, letter: 0}
    if found[:2] == [0, 1] and not any(
        model.known(ix.put_in(name.key, here))
        for name in names
        for here in _with_inner(name, first, inner)
    ):
        return [0]  # every name is a single unit's
    return found


def _means_somewhere(
    model: Model, name: t.Name, indices: Mapping[str, int], inner: set[str]
) -> bool:
    """True for a name that means a quantity at some numbers of the letters of the sums inside."""
    return any(_means(model, name, here) for here in _with_inner(name, indices, inner))


def _with_inner(
    name: t.Name, indices: Mapping[str, int], inner: set[str]
) -> Iterator[dict[str, int]]:
    """Some numbers for the index letters of a name: those of the letters outside, and the first few of those that
    sums inside run over."""
    letters = sorted(inner.intersection(ix.letters_of(name.key)) - indices.keys())
    for numbers in product(range(3), repeat=min(len(letters), MOST_LETTERS)):
        yield {**indices, **dict(zip(letters, numbers, strict=False))}


def _means(model: Model, name: t.Name, indices: Mapping[str, int]) -> bool:
    try:
        resolved(model, name, indices)
    except Unknown:
        return False
    return True


def moved_name(argument: t.Node) -> t.Name | None:
    """The w of ``w + eps``."""
    if isinstance(argument, t.Sum) and len(argument.terms) == 2:
        negative, first = argument.terms[0]
        if isinstance(first, t.Name) and not negative and not first.mark:
            return first
    return None
