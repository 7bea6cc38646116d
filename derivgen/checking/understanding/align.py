"""Laying a calculation over the formula that it came from: which number was put in for which name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product

from derivgen.checking.evaluating.budget import Budget
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, is_numeric, printed_matrix, printed_number
from derivgen.checking.evaluating.values import Dual, NoValue, Real
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t

#: how many factors are laid over fewer numbers
MOST_GROUPED = 8

#: the value that a part of a formula has, where it is known
ValueOf = Callable[[t.Node], "Real | None"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A part of a formula and the number (or calculation) that stands in its place."""

    part: t.Node
    number: t.Node


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of values, and what the work is counted in."""

    value_of: ValueOf
    budget: Budget


def aligned(
    formula: t.Node, calculation: t.Node, value_of: ValueOf, budget: Budget
) -> list[Pair] | None:
    """The pairs of two formulas of one shape; None where their shapes differ.

    The order of terms and factors is taken as it stands; where known values say that an author
    changed it, as they say.  Raises OutOfWork.
    """
    return _aligned(formula, calculation, _Known(value_of, budget))


def _aligned(formula: t.Node, calculation: t.Node, known: _Known) -> list[Pair] | None:
    known.budget.spend()
    if is_numeric(formula):
        if formula == t.ONES and _is_of_ones(calculation):
            return []
        if is_numeric(calculation) and _same_number(formula, calculation, known.budget):
            return []
        return None
    match formula, calculation:
        case t.Name(key, mark), t.Name(other, after) if (key, mark) == (other, after):
            return []  # nothing was put in for it yet
        case (t.Name() | t.Derivative(), _) if _is_leaf(calculation):
            return [Pair(formula, calculation)]
        case (t.Name() | t.Derivative(), _) if _is_exact(calculation):
            # 10^{-8} for epsilon, 5/4 for a slope: it says what it is, and is no number to be printed
            value = known.value_of(formula)
            try:
                at = World(DocumentModel(), budget=known.budget).evaluate(calculation)
            except NoValue:
                return None
            same = isinstance(at, Dual) and (value is None or abs(at.value - value) < 1e-12)
            return [] if same else None
        case t.Matrix(left), t.Matrix(right):
            if [len(row) for row in left] != [len(row) for row in right]:
                return None
            cells = [
                (a, b)
                for one, two in zip(left, right, strict=True)
                for a, b in zip(one, two, strict=True)
            ]
            return _all([_aligned(a, b, known) for a, b in cells])
        case (t.Name() | t.Derivative(), t.Matrix() | t.Transposed()):
            return [Pair(formula, calculation)] if is_numeric(calculation) else None
        case t.Sum(), _:
            return _sums(formula, calculation, known)
        case t.Negated(body), t.Negated(other):
            return _aligned(body, other, known)
        case t.Negated(body), t.Product():
            return _products(formula, calculation, known)
        case t.Negated(body), _:
            return _aligned(body, _negated(calculation), known)
        case t.Product(), _:
            return _products(formula, calculation, known)
        case t.Quotient(top, bottom), t.Quotient(over, under):
            return _all([_aligned(top, over, known), _aligned(bottom, under, known)])
        case t.Power(base, exponent), t.Power(other, high):
            return _all([_raised(base, other, high, known), _aligned(exponent, high, known)])
        case t.Call(function, arguments, primes), t.Call(word, others, marks):
            if (function, primes, len(arguments)) != (word, marks, len(others)):
                return None
            return _all([_aligned(a, b, known) for a, b in zip(arguments, others, strict=True)])
        case t.Transposed(body), t.Transposed(other):
            return _aligned(body, other, known)
        case t.Transposed(body), t.Matrix(rows) if len(set(map(len, rows))) == 1:
            # the numbers in their new places
            return _aligned(body, replace(calculation, rows=tuple(zip(*rows, strict=True))), known)
    if _is_leaf(calculation) or (isinstance(calculation, t.Matrix) and is_numeric(calculation)):
        return [Pair(formula, calculation)]  # a part that was worked out before: (y - o) as 0.526
    return None


def _raised(base: t.Node, number: t.Node, exponent: t.Node, known: _Known) -> list[Pair] | None:
    """The pairs of two bases; in an even power the sign is all one, ``0.46^2`` for the square of -0.46."""
    found = _aligned(base, number, known)
    even = isinstance(exponent, t.Number) and exponent.value % 2 == 0
    if not even or found is None or all(_agrees(pair, known) for pair in found):
        return found
    turned = _aligned(base, _negated(number), known)
    return turned if turned and all(_agrees(pair, known) for pair in turned) else found


def _is_leaf(node: t.Node) -> bool:
    return printed_number(node) is not None


def _is_exact(node: t.Node) -> bool:
    """True for a power or a fraction of numbers, with a sign or without."""
    plain = node.body if isinstance(node, t.Negated) else node
    return isinstance(plain, t.Power | t.Quotient) and is_numeric(plain)


def _negated(node: t.Node) -> t.Node:
    return node.body if isinstance(node, t.Negated) else t.Negated(node, node.span)


def _is_of_ones(node: t.Node) -> bool:
    """True for a printed column or row of ones."""
    cells = printed_matrix(node)
    return cells is not None and all(number.value == 1 for row in cells for number in row)


def _same_number(left: t.Node, right: t.Node, budget: Budget) -> bool:
    nowhere = World(DocumentModel(), budget=budget)
    try:
        one, two = nowhere.evaluate(left), nowhere.evaluate(right)
    except NoValue:
        return False
    return isinstance(one, Dual) and isinstance(two, Dual) and abs(one.value - two.value) < 1e-12


def _all(parts: Sequence[list[Pair] | None]) -> list[Pair] | None:
    found: list[Pair] = []
    for part in parts:
        if part is None:
            return None
        found.extend(part)
    return found


def _sums(formula: t.Node, calculation: t.Node, known: _Known) -> list[Pair] | None:
    left, right = _terms(formula), _terms(calculation)
    runs: list[list[t.Node]] = [[]]
    for term in right:
        if isinstance(term, t.Dots):
            runs.append([])
        else:
            runs[-1].append(term)
    if len(runs) > 1:
        return _as_shown(left, runs, known)
    if len(left) != len(right):
        return [Pair(formula, calculation)] if _is_leaf(calculation) else None
    return _in_order(left, right, known)


def _as_shown(left: list[t.Node], runs: list[list[t.Node]], known: _Known) -> list[Pair] | None:
    """The pairs of a sum's first and last terms, where those between them are left out, and of runs of terms from
    their midst where they agree with known values."""
    if sum(map(len, runs)) >= len(left) or any(isinstance(term, t.Dots) for term in left):
        return None
    first, *midst, last = runs
    shown = [*left[: len(first)], *left[len(left) - len(last) :]]
    found = [_aligned(a, b, known) for a, b in zip(shown, [*first, *last], strict=True)]
    start, end = len(first), len(left) - len(last)
    for run in midst:
        for at in range(start, end - len(run) + 1):
            pairs = _all([_aligned(a, b, known) for a, b in zip(left[at:end], run, strict=False)])
            if pairs is not None and all(_agrees(pair, known) for pair in pairs):
                found.append(pairs)
                start = at + len(run)
                break
        else:
            return None
    return _all(found)


def _terms(node: t.Node, negative: bool = False) -> list[t.Node]:
    """Signed terms as nodes that carry their sign, nested sums flattened."""
    match node:
        case t.Sum(terms):
            return [part for sign, body in terms for part in _terms(body, negative != sign)]
        case t.Negated(t.Sum() as body):
            return _terms(body, not negative)
    return [_negated(node) if negative else node]


def _products(formula: t.Node, calculation: t.Node, known: _Known) -> list[Pair] | None:
    whole = Pair(formula, calculation)
    if isinstance(calculation, t.Matrix) and is_numeric(calculation):
        return [whole]  # 0.1 g as (0.06, -0.06)
    if _is_leaf(calculation) and known.value_of(formula) is not None and _agrees(whole, known):
        return [whole]  # 2 eps as 0.002
    left, right = factors(formula), factors(calculation)
    if len(left) == len(right):
        found = _in_order(left, right, known)
        if found is not None and not all(_agrees(pair, known) for pair in found):
            found = _signs_moved(left, right, known) or found
        if found is not None:
            return found
    # the case that holds is left out where it is 1, and so is any other factor
    decided = [part for part in left if not _is_one_by_cases(part, known)]
    if len(decided) == len(right) < len(left):
        return _in_order(decided, right, known)
    written = [part for part in decided if is_numeric(part) or known.value_of(part) != 1]
    if len(written) == len(right) < len(decided):
        found = _in_order(written, right, known)
        # a constant in its place tells as well
        told = any(map(is_numeric, written))
        if found is not None and (told or all(_agrees(pair, known) for pair in found)):
            return found
    # constants are gathered and moved about freely: 2 · 1/2 · (y - o) is (y - o)
    constants = [part for part in left if is_numeric(part)]
    rest = [part for part in left if not is_numeric(part)]
    if not constants:
        return [Pair(formula, calculation)] if _is_leaf(calculation) else None
    array = _left_of(right, constants, known)
    if array is not None and len(rest) > 1:
        return [Pair(t.Product(tuple(rest)), array)]  # 2 X^T u as 2 (0.3, -0.1)
    if len(rest) == len(right):
        found = _in_order(rest, right, known)
        if found is not None and not all(_agrees(pair, known) for pair in found):
            # or a number is that of a factor with its constant: 1/2 c as -1
            fitting = sum(_fits(pair, known) for pair in found)
            return _in_runs(left, right, known, fitting + 1) or found
        return found
    return None


def _left_of(right: list[t.Node], constants: list[t.Node], known: _Known) -> t.Node | None:
    """The matrix of numbers that is left of a calculation without a formula's constants; None where more is."""
    waiting = list(right)
    for one in constants:
        same = (n for n in waiting if _is_leaf(n) and _same_number(one, n, known.budget))
        if (number := next(same, None)) is None:
            return None
        waiting.remove(number)
    return waiting[0] if len(waiting) == 1 and printed_matrix(waiting[0]) is not None else None


