"""Data that only the programs of a document give: ``W_r, b_r = -0.3, 0.1`` in a code cell above the formulas.

They are the values of names for which a document has no other ones.  The programs are parsed, and never run.
"""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.maths import tree as t

_ARRAYS = frozenset({"array", "asarray", "tensor"})
#: characters of all programs together, at most
_LONGEST = 200_000


def data_in_code(programs: Sequence[str], model: DocumentModel) -> Mapping[str, t.Node]:
    """Values that programs give, once and for all, to names of the model that have none."""
    read = {name for node in model.definitions.values() for name in t.names_in(node)}
    lacking = {
        key
        for key in read | model.values.keys()
        if key not in model.definitions and model.given(key) is None and model.element(key) is None
    }
    if not programs or not lacking or sum(map(len, programs)) > _LONGEST:
        return {}
    assigned: dict[str, list[t.Node | None]] = defaultdict(list)
    for program in programs:
        for name, node in _assignments(program):
            assigned[name].append(node)
    keys: dict[str, list[str]] = defaultdict(list)
    for key in lacking:
        keys[_spelled(key)].append(key)
    found: dict[str, t.Node] = {}
    for name, nodes in assigned.items():
        (node, *others), meant = nodes, keys.get(_spelled(name), [])
        key = name if name in lacking else meant[0] if len(meant) == 1 else ""
        if key and node is not None and not others:
            found[key] = node
    return found


def _spelled(name: str) -> str:
    """``w1`` and ``w_1`` are one name."""
    return name.replace("_", "")


def _assignments(program: str) -> Iterator[tuple[str, t.Node | None]]:
    """The names that a program gives a value, with it where it is a number or an array of numbers."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            lines = ast.parse(program)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return
    for line in ast.walk(lines):
        if isinstance(line, ast.Assign):
            for target in line.targets:
                yield from _given(target, line.value if line in lines.body else None)
        elif isinstance(line, ast.AugAssign | ast.AnnAssign | ast.For | ast.comprehension):
            yield from _given(line.target, None)


def _given(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, t.Node | None]]:
    if isinstance(target, ast.Name):
        yield target.id, None if value is None else _node(value)
    elif isinstance(target, ast.Tuple | ast.List):
        values: list[ast.expr | None] = [None] * len(target.elts)
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(values):
            values = [*value.elts]
        for one, its in zip(target.elts, values, strict=True):
            yield from _given(one, its)


def _node(value: ast.expr) -> t.Node | None:
    """A number, or the array of numbers that ``[0.1, 0.2]`` and ``np.array([0.1, 0.2])`` are."""
    if isinstance(value, ast.List):
        return _array(value)
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else ""
        made = value.args[0] if name in _ARRAYS and len(value.args) == 1 else None
        return _array(made) if isinstance(made, ast.List) else None
    return _number(value)


def _array(value: ast.List) -> t.Node | None:
    nested = all(isinstance(row, ast.List) for row in value.elts)
    rows = [row.elts for row in value.elts if isinstance(row, ast.List)] if nested else [value.elts]
    cells = [[_number(cell) for cell in row] for row in rows]
    if not cells or not cells[0] or len({*map(len, cells)}) != 1:
        return None
    whole = tuple(tuple(cell for cell in row if cell is not None) for row in cells)
    if any(len(row) < len(cells[0]) for row in whole):
        return None
    return t.Matrix(whole, is_list=not nested)


def _number(value: ast.expr) -> t.Node | None:
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        inner = _number(value.operand)
        return None if inner is None else t.Negated(inner)
    number = value.value if isinstance(value, ast.Constant) else None
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    text = repr(number)
    try:
        exact = Fraction(text)
    except ValueError:  # "inf"
        return None
    return t.Number(text, exact, 0 if "e" in text else len(text.partition(".")[2]))
