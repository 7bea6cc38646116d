"""Definitions that an author leaves out because a sibling has them: "the same way, out_h2 = 0.5969".

``net_h1 = w_1 i_1 + w_2 i_2 + b_1`` makes ``net_h2 = w_3 i_1 + w_4 i_2 + b_1``, and ``y = w x + b`` makes
``y_3 = w x_3 + b``.  Such a definition is taken only where the number that is printed for the quantity is
what it gives, to the last digit.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice, product

from derivgen.checking.evaluating import indices as ix
from derivgen.checking.evaluating import values as v
from derivgen.checking.evaluating.budget import Budget, OutOfWork
from derivgen.checking.evaluating.model import DocumentModel
from derivgen.checking.evaluating.printed import Fit, Printed, printed_number
from derivgen.checking.evaluating.values import NoValue
from derivgen.checking.evaluating.world import World
from derivgen.checking.maths import tree as t
from derivgen.checking.maths.rebuild import rebuilt
from derivgen.checking.maths.tree import full_key, names_in

#: how many definitions are tried for one quantity, and for the whole document
MOST_FOR_ONE, MOST = 400, 3000
#: how many siblings are looked at
MOST_RELATIVES = 8
#: how far the numbers of a row of weights are moved on
FURTHEST = 12
#: how many quantities in a row may be missing: out_h2 of net_h2 of the weights
DEEPEST = 2
#: digits that a printed number needs to tell anything
FEWEST_DIGITS = 3
#: the same for all numbers of a sample together
FEWEST_TOGETHER = 4
#: how many of the nearest definitions may also give a number that was cut, or rounded on the way, and by how
#: many units of its last place
MOST_NEAR, NEAR = 8, 2

_NUMBER = re.compile(r"(?<![\w.,])-?\d{1,6}(?:[.,]\d{1,6})?(?![\w.,]*\d)")
#: numbers that are looked at in sentences
MOST_NUMBERS = 40

Definitions = Mapping[str, t.Node]


def by_analogy(
    model: DocumentModel,
    printed: Mapping[str, tuple[t.Node, ...]],
    budget: Budget | None = None,
    in_words: Sequence[t.Node] = (),
) -> DocumentModel:
    """The model with the definitions of quantities that are printed and computed like a sibling.

    ``in_words`` are numbers in the sentences of the document ("targets 0.01 and 0.99"): one of them may be
    the given value that a sibling's definition asks for."""
    return _Analogy(model, printed, budget or Budget(), in_words).run()


def numbers_in(words: str) -> tuple[t.Node, ...]:
    """The numbers that stand in sentences, each once."""
    found: dict[str, t.Node] = {}
    for match in islice(_NUMBER.finditer(words), MOST_NUMBERS):
        text = match[0].replace(",", ".")
        digits = text.lstrip("-")
        number = t.Number(digits, Fraction(digits), len(digits.partition(".")[2]))
        found.setdefault(text, t.Negated(number) if text.startswith("-") else number)
    return tuple(found.values())