def _is_one_by_cases(part: t.Node, known: _Known) -> bool:
    return isinstance(part, t.Cases) and known.value_of(part) in (None, 1)


def grouped(
    formula: t.Node, calculation: t.Node, value_of: ValueOf, budget: Budget
) -> list[Pair] | None:
    """The pairs of a product of more factors than its numbers, ``(a - y) a (1 - a) x`` over ``-0.3775 * 0.2350
    * 0.5``: neighbouring factors stand behind one number.  None unless all but one of the numbers tell which.
    Raises OutOfWork."""
    known = _Known(value_of, budget)
    right = factors(calculation)
    return _in_runs(factors(formula), right, known, len(right) - 1)


def _in_runs(
    left: list[t.Node], right: list[t.Node], known: _Known, least: int
) -> list[Pair] | None:
    """Pairs of runs of neighbouring factors and single numbers, of which so many fit at ``least``; None where
    not one way alone does that.  An array stands for one factor."""
    arrays = {at for at, number in enumerate(right) if printed_matrix(number) is not None}
    plain = all(at in arrays or _is_leaf(number) for at, number in enumerate(right))
    if not 1 < len(right) < len(left) <= MOST_GROUPED or not plain:
        return None
    found: list[list[Pair]] = []
    for cuts in combinations(range(1, len(left)), len(right) - 1):
        known.budget.spend(len(right))
        ends = (0, *cuts, len(left))
        runs = [left[low:high] for low, high in pairwise(ends)]
        if any(len(runs[at]) > 1 for at in arrays):
            continue
        pairs = [
            Pair(run[0] if len(run) == 1 else t.Product(tuple(run)), number)
            for run, number in zip(runs, right, strict=True)
        ]
        if sum(_fits(pair, known) for pair in pairs) >= least:
            found.append(pairs)
    return found[0] if len(found) == 1 else None


