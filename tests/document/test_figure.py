"""The figure of a network: its structure read off equations, everything in it, nothing on top."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping

import numpy as np
import pytest

from derivgen.document.blocks import Arrow, Box, Circle, Label, Picture
from derivgen.document.figure import caption_of, network_picture
from derivgen.document.figure_lines import RADIUS, rounded
from derivgen.document.figure_structure import columns_of
from derivgen.document.figure_units import RULES
from derivgen.formula.latex import LATEX
from derivgen.formula.tree import Delimited, Node, Number, Symbol
from derivgen.network.equations import build_network, equations_of
from derivgen.network.functions import FUNCTIONS
from derivgen.network.model import Naming, Network, Quantity, Role
from derivgen.notation import Names

Given = tuple[str, tuple[int, ...], Role]


def quantity(name: str, shape: tuple[int, ...], role: Role) -> Quantity:
    """``W2`` is written w^{(2)} with its indices; every element has a value of its own."""
    number = re.sub(r"\D", "", name)
    raised = Delimited(Number(number)) if number and shape else None
    naming = Naming(Symbol(name[0].lower()), raised, start=(1,) * len(shape))
    if number and not shape:
        naming = Naming(Symbol(name[0]), prefix=Number(number))
    size = int(np.prod(shape, dtype=int))
    values = np.linspace(-0.99, 0.99, size + 1)[:size].reshape(shape)
    return Quantity(name, shape, role, naming, role is Role.PARAMETER, values)


def network(
    given: list[Given],
    text: str,
    sample: str | None = None,
    ranges: Mapping[str, tuple[int, int]] | None = None,
) -> Network:
    return build_network(
        [quantity(*one) for one in given],
        equations_of(text),
        loss=None,
        functions=FUNCTIONS,
        sample_index=sample,
        ranges=ranges or {},
    )


def dense(*sizes: int, shared: bool = False, batch: int = 0) -> Network:
    """Fully connected layers with sigmoids and half squared errors, as plain equations."""
    rows, n = ((batch,), "n,") if batch else ((), "")
    given: list[Given] = [
        ("x", (*rows, sizes[0]), Role.INPUT),
        ("y", (*rows, sizes[-1]), Role.TARGET),
    ]
    lines, before = [], "x"
    for number, (fan_in, units) in enumerate(itertools.pairwise(sizes), 1):
        given.append((f"W{number}", (units, fan_in), Role.PARAMETER))
        given.append((f"b{number}", () if shared else (units,), Role.PARAMETER))
        bias = f"b{number}" if shared else f"b{number}[j]"
        lines.append(f"z{number}[{n}j] = sum(W{number}[j,i]*{before}[{n}i], i) + {bias}")
        lines.append(f"a{number}[{n}j] = sigmoid(z{number}[{n}j])")
        before = f"a{number}"
    over = "k, n" if batch else "k"
    lines.append(f"L = sum((y[{n}k] - {before}[{n}k])**2, {over})/2")
    return network(given, "\n".join(lines), "n" if batch else None)


def digits(net: Network, array: str, index: tuple[int, ...]) -> str | None:
    values = net.quantities[array].values
    return None if values is None else f"{values[index]:.2f}"


def draw(net: Network) -> Picture:
    picture = network_picture(net, Names(net), lambda array, index: digits(net, array, index))
    assert picture is not None
    return picture


def formulas(picture: Picture) -> list[Node]:
    found = []
    for shape in picture.shapes:
        if isinstance(shape, Label):
            found.append(shape.content)
        elif shape.label is not None:
            found.append(shape.label)
    return found


def written(picture: Picture) -> list[str]:
    return [LATEX.write(formula) for formula in formulas(picture)]


def rough_box(node: Node, x: float, y: float, size: float) -> tuple[float, float, float, float]:
    """A box by counting characters, scripts above each other: no code shared with the layout."""
    source = LATEX.write(node).replace(r"\mathord", "")
    stacked = re.sub(r"_\{([^{}]*)\}\^\{([^{}]*)\}", lambda m: max(m[1], m[2], key=len)[:9], source)
    bare = re.sub(r"\\hat|\\boldsymbol|[{}_^\\]", "", stacked)
    scripts = len("".join(re.findall(r"_\{([^{}]*)\}", source)))
    width = (0.5 * len(bare.replace(" ", "")) - 0.15 * scripts) * size
    return x - width / 2, y - 0.42 * size, x + width / 2, y + 0.42 * size


def boxes(picture: Picture) -> list[tuple[float, float, float, float]]:
    found = []
    for shape in picture.shapes:
        match shape:
            case Arrow() if shape.label is not None:
                (x, y), (u, v) = shape.points
                at = shape.at
                centre = x + (u - x) * at, y + (v - y) * at
                found.append(rough_box(shape.label, *centre, picture.size))
            case Circle(x, y, radius):
                side = 0.9 * radius
                found.append((x - side, y - side, x + side, y + side))
            case Label(x, y, content, anchor):
                a, b, c, d = rough_box(content, x, y, picture.size)
                across = {"left": (c - a) / 2, "right": (a - c) / 2}.get(anchor, 0.0)
                down = {"above": (d - b) / 2, "below": (b - d) / 2}.get(anchor, 0.0)
                found.append((a + across, b + down, c + across, d + down))
    return found


def overlapping(picture: Picture) -> list[object]:
    return [
        (one, two)
        for one, two in itertools.combinations(boxes(picture), 2)
        if min(one[2], two[2]) > max(one[0], two[0]) and min(one[3], two[3]) > max(one[1], two[1])
    ]


SMALL = [(2, 2, 1), (2, 2, 2), (3, 2, 1), (3, 5, 4, 2)]


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("sizes", SMALL, ids=str)
def test_no_label_covers_another_or_a_unit(sizes: tuple[int, ...], shared: bool) -> None:
    picture = draw(dense(*sizes, shared=shared))
    assert overlapping(picture) == []
    assert picture.size >= 7
    assert picture.width <= 440
    assert picture.height <= 332


@pytest.mark.parametrize("sizes", SMALL, ids=str)
def test_every_unit_and_every_weight_is_there(sizes: tuple[int, ...]) -> None:
    net = dense(*sizes)
    names = Names(net)
    found = written(draw(net))
    units = ["x", *(f"a{number}" for number in range(1, len(sizes)))]
    for array, size in zip(units, sizes, strict=True):
        for place in range(size):
            assert LATEX.write(names.entry(array, (place,))) in found
    valued = max(a * b for a, b in itertools.pairwise(sizes)) <= RULES.valued_edges
    for number in range(1, len(sizes)):
        for index in np.ndindex(net.quantities[f"W{number}"].shape):
            name = LATEX.write(names.entry(f"W{number}", index))
            expected = f"{name} = {digits(net, f'W{number}', index)}" if valued else name
            assert found.count(expected) == 1


def test_a_weight_stands_on_the_edge_that_it_weighs() -> None:
    net = dense(2, 3, 1)
    names = Names(net)
    picture = draw(net)
    circles = {LATEX.write(s.label): s for s in picture.shapes if isinstance(s, Circle) and s.label}
    for unit, source in np.ndindex(3, 2):
        label = LATEX.write(names.entry("W1", (unit, source)))
        (arrow,) = [
            s
            for s in picture.shapes
            if isinstance(s, Arrow) and s.label and LATEX.write(s.label).startswith(label)
        ]
        for array, place, point in (("x", source, arrow.points[0]), ("a1", unit, arrow.points[1])):
            circle = circles[LATEX.write(names.entry(array, (place,)))]
            distance = np.hypot(circle.x - point[0], circle.y - point[1])
            assert distance == pytest.approx(circle.radius, abs=0.7)


def test_a_shared_bias_is_drawn_once_and_reaches_every_unit() -> None:
    picture = draw(dense(2, 3, 2, shared=True))
    biases = [s for s in picture.shapes if isinstance(s, Circle) and s.shade == "bias"]
    assert [LATEX.write(b.label) for b in biases if b.label] == ["b_{1}", "b_{2}"]
    assert sum(isinstance(s, Arrow) and s.dashed for s in picture.shapes) == 3 + 2


def test_scalar_equations_of_a_users_own_are_columns_too() -> None:
    given = [(f"x{n}", (), Role.INPUT) for n in (1, 2)] + [("y", (), Role.TARGET)]
    given += [(name, (), Role.PARAMETER) for name in ("w1", "w2", "w3", "w4", "w5", "w6", "b1")]
    text = """h1 = sigmoid(w1*x1 + w2*x2 + b1)
