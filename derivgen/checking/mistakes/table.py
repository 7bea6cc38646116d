"""The table of typical mistakes: each tried on a wrong claim, the first that explains it is named."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath

from derivgen.checking import values as v
from derivgen.checking.equality import Equality, close
from derivgen.checking.maths import tree as t
from derivgen.checking.mistakes import derivatives as d
from derivgen.checking.mistakes import digits, scaling, updates
from derivgen.checking.mistakes import formulas as f
from derivgen.checking.mistakes.case import Candidate, Case, Mistake
from derivgen.checking.printed import Fit, Printed
from derivgen.checking.values import Dual, NoValue, Real
from derivgen.checking.world import World

#: how many candidates and mended forms are tried for one claim
MOST_CANDIDATES = 1200

MISTAKES: Sequence[Mistake] = (
    Mistake("sign", "the sign is wrong", scaling.sign),
    Mistake("no_learning_rate", "the learning rate was left out", updates.no_rate),
    Mistake("learning_rate_twice", "the learning rate was applied twice", updates.rate_twice),
    Mistake("only_the_step", "this is the step alone, not the new value", updates.only_step),
    Mistake("not_updated", "this is the old value: nothing was subtracted", updates.not_updated),
    Mistake("dead_unit", "a dead unit was treated as alive: its slope is 0", d.alive),
    Mistake("neighbour", "the value of a neighbour was taken", f.of_operand),
    Mistake(
        "updated_weight",
        "the updated weight was taken; the gradient belongs to the old one",
        updates.after_update,
    ),
    Mistake("old_value", "the value from before the update was taken", updates.before_update),
    Mistake("missing_path", "one path is missing from the sum over paths", d.missing_path),
    Mistake("double_path", "one path is counted twice", d.doubled_path),
    Mistake("factor_two", "a factor 2 or 1/2 is lost or too many", scaling.factor_two),
    Mistake("no_activation_slope", "the derivative of an activation was left out", d.no_slope),
    Mistake(
        "activation_slope_twice", "the derivative of an activation stands twice", d.slope_twice
    ),
    Mistake(
        "slope_at_activation",
        "the derivative was taken at the activation instead of the pre-activation",
        d.slope_at_activation,
    ),
    Mistake(
        "slope_at_pre_activation",
        "the pre-activation stands where its activation belongs",
        mended=f.mending(f.at_activations),
    ),
    Mistake("bias_for_one", "the bias itself was taken for its input, which is 1", d.bias_for_one),
    Mistake("digits_swapped", "two digits are swapped", digits.swapped),
    Mistake("decimal_point", "the decimal point is in the wrong place", digits.moved_point),
    Mistake("stale_number", "the number belongs to an earlier line", digits.stale),
    Mistake("term_sign", "one term has the wrong sign", f.of_trees(f.signs), f.mending(f.signs)),
    Mistake(
        "neighbour",
        "a neighbour's name stands here",
        f.of_trees(f.neighbours),
        f.mending(f.neighbours),
    ),
    Mistake(
        "transposed",
        "a matrix is transposed, or ought to be",
        f.of_trees(f.turned),
        f.mending(f.turned),
    ),
    Mistake(
        "log_base", "the logarithm is to base 10; it is the natural one", f.of_trees(f.log_ten)
    ),
    Mistake(
        "product_for_sum",
        "a product stands for a sum, or a sum for a product",
        f.of_trees(f.product_for_sum),
        f.mending(f.product_for_sum),
    ),
    Mistake(
        "double_factor",
        "a factor stands twice",
        f.of_trees(f.doubled_factors),
        f.mending(f.without_repeated),
    ),
    Mistake("lost_factor", "a factor was left out", f.of_trees(f.lost_factors), f.with_factor),
    Mistake("one_digit", "one digit is wrong", digits.one_digit),
    Mistake("lost_term", "a term was left out", f.of_trees(f.lost_terms), f.with_term),
    Mistake("mean_for_sum", "a sum over samples and a mean were mixed up", scaling.mean_for_sum),
)


def diagnose(case: Case, equality: Equality, actual: World) -> Mistake | None:
    """The first mistake of the table that explains what the author wrote; None where none does."""
    tried = 0
    for mistake in MISTAKES:
        for candidate in mistake.candidates(case):
            tried += 1
            if _reproduces(candidate, case, equality, actual):
                return mistake
        for mended in mistake.mended(case):
            tried += 1
            if tried > MOST_CANDIDATES:
                return None
            if _mends(mended, case, equality):
                return mistake
        if tried > MOST_CANDIDATES:
            return None
    return None


def _reproduces(candidate: Candidate, case: Case, equality: Equality, actual: World) -> bool:
    if case.number is not None:
        try:
            found = v.simplest(candidate(actual))
        except NoValue:
            return False
        return isinstance(found, Dual) and _fits(case.number, found.value)
    return _agree(candidate, lambda world: world.evaluate(case.body), equality)


def _mends(mended: t.Node, case: Case, equality: Equality) -> bool:
    return _agree(
        lambda world: world.evaluate(mended), lambda world: world.evaluate(case.right), equality
    )


def _agree(one: Candidate, two: Candidate, equality: Equality) -> bool:
    """Whether two are the same at two points, both of them with a value that says something."""
    agreed = 0
    for world in equality.points:
        try:
            if not close(one(world), two(world)):
                return False
        except NoValue:
            continue
        agreed += 1
        if agreed == 2:
            return True
    return False


def _fits(number: Printed, value: Real) -> bool:
    """A mistake is worked out with rounded numbers too: it may be off by one in the last place."""
    if number.decimals <= 0 and value != number.value:
        return False
    if number.decimals > 2:
        return bool(abs(value - number.value) <= mpmath.mpf("1.5") * number.unit)
    return number.fit(value) is not Fit.OFF
