"""Names of one array's elements: what a few of them say about the others and about the whole.

Where ``w_11`` and ``w_12`` are W1[0,0] and W1[0,1], ``w_32`` is W1[2,1], and ``W`` or ``w`` is W1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.matching.network_model import key_of
from derivgen.checking.maths.keys import PRIMES
from derivgen.notation import Entry

_TAIL = re.compile(r"(\d+(?:,\d+)*)$")
#: stands for a number above the name
ABOVE = "s"
_LETTERS = re.compile(r"([a-z,]+)$")


@dataclass(frozen=True, slots=True)
class Family:
    """Names that begin with ``stem`` and go on with the indices of an array's elements (in which order, and
    counted from where), and with a ``mark`` behind them."""

    stem: str
    array: str
    order: tuple[int, ...]
    start: int
    mark: str = ""

    def key(self, index: tuple[int, ...]) -> str:
        """The author's name of an element."""
        return family_key(
            self.stem, tuple(index[axis] + self.start for axis in self.order), self.mark
        )

    def index(self, key: str) -> tuple[int, ...] | None:
        """The element that a name means; None for a name of another family."""
        plain, mark = unmarked(key)
        for stem, counts in indices(plain, len(self.order)) if mark == self.mark else ():
            if stem == self.stem:
                found = [0] * len(self.order)
                for axis, count in zip(self.order, counts, strict=True):
                    found[axis] = count - self.start
                return tuple(found) if min(found) >= 0 else None
        return None

    @property
    def whole(self) -> str:
        """What the array as a whole is called, in small letters."""
        return plain(self.stem) + self.mark


def unmarked(key: str) -> tuple[str, str]:
    """A name and the mark behind its indices: ``y_11'`` is y_11 and a prime."""
    return (key[:-1], key[-1]) if key[-1:] in PRIMES else (key, "")


def plain(text: str) -> str:
    """A name without a subscript's sign at its end, in small letters: ``W^(1)`` and ``w^(1)_``."""
    return text.rstrip("_,").lower()


def indices(key: str, axes: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The ways to read a name as a stem and ``axes`` indices: ``b_01`` is b_ and 1, or b_0 and 1; ``x^(2)_1``
    is x^(#)_ and 2, 1, where all of its numbers are indices."""
    number = ix.above(key)
    if number.isdigit() and axes > 0:
        stem, _, tail = ix.with_above(key, ABOVE).partition("_")
        if len(tail) == axes - 1 and (not tail or tail.isdigit()):
            yield stem + ("_" if tail else ""), (int(number), *map(int, tail))
    match = _TAIL.search(key)
    if match is None or axes < 1:
        return
    text = match.group()
    ways = [text.split(",")[-axes:]] if axes == 1 or "," in text else []
    ways += [list(text[-axes:])] if "," not in text else []
    for parts in ways:
        if len(parts) == axes:
            joined = ("," if "," in text and axes > 1 else "").join(parts)
            yield key[: len(key) - len(joined)], tuple(map(int, parts))


def generic_stem(key: str, axes: int) -> str | None:
    """The stem of a name with index letters: ``w^(1)_`` of ``w^(1)_ij``."""
    match = _LETTERS.search(key)
    letters = match.group().replace(",", "") if match else ""
    if len(letters) < axes or "_" not in key:
        return None
    stem = key
    for _ in range(axes):
        stem = stem.rstrip(",")[:-1]
    return stem.rstrip(",")


def families(
    bound: Mapping[str, Entry],
    general: Mapping[str, str],
    keys: Iterable[str],
    shapes: Mapping[str, tuple[int, ...]],
    score: Callable[[str, str], float],
) -> Iterator[Family]:
    """The families that matched elements (``bound``) and names with index letters (``general``: their
    arrays) belong to; ``score`` says how well other names of ``keys`` fit an element."""
    found: dict[tuple[str, str], dict[str, list[tuple[tuple[int, ...], tuple[int, ...]]]]] = {}
    for name, (array, index) in bound.items():
        bare, mark = unmarked(name)
        for stem, counts in dict.fromkeys(indices(bare, len(index))):
            found.setdefault((stem, mark), {}).setdefault(array, []).append((counts, index))
    for name, array in general.items():
        bare, mark = unmarked(name)
        begin = generic_stem(bare, len(shapes[array]))
        if begin is not None:
            found.setdefault((begin, mark), {}).setdefault(array, [])
    names = [unmarked(name) for name in keys if name not in bound]
    for (stem, mark), arrays in found.items():
        if len(arrays) != 1:
            continue
        ((array, pairs),) = arrays.items()
        if not stem or not shapes[array]:
            continue
        others = [
            counts
            for name, behind in names
            if behind == mark
            for begin, counts in dict.fromkeys(indices(name, len(shapes[array])))
            if begin == stem
        ]
        best = _best((stem, mark), array, shapes[array], pairs, others, score)
        if best is not None:
            yield best


def _best(
    around: tuple[str, str],
    array: str,
    shape: tuple[int, ...],
    pairs: list[tuple[tuple[int, ...], tuple[int, ...]]],
    others: list[tuple[int, ...]],
    score: Callable[[str, str], float],
) -> Family | None:
    """The best of the families with a stem and a mark around their indices."""
    stem, mark = around
    ranked: list[tuple[int, float, int, Family]] = []
    for order in permutations(range(len(shape))) if len(shape) <= 3 else [tuple(range(len(shape)))]:
        for start in (1, 0):
            family = Family(stem, array, tuple(order), start, mark)
            against = sum(
                family.index(family_key(stem, mine, mark)) != theirs for mine, theirs in pairs
            )
            if 3 * against > len(pairs):
                continue  # a slip of the author's may have led to a wrong pair
            total = 0.0
            for mine in others[:200]:
                name = family_key(stem, mine, mark)
                index = family.index(name)
                inside = index is not None and all(i < n for i, n in zip(index, shape, strict=True))
                total += score(name, key_of((array, index or ()))) if inside else -3.0
            ranked.append((-against, total, -len(ranked), family))
    return max(ranked, key=lambda row: row[:3])[3] if ranked else None


def family_key(stem: str, index: tuple[int, ...], mark: str = "") -> str:
    """A name made of a stem, its indices as they stand, and a mark."""
    if ix.above(stem) == ABOVE and index:
        stem, index = ix.with_above(stem, str(index[0])), index[1:]
    counted = [str(i) for i in index]
    comma = len(counted) > 1 and any(len(count) > 1 for count in counted)
    return stem + ("," if comma else "").join(counted) + mark


def members(family: Family, shape: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """All names of a family with the elements that they mean."""
    for index in np.ndindex(*shape):
        yield family.key(index), key_of((family.array, index))
