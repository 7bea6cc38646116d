"""An author's names are matched with a network, and what cannot be is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import derivgen as dg
from derivgen import api
from derivgen.checking.manuscript import Passage, Piece
from derivgen.checking.matching import families
from derivgen.checking.matching.evidence import Evidence
from derivgen.checking.matching.network_model import NetworkModel
from derivgen.checking.matching.pairing import Matching, match
from derivgen.checking.matching.renaming import translated
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import learn as learn_names
from derivgen.checking.maths.parser import read
from derivgen.checking.understanding.definitions import learn
from derivgen.checking.understanding.following import statements_of
from derivgen.checking.understanding.statements import Learned
from derivgen.errors import DerivgenError
from derivgen.network.task import Task
from derivgen.notation import Names

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
#: what is not matched yet, and why
OPEN = {
    "lstm_3_steps": "rows of an array that have names of their own (h_t as a vector)",
}
PRESETS = ("standard", "z_a", "net_out", "sum_output", "digits", "net_prime", "matrix")


def learned(formulas: list[str]) -> Learned:
    passages = [Passage(text, (Piece(0, 0),), "latex", "display") for text in formulas]
    vocabulary = learn_names(passages)
    return learn(statements_of((p, read(p.text, "latex", vocabulary)) for p in passages))


def document(task: Task) -> Learned:
    """The formulas of a generated document."""
    text = api.derive(task).to_markdown()
    found = re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", text, re.DOTALL)
    return learned([display or inline for display, inline in found])


def matched(author: Learned, task: Task, **overrides: str) -> Matching:
    model = NetworkModel(task)
    return match(author, model, Names(model.network), overrides)


def printed_names(author: Learned, task: Task) -> dict[str, str]:
    """What the names of a generated document mean, as the network prints them."""
    evidence = Evidence(author, NetworkModel(task), Names(task.network))
    return {
        text: key.lstrip("@")
        for key, text in reversed(list(evidence.network.spelled.items()))
        if text in evidence.author.keys
    }


MATCHED = [path for path in sorted(EXAMPLES.glob("*.yaml")) if path.stem not in OPEN]


@pytest.mark.parametrize("path", MATCHED, ids=lambda path: path.stem)
def test_a_generated_document_and_its_own_network(path: Path) -> None:
    task = api.load(path)
    author = document(task)
    found = matched(author, task)
    wanted = printed_names(author, task)
    assert {name: found.mapping.get(name) for name in wanted} == wanted
    assert not found.differences


@pytest.mark.parametrize("name", ["relu_sigmoid_3_2_1", "shared_bias_2_2_1", "two_outputs_2_2_2"])
@pytest.mark.parametrize("written", PRESETS)
def test_a_document_in_another_notation_than_the_network_is_printed_in(
    name: str, written: str
) -> None:
    source = EXAMPLES / f"{name}.yaml"
    task = api.load(source, [f"notation={written}"])
    author = document(task)
    wanted = printed_names(author, task)
    assert len(wanted) >= 17
    for preset in PRESETS:
        if preset != written:
            found = matched(author, api.load(source, [f"notation={preset}"]))
            assert {key: found.mapping.get(key) for key in wanted} == wanted
            assert not found.differences


TASK = dg.task(
    data={"inputs": [0.3, 0.7], "targets": [0.9]},
    layers=[
        {"dense": 2, "activation": "sigmoid", "weights": [[0.11, 0.12], [0.21, 0.22]]}
        | {"bias": [0.31, 0.32]},
        {"dense": 1, "activation": "sigmoid", "weights": [[0.41, 0.42]], "bias": [0.51]},
    ],
    loss="half_squared_error",
    training={"learning_rate": 0.5},
)

#: a foreign hand: weights numbered by the unit they come from, outputs before hidden units
FORMULAS = [
    r"p = s(q)",
    r"s(u) = \frac{1}{1+e^{-u}}",
    r"q = g_5 v_1 + g_6 v_2 + d",
    r"v_1 = s(r_1)",
    r"v_2 = s(r_2)",
    r"r_1 = c_1 + g_1 x_a + g_3 x_b",
    r"r_2 = c_2 + g_2 x_a + g_4 x_b",
    r"E = \frac12 (p - k)^2",
    r"\frac{\partial E}{\partial g_5} = (p-k) p (1-p) v_1",
]
VALUES = {
    "x_a": "0.3",
    "x_b": "0.7",
    "k": "0.9",
    "c_1": "0.31",
    "c_2": "0.32",
    "d": "0.51",
    "g_1": "0.11",
    "g_3": "0.12",
    "g_2": "0.21",
    "g_4": "0.22",
    "g_5": "0.41",
    "g_6": "0.42",
}
TRUE = {
    "x_a": "x[0]",
    "x_b": "x[1]",
    "k": "y[0]",
    "c_1": "b1[0]",
    "c_2": "b1[1]",
    "d": "b2[0]",
    "g_1": "W1[0,0]",
    "g_3": "W1[0,1]",
    "g_2": "W1[1,0]",
    "g_4": "W1[1,1]",
    "g_5": "W2[0,0]",
    "g_6": "W2[0,1]",
    "r_1": "z1[0]",
    "r_2": "z1[1]",
    "q": "z2[0]",
    "v_1": "a1[0]",
    "v_2": "a1[1]",
    "p": "a2[0]",
    "E": "L",
}


def stated(values: dict[str, str]) -> list[str]:
    return [f"{name} = {value}" for name, value in values.items()]


def test_a_foreign_document_by_structure_and_values() -> None:
    found = matched(learned(stated(VALUES) + FORMULAS), TASK)
    assert {key: found.mapping.get(key) for key in TRUE} == TRUE
    assert not found.differences


def test_hidden_units_in_another_order() -> None:
    """The values say that the author's first hidden unit is the network's second one."""
    swapped = {"g_1": "0.21", "g_3": "0.22", "g_2": "0.11", "g_4": "0.12"}
    swapped |= {"g_5": "0.42", "g_6": "0.41", "c_1": "0.32", "c_2": "0.31"}
    found = matched(learned(stated(VALUES | swapped) + FORMULAS), TASK)
    assert found.mapping["v_1"] == "a1[1]"
    assert found.mapping["g_3"] == "W1[1,1]"
    assert found.mapping["g_6"] == "W2[0,0]"
    assert not found.differences


def test_what_no_line_tells_apart_is_noted() -> None:
    """Without values the two hidden units and the two inputs can be exchanged."""
    found = matched(learned(FORMULAS), TASK)
    assert set(found.mapping) >= set(TRUE)
    assert found.mapping["p"] == "a2[0]"
    assert any("others fit as well" in note for note in found.notes)
    assert not found.differences


def test_a_wrong_value_does_not_move_a_name() -> None:
    found = matched(learned(stated(VALUES | {"g_4": "0.27"}) + FORMULAS), TASK)
    assert found.mapping["g_4"] == "W1[1,1]"
    assert [(d.key, d.kind) for d in found.differences] == [("g_4", "value")]


def test_one_letter_for_two_biases() -> None:
    formulas = [f.replace("c_1", "c").replace("c_2", "c") for f in FORMULAS]
    values = {k: v for k, v in VALUES.items() if k not in ("c_1", "c_2")} | {"c": "0.31"}
    found = matched(learned(stated(values) + formulas), TASK)
    assert found.mapping["c"] == "b1[0]"
    assert any("c stands for" in note for note in found.notes)
    assert ("c", "b1[1]", "shared") in [(d.key, d.quantity, d.kind) for d in found.differences]
    assert {k: found.mapping.get(k) for k in ("g_1", "g_4", "g_6")} == {
        k: TRUE[k] for k in ("g_1", "g_4", "g_6")
    }


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        (r"\frac12 (p - k)^2", "(k - p)^2", "E"),
        (r"q = g_5 v_1 + g_6 v_2 + d", "q = g_5 v_1 + g_6 v_2", "q"),
        (r"v_1 = s(r_1)", r"v_1 = \tanh(r_1)", "v_1"),
        (r"c_1 + g_1 x_a + g_3 x_b", "c_1 + g_1 x_a + g_3 x_a", "r_1"),
    ],
)
def test_what_differs_does_not_stop_the_rest(old: str, new: str, differs: str) -> None:
    formulas = [f.replace(old, new) for f in FORMULAS]
    assert formulas != FORMULAS
    found = matched(learned(stated(VALUES) + formulas), TASK)
    wanted = {key: value for key, value in TRUE.items() if not (differs == "q" and key == "d")}
    assert {key: found.mapping.get(key) for key in wanted} == wanted
    assert [(d.key, d.kind) for d in found.differences] == [(differs, "definition")]


def test_a_harmless_rewriting_is_no_difference() -> None:
    """Another order, an alias, a step more, a step less."""
    formulas = [f for f in FORMULAS if not f.startswith(("p =", "E ="))]
    formulas += [
        r"p = \frac{1}{1 + e^{-(d + v_2 g_6 + v_1 g_5)}}",
        "e = k - p",
        r"E = \frac{e^2}{2}",
    ]
    found = matched(learned(stated(VALUES) + formulas), TASK)
    assert found.mapping["p"] == "a2[0]"
    assert found.mapping["g_6"] == "W2[0,1]"
    assert found.mapping["E"] == "L"
    assert "e" not in found.mapping
    assert not found.differences


def test_overrides_come_first() -> None:
    found = matched(learned(FORMULAS), TASK, v_1="a1[1]", x_a="x_2")
    assert found.mapping["v_1"] == "a1[1]"
    assert found.mapping["v_2"] == "a1[0]"
    assert found.mapping["g_5"] == "W2[0,1]"
    assert found.mapping["x_a"] == "x[1]"
    assert found.mapping["g_1"] == "W1[1,1]"


def test_what_a_user_says_is_no_other_name_s() -> None:
    found = matched(learned(FORMULAS), TASK, g_1="W1[0,1]")
    assert found.mapping["g_1"] == "W1[0,1]"
    assert list(found.mapping.values()).count("W1[0,1]") == 1
    assert found.said == {"g_1"}


@pytest.mark.parametrize(
    ("name", "other", "message", "hint"),
    [
        ("v_1", "W9[0,0]", "no quantity 'W9", "the network has x, W1, "),
        ("v_1", "W1[2,0]", r"no quantity 'W1\[2,0\]'", "its elements are W1[0,0] to W1[1,1]"),
        ("v_1", "W1[0]", r"no quantity 'W1\[0\]'", "its elements are W1[0,0] to W1[1,1]"),
        ("v_1", "L[0]", "no quantity 'L", "L is one number"),
        ("v_1", "qqqq", "no quantity 'qqqq'", "the network has x, "),
        ("gg_5", "a1[0]", "no name 'gg_5'", "did you mean 'g_5'"),
        ("zzzz", "a1[0]", "no name 'zzzz'", "the document has "),
        ("x_a", "W1", "'x_a' is a number, and 'W1' an array of 2 x 2", "W1[0,0] to W1[1,1]"),
    ],
)
def test_overrides_that_name_nothing(name: str, other: str, message: str, hint: str) -> None:
    with pytest.raises(DerivgenError, match=message) as raised:
        matched(learned(stated(VALUES) + FORMULAS), TASK, **{name: other})
    assert hint in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["W1^T", "W1.T", "W1"])
def test_a_user_may_say_how_an_array_lies(text: str) -> None:
    formulas = [r"A = \begin{bmatrix} 0.11 & 0.12 \\ 0.21 & 0.22 \end{bmatrix}", "k = 0.3"]
    found = matched(learned(formulas), TASK, A=text)
    assert found.mapping["A"] == ("W1" if text == "W1" else "W1^T")
    with pytest.raises(DerivgenError, match="'A' is an array, and 'W1"):
        matched(learned(formulas), TASK, A="W1[0,0]")


@pytest.mark.parametrize("text", ["$x_a$", "x_{a}", " x_a "])
def test_a_name_may_be_written_as_it_stands_in_the_document(text: str) -> None:
    assert matched(learned(FORMULAS), TASK, **{text: "x[0, 1 ]".replace("0, ", "")}).said == {"x_a"}


def test_whole_arrays_and_the_way_they_lie() -> None:
    """The author multiplies rows from the left: the weights are the network's, transposed."""
    formulas = [
        r"X = \begin{bmatrix} 0.3 & 0.7 \end{bmatrix}",
        r"W_h = \begin{bmatrix} 0.11 & 0.21 \\ 0.12 & 0.22 \end{bmatrix}",
        r"B = \begin{bmatrix} 0.31 & 0.32 \end{bmatrix}",
        r"H = \sigma(X W_h + B)",
        r"V = \begin{bmatrix} 0.41 \\ 0.42 \end{bmatrix}",
        r"\hat y = \sigma(H V + c)",
        "c = 0.51",
        "t = 0.9",
        r"L = \frac12 (t - \hat y)^2",
    ]
    found = matched(learned(formulas), TASK)
    assert found.mapping["W_h"] == "W1^T"
    assert found.mapping["X"] == "x^T"
    assert found.mapping["V"] == "W2^T"
    assert found.mapping["B"] == "b1^T"
    assert found.mapping["H"] == "a1^T"
    assert found.mapping["L"] == "L"
    assert not found.differences


