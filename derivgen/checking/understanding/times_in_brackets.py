"""``h(1) = tanh(0.6)`` beside ``h(t) = tanh(w x(t) + u h(t-1))``: what stands in brackets is a step in time, and no factor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.understanding.statements import Statement

#: a name with a time in brackets, as it is written
_TIMED = re.compile(r"[^()]+\(\s*[tk](?:\s*[-+]\s*\d+)?\s*\)")


def with_times_in_brackets(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements with the names that are meant, ``h^(1)``."""
    timed = {
        name.key
        for s in statements
        for member in s.members
        for name in t.names_of(member)
        if name.mark and _TIMED.fullmatch(name.written)
    }
    if not timed:
        return tuple(statements)
    return tuple(s.mapped(_Timed(timed, s.passage.text).node) for s in statements)


class _Timed:
    """The formulas of a passage; ``keys`` are of the names that have times."""

    def __init__(self, keys: set[str], text: str) -> None:
        self.keys = keys
        self.text = text

    def node(self, node: t.Node) -> t.Node:
        """A formula in which a number in brackets behind such a name is its time."""
        node = rebuilt(node, self.node)
        if not isinstance(node, t.Product) or node.sign != "":
            return node
        factors: list[t.Node] = []
        for factor in node.factors:
            made = self._at_time(factors[-1], factor) if factors else None
            if made is None:
                factors.append(factor)
            else:
                factors[-1] = made
        return factors[0] if len(factors) == 1 else replace(node, factors=tuple(factors))

    def _at_time(self, before: t.Node, factor: t.Node) -> t.Node | None:
        """What stands before a factor, with that as its time; None where it is none."""
        between = self.text[before.span[1] : factor.span[0]].replace(" ", "")
        if between not in ("(", "\\left("):
            return None
        if isinstance(before, t.Derivative) and isinstance(before.by, t.Name):
            by = self._timed(before.by, factor)  # dE/da(t) of a that may stand nowhere else
            return None if by is None else replace(before, by=by)
        if isinstance(before, t.Name) and before.key in self.keys:
            return self._timed(before, factor)
        return None

    def _timed(self, name: t.Name, time: t.Node) -> t.Node | None:
        if name.mark:
            return None
        if isinstance(time, t.Number) and time.text.isdigit():
            return replace(name, key=ix.of_sample(name.key, time.text))
        if isinstance(time, t.Name) and time.key in ("t", "k") and not time.mark:
            return replace(name, mark=time.key)
        return None
