"""Mistakes in formulas: an operator takes a sign, an index, a term or a factor for another.

What turns out to be no mistake (the same value at random points, worked out by :mod:`floats`) is left out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

import floats
from mutated import Change, Edits, Site
from number_mistakes import Operator, decimals, is_same, result

from derivgen.checking.evaluating.printed import is_numeric
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import read


def formulas(
    kind: str, edits: Callable[[Site, t.Node, random.Random], Iterator[Edits]]
) -> Operator:
    """Change one part of a formula with names in it."""

    def operator(site: Site, rng: random.Random) -> Iterator[Change]:
        if site.at == 0 or not site.claim or is_numeric(site.body):
            return
        parts = [p for p in t.walk(site.body) if p.span != (0, 0)]
        inside = {
            id(inner)
            for p in parts
            if isinstance(p, t.Derivative)
            for inner in t.walk(p)
            if inner is not p
        }
        choices = [
            edit for part in parts if id(part) not in inside for edit in edits(site, part, rng)
        ]
        for edit in rng.sample(choices, min(len(choices), 1)):
            if not _is_equal(site, edit):
                yield Change(kind, edit)

    return operator


def _is_equal(site: Site, edits: Edits) -> bool:
    """True where the changed member is no mistake: it has the same value at random points, or with the numbers
    that the document itself prints (a factor 1 left out, another index where both are 0)."""
    text = site.passage.text
    start, end = site.members[site.at].span
    for low, high, put in sorted(edits, reverse=True):
        text = text[:low] + put + text[high:]
        end += len(put) - (high - low)
    after = read(text[start:end], site.passage.notation, site.vocabulary).chains
    if len(after) != 1 or len(after[0].segments) != 1:
        return False
    changed = after[0].segments[0].body
    return any(
        _have_one_value(site.body, changed, known)
        for known in (site.slopes, {**site.slopes, **site.numbers})
    )


def _have_one_value(one: t.Node, two: t.Node, known: Mapping[t.Node, float]) -> bool:
    for seed in (1, 2):
        a, b = floats.value_of(one, seed, known), floats.value_of(two, seed, known)
        if a is None or b is None or abs(a - b) > 1e-9 * max(abs(a), abs(b), 1e-3):
            return False
    return True


def term_sign(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Sum):
        for (_, left), (_, right) in pairwise(part.terms):
            between = site.passage.text[left.span[1] : right.span[0]]
            found = re.search(r"[+-]", between)
            if found is not None and len(re.findall(r"[+-]", between)) == 1:
                at = left.span[1] + found.start()
                yield ((at, at + 1, "-" if found.group() == "+" else "+"),)


def lost_term(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Sum) and len(part.terms) > 1:
        before, last = part.terms[-2][1], part.terms[-1][1]
        if _is_whole(site, before) and _is_whole(site, last):
            yield ((before.span[1], last.span[1], ""),)


def _is_whole(site: Site, node: t.Node) -> bool:
    text = site.text(node.span)
    return bool(text) and all(
        text.count(a) == text.count(b) for a, b in ("{}", "()", ("\\left", "\\right"))
    )


def _factors(part: t.Node) -> tuple[t.Node, ...]:
    return part.factors if isinstance(part, t.Product) else ()


def lost_factor(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    factors = _factors(part)
    for one, two in pairwise(factors):
        between = site.passage.text[one.span[1] : two.span[0]]
        if _is_whole(site, two) and not re.search(r"[()\[\]{}]", between):
            yield ((one.span[1], two.span[1], ""),)


def double_factor(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    for factor in _factors(part):
        if isinstance(factor, t.Name | t.Derivative) and _is_whole(site, factor):
            end = factor.span[1]
            yield ((end, end, rf" \cdot {site.text(factor.span)}"),)


def index(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Name) and not part.mark:
        base = part.key.rstrip("0123456789,[]")
        for other in site.names.get(base, ()):
            if other.key != part.key and base != part.key:
                yield ((*part.span, other.written),)


def index_of_token(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Derivative) and isinstance(part.by, t.Name):
        yield from index(site, part.by, _)


def factor_two(site: Site, part: t.Node, rng: random.Random) -> Iterator[Edits]:
    if part is site.body and isinstance(part, t.Product) and _is_whole(site, part):
        yield ((part.span[0], part.span[0], rng.choice([r"2 \cdot ", r"\frac{1}{2} "])),)


def product_for_sum(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if isinstance(part, t.Sum) and len(part.terms) == 2:
        (_, left), (negative, right) = part.terms
        between = site.passage.text[left.span[1] : right.span[0]]
        if not negative and between.strip() == "+":
            at = left.span[1] + between.index("+")
            yield ((at, at + 1, r"\cdot"),)


#: how long the text of what is transposed may be
LONGEST_NAME = 120
#: what a transpose is written with, behind what is transposed
TRANSPOSE = re.compile(
    r"\s*\^\s*(\{\s*(\\top|\\intercal|\\mathsf\{T\}|\\mathrm\{T\}|T)\s*\}|\\top|\\intercal|T\b)"
)


def transposed(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    """A matrix, or a vector, in place of its transpose."""
    if isinstance(part, t.Transposed):
        found = TRANSPOSE.search(site.passage.text, part.body.span[0])
        between = "" if found is None else site.passage.text[part.body.span[0] : found.start()]
        if found is not None and "^" not in between and len(between) <= LONGEST_NAME:
            yield ((found.start(), found.end(), ""),)


def _slope_factors(part: t.Node) -> Iterator[tuple[t.Name, t.Sum]]:
    """Neighbouring factors a (1 - a) of a unit a = f(z)."""
    factors = part.factors if isinstance(part, t.Product) else ()
    for one, two in pairwise(factors):
        if isinstance(one, t.Name) and isinstance(two, t.Sum) and len(two.terms) == 2:
            (_, unit), (negative, other) = two.terms
            if negative and isinstance(unit, t.Number) and other == one:
                yield one, two


def _closing(site: Site, node: t.Sum) -> int:
    """Behind the bracket that closes a sum."""
    return site.passage.text.index(")", node.terms[-1][1].span[1]) + 1


def no_slope(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    for one, two in _slope_factors(part):
        before = site.passage.text[: one.span[0]]
        after = site.passage.text[_closing(site, two) :]
        if len(_factors(part)) > 2 and part.factors[0] is not one:  # type: ignore[union-attr]  # a product, as it has a slope in it
            start = len(before.rstrip().removesuffix(r"\cdot").rstrip())
            yield ((start, len(site.passage.text) - len(after), ""),)


def slope_twice(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    for one, two in _slope_factors(part):
        end = _closing(site, two)
        yield ((end, end, " " + site.passage.text[one.span[0] : end]),)


def slope_at_activation(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    for one, two in _slope_factors(part):
        argument = site.arguments.get(one.key)
        if argument is not None:
            yield ((*one.span, argument), (*two.terms[1][1].span, argument))


def _step(site: Site, part: t.Node) -> tuple[t.Node, t.Product] | None:
    """The two parts of ``w - eta dL/dw``."""
    if part is site.body and isinstance(part, t.Sum) and len(part.terms) == 2:
        (_, old), (negative, step) = part.terms
        if negative and isinstance(step, t.Product) and len(step.factors) == 2:
            rate, slope = step.factors
            if isinstance(rate, t.Name) and isinstance(slope, t.Derivative):
                return old, step
    return None


def no_rate(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    found = _step(site, part)
    if found is not None:
        rate, slope = found[1].factors
        yield ((rate.span[0], slope.span[0], ""),)


def rate_twice(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    found = _step(site, part)
    if found is not None:
        rate = found[1].factors[0]
        yield ((rate.span[1], rate.span[1], "^2 "),)


def update_sign(site: Site, part: t.Node, _: random.Random) -> Iterator[Edits]:
    if _step(site, part) is not None:
        yield from term_sign(site, part, _)


# --- operators: a whole line worked out with a mistake ------------------------------------------------------


def updates(kind: str, rule: Callable[[float, float, float], float]) -> Operator:
    """The number of an update that another rule would give."""

    def operator(site: Site, _: random.Random) -> Iterator[Change]:
        found = result(site)
        if found is None or site.at < 2 or not isinstance(site.subject, t.Name):
            return
        body = site.members[site.at - 1].body
        if not isinstance(body, t.Sum) or len(body.terms) != 2 or not is_numeric(body):
            return
        (lost, old), (negative, step) = body.terms
        if not isinstance(step, t.Product) or not negative or len(step.factors) != 2:
            return
        symbols = site.members[site.at - 2].body
        if not any(isinstance(part, t.Derivative) for part in t.walk(symbols)):
            return
        weight, rate, slope = map(floats.value_of, (old, *step.factors))
        if weight is None or rate is None or slope is None:
            return
        new = floats.printed(rule(-weight if lost else weight, rate, slope), decimals(found[1]))
        if float(new) != float(found[1]) and not is_same(site, new):
            yield Change(kind, ((*found[0], new),))

    return operator


def consistent(kind: str, pick: Callable[[t.Node, int], t.Span | None]) -> Operator:
    """The same term or factor left out of a formula and of its numbers, and the result worked out."""

    def operator(site: Site, rng: random.Random) -> Iterator[Change]:
        found = result(site)
        if found is None or site.at < 3 or not site.is_last:
            return
        formula, calculation = site.members[site.at - 2].body, site.members[site.at - 1].body
        if is_numeric(formula) or not is_numeric(calculation):
            return
        count = _width(formula)
        if count < 2 or count != _width(calculation):
            return
        at = rng.randrange(1, count)
        spans = pick(formula, at), pick(calculation, at)
        if spans[0] is None or spans[1] is None:
            return
        value = floats.value_of(_without(calculation, at))
        if value is None:
            return
        new = floats.printed(value, decimals(found[1]))
        for span in spans:
            text = site.passage.text[span[0] : span[1]]
            if any(text.count(a) != text.count(b) for a, b in ("{}", "()")):
                return
        if float(new) == float(found[1]):
            return
        yield Change(kind, ((*spans[0], ""), (*spans[1], ""), (*found[0], new)))

    return operator


def _width(node: t.Node) -> int:
    return len(t.children(node)) if isinstance(node, t.Sum | t.Product) else 0


def _without(node: t.Node, at: int) -> t.Node:
    if isinstance(node, t.Sum):
        return replace(node, terms=node.terms[:at] + node.terms[at + 1 :])
    assert isinstance(node, t.Product)
    return replace(node, factors=node.factors[:at] + node.factors[at + 1 :])


def gap(kind: type) -> Callable[[t.Node, int], t.Span | None]:
    def pick(node: t.Node, at: int) -> t.Span | None:
        if not isinstance(node, kind):
            return None
        parts = t.children(node)
        if at != len(parts) - 1:
            return None
        end = parts[at].span[1]
        return parts[at - 1].span[1], end

    return pick


#: kind of mutation -> diagnoses that name it.  A digit, or a number of another line, may make what
#: another mistake makes as well; the table of mistakes then names that one, which is not counted as right.
