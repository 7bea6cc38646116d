"""Arrays without a value whose shape a result tells: the rows of a table of embeddings in
``h = (e_1 + e_3) / 2 = (0.25, 0.1)``, the weights in ``z = W x = (0.3, 0.5)``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import is_numeric, printed_matrix
from derivgen.checking.maths import tree as t

#: rows and columns
Shape = tuple[int, int]


def with_lengths_by_results(
    model: DocumentModel, printed: Mapping[str, tuple[t.Node, ...]]
) -> DocumentModel:
    """The model with the shapes of such arrays."""
    known = {key: (node,) for key, node in model.values.items() if node is not None}
    arrays = {
        key: array
        for key, nodes in {**known, **printed}.items()
        if (array := next((node for node in nodes if isinstance(node, t.Matrix)), None))
    }
    sizes = {
        key: (len(cells), len(cells[0]))
        for key, array in arrays.items()
        if (cells := printed_matrix(array)) is not None
    }
    # a list in brackets may be a row as well as a column
    standing = {key: shape for key, shape in sizes.items() if not arrays[key].is_list}
    found: dict[str, Shape] = {}
    for key, node in model.definitions.items():
        if key not in sizes:
            continue
        turned = arrays[key].is_list and model.lists_stand
        whole = sizes[key][::-1] if turned else sizes[key]
        parts = list(_as_large(node))
        found |= {part.key: whole for part in parts if isinstance(part, t.Name) and not part.mark}
        if key in standing:
            found |= {
                name: shape for part in parts for name, shape in _factors(part, whole, standing)
            }
    silent = {
        name: shape
        for name, shape in found.items()
        if name in model.values and model.values[name] is None
    }
    return replace(model, extents={**silent, **model.extents}) if silent else model


def _as_large(node: t.Node) -> Iterator[t.Node]:
    """The parts that are as large as a formula is: those that are added up, or multiplied by numbers."""
    match node:
        case t.Negated(body):
            yield from _as_large(body)
        case t.Quotient(top, bottom) if is_numeric(bottom):
            yield from _as_large(top)
        case t.Sum(terms):
            for _, body in terms:
                yield from _as_large(body)
        case t.Product(factors):
            others = [factor for factor in factors if not is_numeric(factor)]
            yield from _as_large(others[0]) if len(others) == 1 else (node,)
        case _:
            yield node


def _factors(
    part: t.Node, whole: Shape, shapes: Mapping[str, Shape]
) -> Iterator[tuple[str, Shape]]:
    """What a product of two arrays that has a shape says of the shape of one of them."""
    if not isinstance(part, t.Product) or part.sign == "o" or len(part.factors) != 2:
        return
    (one, one_turned), (two, two_turned) = map(_turned, part.factors)
    before = _as_it_stands(shapes[one], one_turned) if one in shapes else None
    after = _as_it_stands(shapes[two], two_turned) if two in shapes else None
    if after is not None and _is_matrix(one) and after[1] == whole[1]:
        yield one, _as_it_stands((whole[0], after[0]), one_turned)
    if before is not None and _is_matrix(two) and before[0] == whole[0]:
        yield two, _as_it_stands((before[1], whole[1]), two_turned)


def _turned(node: t.Node) -> tuple[str, bool]:
    """The name of a factor, empty where it is none, and whether it is transposed."""
    body = node.body if isinstance(node, t.Transposed) else node
    key = body.key if isinstance(body, t.Name) and not body.mark else ""
    return key, isinstance(node, t.Transposed)


def _as_it_stands(shape: Shape, turned: bool) -> Shape:
    return shape[::-1] if turned else shape


def _is_matrix(key: str) -> bool:
    """True for a capital letter: a small one may be a number that multiplies each cell."""
    return key[:1].isupper()
