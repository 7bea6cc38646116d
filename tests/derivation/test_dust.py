"""Sums that cancel are 0, and nothing else is: double precision against fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derivgen.derivation.arithmetic import FloatArithmetic
from derivgen.derivation.derivation import Derivation
from derivgen.derivation.dust import scalar_without_dust, sum_without_dust
from derivgen.network.spec import task_from_mapping

SPECS: dict[str, dict[str, Any]] = {
    "a mean of 0, and values that are their mean": {
        "arrays": {
            "x": {"values": [["-0.4", "0.6"], ["-0.3", "-0.2"], ["-0.5", "-0.4"]], "role": "input"},
            "y": {"values": [["0.3", "0.1"], ["0.1", "0.1"], ["0.6", "0.4"]], "role": "target"},
            "g": ["-0.5", "0.5"],
        },
        "sample_index": "n",
        "equations": [
            "m[d] = mean(x[n,d], n)",
            "c[n,d] = x[n,d] - m[d]",
            "o[n,d] = g[d]*c[n,d]",
            "L = sum((y[n,d] - o[n,d])**2, n, d)/6",
        ],
        "loss": "L",
    },
    "a prediction that is its target": {
        "arrays": {
            "x": {"values": ["0.1", "0.2", "0.3"], "role": "input"},
            "w": ["0.1", "0.7", "0.5"],
            "y": {"values": ["0.3", "0.1"], "role": "target"},
        },
        "equations": ["p = sum(w[i]*x[i], i)", "L = sum((y[k] - p)**2, k)/2"],
        "loss": "L",
    },
    "slopes that cancel, and a parameter that becomes 0": {
        "arrays": {
            "x": {"values": ["0.1", "0.2", "-0.3"], "role": "input"},
            "u": "0.7",
            "v": "0.3",
        },
        "equations": ["z[i] = u*x[i]", "L = sum(z[i], i) + 3*v"],
        "loss": "L",
    },
}


def passes(spec: dict[str, Any], exact: bool) -> list[dict[str, np.ndarray]]:
    task = task_from_mapping(
        {**spec, "training": {"learning_rate": 0.1}, "numbers": {"exact": exact}}
    )
    [(passed, change)] = Derivation(task).training()
    return [passed.values, passed.gradients, change.after]


@pytest.mark.parametrize("name", SPECS)
def test_what_is_0_in_fractions_is_0_and_nothing_else(name: str) -> None:
    zeros = 0
    for doubles, fractions in zip(
        passes(SPECS[name], False), passes(SPECS[name], True), strict=True
    ):
        for array, exact in fractions.items():
            expected = np.asarray(exact == 0)
            zeros += int(expected.sum())
            assert (doubles[array] == 0).tolist() == expected.tolist(), array
    assert zeros


decimals = st.decimals(-10, 10, places=2).map(str)


@given(st.lists(st.tuples(decimals, decimals), min_size=1, max_size=6), st.booleans())
def test_a_sum_of_products_is_0_where_it_cancels(
    pairs: list[tuple[str, str]], turned: bool
) -> None:
    """With every product once more with the other sign, and something small beside it or not."""
    terms = [(Fraction(a), Fraction(b)) for a, b in pairs]
    terms += [(-a / 3, 3 * b) for a, b in terms] if turned else []
    products = [float(a) * float(b) for a, b in terms]
    expected = sum((a * b for a, b in terms), Fraction(0))
    assert (sum_without_dust(*map(np.asarray, products)) == 0) is np.bool_(expected == 0)
    assert (scalar_without_dust(sum(products), products) == 0) is (expected == 0)


def test_what_is_left_of_a_constant_is_a_value() -> None:
    """How near a saturated unit is to its limit is not dust: its slope is small, and no 0."""
    a = sympy.Symbol("a")
    near = 1 - 2.0**-52
    arithmetic = FloatArithmetic({})
    assert arithmetic.scalar(1 - a, {a: near}) == 2.0**-52
    assert arithmetic.evaluate(1 - a, {a: np.array([near])}) == [2.0**-52]


def test_differences_inside_an_expression_cancel_too() -> None:
    a, b = sympy.symbols("a b")
    arithmetic = FloatArithmetic({})
    values = {a: 0.1 + 0.2, b: 0.3}
    assert arithmetic.scalar((a - b) ** 2 * b, values) == 0
    arrays = {symbol: np.array([value, 1.0]) for symbol, value in values.items()}
    assert arithmetic.evaluate((a - b) ** 2 * b, arrays).tolist() == [0, 0]
