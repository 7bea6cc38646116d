"""Values and derivatives at a point, against numbers found by hand and by central differences."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.equality import Equality, Outcome
from derivgen.checking.evaluating.model import DocumentModel, Element
from derivgen.checking.evaluating.resolving import LeftOut, NotGiven, Unknown
from derivgen.checking.evaluating.values import Array, Dual, Shapes
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t


def number(text: str) -> t.Node:
    value = t.Number(text.lstrip("-"), abs(Fraction(text)), len(text.partition(".")[2]))
    return t.Negated(value) if text.startswith("-") else value


def name(key: str, mark: str = "") -> t.Name:
    return t.Name(key, mark)


def times(*factors: t.Node) -> t.Node:
    return t.Product(factors)


def plus(*terms: t.Node) -> t.Node:
    return t.Sum(tuple((False, term) for term in terms))


def minus(left: t.Node, right: t.Node) -> t.Node:
    return t.Sum(((False, left), (True, right)))


def column(*cells: str) -> t.Node:
    return t.Matrix(tuple((number(cell),) for cell in cells))


def sigmoid(node: t.Node) -> t.Node:
    return t.Call("sigmoid", (node,))


def d(of: str, by: str) -> t.Derivative:
    return t.Derivative(name(of), name(by))


@pytest.fixture
def two_two_one() -> DocumentModel:
    """Two inputs, two sigmoid units with one shared bias, one sigmoid output."""
    x1, x2, h1, h2 = map(name, ("x_1", "x_2", "h_1", "h_2"))
    values = {
        "x_1": "0.05", "x_2": "0.10", "w_1": "0.15", "w_2": "0.20", "w_3": "0.25", "w_4": "0.30",
        "w_5": "0.40", "w_6": "0.45", "b_1": "0.35", "b_2": "0.60", "y": "0.01", "eta": "0.5",
    }  # fmt: skip
    return DocumentModel(
        {
            "z_1": plus(times(x1, name("w_1")), times(x2, name("w_2")), name("b_1")),
            "z_2": plus(times(x1, name("w_3")), times(x2, name("w_4")), name("b_1")),
            "h_1": sigmoid(name("z_1")),
            "h_2": sigmoid(name("z_2")),
            "z": plus(times(h1, name("w_5")), times(h2, name("w_6")), name("b_2")),
            "a": sigmoid(name("z")),
            "E": t.Quotient(t.Power(minus(name("a"), name("y")), number("2")), number("2")),
        },
        {key: number(text) for key, text in values.items()},
        parameters=frozenset(key for key in values if key[0] in "wb"),
        loss="E",
        rate="eta",
    )


def scalar(value: v.Value) -> float:
    assert isinstance(value, Dual)
    return float(value.value)


def test_values_of_a_network(two_two_one: DocumentModel) -> None:
    world = World(two_two_one)
    assert scalar(world.value("z_1")) == pytest.approx(0.3775)
    assert scalar(world.value("a")) == pytest.approx(0.7513650695523157, rel=1e-12)


@pytest.mark.parametrize("key", ["w_1", "w_4", "w_5", "b_1", "b_2", "x_1", "z_1", "h_2", "a"])
def test_a_derivative_is_cut_at_its_denominator(two_two_one: DocumentModel, key: str) -> None:
    # the reference moves the quantity itself by a little, whatever computes it
    world = World(two_two_one)
    at, step = scalar(world.value(key)), 1e-6
    moved = [
        scalar(World(two_two_one, stated={key: v.constant(at + s)}).value("E"))
        for s in (step, -step)
    ]
    expected = (moved[0] - moved[1]) / (2 * step)
    assert scalar(world.derivative(name("E"), name(key))) == pytest.approx(expected, rel=1e-6)


def test_a_shared_bias_counts_every_path(two_two_one: DocumentModel) -> None:
    world = World(two_two_one)
    whole = scalar(world.derivative(name("E"), name("b_1")))
    parts = [
        scalar(world.derivative(name("E"), name("b_1"), held=frozenset({key})))
        for key in ("h_1", "h_2")
    ]
    assert whole == pytest.approx(sum(parts))
    assert all(0 < part < whole for part in parts)


def test_a_local_derivative_holds_everything_else() -> None:
    definitions = {"u": times(name("x"), name("x")), "f": times(name("u"), name("x"))}
    model = DocumentModel(definitions, {"x": number("3")})
    assert scalar(World(model).derivative(name("f"), name("x"))) == pytest.approx(27)
    assert scalar(World(model).derivative(name("f"), name("x"), local=True)) == pytest.approx(9)


def test_after_the_update(two_two_one: DocumentModel) -> None:
    world = World(two_two_one)
    expected = 0.40 - 0.5 * scalar(world.derivative(name("E"), name("w_5")))
    assert scalar(world.evaluate(name("w_5", "new"))) == pytest.approx(expected)
    # everything that is computed follows: the loss falls
    assert scalar(world.evaluate(name("E", "*"))) < scalar(world.value("E"))


def test_matrices_and_their_derivatives() -> None:
    weights = t.Matrix(((number("0.2"), number("-1.2")), (number("-0.5"), number("0.3"))))
    model = DocumentModel(
        {
            "z": plus(t.Product((name("W"), name("x"))), name("b")),
            "E": t.BigSum(t.Power(name("z"), number("2"))),
        },
        {"W": weights, "x": column("0.9", "0.5"), "b": column("0.1", "0.2")},
        {"z_0": Element("z", 0, 0), "W_01": Element("W", 0, 1)},
    )
    world = World(model)
    z = [0.2 * 0.9 - 1.2 * 0.5 + 0.1, -0.5 * 0.9 + 0.3 * 0.5 + 0.2]
    assert scalar(world.value("z_0")) == pytest.approx(z[0])
    slope = world.derivative(name("E"), name("W"))
    assert isinstance(slope, Array)
    found = [[float(cell.value) for cell in row] for row in slope.rows]
    for row, at in zip(found, z, strict=True):
        assert row == pytest.approx([2 * at * 0.9, 2 * at * 0.5])
    assert scalar(world.derivative(name("E"), name("W_01"))) == pytest.approx(2 * z[0] * 0.5)
    assert scalar(world.derivative(name("E"), name("z_0"))) == pytest.approx(2 * z[0])


def test_ones_add_up_and_spread() -> None:
    """Against the same sums by hand: A = [[1, 2], [3, 5]], b = 0.5."""
    ones = t.Call("ones", ())
    a = t.Matrix(tuple(tuple(map(number, row)) for row in (("1", "2"), ("3", "5"))))
    world = World(DocumentModel())

    def cells(node: t.Node) -> list[float]:
        value = world.evaluate(node)
        return [float(c.value) for c in (value.cells() if isinstance(value, Array) else (value,))]

    assert cells(times(a, ones)) == [3, 8]
    assert cells(times(t.Transposed(ones), a)) == [4, 7]
    assert cells(times(t.Transposed(ones), a, ones)) == [11]
    assert cells(plus(column("1", "2"), times(number("0.5"), ones))) == [1.5, 2.5]
    assert cells(times(column("1", "2"), t.Transposed(ones))) == [1, 2]
    with pytest.raises(v.NoValue):
        world.evaluate(times(t.Transposed(ones), ones))


def test_what_has_no_value_says_why() -> None:
    model = DocumentModel({"z": plus(name("x"), name("b"))}, {"x": number("1"), "b": None})
    world = World(model)
    with pytest.raises(NotGiven, match="b"):
        world.value("z")
    with pytest.raises(Unknown, match="q"):
        world.evaluate(t.Name("q", written="q"))
    with pytest.raises(LeftOut):
        world.evaluate(plus(number("1"), t.Dots()))
    with pytest.raises(Shapes, match="2 × 1"):
        world.evaluate(plus(column("1", "2"), t.Matrix(((number("1"), number("2"), number("3")),))))
    tower = t.Power(number("9"), t.Power(number("9"), t.Power(number("9"), number("9"))))
    with pytest.raises(v.NoValue, match="too large"):
        world.evaluate(tower)


def test_equality_decides_both_ways(two_two_one: DocumentModel) -> None:
    equality = Equality(two_two_one)
    chain = times(d("E", "a"), d("a", "z"), d("z", "w_5"))
    with mpmath.workdps(30):
        assert equality.compare(d("E", "w_5"), chain)
        slope = times(minus(name("a"), name("y")), name("a"), minus(number("1"), name("a")))
        assert equality.compare(d("E", "z"), slope)
        wrong = equality.compare(d("E", "w_5"), times(slope, name("h_2")))
        assert wrong.outcome is Outcome.DIFFERENT
        unknown = equality.compare(d("E", "w_5"), name("nobody"))
        assert unknown.outcome is Outcome.OPEN
