"""What the documents say to a student: sentences, and what is left out because it is known."""

from __future__ import annotations

import re
from math import prod
from pathlib import Path

import pytest

import derivgen as dg
from derivgen.checking.report import Verdict
from derivgen.document.blocks import Display, Heading, Table, Words
from derivgen.formula.build import walk
from derivgen.formula.latex import LATEX
from derivgen.formula.tree import Node, Partial, Symbol
from derivgen.network.spec import task_from_text

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def text_of(name: str, style: str = "tutorial", *settings: str) -> str:
    task = dg.load(EXAMPLES / f"{name}.yaml", [f"document.style={style}", *settings])
    return dg.derive(task).to_markdown()


def test_the_plus_is_introduced_before_it_is_used() -> None:
    for name in ("shared_bias_2_2_1", "relu_sigmoid_3_2_1", "batch_matrix_2_3_1", "scalar_circuit"):
        for style in ("tutorial", "handout"):
            text = text_of(name, style)
            assert 0 < text.index("plus marks") < re.search(r"\^\{[^{}]*\+\}", text).start()  # type: ignore[union-attr]
            assert text.count("plus marks") == 1


def test_a_parameter_in_the_loss_itself_has_no_chain() -> None:
    text = text_of("scalar_circuit")
    assert "stands in the loss itself" in text
    assert r"\frac{\partial f}{\partial z} = \frac{\partial f}{\partial z}" not in text


SHARED = """
data: {inputs: [0.3, 0.7], targets: [1]}
layers:
  - dense: 2
    activation: sigmoid
    weights: [[0.1, 0.2], [0.3, 0.4]]
    bias: 0.5
  - dense: 1
    activation: sigmoid
    weights: [[0.6, 0.7]]
    bias: 0.2
loss: {name: half_squared_error, per_output: true}
training: {learning_rate: 0.5}
document: {style: tutorial, views: [VIEW], per_output: true}
"""


@pytest.mark.parametrize("view", ["paths", "symbolic"])
def test_a_path_is_no_whole_derivative_where_an_error_has_several(view: str) -> None:
    """A bias that two hidden units share reaches the one error along two paths."""
    derivation = dg.derive(task_from_text(SHARED.replace("VIEW", view), "yaml"))
    text = derivation.to_markdown()
    assert "**Path 2:**" in text
    assert not [claim for claim in dg.check(text).claims if claim.verdict is Verdict.WRONG]


def test_the_chain_of_each_error_is_written_out() -> None:
    """With errors taken one by one, the rule is their sum; each path then shows its own chain."""
    text = text_of("two_outputs_2_2_2")
    token = r"\\frac\{\\partial E_\{1\}\}\{\\partial w_\{1\}\}"
    product = r"\\frac\{\\partial E_\{1\}\}\{\\partial \\mathrm\{output\}_\{o1\}\} \\cdot"
    assert re.search(f"{token} &?= {product}", text)


def test_what_no_parameter_changes_is_not_computed_again() -> None:
    text = text_of("batch_norm")
    after = text[text.index("## After the update") :]
    assert "do not depend on them and stay as before" in after
    assert r"\mu_{0}^{+}" not in text
    assert r"\hat{x}_{00}^{+}" not in text
    assert r"o_{00}^{+}" in after


def test_a_remark_that_was_made_is_not_made_again() -> None:
    assert text_of("relu_sigmoid_3_2_1").count("A unit that is switched off") == 1


@pytest.mark.parametrize("decimals", [3, 4])
def test_losses_are_told_apart(decimals: int) -> None:
    text = text_of("batch_matrix_2_3_1", "tutorial", f"numbers.decimals={decimals}")
    before, after = re.findall(
        r"The loss was \$J \\approx ([\d.]+)\$ and is now \$J\^\{\+\} \\approx ([\d.]+)\$", text
    )[0]
    assert float(before) > float(after)
    assert "it fell" in text


