"""Numbers of a family where they stand in a formula: with a sign of their own, in parentheses, or with their
sign in place of the plus or minus before them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from derivgen.document.columns import Columns, Copies, Digits, Signs
from derivgen.formula.build import map_children
from derivgen.formula.tree import Chain, Hole, Node, Power, Product, SignHole, Sum

#: where in their array the numbers of some elements are, and how many digits more each has
Where = Callable[[Copies], np.ndarray]
Extra = Callable[[Copies], np.ndarray | None]

#: "opening": at the beginning of what it stands in; "factor": behind an operator
_Place = Literal["opening", "factor"]

#: how the sign of a term is printed that is added, and of one that is subtracted
_SIGNS: Final = {False: ("+", "-"), True: ("-", "+")}


@dataclass(frozen=True)
class _Numbers:
    """The numbers of one hole: their digits, where they are, and how many digits more they have."""

    key: Hashable
    digits: Digits
    where: Where
    extra: Extra

    def texts(self, copies: Copies) -> list[str]:
        return self.digits.texts(self.where(copies), self.extra(copies))

    def factors(self, copies: Copies) -> list[str]:
        return self.digits.factors(self.where(copies), self.extra(copies))

    def magnitudes(self, copies: Copies) -> list[str]:
        return [text.removeprefix("-") for text in self.texts(copies)]

    def signs(self, negated: bool, copies: Copies) -> Signs:
        which = np.fromiter((text[0] == "-" for text in self.texts(copies)), np.intp, copies.size)
        return Signs(_SIGNS[negated], which)


@dataclass
class NumberHoles:
    """Holes for numbers, which get columns when it is known where in a formula they stand."""

    columns: Columns
    _made: list[_Numbers] = field(default_factory=list)
    _known: dict[Hashable, Hole] = field(default_factory=dict)

    def hole(self, key: Hashable, digits: Digits, where: Where, extra: Extra) -> Hole:
        """A hole without a column; equal keys share one."""
        if key not in self._known:
            self._made.append(_Numbers(key, digits, where, extra))
            self._known[key] = Hole(-len(self._made))
        return self._known[key]

    def placed(self, chain: Chain) -> Chain:
        """A chain whose holes have columns."""
        left = None if chain.left is None else self._placed(chain.left)
        return Chain(left, tuple((sign, self._placed(right)) for sign, right in chain.links))

    def _placed(self, node: Node, place: _Place = "opening") -> Node:
        match node:
            case Hole(column) if column < 0:
                return self._column(column, place)
            case Product(factors, operator):
                first, *rest = factors
                others = (self._placed(factor, "factor") for factor in rest)
                return Product((self._placed(first, place), *others), operator)
            case Power(base, exponent):
                return Power(self._placed(base, "factor"), self._placed(exponent))
            case Sum(terms):
                return Sum(tuple(self._term(at, *term) for at, term in enumerate(terms)))
        return map_children(node, self._placed)

    def _term(self, at: int, sign: bool | SignHole, term: Node) -> tuple[bool | SignHole, Node]:
        if not at or isinstance(sign, SignHole):
            return sign, self._placed(term, "factor" if sign else "opening")
        opening = _opening(term)
        if opening is None:
            return sign, self._placed(term)
        numbers = self._made[-1 - opening.column]
        own = self.columns.hole(
            (numbers.key, "sign", sign), lambda copies: numbers.signs(sign, copies)
        )
        magnitude = self.columns.hole((numbers.key, "magnitude"), numbers.magnitudes)
        return SignHole(own.column), self._without_sign(term, magnitude)

    def _without_sign(self, term: Node, magnitude: Hole) -> Node:
        if not isinstance(term, Product):
            return magnitude
        first, *rest = term.factors
        others = (self._placed(factor, "factor") for factor in rest)
        return Product((self._without_sign(first, magnitude), *others), term.operator)

    def _column(self, column: int, place: _Place) -> Hole:
        numbers = self._made[-1 - column]
        maker: Callable[[Copies], Sequence[str]]
        maker = numbers.factors if place == "factor" else numbers.texts
        return self.columns.hole((numbers.key, place), maker)


def _opening(term: Node) -> Hole | None:
    """The hole that a term begins with."""
    while isinstance(term, Product):
        term = term.factors[0]
    return term if isinstance(term, Hole) and term.column < 0 else None
