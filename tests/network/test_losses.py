"""Every loss against PyTorch and NumPy; collapsed forms against the full chain; domains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import sympy

from derivgen.errors import DerivgenError, Place
from derivgen.network.functions import FUNCTIONS, Z, derivative_of
from derivgen.network.functions import A as VALUE
from derivgen.network.losses import LOSSES, Loss, check_targets, loss_named

Y, A = sympy.symbols("Y A", real=True)
EVERY = [
    *{loss.name: loss for loss in LOSSES.values()}.values(),
    loss_named("huber", delta=0.5),
]


def ids(loss: Loss) -> str:
    return loss.functions[0].name if loss.functions else loss.name


def term_of(loss: Loss, text: str | None = None) -> sympy.Expr:
    """The term with the table's functions put in; the text is ours, so sympy may parse it."""
    known: dict[str, Any] = {"Y": Y, "A": A}
    for function in (*FUNCTIONS.values(), *loss.functions):
        known[function.name] = lambda x, e=function.expression: e.subs(Z, x)
    return sympy.parse_expr(text or loss.term, local_dict=known)


def total(loss: Loss, prediction: np.ndarray, target: np.ndarray) -> float:
    """The loss of one sample, through its term."""
    if loss.through == "log_softmax":
        prediction = prediction - np.log(np.exp(prediction).sum())
    terms = sympy.lambdify((Y, A), term_of(loss), "math")
    found = [terms(y, a) for y, a in zip(target.tolist(), prediction.tolist(), strict=True)]
    return float(np.mean(found) if loss.outputs == "mean" else np.sum(found))


