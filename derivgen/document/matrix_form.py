"""Matrix form, read off index patterns: contraction, element-wise product, broadcast, outer product.

A product of readings summed over some indices is written with matrix products, transposes and ones
where that is possible; otherwise there is None, and index notation stands instead.  Vectors are columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import sympy

from derivgen.formula.build import multiply, parentheses, transpose, under
from derivgen.formula.from_sympy import Written, from_sympy
from derivgen.formula.tree import Matrix, Node, Number, Styled, Sum, Text
from derivgen.network.model import Ref

ONES = Styled("bold", Number("1"))


@dataclass(frozen=True)
class Operand:
    """A factor: what is printed, the indices that it runs over, and the sizes of these."""

    node: Node
    indices: tuple[str, ...]
    sizes: tuple[int, ...]

    def turned(self) -> Operand:
        """Its transpose; a vector becomes a row, a number stays one."""
        node = self.node if self.is_number else _turned(self.node)
        return Operand(node, self.indices[::-1], self.sizes[::-1])

    @property
    def is_number(self) -> bool:
        """True for an array of one element."""
        return prod(self.sizes) == 1

    def braced(self, shapes: bool) -> Node:
        """The factor with its shape below, where shapes are wanted."""
        if not shapes or not self.indices or self.is_number:
            return self.node
        # a brace does not group for a reader as parentheses do
        node = parentheses(self.node) if isinstance(self.node, Sum) else self.node
        return under(node, shape_text(self.sizes))


def _turned(node: Node) -> Node:
    """A transpose: of numbers, the numbers in their new places."""
    if isinstance(node, Matrix) and all(isinstance(c, Number) for row in node.rows for c in row):
        return Matrix(tuple(zip(*node.rows, strict=True)))
    return transpose(node)


def shape_text(sizes: tuple[int, ...]) -> str:
    """``3×2``; a vector is a matrix of one column."""
    full = sizes if len(sizes) > 1 else (*sizes, 1)
    return "×".join(str(s) for s in full)


#: how an operand is written
Brace = Callable[[Operand], Node]


def operands(
    expression: sympy.Expr,
    readings: dict[sympy.Symbol, tuple[Ref, Node, tuple[int, ...]]],
    functions: Mapping[str, Node | Written],
) -> tuple[sympy.Expr, tuple[Operand, ...]] | None:
    """A product as a coefficient and operands; factors that are expressions have to be element-wise
    in readings at the same indices."""
    coefficient: sympy.Expr = sympy.S.One
    found: list[Operand] = []
    order = {symbol: at for at, symbol in enumerate(readings)}

    def place(part: sympy.Expr) -> int:  # as the author wrote them
        return min((order[s] for s in part.free_symbols if s in order), default=len(order))

    for part in sorted(sympy.Mul.make_args(expression), key=place):
        if part.is_number:
            coefficient *= part
            continue
        used = [readings[s] for s in readings if s in part.free_symbols]
        shapes = {_plain(ref) for ref, _, _ in used if ref.indices}
        if len(shapes) > 1 or None in shapes or len(part.free_symbols) > len(used):
            return None
        sizes = next((s for ref, _, s in used if ref.indices), ())
        names = {s: node for s, (_, node, _) in readings.items() if s in part.free_symbols}
        node = from_sympy(part, names, functions, "hadamard" if prod(sizes) > 1 else "none")
        indices = next(iter(shapes)) if shapes else ()
        assert indices is not None
        found.append(Operand(node, indices, sizes))
    found.sort(key=lambda operand: bool(operand.indices))
    return coefficient, tuple(found)


def _plain(ref: Ref) -> tuple[str, ...] | None:
    """The index names of a reading with nothing but plain, different indices."""
    names = [index.plain for index in ref.indices]
    if any(name is None for name in names) or len(set(names)) != len(names):
        return None
    return tuple(name for name in names if name is not None)


def product(
    factors: Sequence[Operand],
    out: tuple[str, ...],
    sizes: tuple[int, ...],
    shapes: bool,
    braced: Brace | None = None,
) -> Node | None:
    """The factors summed over every index that is not in ``out``, in matrix form.

    ``braced`` says how an operand is written, where that is not its node, with its shape if ``shapes``.
    """
    scalars = [f for f in factors if not f.indices]
    arrays = [f for f in factors if f.indices]
    if any(len(f.indices) > 2 for f in arrays) or len(out) > 2:
        return None
    inner = list(dict.fromkeys(i for f in arrays for i in f.indices if i not in out))
    braced = braced or _brace(shapes)
    if not arrays:
        body: Node | None = _spread(out, sizes, braced) if out else None
        nodes = [f.node for f in scalars]
        return multiply([*nodes, *([body] if body is not None else [])], "none")
    rule = (_elementwise, _contraction, _double_contraction)[min(len(inner), 2)]
    body = rule(arrays, out, sizes, inner, braced) if len(inner) <= 2 else None
    if body is None:
        return None
    return multiply([*(f.node for f in scalars), body], "none") if scalars else body


def _brace(shapes: bool) -> Brace:
    return lambda operand: operand.braced(shapes)


def _spread(out: tuple[str, ...], sizes: tuple[int, ...], braced: Brace) -> Node:
    """A scalar spread over the output: ones."""
    if len(out) == 1:
        return braced(Operand(ONES, out, sizes))
    column, row = Operand(ONES, out[:1], sizes[:1]), Operand(ONES, out[1:], sizes[1:])
    return _joined([column, _as_row(row)], braced)


def _as_row(vector: Operand) -> Operand:
    return replace(vector.turned(), sizes=(1, *vector.sizes))


def _joined(factors: Sequence[Operand], braced: Brace) -> Node:
    """The matrix product; a single one among ones is left out."""
    kept = [f for f in factors if not (f.is_number and f.node == ONES)]
    return multiply([braced(f) for f in kept or factors[:1]], "none")


def _elementwise(
    arrays: list[Operand], out: tuple[str, ...], sizes: tuple[int, ...], _: list[str], braced: Brace
) -> Node | None:
    """No sum: factors of the output's shape, an outer product, or a broadcast vector."""
    same = [_as(f, out) for f in arrays if set(f.indices) == set(out)]
    rest = [f for f in arrays if set(f.indices) != set(out)]
    parts: list[Node] = [braced(f) for f in same if f is not None]
    if rest:
        outer = _outer(rest, out, sizes, braced)
        if outer is None:
            return None
        parts.append(outer)
    return multiply(parts, "hadamard" if prod(sizes) > 1 else "none")


