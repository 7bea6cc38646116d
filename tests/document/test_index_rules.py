"""Gradients in index letters, where an array is read in several places: put to the checker, which evaluates them."""

from __future__ import annotations

import re

import pytest

import derivgen
from derivgen.checking.report import Verdict
from derivgen.network.spec import task_from_mapping

_VALUES = {
    "X": {"values": [["-0.4", "0.3"], ["0.5", "0.2"]], "role": "input"},
    "A": [["-0.9", "0.2"], ["0.4", "-0.8"]],
    "W": [["0.4", "1.0"], ["0.7", "0.8"]],
    "Y": {"values": [["0.7", "-0.2"], ["-0.5", "-0.1"]], "role": "target"},
}


@pytest.mark.parametrize(
    "equations",
    [
        # the rows and the columns of S read Q: each reading has letters of its own in the equation
        ["Q = X @ W", "S = Q @ A @ Q.T"],
        # S_ii reads Q twice
        ["Q = X @ W", "S[i,j] = sum(Q[i,k]*Q[j,k]*A[k,k], k)"],
        # two equations read it, by other letters
        ["Q = X @ W", "P[m,n] = softmax(Q[m,n], n)", "S[i,j] = sum(P[i,k]*Q[k,j], k)"],
        # S is summed over a letter that its derivative by Q does not have
        ["Q = X @ W", "S = X @ Q @ A"],
    ],
)
def test_every_rule_is_true(equations: list[str]) -> None:
    spec = {
        "arrays": _VALUES,
        "equations": [*equations, "L = sum((Y[i,d] - S[i,d])**2, i, d)/2"],
        "loss": "L",
        "training": {"learning_rate": 0.3},
        "document": {"views": ["matrix"]},
    }
    text = derivgen.derive(task_from_mapping(spec)).to_markdown()
    lines = text.splitlines()
    rules = [at for at, line in enumerate(lines, 1) if r"\partial Q" in line and r"\sum" in line]
    claims = derivgen.check(text, language="markdown").claims
    fine = (Verdict.CORRECT, Verdict.UNDECIDED)
    assert not [claim.message for claim in claims if claim.verdict not in fine]
    worked_out = {claim.place.line: claim.verdict for claim in claims}  # the last one of a line
    assert rules
    assert all(worked_out[at] is Verdict.CORRECT for at in rules)
    for at in rules:
        for term in re.split(r" = | \+ ", lines[at - 1]):
            body = re.sub(r"\\sum_\{\w\}", "", term)
            for letter in re.findall(r"\\sum_\{(\w)\}", term):
                assert re.search(rf"_\{{\w*{letter}\w*\}}", body), term


def test_a_shifted_index_is_solved_and_a_number_has_a_rule_of_its_own() -> None:
    """``h[t,n]`` reads ``h[t-1,k]``, so that no sum runs over t; the loss reads ``h[3,n]`` alone."""
    spec = {
        "arrays": {
            "x": {"values": [["0.4"], ["0.6"], ["0.9"]], "role": "input"},
            "y": {"values": ["0.2", "0.1"], "role": "target"},
            "s": ["0", "0.1"],
            "W": [["0.42"], ["0.3"]],
            "U": [["-0.54", "0.2"], ["0.1", "0.7"]],
        },
        "equations": [
            "h[0,n] = s[n]",
            "h[t,n] = tanh(sum(W[n,j]*x[t-1,j], j) + sum(U[n,k]*h[t-1,k], k))",
            "L = sum((y[n] - h[3,n])**2, n)/2",
        ],
        "loss": "L",
        "ranges": {"t": [1, 3]},
        "training": {"learning_rate": 0.5},
        "document": {"views": ["matrix"]},
    }
    text = derivgen.derive(task_from_mapping(spec)).to_markdown()
    (of_h,) = re.findall(r"\\frac\{\\partial L\}\{\\partial h_\{tk\}\} &=(.*)", text)
    (of_last,) = re.findall(r"\\frac\{\\partial L\}\{\\partial h_\{3n\}\} &=(.*)", text)
    assert r"\sum_{t}" not in of_h
    assert r"\sum_{n}" in of_h
    assert r"\sum" not in of_last
    claims = derivgen.check(text, language="markdown").claims
    assert not [c.message for c in claims if c.verdict not in (Verdict.CORRECT, Verdict.UNDECIDED)]


