"""The entries of an array at a reading, for the independent check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from derivgen.derivation.oracle_numbers import Arithmetic
from derivgen.network.model import Affine, Index, Quantity, Ref

Gather = Callable[[Any], Any]


def positions(
    indices: tuple[Affine, ...], axes: tuple[Index, ...], pinned: Mapping[str, int]
) -> tuple[Any, ...]:
    """Integer arrays, one for each index expression, that broadcast over ``axes``."""
    at: dict[str, Any] = dict(pinned)
    for number, index in enumerate(axes):
        shape = [1] * len(axes)
        shape[number] = index.size
        at[index.name] = np.arange(index.start, index.stop).reshape(shape)
    return tuple(index.value(at) for index in indices)


def gather_of(
    quantity: Quantity,
    ref: Ref,
    axes: tuple[Index, ...],
    pinned: Mapping[str, int],
    arithmetic: Arithmetic,
) -> Gather:
    """A function from an array to its entries at a reading, broadcast over ``axes``."""
    view = _view(quantity, ref, axes, pinned)
    if view is not None:
        return view
    at = positions(ref.indices, axes, pinned)
    inside: Any = True
    for position, size in zip(at, quantity.shape, strict=True):
        inside = inside & (np.asarray(position) >= 0) & (np.asarray(position) < size)
    if np.all(inside):
        return lambda array: array[at]
    if quantity.outside is None:
        raise IndexError(f"{quantity.name} is read outside its shape {quantity.shape}")
    clipped = tuple(
        np.clip(position, 0, size - 1) for position, size in zip(at, quantity.shape, strict=True)
    )
    padding = arithmetic.array(np.asarray(quantity.outside))[()]
    return lambda array: np.where(inside, array[clipped], padding)


def _view(
    quantity: Quantity, ref: Ref, axes: tuple[Index, ...], pinned: Mapping[str, int]
) -> Gather | None:
    """The same without a copy, for readings such as ``W[i, j]``; None for others."""
    numbers = {index.name: number for number, index in enumerate(axes)}
    cut: list[int | slice] = []
    order: list[int] = []
    for affine, size in zip(ref.indices, quantity.shape, strict=True):
        names = [name for name, _ in affine.factors if name not in pinned]
        if len(names) > 1 or any(f != 1 for n, f in affine.factors if n in names):
            return None
        at = {name: pinned.get(name, 0) for name, _ in affine.factors}
        constant = int(affine.value(at))
        start = constant + (axes[numbers[names[0]]].start if names else 0)
        stop = start + (axes[numbers[names[0]]].size if names else 1)
        if start < 0 or stop > size:
            return None
        if names:
            order.append(numbers[names[0]])
        cut.append(slice(start, stop) if names else start)
    if len(set(order)) != len(order):
        return None
    places = tuple(np.argsort(order).tolist()) if order else ()
    grow = tuple(slice(None) if number in order else None for number in range(len(axes)))
    key = tuple(cut)
    if not order:
        return lambda array: array[key] if key else array[()]
    return lambda array: array[key].transpose(places)[grow]