def _as(operand: Operand, indices: tuple[str, ...]) -> Operand | None:
    """The operand with its indices in this order, transposed if need be."""
    if operand.indices == indices:
        return operand
    return operand.turned() if operand.indices == indices[::-1] else None


def _outer(
    vectors: list[Operand], out: tuple[str, ...], sizes: tuple[int, ...], braced: Brace
) -> Node | None:
    """``u v^T``, with ones where one side is missing."""
    if len(out) != 2 or any(len(f.indices) != 1 for f in vectors):
        return None
    sides: list[Operand] = []
    for axis in (0, 1):
        along = [f for f in vectors if f.indices == (out[axis],)] or [
            Operand(ONES, (out[axis],), (sizes[axis],))
        ]
        column = (
            along[0]
            if len(along) == 1
            else Operand(
                multiply([f.node for f in along], "hadamard"), along[0].indices, along[0].sizes
            )
        )
        sides.append(column if axis == 0 else _as_row(column))
    return _joined(sides, braced)


def _contraction(
    arrays: list[Operand],
    out: tuple[str, ...],
    sizes: tuple[int, ...],
    inner: list[str],
    braced: Brace,
) -> Node | None:
    """One summed index: a matrix product, a matrix times a vector, or an inner product."""
    (k,) = inner
    if not out and len(arrays) == 2 and all(f.indices == (k,) for f in arrays):
        return _joined([_as_row(arrays[0]), arrays[1]], braced)
    touching = _merged([f for f in arrays if k in f.indices])
    others = [f for f in arrays if k not in f.indices]
    if touching is None or len(touching) > 2:
        return None
    size = next(f.sizes[f.indices.index(k)] for f in touching)
    if len(touching) == 1:
        touching = [*touching, Operand(ONES, (k,), (size,))]
    left, right = _sorted_for(touching, out, k)
    first, second = _facing(left, k, last=True), _facing(right, k, last=False)
    free = tuple(i for f in (first, second) for i in f.indices if i != k)
    if free != out and free[::-1] != out:
        missing = [i for i in out if i not in free]
        if not missing or any(missing == list(f.indices) for f in others) is False:
            return None
    body = _joined([first, second], braced)
    if free == out:
        rest = [_as(f, out) for f in others]
        if any(r is None for r in rest):
            return None
        return multiply([body, *(braced(r) for r in rest if r is not None)], "hadamard")
    if not free or len(free) == len(out):
        return None
    column = Operand(body, free, tuple(s for i, s in zip(out, sizes, strict=True) if i in free))
    return _outer([column, *others], out, sizes, lambda f: f.node if f is column else braced(f))


def _merged(touching: list[Operand]) -> list[Operand] | None:
    """Operands over the same indices as one element-wise product."""
    groups: dict[frozenset[str], list[Operand]] = {}
    for f in touching:
        groups.setdefault(frozenset(f.indices), []).append(f)
    merged: list[Operand] = []
    for members in groups.values():
        first = members[0]
        turned = [_as(f, first.indices) for f in members]
        if any(t is None for t in turned):
            return None
        nodes = [t.node for t in turned if t is not None]
        merged.append(replace(first, node=multiply(nodes, "hadamard")))
    return merged


def _sorted_for(pair: list[Operand], out: tuple[str, ...], k: str) -> tuple[Operand, Operand]:
    """The operand that carries the output's first index on the left."""
    left, right = pair
    rest_left = [i for i in left.indices if i != k]
    rest_right = [i for i in right.indices if i != k]
    if rest_right and (not rest_left or (out and rest_right[0] == out[0])):
        return right, left
    return left, right


def _facing(operand: Operand, k: str, last: bool) -> Operand:
    """The operand turned so that the summed index is its last (or its first) one."""
    if len(operand.indices) == 1:
        return _as_row(operand) if last else operand
    position = operand.indices.index(k)
    return operand if (position == 1) is last else operand.turned()


def _double_contraction(
    arrays: list[Operand],
    out: tuple[str, ...],
    sizes: tuple[int, ...],
    inner: list[str],
    braced: Brace,
) -> Node | None:
    """A sum over all of one matrix: ``1^T A 1``."""
    del sizes
    merged = _merged(arrays)
    if out or merged is None or len(merged) != 1 or len(inner) != 2:
        return None
    (only,) = merged
    rows, columns = only.sizes
    left = Operand(transpose(ONES), (), (1, rows))
    right = Operand(ONES, (inner[1],), (columns,))
    shapes = isinstance(braced(only), type(under(only.node, Text(""))))
    nodes = [
        under(left.node, shape_text((1, rows))) if shapes else left.node,
        braced(only),
        under(right.node, shape_text((columns,))) if shapes else right.node,
    ]
    # a single one among ones is left out
    return multiply(nodes[rows == 1 : 3 - (columns == 1)], "none")
