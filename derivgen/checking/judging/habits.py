"""How a document prints its results: with so many decimals, or with so many significant digits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derivgen.checking.evaluating.printed import Printed, printed_number
from derivgen.checking.understanding.statements import Statement

#: so many results have to tell significant digits from decimals
TOLD_BY = 3


def usual_decimals(statements: Sequence[Statement]) -> int:
    """The most common number of decimals of the results that a document prints."""
    counts = Counter(n.decimals for n in _results(statements) if n.decimals > 1)
    return counts.most_common(1)[0][0] if counts else 4


def usual_digits(statements: Sequence[Statement]) -> int | None:
    """The number of significant digits that all results have, as far as they are not short; None where the
    document keeps to a number of decimals."""
    results = [(significant(n), n.decimals) for n in _results(statements) if n.value]
    if not results:
        return None
    digits = Counter(d for d, _ in results).most_common(1)[0][0]
    decimals = Counter(d for _, d in results).most_common(1)[0][0]
    # 88800 with three digits: hardly by chance
    long_ones = [n for n in _results(statements, whole=True) if significant(n) > digits]
    round_ones = [n for n in long_ones if with_digits(n, digits) is not n]
    for_digits = sum(one == digits and other != decimals for one, other in results)
    for_digits += len(round_ones)
    for_decimals = sum(one != digits and other == decimals for one, other in results)
    for_decimals += len(long_ones) - len(round_ones)
    return digits if for_digits >= TOLD_BY and for_digits > for_decimals else None


def with_digits(number: Printed, digits: int | None) -> Printed:
    """A whole number with the digits that a document prints everywhere: ``2300`` of three is some hundreds and
    tens, and ``7`` is 7.00."""
    if digits is None or number.decimals != 0 or not number.value:
        return number
    decimals = digits - significant(number)
    unit = replace(number, decimals=decimals).unit
    return replace(number, decimals=decimals) if number.value % unit == 0 else number


def significant(number: Printed) -> int:
    """How many digits a number is written with, from the first one that is not 0."""
    written = number.text.partition("e")[0]
    return len("".join(c for c in written if c.isdigit()).lstrip("0"))


def _results(statements: Sequence[Statement], *, whole: bool = False) -> Iterator[Printed]:
    """The numbers that the lines of a document come to: those with decimals, or the whole ones."""
    for statement in statements:
        chain = statement.chain
        for segment in chain.segments[0 if chain.continued else 1 :]:
            number = printed_number(segment.body)
            if number is not None and (number.decimals == 0 if whole else number.decimals > 0):
                yield number
