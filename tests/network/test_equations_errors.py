"""Every way in which equations can fail to be a network: one error with code, place and fix."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from derivgen.error_codes import CODES
from derivgen.errors import DerivgenError, Place
from derivgen.formula.tree import Accent, Delimited, Number, Row, Symbol, Text
from derivgen.network.autonames import naming_of
from derivgen.network.equations import SourceEquation, build_network, equations_of
from derivgen.network.functions import FUNCTIONS
from derivgen.network.model import Naming, Network, Quantity, Role

SHAPES = {"W": (2, 3), "x": (3,), "b": (2,), "c": (), "y": (2,)}


def quantity(
    name: str, shape: tuple[int, ...], role: Role = Role.PARAMETER, **more: Any
) -> Quantity:
    return Quantity(name, shape, role, Naming(Symbol(name)), **more)


def build(text: str, **options: Any) -> Network:
    quantities = [quantity(name, shape) for name, shape in SHAPES.items()]
    options.setdefault("loss", None)
    place = Place("net.yaml", 5, 3)
    return build_network(quantities, equations_of(text, place), functions=FUNCTIONS, **options)


T13 = {"ranges": {"t": (1, 3)}}

CASES: list[tuple[str, dict[str, Any], str, tuple[int, int] | None, str]] = [
    # text, options, code, line and column, what the message says
    ("L = sum(W @ xx)", {}, "E401", (5, 15), "did you mean 'x'"),
    ("L = q[0]", {}, "E401", (5, 7), "'q'"),
    ("L = sigmoid*2", {}, "E401", (5, 7), "write sigmoid(...)"),
    ("L = max(x[0], q)", {}, "E405", None, "'q'"),
    ("L = c", {"loss": "M"}, "E401", None, "loss 'M'"),
    ("L = c", {"outside": {"M": 0.0}}, "E401", None, "'M'"),
    ("x = W @ b", {}, "E402", (5, 3), "both declared"),
    ("z = c\nz = 2*c", {}, "E402", (6, 3), "also computed at net.yaml:5:3"),
    ("z[i] = b[i]\nz = x", {}, "E402", (6, 3), "computed twice"),
    ("s[0] = c\ns[t] = x[t]\nL = c", {}, "E402", (6, 3), "s[0] and s[t]"),
    ("L = sum(W[i], i)", {}, "E403", (5, 11), "'W' takes 2 indices, found 1"),
    ("L = x", {"loss": "L"}, "E411", (5, 3), "shape (3,)"),
    ("L = c[0]", {}, "E403", (5, 7), "single number"),
    ("z[0] = c\nz[0,1] = c", {}, "E403", (6, 3), "takes 1 index, found 2"),
    ("z[i] = sum(W[i,j]*b[j], j)", {}, "E404", (5, 23), "over 3 in W[i,j] (axis 1) and over 2 in b[j]"),
    ("z[i] = W[i,0] + x[i]", {}, "E404", (5, 21), "over 2 in W[i,0] (axis 0) and over 3 in x[i]"),
    ("s[0] = c\ns[t] = s[t-1] + x[t-1]", {}, "E405", (6, 5), "ranges: {t:"),
    ("z[i] = sum(x[i+u], u)", {}, "E405", (5, 5), "'i'"),
    ("z[i] = b[i]*sum(x[i+u], u)", {}, "E405", (5, 27), "'u'"),
    ("z[i] = x[i+1]", {"ranges": {"i": (0, 2)}}, "E406", (5, 3), "runs from 1 to 3"),
    ("z[i] = x[i-1]", {"ranges": {"i": (0, 2)}}, "E406", (5, 3), "index i-1 of 'x' (axis 0"),
    ("L = x[3]", {}, "E406", (5, 3), "positions 0 to 2"),
    ("L = x[0]", {"index_base": 1}, "E406", (5, 3), "index 0 of 'x'"),
    ("z[i] = x[i]\nL = z[3]", {"ranges": {"i": (1, 3)}, "index_base": 1}, "", None, ""),
    ("h[t] = c*h[t-1]\nL = c", T13, "E406", (5, 3), "positions 1 to 3"),
    ("z[i-1] = b[i]", {}, "E406", (5, 3), "would begin at -1"),
    ("z[i] = W[i,j]*x[j]", {}, "E407", (5, 14), "write sum(..., j)"),
    ("z = W[i,0]", {}, "E407", (5, 9), "'i'"),
    ("z[i] = x[c]", {}, "E407", (5, 12), "'c' is an array"),
    ("z[i] = b[i]*i", {}, "E407", (5, 15), "outside of brackets"),
    ("z[i] = softmax(x[k], k)", {}, "E407", (5, 24), "p[k] = softmax(z[k], k)"),
    ("z[i] = sum(x[i], i)", {}, "E408", (5, 20), "'i'"),
    ("L = sum(x[i]*sum(b[i], i), i)", {}, "E408", (5, 26), "'i'"),
    ("z[c] = x[c]", {}, "E408", (5, 5), "also an array"),
    ("z[i,i] = b[i]", {}, "E408", (5, 7), "'i'"),
    ("z = W @ b", {}, "E409", (5, 7), "(2, 3) and (2,)"),
    ("z = W @ c", {}, "E409", (5, 7), "write '*'"),
    ("z = x + b", {}, "E409", (5, 7), "(3,) and (2,)"),
    ("z[i] = b[i] + W @ x", {}, "E409", (5, 17), "'W' is a whole array"),
    ("z[i] = b[i] + y", {}, "E409", (5, 17), "y[i]"),
    ("z[i] = b[i]*softmax(b)", {}, "E409", (5, 10), "one number"),
    ("L = softmax(c)", {}, "E409", (5, 7), "single number"),
    ("a = d + 1\nd = 2*a", {}, "E410", (5, 3), "a -> d -> a"),
    ("L = L + 1", {}, "E410", (5, 3), "L -> L"),
    ("s[i] = b[i]*s[i]\nL = c", {}, "E410", (5, 3), "s[i] -> s[i]"),
    ("p[i] = b[i]*q[i]\nq[i] = y[i]+p[i]\nL = c", {}, "E410", (5, 3), "p[i] -> q[i] -> p[i]"),
    ("s[0] = c\ns[t] = s[3-t]\nL = c", T13, "E410", (6, 3), "s[t] -> s[t]"),
    ("z = W @ x", {}, "E411", (5, 3), "single number"),
    ("L = c", {"loss": "c"}, "E411", None, "given, not computed"),
    ("L = sum(x[t], t)", {"ranges": {"t": (2, 1)}}, "E412", None, "from 2 to 1"),
    ("s[0] = c\ns[2] = c\nL = c", {}, "E413", (5, 3), "2 of its 3"),
    ("z[2*i] = b[i]", {}, "E414", (5, 5), "'z'"),
    ("z[i+j] = W[i,j]", {}, "E414", (5, 5), "'z'"),
    ("p[t] = softmax(x[t-1], t)\nL = c", T13, "E414", (5, 10), "softmax"),
    ("z[i,j] = c", {"ranges": {"i": (0, 10**5), "j": (0, 10**5)}}, "E415", (5, 3), "elements"),
    ("s[0]=c\ns[t]=2*s[t-1]\nL=c", {"ranges": {"t": (1, 20_000)}}, "E415", (6, 3), "20000 steps"),
    ("L = 9**9**9**9", {}, "E305", (5, 10), "too large"),
    ("L = c/(2-2)", {}, "E305", (5, 10), "division by 0"),
    ("L = sqrt(0-1)*c", {}, "E305", (5, 7), "real"),
    ("L = sum(x)*log(0)", {}, "E305", (5, 14), "infinite"),
    ("L = foo(c)", {}, "E306", (5, 7), "unknown function 'foo'"),
    ("L = W(0, 1)", {}, "E306", (5, 7), "[ ]"),
    ("L = relu(c, c)", {}, "E307", (5, 7), "takes 1"),
    ("L = tan(c, c)", {}, "E307", (5, 7), "takes 1"),
    ("L = sum()", {}, "E307", (5, 7), "sum(x[i], i)"),
    ("L = sum(x[i], 2*i)", {}, "E307", (5, 7), "sum(x[i], i)"),
    ("L = where(c, 1, 2)", {}, "E307", (5, 7), "comparison"),
    ("L = exp(c > 1)", {}, "E309", (5, 11), "where"),
    ("W @ x", {}, "E312", (5, 5), "'='"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "options", "code", "where", "says"), CASES)
def test_error(
    text: str, options: dict[str, Any], code: str, where: tuple[int, int] | None, says: str
) -> None:
    if not code:
        build(text, **options)
        return
    with pytest.raises(DerivgenError) as caught:
        build(text, **options)
    found = caught.value.diagnostic
    assert found.code == code, found
    assert says in str(found), found
    if where is not None:
        assert found.place == Place("net.yaml", *where), found


def test_every_code_of_networks_has_a_case() -> None:
    codes = {code for code in CODES if "E401" <= code <= "E415"}
    assert codes == {case[2] for case in CASES if case[2][:2] == "E4"}


def test_declarations() -> None:
    twice = [quantity("x", (2,)), quantity("x", (3,), place=Place("f", 9))]
    empty = [quantity("x", (2, 0))]
    uneven = [quantity("x", (2,), values=np.zeros(3))]
    for quantities, code in ((twice, "E402"), (empty, "E412"), (uneven, "E409")):
        with pytest.raises(DerivgenError, match=code):
            build_network(quantities, [SourceEquation("L = 1")], loss=None, functions={})
    with pytest.raises(ValueError, match="only given quantities"):
        build_network([quantity("x", (), Role.COMPUTED)], [], loss=None, functions={})
    with pytest.raises(DerivgenError, match="E411"):
        build_network([quantity("x", ())], [], loss=None, functions={})


def test_no_name_shadows_another_by_accident() -> None:
    """Index letters and names of staged parts keep clear of what is declared."""
    names = {"i": (3,), "j": (3, 3), "z_k": (), "e": (3,)}
    quantities = [quantity(name, shape) for name, shape in names.items()]
    text = "k = sum(j @ i)/sqrt(sum(e))\nm = e + 0*k"
    net = build_network(quantities, equations_of(text), loss="k", functions=FUNCTIONS)
    used = {index.name for equation in net.equations for index in equation.free}
    assert not used & net.quantities.keys()
    assert "z2_k" in net.quantities


def test_order_of_quantities_and_naming() -> None:
    naming = Naming(Symbol("Q"))
    net = build(
        "L = sum(a)\na = sigmoid(W @ x + b)",
        namings={"a": naming},
        prose={"a": "the output"},
        outside={"a": 0.0},
        remarks=("a remark",),
    )
    assert list(net.quantities) == [*SHAPES, "z_a", "a", "L"]
    a = net.quantities["a"]
    assert (a.naming, a.prose, a.outside, a.role) == (naming, "the output", 0.0, Role.COMPUTED)
    assert net.equations[0].place == Place("net.yaml", 5, 3)
    assert net.equations[0].text == "L = sum(a)"
    assert net.remarks == ("a remark",)


@pytest.mark.parametrize(
    ("name", "axes", "naming"),
    [
        ("z", 1, Naming(Symbol("z"), start=(1,))),
        ("W1", 2, Naming(Symbol("W"), Delimited(Number("1")), start=(1, 1))),
        ("W_1", 2, Naming(Symbol("W"), Delimited(Number("1")), start=(1, 1))),
        ("w_5", 0, Naming(Symbol("w"), prefix=Number("5"))),
        ("b1", 0, Naming(Symbol("b"), prefix=Number("1"))),
        ("h_pre", 1, Naming(Symbol("h"), prefix=Symbol("pre"), start=(1,))),
        ("net_o1", 0, Naming(Symbol("net"), prefix=Row((Symbol("o"), Number("1"))))),
        ("y_hat", 1, Naming(Accent("hat", Symbol("y")), start=(1,))),
        ("δ2", 1, Naming(Symbol("delta"), Delimited(Number("2")), start=(1,))),
        ("Λ", 0, Naming(Symbol("Lambda"))),
        ("ϕ", 0, Naming(Symbol("phi"))),
        ("a1b", 0, Naming(Text("a1b"))),
    ],
)
def test_names_read_off(name: str, axes: int, naming: Naming) -> None:
    assert naming_of(name, (1,) * axes) == naming


HOSTILE = [
    "L = " + "sum(" * 50 + "x" + ")" * 50,
    "L = " + "tanh(" * 55 + "c" + ")" * 55,
    "L = " + "exp(sum(x*" * 18 + "c" + "))" * 18,
    "L = " + "+".join(["x[0]*W[1,2]"] * 800),
    "\n".join(f"a{k} = a{k - 1}*c" if k else "a0 = c" for k in range(300)),
    "L = ((((c+1)**900)**900)**900)**900",
    "L = " + "sum(W @ x)*" * 40 + "c",
    "L = x[999999999*999999999]",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_equations_end_soon(text: str) -> None:
    start = time.process_time()
    try:
        found = build(text).loss
    except DerivgenError as error:
        found = error.diagnostic.code
    assert found in {"L", "a299", "E305", "E304", "E406", "E308"}
    assert time.process_time() - start < 20
