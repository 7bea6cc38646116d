"""Every optimiser: first steps by hand, trajectories against PyTorch, exact fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from derivgen.errors import DerivgenError
from derivgen.formula.names import parse_name
from derivgen.network.optimisers import (
    ETA,
    OPTIMISERS,
    G,
    Optimiser,
    T,
    W,
    apply,
    initial_states,
    optimiser_named,
    optimiser_options,
)

EVERY = list({rule.name: rule for rule in OPTIMISERS.values()}.values())
START = np.array([1.0, -2.0, 0.5])
#: a quadratic whose gradient is CURVATURE * w
CURVATURE = np.array([1.0, 0.3, 4.0])


def trajectory(rule: Optimiser, eta: float, steps: int, **options: float) -> list[np.ndarray]:
    w, states, found = START, initial_states(rule, START), []
    for t in range(1, steps + 1):
        w, states, _ = apply(rule, w, CURVATURE * w, states, eta, t, options)
        found.append(w)
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # w = 1, g = 0.5 and then 0.25, eta = 0.1, other numbers by default; by hand
        ("gradient_descent", (0.95, 0.925)),
        ("momentum", (0.95, 0.95 - 0.1 * (0.9 * 0.5 + 0.25))),
        ("heavy_ball", (0.95, 0.95 + (0.9 * -0.05 - 0.025))),
        ("momentum_average", (0.995, 0.995 - 0.1 * (0.9 * 0.05 + 0.1 * 0.25))),
        ("nesterov", (1 - 0.1 * 0.95, 0.905 - 0.1 * (0.25 + 0.9 * 0.7))),
        ("adagrad", (0.9, 0.9 - 0.1 * 0.25 / 0.3125**0.5)),
        ("rmsprop", (1 - 0.1 / 0.1**0.5, 1 - 0.1 / 0.1**0.5 - 0.025 / 0.02875**0.5)),
        ("adam", (0.9, 0.9 - 0.1 * (0.07 / 0.19) / ((0.00031225 / 0.001999) ** 0.5))),
        (
            "adamw",
            (0.899, 0.899 * 0.999 - 0.1 * (0.07 / 0.19) / ((0.00031225 / 0.001999) ** 0.5)),
        ),
    ],
)
def test_two_steps_by_hand(name: str, expected: tuple[float, float]) -> None:
    rule = OPTIMISERS[name]
    w = np.array([1.0])
    first, states, _ = apply(rule, w, np.array([0.5]), initial_states(rule, w), 0.1, 1)
    second, _, _ = apply(rule, first, np.array([0.25]), states, 0.1, 2)
    assert (first[0], second[0]) == pytest.approx(expected, rel=2e-7)


def test_every_rule_is_computed_by_hand() -> None:
    mark = test_two_steps_by_hand.pytestmark[0]  # type: ignore[attr-defined]
    assert {case[0] for case in mark.args[1]} == {rule.name for rule in EVERY}


def test_heavy_ball_is_momentum_at_a_constant_rate() -> None:
    ball, plain = (trajectory(OPTIMISERS[n], 0.05, 6) for n in ("heavy_ball", "momentum"))
    assert np.allclose(ball, plain, rtol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options", "theirs"),
    [
        ("gradient_descent", {}, lambda o, p: o.SGD(p, lr=0.1)),
        ("momentum", {"momentum": 0.8}, lambda o, p: o.SGD(p, lr=0.1, momentum=0.8)),
        ("heavy_ball", {"momentum": 0.8}, lambda o, p: o.SGD(p, lr=0.1, momentum=0.8)),
        (
            "momentum_average",
            {"momentum": 0.75},
            # v here is a quarter of theirs
            lambda o, p: o.SGD(p, lr=0.025, momentum=0.75),
        ),
        (
            "nesterov",
            {"momentum": 0.8},
            lambda o, p: o.SGD(p, lr=0.1, momentum=0.8, nesterov=True),
        ),
        ("adagrad", {"epsilon": 1e-4}, lambda o, p: o.Adagrad(p, lr=0.1, eps=1e-4)),
        ("rmsprop", {"epsilon": 1e-4}, lambda o, p: o.RMSprop(p, lr=0.1, alpha=0.9, eps=1e-4)),
        (
            "adam",
            {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4},
            lambda o, p: o.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-4),
        ),
        (
            "adamw",
            {"beta1": 0.8, "epsilon": 1e-4, "weight_decay": 0.2},
            lambda o, p: o.AdamW(p, lr=0.1, betas=(0.8, 0.999), eps=1e-4, weight_decay=0.2),
        ),
    ],
)
def test_trajectory_is_that_of_torch(
    name: str, options: dict[str, float], theirs: Callable[[Any, Any], Any]
) -> None:
    torch = pytest.importorskip("torch")
    w = torch.tensor(START, requires_grad=True)
    rule = theirs(torch.optim, [w])
    ours = trajectory(OPTIMISERS[name], 0.1, 5, **options)
    for step in ours:
        rule.zero_grad()
        (torch.tensor(CURVATURE) * w**2 / 2).sum().backward()
        rule.step()
        assert step == pytest.approx(w.detach().numpy(), rel=1e-12)


@pytest.mark.parametrize("rule", EVERY, ids=lambda r: r.name)
def test_fractions_stay_fractions_or_are_refused(rule: Optimiser) -> None:
    w = np.array([Fraction(1), Fraction(-1, 3)], dtype=object)
    g = np.array([Fraction(1, 7), Fraction(2)], dtype=object)
    if not rule.rational:
        with pytest.raises(DerivgenError, match="E503"):
            apply(rule, w, g, initial_states(rule, w), Fraction(1, 10), 1)
        return
    exact, states, _ = apply(rule, w, g, initial_states(rule, w), Fraction(1, 10), 1)
    assert all(isinstance(x, Fraction) for x in exact)
    assert all(isinstance(x, Fraction) for s in states.values() for x in s)
    plain = apply(rule, w.astype(float), g.astype(float), initial_states(rule, w), 0.1, 1)[0]
    assert exact.astype(float) == pytest.approx(plain.astype(float), rel=1e-14)


def test_rules_with_roots_are_not_rational() -> None:
    assert {rule.name for rule in EVERY if not rule.rational} == {
        "adagrad",
        "rmsprop",
        "adam",
        "adamw",
    }


@pytest.mark.parametrize("rule", EVERY, ids=lambda r: r.name)
def test_entry_is_complete(rule: Optimiser) -> None:
    states = [variable.symbol for variable in rule.states]
    known = {W, G, ETA, T, *states, *(rule.option_symbol(o.name) for o in rule.options)}
    for symbol, expression in rule.steps:
        assert expression.free_symbols <= known
        known.add(symbol)
    assert rule.steps[-1][0] == W
    computed = {symbol for symbol, _ in rule.steps}
    assert computed == {W, *(variable.symbol for variable in rule.variables)}
    assert set(states) <= computed
    for named in (*rule.variables, *rule.options):
        assert parse_name(named.latex) is not None
        assert named.summary
    assert rule.summary
    assert rule.remark.endswith(".")
    assert all(option.holds(option.default) for option in rule.options)


def test_intermediate_results_are_handed_back() -> None:
    rule = OPTIMISERS["adam"]
    w = np.array([1.0])
    done = apply(rule, w, np.array([0.5]), initial_states(rule, w), 0.1, 1)[2]
    assert list(done) == ["m", "v", "m_hat", "v_hat", "w"]
    assert done["m_hat"] == pytest.approx(0.5)
    assert done["v_hat"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("adam", {"beta1": 1}, "E453.*at least 0 and below 1"),
        ("adam", {"beta3": 1}, "E452.*'beta"),
        ("gradient_descent", {"momentum": 0.5}, "E452.*has none"),
    ],
)
def test_bad_options(name: str, options: dict[str, float], expected: str) -> None:
    with pytest.raises(DerivgenError, match=expected):
        optimiser_options(OPTIMISERS[name], options)


def test_unknown_optimiser() -> None:
    with pytest.raises(DerivgenError, match=r"E454.*did you mean 'adam'"):
        optimiser_named("adm")


def test_each_step_goes_on_with_what_was_settled() -> None:
    """With a pocket calculator of two decimals the root is taken of 0.13, not of 0.1267."""
    rule = OPTIMISERS["adagrad"]
    w = np.array([1.0])
    states = initial_states(rule, w)
    new, memory, _ = apply(
        rule, w, np.array([0.356]), states, 0.5, 1, settle=lambda _, values: np.round(values, 2)
    )
    assert memory["s"][0] == 0.13
    assert new[0] == round(1 - 0.5 * 0.356 / (0.13**0.5 + 1e-8), 2)
