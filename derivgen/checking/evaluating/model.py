"""What claims are judged against: quantities with definitions and given values.

It is made from a document's own definitions, or from a network; whoever judges sees no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from derivgen.checking.evaluating.values import Real
from derivgen.checking.maths.tree import Node


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a document defines: ``f(z) = z / (1 + |z|)``."""

    parameters: tuple[str, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Element:
    """One cell of an array that has a name of its own; row and column from 0."""

    array: str
    row: int
    column: int


class StepRule(Protocol):
    """What training makes of one number."""

    def __call__(
        self, weight: Real, slope: Real, rate: Real, states: tuple[Real, ...], count: int
    ) -> tuple[Real, tuple[Real, ...]]:
        """The number after step ``count`` (from 1), and what is kept for the next step.

        ``states`` is what was kept by the step before, empty at the first."""


class Model(Protocol):
    """Quantities by key.

    A key is what :class:`~derivgen.checking.maths.tree.Name` calls a key, or that with its mark where
    the marked name is a quantity of its own (``y'``).
    """

    @property
    def loss(self) -> str | None:
        """The key of the loss, where there is one."""

    @property
    def own_losses(self) -> Mapping[str, str]:
        """Parameters that descend another loss than that, and which (a generator's beside a discriminator's);
        empty where that is not said."""

    @property
    def rate(self) -> str | None:
        """The key of the learning rate, where it has one."""

    @property
    def step(self) -> StepRule | None:
        """How training changes a parameter; None for plain gradient descent."""

    @property
    def opaque(self) -> frozenset[str]:
        """Quantities that something computes that is not said: their derivatives are not known."""

    @property
    def kin(self) -> Mapping[str, tuple[str, ...]]:
        """Of these those that are like others with a definition, and these others: they follow what is like what
        the others follow."""

    @property
    def renewed(self) -> Mapping[str, str]:
        """Quantities with the keys of their values after a step, where a rule of their own has those."""

    @property
    def worked_out(self) -> Mapping[str, frozenset[Fraction]]:
        """Quantities for which only a calculation with numbers is given, and these numbers: what they follow is not
        said."""

    @property
    def put_in(self) -> frozenset[str]:
        """Quantities whose values are known only from the numbers that stand for them in other lines."""

    @property
    def is_complete(self) -> bool:
        """True where all that is computed is said: of a network, and not of a document."""

    @property
    def extents(self) -> Mapping[str, tuple[int, int]]:
        """Rows and columns of given arrays without a value, where they are known."""

    @property
    def in_letters(self) -> bool:
        """True where units are numbered by letters alone, and cells were made up for these."""

    @property
    def lists_stand(self) -> bool:
        """True where vectors that are written as lists are columns, as in ``W x``; rows, as in ``x W``, else."""

    def known(self, key: str) -> bool:
        """True where the key is a quantity."""

    def plain(self, key: str) -> str:
        """The key of the quantity that a known key stands for: itself, unless it is another name."""

    def names(self) -> Iterable[str]:
        """The keys of all quantities."""

    def other_names(self) -> Iterable[str]:
        """Known keys that only stand for another one; see :meth:`plain`."""

    def definition(self, key: str) -> Node | None:
        """What computes the quantity, over the names of other quantities; None for a given one."""

    def given(self, key: str) -> Node | None:
        """The value that was stated for a given quantity: a number or a matrix of numbers."""

    def element(self, key: str) -> Element | None:
        """Where the quantity stands in an array that has a definition or value of its own."""

    def function(self, key: str) -> Function | None:
        """A function of the document's own."""

    def is_parameter(self, key: str) -> bool:
        """True for what training changes."""


@dataclass(frozen=True)
class DocumentModel:
    """A model that holds everything in tables."""

    definitions: Mapping[str, Node] = field(default_factory=dict)
    #: None for a given quantity whose value is not stated
    values: Mapping[str, Node | None] = field(default_factory=dict)
    elements: Mapping[str, Element] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    parameters: frozenset[str] = frozenset()
    loss: str | None = None
    rate: str | None = None
    step: StepRule | None = None
    #: quantities that something computes, and the document does not say what
    opaque: frozenset[str] = frozenset()
    renewed: Mapping[str, str] = field(default_factory=dict)
    worked_out: Mapping[str, frozenset[Fraction]] = field(default_factory=dict)
    put_in: frozenset[str] = frozenset()
    is_complete: bool = False
    lists_stand: bool = False
    extents: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    in_letters: bool = False
    own_losses: Mapping[str, str] = field(default_factory=dict)
    kin: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def plain(self, key: str) -> str:
        return key

    def known(self, key: str) -> bool:
        return key in self.definitions or key in self.values or key in self.elements

    def other_names(self) -> Iterable[str]:
        return ()

    def names(self) -> Iterable[str]:
        return {**self.values, **self.definitions, **self.elements}.keys()

    def definition(self, key: str) -> Node | None:
        return self.definitions.get(key)

    def given(self, key: str) -> Node | None:
        return self.values.get(key)

    def element(self, key: str) -> Element | None:
        return self.elements.get(key)

    def function(self, key: str) -> Function | None:
        return self.functions.get(key)

    def is_parameter(self, key: str) -> bool:
        element = self.elements.get(key)
        return key in self.parameters or (element is not None and element.array in self.parameters)


@dataclass(frozen=True)
class Changed:
    """A model that is another one but for what a subclass overrides."""

    model: Model

    @property
    def loss(self) -> str | None:
        return self.model.loss

    @property
    def own_losses(self) -> Mapping[str, str]:
        return self.model.own_losses

    @property
    def rate(self) -> str | None:
        return self.model.rate

    @property
    def step(self) -> StepRule | None:
        return self.model.step

    @property
    def opaque(self) -> frozenset[str]:
        return self.model.opaque

    @property
    def kin(self) -> Mapping[str, tuple[str, ...]]:
        return self.model.kin

    @property
    def renewed(self) -> Mapping[str, str]:
        return self.model.renewed

    @property
    def worked_out(self) -> Mapping[str, frozenset[Fraction]]:
        return self.model.worked_out

    @property
    def put_in(self) -> frozenset[str]:
        return self.model.put_in

    @property
    def is_complete(self) -> bool:
        return self.model.is_complete

    @property
    def lists_stand(self) -> bool:
        return self.model.lists_stand

    @property
    def extents(self) -> Mapping[str, tuple[int, int]]:
        return self.model.extents

    @property
    def in_letters(self) -> bool:
        return self.model.in_letters

    def known(self, key: str) -> bool:
        return self.model.known(key)

    def plain(self, key: str) -> str:
        return self.model.plain(key)

    def names(self) -> Iterable[str]:
        return self.model.names()

    def other_names(self) -> Iterable[str]:
        return self.model.other_names()

    def definition(self, key: str) -> Node | None:
        return self.model.definition(key)

    def given(self, key: str) -> Node | None:
        return self.model.given(key)

    def element(self, key: str) -> Element | None:
        return self.model.element(key)

    def function(self, key: str) -> Function | None:
        return self.model.function(key)

    def is_parameter(self, key: str) -> bool:
        return self.model.is_parameter(key)