def test_one_unit_has_one_bias_and_one_output() -> None:
    text = text_of("relu_sigmoid_3_2_1")
    assert "The output of the output layer" in text
    assert "The bias of the output layer" in text
    assert "The biases of the hidden layer" in text
    assert "The target:" in text
    batch = text_of("batch_matrix_2_3_1")
    assert "The outputs of the output layer" in batch  # one for each sample


def test_a_symbolic_sum_over_paths_is_written_down() -> None:
    text = text_of("scalar_symbolic_1_1_1")
    total = text[text.index("The sum over the paths:") :]
    assert re.search(r"\\frac\{\\partial L\}\{\\partial b\} &?= 1.*\+", total.split("$$")[1])


@pytest.mark.parametrize("settings", [("style=handout",), ("style=tutorial", "views=closed-form")])
def test_the_rule_of_the_update_is_about_the_first_row(settings: tuple[str, ...]) -> None:
    own = [f"document.{setting}" for setting in settings]
    derivation = dg.derive(dg.load(EXAMPLES / "relu_sigmoid_3_2_1.yaml", own))
    blocks = list(derivation.document.blocks())
    at = next(i for i, b in enumerate(blocks) if isinstance(b, Table) and len(b.header) == 4)
    rule = blocks[at - 1]
    assert isinstance(rule, Display)
    table = blocks[at]
    assert isinstance(table, Table)
    assert table.rows[0][0][0].formula == rule.chains[-1].links[0][1].terms[0][1]  # type: ignore[union-attr]


def test_a_rule_that_was_followed_for_each_parameter_is_not_written_once_more() -> None:
    text = text_of("relu_sigmoid_3_2_1")
    assert "All of them:" in text
    assert text.count(r"= w_{100} - \mu") == 1


def test_what_no_step_changes_is_no_part_of_the_rule_for_all() -> None:
    assert "Every parameter is updated by the same rule." in text_of("relu_sigmoid_3_2_1")
    assert "Every parameter that is trained is updated by the same rule." in text_of(
        "two_outputs_2_2_2"
    )
    assert "Every parameter that is trained" in text_of(
        "two_outputs_2_2_2", "tutorial", "document.views=matrix"
    )
    assert "Not trained: $b_{1}$ and $b_{2}$." in text_of("two_outputs_2_2_2", "handout")
    assert "Not trained" not in text_of("relu_sigmoid_3_2_1", "handout")
    one = """
data: {inputs: [0.5], targets: [1]}
layers: [{dense: 1, activation: sigmoid, weights: [[0.4]], bias: none}]
loss: half_squared_error
training: {learning_rate: 0.5}
document: {style: tutorial, views: [VIEW]}
"""
    for view, said in (
        ("paths", "The parameter before and after the update:"),
        ("closed-form", "is updated by this rule; a plus marks"),
    ):
        text = dg.derive(task_from_text(one.replace("VIEW", view), "yaml")).to_markdown()
        assert said in text
        assert "Every parameter" not in text


def test_what_is_checked_beside_parameters_is_a_quantity() -> None:
    assert "| Quantity | Derivation |" in text_of("batch_norm")
    assert "| Parameter | Derivation |" in text_of("lstm_3_steps")


def test_a_handout_shows_every_derivative_that_it_goes_on_with() -> None:
    """Of an array with elements that are not worked out, all of them stand together."""
    text = text_of("lstm_3_steps", "handout")
    for letter in "HCGVOUFQIP":
        assert rf"{{\partial \boldsymbol{{{letter}}}}} \approx" in text