def sample(loss: Loss, size: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """A prediction and a target inside the domains of the loss."""
    draw = np.random.default_rng(sum(map(ord, loss.name)))
    domains: Mapping[str, Callable[[], np.ndarray]] = {
        "real": lambda: draw.normal(size=size) * 2,
        "unit": lambda: draw.uniform(size=size),
        "open_unit": lambda: draw.uniform(0.01, 0.99, size=size),
        "positive": lambda: draw.dirichlet(np.ones(size)),
        "distribution": lambda: draw.dirichlet(np.ones(size)),
        "sign": lambda: draw.choice([-1.0, 1.0], size=size),
    }
    return domains[loss.predictions](), domains[loss.targets]()


#: independent formulas, for the sum over the outputs or their mean, as the loss has it
FORMULAS: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = MappingProxyType(
    {
        "half_squared_error": lambda a, y: 0.5 * np.dot(a - y, a - y),
        "squared_error": lambda a, y: np.linalg.norm(a - y) ** 2,
        "mean_squared_error": lambda a, y: np.var(a - y) + np.mean(a - y) ** 2,
        "absolute_error": lambda a, y: np.linalg.norm(a - y, 1),
        "mean_absolute_error": lambda a, y: np.linalg.norm(a - y, 1) / a.size,
        "huber": lambda a, y: sum(0.5 * e * e if e < 1 else e - 0.5 for e in np.abs(a - y)),
        "huber_delta_0_5": lambda a, y: sum(
            0.5 * e * e if e < 0.5 else 0.5 * e - 0.125 for e in np.abs(a - y)
        ),
        "binary_cross_entropy": lambda a, y: -np.log(a**y * (1 - a) ** (1 - y)).sum(),
        "binary_cross_entropy_logits": lambda a, y: np.logaddexp(0, -a).sum() + np.dot(1 - y, a),
        "categorical_cross_entropy": lambda a, y: -np.log(np.prod(a**y)),
        "categorical_cross_entropy_logits": lambda a, y: np.logaddexp.reduce(a) - np.dot(a, y),
        "hinge": lambda a, y: sum(max(0.0, 1 - float(m)) for m in a * y),
        "squared_hinge": lambda a, y: sum(max(0.0, 1 - float(m)) ** 2 for m in a * y),
        "log_cosh": lambda a, y: np.logaddexp(a - y, y - a).sum() - a.size * np.log(2),
    }
)


@pytest.mark.parametrize("loss", EVERY, ids=ids)
def test_term_is_the_independent_formula(loss: Loss) -> None:
    prediction, target = sample(loss)
    expected = FORMULAS[ids(loss)](prediction, target)
    assert total(loss, prediction, target) == pytest.approx(expected, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("loss", EVERY, ids=ids)
def test_term_and_gradient_are_those_of_torch(loss: Loss) -> None:
    torch = pytest.importorskip("torch")
    from torch.nn import functional as F

    theirs: Mapping[str, Callable[[Any, Any], Any]] = {
        "half_squared_error": lambda a, y: F.mse_loss(a, y, reduction="sum") / 2,
        "squared_error": lambda a, y: F.mse_loss(a, y, reduction="sum"),
        "mean_squared_error": F.mse_loss,
        "absolute_error": lambda a, y: F.l1_loss(a, y, reduction="sum"),
        "mean_absolute_error": F.l1_loss,
        "huber": lambda a, y: F.huber_loss(a, y, reduction="sum"),
        "huber_delta_0_5": lambda a, y: F.huber_loss(a, y, reduction="sum", delta=0.5),
        "binary_cross_entropy": lambda a, y: F.binary_cross_entropy(a, y, reduction="sum"),
        "binary_cross_entropy_logits": lambda a, y: F.binary_cross_entropy_with_logits(
            a, y, reduction="sum"
        ),
        "categorical_cross_entropy": lambda a, y: F.nll_loss(
            a.log().unsqueeze(0), y.unsqueeze(0).argmax(1)
        ),
        "categorical_cross_entropy_logits": F.cross_entropy,
        "hinge": lambda a, y: F.margin_ranking_loss(
            a, torch.zeros_like(a), y, margin=1.0, reduction="sum"
        ),
        "squared_hinge": lambda a, y: torch.clamp(1 - a * y, min=0).square().sum(),
        "log_cosh": lambda a, y: torch.log(torch.cosh(a - y)).sum(),
    }
    prediction, target = sample(loss)
    if loss.name == "categorical_cross_entropy":
        target = np.eye(target.size)[target.argmax()]
    leaf = torch.tensor(prediction, requires_grad=True)
    value = theirs[ids(loss)](leaf, torch.tensor(target))
    value.backward()
    assert total(loss, prediction, target) == pytest.approx(value.item(), rel=1e-12)
    assert gradient(loss, prediction, target) == pytest.approx(leaf.grad.numpy(), rel=1e-10)


def gradient(loss: Loss, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    if loss.through == "log_softmax":
        logs = prediction - np.log(np.exp(prediction).sum())
        return collapsed_values(loss, logs, target)
    slope = sympy.lambdify((Y, A), sympy.diff(term_of(loss), A), ["math", {"sign": np.sign}])
    found = [slope(y, a) for y, a in zip(target.tolist(), prediction.tolist(), strict=True)]
    return np.array(found, dtype=float) / (len(found) if loss.outputs == "mean" else 1)


def collapsed_values(loss: Loss, prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    assert loss.collapsed is not None
    formula = sympy.lambdify((Y, A), term_of(loss, loss.collapsed), "numpy")
    return np.asarray(formula(target, prediction))


def softmax(z: list[sympy.Symbol]) -> list[sympy.Expr]:
    whole = sympy.Add(*(sympy.exp(each) for each in z))
    return [sympy.exp(each) / whole for each in z]


ACTIVATIONS: Mapping[str, Callable[[list[sympy.Symbol]], list[sympy.Expr]]] = {
    "sigmoid": lambda z: [FUNCTIONS["sigmoid"].expression.subs(Z, each) for each in z],
    "softmax": softmax,
    "log_softmax": lambda z: [sympy.log(p) for p in softmax(z)],
}


@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("loss", [x for x in EVERY if x.collapsed], ids=ids)
def test_collapsed_is_the_full_chain(loss: Loss, size: int) -> None:
    assert loss.collapse_with is not None
    assert loss.collapsed is not None
    z = list(sympy.symbols(f"z:{size}", real=True))
    y = list(sympy.symbols(f"y:{size}", real=True))
    values = ACTIVATIONS[loss.collapse_with](z)
    term = term_of(loss)
    terms = [term.subs({Y: y[i], A: values[i]}, simultaneous=True) for i in range(size)]
    raw = [sympy.Rational(2 + 3 * i, 7) for i in range(size)]
    at = dict(zip(z, [sympy.Rational(5 * i - 4, 3 + i) for i in range(size)], strict=True))
    at |= {symbol: value / sum(raw) for symbol, value in zip(y, raw, strict=True)}
    for i in range(size):
        full = sympy.diff(sympy.Add(*terms), z[i])
        short = term_of(loss, loss.collapsed).subs({Y: y[i], A: values[i]}, simultaneous=True)
        assert abs(sympy.N((full - short).subs(at), 50)) < sympy.Float("1e-45")
    assert loss.reason.endswith(".")


def test_targets_that_are_no_distribution_break_the_collapse() -> None:
    """Why the domain is checked: with targets (1, 1, 0) the short form is wrong."""
    z = np.array([0.1, 0.2, 0.3])
    target, p = np.array([1.0, 1.0, 0.0]), np.exp(z) / np.exp(z).sum()
    step = 1e-6
    loss = LOSSES["categorical_cross_entropy"]

    def value(first: float) -> float:
        moved = np.exp(np.array([first, *z[1:]]))
        return total(loss, moved / moved.sum(), target)

    numeric = (value(z[0] + step) - value(z[0] - step)) / (2 * step)
    assert abs(numeric - (p - target)[0]) > 0.1
    with pytest.raises(DerivgenError, match=r"E451.*add up to 2"):
        check_targets(loss, target)


@pytest.mark.parametrize("loss", EVERY, ids=ids)
def test_samples_pass_their_own_check(loss: Loss) -> None:
    _, target = sample(loss)
    check_targets(loss, target)
    check_targets(loss, np.stack([target, target]))
    check_targets(loss, np.stack([target, target], axis=1), axis=0)


@pytest.mark.parametrize(
    ("name", "target", "expected"),
    [
        ("half_squared_error", [0.1, np.nan], r"E450: target\[1\] is nan"),
        ("half_squared_error", np.inf, "E450: target is inf"),
        ("binary_cross_entropy", [0.5, 1.5], r"E450: target\[1\] is 1.5, .* from 0 to 1"),
        ("hinge", [[1, -1], [0, 1]], r"E450: target\[1, 0\] is 0, .* -1 or \+1$"),
        ("hinge", [0, 1], r"E450: target\[0\] is 0, .* write -1"),
        ("categorical_cross_entropy", [[1, 0], [0.5, 0.2]], "E451.*sample 1 .* add up to 0.7"),
        ("categorical_cross_entropy", [2, -1], r"E450: target\[0\] is 2"),
    ],
)
def test_targets_outside_the_domain(name: str, target: Any, expected: str) -> None:
    with pytest.raises(DerivgenError, match=expected):
        check_targets(LOSSES[name], np.array(target, dtype=float))


def test_the_error_has_the_place() -> None:
    with pytest.raises(DerivgenError, match=r"^net\.yaml:7:3: E450"):
        check_targets(LOSSES["hinge"], np.array([3.0]), Place("net.yaml", 7, 3))


def test_options() -> None:
    wide = loss_named("huber", delta=2)
    assert wide.functions[0].name in wide.term
    slope = derivative_of(wide.functions[0])
    assert [slope.subs({Z: z, VALUE: 0}) for z in (-3, -2, 1, 2, 3)] == [-2, -2, 1, 2, 2]
    assert loss_named("mse") is LOSSES["mean_squared_error"]
    for arguments, expected in (
        ({"name": "huber", "delta": 0}, "E453"),
        ({"name": "huber", "dleta": 1}, "E452.*'delta'"),
        ({"name": "hinge", "delta": 1}, "E452"),
        ({"name": "hugber"}, "E454.*'huber'"),
    ):
        with pytest.raises(DerivgenError, match=expected):
            loss_named(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("loss", EVERY, ids=ids)
def test_entry_is_complete(loss: Loss) -> None:
    assert loss.summary
    assert loss.words
    assert loss.remark.endswith(".")
    assert (loss.collapse_with is None) == (loss.collapsed is None)
    assert term_of(loss).free_symbols == {Y, A}


def test_no_loss_goes_untested() -> None:
    assert {ids(loss) for loss in EVERY} == set(FORMULAS)
