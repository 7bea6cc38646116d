"""The letters and words by which authors call things: w is a weight, eta a rate."""

from __future__ import annotations

import re
from collections.abc import Mapping

from derivgen.checking.maths.keys import unbold

WORDS: Mapping[str, frozenset[str]] = {
    "input": frozenset(["x", "X", "i", "I", "input", "inputs", "in"]),
    "target": frozenset(
        [
            "t",
            "T",
            "y",
            "Y",
            "target",
            "targets",
            "true",
            "truth",
            "label",
            "d",
            "expected",
            "y_true",
        ]
    ),
    "output": frozenset(
        [
            "o",
            "O",
            "out",
            "output",
            "outputs",
            "yhat",
            "y_hat",
            "hat",
            "y_pred",
            "p",
            "y'",
            "a",
            "pred",
            "prediction",
        ]
    ),
    "loss": frozenset(
        [
            "E",
            "L",
            "J",
            "C",
            "Loss",
            "loss",
            "Error",
            "error",
            "cost",
            "Cost",
            "MSE",
            "E_total",
            "E_tot",
            "BCE",
            "CE",
        ]
    ),
    "weight": frozenset(["w", "W", "theta", "Theta", "v", "V", "u", "U", "k", "K"]),
    "bias": frozenset(["b", "B", "bias", "biases", "beta", "c"]),
    "rate": frozenset(
        ["eta", "alpha", "mu", "lr", "n", "r", "epsilon", "gamma", "lambda", "learning_rate"]
    ),
}
#: words that mean one role and no other
SURE: Mapping[str, str] = {
    **dict.fromkeys(("w", "W", "weight", "weights"), "weight"),
    **dict.fromkeys(("b", "B", "bias"), "bias"),
    **dict.fromkeys(("x", "X", "input"), "input"),
    **dict.fromkeys(("target", "y_true", "t"), "target"),
    **dict.fromkeys(("y_hat", "out", "output", "z", "net", "h", "a"), "computed"),
}
INDEX = re.compile(r"\d[\d,]*$")


def base_of(key: str) -> str:
    """The letter or word of a key, without its index: ``w^(1)_12`` is w, ``E_total`` is E_total."""
    plain = re.sub(r"\^(\(?\w+\)?|\[\w+\])", "", unbold(key))
    head = INDEX.sub("", plain).rstrip("_")
    if not any(head in words for words in WORDS.values()):
        head = head.partition("_")[0]
    return head or key
