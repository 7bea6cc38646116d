"""A batch through a network of two layers, and what numpy makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from derivgen.network.spec import task_from_mapping
from derivgen.network.task import Task

X = [[1, 2], [-1, 0.5], [0.3, -0.7]]
W1 = [[0.1, -0.2], [0.3, 0.4], [0.5, -0.6]]
W2 = [[0.7, -0.8, 0.9], [0.2, 0.3, -0.4]]
Y = [[1, 0], [0, 1], [0, 1]]


def task(**changes: Any) -> Task:
    """A batch of three samples through 2-3-2, with top-level keys changed."""
    spec: dict[str, Any] = {
        "data": {"inputs": X, "targets": Y},
        "layers": [
            {"dense": 3, "activation": "tanh", "weights": W1, "bias": [0.1, 0.2, 0.3]},
            {"dense": 2, "activation": "softmax", "weights": W2, "bias": [0, 0.1]},
        ],
        "loss": "categorical_cross_entropy",
    }
    return task_from_mapping(spec | changes)


def expected() -> dict[str, Any]:
    z1 = np.array(X) @ np.array(W1).T + [0.1, 0.2, 0.3]
    z2 = np.tanh(z1) @ np.array(W2).T + [0, 0.1]
    p = np.exp(z2) / np.exp(z2).sum(axis=1, keepdims=True)
    return {"z1": z1, "a1": np.tanh(z1), "z2": z2, "a2": p, "terms": -np.array(Y) * np.log(p)}


def agree(found: dict[str, Any], wanted: dict[str, Any], transposed: bool = False) -> None:
    for name in ("z1", "a1", "z2", "a2"):
        np.testing.assert_allclose(
            found[name].T if transposed else found[name], wanted[name], rtol=1e-13
        )
