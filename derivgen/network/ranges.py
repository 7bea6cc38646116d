"""Over what each index of an equation runs, told from the arrays that it subscripts.

An index that stands alone between brackets runs over that whole axis; one that only occurs in
compound expressions (``x[2*i + u - 1]``) takes its range from another reading or from the author.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from derivgen import syntax as ex
from derivgen.elementary import CONSTANTS
from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network.model import Affine

#: calls that bind the indices after their first argument, or take them from outside
SUMS = frozenset({"sum", "mean"})
EXTREMES = frozenset({"max", "min"})
SOFTMAXES = frozenset({"softmax", "log_softmax"})
REDUCTIONS = SUMS | EXTREMES | SOFTMAXES


@dataclass(frozen=True)
class Extent:
    """The positions ``start <= p < stop`` of an axis or an index, as the author counts but from 0.

    ``counted`` is set where the author names positions by number, so that their numbers matter."""

    start: int
    stop: int
    counted: bool = field(default=False, compare=False)

    @property
    def size(self) -> int:
        return self.stop - self.start

    def __str__(self) -> str:
        return str(self.size) if self.start == 0 else f"{self.start} to {self.stop - 1}"


#: an index of one equation: where it is bound (the offset of the call, -1 for the target's), its name
Binder = tuple[int, str]


@dataclass(frozen=True)
class Vocabulary:
    """What names mean in all equations of a network.

    ``arrays`` holds every declared or computed name, ``extents`` the axes of those that are known
    by now, ``ranges`` what the author said of indices, ``base`` the number of an array's first
    element in the text (0 or 1)."""

    arrays: frozenset[str]
    extents: Mapping[str, tuple[Extent, ...]]
    ranges: Mapping[str, Extent]
    functions: frozenset[str]
    base: int = 0

    def affine(self, index: ex.IndexSum) -> Affine:
        """An index expression of the text, counted from 0."""
        shift = self.base * (sum(factor for _, factor in index.factors) - 1)
        return Affine(index.constant + shift, index.factors)

    def undefined(self, name: str, place: Place) -> DerivgenError:
        """The error for a name that is neither declared nor computed."""
        hint = did_you_mean(name, self.arrays)
        if name in self.functions or name in REDUCTIONS:
            hint = f"{name} is a function: write {name}(...)"
        return DerivgenError("E401", f"'{name}' is neither declared nor computed", place, hint)


def bound_names(call: ex.Call, words: Vocabulary, source: ex.Source) -> tuple[ex.Name, ...] | None:
    """The indices that a call names after its first argument; None when it is no reduction.

    ``max(a, b)`` is the larger of two where a name is an array or a constant, or no name at all.

    :raises DerivgenError: E307"""
    if call.function not in REDUCTIONS:
        return None
    rest = call.arguments[1:]
    names = tuple(
        a for a in rest if isinstance(a, ex.Name) and a.name not in words.arrays | CONSTANTS.keys()
    )
    if call.function in EXTREMES and rest and not names:
        return None
    wanted = len(rest) if call.function not in SOFTMAXES else min(len(rest), 1)
    if not call.arguments or len(names) != len(rest) or len(rest) > wanted:
        raise DerivgenError(
            "E307",
            f"{call.function} takes an expression and then the indices that it runs over",
            source.at(call.at),
            f"as in {call.function}(x[i], i)",
        )
    return names


@dataclass
class RangeFinder:
    """One walk over the right side of an equation and its target; collects every index's range."""

    source: ex.Source
    words: Vocabulary
    #: the array that the equation computes: its earlier values tell no range, s[t+1] = 2*s[t]
    own: str = ""
    found: dict[Binder, Extent] = field(default_factory=dict)
    #: what told the range, for the message of a conflict
    told_by: dict[Binder, str] = field(default_factory=dict)
    #: all indices, in order of appearance, and where each one stands first
    binders: dict[Binder, int] = field(default_factory=dict)

    def target(self, target: ex.Name | ex.Element) -> dict[str, Binder]:
        """The free indices, from the target: each stands alone or plus a whole number.

        :raises DerivgenError: E414, E408"""
        scope: dict[str, Binder] = {}
        for index in target.indices if isinstance(target, ex.Element) else ():
            names = [name for name, _ in index.factors]
            if len(names) > 1 or any(factor != 1 for _, factor in index.factors):
                raise DerivgenError(
                    "E414",
                    f"an index of the target '{target.name}' is neither a whole number nor one "
                    "index plus a whole number",
                    self.source.at(index.at),
                )
            for name in names:
                self.bind(name, -1, index.at, scope)
        return scope

    def bind(self, name: str, at: int, stands: int, scope: dict[str, Binder]) -> None:
        """Take an index into a scope.

        :raises DerivgenError: E408 where the name has a meaning already"""
        if name in scope or name in self.words.arrays:
            other = "an array" if name in self.words.arrays else "an index around this"
            raise DerivgenError(
                "E408",
                f"index '{name}' is also {other}",
                self.source.at(stands),
                "choose another letter for one of them",
            )
        binder = (at, name)
        scope[name] = binder
        self.binders[binder] = stands
        if name in self.words.ranges:
            self.found[binder] = self.words.ranges[name]

    def walk(self, tree: ex.Expression | ex.Comparison, scope: dict[str, Binder]) -> None:
        """Read the ranges off a part of the right side.

        :raises DerivgenError: E401, E403, E404, E407, E408"""
        match tree:
            case ex.Element():
                self.element(tree, scope)
            case ex.Name(name, at):
                self.name(name, at, scope)
            case ex.Negated(body) | ex.Transposed(body):
                self.walk(body, scope)
            case ex.Sum(terms):
                for _, term in terms:
                    self.walk(term, scope)
            case ex.Binary(_, left, right) | ex.Comparison(_, left, right):
                self.walk(left, scope)
                self.walk(right, scope)
            case ex.Call():
                self.call(tree, scope)

    def name(self, name: str, at: int, scope: dict[str, Binder]) -> None:
        if name in scope:
            raise DerivgenError(
                "E407", f"index '{name}' stands outside of brackets", self.source.at(at)
            )
        if name not in self.words.arrays and name not in CONSTANTS:
            raise self.words.undefined(name, self.source.at(at))

    def call(self, call: ex.Call, scope: dict[str, Binder]) -> None:
        names = bound_names(call, self.words, self.source)
        inner = dict(scope)
        if names is None:
            names = ()
            arguments = call.arguments
        else:
            arguments = call.arguments[:1]
        for name in names:
            if call.function not in SOFTMAXES:
                self.bind(name.name, call.at, name.at, inner)
            elif name.name not in scope:
                raise DerivgenError(
                    "E407",
                    f"{call.function}(..., {name.name}) has one value for each {name.name}, which is "
                    "no index of the target",
                    self.source.at(name.at),
                    f"as in p[{name.name}] = {call.function}(z[{name.name}], {name.name})",
                )
        for argument in arguments:
            self.walk(argument, inner)

    def element(self, tree: ex.Element, scope: dict[str, Binder]) -> None:
        words, place = self.words, self.source.at(tree.at)
        if tree.name not in words.arrays:
            raise words.undefined(tree.name, place)
        extents = words.extents.get(tree.name)
        if extents is not None and len(extents) != len(tree.indices):
            raise wrong_count(tree.name, len(extents), len(tree.indices), place)
        for axis, index in enumerate(tree.indices):
            for name, _ in index.factors:
                if name not in scope:
                    raise self.strange(name, index.at)
            if extents is None or tree.name == self.own or index.constant:
                continue
            if len(index.factors) == 1 and index.factors[0][1] == 1:
                binder = scope[index.factors[0][0]]
                self.tell(binder, extents[axis], f"{shown(tree)} (axis {axis})", index.at)

    def strange(self, name: str, at: int) -> DerivgenError:
        place = self.source.at(at)
        if name in self.words.arrays:
            return DerivgenError("E407", f"'{name}' is an array and no index", place)
        return DerivgenError(
            "E407",
            f"index '{name}' is neither in the target nor summed over",
            place,
            f"write sum(..., {name}), or give the target the index",
        )

    def tell(self, binder: Binder, extent: Extent, by: str, at: int) -> None:
        name = binder[1]
        if name in self.words.ranges:
            return
        known = self.found.setdefault(binder, extent)
        teller = self.told_by.setdefault(binder, by)
        if known != extent:
            raise DerivgenError(
                "E404",
                f"index '{name}' runs over {known} in {teller} and over {extent} in {by}",
                self.source.at(at),
                f"check the shapes, or give the index a range, as in ranges: {{{name}: [0, 2]}}",
            )

    def unknown(self) -> list[Binder]:
        """The indices whose range nothing has told."""
        return [binder for binder in self.binders if binder not in self.found]

    def no_range(self, binder: Binder) -> DerivgenError:
        """The error for an index without a range."""
        name = binder[1]
        return DerivgenError(
            "E405",
            f"nothing tells over what index '{name}' runs",
            self.source.at(self.binders[binder]),
            f"give its range, as in ranges: {{{name}: [1, 3]}}",
        )


def wrong_count(name: str, axes: int, found: int, place: Place | None) -> DerivgenError:
    """The error for a reading with the wrong number of indices."""
    noun = "index" if axes == 1 else "indices"
    wanted = f"takes {axes} {noun}" if axes else "is a single number"
    return DerivgenError("E403", f"'{name}' {wanted}, found {found}", place)


def shown(tree: ex.Element) -> str:
    """A reading as it is written, spaces apart."""
    parts = []
    for index in tree.indices:
        text = "".join(
            f"{'-' if f < 0 else '+' if k else ''}{'' if abs(f) == 1 else f'{abs(f)}*'}{name}"
            for k, (name, f) in enumerate(index.factors)
        )
        if index.constant or not text:
            text += f"{index.constant:+d}" if text else str(index.constant)
        parts.append(text)
    return f"{tree.name}[{','.join(parts)}]"
