"""Random specs, each by its number: networks of layers and of equations, in every style, view, notation, loss,
optimiser and policy of rounding, and every format that the checker reads.

A spec is a mapping as ``task_from_mapping`` takes it.  The same number always gives the same spec.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import random_equations
import random_wide
from random_values import Spec, decimal_of, values_of

import derivgen
from derivgen.errors import DerivgenError
from derivgen.network.notations import PRESETS
from derivgen.network.optimisers import OPTIMISERS
from derivgen.network.spec import task_from_mapping
from derivgen.render.formats import DIALECTS
from derivgen.settings import VIEWS

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


#: numbers from which on specs draw from all that the spec language has
WIDE = 10_000
#: numbers from which on everything is trained for three steps by a rule that keeps numbers of its own, and goes on
#: with rounded numbers
TRAINED = 1_000_000
#: what is refused because of its numbers: a loss that has no value, results that are no finite numbers
NO_VALUE = ("E450", "E502")
#: what fractions are refused by: square roots
NO_FRACTION = ("E503",)


def spec_of(number: int) -> Spec:
    """The spec with a number."""
    if number >= TRAINED:
        return _trained(number)
    if number >= WIDE:
        return _wide(number)
    rng = random.Random(f"spec {number}")
    equations = rng.random() < 0.25
    spec = rng.choice(random_equations.EQUATIONS)(rng) if equations else _layered(rng)
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


def _wide(number: int) -> Spec:
    """The first of the specs with a number that has values."""
    for attempt in range(20):
        spec = random_wide.wide_spec(random.Random(f"wide {number} {attempt}"))
        spec["title"] = f"Number {number}"
        if _has_values(spec, NO_VALUE):
            return spec
    raise AssertionError(f"no spec {number} has values")


def _trained(number: int) -> Spec:
    """The spec with the rest of the number, three steps of which are worked out, by the first rule with a memory that
    can be worked out."""
    rng = random.Random(f"trained {number}")
    spec = spec_of(number - TRAINED)
    rate = spec.get("training", {}).get("learning_rate", 0.1)
    # three steps make fractions of thousands of digits
    numbers = {
        k: value for k, value in spec["numbers"].items() if k not in ("significant", "exact")
    }
    spec["numbers"] = {**numbers, "carry": "rounded", "decimals": rng.choice([2, 3, 4])}
    spec["title"] = f"Number {number}"
    rules = sorted(name for name, rule in OPTIMISERS.items() if rule.states)
    rng.shuffle(rules)
    for rule in rules:
        spec["training"] = {"learning_rate": rate, "optimiser": rule, "steps": 3, "show": 3}
        if _has_values(spec, (*NO_VALUE, *NO_FRACTION)):
            return spec
    raise AssertionError(f"no spec {number} can be trained")


def _has_values(spec: Spec, refused: Sequence[str]) -> bool:
    """Whether a spec can be derived, and its steps of training made; what it may be refused for is said by codes."""
    try:
        _ = derivgen.derive(task_from_mapping(spec)).document
    except DerivgenError as error:
        if error.diagnostic.code not in refused:
            raise
        return False
    return True


def target_of(number: int) -> tuple[str, str | None]:
    """The format that a spec is written in, and the dialect."""
    return TARGETS[number % len(TARGETS)]


# --- layers -------------------------------------------------------------------------------------------


def _targets(rng: random.Random, kind: str, units: int) -> list[Any]:
    if kind == "bits":
        return [rng.randint(0, 1) for _ in range(units)]
    if kind == "signs":
        return [rng.choice([-1, 1]) for _ in range(units)]
    if kind == "one":
        at = rng.randrange(units)
        return [int(i == at) for i in range(units)]
    return [decimal_of(rng, 2, 0.01, 1) for _ in range(units)]


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
            layer["weights"] = values_of(rng, *shape, decimals=decimals)
            layer["bias"] = rng.choice(
                [values_of(rng, after, decimals=decimals), decimal_of(rng, 2), "none"]
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
        return {"inputs": values_of(rng, sizes[0]), "targets": _targets(rng, kind, sizes[-1])}
    inputs = values_of(rng, samples, sizes[0])
    targets = [_targets(rng, kind, sizes[-1]) for _ in range(samples)]
    if rng.random() < 0.5:
        return {"inputs": inputs, "targets": targets}
    turned = [list(row) for row in zip(*inputs, strict=True)]
    return {
        "inputs": turned,
        "targets": [list(row) for row in zip(*targets, strict=True)],
        "samples": "columns",
    }


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
