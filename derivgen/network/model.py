"""A network: named arrays and the index equations that compute one from another.

This is the only source of truth.  Layers, matrix notation and presets are sugar that ends here;
everything behind this file sees quantities and equations only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
import sympy

from derivgen.errors import Place
from derivgen.formula.tree import Node
from derivgen.network.functions import ScalarFunction
from derivgen.network.losses import Loss


class Role(StrEnum):
    """What a quantity is to the network."""

    INPUT = "input"
    TARGET = "target"
    PARAMETER = "parameter"
    CONSTANT = "constant"
    COMPUTED = "computed"
    LOSS = "loss"


@dataclass(frozen=True)
class Index:
    """An index variable and its range, 0-based and half open: ``start <= i < stop``."""

    name: str
    start: int
    stop: int

    @property
    def size(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True)
class Affine:
    """An index expression ``constant + sum(factor * index)``: ``2*i + u - 1``."""

    constant: int = 0
    factors: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, name: str) -> Affine:
        """The expression that is one index."""
        return cls(0, ((name, 1),))

    def value(self, at: Mapping[str, int | np.ndarray]) -> int | np.ndarray:
        """Its value where every index has the value (or the array of values) in ``at``."""
        total: int | np.ndarray = self.constant
        for name, factor in self.factors:
            total = total + factor * at[name]
        return total

    def put_in(self, new: Mapping[str, Affine]) -> Affine:
        """The expression with another one for some of its indices."""
        total = Affine(self.constant)
        for name, factor in self.factors:
            total = total.minus(new.get(name, Affine.of(name)).times(-factor))
        return total

    def minus(self, other: Affine) -> Affine:
        """The difference of two expressions; indices that cancel are gone."""
        factors = dict(self.factors)
        for name, factor in other.factors:
            factors[name] = factors.get(name, 0) - factor
        left = tuple((name, factor) for name, factor in factors.items() if factor)
        return Affine(self.constant - other.constant, left)

    def times(self, number: int) -> Affine:
        """The expression as often as a number says."""
        return Affine(number * self.constant, tuple((n, number * f) for n, f in self.factors))

    @property
    def plain(self) -> str | None:
        """The name of the index when the expression is just that index."""
        if self.constant == 0 and len(self.factors) == 1 and self.factors[0][1] == 1:
            return self.factors[0][0]
        return None


@dataclass(frozen=True)
class Ref:
    """One reading of an array in an equation: ``x[2*i + u, j]``; a scalar has no indices."""

    array: str
    indices: tuple[Affine, ...] = ()


@dataclass(frozen=True)
class Term:
    """``coefficient * sum over bound of expression``.

    ``expression`` is a sympy expression over the plain symbols that are the keys of the equation's
    ``refs``; functions of the network's table stand in it as applied undefined functions
    (``sigmoid(r0)``).  ``bound`` is empty for a term with no sum.
    """

    expression: sympy.Expr
    bound: tuple[Index, ...] = ()
    coefficient: sympy.Rational = sympy.S.One


@dataclass(frozen=True)
class Terms:
    """A right side that is a sum of terms, in the order in which its author wrote them."""

    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Largest:
    """A right side that is the largest of ``ref`` over the bound indices (max pooling).

    ``ties`` says where the derivative goes when several are largest: to the ``first`` in reading
    order, in equal parts to all (``split``), or in full to each (``all``)."""

    ref: sympy.Symbol
    bound: tuple[Index, ...]
    ties: Literal["first", "split", "all"] = "first"


@dataclass(frozen=True)
class Softmax:
    """A right side that is softmax (or its logarithm) of an array along one axis.

    ``ref`` reads the argument at the bound index ``over``; ``along`` is the free index of the
    target that runs along the same axis."""

    ref: sympy.Symbol
    over: Index
    along: str
    log: bool = False


Body = Terms | Largest | Softmax


@dataclass(frozen=True)
class Equation:
    """``target[...] = body`` for all values of the free indices.

    ``refs`` maps each symbol of the body to the reading that it stands for, in the order in which
    they were written; equal readings share a symbol.  Each index of the target is a constant, or a
    free index plus a constant (``h[0, i]``, ``h[t, i]``, ``s[t - 1]``), and every free index stands
    in the target once; free and bound indices of one equation have different names, and each
    name has one range.  ``text`` is the equation as its author (or a
    layer) wrote it.
    """

    target: Ref
    free: tuple[Index, ...]
    body: Body
    refs: Mapping[sympy.Symbol, Ref]
    text: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Shortcut:
    """A derivative that may be taken over two equations at once: softmax with cross-entropy.

    d loss / d ``source`` = ``expression`` (over ``refs``), for every value of the free indices
    ``free`` of the source's reading; it replaces the way through ``through``.  It is proved equal
    to the full chain by a test, and shown in the document with that proof."""

    source: Ref
    through: str
    free: tuple[Index, ...]
    expression: sympy.Expr
    refs: Mapping[sympy.Symbol, Ref]
    reason: str


@dataclass(frozen=True)
class Quantity:
    """A named array.

    ``shape`` is () for a scalar.  ``values`` is None for what is computed and for what was left
    symbolic.  ``exact`` holds the same values as texts of decimals or fractions as their author
    wrote them (``0.40``, ``1/3``).  ``outside`` is the value of readings outside the shape
    (padding), or None where those are an error.
    """

    name: str
    shape: tuple[int, ...]
    role: Role
    naming: Naming
    trained: bool = False
    values: np.ndarray | None = None
    exact: np.ndarray | None = None
    outside: float | None = None
    place: Place | None = None
    #: one short phrase for prose: "the weights of layer 1", "the pre-activations of the output layer"
    prose: str = ""


@dataclass(frozen=True)
class Naming:
    """How a quantity and its elements are written; read by :mod:`derivgen.notation` only.

    ``base`` (with ``superscript``) is the letter.  An element's subscript is ``prefix`` followed by
    its indices, each counted from ``start``, joined by ``separator`` (or by a comma where any
    count is 10 or more).  ``elements`` overrides all that by a name for each element; ``whole``
    is the name of the whole array in matrix form (None: the base in bold, capital for matrices).
    ``order`` permutes the printed indices (weights written from-to instead of to-from).
    """

    base: Node
    superscript: Node | None = None
    prefix: Node | None = None
    separator: str = ""
    start: tuple[int, ...] = ()
    order: tuple[int, ...] | None = None
    elements: np.ndarray | None = None
    whole: Node | None = None


@dataclass(frozen=True)
class Stage:
    """One entry of the schedule: an equation, with some free indices held at a value.

    Recurrent equations (``h[t] = f(h[t-1])``) are computed one value of ``t`` after the other, so
    each value is a stage of its own; every other equation is one stage with nothing pinned."""

    equation: int
    pinned: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Network:
    """Quantities by name (inputs, targets and parameters first, then in order of computation),
    equations, and the order in which to compute them."""

    quantities: Mapping[str, Quantity]
    equations: tuple[Equation, ...]
    schedule: tuple[Stage, ...]
    loss: str
    functions: Mapping[str, ScalarFunction]
    shortcuts: tuple[Shortcut, ...] = ()
    #: the index variable that counts samples, where there is a batch axis
    sample_index: str | None = None
    #: facts of conventions worth stating, as prose ("the loss is averaged over the samples")
    remarks: tuple[str, ...] = ()
    #: the array that a loss of the table compares with its targets, and that loss
    predictions: tuple[str, Loss] | None = None

    def parameters(self) -> tuple[Quantity, ...]:
        """The parameters, in order of declaration, trained or not."""
        return tuple(q for q in self.quantities.values() if q.role is Role.PARAMETER)

    @property
    def missing(self) -> tuple[str, ...]:
        """The inputs, targets, constants and parameters that have no values."""
        given = (q for q in self.quantities.values() if q.role not in (Role.COMPUTED, Role.LOSS))
        return tuple(q.name for q in given if q.values is None)

    @property
    def symbolic(self) -> bool:
        """True when some input, target or parameter has no values: then nothing is evaluated."""
        return bool(self.missing)
