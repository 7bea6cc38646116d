"""Numbers of layers in the form in which they are looked for: L for the last one that is called ``n_l``, its number
where the layers are numbered, and ``z^l = W^{l-1} a^{l-1}`` for ``z^{l+1} = W^l a^l``; so with iterates, ``v_{k+1}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.samples import WEIGHTS
from derivgen.checking.understanding.statements import Statement, keys_in

#: the last layer by its other names, in an index above
_LAST = re.compile(
    r"(?<=\^\()(?:n_l|n_L|N_l|l_max)(?=[)+-])|(?<=\^)(?:n_l|n_L|N_l|l_max)(?=[_+-]|\Z)"
)
#: a layer behind one with a letter, above the left side of an equation, or below it
_BEHIND = re.compile(r"(?P<letter>[lkm])(?P<number>\+[1-3])")
_BESIDE = re.compile(r"(?P<letter>[lkm])(?P<number>[+-][1-3])")


def with_plain_layers(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with such numbers."""
    if any(_LAST.search(key) for key in keys_in(statements)):
        statements = [statement.mapped(_with_last) for statement in statements]
    output = _output(statements)
    if output:
        statements = [statement.mapped(output) for statement in statements]
    last = _last(keys_in(statements))
    if last:
        statements = [_with_number(statement, last) for statement in statements]
    return tuple(map(_moved_back, statements))


def _with_last(node: t.Node) -> t.Node:
    if isinstance(node, t.Name):
        return replace(node, key=_LAST.sub("L", node.key))
    return rebuilt(node, _with_last)


def _output(statements: Sequence[Statement]) -> Callable[[t.Node], t.Node] | None:
    """What puts ``a^L`` in the place of ``h_{W,b}``, the output of a network with these weights, where nothing else is
    said of that."""
    keys = keys_in(statements)
    said = {s.left.key for s in statements if isinstance(s.left, t.Name) and len(s.members) > 1}
    outputs = {key for key in keys - said if _is_hypothesis(key)}
    last = {ix.split(key)[0] for key in keys if ix.above(key) == "L" and ix.family(key) == "a"}
    if len(outputs) != 1 or len(last) != 1:
        return None
    (output,), (key,) = outputs, last

    def named(node: t.Node) -> t.Node:
        if isinstance(node, t.Name) and node.key == output:
            return replace(node, key=key)
        return rebuilt(node, named)

    return named


def _is_hypothesis(key: str) -> bool:
    base, pieces = ix.split(key)
    return base in ("h", "f") and bool(pieces) and WEIGHTS.issuperset(pieces)


def _last(keys: Collection[str]) -> int:
    """The number of the last layer; 0 where layers have no numbers but the first, or none is called the last one."""
    ends = {ix.family(key) for key in keys if ix.above(key) == "L"}
    numbers = [
        int(high) for key in keys if (high := ix.above(key)).isdigit() and ix.family(key) in ends
    ]
    # beside layers l and l - 1, the number 1 is that of the first one
    general = any(re.fullmatch(r"[a-z]-1", ix.above(key)) for key in keys)
    last = max(numbers, default=0)
    return 0 if last == 1 and general else last


def _with_number(statement: Statement, last: int) -> Statement:
    """``C = |a^L - y|^2`` with the number of the last layer; equations of the layer L are spelled out elsewhere."""
    left = statement.left
    if isinstance(left, t.Name) and not ix.above(left.key):
        return statement.mapped(partial(ix.at, indices={"L": last}))
    return statement


def _moved_back(statement: Statement) -> Statement:
    """An equation of the layer behind l as one of the layer l, and of the iterate behind k as one of k."""
    left = statement.left
    if not isinstance(left, t.Name) or left.mark or statement.chain.continued:
        return statement
    behind = _BESIDE.fullmatch(ix.above(left.key))
    if behind is not None:
        return statement.mapped(partial(_with_layer, behind["letter"], int(behind["number"])))
    moved = [_BEHIND.fullmatch(piece) for piece in ix.split(ix.without_above(left.key))[1]]
    if len(moved) == 1 and (below := moved[0]) is not None:
        return statement.mapped(partial(_with_index, below["letter"], int(below["number"])))
    return statement


def _with_index(letter: str, back: int, node: t.Node) -> t.Node:
    if not isinstance(node, t.Name):
        return rebuilt(node, partial(_with_index, letter, back))
    base, pieces = ix.split(node.key)
    made = [_less(piece, letter, back) for piece in pieces]
    return node if made == pieces else replace(node, key=ix.joined(base, made))


def _less(piece: str, letter: str, back: int) -> str:
    """A piece of an index with a letter in it that stands for less."""
    rest = piece.removeprefix(letter)
    if rest == piece or (rest and not re.fullmatch(r"[+-][0-9]", rest)):
        return piece
    moved = int(rest or 0) - back
    return f"{letter}{moved:+d}" if moved else letter


def _with_layer(letter: str, back: int, node: t.Node) -> t.Node:
    if isinstance(node, t.Name):
        high = ix.above(node.key)
        if high[:1] != letter:
            return node
        moved = int(high[1:] or 0) - back
        key = ix.with_above(node.key, f"{letter}{moved:+d}" if moved else letter)
        return replace(node, key=key, written="")  # it stands for another than what is written
    return rebuilt(node, partial(_with_layer, letter, back))
