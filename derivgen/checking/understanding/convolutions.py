"""``Z = X * K`` in a document about convolutions: the kernel slid over the image, and no product of matrices.

Whether it is, and is not flipped, is told by the numbers that are printed for it; else it is left open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial

from derivgen.checking.evaluating.printed import printed_matrix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

_WORDS = re.compile(r"convol|correlat|faltung|filter|kernel|卷积", re.IGNORECASE)
#: the kernel slid over the image without flipping it; what nothing is known of. Nobody can write these names
CORRELATION, UNKNOWN = "#correlation", "#convolution"
_Rows = tuple[tuple[Fraction, ...], ...]


def with_convolutions(statements: Sequence[Statement], text: str) -> tuple[Statement, ...]:
    """The statements with such products as what they are."""
    if not _WORDS.search(text):
        return tuple(statements)
    arrays = _arrays(statements)
    slid: dict[str, str] = {}
    for statement in statements:
        left = statement.left
        for member in statement.members[1:]:
            if isinstance(left, t.Name) and (pair := _pair(member, arrays)) is not None:
                printed = arrays.get(left.key)
                slid[left.key] = CORRELATION if _are(pair, printed) else UNKNOWN
    if not slid:
        return tuple(statements)
    return tuple(s.mapped(partial(_slid, arrays, slid)) for s in statements)


def _arrays(statements: Sequence[Statement]) -> dict[str, _Rows]:
    """The matrices that are printed, by their names; the first of each."""
    found: dict[str, _Rows] = {}
    for statement in statements:
        for member in statement.members[1:]:
            rows = printed_matrix(member)
            if isinstance(statement.left, t.Name) and rows and not statement.left.mark:
                numbers = tuple(tuple(Fraction(cell.text) for cell in row) for row in rows)
                found.setdefault(statement.left.key, numbers)
    return found


def _pair(node: t.Node, arrays: Mapping[str, _Rows]) -> tuple[_Rows, _Rows] | None:
    """An image and a kernel that is smaller, with a star between them, whose shapes are those of no product."""
    if not isinstance(node, t.Product) or node.sign != "*" or len(node.factors) != 2:
        return None
    image, kernel = (arrays.get(f.key) if isinstance(f, t.Name) else None for f in node.factors)
    if image is None or kernel is None or len(image[0]) == len(kernel):
        return None
    return (image, kernel) if _sizes(image, kernel) is not None else None


def _sizes(image: _Rows, kernel: _Rows) -> tuple[int, int] | None:
    high, wide = len(image) - len(kernel) + 1, len(image[0]) - len(kernel[0]) + 1
    return (high, wide) if high > 0 and wide > 0 else None


def _are(pair: tuple[_Rows, _Rows], printed: _Rows | None) -> bool:
    """Whether most cells of a printed matrix are what the kernel makes of the image, to two digits."""
    image, kernel = pair
    sizes = _sizes(image, kernel)
    if printed is None or sizes != (len(printed), len(printed[0])):
        return False
    right = 0
    for i, row in enumerate(printed):
        for j, cell in enumerate(row):
            parts = [
                image[i + m][j + n] * weight
                for m, weights in enumerate(kernel)
                for n, weight in enumerate(weights)
            ]
            right += abs(sum(parts) - cell) <= Fraction(1, 100)
    return 2 * right > len(printed) * len(printed[0])


def _slid(arrays: Mapping[str, _Rows], slid: Mapping[str, str], node: t.Node) -> t.Node:
    if isinstance(node, t.Product) and node.sign == "*" and len(node.factors) == 2:
        image, kernel = node.factors
        if _pair(node, arrays) is not None:
            kinds = set(slid.values())
            kind = kinds.pop() if len(kinds) == 1 else UNKNOWN
            return t.Call(kind, (image, kernel), 0, node.span)
        by = kernel.by if isinstance(kernel, t.Derivative) else None
        if isinstance(image, t.Name) and isinstance(by, t.Name) and by.key in slid:
            return t.Call(slid[by.key], (image, kernel), 0, node.span)
    return rebuilt(node, partial(_slid, arrays, slid))
