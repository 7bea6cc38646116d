"""A network as one who looks for its quantities sees it: elements, printed names, values, roles."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from derivgen.checking.evaluating.printed import Fit, Printed
from derivgen.checking.matching.generic import template
from derivgen.checking.matching.network_model import NetworkModel, key_of
from derivgen.checking.matching.spelling import spelling
from derivgen.checking.maths.keys import PRIMES, bold, primed
from derivgen.checking.maths.parser import learn
from derivgen.derivation.derivation import Derivation
from derivgen.errors import DerivgenError
from derivgen.formula.latex import LATEX
from derivgen.network.model import Role
from derivgen.notation import Entry, Names

#: whole arrays are told from elements and scalars by this mark before their key
WHOLE = "@"
#: elements beyond this number are not looked through: their arrays are
MOST_ELEMENTS = 6000


@dataclass(frozen=True)
class NetworkView:
    """The quantities of a network by key (``@W1`` for a whole array)."""

    model: NetworkModel
    names: Names
    #: whether printed numbers say what a name stands for
    by_values: bool = True

    @cached_property
    def elements(self) -> tuple[Entry, ...]:
        """Scalars and elements, as many as are looked through; small arrays first come first."""
        found: list[Entry] = []
        for name, quantity in self.model.network.quantities.items():
            if len(found) + int(np.prod(quantity.shape)) <= MOST_ELEMENTS:
                found += [(name, index) for index in np.ndindex(*quantity.shape)]
        return tuple(found)

    @cached_property
    def element_keys(self) -> frozenset[str]:
        return frozenset(map(key_of, self.elements))

    @cached_property
    def arrays(self) -> tuple[str, ...]:
        """The names of arrays that have a whole."""
        quantities = self.model.network.quantities.values()
        return tuple(q.name for q in quantities if 1 <= len(q.shape) <= 2)

    @cached_property
    def spelled(self) -> Mapping[str, str]:
        """The printed names of elements, scalars and arrays in the author's spelling, by key."""
        texts = {key_of(e): LATEX.write(self.names.entry(*e)) for e in self.elements}
        sizes = {a: np.prod(self.model.network.quantities[a].shape) for a in self.arrays}
        texts |= {WHOLE + a: LATEX.write(self.names.whole(a)) for a in self.arrays if sizes[a] > 1}
        vocabulary = learn((), texts.values())
        found = {key: spelling(text, vocabulary) for key, text in texts.items()}
        return {key: text for key, text in found.items() if text}

    @cached_property
    def by_spelling(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that a printed name can mean, told apart from others of its spelling or not."""
        found: dict[str, tuple[str, ...]] = {}
        for key, text in self.spelled.items():
            texts = {text, primed(text[:-1], text[-1]) if text[-1:] in PRIMES else text}
            if key.startswith(WHOLE):
                texts |= set(map(bold, texts))
            for one in texts:
                found[one] = (*found.get(one, ()), key)
        return found

    @cached_property
    def values(self) -> Mapping[str, np.ndarray]:
        """Every quantity's values, in double precision; empty for a symbolic network, and where values
        are no evidence."""
        if not self.by_values:
            return {}
        if self.model.network.symbolic:
            return {
                name: q.values
                for name, q in self.model.network.quantities.items()
                if q.values is not None
            }
        try:
            return Derivation(self.model.task).unrounded.values
        except DerivgenError:
            return {}

    def value(self, key: str) -> np.ndarray | None:
        """The value of an element, a scalar or a whole array."""
        if key.startswith(WHOLE):
            return self.values.get(key[1:])
        entry = self.model.entry(key)
        if entry is None or entry[0] not in self.values:
            return None
        return np.asarray(self.values[entry[0]][entry[1]], dtype=float)

    @cached_property
    def common(self) -> Counter[float]:
        """How many given elements have a value."""
        given = (
            value
            for name, array in self.values.items()
            if self.model.network.quantities[name].role not in (Role.COMPUTED, Role.LOSS)
            for value in np.asarray(array, dtype=float).ravel()[:MOST_ELEMENTS]
        )
        return Counter(given)

    @cached_property
    def _sorted(self) -> tuple[list[float], list[str]]:
        rows = sorted(
            (float(value), key_of(entry))
            for entry in self.elements
            if (value := self.value(key_of(entry))) is not None
        )
        return [value for value, _ in rows], [key for _, key in rows]

    def with_value(self, number: Printed) -> Iterator[str]:
        """The elements and scalars whose value is printed as this number."""
        values, keys = self._sorted
        middle, unit = float(number.value), float(number.unit)
        low = bisect_left(values, middle - unit)
        for at in range(low, bisect_right(values, middle + unit)):
            if number.fit(values[at]) is not Fit.OFF:
                yield keys[at]

    @cached_property
    def output(self) -> str | None:
        """The array that is compared with the targets."""
        seen, waiting = set(), [self.model.network.loss]
        while waiting:
            here = waiting.pop(0)
            if here in seen:
                continue
            seen.add(here)
            read_here = [
                ref.array
                for equation in self.model.network.equations
                if equation.target.array == here
                for ref in equation.refs.values()
            ]
            quantities = self.model.network.quantities
            targets = [a for a in read_here if quantities[a].role is Role.TARGET]
            computed = [a for a in read_here if quantities[a].role is Role.COMPUTED]
            if targets and computed:
                return computed[0]
            waiting += computed
        return None

    def role(self, key: str) -> str:
        """What a quantity is: input, target, output, loss, weight, bias, rate or computed."""
        if key == self.model.rate:
            return "rate"
        array = key.lstrip(WHOLE).partition("[")[0]
        quantity = self.model.network.quantities[array]
        if array == self.output:
            return "output"
        if quantity.role is Role.PARAMETER or quantity.role is Role.CONSTANT:
            return "weight" if len(quantity.shape) >= 2 else "bias"
        return str(quantity.role)

    @cached_property
    def patterns(self) -> Mapping[str, frozenset[str]]:
        """What the printed names of an array's elements look like."""
        found: dict[str, set[str]] = {}
        for key, text in self.spelled.items():
            if not key.startswith(WHOLE):
                found.setdefault(key.partition("[")[0], set()).add(template(text))
        return {array: frozenset(texts) for array, texts in found.items()}
