"""Families, the blocks of arrays with very many elements, against arithmetic done anew."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from functools import reduce

import numpy as np
import pytest

from derivgen.api import derive, task
from derivgen.document.blocks import Display, Family
from derivgen.document.formulas import Formulas
from derivgen.formula.build import map_children, substitute_holes
from derivgen.formula.latex import LATEX
from derivgen.formula.tree import (
    Chain,
    Delimited,
    Fraction,
    Hole,
    Node,
    Number,
    Power,
    Product,
    Root,
    SignHole,
    Sum,
)
from derivgen.network.optimisers import OPTIMISERS
from derivgen.network.spec import task_from_mapping
from derivgen.network.task import Task
from derivgen.render.write import document_text

#: so many decimals are printed that what is rounded does not count
DECIMALS = 12


def value(node: Node) -> float:
    """The number that a formula of numbers means."""
    match node:
        case Number(text):
            return float(text)
        case Sum(terms):
            return sum(-value(term) if minus else value(term) for minus, term in terms)
        case Product(factors):
            return reduce(operator.mul, map(value, factors))
        case Fraction(above, below):
            return value(above) / value(below)
        case Power(base, exponent):
            return float(value(base) ** value(exponent))
        case Root(body):
            return float(np.sqrt(value(body)))
        case Delimited(body):
            return value(body)
    raise TypeError(f"{node} is no formula of numbers")


def network(**spec: object) -> Task:
    """A layer of 5-13: too many weights for one at a time."""
    given: dict[str, object] = {
        "data": {"inputs": [0.1, -0.4, 0.3, 0.8, -0.2], "targets": [k / 10 for k in range(13)]},
        "layers": [
            {
                "dense": 13,
                "activation": "tanh",
                "weights": {"random": {"seed": 1}},
                "bias": "none",
            }
        ],
        "loss": "half_squared_error",
        "numbers": {"decimals": DECIMALS},
        **spec,
    }
    return task(**given)


def families(**spec: object) -> list[Family]:
    blocks = derive(network(**spec)).document.blocks()
    found = [block for block in blocks if isinstance(block, Family)]
    assert found
    return found


def chains(family: Family, copy: int) -> Iterator[Chain]:
    """The chains of one copy with its digits put in."""
    texts = [column[copy] for column in family.columns]
    for block in family.blocks:
        assert isinstance(block, Display)
        for chain in block.chains:
            links = tuple(
                (
                    texts[sign.column] if isinstance(sign, SignHole) else sign,
                    substitute_holes(right, texts),
                )
                for sign, right in chain.links
            )
            assert chain.left is not None
            yield Chain(substitute_holes(chain.left, texts), links)  # type: ignore[arg-type]


@pytest.mark.parametrize("optimiser", sorted({rule.name for rule in OPTIMISERS.values()}))
def test_the_numbers_of_every_step_of_an_update_give_its_result(optimiser: str) -> None:
    """A state means what it was before the step that computes it, and its new value after it."""
    found = families(
        training={"learning_rate": 0.1, "optimiser": optimiser, "steps": 2, "show": 2},
        document={"show": "all", "views": ["reuse"], "figure": False},
    )
    for family in found:
        for copy in (0, 7, family.count - 1):
            for chain in chains(family, copy):
                worked, result = value(chain.links[-2][1]), value(chain.links[-1][1])
                assert worked == pytest.approx(result, rel=1e-4, abs=10**-DECIMALS)


@pytest.mark.parametrize(
    ("numbers", "training"),
    [
        ({"decimals": 3}, {"learning_rate": 0.3}),
        ({"decimals": 2, "least_significant": 2}, {"learning_rate": 0.3, "steps": 2, "show": 2}),
        ({"significant": 3, "rounding": "half_even"}, {"learning_rate": 0.3}),
        ({"decimals": 3, "rounding": "truncate"}, {"learning_rate": 0.3}),
        ({"decimals": 3, "carry": "rounded"}, {"learning_rate": 0.3}),
    ],
)
def test_numbers_have_the_digits_of_those_worked_out_one_by_one(
    monkeypatch: pytest.MonkeyPatch, numbers: dict[str, object], training: dict[str, object]
) -> None:
    """Factors have as many digits as it takes to give the printed result."""
    spec = {
        "training": training,
        "numbers": numbers,
        "document": {"show": "all", "views": ["reuse"], "figure": False},
    }

    assert_as_one_by_one(monkeypatch, spec)


def assert_as_one_by_one(monkeypatch: pytest.MonkeyPatch, spec: dict[str, object]) -> None:
    """What families print of each element stands just so in the document that works out one by one."""

    def lines(chain: Chain) -> tuple[Node | None, list[tuple[str, str]]]:
        return chain.left, [(str(sign), LATEX.write(part)) for sign, part in chain.links[-2:]]

    many = [lines(c) for f in families(**spec) for k in range(f.count) for c in chains(f, k)]
    monkeypatch.setattr("derivgen.document.views.reuse.MOST_ITEMS", 10**9)
    blocks = derive(network(**spec)).document.blocks()
    few = [lines(c) for block in blocks if isinstance(block, Display) for c in block.chains]
    # a tiny number is printed as a power of ten where it stands by itself
    seen = [line for line in many if not any("0.000000" in text for _, text in line[1])]
    assert [line for line in seen if line not in few] == []


BATCH: dict[str, object] = {
    "data": {
        "inputs": [[0.5, -0.4, 0, 0.8, -0.2], [0.25, 0, 0.7, -0.6, 0.9], [0, 1, -0.3, 0.1, 0.4]],
        "targets": [[round(0.1 * (k % 7) - s, 1) for k in range(13)] for s in range(3)],
    },
    "layers": [
        {
            "dense": 13,
            "activation": "relu",
            # as many digits as are printed: a weight that stays has the same ones
            "weights": [
                [f"{((37 * i + 61 * j) % 199 - 99) / 100:.3f}" for j in range(5)] for i in range(13)
            ],
            "bias": "none",
        }
    ],
}


@pytest.mark.parametrize("order", ["loss-first", "parameter-first"])
@pytest.mark.parametrize("optimiser", sorted({rule.name for rule in OPTIMISERS.values()}))
def test_signs_are_those_of_elements_worked_out_one_by_one(
    monkeypatch: pytest.MonkeyPatch, optimiser: str, order: str
) -> None:
    """Sums over samples, of which some are 0, and states of either sign: minus signs and ``=``."""
    view = {"show": "all", "views": ["reuse"], "figure": False, "factor_order": order}
    training = {"learning_rate": 0.5, "optimiser": optimiser, "steps": 2, "show": 2}
    spec = {**BATCH, "numbers": {"decimals": 3}, "training": training, "document": view}
    signs = {
        sign
        for f in families(**spec)
        for k in range(f.count)
        for c in chains(f, k)
        for sign, _ in c.links[-1:]
    }
    assert signs == {"=", "approx"}
    assert_as_one_by_one(monkeypatch, spec)


@pytest.mark.parametrize("format", ["md", "tex", "typ", "html"])
def test_every_sign_is_written(format: str) -> None:
    """No hole is left, and no name of a sign; a sum over samples has no minus behind a plus."""
    view = {"show": "all", "views": ["reuse"], "figure": False, "style": "handout"}
    document = derive(
        network(**BATCH, numbers={"decimals": 3}, training={"learning_rate": 0.5}, document=view)
    ).document
    text = "".join(document_text(document, format))
    assert not re.search("[\U000f0000-\U000fffff]|(?<!\\\\)approx", text)
    # the square of a difference may begin with one: "+ (-0.3 - 0.2)^2"
    assert not re.search(r"\+ ?[-−]|\+ ?\([-−][^()]*\)(?!\^)", text)
    assert not re.search(r"<mo>\+</mo><mrow><mo>(\(</mo><mo>)?−", text)


def test_copies_in_several_portions_are_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = {
        "training": {"learning_rate": 0.1, "optimiser": "adam"},
        "numbers": {"decimals": 3},
        "document": {"show": "all", "views": ["reuse"], "figure": False},
    }

    def copies() -> list[list[Chain]]:
        return [list(chains(f, k)) for f in families(**spec) for k in range(f.count)]

    whole = copies()
    monkeypatch.setattr("derivgen.document.bulk.CHUNK", 7)
    assert copies() == whole


def test_a_copy_has_the_names_of_its_element() -> None:
    derived = derive(
        network(
            training={"learning_rate": 0.1},
            document={"show": ["W1"], "views": ["reuse"], "figure": False},
        )
    )
    formulas = Formulas(derived.derivation, derived.derivation.first)
    [family] = [block for block in derived.document.blocks() if isinstance(block, Family)]
    assert family.count == 65
    for copy in range(family.count):
        element = divmod(copy, 5)
        assert next(chains(family, copy)).left == formulas.gradient_token(("W1", element))


def test_an_array_has_one_layout_with_room_for_its_longest_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A portion whose indices are short is laid out as one in which they are long."""
    monkeypatch.setattr("derivgen.document.bulk.CHUNK", 7)
    found = families(document={"show": ["W1"], "views": ["reuse"], "figure": False})
    assert len(found) > 5
    assert all(family.blocks == found[0].blocks for family in found)
    [display] = found[0].blocks
    assert isinstance(display, Display)
    left = display.chains[0].left
    assert left is not None
    longest = {
        number: max(max(map(len, family.columns[number])) for family in found)
        for number in range(len(found[0].columns))
    }
    assert {hole.column: hole.width for hole in holes_of(left)} == {
        hole.column: longest[hole.column] for hole in holes_of(left)
    }
    assert 2 in longest.values()


