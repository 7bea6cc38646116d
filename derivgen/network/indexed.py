"""Equations in index notation throughout: what stands between the text and the normal form.

Every array is read element by element, every sum says over which indices.  Trees compare by
content alone, so that equal parts can share one quantity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import sympy

from derivgen.errors import Place
from derivgen.network.model import Affine, Index, Ref

ReduceKind = Literal["sum", "mean", "max", "min"]


@dataclass(frozen=True)
class Constant:
    """A number or a named constant."""

    value: sympy.Expr
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Read:
    """The reading of one element of an array."""

    ref: Ref
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Added:
    """A sum; ``(True, x)`` subtracts x.  A negation is a sum of one."""

    terms: tuple[tuple[bool, Tree], ...]
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Joined:
    """A product, a quotient or a power."""

    operator: Literal["*", "/", "**"]
    left: Tree
    right: Tree
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Applied:
    """A function of numbers: of the network's table, or an elementary one."""

    function: str
    arguments: tuple[Tree, ...]
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Chosen:
    """``then`` where ``left sign right`` holds, ``otherwise`` elsewhere."""

    sign: str
    left: Tree
    right: Tree
    then: Tree
    otherwise: Tree
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Reduced:
    """The sum, mean, largest or smallest of a body over bound indices."""

    kind: ReduceKind
    body: Tree
    bound: tuple[Index, ...]
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Softmaxed:
    """Softmax of a body along the bound index ``over``, taken where that index is ``along``."""

    body: Tree
    over: Index
    along: Affine
    log: bool
    place: Place | None = field(default=None, compare=False)


Tree = Constant | Read | Added | Joined | Applied | Chosen | Reduced | Softmaxed


@dataclass(frozen=True)
class IndexedEquation:
    """``target = body`` for all values of the free indices."""

    target: Ref
    free: tuple[Index, ...]
    body: Tree
    text: str
    place: Place | None


def children(tree: Tree) -> tuple[Tree, ...]:
    """The parts directly under a node."""
    match tree:
        case Added(terms):
            return tuple(term for _, term in terms)
        case Joined(_, left, right):
            return left, right
        case Applied(_, arguments):
            return arguments
        case Chosen(_, left, right, then, otherwise):
            return left, right, then, otherwise
        case Reduced(_, body) | Softmaxed(body):
            return (body,)
    return ()


def nodes(tree: Tree) -> Iterator[Tree]:
    """The node and all beneath it, from left to right."""
    yield tree
    for child in children(tree):
        yield from nodes(child)


def free_names(tree: Tree) -> dict[str, None]:
    """The indices that a tree depends on, in order of appearance."""
    found: dict[str, None] = {}
    if isinstance(tree, Read):
        for index in tree.ref.indices:
            found.update(dict.fromkeys(name for name, _ in index.factors))
    for child in children(tree):
        found.update(free_names(child))
    match tree:
        case Reduced(_, _, bound):
            for index_ in bound:
                found.pop(index_.name, None)
        case Softmaxed(_, over, along):
            found.pop(over.name, None)
            found.update(dict.fromkeys(name for name, _ in along.factors))
    return found


def written(ref: Ref) -> str:
    """``W[i,j]``, as a person writes it."""
    return f"{ref.array}[{','.join(map(affine_text, ref.indices))}]" if ref.indices else ref.array


def affine_text(index: Affine) -> str:
    """``2*i+u-1``"""
    text = ""
    for name, factor in index.factors:
        sign = "-" if factor < 0 else "+" if text else ""
        text += sign + (name if abs(factor) == 1 else f"{abs(factor)}*{name}")
    if index.constant or not text:
        text += f"{index.constant:+d}" if text else str(index.constant)
    return text


def moved(index: Affine, by: int) -> Affine:
    """The index expression plus a whole number."""
    return Affine(index.constant + by, index.factors)


def interval(index: Affine, ranges: dict[str, Index]) -> tuple[int, int]:
    """The smallest and the largest value of an index expression; exact, as indices vary freely."""
    low = high = index.constant
    for name, factor in index.factors:
        ends = factor * ranges[name].start, factor * (ranges[name].stop - 1)
        low, high = low + min(ends), high + max(ends)
    return low, high
