"""A gradient in index notation, where no matrix form exists: ``dL/dx_j = sum_i dL/dz_i w_ij``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derivgen.derivation.partials import SAME, WINNER, Link
from derivgen.document.equations import affine_node, index_bases
from derivgen.document.situation import Situation
from derivgen.formula.build import add, big_sum, indicator, multiply
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.tree import Chain, Node, Partial, Row, Script, Symbol
from derivgen.network.model import Affine, Index, Ref

#: letters for what a sum runs over, where those of the equation are taken
_SPARE = "mnpqrstuvijkl"


def index_rule(situation: Situation, links: Sequence[Link]) -> Chain:
    """The gradient by an array as sums over all that reads it: by the derivatives of these, and with them worked out.

    ``links`` are the readings of one array; each may have letters of its own, and gets those of the first."""
    letters = _letters(links[0].source)
    readings = [_Reading.of(situation, link, letters) for link in links]
    derivatives: list[Node] = []
    for number in dict.fromkeys(link.equation for link in links):
        own = [reading for reading in readings if reading.link.equation == number]
        sums = list(dict.fromkeys(reading.in_derivatives() for reading in own))
        whole = None if len(sums) == 1 else own[0].over_all()
        derivatives += sums if whole is None else [whole]
    worked = dict.fromkeys(reading.worked_out() for reading in readings)
    left = readings[0].gradient
    sides = [add(*dict.fromkeys(derivatives)), add(*worked)]
    return Chain(left, tuple(("=", side) for side in sides if side != left))


@dataclass(frozen=True)
class _Reading:
    """One reading of an array: how its target follows it, with the free indices of that and what each counts from."""

    situation: Situation
    link: Link
    free: tuple[Index, ...]
    bases: Mapping[str, int]

    @classmethod
    def of(cls, situation: Situation, link: Link, letters: tuple[str, ...] | None) -> _Reading:
        """The reading with some letters as the indices of what is read, where it has plain letters itself."""
        network = situation.derivation.network
        equation = network.equations[link.equation]
        bases = index_bases(network, equation)
        own = _letters(link.source)
        if letters is None or own is None:
            return cls(situation, link, equation.free, bases)
        indices = (*equation.free, *link.bound)
        new = _renamed(own, letters, [index.name for index in indices], _spare(situation, indices))
        lettered = replace(
            link,
            source=_with_letters(link.source, new),
            target=_with_letters(link.target, new),
            refs={symbol: _with_letters(ref, new) for symbol, ref in link.refs.items()},
            bound=tuple(replace(i, name=new[i.name]) for i in link.bound),
        )
        free = tuple(replace(i, name=new[i.name]) for i in equation.free)
        return cls(situation, lettered, free, {new.get(n, n): base for n, base in bases.items()})

    @property
    def gradient(self) -> Node:
        """What is sought."""
        return Partial(self.situation.formulas.loss_name(), self._name(self.link.source))

    def in_derivatives(self) -> Node:
        """The sum over what the target has and the source has not; what the target is a sum over itself is inside
        its derivative."""
        return self._summed(self._product(self.link.target), self.free)

    def worked_out(self) -> Node:
        """The same with the derivative of the target worked out."""
        factors = [*self._arriving(self.link.target), self._local()]
        return self._summed(multiply(factors, "none"), (*self.free, *self.link.bound))

    def over_all(self) -> Node | None:
        """The sum over all elements of a target that reads the array in several places, so that none of them counts
        twice; None where their indices are no plain letters."""
        letters, own = _letters(self.link.target), _letters(self.link.source)
        if letters is None or own is None:
            return None
        spare = _spare(self.situation, (*self.free, *self.link.bound))
        new = {letter: next(spare) if letter in own else letter for letter in letters}
        body = self._product(_with_letters(self.link.target, new))
        for letter in reversed(letters):
            body = big_sum(body, Symbol(new[letter]))
        return body

    def _product(self, target: Ref) -> Node:
        own = Partial(self._name(target), self._name(self.link.source))
        return multiply([*self._arriving(target), own], "none")

    def _arriving(self, target: Ref) -> list[Node]:
        """The gradient that arrives from a target; nothing from the loss itself."""
        if target.array == self.situation.derivation.network.loss:
            return []
        return [Partial(self.situation.formulas.loss_name(), self._name(target))]

    def _summed(self, body: Node, over: Sequence[Index]) -> Node:
        """A product under a sum sign for each of some indices that the source does not have."""
        kept = {index.plain for index in self.link.source.indices}
        for index in reversed([i for i in over if i.name not in kept]):
            body = big_sum(body, Symbol(index.name))
        return body

    def _local(self) -> Node:
        """The partial of the reading in index letters."""
        link = self.link
        names = {symbol: self._name(ref) for symbol, ref in link.refs.items()}
        names[WINNER] = indicator(self._name(link.source), self._name(link.target))
        if SAME in link.partial.free_symbols:
            differing = [
                (mine, other)
                for mine, other in zip(link.target.indices, link.source.indices, strict=True)
                if mine != other
            ]
            letters = [affine_node(index, 0, {}) for pair in differing for index in pair]
            names[SAME] = Script(Symbol("delta"), sub=Row(tuple(letters)))
        return from_sympy(link.partial, names, self.situation.formulas.functions, "none")

    def _name(self, ref: Ref) -> Node:
        formulas = self.situation.formulas
        if not ref.indices:
            return formulas.name((ref.array, ()))
        naming = self.situation.derivation.network.quantities[ref.array].naming
        start = naming.start or (0,) * len(ref.indices)
        labels = tuple(
            affine_node(index, first, self.bases)
            for index, first in zip(ref.indices, start, strict=True)
        )
        return formulas.general_name(ref.array, labels)


def _letters(ref: Ref) -> tuple[str, ...] | None:
    """The letters of a reading whose indices are different plain ones; None for any other."""
    found = tuple(index.plain for index in ref.indices if index.plain is not None)
    return found if len(set(found)) == len(ref.indices) else None


def _renamed(
    own: tuple[str, ...], letters: tuple[str, ...], names: Sequence[str], spare: Iterator[str]
) -> dict[str, str]:
    """New letters for all of an equation, with ``letters`` for its own ones; what these were may serve others."""
    new = dict(zip(own, letters, strict=True))
    freed = [letter for letter in own if letter not in letters]
    for name in names:
        if name not in new:
            taken = name in letters
            new[name] = (freed.pop(0) if freed else next(spare)) if taken else name
    return new


def _spare(situation: Situation, indices: Sequence[Index]) -> Iterator[str]:
    """Letters that count nothing here and name nothing."""
    taken = {index.name for index in indices} | set(situation.derivation.network.quantities)
    return (letter for letter in _SPARE if letter not in taken)


def _with_letters(ref: Ref, new: Mapping[str, str]) -> Ref:
    indices = tuple(
        Affine(index.constant, tuple((new.get(name, name), by) for name, by in index.factors))
        for index in ref.indices
    )
    return Ref(ref.array, indices)
