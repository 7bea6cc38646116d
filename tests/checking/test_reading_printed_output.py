"""Programs and what they print after them."""

from __future__ import annotations

import pytest

from derivgen.checking.reading.printed_output import Named, equations_of
from derivgen.checking.reading.traced import Traced


def _read(program: str, output: str | None) -> list[str] | None:
    after = None if output is None else Traced.of(output, 1000)
    found = equations_of(Traced.of(program), after, Named())
    return None if found is None else [one.text for one in found]


@pytest.mark.parametrize(
    ("program", "output", "expected"),
    [
        ("x = 2.0\nprint(x)", "2.0", ["x = 2.0 = 2.0"]),
        (
            "x = np.array([1., 2.])\ny = x * x\nprint('y:', y)",
            "y: [1. 4.]",
            ["x = [1, 2]", "y = x ⊙ x = [1, 4]"],
        ),
        (
            "w = torch.tensor([1.5], requires_grad=True)\nL = (w**2).sum()\n"
            "L.backward()\nprint(w.grad)",
            "tensor([3.])",
            ["w = [1.5]", "L = sum(w**2)", "dL/dw = [3]"],
        ),
        (
            "f = lambda z: z**2\ny = f(3)\nprint(f'y = {y}')",
            "y = 9",
            ["f(z) = z**2", "y = f(3) = 9"],
        ),
        ("a = 0.1 + 0.2\nprint(a)", "0.30000000000000004", ["a = 0.1 + 0.2 = 0.300000000000"]),
        (
            "a = 0.3 - 0.1 - 0.2\nprint(a)",
            "-2.7755575615628914e-17",
            ["a = 0.3 - 0.1 - 0.2 = 0.0000"],
        ),
        ("a = np.exp(\n    0.5)  # 1.6487", None, ["a = exp(0.5) = 1.6487"]),
    ],
)
def test_prints_are_results(program: str, output: str | None, expected: list[str]) -> None:
    assert _read(program, output) == expected


@pytest.mark.parametrize(
    ("program", "output"),
    [
        ("x = 2.0\nprint(x)", "2.0\n3.0"),
        ("x = 2.0\nprint('x', x)", "y 2.0"),
        ("x = 2.0\nx = 3.0\nprint(x)", "3.0"),
        ("x = 2.0\nfor i in range(3):\n    x = x * 2\nprint(x)", "16.0"),
        ("x = np.array([1., 2.])\nprint(x[0])", "1.0"),
        ("x = unknown\nprint(x)", "1.0"),
        ("x = np.array([1., 2.])\ny = x.sum(axis=0)\nprint(y)", "3.0"),
        ("x = np.array([1., 2.])\nprint(x)", "[1. ... 2.]"),
        ("x = (\nprint(x)", "1.0"),
        ("x = " + "(" * 3000 + "1" + ")" * 3000 + "\nprint(x)", "1.0"),
        ("x = " + "-" * 3000 + "1\nprint(x)", "1.0"),
        ("x = 1\0\nprint(x)", "1.0"),
    ],
)
def test_what_is_not_certain_is_no_formula(program: str, output: str) -> None:
    assert _read(program, output) is None
