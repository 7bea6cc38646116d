"""Equations in index letters, spelled out for every cell that there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.arrays import Shaped

#: what rates of decay are called: with the number of a step above, they are raised to it
_DECAYS = frozenset({"beta", "rho", "gamma", "mu"})


def spelled_out(
    key: str, side: t.Node, arrays: Mapping[str, Shaped], used: Iterable[str]
) -> dict[str, t.Node]:
    """The instances of an equation in index letters: ``z_i = ...`` for every cell that there is."""
    base, pieces = ix.split(key)
    high = ix.above(key)
    letters = [piece for piece in pieces if piece in ix.LETTERS]
    if high in ix.ABOVE:
        letters.insert(0, high)
    elif high and not high.isdigit():
        return {}
    if not letters or not set(ix.free_letters(side)) <= set(letters) or _has_open_window(side):
        return {}
    found: dict[str, t.Node] = {}
    ranges = list(
        _ranges_above(key, used) if high in ix.ABOVE else _ranges(base, pieces, arrays, used)
    )
    if not high and not any(array.base == base for array in arrays.values()):
        # p_i = exp(z_i) / s is said of each z_i, though only p_1 may be named
        ranges = sorted({*ranges, *_ranges_of_side(letters, side, arrays, used)})
    elif not ranges and letters == [high]:
        ranges = _ranges_above_in(high, side, used)  # nor is each sample's loss named
    for indices in ranges:
        here = dict(zip(letters, indices, strict=True))
        found[ix.put_in(key, here)] = _counted(ix.at(side, here), here)
    return found


def _counted(node: t.Node, indices: Mapping[str, int]) -> t.Node:
    """A formula with a number for an index that is an exponent, ``1 - \\beta^t``, or a number: ``0.2 / (1 + k)``."""
    if isinstance(node, t.Name) and node.key in indices and not node.mark:
        count = indices[node.key]
        return t.Number(str(count), Fraction(count), span=node.span)
    if isinstance(node, t.Name) and node.mark in indices and ix.split(node.key)[0] in _DECAYS:
        base: t.Node = t.Name(node.key, written=node.key)
        exponent = node.mark
    elif (
        isinstance(node, t.Power)
        and isinstance(node.exponent, t.Name)
        and node.exponent.key in indices
    ):
        base, exponent = node.base, node.exponent.key
    else:
        return rebuilt(node, lambda part: _counted(part, indices))
    number = indices[exponent]
    return t.Power(base, t.Number(str(number), Fraction(number)), node.span)


def _ranges_of_side(
    letters: Sequence[str], side: t.Node, arrays: Mapping[str, Shaped], used: Iterable[str]
) -> list[tuple[int, ...]]:
    """The values of the letters for which all names on the right have numbers: ``p_i = w x_i + b`` where there are
    x_1 and x_2, and no p_1."""
    found: list[list[int]] = []
    used = list(used)
    for letter in letters:
        ranges: list[set[int]] = []
        for name in t.names_of(side):
            base, pieces = ix.split(name.key)
            if letter not in pieces or ix.above(name.key):
                continue
            at = [piece for piece in pieces if piece in ix.LETTERS].index(letter)
            ranges.append({row[at] for row in _ranges(base, pieces, arrays, used)})
        if not ranges:
            return []
        found.append(sorted(set.intersection(*ranges)))
    return list(product(*found))


def _has_open_window(side: t.Node) -> bool:
    """True for ``max_p a_2r+p``: how far p goes is not said, nor does any name tell."""
    for part in t.walk(side):
        if isinstance(part, t.BigSum) and part.index and part.upper is None:
            pieces = [piece for name in t.names_of(part.body) for piece in ix.split(name.key)[1]]
            if part.index not in pieces and any(
                ix.is_moved(piece) and part.index in piece for piece in pieces
            ):
                return True
    return False


def _ranges_above(key: str, used: Iterable[str]) -> list[tuple[int, ...]]:
    """The values of the index above and of the letters below, for every name that stands there."""
    base, pieces = ix.split(ix.without_above(key))
    seen: set[tuple[int, ...]] = set()
    plain = {other: ix.without_above(other) for other in used}
    known = set(plain.values())
    for other in plain:
        number = ix.above(other)
        head, parts = ix.split_as(plain[other], len(pieces), known)
        if number.isdigit() and head == base and len(parts) == len(pieces):
            pairs = list(zip(pieces, parts, strict=True))
            if all(b.isdigit() if a in ix.LETTERS else a == b for a, b in pairs):
                low = (int(b) for a, b in pairs if a in ix.LETTERS)
                seen.add((int(number), *low))
    if ix.above(key) == "L" and seen:
        last = max(seen)[0]
        seen = {row for row in seen if row[0] == last}
    return sorted(seen)


def _ranges_above_in(letter: str, side: t.Node, used: Iterable[str]) -> list[tuple[int, ...]]:
    """The numbers above for which all names on the right have one: ``c^(i) = y^(i) p^(i)`` where there are y^(1) and
    p^(1), and no c^(1)."""
    used = list(used)
    names = {name.key for name in t.names_of(side) if ix.above(name.key) == letter}
    numbers = [set(_ranges_above(key, used)) for key in names]
    return sorted(set.intersection(*numbers)) if numbers else []


def _ranges(
    base: str, pieces: Sequence[str], arrays: Mapping[str, Shaped], used: Iterable[str]
) -> Iterator[tuple[int, ...]]:
    """The values of the letters: those of an array of that base, or of names that stand there."""
    count = sum(piece in ix.LETTERS for piece in pieces)
    for array in arrays.values():
        if array.base == base and not array.mark and count == len(pieces):
            sizes = array.sizes() if count == 2 else (max(array.shape),)
            if count in (1, 2):
                yield from product(
                    *(range(a, a + n) for a, n in zip(array.start, sizes, strict=False))
                )
                return
    seen = set()
    known = set(used)
    for other in known:
        head, parts = ix.split_as(other, len(pieces), known)
        if head == base and len(parts) == len(pieces):
            fits = all(
                a == b or (a in ix.LETTERS and b.isdigit())
                for a, b in zip(pieces, parts, strict=True)
            )
            if fits:
                seen.add(
                    tuple(
                        int(b)
                        for a, b in zip(pieces, parts, strict=True)
                        if a in ix.LETTERS and b.isdigit()
                    )
                )
    yield from sorted(row for row in seen if len(row) == count)
