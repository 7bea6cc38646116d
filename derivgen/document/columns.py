"""The columns of a family: what differs from copy to copy, as texts made by array operations.

A column says where its numbers lie in an array; the texts of an array in which few numbers come again
and again are made once and looked up.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np

from derivgen.document.worked import MOST_EXTRA_DIGITS
from derivgen.formula.tree import Hole

#: the texts of an array of at most so many numbers, or of so many different ones, are kept
MOST_KEPT = 4096

#: the copies that are made at one time, as flat positions in their array
Copies = np.ndarray
Column = Callable[[Copies], Sequence[str]]


@dataclass
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


@dataclass(frozen=True)
class Signs(Sequence[str]):
    """A column of signs: which of their names stands in each copy."""

    names: tuple[str, ...]
    which: np.ndarray

    def __len__(self) -> int:
        return int(self.which.size)

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> Signs: ...

    def __getitem__(self, at: int | slice) -> str | Signs:
        if isinstance(at, slice):
            return Signs(self.names, self.which[at])
        return self.names[int(self.which[at])]

    def texts(self, written: Callable[[str], str]) -> list[str]:
        """What is written for each copy."""
        known = _texts([written(name) for name in self.names])
        found: list[str] = known.take(self.which).tolist()
        return found


@dataclass(frozen=True)
class Printing:
    """How the numbers of an array are printed: their texts and the numbers that these mean, with so
    many digits more than the policy's."""

    texts: Callable[[np.ndarray, int], list[str]]
    numbers: Callable[[np.ndarray, int], np.ndarray]


class Digits(ABC):
    """The printed digits of an array's numbers, by their flat positions.

    Where ``extra`` is given, it says how many digits more each of them has.
    """

    def texts(self, at: np.ndarray, extra: np.ndarray | None = None) -> list[str]:
        """The digits at some positions."""
        return self._found(at, extra, False)

    def factors(self, at: np.ndarray, extra: np.ndarray | None = None) -> list[str]:
        """The same where they stand behind an operator: a negative number in parentheses."""
        return self._found(at, extra, True)

    @abstractmethod
    def values(self, at: np.ndarray) -> np.ndarray:
        """The numbers themselves."""

    @abstractmethod
    def numbers(self, at: np.ndarray, extra: int) -> np.ndarray:
        """What the printed digits mean, with so many digits more."""

    @abstractmethod
    def _found(self, at: np.ndarray, extra: np.ndarray | None, factor: bool) -> list[str]: ...


class Computed(Digits):
    """The digits of numbers that were computed: rounded."""

    def __init__(self, values: np.ndarray, printing: Printing) -> None:
        self._values = values.reshape(-1)
        self._printing = printing
        self._last: tuple[np.ndarray, list[str]] | None = None
        self._table: _DigitTable | None = None
        repeated = _repeated(self._values)
        if repeated is not None:
            self._table = _DigitTable(*repeated, printing)

    def values(self, at: np.ndarray) -> np.ndarray:
        return self._values.take(at)

    def numbers(self, at: np.ndarray, extra: int) -> np.ndarray:
        if self._table is not None:
            return self._table.numbers(at, extra)
        return self._printing.numbers(self._values.take(at), extra)

    def _found(self, at: np.ndarray, extra: np.ndarray | None, factor: bool) -> list[str]:
        if extra is not None and not extra.any():
            extra = None
        if self._table is not None:
            return self._table.texts(at, extra, factor)
        # the same numbers often stand in a column as they are and in another as a factor
        if self._last is None or self._last[0] is not at:
            self._last = at, self._printing.texts(self._values.take(at), 0)
        found = self._last[1]
        if extra is not None:
            found = list(found)
            for count in range(1, int(extra.max()) + 1):
                where = np.flatnonzero(extra == count)
                longer = self._printing.texts(self._values.take(at[where]), count)
                for place, text in zip(where.tolist(), longer, strict=True):
                    found[place] = text
        return _in_parentheses(found) if factor else found


class Written(Digits):
    """The digits of given numbers, as their author wrote them, however many digits others have.

    ``at`` says which of the numbers is meant at each position (None: the one that is there)."""

    def __init__(self, values: np.ndarray, texts: np.ndarray, at: np.ndarray | None = None) -> None:
        self._values = values.reshape(-1)
        self._at = at
        self._texts = {False: texts.reshape(-1)}

    def values(self, at: np.ndarray) -> np.ndarray:
        return self._values.take(self._where(at))

    def numbers(self, at: np.ndarray, _: int) -> np.ndarray:
        return self.values(at)

    def _found(self, at: np.ndarray, _: np.ndarray | None, factor: bool) -> list[str]:
        if factor and True not in self._texts:
            self._texts[True] = _texts(_in_parentheses(self._texts[False].tolist()))
        found: list[str] = self._texts[factor].take(self._where(at)).tolist()
        return found

    def _where(self, at: np.ndarray) -> np.ndarray:
        return at if self._at is None else self._at.take(at)


class _DigitTable:
    """The digits of few different numbers, which are looked up."""

    def __init__(self, distinct: np.ndarray, codes: np.ndarray, printing: Printing) -> None:
        self._distinct = distinct
        self._codes = codes
        self._printing = printing
        #: for each number of extra digits, the texts, and what they mean
        self._texts: dict[bool, list[np.ndarray]] = {False: [], True: []}
        self._joined: dict[bool, np.ndarray] = {}
        self._numbers: dict[int, np.ndarray] = {}

    def texts(self, at: np.ndarray, extra: np.ndarray | None, factor: bool) -> list[str]:
        codes = self._codes.take(at)
        most = 0
        if extra is not None:
            codes = codes + extra.astype(np.intp) * self._distinct.size
            most = int(extra.max())
        rows = self._texts[factor]
        if len(rows) <= most:
            for count in range(len(rows), most + 1):
                texts = self._printing.texts(self._distinct, count)
                rows.append(_texts(_in_parentheses(texts) if factor else texts))
            self._joined[factor] = np.concatenate(rows)
        found: list[str] = self._joined[factor].take(codes).tolist()
        return found

    def numbers(self, at: np.ndarray, extra: int) -> np.ndarray:
        if extra not in self._numbers:
            self._numbers[extra] = self._printing.numbers(self._distinct, extra)
        return self._numbers[extra].take(self._codes.take(at))


def enough_digits(
    value: Callable[[np.ndarray, int], np.ndarray],
    results: np.ndarray,
    compare: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray]:
    """How many digits more the operands of each copy need for them to give its printed result, and
    whether they then give it exactly.

    ``value`` gives what the printed operands of some copies give with so many digits more;
    ``compare`` says where such values are printed as the results are, and where they are that.
    """
    extra = np.zeros(results.size, dtype=np.intp)
    exact = np.zeros(results.size, dtype=bool)
    waiting = np.arange(results.size)
    for count in range(MOST_EXTRA_DIGITS):
        same, is_it = compare(value(waiting, count), results[waiting])
        exact[waiting] = is_it
        waiting = waiting[~(same | is_it)]
        if not waiting.size:
            break
        extra[waiting] = count + 1
    return extra, exact


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
