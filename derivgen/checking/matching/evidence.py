"""What speaks for it that an author's name is a network's quantity, apart from equations: values and words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np

from derivgen.checking.evaluating.printed import Fit, Printed, printed_matrix, printed_number
from derivgen.checking.evaluating.resolving import PLAIN_MARKS, UPDATE_MARKS
from derivgen.checking.matching.generic import (
    by_indices,
    generic_template,
    index_letters,
    template,
    templates,
)
from derivgen.checking.matching.network_model import NetworkModel, key_of
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import learn, read
from derivgen.checking.maths.vocabulary import Vocabulary
from derivgen.checking.understanding.statements import Learned
from derivgen.derivation.derivation import Derivation
from derivgen.errors import DerivgenError
from derivgen.formula.latex import LATEX
from derivgen.network.model import Role
from derivgen.notation import Entry, Names

#: whole arrays are told from elements and scalars by this mark before their key
WHOLE = "@"
#: elements beyond this number are not looked through: their arrays are
MOST_ELEMENTS = 6000

_WORDS: Mapping[str, frozenset[str]] = {
    "input": frozenset(["x", "X", "i", "I", "input", "inputs", "in"]),
    "target": frozenset(
        [
            "t",
            "T",
            "y",
            "Y",
            "target",
            "targets",
            "true",
            "truth",
            "label",
            "d",
            "expected",
            "y_true",
        ]
    ),
    "output": frozenset(
        [
            "o",
            "O",
            "out",
            "output",
            "outputs",
            "yhat",
            "y_hat",
            "hat",
            "y_pred",
            "p",
            "y'",
            "a",
            "pred",
            "prediction",
        ]
    ),
    "loss": frozenset(
        [
            "E",
            "L",
            "J",
            "C",
            "Loss",
            "loss",
            "Error",
            "error",
            "cost",
            "Cost",
            "MSE",
            "E_total",
            "E_tot",
            "BCE",
            "CE",
        ]
    ),
    "weight": frozenset(["w", "W", "theta", "Theta", "v", "V", "u", "U", "k", "K"]),
    "bias": frozenset(["b", "B", "bias", "biases", "beta", "c"]),
    "rate": frozenset(
        ["eta", "alpha", "mu", "lr", "n", "r", "epsilon", "gamma", "lambda", "learning_rate"]
    ),
}
#: words that mean one role and no other
_SURE: Mapping[str, str] = {
    **dict.fromkeys(("w", "W", "weight", "weights"), "weight"),
    **dict.fromkeys(("b", "B", "bias"), "bias"),
    **dict.fromkeys(("x", "X", "input"), "input"),
    **dict.fromkeys(("target", "y_true", "t"), "target"),
    **dict.fromkeys(("y_hat", "out", "output", "z", "net", "h", "a"), "computed"),
}
_INDEX = re.compile(r"\d[\d,]*$")


def base_of(key: str) -> str:
    """The letter or word of a key, without its index: ``w^(1)_12`` is w, ``E_total`` is E_total."""
    head = _INDEX.sub("", re.sub(r"\^(\(?\w+\)?|\[\w+\])", "", key)).rstrip("_")
    if not any(head in words for words in _WORDS.values()):
        head = head.partition("_")[0]
    return head or key


@dataclass(frozen=True)
class Evidence:
    """Scores for pairs of an author's key and a network's (``@W1`` for a whole array)."""

    learned: Learned
    model: NetworkModel
    names: Names
    #: whether printed numbers say what a name stands for
    by_values: bool = True
    _scores: dict[tuple[str, str], float] = field(default_factory=dict, init=False, repr=False)

    # --- the network ------------------------------------------------------------------------

    @cached_property
    def elements(self) -> tuple[Entry, ...]:
        """Scalars and elements, as many as are looked through; small arrays first come first."""
        found: list[Entry] = []
        for name, quantity in self.model.network.quantities.items():
            if len(found) + int(np.prod(quantity.shape)) <= MOST_ELEMENTS:
                found += [(name, index) for index in np.ndindex(*quantity.shape)]
        return tuple(found)

    @cached_property
    def arrays(self) -> tuple[str, ...]:
        """The names of arrays that have a whole."""
        quantities = self.model.network.quantities.values()
        return tuple(q.name for q in quantities if 1 <= len(q.shape) <= 2)

    @cached_property
    def spelled(self) -> Mapping[str, str]:
        """The printed names of elements, scalars and arrays in the author's spelling, by key."""
        texts = {key_of(e): LATEX.write(self.names.entry(*e)) for e in self.elements}
        texts |= {WHOLE + a: LATEX.write(self.names.whole(a)) for a in self.arrays}
        vocabulary = learn((), texts.values())
        found = {key: spelling(text, vocabulary) for key, text in texts.items()}
        return {key: text for key, text in found.items() if text}

    @cached_property
    def by_spelling(self) -> Mapping[str, tuple[str, ...]]:
        """The keys that a printed name can mean."""
        found: dict[str, tuple[str, ...]] = {}
        for key, text in self.spelled.items():
            found[text] = (*found.get(text, ()), key)
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
    def _common(self) -> Counter[float]:
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

    # --- the author -------------------------------------------------------------------------

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """All names of quantities, in the order in which they are known."""
        learned = self.learned
        found = dict.fromkeys(learned.model.names())
        found |= dict.fromkeys(learned.sides) | dict.fromkeys(learned.printed)
        for of, by in sorted(learned.derivatives):
            found |= {of: None, by: None}
        for node in (*learned.model.definitions.values(), *chain(*learned.sides.values())):
            found |= dict.fromkeys(p.key + p.mark for p in t.walk(node) if isinstance(p, t.Name))
        found.pop("", None)
        return tuple(key for key in found if not _is_later(key, found))

    @cached_property
    def generic(self) -> Mapping[str, str]:
        """Names with index letters, and the template of the names that they stand for."""
        known = templates([*self.keys, *self.spelled.values()])
        found = {}
        for key in self.keys:
            pattern = None
            if not self.printed(key):
                pattern = generic_template(key, known) or by_indices(key, self._indices)
            if pattern is not None:
                found[key] = pattern
        return found

    @cached_property
    def _indices(self) -> frozenset[str]:
        """The letters that count in the document's sums, and those that stand beside them."""
        sides = chain(*self.learned.sides.values(), self.learned.model.definitions.values())
        return index_letters(sides)

    @cached_property
    def _patterns(self) -> Mapping[str, frozenset[str]]:
        """What the printed names of an array's elements look like."""
        found: dict[str, set[str]] = {}
        for key, text in self.spelled.items():
            if not key.startswith(WHOLE):
                found.setdefault(key.partition("[")[0], set()).add(template(text))
        return {array: frozenset(texts) for array, texts in found.items()}

    def printed(self, key: str) -> tuple[t.Node, ...]:
        """The numbers that stand for a name: what was given first, then what was printed."""
        given = self.learned.model.values.get(key)
        return (*(() if given is None else (given,)), *self.learned.printed.get(key, ()))

    def is_whole(self, key: str) -> bool:
        """True for a name that is shown to be an array, or stands for all of its elements."""
        if key in self.generic:
            return True
        nodes = [*self.printed(key), *self.learned.sides.get(key, ())]
        return any(isinstance(n, t.Matrix) or printed_matrix(n) is not None for n in nodes)

    def is_given(self, key: str) -> bool:
        """True for a name without a formula."""
        return key not in self.learned.model.definitions and key not in self.learned.sides

    # --- scores -----------------------------------------------------------------------------

    def prior(self, key: str, other: str) -> float:
        """What values and words say."""
        pair = (key, other)
        if pair not in self._scores:
            self._scores[pair] = self._values(key, other) + self._words(key, other)
        return self._scores[pair]

    def _values(self, key: str, other: str) -> float:
        value = self.value(other)
        computed = self.role(other) in ("computed", "output", "loss")
        if self.is_given(key) and computed:
            wrong_kind = -1.5 if self.learned.model.values.get(key) is not None else 0.0
        else:
            wrong_kind = 0.0 if computed or self.is_given(key) else -1.5
        nodes = self.printed(key)[:6]
        if not nodes:
            return wrong_kind
        scores = [score for node in nodes if (score := self._agreement(node, value)) is not None]
        if not scores:
            return wrong_kind
        if computed:
            best = max(scores)
            return best * 0.6 if best > 0 else wrong_kind + max(best, -0.5)
        return wrong_kind + scores[0]

    def _agreement(self, node: t.Node, value: np.ndarray | None) -> float | None:
        """Whether a number or a matrix as printed is a value; None where nothing can be said."""
        number = printed_number(node)
        if number is not None:
            if value is None:
                return None
            if value.size > 1:
                return -3.0
            at = float(value.ravel()[0])
            if number.fit(at) is Fit.OFF:
                return -1.0
            return 2.5 if self._common[at] <= 1 and number.decimals else 1.5
        matrix = printed_matrix(node)
        if matrix is None or not matrix:
            return None
        shape = len(matrix), len(matrix[0])
        if value is None:
            return None
        wanted = value.reshape(-1, 1) if value.ndim < 2 else value
        ways = [w for w in (wanted, wanted.T) if w.shape == shape]
        if not ways:
            return -3.0
        return 2.5 if any(fits(matrix, way) for way in ways) else -0.5

    def _words(self, key: str, other: str) -> float:
        score = 0.0
        base = base_of(key)
        role = self.role(other)
        printed = self.spelled.get(other)
        if key in self.generic:
            array = other.lstrip(WHOLE).partition("[")[0]
            score += 1.5 if self.generic[key] in self._patterns.get(array, ()) else 0.0
        elif printed is not None:
            if printed == key:
                score += 2.0 if role not in ("weight", "bias") else 1.2
            else:
                score += 0.4 if base_of(printed) == base else 0.0
                index, printed_index = _INDEX.search(key), _INDEX.search(printed)
                same = index and printed_index and index.group() == printed_index.group()
                score += 0.3 if same else 0.0
        if base in _WORDS.get(role, ()):
            score += 0.5
        elif _SURE.get(base, role) != role and not (role == "output" and _SURE[base] == "computed"):
            score -= 0.4
        whole = other.startswith(WHOLE)
        if self.is_whole(key) != whole:
            quantity = self.model.network.quantities[other.lstrip(WHOLE).partition("[")[0]]
            single = int(np.prod(quantity.shape)) == 1
            score -= 0.2 if single else 3.0 if self.is_whole(key) else 0.5
        return score


