"""The independent check: right gradients pass, every wrong entry is caught, kinks are told apart.

The gradients that it is given here come from formulas written out by hand in NumPy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pytest
import sympy

from derivgen.derivation.oracle import Verification, check_or_raise, verify
from derivgen.derivation.oracle_forward import Entries, Forward
from derivgen.derivation.oracle_numbers import LongDouble
from derivgen.errors import DerivgenError
from derivgen.formula.tree import Symbol
from derivgen.network.equations import build_network, equations_of
from derivgen.network.functions import FUNCTIONS, Z, with_kink
from derivgen.network.model import Naming, Network, Quantity, Role

Arrays = dict[str, np.ndarray]


def network(
    equations: str, parameters: Mapping[str, object], given: Mapping[str, object], **options: object
) -> Network:
    quantities = [
        Quantity(name, np.shape(value), role, Naming(Symbol("q")), True, np.asarray(value, float))
        for role, group in ((Role.PARAMETER, parameters), (Role.INPUT, given))
        for name, value in group.items()
    ]
    options.setdefault("functions", FUNCTIONS)
    return build_network(quantities, equations_of(equations), loss="L", **options)  # type: ignore[arg-type]


def every_wrong_entry_is_caught(net: Network, gradients: Arrays, by: float = 1e-4) -> None:
    for name, gradient in gradients.items():
        for index in np.ndindex(gradient.shape):
            wrong = {n: array.copy() for n, array in gradients.items()}
            wrong[name][index] += by * max(1e-3, abs(gradient[index]))
            found = verify(net, wrong)
            assert [(r.name, r.index) for r in found.rows if r.status == "differs"] == [
                (name, index)
            ]
            assert found.worst is not None
            assert (found.worst.name, found.worst.index) == (name, index)


def passes(net: Network, gradients: Arrays) -> Verification:
    found = verify(net, gradients)
    assert found.ok, found.worst
    assert not found.kinks
    return found


def dense() -> tuple[Network, Arrays]:
    x, y = np.array([0.5, -1.2]), np.array([0.3, 0.9])
    w, b = np.array([[0.2, -0.4], [0.7, 0.1]]), np.array([0.1, -0.3])
    net = network(
        "z[i] = sum(W[i,j]*x[j], j) + b[i]\na[i] = sigmoid(z[i])\nL = sum((y[i]-a[i])**2, i)/2",
        {"W": w, "b": b},
        {"x": x, "y": y},
    )
    a = 1 / (1 + np.exp(-(w @ x + b)))
    delta = (a - y) * a * (1 - a)
    return net, {"W": np.outer(delta, x), "b": delta, "x": w.T @ delta, "z": delta, "a": a - y}


def test_dense() -> None:
    net, gradients = dense()
    found = passes(net, gradients)
    assert len(found.rows) == 12
    assert "40 digits" in found.method
    assert found.worst is not None
    assert found.worst.error < 1e-14
    every_wrong_entry_is_caught(net, gradients)


def test_error_names_the_entry_and_both_values() -> None:
    net, gradients = dense()
    check_or_raise(net, gradients)
    right = gradients["W"][1, 0]
    gradients["W"][1, 0] = 0.125
    with pytest.raises(DerivgenError, match=rf"E501.*W\[1, 0\] is 0\.125 .*{right:.12g}"):
        check_or_raise(net, gradients)


def test_other_values() -> None:
    net, gradients = dense()
    moved = {"x": np.array([1.0, 2.0])}
    assert not verify(net, gradients, moved).ok
    w, b, y = (net.quantities[n].values for n in ("W", "b", "y"))
    a = 1 / (1 + np.exp(-(w @ moved["x"] + b)))
    delta = (a - y) * a * (1 - a)
    assert verify(net, {"W": np.outer(delta, moved["x"])}, moved).ok


def test_softmax_and_cross_entropy() -> None:
    w = np.array([[0.3, -0.2], [0.8, 0.5], [-0.6, 0.4]])
    x, y = np.array([1.5, -0.5]), np.array([0.0, 1.0, 0.0])
    text = "z[i] = sum(W[i,j]*x[j], j)\n{}"
    plain = network(
        text.format("p[i] = softmax(z[i], i)\nL = -sum(y[i]*log(p[i]), i)"),
        {"W": w},
        {"x": x, "y": y},
    )
    logs = network(
        text.format("q[i] = log_softmax(z[i], i)\nL = -sum(y[i]*q[i], i)"),
        {"W": w},
        {"x": x, "y": y},
    )
    p = np.exp(w @ x) / np.exp(w @ x).sum()
    gradients = {"W": np.outer(p - y, x)}
    for net in (plain, logs):
        passes(net, gradients)
    passes(plain, gradients | {"p": -y / p})
    every_wrong_entry_is_caught(plain, gradients)


def test_the_largest_of_a_whole_array_is_one_number() -> None:
    x = np.array([0.5, -1.0, 2.0])
    net = network("m = max(x[i], i)\nn = min(x[i], i)\nL = m*n", {"x": x}, {})
    gradients = {"x": np.array([0.0, 2.0, -1.0]), "m": np.array(-1.0)}
    passes(net, gradients)
    every_wrong_entry_is_caught(net, {"x": gradients["x"]})


def pooled(x: np.ndarray, ties: str = "first") -> Network:
    return network(
        "m[i,j] = max(x[2*i+u, 2*j+v], u, v)\nL = sum(y[i,j]*m[i,j]**2, i, j)",
        {"x": x},
        {"y": np.array([[1.0, 2.0], [3.0, 4.0]])},
        ranges={"i": (0, 1), "j": (0, 1), "u": (0, 1), "v": (0, 1)},
        ties=ties,
    )


def test_max_pooling() -> None:
    x = np.array([[1, 2, 0.5, 0.1], [0, -1, 0.2, 0.9], [3, 1, -2, -1.5], [2, 2.5, -3, -4]])
    gradient = np.zeros((4, 4))
    gradient[0, 1], gradient[1, 3], gradient[2, 0], gradient[2, 3] = 4, 2 * 2 * 0.9, 18, -12
    passes(pooled(x), {"x": gradient})
    every_wrong_entry_is_caught(pooled(x), {"x": gradient})


@pytest.mark.parametrize(
    ("ties", "shares"), [("first", (1, 0)), ("split", (0.5, 0.5)), ("all", (1, 1))]
)
def test_ties_of_a_maximum(ties: str, shares: tuple[float, float]) -> None:
    x = -np.arange(16.0).reshape(4, 4)
    x[0, 1] = x[1, 0] = 7
    gradient = np.zeros((4, 4))
    gradient[0, 1], gradient[1, 0] = 14 * shares[0], 14 * shares[1]
    gradient[0, 2], gradient[2, 0], gradient[2, 2] = 2 * 2 * -2, 3 * 2 * -8, 4 * 2 * -10
    net = pooled(x, ties)
    found = verify(net, {"x": gradient})
    assert found.ok
    assert {row.index for row in found.kinks} == {(0, 1), (1, 0)}
    gradient[1, 0] = 3
    assert not verify(net, {"x": gradient}).ok


def test_recurrence() -> None:
    x, u, w = np.array([0.5, -1.0, 0.3]), 0.7, -0.4
    net = network(
        "h[0] = 0\nh[t] = tanh(u*x[t-1] + w*h[t-1])\nL = (y - h[3])**2",
        {"u": u, "w": w},
        {"x": x, "y": 0.2},
        ranges={"t": (1, 3)},
    )
    assert any(stage.pinned for stage in net.schedule)
    h = [0.0]
    for t in range(3):
        h.append(np.tanh(u * x[t] + w * h[-1]))
    back, du, dw, dh = 2 * (h[3] - 0.2), 0.0, 0.0, np.zeros(4)
    for t in (3, 2, 1):
        dh[t] = back
        local = back * (1 - h[t] ** 2)
        du, dw, back = du + local * x[t - 1], dw + local * h[t - 1], local * w
    dh[0] = back
    gradients = {"u": np.array(du), "w": np.array(dw), "h": dh}
    passes(net, gradients)
    every_wrong_entry_is_caught(net, gradients)


def test_padding() -> None:
    x, k = np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.6, -0.2])
    net = build_network(
        [
            Quantity("k", (3,), Role.PARAMETER, Naming(Symbol("k")), True, k),
            Quantity("x", (3,), Role.INPUT, Naming(Symbol("x")), False, x, outside=0.0),
        ],
        equations_of("c[i] = sum(k[u]*x[i+u-1], u)\nL = sum(c[i]**2, i)"),
        loss="L",
        functions={},
        ranges={"i": (0, 2), "u": (0, 2)},
    )
    rows = np.array([[0, 1, -2], [1, -2, 0.5], [-2, 0.5, 0]])
    matrix = np.array([[k[1], k[2], 0], [k[0], k[1], k[2]], [0, k[0], k[1]]])
    gradients = {"k": 2 * rows.T @ (rows @ k), "x": 2 * matrix.T @ (matrix @ x)}
    passes(net, gradients)
    every_wrong_entry_is_caught(net, gradients)


@pytest.mark.parametrize(("rule", "at_zero"), [("left", 0.0), ("middle", 0.5), ("right", 1.0)])
def test_relu_exactly_at_zero(rule: str, at_zero: float) -> None:
    """z_1 = 0: the gradient is that of the convention; the other unit has none to choose."""
    functions = {"relu": with_kink(FUNCTIONS["relu"], rule)}  # type: ignore[arg-type]
    w, x, v = np.array([[0.5, -0.25], [0.3, 0.4]]), np.array([1.0, 2.0]), np.array([2.0, 3.0])
    net = network(
        "z[i] = sum(W[i,j]*x[j], j)\na[i] = relu(z[i])\nL = sum(v[i]*a[i], i)",
        {"W": w, "v": v},
        {"x": x},
        functions=functions,
    )
    gradients = {"W": np.outer(v * [at_zero, 1], x), "v": np.array([0.0, 1.1])}
    found = verify(net, gradients)
    assert found.ok, found.worst
    assert [row.index for row in found.kinks] == [(0, 0), (0, 1)]
    gradients["W"][0, 0] = 1.3
    assert not verify(net, gradients).ok


def test_two_kinks_that_cancel() -> None:
    """relu(w) - relu(-w) is w, but with both derivatives 0 at 0 the derivation says 0."""
    net = network("L = relu(w) - relu(-w)", {"w": 0.0}, {})
    found = verify(net, {"w": np.array(0.0)})
    assert found.ok
    assert found.kinks
    assert not verify(net, {"w": np.array(0.5)}).ok


@pytest.mark.parametrize(
    ("equation", "at", "slope", "kink"),
    [
        ("L = abs(w)", 0.0, 0.0, True),
        ("L = abs(w)", -2.0, -1.0, False),
        ("L = max(w, 0)", 1e-16, 0.5, True),
        ("L = max(w, 0)", 1e-3, 1.0, False),
        ("L = max(w, 2*w, 0.5)", 3.0, 2.0, False),
        ("L = min(w, 2*w, 0.5)", 3.0, 0.0, False),
        ("L = where(w > 1, w**2, 2*w - 1)", 1.0, 2.0, False),
        ("L = where(w > 1, w**2, 2*w - 1)", 4.0, 8.0, False),
        ("L = hard_tanh(w)", 1.0, 0.0, True),
        ("L = huber(w)", 1.0, 1.0, False),
        ("L = elu(w)", 0.0, 1.0, False),
        ("L = softsign(w)", 0.0, 1.0, False),
        ("L = relu(w - 1e-14)", 0.0, 0.0, True),
    ],
)
def test_scalar_kinks(equation: str, at: float, slope: float, kink: bool) -> None:
    net = network(equation, {"w": at}, {})
    found = verify(net, {"w": np.array(slope)})
    assert found.ok, found.worst
    assert bool(found.kinks) == kink
    assert not verify(net, {"w": np.array(slope + 0.1)}).ok


@pytest.mark.slow
@pytest.mark.parametrize("name", list(FUNCTIONS))
def test_every_function_of_the_table(name: str) -> None:
    """In both arithmetics, at a point where no digits cancel; slopes by a plain difference."""
    at = np.array([-0.8, 0.6, 1.7])
    net = network(f"L = sum({name}(w[i]), i)", {"w": at}, {})
    function = FUNCTIONS[name]
    slopes = np.array([float(sympy.N(sympy.diff(function.expression, Z).subs(Z, z))) for z in at])
    assert verify(net, {"w": slopes}).ok
    many = network(f"L = sum({name}(w[i]), i)", {"w": np.tile(at, 101)}, {})
    gradient = np.tile(slopes, 101)
    assert verify(many, {"w": gradient}).ok
    assert not verify(many, {"w": gradient + np.eye(303)[5] * 1e-3}).ok


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("sin(w)*cos(w) + tan(w)", lambda w: np.cos(2 * w) + 1 / np.cos(w) ** 2),
        ("sinh(w) - cosh(w)/tanh(w)", lambda w: np.cosh(w) / np.sinh(w) ** 2),
        ("asin(w) + acos(w)*2 + atan(w)", lambda w: 1 / (1 + w * w) - 1 / np.sqrt(1 - w * w)),
        ("sqrt(w)*log(w)", lambda w: (np.log(w) / 2 + 1) / np.sqrt(w)),
        ("w**2.5 - 1/w + 2**w", lambda w: 2.5 * w**1.5 + w**-2 + np.log(2) * 2**w),
        ("erf(w)*pi", lambda w: 2 * np.sqrt(np.pi) * np.exp(-w * w)),
    ],
)
def test_elementary_functions(text: str, slope: Callable[[float], float]) -> None:
    row = verify(network(f"L = {text}", {"w": 0.37}, {}), {"w": np.array(slope(0.37))}).rows[0]
    assert row.status == "agrees", row


def large(hidden: str, seed: int = 3) -> tuple[Network, Arrays]:
    """784-128-10 with softmax and cross-entropy, and its gradients."""
    draw = np.random.default_rng(seed)
    sizes = (784, 128, 10)
    w1, w2 = (draw.standard_normal((o, i)) / np.sqrt(i) for i, o in pairwise(sizes))
    b1, b2 = draw.standard_normal(128) / 10, draw.standard_normal(10) / 10
    x, y = draw.uniform(size=784), np.eye(10)[3]
    net = network(
        f"""z[i] = sum(W[i,j]*x[j], j) + b[i]
            a[i] = {hidden}(z[i])
            o[k] = sum(V[k,i]*a[i], i) + c[k]
            p[k] = softmax(o[k], k)
            L = -sum(y[k]*log(p[k]), k)""",
        {"W": w1, "b": b1, "V": w2, "c": b2},
        {"x": x, "y": y},
    )
    z = w1 @ x + b1
    a = np.maximum(z, 0) if hidden == "relu" else 1 / (1 + np.exp(-z))
    local = (z > 0) * 1.0 if hidden == "relu" else a * (1 - a)
    o = w2 @ a + b2
    p = np.exp(o) / np.exp(o).sum()
    delta = (w2.T @ (p - y)) * local
    return net, {"W": np.outer(delta, x), "b": delta, "V": np.outer(p - y, a), "c": p - y}


@pytest.mark.slow
@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
def test_large_network(hidden: str) -> None:
    net, gradients = large(hidden)
    start = time.process_time()
    found = passes(net, gradients)
    assert time.process_time() - start < 10  # about half a second; this only tells of a blunder
    assert "random directions" in found.method
    for name, gradient in gradients.items():
        wrong = dict(gradients)
        wrong[name] = gradient.copy()
        flat = wrong[name].reshape(-1)
        flat[np.abs(flat).argmax()] *= 1.001
        assert not verify(net, wrong).ok
        wrong[name] = gradient * (1 + 1e-6)
        assert not verify(net, wrong).ok


def test_directions_of_a_large_network_with_a_single_number() -> None:
    """A bias that all units share has no axis, and no entry of another array stands for it."""
    draw = np.random.default_rng(1)
    weights, x = draw.standard_normal((20, 20)) / 5, draw.uniform(size=20)
    net = network(
        "z[i] = sum(W[i,j]*x[j], j) + b\na[i] = sigmoid(z[i])\nL = sum(a[i]**2, i)",
        {"W": weights, "b": 0.1},
        {"x": x},
    )
    a = 1 / (1 + np.exp(-(weights @ x + 0.1)))
    delta = 2 * a * a * (1 - a)
    gradients = {"W": np.outer(delta, x), "b": delta.sum()}
    assert "random directions" in passes(net, gradients).method
    kept = {name: np.array(gradient) for name, gradient in gradients.items()}
    assert not verify(net, {**gradients, "b": delta.sum() * 1.001}).ok
    # what is checked is looked at, not changed
    assert all((kept[name] == gradients[name]).all() for name in kept)


def test_saturated_units_are_no_mismatch() -> None:
    """At z = 40 double precision says a = 1, so a (1 - a) is 0 and not 4e-18."""
    net = network("a = sigmoid(w)\nL = (a - 0.5)**2", {"w": 40.0}, {})
    assert verify(net, {"w": np.array(0.0)}).ok


def test_what_cannot_be_checked() -> None:
    net, gradients = dense()
    with pytest.raises(ValueError, match="no quantity Q"):
        verify(net, {"Q": np.zeros(2)})
    with pytest.raises(ValueError, match="no quantity W of shape"):
        verify(net, {"W": gradients["W"][0]})
    with pytest.raises(DerivgenError, match="E502"):
        verify(network("L = log(w)", {"w": 0.0}, {}), {"w": np.array(1.0)})
    with pytest.raises(DerivgenError, match="E502"):
        verify(network("L = log(w)", {"w": -1.0}, {}), {"w": np.array(1.0)})


EQUATIONS = """
z[i] = sum(W[i,j]*x[j], j) + b[i]
s[i,k] = sum(W[i,j]*W[k,j], j)
h[i] = tanh(z[i]) + sum(s[i,k]*b[k], k)/3
L = sum(h[i]*h[i], i) + sum(W[i,j]**2, i, j)
"""


@pytest.mark.parametrize("shifted", [("W",), ("b",), ("W", "b"), ("x", "W"), ("h",), ("W", "z")])
@pytest.mark.parametrize("dense", [True, False])
def test_the_loss_along_a_shift_is_that_of_the_shifted_arrays(
    shifted: tuple[str, ...], dense: bool
) -> None:
    """Sums that are linear in what is shifted, sums that are not, one scale after another."""
    draw = np.random.default_rng(3)
    shapes = {"W": (3, 4), "b": (3,), "x": (4,), "h": (3,), "z": (3,)}
    arrays = {name: draw.normal(size=shapes[name]) for name in ("W", "b", "x")}
    net = network(EQUATIONS, {n: arrays[n] for n in ("W", "b")}, {"x": arrays["x"]})
    where = ... if dense else (-1,)
    sizes = {name: draw.normal(size=shapes[name])[where] for name in shifted}
    shift = {name: Entries(where, np.asarray(size, np.longdouble)) for name, size in sizes.items()}
    loss = Forward(net, arrays, LongDouble()).along(shift)
    for scale in (0.5, -0.25, 0.0, 2.0):
        moved = {name: array.astype(np.longdouble) for name, array in arrays.items()}
        added = {name: np.zeros(shapes[name], np.longdouble) for name in ("z", "h")}
        for name, size in sizes.items():
            (moved if name in moved else added)[name][where] += np.longdouble(scale) * size
        w, b = moved["W"], moved["b"]
        z = w @ moved["x"] + b + added["z"]
        h = np.tanh(z) + (w @ w.T) @ b / 3 + added["h"]
        expected = (h**2).sum() + (w**2).sum()
        assert float(loss(np.longdouble(scale))) == pytest.approx(float(expected), rel=1e-15)
