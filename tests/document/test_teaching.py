"""What a teacher says and leaves out: padding, paths that carry nothing, a gradient of 0, rounding."""

from __future__ import annotations

import re
from typing import Any

import pytest

import derivgen
from derivgen.derivation.derivation import Derivation
from derivgen.document.blocks import Display, Table, Words
from derivgen.formula.tree import Node, Number, Partial, Symbol
from derivgen.network.spec import task_from_mapping, task_from_text

PADDED = {
    "arrays": {
        "x": {"values": ["1", "2", "3"], "role": "input", "outside": 0},
        "K": {"values": ["0.5", "-1", "2"]},
    },
    "ranges": {"i": 3},
    "equations": ["z[i] = sum(K[u]*x[i + u - 1], u)", "L = sum(z[i]**2, i)/2"],
    "loss": "L",
}


def markdown(spec: dict[str, Any], **document: Any) -> str:
    document = {"style": "tutorial", "figure": False, **document}
    return derivgen.derive(task_from_mapping({**spec, "document": document})).to_markdown()


def dense(training: dict[str, Any]) -> dict[str, Any]:
    """Two inputs, of which one is 0 at first and so moves no weight."""
    return {
        "layers": [
            {
                "dense": 2,
                "activation": "relu",
                "weights": [["1", "2"], ["-1", "-2"]],
                "bias": ["0.5", "-0.5"],
            }
        ],
        "data": {"inputs": ["1", "1"], "targets": ["0", "0"]},
        "loss": "half_squared_error",
        "training": training,
    }


def test_summands_in_the_padding_are_left_out_and_the_padding_is_explained() -> None:
    text = markdown(PADDED, views=["reuse"])
    assert r"z_{0} = K_{1} x_{0} + K_{2} x_{1} = -1 \cdot 1 + 2 \cdot 2 = 3" in text
    assert r"z_{2} = K_{0} x_{1} + K_{1} x_{2} = 0.5 \cdot 2 - 1 \cdot 3 = -2" in text
    assert r"Where an index leads outside $\boldsymbol{x}$, what is read there is $0$." in text


def test_an_elided_sum_counts_the_summands_that_are_there() -> None:
    wide = {
        **PADDED,
        "arrays": {
            "x": {"values": ["1", "2", "3", "4"], "role": "input", "outside": 0},
            "K": {"values": ["1", "2", "3", "4", "5"]},
        },
        "equations": ["z[i] = sum(K[u]*x[i + u - 2], u)", "L = sum(z[i]**2, i)/2"],
    }
    text = markdown(wide, views=["reuse"], long_sum=3)
    assert "K_{2} x_{0} + K_{3} x_{1} + K_{4} x_{2} =" in text  # three: nothing to elide
    assert r"K_{1} x_{0} + \cdots + K_{4} x_{3} =" in text


@pytest.mark.parametrize(("terms", "shown"), [(9, 9), (10, 4), (40, 4)])
def test_a_long_sum_is_much_shorter_for_its_dots(terms: int, shown: int) -> None:
    values = [f"0.{at % 9 + 1}" for at in range(terms)]
    long = {
        "arrays": {
            "x": {"values": values, "role": "input"},
            "w": {"values": [f"-{value}" for value in values]},
            "v": {"values": "0.5"},
        },
        "equations": [
            "z = sum(w[j]*x[j], j)",
            "a[j] = v*x[j]",
            "L = z**2 + sum(a[j]**2, j)",
        ],
        "loss": "L",
    }
    text = markdown(long, views=["reuse"], show=["v"])
    (forward,) = re.findall(r" z &?= (w_.*?)(?:$| \\\\| = )", text, re.MULTILINE)
    (backward,) = re.findall(r"partial v\} &= (\\frac.*?) \\\\\n  &= ", text, re.DOTALL)
    for line in (forward, backward):
        assert (r" + \cdots + " in line) is (terms > shown)
    assert forward.count("w_") == backward.count(r"}{\partial v}") == shown


