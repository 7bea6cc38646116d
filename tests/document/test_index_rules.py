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
