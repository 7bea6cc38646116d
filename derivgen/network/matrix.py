"""From the text's notation to index notation: whole arrays, matrix products, broadcasting.

Each part of an equation becomes a :class:`Shaped`: its shape, and a way to write one element of it
once its indices are chosen.  Broadcasting, ``@`` and ``.T`` follow numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Literal, cast

from derivgen import syntax as ex
from derivgen.elementary import (
    CONSTANTS,
    ELEMENTARY,
    check_arguments,
    check_where,
    rational,
    refuse_comparison,
    unknown_function,
)
from derivgen.errors import DerivgenError, Place
from derivgen.network.indexed import (
    Added,
    Applied,
    Chosen,
    Constant,
    Joined,
    Read,
    Reduced,
    ReduceKind,
    Softmaxed,
    Tree,
    moved,
)
from derivgen.network.model import Affine, Index, Ref
from derivgen.network.ranges import (
    REDUCTIONS,
    SOFTMAXES,
    Binder,
    Extent,
    Vocabulary,
    bound_names,
    wrong_count,
)

#: pairs of letters that would be read as a word: ``z_in``
_WORDS = ("in",)
LETTERS = ("i", "j", "k", "l", "m", "p", "q", "r", "s", "t", "u", "v")

Slots = tuple[Affine, ...]


@dataclass(frozen=True)
class Hint:
    """How an axis is written where it was met first: its letter, and the author's counting."""

    letter: str | None
    extent: Extent


Labels = tuple[Hint | None, ...]


@dataclass(frozen=True)
class Shaped:
    """A part of an equation: its shape, the letters its axes would like, and its element at indices."""

    shape: tuple[int, ...]
    labels: Labels
    element: Callable[[Slots], Tree]


@dataclass
class Letters:
    """Hands out index names that nothing else in the equation uses."""

    used: set[str]
    #: the letter of the sample axis, for that axis only
    samples: str | None = None

    def fresh(self, hint: Hint | None = None, before: Container[str] = ()) -> str:
        """A letter: the one hinted at where it is free, and that of samples only where hinted at; none that
        spells a word with one that it may stand ``before``."""
        wish = hint.letter if hint else None
        candidates = [wish] if wish else []
        spelled = {word[0] for word in _WORDS if word[1] in before}
        candidates += [a for a in LETTERS if a != self.samples and a not in spelled]
        name = next((n for n in candidates if n not in self.used), None)
        number = 1
        while name is None or name in self.used:
            name = f"i{number}"
            number += 1
        self.used.add(name)
        return name


def outer(operand: tuple[int, ...], result: tuple[int, ...], slots: Slots) -> Slots:
    """The indices of a broadcast operand: aligned at the right, 0 along axes of length 1."""
    cut = len(slots) - len(operand)
    pairs = zip(operand, result[cut:], slots[cut:], strict=True)
    return tuple(Affine() if size == 1 and whole != 1 else slot for size, whole, slot in pairs)


def broadcast(
    parts: Sequence[Shaped], place: Place | None, sign: str
) -> tuple[tuple[int, ...], Labels]:
    """The common shape of the parts, as in numpy.

    :raises DerivgenError: E409"""
    shape: list[int] = []
    labels: list[Hint | None] = []
    for back in range(1, max(len(part.shape) for part in parts) + 1):
        axes = [(p.shape[-back], p.labels[-back]) for p in parts if len(p.shape) >= back]
        sizes = {size for size, _ in axes} - {1}
        if len(sizes) > 1:
            sides = " and ".join(str(p.shape) for p in parts)
            raise DerivgenError("E409", f"shapes {sides} do not fit together in '{sign}'", place)
        size = sizes.pop() if sizes else 1
        shape.append(size)
        labels.append(next((label for s, label in axes if label and s == size), None))
    return tuple(reversed(shape)), tuple(reversed(labels))


