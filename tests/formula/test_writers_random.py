"""Whatever the tree, what is written has to be read by the format's own parser."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import katex_check
import pytest
import typst
from formula_trees import SAMPLES, TREES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derivgen.formula.latex import LATEX
from derivgen.formula.linebreak import layout
from derivgen.formula.mathml import MATHML
from derivgen.formula.symbols import GREEK, OPERATOR_WORDS, RELATIONS, SPECIAL_SIGNS
from derivgen.formula.tree import Accent, Chain, Hole, Node, Relation, Symbol
from derivgen.formula.typst import TYPST

_QUICK = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_BATCHES = st.lists(TREES, min_size=1, max_size=8)

#: every sign and accent once
_TABLES: tuple[Node, ...] = (
    *(Symbol(name) for name in (*GREEK, *SPECIAL_SIGNS, *sorted(OPERATOR_WORDS))),
    *(Relation(Symbol("x"), sign, Symbol("y")) for sign in RELATIONS),
    *(Accent(kind, Symbol("x")) for kind in ("hat", "bar", "tilde", "vec", "dot")),
)


def _chains(nodes: list[Node]) -> list[Chain]:
    return [Chain(node, (("=", node), ("approx", nodes[0]))) for node in nodes]


def _latex_is_good(nodes: list[Node]) -> None:
    formulas = [(LATEX.write(node), False) for node in nodes]
    formulas.append((LATEX.write_lines(layout(_chains(nodes), 40)), True))
    assert katex_check.check(formulas) == []
    for tex, displayed in formulas:
        assert not re.search(r"\{\{|`|\n\s*\n", tex), tex
        if displayed:
            assert not re.search(r"^\s*([=\-+*#>|]|\d+\.(\s|$))", tex, re.MULTILINE), tex


def _typst_is_good(nodes: list[Node]) -> None:
    formulas = [f"${TYPST.write(node)}$" for node in nodes]
    formulas += [f"$ {TYPST.write_lines(layout([chain], 40))} $" for chain in _chains(nodes)]
    typst.compile("\n\n".join(formulas).encode(), format="svg")


def _mathml_is_good(nodes: list[Node]) -> None:
    for node in nodes:
        ElementTree.fromstring(MATHML.write(node))
    for chain in _chains(nodes):
        ElementTree.fromstring(MATHML.write_chain(chain))
        ElementTree.fromstring(MATHML.write_lines(layout([chain], 40)))


@pytest.mark.parametrize("nodes", [list(SAMPLES), list(_TABLES)], ids=["samples", "tables"])
def test_every_kind_of_node_is_read(nodes: list[Node]) -> None:
    nodes = [node for node in nodes if not isinstance(node, Hole)]
    _latex_is_good(nodes)
    _typst_is_good(nodes)
    _mathml_is_good(nodes)


@_QUICK
@given(_BATCHES)
def test_katex_reads_the_latex_of_any_tree(nodes: list[Node]) -> None:
    _latex_is_good(nodes)


@_QUICK
@given(_BATCHES)
def test_typst_compiles_any_tree(nodes: list[Node]) -> None:
    _typst_is_good(nodes)


@_QUICK
@given(_BATCHES)
def test_mathml_of_any_tree_is_well_formed(nodes: list[Node]) -> None:
    _mathml_is_good(nodes)


def test_the_checker_of_latex_refuses_what_is_broken() -> None:
    assert katex_check.check([(r"\frac{1}{2}", True)]) == []
    assert (
        len(katex_check.check([(r"\frac{1}{", True), (r"\nosuch", False), ("a_1_2", False)])) == 3
    )
