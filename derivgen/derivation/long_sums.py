"""Which terms of a long sum are written, and which stand behind its dots."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice, pairwise

#: so many of the first terms stand before the dots of a long sum, and the last one behind them
_BEFORE_DOTS = 3


def before_dots(most: int) -> int:
    """How many of the first terms are shown of a sum that has more than ``most`` of them; so few that the
    dots stand for two at the least."""
    return max(1, min(_BEFORE_DOTS, most - 2))


def told(count: int, before: int, carries: Callable[[int], bool]) -> list[int]:
    """The places of those of ``count`` terms that are written: the first ones, ``before`` of them, and the last; where
    next to none of these carries anything, such as do."""
    last = count - 1
    first = [*range(before), last]
    if sum(map(carries, first)) > 1:
        return first
    carrying = islice(filter(carries, range(1, last)), max(1, before - 1))
    chosen = sorted({0, last, *carrying})
    # in the place of a single term, dots save nothing
    alone = [b - 1 for a, b in pairwise(chosen) if b == a + 2]
    return sorted({*chosen, *alone}) if len(chosen) > 2 else first