def test_what_is_multiplied_by_padding_is_no_path() -> None:
    """K_0 meets x_0 and x_1 and once the padding: two paths, and two terms of its derivative."""
    text = markdown(PADDED, views=["paths"])
    ways = re.findall(r"\*\*Path \d:\*\* \$K_\{(\d)\} \\to z_", text)
    assert ways == [u for u, count in (("0", 2), ("1", 3), ("2", 2)) for _ in range(count)]
    graph = Derivation(task_from_mapping(PADDED)).first.graph
    assert [graph.count(("K", (u,))) for u in range(3)] == [2, 3, 2]


def test_very_many_elements_have_no_readers_in_the_padding_either() -> None:
    wide = {
        **PADDED,
        "arrays": {
            "x": {"values": [str(k + 1) for k in range(70)], "role": "input", "outside": 0},
            "K": {"values": [str(k % 7 - 3) for k in range(70)]},
        },
        "ranges": {"i": 70},
        "equations": ["z[i] = sum(K[u]*x[i + u - 69], u)", "L = sum(z[i]**2, i)/2"],
    }
    text = markdown(wide, views=["reuse"], show="all")
    [last] = re.findall(r"\\frac\{\\partial L\}\{\\partial K_\{0\}\}[^=\n]*=(.*)", text)[:1]
    assert r"\partial z_{69}" in last
    assert r"\partial z_{0}" not in last


def test_of_many_paths_those_that_carry_something_come_first() -> None:
    units = ["0", "0", "0", "0", "0", "0", "0.5", "2"]
    spec = {
        "arrays": {
            "x": {"values": "2", "role": "input"},
            "w": "3",
            "v": {"values": units, "role": "constant"},
        },
        "equations": ["a = w*x", "h[i] = v[i]*a", "L = sum(h[i], i)"],
        "loss": "L",
    }
    text = markdown(spec, views=["paths"])
    assert re.search(r"\*\*Path 1:\*\*[^\n]*h_\{6\}", text)
    assert re.search(r"\*\*Path 2:\*\*[^\n]*h_\{7\}", text)
    assert re.search(r"\*\*Path 3:\*\*[^\n]*h_\{0\}", text)
    # one of those that carry nothing stands for all of them, so that the sum is whole
    said = "Nothing comes along the other five paths, since each has a factor that is 0."
    assert "Path 4" not in text
    assert said in text
    assert r"\frac{\partial L}{\partial w} = 1 + 4 + 0 = 5" in text
    assert said in markdown(spec, views=["paths"], style="handout")
    every = {**spec, "arrays": {**spec["arrays"], "v": {"values": ["1"] * 8, "role": "constant"}}}  # type: ignore[dict-item]
    text = markdown(every, views=["paths"])
    assert "The other two paths are taken in the same way." in text
    assert r"2 + 2 + 2 + 2 + 2 + 2 + \cdots \approx 16" in text


def test_what_a_gradient_of_0_means_is_said_once() -> None:
    said = "A gradient of 0 means that this step leaves"
    for view in ("paths", "reuse"):
        text = markdown(dense({"learning_rate": 0.1}), views=[view])
        assert text.count(said) == 1  # the second unit is dead: two weights and a bias
    assert said not in markdown(dense({}), views=["reuse"])  # no step is taken


def test_a_weight_that_decays_is_not_said_to_stay() -> None:
    training = {"learning_rate": 0.1, "optimiser": "adamw", "options": {"weight_decay": 0.1}}
    text = markdown(dense(training), views=["reuse"])
    assert "as it is." not in text.replace("leaves $b_{2}$ as it is.", "")


def test_an_update_in_matrix_form_says_where_it_was_rounded() -> None:
    spec = {
        "layers": [{"dense": 1, "weights": [["0.5", "0.25"]], "bias": "none"}],
        "data": {"inputs": ["1", "1"], "targets": ["0.5"]},
        "loss": "half_squared_error",
        "training": {"learning_rate": 0.5},
    }
    for decimals, sign in ((2, r"\approx"), (4, "=")):  # the new weights: 0.375 and 0.125
        numbers = {"decimals": decimals, "carry": "rounded"}
        text = markdown({**spec, "numbers": numbers}, views=["matrix"])
        assert re.search(
            rf"\^\{{\(1\)\+\}} = .*{re.escape(sign)} \\begin\{{bmatrix\}} 0\.3[78]", text
        )