def test_elements_that_are_read_in_another_way_have_a_rule_of_their_own() -> None:
    """``d[k]`` reads the diagonal of Q alone, S all of it: one rule for both kinds would be false for one of them."""
    spec = {
        "arrays": {**_VALUES, "g": {"values": ["0.3", "0.2"], "role": "input"}},
        "equations": [
            "Q = X @ W",
            "S[i,j] = tanh(Q[i,j])",
            "d[k] = Q[k,k]*g[k]",
            "L = sum((Y[i,j] - S[i,j])**2, i, j)/2 + sum(d[k]**2, k)",
        ],
        "loss": "L",
        "training": {"learning_rate": 0.3},
        "document": {"views": ["matrix"]},
    }
    text = derivgen.derive(task_from_mapping(spec)).to_markdown()
    assert "The rule for $Q_{ij}$ leaves out $Q_{kk}$." in text
    (of_all,) = re.findall(r"\\partial L\}\{\\partial Q_\{ij\}\} &=(.*)", text)
    (of_diagonal,) = re.findall(r"\\partial L\}\{\\partial Q_\{kk\}\} &=(.*)", text)
    assert "d_{" not in of_all
    assert "d_{k}" in of_diagonal
    assert "S_{kk}" in of_diagonal
    at = next(n for n, line in enumerate(text.splitlines(), 1) if of_diagonal in line)
    claims = derivgen.check(text, language="markdown").claims
    assert [c.verdict for c in claims if c.place.line == at] == [Verdict.CORRECT] * 2
    assert not [c.message for c in claims if c.verdict not in (Verdict.CORRECT, Verdict.UNDECIDED)]


def test_steps_through_an_array_meet_only_where_they_have_an_element_in_common() -> None:
    """q_2k and q_2k+1 are never the same element; q_3k is one of both kinds now and then."""

    def rules(reading: str) -> str:
        spec = {
            "arrays": {
                "x": {"values": ["0.4", "0.3", "0.5", "0.2", "-0.6", "0.7"], "role": "input"},
                "w": ["0.4", "1.1"],
            },
            "equations": [
                "q[i] = tanh(x[i])*w[0]",
                "d[k] = q[2*k]*w[1]",
                f"e[k] = q[{reading}]*w[0]",
                "L = sum(d[k]**2, k) + sum(e[k]**2, k)",
            ],
            "loss": "L",
            "ranges": {"k": [0, 1]},
            "document": {"views": ["matrix"]},
        }
        return derivgen.derive(task_from_mapping(spec)).to_markdown()

    assert "leaves out" not in rules("2*k + 1")
    met = rules("3*k")
    assert "The rule for $q_{2 k}$ leaves out $q_{3 k}$." in met
    assert "The rule for $q_{3 k}$ leaves out $q_{2 k}$." in met


def test_a_term_beyond_the_range_of_its_index_is_explained() -> None:
    """h[0] has no reader h[t-1] behind the last one: x[i] and x[i+1] are read, x[0] by one of them alone."""
    spec = {
        "arrays": {"x": {"values": ["0.4", "0.3", "0.5"], "role": "input"}, "w": ["0.4", "1.1"]},
        "equations": [
            "q[i] = tanh(x[i])*w[0]",
            "d[k] = q[k]*w[1] + q[k+1]*w[0]",
            "L = sum(d[k]**2, k)",
        ],
        "loss": "L",
        "ranges": {"k": [0, 1]},
        "document": {"views": ["matrix"]},
    }
    text = derivgen.derive(task_from_mapping(spec)).to_markdown()
    assert text.count("A term with an index beyond its range is absent.") == 1
    spec["equations"][1] = "d[k] = q[k]*w[1]"
    spec["ranges"] = {"k": [0, 2]}
    assert "beyond" not in derivgen.derive(task_from_mapping(spec)).to_markdown()