def test_signs_of_matrices_are_explained_where_they_stand_first() -> None:
    """Each sign once, right before the first display that has it, also over several steps."""
    said = {
        "batch_matrix_2_3_1": [
            ("A function of an array is taken of each element.", r"\sigma(\boldsymbol{Z}"),
            ("Beneath each array stands its shape.", r"_{\text{5}\mathord{\times}\text{1}}"),
            ("A circled dot multiplies element by element.", r"\odot"),
            (
                r"$(\boldsymbol{A}^{(2)})^{\top}$, the transpose of $\boldsymbol{A}^{(2)}$, "
                r"has the rows of $\boldsymbol{A}^{(2)}$ as its columns.",
                r"^{\top}",
            ),
        ],
        "attention_head": [
            (r"The sign $\delta_{jk}$ stands for 1 where $j$ and $k$ are the same", r"\delta_{jk}"),
        ],
        "batch_norm": [(r"The bold $\boldsymbol{1}$ is a vector of ones.", r"\boldsymbol{1}")],
        "conv_pool": [("Here $p$ and $q$ run from $0$ to $1$.", r"\max_{p,q}")],
    }
    for name, pairs in said.items():
        for settings in ((), ("training.steps=2", "training.show=2")):
            text = text_of(name, "handout", *settings)
            for sentence, sign in pairs:
                assert text.count(sentence) == 1
                # one about a display stands before it, one about its letters behind it
                own, first = text.index(sentence), text.replace(sentence, "").index(sign)
                assert (first < own) == sentence.startswith("Here")
                between = text.replace(sentence, "")[min(own, first) : max(own, first)]
                assert between.count("$$") == 1


def test_a_tutorial_says_why_there_is_a_transpose() -> None:
    text = text_of("batch_matrix_2_3_1", "tutorial")
    why = "A product with a transpose does so for all elements at once:"
    assert text.count(why) == 1
    assert text[text.index(why) :].split("$$")[1].count(r"^{\top}") == 1


COLUMNS = """
data: {inputs: [[1, 2, 3], [3, 4, 5]], targets: [[1, 0, 1]], samples: columns}
layers: [{dense: 1, weights: [[0.1, 0.2]], bias: 0.3}]
loss: LOSS
document: {style: tutorial, views: [matrix]}
"""


def test_a_sum_over_one_row_needs_no_ones_before_it() -> None:
    spec = COLUMNS.replace("LOSS", "half_squared_error")
    text = dg.derive(task_from_text(spec, "yaml")).to_markdown()
    rule = re.search(r"partial b\^?.*?\} &?= (.*)", text)
    assert rule is not None
    assert r"\boldsymbol{1}^{\top}" not in rule[1]
    assert rule[1].count(r"\boldsymbol{1}") == 1


def test_the_loss_is_called_by_its_name_and_explained() -> None:
    said = {
        "half_squared_error": "The loss of a sample is half the squared error. The half cancels",
        "huber": "The loss of a sample is the Huber loss. A large error pulls",
        "binary_cross_entropy_logits": "The output is a logit: its sigmoid is the probability",
    }
    for name, sentence in said.items():
        text = dg.derive(task_from_text(COLUMNS.replace("LOSS", name), "yaml")).to_markdown()
        assert sentence in text
        assert text.index(sentence) < text.index("The loss is averaged over the 3 samples.")
    # a network with several outputs says that they are added
    assert "half the squared error, summed over the outputs. The" in text_of("two_outputs_2_2_2")
    assert "The loss is the cross-entropy. Only" in text_of("softmax_deep")


def test_a_tutorial_says_where_the_samples_lie() -> None:
    spec = """
data: {inputs: [[1, 2, 3], [3, 4, 5]], targets: [[1, 0, 1]], samples: columns}
layers: [{dense: 1, activation: tanh, weights: [[0.1, 0.2]], bias: 0.3}]
loss: mean_squared_error
document: {style: tutorial, views: [VIEW]}
"""
    for view, said in (
        ("matrix", r"Each column of $\boldsymbol{X}$ and $\boldsymbol{Y}$"),
        ("reuse", "The second index of the inputs and targets"),
    ):
        text = dg.derive(task_from_text(spec.replace("VIEW", view))).to_markdown()
        assert text.count(said) == 1
        assert text.index(said) < text.index("## Forward pass")
        # given as what the document works with
        assert (r"\boldsymbol{X} = \begin{bmatrix}" in text) == (view == "matrix")
    assert "counts the samples" not in text_of("relu_sigmoid_3_2_1")


