"""Rows and columns of a network's arrays that have names of their own: ``h_t`` for one step of the states, ``k_1`` for
the key of one token, where the network has one array of all.

Key of a slice: ``s[1,:]``, a column as every vector is; ``s[1,:]^T`` where it lies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from derivgen.checking.evaluating.printed import Fit, Printed, printed_matrix
from derivgen.checking.matching.evidence import Evidence
from derivgen.checking.matching.families import indices, unmarked
from derivgen.checking.matching.network_view import WHOLE
from derivgen.checking.matching.spelling import fits
from derivgen.checking.matching.turning import TRANSPOSED

#: the share of printed numbers that have to be those of an array's slices
MOSTLY = 0.6
#: how many decimals tell one result from another
FEWEST_DECIMALS = 3

Matrix = tuple[tuple[Printed, ...], ...]


@dataclass(frozen=True, slots=True)
class _Cut:
    """Which slices names with one number are: along an axis, counted from ``start``."""

    array: str
    axis: int
    start: int

    def key(self, number: int, axes: int) -> str:
        at = [":"] * axes
        at[self.axis] = str(number - self.start)
        return f"{self.array}[{','.join(at)}]"


def by_slices(evidence: Evidence, bound: Mapping[str, str] | None = None) -> dict[str, str]:
    """Names with a number whose printed vectors are all slices of one array, with their keys.

    With the pairs ``bound`` that were found so far, a name that was found for something with the same values keeps
    that; before there are any, what has the values of a whole array is left for the equations to tell."""
    found: dict[str, str] = {}
    for stem, names in _numbered(evidence).items():
        if bound is not None:
            names = {n: a for n, a in names.items() if not _is_borne_out(evidence, a, bound)}
        printed = {n: cells for n, name in names.items() if (cells := _cells(evidence, name))}
        if not printed or stem in (bound or ()):
            continue
        if bound is None and any(_is_whole(evidence, cells) for cells in printed.values()):
            continue
        ranked = [(_share(evidence, cut, printed), cut) for cut in _cuts(evidence)]
        best = max((share for share, _ in ranked), default=0.0)
        cuts = [cut for share, cut in ranked if share == best]
        if best < MOSTLY or len({cut.array for cut in cuts}) > 1:
            continue
        cut = cuts[0]
        value = evidence.network.values[cut.array]
        for number, name in names.items():
            if 0 <= number - cut.start < value.shape[cut.axis]:
                lies = number in printed and len(printed[number]) == 1 < len(printed[number][0])
                key = cut.key(number, value.ndim)
                found[name] = key + (TRANSPOSED if lies and value.ndim == 2 else "")
    return found


def _is_whole(evidence: Evidence, cells: Matrix) -> bool:
    """True for the values of a whole array, to all of their digits."""
    return any(True for _ in _wholes(evidence, cells))


def _wholes(evidence: Evidence, cells: Matrix) -> Iterator[str]:
    """The arrays that have some printed values, to all of their digits."""
    for name, value in evidence.network.values.items():
        ways = _ways(value) if value.ndim in (1, 2) else ()
        if any(
            all(
                number.fit(float(way[i, j])) is Fit.ROUNDED
                for i, row in enumerate(cells)
                for j, number in enumerate(row)
            )
            for way in ways
            if way.shape == (len(cells), len(cells[0]))
        ):
            yield name


def by_results(evidence: Evidence, bound: Mapping[str, str]) -> dict[str, str]:
    """Arrays that are computed in another way than the network's, and are printed with the values of one of
    these and of no other."""
    found: dict[str, str] = {}
    for name in evidence.author.keys:
        cells = _cells(evidence, name)
        if name in bound or cells is None or evidence.author.is_given(name):
            continue
        digits = max(number.decimals for row in cells for number in row)
        alike = list(_wholes(evidence, cells)) if digits >= FEWEST_DECIMALS else []
        if len(alike) == 1 and WHOLE + alike[0] not in bound.values():
            found[name] = WHOLE + alike[0]
    return found


def _ways(value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An array as it stands, a vector as a column, and the other way round."""
    wanted = value.reshape(-1, 1) if value.ndim < 2 else value
    return wanted, wanted.T


def _numbered(evidence: Evidence) -> dict[str, dict[int, str]]:
    """The names that end in one number, or have one above, by what stands around that."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for name in evidence.author.keys:
        bare, mark = unmarked(name)
        for stem, (number,) in ((s, n) for s, n in indices(bare, 1) if len(n) == 1):
            if not mark and evidence.author.is_whole(name):
                found[stem][number] = name
    return found


def _is_borne_out(evidence: Evidence, name: str, bound: Mapping[str, str]) -> bool:
    """True for a name that was matched and whose print is what it was matched with."""
    key = bound.get(name)
    if key is None:
        return False
    value, cells = evidence.network.value(key), _cells(evidence, name)
    if value is None or not cells:
        return True
    shape = len(cells), len(cells[0])
    return any(way.shape == shape and fits(cells, way) for way in _ways(value))


def _cells(evidence: Evidence, name: str) -> Matrix | None:
    matrices = map(printed_matrix, evidence.author.printed(name))
    return next((cells for cells in matrices if cells), None)


def _cuts(evidence: Evidence) -> Iterator[_Cut]:
    """The ways to cut arrays of several axes, the usual ones first."""
    for name, value in evidence.network.values.items():
        if 2 <= value.ndim <= 3:
            yield from (
                _Cut(name, axis, start) for axis, start in product(range(value.ndim), (1, 0))
            )


def _share(evidence: Evidence, cut: _Cut, printed: Mapping[int, Matrix]) -> float:
    """The share of the printed numbers that are those of the slices: one may be a slip, where another name's are
    all right; 0 for slices of another shape."""
    value = np.asarray(evidence.network.values[cut.array], dtype=float)
    right = total = whole = 0
    for number, cells in printed.items():
        at = number - cut.start
        if not 0 <= at < value.shape[cut.axis]:
            return 0.0
        part = np.take(value, at, axis=cut.axis)
        ways = _ways(part) if part.ndim < 2 else (part,)
        shape = len(cells), len(cells[0])
        fitting = [way for way in ways if way.shape == shape]
        if not fitting:
            return 0.0
        alike = max(
            sum(
                cell.fit(float(way[i, j])) is not Fit.OFF
                for i, row in enumerate(cells)
                for j, cell in enumerate(row)
            )
            for way in fitting
        )
        right, total = right + alike, total + shape[0] * shape[1]
        whole += alike == shape[0] * shape[1]
    return right / total if whole else 0.0
