"""Random networks that are written as equations."""

from __future__ import annotations

import random
from collections.abc import Callable

from random_values import Spec, decimal_of, values_of


def equations(rng: random.Random) -> Spec:
    """One of all kinds."""
    return rng.choice((*EQUATIONS, *MORE))(rng)


def _filter(rng: random.Random) -> Spec:
    """A one-dimensional convolution with a function after it."""
    function = rng.choice(["tanh", "sigmoid", "relu"])
    return {
        "arrays": {
            "x": {"values": values_of(rng, 5, decimals=1), "role": "input"},
            "k": values_of(rng, rng.choice([2, 3])),
            "c": decimal_of(rng, 1),
            "y": {"values": values_of(rng, 3), "role": "target"},
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
            "x": {"values": values_of(rng, steps, 1, decimals=1), "role": "input"},
            "y": {"values": values_of(rng, units), "role": "target"},
            "s": {"values": [0] * units, "role": "constant"},
            "W": values_of(rng, units, 1),
            "U": values_of(rng, units, units),
            "b": values_of(rng, units, decimals=1),
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
        "arrays": {name: decimal_of(rng, 1, -3, 3) for name in "xyz"},
        "equations": [f"q = {rng.choice(['x + y', 'x*y', 'x - 2*y', 'x*y + x'])}", f"f = {body}"],
        "loss": "f",
    }


def _attention(rng: random.Random) -> Spec:
    """Scores, a softmax over them, and a mixture."""
    return {
        "arrays": {
            "X": {"values": values_of(rng, 2, 2, decimals=1), "role": "input"},
            "A": values_of(rng, 2, 2, decimals=1),
            "B": values_of(rng, 2, 2, decimals=1),
            "Y": {"values": values_of(rng, 2, 2, decimals=1), "role": "target"},
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
            "x": {"values": values_of(rng, 3, 2, decimals=1), "role": "input"},
            "g": values_of(rng, 2, decimals=1),
            "s": values_of(rng, 2, decimals=1),
            "y": {"values": values_of(rng, 3, 2, decimals=1), "role": "target"},
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
            "x": {"values": values_of(rng, 4, decimals=1), "role": "input"},
            "w": values_of(rng, 4),
            "y": {"values": decimal_of(rng, 1), "role": "target"},
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


# --- more of them -------------------------------------------------------------------------------------


def _picture(rng: random.Random) -> Spec:
    """A convolution in two dimensions with a border, a maximum over windows, a read-out."""
    stride = rng.choice([1, 2])
    return {
        "arrays": {
            "x": {"values": values_of(rng, 4, 4, decimals=1), "role": "input", "outside": 0},
            "K": values_of(rng, 2, 2, decimals=1),
            "b": decimal_of(rng, 1),
            "w": values_of(rng, 2),
            "y": {"values": decimal_of(rng, 1), "role": "target"},
        },
        "ranges": {"i": 2, "j": 2, "r": 2, "q": 2},
        "equations": [
            f"z[i,j] = sum(K[u,v]*x[{stride}*i + u - 1, {stride}*j + v - 1], u, v) + b",
            f"a[i,j] = {rng.choice(['relu', 'tanh', 'sigmoid'])}(z[i,j])",
            "m[r] = max(a[r,q], q)",
            "o = sum(w[r]*m[r], r)",
            "L = (y - o)**2/2",
        ],
        "loss": "L",
    }


def _gated(rng: random.Random) -> Spec:
    """A recurrent cell with a gate over a few steps."""
    steps = rng.choice([2, 3])
    start = rng.choice([0, 1])
    return {
        "arrays": {
            "x": {"values": values_of(rng, steps, decimals=1), "role": "input"},
            "y": {"values": decimal_of(rng, 1), "role": "target"},
            "s": {"values": 0, "role": "constant"},
            "w": decimal_of(rng, 1),
            "u": decimal_of(rng, 1),
            "a": decimal_of(rng, 2),
            "c": decimal_of(rng, 2),
        },
        "ranges": {"t": [1, steps]},
        "equations": [
            "h[0] = s",
            "f[t] = sigmoid(w*x[t-1] + u*h[t-1])",
            "g[t] = tanh(a*x[t-1] + c*h[t-1])",
            "h[t] = f[t]*h[t-1] + (1 - f[t])*g[t]",
            f"L = (y - h[{steps}])**2/2",
        ],
        "loss": "L",
        "notation": {"names": {"x": {"start": start}, "s": "r", "h": {"start": 0}}},
    }


def _features_normalised(rng: random.Random) -> Spec:
    """A normalisation over the features of one sample."""
    return {
        "arrays": {
            "x": {"values": values_of(rng, 3, decimals=1), "role": "input"},
            "W": values_of(rng, 3, 3, decimals=1),
            "g": values_of(rng, 3, decimals=1),
            "y": {"values": values_of(rng, 3, decimals=1), "role": "target"},
        },
        "equations": [
            "z[i] = sum(W[i,j]*x[j], j)",
            "m = mean(z[i], i)",
            "v = mean((z[i] - m)**2, i)",
            "n[i] = (z[i] - m)/sqrt(v + 0.01)",
            "L = sum((g[i]*n[i] - y[i])**2, i)",
        ],
        "loss": "L",
    }


def _word(rng: random.Random) -> Spec:
    """An embedding of a word, scores for all words, cross-entropy."""
    words = 3
    here, there = rng.randrange(words), rng.randrange(words)
    return {
        "arrays": {
            "x": {"values": [int(i == here) for i in range(words)], "role": "input"},
            "E": values_of(rng, words, 2, decimals=1),
            "U": values_of(rng, words, 2, decimals=1),
            "y": {"values": [int(i == there) for i in range(words)], "role": "target"},
        },
        "equations": [
            "e[d] = sum(E[v,d]*x[v], v)",
            "s[k] = sum(U[k,d]*e[d], d)",
            "p[k] = softmax(s[k], k)",
            "L = -sum(y[k]*log(p[k]), k)",
        ],
        "loss": "L",
    }


def _residual(rng: random.Random) -> Spec:
    """A layer with a way around it."""
    function = rng.choice(["tanh", "silu", "relu", "gelu"])
    return {
        "arrays": {
            "x": {"values": values_of(rng, 2, decimals=1), "role": "input"},
            "W": values_of(rng, 2, 2),
            "V": values_of(rng, 2, 2),
            "b": {"values": values_of(rng, 2, decimals=1), "trained": rng.random() < 0.5},
            "y": {"values": values_of(rng, 2, decimals=1), "role": "target"},
        },
        "equations": [
            f"h = x + {function}(W @ x + b)",
            f"o = h + {function}(V @ h)",
            "L = sum((y[i] - o[i])**2, i)/2",
        ],
        "loss": "L",
    }


def _logistic(rng: random.Random) -> Spec:
    """Logistic regression over a batch, counted from 1."""
    samples = rng.choice([2, 3])
    return {
        "arrays": {
            "x": {"values": values_of(rng, samples, 2, decimals=1), "role": "input"},
            "w": values_of(rng, 2),
            "b": decimal_of(rng, 1),
            "y": {"values": [rng.randint(0, 1) for _ in range(samples)], "role": "target"},
        },
        "index_base": 1,
        "sample_index": "n",
        "equations": [
            "z[n] = sum(w[j]*x[n,j], j) + b",
            "p[n] = sigmoid(z[n])",
            "L = -mean(y[n]*log(p[n]) + (1 - y[n])*log(1 - p[n]), n)"
            + rng.choice(["", " + 0.05*sum(w[j]**2, j)"]),
        ],
        "loss": "L",
    }


def _similar(rng: random.Random) -> Spec:
    """The cosine of the angle between two vectors."""
    return {
        "arrays": {
            "u": values_of(rng, 2, decimals=1),
            "v": values_of(rng, 2, decimals=1),
            "y": {"values": decimal_of(rng, 1, 0, 1), "role": "target"},
        },
        "equations": [
            "p = sum(u[i]*v[i], i)",
            "q = sum(u[i]**2, i)",
            "r = sum(v[i]**2, i)",
            "c = p/sqrt(q*r)",
            "L = (c - y)**2",
        ],
        "loss": "L",
    }


def _averaged(rng: random.Random) -> Spec:
    """The mean of what a layer makes of a sequence."""
    return {
        "arrays": {
            "x": {"values": values_of(rng, 3, 2, decimals=1), "role": "input"},
            "W": values_of(rng, 2, 2, decimals=1),
            "w": values_of(rng, 2, decimals=1),
            "y": {"values": decimal_of(rng, 1), "role": "target"},
        },
        "equations": [
            "h[t,i] = tanh(sum(W[i,j]*x[t,j], j))",
            "m[i] = mean(h[t,i], t)",
            "o = sum(w[i]*m[i], i)",
            f"L = {rng.choice(['(y - o)**2/2', 'abs(y - o)', 'log(cosh(y - o))'])}",
        ],
        "loss": "L",
    }


def _long_chain(rng: random.Random) -> Spec:
    """A chain of functions of one number."""
    functions = [
        "exp(-{0})",
        "sin({0})",
        "{0}**2 + 1",
        "log(1 + {0}**2)",
        "1/(1 + {0}**2)",
        "sqrt(1 + {0}**2)",
    ]
    lines, last = [], "w*x"
    for name in "pqrs"[: rng.choice([2, 3, 4])]:
        lines.append(
            f"{name} = {rng.choice(functions).format(last if last.isalpha() else f'({last})')}"
        )
        last = name
    return {
        "arrays": {
            "x": {"values": decimal_of(rng, 1), "role": "input"},
            "w": decimal_of(rng, 1),
            "y": {"values": decimal_of(rng, 1), "role": "target"},
        },
        "equations": [*lines, f"E = (y - {last})**2"],
        "loss": "E",
    }


#: kinds that came later
MORE: tuple[Callable[[random.Random], Spec], ...] = (
    _picture,
    _gated,
    _features_normalised,
    _word,
    _residual,
    _logistic,
    _similar,
    _averaged,
    _long_chain,
)
