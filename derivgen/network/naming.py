"""Gives every quantity of a network its naming: from the preset, and from the names in the spec."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from derivgen.errors import DerivgenError, Place, did_you_mean
from derivgen.formula.names import parse_name
from derivgen.formula.tree import Node, Number, Row, Script, Symbol
from derivgen.network.autonames import naming_of
from derivgen.network.model import Naming, Network, Quantity
from derivgen.network.notations import Pattern, Preset, Slot, Writer, preset_named
from derivgen.network.schema import Name, Spec
from derivgen.network.source import Address, Source
from derivgen.network.values import described, shown

#: names with letters of their own, whatever the preset
_LOG_PROBABILITY = Pattern(r"\ell")


def preset_of(spec: Spec, source: Source) -> Preset:
    """The preset of a spec with the user's patterns in it.  Raises E204."""
    preset = preset_named(spec.notation.preset, source.value_place(("notation", "preset")))
    patterns = dict(preset.patterns)
    for role, given in spec.notation.patterns.items():
        patterns[role] = replace(patterns[role], **given.model_dump(exclude_unset=True))
    letter = spec.notation.learning_rate or preset.learning_rate
    return replace(preset, patterns=patterns, learning_rate=letter)


def named(
    network: Network,
    spec: Spec,
    source: Source,
    slots: Mapping[str, Slot],
    prose: Mapping[str, str],
    addresses: Mapping[str, Address],
) -> Network:
    """The network with a naming for each quantity.

    A name in ``notation.names`` counts most, then one at the layer, then the preset's pattern for
    the array's place, and last the name of the array itself, read as a name of mathematics.
    Raises E204 (a name for an array that does not exist), E207 (a list of names of another shape),
    E211 to E216 (bad names), E220 (two things written the same).
    """
    preset = preset_of(spec, source)
    hidden = max((slot.layer for slot in slots.values()), default=1) - 1
    first: int = spec.index_base
    if slots and "index_base" not in spec.model_fields_set:
        # beside layers, other arrays are counted as the units are
        first = preset.patterns["activation"].start
    patterns = {**preset.patterns, "log_probability": _LOG_PROBABILITY}
    error = patterns["error"].base
    own = "loss" in spec.notation.patterns or patterns["loss"] != Pattern(error)
    if not own and any(slot.role == "error" for slot in slots.values()):
        # only a bold face would tell the array of errors from the loss, their sum
        patterns["loss"] = Pattern(f"{error}_{{total}}")
    writer = Writer(
        patterns, hidden, lambda role, key: source.value_place(("notation", "patterns", role, key))
    )
    for name in spec.notation.names:
        if name not in network.quantities:
            place = source.key_place(("notation", "names", name))
            raise DerivgenError(
                "E204",
                f"there is no array '{name}' to name",
                place,
                did_you_mean(name, network.quantities),
            )
    found: dict[str, Quantity] = {}
    for name, quantity in network.quantities.items():
        slot = slots.get(name)
        if slot is not None:
            naming = writer.naming(slot, quantity.shape)
        elif name == network.loss and name == "L" and not spec.arrays:
            naming = writer.naming(Slot("loss"), quantity.shape)
        else:
            naming = naming_of(name, (first,) * len(quantity.shape))
        address = addresses.get(name, ())
        at_layer = _at_layer(spec, address)
        if at_layer is not None:
            naming = _changed(naming, at_layer, quantity, source, address)
        if name in spec.notation.names:
            naming = _changed(
                naming, spec.notation.names[name], quantity, source, ("notation", "names", name)
            )
        found[name] = replace(quantity, naming=naming, prose=quantity.prose or prose.get(name, ""))
    _refuse_equal(found, source, addresses)
    return replace(network, quantities=found)


def _at_layer(spec: Spec, address: Address) -> Name | None:
    """The name given at a layer: the address is ("layers", 0, "names", "weights")."""
    match address:
        case ("layers", int(at), "names", str(which)):
            name: Name = getattr(spec.layers[at].names, which)
            return name
    return None


def _changed(
    naming: Naming, name: Name, quantity: Quantity, source: Source, address: Address
) -> Naming:
    """A naming with what a name in the spec says in place."""

    def parsed(key: str, text: str) -> Node:
        return parse_name(text, source.value_place((*address, key)))

    changes: dict[str, Any] = {}
    if name.latex is not None:
        changes |= {
            "base": parsed("latex", name.latex),
            "superscript": None,
            "prefix": None,
            "whole": None,
        }
        changes["elements"] = None
    for key, field in (("superscript", "superscript"), ("prefix", "prefix"), ("whole", "whole")):
        text = getattr(name, key)
        if text is not None:
            changes[field] = parsed(key, text) if text else None
    if name.separator is not None:
        changes["separator"] = name.separator
    if name.start is not None:
        rank = len(quantity.shape)
        start = [name.start] * rank if isinstance(name.start, int) else name.start
        if len(start) != rank:
            place = source.value_place((*address, "start"))
            raise DerivgenError(
                "E207", f"'{quantity.name}' has {rank} indices, each with a first number", place
            )
        changes["start"] = tuple(start)
    if name.order is not None:
        if sorted(name.order) != list(range(len(quantity.shape))):
            place = source.value_place((*address, "order"))
            raise DerivgenError(
                "E207", f"'{quantity.name}' has {len(quantity.shape)} indices to order", place
            )
        changes["order"] = tuple(name.order)
    if name.elements is not None:
        base = (*address, "elements") if (*address, "elements") in source.values else address
        changes["elements"] = _elements(name.elements, quantity, source, base)
    return replace(naming, **changes)