@pytest.mark.parametrize(
    ("views", "differ"),
    [
        (["symbolic", "reuse"], False),
        (["closed-form", "paths"], False),
        (["paths", "reuse"], True),
        (["matrix", "paths"], True),
    ],
)
def test_carried_derivatives_have_one_print_or_it_is_said(views: list[str], differ: bool) -> None:
    """The update goes on with what stands above it, and two ways that round otherwise are told."""
    layer = {"activation": "sigmoid", "weights": {"random": {"seed": 1}}, "bias": "none"}
    spec = {
        "layers": [{"dense": 3, **layer}, {"dense": 2, **layer}],
        "data": {"inputs": ["0.5", "0.9", "-0.7"], "targets": ["1", "0"]},
        "loss": "half_squared_error",
        "training": {"learning_rate": 1},
        "numbers": {"decimals": 2, "carry": "rounded"},
        "document": {"style": "tutorial", "views": views, "figure": False},
    }
    document = derivgen.derive(task_from_mapping(spec)).document
    shown: dict[Node, set[Node]] = {}
    for block in document.blocks():
        if isinstance(block, Display):
            for chain in block.chains:
                if isinstance(chain.left, Partial) and isinstance(chain.links[-1][1], Number):
                    shown.setdefault(chain.left, set()).add(chain.links[-1][1])
        if isinstance(block, Table) and block.header[-1] == (Words("New value"),):
            for name, _, gradient, _ in block.rows:
                token = Partial(Symbol("L"), name[0].formula)  # type: ignore[union-attr]
                shown.setdefault(token, set()).add(gradient[0].formula)  # type: ignore[union-attr]
    assert len(shown) >= 15
    assert any(len(prints) > 1 for prints in shown.values()) is differ
    assert ("may differ between them" in markdown(spec, views=views)) is differ


@pytest.mark.parametrize("style", ["tutorial", "handout", "summary"])
@pytest.mark.parametrize("numbers", [True, False])
def test_where_no_update_is_computed_its_rule_stands_in_symbols(style: str, numbers: bool) -> None:
    spec = dense({"optimiser": "adam"})
    if not numbers:
        spec["layers"] = [{"dense": 2, "activation": "relu"}]
        spec["data"] = {"inputs": {"shape": 2}, "targets": {"shape": 2}}
    text = markdown(spec, style=style)
    assert "The parameters are updated by Adam:" in text
    assert r"$\eta$ is the learning rate" in text
    assert r"w_{11}^{(1)} - \frac{\eta \hat{m}}{\sqrt{\hat{v}} + \varepsilon}" in text
    whole = markdown({**spec, "training": {}}, style=style, views=["matrix"])
    assert (
        r"\boldsymbol{W}^{(1)} - \eta\, \frac{\partial L}{\partial \boldsymbol{W}^{(1)}}" in whole
    )


def test_nothing_is_said_of_an_update_where_nothing_is_trained() -> None:
    spec = dense({})
    spec["layers"][0] |= {"weights": {"values": [["1", "2"], ["-1", "-2"]], "trained": False}}
    spec["layers"][0]["bias"] = "none"
    text = markdown({**spec, "training": {"optimiser": "adam"}})
    assert "updated" not in text
    assert "learning rate" not in text


def test_a_training_of_no_steps_leaves_the_derivation_whole() -> None:
    spec = {**dense({"learning_rate": 0.5, "steps": 0}), "document": {"figure": False}}
    derived = derivgen.derive(task_from_mapping(spec))
    text = derived.to_markdown()
    assert "## Forward pass" in text
    assert "#### Gradient for" in text
    assert r"= w_{11}^{(1)} - \eta\, \frac{\partial L}{\partial w_{11}^{(1)}}" in text
    [step] = derivgen.values(task_from_mapping(spec))["steps"]
    assert step["loss"] == pytest.approx(6.125)


