"""Whole arrays and indices in equations, against numpy."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from by_loops import Array, check, draw, network, softmax

G = {"A": draw(2, 3), "B": draw(3, 2), "u": draw(3), "v": draw(2), "c": 0.7, "T": draw(2, 2, 3)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A @ u", G["A"] @ G["u"]),
        ("v @ A", G["v"] @ G["A"]),
        ("u @ u", G["u"] @ G["u"]),
        ("A @ B", G["A"] @ G["B"]),
        ("(A @ B).T + v", (G["A"] @ G["B"]).T + G["v"]),
        ("T @ B", G["T"] @ G["B"]),
        ("T @ u", G["T"] @ G["u"]),
        ("T.T", G["T"].T),
        ("T + A", G["T"] + G["A"]),
        ("u.T", G["u"]),
        ("A * u - c", G["A"] * G["u"] - G["c"]),
        ("-(A + u)/2", -(G["A"] + G["u"]) / 2),
        ("c*(A @ u + v)", G["c"] * (G["A"] @ G["u"] + G["v"])),
        ("(A @ u) * v / 3", (G["A"] @ G["u"]) * G["v"] / 3),
        ("(A @ u) * (B.T @ u)", (G["A"] @ G["u"]) * (G["B"].T @ G["u"])),
        ("(A @ u)**2", (G["A"] @ G["u"]) ** 2),
        ("2**sum(u)", 2 ** G["u"].sum()),
        ("v / (1 + (A @ u)**2)", G["v"] / (1 + (G["A"] @ G["u"]) ** 2)),
        ("1/3 - 2*sum(u)/(c*3)", 1 / 3 - 2 * G["u"].sum() / (G["c"] * 3)),
        ("(sum(u) + 1)*c*v", (G["u"].sum() + 1) * G["c"] * G["v"]),
        ("mean(A)*mean(u)", G["A"].mean() * G["u"].mean()),
        ("mean(c*A + 1)", (G["c"] * G["A"] + 1).mean()),
        ("sum(A @ B) + sum(c)", (G["A"] @ G["B"]).sum() + G["c"]),
        ("sum(3*A) - sum(u*u)*2", 3 * G["A"].sum() - 2 * (G["u"] ** 2).sum()),
        ("max(A)", G["A"].max()),
        ("min(A)", G["A"].min()),
        ("min(2*A + u) * 3", (2 * G["A"] + G["u"]).min() * 3),
        ("max(A, u)", np.maximum(G["A"], G["u"])),
        ("max(A, 0, c)", np.maximum(np.maximum(G["A"], 0), G["c"])),
        ("where(A > u, A, -c)", np.where(G["A"] > G["u"], G["A"], -G["c"])),
        ("exp(A - max(A))", np.exp(G["A"] - G["A"].max())),
        ("abs(u) + sign(u)*e - pi", np.abs(G["u"]) + np.sign(G["u"]) * np.e - np.pi),
        ("log(exp(u) + 1)", np.log(np.exp(G["u"]) + 1)),
        ("u - u", np.zeros(3)),
        ("0*u + 1", np.ones(3)),
        ("softplus(A @ u)", np.log(1 + np.exp(G["A"] @ G["u"]))),
        ("softmax(T)", softmax(G["T"])),
    ],
)
def test_whole_array_notation_follows_numpy(text: str, expected: Array) -> None:
    net = network(G, f"r = {text}\nL = sum(r)")
    check(net, {"r": expected})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r[j,i] = A[i,j]", G["A"].T),
        ("r[i] = sum(A[i,j]*u[j], j) + sum(B[j,i]*u[j], j)", G["A"] @ G["u"] + G["B"].T @ G["u"]),
        ("r[i] = sum(A[i,j], j) + sum(v[j], j)", G["A"].sum(1) + G["v"].sum()),
        ("r[i] = sum(sum(T[i,j,k]*u[k], k)*v[j], j)", np.einsum("ijk,k,j->i", G["T"], G["u"], G["v"])),
        ("r[i] = sum(T[i,j,k], j, k)", G["T"].sum((1, 2))),
        ("r[i] = sum(v[i]*u[j] + c, j)", G["v"] * G["u"].sum() + 3 * G["c"]),
        ("r[i] = mean(v[i], j, k)*u[0]", G["v"] * G["u"][0]),
        ("r[i] = max(A[i,j], j) - min(T[i,j,k]**2, j, k)", G["A"].max(1) - (G["T"] ** 2).min((1, 2))),
        ("r[j] = u[2-j]", G["u"][::-1]),
        ("r[i] = A[i,1]*u[2]", G["A"][:, 1] * G["u"][2]),
        ("r[i] = sum(u)*v[i]", G["u"].sum() * G["v"]),
        ("r[i] = sum(A @ u)*v[i] + u @ u", (G["A"] @ G["u"]).sum() * G["v"] + G["u"] @ G["u"]),
        ("r[i] = sum(exp(sum(A[k,j]*u[j], j) - v[i]), k)",
         np.exp((G["A"] @ G["u"])[None, :] - G["v"][:, None]).sum(1)),
        ("r[i,k] = softmax(T[i,k,0], i)", softmax(G["T"][:, :, 0].T).T),
    ],
)  # fmt: skip
def test_index_notation(text: str, expected: Array) -> None:
    ranges = {"j": (0, 2)} if "u[2-j]" in text else {}
    ranges = {"j": (0, 2), "k": (0, 4)} if "mean(v" in text else ranges
    net = network(G, f"{text}\nL = sum(r)", ranges=ranges)
    check(net, {"r": expected})


def test_indices_counted_from_one() -> None:
    given = {"x": draw(5), "K": draw(3)}
    net = network(
        given,
        "c[i] = sum(K[u]*x[i+u-1], u) + x[1]\nd[1] = x[5]\nd[2] = c[3]\nL = c[1]",
        ranges={"i": (1, 3)},
        index_base=1,
    )
    x, k = given["x"], given["K"]
    c = np.correlate(x, k, "valid") + x[0]
    check(net, {"c": c, "d": np.array([x[4], c[2]]), "L": c[0]})
    assert net.quantities["c"].naming.start == (1,)


def test_equal_parts_share_one_quantity() -> None:
    net = network(
        G, "r[i] = exp(u[i])/sum(exp(u[k]), k)\nq[i] = 2/sum(exp(u[k]), k)*u[i]\nL = sum(r*q)"
    )
    assert list(net.quantities)[len(G) :] == ["s_r", "r", "q", "L"]


def test_normal_form_keeps_factors_in_front() -> None:
    net = network(G, "L = -3*sum((u[i] - 1)**2, i)/4 + c/2")
    first, second = net.equations[0].body.terms  # type: ignore[union-attr]
    assert (first.coefficient, second.coefficient) == (sympy.Rational(-3, 4), sympy.Rational(1, 2))
    assert [index.name for index in first.bound] == ["i"]
    assert [str(symbol) for symbol in net.equations[0].refs] == ["u[i]", "c"]
    assert all(symbol.is_real for symbol in net.equations[0].refs)
