"""Numbers put into gradients in matrix form, multiplied out anew."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import product
from typing import Any

import numpy as np
import pytest

from derivgen.api import derive, task
from derivgen.derivation.rounding import Rounder
from derivgen.document.blocks import Display
from derivgen.formula.tree import (
    Delimited,
    Fraction,
    Matrix,
    Node,
    Number,
    Partial,
    Product,
    Root,
    Script,
    Styled,
    Sum,
    Symbol,
)


def value(node: Node) -> np.ndarray:
    """What a formula of numbers and matrices comes to."""
    match node:
        case Number(text):
            return np.array(float(text))
        case Matrix(rows):
            return np.array([[float(value(cell)) for cell in row] for row in rows])
        case Delimited(body):
            return value(body)
        case Script(body, None, Symbol("top")):
            return value(body).T
        case Sum(terms):
            return sum((-value(t) if minus else value(t) for minus, t in terms), np.array(0.0))
        case Fraction(above, below):
            return value(above) / value(below)
        case Root(body):
            return np.sqrt(value(body))
        case Product(factors, "hadamard"):
            return reduce(np.multiply, map(value, factors))
        case Product(factors):
            return reduce(_product, map(value, factors))
    raise TypeError(f"{node} is no formula of numbers")


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return left @ right if left.ndim and right.ndim else left * right


def layer(units: int, seed: int, activation: str, bias: bool = True) -> dict[str, Any]:
    values = {"random": {"seed": seed, "decimals": 2}}
    return {
        "dense": units,
        "activation": activation,
        "weights": values,
        "bias": values if bias else "none",
    }


ONE = {"inputs": [0.3, -0.4, 0.9], "targets": [1, 0]}
ROWS = {"inputs": [[0.3, -0.4], [1, 0.7], [-0.2, 0.1]], "targets": [[1, 0], [0, 1], [1, 1]]}
COLUMNS = {
    "inputs": [[0.3, 1, -0.2], [-0.4, 0.7, 0.1]],
    "targets": [[1, 0, 1], [0, 1, 1]],
    "samples": "columns",
}


def put_in(data: dict[str, Any], numbers: dict[str, Any]) -> tuple[Rounder, Iterator[Any]]:
    derived = derive(
        task(
            data=data,
            layers=[layer(3, 1, "tanh"), layer(2, 2, "sigmoid")],
            loss="half_squared_error",
            numbers=numbers,
            document={"views": ["matrix"], "style": "handout", "figure": False},
        )
    )
    chains = (
        chain
        for block in derived.document.blocks()
        if isinstance(block, Display)
        for chain in block.chains
        if isinstance(chain.left, Partial)
        and isinstance(chain.left.by, Script | Styled)
        and len(chain.links) in (2, 3)
    )
    return derived.derivation.rounder, chains


@pytest.mark.parametrize("data", [ONE, ROWS, COLUMNS], ids=["one", "rows", "columns"])
@pytest.mark.parametrize(
    "numbers",
    [{"decimals": 4, "least_significant": 3}, {"decimals": 2}, {"significant": 3}],
    ids=str,
)
def test_matrices_with_their_numbers_give_the_printed_gradient(
    data: dict[str, Any], numbers: dict[str, Any]
) -> None:
    rounder, chains = put_in(data, numbers)
    seen = 0
    for chain in chains:
        (_, worked), (sign, result) = chain.links
        found, printed = value(worked), value(result)
        assert found.shape == printed.shape
        assert rounder.array(found).tolist() == printed.tolist()
        assert (sign == "=") == bool(np.allclose(found, printed, rtol=1e-12, atol=1e-15))
        seen += 1
    assert seen >= 6  # all but what the bias of one sample is itself, and what is too wide


def test_a_partial_that_was_rounded_before_it_is_multiplied_is_shown() -> None:
    """Where rounded numbers are carried on, a(1 - a) was rounded: what stands last before the result gives it."""
    between = 0
    for data, numbers in product(
        (ONE, ROWS), ({"significant": 4}, {"decimals": 2}, {"decimals": 3, "rounding": "truncate"})
    ):
        rounder, chains = put_in(data, {**numbers, "carry": "rounded"})
        for chain in chains:
            *first, (_, worked), (_, result) = chain.links
            assert rounder.array(value(worked)).tolist() == value(result).tolist()
            for sign, factors in first:
                assert sign == "="
                assert rounder.array(value(factors)).tolist() != value(result).tolist()
                between += 1
    assert between > 1


def test_large_matrices_are_not_written_twice() -> None:
    wide = {"inputs": [0.1] * 6, "targets": [1, 0]}
    _, small = put_in(ONE, {"decimals": 4})
    _, large = put_in(wide, {"decimals": 4})
    lefts = [chain.left for chain in large]
    assert 0 < len(lefts) < len(list(small))


def test_shares_of_samples_that_are_fractions_are_no_rounded_numbers() -> None:
    spec = {
        "data": {"inputs": [["1", "2"], ["1/2", "-1"]], "targets": ["1", "0"]},
        "layers": [{"dense": 1, "weights": [["1", "-2"]], "bias": ["1/3"]}],
        "loss": "half_squared_error",
        "numbers": {"exact": True},
        "document": {"views": ["matrix"]},
    }
    text = derive(task(**spec)).to_markdown()
    assert r"\text{sample 1}}" in text
    assert r"\approx" not in text
