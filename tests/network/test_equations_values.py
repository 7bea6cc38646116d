"""Built networks, computed element by element, against numpy's formulas for the same networks."""

from __future__ import annotations

import numpy as np
import pytest
from by_loops import check, draw, network, sigmoid, softmax
from test_equations_notation import G

from derivgen.formula.tree import Symbol
from derivgen.network.equations import build_network, equations_of
from derivgen.network.functions import FUNCTIONS
from derivgen.network.model import Largest, Naming, Quantity, Role

DENSE = {"x": draw(3), "y": draw(2), "W1": draw(4, 3), "b1": draw(4), "W2": draw(2, 4), "b2": 0.3}
DENSE_INDEXED = """
z1[i] = sum(W1[i,j]*x[j], j) + b1[i]
a1[i] = sigmoid(z1[i])
z2[i] = sum(W2[i,j]*a1[j], j) + b2
a2[i] = tanh(z2[i])
L = sum((y[k] - a2[k])**2, k)/2
"""
DENSE_WHOLE = """
a1 = sigmoid(W1 @ x + b1)
a2 = tanh(W2 @ a1 + b2)
L = sum((y - a2)**2)/2
"""


@pytest.mark.parametrize("text", [DENSE_INDEXED, DENSE_WHOLE])
def test_dense(text: str) -> None:
    d = DENSE
    a1 = sigmoid(d["W1"] @ d["x"] + d["b1"])
    a2 = np.tanh(d["W2"] @ a1 + d["b2"])
    check(network(d, text), {"a1": a1, "a2": a2, "L": ((d["y"] - a2) ** 2).sum() / 2})


def test_batch_with_samples_as_rows() -> None:
    given = {"X": draw(5, 3), "Y": draw(5, 2), "W": draw(4, 3), "b": draw(4), "V": draw(2, 4)}
    roles = {"X": Role.INPUT, "Y": Role.TARGET}
    text = "H = relu(X @ W.T + b)\nO = H @ V.T\nL = mean((Y - O)**2)"
    net = network(given, text, roles, sample_index="n")
    hidden = np.maximum(given["X"] @ given["W"].T + given["b"], 0)
    out = hidden @ given["V"].T
    check(net, {"H": hidden, "O": out, "L": ((given["Y"] - out) ** 2).mean()})
    assert [index.name for index in net.equations[0].free] == ["n", "i"]
    assert all("n" not in [i.name for i in e.free][1:] for e in net.equations)


def test_batch_with_samples_as_columns() -> None:
    given = {"X": draw(3, 5), "Y": draw(2, 5), "W": draw(2, 3)}
    roles = {"X": Role.INPUT, "Y": Role.TARGET}
    net = network(given, "Z = W @ X\nL = sum((Y - Z)**2)/(2*5)", roles, sample_index="n")
    out = given["W"] @ given["X"]
    check(net, {"Z": out, "L": ((given["Y"] - out) ** 2).sum() / 10})
    assert [index.name for index in net.equations[0].free] == ["i", "n"]


def test_convolution_with_padding_and_stride_then_pooling() -> None:
    given = {"x": draw(7, 6), "K": draw(2, 3, 3), "b": draw(2)}
    text = """
c[f,i,j] = sum(K[f,u,v]*x[2*i+u-1, j+v-1], u, v) + b[f]
r[f,i,j] = relu(c[f,i,j])
p[f,i,j] = max(r[f, 2*i+u, 2*j+v], u, v)
L = sum(p[f,i,j], f, i, j)
"""
    # u, v have the ranges of K in one equation and those given here in the other
    text = text.replace("2*i+u, 2*j+v], u, v", "2*i+s, 2*j+t], s, t")
    text = text.replace("p[f,i,j] = max(r[f, 2*i+s, 2*j+t]", "p[f,g,h] = max(r[f, 2*g+s, 2*h+t]")
    text = text.replace("sum(p[f,i,j], f, i, j)", "sum(p)")
    net = network(
        given,
        text,
        padded={"x": 0.0},
        ranges={"i": (0, 3), "j": (0, 5), "s": (0, 1), "t": (0, 1), "g": (0, 1), "h": (0, 2)},
    )
    wide = np.pad(given["x"], 1)
    conv = np.array(
        [
            [
                [(k * wide[2 * i : 2 * i + 3, j : j + 3]).sum() + b for j in range(6)]
                for i in range(4)
            ]
            for k, b in zip(given["K"], given["b"], strict=True)
        ]
    )
    pooled = np.maximum(conv, 0).reshape(2, 2, 2, 3, 2).max(axis=(2, 4))
    check(net, {"c": conv, "p": pooled, "L": pooled.sum()})
    assert isinstance(net.equations[2].body, Largest)