def holes_of(node: Node) -> Iterator[Hole]:
    """All holes in a formula."""
    found: list[Hole] = []

    def look(part: Node) -> Node:
        if isinstance(part, Hole):
            found.append(part)
            return part
        return map_children(part, look)

    look(node)
    yield from found


def test_an_update_goes_on_with_the_gradient_that_is_printed() -> None:
    """With more parameters than are followed over their paths, and numbers carried on as they are printed."""
    random: list[object] = [{"random": {"seed": seed, "decimals": 2}} for seed in range(4)]
    data = {"inputs": [round(0.37 * k % 2 - 1, 2) for k in range(18)], "targets": [0.2, 0.7]}
    layers = [
        {"dense": 14, "activation": "sigmoid", "weights": random[0], "bias": random[1]},
        {"dense": 2, "activation": "sigmoid", "weights": random[2], "bias": random[3]},
    ]
    spec = {
        "data": data,
        "layers": layers,
        "loss": "half_squared_error",
        "numbers": {"carry": "rounded", "decimals": 3},
        "training": {"learning_rate": 0.5},
        "document": {"views": ["paths"], "show": "all", "figure": False},
    }
    text = derive(task_from_mapping(spec)).to_markdown()
    pairs = re.findall(
        r"\\partial L\}\{\\partial w[^\n]*?(-?[\d.]+) \\\\\n"
        r"[^\n]*\{\(1\)\+\}[^\n]* 0\.5 \\cdot \(?(-?[\d.]+)",
        text,
    )
    assert len(pairs) == 14 * 18
    assert [printed for printed, _ in pairs] == [put_in for _, put_in in pairs]