@dataclass
class _Analogy:
    model: DocumentModel
    printed: Mapping[str, tuple[t.Node, ...]]
    budget: Budget
    in_words: Sequence[t.Node] = ()
    left: int = MOST
    #: computed quantities by the letter and the length of their index
    relatives: dict[tuple[str, int], list[str]] = field(default_factory=lambda: defaultdict(list))

    def run(self) -> DocumentModel:
        given: dict[str, list[str]] = defaultdict(list)
        for key in self.model.values:
            if key not in self.model.definitions:
                given[ix.split(key)[0]].append(key)
        for key in self.model.definitions:
            base, pieces = ix.split(key)
            self.relatives[base, len(pieces)].append(key)
        for base in [base for base in given if base in self.model.definitions]:
            if not any(p.isdigit() or p in ix.LETTERS for p in ix.split(base)[1]):
                self._instances(base, given[base])
        self._groups(given, self._sample)
        self._groups(given, self._unit)
        for key in [key for keys in given.values() for key in keys]:
            # a parameter is like its siblings: what has computed ones is a result by which the loss is derived
            for number in self._numbers(key):
                if key not in self.model.definitions and self.left > 0:
                    self._sibling(key, number)
        return self.model

    def _number(self, key: str) -> Printed | None:
        return next(self._numbers(key), None)

    def _numbers(self, key: str) -> Iterator[Printed]:
        """The last number that was printed for a quantity, and the first one, before some weights were changed."""
        found = [n for n in map(printed_number, self.printed.get(key, ())) if n is not None]
        yield from dict.fromkeys((found[-1], found[0]) if found else ())

    def _take(self, made: Definitions) -> None:
        model = self.model
        for key in made.keys() - model.definitions.keys():
            base, pieces = ix.split(key)
            self.relatives[base, len(pieces)].append(key)
        given = {key: node for key, node in made.items() if node in self.in_words}
        made = {key: node for key, node in made.items() if key not in given}
        self.model = replace(
            model,
            definitions={**model.definitions, **made},
            values={**model.values, **given},
            parameters=model.parameters - made.keys(),
            opaque=model.opaque - made.keys(),
        )

    def _agrees(self, made: Definitions, key: str, number: Printed, units: int = 0) -> bool:
        """True where a definition gives the printed number, or is no more than some units off."""
        self.left -= 1
        model = replace(self.model, definitions={**self.model.definitions, **made})
        self.budget.begin()
        try:
            found = v.scalar(World(model, budget=self.budget).value(key))
        except OutOfWork:
            self.left = 0
            return False
        except NoValue:
            return False
        if found is None:
            return False
        near = units and abs(found - number.value) <= units * number.unit
        return bool(near) or number.fit(found) is Fit.ROUNDED

    # --- one equation for every sample --------------------------------------------------------

    def _instances(self, base: str, keys: Sequence[str]) -> None:
        """``y = w x + b`` for y_1, y_2, ... where most of these are what it gives for x_1, x_2, ..."""
        body = self.model.definitions[base]
        cells = {key: self._number(key) for key in keys}
        made: dict[str, t.Node] = {}
        right = 0
        for key, number in cells.items():
            pieces = ix.split(key)[1]
            if number is None or len(pieces) != 1 or not pieces[0].isdigit() or self.left <= 0:
                continue
            instance = _renamed(body, self._with_index(body, pieces[0]))
            if instance != body:
                made[key] = instance
                right += self._agrees({key: instance}, key, number)
        if right >= 2 and 2 * right > len(made):
            self._take(made)

    def _with_index(self, body: t.Node, piece: str) -> dict[str, str]:
        names = {name: ix.joined(name, [piece]) for name in names_in(body)}
        return {name: cell for name, cell in names.items() if self.model.known(cell)}

    # --- the next sample ----------------------------------------------------------------------

    def _groups(
        self,
        given: Mapping[str, Sequence[str]],
        take: Callable[[int, str, Sequence[str]], None],
    ) -> None:
        """Looks at all cells with one number in one place together: each may have few digits, and all of them
        together tell."""
        for keys in given.values():
            groups: dict[tuple[int, str], list[str]] = defaultdict(list)
            for key in keys:
                numbers = _numbered(key)
                for at, number in enumerate(numbers if len(numbers) > 1 else ()):
                    groups[at, number].append(key)
            for (at, number), cells in groups.items():
                left = [key for key in cells if key not in self.model.definitions]
                if left and self.left > 0:
                    take(at, number, left)

    def _sample(self, at: int, number: str, keys: Sequence[str]) -> None:
        """The definitions of some cells after those with another number in one place, where all agree: ``z_31``,
        ``z_32`` after ``z_21``, ``z_22``, with a 3 for the 2 wherever there is a number in that place."""
        base, pieces = ix.split(keys[0])
        siblings = (
            numbers[at]
            for numbers in map(_numbered, self.relatives[base, len(pieces)])
            if len(numbers) == len(_numbered(keys[0]))
        )
        # x_31 in net_131: its sample stands first, or second to last as that of net does
        places = (at, at - len(_numbered(keys[0])))
        for other, place in product(dict.fromkeys(siblings), places):
            made: dict[str, t.Node] = {}
            for key in keys if other != number else ():
                body = self.model.definitions.get(_moved(key, at, number, other))
                if body is not None:
                    names = {name: _moved(name, place, other, number) for name in names_in(body)}
                    if all(map(self.model.known, names.values())):
                        made[key] = _renamed(body, names)
            if len(made) == len(keys) and self._agree_together(made):
                self._take(made)
                return

    def _agree_together(self, made: Definitions) -> bool:
        """True where definitions of cells give all that is printed for them, and this has some digits."""
        printed = [(key, n) for key in made if (n := self._number(key)) is not None]
        enough = (
            len(printed) == len(made) and sum(_places(n) for _, n in printed) >= FEWEST_TOGETHER
        )
        return enough and all(self._agrees(made, key, n) for key, n in printed)

    # --- the next unit ------------------------------------------------------------------------

    def _unit(self, at: int, number: str, keys: Sequence[str]) -> None:
        """A unit's cells in all samples after those of another unit, where all agree: ``net_21 = w_3 x_11 + w_4 x_12``
        and ``net_22 = w_3 x_21 + w_4 x_22`` after those with w_1 and w_2."""
        base, pieces = ix.split(keys[0])
        siblings = map(_numbered, self.relatives[base, len(pieces)])
        others = dict.fromkeys(numbers[at] for numbers in siblings if len(numbers) > at)
        for other in sorted(others.keys() - {number}):
            bodies = {
                key: self.model.definitions.get(_moved(key, at, number, other)) for key in keys
            }
            first = bodies[keys[0]]
            if first is None or None in bodies.values():
                continue
            for renamed in islice(self._renamings(first, other, number, 0), MOST_FOR_ONE):
                changed = {a: b for a, b in renamed.items() if a != b}
                moved = {ix.split(name)[0] for name in changed}
                made = {
                    key: _renamed(body, changed)
                    for key, body in bodies.items()
                    if body is not None
                    and all(n in changed for n in names_in(body) if ix.split(n)[0] in moved)
                }
                if changed and len(made) == len(keys) and self._agree_together(made):
                    self._take(made)
                    return

    def _sibling(self, key: str, number: Printed) -> None:
        digits = _digits(number)
        if digits < FEWEST_DIGITS:
            return
        trials = [(MOST_FOR_ONE, 0), (MOST_NEAR, NEAR if digits > FEWEST_DIGITS else 0)]
        for most, units in trials:
            for sibling, here, there in self._siblings(key):
                tried = self._candidates(sibling, key, here, there, DEEPEST)
                for made in islice(tried, most):
                    if self.left <= 0:
                        return
                    if self._agrees(made, key, number, units):
                        self._take(made)
                        return

    def _siblings(self, key: str) -> Iterator[tuple[str, str, str]]:
        """Computed quantities whose key has another number, or another letter (``out_o1`` for ``out_h1``), in
        one place: (sibling, its number, ours)."""
        base, pieces = ix.split(key)
        for other in self.relatives[base, len(pieces)][:MOST_RELATIVES]:
            parts = ix.split(other)[1]
            apart = [(a, b) for a, b in zip(parts, pieces, strict=True) if a != b]
            if len(apart) == 1 and apart[0][0].isdigit() == apart[0][1].isdigit():
                yield other, *apart[0]

    def _candidates(
        self, sibling: str, key: str, here: str, there: str, depth: int
    ) -> Iterator[Definitions]:
        """Definitions of ``key`` after that of its sibling, with those of what it reads and nobody
        defines."""
        body = self.model.definitions[sibling]
        for renamed in self._renamings(body, here, there, depth):
            missing = [(a, b) for a, b in renamed.items() if not self.model.known(b)]
            if all(a == b for a, b in renamed.items()) or key in renamed.values():
                continue
            inner = [list(self._inner(a, b, here, there, depth)) for a, b in missing]
            for parts in product(*inner):
                made: dict[str, t.Node] = {key: _renamed(body, renamed)}
                for part in parts:
                    made |= part
                yield made

    def _renamings(
        self, body: t.Node, here: str, there: str, depth: int
    ) -> Iterator[dict[str, str]]:
        """What the names in the definition of one unit may be in that of another."""
        groups: dict[str, list[str]] = {}
        for name in dict.fromkeys(names_in(body)):
            groups.setdefault(ix.split(name)[0], []).append(name)
        ways = [list(self._ways(names, here, there, depth)) for names in groups.values()]
        for chosen in product(*ways):
            yield {a: b for pairs in chosen for a, b in pairs.items()}

    def _inner(
        self, sibling: str, key: str, here: str, there: str, depth: int
    ) -> Iterator[Definitions]:
        if sibling not in self.model.definitions:
            yield from ({key: number} for number in self.in_words)
        elif depth > 0:
            yield from islice(self._candidates(sibling, key, here, there, depth - 1), MOST_FOR_ONE)

    def _ways(
        self, names: list[str], here: str, there: str, depth: int
    ) -> Iterator[dict[str, str]]:
        """How the names of one letter may go on: with the number of the other unit in one place, as they
        are, or moved on by as many as there are of them."""
        split = [ix.split(name) for name in names]
        count = len(split[0][1])
        alike = all(len(pieces) == count for _, pieces in split)
        for at in range(count if alike else 0):
            if all(pieces[at] == here for _, pieces in split):
                made = {}
                for name, (base, pieces) in zip(names, split, strict=True):
                    made[name] = ix.joined(base, [*pieces[:at], there, *pieces[at + 1 :]])
                missing = [name for name, new in made.items() if not self.model.known(new)]
                computed = all(name in self.model.definitions for name in missing)
                given = len(missing) == 1 and len(names) == 1 and not computed
                if not missing or (depth > 0 and computed) or (given and self.in_words):
                    yield made
        yield {name: name for name in names}
        # one of several, over all of them: z_1 and z_2 change places
        swapped = {name: _swapped(name, here, there) for name in names}
        if any(a != b for a, b in swapped.items()) and set(swapped.values()) == set(names):
            yield swapped
        if not alike or count != 1 or not all(pieces[0].isdigit() for _, pieces in split):
            return
        for step in range(1, FURTHEST + 1):
            moved = {
                name: ix.joined(base, [str(int(pieces[0]) + step)])
                for name, (base, pieces) in zip(names, split, strict=True)
            }
            if all(self.model.known(new) for new in moved.values()):
                yield moved


