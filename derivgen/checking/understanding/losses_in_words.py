"""Losses that stand in no formula: "the error $E$ is half the squared difference between $t$ and $o$"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Literal

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import is_numeric, printed_matrix, printed_number
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.tree import full_key, has_derivative, names_in
from derivgen.checking.understanding.statements import Statement
from derivgen.checking.understanding.tables import Cell
from derivgen.checking.understanding.training import LOSS_WORDS

_SENTENCE = re.compile(r"(?:(?<=[.;!?])\s+|\n\s*\n|[。；])")
_HALF = re.compile(
    r"\bhalf (?:of )?(?:the )?(?:sum of (?:the )?)?squared? (?:of )?(?:the )?"
    r"(?:error|difference|deviation|residual|distance)|\bhalber? quadratischer? (?:fehler|abweichung)"
    r"|\bhälfte des quadr\w+ fehlers|\bmoitié (?:de l['’]erreur quadratique|du carré de)|平方误差的一半",
    re.IGNORECASE,
)
_SQUARE = re.compile(
    r"\bsquared (?:error|difference)\b|\bsquare of the (?:error|difference)\b|\bquadratische[rn]? fehler"
    r"|\berreur quadratique\b|\berror cuadrático\b",
    re.IGNORECASE,
)
_MEAN = re.compile(r"\b(?:root[- ])?mean\b|\bmittler|\bmoyenne|\bmedio\b|\bsum of\b", re.IGNORECASE)
_CROSS = re.compile(
    r"\bbinary cross[- ]entropy|\bbinäre[rn]? kreuzentropie|\bentropie croisée binaire|\bentropía cruzada binaria"
    r"|二元交叉熵",
    re.IGNORECASE,
)
#: letters of what an output ought to be
_TARGETS = frozenset({"t", "d", "y", "T", "Y"})
#: how far a printed loss may be from that of the printed output, for its size
_NEAR = Fraction(1, 20)
#: sentences that are looked at
_MOST_SENTENCES = 2_000


def losses_in_words(
    statements: Sequence[Statement], cells: Sequence[Cell], text: str
) -> dict[str, t.Node]:
    """The formulas of such losses, by the names that these have in the document's formulas; ``cells`` are those of
    its tables."""
    if not (_HALF.search(text) or _SQUARE.search(text) or _CROSS.search(text)):
        return {}
    document = _Document(statements, cells)
    open_losses = document.open_losses()
    found: dict[str, t.Node] = {}
    for start, sentence in _sentences(text):
        kind = _kind(sentence)
        if not kind:
            continue
        here = [s for s in statements if start <= s.source(s.chain.span[0]) < start + len(sentence)]
        said = dict.fromkeys(full_key(s.left) for s in here if isinstance(s.left, t.Name))
        losses = [key for key in said if key in open_losses] or sorted(open_losses)
        sides = document.sides([key for key in said if key not in open_losses])
        if len(losses) != 1 or sides is None or losses[0] in found:
            continue
        made = document.formula(kind, losses[0], *sides)
        if made is not None:
            found[losses[0]] = made
    return found


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a text with where they begin."""
    at = 0
    for number, end in enumerate((*_SENTENCE.finditer(text), None)):
        if number > _MOST_SENTENCES:
            return
        yield at, text[at : end.start() if end else len(text)]
        at = end.end() if end else len(text)


def _kind(sentence: str) -> str:
    """Which loss a sentence speaks of; nothing where of several, or of a mean."""
    if _CROSS.search(sentence):
        return "" if _SQUARE.search(sentence) else "cross"
    if _MEAN.search(sentence):
        return ""
    return "half" if _HALF.search(sentence) else "square" if _SQUARE.search(sentence) else ""


class _Document:
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

    def sides(self, said: Sequence[str]) -> tuple[str, str] | None:
        """The output and the target that a loss compares: the two that are named beside it, else the only ones that
        there are."""
        outputs = [key for key in said if key in self.computed]
        targets = [key for key in said if key in self.printed and key not in self.computed]
        if not (outputs and targets):
            read = {
                n for k, side in self.computed.items() if _is_forward(k) for n in names_in(side)
            }
            outputs = outputs or [k for k in self.computed if k not in read and _is_forward(k)]
            given = self.printed.keys() - self.computed.keys() - read
            targets = targets or sorted(key for key in given if ix.family(key) in _TARGETS)
        return (outputs[0], targets[0]) if len(outputs) == len(targets) == 1 else None

    def formula(self, kind: str, loss: str, output: str, target: str) -> t.Node | None:
        """The loss as a formula; of a squared error the one whose factor agrees with its printed value."""
        one, other = t.Name(output, written=output), t.Name(target, written=target)
        whole = isinstance(self.printed.get(output), t.Matrix)
        if kind == "cross":
            logs = (
                t.Call("log", (one,)),
                t.Call("log", (t.Sum(((False, _number(1)), (True, one))),)),
            )
            rest = t.Sum(((False, _number(1)), (True, other)))
            sign: Literal["o", ""] = "o" if whole else ""
            terms = t.Product((other, logs[0]), sign), t.Product((rest, logs[1]), sign)
            return t.Negated(_added_up(t.Sum(tuple((False, term) for term in terms)), whole))
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


def _added_up(node: t.Node, whole: bool) -> t.Node:
    return t.BigSum(node) if whole else node


def _number(value: int) -> t.Number:
    return t.Number(str(value), Fraction(value), 0)
