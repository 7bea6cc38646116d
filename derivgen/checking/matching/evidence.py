"""What speaks for it that an author's name is a network's quantity, apart from equations: values and words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating.printed import Fit, printed_matrix, printed_number
from derivgen.checking.matching.author_view import AuthorView
from derivgen.checking.matching.network_model import NetworkModel, key_of
from derivgen.checking.matching.network_view import WHOLE, NetworkView
from derivgen.checking.matching.spelling import fits
from derivgen.checking.matching.words import INDEX, SURE, WORDS, base_of
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.keys import as_spelled
from derivgen.checking.understanding.statements import Learned
from derivgen.notation import Names

#: what is thought of a number for an array, and of an array for one of another shape
OTHER_SHAPE = -3.0


def _numbers_behind(keys: Iterable[str]) -> Mapping[str, set[int]]:
    """The numbers of the names that have one index, by what stands before it."""
    found: dict[str, set[int]] = defaultdict(set)
    for base, pieces in map(ix.split, keys):
        if len(pieces) == 1 and pieces[0].isdigit():
            found[base].add(int(pieces[0]))
    return found


@dataclass(frozen=True)
class Evidence:
    """Scores for pairs of an author's key and a network's (``@W1`` for a whole array)."""

    learned: Learned
    model: NetworkModel
    names: Names
    #: whether printed numbers say what a name stands for
    by_values: bool = True
    _scores: dict[tuple[str, str], float] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def network(self) -> NetworkView:
        """The network's quantities."""
        return NetworkView(self.model, self.names, self.by_values)

    @cached_property
    def author(self) -> AuthorView:
        """The author's names."""
        return AuthorView(self.learned, self.network)

    @cached_property
    def as_printed(self) -> Mapping[str, str]:
        """The names of the document that the network prints just so, with what it prints them for."""
        found = {}
        for name in self.author.written:
            fitting = self.network.by_spelling.get(name, ())
            otherwise = ix.split(name)[0] in self._counted_otherwise
            if fitting and name not in self.author.generic and not otherwise:
                found[name] = max(fitting, key=lambda key: self.prior(name, key))
        return found

    @cached_property
    def _counted_otherwise(self) -> frozenset[str]:
        """The x of an author with an x_0 and no x_3, beside a network with an x_3 and no x_0."""
        written, printed = (
            _numbers_behind(keys) for keys in (self.author.written, self.network.by_spelling)
        )
        return frozenset(
            base
            for base, numbers in written.items()
            if 0 in numbers - printed[base] and max(printed[base], default=0) not in numbers
        )

    def prior(self, key: str, other: str) -> float:
        """What values and words say."""
        pair = (key, other)
        if pair not in self._scores:
            self._scores[pair] = self._values(key, other) + self._words(key, other)
        return self._scores[pair]

    def only_cell(self, key: str, other: str) -> str | None:
        """The cell of a whole array of one, where a name stands for that as a number: nothing else is this cell."""
        if not other.startswith(WHOLE) or self.author.is_whole(key):
            return None
        shape = self.model.network.quantities[other.lstrip(WHOLE)].shape
        return key_of((other.lstrip(WHOLE), (0,) * len(shape))) if set(shape) == {1} else None

    def _values(self, key: str, other: str) -> float:
        value = self.network.value(other)
        computed = self.network.role(other) in ("computed", "output", "loss")
        if self.author.is_given(key) and computed:
            wrong_kind = -1.5 if self.learned.model.values.get(key) is not None else 0.0
        else:
            wrong_kind = 0.0 if computed or self.author.is_given(key) else -1.5
        nodes = self.author.printed(key)[:6]
        if not nodes:
            return wrong_kind
        found = (self._agreement(node, value, computed) for node in nodes)
        scores = [score for score in found if score is not None]
        if not scores:
            return wrong_kind
        if computed:
            best = max(scores)
            # a result may be wrong, but a number is no array
            least = -0.5 if best > OTHER_SHAPE else OTHER_SHAPE
            return best * 0.6 if best > 0 else wrong_kind + max(best, least)
        return wrong_kind + scores[0]

    def _agreement(self, node: t.Node, value: np.ndarray | None, computed: bool) -> float | None:
        """Whether a number or a matrix as printed is a value; None where nothing can be said.  A result may be
        cut, and nobody cuts what is given."""
        number = printed_number(node)
        if number is not None:
            if value is None:
                return None
            if value.size > 1:
                return OTHER_SHAPE
            at = float(value.ravel()[0])
            fit = number.fit(at)
            if fit is Fit.OFF or (fit is Fit.CUT and not computed):
                return -1.0
            return 2.5 if self.network.common[at] <= 1 and number.decimals else 1.5
        matrix = printed_matrix(node)
        if matrix is None or not matrix:
            return None
        shape = len(matrix), len(matrix[0])
        if value is None:
            return None
        wanted = value.reshape(-1, 1) if value.ndim < 2 else value
        ways = [w for w in (wanted, wanted.T) if w.shape == shape]
        if not ways:
            return OTHER_SHAPE
        return 2.5 if any(fits(matrix, way) for way in ways) else -0.5

    def _words(self, key: str, other: str) -> float:
        score = 0.0
        base, key_spelled = base_of(key), as_spelled(key)
        role = self.network.role(other)
        printed = self.network.spelled.get(other)
        if key in self.author.generic:
            array = other.lstrip(WHOLE).partition("[")[0]
            score += (
                1.5 if self.author.generic[key] in self.network.patterns.get(array, ()) else 0.0
            )
        elif printed is not None:
            if printed == key_spelled:
                score += 2.0 if role not in ("weight", "bias") else 1.2
            else:
                score += 0.4 if base_of(printed) == base else 0.0
                index, printed_index = INDEX.search(key), INDEX.search(printed)
                same = index and printed_index and index.group() == printed_index.group()
                score += 0.3 if same else 0.0
        if base in WORDS.get(role, ()):
            score += 0.5
        elif SURE.get(base, role) != role and not (role == "output" and SURE[base] == "computed"):
            score -= 0.4
        whole = other.startswith(WHOLE)
        if self.author.is_whole(key) != whole:
            quantity = self.model.network.quantities[other.lstrip(WHOLE).partition("[")[0]]
            single = int(np.prod(quantity.shape)) == 1
            score -= 0.2 if single else 3.0 if self.author.is_whole(key) else 0.5
        return score
