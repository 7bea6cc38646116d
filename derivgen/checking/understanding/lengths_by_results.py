"""Vectors without a value whose length a result tells: the rows of a table of embeddings in
``h = (e_1 + e_3) / 2 = (0.25, 0.1)``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import is_numeric, printed_matrix
from derivgen.checking.maths import tree as t


def with_lengths_by_results(
    model: DocumentModel, printed: Mapping[str, tuple[t.Node, ...]]
) -> DocumentModel:
    """The model with the shapes of such vectors."""
    found: dict[str, tuple[int, int]] = {}
    for key, node in model.definitions.items():
        array = next((one for one in printed.get(key, ()) if isinstance(one, t.Matrix)), None)
        cells = None if array is None else printed_matrix(array)
        if array is None or cells is None:
            continue
        shape = len(cells), len(cells[0])
        if array.is_list and model.lists_stand:
            shape = shape[::-1]
        silent = [name for name in _cell_by_cell(node) if model.values.get(name, node) is None]
        found |= dict.fromkeys(silent, shape)
    return replace(model, extents={**found, **model.extents}) if found else model


def _cell_by_cell(node: t.Node) -> Iterator[str]:
    """The names that are as large as a formula is: those that are added up, or multiplied by numbers."""
    match node:
        case t.Name(key, mark) if not mark:
            yield key
        case t.Negated(body):
            yield from _cell_by_cell(body)
        case t.Quotient(top, bottom) if is_numeric(bottom):
            yield from _cell_by_cell(top)
        case t.Sum(terms):
            for _, body in terms:
                yield from _cell_by_cell(body)
        case t.Product(factors):
            others = [factor for factor in factors if not is_numeric(factor)]
            if len(others) == 1:
                yield from _cell_by_cell(others[0])
