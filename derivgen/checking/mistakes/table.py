"""The table of typical mistakes, the more plausible ones first."""

from __future__ import annotations

from collections.abc import Sequence

from derivgen.checking.mistakes import derivatives as d
from derivgen.checking.mistakes import digits, indices, other_names, paths, scaling, updates
from derivgen.checking.mistakes import formulas as f
from derivgen.checking.mistakes.case import Mistake
from derivgen.checking.mistakes.sums import with_factor_in_sum

MISTAKES: Sequence[Mistake] = (
    Mistake("sign", "the sign is wrong", scaling.sign, digits=1),
    Mistake("no_learning_rate", "the learning rate was left out", updates.no_rate),
    Mistake("learning_rate_twice", "the learning rate was applied twice", updates.rate_twice),
    Mistake(
        "only_the_step", "this is the step alone, not the new value", updates.only_step, digits=2
    ),
    Mistake(
        "not_updated",
        "this is the old value: nothing was subtracted",
        updates.not_updated,
        digits=1,
    ),
    Mistake(
        "transposed", "a matrix is transposed, or ought to be", indices.turned_result, digits=0
    ),
    Mistake("dead_unit", "a dead unit was treated as alive: its slope is 0", d.alive, digits=2),
    Mistake(
        "decimal_point",
        "the decimal point is in the wrong place",
        digits.moved_point,
        digits.moved_inside,
        digits=0,
    ),
    Mistake(
        "digits_swapped", "two digits are swapped", digits.swapped, digits.swapped_inside, digits=0
    ),
    Mistake("neighbour", "the value of a neighbour was taken", f.of_operand, digits=1),
    Mistake(
        "updated_weight",
        "the updated weight was taken; the gradient belongs to the old one",
        updates.after_update,
        f.all_unmarked,
    ),
    Mistake("old_value", "the value from before the update was taken", updates.before_update),
    Mistake("one_digit", "one digit is wrong", digits.slip_of_result, digits=0),
    Mistake("stale_number", "the number belongs to an earlier line", digits.stale_result),
    Mistake(
        "softmax_diagonal",
        "every score moves every probability: only p_i (1 - p_i) of the softmax was taken",
        paths.softmax_diagonal,
    ),
    Mistake(
        "softmax_sum",
        "every score moves every probability: the sum over them is left out",
        paths.softmax_without_sum,
    ),
    Mistake(
        "cut_in_time",
        "the gradient was cut after one step: the other steps use the same weight",
        paths.cut_in_time,
    ),
    Mistake(
        "held_statistics",
        "mean and variance depend on the input too: they are no constants",
        paths.held_statistics,
    ),
    Mistake("missing_path", "one path is missing from the sum over paths", paths.missing_path),
    Mistake("double_path", "one path is counted twice", paths.doubled_path),
    Mistake("factor_two", "a factor 2 or 1/2 is lost or too many", scaling.factor_two, digits=2),
    Mistake("lost_term", "a term was left out", mended=f.with_rest_of_one),
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
        f.of_trees(d.pre_activated),
        f.at_activations,
    ),
    Mistake("bias_for_one", "the bias itself was taken for its input, which is 1", d.bias_for_one),
    Mistake("mean_for_sum", "a sum over samples and a mean were mixed up", scaling.mean_for_sum),
    Mistake(
        "stale_number",
        "the number belongs to an earlier line",
        digits.stale,
        digits.stale_inside,
    ),
    Mistake("term_sign", "one term has the wrong sign", f.of_trees(f.signs), f.mending(f.signs)),
    Mistake("sign", "the sign is wrong", f.of_trees(f.powers), f.mending(f.powers)),
    Mistake("sign", "the sign is wrong", mended=digits.sign_inside),
    Mistake(
        "neighbour",
        "a neighbour's name stands here",
        f.of_neighbours,
        f.other_neighbours,
    ),
    Mistake("wrong_index", "the sum runs over the wrong index", mended=indices.summed_otherwise),
    Mistake(
        "weight_for_input",
        "a weight stands where what it multiplies belongs, or the other way round",
        other_names.partner_taken,
        other_names.partner_meant,
    ),
    Mistake(
        "transposed",
        "a matrix is transposed, or ought to be",
        f.of_trees(f.turned),
        f.with_turned,
    ),
    Mistake(
        "log_base",
        "the logarithm is to base 10; it is the natural one",
        f.of_logs_to_ten,
        f.mending(f.natural_log),
    ),
    Mistake(
        "double_factor",
        "a factor stands twice",
        f.of_trees(f.doubled_factors),
        f.mending(f.without_repeated),
    ),
    Mistake("lost_factor", "a factor was left out", f.of_trees(f.lost_factors), f.with_factor),
    Mistake("lost_factor", "a factor was left out of each term", mended=with_factor_in_sum),
    Mistake("lost_factor", "a constant factor was left out", scaling.lost_constant, digits=2),
    Mistake(
        "product_for_sum",
        "a product stands for a sum, or a sum for a product",
        f.of_trees(f.product_for_sum),
        f.mending(f.product_for_sum),
    ),
    Mistake("another_name", "another quantity belongs here", mended=other_names.another_meant),
    Mistake("one_digit", "one digit is wrong", digits.one_digit, digits.digit_inside, digits=0),
    Mistake("stale_number", "the number belongs to an earlier line", digits.stale, digits=2),
    Mistake("lost_digit", "a digit is missing, or one is too many", digits.lost_digit, digits=0),
    Mistake("lost_term", "a term was left out", f.of_trees(f.lost_terms), f.with_term),
    Mistake("neighbour", "the value of a neighbour was taken", indices.of_cells),
)