def _digits(number: Printed) -> int:
    """How many digits a number has that tell something."""
    return len(number.text.strip("-0.").replace(".", ""))


def _places(number: Printed) -> int:
    """How many digits it has from the first one that is not 0: there is but one formula that may give it."""
    return len(number.text.lstrip("-0.").replace(".", ""))


def _numbered(key: str) -> list[str]:
    """The numbers in an index: 3, 1 of ``z_h31``."""
    return [piece for piece in ix.split(key)[1] if piece.isdigit()]


def _moved(key: str, at: int, here: str, there: str) -> str:
    """A name with another number in one place, counted from the front or below 0 from the end, among those of
    its index, where it has more than one and this one there."""
    base, pieces = ix.split(key)
    places = [i for i, piece in enumerate(pieces) if piece.isdigit()]
    if len(places) < 2 or not -len(places) <= at < len(places) or pieces[places[at]] != here:
        return key
    return ix.joined(base, [*pieces[: places[at]], there, *pieces[places[at] + 1 :]])


def _swapped(key: str, here: str, there: str) -> str:
    """A name with the two numbers for each other in its index."""
    base, pieces = ix.split(key)
    other = {here: there, there: here}
    return ix.joined(base, [other.get(piece, piece) for piece in pieces]) if pieces else key


def _renamed(node: t.Node, names: Mapping[str, str]) -> t.Node:
    if isinstance(node, t.Name):
        new = names.get(full_key(node))
        return node if new is None or new == full_key(node) else t.Name(new, written=new)
    return rebuilt(node, lambda child: _renamed(child, names))
