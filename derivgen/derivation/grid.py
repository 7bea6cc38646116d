"""Index grids: which elements an equation touches, as flat positions in numpy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from derivgen.network.model import Equation, Index, Network, Ref, Stage


@dataclass(frozen=True)
class Grid:
    """All values of some index variables at once: axis k of every array runs over index k."""

    axes: tuple[str, ...]
    shape: tuple[int, ...]
    at: Mapping[str, int | np.ndarray]

    def positions(self, ref: Ref, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray | None]:
        """Flat positions of a reading in an array of ``shape``, broadcastable to the grid, and
        where they lie inside (None: everywhere).  A position outside is given as 0."""
        if not shape:
            return np.zeros((1,) * len(self.shape), dtype=np.intp), None
        flat: np.ndarray | int = 0
        inside: np.ndarray | bool = True
        for index, size in zip(ref.indices, shape, strict=True):
            value = index.value(self.at)
            inside = inside & (np.asarray(value) >= 0) & (np.asarray(value) < size)
            flat = flat * size + value
        positions = np.asarray(flat, dtype=np.intp)
        if positions.ndim == 0:
            positions = positions.reshape((1,) * len(self.shape))
        if bool(np.all(inside)):
            return positions, None
        return np.where(inside, positions, 0), np.broadcast_to(inside, positions.shape)


def grid(indices: Sequence[Index], pinned: Mapping[str, int]) -> Grid:
    """The grid over ``indices``, those that are pinned held at their value (an axis of size 1)."""
    at: dict[str, int | np.ndarray] = {}
    shape = []
    for axis, index in enumerate(indices):
        if index.name in pinned:
            at[index.name] = pinned[index.name]
            shape.append(1)
            continue
        line = np.arange(index.start, index.stop, dtype=np.intp)
        at[index.name] = line.reshape((-1,) + (1,) * (len(indices) - axis - 1))
        shape.append(index.size)
    return Grid(tuple(i.name for i in indices), tuple(shape), at)


def stage_grid(network: Network, stage: Stage, bound: Sequence[Index] = ()) -> Grid:
    """The grid of one stage: the free indices of its equation, then ``bound``."""
    equation: Equation = network.equations[stage.equation]
    return grid((*equation.free, *bound), dict(stage.pinned))