def test_padding_of_a_computed_array() -> None:
    net = network(
        {"x": draw(4)},
        "h[i] = tanh(x[i])\ng[i] = h[i-1] + 2*h[i+1] + x[i]\nL = sum(g)",
        outside={"h": 0.5},
    )
    x = net.quantities["x"].values
    assert x is not None
    wide = np.pad(np.tanh(x), 1, constant_values=0.5)
    check(net, {"g": wide[:-2] + 2 * wide[2:] + x})


SOFTMAX_TEXTS = [
    "p = softmax(W @ x)\nL = -sum(y*log(p))",
    "z = W @ x\np[k] = softmax(z[k], k)\nL = -sum(y[k]*log(p[k]), k)",
    "p[k] = softmax(sum(W[k,j]*x[j], j), k)\nL = -sum(y[i]*log(p[i]), i)",
    "p[i] = exp(sum(W[i,j]*x[j],j))/sum(exp(sum(W[k,j]*x[j],j)),k)\nL = -sum(y*log(p))",
    "p = exp(log_softmax(W @ x))\nL = -sum(y * log_softmax(W @ x))",
    "p = softmax(W@x)\nl[k] = log_softmax(sum(W[k,j]*x[j], j), k)\nL = -sum(y*l)",
]


@pytest.mark.parametrize("text", SOFTMAX_TEXTS)
def test_softmax(text: str) -> None:
    given = {"x": draw(3), "W": draw(4, 3), "y": np.array([0.0, 1, 0, 0])}
    p = softmax(given["W"] @ given["x"])
    check(network(given, text), {"p": p, "L": -(given["y"] * np.log(p)).sum()})


def test_softmax_of_one_broadcast_axis() -> None:
    net = network({"x": draw(3, 1), "b": draw(2)}, "q = softmax(x) + b\nL = sum(q)")
    assert net.quantities["b"].values is not None
    check(net, {"q": np.ones((3, 1)) + net.quantities["b"].values})


NORM_TEXTS = [
    """
m[i] = mean(X[n,i], n)
v[i] = mean((X[n,i] - m[i])**2, n)
u[n,i] = g[i]*(X[n,i] - m[i])/sqrt(v[i] + 1e-5) + b[i]
L = sum(u**2)
""",
    """
u[n,i] = g[i]*(X[n,i] - mean(X[k,i],k))/sqrt(mean((X[k,i] - mean(X[l,i],l))**2, k) + 1e-5) + b[i]
L = sum(u**2)
""",
]


@pytest.mark.parametrize("text", NORM_TEXTS)
def test_batch_normalisation(text: str) -> None:
    given = {"X": draw(5, 3), "g": draw(3), "b": draw(3)}
    centred = given["X"] - given["X"].mean(0)
    u = given["g"] * centred / np.sqrt((centred**2).mean(0) + 1e-5) + given["b"]
    check(network(given, text), {"u": u, "L": (u**2).sum()})


LSTM = """
h[0,i] = h0[i]
c[0,i] = c0[i]
f[t,i] = sigmoid(sum(Wf[i,j]*x[t-1,j], j) + sum(Uf[i,j]*h[t-1,j], j) + bf[i])
g[t,i] = tanh(sum(Wg[i,j]*x[t-1,j], j) + sum(Ug[i,j]*h[t-1,j], j))
c[t,i] = f[t,i]*c[t-1,i] + (1 - f[t,i])*g[t,i]
h[t,i] = f[t,i]*tanh(c[t,i])
L = sum((y[i] - h[3,i])**2, i)/2
"""


