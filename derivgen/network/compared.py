"""What a loss compares: targets are read and checked here, and the loss becomes equations."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.network import loss_equations
from derivgen.network.assembly import Assembly, at_least_a_list, quantity_of
from derivgen.network.equations import SourceEquation
from derivgen.network.layers.common import Computed, Emission, Incoming, Samples, require_shape
from derivgen.network.loss_equations import Compared, Penalised
from derivgen.network.losses import LOSSES, Loss, check_targets, loss_named
from derivgen.network.model import Role
from derivgen.network.notations import Slot
from derivgen.network.source import Address
from derivgen.network.values import Loaded, counted

Last = tuple[Incoming, Emission] | None

_TARGETS: Address = ("data", "targets")
_LEFT_SIDE = re.compile(r"\s*([^\s=\[]+)[^=]*=")


def loss_of(assembly: Assembly, last: Last) -> str:
    """Puts the equations of the loss in; returns the name of the loss quantity.

    ``last`` is the last layer, if there are any.  Raises E204 (unknown names), E209 (settings that
    an equation cannot have), E222 (nothing to compare), and what targets raise.
    """
    spec, functions = assembly.spec.loss, assembly.functions
    if spec.name not in LOSSES and spec.name not in functions.losses:
        return _own_quantity(assembly)
    loss = _table_loss(assembly)
    functions.add(loss.functions)
    compared = _arrays(assembly, loss) if spec.output is not None else _layers(assembly, loss, last)
    emission = loss_equations.emit(
        loss,
        spec,
        compared,
        _penalised(assembly),
        spec.per_output or assembly.spec.document.per_output,
        ("loss",),
        assembly.place("loss", "name"),
    )
    assembly.equations.extend(SourceEquation(one.text, one.place) for one in emission.equations)
    for computed in emission.computed:
        assembly.compute(computed)
    assembly.compute(Computed(spec.quantity, Slot("loss"), "the loss", ("loss",)))
    assembly.remarks.extend(emission.remarks)
    if loss.through is None:  # else the terms read a function of the predictions
        assembly.predictions = (compared.output, loss)
    # the short form is that of the whole loss: through the error of one output there is none
    whole = not (spec.per_output or assembly.spec.document.per_output)
    if whole and last is not None and spec.output is None and not assembly.spec.equations:
        activation = assembly.spec.layers[-1].activation
        pre = last[1].pre_activation
        found = loss_equations.shortcut(loss, compared, emission, activation, pre)
        assembly.shortcuts.extend([found] if found else [])
    return spec.quantity


def _table_loss(assembly: Assembly) -> Loss:
    spec = assembly.spec.loss
    options: dict[str, Any] = dict(spec.options)
    if spec.delta is not None:
        options["delta"] = spec.delta
    own = assembly.functions.losses.get(spec.name)
    if own is None:
        return loss_named(spec.name, assembly.place("loss"), **options)
    if options:
        place = assembly.source.key_place(("loss", next(iter(options))))
        raise DerivgenError("E452", f"the loss {spec.name} has no options", place)
    return own


def _own_quantity(assembly: Assembly) -> str:
    """The loss as a quantity of the equations, which then hold all that there is to say of it."""
    spec = assembly.spec.loss
    lefts = [_LEFT_SIDE.match(equation.text) for equation in assembly.equations]
    computed = [left[1] for left in lefts if left is not None]
    if spec.name not in computed:
        known = [*LOSSES, *assembly.functions.losses, *computed]
        raise DerivgenError(
            "E204",
            f"there is no loss '{spec.name}'",
            assembly.place("loss", "name"),
            did_you_mean(spec.name, known),
        )
    for key in sorted(spec.model_fields_set - {"name"}):
        raise DerivgenError(
            "E209",
            f"'{key}' belongs to losses of the table, but '{spec.name}' is one of the equations",
            assembly.source.key_place(("loss", key)),
            "write it into the equation",
        )
    data = assembly.spec.data
    if data is not None and data.targets is not None:
        if data.targets.classes is not None:
            raise DerivgenError(
                "E209",
                "class numbers need a loss of the table",
                assembly.place(*_TARGETS, "classes"),
                "write the one-hot vectors as values",
            )
        loaded = assembly.reader.load(data.targets, _TARGETS, data.target_name, None)
        _declare_targets(assembly, at_least_a_list(loaded), loaded.shape)
    return spec.name


def _penalised(assembly: Assembly) -> Penalised:
    """The arrays that the penalty is on.  Raises E204."""
    penalty = assembly.spec.loss.penalty
    if penalty is None:
        return Penalised()
    slots = assembly.slots
    parameters = {n: q for n, q in assembly.quantities.items() if q.role is Role.PARAMETER}
    weights = [name for name in parameters if name not in slots or slots[name].role == "weights"]
    chosen = weights if penalty.over is None else penalty.over
    for at, name in enumerate(chosen):
        if name not in parameters:
            raise DerivgenError(
                "E204",
                f"there is no parameter '{name}'",
                assembly.place("loss", "penalty", "over", at),
                did_you_mean(name, parameters),
            )
    several = len(chosen) > 1 and set(chosen) == set(weights)
    if several and all(name in slots for name in chosen):
        words = "all weights"
    else:
        words = " and ".join(assembly.prose.get(name) or name for name in chosen)
    return Penalised(tuple((name, len(parameters[name].shape)) for name in chosen), words)


# --- targets --------------------------------------------------------------------------------------


def _layers(assembly: Assembly, loss: Loss, last: Last) -> Compared:
    """The outputs of the last layer and the targets of the data, which have to be as many."""
    spec, data = assembly.spec.loss, assembly.spec.data
    if last is None:
        raise DerivgenError(
            "E222",
            f"the loss '{spec.name}' compares outputs with targets, and there are no layers",
            assembly.place("loss"),
            "name the arrays as `output` and `target`",
        )
    if spec.target is not None:
        raise DerivgenError(
            "E209", "`target` goes with `output`", assembly.source.key_place(("loss", "target"))
        )
    if data is None or data.targets is None:
        place = assembly.place("data")
        raise DerivgenError("E222", "the loss needs targets", place, "add data: {targets: [...]}")
    incoming, emission = last
    samples = assembly.samples
    loaded = _targets(assembly, loss, emission.units)
    why = f"the network has {counted(emission.units, 'output')}{incoming.said}"
    if samples.size is not None:
        why += f" and {samples.size} samples{assembly.source.said(('data', 'inputs'))}"
    shape = samples.shape(emission.units)
    require_shape(loaded, shape, "the targets", why)
    if loaded.values is not None:
        check_targets(loss, loaded.values, loaded.place, samples.unit_axis, data.target_name)
    _declare_targets(assembly, loaded, shape)
    letters = assembly.letters()
    return Compared(emission.output, data.target_name, emission.units, samples, letters)


def _arrays(assembly: Assembly, loss: Loss) -> Compared:
    """Two arrays by name: the target is declared, and the output has its shape.

    With two axes, the first counts samples."""
    spec, data = assembly.spec.loss, assembly.spec.data
    assert spec.output is not None
    if data is not None and data.targets is not None:
        loaded = assembly.reader.load(data.targets, _TARGETS, data.target_name, None)
        _declare_targets(assembly, at_least_a_list(loaded), loaded.shape)
    name = spec.target or (data.target_name if data is not None else "")
    target = assembly.quantities.get(name)
    if target is None:
        missing = f"there is no array '{name}'" if name else "the loss needs a `target`"
        hint = did_you_mean(name, assembly.quantities)
        raise DerivgenError("E222", missing, assembly.place("loss"), hint)
    if len(target.shape) not in (1, 2):
        raise DerivgenError(
            "E207",
            f"the target '{name}' has {len(target.shape)} axes; a loss compares one axis (outputs) "
            "or two (samples, outputs)",
            assembly.place("loss"),
            "write the loss as an equation",
        )
    if target.values is not None:
        check_targets(loss, target.values, target.place, -1, name)
    samples = Samples(target.shape[0]) if len(target.shape) == 2 else Samples()
    letters = assembly.letters()
    if samples.size is not None and assembly.sample_index is None:
        assembly.sample_index = letters.sample
    return Compared(spec.output, name, target.shape[-1], samples, letters)


def _declare_targets(assembly: Assembly, loaded: Loaded, shape: tuple[int, ...] | None) -> None:
    data = assembly.spec.data
    assert data is not None
    if shape is None:
        place = assembly.place(*_TARGETS)
        raise DerivgenError("E222", "symbolic targets need a shape", place, "add `shape`")
    filled = replace(loaded, shape=loaded.shape or shape)
    prose = "the target" if filled.shape in ((), (1,)) else "the targets"
    quantity = quantity_of(data.target_name, Role.TARGET, filled, prose=prose)
    slot = Slot("target", len(assembly.spec.layers), sample_axis=assembly.samples.axis)
    assembly.declare(quantity, slot, _TARGETS)


def _targets(assembly: Assembly, loss: Loss, units: int) -> Loaded:
    """The targets of layers as read; class numbers become one-hot vectors."""
    data, samples = assembly.spec.data, assembly.samples
    assert data is not None
    assert data.targets is not None
    targets = data.targets
    if targets.classes is not None:
        base = (*_TARGETS, "classes")
        if targets.model_fields_set & {"values", "csv", "npz", "random", "symbolic"}:
            raise DerivgenError(
                "E209",
                "'classes' and values both say what the targets are",
                assembly.source.key_place(base),
            )
        classes, _ = assembly.reader.inline(targets.classes, base)
        return _one_hot(classes, samples, units, targets.first_class, assembly.place(*base))
    loaded = assembly.reader.load(targets, _TARGETS, data.target_name, samples.shape(units))
    values, each = loaded.values, () if samples.size is None else (samples.size,)
    if loss.targets == "distribution" and values is not None and values.shape == each:
        return _one_hot(values, samples, units, targets.first_class, loaded.place)
    if "first_class" in targets.model_fields_set:
        place = assembly.source.key_place((*_TARGETS, "first_class"))
        raise DerivgenError("E209", "`first_class` goes with class numbers", place)
    if samples.size is None or units != 1 or loaded.shape != each:
        return at_least_a_list(loaded)
    # one output: a plain list of targets has one number a sample
    shape = samples.shape(1)
    exact = None if loaded.exact is None else loaded.exact.reshape(shape)
    return replace(
        loaded, shape=shape, values=None if values is None else values.reshape(shape), exact=exact
    )


def _classes_of(units: int, first: int) -> str:
    if units == 1:
        return (
            f"the only output stands for the class {first}, and there is no other to tell it from"
        )
    last = first + units - 1
    return (
        f"the {units} outputs stand for the classes {first} {'and' if units == 2 else 'to'} {last}"
    )


def _one_hot(classes: np.ndarray, samples: Samples, units: int, first: int, place: Place) -> Loaded:
    """A 1 at each sample's class.  Raises E208 for a class that no output stands for."""
    numbers = classes.reshape(-1)
    for number in numbers:
        if number != int(number) or not 0 <= number - first < units:
            counted = number == units and first == 0
            raise DerivgenError(
                "E208",
                f"{number:g} is no class: {_classes_of(units, first)}",
                place,
                "set `first_class: 1` where they are counted from 1" if counted else "",
            )
    if samples.size is None and numbers.size != 1:
        raise DerivgenError("E207", f"{numbers.size} classes were given for one sample", place)
    hot = np.zeros((numbers.size, units))
    hot[np.arange(numbers.size), numbers.astype(int) - first] = 1
    if samples.size is None:
        hot = hot[0]
    elif not samples.rows:
        hot = hot.T
    exact = np.vectorize(lambda one: str(int(one)), otypes=[object])(hot)
    return Loaded(hot, exact, hot.shape, place)
