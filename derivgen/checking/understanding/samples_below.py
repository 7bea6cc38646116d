"""Samples that are numbered below in some formulas and not at all in others: ``o = \\sigma(z)`` for any pattern, and
then ``E = \\sum_p (o_p - t_p)^2``, ``\\delta_2 + \\delta_4`` over a table with a row for each pattern p.

Such numbers are moved above, ``o^(p)``, where the numbers of samples are looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.manuscript import Table
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import names_in
from derivgen.checking.understanding.statements import Statement, keys_in

#: letters of samples, and those of them that may stand above
_LETTERS = "pnimsjk"
_ABOVE = "nimsjk"


def with_samples_above(
    statements: Sequence[Statement], tables: Sequence[Table]
) -> tuple[Statement, ...]:
    """The statements with the numbers of samples above, where a table has a row for each."""
    used = keys_in(statements)
    for letter in filter(None, map(_counting_letter, tables)):
        moved = _Moved.of(letter, statements, used)
        if moved is not None:
            return tuple(statement.mapped(moved) for statement in statements)
    return tuple(statements)


def _counting_letter(table: Table) -> str:
    """The letter at the head of a first column that counts the rows, where no other head has it as an index."""
    head, *rows = table.rows
    letter = head[0].text.strip() if head else ""
    counts = [row[0].text.strip(" $") for row in rows if row]
    counted = len(rows) > 1 and counts == [str(number + 1) for number in range(len(rows))]
    if len(letter) != 1 or letter not in _LETTERS or not counted:
        return ""
    indexed = re.compile(rf"_(?:\{{[^{{}}]*)?{letter}")
    return "" if any(indexed.search(cell.text) for cell in head[1:]) else letter


class _Moved:
    """Moves the number of a sample above."""

    def __init__(self, letter: str, above: str, alone: set[str], cells: set[str]) -> None:
        self.letter = letter
        self.above = above
        #: what has a sample's number only, and what has one behind its own
        self.alone, self.cells = alone, cells

    @classmethod
    def of(cls, letter: str, statements: Sequence[Statement], used: set[str]) -> _Moved | None:
        """None where nothing is said both of any sample and of a numbered one."""
        alone, cells = set(), set()
        for key in used:
            base, pieces = ix.split(key)
            if ix.above(key) or not pieces or pieces[-1] != letter:
                continue
            if len(pieces) == 1:
                alone.add(base)
            elif len(pieces) == 2:
                cells.add(base)
        computed = {
            s.left.key
            for s in statements
            if isinstance(s.left, t.Name) and any(any(names_in(m)) for m in s.members[1:])
        }
        free = [other for other in _ABOVE if not any(other in ix.letters_of(key) for key in used)]
        above = letter if letter in _ABOVE else free[0] if free else ""
        return cls(letter, above, alone, cells) if alone & computed and above else None

    def __call__(self, node: t.Node) -> t.Node:
        """A formula with such numbers above."""
        if isinstance(node, t.BigSum):
            made = rebuilt(node, self)
            letters = [] if node.index is None else node.index.split(",")
            if self.letter in letters and isinstance(made, t.BigSum):
                index = ",".join(self.above if one == self.letter else one for one in letters)
                return replace(made, index=index)
            return made
        if isinstance(node, t.Name) and not ix.above(node.key):
            base, pieces = ix.split(node.key)
            last = pieces[-1] if pieces else ""
            where = self.alone if len(pieces) == 1 else self.cells if len(pieces) == 2 else ()
            if base in where and (last == self.letter or last.isdigit()):
                plain = ix.joined(base, pieces[:-1])
                number = self.above if last == self.letter else last
                return replace(node, key=ix.of_sample(plain, number))
        return rebuilt(node, self)