def test_numbers_stand_in_the_case_that_they_decide_and_ones_in_their_row() -> None:
    spec = """
data: {inputs: [[0.5, 1, 2]], targets: [[0.3, 0.2, 0.1]], samples: columns}
layers: [{dense: 1, activation: identity, weights: [[0.2]], bias: 0.1}]
loss: huber
document: {style: tutorial, views: [reuse]}
"""
    text = dg.derive(task_from_text(spec)).to_markdown()
    (chain,) = re.findall(r"\\frac\{\\partial L\}\{\\partial a_\{11\}.*?\$\$", text, re.DOTALL)[:1]
    assert chain.count(r"\begin{cases}") == 1
    assert r"\cdot (0.2000 - 0.3) \approx -0.0333" in chain
    whole = dg.derive(task_from_text(spec.replace("reuse", "matrix"))).to_markdown()
    assert r"\begin{bmatrix} 1 & 1 & 1 \end{bmatrix}" in whole
    assert r"\begin{bmatrix} 1 \\ 1 \\ 1 \end{bmatrix}^{\top}" not in whole


@pytest.mark.parametrize("view", ["paths", "reuse"])
def test_weights_come_as_they_are_numbered_wherever_they_lie(view: str) -> None:
    """w_1, w_3 are the first row of the matrix."""
    text = text_of("two_outputs_2_2_2", "tutorial", f"document.views={view}")
    order = [f"w_{{{number}}}" for number in (1, 2, 3, 4)]
    parts = [
        text[text.index("The weights of the hidden layer:") :].split("\n")[0],
        text[text.index("## The update") :].split("\n##")[0],
        text[text.index("## Check") :],
    ]
    for part in parts:
        places = [part.index(name) for name in order]
        assert places == sorted(places)
    updates = re.findall(r"w_\{(\d)\}\^\{\+\} &?= ", text)[:8]
    assert updates == list("56781234")
    summary = text_of("two_outputs_2_2_2", "summary")
    assert [summary.index(f"| ${name}$") for name in order] == sorted(
        summary.index(f"| ${name}$") for name in order
    )


def test_a_rule_of_matrices_and_its_numbers_are_one_display() -> None:
    text = text_of("softmax_deep", "tutorial", "document.views=matrix")
    displays = text.split("$$")[1::2]
    rules = [display for display in displays if r"\underbrace" in display]
    # but for that of a bias, whose numbers are those of the array before it
    assert all(r"= \begin{bmatrix}" in d or r"\lbrack" in d or "approx" in d for d in rules)
    assert text.count("The update by Adam, element by element") >= 5
    assert text.count("a plus marks the new value") == 1


def test_a_handout_says_what_the_product_along_a_path_is_of() -> None:
    text = text_of("shared_bias_2_2_1", "handout")
    product = next(
        part for part in text.split("$$") if r"0.40 \cdot 0.2413 \cdot 1 \approx 0.0134" in part
    )
    (line,) = [row for row in product.split("\n") if "0.0134" in row and "0.2413" in row]
    assert line.count(r"\frac{\partial") == 5
    assert line.index(r"\partial b_{1}") < line.index("0.7414")
    # what is one derivative is written once
    spec = """
data: {inputs: [0.5], targets: [1]}
layers: [{dense: 1, activation: sigmoid, weights: [[0.4]], bias: none}]
loss: {name: half_squared_error, penalty: {l2: 0.01}}
document: {style: STYLE, views: [paths]}
"""
    for style in ("handout", "tutorial"):
        found = dg.derive(task_from_text(spec.replace("STYLE", style))).to_markdown()
        assert not re.search(r"(?m)^(?: *&?)?(-?0\.0080+) &?= \1", found)


def test_a_sum_of_errors_says_which_factor_is_left_out() -> None:
    text = text_of("two_outputs_2_2_2")
    assert text.count("its derivative with respect to each of them is 1 and is left out") == 1
    assert "is left out" not in text_of("shared_bias_2_2_1")


