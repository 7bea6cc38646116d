"""Arrays that an author writes the other way round, and their cells."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice, product

import numpy as np

from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.equality import Equality, Outcome
from derivgen.checking.evaluating.printed import printed_matrix
from derivgen.checking.matching.evidence import Evidence
from derivgen.checking.matching.network_model import NetworkModel, key_of
from derivgen.checking.matching.network_view import WHOLE
from derivgen.checking.matching.renaming import OWN as OWN
from derivgen.checking.matching.renaming import Joined, translated
from derivgen.checking.matching.spelling import fits
from derivgen.checking.matching.unifying import Unifier
from derivgen.checking.maths import tree as t

#: definitions that are compared with the network's, and ways to turn arrays that are tried for one
MOST_COMPARED, MOST_TURNS = 400, 16
TRANSPOSED = "^T"


def turned(
    evidence: Evidence, budget: Budget, mapping: Mapping[str, str], wholes: Mapping[str, str]
) -> dict[str, str]:
    """Whole arrays with the way they lie: by their values, and else by what makes equations true."""
    found: dict[str, str] = {}
    open_names = []
    for name, array in wholes.items():
        value = evidence.network.value(WHOLE + array)
        turned = None if value is None else turn_by_value(evidence, name, value)
        if turned is None and len(evidence.model.network.quantities[array].shape):
            open_names.append(name)
        found[name] = array + (TRANSPOSED if turned else "")
    for name in list(open_names)[:MOST_COMPARED]:
        definition = evidence.learned.model.definitions.get(name)
        if definition is not None and not isinstance(definition, t.Name):
            _turn(evidence, budget, name, definition, mapping, found, open_names)
    return found


def _turn(
    evidence: Evidence,
    budget: Budget,
    name: str,
    definition: t.Node,
    mapping: Mapping[str, str],
    found: dict[str, str],
    open_names: list[str],
) -> None:
    here = {t.full_key(p): None for p in t.names_of(definition)}
    free = [key for key in (*here, name) if key in open_names]
    ways = islice(product(("", TRANSPOSED), repeat=len(free)), MOST_TURNS)
    for way in sorted(ways, key=lambda turns: sum(map(bool, turns))):
        turns = {
            key: found[key].removesuffix(TRANSPOSED) + t for key, t in zip(free, way, strict=True)
        }
        trial = {**mapping, **found, **turns}
        joined = Joined(evidence.model, evidence.learned.model, trial)
        left = t.Name(trial[name])
        equality = Equality(joined, budget)
        if compared(budget, equality, left, translated(definition, trial)) is Outcome.EQUAL:
            found.update(turns)
            for key in free:
                open_names.remove(key)
            return


def turn_by_value(evidence: Evidence, name: str, value: np.ndarray) -> bool | None:
    """Whether an array is printed the other way round; None where its print does not say."""
    wanted = value.reshape(-1, 1) if value.ndim < 2 else value
    for node in evidence.author.printed(name):
        matrix = printed_matrix(node)
        if matrix is None or not matrix:
            continue
        shape = len(matrix), len(matrix[0])
        if wanted.shape == wanted.T.shape == shape:
            straight, turned = fits(matrix, wanted), fits(matrix, wanted.T)
            if straight != turned:
                return turned
        elif shape == wanted.shape:
            return False
        elif shape == wanted.T.shape:
            return True
    return None


def compared(budget: Budget, equality: Equality, left: t.Node, right: t.Node) -> Outcome:
    """Whether two formulas are equal; open where that takes too long to find."""
    budget.begin()
    try:
        return equality.compare(left, right).outcome
    except OutOfWork:
        return Outcome.OPEN


def by_cells(evidence: Evidence, unifier: Unifier) -> None:
    """Cells of arrays that are matched, and arrays all of whose cells are."""
    for name, element in evidence.learned.model.elements.items():
        array = unifier.bound.get(element.array, "")
        if name in unifier.bound or not array.startswith(WHOLE):
            continue
        cell = _cell(
            evidence.model,
            array[1:],
            element.row,
            element.column,
            _is_turned(evidence, element.array, array),
        )
        if cell is not None:
            unifier.bind(name, cell)
    for name, node in evidence.learned.model.definitions.items():
        if isinstance(node, t.Matrix):
            _cells(evidence, unifier, name, node)


def _cells(evidence: Evidence, unifier: Unifier, name: str, node: t.Matrix) -> None:
    cells = [
        (i, j, t.full_key(cell))
        for i, row in enumerate(node.rows)
        for j, cell in enumerate(row)
        if isinstance(cell, t.Name)
    ]
    array = unifier.bound.get(name, "")
    if array.startswith(WHOLE):
        turned = _is_turned(evidence, name, array)
        for i, j, key in cells:
            found = _cell(evidence.model, array[1:], i, j, turned)
            if found is not None and key not in unifier.bound:
                unifier.bind(key, found)
    elif not array and cells:
        arrays = {unifier.bound.get(key, "").partition("[")[0] for _, _, key in cells}
        (one,) = arrays if len(arrays) == 1 else ("",)
        if one and one in evidence.network.arrays:
            unifier.bind(name, WHOLE + one)


def _is_turned(evidence: Evidence, name: str, array: str) -> bool:
    value = evidence.network.value(array)
    return value is not None and turn_by_value(evidence, name, value) is True


def _cell(model: NetworkModel, array: str, row: int, column: int, turned: bool) -> str | None:
    shape = model.network.quantities[array].shape
    index: tuple[int, ...] = (column, row) if turned else (row, column)
    if len(shape) == 1:
        index = (max(row, column),)
    key = key_of((array, index))
    return key if model.known(key) else None
