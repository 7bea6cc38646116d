"""Single mistakes put into correct documents, each with its kind and its line, and what is said of them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

import slips
from carried import reaching
from formula_mistakes import (
    consistent,
    double_factor,
    factor_two,
    formulas,
    gap,
    index,
    index_of_token,
    lost_factor,
    lost_term,
    no_rate,
    no_slope,
    product_for_sum,
    rate_twice,
    slope_at_activation,
    slope_twice,
    term_sign,
    transposed,
    update_sign,
    updates,
)
from mutated import Mutant, baseline, sites_of
from number_mistakes import (
    Operator,
    digits_swapped,
    doubled,
    neighbours_value,
    operands,
    point_moved,
    random_digit,
    results,
    sign_flipped,
    stale,
)

import derivgen
from derivgen.checking.maths import tree as t
from derivgen.checking.report import Verdict

KINDS: Mapping[str, tuple[Operator, frozenset[str]]] = {
    "random digit": (results("random digit", random_digit), frozenset({"one_digit"})),
    "digits swapped": (results("digits swapped", digits_swapped), frozenset({"digits_swapped"})),
    "point moved": (results("point moved", point_moved), frozenset({"decimal_point"})),
    "sign of a number": (results("sign of a number", sign_flipped), frozenset({"sign"})),
    "factor 2 in a number": (results("factor 2 in a number", doubled), frozenset({"factor_two"})),
    "stale number": (
        results("stale number", stale),
        frozenset({"stale_number", "old_value"}),
    ),
    "digit of an operand": (
        operands("digit of an operand", random_digit),
        frozenset({"one_digit"}),
    ),
    "operand's digits swapped": (
        operands("operand's digits swapped", digits_swapped),
        frozenset({"digits_swapped"}),
    ),
    "operand's point moved": (
        operands("operand's point moved", point_moved),
        frozenset({"decimal_point"}),
    ),
    "operand's sign": (operands("operand's sign", sign_flipped), frozenset({"sign"})),
    "another's value put in": (
        operands("another's value put in", neighbours_value),
        frozenset({"stale_number", "neighbour", "old_value"}),
    ),
    "sign of a term": (formulas("sign of a term", term_sign), frozenset({"term_sign", "sign"})),
    "sign of the update": (formulas("sign of the update", update_sign), frozenset({"sign"})),
    "term left out": (
        formulas("term left out", lost_term),
        frozenset({"lost_term", "missing_path", "cut_in_time", "softmax_sum", "not_updated"}),
    ),
    "factor left out": (
        formulas("factor left out", lost_factor),
        frozenset({"lost_factor", "no_activation_slope"}),
    ),
    "factor twice": (
        formulas("factor twice", double_factor),
        frozenset({"double_factor", "activation_slope_twice", "learning_rate_twice"}),
    ),
    "wrong index": (formulas("wrong index", index), frozenset({"neighbour"})),
    "wrong index in a derivative": (
        formulas("wrong index in a derivative", index_of_token),
        frozenset({"neighbour"}),
    ),
    "factor 2 in a formula": (
        formulas("factor 2 in a formula", factor_two),
        frozenset({"factor_two"}),
    ),
    "product for sum": (
        formulas("product for sum", product_for_sum),
        frozenset({"product_for_sum"}),
    ),
    "not transposed": (formulas("not transposed", transposed), frozenset({"transposed"})),
    "no slope": (formulas("no slope", no_slope), frozenset({"no_activation_slope"})),
    "slope twice": (
        formulas("slope twice", slope_twice),
        frozenset({"activation_slope_twice", "double_factor"}),
    ),
    "slope at the pre-activation": (
        formulas("slope at the pre-activation", slope_at_activation),
        frozenset({"slope_at_pre_activation"}),
    ),
    "no learning rate": (formulas("no learning rate", no_rate), frozenset({"no_learning_rate"})),
    "learning rate twice": (
        formulas("learning rate twice", rate_twice),
        frozenset({"learning_rate_twice"}),
    ),
    "update added": (updates("update added", lambda w, n, g: w + n * g), frozenset({"sign"})),
    "update without rate": (
        updates("update without rate", lambda w, _, g: w - g),
        frozenset({"no_learning_rate"}),
    ),
    "update with rate twice": (
        updates("update with rate twice", lambda w, n, g: w - n * n * g),
        frozenset({"learning_rate_twice"}),
    ),
    "step instead of new value": (
        updates("step instead of new value", lambda _, n, g: n * g),
        frozenset({"only_the_step"}),
    ),
    "factor left out throughout": (
        consistent("factor left out throughout", gap(t.Product)),
        frozenset({"lost_factor", "no_activation_slope"}),
    ),
    "term left out throughout": (
        consistent("term left out throughout", gap(t.Sum)),
        frozenset({"lost_term", "missing_path", "not_updated"}),
    ),
}

#: kinds that reach further than their line, made by :mod:`carried`
REACHING: Mapping[str, frozenset[str]] = {
    "slip carried on": frozenset({"one_digit"}),
    "given value": frozenset({"one_digit", "neighbour"}),
}


def mutants(name: str, count: int, seed: int) -> list[Mutant]:
    """Different mutants of a document: ``count`` mistakes in one line, the kinds in turn, and a tenth of that
    of each kind that reaches further than its line."""
    return [*in_one_line(name, count, seed), *reaching(name, max(1, count // 10), seed)]


def in_one_line(name: str, count: int, seed: int) -> list[Mutant]:
    """``count`` different mutants of a document that differ from it in one line, the kinds in turn."""
    rng = random.Random(f"{name}:{seed}")
    sites = sites_of(name)
    found: list[Mutant] = []
    seen: set[str] = set()
    kinds = list(KINDS)
    rng.shuffle(kinds)
    idle = 0
    while len(found) < count and idle < 3:
        before = len(found)
        for kind in kinds:
            operator = KINDS[kind][0]
            for site in rng.sample(sites.sites, len(sites.sites)):
                made = [m for c in operator(site, rng) if (m := sites.mutant(site, c)) is not None]
                fresh = [m for m in made if m.text not in seen]
                if fresh:
                    found.append(fresh[0])
                    seen.add(fresh[0].text)
                    break
        idle = idle + 1 if len(found) == before else 0
    return found[:count]


#: what is said against a claim; that a number is a little off, or cut, names a slip in its last digit
BLAMED = frozenset({Verdict.WRONG, Verdict.ROUNDING, Verdict.TRUNCATION})

# --- what the checker says ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one mutant."""

    mutant: Mutant
    found: bool
    #: every root that is reported stands in the changed line
    placed: bool
    named: bool
    said: tuple[tuple[int, str, str], ...]