def test_the_learning_rate() -> None:
    update = r"g_5^{new} = g_5 - \eta \frac{\partial E}{\partial g_5}"
    found = matched(learned([*stated(VALUES), *FORMULAS, r"\eta = 0.5", update]), TASK)
    assert found.mapping["eta"] == "rate"


def test_names_of_the_author_never_mean_what_the_network_calls_so() -> None:
    node = t.Sum(((False, t.Name("z1", "+", "z_1^+")), (True, t.Name("w_5", "", "w_5"))))
    found = translated(node, {"w_5": "W2[0,0]"})
    assert isinstance(found, t.Sum)
    first, second = (body for _, body in found.terms)
    assert first == t.Name("?z1", "+")
    assert second == t.Name("W2[0,0]")
    assert isinstance(second, t.Name)
    assert second.written == "w_5"


def test_the_work_is_bounded() -> None:
    formulas = [
        f"a_{{{i}}} = w_{{{i}}} x_{{{i}}} + w_{{{i + 1}}} x_{{{i + 1}}} + 0.5" for i in range(600)
    ]
    found = matched(learned(formulas), TASK)
    assert any("too many" in note for note in found.notes)


def test_cells_with_a_prime_behind_their_numbers_are_one_family() -> None:
    """Beside y_11 and y_12, which are another array's."""
    bound = {
        "y_11'": ("a", (0, 0)),
        "y_12'": ("a", (0, 1)),
        "y_11": ("y", (0, 0)),
        "y_12": ("y", (0, 1)),
    }
    shapes = {"a": (3, 2), "y": (3, 2)}
    found = {
        family.array: dict(families.members(family, shapes[family.array]))
        for family in families.families(bound, {}, [*bound, "y_32'"], shapes, lambda *_: 0.0)
    }
    assert found["a"]["y_32'"] == "a[2,1]"
    assert found["y"]["y_32"] == "y[2,1]"
    assert "y_32" not in found["a"]
