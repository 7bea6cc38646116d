"""A network while it is put together: data, layers and arrays of a spec become quantities and equations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain

from derivgen.errors import DerivgenError, Place
from derivgen.formula.tree import Symbol
from derivgen.network.equations import SourceEquation, equations_of
from derivgen.network.layers import dense
from derivgen.network.layers.common import (
    Computed,
    Context,
    Emission,
    Incoming,
    Letters,
    Samples,
    require_shape,
)
from derivgen.network.losses import LOSSES, Loss
from derivgen.network.model import Naming, Quantity, Role, Shortcut
from derivgen.network.notations import Slot
from derivgen.network.schema import Spec
from derivgen.network.source import Address, Source
from derivgen.network.user_functions import Functions
from derivgen.network.values import Loaded, Reader, described

_UNSET = Naming(Symbol("?"))
#: letters to count with, in order of preference; those that name arrays are passed over
_UNITS, _SOURCES, _OUTPUTS, _SAMPLES = "iruv", "jsw", "kmq", "nt"
#: letters of units before that of a sample: ``z_in`` would read like "in"
_UNITS_OF_COLUMNS = "kruv"


@dataclass
class Assembly:
    """A network while it is put together."""

    spec: Spec
    source: Source
    reader: Reader
    functions: Functions
    quantities: dict[str, Quantity] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)
    prose: dict[str, str] = field(default_factory=dict)
    #: where the name of an array may be given, beside the notation
    name_addresses: dict[str, Address] = field(default_factory=dict)
    equations: list[SourceEquation] = field(default_factory=list)
    shortcuts: list[Shortcut] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    #: the array that the loss compares with its targets, and the loss
    predictions: tuple[str, Loss] | None = None
    sample_index: str | None = None
    samples: Samples = field(default_factory=Samples)

    # -- places and declarations

    def place(self, *keys: str | int) -> Place:
        return self.source.value_place(keys)

    def declare(self, quantity: Quantity, slot: Slot | None, address: Address) -> None:
        """Takes an array with values (or letters) in.  Raises E220 where its name is taken."""
        self._claim(quantity.name, address)
        self.quantities[quantity.name] = quantity
        if slot is not None:
            self.slots[quantity.name] = slot
        self.prose[quantity.name] = quantity.prose

    def compute(self, computed: Computed) -> None:
        """Notes what is known of an array that an equation computes."""
        self._claim(computed.name, computed.address)
        self.slots[computed.name] = computed.slot
        self.prose[computed.name] = computed.prose

    def _claim(self, name: str, address: Address) -> None:
        if name in self.prose:
            raise DerivgenError(
                "E220",
                f"the name '{name}' is used for two arrays",
                self.place(*address),
                "rename one of them",
            )
        self.name_addresses[name] = address

    # -- layers

    def data(self) -> Loaded | None:
        """Declares the inputs; returns what was read of them."""
        data = self.spec.data
        if data is None:
            return None
        name = data.input_name
        loaded = at_least_a_list(self.reader.load(data.inputs, ("data", "inputs"), name, None))
        if loaded.shape is None:
            raise DerivgenError(
                "E222",
                "symbolic inputs need a shape",
                self.place("data", "inputs"),
                "write inputs: {shape: 2}",
            )
        if len(loaded.shape) > 2 and self.spec.layers:
            raise DerivgenError(
                "E207",
                f"the inputs are {described(loaded.shape)}; layers read one list of numbers (one sample) or a "
                "list of lists (a batch)",
                loaded.place,
            )
        if len(loaded.shape) == 2 and self.spec.layers:
            rows = data.samples == "rows"
            self.samples = Samples(loaded.shape[0 if rows else 1], rows)
        slot = Slot("input", 0, sample_axis=self.samples.axis)
        self.declare(
            quantity_of(
                name,
                Role.INPUT,
                loaded,
                prose="the input" if loaded.shape == (1,) else "the inputs",
            ),
            slot,
            ("data", "inputs"),
        )
        return loaded

    def layers(self) -> tuple[Incoming, Emission] | None:
        """Emits every layer; returns the last one, and what says how many outputs there are."""
        spec = self.spec
        if not spec.layers:
            self.data()
            return None
        inputs = self.data()
        if inputs is None or inputs.shape is None or spec.data is None:
            raise DerivgenError(
                "E222", "layers need inputs", self.place("layers"), "add data: {inputs: [...]}"
            )
        letters = self.letters()
        if self.samples.size is not None:
            self.sample_index = letters.sample
        shared = self._network_bias()
        said = self.source.said(("data", "inputs"))
        incoming = Incoming(spec.data.input_name, inputs.shape[self.samples.unit_axis], said)
        emission: Emission | None = None
        for at, layer in enumerate(spec.layers):
            context = Context(
                at + 1, len(spec.layers), ("layers", at), self.source, self.reader, self.samples, letters,
                incoming, (layer.orientation or spec.conventions.orientation) == "from_to", shared,
                self._goes_on(),
            )  # fmt: skip
            activation = self.functions.activation(
                layer.activation, layer.options, context.place("activation")
            )
            emission = dense.emit(layer, context, activation)
            self._take(emission)
            said = self.source.said(("layers", at, "dense"))
            incoming = Incoming(emission.output, emission.units, said)
        assert emission is not None
        return incoming, emission

    def _goes_on(self) -> bool:
        """Whether the loss is of something that the equations make after the last layer."""
        loss = self.spec.loss
        of_layers = loss.name in LOSSES or loss.name in self.functions.losses
        own = loss.output is not None and loss.output not in {
            self.spec.layers[-1].names.activation.array,
            f"a{len(self.spec.layers)}",
        }
        return bool(self.spec.equations) and (own or not of_layers)

    def _take(self, emission: Emission) -> None:
        for quantity, slot, address in emission.quantities:
            self.declare(quantity, slot, address)
        for computed in emission.computed:
            self.compute(computed)
        self.equations.extend(SourceEquation(text.text, text.place) for text in emission.equations)

    def letters(self) -> Letters:
        """Index letters that no array has for its name."""
        spec = self.spec
        names = [
            (
                layer.names.weights,
                layer.names.bias,
                layer.names.pre_activation,
                layer.names.activation,
            )
            for layer in spec.layers
        ]
        taken = (
            {name.array for name in chain.from_iterable(names)}
            | set(spec.arrays)
            | {spec.loss.quantity}
        )
        if spec.data is not None:
            taken |= {spec.data.input_name, spec.data.target_name}
        units = _UNITS_OF_COLUMNS if self.samples.axis == 1 else _UNITS
        unit, source, output, sample = (
            next((letter for letter in letters if letter not in taken), letters[0] * 3)
            for letters in (units, _SOURCES, _OUTPUTS, _SAMPLES)
        )
        return Letters(unit, source, output, spec.sample_index or sample)

    def _network_bias(self) -> str | None:
        """Declares the one bias of the whole network, where layers ask for it; returns its name."""
        sharing = [
            (at, layer)
            for at, layer in enumerate(self.spec.layers)
            if dense.bias_kind(layer.bias) == "network"
        ]
        if not sharing:
            return None
        valued = [
            at
            for at, layer in sharing
            if layer.bias.model_fields_set & {"values", "csv", "npz", "random"}
        ]
        if len(valued) > 1:
            raise DerivgenError(
                "E209",
                f"layers {valued[0] + 1} and {valued[1] + 1} both give the value of the one bias of the network",
                self.place("layers", valued[1], "bias"),
                "give it once",
            )
        at = valued[0] if valued else sharing[0][0]
        layer = self.spec.layers[at]
        name = layer.names.bias.array or "b"
        loaded = self.reader.load(layer.bias, ("layers", at, "bias"), name, ())
        require_shape(loaded, (), "the bias of the network", "all layers share it")
        trained = all(layer.bias.trained for _, layer in sharing)
        quantity = quantity_of(name, Role.PARAMETER, loaded, trained, "the bias of the network")
        self.declare(quantity, Slot("network_bias"), ("layers", at, "names", "bias"))
        return name

    # -- arrays and equations of the user's own

    def arrays(self) -> None:
        """Declares the arrays of the spec."""
        for name, array in self.spec.arrays.items():
            address: Address = ("arrays", name)
            loaded = self.reader.load(array, address, name, None)
            if loaded.shape is None:
                raise DerivgenError(
                    "E222",
                    f"the symbolic array '{name}' needs a shape",
                    self.place(*address),
                    "add `shape`; [] for one number",
                )
            role = Role(array.role)
            trained = array.trained and role is Role.PARAMETER
            made = quantity_of(name, role, loaded, trained, array.prose)
            self.declare(replace(made, outside=array.outside), None, address)

    def own_equations(self) -> None:
        """Takes in the equations of the spec, each line with its place."""
        for at, block in enumerate(self.spec.equations):
            place = self.place("equations", at)
            self.equations += equations_of(block, place)


def quantity_of(
    name: str, role: Role, loaded: Loaded, trained: bool = False, prose: str = ""
) -> Quantity:
    assert loaded.shape is not None
    return Quantity(
        name,
        loaded.shape,
        role,
        _UNSET,
        trained,
        loaded.values,
        loaded.exact,
        place=loaded.place,
        prose=prose,
    )


def at_least_a_list(loaded: Loaded) -> Loaded:
    """One number where a list is expected is a list of one."""
    if loaded.shape != ():
        return loaded
    return replace(
        loaded,
        shape=(1,),
        values=None if loaded.values is None else loaded.values.reshape(1),
        exact=None if loaded.exact is None else loaded.exact.reshape(1),
    )
