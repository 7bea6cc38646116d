"""The curve of the loss and its table: what they show is what the training did."""

from __future__ import annotations

from math import inf, log10, nan

import pytest

from derivgen.api import derive, task, values
from derivgen.document.blocks import Arrow, Curve, Figure, Label, Math, Picture, Table, Words
from derivgen.document.figure_loss import loss_picture
from derivgen.document.history import MOST_ROWS, round_interval
from derivgen.formula.latex import LATEX
from derivgen.formula.tree import Number, Power, Symbol, Text

L = Symbol("L")


def labels(picture: Picture, anchor: str) -> list[tuple[float, float, float]]:
    """Place and value of the labels at an axis; a power of ten counts as its exponent."""
    found = []
    for shape in picture.shapes:
        if isinstance(shape, Label) and shape.anchor == anchor:
            node = shape.content.exponent if isinstance(shape.content, Power) else shape.content
            if not isinstance(node, Text):
                text = LATEX.write(node).replace(r" \times 10^{", "e").rstrip("}")
                found.append((shape.x, shape.y, float(text)))
    return found


def curve_of(picture: Picture) -> tuple[tuple[float, float], ...]:
    [curve] = [shape for shape in picture.shapes if isinstance(shape, Curve)]
    return curve.points


def read_off(picture: Picture) -> list[tuple[float, float]]:
    """The points of the curve as somebody with a ruler reads them, between the labels of the axes."""
    (x0, _, a), *_, (x1, _, b) = labels(picture, "above")
    (_, y0, c), *_, (_, y1, d) = labels(picture, "right")
    return [
        (a + (x - x0) / (x1 - x0) * (b - a), c + (y - y0) / (y1 - y0) * (d - c))
        for x, y in curve_of(picture)
    ]


@pytest.mark.parametrize(
    "losses",
    [
        [0.0981 * 0.9**n for n in range(9)],
        [3.0, 2.9, 2.95, 2.8],
        [5e-9, 4e-9, 2e-9, 1e-9, 0.5e-9],
        [-12.0, -13.5, -14.0, -20.0],
        [2e7 + n for n in range(50)],
        [1.0, 1.0, 1.0, 1.0],
        [0.0, 0.0, 0.0, 0.0],
        [float(n * n) for n in range(12)],
    ],
)
def test_the_curve_can_be_read_off_its_axes(losses: list[float]) -> None:
    picture = loss_picture(losses, L)
    assert picture is not None
    room = max(losses) - min(losses) or abs(losses[0]) + 1
    for (x, y), (step, loss) in zip(read_off(picture), enumerate(losses), strict=True):
        assert x == pytest.approx(step, abs=1e-6 * len(losses))
        assert y == pytest.approx(loss, abs=1e-6 * room)


def test_a_loss_that_shrinks_by_far_is_drawn_over_powers_of_ten() -> None:
    losses = [0.5**n for n in range(25)]
    picture = loss_picture(losses, L)
    assert picture is not None
    assert any(isinstance(s, Label) and isinstance(s.content, Power) for s in picture.shapes)
    for (_, y), loss in zip(read_off(picture), losses, strict=True):
        assert y == pytest.approx(log10(loss), abs=1e-6)


@pytest.mark.parametrize("count", [4, 5, 11, 26, 100, 301, 4_000])
@pytest.mark.parametrize("scale", [1e-12, 0.003, 1.0, 7e5])
def test_ticks_are_few_and_inside(count: int, scale: float) -> None:
    picture = loss_picture([scale / (1 + n / 7) for n in range(count)], L)
    assert picture is not None
    across, up = labels(picture, "above"), labels(picture, "right")
    assert 2 <= len(across) <= 7
    assert 2 <= len(up) <= 7
    assert all(value == int(value) for *_, value in across)
    for shape in picture.shapes:
        points = shape.points if isinstance(shape, Arrow | Curve) else [(shape.x, shape.y)]
        assert all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in points)


def test_a_long_training_keeps_its_shape_and_its_spikes() -> None:
    losses = [1.0 + 1 / (n + 1) for n in range(100_000)]
    losses[54_321] = 9.0
    picture = loss_picture(losses, L)
    assert picture is not None
    points = read_off(picture)
    assert len(points) < 400
    assert max(y for _, y in points) == pytest.approx(9.0)
    assert points[-1] == (pytest.approx(99_999), pytest.approx(losses[-1]))


def test_there_is_no_curve_of_nothing() -> None:
    assert loss_picture([1.0, 0.5, 0.25], L) is None
    assert loss_picture([1.0, 0.5, inf, 0.25], L) is None
    assert loss_picture([1.0, 0.5, nan, 0.25], L) is None


@pytest.mark.parametrize("steps", [*range(1, 130), 999, 1000, 1001, 12_345, 10**6])
def test_a_table_of_steps_stays_short(steps: int) -> None:
    every = round_interval(steps)
    assert str(every).rstrip("0") in ("1", "2", "5")
    assert steps // every <= MOST_ROWS
    assert every == 1 or steps > MOST_ROWS


def trained(steps: int, **document: object) -> dict[str, object]:
    return {
        "data": {"inputs": [0.5, -1.0], "targets": [1.0]},
        "layers": [{"dense": 1, "activation": "sigmoid", "weights": [[0.4, -0.2]], "bias": [0.1]}],
        "loss": "half_squared_error",
        "training": {"learning_rate": 0.5, "steps": steps},
        "document": document,
    }


@pytest.mark.parametrize("style", ["tutorial", "handout", "summary"])
def test_the_history_of_a_training(style: str) -> None:
    given = task(**trained(47))
    expected = [step["loss"] for step in values(given)["steps"]]
    blocks = list(derive(given, style).document.blocks())
    [table] = [b for b in blocks if isinstance(b, Table) and b.header[0] == (Words("Steps taken"),)]
    shown = {}
    for (step,), (loss,) in table.rows:
        assert isinstance(step, Words)
        assert isinstance(loss, Math)
        assert isinstance(loss.formula, Number)
        shown[int(step.text)] = float(loss.formula.text)
    assert list(shown) == [0, 1, 2, 3, 4, *range(5, 46, 5), 47]
    for step, loss in shown.items():
        if step < 47:
            assert loss == pytest.approx(expected[step], abs=6e-5)
    assert shown[47] < expected[46]
    [picture] = [
        b.picture
        for b in blocks
        if isinstance(b, Figure) and any(isinstance(s, Curve) for s in b.picture.shapes)
    ]
    assert [y for _, y in read_off(picture)][:47] == pytest.approx(expected)


def test_without_figures_there_is_no_curve() -> None:
    for given in (trained(47, figure=False), trained(2)):
        blocks = derive(task(**given)).document.blocks()  # type: ignore[arg-type]
        assert not [b for b in blocks if isinstance(b, Figure) and "curve" in b.alternative]
