"""Parts of a document in which the same letters stand for other things: an activation and then another one, a loss and
then another one, an example and then another one with other numbers.

Such a part begins at a heading, or at words in bold, under which a quantity is computed by another function, or under
which nearly all that was given has other values."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import mpmath

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.equality import DIGITS, Equality, Outcome
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import is_numeric, is_printed
from derivgen.checking.maths import tree as t
from derivgen.checking.understanding.statements import Statement

_MARK = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+\S|\\(?:sub)*(?:section|paragraph)\*?\{|\\textbf\{"
    r"|(?:[-*+][ \t]+|\d+[.)][ \t]+)?\*\*[^*\n]{1,80}\*\*|\(?[a-h1-9]\)[ \t])[^\n]*",
    re.MULTILINE,
)
#: headings of what goes on with the numbers before
_ONWARD = re.compile(
    r"epoch|iterat|step|updat|after|second pass|next pass|schritt|durchgang|paso|étape",
    re.IGNORECASE,
)
#: functions that are one but for a factor: to take one for the other is a slip
_LOGARITHMS = frozenset({"log", "log10", "log2"})
#: what else has a meaning of its own
_SIZES = frozenset({"max", "min", "abs", "norm"})
#: given quantities that are other ones in the next example, and their share of all that are given
LEAST_GIVEN, SHARE = 3, 0.8


@dataclass(frozen=True)
class Part:
    """From where to where in the text something stands for a thing of its own, and the number of that."""

    start: int
    end: int
    number: int


def versions(statements: Sequence[Statement], text: str) -> list[Part]:
    """The parts, numbered from 1 on; none where letters stand for one thing throughout."""
    marks = list(_MARK.finditer(text))
    starts = [0, *(found.start() for found in marks)]
    begins = [mark.start() for mark in marks]
    sections = [bisect_right(begins, s.source(s.chain.span[0])) for s in statements]
    onward = {at for at, mark in enumerate(marks, 1) if _ONWARD.search(mark[0])}
    found = sorted(_by_functions(statements, sections)) or sorted(
        set(_by_values(statements, sections)) - onward
    )
    if len(found) < 2:
        return []
    ends = [*(starts[section] for section in found[1:]), len(text)]
    return [
        Part(starts[section], end, number)
        for number, (section, end) in enumerate(zip(found, ends, strict=True), 1)
    ]


def _by_functions(statements: Sequence[Statement], sections: Sequence[int]) -> set[int]:
    """The sections in which a quantity is another function of the same names than before."""
    formulas: dict[str, dict[int, t.Node]] = defaultdict(dict)
    for section, statement in zip(sections, statements, strict=True):
        left, members = statement.left, statement.members
        if not isinstance(left, t.Name) or left.mark or len(members) < 2:
            continue
        if not is_numeric(members[1]) and not t.has_derivative(members[1]):
            formulas[left.key].setdefault(section, members[1])
    found: set[int] = set()
    for of_key in formulas.values():
        (first, before), *others = sorted(of_key.items(), key=lambda pair: pair[0])
        begun = {first}
        for section, formula in others:
            if _is_another(before, formula):
                begun.add(section)
                before = formula
        found |= begun if len(begun) > 1 else set()
    return found


def _is_another(one: t.Node, two: t.Node) -> bool:
    """Whether two formulas of the same names are made by other functions, and have other values."""
    names = set(t.names_in(one))
    forms = _functions(one), _functions(two)
    if names != set(t.names_in(two)) or None in forms or forms[0] == forms[1]:
        return False
    if forms[0] is None or forms[1] is None or (forms[0] ^ forms[1]) <= _LOGARITHMS:
        return False
    free = DocumentModel(values=dict.fromkeys(names))
    budget = Budget()
    budget.begin()
    try:
        with mpmath.workdps(DIGITS):
            return Equality(free, budget).compare(one, two).outcome is Outcome.DIFFERENT
    except (OutOfWork, v.NoValue):
        return False


def _functions(node: t.Node) -> frozenset[str] | None:
    """The functions in a formula; None where one of them has only a letter."""
    found: set[str] = set()
    for part in t.walk(node):
        if isinstance(part, t.Call):
            if not v.is_function(part.function) and part.function not in _SIZES:
                return None
            found.add(part.function)
        elif isinstance(part, t.Power):
            found.add("power")
        elif isinstance(part, t.Cases):
            found.add("cases")
        elif isinstance(part, t.Dots | t.Words):
            return None
    return frozenset(found)


def _by_values(statements: Sequence[Statement], sections: Sequence[int]) -> Iterator[int]:
    """The section that gives the first values, and those in which nearly all of them are other ones."""
    given: dict[int, dict[str, t.Node]] = defaultdict(dict)
    computed: set[str] = set()
    for section, statement in zip(sections, statements, strict=True):
        left, members = statement.left, statement.members
        if not isinstance(left, t.Name) or len(members) < 2:
            continue
        if len(members) == 2 and is_printed(members[1]) and not left.mark:
            given[section].setdefault(left.key, members[1])
        else:
            computed.add(left.key)
    values: dict[str, t.Node] = {}
    for section in sorted(given):
        here = {key: node for key, node in given[section].items() if key not in computed}
        again = {key for key in here.keys() & values.keys() if here[key] != values[key]}
        if not values and len(here) >= LEAST_GIVEN:
            yield section
        elif len(again) < LEAST_GIVEN or len(again) < SHARE * len(values):
            here = {key: node for key, node in here.items() if key not in values} if values else {}
        else:
            yield section
        values |= here
