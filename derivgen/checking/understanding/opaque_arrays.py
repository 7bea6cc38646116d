"""What something computes that the document does not tell: rules in letters that were not understood, sums with dots."""

from __future__ import annotations

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import names_in
from derivgen.checking.understanding.arrays import has_dots
from derivgen.checking.understanding.decided import Decided
from derivgen.checking.understanding.update_rules import is_descent


def opaque(decided: Decided) -> frozenset[str]:
    """Quantities that something computes, and the document does not say what."""
    found = set()
    for key in (*decided.notes.results, *decided.numerators):
        element = decided.elements.get(key)
        end = key if element is None else element.array
        if end not in decided.definitions and end in decided.values:
            found.add(end)
    for array in decided.arrays.values():
        # the rule for its cells is written in letters, and none was found for them all
        ruled = any(_is_any_cell(key, array.base, array.mark) for key in decided.ruled)
        if ruled and array.key not in decided.definitions and array.key in decided.values:
            found.add(array.key)
    # rules in letters that were not understood: of one step of a recurrence, of a cell
    sides = decided.notes.sides.items()
    rules = [key for key, rule in sides if ix.letters_of(key) and not any(map(is_descent, rule))]
    for key in decided.values.keys() - decided.definitions.keys():
        # a formula with parts left out, or a sum over something unknown: the rows X_n* of a matrix
        unread = any(
            (has_dots(side) and not _lists_cells(key, side)) or _has_sum(side)
            for side in decided.notes.sides.get(key, ())
        )
        if unread or any(ix.is_instance(key, rule) for rule in rules):
            found.add(key)
    return frozenset(found)


def _lists_cells(key: str, side: t.Node) -> bool:
    """True for ``x = (x_1, ..., x_d)``, which computes nothing."""
    matrix = side.body if isinstance(side, t.Transposed) else side
    cells = {ix.split(name)[0].lower() for name in names_in(matrix)}
    return isinstance(matrix, t.Matrix) and cells == {key.lower()}


def _has_sum(node: t.Node) -> bool:
    return any(isinstance(part, t.BigSum) for part in t.walk(node))


def _is_any_cell(key: str, base: str, mark: str) -> bool:
    """True for ``h_t`` or ``o_in`` where the base is h or o, and no mark belongs to it."""
    named = key.startswith(base) and key.endswith(mark)
    index = key.removesuffix(mark).removeprefix(base).lstrip("_") if named else ""
    letters = set(index) - set("0123456789+-,")
    return bool(letters) and letters <= ix.LETTERS