def test_what_a_collapsed_derivative_goes_past_is_no_derivative_of_0() -> None:
    """With so many weights that arrays are taken whole, softmax and cross-entropy differentiated in one."""
    layers = [
        {
            "dense": 13,
            "activation": "tanh",
            "weights": {"random": {"seed": 1, "decimals": 1}},
            "bias": "none",
        },
        {
            "dense": 4,
            "activation": "softmax",
            "weights": {"random": {"seed": 2, "decimals": 1}},
            "bias": "none",
        },
    ]
    spec = {
        "data": {"inputs": [0.1, -0.4, 0.3, 0.8, -0.2], "targets": [0, 1, 0, 0]},
        "layers": layers,
        "loss": "cross_entropy",
        "document": {"views": ["reuse"], "show": "all", "figure": False},
    }
    for style in ("handout", "tutorial"):
        spec["document"] = {"views": ["reuse"], "show": "all", "figure": False, "style": style}
        text = derive(task_from_mapping(spec)).to_markdown()
        assert r"\partial L}{\partial w_{1,1}^{(1)}}" in text
        assert not re.search(r"\\frac\{\\partial L\}\{\\partial a_\{\d\}\^\{\(2\)\}\} &?= 0", text)
        assert r"\frac{\partial L}{\partial \boldsymbol{a}^{(2)}}" not in text
