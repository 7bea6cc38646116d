"""Equations in which functions stand inside functions, conditions and maxima: gradients and documents."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import pytest

import derivgen as dg

_V, _W = 0.5, -1.25


def _sigmoid(z: mpmath.mpf) -> mpmath.mpf:
    return 1 / (1 + mpmath.exp(-z))


@pytest.mark.parametrize(
    ("equation", "same"),
    [
        # a call that stands by itself and inside another one
        ("tanh(v) + abs(tanh(v)*w)", lambda v, w: mpmath.tanh(v) + abs(mpmath.tanh(v) * w)),
        ("sigmoid(v)*relu(w + 2*sigmoid(v)**2 + 1)", lambda v, w: _sigmoid(v) * max(w + 2 * _sigmoid(v) ** 2 + 1, 0)),
        ("abs(abs(v) + w)", lambda v, w: abs(abs(v) + w)),
        ("abs(exp(sigmoid(v*w)))", lambda v, w: abs(mpmath.exp(_sigmoid(v * w)))),
        ("where(sigmoid(v) > 0.5, v*w, w**2)", lambda v, w: v * w if _sigmoid(v) > 0.5 else w**2),
        ("where(tanh(v*w) > 0, v, w*sigmoid(2))*v", lambda v, w: (v if v * w > 0 else w * _sigmoid(2)) * v),
        ("sign(w)*v*w", lambda v, w: mpmath.sign(w) * v * w),
        ("abs(tanh(v)*w)**1.5", lambda v, w: abs(mpmath.tanh(v) * w) ** 1.5),
    ],
)  # fmt: skip
def test_gradients_and_documents(
    equation: str, same: Callable[[mpmath.mpf, mpmath.mpf], mpmath.mpf]
) -> None:
    """The gradients are those of the same formula in plain arithmetic, differentiated numerically."""
    task = dg.task(
        arrays={"v": _V, "w": _W},
        equations=[f"L = {equation}"],
        loss="L",
        training={"learning_rate": 0.5},
    )
    derived = dg.derive(task, views=["paths", "closed-form"])
    assert float(derived.values["L"]) == pytest.approx(float(same(_V, _W)), rel=1e-12)
    for name, order in (("v", (1, 0)), ("w", (0, 1))):
        wanted = float(mpmath.diff(same, (_V, _W), order))
        assert float(derived.gradients[name]) == pytest.approx(wanted, rel=1e-9, abs=1e-9)
    assert "L = " in derived.to_markdown() or "L &= " in derived.to_markdown()


def test_a_prediction_without_a_logarithm_is_named() -> None:
    task = dg.task(
        data={"inputs": [800, 0], "targets": {"classes": [1]}},
        layers=[
            {"dense": 2, "activation": "softmax", "weights": [[1, 0], [-1, 0]], "bias": "none"},
        ],
        loss="cross_entropy",
    )
    with pytest.raises(
        dg.DerivgenError, match=r"E450: a1\[1\] is 0, but the predictions .* are numbers above 0"
    ):
        dg.values(task)
