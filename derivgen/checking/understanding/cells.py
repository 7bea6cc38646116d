"""Arrays and their cells: equations in index letters, elements, columns of names."""

from __future__ import annotations

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_printed, printed_matrix, printed_number
from derivgen.checking.evaluating.values import is_function
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import names_in
from derivgen.checking.understanding.arrays import Shaped, family, has_dots, numbered
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.index_equations import spelled_out
from derivgen.checking.understanding.samples import of_each_sample


def spell_out(decided: Decided) -> None:
    """Equations in index letters become one for each cell."""
    for table in (decided.notes.sides, decided.notes.rules):
        _spell_out_all(decided, table)
    sides = decided.notes.sides
    _spell_out_columns(decided)
    _spell_out_functions(decided)
    of_each_sample(decided)
    for array in decided.arrays.values():
        if array.key not in sides:
            _put_together(decided, array.key)


def _put_together(decided: Decided, key: str) -> None:
    """An array is made of its cells where each of them has an equation: what is computed from the cells is
    computed from it."""
    sides = decided.notes.sides
    for names in decided.arrays[key].names():
        if all(cell in sides for row in names for cell in row):
            cells = tuple(tuple(t.Name(cell, written=cell) for cell in row) for row in names)
            said = decided.notes.printed.get(key, ())
            printed = [node for node in said if isinstance(node, t.Matrix)]
            # written as a list, it lies as what it meets asks for
            listed = len(cells) == 1 and bool(printed) and all(node.is_list for node in printed)
            sides[key].insert(0, t.Matrix(cells, is_list=listed))
            break


def _spell_out_all(decided: Decided, sides: dict[str, list[t.Node]]) -> None:
    for key in [key for key in sides if ix.letters_of(key)]:
        for side in tuple(sides[key]):
            instances = spelled_out(key, side, decided.arrays, decided.notes.used)
            for cell, body in instances.items():
                if _is_first_state(decided, cell, side, body):
                    continue
                if ix.family(key) in map(ix.family, names_in(side)) and _is_given(decided, cell):
                    continue
                if sides is decided.notes.rules:
                    decided.notes.general[cell].append(body)
                if isinstance(body, t.Derivative):
                    sides[cell].insert(0, body)  # what all are says more than the line of one
                else:
                    sides[cell].append(body)
            decided.notes.used.update(instances.keys() - decided.notes.used.keys())
            if instances:
                sides[key] = [other for other in sides[key] if other is not side]
        if not sides[key]:
            del sides[key]


def _spell_out_columns(decided: Decided) -> None:
    """``a^1 = x`` makes a^1_1 what x_1 is, and so on."""
    sides = decided.notes.sides
    places = numbered(decided.notes.used)
    for key in [key for key in sides if ix.above(key).isdigit() and not ix.split(key)[1]]:
        for side in tuple(sides[key]):
            cells = family(side.key, places) if isinstance(side, t.Name) else []
            for cell in (row[0] for row in cells if len(row) == 1):
                sides[ix.joined(key, ix.split(cell)[1])].append(t.Name(cell, written=cell))
            if cells and key in decided.arrays:
                _put_together(decided, key)


def _spell_out_functions(decided: Decided) -> None:
    """``A = relu(Z)`` makes A_11 what it is of Z_11, and so on, where these are told apart and no formula is of them."""
    sides = decided.notes.sides
    places = numbered({*decided.notes.used, *sides, *decided.notes.printed})
    for key in [key for key in sides if not ix.split(key)[1]]:
        for side in tuple(sides[key]):
            whole = _of_each_cell(side)
            mine, theirs = family(key, places), family(whole, places) if whole else []
            known = any(cell in sides for row in mine for cell in row)
            # of an array that stands there in numbers, a cell is told by its place
            known = known or any(map(printed_matrix, decided.notes.printed.get(key, ())))
            if not mine or known or list(map(len, mine)) != list(map(len, theirs)):
                continue
            for cell, source in (
                (c, n) for a, b in zip(mine, theirs, strict=True) for c, n in zip(a, b, strict=True)
            ):
                sides[cell].append(_with_cell(side, whole, source))


def _of_each_cell(side: t.Node) -> str:
    """The name of which ``relu(Z)`` and ``max(0, Z)`` are taken cell by cell; empty for anything else."""
    if not isinstance(side, t.Call) or side.primes or len(keys := set(names_in(side))) != 1:
        return ""
    names = [argument for argument in side.arguments if isinstance(argument, t.Name)]
    others = (argument for argument in side.arguments if not isinstance(argument, t.Name))
    known = is_function(side.function) if len(side.arguments) == 1 else side.function == "max"
    return keys.pop() if known and len(names) == 1 and all(map(is_printed, others)) else ""


def _with_cell(node: t.Node, key: str, cell: str) -> t.Node:
    if isinstance(node, t.Name):
        return t.Name(cell, written=cell) if t.full_key(node) == key else node
    return rebuilt(node, lambda child: _with_cell(child, key, cell))


def _is_first_state(decided: Decided, cell: str, side: t.Node, body: t.Node) -> bool:
    """True for ``h_0``, which is given, and for which ``h_t = tanh(a_t)`` would need an a_0 that is nowhere."""
    first = "0" in ix.split(cell)[1] or ix.above(cell) == "0"
    if cell not in decided.notes.printed or not first:
        return False
    made = set(names_in(body)) - set(names_in(side))
    # a letter that is left runs under a sum: which cells it means is not said here
    cells = (name for name in made if not ix.letters_of(name))
    return any(name not in decided.notes.used and name not in decided.cells for name in cells)