h2 = sigmoid(w3*x1 + w4*x2 + b1)
o = w5*h1 + w6*h2 + b1
L = (y - o)**2/2"""
    columns = columns_of(network(given, text))
    assert columns is not None
    assert [[group.head for group in column] for column in columns] == [
        ["x1", "x2"],
        ["h1", "h2"],
        ["o"],
    ]


def test_the_axis_of_samples_is_not_drawn() -> None:
    columns = columns_of(dense(2, 3, 1, batch=5))
    assert columns is not None
    assert [column[0].shape for column in columns] == [(2,), (3,), (1,)]
    found = written(draw(dense(2, 3, 1, batch=5)))
    assert {"x_{1}", "x_{2}", "a^{(1)}_{3}"} <= {
        re.sub(r"(_\{.*?\})(\^.*)", r"\2\1", f) for f in found
    }


def test_long_columns_are_elided_and_their_matrices_named() -> None:
    picture = draw(dense(784, 128, 10))
    found = written(picture)
    assert found.count(r"\vdots") == 3
    assert r"128 \times 784" in found
    assert r"\text{784 units}" in found
    assert sum(isinstance(s, Circle) for s in picture.shapes) == 3 * (RULES.first + 1)


ATTENTION: list[Given] = [
    ("X", (3, 4), Role.INPUT),
    ("A", (4, 2), Role.PARAMETER),
    ("B", (4, 2), Role.PARAMETER),
    ("Y", (3, 3), Role.TARGET),
]


def test_other_shapes_are_graphs_of_arrays() -> None:
    net = network(
        ATTENTION,
        "Q = X @ A\nK = X @ B\nS[i,j] = sum(Q[i,k]*K[j,k], k)/sqrt(2)\n"
        "P[i,j] = softmax(S[i,j], j)\nL = sum((Y[i,j] - P[i,j])**2, i, j)",
    )
    assert columns_of(net) is None
    picture = draw(net)
    drawn = [s for s in picture.shapes if isinstance(s, Box)]
    assert len(drawn) == len(net.quantities)
    for one, two in itertools.combinations(drawn, 2):
        apart = abs(one.x - two.x) >= (one.width + two.width) / 2
        assert apart or abs(one.y - two.y) >= (one.height + two.height) / 2
    reads = {(ref.array, e.target.array) for e in net.equations for ref in e.refs.values()}
    assert sum(isinstance(s, Arrow) for s in picture.shapes) == len(reads)
    assert r"3 \times 4" in written(picture)


def test_a_circuit_shows_values_beneath_its_boxes() -> None:
    net = network([(n, (), Role.INPUT) for n in "xyz"], "q = x + y\nf = q*z")
    assert written(draw(net)).count("-0.99") + written(draw(net)).count("{-}0.99") == 3


def test_a_recurrent_reading_is_dashed() -> None:
    given: list[Given] = [
        ("x", (3,), Role.INPUT),
        ("w", (), Role.PARAMETER),
        ("u", (), Role.PARAMETER),
    ]
    net = build_network(
        [quantity(*one) for one in given],
        equations_of("h[t] = tanh(w*x[t] + u*h[t-1])\nL = h[2]**2"),
        loss=None,
        functions=FUNCTIONS,
        outside={"h": 0.0},
    )
    picture = draw(net)
    assert [s.dashed for s in picture.shapes if isinstance(s, Arrow)].count(True) == 1


def test_only_readings_of_another_step_are_dashed_wherever_a_state_begins() -> None:
    """The first elements of a state come early; what is read of it at its own step goes forwards."""
    given: list[Given] = [
        ("x", (3,), Role.INPUT),
        ("s", (), Role.INPUT),
        ("w", (), Role.PARAMETER),
        ("u", (), Role.PARAMETER),
    ]
    net = network(
        given,
        "h[0] = s\nc[0] = s\ng[t] = tanh(w*x[t-1] + u*h[t-1])\nc[t] = c[t-1] + g[t]\n"
        "h[t] = g[t]*tanh(c[t])\nL = h[3]**2",
        ranges={"t": (1, 3)},
    )
    picture = draw(net)
    boxes = {s.label: s for s in picture.shapes if isinstance(s, Box)}
    names = Names(net)

    def meets(array: str, point: tuple[float, float]) -> bool:
        box = boxes[names.whole(array)]
        return abs(abs(point[0] - box.x) - box.width / 2) < 1 and abs(point[1] - box.y) < box.height

    dashed = [s for s in picture.shapes if isinstance(s, Arrow) and s.dashed]
    expected = [("c", "c"), ("h", "g")]
    assert len(dashed) == len(expected)
    for one, other in expected:
        assert any(meets(one, a.points[0]) and meets(other, a.points[-1]) for a in dashed)
    columns = [boxes[names.whole(array)].x for array in "gchL"]
    assert columns == sorted(columns)


def test_lines_turn_without_corners() -> None:
    """No bend is over 20 degrees, and no corner is left far aside."""
    corner = ((0.0, 0.0), (30.0, 0.0), (30.0, 40.0))
    line = rounded(corner)
    assert (line[0], line[-1]) == (corner[0], corner[-1])
    assert rounded(corner[:2]) == corner[:2]
    assert min(math.dist(point, corner[1]) for point in line) < RADIUS / 2
    ways = [math.atan2(v - y, u - x) for (x, y), (u, v) in itertools.pairwise(line)]
    assert max(b - a for a, b in itertools.pairwise(ways)) < math.radians(20)
    # two corners close together share what is between them
    close = rounded(((0, 0), (30, 0), (30, 4), (60, 4)))
    assert all(0 <= y <= 4 for _, y in close)


def test_parameters_that_would_be_missing_forbid_columns() -> None:
    given: list[Given] = [
        ("x", (2,), Role.INPUT),
        ("W", (2, 2), Role.PARAMETER),
        ("g", (2,), Role.PARAMETER),
    ]
    net = network(given, "h[j] = sum(W[j,i]*x[i], i)\nr[j] = h[j]**2*g[j]\nL = sum(r[k], k)")
    assert columns_of(net) is None


def test_a_caption_promises_no_values_that_are_not_there() -> None:
    net = dense(2, 2, 1)
    assert caption_of(draw(net)) == "The network, with the values of its parameters."
    inputs_only = network_picture(
        net, Names(net), lambda array, index: digits(net, array, index) if array == "x" else None
    )
    assert inputs_only is not None
    assert caption_of(inputs_only) == "The network, with the names of its parameters."
    assert "w^{(2)}" not in written(draw(dense(2, 9, 9, 1)))
    assert caption_of(draw(dense(2, 9, 9, 1))) == "The network."


def test_the_same_network_gives_the_same_picture() -> None:
    assert draw(dense(3, 4, 2)) == draw(dense(3, 4, 2))
