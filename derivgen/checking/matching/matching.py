"""Which of the network's quantities an author's names are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, product

import mpmath
import numpy as np
import sympy

from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.equality import DIGITS, Equality, Outcome
from derivgen.checking.evaluating.printed import Fit, printed_matrix, printed_number
from derivgen.checking.matching import from_expression as made
from derivgen.checking.matching.evidence import WHOLE, Evidence, fits, spelling
from derivgen.checking.matching.families import families, members, plain
from derivgen.checking.matching.network_model import NetworkModel, key_of, rate_name
from derivgen.checking.matching.renaming import OWN as OWN
from derivgen.checking.matching.renaming import Joined, translated, written_out
from derivgen.checking.matching.unifying import Unifier
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.parser import learn
from derivgen.checking.understanding.shapes import Shape, renamed, shape_of
from derivgen.checking.understanding.statements import Learned
from derivgen.errors import DerivgenError, did_you_mean
from derivgen.network.model import Equation, Largest, Softmax
from derivgen.notation import Names

#: the least score by which equations alone make a pair
LEAST = 0.8
#: what is differentiated all through is the loss, also where another factor stands before it
_LEAST_LOSS = -1.0
#: definitions that are compared with the network's, and ways to turn arrays that are tried for one
MOST_COMPARED, MOST_TURNS = 400, 16
#: steps of laying the equations over each other
MOST_WORK = 60_000
TRANSPOSED = "^T"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a document does not say what the network does: the author's key, the network's, what the
    document says, what the network says.

    ``kind`` is ``definition``, ``value`` or ``shared`` (one name for several quantities)."""

    key: str
    quantity: str
    kind: str
    author: t.Node | None
    network: t.Node | None


@dataclass(frozen=True)
class Matching:
    """What was found.

    ``mapping`` goes from an author's key (with the mark of a name that is a quantity of its own) to the
    network's, for elements and whole arrays; ``W1^T`` is an array that the author writes the other way
    round.  ``notes`` are sentences about what is not certain.  ``model`` is the network with
    the author's further quantities, for formulas that :meth:`translate` has translated.
    """

    mapping: Mapping[str, str]
    notes: tuple[str, ...]
    differences: tuple[Difference, ...]
    model: Joined

    def translate(self, node: t.Node) -> t.Node:
        """A formula of the document in the network's names."""
        return translated(node, self.model.mapping)


def match(
    learned: Learned,
    model: NetworkModel,
    names: Names,
    overrides: Mapping[str, str] | None = None,
    budget: Budget | None = None,
    by_values: bool = True,
) -> Matching:
    """Match what a document says of its quantities with a network.

    ``overrides`` go from an author's name to an id (``W2[0,0]``) or a printed name of the network and come
    before all that is found.  ``by_values`` is False where the document's values are no evidence.  Raises E204 for an override that is none of these."""
    with mpmath.workdps(DIGITS):
        evidence = Evidence(learned, model, names, by_values)
        return _Matcher(evidence, dict(overrides or {}), budget or Budget()).matching()