def test_a_handout_says_where_the_numbers_of_a_chain_come_from() -> None:
    """Between the chain in symbols and its numbers stand the local derivatives in names."""
    text = text_of("lstm_3_steps", "handout")
    chain = text[text.index(r"\partial c_{3,1}}") :].split("$$")[0]
    assert re.search(r"\\cdot o_\{3,1\}.*\\tanh\^\{2\}\(c_\{3,1\}\)", chain)
    assert r"\mathrm{ReLU}^{\prime}(z_{00}) = 0 \cdot 1" in text_of("conv_pool", "handout")


def test_matrices_that_are_given_stand_on_lines_of_their_own() -> None:
    spec = """
data: {inputs: [[1, 2], [3, 4]], targets: [[1], [0]]}
layers: [{dense: 1, activation: tanh, weights: [[0.1, 0.2]], bias: none}]
loss: mean_squared_error
document: {style: tutorial}
"""
    text = dg.derive(task_from_text(spec)).to_markdown()
    assert not re.search(r"(?<!\$)\$(?!\$)[^$\n]*bmatrix", text)


@pytest.mark.parametrize("views", ["symbolic", "matrix"])
def test_which_element_is_largest_is_said_by_cases(views: str) -> None:
    """A formula has no words in it that stand for a value."""
    spec = f"""
arrays:
  x: {{values: [0.4, 0.3, -0.9, 0.2], role: input}}
  w: [-0.52, -0.8, 0.29, 0.35]
equations: ["a[i] = w[i]*x[i]", "m[r] = max(a[2*r + p], p)", "L = sum(m[r]**2, r)"]
ranges: {{r: 2, p: 2}}
loss: L
document: {{views: [{views}], style: handout}}
"""
    text = dg.derive(task_from_text(spec)).to_markdown()
    own = "a_{2 r + p} = m_{r}" if views == "matrix" else "a_{0} = m_{0}"
    assert r"\begin{cases} 1 & \text{if } " + own in text
    words = re.findall(r"\\text\{([^}]*)\}", "".join(text.split("$$")[1::2]))
    assert set(words) - set("0123456789") == {"if ", "otherwise"}  # and shapes


@pytest.mark.parametrize("name", ["batch_matrix_2_3_1", "conv_pool", "lstm_3_steps"])
def test_a_handout_says_what_its_arrays_are_before_it_uses_them(name: str) -> None:
    task = dg.load(EXAMPLES / f"{name}.yaml", ["document.style=handout"])
    names = dg.derive(task).derivation.names
    beginning = text_of(name, "handout").split("\n$$\n")[0]
    for q in task.network.quantities.values():
        if prod(q.shape) > 1:
            latex = re.escape(f"${LATEX.write(names.whole(q.name))}$")
            size = "×".join(map(str, q.shape if len(q.shape) > 1 else (*q.shape, 1)))
            assert re.search(rf"{latex}[^;.\n]*\b{size}\b[^;.\n]*{re.escape(q.prose)}", beginning)


@pytest.mark.parametrize("samples", ["rows", "columns"])
def test_a_handout_says_where_the_samples_are(samples: str) -> None:
    inputs, targets = "[[1, 2], [3, 4], [5, 6]]", "[[1, 1], [0, 1], [1, 0]]"
    if samples == "columns":
        inputs, targets = "[[1, 3, 5], [2, 4, 6]]", "[[1, 0, 1], [1, 1, 0]]"
    spec = f"""
data: {{inputs: {inputs}, targets: {targets}, samples: {samples}}}
layers: [{{dense: 2, activation: tanh, weights: [[0.1, 0.2], [0.3, 0.4]], bias: none}}]
loss: mean_squared_error
document: {{style: handout}}
"""
    text = dg.derive(task_from_text(spec)).to_markdown()
    assert f"Each {samples.removesuffix('s')} of $\\boldsymbol{{X}}$, " in text