@pytest.mark.parametrize("base", [0, 1])
def test_lstm_over_three_steps(base: int) -> None:
    names = {"x": (3, 2), "h0": (2,), "c0": (2,), "y": (2,), "bf": (2,)}
    names |= dict.fromkeys(("Wf", "Uf", "Wg", "Ug"), (2, 2))
    given = {name: draw(*shape) for name, shape in names.items()}
    text, ranges = LSTM, {"t": (1, 3)}
    if base == 1:
        text = LSTM.replace("[0,", "[1,").replace("h[3,", "h[4,")
        ranges = {"t": (2, 4)}
    net = network(given, text, ranges=ranges, index_base=base)
    h, c = [given["h0"]], [given["c0"]]
    gates = []
    for x in given["x"]:
        f = sigmoid(given["Wf"] @ x + given["Uf"] @ h[-1] + given["bf"])
        g = np.tanh(given["Wg"] @ x + given["Ug"] @ h[-1])
        c.append(f * c[-1] + (1 - f) * g)
        h.append(f * np.tanh(c[-1]))
        gates.append(f)
    loss = ((given["y"] - h[-1]) ** 2).sum() / 2
    check(net, {"h": np.array(h), "c": np.array(c), "f": np.array(gates), "L": loss})
    # printed as the author counts: h from 0 (or 1), the gates from 1 (or 2)
    assert net.quantities["h"].naming.start == (base, 1)
    assert net.quantities["f"].naming.start == (base + 1, 1)
    pinned = [stage.pinned[0][1] for stage in net.schedule if stage.pinned]
    assert pinned == sorted(pinned)


def test_recurrence_backwards() -> None:
    net = network(
        {"x": draw(4)},
        "s[3] = x[3]\ns[t] = tanh(s[t+1]) + x[t]\nL = s[0]**2",
        ranges={"t": (0, 2)},
    )
    x = net.quantities["x"].values
    assert x is not None
    s = [x[3]]
    for value in x[2::-1]:
        s.insert(0, np.tanh(s[0]) + value)
    check(net, {"s": np.array(s), "L": s[0] ** 2})


def test_recurrence_with_a_target_ahead() -> None:
    net = network({"x": draw(3)}, "s[0] = 1\ns[t+1] = x[t]*s[t]\nL = s[3]")
    x = net.quantities["x"].values
    assert x is not None
    check(net, {"s": np.cumprod([1, *x])})


def test_unrolled_steps_need_no_recurrence() -> None:
    net = network({"x": draw(3)}, "s[1] = s[0]*x[1]\ns[0] = x[0]\ns[2] = s[1]*x[2]\nL = s[2]")
    x = net.quantities["x"].values
    assert x is not None
    check(net, {"s": np.cumprod(x)})
    assert all(not stage.pinned for stage in net.schedule)


def test_attention() -> None:
    given = {"X": draw(3, 4), **{name: draw(4, 2) for name in ("Wq", "Wk", "Wv")}}
    text = "Q = X @ Wq\nK = X @ Wk\nV = X @ Wv\nS = Q @ K.T / sqrt(2)\nP = softmax(S)\nO = P @ V\nL = sum(O**2)"
    q, k, v = (given["X"] @ given[name] for name in ("Wq", "Wk", "Wv"))
    out = softmax(q @ k.T / np.sqrt(2)) @ v
    check(network(given, text), {"O": out, "L": (out**2).sum()})
    one = text.replace(
        "S = Q @ K.T / sqrt(2)\nP = softmax(S)\nO = P @ V", "O = softmax(Q@K.T/sqrt(2)) @ V"
    )
    check(network(given, one), {"O": out})


def test_scalar_circuit() -> None:
    net = network({"x": -2.0, "y": 5.0, "z": -4.0}, "q = x + y\nf = q*z")
    check(net, {"q": 3.0, "f": -12.0})
    assert net.loss == "f"
    assert net.quantities["f"].role is Role.LOSS


def test_a_large_network_costs_what_its_text_costs() -> None:
    shapes = {"x": (784,), "y": (10,), "W1": (128, 784), "b1": (128,), "W2": (10, 128), "b2": (10,)}
    quantities = [Quantity(n, s, Role.PARAMETER, Naming(Symbol(n))) for n, s in shapes.items()]
    text = DENSE_INDEXED.replace("+ b2", "+ b2[i]")
    net = build_network(quantities, equations_of(text), loss="L", functions=FUNCTIONS)
    assert net.symbolic
    # nothing is made for single elements: as many symbols and stages as in the text
    assert sum(len(equation.refs) for equation in net.equations) == 10
    assert len(net.schedule) == 5


def test_deep_nesting_stays_within_the_stack() -> None:
    text = "c"
    for _ in range(28):
        text = f"exp(sum(u[i]*{text}, i))" if text == "c" else f"tanh(1 + {text})"
    assert len(network(G, f"L = {text}").equations) == 2
    text = "c"
    for k in range(12):
        text = f"tanh(sum(u[i{k}]*{text}, i{k}))"
    check(network(G, f"L = {text}"), {})