def test_a_tiny_gradient_has_digits_in_the_table_of_checks() -> None:
    spec = dense({"learning_rate": 0.5})
    spec["data"] = {"inputs": ["0.00003", "1"], "targets": ["2.5001", "0"]}
    rows = [line for line in markdown(spec).splitlines() if line.startswith("| $w_{11}")]
    # in a group, which keeps KaTeX from parting the number from its power
    assert "| ${-2.10000 \\times 10^{-9}}$ | ${-2.10000 \\times 10^{-9}}$ |" in rows[-1]
    assert "-0.00000000" not in markdown(spec)


def test_the_learning_rate_stands_before_what_it_multiplies() -> None:
    text = markdown(dense({"learning_rate": 0.5, "optimiser": "adamw"}))
    rule = r"w_{11}^{(1)+} &= w_{11}^{(1)} - \eta \left( \lambda w_{11}^{(1)} + \frac{\hat{m}}"
    assert rule in text


TIES = """
arrays:
  x: {values: [[1, 2, 2, 0], [0, 2, 1, 2]], role: input}
  w: {values: [0.5, -0.25], prose: the weights}
  y: {values: 1, role: target}
ranges: {r: 2, p: 2, q: 2}
equations: |
  m[r] = max(x[p, 2*r + q], p, q)
  o = sum(w[r]*m[r], r)
  L = (y - o)**2/2
loss: L
conventions: {ties: CHOICE}
training: {learning_rate: 0.1}
document: {style: tutorial, views: [reuse], show: [x, w]}
"""


def test_several_remarks_of_one_kind_are_one_that_says_what_it_is_about() -> None:
    first = derivgen.derive(task_from_text(TIES.replace("CHOICE", "first"), "yaml")).to_markdown()
    assert "For each of $m_{0}$ and $m_{1}$, more than one of the elements" in first
    assert "takes the whole derivative: $x_{01}$ and $x_{02}$." in first
    assert first.count("more than one of the elements") == 1
    split = derivgen.derive(task_from_text(TIES.replace("CHOICE", "split"), "yaml")).to_markdown()
    assert "By convention they share the derivative in equal parts." in split
    one = TIES.replace("2, 2, 0]", "2, 1, 0]")
    text = derivgen.derive(task_from_text(one.replace("CHOICE", "first"), "yaml")).to_markdown()
    assert "For $m_{0}$, more than one of the elements has the largest value, $2$." in text
    flat = """
data: {inputs: [1.0, -1.0], targets: [1]}
layers:
  - {dense: 2, activation: KIND, weights: [[9, 0], [0, 9]], bias: none}
  - {dense: 1, activation: identity, weights: [[0.4, 1.1]], bias: none}
loss: half_squared_error
document: {style: STYLE}
"""
    for style in ("tutorial", "handout"):
        spec = flat.replace("KIND", "tanh").replace("STYLE", style)
        text = derivgen.derive(task_from_text(spec, "yaml")).to_markdown()
        assert text.count("is nearly flat: its slopes are only") == 1
        spec = spec.replace("tanh", "relu").replace("9", "0")
        text = derivgen.derive(task_from_text(spec, "yaml")).to_markdown()
        assert (
            "has a kink and no single derivative. By convention the slope is taken to be $0$ there."
            in text
        )
        assert text.count("no single derivative") == 1


def test_a_parameter_alone_does_not_stand_below_the_heading_of_the_targets() -> None:
    text = derivgen.derive(task_from_text(TIES.replace("CHOICE", "first"), "yaml")).to_markdown()
    assert text.index("**Targets**") < text.index("**Parameters**") < text.index("- The weights:")
    # without such a heading the line says itself what it is
    assert (
        "**Parameters**"
        not in derivgen.derive(
            task_from_text(
                TIES.replace("CHOICE", "first")
                .replace("role: input", "role: input, prose: the inputs")
                .replace("role: target", "role: target, prose: the target"),
                "yaml",
            )
        ).to_markdown()
    )


