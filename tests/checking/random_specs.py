"""Random specs, each by its number: networks of layers and of equations, in every style, view, notation, loss,
optimiser and policy of rounding, and every format that the checker reads.

A spec is a mapping as ``task_from_mapping`` takes it.  The same number always gives the same spec.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from derivgen.network.notations import PRESETS
from derivgen.network.optimisers import OPTIMISERS
from derivgen.render.formats import DIALECTS
from derivgen.settings import VIEWS

Spec = dict[str, Any]

ACTIVATIONS = (
    "sigmoid", "sigmoid", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "identity", "silu", "elu",
    "gelu_tanh", "softsign", "arctan", "gaussian", None,
)  # fmt: skip
#: for each loss, the activations of the last layer that go with it, and the targets
LOSSES: Mapping[str, tuple[Sequence[str | None], str]] = {
    "half_squared_error": (("sigmoid", "identity", None, "tanh", "relu"), "any"),
    "squared_error": (("sigmoid", None), "any"),
    "mean_squared_error": (("sigmoid", "tanh", None), "any"),
    "absolute_error": (("sigmoid", None), "any"),
    "huber": (("sigmoid", None), "any"),
    "log_cosh": (("tanh", None), "any"),
    "binary_cross_entropy": (("sigmoid",), "bits"),
    "binary_cross_entropy_logits": ((None,), "bits"),
    "categorical_cross_entropy": (("softmax",), "one"),
    "categorical_cross_entropy_logits": ((None,), "one"),
    "hinge": ((None,), "signs"),
}
STYLES = ("tutorial", "handout", "summary")
#: (format, dialect) of what the checker reads
TARGETS = (
    *(("md", name) for name in DIALECTS),
    ("tex", None),
    ("tex-fragment", None),
    ("ipynb", None),
)


def spec_of(number: int) -> Spec:
    """The spec with a number."""
    rng = random.Random(f"spec {number}")
    equations = rng.random() < 0.25
    spec = rng.choice(EQUATIONS)(rng) if equations else _layered(rng)
    spec["training"] = _training(rng)
    spec["numbers"] = _numbers(rng)
    spec["document"] = _document(rng, symbolic=bool(spec.pop("symbolic", False)))
    if not equations:
        spec["notation"] = rng.choice(sorted(PRESETS))
    if rng.random() < 0.3:
        spec["conventions"] = {
            "kink": {"relu": rng.choice(["left", "right", "middle"])},
            "ties": rng.choice(["first", "split", "all"]),
        }
    spec["title"] = f"Number {number}"
    return spec


def target_of(number: int) -> tuple[str, str | None]:
    """The format that a spec is written in, and the dialect."""
    return TARGETS[number % len(TARGETS)]


# --- values -------------------------------------------------------------------------------------------


def _value(rng: random.Random, decimals: int, low: float = -1.0, high: float = 1.0) -> str:
    """A decimal as an author writes one, never 0."""
    while True:
        text = f"{rng.uniform(low, high):.{decimals}f}"
        if float(text):
            return text


def _values(rng: random.Random, *shape: int, decimals: int = 2) -> Any:
    if not shape:
        return _value(rng, decimals)
    return [_values(rng, *shape[1:], decimals=decimals) for _ in range(shape[0])]


def _targets(rng: random.Random, kind: str, units: int) -> list[Any]:
    if kind == "bits":
        return [rng.randint(0, 1) for _ in range(units)]
    if kind == "signs":
        return [rng.choice([-1, 1]) for _ in range(units)]
    if kind == "one":
        at = rng.randrange(units)
        return [int(i == at) for i in range(units)]
    return [_value(rng, 2, 0.01, 1) for _ in range(units)]


# --- layers -------------------------------------------------------------------------------------------


def _layered(rng: random.Random) -> Spec:
    loss = rng.choice([*LOSSES, "half_squared_error", "mean_squared_error"])
    last, kind = LOSSES[loss]
    sizes = [rng.randint(1, 3) for _ in range(rng.choice([2, 3, 3, 3, 4]))]
    if kind == "one":
        sizes[-1] = max(sizes[-1], 2)
    samples = rng.choice([None, None, None, 2, 3])
    symbolic = rng.random() < 0.15
    layers = []
    decimals = rng.choice([1, 2, 2, 3])
    orientation = rng.choice(["to_from", "to_from", "from_to"])
    for at, (before, after) in enumerate(pairwise(sizes)):
        layer: Spec = {"dense": after}
        activation = rng.choice(last) if at == len(sizes) - 2 else rng.choice(ACTIVATIONS)
        if activation is not None:
            layer["activation"] = activation
        if activation == "leaky_relu":
            layer["options"] = {"slope": rng.choice([0.1, 0.01, 0.2])}
        shape = (after, before) if orientation == "to_from" else (before, after)
        if not symbolic:
            layer["weights"] = _values(rng, *shape, decimals=decimals)
            layer["bias"] = rng.choice(
                [_values(rng, after, decimals=decimals), _value(rng, 2), "none"]
            )
            if rng.random() < 0.1:
                layer["weights"] = {"values": layer["weights"], "trained": False}
            elif rng.random() < 0.1 and layer["bias"] != "none":
                layer["bias"] = {"values": layer["bias"], "trained": False}
                if isinstance(layer["bias"]["values"], str):
                    layer["bias"]["shared"] = "layer"
        else:
            layer["bias"] = rng.choice(["unit", "layer", "none"])
        layers.append(layer)
    if all(isinstance(one.get("weights"), dict) for one in layers):
        layers[-1].pop("bias")
        layers[-1]["weights"] = layers[-1]["weights"]["values"]
        layers[-1]["bias"] = "none"
    spec: Spec = {"layers": layers, "orientation": orientation}
    spec["data"] = _data(rng, sizes, samples, kind, symbolic)
    spec["loss"] = {"name": loss}
    if samples:
        spec["loss"]["reduction"] = rng.choice(["sum", "mean"])
    if loss == "huber":
        spec["loss"]["delta"] = rng.choice([0.2, 0.5, 1])
    if sizes[-1] > 1 and kind == "any" and not samples and rng.random() < 0.3:
        spec["loss"]["per_output"] = True
    if rng.random() < 0.1:
        spec["loss"]["penalty"] = {"l2": 0.01, "half": rng.random() < 0.5}
    spec["symbolic"] = symbolic
    del spec["orientation"]
    if orientation != "to_from":
        for layer in layers:
            layer["orientation"] = orientation
    return spec


def _data(
    rng: random.Random, sizes: Sequence[int], samples: int | None, kind: str, symbolic: bool
) -> Spec:
    if symbolic:
        shape = [sizes[0]] if samples is None else [samples, sizes[0]]
        out = [sizes[-1]] if samples is None else [samples, sizes[-1]]
        return {
            "inputs": {"symbolic": True, "shape": shape},
            "targets": {"symbolic": True, "shape": out},
        }
    if samples is None:
        return {"inputs": _values(rng, sizes[0]), "targets": _targets(rng, kind, sizes[-1])}
    inputs = _values(rng, samples, sizes[0])
    targets = [_targets(rng, kind, sizes[-1]) for _ in range(samples)]
    if rng.random() < 0.5:
        return {"inputs": inputs, "targets": targets}
    turned = [list(row) for row in zip(*inputs, strict=True)]
    return {
        "inputs": turned,
        "targets": [list(row) for row in zip(*targets, strict=True)],
        "samples": "columns",
    }


# --- equations ----------------------------------------------------------------------------------------


def _filter(rng: random.Random) -> Spec:
    """A one-dimensional convolution with a function after it."""
    function = rng.choice(["tanh", "sigmoid", "relu"])
    return {
        "arrays": {
            "x": {"values": _values(rng, 5, decimals=1), "role": "input"},
            "k": _values(rng, rng.choice([2, 3])),
            "c": _value(rng, 1),
            "y": {"values": _values(rng, 3), "role": "target"},
        },
        "equations": [
            "s[i] = sum(k[u]*x[i + u], u) + c",
            f"r[i] = {function}(s[i])",
            f"L = {rng.choice(['sum', 'mean'])}((y[i] - r[i])**2, i)",
        ],
        "ranges": {"i": 3},
        "loss": "L",
    }


def _recurrent(rng: random.Random) -> Spec:
    """A plain recurrent cell over a few steps."""
    steps = rng.choice([2, 3])
    units = rng.choice([1, 2])
    return {
        "arrays": {
            "x": {"values": _values(rng, steps, 1, decimals=1), "role": "input"},
            "y": {"values": _values(rng, units), "role": "target"},
            "s": {"values": [0] * units, "role": "constant"},
            "W": _values(rng, units, 1),
            "U": _values(rng, units, units),
            "b": _values(rng, units, decimals=1),
        },
        "ranges": {"t": [1, steps]},
        "equations": [
            "h[0,n] = s[n]",
            "h[t,n] = tanh(sum(W[n,j]*x[t-1,j], j) + sum(U[n,k]*h[t-1,k], k) + b[n])",
            f"L = sum((y[n] - h[{steps},n])**2, n)/2",
        ],
        "loss": "L",
        "notation": {"names": {"h": {"start": [0, 1], "separator": ","}, "s": "r"}},
    }


def _scalars(rng: random.Random) -> Spec:
    """A few equations of single numbers."""
    body = rng.choice(
        ["q*z", "q**2 + z", "sigmoid(q)*z", "exp(q) + z**2", "q/(1 + z**2)", "log(1 + q**2) - z"]
    )
    return {
        "arrays": {name: _value(rng, 1, -3, 3) for name in "xyz"},
        "equations": [f"q = {rng.choice(['x + y', 'x*y', 'x - 2*y', 'x*y + x'])}", f"f = {body}"],
        "loss": "f",
    }


def _attention(rng: random.Random) -> Spec:
    """Scores, a softmax over them, and a mixture."""
    return {
        "arrays": {
            "X": {"values": _values(rng, 2, 2, decimals=1), "role": "input"},
            "A": _values(rng, 2, 2, decimals=1),
            "B": _values(rng, 2, 2, decimals=1),
            "Y": {"values": _values(rng, 2, 2, decimals=1), "role": "target"},
        },
        "equations": [
            "S = X @ A @ X.T" if rng.random() < 0.5 else "S = X @ A.T / sqrt(2)",
            "P[i,j] = softmax(S[i,j], j)",
            "O = P @ X @ B",
            "L = sum((Y[i,d] - O[i,d])**2, i, d)/2",
        ],
        "loss": "L",
    }


def _normalised(rng: random.Random) -> Spec:
    """A normalisation over a batch."""
    return {
        "arrays": {
            "x": {"values": _values(rng, 3, 2, decimals=1), "role": "input"},
            "g": _values(rng, 2, decimals=1),
            "s": _values(rng, 2, decimals=1),
            "y": {"values": _values(rng, 3, 2, decimals=1), "role": "target"},
        },
        "sample_index": "n",
        "equations": [
            "m[d] = mean(x[n,d], n)",
            "c[n,d] = x[n,d] - m[d]",
            "v[d] = mean(c[n,d]**2, n)",
            "r[n,d] = c[n,d]/sqrt(v[d] + 0.01)",
            "o[n,d] = g[d]*r[n,d] + s[d]",
            "L = sum((y[n,d] - o[n,d])**2, n, d)/6",
        ],
        "loss": "L",
    }


def _pooled(rng: random.Random) -> Spec:
    """The largest of some weighted sums."""
    return {
        "arrays": {
            "x": {"values": _values(rng, 4, decimals=1), "role": "input"},
            "w": _values(rng, 4),
            "y": {"values": _value(rng, 1), "role": "target"},
        },
        "equations": [
            "a[i] = w[i]*x[i]",
            "m[r] = max(a[2*r + p], p)",
            "o = sum(m[r]**2, r)",
            "L = (y - o)**2/2",
        ],
        "ranges": {"r": 2, "p": 2},
        "loss": "L",
    }


EQUATIONS: tuple[Callable[[random.Random], Spec], ...] = (
    _filter,
    _recurrent,
    _scalars,
    _attention,
    _normalised,
    _pooled,
)


# --- training, numbers, document -----------------------------------------------------------------------


def _training(rng: random.Random) -> Spec:
    found: Spec = {"learning_rate": rng.choice([0.1, 0.5, 0.01, 0.05, 1])}
    if rng.random() < 0.35:
        found["optimiser"] = rng.choice(sorted(OPTIMISERS))
    if rng.random() < 0.3:
        found["steps"] = rng.choice([2, 3])
        found["show"] = rng.choice([1, 2])
    return found


def _numbers(rng: random.Random) -> Spec:
    found: Spec = {
        "rounding": rng.choice(["half_up", "half_up", "half_up", "half_even", "truncate"]),
        "carry": rng.choice(["full", "full", "rounded"]),
    }
    kind = rng.choice(["decimals", "decimals", "significant", "least", "default"])
    if kind in ("decimals", "least"):
        found["decimals"] = rng.randint(2, 8)
    if kind == "least":
        found["least_significant"] = rng.randint(1, min(3, found["decimals"]))
    if kind == "significant":
        found["significant"] = rng.randint(3, 8)
    return found


def _document(rng: random.Random, symbolic: bool) -> Spec:
    views = list(VIEWS)
    if symbolic and rng.random() < 0.5:
        views = ["symbolic"]
    found: Spec = {
        "style": rng.choice(STYLES),
        "views": rng.sample(views, rng.choice([1, 1, min(2, len(views))])),
        "factor_order": rng.choice(["loss-first", "parameter-first"]),
        "product": rng.choice(["dot", "cross", "none"]),
    }
    if rng.random() < 0.3:
        found["collapse"] = False
    if rng.random() < 0.2:
        found["per_output"] = True
    if rng.random() < 0.3:
        found["show"] = rng.choice(["all", "first"])
    if rng.random() < 0.2:
        found["long_sum"] = rng.choice([3, 4])
    found["figure"] = False
    return found