def _fits(pair: Pair, known: _Known) -> bool:
    """True where a known value is the number."""
    value, number = known.value_of(pair.part), printed_number(pair.number)
    return value is not None and number is not None and number.fit(value) is not Fit.OFF


def _signs_moved(left: list[t.Node], right: list[t.Node], known: _Known) -> list[Pair] | None:
    """Pairs that agree once signs are moved between the factors, in whatever order these stand: ``- eta g`` with
    g = -0.04 is ``+ 0.5 * 0.04``.  None where they do not, or where the sign of the whole is another one."""
    found: list[Pair] = []
    waiting = list(right)
    odd, free = False, False
    for part in left:
        for number, turned in product(waiting, (False, True)):
            pairs = _aligned(part, _negated(number) if turned else number, known)
            if pairs is not None and all(_agrees(pair, known) for pair in pairs):
                found.extend(pairs)
                waiting.remove(number)
                odd = odd != turned
                free = free or any(known.value_of(pair.part) is None for pair in pairs)
                break
        else:
            return None
    return found if free or not odd else None


def factors(node: t.Node) -> list[t.Node]:
    """The factors of a product, nested ones flattened, a leading minus as its first factor's."""
    match node:
        case t.Product(parts):
            return [inner for part in parts for inner in factors(part)]
        case t.Negated(t.Product() as body):
            first, *rest = factors(body)
            return [_negated(first), *rest]
    return [node]


def _in_order(left: list[t.Node], right: list[t.Node], known: _Known) -> list[Pair] | None:
    """Pairs in the order that stands there, or in the one that known values ask for."""
    straight = [_aligned(a, b, known) for a, b in zip(left, right, strict=True)]
    if all(part is not None for part in straight) and all(
        _agrees(pair, known) for part in straight for pair in part or ()
    ):
        return _all(straight)
    turned = _by_value(left, right, known)
    return turned if turned is not None else _all(straight)


def _agrees(pair: Pair, known: _Known) -> bool:
    value, number = known.value_of(pair.part), printed_number(pair.number)
    return value is None or number is None or number.fit(value) is not Fit.OFF


def _by_value(left: list[t.Node], right: list[t.Node], known: _Known) -> list[Pair] | None:
    """Another order in which every pair agrees; None where there is none.  What has a value looks for its number
    first: any number would do for the rest."""
    waiting = list(right)
    found: list[Pair] = []
    for part in sorted(left, key=lambda part: known.value_of(part) is None):
        for number in waiting:
            pairs = _aligned(part, number, known)
            if pairs is not None and all(_agrees(pair, known) for pair in pairs):
                found.extend(pairs)
                waiting.remove(number)
                break
        else:
            return None
    return found