def test_a_derivative_in_cases_is_called_by_its_name_from_the_second_time_on() -> None:
    spec = {
        "data": {"inputs": ["1", "2"], "targets": ["0.5", "3"]},
        "layers": [{"dense": 2, "weights": [["0.3", "0.4"], ["-0.5", "0.2"]], "bias": 0}],
        "loss": {"name": "huber", "reduction": "mean"},
    }
    text = markdown(spec)
    assert text.count(r"\begin{cases} -1 & \text{if } a_{") == 1
    assert r"a_{2}^{(1)}} = H^{\prime}(a_{2}^{(1)} - y_{2}) = -1" in text
    # a slope that is given is not written as if it were rounded
    leaky = {"dense": 1, "activation": "leaky_relu", "weights": [["-0.3", "0.1"]], "bias": 0}
    data = {"inputs": ["1", "2"], "targets": ["0.5"]}
    assert r" \cdot 0.01 \cdot 2 " in markdown({**spec, "data": data, "layers": [leaky]})
    # of a function that is written in signs there is no name
    squared = markdown(
        {**spec, "loss": "squared_hinge", "data": {"inputs": ["1", "2"], "targets": [1, -1]}}
    )
    assert "max^{" not in squared


def test_the_factor_before_a_function_in_cases_stays() -> None:
    spec = {
        "arrays": {"w": {"values": ["1", "-1"], "role": "parameter"}},
        "equations": ["L = sum(3*relu(2*w[i] - 1), i)"],
        "loss": "L",
    }
    text = markdown(spec)
    assert r"= 6\, \mathrm{ReLU}^{\prime}(2 w_{1} - 1) = 0" in text


def test_a_rate_that_was_given_as_a_fraction_stays_one_among_exact_fractions() -> None:
    spec = {
        "arrays": {"w": {"values": "1/3", "role": "parameter"}},
        "equations": ["L = w**2"],
        "loss": "L",
        "training": {"learning_rate": "1/10"},
        "numbers": {"exact": True},
    }
    assert r"\frac{1}{3} - \frac{1}{10} \cdot \frac{2}{3} = \frac{4}{15}" in markdown(spec)
    assert r"\eta = 0.1$" in markdown({**spec, "numbers": {}})


def test_what_passes_back_from_a_logit_is_said() -> None:
    spec = {
        "data": {"inputs": ["1"], "targets": [1]},
        "layers": [{"dense": 1, "weights": [["0.3"]], "bias": 0}],
        "loss": "binary_cross_entropy_logits",
    }
    assert "what passes back is the probability minus the target" in markdown(spec)


def test_a_shortened_sum_of_zeros_shows_the_terms_that_are_not() -> None:
    spec = {
        "data": {"inputs": ["0"] * 5 + ["1", "0.5"] + ["0"] * 5, "targets": {"classes": [4]}},
        "layers": [
            {
                "dense": 10,
                "activation": "softmax",
                "weights": {"random": {"seed": 3, "decimals": 2}},
                "bias": "0.1",
            }
        ],
        "loss": "cross_entropy",
    }
    text = markdown(spec, show="first")
    numbers = re.findall(r"z_\{1\}\^\{\(1\)\} &= .*?\n  &= (.*)", text)
    assert r" \cdot 1 " in numbers[0]
    assert r" \cdot 0.5 " in numbers[0]
    assert numbers[0].count(r"\cdots") == 2
    assert re.search(
        r"0 \\cdot \\ln\(.*?\) \+ \\cdots \+ 1 \\cdot \\ln\(.*?\) \+ \\cdots \+ 0", text
    )
    # dots never stand for one term
    spec["data"] = {
        "inputs": ["0"] * 5 + ["1", "0.5"] + ["0"] * 2 + ["2"] * 2,
        "targets": {"classes": [2]},
    }
    last = markdown(spec, show="first", long_sum=4)
    assert (
        r"y_{1}\, \ln(a_{1}^{(1)}) + y_{2}\, \ln(a_{2}^{(1)}) + y_{3}\, \ln(a_{3}^{(1)}) + \cdots"
        in last
    )