def _is_later(key: str, keys: Mapping[str, object]) -> bool:
    """True for another state of a name that stands there as well: ``w_5+`` beside ``w_5``."""
    return any(
        key.endswith(mark) and key.removesuffix(mark) in keys
        for mark in UPDATE_MARKS | PLAIN_MARKS
        if mark
    ) and not _is_counted(key)


def _is_counted(key: str) -> bool:
    """True where the mark is a letter of the name: ``net`` beside ``ne``."""
    return key[-1:] == "t" and key[-2:-1].isalnum()


def fits(matrix: tuple[tuple[Printed, ...], ...], value: np.ndarray) -> bool:
    """True where every cell of a printed matrix is printed from the value there."""
    return all(
        cell.fit(float(value[i, j])) is not Fit.OFF
        for i, row in enumerate(matrix)
        for j, cell in enumerate(row)
    )


def spelling(text: str, vocabulary: Vocabulary) -> str | None:
    """A name in LaTeX as the key that the parser gives it, with its mark."""
    latex = "\\" in text or "{" in text or "^" in text
    reading = read(f"{text} = 1", "latex" if latex else "typed", vocabulary)
    if len(reading.chains) != 1 or reading.failures:
        return None
    body = reading.chains[0].segments[0].body
    return body.key + body.mark if isinstance(body, t.Name) else None