def _is_given(decided: Decided, cell: str) -> bool:
    """True for a weight w_2 that is given, and by which something is differentiated: it is no second state of a w of
    which ``w_t = w_{t-1} + v_t`` says what becomes of it."""
    printed = decided.notes.printed.get(cell, [])
    made = decided.notes.worked_out.get(cell, ())
    return cell in decided.denominators and bool(printed) and not any(printed[0] is m for m in made)


def find_elements(decided: Decided) -> None:
    """``h_0`` is a cell of the vector ``h`` where the document computes or gives h as a whole."""
    for array in decided.arrays.values():
        definition = decided.definitions.get(array.key)
        if array.key not in decided.values and definition is None:
            continue
        if isinstance(definition, t.Matrix) and _is_of_names(definition):
            _give_cells(decided, array, definition)
            continue
        if definition is None and _are_others(decided, array):
            if any(array.key in names_in(made) for made in decided.definitions.values()):
                del decided.values[array.key]  # there it is the column of its cells
            continue
        for name, element in array.cells():
            if name not in decided.definitions:
                decided.values.pop(name, None)
                decided.elements[name] = element


def _are_others(decided: Decided, array: Shaped) -> bool:
    """True for ``w = [0.53, 0.61]``, the new weights, where w_1 and w_2 were given one by one as others before."""
    cells = printed_matrix(decided.values[array.key] or t.Words(""))
    order = {key: at for at, key in enumerate(decided.notes.printed)}
    first = order.get(array.key, -1)
    if cells is None or any(order.get(name, -1) > first for name, _ in array.cells()):
        return False
    alike = [
        cells[element.row][element.column].value == number.value
        for name, element in array.cells()
        if (node := decided.values.get(name)) is not None
        and (number := printed_number(node)) is not None
    ]
    return len(alike) > 1 and 2 * sum(alike) < len(alike)


def _is_of_names(matrix: t.Matrix) -> bool:
    """Whether an array is made of names, and of numbers at most beside them: ``[x_1, x_2, 1]``."""
    cells = [cell for row in matrix.rows for cell in row]
    return all(isinstance(cell, t.Name | t.Number) for cell in cells) and any(
        isinstance(cell, t.Name) for cell in cells
    )


def _give_cells(decided: Decided, array: Shaped, names: t.Matrix) -> None:
    """``x = [x_1, x_2] = [0.5, 1]`` is made of its cells, and gives them."""
    for key, element in array.cells():
        if element.row < len(names.rows) and element.column < len(names.rows[element.row]):
            made = names.rows[element.row][element.column]
            if isinstance(made, t.Number) and key not in decided.definitions:
                decided.values.pop(key, None)
                decided.elements[key] = element
    printed = decided.values.get(array.key)
    if not isinstance(printed, t.Matrix) or printed_matrix(printed) is None:
        return
    for row, numbers in zip(names.rows, printed.rows, strict=False):
        for name, number in zip(row, numbers, strict=False):
            if isinstance(name, t.Name) and name.key not in decided.definitions:
                decided.values.setdefault(name.key, number)


def find_families(decided: Decided) -> None:
    """A name that stands for all of ``z_1, z_2, z_3`` in matrix formulas is their column."""
    known = {*decided.definitions, *decided.values, *decided.elements}
    places = numbered(known)
    points = _evaluated_at(decided)
    for key in decided.notes.used:
        if key not in known and key not in points and not ix.letters_of(key):
            # an array that is printed with dots has more cells than are named
            dotted = any(map(has_dots, decided.notes.sides.get(key, ())))
            cells = [] if dotted else family(key, places)
            if cells and not _are_states(decided, cells) and not _are_arrays(decided, cells):
                decided.definitions[key] = t.Matrix(
                    tuple(tuple(t.Name(cell, written=cell) for cell in row) for row in cells)
                )


def _are_arrays(decided: Decided, cells: list[list[str]]) -> bool:
    """True for ``G_1 = X^T D_1`` and ``G_2 = H^T D_2``: the matrices of layers, and no cells."""
    made = (decided.definitions.get(cell) for row in cells for cell in row)
    return any(node is not None and t.has_arrays(node) for node in made)


def _evaluated_at(decided: Decided) -> set[str]:
    """The x of ``f(x) = x^2`` where ``f(x_1)`` stands too: x_1 is a place of x, and no cell."""
    found = set()
    functions = decided.notes.functions
    for statement in decided.statements:
        for member in statement.members:
            for call in t.walk(member):
                own = functions.get(call.function) if isinstance(call, t.Call) else None
                if own is None or not isinstance(call, t.Call):
                    continue
                for parameter, at in zip(own.parameters, call.arguments, strict=False):
                    if isinstance(at, t.Name) and ix.split(at.key)[0] == parameter != at.key:
                        found.add(parameter)
    return found


def _are_states(decided: Decided, cells: list[list[str]]) -> bool:
    """True for ``w_0, w_1, w_2`` where w_1 is computed from w_0: one quantity, step after step."""
    family_of = {cell for row in cells for cell in row}
    return any(
        not family_of.isdisjoint(names_in(decided.definitions[cell]))
        for cell in family_of & decided.definitions.keys()
    )