def test_a_handout_keeps_the_factors_and_the_product_of_a_path_in_one_display() -> None:
    spec = {
        "data": {
            "inputs": [["1", "2"], ["0.5", "-1"], ["-1.5", "0.5"]],
            "targets": ["1", "-1", "1"],
        },
        "layers": [{"dense": 1, "weights": [["0.3", "0.4"]], "bias": "0.1"}],
        "loss": "hinge",
    }
    displays = markdown(spec, style="handout").split("$$")[1::2]
    product = r"\frac{\partial L}{\partial a_{21}^{(1)}} \cdot \frac{\partial a_{21}^{(1)}}{\partial w_{11}^{(1)}} &="
    [found] = [display for display in displays if product in display]
    assert r"&= x_{21} = 0.5" in found
    assert r"a_{31}" not in found


def test_the_product_of_one_of_several_paths_says_what_it_is_the_product_of() -> None:
    two = {"dense": 2, "weights": [["1", "2"], ["-1", "-2"]], "bias": "none"}
    spec = {**dense({"learning_rate": 0.1}), "layers": [two, two]}
    text = markdown(spec, views=["paths"])
    products = re.findall(r"The product along this path:\n\n\$\$\n(.*)\n", text)
    assert len(products) == 8
    for product in products:
        left, numbers = product.split(" = ", 1)
        assert left.count(r"\partial") == 2 * left.count(r"\frac") == 6
        assert r"\partial" not in numbers


@pytest.mark.parametrize("style", ["tutorial", "handout"])
def test_weights_of_a_large_array_are_named_before_they_are_used(style: str) -> None:
    """w_7 is no element that W_1 tells: where 108 weights are numbered through, the array shows how."""
    spec = {
        "data": {"inputs": [str(n / 10) for n in range(1, 13)], "targets": ["1"]},
        "layers": [
            {"dense": 9, "weights": {"random": {"seed": 3}}, "bias": "none"},
            {"dense": 1, "weights": {"random": {"seed": 4}}, "bias": "none"},
        ],
        "loss": "half_squared_error",
        "notation": "net_out",
        "training": {"learning_rate": 0.1},
        "document": {"style": style, "figure": False},
    }
    text = derivgen.derive(task_from_mapping(spec)).to_markdown()
    named = text.index(r"w_{1} & w_{2} & w_{3}")
    assert r"\cdots & w_{12} \\ w_{13} & w_{14}" in text[named:]
    assert named < text.index(r"\frac{\partial")


def test_a_long_sum_over_counted_weights_goes_through_them_as_they_are_counted() -> None:
    weights = [[f"0.{1 + row + 2 * column}" for column in range(4)] for row in range(3)]
    spec = {
        "layers": [{"dense": 3, "activation": "tanh", "weights": weights, "bias": "none"}],
        "data": {"inputs": ["1", "2", "3", "4"], "targets": ["0", "1", "0"]},
        "loss": {"name": "half_squared_error", "penalty": {"l2": 0.1}},
        "notation": "sum_output",  # w_1, w_4, w_7, w_10 go to the first unit
    }
    text = markdown(spec, views=["reuse"], long_sum=4)
    assert r"w_{1}^{2} + w_{2}^{2} + \cdots + w_{12}^{2}" in text
    assert "w_{1} i_{1} + w_{4} i_{2} + w_{7} i_{3} + w_{10} i_{4}" in text


def test_elements_that_are_named_the_other_way_round_are_named_in_their_array() -> None:
    layer = {"dense": 2, "weights": [["1", "2"], ["3", "4"]], "bias": "none"}
    spec = {
        "layers": [{**layer, "orientation": "from_to"}],
        "data": {"inputs": ["1", "2"], "targets": ["0", "1"]},
        "loss": "half_squared_error",
        "notation": "digits",  # w_{010}: layer, to, from
    }
    named = r"\begin{bmatrix} w_{000} & w_{010} \\ w_{001} & w_{011} \end{bmatrix} ="
    assert named in markdown(spec, views=["matrix"])
    spec["layers"] = [layer]
    assert r"\begin{bmatrix} w_{000}" not in markdown(spec, views=["matrix"])