def _elements(given: Any, quantity: Quantity, source: Source, address: Address) -> np.ndarray:
    """An array of names, nested as the values are.  Raises E203, E207 and what names raise."""
    names = np.empty(quantity.shape, dtype=object)
    place = source.value_place(address)
    shape = _shape(given)
    if shape != quantity.shape:
        raise DerivgenError(
            "E207",
            f"the names of '{quantity.name}' are {described(shape)}, but '{quantity.name}' is {shown(quantity.shape)}",
            place,
        )
    for index, text, where in _leaves(given, ()):
        at = source.value_place((*address, *where))
        if isinstance(text, bool) or not isinstance(text, str):
            raise DerivgenError("E203", f"'{text}' is no name", at, "names are texts")
        names[index] = parse_name(text, at)
    return names


def _shape(given: Any) -> tuple[int, ...]:
    return (len(given), *_shape(given[0])) if isinstance(given, list) and given else ()


def _leaves(
    given: Any, index: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], Any, tuple[int, ...]]]:
    if isinstance(given, list):
        for at, item in enumerate(given):
            yield from _leaves(item, (*index, at))
    else:
        yield index, given, index


def _refuse_equal(
    found: Mapping[str, Quantity], source: Source, addresses: Mapping[str, Address]
) -> None:
    """Raises E220 where two quantities, or two elements, are written the same."""
    seen: dict[_Key, str] = {}
    for name, quantity in found.items():
        for key, what in _keys(name, quantity):
            if key in seen:
                raise DerivgenError(
                    "E220",
                    f"'{seen[key]}' and '{what}' are written the same",
                    _name_place(quantity, source, addresses),
                    "give one of them another name under notation.names",
                )
            seen[key] = what


#: what a name comes to on paper: its letter, its subscript and its superscript, sign by sign
_Key = tuple[Any, tuple[Any, ...], tuple[Any, ...]]
#: arrays of more elements are known by their letter and the number of their indices
_MOST_WRITTEN = 1000


def _keys(name: str, quantity: Quantity) -> Iterator[tuple[_Key, str]]:
    """How each element is written, or the array as a whole where it is large."""
    naming, shape = quantity.naming, quantity.shape
    if naming.elements is not None:
        for at, node in np.ndenumerate(naming.elements):
            yield _key(node), f"{name}[{','.join(map(str, at))}]" if at else name
        return
    base, below, above = _key(naming.base)
    below, above = (*below, *_signs(naming.prefix)), (*above, *_signs(naming.superscript))
    if math.prod(shape) > _MOST_WRITTEN:
        yield (base, (*below, len(shape)), above), name
        return
    start = naming.start or (0,) * len(shape)
    order = naming.order or tuple(range(len(shape)))
    long = any(size + first > 10 for size, first in zip(shape, start, strict=True))
    for at in np.ndindex(shape):
        labels = [str(at[axis] + start[axis]) for axis in order]
        indices = tuple(",".join(labels) if long else "".join(labels))
        yield (base, (*below, *indices), above), f"{name}[{','.join(map(str, at))}]" if at else name


def _key(node: Node) -> _Key:
    if isinstance(node, Script):
        base, below, above = _key(node.base)
        return base, (*below, *_signs(node.sub)), (*above, *_signs(node.sup))
    return node, (), ()


def _signs(node: Node | None) -> tuple[Any, ...]:
    match node:
        case None:
            return ()
        case Row(items):
            return tuple(sign for item in items for sign in _signs(item))
        case Number(text):
            return tuple(text)
        case Symbol("comma"):
            return (",",)
    return (node,)


def _name_place(quantity: Quantity, source: Source, addresses: Mapping[str, Address]) -> Place:
    address: Address = ("notation", "names", quantity.name)
    if address in source.keys:
        return source.value_place(address)
    if quantity.name in addresses or quantity.place is None:
        return source.value_place(addresses.get(quantity.name, address))
    return quantity.place


def checked_letter(latex: str, place: Place | None) -> str:
    """A name that is kept as text, once it is known to be one.  Raises E211 to E216."""
    parse_name(latex, place)
    return latex
