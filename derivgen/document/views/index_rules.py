"""A gradient in index notation, where no matrix form exists: ``dL/dx_j = sum_i dL/dz_i w_ij``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derivgen.derivation.partials import SAME, WINNER, Link
from derivgen.document.equations import affine_node, index_bases
from derivgen.document.situation import Situation
from derivgen.document.views.index_letters import Letters, letters_for, substituted
from derivgen.formula.build import add, big_sum, indicator, multiply
from derivgen.formula.from_sympy import from_sympy
from derivgen.formula.tree import Chain, Node, Partial, Row, Script, Symbol
from derivgen.network.model import Affine, Index, Ref


@dataclass(frozen=True)
class IndexRule:
    """The gradient by the elements of one kind."""

    #: first by the derivatives of what reads them, then with these worked out
    chain: Chain
    #: the name of these elements, in the letters of the chain
    element: Node
    #: those among them that are read in other ways as well, which this rule does not have
    left_out: tuple[Node, ...]
    #: whether a term can have an index beyond its range, which is no term then
    beyond: bool


def index_rules(situation: Situation, links: Sequence[Link]) -> Iterator[IndexRule]:
    """The gradient by an array as sums over all that reads it.

    ``links`` are the readings of one array.  What is read by letters (``h[t-1,k]``) has one rule with one letter for
    each axis; elements that are read by a number or by one letter twice (``h[3,k]``, ``A[k,k]``) have one of their
    own."""
    network = situation.derivation.network
    for letters in letters_for(links, network):
        readings = [
            _Reading(situation, link, letters, solved)
            for link, solved in zip(links, letters.solved, strict=True)
            if solved is not None
        ]
        first = readings[0]
        yield IndexRule(
            _chain(readings),
            first.named(letters.axes),
            tuple(first.named(axes) for axes in letters.left_out),
            letters.beyond,
        )


def _chain(readings: Sequence[_Reading]) -> Chain:
    derivatives: list[Node] = []
    for number in dict.fromkeys(reading.link.equation for reading in readings):
        own = [reading for reading in readings if reading.link.equation == number]
        sums = list(dict.fromkeys(reading.in_derivatives() for reading in own))
        derivatives += sums if len(sums) == 1 else [own[0].over_all()]
    worked = dict.fromkeys(reading.worked_out() for reading in readings)
    left = readings[0].gradient
    sides = [add(*dict.fromkeys(derivatives)), add(*worked)]
    return Chain(left, tuple(("=", side) for side in sides if side != left))


@dataclass(frozen=True)
class _Reading:
    """One reading of an array, with what the letters of its equation are in those of the array's axes."""

    situation: Situation
    link: Link
    letters: Letters
    solved: Mapping[str, Affine]

    @property
    def gradient(self) -> Node:
        """What is sought."""
        return Partial(self.situation.formulas.loss_name(), self._source)

    def named(self, axes: tuple[Affine, ...]) -> Node:
        """The name of the elements of the array that is read."""
        return self._name(Ref(self.link.source.array, axes))

    @property
    def _source(self) -> Node:
        return self.named(self.letters.axes)

    @property
    def _free(self) -> tuple[Index, ...]:
        return self.situation.derivation.network.equations[self.link.equation].free

    def in_derivatives(self) -> Node:
        """The sum over what the target has and the source has not; what the target is a sum over itself is inside
        its derivative."""
        names = {index.name for index in self._free}
        known = {
            name: letter
            for name, letter in self.solved.items()
            if name in names and {n for n, _ in letter.factors} <= self.letters.names
        }
        return self._in_derivatives(known)

    def over_all(self) -> Node:
        """The sum over all elements of a target that reads the array in several places, so that none of them counts
        twice."""
        return self._in_derivatives({})

    def _in_derivatives(self, known: Mapping[str, Affine]) -> Node:
        over = [index.name for index in self._free if index.name not in known]
        new = {name: Affine.of(self.letters.apart(name)) for name in over}
        target = substituted(self.link.target, {**known, **new})
        body = multiply(
            [*self._arriving(target), Partial(self._name(target), self._source)], "none"
        )
        return self._summed(body, over)

    def worked_out(self) -> Node:
        """The same with the derivative of the target worked out."""
        over = [
            index.name for index in (*self._free, *self.link.bound) if index.name not in self.solved
        ]
        new = {name: Affine.of(self.letters.apart(name)) for name in over}
        mapping = {**self.solved, **new}
        link = replace(
            self.link,
            source=Ref(self.link.source.array, self.letters.axes),
            target=substituted(self.link.target, mapping),
            refs={symbol: substituted(ref, mapping) for symbol, ref in self.link.refs.items()},
        )
        return self._summed(
            multiply([*self._arriving(link.target), self._local(link)], "none"), over
        )

    def _arriving(self, target: Ref) -> list[Node]:
        """The gradient that arrives from a target; nothing from the loss itself."""
        if target.array == self.situation.derivation.network.loss:
            return []
        return [Partial(self.situation.formulas.loss_name(), self._name(target))]

    def _summed(self, body: Node, over: Sequence[str]) -> Node:
        for name in reversed(over):
            body = big_sum(body, Symbol(self.letters.apart(name)))
        return body

    def _local(self, link: Link) -> Node:
        """The partial of the reading in index letters."""
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
        network = self.situation.derivation.network
        if not ref.indices:
            return formulas.name((ref.array, ()))
        bases = index_bases(network, network.equations[self.link.equation])
        bases = {self.letters.apart(name): base for name, base in bases.items()}
        start = network.quantities[ref.array].naming.start or (0,) * len(ref.indices)
        labels = tuple(
            affine_node(index, first, {**bases, **self.letters.bases})
            for index, first in zip(ref.indices, start, strict=True)
        )
        return formulas.general_name(ref.array, labels)
