"""Functions of a sample: where ``h(x^(i))`` stands beside ``h(x) = sigmoid(w x + b)``, h is computed for each sample.

A function of the numbered inputs and of nothing else is read as a quantity that each sample has, ``h^(i)``: its
formula may be in the cells of x, which no argument could be put in for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.samples import is_data, is_numbered
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.tables import Cell


@dataclass(frozen=True)
class Outputs:
    """The functions of a document that are such quantities."""

    functions: frozenset[str]

    def statement(self, statement: Statement) -> Statement:
        """A statement with names for their calls."""
        return statement.mapped(self._named) if self.functions else statement

    def cell(self, cell: Cell) -> Cell:
        """The same for a cell of a table."""
        return replace(cell, left=self._named(cell.left)) if self.functions else cell

    def _named(self, node: t.Node) -> t.Node:
        if isinstance(node, t.Call) and node.function in self.functions:
            (at,) = node.arguments
            assert isinstance(at, t.Name)
            above = ix.above(at.key)
            key = ix.of_sample(node.function, above) if above else node.function
            return t.Name(key, written=key, span=node.span)
        return rebuilt(node, self._named)


def outputs_of_samples(statements: Sequence[Statement], cells: Sequence[Cell]) -> Outputs:
    """The functions that a line defines and that are called with samples alone."""
    arguments: dict[str, set[str]] = defaultdict(set)
    others: set[str] = set()
    members = [member for statement in statements for member in statement.members]
    for member in (*members, *(cell.left for cell in cells)):
        for call in t.walk(member):
            if not isinstance(call, t.Call):
                continue
            at = call.arguments[0] if len(call.arguments) == 1 else None
            if isinstance(at, t.Name) and not at.mark and not call.primes:
                arguments[call.function].add(at.key)
            else:
                others.add(call.function)
    heads = {s.left.function for s in statements if isinstance(s.left, t.Call)}
    return Outputs(
        frozenset(
            function
            for function, keys in arguments.items()
            if function in heads - others
            and any(map(is_numbered, keys))
            and all(map(is_data, keys))
            and len(set(map(ix.without_above, keys))) == 1
        )
    )
