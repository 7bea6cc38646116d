"""What every layer kind is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

from derivgen.errors import DerivgenError, Place
from derivgen.network.model import Quantity
from derivgen.network.notations import Slot
from derivgen.network.source import Address, Source
from derivgen.network.values import Loaded, Reader, Shape, described, shown


@dataclass(frozen=True)
class Text:
    """One equation as text, with the place to name when something is wrong with it."""

    text: str
    place: Place


@dataclass(frozen=True)
class Computed:
    """What is known beforehand of an array that an equation computes."""

    name: str
    slot: Slot
    prose: str
    address: Address


@dataclass(frozen=True)
class Samples:
    """The batch axis: its size and whether samples are rows; ``size`` None is one sample alone."""

    size: int | None = None
    rows: bool = True

    def shape(self, units: int) -> Shape:
        """The shape of an array with a value for each unit (and sample)."""
        if self.size is None:
            return (units,)
        return (self.size, units) if self.rows else (units, self.size)

    def at(self, unit: str, sample: str) -> str:
        """The indices of such an array: ``n,i``."""
        if self.size is None:
            return unit
        return f"{sample},{unit}" if self.rows else f"{unit},{sample}"

    @property
    def axis(self) -> int | None:
        """The axis that counts samples."""
        return None if self.size is None else 0 if self.rows else 1

    @property
    def unit_axis(self) -> int:
        return 1 if self.axis == 0 else 0


@dataclass(frozen=True)
class Letters:
    """Index letters that are no names of arrays: unit, unit it comes from, output, sample."""

    unit: str
    source: str
    output: str
    sample: str

    def first(self, count: int) -> list[str]:
        """As many letters, to count along all axes of one array."""
        known = [self.unit, self.source, self.output]
        return [*known, *(f"{self.unit}{at}" for at in range(3, count))][:count]


@dataclass(frozen=True)
class Incoming:
    """The array that a layer reads: its name, its number of units, and where that is said."""

    array: str
    size: int
    said: str


@dataclass(frozen=True)
class Context:
    """Where a layer stands: its number (from 1), its address in the spec, and its surroundings."""

    number: int
    layers: int
    address: Address
    source: Source
    reader: Reader
    samples: Samples
    letters: Letters
    incoming: Incoming
    from_to: bool
    network_bias: str | None = None
    #: whether equations go on with what the last layer gives, so that it is not the network's output
    goes_on: bool = False

    @property
    def hidden(self) -> bool:
        return self.number < self.layers

    def place(self, *keys: str | int) -> Place:
        return self.source.value_place((*self.address, *keys))


@dataclass
class Emission:
    """What a layer gives: arrays with values, arrays that equations compute, the equations, and
    the names of its output and of what its activation is applied to (None: it has none)."""

    output: str
    units: int
    pre_activation: str | None
    quantities: list[tuple[Quantity, Slot, Address]] = field(default_factory=list)
    computed: list[Computed] = field(default_factory=list)
    equations: list[Text] = field(default_factory=list)


def layer_phrase(name: str, number: int, layers: int, goes_on: bool) -> str:
    """What prose calls a layer: its own name, or one by its position.  Where equations go on after the last
    one (``goes_on``) it gives no output, and whether it is hidden is for them to say."""
    if name:
        return name if name.startswith("the ") else f"the {name}"
    if number == layers and goes_on:
        return "the dense layer" if layers == 1 else "the last dense layer"
    if number == layers:
        return "the output layer"
    return "the hidden layer" if layers == 2 else f"hidden layer {number}"


def require_shape(loaded: Loaded, expected: Shape, what: str, why: str, hint: str = "") -> None:
    """Raises E207 where an array has not the shape that its surroundings ask for, naming both."""
    if loaded.shape is not None and loaded.shape != expected:
        raise DerivgenError(
            "E207",
            f"{what}: {described(loaded.shape)} was given, but {shown(expected)} is needed, since {why}",
            loaded.place,
            hint,
        )
