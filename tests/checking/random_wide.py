"""Random specs that draw from all that the spec language has: every loss, activation and optimiser with its
settings, functions of one's own, biases shared and frozen, penalties, names and patterns, exact fractions.

:mod:`random_specs` gives these to the numbers from ``WIDE`` on.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import random_equations
from random_values import Spec, decimal_of, fractions_of, values_of

from derivgen.network.notations import PRESETS
from derivgen.network.optimisers import OPTIMISERS
from derivgen.settings import VIEWS

HIDDEN = (
    "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "softplus", "silu", "mish", "gelu", "gelu_tanh",
    "hard_tanh", "hard_sigmoid", "relu6", "softsign", "log_sigmoid", "arctan", "gaussian", "identity", None,
    "softmax", "mine",
)  # fmt: skip
#: those that keep fractions fractions
EXACT = ("relu", "leaky_relu", "identity", "hard_tanh", "relu6", None)
#: settings of activations
SETTINGS: Mapping[str, Mapping[str, Sequence[float]]] = {
    "leaky_relu": {"slope": (0.1, 0.01, 0.25)},
    "elu": {"alpha": (1, 0.5, 2)},
}
#: for each loss, the last activations that go with it, and its targets
LOSSES: Mapping[str, tuple[Sequence[str | None], str]] = {
    "half_squared_error": (("sigmoid", None, "tanh", "softmax", "relu"), "any"),
    "squared_error": (("sigmoid", None, "silu"), "any"),
    "mean_squared_error": (("sigmoid", None, "tanh"), "any"),
    "absolute_error": (("sigmoid", None), "any"),
    "mean_absolute_error": (("tanh", None), "any"),
    "huber": (("sigmoid", None), "any"),
    "log_cosh": (("tanh", None), "any"),
    "binary_cross_entropy": (("sigmoid",), "bits"),
    "binary_cross_entropy_logits": ((None,), "bits"),
    "categorical_cross_entropy": (("softmax",), "one"),
    "categorical_cross_entropy_logits": ((None,), "one"),
    "hinge": ((None, "tanh"), "signs"),
    "squared_hinge": ((None, "tanh"), "signs"),
    "mine_too": ((None, "sigmoid"), "any"),
}
EXACT_LOSSES = (
    "half_squared_error",
    "squared_error",
    "mean_squared_error",
    "absolute_error",
    "hinge",
)
#: functions of the author's own
ACTIVATIONS_OF_ONES_OWN = (
    ("z/(1 + abs(z))", "f"), ("z**2", r"\psi"), ("exp(-z**2/2)", "g"), ("log(1 + z**2)", None),
    ("sin(z)", r"\phi"), ("z*sigmoid(2*z)", None),
)  # fmt: skip
LOSSES_OF_ONES_OWN = ("(y - a)**4", "(a - y)**2/3", "log(1 + (y - a)**2)", "cosh(a - y) - 1")
#: settings of optimisers
OPTIONS: Mapping[str, Mapping[str, Sequence[float]]] = {
    "momentum": {"momentum": (0.5, 0.8)},
    "heavy_ball": {"momentum": (0.5, 0.8)},
    "momentum_average": {"momentum": (0.5, 0.8)},
    "nesterov": {"momentum": (0.5, 0.8)},
    "adagrad": {"epsilon": (1e-6, 0.1)},
    "rmsprop": {"rho": (0.99, 0.5)},
    "adam": {"beta1": (0.8, 0.5), "beta2": (0.99,)},
    "adamw": {"weight_decay": (0.1,), "beta1": (0.8,)},
}


def wide_spec(rng: random.Random) -> Spec:
    """A spec of layers or of equations."""
    equations = rng.random() < 0.35
    exact = rng.random() < 0.1 and not equations
    spec = random_equations.equations(rng) if equations else _layered(rng, exact)
    symbolic = spec.pop("symbolic", False)
    spec["training"] = _training(rng, exact)
    spec["numbers"] = {"exact": True} if exact else _numbers(rng)
    spec["document"] = _document(rng, symbolic)
    if not equations:
        spec["notation"] = _notation(rng)
    if rng.random() < 0.3:
        kinks = rng.sample(("relu", "leaky_relu", "hard_tanh", "relu6", "abs"), 2)
        spec["conventions"] = {
            "kink": {name: rng.choice(["left", "right", "middle", "smallest"]) for name in kinks},
            "ties": rng.choice(["first", "split", "all"]),
        }
    return spec


# --- layers -------------------------------------------------------------------------------------------


def _layered(rng: random.Random, exact: bool) -> Spec:
    loss = rng.choice(EXACT_LOSSES if exact else sorted(LOSSES))
    last, kind = LOSSES[loss]
    if exact:
        last = (None, "relu")
    sizes = [rng.randint(1, 4) for _ in range(rng.choice([2, 3, 3, 3, 4]))]
    if kind == "one" or "softmax" in last:
        sizes[-1] = max(sizes[-1], 2)
    samples = rng.choice([None, None, None, 2, 3, 4])
    symbolic = not exact and rng.random() < 0.12
    functions: Spec = {}
    orientation = rng.choice(["to_from", "to_from", "from_to"])
    layers = []
    for at, (before, after) in enumerate(pairwise(sizes)):
        final = at == len(sizes) - 2
        pool = last if final else EXACT if exact else HIDDEN
        activation = rng.choice(pool)
        if activation == "softmax" and after < 2:
            activation = "sigmoid"
        layer = _layer(rng, before, after, activation, functions, symbolic, exact)
        if orientation == "from_to" and isinstance(layer.get("weights"), dict):
            turned = layer["weights"]["values"]
            layer["weights"]["values"] = [list(row) for row in zip(*turned, strict=True)]
        layers.append(layer)
    frozen = [
        isinstance(one.get("weights"), dict) and not one["weights"]["trained"] for one in layers
    ]
    if all(frozen) and not symbolic:
        layers[-1]["weights"]["trained"] = True
    spec: Spec = {"layers": layers, "data": _data(rng, sizes, samples, kind, symbolic, exact)}
    spec["loss"] = _loss(rng, loss, sizes, samples, kind, functions)
    if functions:
        spec["functions"] = functions
    if orientation == "from_to":
        spec["conventions"] = {"orientation": "from_to"}
        for layer in layers:
            layer["orientation"] = "from_to"
        del spec["conventions"]
    spec["symbolic"] = symbolic
    return spec


def _layer(
    rng: random.Random,
    before: int,
    after: int,
    activation: str | None,
    functions: Spec,
    symbolic: bool,
    exact: bool,
) -> Spec:
    layer: Spec = {"dense": after}
    if activation == "mine":
        expression, latex = rng.choice(ACTIVATIONS_OF_ONES_OWN)
        functions["mine"] = functions.get("mine") or {
            "expression": expression,
            **({"latex": latex} if latex else {}),
        }
    if activation is not None:
        layer["activation"] = activation
    if activation in SETTINGS and rng.random() < 0.7:
        layer["options"] = {
            name: rng.choice(found) for name, found in SETTINGS[str(activation)].items()
        }
    if rng.random() < 0.15:
        layer["name"] = rng.choice(["the encoder", "the head", "the middle layer"])
    if symbolic:
        layer["bias"] = rng.choice(["unit", "layer", "none", "network"])
        return layer
    made = fractions_of if exact else values_of
    decimals = rng.choice([1, 2, 2, 3])
    layer["weights"] = {
        "values": made(rng, after, before, decimals=decimals),
        "trained": rng.random() < 0.9,
    }
    match rng.choice(["unit", "unit", "shared", "none", "mapping", "network"]):
        case "unit":
            layer["bias"] = made(rng, after, decimals=decimals)
        case "shared":
            layer["bias"] = made(rng)
        case "mapping":
            layer["bias"] = {
                "values": made(rng, after, decimals=1),
                "trained": rng.random() < 0.5,
            }
        case "network":
            layer["bias"] = {"shared": "layer", "values": made(rng), "trained": rng.random() < 0.5}
        case _:
            layer["bias"] = "none"
    return layer


def _loss(
    rng: random.Random,
    name: str,
    sizes: Sequence[int],
    samples: int | None,
    kind: str,
    functions: Spec,
) -> Spec:
    found: Spec = {"name": name}
    if name == "mine_too":
        functions["mine_too"] = {"loss": rng.choice(LOSSES_OF_ONES_OWN)}
    if samples:
        found["reduction"] = rng.choice(["sum", "mean"])
    if name == "huber":
        found["delta"] = rng.choice([0.2, 0.5, 1, 2])
    if sizes[-1] > 1 and kind == "any" and rng.random() < 0.3:
        found["per_output"] = True
    if rng.random() < 0.2:
        penalty: Spec = rng.choice(
            [{"l2": 0.01}, {"l2": 0.1, "half": True}, {"l1": 0.01}, {"l1": 0.02, "l2": 0.1}]
        )
        found["penalty"] = dict(penalty)
    if rng.random() < 0.15:
        found["quantity"] = rng.choice(["J", "C"])
    return found


def _targets(rng: random.Random, kind: str, units: int, exact: bool) -> list[Any]:
    if kind == "bits":
        return [rng.randint(0, 1) for _ in range(units)]
    if kind == "signs":
        return [rng.choice([-1, 1]) for _ in range(units)]
    if kind == "one":
        at = rng.randrange(units)
        return [int(i == at) for i in range(units)]
    if exact:
        return list(fractions_of(rng, units))
    return [decimal_of(rng, 2, 0.01, 1) for _ in range(units)]


def _data(
    rng: random.Random,
    sizes: Sequence[int],
    samples: int | None,
    kind: str,
    symbolic: bool,
    exact: bool,
) -> Spec:
    if symbolic:
        many = [] if samples is None else [samples]
        return {
            "inputs": {"symbolic": True, "shape": [*many, sizes[0]]},
            "targets": {"symbolic": True, "shape": [*many, sizes[-1]]},
        }
    made = fractions_of if exact else values_of
    if samples is None:
        if kind == "one" and rng.random() < 0.4:
            first = rng.choice([0, 1])
            number = rng.randrange(sizes[-1]) + first
            return {
                "inputs": made(rng, sizes[0]),
                "targets": {"classes": number, "first_class": first},
            }
        return {
            "inputs": made(rng, sizes[0], decimals=rng.choice([1, 2])),
            "targets": _targets(rng, kind, sizes[-1], exact),
        }
    inputs = made(rng, samples, sizes[0], decimals=1)
    targets = [_targets(rng, kind, sizes[-1], exact) for _ in range(samples)]
    if rng.random() < 0.6:
        return {"inputs": inputs, "targets": targets}
    return {
        "inputs": [list(row) for row in zip(*inputs, strict=True)],
        "targets": [list(row) for row in zip(*targets, strict=True)],
        "samples": "columns",
    }


# --- names --------------------------------------------------------------------------------------------


def _notation(rng: random.Random) -> Any:
    preset = rng.choice(sorted(PRESETS))
    if rng.random() < 0.6:
        return preset
    patterns: Spec = {}
    if rng.random() < 0.4:
        patterns["weights"] = rng.choice(
            [
                {"base": "v"},
                {"start": 0},
                {"separator": ","},
                {"order": "from_to"},
                {"base": r"\theta", "superscript": "(<l>)"},
                {"numbering": "from_to"},
            ]
        )
    if rng.random() < 0.3:
        patterns["activation"] = rng.choice([{"base": "h"}, {"base": "a", "superscript": "[<l>]"}])
    if rng.random() < 0.3:
        patterns["output"] = rng.choice([{"base": r"\hat{y}"}, {"base": "p"}, {"base": "o"}])
    if rng.random() < 0.3:
        patterns["target"] = rng.choice([{"base": "t"}, {"base": "d"}])
    if rng.random() < 0.3:
        patterns["loss"] = {"base": rng.choice(["J", "C"])}
    found: Spec = {"preset": preset, "patterns": patterns}
    if rng.random() < 0.3:
        found["learning_rate"] = rng.choice([r"\alpha", r"\epsilon", "r", r"\gamma"])
    return found


# --- training, numbers, document -----------------------------------------------------------------------


def _training(rng: random.Random, exact: bool) -> Spec:
    found: Spec = {"learning_rate": rng.choice([0.1, 0.5, 0.01, 0.05, 1, 0.3])}
    if exact:
        found["learning_rate"] = rng.choice([0.5, 0.1])
    elif rng.random() < 0.5:
        name = found["optimiser"] = rng.choice(sorted(OPTIMISERS))
        if rng.random() < 0.4:
            found["options"] = {
                key: rng.choice(values) for key, values in OPTIONS.get(name, {}).items()
            }
    if not exact and rng.random() < 0.4:
        found["steps"] = rng.choice([2, 2, 3, 5])
        found["show"] = rng.choice([1, 2, 3])
    return found


def _numbers(rng: random.Random) -> Spec:
    found: Spec = {
        "rounding": rng.choice(["half_up", "half_up", "half_even", "truncate"]),
        "carry": rng.choice(["full", "full", "rounded"]),
    }
    match rng.choice(["decimals", "decimals", "significant", "least", "default"]):
        case "decimals":
            found["decimals"] = rng.randint(2, 10)
        case "least":
            found["decimals"] = rng.randint(2, 8)
            found["least_significant"] = rng.randint(1, min(4, found["decimals"]))
        case "significant":
            found["significant"] = rng.randint(3, 9)
    return found


def _document(rng: random.Random, symbolic: bool) -> Spec:
    views = ["symbolic"] if symbolic and rng.random() < 0.5 else list(VIEWS)
    found: Spec = {
        "style": rng.choice(["tutorial", "handout", "summary"]),
        "views": rng.sample(views, rng.choice([1, 1, min(2, len(views)), min(3, len(views))])),
        "factor_order": rng.choice(["loss-first", "parameter-first"]),
        "product": rng.choice(["dot", "cross", "none"]),
        "collapse": rng.random() < 0.6,
        "per_output": rng.random() < 0.25,
        "verification": rng.random() < 0.8,
        "figure": False,
    }
    if rng.random() < 0.4:
        found["show"] = rng.choice(["all", "first"])
    if rng.random() < 0.25:
        found["long_sum"] = rng.choice([3, 4, 5])
    return found
