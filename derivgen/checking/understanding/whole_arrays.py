"""Arrays of numbers in a calculation, with the names of the arrays that they are: ``[0.5, -0.3] [0.26; -0.18] + 0.2`` is
``W a + 0.2`` where these were printed before, and ``[0.3 * 0.5 - 0.1 * 0.2; ...]`` a product that is written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derivgen.checking.evaluating.printed import exact_value
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt

_Rows = tuple[tuple[Fraction, ...], ...]


@dataclass
class WholeArrays:
    """The arrays that were printed so far, by their cells."""

    by_cells: dict[_Rows, list[t.Name]] = field(default_factory=dict)
    #: the names of lists, which may lie either way
    lists: set[str] = field(default_factory=set)

    def take(self, name: t.Name, body: t.Node) -> None:
        """Take in a printed array; one cell says too little, and zeros and ones may be anything."""
        rows = _numbers(body)
        if rows is None or sum(map(len, rows)) < 2 or {c for row in rows for c in row} <= {0, 1}:
            return
        known = self.by_cells.setdefault(rows, [])
        if name not in known:
            known.append(name)
        if isinstance(body, t.Matrix) and body.is_list:
            self.lists.add(name.key)

    def named(self, node: t.Node) -> t.Node:
        """A calculation with names for the arrays in it of which there is one."""
        if isinstance(node, t.Matrix):
            rows = _numbers(node)
            if rows is not None:
                found = self._named(rows)
            else:
                found = self._written_out(node) or self._by_cells(node)
            return node if found is None else found
        return rebuilt(node, self.named)

    def _named(self, rows: _Rows) -> t.Node | None:
        turned = tuple(zip(*rows, strict=True))
        known = self.by_cells.get(rows, [])
        others = self.by_cells.get(turned, []) if turned != rows else []
        if len({*known, *others}) != 1:
            return None
        if known:
            return known[0]
        return others[0] if others[0].key in self.lists else t.Transposed(others[0])

    def _by_cells(self, node: t.Matrix) -> t.Node | None:
        """The function of an array that is written cell by cell: ``[tanh(0.1); tanh(0.5)]``."""
        calls = [cell for row in node.rows for cell in row if isinstance(cell, t.Call)]
        functions = {(call.function, call.primes, len(call.arguments)) for call in calls}
        if len(calls) != sum(map(len, node.rows)) or len(functions) != 1 or len(calls) < 2:
            return None
        if len(calls[0].arguments) != 1:
            return None
        inside = t.Matrix(
            tuple(
                tuple(cell.arguments[0] for cell in row if isinstance(cell, t.Call))
                for row in node.rows
            )
        )
        named = self.named(inside)
        return None if named == inside else replace(calls[0], arguments=(named,))

    def _written_out(self, node: t.Matrix) -> t.Node | None:
        """The product that a column of sums of products is."""
        if any(len(row) != 1 for row in node.rows):
            return None
        sums = [_factors(row[0]) for row in node.rows]
        pairs = [terms for terms in sums if terms is not None]
        if len(pairs) != len(sums) or len({len(terms) for terms in pairs}) != 1:
            return None
        left = tuple(tuple(one for one, _ in terms) for terms in pairs)
        rights = {tuple(two for _, two in terms) for terms in pairs}
        if len(rights) != 1:
            return None
        matrix, vector = self._named(left), self._named(tuple((cell,) for cell in rights.pop()))
        return None if matrix is None or vector is None else t.Product((matrix, vector))


def _numbers(node: t.Node) -> _Rows | None:
    """The cells of an array of numbers."""
    if isinstance(node, t.Transposed):
        rows = _numbers(node.body)
        return None if rows is None else tuple(zip(*rows, strict=True))
    if not isinstance(node, t.Matrix):
        return None
    found: list[tuple[Fraction, ...]] = []
    for row in node.rows:
        cells = [value for cell in row if (value := exact_value(cell)) is not None]
        if len(cells) != len(row):
            return None
        found.append(tuple(cells))
    return tuple(found)


def _factors(node: t.Node) -> Sequence[tuple[Fraction, Fraction]] | None:
    """The two numbers in each term of a sum of products."""
    terms = node.terms if isinstance(node, t.Sum) else ((False, node),)
    found: list[tuple[Fraction, Fraction]] = []
    for negative, term in terms:
        if not isinstance(term, t.Product) or len(term.factors) != 2:
            return None
        one, two = (exact_value(factor) for factor in term.factors)
        if one is None or two is None:
            return None
        found.append((-one if negative else one, two))
    return found