@dataclass
class _Matcher:
    evidence: Evidence
    overrides: dict[str, str]
    budget: Budget
    notes: dict[str, None] = field(default_factory=dict)
    #: names that the user has said
    said: set[str] = field(default_factory=set)
    #: names whose value several quantities have
    unsure: set[str] = field(default_factory=set)
    shapes: dict[str, Shape | None] = field(default_factory=dict)

    @property
    def model(self) -> NetworkModel:
        return self.evidence.model

    @property
    def learned(self) -> Learned:
        return self.evidence.learned

    def matching(self) -> Matching:
        generic = self.evidence.generic
        self.budget.begin(MOST_WORK)
        unifier = Unifier(
            self._sides, self._definition, self.evidence.prior, self.budget, frozenset(generic)
        )
        overridden = list(self._overridden())
        self.said = {name for name, _ in overridden}
        for name, other in overridden:
            unifier.take(name, other)
        for name, other in overridden:
            unifier.bind(name, other)
        self._rate(unifier)
        self._loss(unifier)
        unifier.bind_all(self._sides, self._computed(), LEAST)
        self._by_family(unifier)
        self._by_name(unifier)
        self._by_value(unifier)
        self._elements(unifier)
        implied = self._by_family(unifier)
        if unifier.exhausted:
            self.notes["the names were not compared to the end: there are too many"] = None
        bound = {a: b for a, b in unifier.bound.items() if a not in generic}
        for name, other in unifier.guessed.items():
            if bound.get(name) == other and not self._told_apart(name, other):
                self.notes[f"{name} is taken as {self._shown(other)}; others fit as well"] = None
        mapping = {a: b for a, b in bound.items() if not b.startswith(WHOLE)}
        wholes = {a: b.lstrip(WHOLE) for a, b in bound.items() if b.startswith(WHOLE)}
        mapping |= self._turned(mapping, wholes)
        everything = {**implied, **mapping}
        joined = Joined(self.model, self.learned.model, everything)
        differences = (
            *self._shared(unifier, mapping),
            *self._values(mapping),
            *self._definitions(mapping, joined),
        )
        self._unmatched(mapping)
        for name in sorted(self.unsure - mapping.keys()):
            self.notes[f"{name} has the value of several quantities"] = None
        return Matching(mapping, tuple(self.notes), tuple(differences), joined)

    def _shown(self, key: str) -> str:
        return key.lstrip(WHOLE)

    # --- the two systems of equations ---------------------------------------------------------

    @cached_property
    def _sides(self) -> dict[str, tuple[Shape, ...]]:
        found: dict[str, tuple[Shape, ...]] = {}
        keys = dict.fromkeys(self.evidence.keys)
        spelled = {key: key for key in keys}
        for key in keys:
            definition = self.learned.model.definitions.get(key)
            nodes = [] if definition is None else [definition]
            nodes += [side for side in self.learned.sides.get(key, ()) if side != definition]
            shapes = [shape_of(node, lambda s: written_out(s, spelled)) for node in nodes]
            shapes += [shape_of(node) for node in nodes]
            shapes = [s for s in shapes if s.kind not in ("other", "number") and any(s.names())]
            if shapes:
                one = self._one_name.get(key, key)
                shapes = [*found.get(one, ()), *(renamed(s, self._one_name) for s in shapes)]
                found[one] = tuple(dict.fromkeys(shapes))
        return found

    @cached_property
    def _one_name(self) -> dict[str, str]:
        """``x_j`` and ``x_k`` are one name for the elements of x."""
        first: dict[str, str] = {}
        return {
            name: first.setdefault(pattern, name) for name, pattern in self.evidence.generic.items()
        }

    def _definition(self, key: str) -> Shape | None:
        if key not in self.shapes:
            self.shapes[key] = self._network_shape(key)
        return self.shapes[key]

    def _network_shape(self, key: str) -> Shape | None:
        if key.startswith(WHOLE):
            return self._whole_shape(key[1:])
        entry = None if key == self.model.rate else self.model.entry(key)
        if entry is None or entry[0] not in self._computed_arrays:
            return None
        node = self.model.definition(key)
        return None if node is None else shape_of(node)

    @cached_property
    def _computed_arrays(self) -> frozenset[str]:
        return frozenset(e.target.array for e in self.model.network.equations)

    def _whole_shape(self, array: str) -> Shape | None:
        """An equation without its indices: ``z = W x + b``."""
        equations = [e for e in self.model.network.equations if e.target.array == array]
        if not equations:
            return None
        return shape_of(_without_indices(equations[-1]))

    def _computed(self) -> list[str]:
        found = [key_of(e) for e in self.evidence.elements if e[0] in self._computed_arrays]
        return found + [WHOLE + a for a in self.evidence.arrays if a in self._computed_arrays]

    # --- pairs ------------------------------------------------------------------------------

    def _overridden(self) -> Iterator[tuple[str, str]]:
        evidence = self.evidence
        vocabulary = learn((), [*self.overrides, *self.overrides.values()])
        for name, other in self.overrides.items():
            own = name if name in evidence.keys else spelling(name, vocabulary) or name
            if own not in evidence.keys:
                raise DerivgenError(
                    "E204",
                    f"the document has no name {name!r}",
                    None,
                    did_you_mean(own, evidence.keys),
                )
            key = self._network_key(other, spelling(other, vocabulary))
            if key is None:
                known = {*self.model.network.quantities, *evidence.by_spelling}
                raise DerivgenError(
                    "E204",
                    f"the network has no quantity {other!r} (for {name!r})",
                    None,
                    did_you_mean(other, known),
                )
            yield own, key

    def _network_key(self, text: str, spelled: str | None) -> str | None:
        if self.model.known(text):
            return WHOLE + text if self.model.array(text) is not None else text
        for wanted in (spelled, text):
            found = self.evidence.by_spelling.get(wanted or "", ())
            if found:
                return found[0]
        return None

    def _by_family(self, unifier: Unifier) -> dict[str, str]:
        """Elements and wholes of arrays of which other elements are matched; returns the names of all
        elements of those arrays, whether they stand in the document or not."""
        generic, model = self.evidence.generic, self.model
        entries = {
            name: entry
            for name, key in unifier.bound.items()
            if name not in generic and key != model.rate and (entry := model.entry(key)) is not None
        }
        general = {
            name: key.lstrip(WHOLE).partition("[")[0]
            for name, key in unifier.bound.items()
            if name in generic
        }
        shapes = {name: q.shape for name, q in model.network.quantities.items()}
        small = {e[0] for e in self.evidence.elements}
        found = [
            family
            for family in families(
                entries, general, self.evidence.keys, shapes, self.evidence.prior
            )
            if family.array in small
        ]
        implied = {key: e for family in found for key, e in members(family, shapes[family.array])}
        for family in found:
            for name in entries:
                index = family.index(name)
                if index is not None and index != entries[name][1] and name not in self.said:
                    unifier.release(name)  # a slip in one equation is no other way to count
        wholes = {
            family.whole: family.array for family in found if family.array in self.evidence.arrays
        }
        for name in self.evidence.keys:
            if name in unifier.bound or name in generic:
                continue
            if name in implied:
                unifier.bind(name, implied[name])
            elif (
                plain(name) in wholes
                and self.evidence.prior(name, WHOLE + wholes[plain(name)]) > -1.5
            ):
                unifier.bind(name, WHOLE + wholes[plain(name)])
        return implied

    def _loss(self, unifier: Unifier) -> None:
        own, loss = self.learned.model.loss, self.model.loss
        if own is None or loss is None or own in unifier.bound:
            return
        elements = unifier.similar(own, loss) if loss in self._element_keys else -99.0
        arrays = unifier.similar(own, WHOLE + loss)
        if max(elements, arrays) > _LEAST_LOSS or own not in self._sides:
            unifier.bind(own, loss if elements >= arrays else WHOLE + loss)

    @cached_property
    def _element_keys(self) -> frozenset[str]:
        return frozenset(map(key_of, self.evidence.elements))

    def _by_name(self, unifier: Unifier) -> None:
        """Names that are printed just so, where nothing speaks against it."""
        evidence = self.evidence
        taken = unifier.taken
        same = self._follows_print(unifier)
        for name in evidence.keys:
            if name in unifier.bound:
                continue
            candidates = [key for key in evidence.by_spelling.get(name, ()) if key not in taken]
            ranked = sorted(candidates, key=lambda key: -evidence.prior(name, key))
            if ranked and evidence.prior(name, ranked[0]) > (0.0 if same else 2.4):
                unifier.bind(name, ranked[0])
                taken.add(ranked[0])

    def _follows_print(self, unifier: Unifier) -> bool:
        """True unless the names that are matched by their equations are other than the printed ones:
        then a name that is printed for something may well mean something else."""
        spelled, generic = self.evidence.spelled, self.evidence.generic
        pairs = [(a, b) for a, b in unifier.bound.items() if b in spelled and a not in generic]
        alike = sum(spelled[b] == a for a, b in pairs)
        return len(pairs) < 4 or 2 * alike >= len(pairs)

    def _by_value(self, unifier: Unifier) -> None:
        """Names whose value only one quantity has that is still free."""
        evidence = self.evidence
        taken = unifier.taken
        rows = []
        for name in evidence.keys:
            if name in unifier.bound or not evidence.is_given(name):
                continue
            nodes = evidence.printed(name)
            number = printed_number(nodes[0]) if nodes else None
            if number is None:
                candidates = [WHOLE + a for a in evidence.arrays] if nodes else []
            else:
                candidates = list(islice(evidence.with_value(number), 50))
            scores = sorted(
                ((evidence.prior(name, key), key) for key in candidates if key not in taken),
                key=lambda row: (-row[0], row[1]),
            )
            if scores and scores[0][0] >= 1.5:
                margin = scores[0][0] - scores[1][0] if len(scores) > 1 else 9.0
                rows.append((margin, scores[0], name))
        for margin, (_, key), name in sorted(rows, key=lambda row: -row[0]):
            if key in taken:
                continue
            if margin < 0.2:
                self.unsure.add(name)
                continue
            unifier.bind(name, key)
            taken.add(key)

    def _elements(self, unifier: Unifier) -> None:
        """Cells of arrays that are matched, and arrays all of whose cells are."""
        for name, element in self.learned.model.elements.items():
            array = unifier.bound.get(element.array, "")
            if name in unifier.bound or not array.startswith(WHOLE):
                continue
            cell = self._cell(
                array[1:], element.row, element.column, self._is_turned(element.array, array)
            )
            if cell is not None:
                unifier.bind(name, cell)
        for name, node in self.learned.model.definitions.items():
            if isinstance(node, t.Matrix):
                self._cells(unifier, name, node)

    def _cells(self, unifier: Unifier, name: str, node: t.Matrix) -> None:
        cells = [
            (i, j, cell.key + cell.mark)
            for i, row in enumerate(node.rows)
            for j, cell in enumerate(row)
            if isinstance(cell, t.Name)
        ]
        array = unifier.bound.get(name, "")
        if array.startswith(WHOLE):
            turned = self._is_turned(name, array)
            for i, j, key in cells:
                found = self._cell(array[1:], i, j, turned)
                if found is not None and key not in unifier.bound:
                    unifier.bind(key, found)
        elif not array and cells:
            arrays = {unifier.bound.get(key, "").partition("[")[0] for _, _, key in cells}
            (one,) = arrays if len(arrays) == 1 else ("",)
            if one and one in self.evidence.arrays:
                unifier.bind(name, WHOLE + one)

    def _is_turned(self, name: str, array: str) -> bool:
        value = self.evidence.value(array)
        return value is not None and self._turn_by_value(name, value) is True

    def _cell(self, array: str, row: int, column: int, turned: bool) -> str | None:
        shape = self.model.network.quantities[array].shape
        index: tuple[int, ...] = (column, row) if turned else (row, column)
        if len(shape) == 1:
            index = (max(row, column),)
        key = key_of((array, index))
        return key if self.model.known(key) else None

    def _rate(self, unifier: Unifier) -> None:
        """The learning rate: what is printed like it and has its value, what updates use, what is
        printed like it."""
        rate, keys = self.model.rate, self.evidence.keys
        if rate is None or rate in unifier.bound.values():
            return
        texts = [self.model.task.training.learning_rate_name, rate_name(self.model.task)]
        alike = [spelling(text, learn((), texts)) for text in texts]
        candidates: list[str | None] = [k for k in alike if k in keys and self._has_rate(k)]
        candidates += [self.learned.model.rate, *alike]
        own = next((key for key in candidates if key is not None and key in keys), None)
        if own is not None and own not in unifier.bound:
            unifier.bind(own, rate)

    def _has_rate(self, key: str | None) -> bool:
        rate = self.model.task.training.learning_rate
        numbers = [printed_number(node) for node in self.evidence.printed(key or "")]
        return rate is not None and any(
            n is not None and n.fit(rate) is Fit.ROUNDED for n in numbers
        )

    # --- arrays that lie the other way -------------------------------------------------------

    def _turned(self, mapping: Mapping[str, str], wholes: Mapping[str, str]) -> dict[str, str]:
        """Whole arrays with the way they lie: by their values, and else by what makes equations true."""
        found: dict[str, str] = {}
        open_names = []
        for name, array in wholes.items():
            value = self.evidence.value(WHOLE + array)
            turned = None if value is None else self._turn_by_value(name, value)
            if turned is None and len(self.model.network.quantities[array].shape):
                open_names.append(name)
            found[name] = array + (TRANSPOSED if turned else "")
        for name in list(open_names)[:MOST_COMPARED]:
            definition = self.learned.model.definitions.get(name)
            if definition is not None and not isinstance(definition, t.Name):
                self._turn(name, definition, mapping, found, open_names)
        return found

    def _turn(
        self,
        name: str,
        definition: t.Node,
        mapping: Mapping[str, str],
        found: dict[str, str],
        open_names: list[str],
    ) -> None:
        here = {p.key + p.mark: None for p in t.walk(definition) if isinstance(p, t.Name)}
        free = [key for key in (*here, name) if key in open_names]
        ways = islice(product(("", TRANSPOSED), repeat=len(free)), MOST_TURNS)
        for way in sorted(ways, key=lambda turns: sum(map(bool, turns))):
            turns = {
                key: found[key].removesuffix(TRANSPOSED) + t
                for key, t in zip(free, way, strict=True)
            }
            trial = {**mapping, **found, **turns}
            joined = Joined(self.model, self.learned.model, trial)
            left = t.Name(trial[name])
            equality = Equality(joined, self.budget)
            if self._compared(equality, left, translated(definition, trial)) is Outcome.EQUAL:
                found.update(turns)
                for key in free:
                    open_names.remove(key)
                return

    def _turn_by_value(self, name: str, value: np.ndarray) -> bool | None:
        """Whether an array is printed the other way round; None where its print does not say."""
        wanted = value.reshape(-1, 1) if value.ndim < 2 else value
        for node in self.evidence.printed(name):
            matrix = printed_matrix(node)
            if matrix is None or not matrix:
                continue
            shape = len(matrix), len(matrix[0])
            if wanted.shape == wanted.T.shape == shape:
                straight, turned = fits(matrix, wanted), fits(matrix, wanted.T)
                if straight != turned:
                    return turned
            elif shape == wanted.shape:
                return False
            elif shape == wanted.T.shape:
                return True
        return None

    def _compared(self, equality: Equality, left: t.Node, right: t.Node) -> Outcome:
        """Whether two formulas are equal; open where that takes too long to find."""
        self.budget.begin()
        try:
            return equality.compare(left, right).outcome
        except OutOfWork:
            return Outcome.OPEN

    # --- what differs -------------------------------------------------------------------------

    def _told_apart(self, name: str, other: str) -> bool:
        """True where a value or the printed name speaks for a pair that was guessed."""
        return self.evidence.spelled.get(other) == name

    def _shared(self, unifier: Unifier, mapping: Mapping[str, str]) -> Iterator[Difference]:
        """One letter for several quantities."""
        others: dict[str, list[str]] = {}
        for name, other in unifier.conflicts:
            plain = other.lstrip(WHOLE)
            if name in self.evidence.generic or name not in mapping:
                continue
            if mapping[name].removesuffix(TRANSPOSED) == plain:
                continue
            one, two = (
                self.evidence.role(k.removesuffix(TRANSPOSED)) for k in (mapping[name], plain)
            )
            if one == two and plain not in mapping.values():
                others.setdefault(name, []).append(plain)
        for name, keys in others.items():
            listed = " and ".join([mapping[name], *dict.fromkeys(keys)])
            self.notes[f"{name} stands for {listed}"] = None
            for key in dict.fromkeys(keys):
                yield Difference(name, key, "shared", None, self.model.given(key))

    def _values(self, mapping: Mapping[str, str]) -> Iterator[Difference]:
        """Given values that are not the network's."""
        for name, key in mapping.items():
            if not self.evidence.is_given(name) or self.model.definition(key) is not None:
                continue
            mine, theirs = self.learned.model.values.get(name), self.model.given(key)
            if mine is None or theirs is None:
                continue
            one, two = printed_number(mine), printed_number(theirs)
            if one is not None and two is not None and one.fit(two.value) is Fit.OFF:
                yield Difference(name, key, "value", mine, theirs)

    def _definitions(self, mapping: Mapping[str, str], joined: Joined) -> Iterator[Difference]:
        """Equations that do not say what the network's say."""
        equality = Equality(joined, self.budget)
        rows = [(k, n) for k, n in self.learned.model.definitions.items() if k in mapping]
        for name, node in rows[:MOST_COMPARED]:
            theirs = self.model.definition(mapping[name])
            if theirs is None or isinstance(node, t.Name):
                continue
            mine = translated(node, joined.mapping)
            outcome = self._compared(equality, mine, t.Name(mapping[name]))
            if outcome in (Outcome.DIFFERENT, Outcome.MISFIT):
                yield Difference(name, mapping[name], "definition", node, theirs)

    def _unmatched(self, mapping: Mapping[str, str]) -> None:
        """Given names that belong to nothing of the network."""
        learned = self.learned.model
        free = [
            key
            for key in learned.values
            if key not in mapping
            and key in self.evidence.keys
            and self.evidence.is_given(key)
            and learned.values[key] is not None
        ]
        if free:
            more = f" and {len(free) - 8} more" if len(free) > 8 else ""
            self.notes[f"not matched: {', '.join(free[:8])}{more}"] = None


def _without_indices(equation: Equation) -> t.Node:
    """An equation's right side over whole arrays."""
    names: dict[sympy.Symbol, t.Node] = {
        symbol: t.Name(WHOLE + ref.array) for symbol, ref in equation.refs.items()
    }
    match equation.body:
        case Softmax(ref=ref, log=log):
            return t.Call("log_softmax" if log else "softmax", (names[ref],))
        case Largest(ref=ref):
            return t.Call("max", (names[ref],))
        case body:
            terms = []
            for term in body.terms:
                expression = term.coefficient * term.expression
                terms.append((False, made.node_of(expression, names)))
            return made.sum_of(terms)
