"""Random values as authors write them."""

from __future__ import annotations

import random
from typing import Any

Spec = dict[str, Any]


def decimal_of(rng: random.Random, decimals: int, low: float = -1.0, high: float = 1.0) -> str:
    """A decimal as an author writes one, never 0."""
    while True:
        text = f"{rng.uniform(low, high):.{decimals}f}"
        if float(text):
            return text


def values_of(rng: random.Random, *shape: int, decimals: int = 2) -> Any:
    """Decimals in nested lists."""
    if not shape:
        return decimal_of(rng, decimals)
    return [values_of(rng, *shape[1:], decimals=decimals) for _ in range(shape[0])]


def fractions_of(rng: random.Random, *shape: int, decimals: int = 2) -> Any:
    """Fractions in nested lists; ``decimals`` tells how large their denominators are."""
    if not shape:
        sign = rng.choice(["", "-"])
        return f"{sign}{rng.randint(1, 5)}/{rng.randint(2, 4 + decimals)}"
    return [fractions_of(rng, *shape[1:], decimals=decimals) for _ in range(shape[0])]