def outcome(mutant: Mutant) -> Outcome:
    """The checker tried on a mutant."""
    report = derivgen.check(mutant.text, language="markdown")
    blamed = BLAMED if slips.is_last_digit(mutant.old, mutant.new) else {Verdict.WRONG}
    wrong = [claim for claim in report.claims if claim.verdict in blamed]
    roots = [claim for claim in wrong if claim.cause is None]
    here = [claim for claim in roots if claim.place.line == mutant.line]
    kind = REACHING.get(mutant.kind) or KINDS[mutant.kind][1]
    names = kind | mutant.also
    return Outcome(
        mutant,
        bool(wrong),
        bool(here) and len(here) == len(roots),
        any(c.diagnosis in names or c.verdict is not Verdict.WRONG for c in here),
        tuple((c.place.line or 0, c.code, c.diagnosis or "-") for c in roots),
    )


def false_alarms(name: str) -> list[str]:
    """What is said against a correct document."""
    report = baseline(name)
    return [f"{c.place.line}: {c.message}" for c in report.claims if c.verdict in BLAMED]


#: what is counted of each outcome
SCORES = ("mutants", "found", "right line", "diagnosed")


def score(outcome: Outcome) -> dict[str, int]:
    """One outcome in numbers that add up."""
    values = (True, outcome.found, outcome.placed, outcome.named)
    return dict(zip(SCORES, map(int, values), strict=True))
