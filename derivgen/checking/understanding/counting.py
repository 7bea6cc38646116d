"""``At t = 1 ...  At t = 2 ...``: index letters that are counted up in the text say where it is, and claim nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import printed_number
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

#: letters by which authors count
_COUNTING = ix.LETTERS | {"t"}


def without_counting(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements but for those that only give an index letter one whole number after the other."""
    seen: dict[str, set[int]] = defaultdict(set)
    computed: set[str] = set()
    for statement in statements:
        letter = _letter(statement)
        if letter is None:
            continue
        number = _count(statement)
        if number is None:
            computed.add(letter)
        else:
            seen[letter].add(number)
    counters = {letter for letter, found in seen.items() if len(found) > 1} - computed
    return tuple(statement for statement in statements if _letter(statement) not in counters)


def counted_up(statements: Sequence[Statement]) -> frozenset[str]:
    """The letters that are given one more each time, and are no values of anything: ``Step t = 1``, ``Step t = 2``."""
    seen: dict[str, list[int | None]] = defaultdict(list)
    for statement in statements:
        letter = _letter(statement)
        if letter is not None:
            seen[letter].append(_count(statement))
    return frozenset(
        letter
        for letter, found in seen.items()
        if len(found) > 1
        and found[0] is not None
        and found == list(range(found[0], found[0] + len(found)))
    )


def _letter(statement: Statement) -> str | None:
    left = statement.left
    if isinstance(left, t.Name) and not left.mark and left.key in _COUNTING:
        return left.key
    return None


def _count(statement: Statement) -> int | None:
    """The whole number that a statement gives its letter, where it says nothing else."""
    segments = statement.chain.segments
    if statement.chain.continued or len(segments) != 2:
        return None
    number = printed_number(segments[1].body)
    if number is None or number.decimals > 0 or number.value < 0:
        return None
    return int(number.value)
