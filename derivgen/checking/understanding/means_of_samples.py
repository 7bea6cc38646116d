"""The loss of all samples that only has a value: it is the mean, or the sum, of theirs, where that is what was printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, Printed, printed_number
from derivgen.checking.evaluating.values import NoValue, scalar
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in
from derivgen.checking.understanding.decided import Decided

#: decimals that a value needs to tell what it is of
FEWEST_DECIMALS = 3


def find_means_of_samples(decided: Decided) -> None:
    """``L = 0.4423`` of which derivatives are taken is the mean of ``l^(1), ..., l^(4)``."""
    wanted = {
        key: number
        for key in sorted(decided.numerators - decided.definitions.keys())
        if (number := printed_number(decided.values.get(key) or t.Words(""))) is not None
        and number.decimals >= FEWEST_DECIMALS
    }
    families = list(_families(decided)) if wanted else []
    for key, number in wanted.items():
        fitting = [
            formula
            for names in families
            for formula in _formulas(names)
            if _gives(decided, formula, number) and key not in names
        ]
        if len(fitting) == 1:
            decided.definitions[key] = fitting[0]


def _families(decided: Decided) -> Iterator[list[str]]:
    """What is computed for each sample, and read by nothing."""
    read = {name for node in decided.definitions.values() for name in names_in(node)}
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for key in decided.definitions:
        if ix.above(key).isdigit():
            found[ix.without_above(key)][int(ix.above(key))] = key
    for cells in found.values():
        whole = sorted(cells) == list(range(1, len(cells) + 1)) and len(cells) > 1
        if whole and read.isdisjoint(cells.values()):
            yield [cells[n] for n in sorted(cells)]


def _formulas(names: list[str]) -> Iterator[t.Node]:
    total = t.Sum(tuple((False, t.Name(name, written=name)) for name in names))
    count = len(names)
    yield t.Quotient(total, t.Number(str(count), Fraction(count)))
    yield total


def _gives(decided: Decided, formula: t.Node, number: Printed) -> bool:
    model = DocumentModel(decided.definitions, decided.values, decided.elements)
    try:
        value = scalar(World(model).evaluate(formula))
    except (NoValue, OutOfWork):
        return False
    return value is not None and number.fit(value) is Fit.ROUNDED
