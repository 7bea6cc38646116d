"""The columns of a family: what differs from copy to copy, as texts made by array operations.

A column says where its numbers lie in an array; the texts of an array in which few numbers come again
and again are made once and looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from derivgen.formula.tree import Hole

#: the texts of an array of at most so many numbers, or of so many different ones, are kept
MOST_KEPT = 4096

#: the copies that are made at one time, as flat positions in their array
Copies = np.ndarray
Column = Callable[[Copies], Sequence[str]]


@dataclass(slots=True)
class Columns:
    """The columns of one family, each made once; a hole stands for one of them."""

    _makers: list[Column] = field(default_factory=list)
    _known: dict[Hashable, Hole] = field(default_factory=dict)

    def hole(self, key: Hashable, column: Column) -> Hole:
        """The hole of a column; ``key`` says what it is, so that equal ones are shared."""
        if key not in self._known:
            self._known[key] = Hole(len(self._makers), 0)
            self._makers.append(column)
        return self._known[key]

    def texts(self, copies: Copies) -> tuple[Sequence[str], ...]:
        """Every column, in the order of its hole."""
        return tuple(maker(copies) for maker in self._makers)


def widths_of(texts: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """How many characters to expect in each column."""
    return tuple(max(map(len, column), default=1) for column in texts)


class Digits:
    """The printed digits of an array's numbers, by their flat positions."""

    def __init__(self, values: np.ndarray, write: Callable[[np.ndarray], list[str]]) -> None:
        self._values = values.reshape(-1)
        self._write = write
        self._last: tuple[np.ndarray, list[str]] | None = None
        self._codes: np.ndarray | None = None
        self._table: dict[bool, np.ndarray] = {}
        found = _repeated(self._values)
        if found is not None:
            distinct, self._codes = found
            self._table[False] = _texts(self._write(distinct))

    def texts(self, at: np.ndarray) -> list[str]:
        """The digits at some positions."""
        return self._found(at, False)

    def factors(self, at: np.ndarray) -> list[str]:
        """The same where they stand behind an operator: a negative number in parentheses."""
        return self._found(at, True)

    def _found(self, at: np.ndarray, factor: bool) -> list[str]:
        if self._codes is not None:
            if factor and factor not in self._table:
                self._table[factor] = _texts(_in_parentheses(self._table[False].tolist()))
            found: list[str] = self._table[factor].take(self._codes.take(at)).tolist()
            return found
        # the same numbers often stand in a column as they are and in another as a factor
        if self._last is None or self._last[0] is not at:
            self._last = at, self._write(self._values.take(at))
        return _in_parentheses(self._last[1]) if factor else self._last[1]


def _repeated(values: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The different numbers of an array and which of them stands where; None where there are many."""
    if values.size <= MOST_KEPT:
        return values, np.arange(values.size)
    if values.dtype == object:
        return None
    if _distinct(values[:MOST_KEPT]).size > MOST_KEPT // 2:
        return None
    distinct = _distinct(values)
    if distinct.size > MOST_KEPT:
        return None
    return distinct, np.searchsorted(distinct, values).astype(np.int32)


def _distinct(values: np.ndarray) -> np.ndarray:
    """The different numbers, ascending; numpy's own ``unique`` loads its masked arrays for it."""
    ordered = np.sort(values)
    first = np.ones(ordered.size, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _texts(texts: list[str]) -> np.ndarray:
    found = np.empty(len(texts), dtype=object)
    found[:] = texts
    return found


def _in_parentheses(texts: Sequence[str]) -> list[str]:
    return [f"({text})" if text[0] == "-" else text for text in texts]


class Labels:
    """The printed indices along one axis of an array."""

    def __init__(self, size: int, first: int) -> None:
        self._first = first
        self._size = size if size <= MOST_KEPT else 0
        self._table = _texts([str(first + index) for index in range(self._size)])

    def texts(self, index: np.ndarray) -> list[str]:
        """The indices as they are printed; one may lie outside the array."""
        if index.size and index.min() >= 0 and index.max() < self._size:
            found: list[str] = self._table.take(index).tolist()
            return found
        return list(map(str, (index + self._first).tolist()))