@dataclass
class Elaborator:
    """Writes the right side of one equation in index notation.

    ``extents`` has every array that the equation reads; ``labels`` the letters that axes of known
    arrays like; ``ranges`` the range of every index of the text."""

    source: ex.Source
    words: Vocabulary
    labels: Mapping[str, Labels]
    ranges: Mapping[Binder, Extent]
    letters: Letters
    #: author's index name -> its Index, under the name that it goes by here
    scope: dict[str, Index] = field(default_factory=dict)
    #: names of bound indices given out so far, with their range
    taken: dict[str, Extent] = field(default_factory=dict)

    def shaped(self, item: ex.Expression | ex.Comparison) -> Shaped:
        """The shape and the elements of a part.

        :raises DerivgenError: E306, E307, E309, E403, E409"""
        tree = refuse_comparison(item, self.source)
        place = self.source.at(tree.at)
        match tree:
            case ex.Number():
                return self.scalar(Constant(rational(tree), place))
            case ex.Name(name):
                return self.whole(name, place)
            case ex.Element():
                return self.scalar(self.read(tree, place))
            case ex.Negated(body):
                return self.elementwise(
                    [body], "-", place, lambda parts: Added(((True, parts[0]),), place)
                )
            case ex.Sum(terms):
                minus = [m for m, _ in terms]
                return self.elementwise(
                    [t for _, t in terms],
                    "+",
                    place,
                    lambda parts: Added(tuple(zip(minus, parts, strict=True)), place),
                )
            case ex.Binary("@", left, right):
                return self.matrix_product(left, right, place)
            case ex.Binary(sign, left, right):
                operator = cast(Literal["*", "/", "**"], sign)
                return self.elementwise(
                    [left, right],
                    sign,
                    place,
                    lambda parts: Joined(operator, parts[0], parts[1], place),
                )
            case ex.Transposed(body):
                inner = self.shaped(body)
                return Shaped(
                    inner.shape[::-1], inner.labels[::-1], lambda slots: inner.element(slots[::-1])
                )
            case ex.Call():
                return self.call(tree, place)

    def scalar(self, tree: Tree) -> Shaped:
        return Shaped((), (), lambda _: tree)

    def whole(self, name: str, place: Place) -> Shaped:
        """An array by its name alone, or a constant."""
        if name not in self.words.arrays:
            return self.scalar(Constant(CONSTANTS[name], place))
        extents = self.words.extents[name]
        labels = self.labels.get(name, (None,) * len(extents))
        return Shaped(
            tuple(e.size for e in extents), labels, lambda slots: Read(Ref(name, slots), place)
        )

    def read(self, tree: ex.Element, place: Place) -> Tree:
        """An element; positions count from the array's first element."""
        extents = self.words.extents[tree.name]
        if len(extents) != len(tree.indices):
            raise wrong_count(tree.name, len(extents), len(tree.indices), place)
        indices = [self.renamed(self.words.affine(index)) for index in tree.indices]
        moves = zip(indices, extents, strict=True)
        return Read(Ref(tree.name, tuple(moved(i, -extent.start) for i, extent in moves)), place)

    def renamed(self, index: Affine) -> Affine:
        return Affine(
            index.constant, tuple((self.scope[name].name, factor) for name, factor in index.factors)
        )

    def elementwise(
        self,
        trees: Iterable[ex.Expression | ex.Comparison],
        sign: str,
        place: Place,
        build: Callable[[list[Tree]], Tree],
    ) -> Shaped:
        """The parts broadcast against each other and joined element by element."""
        parts = [self.shaped(tree) for tree in trees]
        shape, labels = broadcast(parts, place, sign)
        return Shaped(
            shape,
            labels,
            lambda slots: build([p.element(outer(p.shape, shape, slots)) for p in parts]),
        )

    def axis(self, size: int, hint: Hint | None = None) -> Index:
        """A fresh bound index over an axis."""
        name = self.letters.fresh(hint)
        self.taken[name] = Extent(0, size)
        return Index(name, 0, size)

    def matrix_product(self, left: ex.Expression, right: ex.Expression, place: Place) -> Shaped:
        a, b = self.shaped(left), self.shaped(right)
        inner = b.shape[-2] if len(b.shape) > 1 else b.shape[-1] if b.shape else None
        if not a.shape or inner is None or a.shape[-1] != inner:
            raise DerivgenError(
                "E409",
                f"the matrix product of shapes {a.shape} and {b.shape}",
                place,
                "the inner axes have to be equal"
                if a.shape and b.shape
                else "write '*' for numbers",
            )
        # leading axes broadcast; each side keeps its own outer axis, a vector has none
        heads = [Shaped(p.shape[:-2], p.labels[:-2], p.element) for p in (a, b)]
        shape, labels = broadcast(heads, place, "@")
        rows = len(a.shape) > 1
        columns = len(b.shape) > 1
        lead = len(shape)
        wish = a.labels[-1] or (b.labels[-2] if columns else b.labels[-1])

        def element(slots: Slots) -> Tree:
            over = self.axis(a.shape[-1], wish)
            at = Affine.of(over.name)
            row = slots[lead : lead + 1] if rows else ()
            column = slots[len(slots) - 1 :] if columns else ()
            one = a.element((*outer(heads[0].shape, shape, slots[:lead]), *row, at))
            other = b.element((*outer(heads[1].shape, shape, slots[:lead]), at, *column))
            return Reduced("sum", Joined("*", one, other, place), (over,), place)

        ends = (a.shape[-2:-1] if rows else ()) + (b.shape[-1:] if columns else ())
        wishes = (a.labels[-2:-1] if rows else ()) + (b.labels[-1:] if columns else ())
        return Shaped(shape + ends, labels + wishes, element)

    # -- calls

    def call(self, call: ex.Call, place: Place) -> Shaped:
        name = call.function
        names = bound_names(call, self.words, self.source)
        if names is not None:
            reduce = self.softmax if name in SOFTMAXES else self.reduction
            return reduce(call, names, place)
        if name == "where":
            test = check_where(call, self.source)
            sides = (test.left, test.right, *call.arguments[1:])
            return self.elementwise(
                sides, name, place, lambda p: Chosen(test.sign, p[0], p[1], p[2], p[3], place)
            )
        if name in self.words.functions:
            if len(call.arguments) != 1:
                raise DerivgenError(
                    "E307", f"{name} takes 1 argument, found {len(call.arguments)}", place
                )
        elif name in ELEMENTARY:
            check_arguments(name, len(call.arguments), place)
        else:
            hint = (
                f"'{name}' is an array; its indices stand in [ ]"
                if name in self.words.arrays
                else ""
            )
            known = [*ELEMENTARY, *self.words.functions, *sorted(REDUCTIONS), "where"]
            raise unknown_function(name, known, place, hint)
        return self.elementwise(
            call.arguments, name, place, lambda parts: Applied(name, tuple(parts), place)
        )

    def reduction(self, call: ex.Call, names: tuple[ex.Name, ...], place: Place) -> Shaped:
        kind = cast(ReduceKind, call.function)
        if not names:
            inner = self.shaped(call.arguments[0])

            def over_all(_: Slots) -> Tree:
                bound = tuple(map(self.axis, inner.shape, inner.labels))
                return Reduced(kind, inner.element(plain(bound)), bound, place)

            return Shaped((), (), over_all)
        around = self.scope
        bound = tuple(self.bound(call.at, name.name) for name in names)
        self.scope = {**around, **{n.name: index for n, index in zip(names, bound, strict=True)}}
        body = self.one(call.arguments[0])
        self.scope = around
        return self.scalar(Reduced(kind, body, bound, place))

    def bound(self, at: int, name: str) -> Index:
        """A bound index under its author's name, unless that already has another range here."""
        extent = self.ranges[at, name]
        free = self.scope.values()
        if self.taken.get(name, extent) != extent or any(index.name == name for index in free):
            name = self.letters.fresh()
        self.taken[name] = extent
        return Index(name, extent.start, extent.stop)

    def one(self, item: ex.Expression | ex.Comparison) -> Tree:
        """A part that has to be one number, where its indices are written out."""
        inner = self.shaped(item)
        if inner.shape:
            culprit = _whole_array(item, self.words)
            raise DerivgenError(
                "E409",
                f"'{culprit.name}' is a whole array, where indices are written out"
                if culprit
                else f"one number is wanted here, found an array of shape {inner.shape}",
                self.source.at((culprit or item).at),
                f"write its indices, as in {culprit.name}[i]" if culprit else "",
            )
        return inner.element(())

    def softmax(self, call: ex.Call, names: tuple[ex.Name, ...], place: Place) -> Shaped:
        log = call.function == "log_softmax"
        if names:
            along = self.scope[names[0].name]
            behind = list(dropwhile(lambda name: name != names[0].name, self.scope))
            over = Index(self.letters.fresh(before=behind), along.start, along.stop)
            self.taken[over.name] = Extent(over.start, over.stop)
            around = self.scope
            self.scope = {**around, names[0].name: over}
            body = self.one(call.arguments[0])
            self.scope = around
            return self.scalar(Softmaxed(body, over, Affine.of(along.name), log, place))
        inner = self.shaped(call.arguments[0])
        if not inner.shape:
            raise DerivgenError(
                "E409",
                f"{call.function} of a single number",
                place,
                f"name the index that it runs along, as in {call.function}(z[k], k)",
            )

        def element(slots: Slots) -> Tree:
            over = self.axis(inner.shape[-1])
            body = inner.element((*slots[:-1], Affine.of(over.name)))
            return Softmaxed(body, over, slots[-1], log, place)

        return Shaped(inner.shape, inner.labels, element)


def plain(indices: Iterable[Index]) -> Slots:
    """Each index by itself."""
    return tuple(Affine.of(index.name) for index in indices)


def _whole_array(item: ex.Expression | ex.Comparison, words: Vocabulary) -> ex.Name | None:
    """The first name of a whole array in a part, outside of calls that reduce it."""
    if isinstance(item, ex.Name):
        return item if item.name in words.arrays and words.extents[item.name] else None
    if isinstance(item, ex.Call) and item.function in REDUCTIONS:
        return None
    return next(filter(None, (_whole_array(part, words) for part in ex.parts(item))), None)