def test_a_handout_of_single_numbers_has_no_arrays_to_describe() -> None:
    assert "Given are" not in text_of("scalar_circuit", "handout")


def test_a_summary_says_how_everything_is_computed() -> None:
    for name in ("two_outputs_2_2_2", "softmax_deep", "conv_pool", "lstm_3_steps"):
        derived = dg.derive(dg.load(EXAMPLES / f"{name}.yaml", ["document.style=summary"]))
        text = derived.to_markdown()
        network = text[text.index("## Network") : text.index("\n## ", text.index("## Network") + 1)]
        # whatever has a row in the table and is computed stands on the left of an equation
        said = network.count("&= ") + network.count("\n$$\n")
        computed = derived.derivation.network.equations
        assert said >= len(computed), name
        assert "= 0." not in network
    assert re.search(r"Here .* runs? from", text_of("conv_pool", "summary"))


def test_no_index_of_a_unit_in_a_column_reads_like_a_word() -> None:
    spec = """
layers:
  - dense: 2
    activation: tanh
    weights: {random: {seed: 1, decimals: 1}}
    bias: none
data:
  samples: columns
  inputs: [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]
  targets: [[1, 0, 1], [0, 1, 0]]
loss: half_squared_error
"""
    text = dg.derive(task_from_text(spec)).to_markdown()
    assert "_{kn}" in text
    assert "_{in}" not in text


def test_a_summary_without_numbers_has_the_gradients_in_symbols() -> None:
    """Instead of a table with empty cells: each derivative of the loss from those that stand before it."""
    task = dg.load(EXAMPLES / "scalar_symbolic_1_1_1.yaml", ["document.style=summary"])
    blocks = list(dg.derive(task).document.blocks())
    assert not any(isinstance(block, Table) for block in blocks)
    at = blocks.index(Heading(1, (Words("Gradients"),)))
    chains = [c for block in blocks[at:] if isinstance(block, Display) for c in block.chains]
    known: list[Node | None] = []
    for chain in chains:
        _, result = chain.links[-1]
        read = [n for n in walk(result) if isinstance(n, Partial) and n.of == Symbol("L")]
        assert all(one in known for one in read)
        known.append(chain.left)
    assert {"w_{1}", "w_{2}", "b"} <= {LATEX.write(p.by) for p in known if isinstance(p, Partial)}


@pytest.mark.parametrize("name", ["attention_head", "lstm_3_steps", "batch_norm"])
def test_the_equations_of_a_summary_are_aligned_at_one_sign(name: str) -> None:
    task = dg.load(EXAMPLES / f"{name}.yaml", ["document.style=summary"])
    blocks = dg.derive(task).document.blocks()
    first = next(block for block in blocks if isinstance(block, Display))
    assert len(first.chains) == len(task.network.equations)


TABLE_ROW = re.compile(r"^\| \$(?P<name>[^$]*)\$ \|", re.MULTILINE)


@pytest.mark.parametrize("name", ["relu_sigmoid_3_2_1", "lstm_3_steps", "conv_pool"])
def test_every_table_has_the_parameters_in_one_order(name: str) -> None:
    tutorial, summary = text_of(name), text_of(name, "summary")
    update = tutorial[tutorial.index("| Old value |") : tutorial.index("## After the update")]
    check = tutorial[tutorial.index("| Difference quotient |") :]
    values = summary[: summary.index("| Old value |")]
    updated = TABLE_ROW.findall(update)
    assert len(updated) > 10
    for other in (check, values):
        assert [row for row in TABLE_ROW.findall(other) if row in updated] == updated


def test_what_is_not_worked_out_is_counted() -> None:
    """26 + 4 parameters in five arrays: one of each, or those of the first layer, or all of them."""
    first = text_of("softmax_deep")
    assert first.count("the first element is worked out; the other 25 are found") == 1
    some = text_of("softmax_deep", "handout", 'document.show=["W1", "w_{11}^{(3)}"]')
    [told] = re.findall(r"^(.*) are worked out; the other 23 are found", some, re.MULTILINE)
    assert told.count("$") == 14
    for setting in ('document.show=["all"]', 'document.views=["matrix"]'):
        assert "worked out" not in text_of("softmax_deep", "tutorial", setting)


