"""Lines fit, lose nothing, and cost no more than they have to."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derivgen.formula import linebreak
from derivgen.formula.build import (
    add,
    call,
    equals,
    fraction,
    matrix,
    multiply,
    negate,
    number,
    walk,
)
from derivgen.formula.latex import LATEX
from derivgen.formula.linebreak import INDENT, layout
from derivgen.formula.mathml import MATHML
from derivgen.formula.measure import chain_width, operator_width, relation_width, width
from derivgen.formula.names import parse_name
from derivgen.formula.tree import (
    Cases,
    Chain,
    Delimited,
    Fence,
    Line,
    Node,
    Number,
    Partial,
    Product,
    Relation,
    Sum,
    Symbol,
    Underbrace,
)
from derivgen.formula.typst import TYPST

Z = Symbol("z")
TERM = multiply([Number("0.25"), Number("-0.50")])


@pytest.mark.parametrize(
    ("node", "measured"),
    [
        # widths of TeX boxes in display style, Latin Modern at 10 pt, in units of 5 pt
        (multiply([Partial(parse_name(a), parse_name(b)) for a, b in (
            ("E", "out_{o1}"), ("out_{o1}", "net_{o1}"), ("net_{o1}", "w_5"))]), 21.5),
        (multiply([number("0.7414"), number("0.1868"), number("-0.5933")]), 22.7),
        (add(negate(fraction(Symbol("y"), parse_name("a_1"))),
             negate(fraction(add(Number("1"), negate(Symbol("y"))),
                             add(Number("1"), negate(parse_name("a_1")))))), 12.3),
        (matrix([[Number(str(i)) for i in range(12)]] * 2), 40.1),
        (Cases(((Z, Relation(Z, ">", Number("0"))), (Number("0"), None))), 13.1),
        (number("1.2e-05"), 9.1),
        (multiply([Number("2"), Symbol("net"), Symbol("out")], "none"), 7.3),
        (Underbrace(multiply([Partial(Symbol("E"), Symbol("a")), Partial(Symbol("a"), Z)]),
                    parse_name(r"\delta_1")), 7.4),
    ],
)  # fmt: skip
def test_widths_are_close_to_those_of_tex(node: Node, measured: float) -> None:
    assert width(node) == pytest.approx(measured, rel=0.15)


def _numbers(count: int) -> Node:
    return add(*[TERM] * count)


def test_what_fits_stays_on_one_line() -> None:
    chain = equals(Z, Symbol("a"), Symbol("b"), Number("0.5"))
    [line] = layout([chain], 80)
    assert LATEX.write_lines([line]) == "z = a = b = 0.5"
    assert line.left == Z


def test_links_get_lines_of_their_own_but_a_value_joins() -> None:
    chain = equals(Z, Symbol("a"), _numbers(3), Number("0.5"))
    first, second = layout([chain], 50)
    assert (first.left, first.sign, first.right) == (Z, "=", Symbol("a"))
    assert second.left is None
    assert second.right == Relation(_numbers(3), "=", Number("0.5"))
    narrow = layout([chain], 1 + width(_numbers(3)) + 2 * relation_width("="))
    assert [line.right for line in narrow] == [Symbol("a"), _numbers(3), Number("0.5")]


def test_long_sums_break_at_terms_with_the_operator_at_the_beginning() -> None:
    lines = layout([equals(Z, _numbers(6))], 45)
    assert [line.leading for line in lines] == ["", *["+"] * (len(lines) - 1)]
    assert [line.continues for line in lines] == [False] + [True] * (len(lines) - 1)
    assert len(lines) > 1


def test_long_products_break_at_factors() -> None:
    lines = layout([equals(Z, multiply([Number("0.12345678")] * 9))], 45)
    assert len(lines) > 1
    assert {line.leading for line in lines[1:]} == {"dot"}


def test_a_minus_opens_the_next_line() -> None:
    long = multiply([Number("0.12345678")] * 3)
    lines = layout([equals(Z, add(long, negate(long)))], 45)
    assert [line.leading for line in lines] == ["", "-"]
    assert [line.right for line in lines] == [long, long]
    first, second = LATEX.write_lines(lines).split("\n")[1:-1]
    assert first.endswith(r"0.12345678 \\")
    assert second.startswith(r"  &\quad {} - 0.12345678")


def test_what_follows_three_cases_is_no_part_of_the_second() -> None:
    def cases(count: int) -> Node:
        return Cases(tuple((Number(str(at)), Relation(Z, "=", Number("0"))) for at in range(count)))

    first, second = layout([equals(Z, cases(3), Number("1"))], 80)
    assert (first.right, second.right) == (cases(3), Number("1"))
    assert len(layout([equals(Z, cases(2), Number("1"))], 80)) == 1
    assert len(layout([equals(Z, cases(3))], 80)) == 1


def test_what_cannot_be_broken_stays_whole() -> None:
    wide = matrix([[Number("0.123")] * 12])
    [line] = layout([equals(Z, wide)], 20)
    assert line.right == wide


def test_chains_of_a_display_share_their_left_column() -> None:
    long_left = parse_name("net_{hidden1}")
    right = _numbers(3)
    room = width(long_left) + relation_width("=") + width(right) - 0.5
    assert len(layout([equals(Z, right)], room)) == 1
    assert len(layout([equals(Z, right), equals(long_left, Z)], room)) == 3


def test_a_chain_without_relation() -> None:
    assert layout([Chain(Z, ())], 10) == (Line(None, None, Z),)
    assert len(layout([Chain(_numbers(8), ())], 40)) > 1


_ATOMS = st.sampled_from(
    [Number("0.25"), Number("-3"), Symbol("a"), parse_name("w_{12}"), Partial(Z, Symbol("a")),
     fraction(add(Z, Z), Symbol("b")), matrix([[Z, Z]])]
)  # fmt: skip
_PRODUCTS = st.tuples(
    st.lists(_ATOMS, min_size=1, max_size=9), st.sampled_from(["dot", "none", "cross"])
).map(lambda fo: multiply(*fo))  # type: ignore[arg-type]
_SUMS = st.lists(_PRODUCTS | _PRODUCTS.map(negate), min_size=1, max_size=9).map(lambda t: add(*t))
_CHAINS = st.lists(_SUMS, min_size=1, max_size=4).map(lambda rights: equals(Z, *rights))


DOT = r"\cdot"


def _letters(tex: str) -> str:
    """What is printed, without spaces and alignment."""
    return re.sub(r"\s|\\,|\\quad|\{\}|&|\\\\$", "", tex)


@settings(deadline=None, max_examples=60)
@given(_CHAINS, st.floats(20, 120))
def test_lines_fit_and_nothing_is_lost(chain: Chain, limit: float) -> None:
    lines = layout([chain], limit)
    for line in lines:
        size = width(Z) + width(line.right) + operator_width(line.leading)
        size += relation_width(line.sign) if line.sign is not None else 0.0
        size += INDENT if line.continues else 0.0
        assert size <= limit + 1e-6 or not isinstance(line.right, Sum | Product | Relation)
    for line, after in pairwise(lines):
        assert bool(after.leading) == after.continues  # a sign opens each line that goes on
        assert not line.leading or line.continues
    # one more line, so that there are always rows
    rows = LATEX.write_lines([*lines, Line(None, None, Z)]).split("\n")[1:-2]
    printed = "".join(map(_letters, rows))
    whole = _letters(LATEX.write_chain(chain))
    # factors that stood side by side are parted by a dot where a line ends between them
    assert printed.replace(DOT, "") == whole.replace(DOT, "")
    ends = sum(line.leading == "dot" for line in lines)
    assert whole.count(DOT) <= printed.count(DOT) <= whole.count(DOT) + ends


def test_the_work_is_linear_in_the_number_of_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    def calls(terms: int) -> int:
        count = 0

        def counting(node: Node) -> float:
            nonlocal count
            # a whole sum costs as much as its terms
            count += len(node.terms) if isinstance(node, Sum) else 1
            return width(node)

        monkeypatch.setattr(linebreak, "width", counting)
        layout([equals(Z, _numbers(terms))], 80)
        return count

    assert calls(2000) <= 2.1 * calls(1000)


def test_the_width_of_a_chain_is_that_of_its_parts() -> None:
    chain = equals(Z, Z)
    assert chain_width(chain) == pytest.approx(2 * width(Z) + relation_width("="))


def test_every_relation_of_parallel_equations_is_aligned() -> None:
    chains = [
        equals(parse_name(f"z_{k}"), multiply([parse_name(f"w_{k}"), Z]), number(text))
        for k, text in ((1, "0.25"), (2, "-0.5"))
    ]
    lines = layout(chains, 60)
    assert [(line.left, line.sign, line.right, *line.more) for line in lines] == [
        (chain.left, *chain.links[0], *chain.links[1:]) for chain in chains
    ]
    source = LATEX.write_lines(lines)
    assert source.startswith(r"\begin{alignedat}{2}")
    assert [row.count("&") for row in source.split("\n")[1:-1]] == [3, 3]
    assert not any(line.more for line in layout(chains, 12))  # there is no room for columns


def test_equations_that_are_not_alike_keep_their_lines() -> None:
    short = equals(Z, Symbol("x"), number("1"))
    others = [
        equals(Z, _numbers(2), number("2")),  # it would open a wide gap
        equals(Z, number("2")),
        Chain(None, short.links),
    ]
    for other in others:
        assert not any(line.more for line in layout([short, other], 60))


def test_a_wide_left_side_stands_above_what_is_equal_to_it() -> None:
    left = multiply([Partial(parse_name(f"z_{k}"), parse_name(f"z_{k + 1}")) for k in range(8)])
    chain = equals(left, multiply([TERM] * 4), Number("0.5"))
    first, *rest = layout([chain], 60.0)
    assert (first.left, first.sign, first.right) == (None, None, left)
    assert rest[0].sign == "="
    assert all(line.left is None for line in rest)
    assert all(width(line.right) <= 60.0 for line in rest)
    # where all of it fits, it stands on one line
    assert len(layout([equals(left, Number("0.5"))], 60.0)) == 1
    # and a narrow left side stays beside the relation
    assert layout([equals(Z, multiply([TERM] * 9))], 60.0)[0].left == Z


@pytest.mark.parametrize("tall", [False, True])
def test_a_sum_in_brackets_is_broken_between_its_terms(tall: bool) -> None:
    terms = [fraction(TERM, Number("3")) if tall else TERM] * 20
    scaled = multiply(
        [fraction(Number("1"), Number("2")), Delimited(add(*terms), "bracket")], "none"
    )
    lines = layout([equals(Symbol("L"), scaled)], 60)
    assert len(lines) > 2
    assert all(width(line.right) <= 60 for line in lines)
    fences = [node for line in lines for node in walk(line.right) if isinstance(node, Fence)]
    assert [(one.side, one.tall) for one in fences] == [("open", tall), ("close", tall)]
    text = LATEX.write_lines(lines)
    assert text.count(r"0.25 \cdot (-0.50)") == 20
    assert text.count(r"\biggl\lbrack") == text.count(r"\biggr\rbrack") == int(tall)
    assert r"\left\lbrack" not in text


def test_so_is_what_a_function_is_taken_of_but_not_what_has_room() -> None:
    short = call(Symbol("sigma"), add(TERM, TERM))
    long = call(Symbol("sigma"), add(*[TERM] * 20, short))
    lines = layout([equals(Symbol("a"), multiply([Symbol("w"), long], "none"))], 60)
    assert all(width(line.right) <= 60 for line in lines)
    assert LATEX.write(short) in LATEX.write_lines(lines)


def test_a_minus_that_opens_the_brackets_stays_in_them() -> None:
    body = add(negate(TERM), *[TERM] * 19)
    lines = layout([equals(Symbol("L"), multiply([Number("2"), Delimited(body)], "dot"))], 60)
    assert "(-0.25" in LATEX.write_lines(lines)


def test_every_format_writes_both_delimiters_in_one_size() -> None:
    for tall in (False, True):
        opening, closing = Fence("bracket", "open", tall), Fence("bracket", "close", tall)
        sizes = re.compile(r'size: #\d+%|(?:min|max)size="[^"]*"|stretchy="false"')
        for writer in (TYPST, MATHML):
            pair = [sizes.findall(writer.write(one)) for one in (opening, closing)]
            assert pair[0] == pair[1] != []


def test_what_is_taken_apart_begins_on_a_line_of_its_own_behind_much_else() -> None:
    names = [call(Symbol("sigma"), parse_name(f"w_{at}")) for at in range(6)]
    inner = add(Number("1"), negate(add(*names)))
    long = Delimited(inner, "paren")
    limit = width(long) - 2

    def first_line(*before: Node) -> str:
        chain = Chain(Z, (("=", Product((*before, long), "none")),))
        return LATEX.write(layout([chain], limit)[0].right)

    assert "(1" not in first_line(*names[:3])
    # little else stays with it: "1/2 [a + b + ...]"
    assert "(1" in first_line(names[0])
