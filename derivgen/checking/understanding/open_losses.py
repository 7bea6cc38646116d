"""Losses for which no formula stands in a document, and what they may be a loss of."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_numeric, printed_matrix, printed_number
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import has_derivative, names_in
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.tables import Cell
from derivgen.checking.understanding.training import LOSS_WORDS

#: letters of what an output ought to be
_TARGETS = frozenset({"t", "d", "y", "T", "Y"})
#: how far a printed loss may be from that of the printed output, for its size
_NEAR = Fraction(1, 20)


class OpenLosses:
    """What a document computes, what it gives, and what it says of neither."""

    def __init__(self, statements: Sequence[Statement], cells: Sequence[Cell]) -> None:
        self.computed: dict[str, t.Node] = {}
        self.used: set[str] = set()
        self.printed = {
            cell.name.key: cell.chain.segments[0].body
            for cell in reversed(cells)
            if cell.name is not None and cell.kind == "value"
        }
        for statement in statements:
            for member in statement.members:
                self.used |= set(names_in(member))
            left = statement.left
            if not isinstance(left, t.Name) or left.mark:
                continue
            for member in statement.members[1:]:
                if printed_number(member) is not None or printed_matrix(member) is not None:
                    self.printed.setdefault(left.key, member)
                elif not is_numeric(member) and not has_derivative(member):
                    self.computed.setdefault(left.key, member)

    def open_losses(self) -> frozenset[str]:
        """Names of losses for which no formula stands."""
        return frozenset(key for key in self.used & {*LOSS_WORDS} if key not in self.computed)

    def read(self) -> set[str]:
        """What a forward pass is computed from."""
        return {n for k, side in self.computed.items() if _is_forward(k) for n in names_in(side)}

    def outputs(self) -> list[str]:
        """What a forward pass computes, and reads no more."""
        read = self.read()
        return [key for key in self.computed if key not in read and _is_forward(key)]

    def sides(self, said: Sequence[str]) -> tuple[str, str] | None:
        """The output and the target that a loss compares: the two that are named beside it, else the only ones that
        there are."""
        outputs = [key for key in said if key in self.computed]
        targets = [key for key in said if key in self.printed and key not in self.computed]
        if not (outputs and targets):
            read = self.read()
            outputs = outputs or self.outputs()
            given = self.printed.keys() - self.computed.keys() - read
            targets = targets or sorted(key for key in given if ix.family(key) in _TARGETS)
        return (outputs[0], targets[0]) if len(outputs) == len(targets) == 1 else None

    def formula(self, kind: str, loss: str, output: str, target: str) -> t.Node | None:
        """The loss as a formula; of a squared error the one whose factor agrees with its printed value."""
        one, other = t.Name(output, written=output), t.Name(target, written=target)
        whole = isinstance(self.printed.get(output), t.Matrix)
        if kind == "cross":
            return cross_entropy(one, other, whole)
        square = _added_up(t.Power(t.Sum(((False, one), (True, other))), _number(2)), whole)
        half = t.Product((t.Quotient(_number(1), _number(2)), square), "")
        if kind == "half":
            return half
        numbers = [
            printed_number(self.printed.get(key, t.Words(""))) for key in (loss, output, target)
        ]
        if any(number is None for number in numbers):
            return None
        value, *operands = (number.value for number in numbers if number is not None)
        error = (operands[0] - operands[1]) ** 2
        ways = ((half, error / 2), (square, error))
        return next((way for way, its in ways if abs(value - its) <= its * _NEAR), None)


def _is_forward(key: str) -> bool:
    """False for errors that are sent back."""
    return ix.family(key) not in ("delta", "Delta", "g", "e")


def cross_entropy(output: t.Node, target: t.Node, whole: bool) -> t.Node:
    """The binary cross-entropy of an output, or of all of an array."""
    rest = t.Sum(((False, _number(1)), (True, target)))
    logs = t.Call("log", (output,)), t.Call("log", (t.Sum(((False, _number(1)), (True, output))),))
    sign: Literal["o", ""] = "o" if whole else ""
    terms = t.Product((target, logs[0]), sign), t.Product((rest, logs[1]), sign)
    return t.Negated(_added_up(t.Sum(tuple((False, term) for term in terms)), whole))


def squared(output: t.Node, target: t.Node, factor: Fraction) -> t.Node:
    """A factor times the squared error of an output."""
    square = t.Power(t.Sum(((False, output), (True, target))), _number(2))
    return square if factor == 1 else t.Product((t.Number("", factor), square))


def _added_up(node: t.Node, whole: bool) -> t.Node:
    return t.BigSum(node) if whole else node


def _number(value: int) -> t.Number:
    return t.Number(str(value), Fraction(value), 0)
