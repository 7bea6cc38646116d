"""Sums without an index over what each sample has of its own: ``mean(dz * x)``, ``\\frac1N \\sum L``.

They run over all samples.  A derivative of one sample's loss that is said to be such a sum is that of all their losses,
put together in the same way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import printed_number
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import names_in
from derivgen.checking.maths.writing import APART
from derivgen.checking.understanding.statements import Statement


def has_open_sum(node: t.Node) -> bool:
    """Whether a sum or mean without an index stands in a formula."""
    return any(isinstance(part, t.BigSum) and part.index is None for part in t.walk(node))


def named(node: t.Node, names: Mapping[str, str]) -> t.Node:
    """A formula with other keys, and no marks, for some of its names."""
    if isinstance(node, t.Name):
        key = names.get(t.full_key(node))
        return node if key is None else replace(node, key=key, mark="")
    return rebuilt(node, lambda part: named(part, names))


def reads_of(statements: Iterable[Statement]) -> Mapping[str, set[str]]:
    """What each quantity is computed from by the formulas of a document, but for those with a sum over samples."""
    reads: dict[str, set[str]] = defaultdict(set)
    for statement in statements:
        if isinstance(statement.left, t.Name) and not statement.left.mark:
            for member in statement.members[1:]:
                names = set(names_in(member)) - {statement.left.key}
                if names and not has_open_sum(member):
                    reads[statement.left.key] |= names
    return reads


def computed_from(keys: Iterable[str], reads: Mapping[str, set[str]]) -> set[str]:
    """Some quantities, and all that is computed from them, by way of others too."""
    found = set(keys)
    while more := {key for key, read in reads.items() if read & found} - found:
        found |= more
    return found


def together(nodes: Sequence[t.Node], *, mean: bool) -> t.Node:
    """The sum of formulas, or their mean."""
    total = t.Sum(tuple((False, node) for node in nodes))
    count = len(nodes)
    return t.Quotient(total, t.Number(str(count), Fraction(count), 0)) if mean else total


@dataclass(frozen=True, slots=True)
class Summed:
    """Statements with the sums over samples written out; ``wholes`` are the losses of all samples together."""

    statements: tuple[Statement, ...]
    wholes: Mapping[str, t.Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SumsOfSamples:
    """What each of ``count`` samples has of its own, by its keys without their numbers."""

    keys: Set[str]
    count: int

    def in_statements(self, statements: Sequence[Statement]) -> Summed:
        """See :class:`Summed`."""
        slopes: dict[t.Node, t.Node] = {}
        wholes: dict[str, t.Node] = {}
        for slope, loss, mean in self._wholes(statements):
            whole = replace(loss, key=f"{loss.key}{APART}all")
            slopes[slope] = replace(slope, of=whole)
            wholes[whole.key] = self._together(loss, mean=mean)

        def changed(node: t.Node) -> t.Node:
            return slopes[node] if node in slopes else rebuilt(node, changed)

        made = (s.mapped(self._written_out).mapped(changed) for s in statements)
        return Summed(tuple(made), wholes)

    def _wholes(
        self, statements: Sequence[Statement]
    ) -> Iterator[tuple[t.Derivative, t.Name, bool]]:
        """Derivatives that are said to be a sum over the samples, what they are of, and whether it is a mean."""
        for statement in statements:
            left = statement.left
            loss = left.of if isinstance(left, t.Derivative) else None
            if not isinstance(left, t.Derivative) or not isinstance(loss, t.Name):
                continue
            of_one = loss.key in self.keys and not loss.mark
            if of_one and isinstance(left.by, t.Name) and left.by.key not in self.keys:
                sums = [node for node in statement.members[1:] if self._written_out(node) != node]
                if sums:
                    yield left, loss, self._is_mean(sums[0])

    def _is_mean(self, node: t.Node) -> bool:
        """Whether a sum is divided by the number of samples, or by a letter for it."""
        for part in t.walk(node):
            if isinstance(part, t.BigSum) and part.sign == "mean":
                return True
            if isinstance(part, t.Quotient):
                number = printed_number(part.bottom)
                if number.value == self.count if number else isinstance(part.bottom, t.Name):
                    return True
        return False

    def _together(self, node: t.Node, *, mean: bool) -> t.Node:
        return together([self._of_sample(node, at + 1) for at in range(self.count)], mean=mean)

    def _of_sample(self, node: t.Node, number: int) -> t.Node:
        names = self.keys & set(names_in(node))
        return named(node, {key: ix.of_sample(key, number) for key in names})

    def _written_out(self, node: t.Node) -> t.Node:
        is_open = isinstance(node, t.BigSum) and node.index is None and node.sign in ("sum", "mean")
        if isinstance(node, t.BigSum) and is_open and self.keys & set(names_in(node.body)):
            return self._together(node.body, mean=node.sign == "mean")
        return rebuilt(node, self._written_out)
