"""Which quantities are given, and their values: as printed, or as put into a formula."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import mpmath

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.budget import OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import (
    Fit,
    Printed,
    is_fraction,
    is_numeric,
    is_printed,
    printed_matrix,
    printed_number,
)
from derivgen.checking.evaluating.resolving import CONSTANTS, UPDATE_MARKS, index_range
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import full_key, names_in
from derivgen.checking.understanding import align
from derivgen.checking.understanding.arrays import family, has_dots, numbered
from derivgen.checking.understanding.before_steps import values_before_steps
from derivgen.checking.understanding.decided import Decided

#: how many rules of one parameter are laid over how many of its calculations
MOST_RULES = 20


#: what numbers of samples and of features are called
COUNTS = frozenset({"n", "m", "N", "M", "d_k", "d_model"})


def give_values(decided: Decided) -> None:
    for key, nodes in decided.notes.printed.items():
        if key not in decided.definitions and _is_of_each(decided, key):
            continue
        decided.values[key] = nodes[0] if key not in decided.definitions else nodes[-1]
    for key, nodes in decided.notes.calculations.items():
        taken = key in decided.values or key in decided.definitions
        if not taken and not _is_of_each(decided, key):
            table = decided.values if is_fraction(nodes[0]) else decided.definitions
            table[key] = nodes[0]
    before = values_before_steps(decided, lambda part, numbers: _pairs(decided, part, numbers))
    decided.values.update(before)
    votes: dict[str, list[t.Node]] = defaultdict(list)
    substitutions = [
        *decided.notes.substitutions,
        *(
            (decided.definitions[key], node)
            for key, nodes in decided.notes.calculations.items()
            if key in decided.definitions
            for node in nodes
        ),
        *_put_into_updates(decided),
    ]
    known = {*decided.values, *decided.definitions, *decided.cells, *decided.lost}
    for formula, calculation in substitutions:
        for pair in _pairs(decided, formula, calculation):
            if isinstance(pair.part, t.Name) and is_printed(pair.number):
                key = full_key(pair.part)
                if pair.part.mark in UPDATE_MARKS and key not in decided.definitions:
                    continue
                if key not in known:
                    votes[key].append(pair.number)
    places = numbered({*decided.values, *decided.definitions}) if votes else {}
    for key, numbers in votes.items():
        number = Counter(numbers).most_common(1)[0][0]
        if not _is_given_by_cells(number, family(key, places)):
            decided.put_in.add(key)
            decided.values[key] = _most_exact(number, numbers)


def _is_given_by_cells(number: t.Node, cells: list[list[str]]) -> bool:
    """True for an array whose cells have names, and values, of their own."""
    numbers = printed_matrix(number)
    return numbers is not None and list(map(len, numbers)) == list(map(len, cells))


def _most_exact(number: t.Node, numbers: list[t.Node]) -> t.Node:
    """The one of several numbers that has most digits and is printed as ``number`` with fewer."""
    short = printed_number(number)
    if short is None:
        return number
    found = [(n, p) for n in dict.fromkeys(numbers) if (p := printed_number(n)) is not None]
    same = [(n, p) for n, p in found if n == number or short.fit(p.value) is Fit.ROUNDED]
    return max(same, key=lambda pair: pair[1].decimals)[0]


def _is_of_each(decided: Decided, key: str) -> bool:
    """True for ``E_k`` where E_1 is computed: it is no quantity by itself."""
    letters = ix.letters_of(key)
    return bool(letters) and any(
        ix.put_in(key, dict(zip(letters, numbers, strict=True))) in decided.definitions
        for numbers in product(range(3), repeat=min(len(letters), 3))
        if len(letters) <= 3
    )


def _pairs(decided: Decided, formula: t.Node, calculation: t.Node) -> list[align.Pair]:
    """What was put in for what; nothing where that takes too long to find, or where a number is what a formula with
    a factor comes to: ``2 h = 2``."""
    if printed_number(calculation) is not None and any(map(is_numeric, align.factors(formula))):
        return []
    decided.budget.begin()
    try:
        return align.aligned(formula, calculation, lambda _: None, decided.budget) or []
    except OutOfWork:
        return []


def _put_into_updates(decided: Decided) -> Iterator[tuple[t.Node, t.Node]]:
    """The rule of a parameter with the numbers that were put into it in another line."""
    rules: dict[str, list[t.Node]] = defaultdict(list)
    numeric: dict[str, list[t.Node]] = defaultdict(list)
    for key, side in decided.notes.updates:
        if t.has_derivative(side):
            rules[key].append(side)
        elif is_numeric(side):
            numeric[key].append(side)
    for key in rules:
        yield from product(rules[key][:MOST_RULES], numeric[key][:MOST_RULES])


def find_counts(decided: Decided) -> None:
    """The n of a sum from 1 to n is the number that is given, or the number of cells that there
    are: a whole number at every point, and not any value.  So is a whole number by the usual name of a count."""
    sums = [
        node
        for side in decided.definitions.values()
        for node in t.walk(side)
        if isinstance(node, t.BigSum) and isinstance(node.upper, t.Name)
    ]
    for key in COUNTS.difference(decided.definitions, decided.denominators):
        value = decided.values.get(key)
        if isinstance(value, t.Number) and value.decimals <= 0 < value.value:
            decided.definitions[key] = value
    _find_means(decided)
    for node in sums:
        key = full_key(node.upper) if isinstance(node.upper, t.Name) else ""
        if key in decided.definitions:
            continue
        given = printed_number(decided.values.get(key) or t.Words(""))
        if given is None:
            known = DocumentModel(decided.definitions, decided.values, decided.elements)
            last = max(index_range(known, node, {}), default=0)
            given = Printed(mpmath.mpf(last), 0, str(last))
        if given.decimals <= 0 < given.value:
            number = t.Number(str(int(given.value)), Fraction(int(given.value)), 0)
            decided.definitions[key] = number
            decided.values[key] = number


def _find_means(decided: Decided) -> None:
    """The n of ``1/n`` before a sum without bounds is the number of its terms."""
    for side in list(decided.definitions.values()):
        for node in t.walk(side):
            factors = node.factors if isinstance(node, t.Product) else ()
            sums = [f for f in factors if isinstance(f, t.BigSum) and f.upper is None]
            counts = {
                key
                for factor in factors
                if isinstance(factor, t.Quotient)
                for key in names_in(factor.bottom)
                if key in COUNTS and key not in decided.definitions
            }
            if len(sums) != 1 or len(counts) != 1 or decided.values.get(min(counts)) is not None:
                continue
            known = DocumentModel(decided.definitions, decided.values, decided.elements)
            count = len(index_range(known, sums[0], {}))
            if count > 1:
                number = t.Number(str(count), Fraction(count), 0)
                decided.definitions[min(counts)] = decided.values[min(counts)] = number


def find_leaves(decided: Decided) -> None:
    """Names that definitions read and nobody defines are given quantities without a value; one that is
    printed with dots in it is that array, of which not all is known."""
    read = {name for node in decided.definitions.values() for name in names_in(node)}
    known = {*decided.definitions, *decided.values, *decided.elements}
    plain = (ix.without_above(name) for name in known | read if not ix.letters_of(name))
    bases = {ix.split(name)[0] for name in plain}
    # p' of an update is the new p
    for name in sorted(read - decided.lost - CONSTANTS - decided.renewals.keys()):
        base, pieces = ix.split(ix.without_above(name))
        running = ix.letters_of(name) and base in bases
        running = running or any("+" in piece or "-" in piece for piece in pieces)
        if name and name not in known and not running:
            sides = decided.notes.sides.get(name, ())
            dotted = next((s for s in sides if isinstance(s, t.Matrix) and has_dots(s)), None)
            if dotted is None:
                decided.values.setdefault(name, None)
            else:
                decided.definitions[name] = dotted