def test_that_a_bias_is_added_is_said_once_where_its_derivative_is_first_used() -> None:
    text = text_of("relu_sigmoid_3_2_1")
    for name in ("b_{10}", "b_{00}", "b_{01}"):
        assert text.count(f"${name}$ is added to ") == (name != "b_{01}")


def test_each_of_several_views_of_a_handout_is_announced() -> None:
    several = text_of(
        "softmax_deep", "handout", 'document.views=["reuse", "matrix", "closed-form"]'
    )
    assert re.findall(r"^\*(In .*)\.\*$", several, re.MULTILINE) == [
        "In matrix form",
        "In closed form",
    ]
    assert "In matrix form" not in text_of("softmax_deep", "handout", 'document.views=["matrix"]')


def test_of_a_large_network_each_direction_that_was_checked_has_its_row() -> None:
    spec = """
data: {inputs: {random: {seed: 1}, shape: [30]}, targets: {random: {seed: 2}, shape: [5]}}
layers:
  - {dense: 20, activation: tanh, weights: {random: {seed: 3}, shape: [20, 30]}, bias: none}
  - {dense: 5, weights: {random: {seed: 4}, shape: [5, 20]}, bias: none}
loss: half_squared_error
document: {style: summary, figure: false}
"""
    rows = re.findall(
        r"^\| (.*?) \| \S+ \| \S+ \| .*? \|$",
        dg.derive(task_from_text(spec, "yaml")).to_markdown().split("# Check")[1],
        re.MULTILINE,
    )
    everywhere = [row for row in rows if row == "a direction in all entries"]
    assert (
        f"{len(everywhere)} random directions"
        in dg.derive(task_from_text(spec, "yaml")).to_markdown()
    )
    assert r"a direction in $\boldsymbol{W}^{(1)}$" in rows
    assert r"a direction in $\boldsymbol{W}^{(2)}$" in rows
    assert any(row.startswith("$w_{") for row in rows)


def test_of_many_terms_a_sentence_quotes_those_that_are_differentiated() -> None:
    text = text_of("batch_norm", "tutorial")
    o, c = "o_{00}", "c_{00}"
    assert (
        rf"In $L$, ${o}$ stands only in $\frac{{1}}{{8}}\, (y_{{00}} - {o})^{{2}}$. "
        rf"Differentiate that with respect to ${o}$:" in text
    )
    assert rf"In $v_{{0}}$, ${c}$ stands only in $\frac{{1}}{{4}}\, {c}^{{2}}$." in text
    # three terms fit in a sentence
    assert r"Differentiate $L = \frac{1}{2}\, \lbrack (y_{1} - h" in text_of(
        "lstm_3_steps", "tutorial"
    )


def test_what_stands_for_many_parameters_learns_something() -> None:
    """The first unit is dead: with its weights, one would multiply zeros."""
    dead, alive = ["-1"] * 4, ["0.5"] * 4
    spec = {
        "data": {"inputs": ["0", "1", "2", "-1"], "targets": ["1"]},
        "layers": [
            {
                "dense": 6,
                "activation": "relu",
                "weights": [dead, *[alive] * 5],
                "bias": ["-1", *["0.1"] * 5],
            },
            {"dense": 1, "weights": [["1"] * 6], "bias": "none"},
        ],
        "loss": "half_squared_error",
    }
    derived = dg.derive(dg.task(**spec))
    assert derived.derivation.chosen == {"W1": {5}, "b1": {1}, "W2": {1}}
    said = "one element is worked out, the first whose gradient is not 0 if there is one"
    assert said in derived.to_markdown()
    first = dg.derive(dg.task(**spec, document={"show": ["first"]}))
    assert all(where == {0} for where in first.derivation.chosen.values())
