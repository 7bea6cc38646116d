"""The 4-8-8-3 sigmoid network as one would write it first: the whole loss as one expression.

Every weight's derivative is ``diff`` of the expanded loss, its text is ``latex`` of that, its
number comes from a cse-lambdified function.  This is the baseline, so it is kept as plain as it is.
"""

from __future__ import annotations

from itertools import pairwise

import sympy

SIZES = (4, 8, 8, 3)


def value(number: int) -> float:
    """Some numbers between -0.9 and 0.9."""
    return (37 * number % 19 - 9) / 10


def main() -> tuple[int, float]:
    """The length of all formulas and the sum of all gradients."""
    numbers: dict[sympy.Symbol, float] = {}

    def symbol(name: str) -> sympy.Symbol:
        made = sympy.Symbol(name)
        numbers[made] = value(len(numbers))
        return made

    layer = [symbol(f"x_{i}") for i in range(SIZES[0])]
    weights = []
    for level, (fan_in, units) in enumerate(pairwise(SIZES), start=1):
        following = []
        for i in range(units):
            row = [symbol(f"w_{level}_{i}_{j}") for j in range(fan_in)]
            bias = symbol(f"b_{level}_{i}")
            weights += [*row, bias]
            z = sympy.Add(*(w * a for w, a in zip(row, layer, strict=True)), bias)
            following.append(1 / (1 + sympy.exp(-z)))
        layer = following
    loss = sympy.Add(*((symbol(f"y_{k}") - a) ** 2 for k, a in enumerate(layer))) / 2
    gradients = [sympy.diff(loss, weight) for weight in weights]
    text = [sympy.latex(gradient) for gradient in gradients]
    compute = sympy.lambdify(list(numbers), gradients, cse=True)
    return sum(map(len, text)), float(sum(compute(*numbers.values())))


if __name__ == "__main__":
    print(*main())
